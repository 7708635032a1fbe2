"""Input of the command: captured text from files and standard input.

Every way in which a file cannot be read becomes a `click` error of one sentence.
"""

from __future__ import annotations

import gzip
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from netstat_fw import CaptureError, UnrecognizedCapture, parse
from netstat_fw.diagnostics import Severity, printable

if TYPE_CHECKING:
    from netstat_fw.records import Capture, Dialect

_GZIP_MAGIC = b"\x1f\x8b"
_LARGEST = 1 << 30
_SHOWN_REMARKS = 20


class InputError(click.ClickException):
    """The input cannot be used; the command ends with status 2."""

    exit_code = 2


def read_bytes(name: str) -> bytes:
    """Read a file, a gzipped file, or standard input for ``-``.

    Raises:
        InputError: for what cannot be read, or is larger than 1 GiB.
    """
    if name == "-":
        return _unpacked(sys.stdin.buffer.read(_LARGEST + 1), "standard input")
    path = Path(name)
    if path.is_dir():
        raise InputError(f"{printable(name)} is a directory; name the capture files in it")
    try:
        with path.open("rb") as file:
            data = file.read(_LARGEST + 1)
    except FileNotFoundError:
        raise InputError(f"there is no file {printable(name)}") from None
    except OSError as error:
        raise InputError(f"cannot read {printable(name)}: {error.strerror}") from None
    return _unpacked(data, name)


def _unpacked(data: bytes, name: str) -> bytes:
    if data[:2] == _GZIP_MAGIC:
        data = _gunzipped(data, name)
    if len(data) > _LARGEST:
        raise InputError(f"{printable(name)} is larger than 1 GiB; split it first")
    return data


def _gunzipped(data: bytes, name: str) -> bytes:
    import io  # noqa: PLC0415 - rarely needed

    try:
        with gzip.open(io.BytesIO(data)) as file:
            return file.read(_LARGEST + 1)
    except (OSError, EOFError) as error:
        raise InputError(f"{printable(name)} is not a whole gzip file: {error}") from None


def read_capture(name: str, *, dialect: Dialect | None = None, strict: bool = False) -> Capture:
    """Read and parse one capture; say on standard error what was doubtful in it.

    Raises:
        InputError: for input that cannot be read or holds no table.
    """
    try:
        capture = parse(read_bytes(name), dialect=dialect, strict=strict)
    except (UnrecognizedCapture, CaptureError) as error:
        raise InputError(f"{printable(name)}: {error}") from None
    _tell_remarks(capture)
    return capture


def _tell_remarks(capture: Capture) -> None:
    remarks = [d for d in capture.diagnostics if d.severity is not Severity.INFO]
    for remark in remarks[:_SHOWN_REMARKS]:
        click.echo(str(remark), err=True)
    if len(remarks) > _SHOWN_REMARKS:
        click.echo(f"... and {len(remarks) - _SHOWN_REMARKS} more remarks", err=True)
