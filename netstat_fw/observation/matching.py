"""Matching: the clients on some hosts met by the services of others.

Hosts are known by their addresses. An address that several of them have, as every host with
containers has, tells nobody from anybody and is no ground for an edge; neither is a link-local one.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, TypeAlias

from netstat_fw.address import family_of
from netstat_fw.analyzers.findings import Basis, Scope, Stance
from netstat_fw.observation.edge import Edge, Proof
from netstat_fw.observation.joins import address_order, unite_lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from netstat_fw.address import Address
    from netstat_fw.analyzers.findings import Connection, Exposure, Findings
    from netstat_fw.evidence import Evidence
    from netstat_fw.protocol import Protocol

_Port: TypeAlias = "tuple[Protocol, int]"
_Key: TypeAlias = "tuple[str, str, str, int]"
_CAPTURED = frozenset({Basis.LISTENER, Basis.CONNECTION, Basis.DATAGRAM})
_ANYWHERE = frozenset({Scope.ANY, Scope.UNNAMED})
_SOMEWHERE = frozenset({Scope.ADDRESSES, Scope.BRIDGE})


def shared_addresses(hosts: Mapping[str, Findings]) -> tuple[Address, ...]:
    """Return the addresses that more than one of the hosts has, sorted."""
    counts = Counter(address for each in hosts.values() for address in each.host.addresses)
    return tuple(sorted((a for a, count in counts.items() if count > 1), key=address_order))


def find_edges(hosts: Mapping[str, Findings]) -> tuple[Edge, ...]:
    """Find who is a client of whom, sorted by client, server, protocol and port.

    Args:
        hosts: the findings of each host by its name, of one capture or merged.
    """
    owners = _Owners(hosts)
    edges: dict[_Key, Edge] = {}
    for client, findings in hosts.items():
        for port, connections in _by_port(findings.connections).items():
            peers = (peer for each in connections for peer in each.peers)
            for server, addresses in owners.of(peers, client).items():
                serving = {each: owners.serving(server, port, each) for each in addresses}
                own = owners.addresses[client]
                edge = _met((client, server), port, connections, serving, own)
                if edge is not None:
                    edges[_key(edge)] = edge
    for server, exposure in owners.exposures():
        for client, addresses in owners.of(exposure.peers, server).items():
            edge = _seen(owners, client, addresses, server, exposure)
            edges.setdefault(_key(edge), edge)
    return tuple(edges[key] for key in sorted(edges))


def _by_port(connections: Iterable[Connection]) -> dict[_Port, list[Connection]]:
    found: dict[_Port, list[Connection]] = {}
    for each in connections:
        found.setdefault((each.protocol, each.remote_port), []).append(each)
    return found


class _Owners:
    """Which host has an address, and what the hosts serve."""

    def __init__(self, hosts: Mapping[str, Findings]) -> None:
        ambiguous = frozenset(shared_addresses(hosts))
        self.addresses: dict[str, tuple[Address, ...]] = {
            name: tuple(
                address
                for address in findings.host.addresses
                if address not in ambiguous and not address.is_link_local
            )
            for name, findings in hosts.items()
        }
        self._hosts = {a: name for name, some in self.addresses.items() for a in some}
        self._served: dict[tuple[str, Protocol], list[Exposure]] = {}
        for name, findings in hosts.items():
            for exposure in findings.exposures:
                if exposure.basis in _CAPTURED and exposure.stance is Stance.OPEN:
                    self._served.setdefault((name, exposure.protocol), []).append(exposure)

    def of(self, addresses: Iterable[Address], but: str) -> dict[str, list[Address]]:
        """Sort addresses by the host that has them, one host's and strangers' left out."""
        found: dict[str, list[Address]] = {}
        for address in addresses:
            name = self._hosts.get(address)
            if name is not None and name != but:
                found.setdefault(name, []).append(address)
        return found

    def exposures(self) -> Iterator[tuple[str, Exposure]]:
        """Go through what the hosts serve on single ports."""
        for (name, _), served in self._served.items():
            yield from ((name, each) for each in served if each.port_end is None)

    def serving(self, name: str, port: _Port, at: Address) -> list[Exposure]:
        """Return the exposures of a host that answer on a port of one of its addresses."""
        protocol, number = port
        return [
            each
            for each in self._served.get((name, protocol), ())
            if each.port <= number <= (each.port if each.port_end is None else each.port_end)
            and (each.scope in _ANYWHERE or (each.scope in _SOMEWHERE and at in each.addresses))
            and family_of(at) in each.families
        ]


def _met(
    ends: tuple[str, str],
    port: _Port,
    connections: list[Connection],
    serving: Mapping[Address, list[Exposure]],
    addresses: Iterable[Address],
) -> Edge | None:
    """Make the edge of a client that is connected to a server, None where nothing is served.

    Args:
        ends: names of the client and the server.
        port: the server's port.
        connections: the client's connections to such ports.
        serving: for each address of the server that they go to, what answers on the port there.
        addresses: the client's addresses.
    """
    reached = [address for address, exposures in serving.items() if exposures]
    exposures = list({id(each): each for some in serving.values() for each in some}.values())
    versions = {address.version for address in reached}
    own = [address for address in addresses if address.version in versions]
    peers = {peer for each in exposures for peer in each.peers}
    seen = [address for address in own if address in peers]
    # An attempt that nobody answers is no traffic, unless the server has noticed it.
    if not reached or (not seen and all(each.unanswered for each in connections)):
        return None
    return Edge(
        *ends,
        *port,
        Proof.BOTH_ENDS if seen else Proof.CLIENT_END,
        _sorted(seen or own),
        _sorted(reached),
        _lines(connections),
        _lines(exposures),
    )


def _seen(
    owners: _Owners, client: str, addresses: list[Address], server: str, exposure: Exposure
) -> Edge:
    """Make the edge of a client that only the server's capture shows."""
    versions = {address.version for address in addresses}
    own = exposure.addresses or owners.addresses[server]
    return Edge(
        client,
        server,
        exposure.protocol,
        exposure.port,
        Proof.SERVER_END,
        _sorted(addresses),
        _sorted(address for address in own if address.version in versions),
        (),
        exposure.sessions,
    )


def _sorted(addresses: Iterable[Address]) -> tuple[Address, ...]:
    return tuple(sorted(set(addresses), key=address_order))


def _lines(findings: Sequence[Connection | Exposure]) -> tuple[Evidence, ...]:
    """Cite findings; the lines of a single one are shared and not copied for every edge."""
    if len(findings) == 1:
        return findings[0].evidence
    return unite_lines(each.evidence for each in findings)


def _key(edge: Edge) -> _Key:
    return edge.client, edge.server, edge.protocol.value, edge.port
