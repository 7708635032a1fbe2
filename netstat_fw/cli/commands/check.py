"""``check``: captures replayed against a ruleset before anybody loads it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from netstat_fw.cli.captures import read_captures
from netstat_fw.cli.failures import InputError, cleaned
from netstat_fw.cli.options import PATH, captures_argument, dialect_option
from netstat_fw.cli.sources import STANDARD_INPUT, find_sources
from netstat_fw.cli.stored import read_ruleset
from netstat_fw.playback import Standing, replay

if TYPE_CHECKING:
    from collections.abc import Iterator

    from netstat_fw.playback import Replay
    from netstat_fw.records import Dialect


@click.command(
    "check",
    epilog="""\
\b
Examples:
  netstat-fw export capture.txt --to json -o firewall.json
  netstat-fw check firewall.json capture.txt later.txt
  netstat -anp | netstat-fw check firewall.json -
""",
)
@click.argument("ruleset", metavar="RULESET", type=PATH)
@captures_argument
@dialect_option
@click.option(
    "--all", "show_all", is_flag=True, help="Show what would be narrowed, or is in doubt."
)
def command(
    ruleset: str, captures: tuple[str, ...], dialect: Dialect | None, *, show_all: bool
) -> None:
    """Replay captures against a ruleset: would it cut off what was observed?

    RULESET is a file written by export --to json. Ends with status 1 if anything would be cut off.
    """
    if ruleset == STANDARD_INPUT in captures:
        raise InputError("standard input holds one text only: save the ruleset to a file first")
    stored = read_ruleset(ruleset)
    sources = find_sources(captures)
    failed = False
    for reading in read_captures(sources, dialect):
        if reading.capture is None:
            failed = True
            continue
        result = replay(stored, reading.capture)
        before = f"{reading.source}: " if len(sources) > 1 else ""
        for sentence in _say(result, show_all=show_all):
            click.echo(f"{before}{cleaned(sentence)}")
        failed = failed or bool(result.cut_off or reading.capture.errors)
    if failed:
        sys.exit(1)


def _say(result: Replay, *, show_all: bool) -> Iterator[str]:
    """Say what the ruleset would cut off; the rest in numbers, or in full."""
    for cut in result.cut_off:
        yield str(cut)
    if not result.cut_off:
        yield "nothing that was observed would be cut off"
    for standing in (Standing.NARROWED, Standing.IN_DOUBT):
        judged = result.of(standing)
        if show_all:
            yield from map(str, judged)
        elif judged:
            rows = "1 row" if len(judged) == 1 else f"{len(judged)} rows"
            yield f"{standing.value}: {rows}; --all shows them"
    if show_all:
        yield from (f"accepted beyond what was observed: {each}" for each in result.unsupported)
