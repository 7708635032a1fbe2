"""Datasets: the results of a fleet as files, JSON lines or Parquet, written piece by piece.

A file has its name only when it is whole: until then it is called ``.part``.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from netstat_fw.arrow import make_schema
from netstat_fw.columns import Kind
from netstat_fw.fleet import DATASETS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

FORMATS = ("jsonl", "parquet")
_ROW_GROUP = 8 << 20


class _Lines:
    """A file of JSON lines."""

    def __init__(self, path: Path, _dataset: str) -> None:
        self._file = path.open("wb")

    def write(self, lines: bytes) -> None:
        self._file.write(lines)

    def close(self) -> None:
        self._file.close()


class _Parquet:
    """A Parquet file; a row group is what some mebibytes of lines become."""

    def __init__(self, path: Path, dataset: str) -> None:
        self._schema = make_schema(
            (name, kind, kind is not Kind.TEXTS) for name, kind in DATASETS[dataset].items()
        )
        import pyarrow.json  # noqa: PLC0415 - the extra may be missing, which the line above tells
        import pyarrow.parquet  # noqa: PLC0415 - the same

        self._json: Any = pyarrow.json
        self._writer = pyarrow.parquet.ParquetWriter(path, self._schema, compression="zstd")
        self._waiting: list[bytes] = []
        self._size = 0

    def write(self, lines: bytes) -> None:
        self._waiting.append(lines)
        self._size += len(lines)
        if self._size > _ROW_GROUP:
            self._flush()

    def close(self) -> None:
        self._flush()
        self._writer.close()

    def _flush(self) -> None:
        text = b"".join(self._waiting)
        if text:
            options = self._json.ParseOptions(explicit_schema=self._schema)
            # A block holds at least one line, and a line is at most all of it.
            blocks = self._json.ReadOptions(block_size=len(text) + 1)
            table = self._json.read_json(io.BytesIO(text), blocks, options)
            self._writer.write_table(table.cast(self._schema))
        self._waiting.clear()
        self._size = 0


class Datasets:
    """All files of one run."""

    def __init__(self, folder: Path, formats: tuple[str, ...]) -> None:
        kinds = [(form, _WRITERS[form]) for form in formats]
        self._files = {
            dataset: [
                (path, writer(path.with_name(f"{path.name}.part"), dataset))
                for form, writer in kinds
                for path in (folder / f"{dataset}.{form}",)
            ]
            for dataset in DATASETS
        }

    def write(self, lines: Mapping[str, bytes]) -> None:
        """Write lines of JSON to the files of their datasets."""
        for dataset, some in lines.items():
            for _, writer in self._files[dataset]:
                writer.write(some)

    def close(self) -> None:
        """Finish all files and give them their names."""
        for files in self._files.values():
            for path, writer in files:
                writer.close()
                path.with_name(f"{path.name}.part").replace(path)


_WRITERS: dict[str, type[_Lines | _Parquet]] = {"jsonl": _Lines, "parquet": _Parquet}
