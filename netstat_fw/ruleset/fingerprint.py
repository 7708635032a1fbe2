"""Fingerprint: what a ruleset means, as a short text.

Two rulesets have one fingerprint exactly where `diff` finds no packet between them. It is taken
from their diagrams, in a fraction of the time that writing out regions for readers takes.
"""

from __future__ import annotations

import hashlib
from ipaddress import IPv6Network
from typing import TYPE_CHECKING, TypeAlias

from netstat_fw.address import LAST_ADDRESS
from netstat_fw.protocol import Family
from netstat_fw.ruleset.diagram import Diagram, Diagrams, Level, Node
from netstat_fw.ruleset.drawing import Drawing, Names
from netstat_fw.ruleset.rule import RemoteReference
from netstat_fw.ruleset.terms import Direction, RemoteKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from netstat_fw.ruleset.model import Ruleset

_Parts: TypeAlias = "list[tuple[int, str]]"
"""The last number of each range, ascending, and what the range leads to."""
_NOBODY = RemoteReference(RemoteKind.USER_GROUP, "nobody")
"""Stands for a group that no rule names."""
_MAPPED = IPv6Network("::ffff:0:0/96")
_FIRST_MAPPED, _LAST_MAPPED = int(_MAPPED.network_address), int(_MAPPED.broadcast_address)


def fingerprint(ruleset: Ruleset) -> str:
    """Return 16 hexadecimal digits for what a ruleset does with packets of both directions.

    >>> from netstat_fw.ruleset import Chain, PortSet, Rule, Ruleset
    >>> def ruleset(*ports):
    ...     rules = [
    ...         Rule(action="accept", protocol="tcp", local_ports=PortSet([p])) for p in ports
    ...     ]
    ...     return Ruleset(Chain("drop", rules), Chain("drop"))
    >>> fingerprint(ruleset(22, 80)) == fingerprint(ruleset(80, 22, 80))
    True
    """
    names = Names.of(ruleset)
    drawing = Drawing(Diagrams(), Names(names.interfaces, (*names.groups, _NOBODY)))
    writer = _Writer(names)
    texts = [writer.text(drawing.draw(ruleset, direction)) for direction in Direction]
    return _short("\n".join(texts), 8)


class _Writer:
    """Writes diagrams so that their texts compare, whatever names each of them was drawn with.

    Left out is what no packet can tell: names that change nothing, and IPv6 packets with
    IPv4-mapped addresses, which do not exist.
    """

    def __init__(self, names: Names) -> None:
        self._interfaces = names.interfaces
        self._groups = tuple(map(str, names.groups))
        self._known: dict[int, str] = {}

    def text(self, diagram: Diagram) -> str:
        """Write a diagram: the name of an answer, or a digest of all that a question leads to."""
        if not isinstance(diagram, Node):
            return str(diagram)
        text = self._known.get(id(diagram))
        if text is None:
            parts = [(last, self.text(child)) for last, child in diagram.edges]
            text = self._known[id(diagram)] = self._node(diagram.level, parts)
        return text

    def _node(self, level: int, parts: _Parts) -> str:
        named: list[tuple[str, str]] = []
        if level == Level.INTERFACE:
            parts, named = _split(parts, 0, self._interfaces)
        elif level in {Level.REMOTE, Level.LOCAL}:
            last = LAST_ADDRESS[Family.IPV4 if parts[-1][0] < _FIRST_MAPPED else Family.IPV6]
            if level == Level.REMOTE:
                parts, named = _split(parts, last + 1, self._groups)
            if last > _LAST_MAPPED:
                parts = list(_without_mapped(parts))
        numbers = _merged(parts)
        if len(numbers) == 1 and not named:
            return numbers[0][1]
        return _short(f"{level} {numbers} {named}")


def _split(parts: _Parts, start: int, names: Sequence[str]) -> tuple[_Parts, list[tuple[str, str]]]:
    """Split what is counted from what is named, without names that change nothing.

    Args:
        parts: ranges over what is counted, then one number for each name, then one for no name.
        start: the number of the first name; 0 where nothing is counted.
        names: the names.
    """
    unnamed = parts[-1][1]
    texts = (_at(parts, number) for number in range(start, start + len(names)))
    named = [(name, text) for name, text in zip(names, texts, strict=True) if text != unnamed]
    if not start:
        return [(0, unnamed)], named
    counted = [(last, text) for last, text in parts if last < start - 1]
    return [*counted, (start - 1, _at(parts, start - 1))], named


def _at(parts: _Parts, number: int) -> str:
    return next(text for last, text in parts if number <= last)


def _without_mapped(parts: _Parts) -> Iterator[tuple[int, str]]:
    first = 0
    for last, text in parts:
        if first < _FIRST_MAPPED:
            yield min(last, _FIRST_MAPPED - 1), text
        if last > _LAST_MAPPED:
            yield last, text
        first = last + 1


def _merged(parts: _Parts) -> _Parts:
    """Make one range of those side by side that lead to the same."""
    merged: _Parts = []
    for last, text in parts:
        if merged and merged[-1][1] == text:
            merged.pop()
        merged.append((last, text))
    return merged


def _short(text: str, size: int = 16) -> str:
    return hashlib.blake2b(text.encode(), digest_size=size).hexdigest()
