"""Reads well-formed rows of Linux tools: net-tools, BusyBox, toybox.

One tight loop over the compiled line forms of the grammar; what it refuses is looked at line by
line in `netstat_fw.reader.linux`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from netstat_fw.diagnostics import Severity
from netstat_fw.grammar import linux as grammar
from netstat_fw.grammar.structure import (
    CONTEXT_HEADER,
    CUT_HEADER,
    PROGRAM_HEADER,
    UNIX_HEADER,
    WIDE_HEADER,
)
from netstat_fw.reader.construct import constructor
from netstat_fw.reader.linux_cells import Endpoints, Processes, Rests, StateCell, cell_text
from netstat_fw.reader.linux_debris import LONGEST_DEBRIS_REMOTE, is_among_unix_rows, is_debris
from netstat_fw.reader.linux_unix import UnixRows
from netstat_fw.records import Dialect, Endpoint, Family, LineRole, Protocol, Socket, State

if TYPE_CHECKING:
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
# A row's columns up to the foreign address, and the rest of it.
_CELLS = 6
_new_socket = constructor(Socket)
_STATE_CELLS = {
    Protocol.UDP: StateCell.WORD_OR_BLANK,
    Protocol.UDPLITE: StateCell.WORD_OR_BLANK,
    Protocol.RAW: StateCell.NUMBER,
}


def _announces_programs(header: str) -> bool | None:
    """Tell whether a header has a column of programs; None where the header is cut before that."""
    if PROGRAM_HEADER.re.match(header):
        return True
    return None if CUT_HEADER.re.match(header) else False


class LinuxRows:
    """Reads rows into a draft, and knows the table they stand in.

    Attributes:
        draft: the capture while it is being read.
        endpoints: the address cells seen so far.
        rests: what followed the addresses so far, by what the state column may hold.
        unix: the reader of unix rows.
    """

    dialect = Dialect.LINUX

    def __init__(self, draft: Draft) -> None:
        self.draft = draft
        self.endpoints = Endpoints()
        processes = Processes()
        self.rests = {cell: Rests(cell, processes) for cell in StateCell}
        self.unix = UnixRows(draft, processes)
        self._first_of_table = 0
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
        return self._read(self.draft.lines, index, len(self.draft.lines))

    def read_text(self, text: str, index: int) -> bool:
        """Read a row from a text that is not, or not only, the line at an index."""
        return self._read({index: text}, index, index + 1) > index

    def _read(self, lines: list[str] | dict[int, str], index: int, end: int) -> int:
        """Read rows and blank lines; return the index of the first that is neither, or the end."""
        draft, labels, match, unix = self.draft, self._labels, grammar.ROW.re.match, self.unix
        roles, append, snapshot, record = (
            draft.roles, draft.sockets.append, draft.snapshot, LineRole.RECORD,
        )  # fmt: skip
        new_socket = _new_socket
        ipv4, ipv6, raw = Family.IPV4, Family.IPV6, Protocol.RAW
        internet_rows, unix_rows = len(draft.sockets), len(draft.unix_sockets)
        unix_above = draft.unix_sockets
        rest_text: str | None
        for at in range(index, end):
            line = lines[at]
            # Most rows need no expression to be taken apart: no white space but blanks in them,
            # nothing in their queues. Everything else is for the compiled form.
            cells = line.split(None, 5) if line.isprintable() else []
            if len(cells) == _CELLS and cells[0] in labels and cells[1] == cells[2] == "0":
                label, _, _, local_cell, remote_cell, rest_text = cells
                recv_q = send_q = 0
            elif (found := match(line)) is not None:
                label, received, sent, local_cell, remote_cell, rest_text = found.groups()
                recv_q, send_q = int(received), int(sent)
            elif not line or line.isspace() or unix.read(line, at):
                continue
            else:
                end = at
                break
            protocol, family, endpoints, rests = labels[label]
            local = endpoints[local_cell]
            remote = endpoints[remote_cell]
            rest = rests[rest_text]
            if (
                local is None
                or remote is None
                or rest is None
                # Only a row that a screen cut has a peer and nothing behind it.
                or (rest_text is None and remote.port is not None)
                # Of a later column behind a name, the end of a cut context looks most like a host.
                or (
                    (len(remote_cell) <= LONGEST_DEBRIS_REMOTE or remote.host is not None)
                    and is_debris(draft, line, at)
                )
                or (unix_above and is_among_unix_rows(draft, at))
            ):
                end = at
                break
            v6 = endpoints.ipv6
            if v6 and family is ipv4 and (local_cell in v6 or remote_cell in v6):
                family = ipv6  # some tools print tcp for both families
            state, state_text, user, inode, process, context, timer = rest
            if protocol is raw and not remote.is_wildcard:
                state = State.ESTABLISHED
            append(new_socket(
                protocol, family, local, remote, state, process,
                recv_q, send_q, user, inode, timer, snapshot, at + 1, state_text, context,
            ))  # fmt: skip
            roles[at] = record
        if len(draft.unix_sockets) > unix_rows:
            draft.count_rows(self.dialect, "unix", len(draft.unix_sockets) - unix_rows)
        if len(draft.sockets) > internet_rows:
            draft.count_rows(self.dialect, "internet", len(draft.sockets) - internet_rows)
        return end

    def begin_table(self, header: str) -> None:
        """Take note of a title or column header; see `TableReader`."""
        self._settle_cut_addresses()
        self.endpoints.begin_table(wide=WIDE_HEADER.re.match(header) is not None)
        has_contexts = CONTEXT_HEADER.re.match(header) is not None
        for rests in self.rests.values():
            rests.begin_table(contexts=has_contexts)
        if UNIX_HEADER.re.match(header):
            self.unix.has_contexts = has_contexts
            self.unix.has_programs = _announces_programs(header)

    def finish(self) -> None:
        """Settle what needed the whole text; see `TableReader`."""
        self._settle_cut_addresses()
        self._name_unknown_states()

    def _name_unknown_states(self) -> None:
        """Name each state word that no known netstat prints, where it stands first."""
        unknown: set[str] = set().union(*(rests.unknown for rests in self.rests.values()))
        for socket in self.draft.sockets if unknown else ():
            if socket.state_text in unknown:
                unknown.remove(socket.state_text)
                self.draft.remark(
                    Severity.WARNING,
                    "unknown-state",
                    f"no known netstat prints the state {socket.state_text} (first here)",
                    socket.line - 1,
                )

    def _settle_cut_addresses(self) -> None:
        """Decide for the table that ends here whether its 23-character cells were cut.

        net-tools cuts every cell to 23 characters or none, so one longer cell acquits them all.
        """
        draft, cells = self.draft, self.endpoints
        first, self._first_of_table = self._first_of_table, len(draft.sockets)
        doubtful = [
            at
            for at in (range(first, len(draft.sockets)) if cells.cut else ())
            if draft.sockets[at].local.truncated or draft.sockets[at].remote.truncated
        ]
        if not doubtful:
            return
        if not cells.whole:
            draft.remark(
                Severity.WARNING,
                "truncated-address",
                "netstat may have cut addresses to fit their column (first here); they are not"
                " used - capture again with netstat -W",
                draft.sockets[doubtful[0]].line - 1,
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
