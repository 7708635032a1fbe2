"""Reads well-formed rows of netstat.exe and the owner lines below them.

One tight loop, because a busy server's capture has tens of thousands of rows: a row is split at
white space and each distinct cell is matched by the grammar once. What the loop refuses is looked
at line by line in `netstat_fw.reader.windows`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from netstat_fw.diagnostics import Severity
from netstat_fw.grammar import windows as grammar
from netstat_fw.reader.construct import constructor
from netstat_fw.reader.windows_cells import Endpoints, Rests
from netstat_fw.reader.windows_owners import MARGIN, Owners
from netstat_fw.records import Dialect, Family, LineRole, Protocol, Socket, State

if TYPE_CHECKING:
    from netstat_fw.reader.draft import Draft
    from netstat_fw.records import Endpoint

_new_socket = constructor(Socket)
# Protocol, local and foreign address, and the rest in one piece.
_CELLS = 4


class WindowsRows:
    """Reads rows into a draft, and knows the table they stand in."""

    dialect = Dialect.WINDOWS

    def __init__(self, draft: Draft) -> None:
        self.draft = draft
        self.endpoints = Endpoints()
        self.owners = Owners(draft)
        self._labels = {
            "TCP": (Protocol.TCP, Rests(tcp=True)),
            "UDP": (Protocol.UDP, Rests(tcp=False)),
        }
        self._assumed: set[str] = set()

    def read_rows(self, index: int) -> int:
        """Read well-formed rows, their owner lines and blank lines; see `TableReader`."""
        draft = self.draft
        rows = len(draft.sockets)
        end = self._read_groups(index)
        if len(draft.sockets) > rows:
            draft.count_rows(self.dialect, "internet", len(draft.sockets) - rows)
        return end

    def _read_groups(self, index: int) -> int:
        """Read rows with their owner lines; return the index of the first line that is neither.

        A group whose like has been seen before is read here, any other by `Owners`.
        """
        draft, owners, labels, endpoints = self.draft, self.owners, self._labels, self.endpoints
        lines, roles, append = draft.lines, draft.roles, draft.sockets.append
        ipv4, ipv6, record, unknown = Family.IPV4, Family.IPV6, LineRole.RECORD, State.UNKNOWN
        new_socket, snapshot = _new_socket, draft.snapshot
        end = len(lines)
        at = index
        while at < end:
            cells = lines[at].split(None, _CELLS - 1)
            if len(cells) != _CELLS or cells[0] not in labels:
                cells = self._other_cells(at, cells)
                if not cells:
                    at += 1
                    continue
                if len(cells) != _CELLS:
                    return at
            label, local_cell, remote_cell, rest_text = cells
            protocol, rests = labels[label]
            local = endpoints[local_cell]
            remote = endpoints[remote_cell]
            rest = rests[rest_text]
            if local is None or remote is None or rest is None:
                return at
            state, state_text, process, _, ended, owned, served = rest
            if state is unknown:
                state = self._state_by_shape(state_text, remote, at)
            row = at
            roles[at] = record
            at += 1
            below = lines[at] if at < end else ""
            if below in owned:
                process, ended = owned[below], True
                roles[at] = record
                at += 1
            elif below in served and (last := "".join(lines[at + 1 : at + 2])) in served[below]:
                process, ended = served[below][last], True
                roles[at] = roles[at + 1] = record
                at += 2
            socket = new_socket(
                protocol,
                ipv6 if local_cell[0] == "[" or remote_cell[0] == "[" else ipv4,
                local,
                remote,
                state,
                process,
                None,
                None,
                None,
                None,
                None,
                snapshot,
                row + 1,
                state_text,
            )
            append(socket)
            if ended:
                owners.row = None
            else:
                owners.open(socket, row, rest)
        return at

    def _other_cells(self, index: int, cells: list[str]) -> list[str]:
        """Return the cells of a line that is not, or does not begin, as most rows are.

        None of a blank line and of one that was an owner's; those behind a mail program's marks; an
        empty rest where a row ends with its addresses; or too few for a row.
        """
        if cells and cells[0] not in self._labels:
            line = self.draft.lines[index]
            if self.owners.read(line, index):
                return []
            cells = line.lstrip(MARGIN).split(None, _CELLS - 1)
            if cells and cells[0] not in self._labels:
                return [line]
        return [*cells, ""] if len(cells) == _CELLS - 1 else cells

    def _state_by_shape(self, word: str | None, remote: Endpoint, index: int) -> State:
        """Read a state word of an unknown language: only a listener has a peer with port 0."""
        if remote.port is not None or remote.service is not None:
            return State.UNKNOWN
        if word is not None and word not in self._assumed:
            self._assumed.add(word)
            self.draft.remark(
                Severity.WARNING,
                "assumed-state",
                "the state is no known word (first here); the socket is taken for a listening one"
                " because its foreign port is 0",
                index,
            )
        return State.LISTEN

    def socket_of(self, text: str, index: int) -> Socket | None:
        """Make the record of one row and expect its owner; None where a cell is not right.

        The family is that of the brackets; a row that shows only names counts as IPv4.
        """
        found = grammar.ROW.re.match(text)
        if found is None:
            return None
        protocol, rests = self._labels[found["protocol"]]
        local, remote = self.endpoints[found["local"]], self.endpoints[found["remote"]]
        rest = rests[found["rest"] or ""]
        if local is None or remote is None or rest is None:
            return None
        state = rest.state
        if state is State.UNKNOWN:
            state = self._state_by_shape(rest.state_text, remote, index)
        socket = Socket(
            protocol,
            Family.IPV6 if "[" in (found["local"][0], found["remote"][0]) else Family.IPV4,
            local,
            remote,
            state,
            rest.process,
            snapshot=self.draft.snapshot,
            line=index + 1,
            state_text=rest.state_text,
        )
        self.owners.open(socket, index, rest)
        if rest.ended:
            self.owners.row = None
        return socket

    def read_text(self, text: str, index: int) -> bool:
        """Read a row from a text that is not, or not only, the line at an index."""
        socket = self.socket_of(text, index)
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
        self.owners.row = None
        first_is_pid = grammar.UNPROVEN_FIRST_COLUMN.re.match(header) is None
        for _, rests in self._labels.values():
            rests.begin_table(first_is_pid=first_is_pid)
