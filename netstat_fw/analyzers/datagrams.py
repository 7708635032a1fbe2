"""Datagrams: what the UDP and UDP-Lite sockets of a capture speak for.

Unconnected sockets are decided port by port; connected ones then join them or are filed as traffic
of their own. Sockets whose own port is chance are gathered by program instead of by port.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from netstat_fw.analyzers.connected import (
    ASSIGNMENTS,
    direct,
    file_connected,
    has_peer,
    keep_shut,
)
from netstat_fw.analyzers.covers import cover
from netstat_fw.analyzers.exposure import shut_ports
from netstat_fw.analyzers.flows import Flows, Port, file_unreadable
from netstat_fw.analyzers.groups import Groups, verdict_of
from netstat_fw.analyzers.port_findings import PortFindings, find_for_port
from netstat_fw.analyzers.unconnected import decide

if TYPE_CHECKING:
    from collections.abc import Iterable

    from netstat_fw.analyzers.covers import Covers
    from netstat_fw.analyzers.exposure import Placed
    from netstat_fw.analyzers.findings import Connection, Datagram
    from netstat_fw.analyzers.host import Context
    from netstat_fw.analyzers.rows import Row
    from netstat_fw.analyzers.unconnected import Servers


@attrs.frozen
class Datagrams:
    """What the datagram sockets come to, besides the traffic that was filed.

    Attributes:
        placed: exposures with their rows.
        covers: the same exposures, with the traffic of the connected sockets.
        connections: outgoing traffic that a role brings.
        datagrams: the roles.
    """

    placed: tuple[Placed, ...]
    covers: Covers
    connections: tuple[Connection, ...]
    datagrams: tuple[Datagram, ...]


def file_datagrams(
    rows: Iterable[Row], served: Servers, flows: Flows, context: Context
) -> Datagrams:
    """Decide the datagram sockets, and file their traffic and verdicts.

    Args:
        rows: the sockets.
        served: the ports that TCP servers of this host are exposed on, with their process ids.
        flows: where traffic and verdicts are filed.
        context: the host.
    """
    ports: dict[Port, list[Row]] = {}
    connected: list[Row] = []
    for row in rows:
        port = row.local.port
        if port is None:
            flows.verdicts[row.index] = file_unreadable(row, flows)
        elif has_peer(row) and port not in _FIXED_CLIENTS:
            connected.append(row)
        else:
            ports.setdefault((row.socket.protocol, port), []).append(row)
    found: list[PortFindings] = []
    by_chance = Groups()
    for (protocol, port), of_port in ports.items():
        assignment = decide(protocol, port, of_port, served, context)
        if assignment.by_chance:
            for row in of_port:
                by_chance.add(row, assignment)
        else:
            found.append(find_for_port(protocol, port, of_port, assignment, context))
            flows.verdicts.update(found[-1].verdicts)
    placed = tuple(each for findings in found for each in findings.placed)
    covers = cover(placed)
    with_peers = _file_connected(connected, placed, covers, flows, context)
    datagrams = [findings.datagram for findings in found]
    for datagram, of_group in by_chance.findings(context):
        datagrams.append(datagram)
        verdict = verdict_of(datagram)
        flows.verdicts.update(dict.fromkeys((row.index for row in of_group), verdict))
    datagrams += [datagram for datagram, _ in with_peers.findings(context)]
    connections = tuple(each for findings in found for each in findings.connections)
    return Datagrams(placed, covers, connections, tuple(datagrams))


def _file_connected(
    rows: Iterable[Row],
    placed: Iterable[Placed],
    covers: Covers,
    flows: Flows,
    context: Context,
) -> Groups:
    """File the connected sockets; return the roles of those that stand for themselves."""
    groups = Groups()
    shut = shut_ports(placed)
    for row in rows:
        found = covers[row.socket.protocol].get(row.local.port)
        traffic = None if found is None else found.find(row.local)
        direction = direct(row, context, served=traffic is not None)
        if (row.socket.protocol, row.local.port) in shut:
            direction = keep_shut(direction)
        flows.verdicts[row.index] = file_connected(row, direction, traffic, flows)
        if traffic is None and direction in ASSIGNMENTS:
            groups.add(row, ASSIGNMENTS[direction])
    return groups


# Clients that own their port by the protocol, and connect to their server once they know it.
_FIXED_CLIENTS = frozenset({68, 546})
