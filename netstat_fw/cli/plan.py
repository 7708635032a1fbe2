"""The plan as a person reads it: two tables, then everything that is open or in doubt.

Captured text reaches the terminal through `printable` and as plain `Text`, so that neither control
characters nor the markup of the table library in a program name mean anything.
"""

from __future__ import annotations

import shutil
import sys
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

from netstat_fw.diagnostics import printable
from netstat_fw.ruleset import Action, Direction, PortSet

if TYPE_CHECKING:
    from collections.abc import Iterable

    from netstat_fw.analyzers.findings import Findings
    from netstat_fw.ruleset import Chain, Rule, Ruleset

_WIDTH_OF_A_FILE = 120
_MOST_LINES = 6
_COLOURS = {Action.ACCEPT: "green", Action.DROP: "red", Action.REJECT: "red"}
_BASE = "BASE_"


def print_plan(findings: Findings, ruleset: Ruleset) -> None:
    """Print the proposed ruleset and what the operator should know about it."""
    width = None if sys.stdout.isatty() else _file_width()
    console = Console(width=width, highlight=False, soft_wrap=False)
    for direction in Direction:
        console.print(_chain_table(direction, ruleset.chain(direction)))
    _print_list(
        console, "Questions", (_question(q.code, q.subject, q.sentence) for q in ruleset.questions)
    )
    _print_list(
        console,
        "Hazards",
        (f"{hazard.risk.value}: {hazard.advice} [{hazard.code}]" for hazard in findings.hazards),
    )
    _print_list(
        console, "Caveats", (f"{caveat.sentence} [{caveat.code}]" for caveat in ruleset.caveats)
    )
    _print_list(
        console,
        "What this capture cannot prove",
        (fact.sentence for fact in findings.host.fitness if not fact.proven),
    )


def _file_width() -> int:
    """Return the width for output that is no terminal: COLUMNS where set, else room enough."""
    return shutil.get_terminal_size((_WIDTH_OF_A_FILE, 0)).columns


def _question(code: str, subject: str, sentence: str) -> str:
    return f"{sentence} [{' '.join(filter(None, (code, subject)))}]"


def _print_list(console: Console, title: str, sentences: Iterable[str]) -> None:
    lines = list(sentences)
    if not lines:
        return
    console.print(Text(f"\n{title}", style="bold"))
    for line in lines:
        grid = Table.grid(padding=(0, 1))
        grid.add_row("-", Text(printable(line)))
        console.print(grid)


def _chain_table(direction: Direction, chain: Chain) -> Table:
    rules = [rule for rule in chain.rules if rule.enabled]
    base = [rule for rule in rules if _is_base(rule)]
    table = Table(
        title=f"{direction.value.capitalize()}: what is not listed is"
        f" {_PAST[chain.default]} ({len(base)} base rules come first)",
        title_justify="left",
        title_style="bold",
    )
    for name in ("Action", "Service", "Who" if direction is Direction.INCOMING else "Where to"):
        table.add_column(name, no_wrap=name == "Action")
    for name in ("How sure", "Why", "Lines"):
        table.add_column(name)
    for rule in rules:
        if not _is_base(rule):
            table.add_row(*_cells(rule, direction))
    return table


def _is_base(rule: Rule) -> bool:
    return any(reason.code.startswith(_BASE) for reason in rule.reasons)


def _cells(rule: Rule, direction: Direction) -> list[Text]:
    confidence = "" if rule.confidence is None else rule.confidence.value
    why = "; ".join(reason.sentence for reason in rule.reasons) or rule.comment
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
    return f"{rule.service} {where}" if rule.service else where


def _remote(rule: Rule) -> str:
    families = "" if len(rule.families) > 1 else f" ({rule.families[0].value})"
    local = "" if rule.local is None else f" at {rule.local}"
    return f"{'any' if rule.remote is None else rule.remote}{families}{local}"


def describe(rule: Rule, direction: Direction) -> str:
    """Write a rule as one line: action, service, remote side, confidence, id."""
    action, service, remote, confidence = (cell.plain for cell in _cells(rule, direction)[:4])
    side = "from" if direction is Direction.INCOMING else "to"
    return f"{action} {service} {side} {remote} ({confidence}) {rule.id}"


def _lines(numbers: list[int]) -> str:
    shown = ", ".join(str(number) for number in numbers[:_MOST_LINES])
    more = len(numbers) - _MOST_LINES
    return f"{shown} and {more} more" if more > 0 else shown


_PAST = {Action.ACCEPT: "accepted", Action.DROP: "dropped", Action.REJECT: "rejected"}
