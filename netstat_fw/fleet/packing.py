"""Packing: dossiers as bytes, to cross processes and to be kept.

Versioned, small, and nothing but data: JSON, compressed. What was packed elsewhere is read without
running anything of it. Equal dossiers, evidence included, are equal bytes. `netstat_fw.plain` takes
twice as long, as it names every culprit in what people wrote; nobody writes dossiers by hand.
"""

from __future__ import annotations

import enum
import json
import zlib
from datetime import datetime
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from typing import TYPE_CHECKING, Any

from cattrs import Converter
from cattrs.strategies import configure_tagged_union

from netstat_fw.errors import FleetError
from netstat_fw.fleet.dossier import Dossier, merge_dossiers
from netstat_fw.fleet.rows import write_rows
from netstat_fw.observation.identity import Finding

if TYPE_CHECKING:
    from collections.abc import Callable

    from netstat_fw.fleet.rows import Row

PACKING = 1
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


def pack_rows(rows: list[Row]) -> bytes:
    """Write rows as compressed lines of JSON."""
    return zlib.compress(write_rows({"rows": rows})["rows"], _LEVEL)


def unpack_rows(packed: bytes) -> bytes:
    """Return the lines of JSON that `pack_rows` compressed."""
    return zlib.decompress(packed)


def _make_converter() -> Converter:
    converter = Converter(omit_if_default=True, forbid_extra_keys=True, detailed_validation=False)
    # Fields name the unions of both families, values have the classes.
    texts: tuple[tuple[Any, Callable[[str], object]], ...] = (
        (IPv4Address, IPv4Address),
        (IPv6Address, IPv6Address),
        (IPv4Address | IPv6Address, ip_address),
        (IPv4Network, IPv4Network),
        (IPv6Network, IPv6Network),
        (IPv4Network | IPv6Network, ip_network),
    )
    for kind, read in texts:
        converter.register_unstructure_hook(kind, str)
        converter.register_structure_hook(kind, _reading(read))
    converter.register_unstructure_hook(datetime, datetime.isoformat)
    converter.register_structure_hook(datetime, lambda value, _: datetime.fromisoformat(value))
    converter.register_unstructure_hook(enum.Enum, lambda member: member.value)
    configure_tagged_union(Finding, converter, tag_name="is")
    return converter


def _reading(read: Callable[[str], object]) -> Callable[[str, object], object]:
    return lambda value, _kind: read(value)


_CONVERTER = _make_converter()
