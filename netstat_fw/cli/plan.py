"""The plan as a person reads it: two tables, then everything that is open or in doubt.

Captured text reaches the terminal through `printable` and as plain `Text`, so that neither control
characters nor the markup of the table library in a program name mean anything.
"""

from __future__ import annotations

import shutil
import sys
from typing import TYPE_CHECKING

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from netstat_fw.diagnostics import printable
from netstat_fw.ruleset import Action, AddressSet, Direction, Family

if TYPE_CHECKING:
    from collections.abc import Iterable

    from netstat_fw.analyzers.findings import Findings, Hazard
    from netstat_fw.ruleset import PortSet, Rule, Ruleset

_WIDTH_OF_A_FILE = 120
_MOST_RUNS = 6
_COLOURS = {Action.ACCEPT: "green", Action.DROP: "red", Action.REJECT: "red"}
_BASE = "BASE_"


def print_plan(findings: Findings, ruleset: Ruleset) -> None:
    """Print the proposed ruleset and what the operator should know about it."""
    width = None if sys.stdout.isatty() else _file_width()
    console = Console(width=width, highlight=False)
    for direction in Direction:
        console.print(_chain_table(direction, ruleset))
    _print_list(
        console,
        "Questions",
        (
            f"{q.sentence} [{' '.join(filter(None, (q.code, q.subject)))}]"
            for q in ruleset.questions
        ),
    )
    _print_list(
        console,
        "Hazards",
        (f"{hazard.risk.value}: {_hazard(hazard)} [{hazard.code}]" for hazard in findings.hazards),
    )
    told = {hazard.code for hazard in findings.hazards}
    told |= {f"UNPROVEN_{fact.code}" for fact in findings.host.fitness}
    _print_list(
        console,
        "Caveats",
        (f"{c.sentence} [{c.code}]" for c in ruleset.caveats if c.code not in told),
    )
    _print_list(
        console,
        "What this capture cannot prove",
        (fact.sentence for fact in findings.host.fitness if not fact.proven),
    )


def _hazard(hazard: Hazard) -> str:
    exposure = hazard.exposure
    if exposure is None:
        return hazard.advice
    return f"{exposure.protocol.value}/{exposure.port}: {hazard.advice}"


def _file_width() -> int:
    """Return the width for output that is no terminal: COLUMNS where set, else room enough."""
    return shutil.get_terminal_size((_WIDTH_OF_A_FILE, 0)).columns


def _print_list(console: Console, title: str, sentences: Iterable[str]) -> None:
    lines = list(sentences)
    if not lines:
        return
    console.print(Text(f"\n{title}", style="bold"))
    for line in lines:
        grid = Table.grid(padding=(0, 1))
        grid.add_row("-", Text(printable(line)))
        console.print(grid)


def _chain_table(direction: Direction, ruleset: Ruleset) -> Table:
    chain = ruleset.chain(direction)
    rules = [rule for rule in chain.rules if rule.enabled]
    base = [rule for rule in rules if _is_base(rule)]
    table = Table(
        title=f"\n{direction.value.capitalize()}: what is not listed is {_PAST[chain.default]}"
        f" ({len(base)} base rules, such as loopback and replies, come first)",
        title_justify="left",
        title_style="bold",
        box=box.SIMPLE_HEAD,
        pad_edge=False,
    )
    table.add_column("Action", no_wrap=True)
    table.add_column("Service", no_wrap=True)
    table.add_column("From" if direction is Direction.INCOMING else "To")
    table.add_column("How sure", no_wrap=True)
    table.add_column("Why")
    table.add_column("Lines")
    for rule in rules:
        if not _is_base(rule):
            table.add_row(*_cells(rule, direction))
    return table


def _is_base(rule: Rule) -> bool:
    return any(reason.code.startswith(_BASE) for reason in rule.reasons)


def _cells(rule: Rule, direction: Direction) -> list[Text]:
    confidence = "" if rule.confidence is None else rule.confidence.value
    why = rule.reasons[0].sentence if rule.reasons else rule.comment
    return [
        Text(rule.action.value, style=_COLOURS[rule.action]),
        Text(printable(_service(rule, direction))),
        Text(printable(_remote(rule))),
        Text(confidence),
        Text(printable(why)),
        Text(_lines([evidence.line for evidence in rule.evidence])),
    ]


def _service(rule: Rule, direction: Direction) -> str:
    ports: PortSet | None = (
        rule.local_ports if direction is Direction.INCOMING else rule.remote_ports
    )
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


def describe(rule: Rule, direction: Direction) -> str:
    """Write a rule as one line: action, service, remote side, confidence, id."""
    action, service, remote, confidence = (cell.plain for cell in _cells(rule, direction)[:4])
    side = "from" if direction is Direction.INCOMING else "to"
    return f"{action} {service} {side} {remote} ({confidence}) {rule.id}"


def _lines(numbers: list[int]) -> str:
    """Write line numbers, consecutive ones as a range: ``3, 14-20``.

    >>> _lines([3, 14, 15, 16])
    '3, 14-16'
    """
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1][1:] = [number]
        else:
            runs.append([number])
    shown = ", ".join("-".join(str(end) for end in run) for run in runs[:_MOST_RUNS])
    more = len(runs) - _MOST_RUNS
    return f"{shown} and {more} more" if more > 0 else shown


_PAST = {Action.ACCEPT: "accepted", Action.DROP: "dropped", Action.REJECT: "rejected"}
_FAMILY_NAMES = {Family.IPV4: "IPv4", Family.IPV6: "IPv6"}
