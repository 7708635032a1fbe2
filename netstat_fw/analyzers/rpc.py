"""RPC on Windows: one service on many ports that change with every boot.

The endpoint mapper on tcp/135 tells clients where a service listens: between 49152 and 65535 since
Windows Vista, from 49664 on in practice. Rules on single ports would be wrong after the next boot,
so all of them become one exposure that spans the range, closed until the operator asks for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from netstat_fw.analyzers.ends import Reach
from netstat_fw.analyzers.exposure import Placed
from netstat_fw.analyzers.findings import Exposure, Scope
from netstat_fw.analyzers.rows import programs_of
from netstat_fw.analyzers.spans import BOTH
from netstat_fw.evidence import Confidence, Question, Reason
from netstat_fw.records import Dialect, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from netstat_fw.analyzers.host import Context
    from netstat_fw.analyzers.rows import Row

_MAPPER = 135
_PROGRAMS = frozenset({
    "wininit.exe", "lsass.exe", "svchost.exe", "spoolsv.exe", "services.exe",
})  # fmt: skip
# Where they are found on hosts that nobody configured, for captures without programs and for
# processes so protected that netstat cannot name them.
_USUAL = range(49664, 49680)


def is_dynamic(row: Row, context: Context) -> bool:
    """Tell whether a listener with a port is one of Windows' dynamic RPC ports."""
    port = row.local.port
    if context.host.dialect is not Dialect.WINDOWS or port is None:
        return False
    if row.socket.protocol is not Protocol.TCP or row.local.reach is Reach.LOOPBACK:
        return False
    if row.program is None or row.program.lower() == "system":
        return port in _USUAL
    return context.is_ephemeral(port) and row.program.lower() in _PROGRAMS


def place_dynamic(rows: Sequence[Row], context: Context) -> Placed:
    """Make one exposure of all dynamic RPC listeners, at least one."""
    found = {row.bound_family for row in rows}
    reason = Reason(
        "RPC_DYNAMIC",
        "dynamic RPC ports of Windows services: one service whose ports change with every boot",
        "K6",
    )
    exposure = Exposure(
        Protocol.TCP,
        context.host.ephemeral.low,
        tuple(family for family in BOTH if family in found),
        Scope.ANY,
        port_end=context.host.ephemeral.high,
        service="RPC",
        programs=programs_of(rows),
        confidence=Confidence.LOW,
        reasons=(reason,),
        evidence=context.cite(rows),
    )
    question = attrs.evolve(_QUESTION, evidence=exposure.evidence)
    return Placed(attrs.evolve(exposure, question=question), tuple(rows))


def asked(exposure: Exposure, context: Context) -> Exposure:
    """Return an exposure as it is, or the endpoint mapper's closed until the operator asks."""
    mapper = exposure.port == _MAPPER and exposure.protocol is Protocol.TCP
    if not mapper or context.host.dialect is not Dialect.WINDOWS:
        return exposure
    reason = Reason("RPC_MAPPER", "the endpoint mapper, of use only together with RPC", "K6")
    return attrs.evolve(
        exposure,
        question=attrs.evolve(_QUESTION, evidence=exposure.evidence),
        confidence=Confidence.LOW,
        reasons=(*exposure.reasons, reason),
    )


_QUESTION = Question(
    "Q_RPC",
    "Do other machines manage this one, or use its services, over Windows RPC (tcp/135 and dynamic"
    " ports)?",
)
