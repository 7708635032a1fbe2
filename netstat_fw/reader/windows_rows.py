"""Reads well-formed rows of netstat.exe and the owner lines below them.

One tight loop over the compiled line forms of the grammar; what it refuses is looked at line by
line in `netstat_fw.reader.windows`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from netstat_fw.diagnostics import Severity
from netstat_fw.grammar import windows as grammar
from netstat_fw.reader.construct import unfrozen
from netstat_fw.reader.windows_cells import Endpoints, Rests
from netstat_fw.reader.windows_owners import Owners
from netstat_fw.records import Dialect, Family, LineRole, Protocol, Socket, State

if TYPE_CHECKING:
    import re

    from netstat_fw.reader.draft import Draft

_UnfrozenSocket = unfrozen(Socket)
_IPV4, _IPV6 = Family.IPV4, Family.IPV6
_UNKNOWN = State.UNKNOWN


class WindowsRows:
    """Reads rows into a draft, and knows the table they stand in."""

    dialect = Dialect.WINDOWS

    def __init__(self, draft: Draft) -> None:
        self.draft = draft
        self.endpoints = Endpoints()
        self.owners = Owners(draft)
        self._tcp, self._udp = Rests(tcp=True), Rests(tcp=False)
        self._assumed: set[str] = set()

    def read_rows(self, index: int) -> int:
        """Read well-formed rows, their owner lines and blank lines; see `TableReader`."""
        draft = self.draft
        lines, roles, match = draft.lines, draft.roles, grammar.ROW.re.match
        append, socket_of, read_owner = draft.sockets.append, self.socket_of, self.owners.read
        record = LineRole.RECORD
        rows = len(draft.sockets)
        end = len(lines)
        for at in range(index, len(lines)):
            line = lines[at]
            found = match(line)
            if found is not None:
                socket = socket_of(found, at)
                if socket is not None:
                    append(socket)
                    roles[at] = record
                    continue
            elif not line or line.isspace() or read_owner(line, at):
                continue
            end = at
            break
        if len(draft.sockets) > rows:
            draft.count_rows(self.dialect, "internet", len(draft.sockets) - rows)
        return end

    def socket_of(self, found: re.Match[str], index: int) -> Socket | None:
        """Make the record of a row that has the right shape; None where a cell is not right.

        The family is that of the brackets; a row that shows only names counts as IPv4.
        """
        label, local_cell, remote_cell, rest_text = found.groups()
        tcp = label == "TCP"
        local = self.endpoints[local_cell]
        remote = self.endpoints[remote_cell]
        rest = (self._tcp if tcp else self._udp)[rest_text]
        if local is None or remote is None or rest is None:
            return None
        state, state_text, owner, ended = rest
        if state is _UNKNOWN and remote.port is None and remote.service is None:
            state = self._assume_listening(state_text or "", index)
        socket: Socket = _UnfrozenSocket(
            Protocol.TCP if tcp else Protocol.UDP,
            _IPV6 if local_cell[0] == "[" or remote_cell[0] == "[" else _IPV4,
            local,
            remote,
            state,
            self.owners.processes[owner],
            None,
            None,
            None,
            None,
            None,
            self.draft.snapshot,
            index + 1,
            state_text,
        )
        socket.__class__ = Socket
        if ended:
            self.owners.close()
        else:
            self.owners.open(socket, owner, index)
        return socket

    def _assume_listening(self, word: str, index: int) -> State:
        """Read a state word of an unknown language: only a listener has a peer with port 0."""
        if word not in self._assumed:
            self._assumed.add(word)
            self.draft.remark(
                Severity.WARNING,
                "assumed-state",
                "the state is no known word (first here); the socket is taken for a listening one"
                " because its foreign port is 0",
                index,
            )
        return State.LISTEN

    def read_text(self, text: str, index: int) -> bool:
        """Read a row from a text that is not, or not only, the line at an index."""
        found = grammar.ROW.re.match(text)
        socket = None if found is None else self.socket_of(found, index)
        if socket is None:
            return False
        self.add(socket, index)
        return True

    def add(self, socket: Socket, index: int) -> None:
        """Append a record that the line at an index, among others, is part of."""
        draft = self.draft
        draft.sockets.append(socket)
        draft.roles[index] = LineRole.RECORD
        draft.count_rows(self.dialect, "internet", 1)

    def begin_table(self, header: str) -> None:
        """Take note of a title or column header; see `TableReader`."""
        self.owners.begin_table()
        first_is_pid = grammar.UNPROVEN_FIRST_COLUMN.re.match(header) is None
        for rests in (self._tcp, self._udp):
            rests.begin_table(first_is_pid=first_is_pid)
