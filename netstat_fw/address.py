"""IP address classification that looks through IPv4-mapped IPv6 addresses.

Every function takes `ipaddress` values and is total. ``::ffff:127.0.0.1`` *is* 127.0.0.1 to every
firewall question, but `ipaddress` answers otherwise on some Python versions, so each function
unmaps first.
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import TypeAlias

from netstat_fw.protocol import Family

Address: TypeAlias = IPv4Address | IPv6Address
Network: TypeAlias = IPv4Network | IPv6Network

LAST_ADDRESS = {Family.IPV4: (1 << 32) - 1, Family.IPV6: (1 << 128) - 1}
"""The highest address of each family, as a number."""
_IPV4 = 4


def family_of(value: Address | Network) -> Family:
    """Return the family of an address or network as it is written, mapped or not.

    >>> family_of(IPv6Address("::ffff:192.0.2.1"))
    <Family.IPV6: 'ipv6'>
    """
    return Family.IPV4 if value.version == _IPV4 else Family.IPV6


def unmap(address: Address) -> Address:
    """Return the IPv4 address inside an IPv4-mapped IPv6 address (RFC 4291 2.5.5.2), else itself.

    >>> unmap(IPv6Address("::ffff:192.0.2.1"))
    IPv4Address('192.0.2.1')
    """
    if isinstance(address, IPv6Address):
        return address.ipv4_mapped or address
    return address


def canonical(address: Address) -> str:
    """Write an address as RFC 5952 says, IPv4-mapped ones in mixed notation (section 5).

    The same text on every Python; before 3.13 `ipaddress` wrote mapped addresses as plain IPv6.

    >>> canonical(IPv6Address("::ffff:c000:201"))
    '::ffff:192.0.2.1'
    """
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return str(address) if mapped is None else f"::ffff:{mapped}"


def is_wildcard(address: Address) -> bool:
    """Tell whether a bind to the address means every address: ``0.0.0.0`` or ``::``.

    >>> is_wildcard(IPv6Address("::ffff:0.0.0.0"))
    True
    """
    return unmap(address).is_unspecified


def is_loopback(address: Address) -> bool:
    """Tell whether the address is inside 127.0.0.0/8 or is ``::1`` (RFC 1122 3.2.1.3, RFC 4291).

    >>> is_loopback(IPv4Address("127.0.0.53")), is_loopback(IPv6Address("::ffff:127.0.0.1"))
    (True, True)
    """
    return unmap(address).is_loopback


def is_link_local(address: Address) -> bool:
    """Tell whether the address is inside 169.254.0.0/16 or fe80::/10 (RFC 3927, RFC 4291 2.5.6).

    >>> is_link_local(IPv6Address("fe80::1")), is_link_local(IPv4Address("192.0.2.1"))
    (True, False)
    """
    return unmap(address).is_link_local


def is_multicast(address: Address) -> bool:
    """Tell whether the address is inside 224.0.0.0/4 or ff00::/8 (RFC 5771, RFC 4291 2.7).

    >>> is_multicast(IPv4Address("224.0.0.251"))
    True
    """
    return unmap(address).is_multicast
