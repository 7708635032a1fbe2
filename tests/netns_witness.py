"""What the kernel itself does with packets: a table around a host's firewall that takes notes.

Packets carry numbers. Before the firewall, the witness notes the number and what connection
tracking makes of the packet; after it, which numbers have come through. Then it drops them, so that
nothing answers and no packet changes what the next one meets. What was dropped has come to nothing
at once: no verdict takes a wait.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import attrs
from netns_agent import FIRST_MARK
from netns_lab import HOST, PEER, Link
from wire import HEADER_LENGTH, PORT_PLACE, packet

from netstat_fw.ruleset import ConnectionState, Direction, Flow

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

DEVICE = "eth0"
"""The host's end of the link."""
NUMBERS = {
    (Direction.INCOMING, 4): "ip id",
    (Direction.INCOMING, 6): "ip6 flowlabel",
    (Direction.OUTGOING, 4): "meta mark",
    (Direction.OUTGOING, 6): "meta mark",
}
"""Where the number of a packet is; a mark is the number plus `FIRST_MARK`.

The kernel's own packets have lesser marks, not only 0: what reports of multicast listeners have
there is the room behind the packet (``reserved_tailroom``, in the same place).
"""
HOOKS = {Direction.INCOMING: ("input", "iifname"), Direction.OUTGOING: ("output", "oifname")}
SIZE = 1 << 17


def _table(*, states: bool) -> str:
    """Write the table: connection tracking comes at -200, the witness at -190 and 1000.

    Args:
        states: note the state of each packet, or only count those that are new.
    """
    lines = ["table inet witness {"]
    for (direction, version), number in NUMBERS.items():
        name = f"{direction.value}{version}"
        flags = f"flags dynamic; size {SIZE};"
        lines += [
            f"set seen_{name} {{ typeof {number} . ct state; {flags} }}",
            f"set passed_{name} {{ typeof {number}; {flags} }}",
            f"counter new_{name} {{ }}",
        ]
    for direction, (hook, device) in HOOKS.items():
        for when, priority in (("seen", -190), ("passed", 1000)):
            lines += [
                f"chain {when}_{direction.value} {{",
                f"type filter hook {hook} priority {priority}; policy accept;",
            ]
            for version, protocol in ((4, "ipv4"), (6, "ipv6")):
                number = NUMBERS[direction, version]
                name = f"{direction.value}{version}"
                if when == "passed":
                    what = f"add @passed_{name} {{ {number} }}"
                elif states:
                    what = f"add @seen_{name} {{ {number} . ct state }}"
                else:
                    what = f"ct state new counter name new_{name}"
                own = f"meta mark >= {FIRST_MARK} " if number == "meta mark" else ""
                lines.append(f"{device} {DEVICE} {own}meta nfproto {protocol} {what}")
            lines += [f"{device} {DEVICE} drop"] if when == "passed" else []
            lines.append("}")
    return "\n".join([*lines, "}", ""])


def prepare(link: Link, local: Iterable[str]) -> None:
    """Make a link fit for packets with any address: the host has these, the neighbour the rest.

    The neighbour never answers, and neither end asks who has an address.
    """
    for address in local:
        bits = "128" if ":" in address else "32"
        link.host.space.run("ip", "address", "add", f"{address}/{bits}", "dev", DEVICE)
    for version in HOST:
        link.host.space.run(
            "ip", "neigh", "replace", PEER[version], "lladdr", link.peer_mac, "dev", DEVICE,
            "nud", "permanent",
        )  # fmt: skip
        link.host.space.run(
            "ip", f"-{version}", "route", "replace", "default", "via", PEER[version], "dev", DEVICE
        )
    silent = (
        "table inet silent { chain i { type filter hook input priority 0; policy drop; }; "
        "chain o { type filter hook output priority 0; policy drop; }; }"
    )
    link.peer.space.run("nft", "-f", "-", text=silent)


@attrs.frozen
class Fate:
    """What became of one packet; ``state`` is None for one that never met the firewall."""

    state: ConnectionState | None
    passed: bool


def fates(link: Link, flows: Sequence[Flow], packets: Sequence[bytes]) -> list[Fate]:
    """Send a packet for each flow and say what became of it.

    Args:
        link: with a firewall loaded into the host.
        flows: at most 65,536; of each, the direction and the family count.
        packets: what to send, one for each flow.
    """
    link.host.space.run("nft", "-f", "-", text=_table(states=True))
    chosen: dict[Direction, list[int]] = {direction: [] for direction in Direction}
    for number, flow in enumerate(flows):
        chosen[flow.direction].append(number)
    for direction, numbers in chosen.items():
        send(link, direction, packets=[packets[number].hex() for number in numbers])
    notes = _notes(link)
    found: dict[int, Fate] = {}
    for direction, numbers in chosen.items():
        for index, number in enumerate(numbers):
            note = notes[direction, flows[number].local_address.version]
            found[number] = Fate(note.states.get(index), index in note.passed)
    return [found[number] for number in range(len(flows))]


def open_ports(link: Link, flow: Flow) -> set[int]:
    """Send a packet to every destination port, and say which came through the firewall.

    Args:
        link: with a firewall loaded into the host.
        flow: a new one, of TCP or UDP; its destination port is no matter.
    """
    version = flow.local_address.version
    place = HEADER_LENGTH[version] + PORT_PLACE
    for _ in range(3):
        link.host.space.run("nft", "-f", "-", text=_table(states=False))
        send(link, flow.direction, packet=packet(flow).hex(), place=place)
        note = _notes(link)[flow.direction, version]
        # A machine that is busy may lose some of so many packets before they reach the firewall.
        if note.new == 65536:
            return note.passed
    raise AssertionError("packets were lost on the way")


def send(link: Link, direction: Direction, **what: object) -> None:
    """Send packets from the side where packets of this direction begin."""
    if direction is Direction.INCOMING:
        link.peer.do("send", interface="p0", to=link.host_mac, **what)
    else:
        link.host.do("send", **what)


@attrs.frozen
class _Note:
    """What the witness noted of one direction and family, by number."""

    states: dict[int, ConnectionState]
    new: int
    passed: set[int]


def _notes(link: Link) -> dict[tuple[Direction, int], _Note]:
    """Read the notes, and take the table away."""
    listing = json.loads(link.host.space.run("nft", "-j", "list", "table", "inet", "witness"))
    link.host.space.run("nft", "delete", "table", "inet", "witness")
    items: dict[str, Any] = {
        item[kind]["name"]: item[kind]
        for item in listing["nftables"]
        for kind in ("set", "counter")
        if kind in item
    }
    found = {}
    for direction, version in NUMBERS:
        less = FIRST_MARK if direction is Direction.OUTGOING else 0
        name = f"{direction.value}{version}"
        pairs = (element["concat"] for element in items[f"seen_{name}"].get("elem", ()))
        states = {number - less: ConnectionState(state) for number, state in pairs}
        passed = {number - less for number in items[f"passed_{name}"].get("elem", ())}
        found[direction, version] = _Note(states, items[f"new_{name}"]["packets"], passed)
    return found
