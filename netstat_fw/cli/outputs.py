"""Outputs: files that are there as a whole or not at all."""

from __future__ import annotations

import contextlib
import os
import stat
import tempfile
from pathlib import Path

from netstat_fw.cli.failures import InputError
from netstat_fw.diagnostics import printable

_NEW = 0o666


def write_file(path: Path, text: str, *, is_program: bool = False) -> None:
    """Write a text to a file, in UTF-8 and with its line ends as they are; see `write_bytes`."""
    write_bytes(path, text.encode("utf-8", "backslashreplace"), is_program=is_program)


def write_bytes(path: Path, data: bytes, *, is_program: bool = False) -> None:
    """Write a file as a whole or not at all.

    The data is written beside the file first and then takes its place, so that a full disk leaves
    no half of a firewall behind. What is no regular file, such as a pipe, is written to directly.

    Args:
        path: the file; its folder exists.
        data: what to write.
        is_program: let the file be run.

    Raises:
        InputError: where that cannot be done.
    """
    try:
        if path.exists() and not path.is_file():
            path.write_bytes(data)
            return
        # A link stays one: what it points to is replaced.
        _replace(path.resolve(), data, is_program=is_program)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise InputError(
            f"cannot write {printable(str(path))}: {reason}: name a place that can be written to"
        ) from None


def _replace(path: Path, data: bytes, *, is_program: bool) -> None:
    mode = stat.S_IMODE(path.stat().st_mode) if path.exists() else _NEW & ~_umask()
    if is_program:
        # Whoever may read it may run it.
        mode |= (mode & 0o444) >> 2
    number, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(number, "wb") as file:
            file.write(data)
        Path(name).chmod(mode)
        Path(name).replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(name).unlink()
        raise


def _umask() -> int:
    """Return the process's mask for new files, which can only be read by setting it."""
    mask = os.umask(0)
    os.umask(mask)
    return mask


def make_folder(path: Path) -> None:
    """Make a folder, and those above it, unless it is there.

    Raises:
        InputError: where that cannot be done.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(
            f"cannot make the folder {printable(str(path))}: {error.strerror}: name another place"
        ) from None
