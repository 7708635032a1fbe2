"""Advice: what stands beside the rules of a plan, as titled lists of sentences.

Everything is said once: what is a hazard or cannot be proven is no caveat as well, and what is
alike is said together, unless each is asked for by itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from netstat_fw.alike import ask_together, join_hazards, join_questions, name_together
from netstat_fw.diagnostics import printable
from netstat_fw.ruleset.proposal.remarks import open_hazards

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from netstat_fw.analyzers.findings import Findings, Hazard
    from netstat_fw.evidence import Question
    from netstat_fw.ruleset.model import Ruleset


def advise(
    findings: Findings, ruleset: Ruleset, *, one_by_one: bool = False
) -> Iterator[tuple[str, list[str]]]:
    """Give the lists that are not empty, each with its title; every text is printable.

    Args:
        findings: what was found.
        ruleset: what that comes to.
        one_by_one: what is alike is not put together.
    """
    asked = ruleset.questions
    questions = [(each,) for each in asked] if one_by_one else join_questions(asked)
    hazards = tuple(open_hazards(findings, ruleset))
    dangers = [(each,) for each in hazards] if one_by_one else [hazards]
    told = {hazard.code for hazard in findings.hazards}
    told |= {f"UNPROVEN_{fact.code}" for fact in findings.host.fitness}
    lists = {
        "Questions": map(_question, questions),
        "Hazards": (_danger(*each) for part in dangers for each in join_hazards(part)),
        "Caveats": (f"{c.sentence} [{c.code}]" for c in ruleset.caveats if c.code not in told),
        "What this capture cannot prove": (
            fact.sentence for fact in findings.host.fitness if not fact.proven
        ),
    }
    for title, sentences in lists.items():
        if shown := [printable(each) for each in sentences]:
            yield title, shown


def _question(questions: Sequence[Question]) -> str:
    return f"{ask_together(questions)} [{name_together(questions)}]"


def _danger(hazard: Hazard, subjects: str) -> str:
    about = f"{subjects}: " if subjects else ""
    return f"{hazard.risk.value}: {about}{hazard.advice} [{hazard.code}]"
