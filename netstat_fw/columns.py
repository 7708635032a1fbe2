"""Columns: internet sockets as flat rows, for data frames, CSV and databases.

Names, order and kinds are stable; a column may be added at the end, never changed or taken away.
What the capture does not show is None, never zero or an empty text. Captured text is as captured:
who writes it to a terminal or a spreadsheet quotes it there.
"""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, Any, TypeAlias

import attrs

from netstat_fw.address import canonical

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from netstat_fw.records import Endpoint, Socket

Cell: TypeAlias = str | int | float | bool | None


class Kind(enum.Enum):
    """What the cells of a column are."""

    TEXT = "text"
    BOOLEAN = "true or false"
    PORT = "whole number, 1 to 65535"
    INTEGER = "whole number"
    REAL = "number"
    TIME = "moment in UTC"
    TEXTS = "list of texts, never None"


@attrs.frozen
class Column:
    """One column.

    Attributes:
        name: key in a record.
        kind: what the cells are.
        of: takes the cell of a socket.
        meaning: half a sentence for the documentation.
        nullable: whether cells can be None.
        part: the attribute of a socket that its cell follows from alone; empty for several.
    """

    name: str
    kind: Kind
    of: Callable[[Socket], Cell]
    meaning: str
    nullable: bool = True
    part: str = ""


def records_of(sockets: Sequence[Socket]) -> list[dict[str, Any]]:
    """Write each socket as one flat dict with all columns in their order.

    Sockets of one capture share ends and processes; what follows from these is worked out once.
    """
    known: dict[str, dict[int, dict[str, Any]]] = {part: {} for part in _PARTS}
    records = []
    for socket in sockets:
        record: dict[str, Any] = dict.fromkeys(_NAMES)
        for part, cells in known.items():
            # By identity: the sockets outlive this, and comparing ends takes longer than it saves.
            whole = id(getattr(socket, part))
            if whole not in cells:
                cells[whole] = {name: of(socket) for name, of in _PARTS[part]}
            record.update(cells[whole])
        for name, of in _SINGLE:
            record[name] = of(socket)
        records.append(record)
    return records


def encodable(cell: object) -> object:
    r"""Replace what UTF-8 cannot hold, bytes that were no text, by its escape: ``\udcff``."""
    if isinstance(cell, str):
        return cell.encode("utf-8", "backslashreplace").decode("utf-8")
    if isinstance(cell, list):
        return [encodable(each) for each in cell]
    return cell


def _address(end: Endpoint) -> str | None:
    return None if end.address is None else canonical(end.address)


def _side(side: str, words: str) -> tuple[Column, ...]:
    """Make the columns of one end of a socket."""

    def end(socket: Socket) -> Endpoint:
        return socket.local if side == "local" else socket.remote

    def address(socket: Socket) -> str | None:
        return _address(end(socket))

    def further(socket: Socket) -> str | None:
        homes = socket.multihoming
        if homes is None:
            return None
        more = homes.local if side == "local" else homes.remote
        return " ".join(_address(each) or each.host or "*" for each in more) or None

    return (
        Column(f"{side}_address", Kind.TEXT, address, f"address of {words}", part=side),
        Column(f"{side}_port", Kind.PORT, lambda s: end(s).port, f"port of {words}", part=side),
        Column(
            f"{side}_zone", Kind.TEXT, lambda s: end(s).zone, f"IPv6 zone of {words}", part=side
        ),
        Column(
            f"{side}_host",
            Kind.TEXT,
            lambda s: end(s).host,
            f"name of {words}, or what is left of a cut address",
            part=side,
        ),
        Column(
            f"{side}_service",
            Kind.TEXT,
            lambda s: end(s).service,
            f"name of the port of {words}",
            part=side,
        ),
        Column(
            f"{side}_truncated",
            Kind.BOOLEAN,
            lambda s: end(s).truncated,
            f"netstat may have cut {words} to its column",
            nullable=False,
            part=side,
        ),
        Column(
            f"{side}_further",
            Kind.TEXT,
            further,
            f"further addresses of {words} (SCTP), parted by blanks",
        ),
    )


