"""Direct rules: what firewalld would let through against the model, dropped before it comes there.

A rich rule cannot ask for a connection state or a hop limit, and holds the ports of one side. Drops
of direct rules are final, accepts are not; so what a rich rule lets through too much is dropped
here: invalid packets on their way out, neighbour discovery that has passed a router, and what
begins between a rule's local port and others than its remote one, as DHCP's client has both.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from netstat_fw.exporters.iptables import BUILT_IN
from netstat_fw.exporters.linux import LOCAL_END, REMOTE_END
from netstat_fw.exporters.rendered import Omission
from netstat_fw.exporters.stateful import is_settled
from netstat_fw.protocol import Family, Protocol
from netstat_fw.ruleset.base import NEIGHBOUR_DISCOVERY, is_neighbour_discovery
from netstat_fw.ruleset.rule import Rule
from netstat_fw.ruleset.sets import PortSet
from netstat_fw.ruleset.space import common
from netstat_fw.ruleset.terms import Action, Direction

if TYPE_CHECKING:
    from collections.abc import Iterator

    from netstat_fw.ruleset.model import Chain

_TARGET = "firewalld"
_WITH_PORTS = (Protocol.TCP, Protocol.UDP, Protocol.SCTP, Protocol.DCCP)


def direct_rules(chain: Chain, direction: Direction) -> Iterator[str]:
    """Give the elements of ``direct.xml`` that a chain needs."""
    if direction is Direction.OUTGOING:
        for family in Family:
            yield _drop(family, direction, "-m conntrack --ctstate INVALID")
    passed = {n for r in chain.rules if is_neighbour_discovery(r) for n in r.icmp_types}
    for number in sorted(passed):
        match = f"-p ipv6-icmp -m icmp6 --icmpv6-type {number} -m hl ! --hl-eq 255"
        yield _drop(Family.IPV6, direction, match)
    for rule in chain.rules:
        if rule.enabled and is_guarded(rule):
            for family in rule.families:
                yield _drop(family, direction, _other_ports(rule, direction))


def _drop(family: Family, direction: Direction, match: str) -> str:
    place = f'ipv="{family.value}" table="filter" chain="{BUILT_IN[direction]}" priority="0"'
    flag = "-i" if direction is Direction.INCOMING else "-o"
    return f"  <rule {place}>! {flag} lo {match} -j DROP</rule>"


def _other_ports(rule: Rule, direction: Direction) -> str:
    """Match what begins between the local port of a rule and others than its remote one."""
    local, remote = (":".join(map(str, _ends(ports))) for ports in _sides(rule))
    name = "" if rule.protocol is None else rule.protocol.value
    return (
        f"-p {name} -m conntrack ! --ctstate RELATED,ESTABLISHED -m {name}"
        f" --{LOCAL_END[direction]}port {local} ! --{REMOTE_END[direction]}port {remote}"
    )


def _sides(rule: Rule) -> tuple[PortSet, PortSet]:
    return rule.local_ports or PortSet(()), rule.remote_ports or PortSet(())


def _ends(ports: PortSet) -> tuple[int, ...]:
    ((first, last),) = ports.ranges
    return (first,) if first == last else (first, last)


def has_both_ports(rule: Rule) -> bool:
    """Tell whether a rule names the ports of both sides."""
    return rule.local_ports is not None and rule.remote_ports is not None


def is_guarded(rule: Rule) -> bool:
    """Tell whether a rich rule may leave out a rule's remote port, because a direct rule has it."""
    if not has_both_ports(rule) or rule.action is not Action.ACCEPT:
        return False
    single = all(len(ports.ranges) == 1 for ports in _sides(rule))
    return single and rule.protocol in _WITH_PORTS and rule.interface is None


def dropped_with(rule: Rule, chain: Chain) -> Iterator[Omission]:
    """Say what the direct rules for a rule take from others, and from an accepting default."""
    if not is_neighbour_discovery(rule) and not is_guarded(rule):
        return
    others = [other for other in chain.rules if other.enabled and other != rule]
    for other in (*others, Rule(action=chain.default)):
        if other.action is not Action.ACCEPT or is_settled(other, _TARGET):
            continue
        if is_neighbour_discovery(rule) and _takes_neighbours(other):
            sentence = "drops it with any other hop limit, which another rule would accept"
            yield Omission(rule.id, sentence)
        if is_guarded(rule) and _takes_other_ports(other, rule):
            local, remote = _sides(rule)
            sentence = f"drops what begins between local port {local} and others than {remote}"
            yield Omission(other.id if other in others else "", f"{sentence}, because of {rule.id}")


def _takes_neighbours(rule: Rule) -> bool:
    types = not rule.icmp_types or any(n in NEIGHBOUR_DISCOVERY for n in rule.icmp_types)
    return rule.protocol in {None, Protocol.ICMPV6} and types


def _takes_other_ports(other: Rule, rule: Rule) -> bool:
    local, remote = _sides(rule)
    here, there = other.local_ports, other.remote_ports
    return (
        other.protocol in {None, rule.protocol}
        and not set(other.families).isdisjoint(rule.families)
        and (here is None or bool(common(here.ranges, local.ranges)))
        and (there is None or there | remote != remote)
    )
