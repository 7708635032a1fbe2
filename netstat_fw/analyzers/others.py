"""Others: raw, ICMP and divert sockets, which have no ports and make no rules.

They read packets of a protocol beside the kernel. What they need of ICMP the base rules allow; what
a router or a failover daemon needs only the operator can say.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from netstat_fw.analyzers.conclusions import Conclusion, Way
from netstat_fw.analyzers.ends import Reach
from netstat_fw.analyzers.findings import Fate
from netstat_fw.analyzers.verdicts import Verdict
from netstat_fw.evidence import Confidence, Reason
from netstat_fw.records import Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable

    from netstat_fw.analyzers.flows import Flows
    from netstat_fw.analyzers.rows import Row


def file_others(rows: Iterable[Row], flows: Flows) -> None:
    """File the sockets without ports: excluded, or asked about where a rule may be missing."""
    for row in rows:
        flows.verdicts[row.index] = _file(row, flows)


def _file(row: Row, flows: Flows) -> Verdict:
    # Linux prints the protocol number of a raw socket in place of its port.
    number = row.local.port if row.socket.protocol is Protocol.RAW else None
    if row.socket.protocol is Protocol.ICMP or number in _ICMP_NUMBERS:
        return _ICMP
    if number is None or number in _NOTHING_OF_ITS_OWN or row.local.reach is Reach.LOOPBACK:
        return _RAW
    return flows.ask("Q_RAW_PROTOCOL", f"ip/{number}").take(row, _READS, Fate.QUESTION)


_ICMP_NUMBERS = frozenset({Protocol.ICMP.number, Protocol.ICMPV6.number})
# TCP and UDP pass by the rules of their ports; 255, IPPROTO_RAW, only sends: raw(7).
_NOTHING_OF_ITS_OWN = frozenset({Protocol.TCP.number, Protocol.UDP.number, 255})
_ICMP = Verdict(
    Fate.EXCLUDED,
    Reason("ICMP_SOCKET", "a socket for ICMP, of which the base rules allow what is needed"),
)
_RAW = Verdict(
    Fate.EXCLUDED,
    Reason("RAW_SOCKET", "a socket without ports: it reads packets beside the kernel"),
)
_READS = Conclusion(
    Way.ASK,
    Confidence.UNDECIDED,
    (Reason("RAW_PROTOCOL", "a raw socket that receives a protocol without ports"),),
)
