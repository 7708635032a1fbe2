"""A helper that runs inside a network namespace and answers one JSON command per line.

It holds servers, asks others, and sends and hears single packets, with nothing but the standard
library. Results are words: ``open``, ``refused``, ``silent`` (nothing came back in time) and
``forbidden`` (the kernel refused to send, as it does for a packet that the output chain drops).
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import shutil
import socket
import struct
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator

Command: TypeAlias = dict[str, Any]

PATIENCE = 0.5
FAMILIES = {4: socket.AF_INET, 6: socket.AF_INET6}
KINDS = {"tcp": socket.SOCK_STREAM, "udp": socket.SOCK_DGRAM}
ECHO = {4: (8, 0, socket.IPPROTO_ICMP), 6: (128, 129, socket.IPPROTO_ICMPV6)}
PLACES = {4: slice(12, 16), 6: slice(8, 24)}
"""Where the source address is in an IP header; the destination's follows."""
CHECKSUM_PLACES = {1: 2, 6: 16, 17: 6, 58: 2}
"""Where a protocol's checksum is in its header."""
HEARD: list[str] = []
FIRST_MARK = 1 << 24
HOLDERS: list[subprocess.Popen[bytes]] = []
MEMBERS: list[socket.socket] = []


def serve(command: Command) -> str:
    """Answer on a port of the addresses, by default of all, and note what is heard."""
    for address in command.get("addresses", ("0.0.0.0", "::")):  # noqa: S104 - of a namespace
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        server = socket.socket(family, KINDS[command["protocol"]])
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            server.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        server.bind((address, command["port"]))
        answer = _greet if command["protocol"] == "tcp" else _echo
        if command["protocol"] == "tcp":
            server.listen(50)
        threading.Thread(target=answer, args=(server,), daemon=True).start()
    return "served"


def _greet(server: socket.socket) -> None:
    while True:
        peer, _ = server.accept()
        with peer, contextlib.suppress(OSError):
            peer.sendall(b"hello")


def _echo(server: socket.socket) -> None:
    while True:
        data, peer = server.recvfrom(2000)
        HEARD.append(data.decode("ascii", "replace"))
        with contextlib.suppress(OSError):
            server.sendto(data, peer)


def ask(command: Command) -> str:
    """Ask one question and say how it ended.

    An answer begins with ``expect`` after ``say`` was said; both have one character for each byte.
    """
    asks = {"tcp": _ask_tcp, "udp": _ask_udp, "ping": _ask_ping}
    try:
        return asks[command["protocol"]](FAMILIES[command["family"]], command)
    except TimeoutError:
        return "silent"
    except ConnectionRefusedError:
        return "refused"
    except OSError as error:
        if error.errno in {errno.EPERM, errno.EACCES}:
            return "forbidden"
        if error.errno in {errno.EHOSTUNREACH, errno.ENETUNREACH}:
            return "silent"
        raise


def _ask_tcp(family: socket.AddressFamily, command: Command) -> str:
    with socket.socket(family, socket.SOCK_STREAM) as client:
        client.settimeout(PATIENCE)
        client.connect((command["address"], command["port"]))
        client.sendall(command.get("say", "").encode("latin-1"))
        expected = command.get("expect", "hello").encode("latin-1")
        return "open" if client.recv(100).startswith(expected) else "refused"


def _ask_udp(family: socket.AddressFamily, command: Command) -> str:
    with socket.socket(family, socket.SOCK_DGRAM) as client:
        client.settimeout(PATIENCE)
        client.connect((command["address"], command["port"]))
        question: str = command.get("say", "question")
        client.send(question.encode("latin-1"))
        expected: str = command.get("expect", question)
        answered = client.recv(100).startswith(expected.encode("latin-1"))
        return "open" if answered else "refused"


def _ask_ping(family: socket.AddressFamily, command: Command) -> str:
    request, reply, protocol = ECHO[command["family"]]
    identifier = threading.get_native_id() & 0xFFFF
    packet = struct.pack("!BBHHH", request, 0, 0, identifier, 1)
    packet = struct.pack("!BBHHH", request, 0, checksum(packet), identifier, 1)
    with socket.socket(family, socket.SOCK_RAW, protocol) as client:
        client.sendto(packet, (command["address"], 0))
        deadline = time.monotonic() + PATIENCE
        while (left := deadline - time.monotonic()) > 0:
            client.settimeout(left)
            data = client.recv(2000)
            # An IPv4 raw socket shows the IP header, an IPv6 one does not.
            message = data[(data[0] & 15) * 4 :] if command["family"] == 4 else data
            if message[0] == reply and message[4:6] == packet[4:6]:
                return "open"
    return "silent"


