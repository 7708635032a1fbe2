"""A grammar of our own for the PowerShell that is written here: strings, brackets, commands.

It is no PowerShell, and proves no more than that a script falls into the pieces that are meant.
"""

from __future__ import annotations

import re
from typing import Any

import pyparsing as pp

COMMAND = re.compile(
    r"(?<![\w:$-])[A-Z][a-z]+-[A-Z][A-Za-z]+(?![\w-])|\bnetsh\b|\bpowershell\.exe\b"
)


def _grammar() -> pp.ParserElement:
    single = pp.Regex(r"'(?:[^'\n]|'')*'").set_name("text between single quotes")
    double = pp.Regex(r'"(?:[^"`\n]|`.)*"').set_name("text between double quotes")
    plain = pp.Regex(r"[^'\"#`(){}\[\]\s]+|`\n|#Requires [^\n]*").set_name("a word")
    pieces = pp.Forward()
    nested = [pp.Group(pp.Literal(a) + pieces + pp.Literal(b)) for a, b in ("()", "{}", "[]")]
    pieces <<= pp.ZeroOrMore(pp.MatchFirst([single, double, plain, *nested]))
    # A number sign begins a comment where a word could begin.
    return pieces.ignore(pp.Regex(r"#(?!Requires)[^\n]*"))


POWERSHELL = _grammar()


def pieces(script: str) -> list[Any]:
    """Read a whole script into words, texts and nested lists; anything else fails."""
    return POWERSHELL.parse_string(script, parse_all=True).as_list()


def flat(items: list[Any]) -> list[str]:
    """Give all words and texts in order."""
    return [
        word for item in items for word in (flat(item) if isinstance(item, list) else [str(item)])
    ]


def commands(script: str) -> list[str]:
    """Name the commands of a script in order, those in texts left out."""
    words = (word for word in flat(pieces(script)) if word[0] not in "'\"")
    return [found for word in words for found in COMMAND.findall(word)]
