"""What the tables that firewalld has loaded do with a packet: its own, and iptables for the rest.

A packet passes where both let it pass. Only the chains of packets to and from the host are walked;
`nft_evaluator` judges the matches but those of connection tracking, which firewalld writes as sets.
"""

from __future__ import annotations

import json
from typing import Any, TypeAlias

import nft_evaluator

Expressions: TypeAlias = list[dict[str, Any]]
Chains: TypeAlias = dict[str, list[Expressions]]

FINAL = ("accept", "drop", "reject")


def read(listing: str) -> Chains:
    """Read ``nft -j -n list table inet firewalld``: the rules of each chain."""
    chains: Chains = {}
    for item in json.loads(listing)["nftables"]:
        if "chain" in item:
            chains[item["chain"]["name"]] = []
        elif "rule" in item:
            chains[item["rule"]["chain"]].append(item["rule"]["expr"])
    return chains


def verdict(chains: Chains, chain: str, packet: nft_evaluator.Packet) -> str:
    """Say what a base chain of firewalld, whose policy is accept, does with a packet."""
    return _run(chains, chain, packet) or "accept"


def _run(chains: Chains, chain: str, packet: nft_evaluator.Packet) -> str | None:
    for expressions in chains[chain]:
        given = None
        for expression in expressions:
            (kind,) = expression
            if kind == "match":
                if not _matches(expression["match"], packet):
                    break
            elif kind in FINAL:
                return str(kind)
            elif kind in {"jump", "goto"}:
                given = _run(chains, expression[kind]["target"], packet)
                if given is not None or kind == "goto":
                    return given
            elif kind not in {"log", "limit"}:
                raise NotImplementedError(expression)
    return None


def _matches(match: dict[str, Any], packet: nft_evaluator.Packet) -> bool:
    key = match["left"].get("ct", {}).get("key")
    right = match["right"]
    if key == "status":
        # Only NAT sets it.
        return False
    if key == "state":
        bits = right["set"] if isinstance(right, dict) else [right]
        return nft_evaluator.STATES[packet["state"]] in bits
    return nft_evaluator._matches(match, packet)  # noqa: SLF001 - the same evaluator, chain by chain
