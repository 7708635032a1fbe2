"""Failures: the exception that ends the command for unusable input, and text fit to be shown."""

from __future__ import annotations

import click


class InputError(click.ClickException):
    """The input cannot be used; its one sentence is shown and the command ends with status 2."""

    exit_code = 2


def cleaned(text: str) -> str:
    """Clean a text of one or more lines for a terminal: `netstat_fw.diagnostics.printable`."""
    # Loaded where there is something to say: the help of the command has nothing to clean.
    from netstat_fw.diagnostics import printable  # noqa: PLC0415

    return "\n".join(map(printable, text.split("\n")))
