"""What a filter table that iptables-save has listed does with a packet.

Written from iptables-extensions(8) without any of the project's code, so that it can disagree with
it. It knows the options that a host firewall needs and raises `NotImplementedError` for every other
one, so nothing is silently taken to match. Packets are those of `nft_evaluator`.
"""

from __future__ import annotations

import shlex
from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING, TypeAlias

import attrs

if TYPE_CHECKING:
    from nft_evaluator import Packet

Options: TypeAlias = list[tuple[str, str]]

NUMBERS = {
    "tcp": 6, "udp": 17, "dccp": 33, "sctp": 132, "udplite": 136, "icmp": 1, "ipv6-icmp": 58,
    "igmp": 2, "esp": 50, "ah": 51,
}  # fmt: skip
VERDICTS = ("ACCEPT", "DROP", "REJECT")
SAYS_NOTHING = {"-m", "--comment", "--log-prefix", "--reject-with", "--limit", "--limit-burst"}


@attrs.define
class Table:
    """The filter table: policies of built-in chains, and the rules of all chains."""

    policies: dict[str, str] = attrs.Factory(dict)
    rules: dict[str, list[Options]] = attrs.Factory(dict)


def read(listing: str) -> Table:
    """Read the filter table of an iptables-save listing."""
    found = Table()
    name = None
    for line in listing.splitlines():
        if line.startswith("*"):
            name = line[1:]
        elif name != "filter" or not line or line.startswith("#") or line == "COMMIT":
            continue
        elif line.startswith(":"):
            chain, policy, _ = line[1:].split()
            found.policies[chain] = policy
            found.rules[chain] = []
        else:
            words = shlex.split(line)
            assert words[0] == "-A", line
            found.rules[words[1]].append(_options(words[2:]))
    return found


def _options(words: list[str]) -> Options:
    """Pair options with their values; a negated option keeps its mark: ``!-o``."""
    joined: list[str] = []
    for word in words:
        if joined and joined[-1] == "!":
            joined[-1] += word
        else:
            joined.append(word)
    return list(zip(joined[::2], joined[1::2], strict=True))


def verdict(table: Table, chain: str, packet: Packet) -> str:
    """Say what a built-in chain does with a packet: accept, drop or reject."""
    return (_run(table, chain, packet) or table.policies[chain]).lower()


def boundaries(table: Table, options: tuple[str, ...]) -> set[int]:
    """List the ports at which any match by the options may change its mind."""
    edges = {0}
    for rules in table.rules.values():
        for rule in rules:
            for option, value in rule:
                if option in options:
                    for low, high in _ranges(value):
                        edges |= {low, high + 1}
    return {edge for edge in edges if edge < 65536}


def _run(table: Table, chain: str, packet: Packet) -> str | None:
    for rule in table.rules[chain]:
        if not all(_matches(option, value, packet) for option, value in rule):
            continue
        target = dict(rule)["-j"]
        if target in VERDICTS:
            # Behind a limit, a verdict would depend on how many packets came before.
            assert "--limit" not in dict(rule), rule
            return target
        if target == "RETURN":
            return None
        if target in table.rules:
            given = _run(table, target, packet)
            if given is not None:
                return given
        elif target != "LOG":
            raise NotImplementedError(target)
    return None


def _matches(option: str, value: str, packet: Packet) -> bool:  # noqa: PLR0911, C901 - one per option
    if option.startswith("!"):
        return not _matches(option[1:], value, packet)
    if option in {"-s", "-d"}:
        field = "saddr" if option == "-s" else "daddr"
        return ip_address(packet[field]) in ip_network(value)
    if option in {"-i", "-o"}:
        return bool(packet["iifname" if option == "-i" else "oifname"] == value)
    if option == "-p":
        return bool(packet["l4proto"] == NUMBERS[value])
    if (option, value) == ("-m", "ah"):
        return bool(packet["l4proto"] == NUMBERS["ah"])
    if option in {"--sport", "--sports", "--dport", "--dports"}:
        port = packet[option[2:7]]
        return port is not None and any(low <= port <= high for low, high in _ranges(value))
    if option in {"--icmp-type", "--icmpv6-type"}:
        return bool(packet["type"] == int(value))
    if option == "--ctstate":
        return packet["state"].upper() in value.split(",")
    if option in {"--ttl-eq", "--hl-eq"}:
        return bool(packet["hoplimit"] == int(value))
    if option == "--dst-type":
        # Packets of the tests go to addresses of the host.
        return value == "LOCAL"
    if option == "--rt-type":
        # And have no routing header.
        return False
    if option in SAYS_NOTHING or option == "-j":
        return True
    raise NotImplementedError(option)


def _ranges(value: str) -> list[tuple[int, int]]:
    pairs = [item.partition(":") for item in value.split(",")]
    return [(int(low), int(high or low)) for low, _, high in pairs]
