"""Meetings: who was seen connected to which of several addresses that a port is bound on.

Several processes may share a port by binding different addresses of it, each of them with peers of
its own. Who was let in by one of them is not let in to the others.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from netstat_fw.analyzers.findings import Exposure, Meeting, Scope
from netstat_fw.analyzers.host import sort_addresses

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from netstat_fw.address import Address
    from netstat_fw.analyzers.rows import Row


def find_meetings(exposure: Exposure, rows: Iterable[Row]) -> tuple[Meeting, ...]:
    """Add those of connections to the meetings of an exposure; none but on several addresses.

    Args:
        exposure: the exposure.
        rows: its connections, without half-open ones.
    """
    if exposure.scope not in _SOMEWHERE or len(exposure.addresses) < _SEVERAL:
        return ()
    known = [(each.local, peer) for each in exposure.meetings for peer in each.peers]
    return _sorted([*known, *((row.local.address, row.remote.address) for row in rows)])


def are_placed(exposure: Exposure, rows: Iterable[Row]) -> bool:
    """Tell whether it is known which address each connection to an exposure is on."""
    several = exposure.scope in _SOMEWHERE and len(exposure.addresses) >= _SEVERAL
    return not several or all(row.local.address is not None for row in rows)


def join_meetings(
    exposures: Iterable[Exposure], addresses: Collection[Address]
) -> tuple[Meeting, ...]:
    """Join the meetings of exposures of one port and scope.

    Args:
        exposures: the exposures.
        addresses: those of all of them.
    """
    if len(addresses) < _SEVERAL:
        return ()
    return _sorted(
        (meeting.local, peer)
        for each in exposures
        if each.scope in _SOMEWHERE
        for meeting in _meetings_of(each)
        for peer in meeting.peers
    )


def _meetings_of(exposure: Exposure) -> tuple[Meeting, ...]:
    """Return the meetings of an exposure; on one address, all its peers have met that one."""
    if len(exposure.addresses) == 1 and exposure.peers:
        return (Meeting(exposure.addresses[0], exposure.peers),)
    return exposure.meetings


def _sorted(pairs: Iterable[tuple[Address | None, Address | None]]) -> tuple[Meeting, ...]:
    met: dict[Address, set[Address]] = {}
    for local, peer in pairs:
        if local is not None and peer is not None:
            met.setdefault(local, set()).add(peer)
    return tuple(Meeting(local, sort_addresses(met[local])) for local in sort_addresses(met))


_SOMEWHERE = frozenset({Scope.ADDRESSES, Scope.BRIDGE})
_SEVERAL = 2
