"""Capture: everything that one captured text says, the waist between reading and meaning.

What `Capture.to_dict` wrote reads back equal; the flat forms hold the internet sockets alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from netstat_fw.diagnostics import Diagnostic, Severity
from netstat_fw.errors import PlainDataError
from netstat_fw.ranges import COUNT
from netstat_fw.records.sockets import Socket, UnixSocket  # noqa: TC001 - resolve_types needs it
from netstat_fw.records.terms import Dialect, LineRole  # noqa: TC001 - as above

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pyarrow as pa

SCHEMA_VERSION = 1
"""Version of what `Capture.to_dict` writes."""


@attrs.frozen
class Capture:
    """Everything that one captured text says.

    Attributes:
        dialect: the dialect that most of its rows are in.
        sockets: internet sockets in input order.
        unix_sockets: unix-domain sockets in input order.
        diagnostics: what was damaged, doubtful or no part of a table, in line order.
        line_count: number of lines; a final line break begins no further line.
        line_roles: the role of each line; line n is at index n - 1.
    """

    dialect: Dialect
    sockets: tuple[Socket, ...] = ()
    unix_sockets: tuple[UnixSocket, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    line_count: int = attrs.field(default=0, metadata=COUNT)
    line_roles: tuple[LineRole, ...] = attrs.field(default=())

    @property
    def errors(self) -> tuple[Diagnostic, ...]:
        """The diagnostics of error severity: rows that could not be read."""
        return tuple(d for d in self.diagnostics if d.severity is Severity.ERROR)

    def to_dict(self) -> dict[str, Any]:
        """Write the capture as plain data, ready for JSON; nothing of it is lost.

        >>> Capture(Dialect.LINUX).to_dict()["dialect"]
        'linux'
        """
        from netstat_fw import plain  # noqa: PLC0415 - loads cattrs, which parsing does without

        return plain.write(self, SCHEMA_VERSION)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Capture:
        """Read what `to_dict` wrote.

        Raises:
            PlainDataError: for anything else, with the path to every culprit.
        """
        from netstat_fw import plain  # noqa: PLC0415 - as above

        capture = plain.read(data, cls, SCHEMA_VERSION)
        if len(capture.line_roles) != capture.line_count:
            told = len(capture.line_roles)
            raise PlainDataError(f"$.line_roles: expected {capture.line_count} roles, not {told}")
        return capture

    def to_records(self) -> list[dict[str, Any]]:
        """Write each internet socket as one flat dict, in input order.

        The columns are always the same and in the same order: `netstat_fw.columns.COLUMNS`. So
        ``pandas.DataFrame(capture.to_records())`` and its like need no further word.

        >>> from netstat_fw import parse
        >>> (record,) = parse("tcp 0 0 192.0.2.1:22 0.0.0.0:* LISTEN 416/sshd").to_records()
        >>> record["local_address"], record["local_port"], record["remote_port"], record["program"]
        ('192.0.2.1', 22, None, 'sshd')
        """
        from netstat_fw.columns import records_of  # noqa: PLC0415 - few callers need it

        return records_of(self.sockets)

    def to_arrow(self) -> pa.Table:
        """Write the internet sockets as a ``pyarrow.Table`` of `netstat_fw.arrow.arrow_schema`.

        Raises:
            MissingExtraError: pyarrow is not installed; the extra ``arrow`` brings it.
        """
        from netstat_fw.arrow import make_table  # noqa: PLC0415 - loads pyarrow

        return make_table(self.to_records())

    def __repr__(self) -> str:
        """Sum the capture up; it may hold a million rows."""
        return (
            f"<Capture dialect={self.dialect.value} sockets={len(self.sockets)}"
            f" unix_sockets={len(self.unix_sockets)} diagnostics={len(self.diagnostics)}"
            f" errors={len(self.errors)} lines={self.line_count}>"
        )
