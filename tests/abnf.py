"""ABNF (RFC 5234, with the strings of RFC 7405) to regular expressions and to random texts.

Rules must not be recursive. Strings are without regard to case unless ``%s`` stands before them. Of
the core rules there are those of `_CORE`; there are no comments and no prose values.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeAlias

import attrs

if TYPE_CHECKING:
    from collections.abc import Mapping
    from random import Random

_RULE = re.compile(
    r"^([A-Za-z][A-Za-z0-9-]*)\s*=\s*((?:.*\n)(?:[ \t]+.*\n|\n(?=[ \t]))*)", re.MULTILINE
)
_TOKEN = re.compile(
    r'\s*(?:(?P<repeat>[0-9]*\*[0-9]*|[0-9]+)(?=[A-Za-z"%(\[])|(?P<name>[A-Za-z][A-Za-z0-9-]*)'
    r'|(?P<exact>%s)?"(?P<string>[^"]*)"|%x(?P<low>[0-9A-F]+)(?:-(?P<high>[0-9A-F]+))?'
    r"|(?P<sign>[/()\[\]]))"
)
# Where a rule sets no upper bound, random texts do.
_MANY = 4


@attrs.frozen
class Choice:
    """One of several sequences."""

    options: tuple[tuple[Element, ...], ...]

    def pattern(self) -> str:
        return f"(?:{'|'.join(''.join(e.pattern() for e in option) for option in self.options)})"

    def text(self, random: Random) -> str:
        return "".join(element.text(random) for element in random.choice(self.options))


@attrs.frozen
class Repetition:
    """An element so many times; `high` is None for any number."""

    element: Element
    low: int
    high: int | None

    def pattern(self) -> str:
        return f"{self.element.pattern()}{{{self.low},{'' if self.high is None else self.high}}}"

    def text(self, random: Random) -> str:
        high = self.low + _MANY if self.high is None else self.high
        return "".join(self.element.text(random) for _ in range(random.randint(self.low, high)))


@attrs.frozen
class Characters:
    """One character of a range."""

    low: int
    high: int

    def pattern(self) -> str:
        return f"[{re.escape(chr(self.low))}-{re.escape(chr(self.high))}]"

    def text(self, random: Random) -> str:
        return chr(random.randint(self.low, self.high))


@attrs.frozen
class String:
    """A text, with or without regard to case."""

    value: str
    exact: bool

    def pattern(self) -> str:
        return f"(?{'' if self.exact else 'i'}:{re.escape(self.value)})"

    def text(self, random: Random) -> str:
        return self.value if self.exact else random.choice((self.value, self.value.upper()))


Element: TypeAlias = "Choice | Repetition | Characters | String"

_CORE: dict[str, Element] = {
    "ALPHA": Choice(((Characters(0x41, 0x5A),), (Characters(0x61, 0x7A),))),
    "DIGIT": Characters(0x30, 0x39),
    "HEXDIG": Choice(
        ((Characters(0x30, 0x39),), (Characters(0x41, 0x46),), (Characters(0x61, 0x66),))
    ),
    "HTAB": Characters(0x09, 0x09),
    "SP": Characters(0x20, 0x20),
}  # fmt: skip


def read_rules(text: str) -> dict[str, str]:
    """Return the rules of a text by name, each as written."""
    return {name: body.strip() for name, body in _RULE.findall(text)}


def compile_rule(name: str, rules: Mapping[str, str]) -> Element:
    """Take a rule apart, with all that it names.

    Raises:
        KeyError: for a name without a rule.
        ValueError: for what is no ABNF.
    """
    if name in _CORE:
        return _CORE[name]
    levels: list[list[list[Element]]] = [[[]]]
    counts: list[tuple[int, int | None]] = []
    count: tuple[int, int | None] = (1, 1)
    body, at = rules[name], 0
    while at < len(body):
        token = _TOKEN.match(body, at)
        if token is None:
            raise ValueError(f"no ABNF: {body[at:]!r}")
        at = token.end()
        if token["repeat"] is not None:
            count = _count(token["repeat"])
            continue
        if token["sign"] in {"(", "["}:
            counts.append((0, 1) if token["sign"] == "[" else count)
            levels.append([[]])
        elif token["sign"] == "/":
            levels[-1].append([])
        else:
            if token["sign"] is None:
                element = _element(token, rules)
            else:
                element = Choice(tuple(map(tuple, levels.pop())))
                count = counts.pop()
            levels[-1][-1].append(element if count == (1, 1) else Repetition(element, *count))
        count = (1, 1)
    (whole,) = levels
    return Choice(tuple(map(tuple, whole)))


def _element(token: re.Match[str], rules: Mapping[str, str]) -> Element:
    if token["name"] is not None:
        return compile_rule(token["name"], rules)
    if token["low"] is not None:
        return Characters(int(token["low"], 16), int(token["high"] or token["low"], 16))
    return String(token["string"], exact=token["exact"] is not None)


def _count(repeat: str) -> tuple[int, int | None]:
    low, star, high = repeat.partition("*")
    if not star:
        return int(low), int(low)
    return int(low or 0), int(high) if high else None
