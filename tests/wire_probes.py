"""Packets for the kernel to judge, with the connections that make some of them known.

As in `ruleset_strategies`, values come from small pools, so that packets meet random rules.
"""

from __future__ import annotations

import random

import attrs
from netns_lab import HOST, PEER
from ruleset_strategies import PORTS
from wire import ERRORS, packet

from netstat_fw.ruleset import ConnectionState, Direction, Flow, Protocol

LOCAL = {
    4: (HOST[4], "192.0.2.7", "192.0.2.127", "198.51.100.1"),
    6: (HOST[6], "2001:db8::7", "2001:db8:0:1::1"),
}
REMOTE = {
    4: (PEER[4], "192.0.2.9", "192.0.2.128", "203.0.113.1"),
    6: (PEER[6], "2001:db8::8", "2001:db9::1", "2001:db8:0:1::2"),
}
TYPES = {4: (*range(10), 11, 12, 13), 6: (*range(1, 10), 128, 129, *range(133, 138), 143)}
REPLIES = {0: 8, 129: 128}
"""Types that answer another one, as far as connection tracking knows."""
OTHERS = {
    4: (Protocol.UDPLITE, Protocol.ESP, Protocol.IGMP, Protocol.SCTP),
    6: (Protocol.UDPLITE, Protocol.ESP, Protocol.SCTP),
}
STATES = (ConnectionState.NEW, ConnectionState.ESTABLISHED, ConnectionState.INVALID)
"""What a packet is made for; what it becomes, the kernel says."""


@attrs.frozen
class Probe:
    """A packet, the flow that it is, and the connection to be known before it is sent.

    ``connection`` is a line for ``conntrack --load-file``, empty for none.
    """

    flow: Flow
    packet: bytes
    connection: str = ""


def probes(seed: int, count: int, interface: str) -> list[Probe]:
    """Make packets of every kind."""
    chance = random.Random(seed)  # noqa: S311 - no secret
    return [_probe(chance, interface) for _ in range(count)]


def _probe(chance: random.Random, interface: str) -> Probe:
    version = chance.choice((4, 6))
    ping = Protocol.ICMP if version == 4 else Protocol.ICMPV6
    protocol = chance.choice((*[Protocol.TCP, Protocol.UDP, ping] * 3, *OTHERS[version]))
    with_type = protocol is ping
    flow = Flow(
        direction=chance.choice(tuple(Direction)),
        protocol=protocol,
        local_address=chance.choice(LOCAL[version]),
        remote_address=chance.choice(REMOTE[version]),
        local_port=_port(chance) if protocol.has_ports else None,
        remote_port=_port(chance) if protocol.has_ports else None,
        icmp_type=chance.choice(TYPES[version]) if with_type else None,
        interface=interface,
        state=chance.choice(STATES),
        hop_limit=chance.choice((64, 255)),
    )
    if with_type and flow.icmp_type in ERRORS[version]:
        return _error(flow)
    if flow.state is ConnectionState.ESTABLISHED:
        return Probe(flow, packet(flow), _connection(flow))
    return Probe(flow, packet(flow))


def _port(chance: random.Random) -> int:
    return min(chance.choice(PORTS) + chance.choice((0, 0, -1, 1)), 65535)


def _error(flow: Flow) -> Probe:
    """Let an ICMP error quote a datagram of the other way, of a known connection or of none."""
    back = Direction.INCOMING if flow.direction is Direction.OUTGOING else Direction.OUTGOING
    quoted = attrs.evolve(
        flow, direction=back, protocol=Protocol.UDP, icmp_type=None, local_port=22, remote_port=53
    )
    known = flow.state is ConnectionState.ESTABLISHED
    # The connection is the quoted datagram's own, so it is the answer that would be the reply.
    answer = attrs.evolve(quoted, direction=flow.direction)
    return Probe(flow, packet(flow, packet(quoted)), _connection(answer) if known else "")


def _connection(flow: Flow) -> str:
    """Write the connection of which the flow is the reply; empty where there is no such thing."""
    here, there = (flow.local_address, flow.local_port), (flow.remote_address, flow.remote_port)
    opened = (here, there) if flow.direction is Direction.INCOMING else (there, here)
    (source, sport), (destination, dport) = opened
    line = f"-A -t 300 -u SEEN_REPLY -s {source} -d {destination} -p"
    ports = f"--sport {sport} --dport {dport}"
    if flow.protocol is Protocol.TCP:
        return f"{line} tcp {ports} --state ESTABLISHED"
    if flow.protocol is Protocol.UDP:
        return f"{line} udp {ports}"
    if flow.icmp_type in REPLIES:
        name = flow.protocol.value
        return (
            f"{line} {name} --{name}-type {REPLIES[flow.icmp_type]} --{name}-code 0 --{name}-id 1"
        )
    return ""
