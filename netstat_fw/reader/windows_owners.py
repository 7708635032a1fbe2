"""Reads the owner lines of ``netstat -b``: they belong to the row above them.

Lines are told apart by what they hold, because pastes lose indentation. Between a row and its owner
only blank lines and a pager's mark may stand: whatever else does - a title, a damaged row, a line
left out - ends what is known about the row. A socket that is nobody's any more (TIME_WAIT, process
id 0) never has an owner.
"""

from __future__ import annotations

import re
from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING

from netstat_fw.grammar.windows import OWNER_LINE, ROW, UNKNOWN_SENTENCE
from netstat_fw.reader.structure import kind_of
from netstat_fw.reader.windows_cells import Owner
from netstat_fw.records import LineRole

if TYPE_CHECKING:
    from collections.abc import Callable

    from netstat_fw.reader.draft import Draft
    from netstat_fw.reader.windows_cells import Rest
    from netstat_fw.records import Socket

MARGIN = "".join(char for char in map(chr, range(0x3001)) if char.isspace()) + ">|"
"""White space, and the marks that mail programs put before each line."""
_PAGER_MARK = re.compile(r"[ \t]*-- ?\w+ *(?:\([0-9]+%\) *)?--[ \t]*\Z")
# More lines than this between a row and its owner are another part of the text.
_WIDEST_GAP = 6
# Far more than any program calls into another to open a socket; what else there is is hostile.
_MOST_COMPONENTS = 200
# Longer lines are nobody's owner.
_LONGEST_LINE = 600
# The tool indents rows by two blanks, a no-owner sentence by one.
_AS_PRINTED = re.compile(r"  (?:TCP|UDP) .*\n [^ ].*", re.DOTALL)

# And so a service, whose name may hold blanks and signs, but not the colon of every address.
_NAME_AS_PRINTED = re.compile(r"  [^\s:\[\]][^:\[\]\x00-\x1f]*\Z")

_EXECUTABLE, _COMPONENT, _NOBODY, _SERVICE = "executable", "component", "nobody", "service"


class _Lines(dict[str, tuple[str | None, str]]):
    """What an owner line is and says, by its text."""

    def __missing__(self, line: str) -> tuple[str | None, str]:
        found = OWNER_LINE.re.match(line) if len(line) <= _LONGEST_LINE else None
        kind = None if found is None else found.lastgroup
        self[line] = kind, ("" if found is None or kind is None else found[kind].rstrip(" \t"))
        return self[line]


