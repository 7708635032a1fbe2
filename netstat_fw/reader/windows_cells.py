"""The cells of a Windows row as values, each distinct text taken apart once.

As in `netstat_fw.reader.linux_cells`, each class remembers what it has seen; a cell that is no such
value gives None, which is remembered as well.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from netstat_fw.grammar.windows import HOST, PORT, TCP_REST, UDP_REST
from netstat_fw.reader.construct import constructor
from netstat_fw.reader.linux_cells import read_address
from netstat_fw.reader.words import state_of, states_beginning
from netstat_fw.records import Endpoint, Process, State

if TYPE_CHECKING:
    from ipaddress import IPv4Address, IPv6Address

HIGHEST_PORT = 65_535
_MOST_DIGITS = len(str(HIGHEST_PORT))
HIGHEST_PID = 2**32 - 1
# Far more than any cell of netstat.exe; a longer one is noise, whatever it begins with.
_LONGEST_CELL = 600
# Fewer letters than this are too little to complete a state word that a screen cut.
_SHORTEST_CUT_STATE = 3
# Linux prints this word for CLOSED; netstat.exe prints it only where a screen cut another one.
_NO_WINDOWS_STATE = "CLOSE"
_new_endpoint = constructor(Endpoint)
_match_port = PORT.re.match


class _Host(NamedTuple):
    """What stands before the last colon of a cell."""

    address: IPv4Address | IPv6Address | None = None
    zone: str | None = None
    name: str | None = None


class Endpoints(dict[str, Endpoint | None]):
    """Endpoint cells by their text.

    Port 0 stands for no port. A label that is all digits is a host name (``82:http``), one with
    dots among its digits an address or nothing.

    >>> endpoints = Endpoints()
    >>> str(endpoints["[fe80::1%4]:546"]), endpoints["0.0.0.0:0"].port
    ('[fe80::1%4]:546', None)
    >>> endpoints["192.0.2.1:70000"], endpoints["192.0.2.256:80"]
    (None, None)
    """

    def __init__(self) -> None:
        super().__init__()
        self._hosts = _Hosts()

    def __missing__(self, cell: str) -> Endpoint | None:
        """Take a cell apart and remember the result."""
        host_text, _, port_text = cell.rpartition(":")
        host = self._hosts[host_text]
        port = service = None
        # A short cut for what nearly every cell ends in.
        is_number = port_text.isdecimal() and port_text.isascii() and port_text[0] != "0"
        if is_number and len(port_text) <= _MOST_DIGITS:
            port = int(port_text)
        elif (found := _match_port(port_text)) is not None:
            digits, service = found.groups()
            port = int(digits or 0)
        if host is None or port is None or port > HIGHEST_PORT:
            self[cell] = None
            return None
        address, zone, name = host
        endpoint = self[cell] = _new_endpoint(address, port or None, zone, name, service)
        return endpoint


class _Hosts(dict[str, _Host | None]):
    """What stands before the last colon, by its text; None where it is no address and no name."""

    def __missing__(self, text: str) -> _Host | None:
        host = self[text] = _read_host(text)
        return host


def _read_host(text: str) -> _Host | None:
    """Read what stands before the last colon; None where it is neither address nor name."""
    found = HOST.re.match(text) if len(text) <= _LONGEST_CELL else None
    if found is None:
        return None
    ipv6, zone, name = found.groups()
    if ipv6 is not None:
        address = read_address(ipv6)
        return None if address is None or ":" not in ipv6 else _Host(address, zone)
    if name is None:
        return _Host()
    address = read_address(name)
    if address is not None:
        return _Host(address)
    is_wrong = "." in name and not name.strip("0123456789.")
    return None if is_wrong else _Host(name=name)


class Owner(NamedTuple):
    """Who holds a socket, as far as its lines say."""

    pid: int | None = None
    name: str | None = None
    service: str | None = None
    components: tuple[str, ...] = ()

    def process(self) -> Process | None:
        """Return the process; None where nothing is known of it."""
        return None if self == _NOBODY else Process(*self)


_NOBODY = Owner()


class Rest(NamedTuple):
    """What follows the addresses of a row.

    Attributes:
        state: None for UDP.
        state_text: the state as printed.
        process: process id, and the owner where an editor joined it onto the row.
        owner: the same, to be added to.
        ended: the row can have no further owner.
        owned: processes by the one owner line that has stood below such a row.
        served: processes by the service and then the executable below such a row.
    """

    state: State | None
    state_text: str | None
    process: Process | None
    owner: Owner
    ended: bool
    owned: dict[str, Process | None]
    served: dict[str, dict[str, Process | None]]


class Rests(dict[str, Rest | None]):
    """The rests of rows by their text, which is empty for a row that ends with its addresses.

    Of the columns only the process id is kept: no offload state, template, DSCP value or time in
    state changes what a firewall must let pass.

    Attributes:
        first_is_pid: the first number behind the state is a process id.
    """

    def __init__(self, *, tcp: bool) -> None:
        super().__init__()
        self._match = (TCP_REST if tcp else UDP_REST).re.match
        self.first_is_pid = True

    def begin_table(self, *, first_is_pid: bool) -> None:
        """Forget what depends on the columns of a table."""
        if first_is_pid != self.first_is_pid:
            self.clear()
            self.first_is_pid = first_is_pid

    def __missing__(self, text: str) -> Rest | None:
        """Take a rest apart and remember the result."""
        rest = self[text] = self._read(text.rstrip())
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
        if (
            word == text
            and cut_state(text)
            and (state is State.UNKNOWN or word == _NO_WINDOWS_STATE)
        ):
            return None  # a screen cut the word
        owner = Owner(pid, parts["executable"], parts["service"] or parts["lone_service"])
        nobodys = pid == 0 or state is State.TIME_WAIT
        if nobodys and (owner.name or owner.service):
            return None  # the socket is nobody's any more: what stands there is a note
        ended = nobodys or bool(owner.name or parts["nobody"])
        return Rest(state, word, owner.process(), owner, ended, {}, {})


def cut_state(word: str) -> State | None:
    """Return the state whose word a screen cut; UNKNOWN where it may be several, None if no word.

    >>> cut_state("HERGEST"), cut_state("FIN_WAIT"), cut_state("LI")
    (<State.ESTABLISHED: 'ESTABLISHED'>, <State.UNKNOWN: 'UNKNOWN'>, <State.UNKNOWN: 'UNKNOWN'>)
    """
    states = states_beginning(word)
    if not states:
        return None
    is_enough = len(states) == 1 and len(word) >= _SHORTEST_CUT_STATE
    return next(iter(states)) if is_enough else State.UNKNOWN


def known_state(word: str) -> State:
    """Map a state word in any case to its `State`.

    >>> known_state("Listening"), known_state("SCHLIESSEN_WARTEN")
    (<State.LISTEN: 'LISTEN'>, <State.CLOSE_WAIT: 'CLOSE_WAIT'>)
    """
    state = state_of(word)
    return state_of(word.upper()) if state is State.UNKNOWN else state
