"""Ends: one side of a captured socket, reduced to what a firewall can use.

An `End` never carries a literal that the capture does not vouch for: cut addresses, host names and
the ports of cut BSD cells are None in it. IPv4-mapped addresses are unmapped, so the family of an
end is the family of its packets, whatever the protocol column says.
"""

from __future__ import annotations

import enum
from ipaddress import IPv4Address
from typing import TYPE_CHECKING

import attrs

from netstat_fw.records import Dialect, Endpoint, Family

if TYPE_CHECKING:
    from netstat_fw.address import Address


class Reach(enum.Enum):
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


@attrs.frozen(eq=False)
class End:
    """One side of a socket.

    Attributes:
        reach: what kind of address it is.
        family: its address family; None where neither an address nor what is left of one says.
        address: the literal; None for wildcards without a family and where it is not to be trusted.
        port: 1 to 65535; None for any, and where it is a name or not to be trusted.
        service: the name of a port that no number stands for.
    """

    reach: Reach
    family: Family | None
    address: Address | None
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
_BROADCAST = 0xFFFFFFFF


def reach_of(address: Address) -> Reach:  # noqa: PLR0911 - one return for each kind
    """Classify an unmapped address, by its bits: RFC 6890, RFC 4291, RFC 5771.

    >>> reach_of(IPv4Address("127.0.0.53")), reach_of(IPv4Address("172.17.0.1"))
    (<Reach.LOOPBACK: 'loopback'>, <Reach.BRIDGE: 'bridge'>)
    """
    number = int(address)
    if number == 0:
        return Reach.WILDCARD
    if isinstance(address, IPv4Address):
        if number >> 24 == 127:  # noqa: PLR2004 - 127.0.0.0/8
            return Reach.LOOPBACK
        if number >> 28 == 0xE or number == _BROADCAST:  # noqa: PLR2004 - 224.0.0.0/4
            return Reach.GROUP
        if number >> 16 == 0xA9FE:  # noqa: PLR2004 - 169.254.0.0/16
            return Reach.LINK_LOCAL
        return Reach.BRIDGE if number in _BRIDGES else Reach.ADDRESS
    if number == 1:
        return Reach.LOOPBACK
    if number >> 120 == 0xFF:  # noqa: PLR2004 - ff00::/8
        return Reach.GROUP
    if number >> 118 == 0xFE80 >> 6:
        return Reach.LINK_LOCAL
    return Reach.ADDRESS


def read_end(endpoint: Endpoint, dialect: Dialect) -> End:
    """Reduce an endpoint to an end.

    >>> read_end(Endpoint(None, 123, host="fe80::200:5eff:fe00", truncated=True), Dialect.LINUX)
    ... # doctest: +ELLIPSIS
    End(reach=<Reach.LINK_LOCAL: 'link-local'>, family=<Family.IPV6: 'ipv6'>, address=None, ...)
    """
    address = endpoint.address
    if address is not None and not endpoint.truncated:
        if isinstance(address, IPv4Address):
            family = Family.IPV4
        else:
            mapped = address.ipv4_mapped
            family = Family.IPV6 if mapped is None else Family.IPV4
            address = mapped or address
        return End(reach_of(address), family, address, endpoint.port, endpoint.service)
    # BSD cuts the port together with the address (netstat -A); Linux and Windows never do.
    port = None if endpoint.truncated and dialect is Dialect.BSD else endpoint.port
    return End(_reach_by_text(endpoint), _family_by_text(endpoint), None, port, endpoint.service)


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
