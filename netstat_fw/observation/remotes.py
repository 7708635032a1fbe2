"""Remotes: the other side of a service, named by hosts instead of left to anybody.

What is named here rests on captures, and captures show moments: a host that connects once a month
may be missing. So nothing is narrowed by itself; the operator takes the decisions that come of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import attrs

from netstat_fw.address import Address  # noqa: TC001 - attrs.resolve_types needs them
from netstat_fw.analyzers.findings import Exposure
from netstat_fw.observation.joins import address_order
from netstat_fw.protocol import Protocol
from netstat_fw.ruleset.decisions.values import Choice, Decisions, PortChoice
from netstat_fw.ruleset.model import Zone
from netstat_fw.ruleset.rule import RemoteReference
from netstat_fw.ruleset.sets import AddressSet, PortSet
from netstat_fw.ruleset.terms import Action, Direction, RemoteKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from netstat_fw.analyzers.findings import Connection, Findings
    from netstat_fw.observation.edge import Edge

_Service: TypeAlias = "tuple[Direction, Protocol, int]"
# Their servers answer whoever asks without being connected to anybody.
_CONNECTIONLESS = frozenset({Protocol.UDP, Protocol.UDPLITE})


@attrs.frozen
class NamedRemote:
    """Which hosts are at the other side of a service of one host.

    Attributes:
        direction: INCOMING for a port that the host serves, OUTGOING for one that it connects to.
        protocol: the transport protocol.
        port: the server's port, 1 to 65535.
        hosts: each host at the other side with its addresses, sorted by name.
        strangers: addresses seen at the other side that are no known host's.
        is_complete: everybody who was at the other side is named or among the strangers.
        admin: it is a way in for administrators.
    """

    direction: Direction
    protocol: Protocol
    port: int
    hosts: tuple[tuple[str, tuple[Address, ...]], ...]
    strangers: tuple[Address, ...] = ()
    is_complete: bool = True
    admin: bool = False


def name_remotes(
    hosts: Mapping[str, Findings], edges: Iterable[Edge]
) -> dict[str, tuple[NamedRemote, ...]]:
    """Name the other side of every service that an edge is about, by the host it is a rule of.

    Args:
        hosts: the findings of each host by its name.
        edges: what `find_edges` found among them.
    """
    sides: dict[str, dict[_Service, dict[str, set[Address]]]] = {name: {} for name in hosts}
    for edge in edges:
        port = edge.protocol, edge.port
        for host, direction, other, addresses in (
            (edge.server, Direction.INCOMING, edge.client, edge.client_addresses),
            (edge.client, Direction.OUTGOING, edge.server, edge.server_addresses),
        ):
            side = sides[host].setdefault((direction, *port), {})
            side.setdefault(other, set()).update(addresses)
    return {
        name: tuple(
            _named(service, others, hosts[name])
            for service, others in sorted(services.items(), key=_service_order)
        )
        for name, services in sides.items()
    }


def decide_remotes(remotes: Iterable[NamedRemote]) -> Decisions:
    """Decide to accept services from or to the named hosts and the strangers, and nobody else.

    Left as they are: services whose other side is not completely known, or has no address, and ways
    in for administrators. Each host becomes a zone of its name.

    Args:
        remotes: of one host, as `name_remotes` gives them.

    Raises:
        RulesetError: for a host whose name cannot be that of a zone.
    """
    zones: dict[str, set[Address]] = {}
    choices = []
    for each in remotes:
        named = {host: addresses for host, addresses in each.hosts if addresses}
        if each.admin or not each.is_complete or len(named) < len(each.hosts):
            continue
        for host, addresses in named.items():
            zones.setdefault(host, set()).update(addresses)
        choices.append(
            Choice(
                direction=each.direction,
                action=Action.ACCEPT,
                ports=(PortChoice(each.protocol, PortSet([each.port])),),
                remotes=(
                    *(RemoteReference(RemoteKind.ZONE, host) for host in named),
                    *([AddressSet(each.strangers)] if each.strangers else []),
                ),
            )
        )
    return Decisions(
        name="edges",
        zones=tuple(Zone(name, AddressSet(zones[name])) for name in sorted(zones)),
        choices=tuple(choices),
    )


def _named(
    service: _Service, others: Mapping[str, set[Address]], findings: Findings
) -> NamedRemote:
    direction, protocol, port = service
    known = {address for some in others.values() for address in some}
    traffic: list[Exposure | Connection] = []
    if direction is Direction.INCOMING:
        traffic += (e for e in findings.exposures if (e.protocol, e.port) == (protocol, port))
    else:
        traffic += (c for c in findings.connections if (c.protocol, c.remote_port) == service[1:])
    strangers = {peer for each in traffic for peer in each.peers}.difference(known)
    return NamedRemote(
        direction,
        protocol,
        port,
        tuple((n, tuple(sorted(others[n], key=address_order))) for n in sorted(others)),
        tuple(sorted(strangers, key=address_order)),
        # A port of a range, as of dynamic RPC, has no finding of its own.
        protocol not in _CONNECTIONLESS
        and bool(traffic)
        and all(each.peers_complete for each in traffic),
        any(isinstance(each, Exposure) and each.admin for each in traffic),
    )


def _service_order(item: tuple[_Service, object]) -> tuple[str, str, int]:
    direction, protocol, port = item[0]
    return direction.value, protocol.value, port
