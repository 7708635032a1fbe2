"""``parse``: the records of a capture, for other programs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from netstat_fw.cli.captures import read_capture
from netstat_fw.cli.options import capture_argument, dialect_option
from netstat_fw.cli.results import finish, show_json
from netstat_fw.cli.sources import Source

if TYPE_CHECKING:
    from netstat_fw.records import Dialect


@click.command(
    "parse",
    epilog="""\
\b
Examples:
  netstat -anp | netstat-fw parse - --json
  netstat-fw parse capture.txt --csv > sockets.csv
  netstat-fw parse capture.txt --json --strict
""",
)
@capture_argument
@dialect_option
@click.option("--json", "form", flag_value="json", help="Write everything, as JSON.")
@click.option("--csv", "form", flag_value="csv", help="Write the internet sockets, as CSV.")
@click.option("--strict", is_flag=True, help="Refuse a capture with rows that cannot be read.")
def command(capture: str, dialect: Dialect | None, form: str | None, *, strict: bool) -> None:
    """Write the typed records that a capture was read into.

    In CSV, a text that a spreadsheet would take for a formula has an apostrophe in front.
    """
    if form is None:
        raise click.UsageError("say in which form: --json or --csv")
    read = read_capture(Source(capture), dialect=dialect, strict=strict)
    if form == "csv":
        from netstat_fw.cli.spreadsheet import write_csv  # noqa: PLC0415 - for this form only

        click.echo(write_csv(read), nl=False)
    else:
        show_json(read.to_dict())
    finish(is_damaged=bool(read.errors))
