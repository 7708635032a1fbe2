"""Records: the typed sockets that every netstat dialect is read into.

All values are frozen. `None` means that the capture does not show the field, never zero or empty.
What says only *where* or *how* something was printed (`line`, `state_text`) is left out of
equality, so that one socket captured twice compares equal.
"""

from __future__ import annotations

import enum
import re
from typing import TYPE_CHECKING, Any, ClassVar

import attrs

from netstat_fw import address as addresses
from netstat_fw.address import Address  # noqa: TC001 - attrs.resolve_types needs it
from netstat_fw.diagnostics import Diagnostic, Severity
from netstat_fw.errors import PlainDataError

# The aliases re-export both, and attrs.resolve_types needs them at run time.
from netstat_fw.protocol import Family as Family  # noqa: PLC0414, TC001 - see above
from netstat_fw.protocol import Protocol as Protocol  # noqa: PLC0414, TC001 - see above

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pyarrow as pa

SCHEMA_VERSION = 1
"""Version of what `Capture.to_dict` writes."""

# The lowest and the highest value of a field, for those who read stored records.
_PORT = {"minimum": 1, "maximum": 65535}
_COUNT = {"minimum": 0}
_FROM_ONE = {"minimum": 1}
# What RFC 6761 6.3 reserves, and the aliases that distributions put in /etc/hosts for it.
_LOOPBACK_HOSTS = frozenset({
    "localhost", "localhost.localdomain", "localhost4", "localhost4.localdomain4",
    "localhost6", "localhost6.localdomain6", "ip6-localhost", "ip6-loopback",
})  # fmt: skip
# A netstat that shortens an address cuts its end, so these beginnings are whole.
_CUT_LOOPBACK = re.compile(r"(?:::ffff:)?127\.", re.IGNORECASE)
_CUT_LOOPBACK_HOST = re.compile(r"localhost(?:\Z|[46.])|ip6-lo", re.IGNORECASE)
_CUT_LINK_LOCAL = re.compile(r"fe[89ab][0-9a-f]:|::ffff:169\.254\.", re.IGNORECASE)
# A Windows program: its file name may hold blanks, but no colon, which only a path begins with.
_WINDOWS_PROGRAM = re.compile(r"(?:[A-Za-z]:)?(?:[^:]*[\\/])?([^:\\/]+\.exe)", re.IGNORECASE)


class Dialect(enum.Enum):
    """Which family of netstat programs printed a table."""

    LINUX = "linux"
    WINDOWS = "windows"
    BSD = "bsd"


class State(enum.Enum):
    """State of a connection: RFC 9293 3.3.2, with the words of every platform as aliases."""

    LISTEN = "LISTEN"
    SYN_SENT = "SYN_SENT"
    SYN_RECEIVED = "SYN_RECEIVED"
    ESTABLISHED = "ESTABLISHED"
    FIN_WAIT_1 = "FIN_WAIT_1"
    FIN_WAIT_2 = "FIN_WAIT_2"
    CLOSE_WAIT = "CLOSE_WAIT"
    CLOSING = "CLOSING"
    LAST_ACK = "LAST_ACK"
    TIME_WAIT = "TIME_WAIT"
    CLOSED = "CLOSED"
    BOUND = "BOUND"
    """Bound to a local port, neither listening nor connected (Windows ``netstat -q``)."""
    UNKNOWN = "UNKNOWN"
    """A word that no known netstat prints; `Socket.state_text` keeps it."""

    # The words of Linux, BSD and Windows; an alias is what makes a word a member's name.
    SYN_RECV = SYN_RECEIVED
    SYN_RCVD = SYN_RECEIVED  # noqa: PIE796 - as above
    FIN_WAIT1 = FIN_WAIT_1
    FIN_WAIT2 = FIN_WAIT_2
    CLOSE = CLOSED
    DELETE_TCB = CLOSED  # noqa: PIE796 - as above
    LISTENING = LISTEN


