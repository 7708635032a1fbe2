"""Sightings: a finding together with the captures that have it.

What was captured outweighs what is only known or suggested: a companion that one capture suggests
says nothing beside the listener that another one shows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from netstat_fw.analyzers.findings import Basis, Connection, Datagram, Exposure, Hazard
from netstat_fw.construct import changed
from netstat_fw.evidence import Evidence, Question, Reason
from netstat_fw.observation.identity import Finding, Identity, identity_of
from netstat_fw.observation.joins import canonical, join
from netstat_fw.observation.label import CaptureLabel  # noqa: TC001 - attrs.resolve_types

if TYPE_CHECKING:
    from collections.abc import Iterable

_WEIGHTS = {Basis.KNOWLEDGE: 1, Basis.COMPANION: 2, Basis.CHECKLIST: 3}
_WITH_REASONS = (Exposure, Connection, Datagram)


@attrs.frozen
class Sighting:
    """One finding, joined over all captures that have it.

    Attributes:
        finding: the finding; its evidence names the captures.
        captures: the labels of those captures, sorted.
        order: for each of its reasons the first place that the reason had in any capture.
    """

    finding: Finding
    captures: tuple[CaptureLabel, ...]
    order: tuple[int, ...] = ()

    @property
    def identity(self) -> Identity:
        """What makes the finding the same in every capture."""
        return identity_of(self.finding)


def sight(finding: Finding, label: CaptureLabel) -> Sighting:
    """Make the sighting of a finding of one capture."""
    cited = canonical(_cited(finding, label.name))
    if not isinstance(cited, Exposure | Connection | Datagram):
        return Sighting(cited, (label,))
    places: dict[Reason, int] = {}
    for place, reason in enumerate(cited.reasons):
        places.setdefault(reason, place)
    if len(places) < len(cited.reasons):
        cited = changed(cited, reasons=tuple(places))
    return Sighting(cited, (label,), tuple(places.values()))


def join_sightings(sightings: Iterable[Sighting]) -> Sighting:
    """Join sightings of one identity, at least one."""
    every = list(sightings)
    least = min(_weight(each.finding) for each in every)
    heaviest = [each for each in every if _weight(each.finding) == least]
    finding = join([each.finding for each in heaviest])
    labels = {label for each in heaviest for label in each.captures}
    captures = tuple(sorted(labels, key=lambda label: label.order))
    if not isinstance(finding, _WITH_REASONS):
        return Sighting(finding, captures)
    places: dict[Reason, int] = {}
    for each in heaviest:
        for reason, place in zip(_reasons(each.finding), each.order, strict=True):
            places[reason] = min(place, places.get(reason, place))
    reasons = sorted(places, key=lambda r: (places[r], r.code, r.row, r.sentence))
    return Sighting(
        attrs.evolve(finding, reasons=tuple(reasons)),
        captures,
        tuple(places[reason] for reason in reasons),
    )


def _weight(finding: Finding) -> int:
    """Return how little a finding rests on: 0 for what was captured."""
    if isinstance(finding, Exposure | Connection):
        return _WEIGHTS.get(finding.basis, 0)
    return 0


def _reasons(finding: Finding) -> tuple[Reason, ...]:
    return finding.reasons if isinstance(finding, Exposure | Connection | Datagram) else ()


def _cited(finding: Finding, name: str) -> Finding:
    """Name the capture in all evidence, and keep of a danger's exposure only which one it is."""
    changes: dict[str, object] = {"evidence": _named(finding.evidence, name)}
    if isinstance(finding, Exposure):
        changes["sessions"] = _named(finding.sessions, name)
    if isinstance(finding, Exposure | Connection | Datagram):
        changes["question"] = _asked(finding.question, name)
    if isinstance(finding, Hazard) and finding.exposure is not None:
        about = finding.exposure
        changes["exposure"] = Exposure(
            about.protocol, about.port, (), about.scope, port_end=about.port_end
        )
    return changed(finding, **changes)


def _asked(question: Question | None, name: str) -> Question | None:
    if question is None:
        return None
    return changed(question, evidence=_named(question.evidence, name))


def _named(evidence: Iterable[Evidence], name: str) -> tuple[Evidence, ...]:
    return tuple(Evidence(each.line, name) for each in evidence)
