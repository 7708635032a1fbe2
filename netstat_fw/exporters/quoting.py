r"""Quoting: the only way by which free text reaches an output.

Program names, comments and zone names are chosen by others, the first of them by attackers. Nothing
here tries to escape: nftables has no escape inside a string, and tools print what they stored raw,
to be read again at the next boot. What a format could take for syntax becomes ``_``, control
characters and everything beyond ASCII included, so one character is one byte and cutting is safe.
"""

from __future__ import annotations

import re
import textwrap

_NOT_PLAIN = re.compile(r"[^A-Za-z0-9 ._,:/()+=@-]")
# A line comment ends at its line break only; a backslash before one would join the next line.
_NOT_IN_COMMENT = re.compile(r"[^ -\[\]-~]")
_BLANKS = re.compile(r"[ \t]+")


def plain(text: str, limit: int) -> str:
    r"""Reduce text to letters, digits, blanks and ``._,:/()+=@-``, at most `limit` bytes of them.

    >>> plain('a";accept;#\n', 120), plain("näme", 3)
    ('a__accept___', 'n_m')
    """
    return _NOT_PLAIN.sub("_", text)[:limit].rstrip()


def quoted(text: str, limit: int) -> str:
    """Write reduced text between double quotes, for formats whose strings have no escape.

    >>> quoted('x"; accept comment "y', 120)
    '"x__ accept comment _y"'
    """
    return f'"{plain(text, limit)}"'


def comment_lines(text: str, mark: str = "#", width: int = 100) -> list[str]:
    r"""Write text as whole-line comments, wrapped; a line break in it starts no line of its own.

    >>> comment_lines("what now?\nflush ruleset")
    ['# what now?_flush ruleset']
    """
    safe = _NOT_IN_COMMENT.sub("_", _BLANKS.sub(" ", text)).strip()
    return textwrap.wrap(
        safe,
        width,
        initial_indent=f"{mark} ",
        subsequent_indent=f"{mark}   ",
        break_on_hyphens=False,
    ) or [mark]
