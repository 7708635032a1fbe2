"""What a listed nftables table does with a packet, read from nft's own JSON and nothing else.

Written from nft(8) and libnftables-json(5) without any of the project's code, so that it can
disagree with it. It knows the statements and matches that a host firewall needs and raises
`NotImplementedError` for everything else, so nothing is silently taken to match.
"""

from __future__ import annotations

import json
from ipaddress import ip_address, ip_network
from typing import Any, TypeAlias

Packet: TypeAlias = dict[str, Any]
"""version, l4proto, saddr, daddr, sport, dport, type, hoplimit, iifname or oifname, state."""
Rules: TypeAlias = list[list[dict[str, Any]]]

NFPROTO = {4: 2, 6: 10}
NUMBERS = {"tcp": 6, "udp": 17, "dccp": 33, "sctp": 132, "udplite": 136, "icmp": 1, "icmpv6": 58}
STATES = {"invalid": 1, "established": 2, "related": 4, "new": 8, "untracked": 64}
FAMILY_ERRORS = {"icmp": 4, "icmpv6": 6}
VERDICTS = ("accept", "drop", "reject")


def chains(listing: str) -> dict[str, tuple[str, Rules]]:
    """Read ``nft -j -n list table``: policy and rule expressions of each base chain, by hook."""
    found: dict[str, tuple[str, Rules]] = {}
    for item in json.loads(listing)["nftables"]:
        if "chain" in item:
            chain = item["chain"]
            assert chain["type"] == "filter"
            assert chain["name"] == chain["hook"]
            assert chain["prio"] == 0
            found[chain["hook"]] = (chain["policy"], [])
        elif "rule" in item:
            found[item["rule"]["chain"]][1].append(item["rule"]["expr"])
        else:
            assert item.keys() <= {"metainfo", "table"}, item
    return found


def verdict(chain: tuple[str, Rules], packet: Packet) -> str:
    """Say what a base chain does with a packet: accept, drop or reject."""
    policy, rules = chain
    for expressions in rules:
        given = _run(expressions, packet)
        if given is not None:
            return given
    return policy


def boundaries(chain: tuple[str, Rules], field: str) -> set[int]:
    """List the ports at which any match on the field may change its mind."""
    edges = {0}
    for expressions in chain[1]:
        for expression in expressions:
            match = expression.get("match")
            if match and match["left"].get("payload", {}).get("field") == field:
                right = match["right"]
                for element in right["set"] if _is(right, "set") else [right]:
                    low, high = element["range"] if _is(element, "range") else (element, element)
                    edges |= {low, high + 1}
    return {edge for edge in edges if edge < 65536}


def _run(expressions: list[dict[str, Any]], packet: Packet) -> str | None:
    limited = False
    for expression in expressions:
        (kind,) = expression
        if kind == "match":
            if not _matches(expression[kind], packet):
                return None
        elif kind == "limit":
            limited = True
        elif kind in VERDICTS:
            # nft(8): rejecting with an ICMP error of one family implies that family, and listings
            # leave out a match on it.
            error = (expression[kind] or {}).get("type")
            if error in FAMILY_ERRORS and packet["version"] != FAMILY_ERRORS[error]:
                return None
            # Behind a limit, a verdict would depend on how many packets came before.
            assert not limited, expressions
            return str(kind)
        elif kind != "log":
            raise NotImplementedError(expression)
    return None


def _matches(match: dict[str, Any], packet: Packet) -> bool:
    left, right = match["left"], match["right"]
    (kind,) = left
    if kind == "ct" and left[kind]["key"] == "state" and match["op"] == "in":
        wanted = right if isinstance(right, list) else [right]
        return any(STATES[packet["state"]] & bit for bit in wanted)
    if kind == "meta" and match["op"] in {"==", "!="}:
        return _in(_meta(left[kind]["key"], packet), right) is (match["op"] == "==")
    if match["op"] != "==":
        raise NotImplementedError(match)
    if kind == "payload":
        return _in(_payload(left[kind]["protocol"], left[kind]["field"], packet), right)
    raise NotImplementedError(match)


def _meta(key: str, packet: Packet) -> object:
    if key == "nfproto":
        return NFPROTO[packet["version"]]
    if key in {"l4proto", "iifname", "oifname"}:
        return packet[key]
    raise NotImplementedError(key)


def _payload(protocol: str, field: str, packet: Packet) -> object:
    """Give a header field; None where the packet has no such header."""
    if protocol in {"ip", "ip6"}:
        if packet["version"] != (4 if protocol == "ip" else 6):
            return None
        return packet["hoplimit" if field == "ttl" else field]
    if packet["l4proto"] != NUMBERS[protocol] or (
        field == "type" and packet["version"] != (4 if protocol == "icmp" else 6)
    ):
        return None
    return packet[field]


def _is(value: object, kind: str) -> bool:
    return isinstance(value, dict) and kind in value


def _in(value: object, right: Any) -> bool:  # noqa: ANN401 - JSON
    if value is None:
        return False
    if _is(right, "set"):
        return any(_in(value, element) for element in right["set"])
    if _is(right, "prefix"):
        prefix = right["prefix"]
        return ip_address(str(value)) in ip_network(f"{prefix['addr']}/{prefix['len']}")
    if _is(right, "range"):
        low, high = right["range"]
        if isinstance(value, int):
            return bool(low <= value <= high)
        return bool(ip_address(low) <= ip_address(str(value)) <= ip_address(high))  # type: ignore[operator] # of one family: nft made the range
    if isinstance(right, dict):
        raise NotImplementedError(right)
    return bool(value == right)
