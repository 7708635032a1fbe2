"""Results: JSON on standard output, and how a subcommand ends."""

from __future__ import annotations

import json
import sys

import click


def show_json(data: object) -> None:
    """Write plain data as JSON in ASCII, so that no text in it can mean anything to a terminal."""
    click.echo(json.dumps(data, indent=2, ensure_ascii=True))


def finish(*, is_damaged: bool) -> None:
    """End with status 1 where some of the input could not be read."""
    if is_damaged:
        sys.exit(1)
