"""Space: what sets of numbers share and leave, against the numbers one by one."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from netstat_fw.ruleset.space import Numbers, common, without


def ranges(members: set[int]) -> Numbers:
    """Write a set of numbers as ranges, adjacent ones joined."""
    firsts = [number for number in sorted(members) if number - 1 not in members]
    lasts = [number for number in sorted(members) if number + 1 not in members]
    return tuple(zip(firsts, lasts, strict=True))


def members(numbers: Numbers) -> set[int]:
    """List the numbers of some ranges, which are in order and hold none twice."""
    listed = [each for first, last in numbers for each in range(first, last + 1)]
    assert listed == sorted(set(listed))
    return set(listed)


sets = st.sets(st.integers(0, 40))


@given(sets, sets)
def test_what_is_common_and_what_is_left(left: set[int], right: set[int]) -> None:
    shared = common(ranges(left), ranges(right))
    assert members(shared) == left & right
    assert members(without(ranges(left), shared)) == left - right


@given(sets, sets)
def test_points_side_by_side_are_ranges_too(left: set[int], right: set[int]) -> None:
    points = tuple((number, number) for number in sorted(left))
    shared = common(points, ranges(right))
    assert members(shared) == left & right
    assert members(without(points, shared)) == left - right


def test_many_ranges_take_a_time_of_their_number() -> None:
    left = tuple((number, number) for number in range(0, 400_000, 4))
    right = tuple((number, number + 1) for number in range(0, 400_000, 4))
    assert common(left, right) == left
    assert without(right, left) == tuple((first + 1, last) for first, last in right)
