"""Laws of merging: however captures are split, ordered and repeated, the same comes out."""

from __future__ import annotations

import copy
import pickle
import random
from datetime import UTC, datetime, timedelta
from functools import reduce
from typing import TYPE_CHECKING

from capture_strategies import captures
from effort import examples
from hypothesis import given, settings
from hypothesis import strategies as st
from whole import whole

from netstat_fw.analyzers import analyze
from netstat_fw.observation import HostHistory, merge, observe
from netstat_fw.observation.identity import Finding, identity_of
from netstat_fw.playback import replay
from netstat_fw.records import Capture  # noqa: TC001 - hypothesis reads the annotations
from netstat_fw.ruleset import Policy, propose
from netstat_fw.ruleset.difference import diff

if TYPE_CHECKING:
    from netstat_fw.analyzers.findings import Connection, Exposure, Findings

START = datetime(2026, 1, 1, tzinfo=UTC)
nights = st.lists(captures, min_size=1, max_size=5)
SLOW = settings(deadline=None, max_examples=examples(40))


def observed(some: list[Capture]) -> list[HostHistory]:
    """Make a history of each capture; every third one is of unknown time."""
    return [
        observe(analyze(capture), f"night-{n}", None if n % 3 == 2 else START + timedelta(days=n))
        for n, capture in enumerate(some)
    ]


def written(history: HostHistory) -> str:
    """Write a history whole, evidence included, which takes no part in equality."""
    return f"{whole(history)}\n{whole(history.findings)}"


@SLOW
@given(nights, st.integers(0, 999))
def test_any_order_split_and_repetition_gives_the_same_bytes(
    some: list[Capture], seed: int
) -> None:
    histories = observed(some)
    expected = written(merge(*histories))
    chance = random.Random(seed)  # noqa: S311 - no secret
    pieces = histories + chance.choices(histories, k=3)
    while len(pieces) > 1:
        chance.shuffle(pieces)
        size = chance.randint(2, len(pieces))
        pieces = [merge(*pieces[:size]), *pieces[size:]]
    assert written(pieces[0]) == expected
    assert written(reduce(merge, histories)) == expected


@SLOW
@given(captures, captures, captures)
def test_merging_is_associative_commutative_and_idempotent(
    one: Capture, two: Capture, three: Capture
) -> None:
    a, b, c = observed([one, two, three])
    assert written(merge(merge(a, b), c)) == written(merge(a, merge(b, c)))
    assert written(merge(a, b)) == written(merge(b, a))
    assert written(merge(a, a)) == written(merge(a)) == written(a)
    assert merge(a, b, b) == merge(a, b)


@SLOW
@given(captures, st.sampled_from(["strict", "balanced", "permissive"]))
def test_one_capture_under_several_names_decides_every_packet_alike(
    capture: Capture, profile: str
) -> None:
    findings = analyze(capture)
    merged = merge(*(observe(findings, name) for name in "abc")).findings
    policy = Policy(profile=profile, narrow_sources=4, pin_destinations=2)
    once, again = propose(findings, policy), propose(merged, policy)
    assert not diff(once, again), str(diff(once, again))
    assert [rule.id for rule in once.incoming.rules] == [r.id for r in again.incoming.rules]


@SLOW
@given(captures)
def test_a_single_capture_says_what_its_findings_say(capture: Capture) -> None:
    findings = analyze(capture)
    summary = observe(findings, "only").findings
    assert summary.host == findings.host
    assert summary.exposures == findings.exposures
    assert summary.connections == findings.connections
    assert summary.datagrams == findings.datagrams
    assert summary.questions == findings.questions
    assert {answer.code for answer in summary.answers} == {a.code for a in findings.answers}
    assert summary.process_checks == findings.process_checks
    assert {repr(h.risk) + h.code for h in summary.hazards} == {
        repr(h.risk) + h.code for h in findings.hazards
    }
    assert propose(summary, LOOSE) == propose(findings, LOOSE)


LOOSE = Policy(profile="permissive", allow_lockout=True)


@SLOW
@given(nights, captures)
def test_a_capture_changes_only_what_its_rows_touch(some: list[Capture], new: Capture) -> None:
    *histories, last = observed([*some, new])
    before = merge(*histories)
    touched = {sighting.identity for sighting in last.sightings}
    after = {sighting.identity: sighting for sighting in merge(before, last).sightings}
    for sighting in before.sightings:
        if sighting.identity not in touched:
            assert whole(after[sighting.identity]) == whole(sighting)
    assert after.keys() == touched | {sighting.identity for sighting in before.sightings}


@SLOW
@given(nights)
def test_what_was_captured_is_counted_by_captures(some: list[Capture]) -> None:
    histories = observed(some)
    merged = merge(*histories)
    analyses = [analyze(capture) for capture in some]
    for exposure in merged.findings.exposures:
        if not exposure.evidence:
            continue
        having = [
            n
            for n, findings in enumerate(analyses)
            if any(
                identity_of(each) == identity_of(exposure) and each.evidence
                for each in findings.exposures
            )
        ]
        times = [START + timedelta(days=n) for n in having if n % 3 != 2]
        seen = merged.seen(exposure)
        assert (seen.count, seen.total) == (len(having), len(some))
        assert (seen.first, seen.last) == ((min(times), max(times)) if times else (None, None))


@SLOW
@given(nights)
def test_every_line_that_is_cited_is_one_of_its_capture(some: list[Capture]) -> None:
    lines = {
        (f"night-{n}", socket.line) for n, capture in enumerate(some) for socket in capture.sockets
    }
    findings = merge(*observed(some)).findings
    every: list[Finding] = [
        *findings.exposures,
        *findings.connections,
        *findings.datagrams,
        *findings.questions,
        *findings.answers,
        *findings.hazards,
    ]
    for each in every:
        assert {(e.capture, e.line) for e in each.evidence} <= lines
        question = getattr(each, "question", None)
        if question is not None:
            assert {(e.capture, e.line) for e in question.evidence} <= lines


@SLOW
@given(nights)
def test_the_merged_proposal_cuts_off_nothing_that_any_capture_shows(some: list[Capture]) -> None:
    ruleset = propose(merge(*observed(some)).findings, LOOSE)
    for capture in some:
        assert [str(judged) for judged in replay(ruleset, capture).cut_off] == []


def traffic(findings: Findings) -> list[Exposure | Connection]:
    """Return what may have peers."""
    return [*findings.exposures, *findings.connections]


@SLOW
@given(nights)
def test_peers_and_programs_are_those_of_all_captures(some: list[Capture]) -> None:
    peers: dict[object, set[object]] = {}
    programs: dict[object, set[str]] = {}
    for capture in some:
        found = analyze(capture)
        for each in traffic(found):
            if each.evidence:
                peers.setdefault(identity_of(each), set()).update(each.peers)
                programs.setdefault(identity_of(each), set()).update(each.programs)
    merged = merge(*observed(some)).findings
    for each in traffic(merged):
        if each.evidence:
            assert set(each.peers) == peers[identity_of(each)]
            assert set(each.programs) == programs[identity_of(each)]


@SLOW
@given(nights)
def test_histories_cross_processes(some: list[Capture]) -> None:
    history = merge(*observed(some))
    there = pickle.loads(pickle.dumps(history))  # noqa: S301 - our own bytes
    assert written(there) == written(history)
    assert written(merge(history, there)) == written(history)
    assert copy.deepcopy(history) == history
