"""What ufw accepts before any rule of an operator: its files before.rules and before6.rules.

As ufw 0.36 ships them and as ``ufw reset`` puts them back. Each line is paired with the rule of the
model that says the same, so that it can be computed whether a ruleset agrees with it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from netstat_fw.protocol import Family
from netstat_fw.ruleset.base import LOOPBACK, LOOPBACK_INTERFACE
from netstat_fw.ruleset.rule import Rule
from netstat_fw.ruleset.sets import AddressSet, PortSet
from netstat_fw.ruleset.terms import Action, ConnectionState, Direction

if TYPE_CHECKING:
    from collections.abc import Iterator

FILES = {Family.IPV4: "before.rules", Family.IPV6: "before6.rules"}
_PREFIXES = {Family.IPV4: "ufw", Family.IPV6: "ufw6"}
_CHAINS = {Direction.INCOMING: "input", Direction.OUTGOING: "output"}

_LINK_LOCAL = "fe80::/10"
_NAMED_V4 = {
    3: "destination-unreachable",
    11: "time-exceeded",
    12: "parameter-problem",
    8: "echo-request",
}
_NAMED_V6 = {
    1: "destination-unreachable",
    2: "packet-too-big",
    3: "time-exceeded",
    4: "parameter-problem",
    128: "echo-request",
}
_DISCOVERY = {
    133: "router-solicitation",
    134: "router-advertisement",
    135: "neighbor-solicitation",
    136: "neighbor-advertisement",
    141: "141",
    142: "142",
    148: "148",
    149: "149",
}
_REPORTS = (130, 131, 132, 143)
_ROUTERS = (151, 152, 153)
_NODE_INFORMATION = (144, 145, 146, 147)


@attrs.frozen
class Stock:
    """One accepting line of ufw's own.

    Attributes:
        family: whose file it is in.
        direction: whose chain it is in.
        line: the whole line.
        rule: what it says.
    """

    family: Family
    direction: Direction
    line: str
    rule: Rule


def chain_of(family: Family, direction: Direction) -> str:
    """Name the chain that ufw walks before the operator's rules."""
    return f"{_PREFIXES[family]}-before-{_CHAINS[direction]}"


def _stock(direction: Direction, family: Family, match: str, **fields: Any) -> Stock:  # noqa: ANN401 - fields of a rule
    line = f"-A {chain_of(family, direction)} {match} -j ACCEPT"
    return Stock(family, direction, line, Rule(action="accept", families=(family,), **fields))


def _lines() -> Iterator[Stock]:
    into, out = Direction.INCOMING, Direction.OUTGOING
    for number, name in _NAMED_V4.items():
        match = f"-p icmp --icmp-type {name}"
        yield _stock(into, Family.IPV4, match, protocol="icmp", icmp_types=(number,))
    yield _udp_v4("--sport 67 --dport 68", remote_ports=PortSet([67]), local_ports=PortSet([68]))
    for group, port in (("224.0.0.251", 5353), ("239.255.255.250", 1900)):
        ports = PortSet([port])
        yield _udp_v4(f"-d {group} --dport {port}", local=AddressSet([group]), local_ports=ports)
    for direction in (into, out):
        yield _icmpv6(direction, "echo-reply", 129)
        for number, name in _NAMED_V6.items():
            yield _icmpv6(direction, name, number)
        for number, name in _DISCOVERY.items():
            yield _icmpv6(direction, f"{name} -m hl --hl-eq 255", number, hop_limit=255)
        side = "remote" if direction is into else "local"
        near: dict[str, Any] = {side: AddressSet([_LINK_LOCAL])}
        for number in _REPORTS:
            yield _icmpv6(direction, f"{number} -s {_LINK_LOCAL}", number, **near)
        for number in _ROUTERS:
            match = f"{number} -s {_LINK_LOCAL} -m hl --hl-eq 1"
            yield _icmpv6(direction, match, number, hop_limit=1, **near)
    for number in _NODE_INFORMATION:
        yield _icmpv6(into, str(number), number)
    yield _stock(
        into,
        Family.IPV6,
        f"-p udp -s {_LINK_LOCAL} --sport 547 -d {_LINK_LOCAL} --dport 546",
        protocol="udp",
        remote=AddressSet([_LINK_LOCAL]),
        local=AddressSet([_LINK_LOCAL]),
        remote_ports=PortSet([547]),
        local_ports=PortSet([546]),
    )
    for group, port in (("ff02::fb", 5353), ("ff02::f", 1900)):
        match = f"-p udp -d {group} --dport {port}"
        here: dict[str, Any] = {"local": AddressSet([group]), "local_ports": PortSet([port])}
        yield _stock(into, Family.IPV6, match, protocol="udp", **here)


def _udp_v4(match: str, **fields: Any) -> Stock:  # noqa: ANN401 - fields of a rule
    return _stock(Direction.INCOMING, Family.IPV4, f"-p udp {match}", protocol="udp", **fields)


def _icmpv6(direction: Direction, match: str, number: int, **fields: Any) -> Stock:  # noqa: ANN401 - fields of a rule
    return _stock(
        direction,
        Family.IPV6,
        f"-p icmpv6 --icmpv6-type {match}",
        protocol="icmpv6",
        icmp_types=(number,),
        **fields,
    )


# Decided before the lines above, in this order: what ufw does itself, and what is added to it.
DECIDED_FIRST = (
    Rule(action=Action.ACCEPT, interface=LOOPBACK_INTERFACE),
    Rule(action=Action.ACCEPT, states=(ConnectionState.ESTABLISHED, ConnectionState.RELATED)),
    Rule(action=Action.DROP, remote=LOOPBACK),
    Rule(action=Action.DROP, local=LOOPBACK),
    Rule(action=Action.DROP, states=(ConnectionState.INVALID,)),
)
STOCK = tuple(_lines())
