"""Diagrams: what becomes of every packet there can be, asked one field after the other.

A firewall decision diagram (Gouda and Liu, ICDCS 2004): a node cuts one field into ranges, and each
range leads on to the next field or to an answer. Fields come in the order of `Level` and are left
out where they make no difference. Equal diagrams made by one `Diagrams` are the same object, so two
chains mean the same exactly where their diagrams are one.
"""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from netstat_fw.ruleset.terms import Action

Diagram: TypeAlias = "Node | Action | bool"
Ranges: TypeAlias = "tuple[tuple[int, int], ...]"
"""Disjoint inclusive ranges in ascending order, none touching the next."""
Box: TypeAlias = "dict[Level, Ranges]"
"""The packets whose numbers are in the ranges of every level; a level left out has all of them."""


class Level(enum.IntEnum):
    """The fields of a packet, in the order in which diagrams ask for them."""

    PROTOCOL = 0
    SERVICE = 1
    """The port that a service is known by, or the ICMP type."""
    INTERFACE = 2
    STATE = 3
    FAMILY = 4
    REMOTE = 5
    LOCAL = 6
    OTHER_PORT = 7
    """The port at the client's end."""
    HOP_LIMIT = 8


_ANSWER = len(Level)


class Node:
    """One question: a field cut into ranges. Made by `Diagrams` alone, and compared by identity."""

    __slots__ = ("edges", "level")

    def __init__(self, level: int, edges: tuple[tuple[int, Diagram], ...]) -> None:
        """Take each range's last number, ascending, and what it leads to."""
        self.level = level
        self.edges = edges


class Diagrams:
    """Makes diagrams, and the same object for equal ones."""

    def __init__(self) -> None:
        self._known: dict[tuple[object, ...], Node] = {}

    def node(self, level: int, edges: Iterable[tuple[int, Diagram]]) -> Diagram:
        """Make a node, or the only thing that all its ranges lead to."""
        merged: list[tuple[int, Diagram]] = []
        for last, child in edges:
            if merged and merged[-1][1] is child:
                merged.pop()
            merged.append((last, child))
        if len(merged) == 1:
            return merged[0][1]
        key = (level, *((last, id(child)) for last, child in merged))
        if key not in self._known:
            self._known[key] = Node(level, tuple(merged))
        return self._known[key]

    def combine(
        self,
        left: Diagram,
        right: Diagram,
        join: Callable[[Diagram, Diagram], Diagram],
        below: int = _ANSWER,
    ) -> Diagram:
        """Lay two diagrams over each other.

        Args:
            left: one diagram.
            right: another over the same fields.
            join: gives what two parts come to, once neither asks for a level above `below`.
            below: how far down to go; the default is down to the answers.
        """
        known: dict[tuple[int, int], Diagram] = {}

        def walk(one: Diagram, other: Diagram) -> Diagram:
            key = id(one), id(other)
            if key not in known:
                level = min(level_of(one), level_of(other))
                known[key] = (
                    join(one, other)
                    if level >= below
                    else self.node(
                        level,
                        [(last, walk(a, b)) for last, a, b in _overlaid(one, other, level)],
                    )
                )
            return known[key]

        return walk(left, right)


def level_of(diagram: Diagram) -> int:
    """Return the level that a diagram asks for first; an answer is below all levels."""
    return diagram.level if isinstance(diagram, Node) else _ANSWER


def boxes(diagram: Diagram) -> Iterator[Box]:
    """Write the packets that a diagram answers True for as disjoint boxes, in ascending order."""
    if diagram is True:
        yield {}
    if not isinstance(diagram, Node):
        return
    by_child: dict[int, tuple[Diagram, list[tuple[int, int]]]] = {}
    first = 0
    for last, child in diagram.edges:
        by_child.setdefault(id(child), (child, []))[1].append((first, last))
        first = last + 1
    for child, ranges in by_child.values():
        for box in boxes(child):
            yield {Level(diagram.level): tuple(ranges), **box}


def _overlaid(left: Diagram, right: Diagram, level: int) -> Iterator[tuple[int, Diagram, Diagram]]:
    """Cut one level at the ends of the ranges of both diagrams."""
    ours, theirs = _edges(left, level), _edges(right, level)
    end = min(ours[-1][0], theirs[-1][0])
    last, our, their = -1, 0, 0
    while last < end:
        last = min(ours[our][0], theirs[their][0])
        yield last, ours[our][1], theirs[their][1]
        our += ours[our][0] == last
        their += theirs[their][0] == last


def _edges(diagram: Diagram, level: int) -> tuple[tuple[int, Diagram], ...]:
    if isinstance(diagram, Node) and diagram.level == level:
        return diagram.edges
    return ((_NO_END, diagram),)


_NO_END = 1 << 200
"""Beyond the last number of every level."""
