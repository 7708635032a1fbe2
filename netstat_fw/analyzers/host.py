"""The host: its addresses, its client ports, and what the capture can prove about it.

`describe` looks only at which kinds of rows and addresses there are, never at how many.
"""

from __future__ import annotations

from functools import cached_property
from ipaddress import IPv4Address, IPv6Address
from typing import TYPE_CHECKING

import attrs

from netstat_fw.analyzers.citation import cite
from netstat_fw.analyzers.ends import Reach, address_key
from netstat_fw.analyzers.facts import EphemeralRange, HostFacts, RangeSource
from netstat_fw.analyzers.fitness import judge_fitness
from netstat_fw.analyzers.rows import further_ends
from netstat_fw.records import Dialect, Family

if TYPE_CHECKING:
    from collections.abc import Iterable

    from netstat_fw.address import Address
    from netstat_fw.analyzers.rows import Row, Survey
    from netstat_fw.evidence import Evidence
    from netstat_fw.records import Capture
    from netstat_fw.services import ServiceCatalog

_EPHEMERAL = {
    # Documentation/networking/ip-sysctl.rst, ip_local_port_range, since Linux 2.6.
    Dialect.LINUX: EphemeralRange(32768, 60999),
    # Windows Vista and later, as RFC 6335 6 has it; XP and 2003 used 1025 to 5000.
    Dialect.WINDOWS: EphemeralRange(49152, 65535),
    # net.inet.ip.portrange.hifirst of macOS and NetBSD; FreeBSD begins at 10000.
    Dialect.BSD: EphemeralRange(49152, 65535),
}
SYSTEM = 1024
"""The first port above the system ports of RFC 6335 6."""
PEERS_EPHEMERAL = range(32768, 65536)
"""Ports that peers hand out to clients, whatever system they run: Linux from 32768 on, others from
49152 on. Address translation and older systems take lower ones, but servers are there as well."""
_OWN = frozenset({Reach.ADDRESS, Reach.BRIDGE, Reach.LINK_LOCAL})


@attrs.frozen
class Context:
    """What every decision table may ask besides the row itself.

    Attributes:
        host: facts about the host.
        services: the port names.
        cut: families in which an own address is cut or shown as a name: the own addresses are then
            not all known.
        name: name of the capture, for evidence.
    """

    host: HostFacts
    services: ServiceCatalog
    cut: frozenset[Family] = frozenset()
    name: str = ""

    @cached_property
    def own(self) -> frozenset[int | None]:
        """The keys of the host's own addresses."""
        return frozenset(address_key(address) for address in self.host.addresses)

    def cite(self, rows: Iterable[Row]) -> tuple[Evidence, ...]:
        """Cite the lines of rows, in ascending order."""
        return cite([row.socket.line for row in rows], self.name)

    def own_of(self, family: Family) -> frozenset[Address]:
        """The host's own addresses of a family that are not link-local."""
        return self._by_family[family]

    @cached_property
    def _by_family(self) -> dict[Family, frozenset[Address]]:
        routed = [each for each in self.host.addresses if not each.is_link_local]
        return {
            Family.IPV4: frozenset(each for each in routed if isinstance(each, IPv4Address)),
            Family.IPV6: frozenset(each for each in routed if isinstance(each, IPv6Address)),
        }

    def is_ephemeral(self, port: int) -> bool:
        """Tell whether the kernel hands out the port to clients."""
        return port in self.host.ephemeral

    def is_server_port(self, port: int, protocol: str) -> bool:
        """Tell whether an own port is one of servers: below 1024, or listed and not ephemeral."""
        return port < SYSTEM or (
            not self.is_ephemeral(port) and self.services.is_listed(port, protocol)
        )

    def is_peers_server_port(self, port: int, protocol: str) -> bool:
        """Tell the same of a port at the other side."""
        return port < SYSTEM or (
            port not in PEERS_EPHEMERAL and self.services.is_listed(port, protocol)
        )


def describe(
    capture: Capture,
    rows: Survey,
    services: ServiceCatalog,
    ephemeral: tuple[int, int] | None = None,
    name: str = "",
) -> Context:
    """Gather the facts about the host.

    Raises:
        ValueError: `ephemeral` is reversed or leaves 1 to 65535.
    """
    by_key: dict[int, Address] = {}
    cut: set[Family] = set()
    for row in rows.homes:
        ends = [row.local]
        if row.socket.multihoming is not None:
            ends += further_ends(row, local=True)
        for end in ends:
            if end.reach is Reach.UNNAMED:
                cut.add(row.bound_family)
            elif end.key not in by_key and end.address is not None and end.reach in _OWN:
                by_key[address_key(end.address)] = end.address
    own = set(by_key.values())
    host = HostFacts(
        dialect=capture.dialect,
        addresses=sort_addresses(own - _broadcasts(own)),
        ephemeral=(
            _EPHEMERAL[capture.dialect]
            if ephemeral is None
            else EphemeralRange(*ephemeral, RangeSource.GIVEN)
        ),
        listeners_captured=bool(rows.listeners),
        connections_captured=bool(rows.streams),
        datagrams_captured=bool(rows.datagrams),
        programs_captured=any(socket.process is not None for socket in capture.sockets),
    )
    host = attrs.evolve(host, fitness=judge_fitness(capture, rows))
    return Context(host, services, frozenset(cut), name)


def sort_addresses(addresses: Iterable[Address]) -> tuple[Address, ...]:
    """Sort addresses, IPv4 first, each once."""
    by_key = {address_key(address): address for address in addresses}
    return tuple([by_key[key] for key in sorted(by_key)])


def _broadcasts(own: set[Address]) -> set[Address]:
    """Find local addresses that can only be a directed broadcast, to which nmbd binds.

    Those are x.y.z.255, the last address of a network of 8 to 12 bits that another own address is
    in as well.
    """
    numbers = {int(address): address for address in own if isinstance(address, IPv4Address)}
    ends = [number for number in numbers if number & 0xFF == 0xFF]  # noqa: PLR2004
    hosts = numbers.keys() - set(ends) if ends else set()
    networks = {bits: {number >> bits for number in hosts} for bits in _HOST_BITS}
    return {
        numbers[number]
        for number in ends
        for bits in _HOST_BITS
        if (number + 1) % (1 << bits) == 0 and number >> bits in networks[bits]
    }


_HOST_BITS = range(8, 13)
