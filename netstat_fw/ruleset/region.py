"""Region: a set of packets of one chain that is simple enough to be read.

A region holds every combination of its fields. A field that is empty restricts nothing. Where a set
is written by what it leaves out, that is the shorter way: equal sets are equal values.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from netstat_fw.brief import brief
from netstat_fw.protocol import Family, Protocol
from netstat_fw.ruleset.base import LOOPBACK, LOOPBACK_INTERFACE
from netstat_fw.ruleset.diagram import Ranges  # noqa: TC001 - attrs.resolve_types needs it
from netstat_fw.ruleset.rule import RemoteReference  # noqa: TC001 - the same
from netstat_fw.ruleset.sets import BOTH_FAMILIES, AddressSet, shown_prefix, shown_range
from netstat_fw.ruleset.terms import ConnectionState, Direction

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from netstat_fw.address import Address, Network
    from netstat_fw.ruleset.flow import Flow

UNSTATED = 256
"""The hop limit of a flow that does not state one."""
_MOST_SHOWN = 6
_NAMES = {p.number: p.value for p in Protocol if p.number is not None}
_FAMILY_NAMES = {Family.IPV4: "IPv4", Family.IPV6: "IPv6"}


@attrs.frozen
class Side:
    """The addresses of one side, either those that are meant or those that are not.

    Attributes:
        addresses: the only ones; None for any, or for none where groups are given.
        excluded: those that are not meant, of any.
        groups: the only groups whose members are meant.
        excluded_groups: groups whose members are not meant, of anybody.
    """

    addresses: AddressSet | None = None
    excluded: AddressSet | None = None
    groups: tuple[RemoteReference, ...] = ()
    excluded_groups: tuple[RemoteReference, ...] = ()

    def __contains__(self, address: Address) -> bool:
        """Tell whether the side has the address, of somebody who is in no group."""
        if self.addresses is not None:
            return address in self.addresses
        return not self.groups and (self.excluded is None or address not in self.excluded)

    def text(self, families: tuple[Family, ...]) -> str:
        """Write the side for a reader, at most six prefixes of it.

        What is left out is not told where it is loopback: no such packet comes from another host.
        """
        if self.addresses is not None or self.groups:
            return _listing(self.addresses or (), self.groups)
        anyone = "any" if families == BOTH_FAMILIES else f"any {_FAMILY_NAMES[families[0]]} address"
        kept_out = [prefix for prefix in self.excluded or () if prefix not in LOOPBACK.prefixes]
        if not kept_out and not self.excluded_groups:
            return anyone
        return f"{anyone} but {_listing(kept_out, self.excluded_groups)}"


@attrs.frozen(kw_only=True)
class Region:
    """A set of packets of one chain.

    Attributes:
        direction: the chain.
        protocols: protocol numbers, 0 to 255.
        ports: the port that a service is known by: the local one of incoming packets, the remote
            one of outgoing packets; 0 to 65535.
        icmp_types: types of ICMP or ICMPv6, 0 to 255.
        families: the address families, IPv4 first; never empty.
        remote: the other side.
        local: this host's side.
        other_ports: the port at the client's end: the remote one of incoming packets, the local one
            of outgoing packets; 0 to 65535.
        interfaces: the only interfaces that are meant.
        except_interfaces: interfaces that are not meant, while all others are.
        states: connection states.
        hop_limits: 0 to 255, and 256 for flows that do not state theirs.
    """

    direction: Direction
    protocols: Ranges = ()
    ports: Ranges = ()
    icmp_types: Ranges = ()
    families: tuple[Family, ...] = BOTH_FAMILIES
    remote: Side = Side()
    local: Side = Side()
    other_ports: Ranges = ()
    interfaces: tuple[str, ...] = ()
    except_interfaces: tuple[str, ...] = ()
    states: tuple[ConnectionState, ...] = ()
    hop_limits: Ranges = ()

    @property
    def protocol(self) -> Protocol | None:
        """The protocol where it is exactly one that rules can name, else None."""
        if len(self.protocols) != 1 or self.protocols[0][0] != self.protocols[0][1]:
            return None
        name = _NAMES.get(self.protocols[0][0])
        return None if name is None else Protocol(name)

    def __contains__(self, flow: Flow) -> bool:
        """Tell whether a flow is in the region."""
        service, other = flow.local_port, flow.remote_port
        if self.direction is Direction.OUTGOING:
            service, other = other, service
        hop_limit = UNSTATED if flow.hop_limit is None else flow.hop_limit
        return (
            flow.direction is self.direction
            and _has(self.protocols, flow.protocol.number)
            and _has(self.ports, service)
            and _has(self.icmp_types, flow.icmp_type)
            and flow.family in self.families
            and flow.remote_address in self.remote
            and flow.local_address in self.local
            and _has(self.other_ports, other)
            and (not self.interfaces or flow.interface in self.interfaces)
            and flow.interface not in self.except_interfaces
            and (not self.states or flow.state in self.states)
            and _has(self.hop_limits, hop_limit)
        )

    def __str__(self) -> str:
        """Write the region for a reader: ``incoming tcp/443 from any``."""
        return " ".join((self.direction.value, self.what, *self._who()))

    @property
    def what(self) -> str:
        """What the packets are, for a reader: ``tcp/443``, ``icmp type 8``, ``any protocol``."""
        named = _protocol_text(self.protocols)
        if self.icmp_types:
            single = len(self.icmp_types) == 1 and self.icmp_types[0][0] == self.icmp_types[0][1]
            return f"{named} type{'' if single else 's'} {_ranges_text(self.icmp_types)}"
        return f"{named}/{_ranges_text(self.ports)}" if self.ports else named

    def _who(self) -> Iterator[str]:
        incoming = self.direction is Direction.INCOMING
        families = self.families
        if self.protocol is not None and self.protocol.families == families:
            families = BOTH_FAMILIES
        yield f"{'from' if incoming else 'to'} {self.remote.text(families)}"
        local = self.local.text(families)
        if local != Side().text(families):
            yield f"at {local}"
        if self.other_ports:
            end = "remote" if incoming else "local"
            yield f"with {end} port {_ranges_text(self.other_ports)}"
        if self.interfaces:
            yield f"on {', '.join(self.interfaces)}"
        if self.except_interfaces not in {(), (LOOPBACK_INTERFACE,)}:
            yield f"except on {', '.join(self.except_interfaces)}"
        if self.states and ConnectionState.NEW not in self.states:
            yield f"in state {' or '.join(state.value for state in self.states)}"
        if self.hop_limits:
            yield f"with hop limit {_hop_text(self.hop_limits)}"

    def __repr__(self) -> str:
        """Sum the region up."""
        return brief(self, self)


def _listing(prefixes: Iterable[Network], groups: Iterable[RemoteReference]) -> str:
    listed = [shown_prefix(prefix) for prefix in prefixes]
    more = len(listed) - _MOST_SHOWN
    if more > 0:
        listed[_MOST_SHOWN:] = [f"{more} more"]
    return ", ".join((*listed, *map(str, groups)))


def _has(ranges: Ranges, number: int | None) -> bool:
    if not ranges:
        return True
    return number is not None and any(first <= number <= last for first, last in ranges)


def _ranges_text(ranges: Ranges) -> str:
    return ",".join(shown_range(*pair) for pair in ranges)


def _hop_text(ranges: Ranges) -> str:
    stated = tuple((low, min(high, UNSTATED - 1)) for low, high in ranges if low < UNSTATED)
    return _ranges_text(stated) or "not stated"


def _protocol_text(ranges: Ranges) -> str:
    numbers = [n for first, last in ranges for n in range(first, last + 1)]
    if not numbers:
        return "any protocol"
    if len(numbers) > _MOST_SHOWN:
        left_out = sorted(set(range(256)).difference(numbers))
        if len(left_out) <= len(_NAMES):
            return f"any protocol but {_listed(left_out)}"
        return f"protocols {_ranges_text(ranges)}"
    return _listed(numbers)


def _listed(numbers: list[int]) -> str:
    names = [_NAMES.get(number, f"protocol {number}") for number in numbers]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
