r"""nftables text: a table of our own, replaced as a whole in one transaction.

Adding the table, deleting it and defining it again in one file makes loading repeatable and leaves
every other table alone. Ports and ICMP types are numbers, so that nothing is looked up on the host.
A rule is one line, two where it holds addresses or a hop limit of both families, and one more where
it logs at a limited rate, because a limit in the rule itself would limit its verdict.

Written for nftables 0.9 and later, nft(8).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from netstat_fw.exporters.annotations import header_comments, rule_comment
from netstat_fw.exporters.limits import omit_or_refuse
from netstat_fw.exporters.linux import (
    LOCAL_END,
    REMOTE_END,
    matched_families,
    members,
    nfproto,
    obstacle,
    resets,
)
from netstat_fw.exporters.quoting import plain
from netstat_fw.exporters.rendered import Omission, Rendered
from netstat_fw.protocol import Family
from netstat_fw.ruleset.sets import shown_prefix, shown_range
from netstat_fw.ruleset.terms import Action, Direction

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from netstat_fw.ruleset.log import Log
    from netstat_fw.ruleset.model import Ruleset
    from netstat_fw.ruleset.rule import Rule
    from netstat_fw.ruleset.sets import AddressSet, PortSet

TABLE = "netstat_fw"
STRING_BYTES = 120
_WIDEST = 72

HOOKS = {Direction.INCOMING: "input", Direction.OUTGOING: "output"}
INTERFACE_KEYS = {Direction.INCOMING: "iifname", Direction.OUTGOING: "oifname"}
NETWORK_HEADERS = {Family.IPV4: "ip", Family.IPV6: "ip6"}
HOP_LIMITS = {Family.IPV4: "ip ttl", Family.IPV6: "ip6 hoplimit"}


def render(ruleset: Ruleset) -> Rendered:
    """Write the ruleset as a file for ``nft -f``.

    Raises:
        ExportError: for a rule that drops or rejects by a group or an interface that nftables
            cannot name: leaving it out would let more through.
    """
    omissions: list[Omission] = []
    chains = [_chain(ruleset, direction, omissions) for direction in Direction]
    lines = [
        "#!/usr/sbin/nft -f",
        *header_comments(ruleset, omissions),
        "",
        f"table inet {TABLE}",
        f"delete table inet {TABLE}",
        f"table inet {TABLE} {{",
        *chains[0],
        "",
        *chains[1],
        "}",
    ]
    text = "\n".join(lines) + "\n"
    return Rendered(text, {f"{TABLE}.nft": text}, tuple(omissions))


@attrs.frozen
class _Line:
    """One rule line: what it matches, what it does, and the comment that names its rule."""

    match: str
    statement: str
    comment: str


def _chain(ruleset: Ruleset, direction: Direction, omissions: list[Omission]) -> list[str]:
    chain = ruleset.chain(direction)
    lines: list[_Line | str] = []
    for rule in chain.rules:
        if not rule.enabled:
            lines.append(f"# disabled: {rule_comment(rule, STRING_BYTES)}")
            continue
        found = obstacle(rule, "nftables")
        if found is not None:
            omissions.append(omit_or_refuse(rule, "nftables", found))
            lines.append(f"# left out: {rule_comment(rule, STRING_BYTES)}")
            continue
        lines.extend(
            _rule_lines(rule, ruleset.resolve(rule), direction)
            or [f"# matches nothing: {rule_comment(rule, STRING_BYTES)}"]
        )
    if chain.default is Action.REJECT:
        # The policy of a base chain is accept or drop.
        lines.append(_Line("", "reject", "default"))
    policy = "accept" if chain.default is Action.ACCEPT else "drop"
    hook = HOOKS[direction]
    return [
        f"\tchain {hook} {{",
        f"\t\ttype filter hook {hook} priority 0; policy {policy};",
        *(f"\t\t{line}" for line in _aligned(lines)),
        "\t}",
    ]


def _aligned(lines: list[_Line | str]) -> Iterator[str]:
    matches = [len(line.match) for line in lines if isinstance(line, _Line)]
    width = max((length for length in matches if length <= _WIDEST), default=0)
    for line in lines:
        if isinstance(line, str):
            yield line
        else:
            match = line.match.ljust(width)
            yield f'{match and match + " "}{line.statement:<6} comment "{line.comment}"'


def _rule_lines(rule: Rule, remote: AddressSet | None, direction: Direction) -> list[_Line]:
    comment = rule_comment(rule, STRING_BYTES)
    statements = [_verdict(rule)]
    if rule.log is not None:
        log = _log(rule.log)
        # A limit in the line of the verdict would limit the verdict.
        statements = [f"{log} {statements[0]}"] if rule.log.rate is None else [log, *statements]
    return [
        _Line(match, statement, comment)
        for match in _matches(rule, remote, direction)
        for statement in statements
    ]


def _verdict(rule: Rule) -> str:
    return "reject with tcp reset" if resets(rule) else rule.action.value


def _log(log: Log) -> str:
    prefix = f'log prefix "{plain(log.prefix, STRING_BYTES)} "'
    if log.rate is None:
        return prefix
    rate = log.rate
    return f"limit rate {rate.count}/{rate.interval.value} burst {rate.burst} packets {prefix}"


def _matches(rule: Rule, remote: AddressSet | None, direction: Direction) -> Iterator[str]:
    """Give the match of each line that the rule needs: one, or one per family."""
    split = rule.local is not None or remote is not None or rule.hop_limit is not None
    if split:
        for family in matched_families(rule, remote):
            yield " ".join(_parts(rule, remote, direction, family))
    else:
        family_or_both = rule.families[0] if len(rule.families) == 1 else None
        yield " ".join(_parts(rule, None, direction, family_or_both))


def _parts(
    rule: Rule, remote: AddressSet | None, direction: Direction, family: Family | None
) -> Iterator[str]:
    if rule.interface is not None:
        yield f'{INTERFACE_KEYS[direction]} "{rule.interface}"'
    if family is not None:
        network = list(_network_parts(rule, remote, direction, family))
        # A match on a network header or on an ICMP type implies its family.
        implied = network or rule.icmp_types
        yield from network if implied else ["meta nfproto " + _equal_family(rule, family)]
    yield from _transport_parts(rule, direction)
    if rule.states:
        yield "ct state " + ",".join(state.value for state in rule.states)


def _equal_family(rule: Rule, family: Family) -> str:
    operator, value = nfproto(rule, family)
    return value.value if operator == "==" else f"{operator} {value.value}"


def _network_parts(
    rule: Rule, remote: AddressSet | None, direction: Direction, family: Family
) -> Iterator[str]:
    sides = ((REMOTE_END[direction], remote), (LOCAL_END[direction], rule.local))
    for end, side in sides:
        prefixes = members(side, family)
        if prefixes is not None:
            elements = _elements(map(shown_prefix, prefixes))
            yield f"{NETWORK_HEADERS[family]} {end}addr {elements}"
    if rule.hop_limit is not None:
        yield f"{HOP_LIMITS[family]} {rule.hop_limit}"


def _transport_parts(rule: Rule, direction: Direction) -> Iterator[str]:
    protocol = rule.protocol
    if protocol is None:
        return
    sides = (
        (REMOTE_END[direction], rule.remote_ports),
        (LOCAL_END[direction], rule.local_ports),
    )
    ports = [(end, side) for end, side in sides if side is not None]
    for end, side in ports:
        yield f"{protocol.value} {end}port {_elements(_port_texts(side))}"
    if rule.icmp_types:
        yield f"{protocol.value} type {_elements(map(str, rule.icmp_types))}"
    elif not ports:
        yield f"meta l4proto {protocol.value}"


def _port_texts(ports: PortSet) -> Iterator[str]:
    return (shown_range(*pair) for pair in ports.ranges)


def _elements(texts: Iterable[str]) -> str:
    elements = list(texts)
    return elements[0] if len(elements) == 1 else f"{{ {', '.join(elements)} }}"
