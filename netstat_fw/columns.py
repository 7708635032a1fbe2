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
    from collections.abc import Callable, Iterable, Sequence

    from netstat_fw.records import Endpoint, Process, Socket, Timer

Cell: TypeAlias = str | int | float | bool | None
_Cells: TypeAlias = tuple[Cell, ...]


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
        meaning: half a sentence for the documentation.
        nullable: whether cells can be None.
    """

    name: str
    kind: Kind
    meaning: str
    nullable: bool = True


def records_of(sockets: Sequence[Socket]) -> list[dict[str, Any]]:
    """Write each socket as one flat dict with all columns in their order."""
    # By identity: the sockets outlive this, and comparing ends takes longer than it saves.
    known: dict[int, _Cells] = {}

    def cells(part: Any, of: Callable[[Any], _Cells]) -> _Cells:  # noqa: ANN401 - of any kind
        key = id(part)
        if key not in known:
            known[key] = of(part)
        return known[key]

    return [
        dict(
            zip(
                _NAMES,
                (
                    socket.line,
                    socket.snapshot,
                    socket.protocol.value,
                    socket.family.value,
                    *cells(socket.local, _end),
                    _further(socket.multihoming.local if socket.multihoming else ()),
                    *cells(socket.remote, _end),
                    _further(socket.multihoming.remote if socket.multihoming else ()),
                    socket.state and socket.state.value,
                    socket.state_text,
                    *(cells(socket.process, _owner) if socket.process else _NO_OWNER),
                    socket.recv_q,
                    socket.send_q,
                    socket.user,
                    socket.inode,
                    *(cells(socket.timer, _timer) if socket.timer else _NO_TIMER),
                    socket.security_context,
                    socket.dual_stack,
                ),
                strict=True,
            )
        )
        for socket in sockets
    ]


def encodable(cell: object) -> object:
    r"""Replace what UTF-8 cannot hold, bytes that were no text, by its escape: ``\udcff``."""
    if isinstance(cell, str):
        return cell.encode("utf-8", "backslashreplace").decode("utf-8")
    if isinstance(cell, list):
        return [encodable(each) for each in cell]
    return cell


def _address(end: Endpoint) -> str | None:
    return None if end.address is None else canonical(end.address)


def _end(end: Endpoint) -> _Cells:
    return _address(end), end.port, end.zone, end.host, end.service, end.truncated


def _further(more: Iterable[Endpoint]) -> str | None:
    return " ".join(_address(each) or each.host or "*" for each in more) or None


def _owner(process: Process) -> _Cells:
    components = " ".join(process.components) or None
    return process.pid, process.name, process.program, process.service, components


def _timer(timer: Timer) -> _Cells:
    return timer.kind, timer.seconds, timer.retransmits, timer.probes


def _columns_of_end(side: str, words: str) -> tuple[Column, ...]:
    return (
        Column(f"{side}_address", Kind.TEXT, f"address of {words}"),
        Column(f"{side}_port", Kind.PORT, f"port of {words}"),
        Column(f"{side}_zone", Kind.TEXT, f"IPv6 zone of {words}"),
        Column(f"{side}_host", Kind.TEXT, f"name of {words}, or what is left of a cut address"),
        Column(f"{side}_service", Kind.TEXT, f"name of the port of {words}"),
        Column(
            f"{side}_truncated",
            Kind.BOOLEAN,
            f"netstat may have cut {words} to its column",
            nullable=False,
        ),
        Column(
            f"{side}_further", Kind.TEXT, f"further addresses of {words} (SCTP), parted by blanks"
        ),
    )


COLUMNS: tuple[Column, ...] = (
    Column("line", Kind.INTEGER, "captured line, from 1", nullable=False),
    Column("snapshot", Kind.INTEGER, "0 for the first table, counting up", nullable=False),
    Column("protocol", Kind.TEXT, "`tcp`, `udp` ...", nullable=False),
    Column("family", Kind.TEXT, "`ipv4` or `ipv6`", nullable=False),
    *_columns_of_end("local", "this host's end"),
    *_columns_of_end("remote", "the other end"),
    Column("state", Kind.TEXT, "state of the connection"),
    Column("state_text", Kind.TEXT, "the state as printed"),
    Column("pid", Kind.INTEGER, "process id"),
    Column("process_name", Kind.TEXT, "name of the program as captured"),
    Column("program", Kind.TEXT, "bare name of the program"),
    Column("windows_service", Kind.TEXT, "short name of the Windows service"),
    Column("components", Kind.TEXT, "Windows XP component stack, top first, parted by blanks"),
    Column("recv_q", Kind.INTEGER, "bytes waiting to be read"),
    Column("send_q", Kind.INTEGER, "bytes not yet acknowledged"),
    Column("user", Kind.TEXT, "owner as printed"),
    Column("inode", Kind.INTEGER, "inode of the socket"),
    Column("timer", Kind.TEXT, "kind of kernel timer"),
    Column("timer_seconds", Kind.REAL, "time left, seconds"),
    Column("timer_retransmits", Kind.INTEGER, "retransmissions so far"),
    Column("timer_probes", Kind.INTEGER, "unanswered probes so far"),
    Column("security_context", Kind.TEXT, "SELinux context"),
    Column(
        "dual_stack",
        Kind.BOOLEAN,
        "the protocol column says that IPv4 is served too",
        nullable=False,
    ),
)
_NAMES = tuple(column.name for column in COLUMNS)
_NO_OWNER: _Cells = (None,) * 5
_NO_TIMER: _Cells = (None,) * 4
