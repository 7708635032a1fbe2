"""Opening: the new flows that a captured socket stands for.

An opening leaves open what the capture does not show: which stranger connects to a listener, from
which port. It is judged by flows that stand in for all of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from netstat_fw.address import (
    Address,
    Network,
    family_of,
)
from netstat_fw.protocol import Family, Protocol
from netstat_fw.ruleset.sets import shown_prefix
from netstat_fw.ruleset.terms import Direction

if TYPE_CHECKING:
    from collections.abc import Iterable


# Openings are looked up again and again, and addresses are slow to hash.
@attrs.frozen(kw_only=True, cache_hash=True)
class Opening:
    """New flows of one direction and family.

    Attributes:
        direction: who begins.
        protocol: the protocol.
        family: the address family.
        local: this host's address; None for any of its addresses.
        local_port: None for any client port, and for a protocol without ports.
        remote: the other side's address; None where it is not one known machine.
        remotes: where such another side can only be; empty for anywhere.
        remote_port: None for any client port, and for a protocol without ports.
        interface: ``"lo"``, or None for one that leads to other machines.
    """

    direction: Direction
    protocol: Protocol
    family: Family
    local: Address | None = None
    local_port: int | None = None
    remote: Address | None = None
    remotes: tuple[Network, ...] = ()
    remote_port: int | None = None
    interface: str | None = None

    def __str__(self) -> str:
        """Write the opening for a reader: ``incoming tcp 192.0.2.1:22 from anyone``."""
        local = _end("any own address" if self.local is None else str(self.local), self.local_port)
        there = ", ".join(map(shown_prefix, self.remotes)) or "anyone"
        there = there if self.remote is None else str(self.remote)
        remote = _end(there, self.remote_port)
        told = self.local is not None or self.remote is not None or self.remotes
        family = "" if told else f" over {_NAMES[self.family]}"
        on = "" if self.interface is None else f" on {self.interface}"
        way = "from" if self.direction is Direction.INCOMING else "to"
        return f"{self.direction.value} {self.protocol.value} {local} {way} {remote}{family}{on}"


def of_family(networks: Iterable[Network], family: Family) -> tuple[Network, ...]:
    """Return the networks of one family."""
    return tuple(n for n in networks if family_of(n) is family)


def _end(address: str, port: int | None) -> str:
    if port is None:
        return address
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"


_NAMES = {Family.IPV4: "IPv4", Family.IPV6: "IPv6"}
