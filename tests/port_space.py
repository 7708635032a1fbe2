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
