"""Listeners: the exposures of stream sockets that wait for connections.

Every TCP, SCTP or DCCP listener with a port ends in exactly one exposure; the dynamic ports of
Windows RPC end in one together.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from netstat_fw.analyzers import rpc
from netstat_fw.analyzers.containers import CONTAINER_PUBLISHED, is_publisher
from netstat_fw.analyzers.exposure import Placed, judge_placed, place
from netstat_fw.analyzers.findings import Scope
from netstat_fw.analyzers.flows import Flows, file_unreadable
from netstat_fw.analyzers.wording import port_text
from netstat_fw.evidence import Confidence, Reason
from netstat_fw.records import Family, Protocol, State

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator

    from netstat_fw.analyzers.findings import Exposure
    from netstat_fw.analyzers.host import Context
    from netstat_fw.analyzers.rows import Row


def place_listeners(
    listeners: Iterable[Row], homes: Iterable[Row], context: Context
) -> tuple[Placed, ...]:
    """Find the exposures of all listeners, in no particular order.

    Args:
        listeners: the listeners.
        homes: rows with all local ends of the capture, which may prove that a listener takes IPv4.
        context: the host.
    """
    ports: dict[tuple[Protocol, int], list[Row]] = {}
    dynamic: list[Row] = []
    for row in listeners:
        if row.local.port is None:
            continue
        if rpc.is_dynamic(row, context):
            dynamic.append(row)
        else:
            ports.setdefault((row.socket.protocol, row.local.port), []).append(row)
    proven = _ports_with_ipv4(homes, frozenset(port for _, port in ports), context)
    placed = [
        _noted(each, context)
        for (protocol, port), rows in ports.items()
        for each in place(protocol, port, rows, context, takes_ipv4=(protocol, port) in proven)
    ]
    if dynamic:
        placed.append(rpc.place_dynamic(dynamic, context))
    return tuple(placed)


def judge_listeners(listeners: Iterable[Row], placed: Iterable[Placed], flows: Flows) -> None:
    """File what becomes of each listener."""
    for row in listeners:
        if row.local.port is None:
            flows.verdicts[row.index] = file_unreadable(row, flows)
    flows.verdicts.update(judge_placed(placed))


def _ports_with_ipv4(
    homes: Iterable[Row], bound: Container[int | None], context: Context
) -> set[tuple[Protocol, int]]:
    """Find the bound ports that an IPv4 connection is on, where the port cannot be a client's."""
    return {
        (row.socket.protocol, port)
        for row in homes
        if (port := row.local.port) in bound
        and port is not None
        and row.local.family is Family.IPV4
        and not context.is_ephemeral(port)
    }


def _noted(placed: Placed, context: Context) -> Placed:
    """Add what the rows say beyond their addresses."""
    exposure = placed.exposure
    if exposure.scope is Scope.LOOPBACK:
        return placed
    remarks = list(_remarks(exposure))
    if all(row.socket.state is not State.LISTEN for row in placed.rows):
        remarks.append(_STATE_UNKNOWN)
        exposure = attrs.evolve(exposure, confidence=Confidence.MEDIUM)
    if remarks:
        exposure = attrs.evolve(exposure, reasons=(*exposure.reasons, *remarks))
    return Placed(rpc.asked(exposure, context), placed.rows, placed.covered)


def _remarks(exposure: Exposure) -> Iterator[Reason]:
    for program in exposure.programs:
        usual = _USUAL_PORTS.get(program.lower().removesuffix(".exe"))
        if usual is not None and exposure.port not in usual:
            text = port_text(Protocol.TCP, usual[0])
            yield Reason(
                "NONSTANDARD_PORT",
                f"{program} is usually on {text}: its clients must be told the port",
                "S7",
            )
    if any(is_publisher(program) for program in exposure.programs):
        yield CONTAINER_PUBLISHED


_STATE_UNKNOWN = Reason(
    "STATE_UNKNOWN", "the state is missing or in no known language; only a listener has no peer"
)
_SSH = (22,)
_WEB = (80, 443)
_MAIL = (25, 465, 587)
# Programs whose port is nearly always the same, so that another one is worth a word.
_USUAL_PORTS = {
    "sshd": _SSH,
    "dropbear": _SSH,
    "httpd": _WEB,
    "apache2": _WEB,
    "nginx": _WEB,
    "sendmail": _MAIL,
    "exim4": _MAIL,
    "named": (53, 953, 853, 443, 8053),
    "vsftpd": (21, 990),
    "mysqld": (3306, 33060),
    "mariadbd": (3306,),
    "postgres": (5432,),
    "redis-server": (6379,),
    "mongod": (27017,),
}
