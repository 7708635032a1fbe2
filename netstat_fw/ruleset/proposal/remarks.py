"""Remarks: what the ruleset as a whole must say about the findings that it rests on.

Sentences about many ports are said once. Every statement that the capture cannot prove and every
hazard is among the caveats, so that no target can leave them out by not looking at the findings.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from netstat_fw.analyzers.findings import DualStack, Stance
from netstat_fw.evidence import Reason
from netstat_fw.ruleset.proposal.subjects import is_way_in, ports_of, subject_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from netstat_fw.analyzers.findings import Connection, Exposure, Findings, Hazard

_MOST_SUBJECTS = 8


def remark(findings: Findings) -> Iterator[Reason]:
    """Say what every reader should know about the findings."""
    for fact in findings.host.fitness:
        if not fact.proven:
            yield Reason(f"UNPROVEN_{fact.code}", fact.sentence)
    for hazard in findings.hazards:
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
    if not any(is_way_in(exposure) for exposure in findings.exposures):
        yield Reason(
            "NO_WAY_IN",
            "no ssh, RDP or WinRM listener is captured: this firewall lets no administrator in from"
            " other machines",
            "B7",
        )


def list_subjects(findings: Iterable[Exposure | Connection]) -> str:
    """Name findings by their ports, sorted; the first few where there are many."""
    keys = {(f.protocol.value, ports_of(f).ranges, subject_of(f)) for f in findings}
    subjects = [subject for _, _, subject in sorted(keys)]
    more = len(subjects) - _MOST_SUBJECTS
    listed = ", ".join(subjects[:_MOST_SUBJECTS])
    return f"{listed} and {more} more" if more > 0 else listed


def _danger(hazard: Hazard) -> str:
    if hazard.exposure is None:
        return hazard.advice
    return f"{subject_of(hazard.exposure)}: {hazard.advice}"
