"""Tells the rest of a program's name from a row.

A program chooses its name, and a name may hold a line break and then what looks like a row. Up to
net-tools 2.10, in BusyBox and in toybox the line break is printed as it is. net-tools and BusyBox
cut "PID/Program name" to 19 characters, so what follows the break is short, shorter than anything
that a Linux tool prints in front of an address. What toybox prints, which cuts nothing, cannot be
told apart.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from netstat_fw.records import LineRole, Socket, UnixSocket

if TYPE_CHECKING:
    from netstat_fw.reader.draft import Draft

# Two of the 19 characters are at least one digit and the slash.
_LONGEST_NAME = 17
# A context, and a timer of up to three words.
_MOST_ADDED = 4
# "tcp 0 0 *:1 " is the least that stands before a foreign address.
LONGEST_DEBRIS_REMOTE = _LONGEST_NAME - len("tcp 0 0 *:1 ")
# Tools pad every column but the last, and the program is not the first. Only "udpl6" and a queue of
# six digits leave no two blanks between the first two.
_PRINTED = re.compile(r"[ \t>|]*+\S.*? {2,}\S")
_UNIX_STARTS = ("unix", "??")


def is_debris(draft: Draft, text: str, index: int) -> bool:
    """Tell whether a row at an index may be the rest of the program name above it.

    It is if the row above is as a tool prints it and ends with a program, and if this one has an
    address (a unix row: its flags) where no tool puts one. What a later column (``-Z``, ``-o``, a
    path) has added to the rest of the name does not matter.
    """
    row = text.lstrip(" \t>|")
    if row.startswith(_UNIX_STARTS):
        is_short = "[" in row[: len("unix  2      ")]
    else:
        is_short = ":" in row[:_LONGEST_NAME]
    return is_short and _ends_with_program(draft, index)


def may_be_name(draft: Draft, index: int) -> bool:
    """Tell whether a line at an index may be part of the program name of the record above it."""
    return _named_above(draft, index) is not None


def may_be_forged_header(draft: Draft, line: str, index: int) -> bool:
    """Tell whether a column header may be the rest of a name, and what a later column added to it.

    Behind a name ``-Z`` and ``-o`` add at most four words, but a path may hold any number. Where
    the row above shows its path, the name has ended there.
    """
    above = _named_above(draft, index)
    words = line.lstrip(" \t>|")[_LONGEST_NAME:].split()
    if isinstance(above, UnixSocket):
        return above.path is None
    return above is not None and len(words) <= _MOST_ADDED


def is_among_unix_rows(draft: Draft, index: int) -> bool:
    """Tell whether an internet row at an index stands where only unix rows do.

    No tool prints one between the header of the unix sockets and the next title. Without header it
    may be the end of a name and the path behind it, as long as the row above shows no path.
    """
    if not draft.unix_sockets:
        return False
    if draft.section == "unix":
        return True
    above = _named_above(draft, index)
    return isinstance(above, UnixSocket) and above.path is None


def _named_above(draft: Draft, index: int) -> Socket | UnixSocket | None:
    """Return the record above that has a program whose name may reach to an index.

    The lines between the two would be part of the name as well, so they are short and few.
    """
    room = _LONGEST_NAME
    above = index - 1
    while above >= 0 and draft.roles[above] is not LineRole.RECORD:
        room -= len(draft.lines[above]) + 1
        if room < 0:
            return None
        above -= 1
    record = draft.record_at(draft.continued.get(above, above))
    return None if record is None or record.process is None else record


def _ends_with_program(draft: Draft, index: int) -> bool:
    """Tell whether the last filled line above is a printed row with its program at the end."""
    above = index - 1
    while above >= 0 and draft.roles[above] is LineRole.BLANK:
        above -= 1
    first = draft.continued.get(above, above)
    record = draft.record_at(first)
    if record is None or record.process is None or _PRINTED.match(draft.lines[first]) is None:
        return False
    if isinstance(record, UnixSocket):
        return record.path is None
    return record.timer is None and record.security_context is None
