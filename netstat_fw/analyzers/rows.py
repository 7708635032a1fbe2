"""Rows: the sockets of a capture, sorted by what the decision tables ask about them.

Nothing is dropped: every socket is in exactly one of the four groups of a `Survey`. Local endpoints
and processes are shared between rows, so each distinct one is looked at once.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

import attrs

from netstat_fw.analyzers.ends import End, Reach, read_end
from netstat_fw.analyzers.wording import safe_name
from netstat_fw.records import Family, Protocol, Socket, State

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from netstat_fw.records import Capture, Endpoint
    from netstat_fw.services import ServiceCatalog


# SCTP and DCCP are opened and accepted as TCP is.
STREAMS = (Protocol.TCP, Protocol.SCTP, Protocol.DCCP)
DATAGRAMS = (Protocol.UDP, Protocol.UDPLITE)


@attrs.define(eq=False)
class Row:
    """One socket as the tables see it; not frozen, for the reason that an end is not.

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
            return _IPV4 if known is Family.IPV4 else _IPV6
        # A v6 socket carries IPv4 as well, and names do not say which it is.
        return _IPV4 if self.socket.family is Family.IPV4 else _BOTH


@attrs.frozen
class Survey:
    """The rows of a capture in four groups.

    Attributes:
        listeners: stream sockets that wait for connections.
        streams: all other stream sockets.
        datagrams: UDP and UDP-Lite sockets.
        others: raw, ICMP and divert sockets.
        homes: one row for each protocol and local end of the first three groups.
        programs: the distinct programs of all rows.
        cut: some endpoint is cut.
        named: some endpoint has a host or service name.
    """

    listeners: tuple[Row, ...]
    streams: tuple[Row, ...]
    datagrams: tuple[Row, ...]
    others: tuple[Row, ...]
    homes: tuple[Row, ...]
    programs: frozenset[str]
    cut: bool
    named: bool

    @property
    def everything(self) -> tuple[Row, ...]:
        """All rows that have ports."""
        return (*self.listeners, *self.streams, *self.datagrams)


def survey(capture: Capture, services: ServiceCatalog) -> Survey:
    """Sort the sockets of a capture."""
    ends = _Ends(services)
    programs: dict[int, str | None] = {}
    listeners: list[Row] = []
    groups: dict[Protocol, list[Row]] = {protocol: [] for protocol in Protocol}
    homes: dict[Protocol, dict[int, Row]] = {protocol: {} for protocol in Protocol}
    current: Protocol | None = None
    for index, socket in enumerate(capture.sockets):
        protocol, process, state = socket.protocol, socket.process, socket.state
        if protocol is not current:
            # Rows of a protocol stand together, and its members are slow to hash.
            current = protocol
            group, home, is_stream = groups[protocol], homes[protocol], protocol in STREAMS
        program = None
        if process is not None:
            if id(process) not in programs:
                programs[id(process)] = safe_name(process.program)
            program = programs[id(process)]
        # A host has few local ends beside its clients' ports; peers are nearly all different.
        endpoint, remote = socket.local, ends.read(socket.remote, protocol)
        first = home.get(id(endpoint))
        if first is None:
            row = home[id(endpoint)] = Row(
                index, socket, ends.read_own(endpoint, protocol), remote, program
            )
        else:
            row = Row(index, socket, first.local, remote, program)
        if is_stream and (
            state is State.LISTEN
            or ((state is None or state is State.UNKNOWN) and _looks_listening(row))
        ):
            listeners.append(row)
        else:
            group.append(row)
    return Survey(
        tuple(listeners),
        tuple(chain.from_iterable([groups.pop(protocol) for protocol in STREAMS])),
        tuple(chain.from_iterable([groups.pop(protocol) for protocol in DATAGRAMS])),
        tuple(chain.from_iterable(groups.values())),
        tuple(chain.from_iterable([homes[each].values() for each in (*STREAMS, *DATAGRAMS)])),
        frozenset(name for name in programs.values() if name is not None),
        ends.cut,
        ends.named,
    )


def further_ends(row: Row, *, local: bool) -> tuple[End, ...]:
    """Return the further addresses of a multi-homed SCTP association on one side."""
    homes = row.socket.multihoming
    if homes is None:
        return ()
    return tuple(read_end(end) for end in (homes.local if local else homes.remote))


def holder(row: Row) -> str:
    """Name a row by its program, where its port is chance or not shown."""
    return f"{row.socket.protocol.value} of {row.program or 'unknown programs'}"


def programs_of(rows: Iterable[Row]) -> tuple[str, ...]:
    """Return the distinct programs of rows, sorted."""
    return tuple(sorted({row.program for row in rows if row.program is not None}))


def pids_of(rows: Iterable[Row]) -> frozenset[int | None]:
    """Return the process ids of rows; None among them for a row without one."""
    processes = [row.socket.process for row in rows]
    return frozenset(None if process is None else process.pid for process in processes)


def families_of(rows: Sequence[Row]) -> tuple[Family, ...]:
    """Return the families of the packets of rows, IPv4 first."""
    # Distinct by identity first: members of an enumeration are slow to hash.
    known = {id(each): each for each in [row.remote.family or row.local.family for row in rows]}
    found = set(known.values())
    if None in found:
        found.update(family for row in rows for family in row.families)
    return tuple(family for family in _BOTH if family in found)


def _looks_listening(row: Row) -> bool:
    """Tell a listener by its shape, where the state is missing or unknown.

    A word that nobody knows may be a translation of LISTEN; only a listener has no peer at all.
    """
    no_peer = row.remote.reach is Reach.WILDCARD and row.remote.port is None
    return no_peer and row.local.port is not None


class _Ends:
    """Reads endpoints, and keeps what they say about the capture.

    Attributes:
        cut: some endpoint is cut.
        named: some endpoint has a host or service name.
    """

    def __init__(self, services: ServiceCatalog) -> None:
        self._services = services
        self._own: dict[int, End] = {}
        self.cut = False
        self.named = False

    def read_own(self, endpoint: Endpoint, protocol: Protocol) -> End:
        """Read an endpoint of the host, whose few addresses come with very many ports."""
        address = endpoint.address
        if address is None or endpoint.truncated or endpoint.zone or endpoint.service is not None:
            return self.read(endpoint, protocol)
        known = self._own.get(id(address))
        if known is None:
            known = self._own[id(address)] = self.read(endpoint, protocol)
        return End(known.reach, known.family, known.address, known.key, endpoint.port, None)

    def read(self, endpoint: Endpoint, protocol: Protocol) -> End:
        """Read an endpoint, with a named port resolved where it stands for one number."""
        end = read_end(endpoint)
        if end.service is None and end.address is not None:
            return end
        if endpoint.truncated:
            self.cut = True
        elif endpoint.host is not None:
            self.named = True
        if end.service is None:
            return end
        self.named = True
        ports = self._services.ports_of(end.service, protocol.value)
        if end.port is None and len(ports) == 1:
            return attrs.evolve(end, port=ports[0], service=None)
        return end


_IPV4, _IPV6, _BOTH = (Family.IPV4,), (Family.IPV6,), (Family.IPV4, Family.IPV6)
