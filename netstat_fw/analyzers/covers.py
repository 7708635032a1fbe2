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
    from collections.abc import Iterable, Iterator

    from netstat_fw.analyzers.ends import End
    from netstat_fw.analyzers.exposure import Placed
    from netstat_fw.analyzers.verdicts import Key


@attrs.define
class Cover:
    """The binds of one port.

    Attributes:
        addresses: exposures by the key of the literal that is bound.
        ipv4: the exposure of a wildcard that serves IPv4.
        ipv6: the exposure of a wildcard that serves IPv6.
        link_local: the exposure of a link-local bind whose literal is not known.
        unnamed: the exposure of a bind whose address is not known at all.
    """

    addresses: dict[int, Traffic] = attrs.field(factory=dict)
    ipv4: Traffic | None = None
    ipv6: Traffic | None = None
    link_local: Traffic | None = None
    unnamed: Traffic | None = None

    def add(self, end: End, families: tuple[Family, ...], traffic: Traffic) -> None:
        """Add a bind and the families that its exposure serves."""
        if end.reach is Reach.WILDCARD:
            if Family.IPV4 in families:
                self.ipv4 = traffic
            if Family.IPV6 in families:
                self.ipv6 = traffic
        elif end.key is not None:
            self.addresses[end.key] = traffic
        elif end.reach is Reach.LINK_LOCAL:
            self.link_local = traffic
        else:
            self.unnamed = traffic

    def find(self, end: End) -> Traffic | None:
        """Find the traffic of the exposure that a connection's local end belongs to."""
        if end.key is None:
            # The connection's own address is not known: a bind that is not known either is it, or
            # else any bind of the port may be.
            return self.unnamed or next(self.traffic(), None)
        traffic = self.addresses.get(end.key)
        if traffic is None:
            traffic = self.ipv4 if end.family is Family.IPV4 else self.ipv6
        if traffic is None and end.reach is Reach.LINK_LOCAL:
            traffic = self.link_local
        return self.unnamed if traffic is None else traffic

    def traffic(self) -> Iterator[Traffic]:
        """Go through the exposures' traffic, the widest first; the same one may come again."""
        wide = self.ipv4, self.ipv6, *self.addresses.values(), self.link_local, self.unnamed
        return (traffic for traffic in wide if traffic is not None)


Covers: TypeAlias = dict[Protocol, dict[int | None, Cover]]


def cover(placed: Iterable[Placed]) -> Covers:
    """Index exposures by protocol and port, each with its traffic, still empty."""
    covers: Covers = {protocol: {} for protocol in Protocol}
    for each in placed:
        if each.exposure.scope is Scope.LOOPBACK:
            continue
        traffic = Traffic(key_of(each.exposure))
        for row in each.rows:
            # One exposure of dynamic RPC has many ports, so the row's own is the one that counts.
            found = covers[row.socket.protocol].setdefault(row.local.port, Cover())
            for end in (row.local, *further_ends(row, local=True)):
                # What answers to groups alone covers no connection to the host's own addresses.
                if each.exposure.scope is not Scope.GROUP or end.reach is Reach.GROUP:
                    found.add(end, each.exposure.families, traffic)
    return covers


def sessions(covers: Covers) -> dict[Key, Traffic]:
    """Return the traffic of the exposures that have any, by key."""
    return {
        traffic.key: traffic
        for ports in covers.values()
        for each in ports.values()
        for traffic in each.traffic()
        if traffic.rows
    }
