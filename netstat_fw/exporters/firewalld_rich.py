"""Rich rules: what one rule of the model becomes in firewalld.richlanguage(5).

Only rules that firewalld can express as they are come here; the order of rich rules is their
caller's.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from netstat_fw.exporters.linux import LOCAL_END, REMOTE_END, matched_families, members, resets
from netstat_fw.exporters.quoting import plain
from netstat_fw.exporters.rendered import Omission
from netstat_fw.protocol import Family, Protocol
from netstat_fw.ruleset.sets import BOTH_FAMILIES, shown_prefix, shown_range
from netstat_fw.ruleset.terms import Direction, LogInterval

if TYPE_CHECKING:
    from collections.abc import Iterator

    from netstat_fw.ruleset.rule import Rule
    from netstat_fw.ruleset.sets import AddressSet

_DEFAULT_BURST = 5
_PREFIX_BYTES = 120


def rich_rules(
    rule: Rule, remote: AddressSet | None, direction: Direction
) -> Iterator[tuple[str, str]]:
    """Give the attributes and the inside of each rich rule that a rule of the model needs.

    A rich rule holds one port, one prefix of each side and one ICMP type, so it may be several.
    """
    verdict = _log(rule) + _verdict(rule)
    # A rich rule without a family is for both; addresses, types and resets have only one.
    unaddressed = rule.local is None and remote is None
    if rule.families == BOTH_FAMILIES and unaddressed and not resets(rule):
        for element in _elements(rule, direction, Family.IPV4):
            yield "", element + verdict
        return
    for family in matched_families(rule, remote):
        sides = {REMOTE_END[direction]: remote, LOCAL_END[direction]: rule.local}
        for source, destination, element in itertools.product(
            _addresses("source", sides["s"], family),
            _addresses("destination", sides["d"], family),
            _elements(rule, direction, family),
        ):
            yield f' family="{family.value}"', source + destination + element + verdict


def _addresses(name: str, side: AddressSet | None, family: Family) -> list[str]:
    prefixes = members(side, family)
    if prefixes is None:
        return [""]
    return [f'<{name} address="{shown_prefix(prefix)}"/>' for prefix in prefixes]


def _elements(rule: Rule, direction: Direction, family: Family) -> list[str]:
    protocol = rule.protocol
    if protocol is None:
        return [""]
    if rule.icmp_types:
        names = TYPE_NAMES[family]
        return [f'<icmp-type name="{names[number]}"/>' for number in rule.icmp_types]
    # Of a rule with the ports of both sides the remote ones are the direct rules' business.
    remote_ports = rule.remote_ports if rule.local_ports is None else None
    ends = {REMOTE_END[direction]: remote_ports, LOCAL_END[direction]: rule.local_ports}
    elements = [
        f'<{_PORTS[end]} port="{shown_range(first, last)}" protocol="{protocol.value}"/>'
        for end, ports in ends.items()
        if ports is not None
        for first, last in ports.ranges
    ]
    return elements or [f'<protocol value="{_NAMES.get(protocol, protocol.value)}"/>']


def log_omissions(rule: Rule) -> Iterator[Omission]:
    """Give what the log of a rule loses: firewalld knows no bursts but its own."""
    rate = None if rule.log is None else rule.log.rate
    if rate is not None and rate.burst != _DEFAULT_BURST:
        yield Omission(rule.id, f"logs bursts of {_DEFAULT_BURST} messages")


def _log(rule: Rule) -> str:
    if rule.log is None:
        return ""
    tag = f'<log prefix="{plain(rule.log.prefix, _PREFIX_BYTES)} " level="info"'
    rate = rule.log.rate
    if rate is None:
        return f"{tag}/>"
    value = f"{rate.count}/{_UNITS[rate.interval]}"
    return f'{tag}><limit value="{_TOO_SLOW.get(value, value)}"/></log>'


def _verdict(rule: Rule) -> str:
    return '<reject type="tcp-reset"/>' if resets(rule) else f"<{rule.action.value}/>"


_PORTS = {"s": "source-port", "d": "port"}
_NAMES = {Protocol.ICMPV6: "ipv6-icmp"}
# firewalld refuses a message a day, which iptables once did.
_TOO_SLOW = {"1/d": "2/d"}
_UNITS = {
    LogInterval.SECOND: "s",
    LogInterval.MINUTE: "m",
    LogInterval.HOUR: "h",
    LogInterval.DAY: "d",
}
# The types that firewalld names as a whole; its other names are for single codes.
TYPE_NAMES = {
    Family.IPV4: {
        0: "echo-reply",
        3: "destination-unreachable",
        4: "source-quench",
        5: "redirect",
        8: "echo-request",
        9: "router-advertisement",
        10: "router-solicitation",
        11: "time-exceeded",
        12: "parameter-problem",
        13: "timestamp-request",
        14: "timestamp-reply",
    },
    Family.IPV6: {
        1: "destination-unreachable",
        2: "packet-too-big",
        3: "time-exceeded",
        4: "parameter-problem",
        128: "echo-request",
        129: "echo-reply",
        133: "router-solicitation",
        134: "router-advertisement",
        135: "neighbour-solicitation",
        136: "neighbour-advertisement",
        137: "redirect",
    },
}
