"""Cells: what a person reads about one rule, as plain text that no terminal could misunderstand."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeAlias

import attrs

from netstat_fw.analyzers.findings import Connection, Exposure
from netstat_fw.diagnostics import printable
from netstat_fw.ruleset.phrasing import phrase, remote_words, service_ports, service_words
from netstat_fw.ruleset.terms import Direction
from netstat_fw.services.builtin import builtin_catalog

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from netstat_fw.analyzers.findings import Findings
    from netstat_fw.evidence import Evidence
    from netstat_fw.protocol import Protocol
    from netstat_fw.ruleset.rule import Rule
    from netstat_fw.ruleset.sets import PortSet

_Traffic: TypeAlias = Exposure | Connection
_Lines: TypeAlias = "tuple[Evidence, ...]"

_MOST_RUNS = 6
_MOST_CAPTURES = 2
_MOST_PROGRAMS = 6
_MOST_LISTED = 6
# One that is longer by one is shown whole, as that takes no more room.
_LONG_LIST = re.compile(rf"[^\s,]+(?:, [^\s,]+){{{_MOST_LISTED + 1},}}")
# From here on are the ports that systems hand out to clients: Linux from here, others from 49152.
_EPHEMERAL = 32768
_BASE = "BASE_"


@attrs.frozen
class Cells:
    """One rule in words. Every text is printable.

    Attributes:
        action: what happens.
        service: protocol, port, and the service's name.
        remote: who may connect, or be connected to.
        programs: the programs that were seen at it.
        confidence: how sure that is; empty for a rule that nothing was concluded for.
        why: what its comment says, or else the first reason.
        lines: the captured lines that it rests on.
    """

    action: str
    service: str
    remote: str
    programs: str
    confidence: str
    why: str
    lines: str


def write_cells(rule: Rule, programs: Programs) -> Cells:
    """Write a rule in words; `programs` are those of the direction of its chain."""
    return Cells(
        rule.action.value,
        printable(_service(rule, programs.direction)),
        printable(remote_words(rule).replace(",", ", ")),
        printable(write_programs(programs.of(rule))),
        "" if rule.confidence is None else rule.confidence.value,
        printable(rule.comment or next((each.sentence for each in rule.reasons), "")),
        printable(write_lines(rule.evidence)),
    )


def describe(rule: Rule, direction: Direction) -> str:
    """Write a rule as one line: what it does, how sure that is, its id."""
    sure = "" if rule.confidence is None else f" ({rule.confidence.value})"
    return printable(f"{phrase(rule, direction)}{sure} {rule.id}")


def is_named(rule: Rule, direction: Direction) -> bool:
    """Tell whether a rule's service has a name that the services file of a host would have."""
    ports = service_ports(rule, direction)
    if rule.service is None or rule.protocol is None or ports is None:
        return False
    protocol, port = rule.protocol.value, ports.ranges[0][0]
    if rule.service == f"{protocol}-{ports}":
        return False
    catalog = builtin_catalog()
    # A name that is not the registry's is the operator's.
    return rule.service != catalog.name_of(port, protocol) or catalog.is_listed(port, protocol)


def write_programs(programs: Sequence[str]) -> str:
    """Write the first of some programs, and how many more there are.

    >>> write_programs(["a", "b"]), write_programs([*"abcdefghij"])
    ('a, b', 'a, b, c, d, e, f and 4 more')
    """
    more = len(programs) - _MOST_PROGRAMS
    shown = ", ".join(programs[:_MOST_PROGRAMS])
    return f"{shown} and {more} more" if more > 0 else shown


def cut_lists(text: str) -> str:
    """Leave of each long list in a text the first ones, and how many more there are.

    >>> cut_lists("a, b, c, d, e, f, g, h, i at x, y")
    'a, b, c, d, e, f and 3 more at x, y'
    """
    return _LONG_LIST.sub(_cut_list, text)


def _cut_list(found: re.Match[str]) -> str:
    items = found[0].split(", ")
    return f"{', '.join(items[:_MOST_LISTED])} and {len(items) - _MOST_LISTED} more"


