"""Recognises what stands around rows: which kind of line one is that is no row.

Total: `kind_of` gives a kind or None for any line.
"""

from __future__ import annotations

import enum

from netstat_fw.grammar import structure as grammar
from netstat_fw.grammar import windows_words

# Longer lines are nobody's title, header or prompt.
_LONGEST_LINE = 2_000


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
    NOT_ELEVATED = "not elevated"
    """Windows says that netstat may not show owners without elevation, and nothing else."""


def kind_of(line: str) -> Kind | None:
    """Tell what a line that is no row is; None where it is nothing that netstat's output has.

    >>> kind_of("root@host:~# netstat -anp"), kind_of("Good morning")
    (<Kind.PROMPT: 'prompt'>, None)
    """
    if len(line) > _LONGEST_LINE:
        return None
    for kind, matches in _KINDS:
        if matches(line):
            return kind
    return None


def is_windows_heading(line: str) -> bool:
    """Tell whether a title or header is one that only netstat.exe prints.

    >>> is_windows_heading("Active Connections"), is_windows_heading("Proto Recv-Q Send-Q Local")
    (True, False)
    """
    return bool(windows_words.TITLE.re.match(line) or windows_words.BARE_HEADER.re.match(line))


def other_table(line: str) -> str | None:
    """Name the table that a title or header belongs to, where it holds no sockets of ours.

    >>> other_table("Kernel IP routing table")
    'a routing table'
    """
    for name, title in grammar.OTHER_TABLES:
        if title.re.match(line):
            return name
    return None


_KINDS = (
    (Kind.OTHER_TABLE, other_table),
    (Kind.OTHER_TABLE, grammar.BLUETOOTH_HEADER.re.match),
    (Kind.UNIX_TITLE, grammar.UNIX_TITLE.re.search),
    (Kind.INTERNET_TITLE, grammar.INTERNET_TITLE.re.search),
    (Kind.INTERNET_TITLE, windows_words.TITLE.re.match),
    (Kind.UNIX_HEADER, grammar.UNIX_HEADER.re.match),
    (Kind.INTERNET_HEADER, grammar.INTERNET_HEADER.re.match),
    (Kind.INTERNET_HEADER, windows_words.HEADER.re.match),
    (Kind.NOT_ELEVATED, windows_words.ELEVATION.re.match),
    (Kind.LIMITED_VIEW, grammar.LIMITED_VIEW.re.match),
    (Kind.USAGE, grammar.USAGE.re.match),
    (Kind.PROMPT, grammar.COMMAND.re.match),
    (Kind.PROMPT, grammar.PROMPT.re.match),
    (Kind.MARK, grammar.PAGER_MARK.re.match),
)
