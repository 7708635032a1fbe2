"""Columns: internet sockets as flat rows, for data frames, CSV and databases.

Names, order and kinds are stable; a column may be added at the end, never changed or taken away.
What the capture does not show is None, never zero or an empty text. Captured text is as captured:
who writes it to a terminal or a spreadsheet quotes it there.
"""

from __future__ import annotations

import enum
from itertools import chain, islice
from operator import attrgetter
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

import attrs

from netstat_fw.address import canonical

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from netstat_fw.protocol import Family, Protocol
    from netstat_fw.records import Endpoint, Multihoming, Process, Socket, State, Timer

T = TypeVar("T")

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


@attrs.frozen
class _Part:
    """Columns that follow from one thing about a socket.

    Attributes:
        names: of the columns.
        of: takes the thing.
        cells: makes the cells of it.
        is_shared: many sockets have the same object.
    """

    names: tuple[str, ...]
    of: Callable[[Socket], Any]
    cells: Callable[[Any], _Cells]
    is_shared: bool


def records_of(sockets: Sequence[Socket]) -> list[dict[str, Any]]:
    """Write each socket as one flat dict with all columns in their order."""
    return [dict(chain.from_iterable(parts)) for parts in _in_parts(sockets, _pairs)]


def texts_of(sockets: Sequence[Socket], write: Callable[[str, Cell], str]) -> Iterator[str]:
    """Write each socket as the texts of all its cells in their order, with commas between them.

    Args:
        sockets: those of one capture, which share ends and processes.
        write: writes a cell, given the name of its column.
    """
    return map(",".join, _in_parts(sockets, lambda *part: ",".join(map(write, *part))))


def _in_parts(
    sockets: Sequence[Socket], write: Callable[[Sequence[str], _Cells], T]
) -> Iterator[tuple[T, ...]]:
    """Write each socket part by part, and what many sockets share only once."""
    columns = []
    for part in _PARTS:
        values = list(map(part.of, sockets))
        # By identity: the sockets keep them, and comparing ends takes longer than it saves.
        keys: list[object] = list(map(id, values)) if part.is_shared else values
        written = {
            key: write(part.names, part.cells(value))
            for key, value in dict(zip(keys, values, strict=True)).items()
        }
        columns.append(map(written.__getitem__, keys))
    return zip(*columns, strict=True)


def _pairs(names: Sequence[str], cells: _Cells) -> tuple[tuple[str, Cell], ...]:
    return tuple(zip(names, cells, strict=True))


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


def _further(more: Iterable[Endpoint]) -> _Cells:
    return (" ".join(_address(each) or each.host or "*" for each in more) or None,)


def _local_further(homes: Multihoming | None) -> _Cells:
    return _further(homes.local if homes else ())


def _remote_further(homes: Multihoming | None) -> _Cells:
    return _further(homes.remote if homes else ())


def _kind(kind: tuple[int, Protocol, Family]) -> _Cells:
    snapshot, protocol, family = kind
    return snapshot, protocol.value, family.value


def _state(state: tuple[State | None, str | None]) -> _Cells:
    known, text = state
    return known and known.value, text


def _owner(process: Process | None) -> _Cells:
    if process is None:
        return (None,) * 5
    components = " ".join(process.components) or None
    return process.pid, process.name, process.program, process.service, components


def _timer(timer: Timer | None) -> _Cells:
    if timer is None:
        return (None,) * 4
    return timer.kind, timer.seconds, timer.retransmits, timer.probes


def _itself(cell: Cell) -> _Cells:
    return (cell,)


def _themselves(cells: _Cells) -> _Cells:
    return cells


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


def _parts() -> Iterator[_Part]:
    """Cut the columns into parts, of which each follows from one thing about a socket."""
    names = iter(column.name for column in COLUMNS)
    for attributes, count, cells in _CUT:
        of = attrgetter(*attributes.split())
        yield _Part(tuple(islice(names, count)), of, cells, cells in _OF_OBJECTS)


_OF_OBJECTS = (_end, _local_further, _remote_further, _owner, _timer)
_CUT: tuple[tuple[str, int, Callable[[Any], _Cells]], ...] = (
    ("line", 1, _itself),
    ("snapshot protocol family", 3, _kind),
    ("local", 6, _end),
    ("multihoming", 1, _local_further),
    ("remote", 6, _end),
    ("multihoming", 1, _remote_further),
    ("state state_text", 2, _state),
    ("process", 5, _owner),
    ("recv_q send_q user inode", 4, _themselves),
    ("timer", 4, _timer),
    ("security_context dual_stack", 2, _themselves),
)
_PARTS = tuple(_parts())
