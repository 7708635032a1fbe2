"""ufw: a shell script of ufw commands that makes its firewall from scratch.

ufw accepts some packets before any rule of an operator: what its files ``before.rules`` and
``before6.rules`` list. The script takes out of them what the ruleset does not accept, and adds that
invalid packets and forged loopback addresses are dropped in both directions. It adds also what the
commands of ufw have no words for, such as ICMP types, where no rule drops any of it. It resets ufw
first, which keeps a copy of the operator's own rules and files.

A command holds one prefix of each side and 15 slots of ports, so a rule may take several. ufw takes
a command that differs in its action only to be the older one, changed; such a rule could never be
reached and is left out.

Written for ufw 0.36, ufw(8).
"""

from __future__ import annotations

import itertools
import shlex
from typing import TYPE_CHECKING

import attrs

from netstat_fw.exporters.agreement import Agreement
from netstat_fw.exporters.annotations import header_comments, rule_comment
from netstat_fw.exporters.iptables import iptables_obstacle, matches
from netstat_fw.exporters.limits import omit_or_refuse
from netstat_fw.exporters.linux import matched_families, members, obstacle, port_groups
from netstat_fw.exporters.rendered import Omission, Rendered
from netstat_fw.exporters.stateful import is_settled, state_obstacle, state_omissions
from netstat_fw.exporters.ufw_stock import (
    DECIDED_FIRST,
    FILES,
    STOCK,
    chain_of,
)
from netstat_fw.protocol import Family, Protocol
from netstat_fw.ruleset.sets import shown_prefix, shown_range
from netstat_fw.ruleset.terms import Action, Direction

if TYPE_CHECKING:
    from collections.abc import Iterator

    from netstat_fw.ruleset.model import Ruleset
    from netstat_fw.ruleset.rule import Rule
    from netstat_fw.ruleset.sets import AddressSet, PortSet

_COMMENT_BYTES = 250


def render(ruleset: Ruleset) -> Rendered:
    """Write the ruleset as a script for ``sh``.

    Raises:
        ExportError: for a rule that drops or rejects what ufw cannot name or accepts by itself.
    """
    plans = [_plan(ruleset, direction) for direction in Direction]
    omissions = tuple(omission for plan in plans for omission in plan.omissions)
    defaults = [
        f"ufw default {_ACTIONS[ruleset.chain(direction).default]} {direction.value}"
        for direction in Direction
    ]
    lines = [
        "#!/bin/sh",
        *header_comments(ruleset, omissions),
        *_PREPARATION,
        "",
        "# What commands of ufw cannot say, and before it what never passes.",
        *(line for plan in plans for line in plan.added),
        *(line for direction in Direction for line in _drops(direction)),
        "",
        "# What ufw accepts by itself, but not the ruleset.",
        *(line for plan in plans for line in plan.removed),
        "",
        *_RESET,
        "",
        *defaults,
        *(line for plan in plans for line in plan.commands),
        "ufw --force enable",
    ]
    text = "\n".join(lines) + "\n"
    return Rendered(text, {"ufw.sh": text}, omissions)


def _drops(direction: Direction) -> Iterator[str]:
    for family in Family:
        loopback = (f"{flag} {_LOOPBACK[family]}" for flag in ("-d", "-s"))
        for match in (*loopback, "-m conntrack --ctstate INVALID"):
            yield _added(family, direction, f"{match} -j DROP")


def _added(family: Family, direction: Direction, rest: str) -> str:
    # Each goes right behind the line, so the last that is added comes first.
    return _quoted("add", FILES[family], chain_of(family, direction), rest)


def _quoted(*words: str) -> str:
    return shlex.join(words)


@attrs.frozen
class _Match:
    """What one command matches, beside direction and family; empty for any."""

    interface: str
    protocol: str
    source: str
    source_ports: str
    destination: str
    destination_ports: str

    def words(self, family: Family | None) -> Iterator[str]:
        """Give the words of the command from protocol on; None stands for both families."""
        if self.protocol:
            yield from ("proto", self.protocol)
        # An address tells the family; where there is none, the prefix of all addresses does.
        everything = _EVERYTHING[family] if family and not self.destination else "any"
        yield from ("from", self.source or everything)
        yield from ("port", self.source_ports) if self.source_ports else ()
        yield from ("to", self.destination or "any")
        yield from ("port", self.destination_ports) if self.destination_ports else ()


@attrs.define
class _Plan:
    """What becomes of one chain, in lines of the script."""

    added: list[str] = attrs.Factory(list)
    removed: list[str] = attrs.Factory(list)
    commands: list[str] = attrs.Factory(list)
    omissions: list[Omission] = attrs.Factory(list)
    seen: set[tuple[Family, _Match]] = attrs.Factory(set)


def _plan(ruleset: Ruleset, direction: Direction) -> _Plan:
    plan = _Plan()
    agreement = Agreement(ruleset, direction, DECIDED_FIRST)
    kept: list[Rule] = []
    for stock in STOCK:
        if stock.direction is direction:
            if agreement.accepts(stock.rule):
                kept.append(stock.rule)
            else:
                plan.removed.append(_quoted("remove", FILES[stock.family], stock.line))
    for rule in ruleset.chain(direction).rules:
        comment = rule_comment(rule, _COMMENT_BYTES)
        if not rule.enabled:
            plan.commands.append(f"# disabled: {comment}")
            continue
        plan.omissions += state_omissions(rule, "ufw")
        if is_settled(rule, "ufw") or _is_done(agreement, rule, kept):
            plan.commands.append(f"# done by ufw itself: {comment}")
            continue
        found = _obstacle(rule)
        if found is None:
            _command(plan, ruleset, rule, direction)
        elif _fits_before(agreement, rule):
            plan.added += _before(ruleset, rule, direction)
            plan.omissions += [Omission(rule.id, "is not logged")] if rule.log else []
            plan.commands.append(f"# done by a line added above: {comment}")
        else:
            plan.omissions.append(omit_or_refuse(rule, "ufw", found))
            plan.commands.append(f"# left out: {comment}")
    return plan


