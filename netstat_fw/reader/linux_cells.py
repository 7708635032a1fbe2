"""The cells of a Linux row as values, each distinct text taken apart once.

A capture repeats most of its cells: the own address, the wildcard, a handful of programs and
states. Each class here remembers what it has seen; a cell that is no such value gives None, which
is remembered as well.
"""

from __future__ import annotations

import enum
from ipaddress import IPv4Address, IPv6Address
from socket import AF_INET, AF_INET6, inet_ntop, inet_pton
from typing import NamedTuple

from netstat_fw.grammar.linux import (
    ENDPOINT,
    GARBLED_ENDPOINT,
    RAW_REST,
    RAW_REST_WITH_CONTEXT,
    REST,
    REST_WITH_CONTEXT,
)
from netstat_fw.reader.construct import constructor
from netstat_fw.reader.structure import find_remark
from netstat_fw.reader.words import completed_state, is_state, state_of, states_beginning
from netstat_fw.records import Endpoint, Process, State, Timer

# net-tools shortens "address:port" to 22 characters and the colon (addr_do_one); so does toybox.
CUT_WIDTH = 23
_number_of = int.from_bytes
_new_endpoint = constructor(Endpoint)
_HIGHEST_PORT = 65_535
_MOST_DIGITS = 5
# Cells with the port of a client hardly ever come twice: what Linux and IANA draw them from.
_LOWEST_EPHEMERAL = 32_768
# To remember more costs more than it saves: memory is slower than reading a cell again.
_MOST_REMEMBERED = 4_096
# Far more than any tool prints; a longer cell is noise, whatever it begins with.
_LONGEST_CELL = 300
# Fewer letters than this are too little to complete a state word that a screen cut.
_SHORTEST_CUT_STATE = 3


def read_address(text: str) -> IPv4Address | IPv6Address | None:
    """Return the address that the text is, without a lookup; None where it is none.

    Takes what inet_ntop(3) writes. The packed form is used because `ipaddress` takes several times
    as long for text.

    >>> read_address("192.0.2.1"), read_address("2001:db8::1"), read_address("192.0.2.")
    (IPv4Address('192.0.2.1'), IPv6Address('2001:db8::1'), None)
    """
    try:
        if ":" in text:
            return IPv6Address(inet_pton(AF_INET6, text))
        return IPv4Address(inet_pton(AF_INET, text))
    except (OSError, ValueError):
        return None


def _is_printed(address: IPv4Address | IPv6Address, text: str) -> bool:
    """Tell whether a tool prints the address as this text."""
    family = AF_INET if isinstance(address, IPv4Address) else AF_INET6
    return inet_ntop(family, address.packed) == text


class Endpoints(dict[str, Endpoint | None]):
    """Endpoint cells by their text.

    Attributes:
        wide: the table's columns are known to be wide enough for every address.
        cut: cells that netstat may have cut to fit.
        whole: a cell was seen that a netstat which cuts would have cut.
        ipv6: cells that hold an IPv6 address.
    """

    def __init__(self, *, wide: bool = False) -> None:
        super().__init__()
        self.wide = wide
        self.cut: list[str] = []
        self.whole = False
        self.ipv6: set[str] = set()
        self._addresses: dict[str, IPv4Address] = {}

    def begin_table(self, *, wide: bool) -> None:
        """Forget what depends on how wide the columns are."""
        if wide != self.wide:
            self.clear()
        for cell in self.cut:
            self.pop(cell, None)
        self.cut = []
        self.wide = wide
        self.whole = False

    def __missing__(self, cell: str) -> Endpoint | None:
        """Take a cell apart and remember the result."""
        text, _, port = cell.rpartition(":")
        # A short cut for the one kind of cell that a capture can hold tens of thousands of.
        if len(port) <= _MOST_DIGITS and port.isdecimal() and port.isascii() and port[0] != "0":
            number = int(port)
            address = self._addresses.get(text)
            if address is None:
                try:
                    address = IPv4Address(_number_of(inet_pton(AF_INET, text), "big"))
                except (OSError, ValueError):
                    pass
                else:
                    if len(self._addresses) < _MOST_REMEMBERED:
                        self._addresses[text] = address
            if address is not None and number <= _HIGHEST_PORT:
                plain = _new_endpoint(address, number)
                if number < _LOWEST_EPHEMERAL and len(self) < _MOST_REMEMBERED:
                    self[cell] = plain
                return plain
        endpoint = self[cell] = self._read(cell)
        return endpoint

    def _read(self, cell: str) -> Endpoint | None:
        found = ENDPOINT.re.match(cell) if len(cell) <= _LONGEST_CELL else None
        port = None if found is None else int(found["port"] or 0) or None
        if found is None or (port is not None and port > _HIGHEST_PORT):
            return None
        text, zone, service = found["address"], found["zone"], found["service"]
        if text == "*":
            return Endpoint(None, port, zone, None, service)
        if ":" in text:
            text = text.strip("[]")
            self.ipv6.add(cell)
        if len(cell) == CUT_WIDTH and not self.wide:
            self.cut.append(cell)
            return Endpoint(None, port, zone, text, service, truncated=True)
        address = read_address(text)
        if address is None and (":" in text or not text.strip("0123456789.")):
            return None
        # Longer than cut cells are; but somebody who masks addresses writes what no tool does.
        if len(cell) > CUT_WIDTH and (address is None or _is_printed(address, text)):
            self.whole = True
        return _new_endpoint(address, port, zone, text if address is None else None, service)


