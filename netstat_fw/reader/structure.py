"""Recognises what stands around rows: which kind of line one is that is no row.

Total: `kind_of` gives a kind or None for any line.
"""

from __future__ import annotations

import enum
import re

from netstat_fw.grammar import structure as grammar
from netstat_fw.grammar import windows_words
from netstat_fw.grammar.remarks import HINTS, LIMITED_VIEW, LIMITED_VIEW_REST, REMARK, REMARK_LINE

# Longer lines are nobody's title, header or prompt.
_LONGEST_LINE = 2_000
_SHORTEST_REMARK = len("getnameinfo failed")
_LONGEST_REMARK = 300


class Kind(enum.Enum):
    """What a line around the rows is."""

    INTERNET_TITLE = "internet title"
    INTERNET_HEADER = "internet header"
    UNIX_TITLE = "unix title"
    UNIX_HEADER = "unix header"
    OTHER_TABLE = "other table"
    """Title or header of a table that holds no internet or unix sockets."""
    USAGE = "usage"
    PROMPT = "prompt"
    """A prompt, an echoed command, or both."""
    MARK = "mark"
    """A pager's mark, a rule, an interrupt."""
    LIMITED_VIEW = "limited view"
    """netstat says that it could not see every program."""
    REMARK = "remark"
    """Whatever else netstat itself says."""
    NOT_ELEVATED = "not elevated"
    """Windows says that netstat may not show owners without elevation, and nothing else."""


def kind_of(line: str) -> Kind | None:
    """Tell what a line that is no row is; None where it is nothing that netstat's output has.

    >>> kind_of("root@host:~# netstat -anp"), kind_of("Good morning")
    (<Kind.PROMPT: 'prompt'>, None)
    """
    if len(line) > _LONGEST_LINE:
        return None
    if _has_any(line, grammar.TITLE_HINTS):
        for kind, title in _TITLES:
            if title.search(line):
                return kind
    found = _AROUND.match(line)
    if found is not None:
        return Kind[str(found.lastgroup).rpartition("_")[0]]
    return Kind.PROMPT if _is_command(line) else None


def _has_any(text: str, hints: tuple[str, ...]) -> bool:
    """Tell whether one of the hints is in a text; a loop, because nearly every line asks."""
    for hint in hints:  # noqa: SIM110 - a generator takes twice as long
        if hint in text:
            return True
    return False


def _is_command(line: str) -> bool:
    found = grammar.COMMAND.re.match(line) if "netstat" in line.lower() else None
    return found is not None and grammar.BEFORE_COMMAND.re.match(found["before"]) is not None


def may_begin_row(line: str) -> bool:
    """Tell whether a line begins as a row of some dialect does; False says that it is none.

    >>> may_begin_row("  TCP    0.0.0.0:135"), may_begin_row("Good morning")
    (True, False)
    """
    return grammar.ROW_START.re.match(line) is not None


def is_prose(line: str) -> bool:
    """Tell whether a line has no columns and nothing beyond ASCII: no header in any language."""
    return "  " not in line and "\t" not in line and line.isascii()


def find_remark(text: str) -> re.Match[str] | None:
    """Find netstat's own remark at the end of a text, where there is one.

    >>> find_remark("twarning, got bogus unix line.").start()
    1
    """
    if len(text) < _SHORTEST_REMARK or not _has_any(text, HINTS):
        return None
    return REMARK.re.search(text, max(0, len(text) - _LONGEST_REMARK))


def is_windows_heading(line: str) -> bool:
    """Tell whether a title or header is one that only netstat.exe prints.

    >>> is_windows_heading("Active Connections"), is_windows_heading("Proto Recv-Q Send-Q Local")
    (True, False)
    """
    return bool(windows_words.TITLE.re.match(line) or windows_words.BARE_HEADER.re.match(line))


def is_cut_header(line: str) -> bool:
    """Tell whether the right edge of a screen cut a column header.

    >>> is_cut_header("Proto RefCnt Flags Type State I-Node PID/Progr")
    True
    """
    return grammar.CUT_HEADER.re.match(line) is not None


def other_table(line: str) -> str | None:
    """Name the table that a title or header belongs to, where it holds no sockets of ours.

    >>> other_table("Kernel IP routing table")
    'a routing table'
    """
    for name, title in grammar.OTHER_TABLES:
        if title.re.match(line):
            return name
    return None


_TITLES = (
    (Kind.UNIX_TITLE, grammar.UNIX_TITLE.re),
    (Kind.INTERNET_TITLE, grammar.INTERNET_TITLE.re),
)
_KINDS = (
    *((Kind.OTHER_TABLE, title) for _, title in grammar.OTHER_TABLES),
    (Kind.OTHER_TABLE, grammar.BLUETOOTH_HEADER),
    (Kind.INTERNET_TITLE, windows_words.TITLE),
    (Kind.UNIX_HEADER, grammar.UNIX_HEADER),
    (Kind.INTERNET_HEADER, grammar.INTERNET_HEADER),
    (Kind.INTERNET_HEADER, windows_words.HEADER),
    (Kind.NOT_ELEVATED, windows_words.ELEVATION),
    (Kind.LIMITED_VIEW, LIMITED_VIEW),
    (Kind.REMARK, LIMITED_VIEW_REST),
    (Kind.REMARK, REMARK_LINE),
    (Kind.USAGE, grammar.USAGE),
    (Kind.PROMPT, grammar.PROMPT),
    (Kind.MARK, grammar.PAGER_MARK),
)
# One expression for all of them: a line is tried once, and the group's name says which it was.
_AROUND = re.compile(
    "|".join(
        f"(?P<{kind.name}_{number}>{expression.re.pattern})"
        for number, (kind, expression) in enumerate(_KINDS)
    )
)
