"""The summary of a fleet as a person reads it: counts, groups, who stands out, what failed.

Names of hosts and files reach the terminal as plain text, as everywhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
from rich import box
from rich.table import Table
from rich.text import Text

from netstat_fw.cli.tables import make_console
from netstat_fw.diagnostics import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rich.console import Console

    from netstat_fw.fleet import Group, Outlier
    from netstat_fw.observation import Edge

_SHOWN = 20
_NAMES = 3
_COUNTED = ("Hosts", "Captures", "Unreadable", "Groups", "Outliers", "Edges", "Confirmed")


@attrs.frozen
class Totals:
    """What a summary tells.

    Attributes:
        hosts: how many.
        captures: how many, broken ones among them.
        broken: where each capture is that could not be read, and why.
        edges: who is a client of whom.
        groups: hosts whose firewalls mean the same, the largest first.
        outliers: who stands out.
    """

    hosts: int
    captures: int
    broken: tuple[tuple[str, str], ...]
    edges: tuple[Edge, ...]
    groups: tuple[Group, ...]
    outliers: tuple[Outlier, ...]


def print_summary(totals: Totals) -> None:
    """Print the summary."""
    console = make_console()
    confirmed = sum(edge.is_confirmed for edge in totals.edges)
    counts = (
        totals.hosts,
        totals.captures,
        len(totals.broken),
        len(totals.groups),
        len(totals.outliers),
        len(totals.edges),
        confirmed,
    )
    console.print(_table(_COUNTED, [counts]))
    _print_some(
        console,
        "Groups: hosts whose firewalls mean the same",
        ("Group", "Hosts", "Who", "What others reach on all of them"),
        [(g.name, len(g.hosts), _some(g.hosts), " ".join(g.exposes)) for g in totals.groups],
    )
    _print_some(
        console,
        "Outliers: what hosts like them do not expose",
        ("Host", "Exposes", "Like", "Hosts"),
        [(o.host, " ".join(o.exposes), o.group_name, o.peers) for o in totals.outliers],
    )
    _print_some(
        console,
        "Edges: who is a client of whom",
        ("Client", "Server", "Port", "Shown by"),
        [(e.client, e.server, f"{e.protocol.value}/{e.port}", e.proof.value) for e in totals.edges],
    )
    _print_some(console, "Unreadable", ("Where", "Why"), totals.broken)


def _print_some(
    console: Console, title: str, columns: Sequence[str], rows: Sequence[Sequence[object]]
) -> None:
    if not rows:
        return
    console.print(Text(f"\n{title}", style="bold", overflow="fold"))
    console.print(_table(columns, rows[:_SHOWN]))
    if len(rows) > _SHOWN:
        console.print(f"... and {len(rows) - _SHOWN} more")


def _table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(Text(printable(str(cell))) for cell in row))
    return table


def _some(names: Sequence[str]) -> str:
    more = len(names) - _NAMES
    return " ".join(names[:_NAMES]) + (f" and {more} more" if more > 0 else "")
