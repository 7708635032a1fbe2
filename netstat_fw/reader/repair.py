"""Takes away what editors, web pages and terminals put around and into a row.

Only lines that no reader understood come here, so nothing in a well-formed row is ever touched.
"""

from __future__ import annotations

import html
import re

# Longer lines are not rows of any tool; they are left as they are.
_LONGEST_LINE = 65_536

_TERMINAL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[()][A-Z0-9]|[\x00-\x07\x0c\x0e-\x1a\x7f]")
_MARKUP = re.compile(
    r"</?[A-Za-z][A-Za-z0-9]*(?:\s[^<>]*)?/?>"
    r"|\[/?(?:b|i|u|s|code|quote|color|colour|size|font|url|img|list|table|tr|td|th|pre|center"
    r"|left|right|spoiler|highlight)(?:=[^\[\]\s]*)?\]",
    re.ASCII | re.IGNORECASE,
)
# A cell or a block ends a word; what only changes a letter's looks does not.
_CELL = re.compile(r"</?(?:td|th|tr|li|p|div|pre)\b|\[/?(?:td|th|tr)\b", re.IGNORECASE)
_ESCAPED = re.compile(r"\\([*_\[\]@~$#.:`-])")
_ODD_BLANKS = re.compile(r"[\u00a0\u1680\u2000-\u200b\u202f\u205f\u3000\ufeff]")
# "0.0.0.0 :*", "localhost: domain", "[ :: ] :*": blanks typed into an address.
_INNER_BLANKS = (
    (re.compile(r"\[[ \t]*([0-9A-Fa-f:.]+)[ \t]*\]"), r"[\1]"),
    (re.compile(r"(?<=[\w\]*.])[ \t]+(?=:(?:\*|[A-Za-z0-9])[\w*-]*(?:[ \t]|\Z))"), ""),
    (re.compile(r"(?<=[\w\]*]:)[ \t]+(?=[A-Za-z0-9*][\w-]*(?:[ \t]|\Z))"), ""),
)
# What grep -n, cat -n, several hosts and loggers put before a row: a number, a name, a time. What
# follows must have the shape of a row, or the words of a column header.
_WINDOWS_ROW_SHAPE = r"(?:TCP|UDP)[ \t]+\S{1,80}:\S{1,40}[ \t]+\S{1,80}:"
_ROW_SHAPE = (
    r"(?:tcp|udp|udplite|udpl|raw|sctp|dccp)(?:46?|6)?[ \t]+-?[0-9]{1,20}[ \t]+-?[0-9]"
    rf"|unix[ \t]+[0-9]{{1,20}}[ \t]+\[|{_WINDOWS_ROW_SHAPE}"
)
_PREFIX = re.compile(
    rf"\A[ \t>]*+(?!{_WINDOWS_ROW_SHAPE}|(?:tcp|udp)(?:46?|6)[ \t]+\S+\.\S+[ \t]+\S+\.\S)"
    r"(?:[0-9]{1,9}[:|\t ]|[^\s#<>]{1,80}[:|]|(?:[^\s#<>]{1,40}[ \t]++){1,4}?)[ \t]*+"
    rf"(?={_ROW_SHAPE}|Proto[ \t]+(?:Recv-Q|RefCnt|Local))"
)
_ROW = re.compile(rf"[ \t>|]*+(?:{_ROW_SHAPE})")
_OWNER = re.compile(r"[ \t][0-9]{1,10}/")
_BREAK = re.compile(r"<br[ \t]*/?>", re.IGNORECASE)
_PAGER = re.compile(r"\A[ \t]*-{2,}[ \t]?[Mm]ore[ \t]?-{2,}(?:\([0-9]+%\))?[ \t]*")
# What a line has at least one of if there is anything to take away.
_TRACE = re.compile(
    r"[<&\\\[\x00-\x08\x0c\x0e-\x1b\x7f\u00a0\u1680\u2000-\u200b\u202f\u205f\u3000\ufeff]|\*\*|--"
)


def repaired(line: str) -> list[str]:
    r"""Return the text of a line without what is not netstat's; nothing where that is the line.

    A line holds several rows where a page joined them with ``<br>``; blank pieces are left out.

    >>> repaired("12:tcp 0 0 0.0.0.0:22 0.0.0.0:* LISTEN -")
    ['tcp 0 0 0.0.0.0:22 0.0.0.0:* LISTEN -']
    >>> repaired(r"tcp 0 0 0.0.0.0:22 0.0.0.0:\* LISTEN -<br>")
    ['tcp 0 0 0.0.0.0:22 0.0.0.0:* LISTEN -']
    """
    if len(line) > _LONGEST_LINE:
        return []
    prefix = _PREFIX.match(line)
    if prefix is not None:
        line = line[prefix.end() :]
        return repaired(line) or [line]
    if not _TRACE.search(line):
        return []
    text = _TERMINAL.sub("", line)
    if "\b" in text:
        text = _overwritten(text)
    text = _PAGER.sub("", text)
    pieces = [_without_markup(piece) for piece in _BREAK.split(text)]
    pieces = [piece for piece in pieces if piece.strip()]
    return [] if pieces == [line] else pieces


def has_row_shape(text: str) -> bool:
    """Tell whether a repaired text begins beyond doubt as a row does, in any dialect.

    >>> has_row_shape("tcp 0 0 x"), has_row_shape("tcp is a protocol")
    (True, False)
    """
    return _ROW.match(text) is not None


def _overwritten(text: str) -> str:
    """Apply backspaces as a terminal does: each one takes back the character before it."""
    shown: list[str] = []
    for char in text:
        if char != "\b":
            shown.append(char)
        elif shown:
            shown.pop()
    return "".join(shown)


def _without_markup(text: str) -> str:
    """Take tags away, and only then decode what they were told apart from."""
    text = _MARKUP.sub(lambda tag: " " if _CELL.match(tag[0]) else "", text)
    if "&" in text:
        text = html.unescape(text)
    text = _ESCAPED.sub(r"\1", _ODD_BLANKS.sub(" ", text))
    return text.replace("**", "*")


def without_inner_blanks(line: str) -> str:
    """Close the gaps that somebody who retyped a row left inside its addresses.

    What follows the number of a process is a name, and left as it is.

    >>> without_inner_blanks("tcp 0 0 localhost: domain [ :: ] :* LISTEN 7/sshd: root")
    'tcp 0 0 localhost:domain [::]:* LISTEN 7/sshd: root'
    """
    found = _OWNER.search(line)
    end = len(line) if found is None else found.start()
    cells = line[:end]
    for pattern, replacement in _INNER_BLANKS:
        cells = pattern.sub(replacement, cells)
    return cells + line[end:]
