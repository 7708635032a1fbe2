"""Flows as packets: the bytes that a flow of the model would be on the wire.

Checksums and the number that tells packets apart are the sender's, `netns_agent.seal`.
"""

from __future__ import annotations

import struct

from netstat_fw.ruleset import ConnectionState, Direction, Flow, Protocol

SYN, ACK, FIN = 2, 16, 1
FLAGS = {ConnectionState.ESTABLISHED: ACK, ConnectionState.INVALID: FIN}
"""Flags by which a TCP segment gets the state, where there is a connection for the first."""
ERRORS = {4: (3, 11, 12), 6: (1, 2, 3, 4)}
"""ICMP types that quote the packet that went wrong (RFC 792, RFC 4443 3)."""
PORT_PLACE = 2
"""Where the destination port begins in the header after IP's."""
HEADER_LENGTH = {4: 20, 6: 40}


def packet(flow: Flow, quoted: bytes = b"") -> bytes:
    """Write a flow as an IP packet, without checksums.

    Args:
        flow: a flow; its state chooses the flags of a TCP segment.
        quoted: what an ICMP error says about which packet it is.
    """
    ends = (flow.local_address, flow.local_port), (flow.remote_address, flow.remote_port)
    source, destination = ends if flow.direction is Direction.OUTGOING else ends[::-1]
    payload = _payload(flow, source[1] or 0, destination[1] or 0) + quoted
    addresses = source[0].packed + destination[0].packed
    hop_limit = 64 if flow.hop_limit is None else flow.hop_limit
    number = flow.protocol.number
    if source[0].version == 4:
        length = HEADER_LENGTH[4] + len(payload)
        head = struct.pack("!BBHHHBBH", 0x45, 0, length, 0, 0, hop_limit, number, 0)
    else:
        head = struct.pack("!IHBB", 6 << 28, len(payload), number, hop_limit)
    return head + addresses + payload


def _payload(flow: Flow, sport: int, dport: int) -> bytes:
    if flow.protocol is Protocol.TCP:
        flags = FLAGS.get(flow.state, SYN)
        return struct.pack("!HHIIBBHHH", sport, dport, 1, flags & ACK, 80, flags, 512, 0, 0)
    if flow.protocol is Protocol.UDP:
        return struct.pack("!HHHH", sport, dport, 8, 0)
    if flow.icmp_type is not None:
        return struct.pack("!BBHHH", flow.icmp_type, 0, 0, 1, 1)
    return struct.pack("!HH12x", sport, dport)
