"""Archives: the files in a tar or zip archive, one at a time and read as a stream.

An archive that ends or breaks before its end says so behind what it had: nothing of it is lost in
silence. What raises is in `netstat_fw.cli.fleet.unpacking.BROKEN`.
"""

from __future__ import annotations

import io
import tarfile
import zipfile
from datetime import UTC, datetime
from typing import IO, TYPE_CHECKING, NoReturn

import attrs

from netstat_fw.errors import FleetError
from netstat_fw.fleet.naming import is_lines

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Self

    from netstat_fw.fleet.limits import Limits

_BLOCK = 512
_LONGEST_HEADER = 1 << 20
"""Bytes of long names and of what pax says of a file, which `tarfile` takes into memory."""
_EXTENSIONS = frozenset(
    {
        tarfile.GNUTYPE_LONGNAME,
        tarfile.GNUTYPE_LONGLINK,
        tarfile.XHDTYPE,
        tarfile.XGLTYPE,
        tarfile.SOLARIS_XHDTYPE,
    }
)


@attrs.frozen
class Entry:
    """A file that may be a capture.

    Attributes:
        source: where it is, for people.
        path: its path below where the search began.
        root: what that is called.
        modified: when it was written, seconds since 1970.
        opened: opens it.
    """

    source: str
    path: str
    root: str
    modified: float
    opened: Callable[[], IO[bytes]]


def tar_entries(stream: IO[bytes], source: str, root: str, limits: Limits) -> Iterator[Entry]:
    """Go through the files of a tar archive. Each is read before the next is asked for."""
    sparse = 0
    with tarfile.open(fileobj=stream, mode="r|", tarinfo=_Header) as archive:
        for member in archive:
            # The archive would remember every member it has met.
            archive.members = []  # type: ignore[attr-defined] # typeshed hides it
            inner = f"{source}:{member.name}"
            if member.islnk():
                opened = _refusing(f"a link to {member.linkname}, which a stream cannot go back to")
                yield Entry(inner, member.name, root, member.mtime, opened)
            content = archive.extractfile(member) if member.isfile() else None
            if content is not None:
                if member.issparse():
                    # It takes next to no room in the archive, packed or not.
                    sparse += member.size
                    limits.check_archive(archive.offset, sparse)
                yield Entry(inner, member.name, root, member.mtime, _giving(content))


def zip_entries(file: IO[bytes], source: str, root: str, limits: Limits) -> Iterator[Entry]:
    """Go through the files of a zip archive."""
    packed = file.seek(0, io.SEEK_END)
    unpacked_size = 0
    with zipfile.ZipFile(file) as archive:
        for member in archive.infolist():
            if not member.is_dir():
                # What is read of it is at most what it says it is.
                whole = is_lines(member.filename)
                size = member.file_size
                unpacked_size += size if whole else min(size, limits.capture)
                limits.check_archive(packed, unpacked_size)
                inner = f"{source}:{member.filename}"
                opened = _opening(archive, member)
                yield Entry(inner, member.filename, root, _zip_time(member), opened)


class _Header(tarfile.TarInfo):
    """A header of a tar archive, which `tarfile` takes for the end of it where it is damaged."""

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> Self:
        if len(buf) < _BLOCK:
            raise FleetError("it ends in the middle; what is behind is not read")
        try:
            member = super().frombuf(buf, encoding, errors)
        except tarfile.HeaderError as error:
            if any(buf):
                raise FleetError(f"{error}; what is behind is not read") from None
            # A block of zeros, and nothing else, is the end.
            raise
        if member.type in _EXTENSIONS and member.size > _LONGEST_HEADER:
            raise FleetError("a header larger than 1 MiB")
        return member


def _giving(content: IO[bytes]) -> Callable[[], IO[bytes]]:
    return lambda: content


def _refusing(why: str) -> Callable[[], NoReturn]:
    def refuse() -> NoReturn:
        raise FleetError(why)

    return refuse


def _opening(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Callable[[], IO[bytes]]:
    return lambda: archive.open(member)


def _zip_time(member: zipfile.ZipInfo) -> float:
    """Take the time without a zone for UTC; a date that cannot be for 1980."""
    try:
        return datetime(*member.date_time, tzinfo=UTC).timestamp()
    except ValueError:
        return datetime(1980, 1, 1, tzinfo=UTC).timestamp()
