"""Summary: from sightings back to findings, as if one capture had shown all of it.

What follows from several findings together is worked out again: a port that one capture shows on
loopback and another one outside is exposed, a companion is no suggestion once something listens on
its port, an answered question is not asked. Nothing is taken away that a capture shows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import attrs

from netstat_fw.analyzers.findings import (
    Answer,
    Basis,
    Connection,
    Datagram,
    Exposure,
    Findings,
    Hazard,
    Risk,
    Role,
    Scope,
)
from netstat_fw.analyzers.presentation import (
    check_processes,
    open_questions,
    sort_connections,
    sort_datagrams,
    sort_exposures,
    sort_questions,
)
from netstat_fw.evidence import Confidence, Question
from netstat_fw.observation.identity import identity_of
from netstat_fw.observation.joins import unite_lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from netstat_fw.analyzers.facts import HostFacts
    from netstat_fw.observation.identity import Finding

_K = TypeVar("_K", bound="Finding")


def summarize(host: HostFacts, found: Sequence[Finding]) -> Findings:
    """Make findings of what was joined; their outcomes are empty, being about single captures."""
    exposures = sort_exposures(_settled(_of(Exposure, found)))
    datagrams = sort_datagrams(_decided(_of(Datagram, found)))
    answers = tuple(sorted(_of(Answer, found), key=lambda answer: answer.code))
    answered = {answer.code for answer in answers}
    asked = [
        each
        for each in _of(Question, found)
        if each.code not in answered and not _is_there_elsewhere(each, exposures)
    ]
    connections = [
        each
        for each in _of(Connection, found)
        if each.basis is not Basis.CHECKLIST
        or each.question is None
        or each.question.code not in answered
    ]
    return Findings(
        host,
        exposures,
        sort_connections(connections),
        datagrams,
        sort_questions((*asked, *open_questions(exposures, datagrams))),
        answers,
        _dangers(_of(Hazard, found), exposures),
        check_processes(exposures),
    )


def _of(kind: type[_K], found: Iterable[Finding]) -> list[_K]:
    return [each for each in found if isinstance(each, kind)]


def _is_there_elsewhere(question: Question, exposures: Iterable[Exposure]) -> bool:
    """Tell whether a question is about a listener that another capture shows.

    One of the capture that asks does not answer: it is on another address or family.
    """
    if question.code != "Q_LISTENER_GONE":
        return False
    asking = {line.capture for line in question.evidence}
    return any(
        line.capture not in asking
        for each in exposures
        if f"{each.protocol.value}/{each.port}" == question.subject
        for line in each.evidence
    )


def _settled(exposures: Sequence[Exposure]) -> list[Exposure]:
    """Settle what several exposures of one port say of each other."""
    ports: dict[tuple[object, int], list[Exposure]] = {}
    for each in exposures:
        ports.setdefault((each.protocol, each.port), []).append(each)
    settled: list[Exposure] = []
    for of_port in ports.values():
        captured = [each for each in of_port if each.basis is not Basis.COMPANION] or of_port
        outside = [each for each in captured if each.scope is not Scope.LOOPBACK]
        if not outside or len(outside) == len(captured):
            settled += captured
            continue
        inside = [each.evidence for each in captured if each.scope is Scope.LOOPBACK]
        first, *others = sort_exposures(outside)
        evidence = unite_lines([first.evidence, *inside])
        settled += [attrs.evolve(first, evidence=evidence), *others]
    return settled


def _decided(datagrams: Sequence[Datagram]) -> list[Datagram]:
    """Leave out guesses about a port whose role another capture tells."""
    told = {
        (each.protocol, each.port)
        for each in datagrams
        if each.confidence not in _GUESSES and each.role is not Role.LOCAL
    }
    return [
        each
        for each in datagrams
        if each.port is None
        or each.confidence not in _GUESSES
        or (each.protocol, each.port) not in told
    ]


def _dangers(hazards: Iterable[Hazard], exposures: Iterable[Exposure]) -> tuple[Hazard, ...]:
    """Put the exposures back that hazards are about; without theirs, they are no danger."""
    known = {identity_of(each): each for each in exposures}
    kept = [
        attrs.evolve(each, exposure=None if about is None else known[identity_of(about)])
        for each in hazards
        for about in (each.exposure,)
        if about is None or identity_of(about) in known
    ]
    places = {identity: place for place, identity in enumerate(known)}
    return tuple(
        sorted(
            kept,
            key=lambda hazard: (
                _RISKS.index(hazard.risk),
                len(places) if hazard.exposure is None else places[identity_of(hazard.exposure)],
                hazard.code,
            ),
        )
    )


_GUESSES = frozenset({Confidence.LOW, Confidence.UNDECIDED})
_RISKS = (Risk.CRITICAL, Risk.WARNING, Risk.INFO)
