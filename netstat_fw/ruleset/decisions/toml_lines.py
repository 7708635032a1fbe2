"""TOML lines: on which line of a TOML text a key stands.

The parser of the standard library gives values without their places, so the text is scanned once
more for the places alone. Only texts that the parser has read come to `find_lines`; what such a
text cannot contain is not looked for.
"""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_right
from collections import Counter
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Path: TypeAlias = tuple[str | int, ...]
"""Keys from the top; the entries of an array of tables are counted from 0."""

_KEY = r"""(?:[A-Za-z0-9_-]+|"(?:[^"\\]|\\.)*"|'[^']*')"""
_DOTTED = rf"{_KEY}(?:[ \t]*\.[ \t]*{_KEY})*"
_LONG_STRING = r'"""(?:[^\\]|\\.)*?"{3,5}' + r"|'''.*?'{3,5}"
_BARE_KEY = re.compile("[A-Za-z0-9_-]+")
_ONE_KEY = re.compile(_KEY)
_HEADER = re.compile(rf"\[(?P<many>\[)?[ \t]*(?P<keys>{_DOTTED})[ \t]*\]\]?")
_ASSIGNED = re.compile(rf"(?P<keys>{_DOTTED})[ \t]*=")
# Whatever a key may be inside of, then a key; what is neither is passed over.
_KEY_OR_NOT = re.compile(
    rf"{_LONG_STRING}"
    r"|#[^\n]*"
    rf"|(?P<keys>{_DOTTED})"
    r"|.",
    re.DOTALL,
)
_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)+")
# What a value is made of, strings first because anything may be inside them.
_PIECE = re.compile(
    rf"{_LONG_STRING}"
    r'|"(?:[^"\\]|\\.)*"'
    r"|'[^']*'"
    r"|#[^\n]*"
    r"|[\[{]|[\]}]|\n|[^\"'#\[\]{}\n]+",
    re.DOTALL,
)


def find_lines(text: str) -> dict[Path, int]:
    r"""Find the 1-based line of every table header and of every key outside inline tables.

    Args:
        text: a text that `tomllib` reads; of another, the places up to what cannot be told apart.

    >>> find_lines('a = 1\n[[b]]\n[[b]]\n"c d" = 2')
    {('a',): 1, ('b',): 2, ('b', 0): 2, ('b', 1): 3, ('b', 1, 'c d'): 4}
    """
    lines: dict[Path, int] = {}
    for path, line in _places(text):
        lines.setdefault(path, line)
    return lines


def find_deep_key(text: str, most: int) -> int | None:
    r"""Find the 1-based line of the first dotted key of more than so many parts, if there is one.

    Works on any text, before it is parsed: the time that `tomllib` takes grows with the square of
    the parts of a key. A string is no key, whatever is in it.

    >>> find_deep_key("a.b = 'c.d.e.f'\n[a.b.c.d] # e.f.g.h", 3)
    2
    """
    for match in _KEY_OR_NOT.finditer(text):
        keys = match["keys"]
        # A key has at least as many dots as parts, less one; few are worth dividing.
        if keys and keys.count(".") >= most and len(_ONE_KEY.findall(keys)) > most:
            return text.count("\n", 0, match.start()) + 1
    return None


def line_of(lines: Mapping[Path, int], path: Path) -> int:
    r"""Return the line of a path, or of the nearest table or key around it; 1 for none.

    >>> line_of(find_lines("x = 0\na = {b = 1}"), ("a", "b"))
    2
    """
    while path and path not in lines:
        path = path[:-1]
    return lines.get(path, 1)


def read_keys(line: str) -> tuple[str, ...]:
    """Read the dotted keys of a line that assigns something; () for any other line.

    >>> read_keys("answers.'Q_EXPOSE tcp/25' = false"), read_keys("a remark")
    (('answers', 'Q_EXPOSE tcp/25'), ())
    """
    assigned = _ASSIGNED.match(line)
    return () if assigned is None else tuple(_plain_keys(assigned["keys"]))


def write_key(key: str) -> str:
    r"""Write a key of printable characters as TOML does: bare where it can be, else quoted.

    >>> print(write_key("Q_UPDATES"), write_key('say "hi" \\ bye'))
    Q_UPDATES "say \"hi\" \\ bye"
    """
    if _BARE_KEY.fullmatch(key):
        return key
    escaped = key.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _places(text: str) -> Iterator[tuple[Path, int]]:
    starts = [0, *(match.end() for match in re.finditer("\n", text))]
    table: Path = ()
    entries: Counter[Path] = Counter()
    at = 0
    while True:
        blank = _BLANK.match(text, at)
        at = blank.end() if blank else at
        line = bisect_right(starts, at)
        if header := _HEADER.match(text, at):
            table = _resolve((), header["keys"], entries)
            yield table, line
            if header["many"]:
                table = (*table, entries[table])
                entries[table[:-1]] += 1
                yield table, line
            at = header.end()
        elif assigned := _ASSIGNED.match(text, at):
            path = _resolve(table, assigned["keys"], entries)
            yield from ((path[:end], line) for end in range(len(table) + 1, len(path) + 1))
            at = _end_of_value(text, assigned.end())
        else:
            return


def _resolve(table: Path, dotted: str, entries: Counter[Path]) -> Path:
    """Follow dotted keys down from a table; through an array of tables to its last entry."""
    path = table
    keys = _plain_keys(dotted)
    for key in keys[:-1]:
        path = (*path, key)
        if entries[path]:
            path = (*path, entries[path] - 1)
    return (*path, keys[-1])


def _plain_keys(dotted: str) -> list[str]:
    return [next(iter(tomllib.loads(f"{m[0]} = 0"))) for m in _ONE_KEY.finditer(dotted)]


def _end_of_value(text: str, at: int) -> int:
    """Find the line break that ends a value, over strings and the lines inside brackets."""
    depth = 0
    while piece := _PIECE.match(text, at):
        if piece[0] == "\n" and depth == 0:
            return at
        depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(piece[0], 0)
        at = piece.end()
    return at
