"""Fans: many peers on one local port, or many local ports to one peer; row T12.

Works without any list of ports. Cost is one pass over the rows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import attrs

from netstat_fw.evidence import Reason
from netstat_fw.records import Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable

    from netstat_fw.analyzers.rows import Row

FAN_IN = Reason("FAN_IN", "several peers are on the same local port, as on a server's", "T12")
FAN_OUT = Reason("FAN_OUT", "several local ports lead to one remote port, as a client's do", "T12")


_Here: TypeAlias = tuple[Protocol, int | None]
_There: TypeAlias = tuple[Protocol, int | None, int | None]


@attrs.frozen
class Fans:
    """The ends at which fans meet.

    Attributes:
        local: local ports that more than one remote end is on.
        remote: remote ends that more than one local port leads to.
    """

    local: frozenset[_Here]
    remote: frozenset[_There]

    @classmethod
    def among(cls, rows: Iterable[Row]) -> Fans:
        """Find the fans among rows; peers without a usable address do not count."""
        peers: dict[_Here, _There] = {}
        ports: dict[_There, int | None] = {}
        local = set()
        remote = set()
        for row in rows:
            here, there = _ends(row)
            if row.remote.key is not None:
                if peers.setdefault(here, there) != there:
                    local.add(here)
                if ports.setdefault(there, row.local.port) != row.local.port:
                    remote.add(there)
        return cls(frozenset(local), frozenset(remote))

    def of(self, row: Row) -> Reason | None:
        """Return which fan a row belongs to; None for neither and for both, which says nothing."""
        here, there = _ends(row)
        fans_in, fans_out = here in self.local, there in self.remote
        if fans_in == fans_out:
            return None
        return FAN_IN if fans_in else FAN_OUT


def _ends(row: Row) -> tuple[_Here, _There]:
    protocol = row.socket.protocol
    return (protocol, row.local.port), (protocol, row.remote.key, row.remote.port)
