"""Outgoing: what is to become of a connection under a policy.

A rule is always for a remote port; the destination is any unless a standard or the policy narrows
it, because peers change and the port is what was proved.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from netstat_fw.evidence import Question, Reason
from netstat_fw.ruleset.proposal.sides import addresses_of, networks_of
from netstat_fw.ruleset.proposal.subjects import subject_of
from netstat_fw.ruleset.proposal.treatment import treat
from netstat_fw.ruleset.proposal.verdicts import Verdict, with_doubts

if TYPE_CHECKING:
    from netstat_fw.analyzers.findings import Connection
    from netstat_fw.ruleset.policy import Policy


def judge_connection(connection: Connection, policy: Policy) -> Verdict:
    """Decide what becomes of outgoing traffic.

    Args:
        connection: the traffic.
        policy: the policy.
    """
    verdict = Verdict(
        treat(connection.confidence, connection.basis, policy),
        networks_of(connection.remotes),
        questions=() if connection.question is None else (connection.question,),
    )
    verdict = with_doubts(verdict, _question(connection))
    most = policy.pin_destinations
    if most is None or verdict.remote is not None or not connection.peers:
        return verdict
    if not connection.peers_complete or len(connection.peers) > most:
        sentence = (
            f"{subject_of(connection)} goes to more machines than are to be pinned, or to some that"
            " the capture does not show: to any"
        )
        return attrs.evolve(verdict, caveats=(*verdict.caveats, Reason("NOT_PINNED", sentence)))
    pinned = addresses_of(connection.peers)
    return attrs.evolve(verdict, remote=pinned).because(_PINNED)


def _question(connection: Connection) -> Question:
    subject = subject_of(connection)
    sentence = f"Does this machine need to reach {subject} of other machines?"
    return Question("Q_OUTGOING", sentence, subject, connection.evidence)


_PINNED = Reason("DESTINATIONS_PINNED", "only to the machines that were seen, as asked for")
