"""Reads rows that a remark of netstat interrupted.

With ``2>&1`` standard output is written in blocks and standard error at once, so that a remark can
stand inside a row, at any place: ``t`` and the remark on one line, ``cp        0 …`` on the next.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from netstat_fw.diagnostics import Severity
from netstat_fw.reader.structure import find_remark, kind_of
from netstat_fw.records import LineRole

if TYPE_CHECKING:
    from netstat_fw.reader.linux_rows import LinuxRows

_ROW_STARTS = ("tcp", "udp", "raw", "sctp", "dccp", "unix", "??")


@attrs.frozen
class _Beginning:
    """What stands before the remark."""

    index: int
    text: str


class InterruptedRows:
    """Puts the two ends of an interrupted row together again."""

    def __init__(self, rows: LinuxRows) -> None:
        self._rows = rows
        self._beginning: _Beginning | None = None

    @property
    def is_open(self) -> bool:
        """True while the end of a row has not come yet."""
        return self._beginning is not None

    def read_remark(self, line: str, index: int) -> bool:
        """Take a line that ends in a remark; what stands before it begins a row or is nothing."""
        found = find_remark(line)
        if found is None:
            return False
        text = line[: found.start()]
        word = text.lstrip(" \t>|").partition(" ")[0]
        if not text.strip(" \t>|"):
            self._rows.draft.roles[index] = LineRole.STRUCTURE
            return True
        if not any(start.startswith(word) or word.startswith(start) for start in _ROW_STARTS):
            return False
        self.give_up()
        self._rows.draft.roles[index] = LineRole.RECORD
        self._beginning = _Beginning(index, text)
        return True

    def read_end(self, line: str, index: int) -> bool:
        """Take a line as the end of the open row, or settle the row without it."""
        beginning = self._beginning
        if beginning is None:
            return False
        if kind_of(line) is None and self._rows.read_text(beginning.text + line, beginning.index):
            self._beginning = None
            self._rows.draft.roles[index] = LineRole.RECORD
            return True
        self.give_up()
        return False

    def give_up(self) -> None:
        """Settle the open row without an end: it may be whole, or else it is damaged."""
        beginning, self._beginning = self._beginning, None
        draft = self._rows.draft
        if beginning is None:
            return
        if self._rows.read_text(beginning.text, beginning.index):
            draft.is_ordered = False
            return
        draft.roles[beginning.index] = LineRole.DIAGNOSTIC
        draft.remark(
            Severity.ERROR,
            "damaged-row",
            "a remark of netstat interrupts this row and its rest does not follow",
            beginning.index,
            len(beginning.text) + 1,
        )
