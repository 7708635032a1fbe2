"""Sets of ports and of addresses in canonical form.

Both types are built by one constructor that takes any iterable of items and sorts, merges and
checks it: equal sets are equal values, and there is no empty set. "Any" is never a set: where a
rule does not restrict a port or an address, it has None.
"""

from __future__ import annotations

import functools
import re
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from typing import TYPE_CHECKING, TypeAlias, TypeVar

import attrs

from netstat_fw.address import Address, Network, family_of, unmap
from netstat_fw.errors import RulesetError
from netstat_fw.protocol import Family

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MAX_PORT = 65535
BOTH_FAMILIES = (Family.IPV4, Family.IPV6)
_N = TypeVar("_N", IPv4Network, IPv6Network)
PortItem: TypeAlias = int | tuple[int, int]
AddressItem: TypeAlias = str | Address | Network

_RANGE = re.compile(r"(?P<first>[0-9]{1,5})(?:-(?P<last>[0-9]{1,5}))?")
_MAPPED = IPv6Network("::ffff:0:0/96")
_MAPPED_BITS = 96


def _checked(item: PortItem) -> tuple[int, int]:
    first, last = (item, item) if isinstance(item, int) else item
    if not 1 <= first <= last <= MAX_PORT:
        raise RulesetError(
            f"{shown_range(first, last)} is no port or port range between 1 and {MAX_PORT}"
        )
    return int(first), int(last)


def _merged(items: Iterable[PortItem]) -> tuple[tuple[int, int], ...]:
    merged: list[tuple[int, int]] = []
    for first, last in sorted(map(_checked, items)):
        if merged and first <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(last, merged[-1][1]))
        else:
            merged.append((first, last))
    if not merged:
        raise RulesetError("a port set is never empty; a rule for any port has no port set")
    return tuple(merged)


@attrs.frozen
class PortSet:
    """Ports 1 to 65535 as sorted, merged, inclusive ranges.

    Port 0 is refused: the standards reserve it, and some firewall tools read it as "any". Even the
    set of all 65,535 ports therefore differs from a rule's None.

    Attributes:
        ranges: given as ports and ``(first, last)`` pairs in any order; kept as merged pairs.

    Raises:
        RulesetError: for an empty set, a reversed range or a port outside 1 to 65535.

    >>> PortSet([80, (6000, 6002), 6003, 81])
    PortSet(ranges=((80, 81), (6000, 6003)))
    >>> str(_), 6001 in _, len(_)
    ('80-81,6000-6003', True, 6)
    """

    ranges: tuple[tuple[int, int], ...] = attrs.field(converter=_merged)

    @classmethod
    def parse(cls, text: str) -> PortSet:
        """Read what `str` writes: ports and ranges with commas between them.

        >>> PortSet.parse("22,6000-6063") == PortSet([22, (6000, 6063)])
        True
        """
        return cls([_parsed_range(item) for item in text.split(",")])

    def __contains__(self, port: int) -> bool:
        """Tell whether the port is in the set."""
        return any(first <= port <= last for first, last in self.ranges)

    def __len__(self) -> int:
        """Count the ports, not the ranges."""
        return sum(last - first + 1 for first, last in self.ranges)

    def __or__(self, other: PortSet) -> PortSet:
        """Unite two sets."""
        return PortSet(self.ranges + other.ranges)

    def __str__(self) -> str:
        """Write the set as ``22,6000-6063``."""
        return ",".join(shown_range(*pair) for pair in self.ranges)


def shown_range(first: int, last: int, between: str = "-") -> str:
    """Write a range of ports, a single port as itself.

    >>> shown_range(22, 22), shown_range(6000, 6063, ":")
    ('22', '6000:6063')
    """
    return str(first) if first == last else f"{first}{between}{last}"


def _parsed_range(text: str) -> tuple[int, int]:
    match = _RANGE.fullmatch(text.strip())
    if match is None:
        raise RulesetError(f"{text!r} is no port and no range such as 6000-6063")
    first, last = match["first"], match["last"]
    return int(first), int(last or first)


def _network(item: AddressItem) -> Network:
    # By number: `ip_network` writes an address out as text and reads it again.
    if isinstance(item, IPv4Network):
        return item
    if isinstance(item, IPv4Address):
        return IPv4Network((int(item), 32))
    if getattr(item, "scope_id", None) is not None or "%" in str(item):
        raise RulesetError(f"{item} names an interface; a prefix cannot, a rule's interface can")
    try:
        network = ip_network(item)
    except ValueError as error:
        raise RulesetError(f"{error}") from error
    if isinstance(network, IPv6Network) and network.subnet_of(_MAPPED):
        inside = IPv4Address(int(network.network_address) & 0xFFFFFFFF)
        return IPv4Network((inside, network.prefixlen - _MAPPED_BITS))
    return network


def _collapsed(items: Iterable[AddressItem]) -> tuple[Network, ...]:
    networks = [_network(item) for item in items]
    if not networks:
        raise RulesetError("an address set is never empty; a rule for any address has none")
    if len(networks) == 1:
        return tuple(networks)
    v4 = [n for n in networks if isinstance(n, IPv4Network)]
    v6 = [n for n in networks if isinstance(n, IPv6Network)]
    return (*_fewest(v4), *_fewest(v6))


