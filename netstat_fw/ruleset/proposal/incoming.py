"""Incoming: what is to become of an exposure under a policy.

Doubt and danger only ever make what is opened narrower, and neither touches a way in of
administrators. An answer of the operator goes before both.
"""

from __future__ import annotations

import functools
import operator
from typing import TYPE_CHECKING

import attrs

from netstat_fw.analyzers.findings import Basis, Scope, Stance
from netstat_fw.evidence import Confidence, Question, Reason
from netstat_fw.ruleset.narrowing import narrow
from netstat_fw.ruleset.policy import Profile
from netstat_fw.ruleset.proposal.addresses import addresses_of, remote_side
from netstat_fw.ruleset.proposal.doubts import ask_in_doubt, voice_doubt
from netstat_fw.ruleset.proposal.subjects import is_way_in, subject_of
from netstat_fw.ruleset.proposal.treatment import Treatment, treat
from netstat_fw.ruleset.proposal.verdicts import Mark, Verdict

if TYPE_CHECKING:
    from netstat_fw.analyzers.findings import Exposure, Hazard
    from netstat_fw.ruleset.policy import Policy
    from netstat_fw.ruleset.proposal.desk import Desk
    from netstat_fw.ruleset.proposal.replies import Replies


def judge_exposure(exposure: Exposure, desk: Desk, danger: Hazard | None = None) -> Verdict:
    """Decide what becomes of an exposure.

    Args:
        exposure: the exposure.
        desk: what the operator wants.
        danger: its critical hazard, if it has one.
    """
    policy, replies = desk.policy, desk.replies
    way_in = is_way_in(exposure, desk.dialect)
    verdict = Verdict(Treatment.SHUT, remote_side(exposure))
    if exposure.stance is Stance.OPEN:
        verdict = verdict.to(treat(confidence_in(exposure), exposure.basis, policy))
    asked = exposure.question
    if asked is not None and (not verdict.treatment.accepts or replies.to(asked) is not None):
        verdict = replies.consult(verdict, asked, Treatment.SHUT)
    if way_in and verdict.treatment in _DOUBTED:
        # Doubt would close it; an administrator who is locked out is the greater harm.
        verdict = verdict.to(Treatment.REVIEW).because(_NEVER_CLOSED)
    if exposure.scope is Scope.UNNAMED and verdict.treatment is not Treatment.SHUT:
        verdict = _about_address(exposure, verdict, replies)
    verdict = ask_in_doubt(verdict, lambda: _question(exposure), Treatment.SHUT, replies)
    if verdict.treatment.accepts and not verdict.remotes and not way_in:
        if danger is not None:
            verdict = _against_danger(exposure, verdict, policy, replies, danger)
        if policy.narrow_sources is not None:
            verdict = _narrowed(exposure, verdict, policy.narrow_sources)
    return voice_doubt(verdict)


def confidence_in(exposure: Exposure) -> Confidence:
    """Return how sure it is what to open: not quite, where the address is not shown."""
    if exposure.scope is Scope.UNNAMED and exposure.confidence in _FIRM:
        return Confidence.MEDIUM
    return exposure.confidence


def _about_address(exposure: Exposure, verdict: Verdict, replies: Replies) -> Verdict:
    """Ask about a bind whose address is not shown: no literal can stand for it."""
    subject = subject_of(exposure)
    question = Question(
        "Q_ADDRESS",
        f"May {subject} be reached on every address of this machine? The capture cuts the one it is"
        " served on, or shows a name; netstat -n -W prints it whole.",
        subject,
        exposure.evidence,
    )
    verdict = replies.consult(verdict, question, Treatment.SHUT)
    unasked = question in verdict.questions and verdict.treatment.accepts
    return verdict.marked(Mark.ADDRESS_UNKNOWN) if unasked else verdict


def _against_danger(
    exposure: Exposure, verdict: Verdict, policy: Policy, replies: Replies, danger: Hazard
) -> Verdict:
    """Narrow or close what is critical; a permissive policy only says so."""
    if policy.profile is Profile.PERMISSIVE:
        return verdict.because(_reason("HAZARD_OPEN", "dangerous to leave open", danger))
    subject = subject_of(exposure)
    question = Question(
        "Q_HAZARD",
        f"Must machines that were not seen connected reach {subject}? Advice: {danger.advice}",
        subject,
        exposure.evidence,
    )
    reply = replies.to(question)
    verdict = replies.consult(verdict, question, Treatment.SHUT)
    if reply is not None and isinstance(reply.value, bool):
        return verdict
    if policy.profile is Profile.STRICT or not exposure.peers:
        if exposure.scope is Scope.UNNAMED:
            # A drop would be for every address, and shut what others serve on the same port.
            return verdict.to(Treatment.ASK)
        reason = _reason("HAZARD_SHUT", "closed until somebody says who needs it", danger)
        return verdict.to(Treatment.SHUT).because(reason)
    if not exposure.peers_complete:
        verdict = verdict.marked(Mark.PEERS_UNKNOWN)
    reason = _reason("HAZARD_NARROWED", "only for who was seen connected", danger)
    return attrs.evolve(_only_seen(exposure, verdict, 0), extra=None).because(reason)


def _narrowed(exposure: Exposure, verdict: Verdict, budget: int) -> Verdict:
    """Narrow the sources of an exposure to who was seen, as the operator asks for."""
    if verdict.remotes or not verdict.treatment.accepts or exposure.basis is Basis.COMPANION:
        return verdict
    if not exposure.peers or not exposure.peers_complete:
        return verdict.marked(Mark.NOT_NARROWED)
    verdict = _only_seen(exposure, verdict, budget)
    reason = Reason(
        "SOURCES_NARROWED",
        f"only for the {len(exposure.peers)} addresses seen connected, as prefixes that hold"
        f" {verdict.extra} more",
    )
    return verdict.because(reason)


def _only_seen(exposure: Exposure, verdict: Verdict, budget: int) -> Verdict:
    """Narrow an exposure to who was seen connected, on each of its addresses to whom it met."""
    if not exposure.meetings:
        seen = narrow(exposure.peers, budget)
        return attrs.evolve(verdict, remotes=(seen.addresses,), extra=seen.extra)
    met = [(each.local, narrow(each.peers, budget)) for each in exposure.meetings]
    return attrs.evolve(
        verdict,
        remotes=(functools.reduce(operator.or_, (seen.addresses for _, seen in met)),),
        meetings=tuple((addresses_of((local,)), seen.addresses) for local, seen in met),
        extra=sum(seen.extra for _, seen in met),
    )


def _reason(code: str, what: str, danger: Hazard) -> Reason:
    return Reason(code, f"{what}: {danger.advice}", "2.8")


def _question(exposure: Exposure) -> Question:
    subject = subject_of(exposure)
    sentence = f"Is {subject} meant to be reached by other machines?"
    return Question("Q_INCOMING", sentence, subject, exposure.evidence)


_FIRM = frozenset({Confidence.CERTAIN, Confidence.HIGH})
_DOUBTED = frozenset({Treatment.NOTE, Treatment.ASK, Treatment.OFF, Treatment.DROP_AND_LOG})
_NEVER_CLOSED = Reason(
    "ADMIN_KEPT", "a way in for administrators, which doubt alone never closes", "B7"
)
