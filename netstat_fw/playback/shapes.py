"""Shapes: the openings of one socket, where it is known what the socket is for.

A literal address is used where the capture vouches for one. Families are those that the socket's
own bind serves, narrowed to what the finding says of the port.
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import TYPE_CHECKING

import attrs

from netstat_fw.address import family_of, is_link_local, is_wildcard, unmap
from netstat_fw.analyzers.findings import DualStack, Scope
from netstat_fw.playback.opening import Opening, of_family
from netstat_fw.protocol import Family
from netstat_fw.ruleset.base import LOOPBACK_INTERFACE
from netstat_fw.ruleset.terms import Direction

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from netstat_fw.address import Address, Network
    from netstat_fw.analyzers.findings import Connection, Exposure
    from netstat_fw.records import Endpoint, Socket


def within(
    socket: Socket, client: tuple[Address, int], server: tuple[Address, int]
) -> tuple[Opening, Opening]:
    """Write what a local connection needs: the way out of the client and into the server."""
    out, into = (
        Opening(
            direction=direction,
            protocol=socket.protocol,
            family=family_of(near[0]),
            local=near[0],
            local_port=near[1],
            remote=far[0],
            remote_port=far[1],
            interface=LOOPBACK_INTERFACE,
        )
        for direction, near, far in (
            (Direction.OUTGOING, client, server),
            (Direction.INCOMING, server, client),
        )
    )
    return out, into


def received(exposure: Exposure, socket: Socket, port: int) -> Iterator[Opening]:
    """Write what is meant to reach a socket, by its exposure."""
    bound = address_of(socket.local)
    own = served_families(socket)
    if bound is None and exposure.dual_stack in {DualStack.TWIN, DualStack.NONE}:
        own = (socket.family,)
    for family in _spoken(own, exposure):
        remotes = of_family(exposure.remotes, family)
        if exposure.scope is Scope.LINK_LOCAL:
            remotes = remotes or (_ON_LINK[family][0],)
        for address in _locals(exposure, _of_family(bound, family), family):
            opening = Opening(
                direction=Direction.INCOMING,
                protocol=socket.protocol,
                family=family,
                local=address,
                local_port=port,
                remotes=remotes,
                remote_port=exposure.remote_port,
            )
            yield opening
            for carried in exposure.carries:
                yield attrs.evolve(opening, protocol=carried, local_port=None, remote_port=None)
        if exposure.scope in _ON_ADDRESSES:
            yield on_loopback(socket, port, family)


def _spoken(own: tuple[Family, ...], finding: Exposure | Connection) -> tuple[Family, ...]:
    """Return the families that a socket speaks for a finding: the finding's own, at the least."""
    families = tuple(f for f in own if f in finding.families) or finding.families
    return tuple(f for f in families if not finding.remotes or of_family(finding.remotes, f))


def _locals(
    exposure: Exposure, bound: Address | None, family: Family
) -> tuple[Address | None, ...]:
    """Return where an exposure answers; None for any of the host's addresses."""
    if exposure.scope is Scope.LINK_LOCAL:
        linked = bound is not None and is_link_local(bound)
        return (bound if linked else _ON_LINK[family][1],)
    if exposure.scope is Scope.GROUP and bound not in exposure.addresses:
        return tuple(each for each in exposure.addresses if family_of(each) is family)
    return (bound,)


def from_anyone(socket: Socket, port: int, families: Iterable[Family]) -> Iterator[Opening]:
    """Write what would reach a bound socket if it were a server's."""
    for family in families:
        yield Opening(
            direction=Direction.INCOMING,
            protocol=socket.protocol,
            family=family,
            local=address_of(socket.local),
            local_port=port,
        )


def on_loopback(socket: Socket, port: int, family: Family) -> Opening:
    """Write what reaches a bound socket from this machine itself."""
    bound = _of_family(address_of(socket.local), family) or LOOPBACK_ADDRESSES[family]
    return Opening(
        direction=Direction.INCOMING,
        protocol=socket.protocol,
        family=family,
        local=bound,
        local_port=port,
        remote=bound,
        interface=LOOPBACK_INTERFACE,
    )


def sent(connection: Connection, socket: Socket) -> Iterator[Opening]:
    """Write what a socket sends by itself, by the connection that its role brings."""
    for family in _spoken(served_families(socket), connection):
        bound = _of_family(address_of(socket.local), family)
        opening = Opening(
            direction=Direction.OUTGOING,
            protocol=socket.protocol,
            family=family,
            local=bound if bound is not None and not bound.is_multicast else None,
            local_port=(
                socket.local.port if connection.local_port is None else connection.local_port
            ),
            remotes=of_family(connection.remotes, family),
            remote_port=connection.remote_port,
        )
        yield opening
        for carried in connection.carries:
            yield attrs.evolve(opening, protocol=carried, local_port=None, remote_port=None)


def address_of(end: Endpoint) -> Address | None:
    """Return a literal that stands for one address."""
    if end.address is None or end.truncated or is_wildcard(end.address):
        return None
    return unmap(end.address)


def _of_family(address: Address | None, family: Family) -> Address | None:
    return address if address is not None and family_of(address) is family else None


def packet_family(socket: Socket) -> Family:
    """Return the family of a socket's packets, as far as a single one can be told."""
    address = address_of(socket.remote) or address_of(socket.local)
    return socket.family if address is None else family_of(address)


def served_families(socket: Socket) -> tuple[Family, ...]:
    """Return the families that a bound socket may serve."""
    if address_of(socket.local) is not None:
        return (packet_family(socket),)
    return (Family.IPV4,) if socket.family is Family.IPV4 else tuple(Family)


_ON_ADDRESSES = frozenset({Scope.ANY, Scope.ADDRESSES, Scope.BRIDGE})
LOOPBACK_ADDRESSES: dict[Family, Address] = {
    Family.IPV4: IPv4Address("127.0.0.1"),
    Family.IPV6: IPv6Address("::1"),
}
# The networks of RFC 3927 2.1 and RFC 4291 2.5.6, and an address in each.
_ON_LINK: dict[Family, tuple[Network, Address]] = {
    Family.IPV4: (IPv4Network("169.254.0.0/16"), IPv4Address("169.254.0.1")),
    Family.IPV6: (IPv6Network("fe80::/10"), IPv6Address("fe80::1")),
}
