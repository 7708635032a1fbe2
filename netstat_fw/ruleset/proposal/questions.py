"""Questions: what is still to be asked once the operator's decisions are in."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import attrs

from netstat_fw.ruleset.proposal.overlaps import ports_without
from netstat_fw.ruleset.proposal.rulings import settles
from netstat_fw.ruleset.sets import PortSet
from netstat_fw.ruleset.terms import Direction

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from netstat_fw.analyzers.findings import Findings
    from netstat_fw.evidence import Question
    from netstat_fw.ruleset.decisions.values import Choice
    from netstat_fw.ruleset.proposal.desk import Desk, Side

_PORT = re.compile(r"(?P<protocol>[a-z]+)/(?P<port>[0-9]+)")


def open_questions(findings: Findings, sides: Sequence[Side], desk: Desk) -> tuple[Question, ...]:
    """Collect what is still to be asked, sorted; each question once, with all its lines.

    Args:
        findings: what was found.
        sides: what both directions come to.
        desk: what the operator wants.
    """
    settled = {question for side in sides for question in side.settled}
    asked = [
        question
        for question in findings.questions
        if desk.replies.to(question) is None and not _is_settled(question, desk.decisions.choices)
    ]
    asked += [q for side in sides for _, verdict in side.judged for q in verdict.questions]
    merged: dict[Question, Question] = {}
    for question in asked:
        if question not in settled:
            first = merged.get(question, question)
            lines = {*first.evidence, *question.evidence}
            evidence = tuple(sorted(lines, key=lambda each: (each.line, each.capture)))
            merged[question] = attrs.evolve(first, evidence=evidence)
    return tuple(sorted(merged.values(), key=lambda q: (q.code, q.subject, q.sentence)))


def _is_settled(question: Question, choices: Iterable[Choice]) -> bool:
    """Tell whether a choice settles the local port that a question without a finding is about."""
    match = _PORT.fullmatch(question.subject)
    if match is None:
        return False
    left: PortSet | None = PortSet([int(match["port"])])
    for choice in choices:
        plain = choice.program is None and choice.service is None
        if choice.direction is Direction.INCOMING and plain and settles(choice):
            for each in choice.ports:
                if left and each.ports and each.protocol.value == match["protocol"]:
                    left = ports_without(left, each.ports)
    return left is None
