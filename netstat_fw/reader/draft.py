"""The capture while it is being read: the only mutable value of the library.

Every line gets its role exactly once from whoever understands it; records and diagnostics are
appended in line order. `Draft.finish` freezes the whole.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from netstat_fw.diagnostics import Diagnostic, Severity, printable
from netstat_fw.records import Capture, Dialect, LineRole, Socket, UnixSocket

if TYPE_CHECKING:
    from collections.abc import Collection


@attrs.define
class Draft:
    """What has been read so far.

    Attributes:
        lines: the text's lines.
        roles: one role per line, BLANK until somebody claims the line.
        sockets: internet sockets so far.
        unix_sockets: unix-domain sockets so far.
        diagnostics: remarks so far.
        section: the section that the last title or header began; empty below a prompt.
        snapshot: number of times that the tables have begun again.
        rows: how many records each dialect has read.
        is_ordered: false where a record may have been read later than one further down.
        continued: for a line that is the rest of a row, the index of the row's first line.
    """

    lines: list[str]
    roles: list[LineRole] = attrs.field(init=False)
    sockets: list[Socket] = attrs.field(factory=list)
    unix_sockets: list[UnixSocket] = attrs.field(factory=list)
    diagnostics: list[Diagnostic] = attrs.field(factory=list)
    section: str = ""
    snapshot: int = 0
    rows: dict[Dialect, int] = attrs.field(factory=dict)
    continued: dict[int, int] = attrs.field(factory=dict)
    is_ordered: bool = True
    _sections: set[str] = attrs.field(factory=set)
    _title_above: str = ""

    def __attrs_post_init__(self) -> None:
        self.roles = [LineRole.BLANK] * len(self.lines)

    def begin_section(self, section: str, *, title: bool) -> None:
        """Note that a title or a column header of a section stands here.

        A title and the header below it are one beginning; a section that begins a second time
        begins the next snapshot.
        """
        self.section = section
        if not title and self._title_above == section:
            self._title_above = ""
            return
        self._title_above = section if title else ""
        if section in self._sections:
            self.snapshot += 1
            self._sections = set()
        self._sections.add(section)

    def count_rows(self, dialect: Dialect, section: str, rows: int) -> None:
        """Note that rows of a section were read."""
        self.rows[dialect] = self.rows.get(dialect, 0) + rows
        self._sections.add(section)
        self._title_above = ""

    @property
    def record_count(self) -> int:
        """Number of records so far."""
        return len(self.sockets) + len(self.unix_sockets)

    def record_at(self, index: int) -> Socket | UnixSocket | None:
        """Return the latest record of its kind, where it begins at an index."""
        for records in (self.sockets, self.unix_sockets):
            if records and records[-1].line == index + 1:
                return records[-1]
        return None

    def join(self, index: int, first: int) -> None:
        """Note that the line at an index is part of the record that begins at another."""
        self.roles[index] = LineRole.RECORD
        self.continued[index] = first

    def remark(
        self, severity: Severity, code: str, message: str, index: int, column: int = 1
    ) -> None:
        """Append a diagnostic about the line at an index."""
        self.diagnostics.append(
            Diagnostic(severity, code, printable(message), index + 1, column, self.lines[index])
        )

    def has_remark(self, index: int, codes: Collection[str]) -> bool:
        """Tell whether the latest diagnostic is about the line at an index, with such a code."""
        latest = self.diagnostics[-1] if self.diagnostics else None
        return latest is not None and latest.line == index + 1 and latest.code in codes

    def withdraw(self, index: int, codes: Collection[str]) -> None:
        """Take back the latest diagnostics where they are about the line at an index."""
        while self.has_remark(index, codes):
            self.diagnostics.pop()

    def finish(self, dialect: Dialect) -> Capture:
        """Freeze what was read."""
        if not self.is_ordered:
            self.sockets.sort(key=lambda record: record.line)
            self.unix_sockets.sort(key=lambda record: record.line)
        return Capture(
            dialect=dialect,
            sockets=tuple(self.sockets),
            unix_sockets=tuple(self.unix_sockets),
            diagnostics=tuple(sorted(self.diagnostics, key=lambda d: d.line)),
            line_count=len(self.lines),
            line_roles=tuple(self.roles),
        )
