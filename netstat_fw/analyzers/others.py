"""Others: raw, ICMP and divert sockets, which have no ports and make no rules.

They read packets of a protocol beside the kernel. What they need of ICMP the base rules allow.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from netstat_fw.analyzers.findings import Fate
from netstat_fw.analyzers.verdicts import Verdict
from netstat_fw.evidence import Reason
from netstat_fw.records import Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable

    from netstat_fw.analyzers.flows import Flows
    from netstat_fw.analyzers.rows import Row


def file_others(rows: Iterable[Row], flows: Flows) -> None:
    """File the sockets without ports: all of them are excluded."""
    for row in rows:
        icmp = row.socket.protocol is Protocol.ICMP or (
            row.socket.protocol is Protocol.RAW and row.local.port in _ICMP_NUMBERS
        )
        flows.verdicts[row.index] = _ICMP if icmp else _RAW


# Linux prints the protocol number of a raw socket in place of its port.
_ICMP_NUMBERS = frozenset({Protocol.ICMP.number, Protocol.ICMPV6.number})
_ICMP = Verdict(
    Fate.EXCLUDED,
    Reason("ICMP_SOCKET", "a socket for ICMP, of which the base rules allow what is needed"),
)
_RAW = Verdict(
    Fate.EXCLUDED,
    Reason("RAW_SOCKET", "a socket without ports: it reads packets beside the kernel"),
)