def is_base(rule: Rule) -> bool:
    """Tell whether a rule is one that every host needs."""
    return any(reason.code.startswith(_BASE) for reason in rule.reasons)


class Programs:
    """The programs that were seen in one direction, looked up by rule.

    Attributes:
        direction: of the chain whose rules are looked up.
    """

    def __init__(self, direction: Direction, findings: Findings) -> None:
        self.direction = direction
        self._seen: dict[tuple[Protocol, int], list[tuple[_Lines, tuple[str, ...]]]] = {}
        for each, port, evidence in _traffic(direction, findings):
            self._seen.setdefault((each.protocol, port), []).append((evidence, each.programs))

    def of(self, rule: Rule) -> tuple[str, ...]:
        """Find the programs that were seen at what a rule is about, sorted."""
        ports = service_ports(rule, self.direction)
        if ports is None or rule.protocol is None:
            return ()
        cited = set(rule.evidence)
        return tuple(
            sorted(
                {
                    program
                    for port in self._ports_among(rule.protocol, ports)
                    for evidence, programs in self._seen.get((rule.protocol, port), ())
                    if not cited.isdisjoint(evidence)
                    for program in programs
                }
            )
        )

    def _ports_among(self, protocol: Protocol, ports: PortSet) -> Iterable[int]:
        if len(ports) < len(self._seen):
            return (port for first, last in ports.ranges for port in range(first, last + 1))
        return (port for known, port in self._seen if known is protocol and port in ports)


def _service(rule: Rule, direction: Direction) -> str:
    """Name a service as `service_words`; what only IANA's registry calls it is in parentheses.

    IANA has given away half of the ports below 10000, mostly to what nobody meets: that a port has
    a name there does not make a program that service. Among the ports of clients such a name is
    nearly always chance, and is not told.
    """
    ports = service_ports(rule, direction)
    if rule.service is None or ports is None or is_named(rule, direction):
        return service_words(rule, direction)
    where = service_words(attrs.evolve(rule, service=None), direction)
    is_chance = ports.ranges[0][0] >= _EPHEMERAL or rule.service == where.replace("/", "-")
    return where if is_chance else f"{where} ({rule.service})"


def _traffic(direction: Direction, findings: Findings) -> Iterable[tuple[_Traffic, int, _Lines]]:
    """Pair the findings of a direction with the port a rule names, and the lines behind them."""
    if direction is Direction.INCOMING:
        return ((e, e.port, (*e.evidence, *e.sessions)) for e in findings.exposures)
    return ((c, c.remote_port, c.evidence) for c in findings.connections)


def write_lines(evidence: Sequence[Evidence]) -> str:
    """Write lines, consecutive ones as a range, behind the name of their capture where it has one.

    >>> from netstat_fw.evidence import Evidence
    >>> write_lines([Evidence(n) for n in (3, 14, 15, 16)])
    '3, 14-16'
    >>> write_lines([Evidence(3, "a.txt"), Evidence(4, "b.txt")])
    'a.txt 3; b.txt 4'
    """
    captures: dict[str, list[int]] = {}
    for each in evidence:
        captures.setdefault(each.capture, []).append(each.line)
    shown = [
        f"{name} {_runs(lines)}".strip() for name, lines in list(captures.items())[:_MOST_CAPTURES]
    ]
    more = len(captures) - _MOST_CAPTURES
    if more > 0:
        shown.append(f"and {more} more captures" if more > 1 else "and 1 more capture")
    return "; ".join(shown)


def name_lines(lines: str) -> str:
    """Say in a sentence what `write_lines` gave back.

    >>> name_lines("3"), name_lines("3, 14-16"), name_lines("")
    ('line 3', 'lines 3, 14-16', '')
    """
    if not lines:
        return ""
    return f"line {lines}" if lines.isdecimal() else f"lines {lines}"


def _runs(numbers: list[int]) -> str:
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1][1:] = [number]
        else:
            runs.append([number])
    shown = ", ".join("-".join(str(end) for end in run) for run in runs[:_MOST_RUNS])
    more = len(runs) - _MOST_RUNS
    return f"{shown} and {more} more" if more > 0 else shown
