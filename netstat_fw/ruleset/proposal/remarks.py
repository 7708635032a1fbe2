"""Remarks: what a ruleset as a whole must say about what it rests on.

What holds of many ports is said once. Every statement that the capture cannot prove and every
hazard is among them, so that no target can leave them out by not looking at the findings.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from netstat_fw.analyzers.findings import DualStack, Stance
from netstat_fw.evidence import Reason
from netstat_fw.ruleset.proposal.subjects import key_of, ports_of, subject_of

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator
    from typing import TypeAlias

    from netstat_fw.analyzers.findings import Connection, Exposure, Findings, Hazard
    from netstat_fw.ruleset.model import Ruleset
    from netstat_fw.ruleset.proposal.subjects import Key
    from netstat_fw.ruleset.proposal.verdicts import Mark, Verdict

    Finding: TypeAlias = Exposure | Connection

_MOST_SUBJECTS = 8


def remark_findings(findings: Findings, decided: Container[Key]) -> Iterator[Reason]:
    """Say what the findings leave in doubt, and what is dangerous.

    Args:
        findings: what was found.
        decided: the exposures whose dangers the operator has decided about.
    """
    for fact in findings.host.fitness:
        if not fact.proven:
            yield Reason(f"UNPROVEN_{fact.code}", fact.sentence)
    for hazard in findings.hazards:
        if hazard.exposure is None or key_of(hazard.exposure) not in decided:
            yield Reason(hazard.code, _danger(hazard), "2.8")
    assumed = [
        exposure
        for exposure in findings.exposures
        if exposure.dual_stack is DualStack.ASSUMED and exposure.stance is Stance.OPEN
    ]
    if assumed:
        yield Reason(
            "DUAL_STACK_ASSUMED",
            f"{list_subjects(assumed)}: one :: socket each, taken to serve IPv4 as well, which"
            " netstat does not show",
            "2.2.3",
        )
    silent = [connection for connection in findings.connections if connection.unanswered]
    if silent:
        yield Reason(
            "UNANSWERED",
            f"{list_subjects(silent)}: no peer had answered; it may be down, or a program here"
            " scans others",
            "T2",
        )


def remark_verdicts(judged: Iterable[tuple[Finding, Verdict]]) -> Iterator[Reason]:
    """Say what holds of verdicts: their marks, and what narrowing let in beside those seen."""
    marked: dict[Mark, list[Finding]] = {}
    narrowed: list[Finding] = []
    extra = 0
    for finding, verdict in judged:
        for mark in verdict.marks:
            marked.setdefault(mark, []).append(finding)
        if verdict.extra is not None:
            narrowed.append(finding)
            extra += verdict.extra
    for mark, findings in marked.items():
        yield Reason(mark.name, f"{list_subjects(findings)}: {mark.value}")
    if narrowed:
        yield Reason(
            "SOURCES_NARROWED",
            f"{list_subjects(narrowed)}: open only to those who were seen connected; the prefixes"
            f" hold {extra} addresses more",
        )


def list_subjects(findings: Iterable[Finding]) -> str:
    """Name findings by their ports, sorted; the first few where there are many."""
    keys = {(f.protocol.value, ports_of(f).ranges, subject_of(f)) for f in findings}
    subjects = [subject for _, _, subject in sorted(keys)]
    more = len(subjects) - _MOST_SUBJECTS
    listed = ", ".join(subjects[:_MOST_SUBJECTS])
    return f"{listed} and {more} more" if more > 0 else listed


def open_hazards(findings: Findings, ruleset: Ruleset) -> list[Hazard]:
    """Find the hazards that no decision has settled: those that a proposed ruleset warns of."""
    warned = {(caveat.code, caveat.sentence) for caveat in ruleset.caveats}
    return [each for each in findings.hazards if (each.code, _danger(each)) in warned]


def _danger(hazard: Hazard) -> str:
    if hazard.exposure is None:
        return hazard.advice
    return f"{subject_of(hazard.exposure)}: {hazard.advice}"
