"""Rows: the sockets of a capture, sorted by what the decision tables ask about them.

Nothing is dropped: every socket is in exactly one of the four groups of a `Survey`. Endpoints and
processes are shared between rows, so each distinct one is looked at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from netstat_fw.analyzers.ends import End, Reach, read_end
from netstat_fw.analyzers.wording import safe_name
from netstat_fw.records import Family, Protocol, Socket, State

if TYPE_CHECKING:
    from collections.abc import Iterable

    from netstat_fw.records import Capture, Dialect, Endpoint, Process
    from netstat_fw.services import ServiceCatalog

# SCTP and DCCP are opened and accepted as TCP is.
_STREAMS = frozenset({Protocol.TCP, Protocol.SCTP, Protocol.DCCP})
_DATAGRAMS = frozenset({Protocol.UDP, Protocol.UDPLITE})


@attrs.frozen(eq=False)
class Row:
    """One socket as the tables see it.

    Attributes:
        index: position in the capture.
        socket: the record.
        local: this host's end.
        remote: the other end.
        program: normalised name of the holder, made harmless; None where the capture has none.
    """

    index: int
    socket: Socket
    local: End
    remote: End
    program: str | None

    @property
    def bound_family(self) -> Family:
        """Family of the local end; what the protocol column says where the end does not tell."""
        return self.local.family or self.socket.family

    @property
    def families(self) -> tuple[Family, ...]:
        """Families of the packets: by an address, else all that the socket can carry."""
        known = self.remote.family or self.local.family
        if known is not None:
            return (known,)
        # A v6 socket carries IPv4 as well, and names do not say which it is.
        return (Family.IPV4,) if self.socket.family is Family.IPV4 else (Family.IPV4, Family.IPV6)


@attrs.frozen
class Survey:
    """The rows of a capture in four groups.

    Attributes:
        listeners: stream sockets that wait for connections.
        streams: all other stream sockets.
        datagrams: UDP and UDP-Lite sockets.
        others: raw, ICMP and divert sockets.
    """

    listeners: tuple[Row, ...]
    streams: tuple[Row, ...]
    datagrams: tuple[Row, ...]
    others: tuple[Row, ...]

    @property
    def everything(self) -> tuple[Row, ...]:
        """All rows that have ports."""
        return (*self.listeners, *self.streams, *self.datagrams)


def survey(capture: Capture, services: ServiceCatalog) -> Survey:
    """Sort the sockets of a capture, with named ports resolved where the catalog knows one port."""
    ends = _Ends(capture.dialect, services)
    programs: dict[int, str | None] = {}
    listeners: list[Row] = []
    streams: list[Row] = []
    datagrams: list[Row] = []
    others: list[Row] = []
    for index, socket in enumerate(capture.sockets):
        process = socket.process
        row = Row(
            index,
            socket,
            ends.of(socket.local, socket.protocol),
            ends.of(socket.remote, socket.protocol),
            None if process is None else _program_of(process, programs),
        )
        if socket.protocol in _STREAMS:
            (listeners if _is_listening(row) else streams).append(row)
        elif socket.protocol in _DATAGRAMS:
            datagrams.append(row)
        else:
            others.append(row)
    return Survey(tuple(listeners), tuple(streams), tuple(datagrams), tuple(others))


def further_ends(row: Row, dialect: Dialect, *, local: bool) -> tuple[End, ...]:
    """Return the further addresses of a multi-homed SCTP association on one side."""
    homes = row.socket.multihoming
    if homes is None:
        return ()
    return tuple(read_end(end, dialect) for end in (homes.local if local else homes.remote))


def programs_of(rows: Iterable[Row]) -> tuple[str, ...]:
    """Return the distinct programs of rows, sorted."""
    return tuple(sorted({row.program for row in rows if row.program is not None}))


def _is_listening(row: Row) -> bool:
    """Tell a listener by its state, or by its shape where the state is missing or unknown.

    A word that nobody knows may be a translation of LISTEN; only a listener has no peer at all.
    """
    state = row.socket.state
    if state is State.LISTEN:
        return True
    shape = row.remote.reach is Reach.WILDCARD and row.remote.port is None
    return shape and (state is None or state is State.UNKNOWN) and row.local.port is not None


class _Ends:
    """Ends by the identity of their endpoint, which the capture keeps alive."""

    def __init__(self, dialect: Dialect, services: ServiceCatalog) -> None:
        self._dialect = dialect
        self._services = services
        self._known: dict[int, End] = {}
        self._named: dict[tuple[int, Protocol], End] = {}

    def of(self, endpoint: Endpoint, protocol: Protocol) -> End:
        end = self._known.get(id(endpoint))
        if end is None:
            end = self._known[id(endpoint)] = read_end(endpoint, self._dialect)
        if end.service is None:
            return end
        key = id(endpoint), protocol
        if key not in self._named:
            self._named[key] = self._resolved(end, protocol)
        return self._named[key]

    def _resolved(self, end: End, protocol: Protocol) -> End:
        ports = self._services.ports_of(end.service or "", protocol.value)
        if end.port is None and len(ports) == 1:
            return attrs.evolve(end, port=ports[0], service=None)
        return end


def _program_of(process: Process, known: dict[int, str | None]) -> str | None:
    if id(process) not in known:
        known[id(process)] = safe_name(process.program)
    return known[id(process)]
