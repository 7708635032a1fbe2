"""Treatment: what each profile does with a conclusion, by how sure it is.

One table and nothing else; every cell is a decision that an operator can read. What is not accepted
falls to the chain's default.
"""

from __future__ import annotations

import enum

from netstat_fw.analyzers.findings import Basis
from netstat_fw.evidence import Confidence
from netstat_fw.ruleset.policy import Policy, Profile


class Treatment(enum.Enum):
    """What becomes of a finding."""

    ACCEPT = "accept"
    REVIEW = "review"
    """Accept, and say that somebody should look at it."""
    LOG = "log"
    """Accept and log."""
    NOTE = "note"
    """Write the rule down, disabled, and ask."""
    ASK = "ask"
    """No rule, but a question."""
    OFF = "off"
    """No rule."""
    SHUT = "shut"
    """An explicit drop, before everything that is accepted."""
    DROP_AND_LOG = "drop-and-log"
    """An explicit drop that logs, after everything that is accepted."""

    @property
    def accepts(self) -> bool:
        """Whether traffic passes."""
        return self in _ACCEPTING


def treat(confidence: Confidence, basis: Basis, policy: Policy) -> Treatment:
    """Look up what the policy does with a finding that speaks for traffic.

    >>> treat(Confidence.MEDIUM, Basis.DATAGRAM, Policy()).value
    'review'
    """
    if basis is Basis.COMPANION:
        return Treatment.ACCEPT if policy.opens_companions else Treatment.OFF
    if basis is Basis.CHECKLIST:
        return _CHECKLIST[policy.profile]
    return _TABLE[confidence][policy.profile]


def _row(strict: Treatment, balanced: Treatment, permissive: Treatment) -> dict[Profile, Treatment]:
    return {Profile.STRICT: strict, Profile.BALANCED: balanced, Profile.PERMISSIVE: permissive}


_ACCEPTING = frozenset({Treatment.ACCEPT, Treatment.REVIEW, Treatment.LOG})
_ALWAYS = _row(Treatment.ACCEPT, Treatment.ACCEPT, Treatment.ACCEPT)
_CHECKLIST = _row(Treatment.OFF, Treatment.OFF, Treatment.ACCEPT)
# Columns: strict, balanced, permissive.
_TABLE = {
    Confidence.CERTAIN: _ALWAYS,
    Confidence.HIGH: _ALWAYS,
    Confidence.POLICY: _ALWAYS,
    Confidence.MEDIUM: _row(Treatment.NOTE, Treatment.REVIEW, Treatment.ACCEPT),
    Confidence.SUGGESTED: _row(Treatment.OFF, Treatment.ACCEPT, Treatment.ACCEPT),
    Confidence.LOW: _row(Treatment.OFF, Treatment.ASK, Treatment.LOG),
    Confidence.UNDECIDED: _row(Treatment.OFF, Treatment.OFF, Treatment.DROP_AND_LOG),
}
