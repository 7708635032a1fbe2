"""Cells: what a person reads about one rule, as plain text that no terminal could misunderstand."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import attrs

from netstat_fw.analyzers.findings import Connection, Exposure
from netstat_fw.diagnostics import printable
from netstat_fw.protocol import Family, Protocol
from netstat_fw.ruleset.sets import AddressSet
from netstat_fw.ruleset.terms import Direction

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from netstat_fw.analyzers.findings import Findings
    from netstat_fw.evidence import Evidence
    from netstat_fw.ruleset.rule import Rule
    from netstat_fw.ruleset.sets import PortSet

_Traffic: TypeAlias = Exposure | Connection
_Lines: TypeAlias = "tuple[Evidence, ...]"

_MOST_RUNS = 6
_MOST_CAPTURES = 2
_FAMILY_NAMES = {Family.IPV4: "IPv4", Family.IPV6: "IPv6"}
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


def write_cells(rule: Rule, direction: Direction, programs: Programs) -> Cells:
    """Write a rule of a chain in words; `programs` are those of its direction."""
    return Cells(
        rule.action.value,
        printable(_service(rule, direction)),
        printable(_remote(rule)),
        printable(", ".join(programs.of(rule))),
        "" if rule.confidence is None else rule.confidence.value,
        printable(rule.comment or next((each.sentence for each in rule.reasons), "")),
        printable(write_lines(rule.evidence)),
    )


def describe(rule: Rule, direction: Direction) -> str:
    """Write a rule as one line: action, service, remote side, confidence, id."""
    side = "from" if direction is Direction.INCOMING else "to"
    sure = "" if rule.confidence is None else f" ({rule.confidence.value})"
    said = f"{rule.action.value} {_service(rule, direction)} {side} {_remote(rule)}{sure} {rule.id}"
    return printable(said)


def is_base(rule: Rule) -> bool:
    """Tell whether a rule is one that every host needs."""
    return any(reason.code.startswith(_BASE) for reason in rule.reasons)


class Programs:
    """The programs that were seen in one direction, looked up by rule."""

    def __init__(self, direction: Direction, findings: Findings) -> None:
        self._direction = direction
        self._seen: dict[tuple[Protocol, int], list[tuple[_Lines, tuple[str, ...]]]] = {}
        for each, port, evidence in _traffic(direction, findings):
            self._seen.setdefault((each.protocol, port), []).append((evidence, each.programs))

    def of(self, rule: Rule) -> tuple[str, ...]:
        """Find the programs that were seen at what a rule is about, sorted."""
        ports = _ports(rule, self._direction)
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


def _traffic(direction: Direction, findings: Findings) -> Iterable[tuple[_Traffic, int, _Lines]]:
    """Pair the findings of a direction with the port a rule names, and the lines behind them."""
    if direction is Direction.INCOMING:
        return ((e, e.port, (*e.evidence, *e.sessions)) for e in findings.exposures)
    return ((c, c.remote_port, c.evidence) for c in findings.connections)


def _ports(rule: Rule, direction: Direction) -> PortSet | None:
    return rule.local_ports if direction is Direction.INCOMING else rule.remote_ports


def _service(rule: Rule, direction: Direction) -> str:
    ports = _ports(rule, direction)
    protocol = "any" if rule.protocol is None else rule.protocol.value
    where = protocol if ports is None else f"{protocol}/{ports}"
    named = rule.service and rule.service != where.replace("/", "-")
    return f"{where} {rule.service}" if named else where


def _remote(rule: Rule) -> str:
    families = "" if len(rule.families) > 1 else f" ({_FAMILY_NAMES[rule.families[0]]})"
    local = "" if rule.local is None else f" at {rule.local}"
    if isinstance(rule.remote, AddressSet):
        families = ""
    return f"{'any' if rule.remote is None else rule.remote}{families}{local}"


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
