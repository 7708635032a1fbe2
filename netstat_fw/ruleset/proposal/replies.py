"""Replies: the operator's answers, where a verdict would ask.

A yes opens what the question is about, a no keeps it shut, a text settles the question and leaves
the verdict as it is. An answer about one subject goes before one for all of its code.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from netstat_fw.evidence import Reason
from netstat_fw.ruleset.decisions.values import Decisions, Reply, question_key
from netstat_fw.ruleset.proposal.treatment import Treatment

if TYPE_CHECKING:
    from netstat_fw.evidence import Question
    from netstat_fw.ruleset.proposal.verdicts import Verdict


OPERATOR_ANSWER = "OPERATOR_ANSWER"
"""Code of the reason that an answer is."""


@attrs.frozen
class Replies:
    """The answers of a decisions file, by question."""

    by_key: dict[str, Reply]
    decisions: Decisions

    @classmethod
    def of(cls, decisions: Decisions) -> Replies:
        """Index the answers; of two to one question the last counts."""
        return cls({reply.question: reply for reply in decisions.replies}, decisions)

    def to(self, question: Question | None) -> Reply | None:
        """Return the answer to a question, if there is one."""
        if question is None or not self.by_key:
            return None
        return self.by_key.get(question_key(question)) or self.by_key.get(question.code)

    def consult(self, verdict: Verdict, question: Question, shut: Treatment) -> Verdict:
        """Ask a question in a verdict, or let its answer decide.

        Args:
            verdict: the verdict so far.
            question: what to ask.
            shut: the treatment that a no comes to.
        """
        reply = self.to(question)
        if reply is None:
            return verdict.asking(question)
        settled = attrs.evolve(verdict, answered=(*verdict.answered, question))
        if isinstance(reply.value, str):
            return settled
        word = "yes" if reply.value else "no"
        sentence = f"the operator's answer to {question_key(question)}: {word}"
        place = self.decisions.where(reply.line)
        settled = settled.because(Reason(OPERATOR_ANSWER, f"{sentence} ({place})"))
        return settled.to(Treatment.ACCEPT if reply.value else shut)
