"""Neighbours: which rules of a chain match some packet together, in a few look-ups of each.

The answers are those of `netstat_fw.ruleset.space.meets`, for any pair of rules.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from netstat_fw.protocol import Family
from netstat_fw.ruleset.cuts import Cuts
from netstat_fw.ruleset.space import Dimension

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from netstat_fw.ruleset.space import Numbers, Space


class Neighbours:
    """The rules of a chain by what each dimension of a packet is to be.

    Args:
        spaces: what each rule matches.
    """

    def __init__(self, spaces: Sequence[Space]) -> None:
        self._spaces = spaces
        self._cuts = {family: _cuts(spaces, family) for family in Family}
        self._within: dict[tuple[Family, int, Numbers], int] = {}

    def before(self, index: int) -> Iterator[int]:
        """Give the rules before one that meet it, in order."""
        return _numbers(self._near(index) & _lower(index))

    def behind(self, index: int) -> Iterator[int]:
        """Give the rules behind one that meet it, in order."""
        return _numbers(self._near(index) & ~_lower(index + 1))

    def stands_out(self, index: int) -> bool:
        """Tell whether a packet is at hand that a rule matches and none before it does.

        Only a corner of what it matches is looked at: False leaves open whether there is one.
        """
        for family, box in self._spaces[index].items():
            left = _lower(index)
            for cuts, numbers in zip(self._cuts[family], box, strict=True):
                ends = (cuts.at(numbers[0][0]), cuts.at(numbers[-1][1]))
                left = min((left & bits for bits in ends), key=int.bit_count)
            if not left:
                return True
        return False

    def _near(self, index: int) -> int:
        near = 0
        for family, box in self._spaces[index].items():
            met = -1
            for dimension, numbers in enumerate(box):
                met &= self._rules_within(family, dimension, numbers)
            near |= met
        return near

    def _rules_within(self, family: Family, dimension: int, numbers: Numbers) -> int:
        key = family, dimension, numbers
        if key not in self._within:
            self._within[key] = self._cuts[family][dimension].within(numbers)
        return self._within[key]


def _cuts(spaces: Sequence[Space], family: Family) -> tuple[Cuts, ...]:
    boxes = [space.get(family) for space in spaces]
    return tuple(
        Cuts([() if box is None else box[dimension] for box in boxes]) for dimension in Dimension
    )


def _lower(index: int) -> int:
    return (1 << index) - 1


def _numbers(bits: int) -> Iterator[int]:
    """Give the places of the bits that are set, in order."""
    while bits:
        lowest = bits & -bits
        yield lowest.bit_length() - 1
        bits ^= lowest
