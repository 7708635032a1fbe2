"""pf: an anchor of our own, replaced as a whole in one transaction.

Every rule is ``quick``, so that the first match decides, and the last one of each direction matches
everything: nothing falls through to the rules behind the anchor. States are kept by default, so
replies pass without a rule; packets of TCP that open nothing match no ``pass`` and are blocked.

pf.conf(5) calls the loopback interface lo0. It drops packets with IP options unless a rule allows
them; IGMP and multicast listener discovery always have one.

Written after pf.conf(5) and pfctl(8) of OpenBSD and FreeBSD; unproven by the real tool.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import attrs

from netstat_fw.exporters.annotations import header_comments, rule_comment
from netstat_fw.exporters.limits import omit_or_refuse
from netstat_fw.exporters.linux import matched_families, members
from netstat_fw.exporters.quoting import quoted
from netstat_fw.exporters.rendered import Omission, Rendered
from netstat_fw.exporters.tracking import (
    is_settled,
    obstacle,
    state_omissions,
)
from netstat_fw.protocol import Protocol
from netstat_fw.ruleset.base import LOOPBACK_INTERFACE
from netstat_fw.ruleset.sets import shown_prefix, shown_range
from netstat_fw.ruleset.terms import Action, Direction

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from netstat_fw.address import Network
    from netstat_fw.protocol import Family
    from netstat_fw.ruleset.model import Ruleset
    from netstat_fw.ruleset.rule import Rule
    from netstat_fw.ruleset.sets import AddressSet, PortSet

ANCHOR = "netstat_fw"
"""The anchor that is replaced."""
LABEL_BYTES = 63

_WIDEST = 72
# Driver and number. A name without a number would be a group of interfaces, a word of the language
# no name at all.
_INTERFACE = re.compile(r"(?!inet6$)[a-z][a-z0-9_.]{0,13}[0-9]")
# Kept as type plus one in one byte, whose zero means any type.
_TYPE_ANY = 255
_FAMILIES = {"ipv4": "inet", "ipv6": "inet6"}


def render(ruleset: Ruleset) -> Rendered:
    """Write the ruleset as the rules of an anchor, for ``pfctl -a netstat_fw -f``.

    Raises:
        ExportError: for a rule that drops or rejects what pf cannot name or accepts by itself.
    """
    omissions: list[Omission] = []
    chains = [_chain(ruleset, direction, omissions) for direction in Direction]
    lines = [
        *header_comments(ruleset, omissions),
        *_HOW_TO_LOAD,
        *chains[0],
        "",
        *chains[1],
    ]
    text = "\n".join(lines) + "\n"
    return Rendered(text, {f"{ANCHOR}.pf": text}, tuple(omissions))


@attrs.frozen
class _Line:
    """One rule line and the label that names its rule."""

    rule: str
    label: str


def _chain(ruleset: Ruleset, direction: Direction, omissions: list[Omission]) -> Iterator[str]:
    chain = ruleset.chain(direction)
    lines: list[_Line | str] = []
    for rule in chain.rules:
        remark = _remark(rule, omissions)
        if remark is None:
            written = _lines(rule, ruleset.resolve(rule), direction)
            lines += list(written) or [f"# matches nothing: {rule_comment(rule, LABEL_BYTES)}"]
        else:
            lines.append(f"# {remark}: {rule_comment(rule, LABEL_BYTES)}")
    way = _WAYS[direction]
    lines.append(_Line(f"{_ACTIONS[chain.default]} {way} quick all", "default"))
    if chain.default is Action.REJECT:
        sentence = f"the default for {direction.value} packets {_SILENT}"
        omissions.append(Omission("", sentence))
    if chain.default is Action.ACCEPT:
        # What opens no connection is not accepted by keeping state.
        lines.append(_Line(f"block drop {way} quick all", "invalid"))
    return _aligned(lines)


def _aligned(lines: Iterable[_Line | str]) -> Iterator[str]:
    listed = list(lines)
    lengths = [len(line.rule) for line in listed if isinstance(line, _Line)]
    width = max((length for length in lengths if length <= _WIDEST), default=0)
    for line in listed:
        if isinstance(line, str):
            yield line
        else:
            yield f"{line.rule.ljust(width)} label {quoted(line.label, LABEL_BYTES)}"


def _remark(rule: Rule, omissions: list[Omission]) -> str | None:
    """Say why a rule is not written; None where it is."""
    if not rule.enabled:
        return "disabled"
    omissions += state_omissions(rule, "pf")
    if is_settled(rule, "pf"):
        return "done by pf itself"
    found = obstacle(rule, "pf") or _obstacle(rule)
    if found is not None:
        omissions.append(omit_or_refuse(rule, "pf", found))
        return "left out"
    if rule.action is Action.REJECT and rule.protocol not in _ANSWERED:
        omissions.append(Omission(rule.id, _SILENT))
    if rule.log is not None:
        omissions.append(Omission(rule.id, "is logged to pflog, without a prefix and a rate"))
    return None


def _obstacle(rule: Rule) -> str | None:
    name = rule.interface
    if name is not None and name != LOOPBACK_INTERFACE and not _INTERFACE.fullmatch(name):
        return f"no interface of pf is called {name!r}; name it as ifconfig does"
    if _TYPE_ANY in rule.icmp_types:
        return f"pf takes ICMP type {_TYPE_ANY}, which is reserved, to mean any type"
    return None


def _lines(rule: Rule, remote: AddressSet | None, direction: Direction) -> Iterator[_Line]:
    families = matched_families(rule, remote)
    split: tuple[Family | None, ...] = families
    if families == rule.families and len(families) > 1 and rule.local is None and remote is None:
        split = (None,)
    for family in split:
        words = " ".join(_words(rule, remote, direction, family))
        yield _Line(words, rule_comment(rule, LABEL_BYTES))


def _words(
    rule: Rule, remote: AddressSet | None, direction: Direction, family: Family | None
) -> Iterator[str]:
    yield f"{_ACTIONS[rule.action]} {_WAYS[direction]}"
    if rule.log is not None:
        yield "log"
    yield "quick"
    if rule.interface is not None:
        yield f"on {'lo0' if rule.interface == LOOPBACK_INTERFACE else rule.interface}"
    if family is not None:
        yield _FAMILIES[family.value]
    if rule.protocol is not None:
        yield f"proto {_PROTOCOLS.get(rule.protocol, rule.protocol.value)}"
    local = _end(None if family is None else members(rule.local, family), rule.local_ports)
    other = _end(None if family is None else members(remote, family), rule.remote_ports)
    source, destination = (other, local) if direction is Direction.INCOMING else (local, other)
    yield "all" if source == destination == "any" else f"from {source} to {destination}"
    if rule.icmp_types:
        kind = "icmp-type" if rule.protocol is Protocol.ICMP else "icmp6-type"
        yield f"{kind} {_list(map(str, rule.icmp_types))}"
    if rule.action is Action.ACCEPT and rule.protocol in _WITH_OPTIONS:
        yield "allow-opts"


def _end(prefixes: tuple[Network, ...] | None, ports: PortSet | None) -> str:
    addresses = "any" if prefixes is None else _list(map(shown_prefix, prefixes))
    if ports is None:
        return addresses
    return f"{addresses} port {_list(shown_range(*pair, between=':') for pair in ports.ranges)}"


def _list(values: Iterable[str]) -> str:
    listed = list(values)
    return listed[0] if len(listed) == 1 else f"{{ {', '.join(listed)} }}"


_ACTIONS = {Action.ACCEPT: "pass", Action.DROP: "block drop", Action.REJECT: "block return"}
_WAYS = {Direction.INCOMING: "in", Direction.OUTGOING: "out"}
# Numbers where /etc/protocols of a system may not have the name.
_PROTOCOLS = {
    Protocol.ICMPV6: "icmp6",
    Protocol.SCTP: "132",
    Protocol.DCCP: "33",
    Protocol.UDPLITE: "136",
}
_SILENT = "tells the sender of tcp and udp only"
_ANSWERED = {Protocol.TCP, Protocol.UDP}
_WITH_OPTIONS = {Protocol.IGMP, Protocol.ICMPV6}
_HOW_TO_LOAD = f"""\
#
# pf.conf needs one line, before rules that are quick:  anchor "{ANCHOR}"
# Check with  pfctl -a {ANCHOR} -nf {ANCHOR}.pf
# and load with  pfctl -a {ANCHOR} -f {ANCHOR}.pf
# For a host that forwards nothing: pf brings forwarded packets to these rules, too.
# Replies pass and invalid packets are dropped without a rule. TCP connections that pf has not seen
# begin are dropped: enable pf before you load this over one.
""".splitlines()
