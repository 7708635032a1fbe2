r"""Quoting: the only way by which free text reaches an output.

Program names, comments and zone names are chosen by others, the first of them by attackers. Nothing
here tries to escape: nftables has no escape inside a string, and tools print what they stored raw,
to be read again at the next boot. What a format could take for syntax becomes ``_``, control
characters and everything beyond ASCII included, so one character is one byte and cutting is safe.
"""

from __future__ import annotations

import re
import textwrap
from typing import TYPE_CHECKING, TypeAlias, Union

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

Document: TypeAlias = Union[str, "Sequence[Document]", "Mapping[str, Document]"]
"""Mappings and lists of text, none of them empty but at the top."""

_WIDTH = 100
_NOT_PLAIN = re.compile(r"[^A-Za-z0-9 ._,:/()+=@-]")
# In prose alone: whatever else they stand in is no sentence, and shows that something was there.
_SEMICOLON = re.compile(r"(?<=[a-z0-9]);(?= [A-Za-z])")
_APOSTROPHE = re.compile(r"(?<=[a-z])'(?=s(?:[ ,;:)]|$))")
# A line comment ends at its line break only; a backslash before one would join the next line.
_NOT_IN_COMMENT = re.compile(r"[^ -\[\]-~]")
_NOT_IN_TOKEN = re.compile(r"[^A-Za-z0-9_-]")
# Words that YAML reads as text and nothing else: no number, no boolean, no null.
_YAML_WORD = re.compile(r"(?!(?:null|true|false|yes|no|on|off|[yn])$)[A-Za-z_][A-Za-z0-9_/.-]*")
_BLANKS = re.compile(r"[ \t]+")


def plain(text: str, limit: int) -> str:
    r"""Reduce text to letters, digits, blanks and ``._,:/()+=@-``, at most `limit` bytes of them.

    A semicolon and an apostrophe within prose become what reads best of those, before all else that
    is left becomes ``_``.

    >>> plain('a";accept;#\n', 120), plain("näme", 3)
    ('a__accept___', 'n_m')
    >>> plain("this machine's own; nobody else's", 120)
    'this machines own, nobody elses'
    """
    prose = _SEMICOLON.sub(",", _APOSTROPHE.sub("", text))
    return _NOT_PLAIN.sub("_", prose)[:limit].rstrip()


def quoted(text: str, limit: int) -> str:
    """Write reduced text between double quotes, for formats whose strings have no escape.

    >>> quoted('x"; accept comment "y', 120)
    '"x__ accept comment _y"'
    """
    return f'"{plain(text, limit)}"'


def comment_lines(text: str, mark: str = "#") -> list[str]:
    r"""Write text as whole-line comments, wrapped; a line break in it starts no line of its own.

    >>> comment_lines("what now?\nflush ruleset")
    ['# what now?_flush ruleset']
    """
    safe = _NOT_IN_COMMENT.sub("_", _BLANKS.sub(" ", text)).strip()
    return textwrap.wrap(
        safe,
        _WIDTH,
        initial_indent=f"{mark} ",
        subsequent_indent=f"{mark}   ",
        break_on_hyphens=False,
    ) or [mark]


def token(text: str, limit: int) -> str:
    """Reduce text to letters, digits, ``_`` and ``-``, for formats that name things by words.

    >>> token("head office", 60)
    'head_office'
    """
    return _NOT_IN_TOKEN.sub("_", text)[:limit]


def yaml_lines(document: Mapping[str, Document]) -> list[str]:
    r"""Write a mapping as YAML; text that is no plain word goes between quotes, reduced.

    >>> yaml_lines({"a": ["b", "1"], "c": [{"d": "on", "e": {"f": "g: \n#h"}}]})
    ['a: [b, "1"]', 'c:', '  - d: "on"', '    e:', '      f: "g: __h"']
    """
    return list(_yaml(document))


def _yaml(document: Mapping[str, Document]) -> Iterator[str]:
    for name, value in document.items():
        key = _yaml_text(name)
        if isinstance(value, str):
            yield f"{key}: {_yaml_text(value)}"
        elif isinstance(value, dict) and value:
            yield f"{key}:"
            yield from (f"  {line}" for line in _yaml(value))
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            yield f"{key}:"
            for item in value:
                first, *rest = _yaml(item)
                yield f"  - {first}"
                yield from (f"    {line}" for line in rest)
        elif isinstance(value, list):
            yield f"{key}: [{', '.join(map(_yaml_text, value))}]"
        else:
            yield f"{key}: {{}}"


def _yaml_text(text: str) -> str:
    return text if _YAML_WORD.fullmatch(text) else quoted(text, len(text))
