"""Reads Windows rows whose cells a narrow screen or page put on several lines."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from netstat_fw.grammar.windows import COLUMNS_LINE, ROW
from netstat_fw.reader.structure import kind_of
from netstat_fw.reader.windows_cells import HIGHEST_PID, known_state
from netstat_fw.records import LineRole, State

if TYPE_CHECKING:
    from netstat_fw.reader.windows_rows import WindowsRows
    from netstat_fw.records import Socket

CLAIM = re.compile(
    r"[ \t>|]*+(?P<protocol>TCP|UDP)"
    r"(?:[ \t]*\Z|[ \t]{2,}\S|\t+\S|[ \t]+(?:\S*[0-9:.*\[]|\S+[ \t]*\Z))"
)
"""What begins like a row: the protocol, then columns, something of an address, or nothing."""

# Widths at which terminals wrap, and the fewest characters before a process id.
_TERMINAL_WIDTHS = (80, 100, 120, 132)
_SHORTEST_WRAPPED = 60
# A row of netstat.exe is at most in so many pieces, one per cell.
_MOST_PIECES = 5
_LONGEST_PIECE = 200


class WrappedRows:
    """Reads wrapped rows.

    Attributes:
        taken: the indices of the lines that the latest one goes on over.
    """

    def __init__(self, rows: WindowsRows) -> None:
        self._rows = rows
        self.taken = range(0)

    def read(self, line: str, index: int) -> bool:
        """Read a row whose cells a narrow screen or page put on several lines."""
        lines = self._rows.draft.lines
        text = line.rstrip(" \t")
        is_tcp = text.lstrip(" \t>|").startswith("TCP")
        for at in range(index + 1, min(index + _MOST_PIECES, len(lines))):
            piece = lines[at].strip(" \t")
            if not self._is_piece(piece):
                return False
            spaced = f"{text} {piece}"
            # Only the word of a state proves that the pieces of a broken word belong together.
            broken = is_tcp or len(text) in _TERMINAL_WIDTHS
            for whole in (spaced, text + piece) if broken else (spaced,):
                if has_known_state(whole) and self._rows.read_text(whole, index):
                    self.taken = range(index + 1, at + 1)
                    self._rows.draft.roles[index + 1 : at + 1] = [LineRole.RECORD] * len(self.taken)
                    self._rows.owners.extend(at)
                    return True
            text = spaced
        return False

    def _is_piece(self, text: str) -> bool:
        """Tell whether a line can go on a row, and is no row, owner or title."""
        return (
            0 < len(text) <= _LONGEST_PIECE
            and not CLAIM.match(text)
            and not self._rows.owners.is_owner(text)
            and kind_of(text) is None
        )

    def read_columns(self, line: str, index: int) -> bool:
        """Read a process id, or its last digits, and other columns that an edge put below a row."""
        draft = self._rows.draft
        found = COLUMNS_LINE.re.match(line)
        above = draft.sockets[-1] if draft.sockets else None
        if found is None or above is None or not draft.rows.get(self._rows.dialect):
            return False
        row = draft.lines[index - 1].rstrip(" \t")
        below = above.line == index and len(row) >= _SHORTEST_WRAPPED
        if not below and index - 1 not in self.taken:
            return False
        number = found["number"]
        if number is None:
            self._rows.owners.extend(index)
        elif not self._set_pid(above, row, number, index):
            return False
        draft.roles[index] = LineRole.RECORD
        return True

    def _set_pid(self, above: Socket, row: str, number: str, index: int) -> bool:
        """Give the socket above a process id whose last digits stand on the line at an index."""
        if above.process is not None:
            if len(row) not in _TERMINAL_WIDTHS or not row.endswith(f" {above.process.pid}"):
                return False
            number = f"{above.process.pid}{number}"
        pid = int(number)
        if pid > HIGHEST_PID:
            return False
        self._rows.owners.set_pid(above, pid, index)
        if pid == 0 or above.state is State.TIME_WAIT:
            self._rows.owners.row = None
        return True


def has_known_state(text: str) -> bool:
    """Tell whether a text is the shape of a UDP row, or of a TCP row with a known state."""
    found = ROW.re.match(text)
    if found is None:
        return False
    rest = (found["rest"] or "").split()
    return found["protocol"] == "UDP" or bool(rest and known_state(rest[0]) is not State.UNKNOWN)
