"""Reads well-formed rows of Linux tools: net-tools, BusyBox, toybox.

One tight loop over the compiled line forms of the grammar; what it refuses is looked at line by
line in `netstat_fw.reader.linux`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from netstat_fw.diagnostics import Severity
from netstat_fw.grammar import linux as grammar
from netstat_fw.grammar.structure import PROGRAM_HEADER, UNIX_HEADER, WIDE_HEADER
from netstat_fw.reader.construct import unfrozen
from netstat_fw.reader.linux_cells import Endpoints, Processes, Rests, StateCell, cell_text
from netstat_fw.reader.linux_unix import UnixRows
from netstat_fw.records import Dialect, Endpoint, Family, LineRole, Protocol, Socket, State

if TYPE_CHECKING:
    import re

    from netstat_fw.reader.draft import Draft

_PROTOCOLS = {
    "tcp": (Protocol.TCP, Family.IPV4),
    "tcp6": (Protocol.TCP, Family.IPV6),
    "udp": (Protocol.UDP, Family.IPV4),
    "udp6": (Protocol.UDP, Family.IPV6),
    "udpl": (Protocol.UDPLITE, Family.IPV4),
    "udpl6": (Protocol.UDPLITE, Family.IPV6),
    "udplite": (Protocol.UDPLITE, Family.IPV4),
    "udplite6": (Protocol.UDPLITE, Family.IPV6),
    "raw": (Protocol.RAW, Family.IPV4),
    "raw6": (Protocol.RAW, Family.IPV6),
    "sctp": (Protocol.SCTP, Family.IPV4),
    "sctp6": (Protocol.SCTP, Family.IPV6),
    "dccp": (Protocol.DCCP, Family.IPV4),
    "dccp6": (Protocol.DCCP, Family.IPV6),
}
# "PID/Program name" is cut to 19 characters, of which at least two are the number and its slash;
# blanks pad the column, and a timer may follow it.
_LONGEST_NAME = 17
_LONGEST_DEBRIS = 120
_UnfrozenSocket = unfrozen(Socket)
_RAW, _IPV6 = Protocol.RAW, Family.IPV6
_STATE_CELLS = {
    Protocol.UDP: StateCell.WORD_OR_BLANK,
    Protocol.UDPLITE: StateCell.WORD_OR_BLANK,
    Protocol.RAW: StateCell.NUMBER,
}


class LinuxRows:
    """Reads rows into a draft, and knows the table they stand in."""

    dialect = Dialect.LINUX

    def __init__(self, draft: Draft) -> None:
        self.draft = draft
        self.endpoints = Endpoints()
        self.processes = Processes()
        self.unix = UnixRows(draft, self.processes)
        self._first_of_table = 0
        self.rests = {cell: Rests(cell, self.processes) for cell in StateCell}
        uncut = Endpoints(wide=True)
        self._labels = {
            label: (
                protocol,
                family,
                uncut if protocol is Protocol.SCTP else self.endpoints,
                self.rests[_STATE_CELLS.get(protocol, StateCell.WORD)],
            )
            for label, (protocol, family) in _PROTOCOLS.items()
        }

    def read_rows(self, index: int) -> int:
        """Read well-formed rows and blank lines; see `TableReader`."""
        draft = self.draft
        lines, roles, match = draft.lines, draft.roles, grammar.ROW.re.match
        append, socket_of, read_unix = draft.sockets.append, self.socket_of, self.unix.read
        record = LineRole.RECORD
        internet_rows, unix_rows = len(draft.sockets), len(draft.unix_sockets)
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
            elif not line or line.isspace() or read_unix(line, at):
                continue
            end = at
            break
        if len(draft.unix_sockets) > unix_rows:
            draft.count_rows(self.dialect, "unix", len(draft.unix_sockets) - unix_rows)
        if len(draft.sockets) > internet_rows:
            draft.count_rows(self.dialect, "internet", len(draft.sockets) - internet_rows)
        return end

    def socket_of(self, found: re.Match[str], index: int) -> Socket | None:
        """Make the record of a row that has the right shape; None where a cell is not right."""
        label, recv_q, send_q, local_cell, remote_cell, rest_text = found.groups()
        protocol, family, endpoints, rests = self._labels[label]
        local = endpoints[local_cell]
        remote = endpoints[remote_cell]
        rest = rests[rest_text]
        if local is None or remote is None or rest is None:
            return None
        if rest_text is None and remote.port is not None:
            return None  # only a row cut at the screen's edge has a peer and no state
        if rest.process is None and self.is_debris(found.string):
            return None
        ipv6 = endpoints.ipv6
        if ipv6 and (local_cell in ipv6 or remote_cell in ipv6):
            family = _IPV6  # some tools print tcp for both families
        state, state_text, user, inode, process, context, timer = rest
        if protocol is _RAW and not remote.is_wildcard:
            state = State.ESTABLISHED
        socket: Socket = _UnfrozenSocket(
            protocol,
            family,
            local,
            remote,
            state,
            process,
            0 if recv_q == "0" else int(recv_q),
            0 if send_q == "0" else int(send_q),
            user,
            inode,
            timer,
            self.draft.snapshot,
            index + 1,
            state_text,
            context,
        )
        socket.__class__ = Socket
        return socket

    def is_debris(self, line: str) -> bool:
        """Tell whether a line may be the rest of the program name above it.

        A name may hold a line break and then what looks like a row. net-tools and BusyBox cut it to
        so few characters that no row of theirs is as short, and it never has an owner of its own.
        """
        sockets = self.draft.sockets
        return (
            len(line) <= _LONGEST_DEBRIS
            and bool(sockets)
            and sockets[-1].process is not None
            and len(line.strip(" \t")) <= _LONGEST_NAME
        )

    def read_text(self, text: str, index: int) -> bool:
        """Read a row from a text that is not, or not only, the line at an index."""
        found = grammar.ROW.re.match(text)
        socket = None if found is None else self.socket_of(found, index)
        if socket is None:
            if not self.unix.read(text, index):
                return False
            self.draft.count_rows(self.dialect, "unix", 1)
            return True
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
        self._settle_cut_addresses()
        self.endpoints.begin_table(wide=WIDE_HEADER.re.match(header) is not None)
        if UNIX_HEADER.re.match(header):
            self.unix.has_programs = PROGRAM_HEADER.re.match(header) is not None

    def finish(self) -> None:
        """Settle what needed the whole text; see `TableReader`."""
        self._settle_cut_addresses()

    def _settle_cut_addresses(self) -> None:
        """Decide for the table that ends here whether its 23-character cells were cut.

        net-tools cuts every cell to 23 characters or none, so one longer cell acquits them all.
        """
        draft, cells = self.draft, self.endpoints
        first, self._first_of_table = self._first_of_table, len(draft.sockets)
        doubtful = (
            [
                at
                for at in range(first, len(draft.sockets))
                if draft.sockets[at].local.truncated or draft.sockets[at].remote.truncated
            ]
            if cells.cut
            else []
        )
        if not doubtful:
            return
        if not cells.whole:
            index = draft.sockets[doubtful[0]].line - 1
            draft.remark(
                Severity.WARNING,
                "truncated-address",
                "netstat may have cut addresses to fit their column (first here); they are not"
                " used - capture again with netstat -W",
                index,
            )
            return
        cells.begin_table(wide=True)
        for at in doubtful:
            socket = draft.sockets[at]
            draft.sockets[at] = attrs.evolve(
                socket, local=self._whole(socket.local), remote=self._whole(socket.remote)
            )

    def _whole(self, endpoint: Endpoint) -> Endpoint:
        """Read a cell again that turned out not to be cut; what is no address stays in doubt."""
        return (self.endpoints[cell_text(endpoint)] or endpoint) if endpoint.truncated else endpoint
