"""Reads the rows of unix-domain sockets as Linux tools print them.

Nothing of them reaches a firewall, so where program and path cannot be told apart for certain the
likelier reading is taken without a remark.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

import attrs

from netstat_fw.grammar.linux import UNIX_ROW
from netstat_fw.grammar.structure import REMARK
from netstat_fw.reader.words import unix_state_of, unix_type_of
from netstat_fw.records import LineRole, Process, UnixSocket, UnixState

if TYPE_CHECKING:
    from netstat_fw.reader.draft import Draft
    from netstat_fw.reader.linux_cells import Processes

# net-tools pads the program to 20 cells, BusyBox and toybox to 20 including the gap.
_PROGRAM_WIDTH = 20
_PROGRAM = re.compile(r"-(?!\S)|[0-9]{1,10}/")
_GAP = re.compile(r"(?<=\S)(?:[ \t]{2,}|[ \t](?=[/@]))")
# Terminals wrap at their width; 80 is the one that captures show.
_TERMINAL_WIDTH = 80


def display_width(text: str) -> int:
    """Count the terminal cells of a text: two for an East Asian wide character, else one.

    >>> display_width("流 x")
    4
    """
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


class UnixRows:
    """Reads unix rows into a draft."""

    def __init__(self, draft: Draft, processes: Processes) -> None:
        self._draft = draft
        self._processes = processes
        self.has_programs: bool | None = None

    def read(self, line: str, index: int) -> bool:
        """Read one row; False, having done nothing, where the line is none."""
        found = UNIX_ROW.re.match(line)
        if found is None:
            return False
        rest = found["rest"] or ""
        if REMARK.re.search(rest):
            return False
        process, path = self._owner_and_path(rest)
        draft = self._draft
        state = found["state"]
        draft.unix_sockets.append(
            UnixSocket(
                unix_type_of(found["type"]),
                UnixState.UNCONNECTED if state is None else unix_state_of(state),
                int(found["ref_count"]),
                tuple(found["flags"].strip("[]").split()),
                None if found["inode"] == "-" else int(found["inode"]),
                process,
                path or None,
                draft.snapshot,
                index + 1,
            )
        )
        draft.roles[index] = LineRole.RECORD
        return True

    def _owner_and_path(self, rest: str) -> tuple[Process | None, str]:
        if self.has_programs is False or not _PROGRAM.match(rest):
            return None, rest.strip(" \t")
        if len(rest) >= _PROGRAM_WIDTH and rest[_PROGRAM_WIDTH - 1] in " \t":
            end = _PROGRAM_WIDTH
        else:
            gap = _GAP.search(rest)
            end = gap.start() if gap else len(rest)
        return self._processes[rest[:end].rstrip(" \t")], rest[end:].strip(" \t")

    def read_wrapped(self, index: int) -> bool:
        """Take a line as the rest of the row above it, which a terminal's right edge wrapped."""
        draft = self._draft
        above = draft.unix_sockets[-1] if draft.unix_sockets else None
        piece = draft.lines[index].strip(" \t")
        if above is None or above.line != index or not piece or " " in piece:
            return False
        if above.path is None and piece[0] in "/@":
            path = piece
        elif above.path is not None and display_width(draft.lines[index - 1]) == _TERMINAL_WIDTH:
            path = above.path + piece
        else:
            return False
        draft.unix_sockets[-1] = attrs.evolve(above, path=path)
        draft.roles[index] = LineRole.RECORD
        return True
