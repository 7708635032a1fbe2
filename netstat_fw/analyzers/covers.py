"""Covers: which exposure a connection's local end belongs to.

One dictionary per port, so that asking costs the same however many addresses listen. Loopback binds
are left out: traffic to them is local and never comes here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import attrs

from netstat_fw.analyzers.ends import Reach
from netstat_fw.analyzers.findings import Scope
from netstat_fw.analyzers.rows import further_ends
from netstat_fw.analyzers.traffic import Traffic
from netstat_fw.analyzers.verdicts import key_of
from netstat_fw.records import Family, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable

    from netstat_fw.analyzers.ends import End
    from netstat_fw.analyzers.exposure import Placed
    from netstat_fw.analyzers.verdicts import Key


@attrs.define
class Cover:
    """The binds of one port.

    Attributes:
        addresses: exposures by the key of the literal that is bound.
        families: exposures by the family whose wildcard is bound.
        link_local: the exposure of a link-local bind whose literal is not known.
        unnamed: the exposure of a bind whose address is not known at all.
    """

    addresses: dict[int, Traffic] = attrs.field(factory=dict)
    families: dict[Family, Traffic] = attrs.field(factory=dict)
    link_local: Traffic | None = None
    unnamed: Traffic | None = None

    def add(self, end: End, families: tuple[Family, ...], traffic: Traffic) -> None:
        """Add a bind and the families that its exposure serves."""
        if end.reach is Reach.WILDCARD:
            self.families.update(dict.fromkeys(families, traffic))
        elif end.key is not None:
            self.addresses[end.key] = traffic
        elif end.reach is Reach.LINK_LOCAL:
            self.link_local = traffic
        else:
            self.unnamed = traffic

    def find(self, end: End) -> Traffic | None:
        """Find the traffic of the exposure that a connection's local end belongs to."""
        if end.key is None:
            # The connection's own address is not known: any bind of the port may be it.
            some = (*self.families.values(), *self.addresses.values(), self.link_local)
            return next((traffic for traffic in some if traffic is not None), self.unnamed)
        traffic = self.addresses.get(end.key)
        if traffic is None and end.family is not None:
            traffic = self.families.get(end.family)
        if traffic is None and end.reach is Reach.LINK_LOCAL:
            traffic = self.link_local
        return self.unnamed if traffic is None else traffic


Covers: TypeAlias = dict[Protocol, dict[int, Cover]]


def cover(placed: Iterable[Placed]) -> Covers:
    """Index exposures by protocol and port, each with its traffic, still empty."""
    covers: Covers = {}
    for each in placed:
        if each.exposure.scope is Scope.LOOPBACK:
            continue
        traffic = Traffic(key_of(each.exposure))
        for row in each.rows:
            ports = covers.setdefault(row.socket.protocol, {})
            # One exposure of dynamic RPC has many ports, so the row's own is the one that counts.
            found = ports.setdefault(row.local.port or each.exposure.port, Cover())
            for end in (row.local, *further_ends(row, local=True)):
                found.add(end, each.exposure.families, traffic)
    return covers


def sessions(covers: Covers) -> dict[Key, Traffic]:
    """Return the traffic of the exposures that have any, by key."""
    found = (
        traffic
        for ports in covers.values()
        for each in ports.values()
        for traffic in (
            *each.families.values(),
            *each.addresses.values(),
            each.link_local,
            each.unnamed,
        )
        if traffic is not None and traffic.rows
    )
    return {traffic.key: traffic for traffic in found}