class LineRole(enum.Enum):
    """What one line of the captured text turned out to be."""

    RECORD = "record"
    """A socket, or part of one."""
    STRUCTURE = "structure"
    """A title, column header, prompt, pager mark or row of a table that holds no sockets."""
    DIAGNOSTIC = "diagnostic"
    """Not understood as either; a diagnostic names the line."""
    BLANK = "blank"
    """Nothing but white space."""


@attrs.frozen(weakref_slot=False)
class Endpoint:
    """One end of a socket as netstat printed it.

    Attributes:
        address: the address, None for ``*``, for a host name and for a truncated cell.
        port: 1 to 65535 (a protocol number for raw sockets); None for ``*`` and for a name.
        zone: IPv6 zone (RFC 4007), such as ``eth0`` or ``4``.
        host: host name of a capture made without ``-n``, or what is left of a truncated address.
        service: service name of a capture made without ``-n``.
        truncated: netstat may have cut the cell to fit its column: the address must not be used,
            and neither must the port where the dialect cuts ports.
    """

    address: Address | None = None
    port: int | None = attrs.field(default=None, metadata=_PORT)
    zone: str | None = None
    host: str | None = None
    service: str | None = None
    truncated: bool = False

    @property
    def is_wildcard(self) -> bool:
        """True for every address: ``0.0.0.0``, ``::``, ``*`` and their IPv4-mapped form."""
        if self.address is not None:
            return addresses.is_wildcard(self.address)
        return self.host is None and not self.truncated

    @property
    def is_loopback(self) -> bool:
        """True for 127.0.0.0/8, ``::1``, their IPv4-mapped form and the names reserved for them."""
        if self.address is not None:
            return addresses.is_loopback(self.address)
        if self.host is None:
            return False
        if self.truncated:
            return self._may_be_loopback(self.host)
        return self.host.lower() in _LOOPBACK_HOSTS

    @staticmethod
    def _may_be_loopback(beginning: str) -> bool:
        """Tell by what is left of a cut address; a cut ``localhost.`` goes on as its own domain."""
        return bool(_CUT_LOOPBACK.match(beginning) or _CUT_LOOPBACK_HOST.match(beginning))

    @property
    def is_link_local(self) -> bool:
        """True for 169.254.0.0/16 and fe80::/10, also where only the beginning was printed."""
        if self.address is not None:
            return addresses.is_link_local(self.address)
        return bool(self.truncated and self.host and _CUT_LINK_LOCAL.match(self.host))

    def __str__(self) -> str:
        """Write the endpoint as netstat does: ``192.0.2.1:22``, ``[fe80::1%eth0]:546``, ``*:*``."""
        port = self.service or ("*" if self.port is None else str(self.port))
        name = "*" if self.address is None else str(self.address)
        name = self.host or name
        if self.truncated:
            name += "…"
        if self.zone is not None:
            name += f"%{self.zone}"
        return f"[{name}]:{port}" if ":" in name else f"{name}:{port}"


@attrs.frozen
class Process:
    """Who holds a socket, as far as the capture says.

    Attributes:
        pid: process id.
        name: program name as captured: cut short on Linux, and chosen by the program itself.
        service: short name of the Windows service that owns the socket.
        components: the Windows XP component stack, top first.
    """

    DERIVED: ClassVar[tuple[str, ...]] = ("program",)

    pid: int | None = attrs.field(default=None, metadata=_COUNT)
    name: str | None = None
    service: str | None = None
    components: tuple[str, ...] = ()

    @property
    def program(self) -> str | None:
        """The program's bare name: no path, no title after a colon or blank, no login dash.

        A name with the extension of a Windows program is a file name as a whole, blanks and all.

        >>> Process(1, "sshd: /usr/sb").program, Process(2, "a/b/relative").program
        ('sshd', 'relative')
        >>> Process(3, "-bash").program, Process(4, "[kworker/0:1]").program
        ('bash', '[kworker/0:1]')
        >>> Process(5, "NVIDIA Web Helper.exe").program
        'NVIDIA Web Helper.exe'
        """
        if self.name is None:
            return None
        title = self.name.strip()
        windows = _WINDOWS_PROGRAM.fullmatch(title)
        if windows is not None:
            return windows[1]
        if title.startswith("[") and "]" in title:
            return title[: title.index("]") + 1]
        first = re.split(r"[:\s]", title, maxsplit=1)[0]
        return first.rpartition("/")[2].lstrip("-").strip("()\"'") or None