class Owners:
    """Joins owner lines to the row above.

    Attributes:
        row: the record of the row that may still get an owner; None where there is none.
        seen: the text has shown an owner for certain.
    """

    def __init__(self, draft: Draft) -> None:
        self._draft = draft
        self.row: Socket | None = None
        self.seen = False
        self._lines = _Lines()
        self._rest: Rest | None = None
        self._owner = Owner()
        self._first = self._last = -1
        self._below_rows: Counter[str] | None = None

    def open(self, row: Socket, index: int, rest: Rest | None = None) -> None:
        """Expect the owner of the row at an index; without a rest nothing is known of it yet."""
        self.row = row
        self._rest = rest
        self._owner = Owner() if rest is None else rest.owner
        self._first = self._last = index

    def extend(self, index: int) -> None:
        """Note that the line at an index is part of the open row."""
        self._last = index

    def set_pid(self, row: Socket, pid: int, index: int) -> None:
        """Give a row the process id that stands on the line at an index."""
        self.open(row, index)
        self._set_owner(row, Owner(pid))

    def _set_owner(self, row: Socket, owner: Owner) -> None:
        """Say who holds a row's socket; the record is the reader's own until `parse` returns it."""
        self._owner = owner
        object.__setattr__(row, "process", owner.process())

    def read(self, line: str, index: int) -> bool:
        """Take an owner line of the open row; False, having done nothing, for any other line."""
        return index > self._last and self._read(line, index, self._next_line)

    def read_piece(self, piece: str, index: int, below: str) -> bool:
        """Take one of several pieces of a line for an owner line, with the piece below it."""
        self._rest = None  # what is remembered are whole lines
        return index >= self._last and self._read(piece, index, lambda _: below)

    def _read(self, line: str, index: int, next_line: Callable[[int], str]) -> bool:
        kind, text = self._lines[line]
        row = self.row
        if row is None or kind is None or not self._reaches(index):
            return False
        pid, name, service, components = self._owner
        if kind == _SERVICE:
            if service or components or not self._is_service(line, index, next_line(index)):
                return False
            service = text
        elif kind == _EXECUTABLE:
            name = text
        elif kind == _COMPONENT:
            if service or len(components) == _MOST_COMPONENTS:
                return False
            components = (*components, text)
        elif service or components:
            return False
        self._set_owner(row, Owner(pid, name, service, components))
        self._draft.roles[index] = LineRole.RECORD
        self._last = index
        if kind in (_EXECUTABLE, _NOBODY):
            self._remember(row, index)
            self.row = None
            self.seen = True
        return True

    def _remember(self, row: Socket, index: int) -> None:
        """Remember the lines of a whole group, so that the next such group is read at once."""
        rest, lines = self._rest, self._draft.lines
        if rest is None or rest.owner[1:] != Owner()[1:] or self._owner.components:
            return
        if index == self._first + 1:
            rest.owned[lines[index]] = row.process
        elif index == self._first + 2 and self._owner.service:
            rest.served.setdefault(lines[index - 1], {})[lines[index]] = row.process

    def _reaches(self, index: int) -> bool:
        """Tell whether nothing but blank lines and pager marks is between the group and a line."""
        return index - self._last <= _WIDEST_GAP + 1 and all(
            not line.strip(MARGIN) or _PAGER_MARK.match(line)
            for line in self._draft.lines[self._last + 1 : index]
        )

    def _is_service(self, line: str, index: int, below: str) -> bool:
        """Tell whether one word below a row is a service, and not a title or somebody's word.

        Its executable follows; or, where a page or the text ended before, it stands right below a
        row of a text with owners, or is indented as the tool does it.
        """
        if self.is_executable(below):
            return True
        direct = index == self._last + 1
        row = self._draft.lines[self._last]
        indented = line[:1] in (" ", "\t") and row[:1] in (" ", "\t")
        return direct and (self.seen or indented) and kind_of(line) is None

    def is_executable(self, line: str) -> bool:
        """Tell whether a line is an executable in brackets."""
        return self._lines[line][0] == _EXECUTABLE

    def is_owner(self, line: str) -> bool:
        """Tell whether a line could only be an owner's: an executable or that there is none."""
        return self._lines[line][0] in (_EXECUTABLE, _NOBODY)

    def _next_line(self, index: int) -> str:
        """Return the next line that is neither blank nor a pager's mark; empty at the end."""
        for line in self._draft.lines[index + 1 : index + 2 + _WIDEST_GAP]:
            if line.strip(MARGIN) and not _PAGER_MARK.match(line):
                return line
        return ""

    def read_unknown(self, line: str, index: int) -> bool:
        """Take a no-owner sentence in a language that the grammar does not have.

        It stands right below a row and no executable follows; it is told from somebody's remark by
        being below several rows, or by being indented as the tool does it.
        """
        if self.row is None or index != self._last + 1 or self._owner[1:] != Owner()[1:]:
            return False
        if len(line) > _LONGEST_LINE or kind_of(line) is not None:
            return False
        is_sentence = UNKNOWN_SENTENCE.re.match(line) is not None
        is_between = is_sentence or _NAME_AS_PRINTED.match(line)
        if is_between and self.is_executable(self._next_line(index)):
            self._last = index  # a remark between a row and its executable costs neither
            return False
        if not is_sentence:
            return False
        lines = self._draft.lines
        if self._below_rows is None:
            self._below_rows = Counter(
                line.strip() for above, line in pairwise(lines)
                if ROW.re.match(above)
            )  # fmt: skip
        repeated = self._below_rows[line.strip()] > 1
        if not repeated and not _AS_PRINTED.fullmatch(f"{lines[index - 1]}\n{line}"):
            return False
        self._draft.roles[index] = LineRole.RECORD
        self.row = None
        return True
