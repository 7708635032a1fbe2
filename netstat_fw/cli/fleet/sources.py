"""Sources: captures of many hosts from folders, archives and JSON lines, one at a time.

Nothing is unpacked to disk and nothing is held but the capture at hand. Whatever cannot be read
becomes a capture that says why; only a source that is not there at all is an error of the call.
"""

from __future__ import annotations

import io
import os
import stat
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import attrs

from netstat_fw.cli.failures import InputError
from netstat_fw.cli.fleet.archives import Entry, tar_entries, zip_entries
from netstat_fw.cli.fleet.unpacking import BROKEN, unpacked
from netstat_fw.diagnostics import printable
from netstat_fw.errors import FleetError
from netstat_fw.fleet import HostCapture
from netstat_fw.fleet.limits import Limits
from netstat_fw.fleet.lines import read_line
from netstat_fw.fleet.naming import is_archive, is_lines, is_other, locate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import IO

_TAR = slice(257, 262)
_BLOCK = 512
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_REPORT_ITSELF = "sos_commands"
_REPORT = {_REPORT_ITSELF: "networking"}
"""Of a folder of an unpacked sosreport, the one in it that is gone into; others are left aside."""
_NOBODY = "(unreadable)"
"""Stands for the host of what names none and cannot be read."""


@attrs.frozen
class Found:
    """One capture and where it was found.

    Attributes:
        source: path of the file, behind that of its archive, as it can be shown.
        capture: the capture.
    """

    source: str = attrs.field(converter=printable)
    capture: HostCapture


@attrs.frozen
class _Other:
    """A file that is no capture by the ending of its name."""

    source: str = attrs.field(converter=printable)


_Met: TypeAlias = "Found | _Other"


def _ignore(_source: str) -> None:
    """Tell nobody."""


def read_sources(
    names: Iterable[str],
    limits: Limits | None = None,
    but: Path | None = None,
    left_out: Callable[[str], None] = _ignore,
) -> Iterator[Found]:
    """Go through the captures of folders, files and archives; ``-`` is JSON lines on stdin.

    Args:
        names: what to go through.
        limits: how much of it.
        but: a folder that is left out wherever it is met: that of the results.
        left_out: called with each file that is no capture by the ending of its name.

    Raises:
        InputError: for a source that does not exist.
    """
    for met in _search(names, Limits() if limits is None else limits, but):
        if isinstance(met, Found):
            yield met
        else:
            left_out(met.source)


def _search(names: Iterable[str], allowed: Limits, but: Path | None) -> Iterator[_Met]:
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


def _folder(root: Path, limits: Limits, but: Path | None) -> Iterator[_Met]:
    whole = root.resolve()
    waiting = [root]
    while waiting:
        folder = waiting.pop()
        if but is not None and folder.resolve() == but:
            continue
        try:
            with os.scandir(folder) as scanned:
                entries = [entry for entry in scanned if not entry.name.startswith(".")]
        except OSError as error:
            yield _refused(str(folder), error)
            continue
        folders = {entry.name for entry in entries if entry.is_dir(follow_symlinks=False)}
        only = _REPORT.get(folder.name) or _REPORT_ITSELF
        if only in folders:
            # Nothing else in an unpacked report is a capture, by whatever name it was unpacked.
            waiting.append(folder / only)
            continue
        waiting += (folder / name for name in folders)
        for entry in entries:
            if entry.name not in folders:
                yield from _found_in(root, whole, Path(entry.path), limits)


def _found_in(root: Path, whole: Path, path: Path, limits: Limits) -> Iterator[_Met]:
    """Read what is no folder, met below `root`, which is `whole` without links."""
    try:
        if not Path(os.path.realpath(path)).is_relative_to(whole):
            raise FleetError("a link out of the folder")
        # A loop of links is no file either.
        is_file = stat.S_ISREG(path.stat().st_mode)
    except BROKEN as error:
        if not isinstance(error, FileNotFoundError):
            yield _refused(str(path), error)
        return
    if is_file:
        yield from _file(path, path.relative_to(root).as_posix(), whole.name, limits)


def _file(path: Path, below: str, root: str, limits: Limits) -> Iterator[_Met]:
    """Read a file of any kind, found as `below` in a folder called `root`."""
    source = str(path)
    try:
        with path.open("rb") as file:
            if file.peek(4).startswith(_ZIP):
                yield from _captures(zip_entries(file, source, path.name, limits), limits)
                return
            stream = unpacked(file, limits)
            if stream.peek(_BLOCK)[_TAR] == b"ustar":
                yield from _captures(tar_entries(stream, source, path.name, limits), limits)
            elif is_lines(below):
                yield from _lines(stream, source, limits)
            elif is_archive(below):
                raise FleetError("empty, damaged, or no kind of archive that is read")
            else:
                modified = path.stat().st_mtime
                entry = Entry(source, below, root, modified, lambda: stream)
                yield from _captures([entry], limits)
    except BROKEN as error:
        yield _refused(source, error)


def _captures(entries: Iterable[Entry], limits: Limits) -> Iterator[_Met]:
    for entry in entries:
        host = _NOBODY
        try:
            located = locate(entry.path, entry.root)
            if located is None:
                if is_other(entry.path):
                    yield _Other(entry.source)
                continue
            host, time = located.host, located.time
            with entry.opened() as content:
                stream = unpacked(io.BufferedReader(content), limits)  # type: ignore[arg-type] # raw enough
                if is_lines(entry.path):
                    yield from _lines(stream, entry.source, limits)
                    continue
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
    return Found(source, HostCapture(host, None, b"", printable(f"{source}: {why}")))