@attrs.frozen
class Timer:
    """The kernel timer of a socket (``netstat -o``).

    Attributes:
        kind: the word as printed: ``off``, ``on``, ``keepalive``, ``timewait``, ``probe``, or its
            translation.
        seconds: time left.
        retransmits: retransmissions so far.
        probes: unanswered probes so far.
    """

    kind: str
    seconds: float
    retransmits: int
    probes: int


@attrs.frozen
class Multihoming:
    """The further addresses of a multi-homed SCTP association (RFC 9260 6.4).

    Attributes:
        local: local addresses beside `Socket.local`, in captured order.
        remote: remote addresses beside `Socket.remote`, in captured order.
    """

    local: tuple[Endpoint, ...] = ()
    remote: tuple[Endpoint, ...] = ()


@attrs.frozen(weakref_slot=False)
class Socket:
    """One internet socket.

    Attributes:
        protocol: transport protocol.
        family: what the protocol column says (``tcp6``), or the address where it cannot say.
        local: this host's end.
        remote: the other end; a wildcard for listening and unconnected sockets.
        state: connection state; None where the cell is blank, as for unconnected UDP.
        process: holder of the socket; None where netstat did not show one.
        recv_q: bytes waiting to be read, or for a listener connections waiting to be accepted.
        send_q: bytes not yet acknowledged.
        user: owner as printed, a name or a number.
        inode: socket inode number.
        timer: kernel timer.
        snapshot: 0 for the first table of the text, counting up with every repeated one.
        line: 1-based number of the (first) line.
        state_text: the state cell as printed.
        security_context: SELinux context (``netstat -Z``).
        multihoming: further addresses of a multi-homed SCTP association.
        dual_stack: the protocol column says that an IPv6 socket takes IPv4 too (``tcp46``); always
            False where the column has no way to say so.
    """

    protocol: Protocol
    family: Family
    local: Endpoint
    remote: Endpoint
    state: State | None = None
    process: Process | None = None
    recv_q: int | None = attrs.field(default=None, metadata=_COUNT)
    send_q: int | None = attrs.field(default=None, metadata=_COUNT)
    user: str | None = None
    inode: int | None = None
    timer: Timer | None = None
    snapshot: int = attrs.field(default=0, metadata=_COUNT)
    line: int = attrs.field(default=1, eq=False, metadata=_FROM_ONE)
    state_text: str | None = attrs.field(default=None, eq=False)
    security_context: str | None = None
    multihoming: Multihoming | None = None
    dual_stack: bool = False


class UnixType(enum.Enum):
    """Type of a unix-domain socket: unix(7)."""

    STREAM = "stream"
    DGRAM = "dgram"
    SEQPACKET = "seqpacket"
    RAW = "raw"
    RDM = "rdm"
    UNKNOWN = "unknown"


class UnixState(enum.Enum):
    """State of a unix-domain socket as net-tools and BusyBox name it."""

    FREE = "FREE"
    LISTENING = "LISTENING"
    UNCONNECTED = "UNCONNECTED"
    CONNECTING = "CONNECTING"
    CONNECTED = "CONNECTED"
    DISCONNECTING = "DISCONNECTING"
    UNKNOWN = "UNKNOWN"


