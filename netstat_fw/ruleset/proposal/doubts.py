"""Doubts: what is said of a treatment that is less than an acceptance."""

from __future__ import annotations

from typing import TYPE_CHECKING

from netstat_fw.evidence import Reason
from netstat_fw.ruleset.proposal.treatment import Treatment

if TYPE_CHECKING:
    from collections.abc import Callable

    from netstat_fw.evidence import Question
    from netstat_fw.ruleset.proposal.replies import Replies
    from netstat_fw.ruleset.proposal.verdicts import Verdict


def ask_in_doubt(
    verdict: Verdict, ask: Callable[[], Question], shut: Treatment, replies: Replies
) -> Verdict:
    """Ask where nobody has asked yet, or let the answer decide.

    Args:
        verdict: the verdict.
        ask: makes the question to ask where the finding has none of its own.
        shut: the treatment that a no comes to.
        replies: the operator's answers.
    """
    unasked = verdict.treatment in _ASKING and not verdict.questions
    if unasked or replies.by_key:
        question = ask()
        if unasked or replies.to(question) is not None:
            return replies.consult(verdict, question, shut)
    return verdict


def voice_doubt(verdict: Verdict) -> Verdict:
    """Say how what is not certain is treated."""
    reason = _DOUBTS.get(verdict.treatment)
    return verdict if reason is None else verdict.because(reason)


_ASKING = frozenset({Treatment.NOTE, Treatment.ASK})
_DOUBTS = {
    Treatment.REVIEW: Reason(
        "REVIEW", "rests on what is usual for the port, not on proof: look at it", "2.7"
    ),
    Treatment.LOG: Reason("LEARNING", "a weak guess, accepted and logged to learn from", "2.7"),
    Treatment.NOTE: Reason("DISABLED", "not proved, so written down but not in force", "2.7"),
    Treatment.DROP_AND_LOG: Reason("LEARNING", "nothing decides it: dropped and logged", "2.7"),
}
