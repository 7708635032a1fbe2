"""History: what several captures of one host say together.

Merging is associative, commutative and idempotent: any order, split or repetition of the captures
gives the same value. A history has every finding once, with the labels of its captures and the
lines that speak for it, and is made of plain frozen values, so it crosses processes.
"""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING

import attrs

from netstat_fw.analyzers.facts import HostFacts  # noqa: TC001 - attrs.resolve_types needs it
from netstat_fw.analyzers.presentation import open_questions
from netstat_fw.brief import brief
from netstat_fw.observation.host_facts import join_facts
from netstat_fw.observation.identity import Finding, Identity, identity_of
from netstat_fw.observation.label import CaptureLabel, Seen
from netstat_fw.observation.sighting import Sighting, join_sightings, sight
from netstat_fw.observation.summary import summarize

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from netstat_fw.analyzers.findings import Findings


@attrs.frozen
class HostHistory:
    """What captures of one host say together. Made by `observe` and `merge`.

    Attributes:
        captures: the labels of the captures, sorted; at least one.
        host: what they say about the host as a whole.
        sightings: what was found, sorted by identity.
    """

    captures: tuple[CaptureLabel, ...]
    host: HostFacts
    sightings: tuple[Sighting, ...]

    @property
    def findings(self) -> Findings:
        """The findings as if one capture had shown all of it; evidence names the captures."""
        return summarize(self.host, [each.finding for each in self.sightings])

    def seen(self, finding: Finding) -> Seen:
        """Tell in how many of the captures a finding was, and when first and last."""
        identity = identity_of(finding)
        labels = [
            label for each in self.sightings if each.identity == identity for label in each.captures
        ]
        return Seen.of(labels, len(self.captures))

    def __repr__(self) -> str:
        """Sum the history up."""
        return brief(
            self,
            captures=(each.name for each in self.captures),
            sightings=len(self.sightings),
        )


def observe(findings: Findings, name: str, time: datetime | None = None) -> HostHistory:
    """Make the history of one capture.

    Args:
        findings: what `analyze` found in it.
        name: tells it apart from the host's other captures; all evidence will cite it.
        time: when it was made, with a time zone.

    Raises:
        ValueError: for a time without a time zone.
    """
    label = CaptureLabel(name, time)
    # What is asked about a finding follows from the finding, and may no longer once it is merged.
    follow = {identity_of(q) for q in open_questions(findings.exposures, findings.datagrams)}
    found: list[Finding] = [
        *findings.exposures,
        *findings.connections,
        *findings.datagrams,
        *(each for each in findings.questions if identity_of(each) not in follow),
        *findings.answers,
        *findings.hazards,
    ]
    host = join_facts(findings.host, findings.host)
    return HostHistory((label,), host, _joined(sight(each, label) for each in found))


def merge(first: HostHistory, *others: HostHistory) -> HostHistory:
    """Merge histories of one host, in any order, each as often as one likes."""
    every = (first, *others)
    labels = {label for each in every for label in each.captures}
    return HostHistory(
        tuple(sorted(labels, key=lambda label: label.order)),
        reduce(join_facts, (each.host for each in every)),
        _joined(sighting for each in every for sighting in each.sightings),
    )


def _joined(sightings: Iterable[Sighting]) -> tuple[Sighting, ...]:
    alike: dict[Identity, list[Sighting]] = {}
    for each in sightings:
        alike.setdefault(each.identity, []).append(each)
    # Every sighting comes from a join, and joining it with nothing leaves it as it is.
    return tuple(
        some[0] if len(some) == 1 else join_sightings(some)
        for identity in sorted(alike)
        for some in (alike[identity],)
    )
