"""Advice: what stands beside the rules of a plan, as titled lists of sentences.

Everything is said once: what is a hazard or cannot be proven is no caveat as well.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from netstat_fw.diagnostics import printable
from netstat_fw.ruleset.proposal.remarks import open_hazards

if TYPE_CHECKING:
    from collections.abc import Iterator

    from netstat_fw.analyzers.findings import Findings, Hazard
    from netstat_fw.evidence import Question
    from netstat_fw.ruleset.model import Ruleset


def advise(findings: Findings, ruleset: Ruleset) -> Iterator[tuple[str, list[str]]]:
    """Give the lists that are not empty, each with its title; every text is printable."""
    told = {hazard.code for hazard in findings.hazards}
    told |= {f"UNPROVEN_{fact.code}" for fact in findings.host.fitness}
    lists = {
        "Questions": map(_question, ruleset.questions),
        "Hazards": map(_hazard, open_hazards(findings, ruleset)),
        "Caveats": (f"{c.sentence} [{c.code}]" for c in ruleset.caveats if c.code not in told),
        "What this capture cannot prove": (
            fact.sentence for fact in findings.host.fitness if not fact.proven
        ),
    }
    for title, sentences in lists.items():
        if shown := [printable(each) for each in sentences]:
            yield title, shown


def _question(question: Question) -> str:
    return f"{question.sentence} [{' '.join(filter(None, (question.code, question.subject)))}]"


def _hazard(hazard: Hazard) -> str:
    exposure = hazard.exposure
    about = "" if exposure is None else f"{exposure.protocol.value}/{exposure.port}: "
    return f"{hazard.risk.value}: {about}{hazard.advice} [{hazard.code}]"
