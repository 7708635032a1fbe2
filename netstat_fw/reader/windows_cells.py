"""The cells of a Windows row as values, each distinct text taken apart once.

As in `netstat_fw.reader.linux_cells`, each class remembers what it has seen; a cell that is no such
value gives None, which is remembered as well.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from netstat_fw.grammar.windows import ENDPOINT, TCP_REST, UDP_REST
from netstat_fw.reader.linux_cells import completed_prefix, read_address
from netstat_fw.reader.words import state_of
from netstat_fw.records import Endpoint, Process, State

if TYPE_CHECKING:
    from ipaddress import IPv4Address, IPv6Address

HIGHEST_PORT = 65_535
HIGHEST_PID = 2**32 - 1
# Far more than any cell of netstat.exe; a longer one is noise, whatever it begins with.
_LONGEST_CELL = 600


class Endpoints(dict[str, Endpoint | None]):
    """Endpoint cells by their text."""

    def __missing__(self, cell: str) -> Endpoint | None:
        """Take a cell apart and remember the result."""
        endpoint = self[cell] = read_endpoint(cell)
        return endpoint


def read_endpoint(cell: str) -> Endpoint | None:
    """Read one endpoint cell; None where the text is none.

    Port 0 stands for no port. A label that is all digits is a host name (``82:http``), one with
    dots among its digits an address or nothing.

    >>> str(read_endpoint("[fe80::1%4]:546")), read_endpoint("0.0.0.0:0").port
    ('[fe80::1%4]:546', None)
    >>> read_endpoint("192.0.2.1:70000"), read_endpoint("192.0.2.256:80")
    (None, None)
    """
    found = ENDPOINT.re.match(cell) if len(cell) <= _LONGEST_CELL else None
    if found is None:
        return None
    ipv6, zone, host, port_text, service = found.groups()
    port = int(port_text or 0) or None
    if port is not None and port > HIGHEST_PORT:
        return None
    address: IPv4Address | IPv6Address | None = None
    if ipv6 is not None:
        address = read_address(ipv6)
        if address is None or address.version != 6:  # noqa: PLR2004 - brackets mean IPv6
            return None
    elif host is not None:
        address = read_address(host)
        if address is None and "." in host and not host.strip("0123456789."):
            return None
    return Endpoint(address, port, zone, host if address is None else None, service)


class Owner(NamedTuple):
    """Who holds a socket, as far as its lines say."""

    pid: int | None = None
    name: str | None = None
    service: str | None = None
    components: tuple[str, ...] = ()


class Processes(dict[Owner, Process | None]):
    """Processes by what is known of them; nothing known is None."""

    def __missing__(self, owner: Owner) -> Process | None:
        """Make a process and remember it."""
        process = self[owner] = None if owner == Owner() else Process(*owner)
        return process


class Rest(NamedTuple):
    """What follows the addresses of a row.

    Attributes:
        state: None for UDP.
        state_text: the state as printed.
        owner: process id, and the owner where an editor joined it onto the row.
        ended: the row can have no further owner.
    """

    state: State | None
    state_text: str | None
    owner: Owner
    ended: bool


class Rests(dict[str | None, Rest | None]):
    """The rests of rows by their text; None is the text of a row that ends with its addresses.

    Of the columns only the process id is kept: no offload state, template, DSCP value or time in
    state changes what a firewall must let pass.

    Attributes:
        first_is_pid: the first number behind the state is a process id.
    """

    def __init__(self, *, tcp: bool) -> None:
        super().__init__()
        self._match = (TCP_REST if tcp else UDP_REST).re.match
        self._tcp = tcp
        self.first_is_pid = True

    def begin_table(self, *, first_is_pid: bool) -> None:
        """Forget what depends on the columns of a table."""
        if first_is_pid != self.first_is_pid:
            self.clear()
            self.first_is_pid = first_is_pid

    def __missing__(self, text: str | None) -> Rest | None:
        """Take a rest apart and remember the result."""
        rest = self[text] = self._read((text or "").rstrip(" \t"))
        return rest

    def _read(self, text: str) -> Rest | None:
        found = self._match(text) if len(text) <= _LONGEST_CELL else None
        if found is None:
            return None
        parts = found.groupdict()
        numbers = [word for word in parts["columns"].split() if word.isdigit()]
        pid = int(numbers[0]) if numbers and self.first_is_pid else None
        if (pid or 0) > HIGHEST_PID or (parts["lone_service"] and pid is None):
            return None
        word = parts.get("state")
        state = None if word is None else known_state(word)
        if state is State.UNKNOWN and word == text and completed_prefix(word):
            return None  # a screen cut the word
        owner = Owner(pid, parts["executable"], parts["service"] or parts["lone_service"])
        nobodys = pid == 0 or state is State.TIME_WAIT
        if nobodys and (owner.name or owner.service):
            return None  # the socket is nobody's any more: what stands there is a note
        return Rest(state, word, owner, nobodys or bool(owner.name or parts["nobody"]))


def known_state(word: str) -> State:
    """Map a state word in any case to its `State`.

    >>> known_state("Listening"), known_state("SCHLIESSEN_WARTEN")
    (<State.LISTEN: 'LISTEN'>, <State.CLOSE_WAIT: 'CLOSE_WAIT'>)
    """
    state = state_of(word)
    return state_of(word.upper()) if state is State.UNKNOWN else state
