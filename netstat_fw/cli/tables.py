"""The plan as a person reads it: two tables, then everything that is open or in doubt.

Rules and questions that are alike are put together, and the plan says how to see each of them.

All text is printable already and goes to the table library as plain `Text`, so that neither control
characters nor its markup mean anything. Colours are for terminals only.
"""

from __future__ import annotations

import os
import shutil
import sys
from typing import TYPE_CHECKING

import attrs
from rich import box
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from netstat_fw.alike import join_questions, join_rows
from netstat_fw.cells import Cells, Programs, cut_lists, is_base, name_lines, write_cells
from netstat_fw.cli.advice import advise
from netstat_fw.ruleset.terms import Action, Direction

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rich.console import RenderableType

    from netstat_fw.analyzers.findings import Findings
    from netstat_fw.ruleset.model import Chain, Ruleset

_WIDTH_OF_A_FILE = 120
_MOST_SHOWN = 100
# Narrower than this, a table has no room for its sentences.
_NARROWEST_TABLE = 96
_WIDEST_SERVICE = 28
_WIDEST_CELL = 24
# Action, "How sure", the least of "Why", and the blanks around seven columns.
_FIXED = 6 + 10 + _WIDEST_CELL + 21
_PAST = {Action.ACCEPT: "accepted", Action.DROP: "dropped", Action.REJECT: "rejected"}
_COLOURS = {"accept": "green", "drop": "red", "reject": "red"}
_SIDES = {Direction.INCOMING: "From", Direction.OUTGOING: "To"}


def make_console() -> Console:
    """Make the console for standard output: coloured on a terminal, unless NO_COLOR is set.

    Its width is that of the terminal; of COLUMNS, or room enough, where there is none.
    """
    is_terminal = sys.stdout.isatty()
    # https://no-color.org: set to anything but an empty text.
    plain = not is_terminal or bool(os.environ.get("NO_COLOR"))
    width = None if is_terminal else shutil.get_terminal_size((_WIDTH_OF_A_FILE, 0)).columns
    return Console(width=width, highlight=False, color_system=None if plain else "auto")


def print_plan(findings: Findings, ruleset: Ruleset, *, show_all: bool = False) -> None:
    """Print the proposed ruleset and what the operator should know about it.

    Args:
        findings: what was found.
        ruleset: what that comes to.
        show_all: show every rule, question and address, also where there are many.
    """
    console = make_console()
    most = None if show_all else _MOST_SHOWN
    together = 0 if show_all else len(ruleset.questions) - len(join_questions(ruleset.questions))
    is_cut = False
    for direction in Direction:
        rules = [rule for rule in ruleset.chain(direction).rules if rule.enabled]
        own = [rule for rule in rules if not is_base(rule)]
        programs = Programs(direction, findings)
        each_row = [write_cells(rule, programs) for rule in own] if show_all else None
        rows = each_row or join_rows(own, programs)
        together += len(own) - len(rows)
        if not show_all:
            is_cut = is_cut or any(cut_lists(row.remote) != row.remote for row in rows)
            rows = [attrs.evolve(row, remote=cut_lists(row.remote)) for row in rows]
        # A blank line before the first would be all that head -1 shows.
        if direction is not Direction.INCOMING:
            console.print()
        console.print(_title(direction, ruleset.chain(direction), len(rules) - len(own)))
        for part in _parts(rows[:most], direction, console.width):
            console.print(part)
        _tell_rest(console, rows[_MOST_SHOWN:], most)
    for title, sentences in advise(findings, ruleset, one_by_one=show_all):
        console.print(Text(f"\n{title}", style="bold", overflow="fold"))
        for sentence in sentences[:most]:
            grid = Table.grid(padding=(0, 1))
            grid.add_row("-", Text(sentence, overflow="fold"))
            console.print(grid)
        _tell_rest(console, sentences[_MOST_SHOWN:], most)
    if together:
        console.print(Text("\nWhat is alike is shown together; --all shows each by itself."))
    if is_cut:
        console.print(Text("\nOf many addresses the first are shown; --all shows every one."))


def _tell_rest(console: Console, rest: Sequence[object], most: int | None) -> None:
    if most is not None and rest:
        console.print(Text(f"... and {len(rest)} more; --all shows them"))


def _title(direction: Direction, chain: Chain, base: int) -> Text:
    return Text(
        f"{direction.value.capitalize()}: what is not listed is {_PAST[chain.default]}"
        f" ({base} base rules, such as loopback and replies, come first)",
        style="bold",
        overflow="fold",
    )


def _parts(rows: Sequence[Cells], direction: Direction, width: int) -> Iterable[RenderableType]:
    side = _SIDES[direction]
    if width < max(_NARROWEST_TABLE, _width_of(rows)):
        return (part for row in rows for part in _paragraphs(row, side.lower()))
    return (_table(rows, side),)


def _width_of(rows: Sequence[Cells]) -> int:
    """Count what a table needs: with less room, its last columns would be cropped."""
    cells = [("From", "Program", "Lines"), *((r.remote, r.programs, r.lines) for r in rows)]
    cut = sum(min(max(map(len, column)), _WIDEST_CELL) for column in zip(*cells, strict=True))
    service = min(max(len("Service"), *(len(row.service) for row in rows), 0), _WIDEST_SERVICE)
    return _FIXED + service + cut


def _table(rows: Sequence[Cells], side: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("Action", no_wrap=True)
    whole = min(max((len(row.service) for row in rows), default=0), _WIDEST_SERVICE)
    table.add_column("Service", overflow="fold", min_width=whole, max_width=_WIDEST_SERVICE)
    for title in (side, "Program"):
        table.add_column(title, overflow="fold", max_width=_WIDEST_CELL)
    table.add_column("How sure", no_wrap=True)
    table.add_column("Why", overflow="fold", min_width=_WIDEST_CELL)
    table.add_column("Lines", overflow="fold", max_width=_WIDEST_CELL)
    for row in rows:
        action = Text(row.action, style=_COLOURS[row.action])
        rest = (row.service, row.remote, row.programs, row.confidence, row.why, row.lines)
        table.add_row(action, *map(Text, rest))
    return table


def _paragraphs(row: Cells, side: str) -> Iterable[RenderableType]:
    """Write a rule as paragraphs, which can be as narrow as one likes."""
    head = Text(row.action, style=_COLOURS[row.action], overflow="fold")
    head.append(f" {row.service} {side} {row.remote}", style="bold")
    yield head
    sure = f"{row.confidence}: " if row.confidence else ""
    yield Padding(Text(f"{sure}{row.why}", overflow="fold"), (0, 0, 0, 4), expand=False)
    seen = [
        f"program {row.programs}" if row.programs else "",
        name_lines(row.lines),
    ]
    if any(seen):
        yield Padding(
            Text("; ".join(filter(None, seen)), overflow="fold"), (0, 0, 0, 4), expand=False
        )
