"""What follows the addresses of a BSD row: the state, and the columns of ``-b -v -x -P``.

Total: a text that is no such rest gives None. Of all those columns only the owner is kept.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from netstat_fw.grammar import bsd as grammar
from netstat_fw.reader.words import completed_state, state_of
from netstat_fw.records import Process, State

if TYPE_CHECKING:
    import re

# Fewer letters than this are too little to complete a state word that a screen cut.
_SHORTEST_CUT_STATE = 3
# Two names of 31 bytes and what netstat -vv prints between them; longer ones hold a whole row.
_LONGEST_NAMES = 100


class Rest(NamedTuple):
    """What follows the addresses of a row.

    Attributes:
        state: the state; None where the column is blank or missing.
        state_text: the state as printed.
        process: the owner of ``-v``.
        stateless: the columns are some that take the place of the state column.
        owner_at: where in the rest the colon of ``process:pid`` stands.
    """

    state: State | None = None
    state_text: str | None = None
    process: Process | None = None
    stateless: bool = False
    owner_at: int | None = None


class Owner(NamedTuple):
    """The ``-v`` columns of an internet or unix row.

    Attributes:
        process: who holds the socket.
        path: what follows the columns: the path of a unix socket.
        at: where the colon of ``process:pid`` stands; None where there is none.
    """

    process: Process | None
    path: str | None
    at: int | None = None


class Columns:
    """Reads the columns behind the addresses, knowing what the table's header announced.

    Attributes:
        known: the rests of this table that may come again, by their text.
    """

    def __init__(self) -> None:
        self._has_names = self._has_numbers = self._has_drops = self._has_words = False
        self.known: dict[str | None, Rest | None] = {None: Rest()}
        self._processes: dict[tuple[str, str], Process] = {}

    def begin_table(self, header: str) -> None:
        """Take note of a title, which announces nothing, or of a column header."""
        found = grammar.PID_HEADER.re.match(header)
        self._has_names = found is not None and found["named"] is not None
        self._has_numbers = found is not None and not self._has_names
        self._has_drops = grammar.DROPS_HEADER.re.match(header) is not None
        self._has_words = grammar.WORDS_HEADER.re.match(header) is not None
        self.known.clear()
        self.known[None] = Rest()

    def rest(self, text: str | None) -> Rest | None:
        """Take a rest apart; None where it is none.

        Only rests without further columns are worth remembering: those repeat.
        """
        if text in self.known:
            return self.known[text]
        state, word, tail = split_state(text or "")
        if tail:
            tail = self.without_drops(tail)
            return self._with_columns(state, word, tail, len(text or "") - len(tail))
        unfinished = state is State.UNKNOWN and completed_prefix(word or "") is not None
        rest = self.known[text] = None if unfinished else Rest(state, word)
        return rest

    def _with_columns(
        self, state: State | None, word: str | None, tail: str, start: int
    ) -> Rest | None:
        owner = self.owner(tail)
        if owner is not None and owner.path is None:
            at = None if owner.at is None else start + owner.at
            return Rest(state, word, owner.process, owner_at=at)
        if state is None and grammar.STATELESS.re.match(tail):
            return Rest(stateless=True)
        if self._is_traffic(tail) or (state is not None and self._is_words(tail)):
            return Rest(state, word)
        return None

    def without_drops(self, tail: str) -> str:
        """Take away the column that ``-d`` puts among those of ``-b`` and ``-v``."""
        found = grammar.DROPS.re.match(tail) if self._has_drops else None
        return tail if found is None else tail[: found.start("drops")] + tail[found.end("drops") :]

    def _is_traffic(self, tail: str) -> bool:
        found = None if self._has_names else grammar.TRAFFIC.re.match(tail)
        return found is not None and found["path"] is None

    def _is_words(self, tail: str) -> bool:
        return tail == "-" or (self._has_words and grammar.WORDS.re.match(tail) is not None)

    def owner(self, tail: str) -> Owner | None:
        """Read the columns of ``-v``; None where the text does not begin with them.

        Without a header that announces numbers, four of them alone are not taken for an owner.
        """
        for form in grammar.NAMED_OWNERS if ":" in tail else ():
            named = form.re.match(tail)
            if named is not None:
                return None if len(named["name"]) > _LONGEST_NAMES else self._named(named)
        found = None if self._has_names else grammar.NUMBERED_OWNER.re.match(tail)
        if found is None or (found["flags"] is None and not self._has_numbers):
            return None
        return Owner(Process(int(found["pid"])), found["path"])

    def _named(self, found: re.Match[str]) -> Owner:
        name, pid = found.group("name", "pid")
        process = self._processes.get((name, pid))
        if process is None:
            process = self._processes[name, pid] = Process(
                int(pid) if pid else None, name.strip(" \t") or None
            )
        return Owner(process, found["path"], found.end("name"))


def split_state(text: str) -> tuple[State | None, str | None, str]:
    """Take the state off the beginning of a rest; also return its word and what follows.

    >>> split_state("FIN_WAIT_2 0 0")
    (<State.FIN_WAIT_2: 'FIN_WAIT_2'>, 'FIN_WAIT_2', '0 0')
    >>> split_state("0 0")
    (None, None, '0 0')
    """
    found = grammar.STATE.re.match(text)
    if found is None:
        return None, None, text
    return state_of(found["state"]), found["state"], text[found.end() :]


def completed_prefix(word: str) -> State | None:
    """Return the state that a word begins and does not finish, where the word is enough to tell."""
    return completed_state(word) if len(word) >= _SHORTEST_CUT_STATE else None
