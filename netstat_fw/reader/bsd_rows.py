"""Reads well-formed rows of macOS, FreeBSD, NetBSD and OpenBSD.

One tight loop over the compiled line forms of the grammar; what it refuses is looked at line by
line in `netstat_fw.reader.bsd`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import attrs

from netstat_fw.diagnostics import Severity
from netstat_fw.grammar import bsd as grammar
from netstat_fw.reader.bsd_cells import Endpoints
from netstat_fw.reader.bsd_rests import Columns
from netstat_fw.reader.bsd_unix import UnixRows
from netstat_fw.reader.construct import constructor
from netstat_fw.records import Dialect, Endpoint, Family, LineRole, Protocol, Socket, State

if TYPE_CHECKING:
    import re

    from netstat_fw.reader.draft import Draft

_KINDS = {
    "tcp": Protocol.TCP,
    "toe": Protocol.TCP,
    "udp": Protocol.UDP,
    "icm": Protocol.ICMP,
    "igm": Protocol.IGMP,
    "pim": Protocol.RAW,
    "div": Protocol.DIVERT,
    "ip": Protocol.RAW,
    "ip ": Protocol.RAW,
    "ip6": Protocol.RAW,
    "rip": Protocol.RAW,
}
_LABELS = {
    name + suffix: (
        Protocol.ICMPV6 if kind is Protocol.ICMP and "6" in suffix else kind,
        Family.IPV6 if "6" in name + suffix else Family.IPV4,
        suffix == "46",
    )
    for name, kind in _KINDS.items()
    for suffix in ("", "4", "6", "46")
}
# proc_name() of macOS gives a name of at most so many bytes, and then a colon follows.
LONGEST_NAME = 31
_new_socket = constructor(Socket)
_TCP = Protocol.TCP
_IPV4, _IPV6 = Family.IPV4, Family.IPV6
_ANYWHERE = Endpoint()


class _Doubt(NamedTuple):
    """A row whose addresses read differently once the whole table is known."""

    position: int
    endpoints: Endpoints
    local: str
    remote: str | None


class BsdRows:
    """Reads rows into a draft, and knows the table they stand in."""

    dialect = Dialect.BSD

    def __init__(self, draft: Draft) -> None:
        self.draft = draft
        self.columns = Columns()
        self.unix = UnixRows(draft, self.columns)
        self._known_rests = self.columns.known
        self._plain = (Endpoints(narrow=False), Endpoints(narrow=False))
        self._narrow = (Endpoints(narrow=True), Endpoints(narrow=True))
        self.doubts: list[_Doubt] = []
        self.taken = 0
        self._guessed_family: int | None = None

    def read_rows(self, index: int) -> int:
        """Read well-formed rows and blank lines; see `TableReader`."""
        draft = self.draft
        index = max(index, self.taken)
        lines, roles, match = draft.lines, draft.roles, grammar.ROW.re.match
        append, socket_of, read_other = draft.sockets.append, self.socket_of, self._read_other
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
            elif not line or line.isspace() or read_other(line, at):
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
        kernel, label, first, second, third, local_cell, remote_cell, rest_text = found.groups()
        protocol, family, dual_stack = _LABELS[label]
        if family is _IPV4 and (":" in local_cell or ":" in remote_cell):
            family = _IPV6  # NetBSD and OpenBSD print tcp for both families
        ipv4, ipv6 = self._plain if kernel is None else self._narrow
        endpoints = ipv4 if family is _IPV4 else ipv6
        local = endpoints[local_cell]
        remote = endpoints[remote_cell]
        rest = self._known_rests.get(rest_text) or self.columns.rest(rest_text)
        if local is None or remote is None or rest is None:
            return None
        state, state_text, process, stateless, owner_at = rest
        if protocol is _TCP:
            if first is None or (state is None and third is None and not stateless):
                return None
        elif state is not None or third is not None:
            return None
        if owner_at is not None and found.start("rest") + owner_at <= LONGEST_NAME:
            return None  # the rest of a name with a line break in it, dressed up as a row
        if self.draft.unix_sockets and self.unix.may_be_path(index):
            return None
        doubtful = endpoints.doubtful
        if doubtful and (local_cell in doubtful or remote_cell in doubtful):
            if found.start("remote") - found.start("local") in endpoints.uncut_widths:
                endpoints.uncut = True
            self.doubts.append(_Doubt(len(self.draft.sockets), endpoints, local_cell, remote_cell))
        queues = first is not None and third is None
        return _new_socket(
            protocol,
            family,
            local,
            remote,
            state,
            process,
            int(first) if queues else None,
            int(second) if queues else None,
            None,
            None,
            None,
            self.draft.snapshot,
            index + 1,
            state_text,
            None,
            None,
            dual_stack,
        )

    def _read_other(self, line: str, index: int) -> bool:
        """Read a row of another shape: unix-domain sockets, the listeners of ``-L``."""
        return self.unix.read(line, index) or self._read_listener(line, index)

    def _read_listener(self, line: str, index: int) -> bool:
        """Read a row of ``-L``; macOS names no protocol there, and only TCP has such a queue."""
        found = grammar.LISTEN_ROW.re.match(line)
        if found is None:
            return False
        kernel, label, queue, cell = found.groups()
        protocol, family, dual_stack = _LABELS[label or "tcp"]
        if ":" in cell:
            family = Family.IPV6
        endpoints = self.endpoints(family, narrow=kernel is not None)
        local = endpoints[cell]
        if local is None or protocol is not _TCP or self.unix.may_be_path(index):
            return False
        if label is None and cell.startswith("*") and self._guessed_family is None:
            self._guessed_family = index
        if cell in endpoints.doubtful:
            self.doubts.append(_Doubt(len(self.draft.sockets), endpoints, cell, None))
        self.draft.sockets.append(
            Socket(
                protocol,
                family,
                local,
                _ANYWHERE,
                State.LISTEN,
                recv_q=int(queue.partition("/")[0]),
                snapshot=self.draft.snapshot,
                line=index + 1,
                dual_stack=dual_stack,
            )
        )
        self.draft.roles[index] = LineRole.RECORD
        return True

    def endpoints(self, family: Family, *, narrow: bool) -> Endpoints:
        """Return the endpoint cells of a family, in tables with or without kernel addresses."""
        return (self._narrow if narrow else self._plain)[family is _IPV6]

    def read_text(self, text: str, index: int) -> bool:
        """Read a row from a text that is not, or not only, the line at an index."""
        found = grammar.ROW.re.match(text)
        socket = None if found is None else self.socket_of(found, index)
        if socket is not None:
            self.add(socket, index)
            return True
        rows = len(self.draft.sockets)
        if found is not None or not self._read_other(text, index):
            return False
        section = "unix" if rows == len(self.draft.sockets) else "internet"
        self.draft.count_rows(self.dialect, section, 1)
        return True

    def add(self, socket: Socket, index: int) -> None:
        """Append a record that the line at an index, among others, is part of."""
        draft = self.draft
        draft.sockets.append(socket)
        draft.roles[index] = LineRole.RECORD
        draft.count_rows(self.dialect, "internet", 1)

    def begin_table(self, header: str) -> None:
        """Take note of a title or column header; see `TableReader`."""
        self._settle()
        self.columns.begin_table(header)

    def finish(self) -> None:
        """Settle what needed the whole text; see `TableReader`."""
        self._settle()
        if self._guessed_family is not None:
            self.draft.remark(
                Severity.WARNING,
                "unnamed-family",
                "netstat -L of macOS does not say which family a listener on * is of; read as"
                " IPv4 (first here) - capture with netstat -an",
                self._guessed_family,
            )

    def _settle(self) -> None:
        """Read the doubtful cells of the table that ends here again, now that it is known."""
        draft, tables = self.draft, (*self._plain, *self._narrow)
        named = any(endpoints.named for endpoints in tables)
        for endpoints in tables:
            endpoints.clear()
            endpoints.named = named
        cut = []
        for position, endpoints, local, remote in self.doubts:
            socket = attrs.evolve(
                draft.sockets[position],
                local=endpoints[local] or draft.sockets[position].local,
                remote=(None if remote is None else endpoints[remote])
                or draft.sockets[position].remote,
            )
            draft.sockets[position] = socket
            if socket.local.truncated or socket.remote.truncated:
                cut.append((socket.line - 1, endpoints.narrow))
        self.doubts.clear()
        for endpoints in tables:
            endpoints.begin_table()
        if cut:
            index, narrow = cut[0]
            draft.remark(
                Severity.WARNING,
                "truncated-address",
                "netstat may have cut addresses to fit their column (first here); "
                + ("they and their ports" if narrow else "they")
                + " are not used - capture again with netstat -anW (macOS: -anlW)"
                + (", without -A" if narrow else ""),
                index,
            )
