"""Neighbours: which rules of a chain may meet which, told by one number of each.

Most rules are for one port, and rules for other ports than theirs cannot meet them. A rule that is
not for one port is a neighbour of every rule.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from heapq import merge
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from netstat_fw.protocol import Family
    from netstat_fw.ruleset.space import Box

# Of a box: the ports of this host and those of the other side.
_PORTS = (0, 1)


class Neighbours:
    """The rules of a chain by the port that they are for, the one of the side that more name.

    Args:
        spaces: what each rule matches.
    """

    def __init__(self, spaces: Sequence[Mapping[Family, Box]]) -> None:
        sides = [[_single(space, side) for space in spaces] for side in _PORTS]
        self._ports = min(sides, key=lambda side: side.count(None))
        self._all = range(len(spaces))
        self._wide = [index for index, port in enumerate(self._ports) if port is None]
        self._of: dict[int, list[int]] = {}
        for index, port in enumerate(self._ports):
            if port is not None:
                self._of.setdefault(port, []).append(index)

    def before(self, index: int) -> Iterator[int]:
        """Give the rules before one that may meet it, in order."""
        return merge(*(rules[: bisect_left(rules, index)] for rules in self._near(index)))

    def behind(self, index: int) -> Iterator[int]:
        """Give the rules behind one that may meet it, in order."""
        return merge(*(rules[bisect_right(rules, index) :] for rules in self._near(index)))

    def _near(self, index: int) -> Iterable[Sequence[int]]:
        port = self._ports[index]
        return (self._all,) if port is None else (self._of[port], self._wide)


def _single(space: Mapping[Family, Box], side: int) -> int | None:
    """Return the one port of a side that a rule is for; None where it is not for one."""
    named = {box[side] for box in space.values()}
    if len(named) != 1:
        return None
    ranges = named.pop()
    first, last = ranges[0][0], ranges[-1][1]
    return first if first == last else None
