"""Reads the rows of unix-domain sockets as Linux tools print them.

Nothing of them reaches a firewall, so where program and path cannot be told apart for certain the
likelier reading is taken without a remark.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from netstat_fw.grammar.linux import UNIX_ROW
from netstat_fw.reader.construct import constructor
from netstat_fw.reader.linux_debris import is_debris
from netstat_fw.reader.structure import find_remark
from netstat_fw.reader.words import unix_state_of, unix_type_of
from netstat_fw.records import LineRole, Process, UnixSocket, UnixState

if TYPE_CHECKING:
    from netstat_fw.reader.draft import Draft
    from netstat_fw.reader.linux_cells import Processes

# net-tools pads the program to 20 cells, BusyBox and toybox to 20 including the gap.
_PROGRAM_WIDTH = 20
_PROGRAM = re.compile(r"-(?!\S)|[0-9]{1,10}/")
_GAP = re.compile(r"(?<=\S)(?:[ \t]{2,}|[ \t](?=[/@]))")
# The I-Node column ends here at the least: "%-5s %-6ld %-11s %-10s %-13s %6d " (BusyBox).
_PRINTED_WIDTH = 57
_new_socket = constructor(UnixSocket)


class UnixRows:
    """Reads unix rows into a draft.

    Attributes:
        has_programs: whether the table's header announces programs; None where none was seen.
        has_contexts: whether it announces security contexts, which stand before the path.
    """

    def __init__(self, draft: Draft, processes: Processes) -> None:
        self._draft = draft
        self._processes = processes
        self.has_programs: bool | None = None
        self.has_contexts = False

    def read(self, line: str, index: int) -> bool:
        """Read one row; False, having done nothing, where the line is none."""
        found = UNIX_ROW.re.match(line)
        if found is None:
            return False
        ref_count, flags, kind, state, inode, rest = found.groups()
        draft = self._draft
        if is_debris(draft, line, index) or (rest and find_remark(rest)):
            return False
        process, path = None, ""
        if rest:
            process, path = self._owner_and_path(
                rest, printed=found.start("rest") >= _PRINTED_WIDTH
            )
            if self.has_contexts:
                path = path.partition(" ")[2].strip(" \t")
        socket = _new_socket(
            unix_type_of(kind),
            UnixState.UNCONNECTED if state is None else unix_state_of(state),
            int(ref_count),
            tuple(flags[1:-1].split()),
            None if inode == "-" else int(inode),
            process,
            path or None,
            draft.snapshot,
            index + 1,
        )
        draft.unix_sockets.append(socket)
        draft.roles[index] = LineRole.RECORD
        return True

    def _owner_and_path(self, rest: str, *, printed: bool) -> tuple[Process | None, str]:
        """Split the program from the path, by the width of its column where a tool printed it."""
        if self.has_programs is False or not _PROGRAM.match(rest):
            return None, rest.strip(" \t")
        if rest[0] == "-":
            return None, rest[1:].strip(" \t")
        if printed and (len(rest) < _PROGRAM_WIDTH or rest[_PROGRAM_WIDTH - 1] in " \t"):
            end = _PROGRAM_WIDTH
        else:
            gap = _GAP.search(rest)
            end = gap.start() if gap else len(rest)
        return self._processes[rest[:end].rstrip(" \t")], rest[end:].strip(" \t")
