"""Options: those that several subcommands have, and the arguments that name captures."""

from __future__ import annotations

import click

from netstat_fw.records import Dialect

PATH = click.Path(allow_dash=True, path_type=str)
"""A path that the shell completes; whether it can be read, only reading tells."""

capture_argument = click.argument("capture", metavar="CAPTURE", type=PATH)
captures_argument = click.argument(
    "captures", metavar="CAPTURE...", type=PATH, nargs=-1, required=True
)
all_option = click.option(
    "--all",
    "show_all",
    is_flag=True,
    help="Show every rule, question and address, also where many are alike.",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Write JSON, for machines.")


def _as_dialect(_context: object, _option: object, value: str | None) -> Dialect | None:
    return None if value is None else Dialect(value)


dialect_option = click.option(
    "--dialect",
    type=click.Choice([dialect.value for dialect in Dialect]),
    callback=_as_dialect,
    help="Read the text as this dialect only; by default the shape of its rows decides.",
)
