"""Conclusion: who opened a stream connection; table T of the specification.

`DirectionTable.of` answers for one row by the first row of the table that matches. Its answers are
shared constants that remember nothing of the row. Every question it asks costs the same however
many rows there are; fans are counted once, and only if some row needs them.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from netstat_fw.analyzers.conclusions import (
    FANNED_IN,
    FANNED_OUT,
    HINTED_IN,
    HINTED_OUT,
    NAMED,
    NO_CONNECTION,
    T1,
    T2,
    T3,
    T4,
    T4B,
    T5,
    T6,
    T7,
    T8,
    T8_BOTH,
    T9_IN,
    T9_OUT,
    T10_BOTH,
    T10_IN,
    T10_OUT,
    T11_IN,
    T11_OUT,
    T14,
    UNREADABLE,
    Conclusion,
    Way,
)
from netstat_fw.analyzers.ends import Reach
from netstat_fw.analyzers.fans import FAN_IN, FAN_OUT, Fans
from netstat_fw.analyzers.host import PEERS_EPHEMERAL, SYSTEM
from netstat_fw.analyzers.programs import is_client, is_daemon
from netstat_fw.evidence import Confidence, Reason
from netstat_fw.records import State

if TYPE_CHECKING:
    from collections.abc import Sequence

    from netstat_fw.analyzers.covers import Cover, Covers
    from netstat_fw.analyzers.host import Context
    from netstat_fw.analyzers.rows import Row
    from netstat_fw.analyzers.traffic import Traffic
    from netstat_fw.records import Protocol, Socket


class DirectionTable:
    """The table, ready to be asked about the rows of one capture."""

    def __init__(self, rows: Sequence[Row], covers: Covers, context: Context) -> None:
        self._rows = rows
        self._covers = covers
        self._context = context
        self._own = context.own
        self._low, self._high = context.host.ephemeral.low, context.host.ephemeral.high
        self._strengthened: dict[tuple[Conclusion | None, Reason], Conclusion] = {}
        # Rows of a protocol stand together: its covers, and the traffic of local ends by identity
        # that are on a listener's port which no client gets.
        self._protocol: Protocol | None = None
        self._ports: dict[int | None, Cover] = {}
        self._served: dict[int, Traffic] = {}

    @cached_property
    def _fans(self) -> Fans:
        return Fans.among(row for row in self._rows if not self._is_local(row))

    def of(  # noqa: PLR0911 - one return for each row of the table
        self, row: Row
    ) -> tuple[Conclusion, Traffic | None]:
        """Answer for one row; with the traffic of the exposure that covers it, if one does."""
        state, local = row.socket.state, row.local
        if row.socket.protocol is not self._protocol:
            self._protocol = row.socket.protocol
            self._ports, self._served = self._covers[self._protocol], {}
        # By identity, because members of an enumeration are slow to hash.
        if state is State.CLOSED or state is State.BOUND or state is State.UNKNOWN:
            return NO_CONNECTION, None
        if self._is_local(row):
            return T1, None
        if state is State.SYN_SENT:
            return (self._unreadable(row) if row.remote.port is None else T2), None
        traffic = self._served.get(id(local))
        if traffic is not None and state is not State.SYN_RECEIVED:
            return T4, traffic
        cover = self._ports.get(local.port)
        traffic = None if cover is None else cover.find(local)
        if state is State.SYN_RECEIVED:
            if traffic is None and local.port is None:
                return self._unreadable(row), None
            return T3, traffic
        if traffic is None:
            return self._by_ports(row), None
        if local.port is not None and self._is_ephemeral(local.port):
            return (T4B, None) if self._may_be_outgoing(row) else (T4, traffic)
        self._served[id(local)] = traffic
        return T4, traffic

    def _is_local(self, row: Row) -> bool:
        remote = row.remote
        if remote.key in self._own or remote.reach is Reach.LOOPBACK:
            return True
        if row.local.reach is Reach.LOOPBACK:
            return True
        return remote.reach is Reach.UNNAMED and _is_one_name(row.socket)

    def _is_ephemeral(self, port: int) -> bool:
        return self._low <= port <= self._high

    @staticmethod
    def _unreadable(row: Row) -> Conclusion:
        named = row.local.service or row.remote.service
        return UNREADABLE if named is None else NAMED

    def _may_be_outgoing(self, row: Row) -> bool:
        """Tell whether a listener's port, which clients get as well, may be one's here (T4b)."""
        remote = row.remote.port
        if remote is None:
            return False
        return self._context.is_peers_server_port(remote, row.socket.protocol.value)

    def _by_ports(self, row: Row) -> Conclusion:
        local, remote = row.local.port, row.remote.port
        if local is None or remote is None:
            return self._unreadable(row)
        if not self._context.host.listeners_captured:
            return self._without_listeners(row, local, remote)
        from_client_port = self._low <= local <= self._high
        to_client_port = remote in PEERS_EPHEMERAL
        if from_client_port and not to_client_port:
            return T5
        if from_client_port:
            return self._hinted(T7, row)
        if to_client_port:
            return T6
        return T8_BOTH if local == remote else T8

    def _without_listeners(self, row: Row, local: int, remote: int) -> Conclusion:
        """Answer by T9 to T14."""
        protocol = row.socket.protocol.value
        base = self._by_lists(
            local,
            remote,
            local_listed=self._context.is_server_port(local, protocol),
            remote_listed=self._context.is_peers_server_port(remote, protocol),
        )
        fan = self._fans.of(row)
        if base is None:
            if fan is not None:
                return FANNED_IN if fan is FAN_IN else FANNED_OUT
            if row.program is not None and is_client(row.program):
                return HINTED_OUT
            if row.program is not None and is_daemon(row.program):
                return HINTED_IN
            return T14
        if (base.way is Way.IN and fan is FAN_IN) or (base.way is Way.OUT and fan is FAN_OUT):
            return self._strengthen(base, fan)
        return base

    def _by_lists(
        self, local: int, remote: int, *, local_listed: bool, remote_listed: bool
    ) -> Conclusion | None:
        if local_listed != remote_listed:
            return T9_IN if local_listed else T9_OUT
        if local_listed:
            return _both_listed(local, remote)
        from_client_port = self._is_ephemeral(local)
        if from_client_port != (remote in PEERS_EPHEMERAL):
            return T11_OUT if from_client_port else T11_IN
        return None

    def _hinted(self, base: Conclusion, row: Row) -> Conclusion:
        """Say which way a fan or the program points, without deciding."""
        fan = self._fans.of(row)
        if fan is not None:
            return self._strengthen(base, fan)
        if row.program is not None and (is_client(row.program) or is_daemon(row.program)):
            hint = HINTED_OUT if is_client(row.program) else HINTED_IN
            return self._strengthen(base, hint.reasons[0])
        return base

    def _strengthen(self, base: Conclusion, reason: Reason) -> Conclusion:
        key = base, reason
        if key not in self._strengthened:
            confidence = _NEXT.get(base.confidence, base.confidence)
            self._strengthened[key] = Conclusion(base.way, confidence, (*base.reasons, reason))
        return self._strengthened[key]


def _is_one_name(ends: Socket) -> bool:
    """Tell whether both ends are the same host by name; what is left of cut ones may differ."""
    return ends.remote.host == ends.local.host and not ends.remote.truncated


def _both_listed(local: int, remote: int) -> Conclusion | None:
    """Answer by T10: equal ports, then a port that RPC clients reserve, then system ports."""
    if local == remote:
        return T10_BOTH
    if all(port < SYSTEM or port == _NFS for port in (local, remote)):
        from_reserved = _is_reserved(local)
        if from_reserved != _is_reserved(remote):
            return T10_OUT if from_reserved else T10_IN
    if (local < SYSTEM) != (remote < SYSTEM):
        return T10_IN if local < SYSTEM else T10_OUT
    return None


def _is_reserved(port: int) -> bool:
    """Tell whether rresvport(3) hands out the port to clients of the superuser."""
    return SYSTEM // 2 <= port < SYSTEM


_NFS = 2049
_NEXT = {Confidence.LOW: Confidence.MEDIUM, Confidence.MEDIUM: Confidence.HIGH}
