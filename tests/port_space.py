"""The whole port space, by intervals: where a ruleset and a listing could change their minds.

Between two neighbouring edges every port meets the same rules, so one port of each interval stands
for all of it and 65,536 ports are compared by a few dozen.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import attrs

from netstat_fw.ruleset import Action, Direction, Flow, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from netstat_fw.ruleset import Ruleset

ADDRESSES = (("192.0.2.10", "198.51.100.20"), ("2001:db8::10", "2001:db8:1::20"))


def edges(ruleset: Ruleset) -> set[int]:
    """List the ports at which a rule of the ruleset begins or ceases to match."""
    found = {0}
    for rule in (*ruleset.incoming.rules, *ruleset.outgoing.rules):
        for ports in (rule.local_ports, rule.remote_ports):
            for first, last in ports.ranges if ports else ():
                found |= {first, last + 1}
    return found


def accepted_ports(ruleset: Ruleset, flow: Flow) -> set[int]:
    """List the destination ports at which the ruleset accepts the flow."""
    port = "local_port" if flow.direction is Direction.INCOMING else "remote_port"
    starts = [*sorted(edge for edge in edges(ruleset) if edge < 65536), 65536]
    found: set[int] = set()
    for start, end in itertools.pairwise(starts):
        varied = attrs.evolve(flow, **{port: start})  # type: ignore[arg-type] # a port by name
        if ruleset.decide(varied).action is Action.ACCEPT:
            found |= set(range(start, end))
    return found


def sweep(ruleset: Ruleset, more: Iterable[int] = ()) -> Iterator[Flow]:
    """Give a flow for every interval of ports, both directions, both families, TCP and UDP.

    Args:
        ruleset: gives edges.
        more: the edges of what the ruleset is compared with.
    """
    ports = sorted(edge for edge in edges(ruleset) | set(more) if edge < 65536)
    for direction in Direction:
        port = "local_port" if direction is Direction.INCOMING else "remote_port"
        for protocol in (Protocol.TCP, Protocol.UDP):
            for local, remote in ADDRESSES:
                flow = Flow(
                    direction=direction,
                    protocol=protocol,
                    local_address=local,
                    remote_address=remote,
                    local_port=68,
                    remote_port=67,
                    interface="eth7",
                )
                for number in ports:
                    yield attrs.evolve(flow, **{port: number})  # type: ignore[arg-type] # a port by name


def packet(
    direction: Direction, protocol: str, here: str, there: str, client_port: int = 40000
) -> Flow:
    """Make the first packet of a conversation, whose port of the service is still to be set."""
    incoming = direction is Direction.INCOMING
    return Flow(
        direction=direction,
        protocol=protocol,
        local_address=here,
        remote_address=there,
        local_port=None if incoming else client_port,
        remote_port=client_port if incoming else None,
        interface="eth0",
    )


def accepted(ruleset: Ruleset, flow: Flow, ports: Iterable[int]) -> set[int]:
    """Return those of the ports on which a flow to the service is accepted."""
    name = "local_port" if flow.direction is Direction.INCOMING else "remote_port"
    fields = {**attrs.asdict(flow, recurse=False), name: None}
    return {
        port
        for port in ports
        if ruleset.decide(Flow(**(fields | {name: port}))).action is Action.ACCEPT
    }


def swept(ruleset: Ruleset, flow: Flow, more: Iterable[int] = ()) -> set[int]:
    """Return all ports on which a flow is accepted, by one port of each interval."""
    starts = sorted({*edges(ruleset), *more, *(port + 1 for port in more)} - {65536})
    ends = [*starts[1:], 65536]
    taken = accepted(ruleset, flow, starts)
    return {
        p for low, high in zip(starts, ends, strict=True) if low in taken for p in range(low, high)
    }
