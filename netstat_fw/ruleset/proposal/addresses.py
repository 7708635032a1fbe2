"""Addresses: the local and remote sides that a finding's scope comes to in a rule.

What they match is never more than the finding vouches for, with one exception that is said to the
operator: a bind whose address the capture does not show.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from netstat_fw.analyzers.findings import Scope
from netstat_fw.protocol import Family
from netstat_fw.ruleset.sets import AddressSet, parse_address

if TYPE_CHECKING:
    from collections.abc import Iterable

    from netstat_fw.address import Address
    from netstat_fw.analyzers.findings import Exposure
    from netstat_fw.ruleset.rule import RemoteReference

LINK_LOCAL = AddressSet(["169.254.0.0/16", "fe80::/10"])
"""RFC 3927 2.1 and RFC 4291 2.5.6."""

_NAMED = frozenset({Scope.ADDRESSES, Scope.BRIDGE, Scope.GROUP})


def local_side(exposure: Exposure) -> AddressSet | None:
    """Return the host's addresses that an exposure answers on; None for any.

    UNNAMED gives None as well: the port is open on one address only, which the capture does not
    show, and on all others nothing listens; no address at all would break the service instead.
    LOOPBACK gives None because its rule is a drop on everything but the loopback interface.
    """
    if exposure.scope in _NAMED:
        return addresses_of(exposure.addresses)
    return LINK_LOCAL if exposure.scope is Scope.LINK_LOCAL else None


def remote_side(exposure: Exposure) -> tuple[AddressSet, ...]:
    """Return where the other side of an exposure can be, as far as standards say; () for any."""
    if exposure.remotes:
        return (AddressSet(exposure.remotes),)
    return (LINK_LOCAL,) if exposure.scope is Scope.LINK_LOCAL else ()


def addresses_of(addresses: tuple[Address, ...]) -> AddressSet:
    """Make a set of addresses, their interfaces left out: a rule's interface is a field of its own.

    Raises:
        RulesetError: for no address at all.
    """
    return _few(addresses) if len(addresses) <= _FEW else _set_of(addresses)


def common_families(
    families: Iterable[Family], *sides: AddressSet | RemoteReference | None
) -> tuple[Family, ...]:
    """Return the families that every side that lists addresses has members of, IPv4 first.

    Who is behind a name is not known here, so it may be of any family.

    >>> common_families(Family, LINK_LOCAL, AddressSet(["192.0.2.1"]))
    (<Family.IPV4: 'ipv4'>,)
    """
    left = set(families)
    for side in sides:
        if isinstance(side, AddressSet):
            left &= set(side.families)
    return tuple(family for family in Family if family in left)


def _set_of(addresses: tuple[Address, ...]) -> AddressSet:
    return AddressSet([parse_address(address) for address in addresses])


# The host's own addresses and its few peers come up again and again; thousands of peers do not.
_FEW = 16
_few = functools.lru_cache(maxsize=1 << 12)(_set_of)
