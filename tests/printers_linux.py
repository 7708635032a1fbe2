"""Prints sockets the way each Linux netstat does, and says what can be read back from that.

Written from the tools' own formats (net-tools netstat.c and lib/inet*.c, BusyBox and toybox
netstat.c), with no look at the library's grammar. A printer takes sockets as the kernel knows them:
IPv4-mapped addresses as such, names whole, every field filled. `Layout.shown` is what is left of
them after printing.
"""

from __future__ import annotations

import enum
import ipaddress
from typing import TYPE_CHECKING

import attrs
from languages_linux import ENGLISH, LANGUAGES, Language

from netstat_fw.records import (
    Endpoint,
    Family,
    Process,
    Protocol,
    Socket,
    State,
    Timer,
    UnixSocket,
    UnixState,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

CUT_CELL = 23
CUT_PROGRAM = 19
CUT_CONTEXT = 49


class Tool(enum.Enum):
    """A family of programs with one layout."""

    NET_TOOLS_2 = "net-tools 2.10"
    NET_TOOLS_1 = "net-tools 1.60"
    RHEL = "net-tools 1.60 of RHEL 6"
    BUSYBOX = "BusyBox 1.37"
    TOYBOX = "toybox 0.8.9"


TCP_WORDS: dict[State, str] = {
    State.LISTEN: "LISTEN",
    State.SYN_SENT: "SYN_SENT",
    State.SYN_RECEIVED: "SYN_RECV",
    State.ESTABLISHED: "ESTABLISHED",
    State.FIN_WAIT_1: "FIN_WAIT1",
    State.FIN_WAIT_2: "FIN_WAIT2",
    State.CLOSE_WAIT: "CLOSE_WAIT",
    State.CLOSING: "CLOSING",
    State.LAST_ACK: "LAST_ACK",
    State.TIME_WAIT: "TIME_WAIT",
    State.CLOSED: "CLOSE",
}
UNIX_WORDS: dict[UnixState, str] = {
    state: state.value for state in UnixState if state is not UnixState.UNCONNECTED
} | {UnixState.UNCONNECTED: ""}
TIMER_WORDS = ("off", "on", "keepalive", "timewait", "probe", "on2", "unkn-9")


def pad(text: str, width: int) -> str:
    """Pad as C's printf does: by bytes, so that letters outside ASCII shorten the column."""
    return text + " " * (width - len(text.encode()))


@attrs.frozen
class Layout:
    """One tool with one set of options.

    Attributes:
        tool: the program.
        programs: ``-p``.
        extended: ``-e``.
        timers: ``-o``.
        wide: ``-W``.
        contexts: ``-Z``.
        language: the message catalogue.
    """

    tool: Tool = Tool.NET_TOOLS_2
    programs: bool = True
    extended: bool = False
    timers: bool = False
    wide: bool = False
    contexts: bool = False
    language: Language = ENGLISH

    @property
    def cuts(self) -> bool:
        """True where cells longer than the column are cut (addr_do_one)."""
        if self.tool in {Tool.RHEL, Tool.BUSYBOX}:
            return False
        return not self.wide

    @property
    def width(self) -> int:
        """Width of an address column."""
        if self.tool is Tool.RHEL:
            return 27
        return 51 if self.wide and self.tool in {Tool.BUSYBOX, Tool.TOYBOX} else 23

    @property
    def is_old(self) -> bool:
        """True for the tools that pad the state to 12 and print nothing between columns."""
        return self.tool in {Tool.NET_TOOLS_1, Tool.RHEL, Tool.BUSYBOX}

    def text(self, sockets: Iterable[Socket], unix_sockets: Iterable[UnixSocket] = ()) -> str:
        """Write a whole capture: both tables, also where they are empty."""
        language = self.language
        lines = [language.internet + language.filter, self.header()]
        lines += [self.row(socket) for socket in sockets]
        lines += [language.unix + language.filter, self.unix_header()]
        lines += [self.unix_row(socket) for socket in unix_sockets]
        return "".join(f"{line}\n" for line in lines)

    def header(self) -> str:
        """Write the column header of the internet table."""
        language = self.language
        header = language.header
        if self.width != CUT_CELL:
            header = (
                f"Proto Recv-Q Send-Q {'Local Address':<{self.width}} "
                f"{'Foreign Address':<{self.width}} State      "
            )
        if self.is_old:
            user, program = "User       Inode      ", "PID/Program name    "
            parts = [f"{header} ", user, program, "Timer"]
        elif self.tool is Tool.TOYBOX:
            parts = [header, " User       Inode      ", " PID/Program Name", ""]
        else:
            context = pad(" Security Context", 51) if self.contexts else ""
            program = f" PID/Program name    {context}"
            parts = [header, language.user, program, language.timer]
        shown = (True, self.extended, self.programs, self.timers)
        return "".join(part for part, is_shown in zip(parts, shown, strict=True) if is_shown)

    def row(self, socket: Socket) -> str:
        """Write the row of one socket (tcp_do_one, udp_do_one, raw_do_one, finish_this_one)."""
        cells = [f"{self.cell(end):<{self.width}}" for end in (socket.local, socket.remote)]
        if self.tool is Tool.TOYBOX:
            start = f"{self.label(socket):<6}{socket.recv_q:6}{socket.send_q:7} "
        else:
            start = f"{self.label(socket):<5} {socket.recv_q:6} {socket.send_q:6} "
        return f"{start}{' '.join(cells)} {self._rest(socket)}"

    def _rest(self, socket: Socket) -> str:
        state = pad(self.state(socket), 12 if self.is_old else 11)
        user, inode = socket.user, socket.inode
        program = program_cell(socket.process)
        timer = self.timer(socket.timer) if self.timers and socket.timer is not None else ""
        if self.tool is Tool.BUSYBOX:
            return state + (cut(program) if self.programs else "")
        if self.tool is Tool.TOYBOX:
            owner = f" {user:<10} {inode:<11}" if self.extended else ""
            return state + owner + (f" {program}" if self.programs else "")
        program = pad(cut(program), 20)
        if self.is_old:
            owner = f"{user:<10} {inode:<10} " if self.extended else ""
            return state + owner + (program if self.programs else "") + timer
        owner = f" {user:<10} {inode:<10}" if self.extended else ""
        owner += f" {program}" if self.programs else ""
        owner += f" {self.context(socket):<50}" if self.contexts else ""
        return state + owner + (f" {timer}" if timer else "")

    def label(self, socket: Socket) -> str:
        """Write the protocol column; older tools and BusyBox print no 6."""
        label = "udpl" if socket.protocol is Protocol.UDPLITE else socket.protocol.value
        return label if self.is_old or socket.family is Family.IPV4 else f"{label}6"

    def cell(self, endpoint: Endpoint) -> str:
        """Write ``address:port``, cut from the middle where the tool cuts (addr_do_one)."""
        host = endpoint.host or self.address(endpoint)
        port = endpoint.service or ("*" if endpoint.port is None else str(endpoint.port))
        if self.cuts and len(host) + len(port) >= CUT_CELL:
            port = port[:18]
            host = host[: CUT_CELL - 1 - len(port)]
        return f"{host}:{port}"

    def address(self, endpoint: Endpoint) -> str:
        """Write an address; only toybox prints brackets, only net-tools 2 unmaps IPv4."""
        address = endpoint.address
        if isinstance(address, ipaddress.IPv6Address):
            if address.ipv4_mapped is not None:
                mapped = str(address.ipv4_mapped)
                return mapped if self.tool is Tool.NET_TOOLS_2 else f"::ffff:{mapped}"
            if self.tool is Tool.TOYBOX and address.is_unspecified:
                return "[::]"
        return str(address)

    def state(self, socket: Socket) -> str:
        """Write the state column: a word, nothing for unconnected UDP, a number for raw."""
        if socket.protocol is Protocol.RAW:
            if self.tool is Tool.BUSYBOX:
                return str(socket.local.port)
            return "7" if socket.state is None else "1"
        if socket.state is None:
            return ""
        return self.language.states.get(socket.state, TCP_WORDS[socket.state])

    def timer(self, timer: Timer) -> str:
        """Write the timer column; Estonian has a parenthesis too many."""
        word = self.language.timers.get(timer.kind, timer.kind)
        seconds = f"{timer.seconds:.2f}".replace(".", self.language.decimal)
        numbers = f"({seconds}/{timer.retransmits}/{timer.probes})"
        return word + numbers if word.endswith("(") else f"{word} {numbers}"

    @staticmethod
    def context(socket: Socket) -> str:
        """Write the SELinux context, cut from the left."""
        return (socket.security_context or "-")[-CUT_CONTEXT:]

    def unix_header(self) -> str:
        """Write the column header of the unix table."""
        if self.is_old:
            program = "PID/Program name    " if self.programs else ""
            return f"Proto RefCnt Flags       Type       State         I-Node {program}Path"
        if self.tool is Tool.TOYBOX:
            program = "PID/Program Name     " if self.programs else ""
            return f"Proto RefCnt Flags       Type       State         I-Node   {program}Path"
        program = " PID/Program name    " if self.programs else ""
        program += pad(" Security Context", 51) if self.contexts else ""
        return self.language.unix_header + program + self.language.path

    def unix_row(self, socket: UnixSocket) -> str:
        """Write the row of one unix socket (unix_do_one)."""
        flags = f"[ {' '.join((*socket.flags, ''))}]"
        state = UNIX_WORDS[socket.state or UnixState.FREE]
        if socket.state is not None:
            state = self.language.unix_states.get(socket.state, state)
        row = f"unix  {socket.ref_count:<6} {flags:<11} {socket.type.value.upper():<10} "
        row += pad(state, 13) + f" {socket.inode:<{6 if self.is_old else 8}} "
        path = "" if socket.path is None else self._path(socket.path)
        program = f"{cut(program_cell(socket.process)):<20}"
        if self.contexts:
            program += f" {'system_u:system_r:init_t:s0':<50}"
        if not self.programs:
            return row + path
        return row + program + path if self.is_old else f"{row}{program} {path}"

    def _path(self, path: str) -> str:
        """Net-tools reads a path with sscanf, which ends at white space."""
        return path if self.tool in {Tool.BUSYBOX, Tool.TOYBOX} else path.split(maxsplit=1)[0]

    def shown(self, sockets: Iterable[Socket]) -> list[Socket]:
        """Return what can be read back from the printed table of these sockets."""
        sockets = list(sockets)
        cells = [
            self.cell(end)
            for socket in sockets
            if socket.protocol is not Protocol.SCTP
            for end in (socket.local, socket.remote)
        ]
        in_doubt = self.width == CUT_CELL and not any(len(cell) > CUT_CELL for cell in cells)
        return [self._shown(socket, in_doubt=in_doubt) for socket in sockets]

    def _shown(self, socket: Socket, *, in_doubt: bool) -> Socket:
        doubt = in_doubt and socket.protocol is not Protocol.SCTP
        process = None if socket.process is None else self._shown_process(socket.process)
        timer = socket.timer
        if timer is not None:
            word = self.language.timers.get(timer.kind, timer.kind)
            timer = attrs.evolve(timer, kind=word.removesuffix(" ("))
        is_ipv6 = any(
            isinstance(end.address, ipaddress.IPv6Address) for end in (socket.local, socket.remote)
        )
        return attrs.evolve(
            socket,
            family=Family.IPV4 if self.is_old and not is_ipv6 else socket.family,
            local=self.shown_end(socket.local, in_doubt=doubt),
            remote=self.shown_end(socket.remote, in_doubt=doubt),
            process=process if self.programs else None,
            user=socket.user if self.extended else None,
            inode=socket.inode if self.extended else None,
            timer=timer if self.timers else None,
            security_context=self._shown_context(socket),
        )

    def _shown_context(self, socket: Socket) -> str | None:
        return self.context(socket) if self.contexts else None

    def shown_end(self, endpoint: Endpoint, *, in_doubt: bool) -> Endpoint:
        """Return what can be read back from a cell, which may be one that was cut."""
        cell = self.cell(endpoint)
        host, _, port = cell.rpartition(":")
        if in_doubt and len(cell) == CUT_CELL:
            number = int(port) if port.isdigit() else None
            service = None if port == "*" or port.isdigit() else port
            return Endpoint(None, number, None, host, service, truncated=True)
        address = endpoint.address
        if self.tool is Tool.NET_TOOLS_2 and isinstance(address, ipaddress.IPv6Address):
            address = address.ipv4_mapped or address
        return attrs.evolve(endpoint, address=address)

    def _shown_process(self, process: Process) -> Process:
        if self.tool is Tool.TOYBOX:
            return attrs.evolve(process, name=(process.name or "").rstrip(" ") or None)
        return cut_process(process)

    def shown_unix(self, socket: UnixSocket) -> UnixSocket:
        """Return what can be read back from the row of a unix socket."""
        process = None if socket.process is None else cut_process(socket.process)
        return attrs.evolve(
            socket,
            process=process if self.programs else None,
            path=None if socket.path is None else self._path(socket.path),
        )


def cut(program: str) -> str:
    """Cut the program column as snprintf does, by bytes; half a letter is left out."""
    return program.encode()[:CUT_PROGRAM].decode(errors="ignore")


def program_cell(process: Process | None) -> str:
    """Write ``PID/name``, or a dash for nobody."""
    return "-" if process is None else f"{process.pid}/{process.name or ''}"


def cut_process(process: Process) -> Process:
    """Return what is left of a process in a column of 19 characters."""
    name = cut(program_cell(process)).partition("/")[2].rstrip(" ")
    return attrs.evolve(process, name=name or None)


LAYOUTS = {
    **{
        f"net-tools 2.10 -{flags}": Layout(
            programs="p" in flags,
            extended="e" in flags,
            timers="o" in flags,
            wide="W" in flags,
            contexts="Z" in flags,
        )
        for flags in ("n", "p", "e", "o", "pe", "po", "eo", "neopa", "pW", "peoW", "pZ", "peZ",
                      "peoZ", "peoWZ", "W")
    },
    **{
        f"{tool.value} -{flags}": Layout(
            tool,
            programs="p" in flags,
            extended="e" in flags and tool is not Tool.BUSYBOX,
            timers="o" in flags,
            wide="W" in flags,
        )
        for tool, options in (
            (Tool.NET_TOOLS_1, ("n", "p", "pe", "peo", "po", "o")),
            (Tool.RHEL, ("n", "p", "peo")),
            (Tool.BUSYBOX, ("n", "p", "pe", "pW", "W")),
            (Tool.TOYBOX, ("n", "p", "pe", "e", "pW", "peW")),
        )
        for flags in options
    },
    **{
        f"net-tools 2.10 -neopa in {name}": Layout(extended=True, timers=True, language=language)
        for name, language in LANGUAGES.items()
    },
}  # fmt: skip
