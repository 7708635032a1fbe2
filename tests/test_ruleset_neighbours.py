"""Neighbours: the rules that match some packet together, no more and no fewer."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from ruleset_strategies import rules

from netstat_fw.ruleset import PortSet, Rule
from netstat_fw.ruleset.neighbours import Neighbours
from netstat_fw.ruleset.space import boxes, meets, take_out


@given(st.lists(rules(annotated=False), max_size=8))
def test_rules_that_meet_are_neighbours(drawn: list[Rule]) -> None:
    spaces = [boxes(rule, None, ["eth0", "lo"]) for rule in drawn]
    neighbours = Neighbours(spaces)
    for index, space in enumerate(spaces):
        met = [other for other, each in enumerate(spaces) if meets(each.items(), space)]
        assert list(neighbours.before(index)) == [other for other in met if other < index]
        assert list(neighbours.behind(index)) == [other for other in met if other > index]


@given(st.lists(rules(annotated=False), max_size=8))
def test_of_a_rule_that_stands_out_something_is_left_by_those_before_it(drawn: list[Rule]) -> None:
    spaces = [boxes(rule, None, ["eth0", "lo"]) for rule in drawn]
    neighbours = Neighbours(spaces)
    for index, space in enumerate(spaces):
        pieces = list(space.items())
        for earlier in spaces[:index]:
            pieces = take_out(pieces, earlier)
        assert pieces or not neighbours.stands_out(index)


def test_rules_for_other_ports_are_none_and_the_rest_is_in_order() -> None:
    asked = (22, None, 80, 22, None)
    spaces = [
        boxes(
            Rule(action="drop", protocol="tcp", remote_ports=PortSet([port]) if port else None),
            None,
            [],
        )
        for port in asked
    ]
    neighbours = Neighbours(spaces)
    assert list(neighbours.before(3)) == [0, 1]
    assert list(neighbours.behind(0)) == [1, 3, 4]
    assert list(neighbours.behind(1)) == [2, 3, 4]
    assert list(neighbours.before(2)) == [1]
    assert [neighbours.stands_out(index) for index in range(5)] == [True, True, False, False, False]
