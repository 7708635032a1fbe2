"""Policies: what they refuse, and what each profile makes of each confidence (table 2.7)."""

from __future__ import annotations

from typing import NamedTuple

import pytest
from policy_findings import (
    asked,
    call,
    checklist,
    codes,
    companion,
    connection,
    exposure,
    findings,
    knock,
    own,
)

from netstat_fw.errors import RulesetError
from netstat_fw.evidence import Confidence, Question
from netstat_fw.ruleset import Action, Log, Policy, Profile, Rule, propose

STRICT, BALANCED, PERMISSIVE = Profile
ACCEPT, DROP = Action.ACCEPT, Action.DROP


def test_who_says_nothing_gets_the_balanced_profile() -> None:
    assert Policy().profile is BALANCED
    assert Policy() == Policy(profile="balanced")


@pytest.mark.parametrize("fields", [
    {"profile": "lenient"}, {"narrow_sources": -1}, {"pin_destinations": -1},
])  # fmt: skip
def test_a_policy_that_makes_no_sense_is_refused(fields: dict[str, object]) -> None:
    with pytest.raises(RulesetError, match=r"lenient|narrow_sources|pin_destinations"):
        Policy(**fields)  # type: ignore[arg-type] # that is the point


def test_companions_are_opened_by_all_but_the_strict_profile_unless_said_otherwise() -> None:
    assert [Policy(profile=p).opens_companions for p in Profile] == [False, True, True]
    assert all(Policy(profile=p, companions=True).opens_companions for p in Profile)
    assert not any(Policy(profile=p, companions=False).opens_companions for p in Profile)


class Cell(NamedTuple):
    """One cell of the table."""

    action: Action = DROP
    reasons: tuple[str, ...] | None = None
    """Codes that the policy adds to the rule; None where there is no rule."""
    asks: bool = False
    logs: bool = False


SURE = Cell(ACCEPT, ())
NOTHING = Cell()
# Under the strict, the balanced and the permissive profile.
TABLE = {
    Confidence.CERTAIN: (SURE, SURE, SURE),
    Confidence.HIGH: (SURE, SURE, SURE),
    Confidence.POLICY: (SURE, SURE, SURE),
    Confidence.MEDIUM: (
        Cell(DROP, ("DISABLED",), asks=True),
        Cell(ACCEPT, ("REVIEW",)),
        SURE,
    ),
    Confidence.SUGGESTED: (NOTHING, SURE, SURE),
    Confidence.LOW: (NOTHING, Cell(asks=True), Cell(ACCEPT, ("LEARNING",), logs=True)),
    Confidence.UNDECIDED: (NOTHING, NOTHING, Cell(DROP, ("LEARNING",), logs=True)),
}
CELLS = [
    pytest.param(sure, profile, cell, id=f"{sure.value}-{profile.value}")
    for sure, cells in TABLE.items()
    for profile, cell in zip(Profile, cells, strict=True)
]


def test_the_table_has_a_row_for_every_confidence() -> None:
    assert set(TABLE) == set(Confidence)


def check_rules(rules: tuple[Rule, ...], sure: Confidence, cell: Cell) -> None:
    if cell.reasons is None:
        assert rules == ()
        return
    (rule,) = rules
    assert tuple(codes(rule)[1:]) == cell.reasons
    assert rule.enabled is ("DISABLED" not in cell.reasons)
    assert rule.log == (Log() if cell.logs else None)
    assert rule.confidence is sure


@pytest.mark.parametrize(("sure", "profile", "cell"), CELLS)
class TestConfidence:
    def test_of_an_exposure(self, sure: Confidence, profile: Profile, cell: Cell) -> None:
        ruleset = propose(findings(exposure(5000, confidence=sure)), Policy(profile=profile))
        assert knock(ruleset, 5000).action is cell.action
        assert knock(ruleset, 5001).action is DROP
        assert asked(ruleset) == (["Q_INCOMING tcp/5000"] if cell.asks else [])
        check_rules(own(ruleset.incoming), sure, cell)

    def test_of_a_connection(self, sure: Confidence, profile: Profile, cell: Cell) -> None:
        ruleset = propose(findings(connection(5000, confidence=sure)), Policy(profile=profile))
        assert call(ruleset, 5000).action is cell.action
        assert call(ruleset, 5001).action is DROP
        assert asked(ruleset) == (["Q_OUTGOING tcp/5000"] if cell.asks else [])
        check_rules(own(ruleset.outgoing), sure, cell)

    def test_a_question_of_its_own_is_asked_unless_it_is_accepted(
        self, sure: Confidence, profile: Profile, cell: Cell
    ) -> None:
        question = Question("Q_PEERS", "who are they?", "tcp/5000")
        found = findings(exposure(5000, confidence=sure, question=question))
        ruleset = propose(found, Policy(profile=profile))
        assert asked(ruleset) == ([] if cell.action is ACCEPT else ["Q_PEERS tcp/5000"])


@pytest.mark.parametrize("profile", Profile)
class TestSuggestions:
    def test_the_checklist_is_opened_by_the_permissive_profile_alone(
        self, profile: Profile
    ) -> None:
        ruleset = propose(findings(checklist(25)), Policy(profile=profile))
        opened = profile is PERMISSIVE
        assert (call(ruleset, 25).action is ACCEPT) is opened
        assert asked(ruleset) == ([] if opened else ["Q_SMTP_OUT"])

    def test_companions_are_opened_by_all_but_the_strict_profile(self, profile: Profile) -> None:
        found = findings(exposure(80), companion(443, of=80))
        opened = profile is not STRICT
        ruleset = propose(found, Policy(profile=profile))
        assert (knock(ruleset, 443).action is ACCEPT) is opened
        assert knock(ruleset, 80).action is ACCEPT
        against = propose(found, Policy(profile=profile, companions=not opened))
        assert (knock(against, 443).action is ACCEPT) is not opened


def test_what_is_logged_is_logged_as_the_policy_says() -> None:
    log = Log("doubtful", None)
    doubtful = findings(exposure(5000, confidence=Confidence.LOW))
    ruleset = propose(doubtful, Policy(profile=PERMISSIVE, log=log))
    assert [rule.log for rule in own(ruleset.incoming)] == [log]


def test_what_the_default_drops_is_logged_where_asked_for() -> None:
    log = Log("dropped")
    ruleset = propose(findings(exposure(80)), Policy(log_dropped=log))
    for chain, decision in (
        (ruleset.incoming, knock(ruleset, 81)),
        (ruleset.outgoing, call(ruleset, 81)),
    ):
        last = chain.rules[-1]
        assert (last.action, last.log, codes(last)) == (DROP, log, ["LOG_DROPPED"])
        assert decision.rule == last
    assert knock(ruleset, 80).action is ACCEPT
    assert own(propose(findings()).outgoing) == ()
