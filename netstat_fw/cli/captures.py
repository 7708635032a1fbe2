"""Captures: from what a call names to records, and what was doubtful told on standard error.

A file that a call names itself has to be a capture; one that is merely in a folder may be something
else, and is left out aloud.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import attrs
import click

from netstat_fw.cli.failures import InputError, cleaned
from netstat_fw.cli.sources import read_bytes
from netstat_fw.diagnostics import Severity
from netstat_fw.errors import CaptureError, UnrecognizedCapture
from netstat_fw.reader import parse

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from netstat_fw.cli.sources import Source
    from netstat_fw.records import Capture, Dialect

_SHOWN_REMARKS = 20
_MANY_FILES = 5
_ADVICE = ": capture with netstat -anp (Linux), -aonb (Windows) or -anv (macOS)"


@attrs.frozen
class Reading:
    """One text that was read.

    Attributes:
        source: where it is from.
        data: the text, decompressed; empty where it could not be had.
        capture: what it says; None for a file of a folder that is no capture.
    """

    source: Source
    data: bytes = b""
    capture: Capture | None = None


def read_capture(
    source: Source, *, dialect: Dialect | None = None, strict: bool = False
) -> Capture:
    """Read and parse one capture; say on standard error what was doubtful in it.

    Raises:
        InputError: for input that cannot be read or holds no table.
    """
    data = read_bytes(source)
    return parse_bytes(data, str(source), dialect=dialect, strict=strict)


def parse_bytes(
    data: bytes,
    name: str,
    *,
    dialect: Dialect | None = None,
    strict: bool = False,
    is_only: bool = True,
) -> Capture:
    """Parse one capture; say on standard error what was doubtful in it.

    Args:
        data: the text.
        name: of the capture, for messages.
        dialect: read it as this dialect only.
        strict: refuse a capture with rows that cannot be read.
        is_only: remarks need not say which capture they are about.

    Raises:
        InputError: for a text that holds no table.
    """
    try:
        capture = parse(data, dialect=dialect, strict=strict)
    except UnrecognizedCapture as error:
        said = str(error)
        # What is known to be in the text names a better next step itself.
        advice = "" if "capture again" in said else _ADVICE
        raise InputError(cleaned(f"{name}: {said}{advice}")) from None
    except CaptureError as error:
        raise InputError(cleaned(f"{name}: {error}")) from None
    _tell_remarks(capture, "" if is_only else f"{name}: ")
    return capture


def read_captures(sources: Sequence[Source], dialect: Dialect | None = None) -> Iterator[Reading]:
    """Read captures one after the other.

    Raises:
        InputError: where nothing at all is a capture, and as `read_capture`.
    """
    found = False
    for source in _with_progress(sources):
        try:
            data = read_bytes(source)
            capture = parse_bytes(data, str(source), dialect=dialect, is_only=len(sources) == 1)
        except InputError as error:
            if not source.in_folder:
                raise
            click.echo(f"left out: {error.message}", err=True)
            yield Reading(source)
        else:
            found = True
            yield Reading(source, data, capture)
    if not found:
        raise InputError("none of the files is a capture: name the folder of one host's captures")


def _with_progress(sources: Sequence[Source]) -> Iterable[Source]:
    """Show a progress bar where many files are read and somebody is looking."""
    if len(sources) < _MANY_FILES or not sys.stderr.isatty():
        return sources
    from rich.console import Console  # noqa: PLC0415 - for many files only
    from rich.progress import track  # noqa: PLC0415 - the same

    return track(sources, description="Reading captures", console=Console(stderr=True))


def _tell_remarks(capture: Capture, name: str) -> None:
    remarks = [d for d in capture.diagnostics if d.severity is not Severity.INFO]
    for remark in remarks[:_SHOWN_REMARKS]:
        click.echo(f"{name}{remark}", err=True)
    if len(remarks) > _SHOWN_REMARKS:
        click.echo(f"{name}... and {len(remarks) - _SHOWN_REMARKS} more remarks", err=True)