def _fewest(networks: Iterable[_N]) -> list[_N]:
    """Cover the networks of one family by as few as can be, in order.

    As `ipaddress.collapse_addresses` does, which takes ten times as long for single addresses.
    """
    kept: list[_N] = []
    end = -1
    for network in sorted(networks, key=_first_and_length):
        if int(network.network_address) <= end:
            continue
        end = int(network.broadcast_address)
        kept.append(network)
        while len(kept) > 1 and _are_halves(kept[-2], kept[-1]):
            kept.pop()
            kept[-1] = kept[-1].supernet()
    return kept


def _first_and_length(network: Network) -> tuple[int, int]:
    return int(network.network_address), network.prefixlen


def _are_halves(one: Network, other: Network) -> bool:
    """Tell whether two networks, in order, make up a wider one."""
    bit = 1 << one.max_prefixlen - one.prefixlen
    apart = int(one.network_address) ^ int(other.network_address)
    return one.prefixlen == other.prefixlen and apart == bit


@attrs.frozen
class AddressSet:
    """Addresses as sorted, collapsed prefixes, IPv4 before IPv6, IPv4-mapped ones unmapped.

    Attributes:
        prefixes: given as addresses and networks, as values or as text; kept as networks.

    Raises:
        RulesetError: for an empty set, text that is no address, host bits behind a prefix length,
            or an address with an interface (``fe80::1%eth0``).

    >>> str(AddressSet(["2001:db8::/32", "192.0.2.128/25", "192.0.2.0/25", "::ffff:192.0.2.1"]))
    '192.0.2.0/24,2001:db8::/32'
    """

    prefixes: tuple[Network, ...] = attrs.field(converter=_collapsed)

    @property
    def families(self) -> tuple[Family, ...]:
        """The address families that the set has members of."""
        # IPv4 comes first, so the two ends tell.
        if isinstance(self.prefixes[-1], IPv4Network):
            return BOTH_FAMILIES[:1]
        return BOTH_FAMILIES[isinstance(self.prefixes[0], IPv6Network) :]

    def of(self, families: Iterable[Family]) -> AddressSet | None:
        """Keep the members of the given families; None where there are none."""
        wanted = tuple(families)
        kept = [n for n in self.prefixes if family_of(n) in wanted]
        return AddressSet(kept) if kept else None

    def spans(self, family: Family) -> tuple[tuple[int, int], ...]:
        """Return first and last address of every member of a family, as numbers, ascending.

        >>> AddressSet(["0.0.0.1", "::/127"]).spans(Family.IPV6)
        ((0, 1),)
        """
        return tuple(
            (int(n.network_address), int(n.broadcast_address))
            for n in self.prefixes
            if family_of(n) is family
        )

    def covers(self, families: Iterable[Family]) -> bool:
        """Tell whether the set holds every address of all the given families."""
        whole = {family_of(n) for n in self.prefixes if n.prefixlen == 0}
        return whole.issuperset(families)

    def __contains__(self, address: Address) -> bool:
        """Tell whether the address, unmapped, is in the set."""
        plain = unmap(address)
        return any(plain in network for network in self.prefixes)

    def __iter__(self) -> Iterator[Network]:
        """Go through the prefixes in order."""
        return iter(self.prefixes)

    def __or__(self, other: AddressSet) -> AddressSet:
        """Unite two sets."""
        return AddressSet(self.prefixes + other.prefixes)

    def __str__(self) -> str:
        """Write the prefixes with commas between them, a single address without its length."""
        return self._text

    @functools.cached_property
    def _text(self) -> str:
        # Asked for by every rule's id and by whoever writes rules.
        return ",".join([shown_prefix(n) for n in self.prefixes])


def shown_prefix(network: Network) -> str:
    """Write a prefix as firewall tools list it: a single address without its prefix length.

    >>> shown_prefix(IPv6Network("2001:db8::1/128")), shown_prefix(IPv4Network("192.0.2.0/24"))
    ('2001:db8::1', '192.0.2.0/24')
    """
    single = network.prefixlen == network.max_prefixlen
    return str(network.network_address if single else network)


def parse_address(value: str | Address) -> Address:
    """Read an address of a packet: text or value, IPv4-mapped unmapped, interface left out.

    Raises:
        RulesetError: for text that is no address.

    >>> parse_address("::ffff:192.0.2.1"), parse_address("fe80::1%eth0")
    (IPv4Address('192.0.2.1'), IPv6Address('fe80::1'))
    """
    if isinstance(value, str):
        return _parsed(value)
    if isinstance(value, IPv6Address):
        return unmap(IPv6Address(int(value)) if value.scope_id is not None else value)
    return value


@functools.lru_cache(maxsize=1 << 14)
def _parsed(text: str) -> Address:
    try:
        return parse_address(ip_address(text))
    except ValueError as error:
        raise RulesetError(f"{error}") from error
