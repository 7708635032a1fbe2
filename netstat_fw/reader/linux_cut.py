"""Reads rows that the right edge of a screen cut in or before their state.

``less -S`` and narrow terminals show the beginning of each line; ``less`` marks a line that goes on
with ``>`` in the last column. What was cut in a later column reads as a row: a program's name is
short anyway.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from netstat_fw.diagnostics import Severity
from netstat_fw.grammar.linux import ROW
from netstat_fw.grammar.structure import MARKED_HEADER
from netstat_fw.reader.linux_wrapped import display_width
from netstat_fw.reader.words import states_beginning
from netstat_fw.records import Endpoint, State

if TYPE_CHECKING:
    from netstat_fw.reader.linux_rows import LinuxRows

_MARK = ">"


class CutRows:
    """Reads cut rows, and knows whether the table they stand in has marks."""

    def __init__(self, rows: LinuxRows) -> None:
        self._rows = rows
        self._marked_width = 0

    @property
    def are_marked(self) -> bool:
        """True where the table's header ends in a mark: so does every line as long."""
        return self._marked_width > 0

    def begin_table(self, header: str) -> None:
        """Take note of a title or column header."""
        self._marked_width = display_width(header) if MARKED_HEADER.re.match(header) else 0

    def read_marked(self, line: str, index: int) -> bool:
        """Read a row of a table with marks."""
        if not line.endswith(_MARK) or display_width(line) != self._marked_width:
            return self._rows.read_text(line, index)
        return self._rows.read_text(line[:-1], index) or self.read(line[:-1], index)

    def read(self, text: str, index: int) -> bool:
        """Read a row of which there is a part of the state at most."""
        found = ROW.re.match(text)
        if found is None:
            return False
        word = (found["rest"] or "").rstrip(" \t" + _MARK)
        states = states_beginning(word)
        addresses = text[: found.end("remote")]
        is_cut_cell = addresses == text
        port = "*" if is_cut_cell and text.endswith(":") else ""
        if (word and not states) or not self._rows.read_text(f"{addresses}{port} UNKNOWN", index):
            return False
        sockets = self._rows.draft.sockets
        socket = sockets[-1]
        fitting = {state for state in states if _fits(state, socket.remote)}
        remote = socket.remote
        # Nothing but a wildcard port follows the unspecified address: a listener has such a peer.
        may_go_on = remote.port is not None or remote.service is not None
        if is_cut_cell and (may_go_on or (port and not remote.is_wildcard)):
            remote = Endpoint(host=found["remote"].rpartition(":")[0], truncated=True)
        sockets[-1] = attrs.evolve(
            socket,
            state=(fitting.pop() if len(fitting) == 1 else State.UNKNOWN) if word else None,
            state_text=word or None,
            remote=remote,
        )
        self._rows.draft.remark(
            Severity.WARNING,
            "cut-row",
            "the row is cut in its state" if word else "the row is cut before its state",
            index,
            len(text.rstrip(" \t")) + 1,
        )
        return True


def _fits(state: State, remote: Endpoint) -> bool:
    """Tell whether a socket with such a foreign address can be in a state."""
    if remote.is_wildcard:
        return state in {State.LISTEN, State.CLOSED}
    return state not in {State.LISTEN, State.BOUND}
