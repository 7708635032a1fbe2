"""Verdicts: what is to become of a finding, before it is written down as rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from netstat_fw.evidence import Reason
from netstat_fw.ruleset.proposal.treatment import Treatment

if TYPE_CHECKING:
    from netstat_fw.evidence import Question
    from netstat_fw.ruleset.sets import AddressSet


@attrs.frozen
class Verdict:
    """What is to become of a finding.

    Attributes:
        treatment: what is done.
        remote: where the other side can be; None for any.
        reasons: what the policy adds to the finding's own reasons.
        questions: what the operator should say about it.
        caveats: what every reader should know about it.
    """

    treatment: Treatment
    remote: AddressSet | None = None
    reasons: tuple[Reason, ...] = ()
    questions: tuple[Question, ...] = ()
    caveats: tuple[Reason, ...] = ()

    def because(self, *reasons: Reason) -> Verdict:
        """Return the verdict with further reasons."""
        return attrs.evolve(self, reasons=(*self.reasons, *reasons))

    def asking(self, *questions: Question) -> Verdict:
        """Return the verdict with further questions."""
        return attrs.evolve(self, questions=(*self.questions, *questions))


def with_doubts(verdict: Verdict, question: Question) -> Verdict:
    """Say of what is not certain how it was treated, and ask where nobody has asked yet."""
    reason = _DOUBTS.get(verdict.treatment)
    if reason is not None:
        verdict = verdict.because(reason)
    unasked = verdict.treatment in _ASKING and not verdict.questions
    return verdict.asking(question) if unasked else verdict


_ASKING = frozenset({Treatment.NOTE, Treatment.ASK})
_DOUBTS = {
    Treatment.REVIEW: Reason(
        "REVIEW", "rests on what is usual for the port, not on proof: look at it", "2.7"
    ),
    Treatment.LOG: Reason("LEARNING", "a weak guess, accepted and logged to learn from", "2.7"),
    Treatment.NOTE: Reason("DISABLED", "not proved, so written down but not in force", "2.7"),
    Treatment.DROP_AND_LOG: Reason("LEARNING", "nothing decides it: dropped and logged", "2.7"),
}
