"""Hazards: what is dangerous about what the capture shows.

They advise. Only a critical hazard of an exposure may change a rule, and that is the policy's
business; everything it needs for it is in the exposure.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from netstat_fw.analyzers.citation import unite
from netstat_fw.analyzers.containers import (
    is_firewall_manager,
    is_node_port,
    is_publisher,
)
from netstat_fw.analyzers.ends import Reach
from netstat_fw.analyzers.findings import Basis, Hazard, Risk, Scope, Stance
from netstat_fw.analyzers.hazard_ports import ADMIN, PORT_HAZARDS
from netstat_fw.analyzers.programs import is_rpc_program
from netstat_fw.records import Dialect, Family, Protocol, State

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from netstat_fw.analyzers.findings import Exposure
    from netstat_fw.analyzers.host import Context
    from netstat_fw.analyzers.rows import Row, Survey


def find_hazards(
    exposures: Sequence[Exposure], rows: Survey, context: Context
) -> tuple[Hazard, ...]:
    """Find the dangers, worst first; those of exposures stand in their order.

    Args:
        exposures: all exposures, sorted.
        rows: all sockets.
        context: the host.
    """
    open_ones = [
        each
        for each in exposures
        if each.scope is not Scope.LOOPBACK and each.basis is not Basis.COMPANION
    ]
    found = [
        *(hazard for each in open_ones for hazard in _of_exposure(each, rows.programs)),
        *_of_exposures(open_ones),
        *_of_rows(rows, context),
        *_of_rpc(open_ones, rows, context),
    ]
    return tuple(sorted(found, key=lambda hazard: _ORDER.index(hazard.risk)))


def _of_exposure(exposure: Exposure, programs: Collection[str]) -> Iterator[Hazard]:
    known = PORT_HAZARDS.get((exposure.protocol, exposure.port))
    if known is not None and exposure.port_end is None:
        yield _about(exposure, known.code, known.risk, known.advice)
    if exposure.admin and known is not ADMIN and exposure.basis is Basis.LISTENER:
        yield _about(exposure, ADMIN.code, ADMIN.risk, ADMIN.advice)
    published = any(map(is_publisher, exposure.programs))
    if published or is_node_port(exposure, programs):
        yield _about(
            exposure,
            "HAZARD_CONTAINER_PUBLISHED",
            Risk.WARNING,
            "a container's port: packets to it are forwarded, so only rules in the forwarding path"
            " (DOCKER-USER) or a bind to 127.0.0.1 keep it in",
        )


def _of_exposures(exposures: Sequence[Exposure]) -> Iterator[Hazard]:
    """Find the dangers that the exposures make together."""
    opened = [each for each in exposures if each.stance is Stance.OPEN]
    ports = {(each.protocol, each.port): each for each in opened}
    plain = ports.get((Protocol.TCP, 80))
    if plain is not None and (Protocol.TCP, 443) not in ports:
        yield _about(plain, "HAZARD_CLEARTEXT_WEB", Risk.WARNING, "add HTTPS on tcp/443 beside it")
    groups = [each for each in opened if each.scope is Scope.GROUP]
    if groups:
        yield Hazard(
            "MULTICAST_REPLIES",
            Risk.INFO,
            "replies to multicast queries come from other addresses than were asked, so connection"
            " tracking drops them: discovery from this machine stays incomplete",
            evidence=groups[0].evidence,
        )
    dhcp = [each for each in opened if each.remote_port in _DHCP_SERVERS]
    if dhcp:
        yield Hazard(
            "DYNAMIC_ADDRESS",
            Risk.INFO,
            "the address comes from DHCP, which is rare for a server: rules with this machine's"
            " address in them would break",
            evidence=dhcp[0].evidence,
        )
    modern = [each for each in opened if Family.IPV6 in each.families]
    if modern:
        yield Hazard(
            "IPV6_PARALLEL",
            Risk.INFO,
            "services answer on IPv6 as well: a firewall that does not filter IPv6 leaves them"
            " open, and then IPv6 is better turned off",
            evidence=unite(line for each in modern for line in each.evidence),
        )


def _of_rows(rows: Survey, context: Context) -> Iterator[Hazard]:
    """Find the dangers that single sockets show."""
    known = {name for name in rows.programs if is_firewall_manager(name)}
    managers = [row for row in rows.everything if row.program in known] if known else []
    if managers:
        yield Hazard(
            "FIREWALL_MANAGER",
            Risk.WARNING,
            "programs here keep firewall rules of their own: load a ruleset beside theirs, never"
            " one that flushes all tables",
            evidence=context.cite(managers),
        )
    asking = [row for row in rows.streams if row.socket.state is State.SYN_RECEIVED]
    if len({row.remote.key for row in asking}) >= _MANY:
        yield Hazard(
            "SYN_FLOOD",
            Risk.WARNING,
            "very many peers are asking for connections at once: this may be a SYN flood",
            evidence=context.cite(asking),
        )
    waiting = [row for row in rows.streams if row.socket.state is State.CLOSE_WAIT]
    if len({(row.local.port, row.remote.key, row.remote.port) for row in waiting}) >= _MANY:
        yield Hazard(
            "CLOSE_WAIT_PILE",
            Risk.INFO,
            "very many connections wait for a program here to close them: it may leak sockets",
            evidence=context.cite(waiting),
        )


def _of_rpc(exposures: Sequence[Exposure], rows: Survey, context: Context) -> Iterator[Hazard]:
    """Find the ports of RPC services, which another start moves elsewhere."""
    if context.host.dialect is Dialect.WINDOWS:
        moving = unite(line for each in exposures if each.port_end for line in each.evidence)
    elif any(each.port in _RPC for each in exposures):
        moving = context.cite(row for row in _servers(rows) if _is_moving(row, context))
    else:
        return
    if moving:
        yield Hazard(
            "DYNAMIC_RPC",
            Risk.WARNING,
            "RPC services such as these get other ports at every start: give them fixed ones, or a"
            " rule by program where the firewall knows programs, before rules name their ports",
            evidence=moving,
        )


def _servers(rows: Survey) -> Iterator[Row]:
    yield from rows.listeners
    yield from (row for row in rows.datagrams if row.remote.port is None)


def _is_moving(row: Row, context: Context) -> bool:
    """Tell a port that the port mapper keeps; without a name, by what is left over for it."""
    port = row.local.port
    if port is None or port in _RPC or row.local.reach is Reach.LOOPBACK:
        return False
    if row.program is not None:
        return is_rpc_program(row.program)
    if row.socket.protocol is not Protocol.TCP:
        # Clients' datagram sockets look the same.
        return False
    return context.is_ephemeral(port) or (
        port in _RESERVED and not context.services.is_listed(port, "tcp")
    )


def _about(exposure: Exposure, code: str, risk: Risk, advice: str) -> Hazard:
    return Hazard(code, risk, advice, exposure, exposure.evidence)


_RPC = frozenset({111, 2049})
"""The port mapper and NFS, which stay where they are."""
_RESERVED = range(600, 1024)
"""What bindresvport(3) takes from."""
_MANY = 100
"""So many peers at once are no longer the usual coming and going."""
_DHCP_SERVERS = frozenset({67, 547})
_ORDER = (Risk.CRITICAL, Risk.WARNING, Risk.INFO)
