"""Incoming: what is to become of an exposure under a policy.

Doubt and danger only ever make what is opened narrower, and neither touches a way in of
administrators.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from netstat_fw.analyzers.findings import Scope, Stance
from netstat_fw.evidence import Confidence, Question, Reason
from netstat_fw.ruleset.policy import Profile
from netstat_fw.ruleset.proposal.sides import addresses_of, remote_side
from netstat_fw.ruleset.proposal.subjects import is_way_in, subject_of
from netstat_fw.ruleset.proposal.treatment import Treatment, treat
from netstat_fw.ruleset.proposal.verdicts import Verdict, with_doubts

if TYPE_CHECKING:
    from netstat_fw.analyzers.findings import Exposure, Hazard
    from netstat_fw.ruleset.policy import Policy


def judge_exposure(exposure: Exposure, policy: Policy, danger: Hazard | None = None) -> Verdict:
    """Decide what becomes of an exposure.

    Args:
        exposure: the exposure.
        policy: the policy.
        danger: its critical hazard, if it has one.
    """
    asked = () if exposure.question is None else (exposure.question,)
    if exposure.stance is Stance.SHUT:
        return Verdict(Treatment.SHUT, questions=asked)
    treatment = treat(confidence_in(exposure), exposure.basis, policy)
    verdict = Verdict(treatment, remote_side(exposure), questions=asked)
    if is_way_in(exposure) and not treatment.accepts:
        # Doubt would close it; an administrator who is locked out is the greater harm.
        verdict = attrs.evolve(verdict, treatment=Treatment.REVIEW, reasons=(_NEVER_CLOSED,))
    if exposure.scope is Scope.UNNAMED:
        verdict = _asking_for_the_address(exposure, verdict)
    if danger is not None and verdict.treatment.accepts and not is_way_in(exposure):
        verdict = _against_danger(exposure, verdict, policy, danger)
    return with_doubts(verdict, _question(exposure))


def confidence_in(exposure: Exposure) -> Confidence:
    """Return how sure it is what to open: not quite, where the address is not shown."""
    if exposure.scope is Scope.UNNAMED and exposure.confidence in _FIRM:
        return Confidence.MEDIUM
    return exposure.confidence


def _asking_for_the_address(exposure: Exposure, verdict: Verdict) -> Verdict:
    subject = subject_of(exposure)
    question = Question(
        "Q_ADDRESS",
        f"On which address is {subject} served? The capture cuts it, or shows a name; netstat -n -W"
        " prints it whole.",
        subject,
        exposure.evidence,
    )
    if not verdict.treatment.accepts:
        return verdict.asking(question)
    sentence = (
        f"{subject} is served on one address that the capture does not show, and accepted on all"
    )
    return attrs.evolve(verdict.asking(question), caveats=(Reason("ADDRESS_UNKNOWN", sentence),))


def _against_danger(
    exposure: Exposure, verdict: Verdict, policy: Policy, danger: Hazard
) -> Verdict:
    """Narrow or close what is critical; a permissive policy only says so."""
    if verdict.remote is not None:
        # Only what everybody can reach is that dangerous.
        return verdict
    if policy.profile is Profile.PERMISSIVE:
        return verdict.because(_reason("HAZARD_OPEN", "dangerous to leave open", danger))
    subject = subject_of(exposure)
    question = Question(
        "Q_HAZARD",
        f"Which machines must reach {exposure.service or 'the service'} on {subject}?"
        f" The advice is: {danger.advice}.",
        subject,
        exposure.evidence,
    )
    if policy.profile is Profile.BALANCED and exposure.peers:
        reason = _reason("HAZARD_NARROWED", "only for who was seen connected", danger)
        seen = addresses_of(exposure.peers)
        return attrs.evolve(verdict, remote=seen).because(reason).asking(question)
    reason = _reason("HAZARD_SHUT", "closed until somebody says who needs it", danger)
    return Verdict(Treatment.SHUT, None, (reason,), (*verdict.questions, question))


def _reason(code: str, what: str, danger: Hazard) -> Reason:
    return Reason(code, f"{what}: {danger.advice}", "2.8")


def _question(exposure: Exposure) -> Question:
    subject = subject_of(exposure)
    sentence = f"Is {subject} meant to be reached by other machines?"
    return Question("Q_INCOMING", sentence, subject, exposure.evidence)


_FIRM = frozenset({Confidence.CERTAIN, Confidence.HIGH})
_NEVER_CLOSED = Reason(
    "ADMIN_KEPT", "a way in for administrators, which doubt alone never closes", "B7"
)
