"""Cuts: which rules of a chain ask for a number, told by a look-up however many rules there are.

The numbers of one dimension of a packet are cut into intervals within which no rule changes its
mind. Every interval holds one integer whose bit n says whether rule n accepts it (bit-vector
classification: Lakshman and Stiliadis, SIGCOMM 1998).
"""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


class Cuts:
    """Bits of the rules per interval of one numeric dimension."""

    __slots__ = ("bits", "starts", "unrestricted")

    def __init__(self, ranges_of_rules: Sequence[Iterable[tuple[int, int]] | None]) -> None:
        """Take disjoint inclusive ranges per rule, None for a rule that asks for nothing."""
        self.unrestricted = 0
        flips: dict[int, int] = {}
        for number, ranges in enumerate(ranges_of_rules):
            bit = 1 << number
            if ranges is None:
                self.unrestricted |= bit
                continue
            for first, last in ranges:
                flips[first] = flips.get(first, 0) ^ bit
                flips[last + 1] = flips.get(last + 1, 0) ^ bit
        self.starts = sorted(flips)
        self.bits = [self.unrestricted]
        for start in self.starts:
            self.bits.append(self.bits[-1] ^ flips[start])

    def at(self, value: int | None) -> int:
        """Return the bits of the rules that accept the value; None satisfies no range."""
        if value is None:
            return self.unrestricted
        return self.bits[bisect_right(self.starts, value)]

    def within(self, ranges: Iterable[tuple[int, int]]) -> int:
        """Return the bits of the rules that accept any value of some inclusive ranges."""
        found = 0
        for first, last in ranges:
            intervals = bisect_right(self.starts, first), bisect_right(self.starts, last) + 1
            for bits in self.bits[slice(*intervals)]:
                found |= bits
        return found
