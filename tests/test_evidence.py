"""Confidence: every level has its place among the others."""

from __future__ import annotations

import itertools

from netstat_fw.evidence import SUREST_FIRST, Confidence, surest, weakest


def test_every_level_has_one_place() -> None:
    assert sorted(SUREST_FIRST, key=list(Confidence).index) == list(Confidence)


def test_of_two_levels_one_is_surer() -> None:
    for first, second in itertools.combinations(SUREST_FIRST, 2):
        assert surest((first, second)) is surest((second, first)) is first
        assert weakest((first, second)) is weakest((second, first)) is second
