"""Laws of fleets: split, order, repetition and engine leave no trace in any byte of the result."""

from __future__ import annotations

import copy
import pickle
import random
from concurrent.futures import ThreadPoolExecutor
from functools import reduce
from itertools import groupby

import attrs
from capture_strategies import captures
from effort import examples
from fleet_captures import fleets
from hypothesis import given, settings
from hypothesis import strategies as st
from whole import whole

from netstat_fw import analyze, diff, propose
from netstat_fw.fleet import (
    Fleet,
    HostCapture,
    MemoryStore,
    Run,
    collect,
    examine,
    meaning_of,
    merge_dossiers,
    merge_packed,
    pack,
    survey,
    unpack,
)
from netstat_fw.fleet.rows import socket_lines, write_row
from netstat_fw.observation import find_edges
from netstat_fw.records import Capture  # noqa: TC001 - hypothesis reads the annotations

FEW = settings(max_examples=examples(8))


def written(fleet: Fleet) -> str:
    """Write a result whole: what equality leaves out, too."""
    return "\n".join((*fleet.json_lines(), whole(fleet)))


@FEW
@given(fleets, st.integers(0, 999))
def test_split_order_and_repetition_leave_no_trace(some: list[HostCapture], seed: int) -> None:
    expected = written(survey(some))
    chance = random.Random(seed)  # noqa: S311 - no secret
    again = some + chance.choices(some, k=3)
    chance.shuffle(again)
    assert written(survey(again)) == expected
    store = MemoryStore()
    cut = chance.randint(0, len(again))
    collect(again[cut:], store)
    assert written(survey(again[:cut], store=store)) == expected
    nights = MemoryStore()
    for part in (again[:cut], again[cut:], ()):
        fleet = survey(part, store=nights)
    assert written(fleet) == expected


@FEW
@given(fleets)
def test_the_engine_leaves_no_trace(some: list[HostCapture]) -> None:
    with ThreadPoolExecutor(3) as pool:
        assert written(survey(some, Run(executor=pool, in_flight=2))) == written(survey(some))


@FEW
@given(fleets, st.integers(0, 999))
def test_merging_packed_dossiers_is_associative_commutative_and_idempotent(
    some: list[HostCapture], seed: int
) -> None:
    chance = random.Random(seed)  # noqa: S311 - no secret
    by_host = groupby(sorted(some, key=lambda c: c.host), key=lambda c: c.host)
    for _, of_host in by_host:
        pieces = [pack(examine(capture)) for capture in of_host]
        expected = merge_packed(*pieces)
        assert reduce(merge_packed, pieces, pieces[0]) == expected
        pieces += chance.choices(pieces, k=2)
        while len(pieces) > 1:
            chance.shuffle(pieces)
            size = chance.randint(2, len(pieces))
            pieces = [merge_packed(*pieces[:size]), *pieces[size:]]
        assert pieces == [expected]


@FEW
@given(fleets)
def test_packing_loses_nothing(some: list[HostCapture]) -> None:
    for capture in some:
        dossier = examine(capture)
        assert whole(unpack(pack(dossier))) == whole(dossier)
        assert whole(pickle.loads(pickle.dumps(dossier))) == whole(dossier)  # noqa: S301 - our own
        assert merge_dossiers(copy.deepcopy(dossier), dossier) == dossier


@FEW
@given(captures, st.sampled_from(("h", "\udcff")))
def test_lines_of_sockets_are_their_records(capture: Capture, host: str) -> None:
    of = HostCapture(host, None, "")
    label = {"host": of.host, "capture": of.key, "time": None}
    expected = [write_row({**label, **record}) for record in capture.to_records()]
    assert socket_lines(of, capture).decode("ascii").splitlines() == expected


@FEW
@given(fleets)
def test_every_capture_is_told_of_once(some: list[HostCapture]) -> None:
    fleet = survey(some)
    told = [note.key for report in fleet.reports for note in report.notes]
    assert sorted(told) == sorted({capture.key for capture in some})
    for report in fleet.reports:
        readable = sum(note.problem is None for note in report.notes)
        assert (report.findings is None) is (readable == 0)
        assert all(found.seen.total == readable for found in report.found)


@FEW
@given(fleets)
def test_what_matching_hosts_needs_is_enough_for_it(some: list[HostCapture]) -> None:
    """The small view of findings gives the edges that the whole findings give."""
    fleet = survey(some)
    every = {r.host: r.findings for r in fleet.reports if r.findings is not None}
    assert whole(fleet.edges) == whole(find_edges(every))


@FEW
@given(captures, captures)
def test_one_meaning_is_no_difference(one: Capture, other: Capture) -> None:
    rulesets = [propose(analyze(capture)) for capture in (one, other)]
    # Without own addresses nothing is renamed.
    digests = {meaning_of(ruleset, ()) for ruleset in rulesets}
    packets = attrs.evolve(diff(*rulesets), owners=())
    assert (len(digests) == 1) is not bool(packets)
