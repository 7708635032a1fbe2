"""Stand-ins: the addresses and interfaces that flows are made of where a capture names none.

A ruleset only tells addresses apart that its rules name. One address of each kind it tells apart
stands for all of that kind, so what holds for the stand-ins holds for everybody.
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import TYPE_CHECKING

from netstat_fw.address import family_of
from netstat_fw.playback.opening import of_family
from netstat_fw.protocol import Family
from netstat_fw.ruleset.base import LOOPBACK_INTERFACE
from netstat_fw.ruleset.terms import Direction

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from netstat_fw.address import Address, Network
    from netstat_fw.playback.opening import Opening
    from netstat_fw.ruleset.model import Ruleset
    from netstat_fw.ruleset.sets import AddressSet

CLIENT_PORT = 49152
"""Stands for all ports that clients get: the first dynamic port of RFC 6335 6."""


class StandIns:
    """The addresses and interfaces that a ruleset tells apart, for one host.

    Attributes:
        interfaces: None for one that no rule names, then those that are named, loopback apart.
    """

    def __init__(self, ruleset: Ruleset, own: Iterable[Address]) -> None:
        """Take the ruleset and the host's own addresses, as far as they are known."""
        rules = [r for d in Direction for r in ruleset.chain(d).rules if r.enabled]
        # The replies pass the other chain, so what either names may matter.
        remotes = tuple(dict.fromkeys(n for r in rules for n in ruleset.resolve(r) or ()))
        sides = tuple(dict.fromkeys(r.local for r in rules if r.local is not None))
        named = [*remotes, *(prefix for side in sides for prefix in side)]
        self._remotes = {family: of_family(remotes, family) for family in Family}
        self._strangers: dict[Family, Address] = {}
        self._locals: dict[Family, tuple[Address, ...]] = {}
        for family in Family:
            known = [a for a in own if family_of(a) is family and not a.is_link_local]
            prefixes = of_family(named, family)
            stranger = _unnamed(_EVERYWHERE[family], _STRANGERS[family], prefixes, known)
            self._strangers[family] = stranger
            if not known:
                known = [_unnamed(_EVERYWHERE[family], _OWN[family], prefixes, (stranger,))]
            self._locals[family] = _one_of_each(known, sides)
        names = dict.fromkeys(rule.interface for rule in rules)
        self.interfaces: tuple[str | None, ...] = (
            None,
            *(name for name in names if name not in {None, LOOPBACK_INTERFACE}),
        )

    def near(self, opening: Opening) -> tuple[Address, ...]:
        """Return this host's end: one address of each kind."""
        return self._locals[opening.family] if opening.local is None else (opening.local,)

    def far(self, opening: Opening) -> Address:
        """Return the other end: somebody whom no rule singles out, if there is such an address."""
        if opening.remote is not None:
            return opening.remote
        if not opening.remotes:
            return self._strangers[opening.family]
        where = opening.remotes[0]
        if where.prefixlen == where.max_prefixlen:
            return where.network_address
        preferred = where.network_address + 1
        return _unnamed(where, preferred, self._remotes[opening.family], ())

    def others(self, opening: Opening) -> Iterator[Address]:
        """Return further addresses at the other end, one at least of every kind."""
        if opening.remote is not None:
            return
        for address in _starts(self._remotes[opening.family], opening.family):
            if (
                any(address in where for where in opening.remotes)
                if opening.remotes
                else not _is_special(address)
            ):
                yield address


def _unnamed(
    where: Network, preferred: Address, named: Iterable[Network], taken: Collection[Address]
) -> Address:
    """Find an address that no prefix names; the preferred one where all are named."""
    inside = [prefix for prefix in named if prefix.prefixlen > where.prefixlen]
    for address in (preferred, *_starts(inside, family_of(preferred))):
        if (
            address in where
            and address not in taken
            and (address == preferred or not _is_special(address))
            and not any(address in prefix for prefix in inside)
        ):
            return address
    return preferred


def _starts(prefixes: Iterable[Network], family: Family) -> Iterator[Address]:
    """Return the first address of every range that prefixes and special networks cut."""
    for prefix in (*prefixes, *_SPECIAL[family]):
        yield prefix.network_address
        behind = int(prefix.broadcast_address) + 1
        if behind >> prefix.max_prefixlen == 0:
            yield prefix.broadcast_address + 1


def _is_special(address: Address) -> bool:
    """Tell whether no single other host has the address."""
    return (
        address.is_unspecified
        or address.is_loopback
        or address.is_multicast
        or address.is_link_local
        or address.is_reserved
    )


def _one_of_each(known: Iterable[Address], sides: Iterable[AddressSet]) -> tuple[Address, ...]:
    """Keep one address for every way in which rules tell the host's own addresses apart."""
    kinds: dict[tuple[bool, ...], Address] = {}
    for address in known:
        kinds.setdefault(tuple(address in side for side in sides), address)
    return tuple(kinds.values())


_EVERYWHERE: dict[Family, Network] = {
    Family.IPV4: IPv4Network("0.0.0.0/0"),
    Family.IPV6: IPv6Network("::/0"),
}
# What no single other host has, and in IPv6 what is not given out at all: RFC 6890, RFC 4291 2.4.
_SPECIAL: dict[Family, tuple[Network, ...]] = {
    Family.IPV4: tuple(
        IPv4Network(text) for text in ("0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/3")
    ),
    Family.IPV6: tuple(IPv6Network(text) for text in ("2000::/3", "fc00::/7")),
}
# Of the networks for documentation: RFC 5737 and RFC 3849.
_STRANGERS: dict[Family, Address] = {
    Family.IPV4: IPv4Address("203.0.113.1"),
    Family.IPV6: IPv6Address("2001:db8:ffff::1"),
}
_OWN: dict[Family, Address] = {
    Family.IPV4: IPv4Address("192.0.2.1"),
    Family.IPV6: IPv6Address("2001:db8::1"),
}
