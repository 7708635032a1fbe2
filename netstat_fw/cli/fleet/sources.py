"""Sources: captures of many hosts from folders, archives and JSON lines, one at a time.

Nothing is unpacked to disk and nothing is held but the capture at hand. Whatever cannot be read
becomes a capture that says why; only a source that is not there at all is an error of the call.
"""

from __future__ import annotations

import io
import os
import sys
import tarfile
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING

import attrs

from netstat_fw.cli.failures import InputError
from netstat_fw.cli.fleet.unpacking import BROKEN, unpacked
from netstat_fw.diagnostics import printable
from netstat_fw.errors import FleetError
from netstat_fw.fleet import HostCapture
from netstat_fw.fleet.limits import Limits
from netstat_fw.fleet.lines import read_line
from netstat_fw.fleet.naming import locate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

_TAR = slice(257, 262)
_BLOCK = 512
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_NOBODY = "(unreadable)"
"""Stands for the host of what names none and cannot be read."""
_LINES = (".jsonl", ".ndjson", ".jsonl.gz", ".ndjson.gz")


@attrs.frozen
class Found:
    """One capture and where it was found.

    Attributes:
        source: path of the file, behind that of its archive.
        capture: the capture.
    """

    source: str
    capture: HostCapture


@attrs.frozen
class _Entry:
    """A file that may be a capture.

    Attributes:
        source: where it is, for people.
        path: its path below where the search began.
        root: what that is called.
        modified: when it was written, seconds since 1970.
        opened: opens it; raises what is in `BROKEN`.
    """

    source: str
    path: str
    root: str
    modified: float
    opened: Callable[[], IO[bytes]]


def read_sources(
    names: Iterable[str], limits: Limits | None = None, but: Path | None = None
) -> Iterator[Found]:
    """Go through the captures of folders, files and archives; ``-`` is JSON lines on stdin.

    Args:
        names: what to go through.
        limits: how much of it.
        but: a folder that is left out wherever it is met: that of the results.

    Raises:
        InputError: for a source that does not exist.
    """
    allowed = Limits() if limits is None else limits
    for name in names:
        path = Path(name)
        if name == "-":
            yield from _lines(sys.stdin.buffer, "standard input", allowed)
        elif path.is_dir():
            yield from _folder(path, allowed, None if but is None else but.resolve())
        elif path.exists():
            yield from _file(path, path.name, "", allowed)
        else:
            raise InputError(f"there is no file or folder {printable(name)}")


def _folder(root: Path, limits: Limits, but: Path | None) -> Iterator[Found]:
    whole = root.resolve()
    waiting = [root]
    while waiting:
        folder = waiting.pop()
        if but is not None and folder.resolve() == but:
            continue
        try:
            with os.scandir(folder) as entries:
                for entry in entries:
                    path = Path(entry.path)
                    if entry.name.startswith("."):
                        continue
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(path)
                    elif not path.resolve().is_relative_to(whole):
                        yield _refused(entry.path, FleetError("a link out of the folder"))
                    elif entry.is_file():
                        below = path.relative_to(root).as_posix()
                        yield from _file(path, below, whole.name, limits)
        except OSError as error:
            yield _refused(str(folder), error)


def _file(path: Path, below: str, root: str, limits: Limits) -> Iterator[Found]:
    """Read a file of any kind, found as `below` in a folder called `root`."""
    source = str(path)
    try:
        with path.open("rb") as file:
            if file.peek(4).startswith(_ZIP):
                yield from _captures(_zip(file, source, path.name, limits), limits)
                return
            stream = unpacked(file, limits)
            if stream.peek(_BLOCK)[_TAR] == b"ustar":
                yield from _captures(_tar(stream, source, path.name), limits)
            elif below.lower().endswith(_LINES):
                yield from _lines(stream, source, limits)
            else:
                modified = path.stat().st_mtime
                entry = _Entry(source, below, root, modified, lambda: stream)
                yield from _captures([entry], limits)
    except BROKEN as error:
        yield _refused(source, error)


def _tar(stream: IO[bytes], source: str, root: str) -> Iterator[_Entry]:
    with tarfile.open(fileobj=stream, mode="r|") as archive:
        for member in archive:
            # The archive would remember every member it has met.
            archive.members = []  # type: ignore[attr-defined] # typeshed hides it
            content = archive.extractfile(member) if member.isfile() else None
            if content is not None:
                inner = f"{source}:{member.name}"
                yield _Entry(inner, member.name, root, member.mtime, _giving(content))


def _giving(content: IO[bytes]) -> Callable[[], IO[bytes]]:
    return lambda: content


def _zip(file: IO[bytes], source: str, root: str, limits: Limits) -> Iterator[_Entry]:
    packed = file.seek(0, io.SEEK_END)
    unpacked_size = 0
    with zipfile.ZipFile(file) as archive:
        for member in archive.infolist():
            if not member.is_dir():
                inner = f"{source}:{member.filename}"
                opened = _opening(archive, member)
                yield _Entry(inner, member.filename, root, _zip_time(member), opened)
                # What was read of it is at most what it says it is.
                unpacked_size += min(member.file_size, limits.capture)
                limits.check_archive(packed, unpacked_size)


def _opening(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Callable[[], IO[bytes]]:
    return lambda: archive.open(member)


def _zip_time(member: zipfile.ZipInfo) -> float:
    """Take the time without a zone for UTC; a date that cannot be for 1980."""
    try:
        return datetime(*member.date_time, tzinfo=UTC).timestamp()
    except ValueError:
        return datetime(1980, 1, 1, tzinfo=UTC).timestamp()


def _captures(entries: Iterable[_Entry], limits: Limits) -> Iterator[Found]:
    for entry in entries:
        host = _NOBODY
        try:
            located = locate(entry.path, entry.root)
            if located is None:
                continue
            host, time = located.host, located.time
            with entry.opened() as content:
                stream = unpacked(io.BufferedReader(content), limits)  # type: ignore[arg-type] # raw enough
                text = stream.read(limits.capture + 1)
            limits.check_capture(len(text))
            if "sos_commands" in entry.path:
                # What made the report wrote the file when it ran the command.
                time = datetime.fromtimestamp(entry.modified, UTC)
            yield Found(entry.source, HostCapture(host, time, text))
        except BROKEN as error:
            yield _refused(entry.source, error, host)


def _lines(stream: IO[bytes], source: str, limits: Limits) -> Iterator[Found]:
    # Escapes at most double a table, which is ASCII.
    longest = 2 * limits.capture
    number = 0
    while line := stream.readline(longest + 1):
        number += 1
        inner = f"{source}:{number}"
        if len(line) > longest:
            yield _refused(
                inner, FleetError("a line longer than any capture; the rest is not read")
            )
            return
        try:
            if line.strip():
                yield Found(inner, read_line(line))
        except FleetError as error:
            yield _refused(inner, error)


def _refused(source: str, error: BaseException, host: str = _NOBODY) -> Found:
    """Make the capture that says why there is none."""
    why = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return Found(source, HostCapture(host, None, b"", f"{source}: {why}"))
