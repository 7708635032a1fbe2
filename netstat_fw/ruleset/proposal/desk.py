"""Desk: what every part of a proposal looks at, and what one direction comes to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from netstat_fw.ruleset.proposal.replies import Replies

if TYPE_CHECKING:
    from collections.abc import Mapping

    from netstat_fw.analyzers.findings import Connection, Exposure
    from netstat_fw.evidence import Question
    from netstat_fw.records import Dialect
    from netstat_fw.ruleset.decisions.values import Decisions
    from netstat_fw.ruleset.policy import Policy
    from netstat_fw.ruleset.proposal.places import Placed
    from netstat_fw.ruleset.proposal.subjects import Key
    from netstat_fw.ruleset.proposal.verdicts import Verdict
    from netstat_fw.ruleset.sets import AddressSet


@attrs.frozen
class Desk:
    """What the operator wants, prepared for looking things up.

    Attributes:
        policy: the policy.
        replies: the answers among its decisions.
        zones: the members of its zones.
        dialect: which family of systems the host is of.
    """

    policy: Policy
    replies: Replies
    zones: Mapping[str, AddressSet]
    dialect: Dialect

    @classmethod
    def of(cls, policy: Policy, dialect: Dialect) -> Desk:
        """Prepare a policy; what its decisions say of it goes before what it says itself."""
        decisions = policy.decisions
        if decisions.pin_destinations is not None:
            policy = attrs.evolve(policy, pin_destinations=decisions.pin_destinations)
        zones = {zone.name: zone.addresses for zone in decisions.zones}
        return cls(policy, Replies.of(decisions), zones, dialect)

    @property
    def decisions(self) -> Decisions:
        """The operator's decisions."""
        return self.policy.decisions


@attrs.frozen
class Side:
    """What one direction comes to.

    Attributes:
        placed: its rules, in order.
        judged: its findings with what becomes of them.
        settled: questions that choices settle.
        turns: the turns of the choices that something was found of.
        decided: keys of the exposures that choices settle.
    """

    placed: tuple[Placed, ...]
    judged: tuple[tuple[Exposure | Connection, Verdict], ...]
    settled: frozenset[Question]
    turns: frozenset[int]
    decided: frozenset[Key] = frozenset()
