"""Ends: one side of a captured socket, reduced to what a firewall can use.

An `End` never carries a literal that the capture does not vouch for: cut addresses and host names
are None in it. IPv4-mapped addresses are unmapped, so the family of an
end is the family of its packets, whatever the protocol column says.
"""

from __future__ import annotations

from ipaddress import IPv4Address
from typing import TYPE_CHECKING

import attrs

from netstat_fw.records import Endpoint, Family
from netstat_fw.words import Word

if TYPE_CHECKING:
    from netstat_fw.address import Address


class Reach(Word):
    """Who can be at an address, or reach a socket that is bound to it."""

    WILDCARD = "wildcard"
    LOOPBACK = "loopback"
    LINK_LOCAL = "link-local"
    GROUP = "group"
    """Multicast, or the limited broadcast address."""
    BRIDGE = "bridge"
    """The host's end of a bridge that container and VM managers make by default."""
    ADDRESS = "address"
    UNNAMED = "unnamed"
    """A cut address or a host name."""


@attrs.define(eq=False)
class End:
    """One side of a socket; made for every socket, so not at the price of a frozen class.

    Attributes:
        reach: what kind of address it is.
        family: its address family; None where neither an address nor what is left of one says.
        address: the literal; None for wildcards without a family and where it is not to be trusted.
        key: what stands for the address where it is compared, see `address_key`; None without one.
        port: 1 to 65535; None for any, and where it is a name or not to be trusted.
        service: the name of a port that no number stands for.
    """

    reach: Reach
    family: Family | None
    address: Address | None
    key: int | None
    port: int | None
    service: str | None


# Docker's default pools, podman, libvirt, LXC, Kubernetes (flannel, k3s): the first address each.
_BRIDGES = frozenset(
    int(IPv4Address(text))
    for text in (
        *(f"172.{second}.0.1" for second in range(17, 32)),
        "10.88.0.1",
        "192.168.122.1",
        "10.0.3.1",
        "10.244.0.1",
        "10.42.0.1",
    )
)
# The link that ends in the machine itself: Linux, BSD, and Windows, whose first interface it is.
_LOOPBACK_ZONES = frozenset({"lo", "lo0", "1"})
_BROADCAST = 0xFFFFFFFF
# Members that most addresses need: looking them up in their class takes longer.
_PLAIN, _IPV4 = Reach.ADDRESS, Family.IPV4
# First bytes of the IPv4 addresses that are anything but plain, so that most need one look.
_SPECIAL_BYTES = frozenset({0, 10, 127, 169, 172, 192, 255, *range(224, 240)})
_IPV6 = 1 << 128
"""A bit that no address has."""


def address_key(address: Address) -> int:
    """Return a number that stands for an unmapped address and hashes faster than it does.

    >>> from ipaddress import IPv6Address
    >>> address_key(IPv4Address("0.0.0.1")) == address_key(IPv6Address("::1"))
    False
    """
    return int(address) if isinstance(address, IPv4Address) else int(address) | _IPV6


def reach_of(address: Address) -> Reach:
    """Classify an unmapped address, by its bits: RFC 6890, RFC 4291, RFC 5771.

    >>> reach_of(IPv4Address("127.0.0.53")), reach_of(IPv4Address("172.17.0.1"))
    (<Reach.LOOPBACK: 'loopback'>, <Reach.BRIDGE: 'bridge'>)
    """
    if isinstance(address, IPv4Address):
        return _reach_of_ipv4(int(address))
    number = int(address)
    if number <= 1:
        return Reach.LOOPBACK if number else Reach.WILDCARD
    if number >> 120 == 0xFF:  # noqa: PLR2004 - ff00::/8
        return Reach.GROUP
    return Reach.LINK_LOCAL if number >> 118 == 0xFE80 >> 6 else Reach.ADDRESS


def _reach_of_ipv4(number: int) -> Reach:
    first = number >> 24
    if first == 127:  # noqa: PLR2004 - 127.0.0.0/8
        return Reach.LOOPBACK
    if number == 0:
        return Reach.WILDCARD
    if first >> 4 == 0xE or number == _BROADCAST:  # noqa: PLR2004 - 224.0.0.0/4
        return Reach.GROUP
    if number >> 16 == 0xA9FE:  # noqa: PLR2004 - 169.254.0.0/16
        return Reach.LINK_LOCAL
    return Reach.BRIDGE if number in _BRIDGES else Reach.ADDRESS


def read_end(endpoint: Endpoint) -> End:
    """Reduce an endpoint to an end; a port that a cut cell still shows is whole.

    >>> read_end(Endpoint(None, 123, host="fe80::200:5eff:fe00", truncated=True))
    ... # doctest: +ELLIPSIS
    End(reach=<Reach.LINK_LOCAL: 'link-local'>, family=<Family.IPV6: 'ipv6'>, address=None, ...)
    """
    address, port, service = endpoint.address, endpoint.port, endpoint.service
    if address is None or endpoint.truncated:
        reach, family = _reach_by_text(endpoint), _family_by_text(endpoint)
        return End(reach, family, None, None, port, service)
    if not isinstance(address, IPv4Address):
        mapped = address.ipv4_mapped
        if mapped is None:
            reach = reach_of(address)
            if reach is Reach.LINK_LOCAL and endpoint.zone in _LOOPBACK_ZONES:
                reach = Reach.LOOPBACK
            return End(reach, Family.IPV6, address, address_key(address), port, service)
        address = mapped
    number = int(address)
    reach = _PLAIN if number >> 24 not in _SPECIAL_BYTES else _reach_of_ipv4(number)
    return End(reach, _IPV4, address, number, port, service)


def _reach_by_text(endpoint: Endpoint) -> Reach:
    if endpoint.is_wildcard:
        return Reach.WILDCARD
    if endpoint.is_loopback:
        return Reach.LOOPBACK
    return Reach.LINK_LOCAL if endpoint.is_link_local else Reach.UNNAMED


def _family_by_text(endpoint: Endpoint) -> Family | None:
    """Tell the family by what is left of a cut address; names tell nothing."""
    host = endpoint.host
    if not endpoint.truncated or host is None:
        return None
    if host.lower().startswith("::ffff:"):
        return Family.IPV4
    if ":" in host:
        return Family.IPV6
    return Family.IPV4 if host.replace(".", "").isdigit() else None
