"""Reads Linux tables: well-formed rows, and every way in which a row reaches a paste otherwise.

A row may be interrupted by a remark of netstat, wrapped or cut at the edge of a screen, spread over
lines because an SCTP association has several addresses, garbled, or dressed in markup. Each of
these has a reader that takes the line or leaves everything as it was; here is their order.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from netstat_fw.diagnostics import Severity
from netstat_fw.grammar.linux import ROW, UNIX_ROW
from netstat_fw.reader.linux_cut import CutRows
from netstat_fw.reader.linux_damaged import (
    complaint,
    read_garbled_addresses,
    read_row_with_note,
)
from netstat_fw.reader.linux_debris import is_among_unix_rows, is_debris
from netstat_fw.reader.linux_interrupted import InterruptedRows
from netstat_fw.reader.linux_rows import LinuxRows
from netstat_fw.reader.linux_variants import (
    read_further_addresses,
    read_sctp_endpoint,
    read_touching_queues,
)
from netstat_fw.reader.linux_wrapped import WrappedRows
from netstat_fw.reader.repair import repaired, without_inner_blanks
from netstat_fw.reader.structure import may_begin_row
from netstat_fw.records import Dialect, LineRole

if TYPE_CHECKING:
    from netstat_fw.reader.draft import Draft

# What begins like a row of a tool, whatever follows.
_CLAIM = re.compile(
    r"[ \t>|]*+(?:(?:(?:tcp|udp|udpl|udplite|raw|sctp|dccp)6?|unix)[ \t]+(?:-?[0-9]|\S+:\S)"
    r"|\?\?[ \t]+[0-9]+[ \t]+\[)"
)
_INTERNET_CLAIM = re.compile(r"(?:\A|[|:>])[ \t]*+(?:tcp|udp|udpl|udplite|raw|sctp|dccp)6?[ \t]")


class LinuxTables:
    """Reads Linux tables into a draft; a `netstat_fw.reader.table.TableReader`."""

    dialect = Dialect.LINUX

    def __init__(self, draft: Draft) -> None:
        self._draft = draft
        self._rows = LinuxRows(draft)
        self._interrupted = InterruptedRows(self._rows)
        self._wrapped = WrappedRows(self._rows)
        self._cut = CutRows(self._rows)
        self._repaired: list[int] = []

    def read_rows(self, index: int) -> int:
        """Read well-formed rows and blank lines; see `TableReader`."""
        line = self._draft.lines[index]
        if line and not line.isspace():
            if not may_begin_row(line):
                return index
            if self._interrupted.is_open and (ROW.re.match(line) or UNIX_ROW.re.match(line)):
                self._interrupted.give_up()
            if self._cut.are_marked:
                return index  # a mark at the end looks like part of a cell
        else:
            self._interrupted.give_up()
        return self._rows.read_rows(index)

    def read_odd_line(self, index: int) -> bool:
        """Read a line that is no well-formed row; see `TableReader`."""
        line = self._draft.lines[index]
        if self._refuse_among_unix_rows(line, index):
            return True
        if self._interrupted.read_remark(line, index) or self._interrupted.read_end(line, index):
            return True
        is_claim = _CLAIM.match(line) is not None
        if is_claim:
            if is_debris(self._draft, line, index):
                self._draft.roles[index] = LineRole.DIAGNOSTIC
                return self.explain(index)
            return (
                (self._cut.are_marked and self._cut.read_marked(line, index))
                or self._read_variant(line, index)
                or self._read_repaired(line, index, is_claim=True)
                or self._read_doubtful(line, index)
            )
        return self._read_piece(line, index) or self._read_repaired(line, index, is_claim=False)

    def _refuse_among_unix_rows(self, line: str, index: int) -> bool:
        """Report what claims to be an internet row, as it is or repaired, among unix rows."""
        if not is_among_unix_rows(self._draft, index):
            return False
        texts = (line, *repaired(line))
        if not any(_INTERNET_CLAIM.search(text) for text in texts):
            return False
        self._draft.roles[index] = LineRole.DIAGNOSTIC
        self._draft.remark(
            Severity.ERROR,
            "damaged-row",
            "among unix-domain sockets this may be part of a name or path, and no row",
            index,
        )
        return True

    def _read_variant(self, text: str, index: int) -> bool:
        """Read a row that is as it should be for its tool or its screen."""
        return (
            read_touching_queues(self._rows, text, index)
            or read_sctp_endpoint(self._rows, text, index)
            or self._cut.read(text, index)
        )

    def _read_doubtful(self, text: str, index: int) -> bool:
        """Read a row of which a part cannot be used."""
        return read_garbled_addresses(self._rows, text, index) or read_row_with_note(
            self._rows, text, index
        )

    def _read_piece(self, line: str, index: int) -> bool:
        """Read a line that goes on with what stands above it."""
        return (
            read_further_addresses(self._rows, line, index)
            or self._wrapped.read_header(line, index)
            or self._wrapped.read_rest(line, index)
        )

    def _read_repaired(self, line: str, index: int, *, is_claim: bool) -> bool:
        """Read the rows of a line that markup, a pager or somebody's typing has changed."""
        pieces = repaired(line) or ([line] if is_claim else [])
        pieces = [piece for piece in pieces if may_begin_row(piece)]
        if not pieces:
            return False
        unread = [piece for piece in pieces if not self._read_repaired_text(piece, line, index)]
        if len(unread) == len(pieces):
            return False
        self._repaired.append(index)
        for piece in unread:
            if _CLAIM.match(piece):
                _, message = complaint(self._rows, piece, index)
                self._draft.remark(Severity.ERROR, "damaged-row", message, index)
        return True

    def _read_repaired_text(self, text: str, line: str, index: int) -> bool:
        """Read a repaired text; blanks inside addresses are closed where nothing else helps."""
        closed = without_inner_blanks(text)
        return any(
            self._rows.read_text(each, index)
            or self._read_variant(each, index)
            or self._read_doubtful(each, index)
            for each in dict.fromkeys((text, closed))
            if each != line
        )

    def begin_table(self, header: str) -> None:
        """Take note of a title or column header; see `TableReader`."""
        self._rows.begin_table(header)
        self._cut.begin_table(header)
        self._wrapped.begin_table()

    def explain(self, index: int) -> bool:
        """Report a damaged row; see `TableReader`."""
        line = self._draft.lines[index]
        if not _CLAIM.match(line):
            return False
        column, message = complaint(self._rows, line, index)
        self._draft.remark(Severity.ERROR, "damaged-row", message, index, column)
        return True

    def finish(self) -> None:
        """Settle what needed the whole text; see `TableReader`."""
        self._interrupted.give_up()
        if self._repaired:
            count = len(self._repaired)
            rows = "1 row was" if count == 1 else f"{count} rows were"
            self._draft.remark(
                Severity.WARNING,
                "repaired",
                f"{rows} read after taking markup or inner blanks away (first here)",
                self._repaired[0],
            )
        self._rows.finish()
