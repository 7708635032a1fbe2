"""Fans: many peers on one local port, or many local ports to one peer; row T12.

Works without any list of ports. Cost is one pass over the rows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from netstat_fw.evidence import Reason

if TYPE_CHECKING:
    from collections.abc import Iterable

    from netstat_fw.analyzers.rows import Row
    from netstat_fw.records import Protocol

FAN_IN = Reason("FAN_IN", "several peers are on the same local port, as on a server's", "T12")
FAN_OUT = Reason("FAN_OUT", "several local ports lead to one remote port, as a client's do", "T12")


@attrs.frozen
class Fans:
    """The ends at which fans meet.

    Attributes:
        local: local ports that more than one peer is on.
        remote: remote ends that more than one local port leads to.
    """

    local: frozenset[tuple[Protocol, int | None]]
    remote: frozenset[tuple[Protocol, int | None, int | None]]

    @classmethod
    def among(cls, rows: Iterable[Row]) -> Fans:
        """Find the fans among rows; peers without a usable address do not count."""
        peers: dict[tuple[Protocol, int | None], int] = {}
        ports: dict[tuple[Protocol, int | None, int | None], int | None] = {}
        local = set()
        remote = set()
        for row in rows:
            peer = row.remote.key
            if peer is None:
                continue
            protocol = row.socket.protocol
            here = protocol, row.local.port
            there = protocol, peer, row.remote.port
            if peers.setdefault(here, peer) != peer:
                local.add(here)
            if ports.setdefault(there, row.local.port) != row.local.port:
                remote.add(there)
        return cls(frozenset(local), frozenset(remote))

    def of(self, row: Row) -> Reason | None:
        """Return which fan a row belongs to; None for neither and for both, which says nothing."""
        protocol = row.socket.protocol
        fans_in = (protocol, row.local.port) in self.local
        fans_out = (protocol, row.remote.key, row.remote.port) in self.remote
        if fans_in == fans_out:
            return None
        return FAN_IN if fans_in else FAN_OUT