def checksum(data: bytes) -> int:
    """Compute the Internet checksum (RFC 1071)."""
    padded = data + b"\0" * (len(data) % 2)
    total: int = sum(struct.unpack(f"!{len(padded) // 2}H", padded))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def hold(command: Command) -> str:
    """Let a program of any name hold a socket: listening, or connected to ``to``."""
    family = socket.AF_INET6 if ":" in command["address"] else socket.AF_INET
    with socket.socket(family, KINDS[command["protocol"]]) as held:
        held.bind((command["address"], command["port"]))
        if "to" in command:
            held.connect(tuple(command["to"]))
        elif command["protocol"] == "tcp":
            held.listen()
        # ``sleep`` does nothing with it; its first argument is what netstat calls a program.
        HOLDERS.append(
            subprocess.Popen(
                (os.fsencode(command["name"]), "600"),
                executable=shutil.which("sleep"),
                pass_fds=[held.fileno()],
            )
        )
    return "held"


def release(_command: Command) -> str:
    """End every program that holds a socket."""
    for holder in HOLDERS:
        holder.terminate()
        holder.wait()
    HOLDERS.clear()
    return "released"


def ask_all(command: Command) -> list[str]:
    """Ask many questions at once, so that those without an answer cost their patience once."""
    with ThreadPoolExecutor(max_workers=64) as pool:
        return list(pool.map(ask, command["questions"]))


def forge(command: Command) -> str:
    """Send one IPv4 packet with addresses and header of choice, below every check of its own host.

    ``flags`` makes it a TCP segment with these flags, ``payload`` a UDP datagram.
    """
    addresses = socket.inet_aton(command["source"]) + socket.inet_aton(command["destination"])
    ports = struct.pack("!HH", command["from_port"], command["port"])
    if "flags" in command:
        number, place = socket.IPPROTO_TCP, 16
        segment = ports + struct.pack("!IIBBHHH", 1, 0, 80, command["flags"], 512, 0, 0)
    else:
        number, place = socket.IPPROTO_UDP, 6
        payload = command["payload"].encode()
        segment = ports + struct.pack("!HH", 8 + len(payload), 0) + payload
    pseudo = addresses + struct.pack("!HH", number, len(segment))
    segment = _put(segment, place, checksum(pseudo + segment))
    head = struct.pack("!BBHHHBBH", 69, 0, 20 + len(segment), 1, 0, 64, number, 0) + addresses
    ethernet = bytes.fromhex(command["to"].replace(":", "")) + bytes(6) + b"\x08\x00"
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as link:
        link.bind((command["interface"], 0))
        link.send(ethernet + _put(head, 10, checksum(head)) + segment)
    return "sent"


def _put(data: bytes, place: int, number: int) -> bytes:
    return data[:place] + struct.pack("!H", number) + data[place + 2 :]


def send(command: Command) -> str:
    """Send numbered IP packets.

    ``packets`` are sent as they are, numbered from 0. Or ``packet`` is sent with every port at the
    offset ``place``, numbered by the port. With ``interface``, packets go to the neighbour whose
    hardware address is ``to``, below every check of this host; otherwise as this host's own, with
    the number plus `FIRST_MARK` as their mark.
    """
    if "packets" in command:
        texts = enumerate(command["packets"])
        sealed = iter([seal(bytes.fromhex(text), number) for number, text in texts])
    else:
        sealed = with_every_port(bytes.fromhex(command["packet"]), command["place"])
    if "interface" in command:
        _send_frames(sealed, command["interface"], bytes.fromhex(command["to"].replace(":", "")))
    else:
        _send_packets(sealed)
    return "sent"


def with_every_port(packet: bytes, place: int) -> Iterator[bytes]:
    """Seal a TCP or UDP packet with every port as its number; ten times as fast as `seal`.

    The Internet checksum is a sum modulo 65,535 (RFC 1071), so that each differs by the port.
    """
    sealed = bytearray(seal(_put(packet, place, 0), 0))
    put, version = struct.Struct("!H").pack_into, packet[0] >> 4
    start = 20 if version == 4 else 40
    sum_place = start + CHECKSUM_PLACES[packet[9 if version == 4 else 6]]
    (head,) = struct.unpack_from("!H", sealed, 10)
    (whole,) = struct.unpack_from("!H", sealed, sum_place)
    for port in range(65536):
        put(sealed, place, port)
        put(sealed, sum_place, (whole - port) % 65535 or 65535)
        if version == 4:
            put(sealed, 4, port)
            put(sealed, 10, (head - port) % 65535)
        else:
            put(sealed, 2, port)
        yield bytes(sealed)


