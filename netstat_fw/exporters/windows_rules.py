"""Windows rules: a ruleset as the entries that Windows Defender Firewall holds, without syntax.

Entries have no order: a block wins over any accept. They have no address family either: where a
rule is about one family and names no address, its entry names the two halves of all addresses of
that family. Windows never filters loopback, accepts replies by itself and drops what belongs to no
connection.

No entry names a loopback address. Windows refuses ``::1`` in a rule ([MS-FASP] 2.2.6 and 2.2.10),
and who blocks 127.0.0.0/8 may block what the host says to itself; hosts discard such packets from
outside anyway (RFC 1122 3.2.1.3, RFC 4291 2.5.3).

Written after the documentation of New-NetFirewallRule, of netsh advfirewall and [MS-FASP] of
2026-05-11; unproven.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from netstat_fw.exporters.annotations import rule_comment
from netstat_fw.exporters.limits import omit_or_refuse
from netstat_fw.exporters.linux import matched_families, members
from netstat_fw.exporters.precedence import settle_blocks
from netstat_fw.exporters.rendered import Omission
from netstat_fw.exporters.tracking import (
    is_settled,
    obstacle,
    state_omissions,
)
from netstat_fw.protocol import Family, Protocol
from netstat_fw.ruleset.base import LOOPBACK_INTERFACE, is_loopback
from netstat_fw.ruleset.sets import BOTH_FAMILIES, AddressSet, shown_prefix, shown_range
from netstat_fw.ruleset.terms import Action, Direction

if TYPE_CHECKING:
    from collections.abc import Iterator

    from netstat_fw.address import Network
    from netstat_fw.ruleset.model import Ruleset
    from netstat_fw.ruleset.rule import Rule
    from netstat_fw.ruleset.sets import PortSet

COMMENT_BYTES = 200
_TARGET = "windows"
_HALVES = {Family.IPV4: ("0.0.0.0/1", "128.0.0.0/1"), Family.IPV6: ("::/1", "8000::/1")}
_OF_ONE_FAMILY = (Protocol.ICMP, Protocol.ICMPV6)
_PROTOCOLS = {
    Protocol.TCP: "TCP",
    Protocol.UDP: "UDP",
    Protocol.ICMP: "ICMPv4",
    Protocol.ICMPV6: "ICMPv6",
}


@attrs.frozen
class Entry:
    """One rule of Windows; an empty tuple restricts nothing.

    Attributes:
        name: unique in the ruleset.
        comment: which rule it stands for, and why; harmless text.
        direction: incoming or outgoing.
        accepts: whether it allows or blocks.
        protocol: ``TCP``, ``UDP``, ``ICMPv4``, ``ICMPv6``, a number, or ``Any``.
        icmp_types: numbers.
        local_ports: ports, and ranges such as ``6000-6063``.
        remote_ports: the same.
        local: prefixes of one family.
        remote: prefixes of the same family.
        interface: name of the interface, None for any.
    """

    name: str
    comment: str
    direction: Direction
    accepts: bool
    protocol: str
    icmp_types: tuple[str, ...]
    local_ports: tuple[str, ...]
    remote_ports: tuple[str, ...]
    local: tuple[str, ...]
    remote: tuple[str, ...]
    interface: str | None


@attrs.define
class Plan:
    """Entries, remarks between them as harmless text, and what Windows cannot hold."""

    entries: list[Entry | str] = attrs.Factory(list)
    omissions: list[Omission] = attrs.Factory(list)


def plan(ruleset: Ruleset, *, interfaces: bool) -> Plan:
    """Write both chains as entries.

    Args:
        ruleset: what to write.
        interfaces: whether the syntax can name an interface.

    Raises:
        ExportError: for a rule that drops or rejects what Windows cannot name or accepts by itself,
            and for an accept that blocks would swallow.
    """
    made = Plan()
    for direction in Direction:
        _chain(made, ruleset, direction, interfaces=interfaces)
        if ruleset.chain(direction).default is Action.REJECT:
            sentence = f"{direction.value} packets are dropped by default, and nobody is told"
            made.omissions.append(Omission("", sentence))
    return made


def _chain(made: Plan, ruleset: Ruleset, direction: Direction, *, interfaces: bool) -> None:
    chain = ruleset.chain(direction)
    held: list[tuple[int, Rule]] = []
    remarks: dict[int, str] = {}
    for position, rule in chain.numbered():
        remark = _remark(made, rule, ruleset.resolve(rule), interfaces=interfaces)
        if remark is None:
            held.append((position, rule))
        else:
            remarks[position] = remark
    settled = settle_blocks(ruleset, [rule for _, rule in held], chain.default, _TARGET)
    blocks = {held[index][0]: block for index, block in settled.items()}
    for position, rule in chain.numbered():
        comment = rule_comment(rule, COMMENT_BYTES)
        block = blocks.get(position)
        if position in remarks:
            made.entries.append(f"{remarks[position]}: {comment}")
            continue
        if block is not None and not block.written:
            made.entries.append(f"done by the default: {comment}")
            continue
        if block is not None:
            made.omissions += block.omissions(rule)
        entries = list(_entries(ruleset, rule, direction, position))
        made.entries += entries or [f"matches nothing: {comment}"]


def _remark(made: Plan, rule: Rule, remote: AddressSet | None, *, interfaces: bool) -> str | None:
    """Say why a rule needs no entry; None where it needs one."""
    if not rule.enabled:
        return "disabled"
    made.omissions += state_omissions(rule, _TARGET)
    if is_settled(rule, _TARGET) or rule.interface == LOOPBACK_INTERFACE:
        return "done by Windows itself"
    if any(map(is_loopback, (rule.local, remote))):
        return "loopback addresses alone, left to Windows"
    found = obstacle(rule, _TARGET)
    if found is None and rule.interface is not None:
        found = _interface_obstacle(rule.interface, interfaces=interfaces)
    if found is not None:
        made.omissions.append(omit_or_refuse(rule, _TARGET, found))
        return "left out"
    if rule.action is Action.REJECT:
        made.omissions.append(Omission(rule.id, "drops, and nobody is told"))
    if rule.log is not None:
        made.omissions.append(Omission(rule.id, "is not logged; Windows logs whole profiles"))
    return None


def _interface_obstacle(name: str, *, interfaces: bool) -> str | None:
    if not interfaces:
        return "netsh cannot name an interface; render the form powershell"
    if name.endswith(" "):
        return f"no interface of Windows is called {name!r}; name it as Get-NetAdapter does"
    return None


def _entries(ruleset: Ruleset, rule: Rule, direction: Direction, position: int) -> Iterator[Entry]:
    way = "in" if direction is Direction.INCOMING else "out"
    name = f"netstat-fw-{way}-{position}-{rule.id}"
    for suffix, local, remote in _sides(rule, ruleset.resolve(rule)):
        yield Entry(
            name + suffix,
            rule_comment(rule, COMMENT_BYTES),
            direction,
            rule.action is Action.ACCEPT,
            _protocol(rule.protocol),
            tuple(map(str, rule.icmp_types)),
            _ports(rule.local_ports),
            _ports(rule.remote_ports),
            local,
            remote,
            rule.interface,
        )


def _sides(
    rule: Rule, remote: AddressSet | None
) -> Iterator[tuple[str, tuple[str, ...], tuple[str, ...]]]:
    sides = {}
    for family in matched_families(rule, remote):
        here, there = _named(members(rule.local, family)), _named(members(remote, family))
        if here != () and there != ():
            sides[family] = here or (), there or ()
    # IGMP is only a number here, which IPv6 could carry, too.
    implied = bool(sides) and rule.protocol in _OF_ONE_FAMILY
    if not any(any(pair) for pair in sides.values()) and (tuple(sides) == BOTH_FAMILIES or implied):
        yield "", (), ()
        return
    for family, (here, there) in sides.items():
        yield f"-{family.value}", here, there if here or there else _HALVES[family]


def _named(prefixes: tuple[Network, ...] | None) -> tuple[str, ...] | None:
    """Show what a rule can name of the prefixes of a family; None where they are any."""
    if prefixes is None:
        return None
    return tuple(shown_prefix(each) for each in prefixes if not is_loopback(AddressSet([each])))


def _protocol(protocol: Protocol | None) -> str:
    return "Any" if protocol is None else _PROTOCOLS.get(protocol, str(protocol.number))


def _ports(ports: PortSet | None) -> tuple[str, ...]:
    return () if ports is None else tuple(shown_range(*pair) for pair in ports.ranges)
