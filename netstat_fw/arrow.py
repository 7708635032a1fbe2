"""Arrow: captures as ``pyarrow`` tables, for DuckDB, Polars, pandas and Spark.

The schema follows `netstat_fw.columns`, whatever the capture holds: texts are ``string``, ports
``uint16``, other whole numbers ``int64``, numbers ``float64``. Its metadata names the version.
pyarrow is loaded by the first call, not by the import of this module.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from netstat_fw.columns import COLUMNS, Kind, encodable
from netstat_fw.errors import MissingExtraError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import pyarrow as pa

SCHEMA_VERSION = 1
"""Counts up when a column is added."""


def arrow_schema() -> pa.Schema:
    """Return the schema of every table of `Capture.to_arrow`.

    Raises:
        MissingExtraError: pyarrow is not installed; the extra ``arrow`` brings it.
    """
    return make_schema((column.name, column.kind, column.nullable) for column in COLUMNS)


def make_schema(columns: Iterable[tuple[str, Kind, bool]]) -> pa.Schema:
    """Make a schema of columns: their names, kinds, and whether cells can be None.

    Raises:
        MissingExtraError: as above.
    """
    arrow = load_arrow()
    types = {kind: arrow.type_for_alias(alias) for kind, alias in _TYPES.items()}
    types[Kind.TIME] = arrow.timestamp("us", "UTC")
    types[Kind.TEXTS] = arrow.list_(arrow.string())
    return arrow.schema(
        [arrow.field(name, types[kind], nullable) for name, kind, nullable in columns],
        metadata={"netstat_fw_schema_version": str(SCHEMA_VERSION)},
    )


def make_table(records: Iterable[Mapping[str, Any]]) -> pa.Table:
    """Put records into one table.

    Args:
        records: those of one or several captures (`Capture.to_records`).

    Raises:
        MissingExtraError: as above.
    """
    rows = list(records)
    schema = arrow_schema()
    return load_arrow().table(
        {name: [encodable(row[name]) for row in rows] for name in schema.names}, schema=schema
    )


def load_arrow() -> Any:  # noqa: ANN401 - pyarrow has no types of its own
    """Load pyarrow.

    Raises:
        MissingExtraError: it is not installed.
    """
    try:
        import pyarrow as pa  # noqa: PLC0415 - the extra may be missing
    except ModuleNotFoundError as error:
        if error.name != "pyarrow":
            raise
        raise MissingExtraError(
            "pyarrow is not installed; install it with: pip install 'netstat-fw[arrow]'"
        ) from error
    return pa


_TYPES = {
    Kind.TEXT: "string",
    Kind.BOOLEAN: "bool",
    Kind.PORT: "uint16",
    Kind.INTEGER: "int64",
    Kind.REAL: "float64",
}