def read_garbled_endpoint(cell: str) -> Endpoint | None:
    """Read a cell of which only the port can be used; None where not even that is there."""
    found = GARBLED_ENDPOINT.re.match(cell) if len(cell) <= _LONGEST_CELL else None
    if found is None:
        return None
    port = int(found["port"] or 0) or None
    if port is not None and port > _HIGHEST_PORT:
        return None
    return Endpoint(None, port, None, found["address"], found["service"], truncated=True)


def cell_text(endpoint: Endpoint) -> str:
    """Return the cell that a truncated endpoint was read from."""
    zone = "" if endpoint.zone is None else f"%{endpoint.zone}"
    port = "*" if endpoint.port is None else str(endpoint.port)
    return f"{endpoint.host}{zone}:{endpoint.service or port}"


class Rest(NamedTuple):
    """What follows the addresses of a row."""

    state: State | None = None
    state_text: str | None = None
    user: str | None = None
    inode: int | None = None
    process: Process | None = None
    context: str | None = None
    timer: Timer | None = None


class Processes(dict[str, Process | None]):
    """``PID/Program name`` cells by their text; ``-`` is nobody, an empty name is None."""

    def __init__(self) -> None:
        super().__init__({"-": None})

    def __missing__(self, cell: str) -> Process | None:
        """Take a cell apart and remember the result."""
        pid, _, name = cell.partition("/")
        process = self[cell] = Process(int(pid), name.rstrip(" \t") or None)
        return process


class StateCell(enum.Enum):
    """What a protocol prints in its state column."""

    WORD = "word"
    """A word in every row: TCP, SCTP."""
    WORD_OR_BLANK = "word or blank"
    """A word for connected sockets only: UDP."""
    NUMBER = "number"
    """The kernel's number of the state, or another by mistake: raw sockets."""


class Rests(dict[str | None, Rest | None]):
    """The rests of rows by their text; None is the text of a row that ends with its addresses.

    A rest that ends in a remark of netstat, or in the first letters of a state, is none: the row
    goes on elsewhere or was cut, which is for somebody else to find out.

    Attributes:
        unknown: state words that no known netstat prints.
    """

    def __init__(self, state_cell: StateCell, processes: Processes) -> None:
        super().__init__()
        self.unknown: set[str] = set()
        self._state_cell = state_cell
        self._processes = processes
        self.begin_table(contexts=False)

    def begin_table(self, *, contexts: bool) -> None:
        """Take note of whether the table's header announces security contexts."""
        expression = _REST_FORMS[self._state_cell is StateCell.NUMBER, contexts]
        self._match = expression.re.match
        self.clear()
        self[None] = None if self._state_cell is StateCell.WORD else Rest()

    def __missing__(self, text: str) -> Rest | None:
        """Take a rest apart and remember the result."""
        rest = self[text] = self._read(text.rstrip(" \t"))
        return rest

    def _read(self, text: str) -> Rest | None:
        found = self._match(text)
        if found is None or find_remark(text):
            return None
        word, user, inode, program, context, timer = found.group(
            "state", "user", "inode", "program", "context", "timer"
        )
        state = None
        if word is None:
            if self._state_cell is StateCell.WORD:
                return None
        elif self._state_cell is not StateCell.NUMBER:
            state = state_of(word)
            if state is State.UNKNOWN and not is_state(word):
                if word == text and states_beginning(word):
                    return None
                self.unknown.add(word)
        return Rest(
            state,
            word,
            user,
            None if inode is None else int(inode),
            None if program is None else self._processes[program.rstrip(" \t")],
            context,
            None
            if timer is None
            else Timer(
                timer,
                float(found["seconds"].replace(",", ".")),
                int(found["retransmits"]),
                int(found["probes"] or 0),
            ),
        )


# By whether the state is a number, and whether there are contexts.
_REST_FORMS = {
    (False, False): REST,
    (False, True): REST_WITH_CONTEXT,
    (True, False): RAW_REST,
    (True, True): RAW_REST_WITH_CONTEXT,
}


def completed_prefix(word: str) -> State | None:
    """Return the state that a word begins and does not finish, where the word is enough to tell."""
    return completed_state(word) if len(word) >= _SHORTEST_CUT_STATE else None
