"""Phrasing: a rule in words, as a reader of its chain would say it.

The words are about the remote side as the chain sees it: ``from`` for packets that come in, ``to``
for those that go out. Names in a rule are free text, so whoever shows the words cleans them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from netstat_fw.protocol import Family
from netstat_fw.ruleset.sets import BOTH_FAMILIES, AddressSet
from netstat_fw.ruleset.terms import Direction

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from netstat_fw.ruleset.model import Ruleset
    from netstat_fw.ruleset.rule import Rule
    from netstat_fw.ruleset.sets import PortSet

_FAMILY_NAMES = {Family.IPV4: "IPv4", Family.IPV6: "IPv6"}
_SIDES = {Direction.INCOMING: "from", Direction.OUTGOING: "to"}


def phrase(rule: Rule, direction: Direction) -> str:
    """Say what a rule of a chain does and with which packets.

    >>> from netstat_fw.ruleset.rule import Rule
    >>> echo = Rule(action="accept", protocol="icmp", icmp_types=[8, 13, 14], interface="eth0")
    >>> phrase(echo, Direction.INCOMING)
    'accept icmp types 8,13-14 from any on eth0'
    """
    return _phrase(rule, direction, _SIDES[direction])


def phrase_rules(ruleset: Ruleset, rule_id: str) -> str:
    """Say what the rules of an id do, and in which chains; empty where there are none.

    >>> from netstat_fw.ruleset.model import Chain, Ruleset
    >>> from netstat_fw.ruleset.rule import Rule
    >>> rule = Rule(action="accept", protocol="icmp", icmp_types=[8])
    >>> phrase_rules(Ruleset(Chain("drop", [rule]), Chain("drop", [rule])), rule.id)
    'incoming and outgoing: accept icmp type 8 from or to any'
    """
    found = {
        direction: rule
        for direction in Direction
        for rule in ruleset.chain(direction).rules
        if rule.id == rule_id
    }
    both = {_phrase(rule, direction, "from or to") for direction, rule in found.items()}
    if len(found) > len(both):
        return f"incoming and outgoing: {both.pop()}"
    return ", ".join(f"{each.value}: {phrase(rule, each)}" for each, rule in found.items())


def service_ports(rule: Rule, direction: Direction) -> PortSet | None:
    """Return the ports that a service is known by: local ones of packets that come in."""
    return rule.local_ports if direction is Direction.INCOMING else rule.remote_ports


def service_words(rule: Rule, direction: Direction) -> str:
    """Name protocol, ports or types, and the service: ``tcp/22 ssh``, ``icmp type 8``."""
    ports = service_ports(rule, direction)
    if rule.protocol is None:
        where = "any protocol"
    elif rule.icmp_types:
        many = "s" if len(rule.icmp_types) > 1 else ""
        where = f"{rule.protocol.value} type{many} {_numbers(rule.icmp_types)}"
    else:
        where = rule.protocol.value if ports is None else f"{rule.protocol.value}/{ports}"
    named = rule.service and rule.service != where.replace("/", "-")
    return f"{where} {rule.service}" if named else where


def remote_words(rule: Rule) -> str:
    """Name the other side, and this host's addresses where the rule names some."""
    possible = BOTH_FAMILIES if rule.protocol is None else rule.protocol.families
    families = "" if rule.families == possible else f" ({_FAMILY_NAMES[rule.families[0]]})"
    local = "" if rule.local is None else f" at {rule.local}"
    if isinstance(rule.remote, AddressSet):
        families = ""
    return f"{'any' if rule.remote is None else rule.remote}{families}{local}"


def _phrase(rule: Rule, direction: Direction, side: str) -> str:
    remote = f"{side} {remote_words(rule)}"
    service = service_words(rule, direction)
    return " ".join((rule.action.value, service, remote, *_conditions(rule, direction)))


def _conditions(rule: Rule, direction: Direction) -> Iterator[str]:
    """Say what else a packet must be like."""
    incoming = direction is Direction.INCOMING
    others = rule.remote_ports if incoming else rule.local_ports
    if others is not None:
        yield f"with {'remote' if incoming else 'local'} port {others}"
    if rule.interface is not None:
        yield f"on {rule.interface}"
    if rule.states:
        yield f"in state {' or '.join(state.value for state in rule.states)}"
    if rule.hop_limit is not None:
        yield f"with hop limit {rule.hop_limit}"


def _numbers(numbers: Iterable[int]) -> str:
    """Write sorted numbers, consecutive ones as a range."""
    ranges: list[list[int]] = []
    for number in numbers:
        if ranges and number == ranges[-1][-1] + 1:
            ranges[-1][1:] = [number]
        else:
            ranges.append([number])
    return ",".join("-".join(map(str, each)) for each in ranges)
