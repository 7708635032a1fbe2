"""Sources: what a call names, as bytes: files, gzipped files, folders of them, standard input.

Every way in which something cannot be read is an `InputError` of one sentence that ends in what to
do next.
"""

from __future__ import annotations

import errno
import sys
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

import attrs

from netstat_fw.cli.failures import InputError
from netstat_fw.diagnostics import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_GZIP_MAGIC = b"\x1f\x8b"
LARGEST = 1 << 30
"""Bytes of text that are read at most, after decompression."""
_LARGE = 64 << 20
STANDARD_INPUT = "-"
_NEW_CAPTURE = "capture with netstat -anp > FILE"


@attrs.frozen
class Source:
    """One text to read.

    Attributes:
        name: a path, or ``-`` for standard input.
        in_folder: a folder was named, and this is a file in it: it may be something else.
        remedy: how to make such a file, for who names one that is not there.
    """

    name: str
    in_folder: bool = False
    remedy: str = attrs.field(default=_NEW_CAPTURE, eq=False)

    def __str__(self) -> str:
        """Name the source for a reader."""
        return "standard input" if self.name == STANDARD_INPUT else printable(self.name)


def find_sources(names: Iterable[str]) -> tuple[Source, ...]:
    """Find what a call names, in its order and each once: a folder stands for the files in it.

    Hidden files and folders within a folder are not looked at.

    Raises:
        InputError: for a folder that cannot be listed or has no files.
    """
    found: dict[str, Source] = {}
    for name in names:
        path = Path(name)
        if name != STANDARD_INPUT and _is_folder(path):
            found.update((each.name, each) for each in _files_in(path))
        else:
            found.setdefault(name, Source(name))
    return tuple(found.values())


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except (OSError, ValueError):
        return False


def _files_in(folder: Path) -> list[Source]:
    try:
        files = sorted(path for path in folder.iterdir() if path.is_file())
    except OSError as error:
        raise InputError(_refusal(str(folder), error)) from None
    sources = [Source(str(path), in_folder=True) for path in files if path.name[0] != "."]
    if not sources:
        raise InputError(
            f"the folder {printable(str(folder))} has no files in it: name the folder that has the"
            " captures of one host"
        )
    return sources


def read_text(name: str, remedy: str) -> str:
    """Read a text file that somebody wrote by hand, in UTF-8, its line ends kept.

    Args:
        name: a path, or ``-`` for standard input.
        remedy: how to make such a file, for who names one that is not there.

    Raises:
        InputError: for what cannot be read, or is not UTF-8.
    """
    try:
        return read_bytes(Source(name, remedy=remedy)).decode("utf-8")
    except UnicodeDecodeError as error:
        raise InputError(
            f"{Source(name)} is not UTF-8 text (byte {error.start + 1}): save it as UTF-8"
        ) from None


def read_bytes(source: Source) -> bytes:
    """Read a file or standard input, decompressed where it is gzipped.

    Raises:
        InputError: for what cannot be read, or is larger than `LARGEST`.
    """
    if source.name == STANDARD_INPUT:
        return _unpacked(_read_standard_input(), source)
    try:
        with Path(source.name).open("rb") as file:
            data = file.read(LARGEST + 1)
    except (OSError, ValueError) as error:
        raise InputError(_refusal(source.name, error, source.remedy)) from None
    return _unpacked(data, source)


def _read_standard_input() -> bytes:
    if sys.stdin is None:
        raise InputError("standard input is closed: name a file instead")
    if sys.stdin.isatty():
        sys.stderr.write("reading standard input: paste the capture, then end it with Ctrl-D\n")
    return sys.stdin.buffer.read(LARGEST + 1)


def _refusal(name: str, error: OSError | ValueError, remedy: str = _NEW_CAPTURE) -> str:
    """Say why a path cannot be read, and what to do about it."""
    shown = printable(name)
    number = error.errno if isinstance(error, OSError) else None
    if number == errno.ENOENT:
        return f"there is no file {shown}: check the name, or {remedy}"
    if number == errno.EISDIR:
        return f"{shown} is a folder: name one file in it"
    if number in {errno.EACCES, errno.EPERM}:
        return f"{shown} may not be read by this user: change its mode, or run as its owner"
    reason = error.strerror if isinstance(error, OSError) else str(error)
    return f"cannot read {shown}: {reason}: name another file"


def _unpacked(data: bytes, source: Source) -> bytes:
    if data[:2] == _GZIP_MAGIC:
        data = b"".join(_gunzipped(data, source))
    if len(data) > LARGEST:
        raise InputError(
            f"{source} is larger than {LARGEST >> 20} MiB: split it, and read the parts"
        )
    if len(data) > _LARGE:
        size = len(data) >> 20
        sys.stderr.write(
            f"{source} has {size:,} MiB: a plan of it takes some {size // 4:,} seconds and ten"
            " times its size in memory\n"
        )
    return data


def _gunzipped(data: bytes, source: Source) -> Iterator[bytes]:
    """Decompress all members of a gzip file (RFC 1952 2.2), up to a byte beyond `LARGEST`."""
    left = LARGEST + 1
    try:
        while data.startswith(_GZIP_MAGIC) and left > 0:
            member = zlib.decompressobj(wbits=31)
            piece = member.decompress(data, left)
            left -= len(piece)
            yield piece
            if left > 0 and not member.eof:
                raise InputError(f"{source} ends in the middle of its gzip data: copy it again")
            data = member.unused_data
    except zlib.error as error:
        raise InputError(f"{source} is no whole gzip file ({error}): copy it again") from None
