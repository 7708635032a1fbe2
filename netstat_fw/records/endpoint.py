"""Endpoint: one end of a socket.

What it says of itself holds for IPv4-mapped IPv6 addresses as for what they map, and for reserved
names and cut addresses as far as what was printed can tell.
"""

from __future__ import annotations

import re

import attrs

from netstat_fw import address as addresses
from netstat_fw.address import Address  # noqa: TC001 - attrs.resolve_types needs it
from netstat_fw.brief import brief
from netstat_fw.ranges import PORT

# What RFC 6761 6.3 reserves, and the aliases that distributions put in /etc/hosts for it.
_LOOPBACK_HOSTS = frozenset({
    "localhost", "localhost.localdomain", "localhost4", "localhost4.localdomain4",
    "localhost6", "localhost6.localdomain6", "ip6-localhost", "ip6-loopback",
})  # fmt: skip
# A netstat that shortens an address cuts its end, so these beginnings are whole.
_CUT_LOOPBACK = re.compile(r"(?:::ffff:)?127\.", re.IGNORECASE)
_CUT_LOOPBACK_HOST = re.compile(r"localhost(?:\Z|[46.])|ip6-lo", re.IGNORECASE)
_CUT_LINK_LOCAL = re.compile(r"fe[89ab][0-9a-f]:|::ffff:169\.254\.", re.IGNORECASE)


@attrs.frozen(weakref_slot=False)
class Endpoint:
    """One end of a socket as netstat printed it.

    Attributes:
        address: the address, None for ``*``, for a host name and for a truncated cell.
        port: 1 to 65535 (a protocol number for raw sockets); None for ``*`` and for a name.
        zone: IPv6 zone (RFC 4007), such as ``eth0`` or ``4``.
        host: host name of a capture made without ``-n``, or what is left of a truncated address.
        service: service name of a capture made without ``-n``.
        truncated: netstat may have cut the cell to fit its column: the address must not be used,
            and neither must the port where the dialect cuts ports.
    """

    address: Address | None = None
    port: int | None = attrs.field(default=None, metadata=PORT)
    zone: str | None = None
    host: str | None = None
    service: str | None = None
    truncated: bool = False

    @property
    def is_wildcard(self) -> bool:
        """True for every address: ``0.0.0.0``, ``::``, ``*`` and their IPv4-mapped form."""
        if self.address is not None:
            return addresses.is_wildcard(self.address)
        return self.host is None and not self.truncated

    @property
    def is_loopback(self) -> bool:
        """True for 127.0.0.0/8, ``::1``, their IPv4-mapped form and the names reserved for them."""
        if self.address is not None:
            return addresses.is_loopback(self.address)
        if self.host is None:
            return False
        if self.truncated:
            return self._may_be_loopback(self.host)
        return self.host.lower() in _LOOPBACK_HOSTS

    @staticmethod
    def _may_be_loopback(beginning: str) -> bool:
        """Tell by what is left of a cut address; a cut ``localhost.`` goes on as its own domain."""
        return bool(_CUT_LOOPBACK.match(beginning) or _CUT_LOOPBACK_HOST.match(beginning))

    @property
    def is_link_local(self) -> bool:
        """True for 169.254.0.0/16 and fe80::/10, also where only the beginning was printed."""
        if self.address is not None:
            return addresses.is_link_local(self.address)
        return bool(self.truncated and self.host and _CUT_LINK_LOCAL.match(self.host))

    def __str__(self) -> str:
        """Write the endpoint as netstat does: ``192.0.2.1:22``, ``[fe80::1%eth0]:546``, ``*:*``."""
        port = self.service or ("*" if self.port is None else str(self.port))
        name = "*" if self.address is None else str(self.address)
        name = self.host or name
        if self.truncated:
            name += "…"
        if self.zone is not None:
            name += f"%{self.zone}"
        return f"[{name}]:{port}" if ":" in name else f"{name}:{port}"

    def __repr__(self) -> str:
        """Sum the endpoint up."""
        return brief(self, self)
