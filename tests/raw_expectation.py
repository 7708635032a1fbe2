"""Which ports should be open, read off captured lines by a second, much simpler mind.

For net-tools' ``netstat -anp`` of a Linux host and the balanced profile. It knows nothing of the
library and imports nothing of it: rows are split at blanks, and what they ask for is written down
as an administrator would say it. Only what the hosts of the fixtures run is known here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

NAMES = {4: "0.0.0.0", 6: "::"}  # noqa: S104 - an address in captured text
GOES_WITH = {("tcp", 80): [443], ("tcp", 443): [80], ("tcp", 25): [465, 587]}
DANGEROUS = {5432, 6379, 8080}
"""Only for those who were seen connected, unless it is a way in for administrators."""
CLOSED = {"LISTEN", "SYN_RECV"}
WIDTH = 23
"""At this many characters net-tools has cut an IPv6 address."""


@dataclass
class Row:
    """One line of a capture."""

    protocol: str
    here: str
    port: int
    there: str
    remote_port: int | None
    state: str


@dataclass
class Host:
    """What the lines of a capture say together."""

    rows: list[Row]
    binds: dict[tuple[str, int], set[str]] = field(default_factory=dict)
    own: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Sort the rows into servers and the host's own addresses."""
        for row in self.rows:
            if row.state == "LISTEN" or (row.protocol == "udp" and row.remote_port is None):
                self.binds.setdefault((row.protocol, row.port), set()).add(row.here)
            if not is_loopback(row.here) and row.here not in {*NAMES.values(), "cut"}:
                self.own.add(row.here)

    def serves(self, protocol: str, port: int, here: str) -> bool:
        """Tell whether something other machines can reach answers on an address."""
        return here in self._outside(protocol, port) or self._serves_everywhere(
            protocol, port, version_of(here)
        )

    def _outside(self, protocol: str, port: int) -> set[str]:
        return {bind for bind in self.binds[protocol, port] if not is_loopback(bind)}

    def _serves_everywhere(self, protocol: str, port: int, version: int) -> bool:
        outside = self._outside(protocol, port)
        if NAMES[version] in outside or (version == 4 and NAMES[6] in outside):
            return True
        # On every address that the host has, each by itself, and on loopback.
        own = {address for address in self.own if version_of(address) == version}
        inside = self.binds[protocol, port] - outside
        return version in map(version_of, inside) and bool(own) and own <= outside

    def peers(self, protocol: str, port: int, here: str) -> set[str]:
        """Tell who was connected to a port; to this address, where it serves some addresses only.

        Each of these may be another program's.
        """
        everywhere = self._serves_everywhere(protocol, port, version_of(here))
        return {
            row.there
            for row in self.rows
            if (row.protocol, row.port) == (protocol, port)
            and row.state not in CLOSED
            and (everywhere or row.here == here)
        }


def read_host(text: str) -> Host:
    """Read a capture."""
    return Host(list(_rows(text)))


def _rows(text: str) -> Iterator[Row]:
    for line in text.splitlines():
        cells = line.split()
        if not cells or cells[0] not in {"tcp", "tcp6", "udp", "udp6"}:
            continue
        here, _, port = cells[3].rpartition(":")
        there, _, remote = cells[4].rpartition(":")
        if cells[0].endswith("6") and len(cells[3]) >= WIDTH:
            here = "cut"
        yield Row(
            cells[0][:3], here, int(port), there, None if remote == "*" else int(remote), cells[5]
        )


def version_of(address: str) -> int:
    """Tell IPv4 from IPv6."""
    return 6 if ":" in address else 4


def is_loopback(address: str) -> bool:
    """Tell whether only the host itself can reach an address."""
    return address.startswith("127.") or address == "::1"


def wanted_in(host: Host, protocol: str, here: str, there: str, remote_port: int) -> set[int]:
    """Return the ports on which a packet to the host should begin a conversation."""
    found = set()
    bound = {port for kind, port in host.binds if kind == protocol}
    for port in bound:
        if not host.serves(protocol, port, here):
            continue
        if protocol == "udp" and not _asks(port, version_of(here), remote_port):
            continue
        if (
            protocol == "tcp"
            and port in DANGEROUS
            and there not in host.peers(protocol, port, here)
        ):
            continue
        found |= {port, *(set(GOES_WITH.get((protocol, port), ())) - bound)}
    return found


def _asks(port: int, version: int, remote_port: int) -> bool:
    """Tell whether a datagram port is a server's: DNS, time, and replies to a DHCP client."""
    if port == 68:
        return version == 4 and remote_port == 67
    return port in {53, 123}


def wanted_out(host: Host, protocol: str, here: str, local_port: int) -> set[int]:
    """Return the ports to which a packet of the host should begin a conversation."""
    version = version_of(here)
    # Everybody looks names up.
    found = {53}
    serving = {port for kind, port in host.binds if kind == protocol}
    for row in host.rows:
        ends = row.here, row.there
        if row.protocol != protocol or row.remote_port is None or row.state in CLOSED:
            continue
        if any(map(is_loopback, ends)) or row.port in serving or version_of(row.there) != version:
            continue
        found.add(row.remote_port)
    if protocol == "udp" and version in map(version_of, host.binds.get(("udp", 123), ())):
        found.add(123)
    if protocol == "udp" and 68 in serving and (version, local_port) == (4, 68):
        found.add(67)
    return found
