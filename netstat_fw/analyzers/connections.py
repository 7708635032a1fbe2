"""Connections: stream sockets that are no listeners, filed by what they speak for.

Rows that came in join the exposure that covers them; rows that went out are grouped by where they
went; the rest become questions. No finding ever stands on a port that a client got by chance.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from netstat_fw.analyzers.administration import is_admin, is_logged_in
from netstat_fw.analyzers.conclusions import SESSION, T5, T6, T8, Way
from netstat_fw.analyzers.direction import DirectionTable
from netstat_fw.analyzers.findings import Fate
from netstat_fw.analyzers.host import PEERS_EPHEMERAL
from netstat_fw.analyzers.rows import holder
from netstat_fw.analyzers.verdicts import Verdict
from netstat_fw.analyzers.wording import port_text

if TYPE_CHECKING:
    from collections.abc import Container, Sequence

    from netstat_fw.analyzers.conclusions import Conclusion
    from netstat_fw.analyzers.covers import Covers
    from netstat_fw.analyzers.flows import Flows, Port
    from netstat_fw.analyzers.host import Context
    from netstat_fw.analyzers.rows import Row
    from netstat_fw.analyzers.traffic import Traffic


def file_connections(
    rows: Sequence[Row], covers: Covers, shut: Container[Port], flows: Flows, context: Context
) -> None:
    """File the stream sockets that are no listeners.

    Args:
        rows: the sockets.
        covers: the exposures of the host's listeners, whose traffic grows.
        shut: the ports that listen on loopback alone; connections never open them.
        flows: where everything else is filed, and each row's verdict.
        context: the host.
    """
    directions = DirectionTable(rows, covers, context)
    plain: dict[int, Verdict] = {}
    for row in rows:
        direction, traffic = directions.of(row)
        way = direction.way
        if traffic is not None:
            verdict = traffic.take(row, direction, Fate.COVERED)
        elif way is Way.LOCAL or way is Way.NONE:
            if id(direction) not in plain:
                plain[id(direction)] = Verdict(_PLAIN[way], direction.reasons[0])
            verdict = plain[id(direction)]
        else:
            verdict = _file(row, direction, shut, flows)
        flows.verdicts[row.index] = verdict


def _file(row: Row, direction: Conclusion, shut: Container[Port], flows: Flows) -> Verdict:
    """File a row that came in without a listener, went out, or cannot be explained."""
    protocol, local, remote = row.socket.protocol, row.local.port, row.remote.port
    way = direction.way
    if local is not None and _is_session(row, local, direction) and (protocol, local) not in shut:
        return flows.anywhere_into(row, local).take(row, SESSION, Fate.FINDING)
    # Row T5 has looked at the remote port already, and most connections come by it.
    if way is Way.OUT and remote is not None and (direction is T5 or remote not in PEERS_EPHEMERAL):
        return flows.out_to(protocol, remote).take(row, direction, Fate.FINDING)
    if way is Way.IN and local is not None and (protocol, local) not in shut:
        return flows.into(row, local).take(row, direction, Fate.FINDING)
    if way is Way.BOTH and local is not None:
        if (protocol, local) not in shut:
            flows.into(row, local).take(row, direction, Fate.FINDING)
        return flows.out_to(protocol, local).take(row, direction, Fate.FINDING)
    return _asked(row, direction, flows).take(row, direction, Fate.QUESTION)


def _is_session(row: Row, port: int, direction: Conclusion) -> bool:
    """Tell whether an administrator is connected to a port whose listener was not captured.

    A client's port is never taken for one: ssh daemons also connect on behalf of who is connected.
    Who has not logged in yet is no administrator.
    """
    if direction is not T6 and direction is not T8:
        return False
    programs = () if row.program is None else (row.program,)
    return is_admin(row.socket.protocol, port, programs) and is_logged_in(row, named=bool(programs))


def _asked(row: Row, direction: Conclusion, flows: Flows) -> Traffic:
    """Choose the question and a subject for it that the next capture would give as well."""
    protocol, local, remote = row.socket.protocol, row.local.port, row.remote.port
    table_row = direction.reasons[0].row
    if direction.way is Way.OUT:
        return flows.ask("Q_EPHEMERAL_PEER", holder(row))
    if local is None or remote is None:
        return flows.ask_port(row)
    if direction.way is Way.IN or table_row == "T6":
        return flows.ask("Q_LISTENER_GONE", port_text(protocol, local))
    # Ports that two kernels chose are other ones in the next capture.
    if table_row == "T7" or (table_row == "T14" and min(local, remote) in PEERS_EPHEMERAL):
        return flows.ask("Q_DIRECTION", holder(row))
    port = remote if table_row == "T4b" else min(local, remote)
    return flows.ask("Q_DIRECTION", port_text(protocol, port))


_PLAIN = {Way.LOCAL: Fate.LOCAL, Way.NONE: Fate.EXCLUDED}
