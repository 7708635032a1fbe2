"""Unconnected: the role of datagram sockets that have no peer; rows U4 to U12 of table U.

One assignment per port. Sockets whose port is chance are gathered by their program, so that a
finding means the same in the next capture.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from netstat_fw.analyzers.assignment import Assignment
from netstat_fw.analyzers.containers import is_publisher
from netstat_fw.analyzers.ends import Reach
from netstat_fw.analyzers.findings import Role
from netstat_fw.analyzers.host import SYSTEM
from netstat_fw.analyzers.programs import is_datagram_client, is_rpc_program
from netstat_fw.analyzers.roles import PortRole, role_of
from netstat_fw.analyzers.rows import pids_of, programs_of
from netstat_fw.analyzers.wording import doing, port_text
from netstat_fw.evidence import Confidence, Reason

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import TypeAlias

    from netstat_fw.analyzers.host import Context
    from netstat_fw.analyzers.rows import Row
    from netstat_fw.records import Protocol

    Servers: TypeAlias = Mapping[int, frozenset[int | None]]


def decide(  # noqa: PLR0911 - one return for each row of the table
    protocol: Protocol,
    port: int,
    rows: Sequence[Row],
    served: Servers,
    context: Context,
) -> Assignment:
    """Decide the role of a port by the first row that matches.

    Args:
        protocol: UDP or UDPLITE.
        port: the port.
        rows: its sockets, at least one.
        served: the ports that TCP servers of this host are exposed on, with their process ids.
        context: the host.
    """
    text = port_text(protocol, port)
    programs = programs_of(rows)
    ephemeral = context.is_ephemeral(port)
    reaches = {row.local.reach for row in rows}
    if reaches == {Reach.LOOPBACK}:
        if ephemeral:
            return _LOOPBACK_CLIENT
        return Assignment(Role.LOCAL, Confidence.CERTAIN, _LOOPBACK_ONLY, exposed=True)
    table = role_of(protocol, port)
    if table is not None:
        if _applies(table, port, programs, served):
            reason = Reason(table.code, f"{text} is {table.sentence}", "U5")
            return Assignment(table.role, Confidence.HIGH, reason, table, exposed=True)
        reason = Reason("UDP_UNCONVINCED", f"{text} lacks what usually goes with it", "U5")
        return Assignment(Role.UNDECIDED, Confidence.LOW, reason, question="Q_UDP_ROLE")
    if reaches <= {Reach.GROUP, Reach.LOOPBACK}:
        reason = Reason("UDP_MEMBER", f"{doing(programs, 'listen')} to a group on {text}", "U12")
        return Assignment(Role.MEMBER, Confidence.MEDIUM, reason, exposed=True)
    if _is_beside(port, rows, served):
        reason = Reason("UDP_BESIDE_TCP", f"a TCP server is on the same port as {text}", "U6")
        return Assignment(Role.SERVER, Confidence.HIGH, reason, exposed=True)
    return _by_number(protocol, port, rows, context)


def _applies(table: PortRole, port: int, programs: Sequence[str], served: Servers) -> bool:
    if table.with_tcp and port not in served:
        return False
    return not table.programs or not table.programs.isdisjoint(programs)


def _is_beside(port: int, rows: Sequence[Row], served: Servers) -> bool:
    """Tell whether the TCP server on the same port speaks for datagram sockets.

    On a port that every user may take, it does for those of its own processes alone: else anybody
    could open a port of somebody else by listening beside it. Names do not count, ids cannot be
    chosen; where the capture shows none of either, nothing tells them apart.
    """
    return port in served and (port < SYSTEM or pids_of(rows) <= served[port])


def _by_number(  # noqa: PLR0911 - one return for each row of the table
    protocol: Protocol, port: int, rows: Sequence[Row], context: Context
) -> Assignment:
    """Decide by rows U7 to U11: the program's habits, the services file, the port's range."""
    text = port_text(protocol, port)
    programs = programs_of(rows)
    ephemeral = context.is_ephemeral(port)
    reserved = _FIRST_RESERVED <= port < SYSTEM
    if reserved and programs and all(map(is_rpc_program, programs)):
        # Taken by chance, so a list says nothing about it.
        return Assignment(Role.UNDECIDED, Confidence.LOW, _RPC_CLIENT, question="Q_UDP_ROLE")
    if programs and not ephemeral and all(map(is_publisher, programs)):
        # A name alone opens nothing: whoever runs the program chooses it.
        reason = Reason("UDP_PUBLISHED", f"{text} is published for a container", "K7")
        return Assignment(
            Role.SERVER, Confidence.LOW, reason, exposed=True, question="Q_UDP_SERVER"
        )
    listed = context.services.is_listed(port, protocol.value)
    if (ephemeral or not listed) and programs and all(map(is_datagram_client, programs)):
        return _KNOWN_CLIENT
    if listed:
        # A client may get a listed port by chance, so within the range the list proves little.
        reason = Reason("UDP_LISTED", f"{text} is a listed service", "U8")
        confidence = Confidence.LOW if ephemeral else Confidence.MEDIUM
        return Assignment(Role.SERVER, confidence, reason, exposed=True, question="Q_UDP_SERVER")
    if port < SYSTEM:
        if reserved and context.host.programs_captured and not _have_owners(rows):
            return Assignment(Role.UNDECIDED, Confidence.LOW, _RPC_CLIENT, question="Q_UDP_ROLE")
        reason = Reason("UDP_UNLISTED_LOW", f"{text} is not listed, but a server's number", "U9")
        return Assignment(
            Role.SERVER, Confidence.LOW, reason, exposed=True, question="Q_UDP_SERVER"
        )
    if ephemeral:
        return _CLIENT_PORT
    reason = Reason("UDP_UNCONVINCED", f"{text} is not listed and above 1023: default DROP", "U11")
    return Assignment(Role.CLIENT, Confidence.LOW, reason, question="Q_UDP_ROLE")


def _have_owners(rows: Iterable[Row]) -> bool:
    """Tell whether any program holds a port; the kernel's own sockets show none."""
    return any(row.socket.process is not None for row in rows)


_FIRST_RESERVED = 600
"""The first port that bindresvport(3) takes."""
_LOOPBACK_ONLY = Reason("LOOPBACK_ONLY", "only reachable from this machine", "U4")
_RPC_CLIENT = Reason(
    "UDP_RPC_CLIENT", "a reserved port that RPC clients and the kernel take to query from", "U9"
)
_LOOPBACK_CLIENT = Assignment(
    Role.LOCAL,
    Confidence.CERTAIN,
    Reason("LOOPBACK_CLIENT", "a client's port, only reachable from this machine", "U4"),
    by_chance=True,
)
_KNOWN_CLIENT = Assignment(
    Role.CLIENT,
    Confidence.MEDIUM,
    Reason("UDP_KNOWN_CLIENT", "a further port of a program that is known to query from one", "U7"),
    by_chance=True,
)
_CLIENT_PORT = Assignment(
    Role.CLIENT,
    Confidence.MEDIUM,
    Reason(
        "UDP_UNLISTED_HIGH", "not listed, and a port that clients get: used to query others", "U10"
    ),
    by_chance=True,
    question="Q_UDP_OUT",
)
