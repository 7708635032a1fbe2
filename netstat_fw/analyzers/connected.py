"""Connected: datagram sockets with a peer; rows U1 to U3 of table U.

A peer is the clearest evidence that UDP can give. The host's own unconnected sockets come first, as
its listeners do for TCP; then the kinds of the two ports.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from netstat_fw.analyzers.assignment import Assignment
from netstat_fw.analyzers.conclusions import NAMED, T1, UNREADABLE, Conclusion, Way
from netstat_fw.analyzers.ends import Reach
from netstat_fw.analyzers.findings import Fate, Role
from netstat_fw.analyzers.host import PEERS_EPHEMERAL
from netstat_fw.analyzers.roles import PORT_ROLES
from netstat_fw.analyzers.rows import holder
from netstat_fw.analyzers.verdicts import Verdict
from netstat_fw.analyzers.wording import port_text
from netstat_fw.evidence import Confidence, Reason

if TYPE_CHECKING:
    from netstat_fw.analyzers.flows import Flows
    from netstat_fw.analyzers.host import Context
    from netstat_fw.analyzers.rows import Row
    from netstat_fw.analyzers.traffic import Traffic


def has_peer(row: Row) -> bool:
    """Tell a connected socket: Linux adds ESTABLISHED, BSD and Windows show the peer alone."""
    return row.remote.reach is not Reach.WILDCARD or row.remote.port is not None


def direct(  # noqa: PLR0911 - one return for each row of the table
    row: Row, context: Context, *, served: bool
) -> Conclusion:
    """Find the direction of a connected datagram socket.

    Args:
        row: the socket.
        context: the host.
        served: an exposure of this host covers the local end.
    """
    if row.local.reach is Reach.LOOPBACK or row.remote.reach is Reach.LOOPBACK:
        return T1
    if row.remote.key in context.own:
        return T1
    local, remote = row.local.port, row.remote.port
    if local is None or remote is None:
        return NAMED if row.local.service or row.remote.service else UNREADABLE
    if context.is_ephemeral(local) and not served:
        return U1
    role = PORT_ROLES.get(local)
    in_groups = role is not None and bool(role.groups)
    if local == remote:
        return U2_SHUT if in_groups else U2
    protocol = row.socket.protocol.value
    to_server = context.is_peers_server_port(remote, protocol) or remote in PORT_ROLES
    if served:
        return U3
    if context.is_server_port(local, protocol) or role is not None:
        if to_server:
            return U1_FIXED
        return U3_GROUP if in_groups else U3_ALONE
    return U1_FIXED if to_server else U_ASK


def keep_shut(direction: Conclusion) -> Conclusion:
    """Return what a direction becomes on a port that is bound to loopback alone otherwise.

    Such a port is shut; a connected socket beside it does not open it.
    """
    return {U2: U2_SHUT, U3_ALONE: U3_SHUT, U3_GROUP: U3_SHUT}.get(direction, direction)


def file_connected(  # noqa: PLR0911 - one return for each direction
    row: Row, direction: Conclusion, traffic: Traffic | None, flows: Flows
) -> Verdict:
    """File a connected socket with a local port by its direction.

    Args:
        row: the socket.
        direction: what `direct` found.
        traffic: that of the exposure that covers the local end, if there is one.
        flows: where everything else is filed.
    """
    protocol, local, remote = row.socket.protocol, row.local.port, row.remote.port
    way = direction.way
    if way is Way.LOCAL:
        return _LOCAL
    if way is Way.COVERED and traffic is not None:
        return traffic.take(row, direction, Fate.COVERED)
    if way is Way.IN and local is not None:
        return flows.into(row, local).take(row, direction, Fate.FINDING)
    if way is Way.BOTH and local is not None:
        arriving = flows.into(row, local) if traffic is None else traffic
        arriving.take(row, direction, Fate.COVERED)
    if way is not Way.ASK and remote is not None:
        # A port that has a role of its own is none that a client got by chance.
        if remote in PORT_ROLES or remote not in PEERS_EPHEMERAL:
            return flows.out_to(protocol, remote).take(row, direction, Fate.FINDING)
        return flows.ask("Q_EPHEMERAL_PEER", holder(row)).take(row, direction, Fate.QUESTION)
    if local is None or remote is None:
        return flows.ask_port(row).take(row, direction, Fate.QUESTION)
    asked = flows.ask("Q_DIRECTION", port_text(protocol, local))
    return asked.take(row, direction, Fate.QUESTION)


def _direction(way: Way, confidence: Confidence, row: str, code: str, sentence: str) -> Conclusion:
    return Conclusion(way, confidence, (Reason(code, sentence, row),))


U1 = _direction(
    Way.OUT,
    Confidence.HIGH,
    "U1",
    "UDP_CONNECTED_CLIENT",
    "a client's port that is connected to one peer",
)
U1_FIXED = _direction(
    Way.OUT,
    Confidence.MEDIUM,
    "U1",
    "UDP_CONNECTED_FIXED",
    "connected to one peer on a server's port, from a port that is fixed as well",
)
U2 = _direction(
    Way.BOTH,
    Confidence.HIGH,
    "U2",
    "UDP_SAME_PORT",
    "connected from a port to the same port: either side may begin",
)
_CONNECTED_SERVER = "a server's socket, connected to one of its clients"
U2_SHUT = Conclusion(Way.OUT, U2.confidence, U2.reasons)
U3 = _direction(Way.COVERED, Confidence.MEDIUM, "U3", "UDP_CONNECTED_SERVER", _CONNECTED_SERVER)
U3_ALONE = _direction(Way.IN, Confidence.MEDIUM, "U3", "UDP_CONNECTED_SERVER", _CONNECTED_SERVER)
# Where the port is for groups, one peer more is a weak reason to open it to everybody.
U3_GROUP = _direction(Way.IN, Confidence.LOW, "U3", "UDP_CONNECTED_SERVER", _CONNECTED_SERVER)
U3_SHUT = _direction(Way.ASK, Confidence.UNDECIDED, "U3", "UDP_CONNECTED_SERVER", _CONNECTED_SERVER)
U_ASK = _direction(
    Way.ASK,
    Confidence.UNDECIDED,
    "U3",
    "UDP_AMBIGUOUS",
    "connected, but nothing tells which side is the server",
)
_LOCAL = Verdict(Fate.LOCAL, T1.reasons[0])
_ROLES = {
    Way.OUT: Role.CLIENT,
    Way.BOTH: Role.BOTH,
    Way.IN: Role.SERVER,
    Way.ASK: Role.UNDECIDED,
    Way.LOCAL: Role.LOCAL,
}
# What sockets are for that stand for themselves.
ASSIGNMENTS = {
    each: Assignment(_ROLES[each.way], each.confidence, each.reasons[0])
    for each in (
        T1,
        NAMED,
        UNREADABLE,
        U1,
        U1_FIXED,
        U2,
        U2_SHUT,
        U3_ALONE,
        U3_GROUP,
        U3_SHUT,
        U_ASK,
    )
}
