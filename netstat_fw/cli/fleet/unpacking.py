"""Unpacking: packed files as streams that are read piece by piece and watched while they are.

A stream ends with `FleetError` where it unpacks to more than the limits allow, and with what the
standard library raises where it is damaged.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile
import zlib
from typing import IO, TYPE_CHECKING, Protocol

from netstat_fw.errors import FleetError

if TYPE_CHECKING:
    from collections.abc import Callable

    from netstat_fw.fleet.limits import Limits

BROKEN = (
    OSError,
    EOFError,
    FleetError,
    ValueError,
    OverflowError,
    zlib.error,
    lzma.LZMAError,
    tarfile.TarError,
    zipfile.BadZipFile,
    # Of zip files: a method that is not known, and a password that is.
    NotImplementedError,
    RuntimeError,
)
"""What a file that cannot be read raises."""
_MOST_MEMORY = 128 << 20
"""`xz -9` needs 65 MiB to unpack; a forged header may ask for 4 GiB."""
_PIECE = 1 << 16


def unpacked(stream: io.BufferedReader, limits: Limits) -> io.BufferedReader:
    """Unpack what is packed with gzip, bzip2 or xz; anything else stays as it is."""
    head = stream.peek(6)
    for magic, opened in _KINDS.items():
        if head.startswith(magic):
            packed = _Counted(stream)
            return io.BufferedReader(_Watched(packed, opened(packed), limits), _PIECE)
    return stream


class _Counted(io.RawIOBase):
    """A stream that knows how much of it was read."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self.count = 0

    def readinto(self, buffer: memoryview, /) -> int:  # type: ignore[override] # the one there is
        data = self._stream.read(len(buffer))
        buffer[: len(data)] = data
        self.count += len(data)
        return len(data)


class _Watched(io.RawIOBase):
    """What a packed stream unpacks to, as far as the limits allow."""

    def __init__(self, packed: _Counted, stream: _Readable, limits: Limits) -> None:
        self._packed = packed
        self._stream = stream
        self._limits = limits
        self._count = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview, /) -> int:  # type: ignore[override] # as above
        data = self._stream.read(len(buffer))
        self._count += len(data)
        self._limits.check_archive(self._packed.count, self._count)
        buffer[: len(data)] = data
        return len(data)


class _Xz(io.RawIOBase):
    """Streams of xz one behind the other; unlike `lzma.LZMAFile` with a limit to the memory."""

    def __init__(self, packed: _Counted) -> None:
        self._packed = packed
        self._left = b""
        self._machine = lzma.LZMADecompressor(memlimit=_MOST_MEMORY)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview, /) -> int:  # type: ignore[override] # as above
        data = b""
        while not data:
            machine = self._machine
            if machine.eof:
                # Streams may follow each other, with padding between them (xz file format, 2.2).
                self._left = (machine.unused_data or self._packed.read(_PIECE)).lstrip(b"\0")
                if not self._left:
                    return 0
                self._machine = machine = lzma.LZMADecompressor(memlimit=_MOST_MEMORY)
            elif machine.needs_input:
                self._left = self._packed.read(_PIECE)
                if not self._left:
                    raise EOFError("it ends in the middle")
            data = machine.decompress(self._left, len(buffer))
            self._left = b""
        buffer[: len(data)] = data
        return len(data)


class _Readable(Protocol):
    """What can be read from."""

    def read(self, size: int, /) -> bytes:
        """Return at most so many bytes, none at the end."""


_KINDS: dict[bytes, Callable[[_Counted], _Readable]] = {
    b"\x1f\x8b": lambda packed: gzip.GzipFile(fileobj=packed),
    b"BZh": bz2.BZ2File,
    b"\xfd7zXZ\x00": lambda packed: io.BufferedReader(_Xz(packed)),
}
