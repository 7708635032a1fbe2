"""Packing: dossiers as bytes, to cross processes and to be kept.

Versioned, small, and nothing but data: JSON, compressed. What was packed elsewhere is read without
running anything of it. Equal dossiers, evidence included, are equal bytes. `netstat_fw.plain` takes
twice as long, as it names every culprit in what people wrote; nobody writes dossiers by hand.
"""

from __future__ import annotations

import json
import zlib

from netstat_fw.errors import FleetError
from netstat_fw.fleet.dossier import Dossier, merge_dossiers
from netstat_fw.fleet.form import make_converter

PACKING = 3
"""Number of the form; another number is refused."""
_LEVEL = 1
_HEAD = b"netstat-fw dossier %d\n"


def pack(dossier: Dossier) -> bytes:
    """Write a dossier as bytes."""
    text = json.dumps(_CONVERTER.unstructure(dossier), separators=(",", ":"))
    return _HEAD % PACKING + zlib.compress(text.encode("ascii"), _LEVEL)


def unpack(data: bytes) -> Dossier:
    """Read what `pack` wrote.

    Raises:
        FleetError: for anything else, and for the form of another version.
    """
    head, _, body = data.partition(b"\n")
    if head + b"\n" != _HEAD % PACKING:
        raise FleetError(f"{head[:40]!a} is no dossier of form {PACKING}; examine it again")
    try:
        return _CONVERTER.structure(json.loads(zlib.decompress(body)), Dossier)
    except Exception as error:
        raise FleetError(f"a dossier is damaged: {type(error).__name__}: {error}") from error


def merge_packed(first: bytes, *others: bytes) -> bytes:
    """Merge packed dossiers of one host; as associative, commutative and idempotent as theirs is.

    Raises:
        FleetError: as `unpack`.
        ValueError: for dossiers of several hosts.
    """
    return pack(merge_dossiers(unpack(first), *map(unpack, others)))


def pack_lines(lines: bytes) -> bytes:
    """Compress lines of JSON."""
    return zlib.compress(lines, _LEVEL)


def unpack_lines(packed: bytes) -> bytes:
    """Return the lines of JSON that `pack_lines` compressed."""
    return zlib.decompress(packed)


_CONVERTER = make_converter()