def _owner() -> tuple[Column, ...]:
    """Make the columns of the process that holds a socket."""
    return (
        Column(
            "pid",
            Kind.INTEGER,
            lambda s: s.process.pid if s.process else None,
            "process id",
            part="process",
        ),
        Column(
            "process_name",
            Kind.TEXT,
            lambda s: s.process.name if s.process else None,
            "name of the program as captured",
            part="process",
        ),
        Column(
            "program",
            Kind.TEXT,
            lambda s: s.process.program if s.process else None,
            "bare name of the program",
            part="process",
        ),
        Column(
            "windows_service",
            Kind.TEXT,
            lambda s: s.process.service if s.process else None,
            "short name of the Windows service",
            part="process",
        ),
        Column(
            "components",
            Kind.TEXT,
            lambda s: " ".join(s.process.components) or None if s.process else None,
            "Windows XP component stack, top first, parted by blanks",
            part="process",
        ),
    )


def _timer() -> tuple[Column, ...]:
    """Make the columns of the kernel timer."""
    return (
        Column(
            "timer",
            Kind.TEXT,
            lambda s: s.timer.kind if s.timer else None,
            "kind of kernel timer",
            part="timer",
        ),
        Column(
            "timer_seconds",
            Kind.REAL,
            lambda s: s.timer.seconds if s.timer else None,
            "time left, seconds",
            part="timer",
        ),
        Column(
            "timer_retransmits",
            Kind.INTEGER,
            lambda s: s.timer.retransmits if s.timer else None,
            "retransmissions so far",
            part="timer",
        ),
        Column(
            "timer_probes",
            Kind.INTEGER,
            lambda s: s.timer.probes if s.timer else None,
            "unanswered probes so far",
            part="timer",
        ),
    )


COLUMNS: tuple[Column, ...] = (
    Column("line", Kind.INTEGER, lambda s: s.line, "captured line, from 1", nullable=False),
    Column(
        "snapshot",
        Kind.INTEGER,
        lambda s: s.snapshot,
        "0 for the first table, counting up",
        nullable=False,
    ),
    Column("protocol", Kind.TEXT, lambda s: s.protocol.value, "`tcp`, `udp` ...", nullable=False),
    Column("family", Kind.TEXT, lambda s: s.family.value, "`ipv4` or `ipv6`", nullable=False),
    *_side("local", "this host's end"),
    *_side("remote", "the other end"),
    Column(
        "state", Kind.TEXT, lambda s: s.state.value if s.state else None, "state of the connection"
    ),
    Column("state_text", Kind.TEXT, lambda s: s.state_text, "the state as printed"),
    *_owner(),
    Column("recv_q", Kind.INTEGER, lambda s: s.recv_q, "bytes waiting to be read"),
    Column("send_q", Kind.INTEGER, lambda s: s.send_q, "bytes not yet acknowledged"),
    Column("user", Kind.TEXT, lambda s: s.user, "owner as printed"),
    Column("inode", Kind.INTEGER, lambda s: s.inode, "inode of the socket"),
    *_timer(),
    Column("security_context", Kind.TEXT, lambda s: s.security_context, "SELinux context"),
    Column(
        "dual_stack",
        Kind.BOOLEAN,
        lambda s: s.dual_stack,
        "the protocol column says that IPv4 is served too",
        nullable=False,
    ),
)
_NAMES = tuple(column.name for column in COLUMNS)


def _getters(part: str) -> tuple[tuple[str, Callable[[Socket], Cell]], ...]:
    return tuple((column.name, column.of) for column in COLUMNS if column.part == part)


_SINGLE = _getters("")
_PARTS = {part: _getters(part) for part in ("local", "remote", "process", "timer")}
