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
        self._joined = ""
        self._last = -1

    def begin_table(self) -> None:
        """Take note of a title or column header; whether it is wrapped, the next line tells."""
        self._header_seen, self._header_wrapped = True, False

    def read_header(self, line: str, index: int) -> bool:
        """Take the last names of a column header that stand on a line of their own."""
        draft = self._rows.draft
        if not index or draft.roles[index - 1] is not LineRole.STRUCTURE:
            return False
        above = draft.lines[index - 1]
        if not INTERNET_HEADER.re.match(above) and not UNIX_HEADER.re.match(above):
            return False
        width = display_width(above)
        is_cut = CUT_HEADER.re.match(above) and HEADER_END.re.match(line)
        is_full = width == _USUAL_WIDTH and kind_of(line) is None
        if not is_cut and not is_full and not WRAPPED_HEADER.re.match(line):
            return False
        self._rows.begin_table(above + line)
        draft.withdraw(index - 1, {"cut-header"})
        draft.roles[index] = LineRole.STRUCTURE
        self._width = width if is_cut or width > _USUAL_WIDTH else _USUAL_WIDTH
        self._header_wrapped = True
        return True

    def read_rest(self, line: str, index: int) -> bool:
        """Take a line as the rest of the row above it."""
        draft = self._rows.draft
        above = index - 1
        first = draft.continued.get(above, above)
        if not index or (
            draft.roles[above] is not LineRole.RECORD and not draft.has_remark(above, _OVERTAKEN)
        ):
            return False
        record = draft.record_at(first)
        width = display_width(draft.lines[above])
        if not self._may_be_rest(line, draft.lines[above], record, width):
            return False
        text = self._joined if self._last == above else draft.lines[above]
        text += " " * (self._width - width) + line
        if not self._rows.read_text(text, first):
            return False
        if record is not None:
            records = draft.unix_sockets if isinstance(record, UnixSocket) else draft.sockets
            del records[-2]
            draft.rows[self._rows.dialect] -= 1
        draft.withdraw(first, _OVERTAKEN)
        draft.join(index, first)
        self._joined, self._last = text, index
        return True

    def _may_be_rest(
        self, line: str, above: str, record: Socket | UnixSocket | None, width: int
    ) -> bool:
        piece = line.strip(" \t")
        is_column = (_ANY_COLUMN if self._header_wrapped else _COLUMN).match(piece) is not None
        is_full = width == self._width
        if isinstance(record, UnixSocket):
            is_rest = is_column if record.path is None else is_full and " " not in piece
        elif self._header_seen and not self._header_wrapped:
            return False  # where the header fits the screen, so does a row
        elif is_full:
            is_rest = is_column or self._header_wrapped or not above[-1].isspace()
        else:
            is_rest = (
                is_column
                and width < self._width
                and record is not None
                and record.process is None
                and record.timer is None
            )
        return is_rest and kind_of(line) is None