@attrs.frozen(weakref_slot=False)
class UnixSocket:
    """One unix-domain socket. Nothing of it reaches a firewall; it is kept for completeness.

    Attributes:
        type: socket type.
        state: connection state; UNCONNECTED where the cell is blank; None where the dialect has no
            such column.
        ref_count: reference count; None where not captured.
        flags: the words in the flags cell, such as ``("ACC",)``.
        inode: inode number; None where not captured.
        process: holder; None where netstat did not show one.
        path: filesystem path, or ``@name`` for the abstract namespace; None where unbound.
        snapshot: as in `Socket`.
        line: as in `Socket`.
    """

    type: UnixType
    state: UnixState | None = None
    ref_count: int | None = None
    flags: tuple[str, ...] = ()
    inode: int | None = None
    process: Process | None = None
    path: str | None = None
    snapshot: int = attrs.field(default=0, metadata=_COUNT)
    line: int = attrs.field(default=1, eq=False, metadata=_FROM_ONE)


@attrs.frozen
class Capture:
    """Everything that one captured text says.

    Attributes:
        dialect: the dialect that most of its rows are in.
        sockets: internet sockets in input order.
        unix_sockets: unix-domain sockets in input order.
        diagnostics: what was damaged, doubtful or no part of a table, in line order.
        line_count: number of lines; a final line break begins no further line.
        line_roles: the role of each line; line n is at index n - 1.
    """

    dialect: Dialect
    sockets: tuple[Socket, ...] = ()
    unix_sockets: tuple[UnixSocket, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    line_count: int = attrs.field(default=0, metadata=_COUNT)
    line_roles: tuple[LineRole, ...] = attrs.field(default=())

    @property
    def errors(self) -> tuple[Diagnostic, ...]:
        """The diagnostics of error severity: rows that could not be read."""
        return tuple(d for d in self.diagnostics if d.severity is Severity.ERROR)

    def to_dict(self) -> dict[str, Any]:
        """Write the capture as plain data, ready for JSON; nothing of it is lost.

        >>> Capture(Dialect.LINUX).to_dict()["dialect"]
        'linux'
        """
        from netstat_fw import plain  # noqa: PLC0415 - loads cattrs, which parsing does without

        return plain.write(self, SCHEMA_VERSION)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Capture:
        """Read what `to_dict` wrote.

        Raises:
            PlainDataError: for anything else, with the path to every culprit.
        """
        from netstat_fw import plain  # noqa: PLC0415 - as above

        capture = plain.read(data, cls, SCHEMA_VERSION)
        if len(capture.line_roles) != capture.line_count:
            told = len(capture.line_roles)
            raise PlainDataError(f"$.line_roles: expected {capture.line_count} roles, not {told}")
        return capture

    def to_records(self) -> list[dict[str, Any]]:
        """Write each internet socket as one flat dict, in input order.

        The columns are always the same and in the same order: `netstat_fw.columns.COLUMNS`. So
        ``pandas.DataFrame(capture.to_records())`` and its like need no further word.

        >>> from netstat_fw import parse
        >>> (record,) = parse("tcp 0 0 192.0.2.1:22 0.0.0.0:* LISTEN 416/sshd").to_records()
        >>> record["local_address"], record["local_port"], record["remote_port"], record["program"]
        ('192.0.2.1', 22, None, 'sshd')
        """
        from netstat_fw.columns import COLUMNS  # noqa: PLC0415 - few callers need it

        return [{column.name: column.of(socket) for column in COLUMNS} for socket in self.sockets]

    def to_arrow(self) -> pa.Table:
        """Write the internet sockets as a ``pyarrow.Table`` of `netstat_fw.arrow.arrow_schema`.

        Raises:
            MissingExtraError: pyarrow is not installed; the extra ``arrow`` brings it.
        """
        from netstat_fw.arrow import make_table  # noqa: PLC0415 - loads pyarrow

        return make_table(self.to_records())

    def __repr__(self) -> str:
        """Sum the capture up; it may hold a million rows."""
        return (
            f"<Capture dialect={self.dialect.value} sockets={len(self.sockets)}"
            f" unix_sockets={len(self.unix_sockets)} diagnostics={len(self.diagnostics)}"
            f" errors={len(self.errors)} lines={self.line_count}>"
        )
