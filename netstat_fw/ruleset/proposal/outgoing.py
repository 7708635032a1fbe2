"""Outgoing: what is to become of a connection under a policy.

A rule is always for a remote port; the destination is any unless a standard or the policy narrows
it, because peers change and the port is what was proved.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from netstat_fw.evidence import Question, Reason
from netstat_fw.ruleset.proposal.addresses import addresses_of
from netstat_fw.ruleset.proposal.doubts import ask_in_doubt, voice_doubt
from netstat_fw.ruleset.proposal.subjects import subject_of
from netstat_fw.ruleset.proposal.treatment import Treatment, treat
from netstat_fw.ruleset.proposal.verdicts import Mark, Verdict
from netstat_fw.ruleset.sets import AddressSet

if TYPE_CHECKING:
    from netstat_fw.analyzers.findings import Connection
    from netstat_fw.ruleset.policy import Policy
    from netstat_fw.ruleset.proposal.replies import Replies


def judge_connection(connection: Connection, policy: Policy, replies: Replies) -> Verdict:
    """Decide what becomes of outgoing traffic.

    Args:
        connection: the traffic.
        policy: the policy.
        replies: the operator's answers.
    """
    remotes = (AddressSet(connection.remotes),) if connection.remotes else ()
    verdict = Verdict(treat(connection.confidence, connection.basis, policy), remotes)
    asked = connection.question
    if asked is not None and (not verdict.treatment.accepts or replies.to(asked) is not None):
        verdict = replies.consult(verdict, asked, Treatment.OFF)
    verdict = voice_doubt(
        ask_in_doubt(verdict, lambda: _question(connection), Treatment.OFF, replies)
    )
    most = policy.pin_destinations
    if most is None or verdict.remotes or not verdict.treatment.accepts or not connection.peers:
        return verdict
    if not connection.peers_complete or len(connection.peers) > most:
        return verdict.marked(Mark.NOT_PINNED)
    return attrs.evolve(verdict, remotes=(addresses_of(connection.peers),)).because(_PINNED)


def _question(connection: Connection) -> Question:
    subject = subject_of(connection)
    sentence = f"Does this machine need to reach {subject} of other machines?"
    return Question("Q_OUTGOING", sentence, subject, connection.evidence)


_PINNED = Reason("DESTINATIONS_PINNED", "only to the machines that were seen, as asked for")