def _send_frames(packets: Iterator[bytes], interface: str, to: bytes) -> None:
    heads = {4: to + bytes(6) + b"\x08\x00", 6: to + bytes(6) + b"\x86\xdd"}
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as link:
        link.bind((interface, 0))
        for packet in packets:
            frame = heads[packet[0] >> 4] + packet
            while not _is_taken(link, frame):
                time.sleep(0.001)


def _is_taken(link: socket.socket, frame: bytes) -> bool:
    """Send a frame, or say that the other end has not kept up yet."""
    try:
        link.send(frame)
    except OSError as error:
        if error.errno != errno.ENOBUFS:
            raise
        return False
    return True


def _send_packets(packets: Iterator[bytes]) -> None:
    names: dict[bytes, str] = {}
    with contextlib.ExitStack() as stack:
        ways = {
            version: stack.enter_context(socket.socket(family, socket.SOCK_RAW, socket.IPPROTO_RAW))
            for version, family in FAMILIES.items()
        }
        for mark, packet in enumerate(packets, FIRST_MARK):
            version = packet[0] >> 4
            place = PLACES[version]
            target = packet[place.stop : 2 * place.stop - place.start]
            to = names.get(target) or names.setdefault(
                target, socket.inet_ntop(FAMILIES[version], target)
            )
            ways[version].setsockopt(socket.SOL_SOCKET, socket.SO_MARK, mark)
            # What the output chain drops, the kernel refuses to send.
            with contextlib.suppress(PermissionError):
                ways[version].sendto(packet, (to, 0))


def seal(packet: bytes, number: int) -> bytes:
    """Write a number and the checksums into an IP packet: as its ID or its flow label."""
    version = packet[0] >> 4
    addresses = PLACES[version]
    if version == 4:
        packet = _put(_put(packet, 4, number), 10, 0)
        packet = _put(packet, 10, checksum(packet[:20]))
        protocol, start = packet[9], 20
    else:
        packet = struct.pack("!I", 6 << 28 | number) + packet[4:]
        protocol, start = packet[6], 40
    if protocol not in CHECKSUM_PLACES:
        return packet
    place = start + CHECKSUM_PLACES[protocol]
    payload = packet[start:]
    pseudo = packet[addresses.start : 2 * addresses.stop - addresses.start]
    pseudo += struct.pack("!HH", protocol, len(payload))
    covered = payload if protocol == socket.IPPROTO_ICMP else pseudo + payload
    return _put(packet, place, checksum(covered))


def hear_segments(_command: Command) -> str:
    """Note every TCP segment with neither SYN, ACK nor RST that the input chain lets through."""
    raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_TCP)

    def hear() -> None:
        while True:
            data = raw.recv(2000)
            flags = data[(data[0] & 15) * 4 + 13]
            if not flags & 0x16:
                HEARD.append(f"segment {flags}")

    threading.Thread(target=hear, daemon=True).start()
    return "hearing"


def hear_reports(command: Command) -> str:
    """Note every report of a multicast listener (RFC 3810 5.2, to ff02::16) on an interface."""
    raw = socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6)
    _join(raw, command["interface"], "ff02::16")

    def hear() -> None:
        while True:
            if raw.recv(2000)[0] == 143:
                HEARD.append("report")

    threading.Thread(target=hear, daemon=True).start()
    return "hearing"


def join(command: Command) -> str:
    """Become a listener of a multicast group, which the kernel reports to the link."""
    member = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
    _join(member, command["interface"], command["group"])
    MEMBERS.append(member)
    return "joined"


def _join(member: socket.socket, interface: str, group: str) -> None:
    index = struct.pack("@I", socket.if_nametoindex(interface))
    request = socket.inet_pton(socket.AF_INET6, group) + index
    member.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP, request)


def heard(_command: Command) -> list[str]:
    """Return what was heard since the last time, each thing once."""
    found = sorted(set(HEARD))
    HEARD.clear()
    return found


def main() -> None:
    """Answer commands until the input ends."""
    known = (serve, hold, release, ask_all, forge, send, hear_segments, hear_reports, join, heard)
    commands = {function.__name__: function for function in known}
    for line in sys.stdin:
        command = json.loads(line)
        print(json.dumps(commands[command.pop("do")](command)), flush=True)  # noqa: T201 - the answer
    release({})


if __name__ == "__main__":
    main()