def _is_done(agreement: Agreement, rule: Rule, kept: list[Rule]) -> bool:
    if obstacle(rule, "ufw") is not None:
        return False
    return agreement.is_decided(rule, kept if rule.action is Action.ACCEPT else ())


def _fits_before(agreement: Agreement, rule: Rule) -> bool:
    """Tell whether a rule may be accepted before all others, in the words of iptables."""
    if rule.action is not Action.ACCEPT or iptables_obstacle(rule) is not None:
        return False
    return agreement.accepts(rule)


def _before(ruleset: Ruleset, rule: Rule, direction: Direction) -> Iterator[str]:
    remote = ruleset.resolve(rule)
    for family in matched_families(rule, remote):
        for match in matches(rule, remote, direction, family):
            yield _added(family, direction, f"{match} -j ACCEPT")


def _command(plan: _Plan, ruleset: Ruleset, rule: Rule, direction: Direction) -> None:
    if rule.log is not None:
        sentence = "logs with the prefix and at the rate of ufw"
        plan.omissions.append(Omission(rule.id, sentence))
    written = list(_rule_commands(ruleset, rule, direction, plan.seen))
    comment = rule_comment(rule, _COMMENT_BYTES)
    plan.commands += written or [f"# never reached: {comment}"]


def _obstacle(rule: Rule) -> str | None:
    if rule.protocol is not None and rule.protocol not in _PROTOCOLS:
        return f"ufw has no commands for {rule.protocol.value}; put it before rules that drop"
    if rule.hop_limit is not None:
        return "ufw cannot ask for a hop limit; a rule without one would fit"
    return state_obstacle(rule, "ufw") or obstacle(rule, "ufw")


def _rule_commands(
    ruleset: Ruleset, rule: Rule, direction: Direction, seen: set[tuple[Family, _Match]]
) -> Iterator[str]:
    remote = ruleset.resolve(rule)
    families: dict[_Match, list[Family]] = {}
    for family in matched_families(rule, remote):
        for match in _matches(rule, remote, direction, family):
            if (family, match) not in seen:
                seen.add((family, match))
                families.setdefault(match, []).append(family)
    comment = rule_comment(rule, _COMMENT_BYTES)
    way = "in" if direction is Direction.INCOMING else "out"
    start = ["ufw", _ACTIONS[rule.action], way]
    log = [] if rule.log is None else ["log" if rule.log.rate else "log-all"]
    for match, held in families.items():
        interface = ["on", match.interface] if match.interface else []
        both = len(held) > 1
        words = [*start, *interface, *log, *match.words(None if both else held[0])]
        yield _quoted(*words, "comment", comment)


def _matches(
    rule: Rule, remote: AddressSet | None, direction: Direction, family: Family
) -> Iterator[_Match]:
    sides = [(remote, rule.remote_ports), (rule.local, rule.local_ports)]
    if direction is Direction.OUTGOING:
        sides.reverse()
    (source, source_ports), (destination, destination_ports) = sides
    for words in itertools.product(
        [rule.interface or ""],
        [rule.protocol.value if rule.protocol else ""],
        _addresses(source, family),
        _ports(source_ports),
        _addresses(destination, family),
        _ports(destination_ports),
    ):
        yield _Match(*words)


def _addresses(side: AddressSet | None, family: Family) -> list[str]:
    prefixes = members(side, family)
    return [""] if prefixes is None else [shown_prefix(prefix) for prefix in prefixes]


def _ports(ports: PortSet | None) -> list[str]:
    if ports is None:
        return [""]
    return [
        ",".join(shown_range(*pair, between=":") for pair in group) for group in port_groups(ports)
    ]


_ACTIONS = {Action.ACCEPT: "allow", Action.DROP: "deny", Action.REJECT: "reject"}
_PROTOCOLS = {Protocol.TCP, Protocol.UDP, Protocol.ESP, Protocol.AH, Protocol.IGMP}
_LOOPBACK = {Family.IPV4: "127.0.0.0/8", Family.IPV6: "::1"}
_EVERYTHING = {Family.IPV4: "0.0.0.0/0", Family.IPV6: "::/0"}
_PREPARATION = """\
#
# ufw itself accepts the loopback interface and established connections before any of these rules.
# While this runs, the host has no firewall; ufw keeps copies of the rules that it replaces.

set -eu
grep -qx 'IPV6=yes' /etc/default/ufw || { echo "set IPV6=yes in /etc/default/ufw" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp /usr/share/ufw/iptables/before.rules /usr/share/ufw/iptables/before6.rules "$work"

known() {
    grep -qxF -e "$2" "$work/$1" || { echo "this ufw has no line $2" >&2; exit 1; }
}
add() {
    at="-A $2 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT"
    known "$1" "$at"
    awk -v at="$at" -v new="-A $2 $3" '{ print } $0 == at { print new }' "$work/$1" > "$work/new"
    mv "$work/new" "$work/$1"
}
remove() {
    known "$1" "$2"
    grep -vxF -e "$2" "$work/$1" > "$work/new"
    mv "$work/new" "$work/$1"
}""".splitlines()
_RESET = """\
ufw --force reset
cat "$work/before.rules" > /etc/ufw/before.rules
cat "$work/before6.rules" > /etc/ufw/before6.rules""".splitlines()
