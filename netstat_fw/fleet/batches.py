"""Batches: examining and merging as functions over Arrow, for Spark and whatever else has them.

Columns in: ``host`` (text), ``time`` (moment with a zone, or null) and ``text`` (text or binary).
Columns out: those of `EXAMINED`, whatever the engine does in between. pyarrow is loaded by the
first call.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from netstat_fw.arrow import load_arrow
from netstat_fw.fleet.capture import HostCapture
from netstat_fw.fleet.packing import merge_packed
from netstat_fw.fleet.stages import examine_piece
from netstat_fw.fleet.store import Examined, MemoryStore

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    import pyarrow as pa

EXAMINED = "host string, capture string, dossier binary"
"""The columns of what was examined, as Spark writes a schema."""


def examine_batches(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Examine the captures of each batch; for ``mapInArrow``.

    Raises:
        ValueError: for a time without a time zone.
        MissingExtraError: pyarrow is not installed; the extra ``arrow`` brings it.
    """
    for batch in batches:
        columns = (batch.column(name).to_pylist() for name in ("host", "time", "text"))
        captures = (HostCapture(*cells) for cells in zip(*columns, strict=True))
        examined = examine_piece(captures)
        yield load_arrow().RecordBatch.from_pydict(
            {
                "host": [each.host for each in examined],
                "capture": [each.key for each in examined],
                "dossier": _binary(each.dossier for each in examined),
            }
        )


def merge_table(table: pa.Table) -> pa.Table:
    """Merge what was examined of one host to a single row; for ``applyInArrow``."""
    dossiers = table.column("dossier").to_pylist()
    return load_arrow().table(
        {
            "host": table.column("host").slice(0, 1),
            "capture": [min(table.column("capture").to_pylist())],
            "dossier": _binary([merge_packed(*dossiers)]),
        }
    )


def store_rows(rows: Iterable[Mapping[str, object]]) -> MemoryStore:
    """Keep rows of `EXAMINED`, merged or not, in a store that a survey goes on from.

    Args:
        rows: mappings, as those of ``collect()``.
    """
    store = MemoryStore()
    store.add(
        Examined(str(row["host"]), str(row["capture"]), bytes(row["dossier"]))  # type: ignore[call-overload] # bytes or bytearray
        for row in rows
    )
    return store


def _binary(values: Iterable[bytes]) -> pa.Array:
    arrow = load_arrow()
    return arrow.array(list(values), arrow.binary())
