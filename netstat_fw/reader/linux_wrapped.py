"""Reads rows that the right edge of a terminal broke into several lines.

A terminal breaks a line where it is full, so a line with a rest below it is exactly as wide as the
screen, or shorter where an editor has taken its trailing blanks away. The first piece has been read
or refused as a row of its own before the rest comes; what was read is read again with the rest.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from netstat_fw.grammar.structure import (
    CUT_HEADER,
    HEADER_END,
    INTERNET_HEADER,
    ROW_LABEL,
    UNIX_HEADER,
    WRAPPED_HEADER,
)
from netstat_fw.reader.structure import kind_of
from netstat_fw.records import LineRole, Socket, UnixSocket

if TYPE_CHECKING:
    from netstat_fw.reader.linux_rows import LinuxRows

# The width of a terminal that nobody has changed.
_USUAL_WIDTH = 80
# A column of its own that the next line may begin with: a program or a path.
_COLUMN = re.compile(r"-\Z|[0-9]{1,10}/|[/@]\S*\Z")
# The same below a header that was wrapped too: also a user and an inode.
_ANY_COLUMN = re.compile(rf"{_COLUMN.pattern}|[^\s/]+[ \t]+[0-9]{{1,20}}(?!\S)")
# What may have been said about the first piece.
_OVERTAKEN = frozenset({"cut-row", "damaged-row", "garbled-address", "note"})


def display_width(text: str) -> int:
    """Count the terminal cells of a text: two for an East Asian wide character, else one.

    >>> display_width("流 x")
    4
    """
    if text.isascii():
        return len(text)
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


class WrappedRows:
    """Joins the pieces of a row."""

    def __init__(self, rows: LinuxRows) -> None:
        self._rows = rows
        self._width = _USUAL_WIDTH
        self._header_seen = False
        self._header_wrapped = False
        self._header = ""
        self._last_of_header = -1
        self._joined = ""
        self._first = self._last = -1
        self._waiting: list[int] = []

    def begin_table(self) -> None:
        """Take note of a title or column header; whether it is wrapped, the next line tells."""
        self._header_seen, self._header_wrapped = True, False

    def read_header(self, line: str, index: int) -> bool:
        """Take the last names of a column header that stand on a line of their own."""
        draft = self._rows.draft
        if not index or draft.roles[index - 1] is not LineRole.STRUCTURE:
            return False
        if ROW_LABEL.re.match(line):
            return False  # a row that is damaged, or one of another dialect
        goes_on = self._last_of_header == index - 1
        header = self._header if goes_on else draft.lines[index - 1]
        if not INTERNET_HEADER.re.match(header) and not UNIX_HEADER.re.match(header):
            return False
        width = display_width(draft.lines[index - 1])
        is_cut = CUT_HEADER.re.match(header) and HEADER_END.re.match(header + line)
        is_full = width == (self._width if goes_on else _USUAL_WIDTH) and kind_of(line) is None
        if not is_cut and not is_full and not WRAPPED_HEADER.re.match(line):
            return False
        if not goes_on:
            self._width = width if is_cut or width > _USUAL_WIDTH else _USUAL_WIDTH
            draft.withdraw(index - 1, {"cut-header"})
        self._header, self._last_of_header = header + line, index
        self._rows.begin_table(self._header)
        self._header_wrapped = True
        draft.roles[index] = LineRole.STRUCTURE
        return True

    def read_rest(self, line: str, index: int) -> bool:
        """Take a line as the rest of the row above it."""
        draft = self._rows.draft
        above = index - 1
        goes_on = self._last == above
        if not goes_on:
            self._waiting = []
        first = self._first if goes_on else draft.continued.get(above, above)
        is_broken = goes_on or draft.has_remark(first, _OVERTAKEN)
        if not index or not (is_broken or draft.roles[above] is LineRole.RECORD):
            return False
        record = draft.record_at(first)
        width = display_width(draft.lines[above])
        if not self._may_be_rest(line, record, width, is_broken=is_broken):
            return False
        text = self._joined if goes_on else draft.lines[above]
        self._joined = text + " " * (self._width - width) + line
        self._first, self._last = first, index
        if not self._rows.read_text(self._joined, first):
            return self._wait(line, index)
        if record is not None:
            records = draft.unix_sockets if isinstance(record, UnixSocket) else draft.sockets
            del records[-2]
            draft.rows[self._rows.dialect] -= 1
        for waiting in (index, *reversed(self._waiting)):
            draft.withdraw(waiting, {"no-row"})
            draft.join(waiting, first)
        draft.withdraw(first, _OVERTAKEN)
        self._waiting = []
        return True

    def _wait(self, line: str, index: int) -> bool:
        """Remember a full line with which the row is none yet; the next one may be its end."""
        if display_width(line) == self._width:
            self._waiting.append(index)
        else:
            self._last = -1
        return False

    def _may_be_rest(
        self, line: str, record: Socket | UnixSocket | None, width: int, *, is_broken: bool
    ) -> bool:
        """Tell whether a line may go on with a line of a width, at which a record begins."""
        piece = line.strip(" \t")
        is_column = (_ANY_COLUMN if self._header_wrapped else _COLUMN).match(piece) is not None
        is_full = width == self._width
        if isinstance(record, UnixSocket):
            # A path has no blank in it; what else a wrapped row lacks may have many.
            is_rest = is_full and (" " not in piece if record.path else self._header_wrapped)
            is_rest = is_rest or (is_column and record.path is None)
        elif is_full:
            # Where the header fits the screen, so does a row, but for long addresses.
            is_rest = self._header_wrapped or is_broken or (is_column and not self._header_seen)
        else:
            is_rest = (
                is_column
                and width < self._width
                and (self._header_wrapped or not self._header_seen)
                and record is not None
                and record.process is None
                and record.timer is None
            )
        return is_rest and kind_of(line) is None
