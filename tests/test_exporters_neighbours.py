"""Neighbours: no two rules that can meet are taken for apart."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from ruleset_strategies import rules

from netstat_fw.exporters.neighbours import Neighbours
from netstat_fw.ruleset import PortSet, Rule
from netstat_fw.ruleset.space import boxes, subtract


@given(st.lists(rules(annotated=False), max_size=8))
def test_rules_that_meet_are_neighbours(drawn: list[Rule]) -> None:
    spaces = [boxes(rule, None, ["eth0", "lo"]) for rule in drawn]
    neighbours = Neighbours(spaces)
    for later, space in enumerate(spaces):
        for earlier in range(later):
            other = spaces[earlier]
            if any(subtract(box, other[f]) is not None for f, box in space.items() if f in other):
                assert earlier in neighbours.before(later)
                assert later in neighbours.behind(earlier)


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
