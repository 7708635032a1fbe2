"""Verdicts: what is to become of a finding, before it is written down as rules."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import attrs

from netstat_fw.words import Word

if TYPE_CHECKING:
    from netstat_fw.evidence import Question, Reason
    from netstat_fw.ruleset.proposal.treatment import Treatment
    from netstat_fw.ruleset.rule import RemoteReference
    from netstat_fw.ruleset.sets import AddressSet

    Remote: TypeAlias = AddressSet | RemoteReference


class Mark(Word):
    """What every reader should know of some findings; said once for all that it holds of."""

    ADDRESS_UNKNOWN = (
        "served on one address that the capture does not show, and accepted on all of this machine"
    )
    PEERS_UNKNOWN = (
        "narrowed to who was seen, but some who were connected show no usable address and are cut"
        " off"
    )
    NOT_NARROWED = "open to any, because nobody with a usable address was seen connected"
    NOT_PINNED = (
        "goes to any, because more machines were seen than are to be pinned, or some without a"
        " usable address"
    )
    ADMIN_KEPT_ASIDE = (
        "the administrators seen connected stay let in, though a decision keeps some of them out:"
        " what closes a way in must be allowed explicitly"
    )
    ADMIN_KEPT_ALONE = (
        "who is connected to what calls itself a way in for administrators stays let in, and nobody"
        " else: nothing was captured that listens there"
    )
    ADMIN_PEER_UNKNOWN = (
        "an administrator's session shows no usable address: only the rule for everybody keeps it"
    )


@attrs.frozen
class Verdict:
    """What is to become of a finding.

    Attributes:
        treatment: what is done.
        remotes: where the other side can be; empty for anywhere.
        meetings: where the other side of each of several local addresses can be, of which `remotes`
            are all; empty where that is the same for all of them.
        reasons: what the policy adds to the finding's own reasons.
        questions: what the operator should say about it.
        answered: what the operator has said about it.
        marks: what every reader should know about it.
        extra: addresses that were let in beside those seen, where sources were narrowed.
    """

    treatment: Treatment
    remotes: tuple[Remote, ...] = ()
    meetings: tuple[tuple[AddressSet, AddressSet], ...] = ()
    reasons: tuple[Reason, ...] = ()
    questions: tuple[Question, ...] = ()
    answered: tuple[Question, ...] = ()
    marks: tuple[Mark, ...] = ()
    extra: int | None = None

    def because(self, *reasons: Reason) -> Verdict:
        """Return the verdict with further reasons."""
        return attrs.evolve(self, reasons=(*self.reasons, *reasons))

    def asking(self, *questions: Question) -> Verdict:
        """Return the verdict with further questions."""
        return attrs.evolve(self, questions=(*self.questions, *questions))

    def marked(self, *marks: Mark) -> Verdict:
        """Return the verdict with further marks."""
        return attrs.evolve(self, marks=(*self.marks, *marks))

    def to(self, treatment: Treatment) -> Verdict:
        """Return the verdict with another treatment."""
        return attrs.evolve(self, treatment=treatment)
