"""Judgement: what a ruleset would do to each captured socket, and what it lets in beyond them.

Everything observed is accepted by the host today, so whatever does not pass would be cut off.
"""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING

import attrs

from netstat_fw.brief import brief
from netstat_fw.evidence import Reason  # noqa: TC001 - attrs.resolve_types needs it
from netstat_fw.playback.opening import Opening  # noqa: TC001 - the same
from netstat_fw.records import Socket  # noqa: TC001 - the same
from netstat_fw.ruleset.difference import Change  # noqa: TC001 - the same
from netstat_fw.ruleset.flow import Decision, Flow  # noqa: TC001 - the same
from netstat_fw.ruleset.phrasing import phrase
from netstat_fw.ruleset.terms import ConnectionState

if TYPE_CHECKING:
    from netstat_fw.ruleset.rule import Rule


class Standing(enum.Enum):
    """How a socket fares under a ruleset."""

    PASSES = "passes"
    """All that it stands for is accepted, and so are the replies."""
    NARROWED = "narrowed"
    """Only some of those who could connect today still can, or to some others only."""
    CUT_OFF = "cut off"
    """Something that was observed, or that must pass for it, is denied."""
    IN_DOUBT = "in doubt"
    """Denied, and only the operator can say whether that matters."""
    UNJUDGED = "unjudged"
    """It never leaves its kernel as a packet, or the capture shows too little of it."""


@attrs.frozen
class Judgement:
    """What becomes of one socket.

    Attributes:
        socket: the record.
        standing: how it fares.
        reason: why it was taken for what it was, as the findings say.
        opening: what it stands for: the first opening that is denied or narrowed, else the first
            of all; None where it was not judged.
        flow: the flow that was decisive.
        decision: what the ruleset does with that flow.
    """

    socket: Socket
    standing: Standing
    reason: Reason
    opening: Opening | None = None
    flow: Flow | None = None
    decision: Decision | None = None

    @property
    def line(self) -> int:
        """The 1-based line of the socket."""
        return self.socket.line

    @property
    def rule(self) -> Rule | None:
        """The deciding rule; None where a chain's default decided, and where nothing did."""
        return None if self.decision is None else self.decision.rule

    def __str__(self) -> str:
        """Write the judgement for a reader, in one line and without any captured name."""
        said = f"line {self.line}: {self.standing.value}"
        if self.flow is None or self.decision is None:
            return f"{said}: {self.reason.sentence}"
        by = "the default" if self.rule is None else f"rule {self.rule.id}"
        words = "" if self.rule is None else f" ({phrase(self.rule, self.flow.direction)})"
        replies = "" if self.flow.state is ConnectionState.NEW else ", once established"
        return f"{said}: {self.opening}{replies}: {self.decision.action.value} by {by}{words}"

    def __repr__(self) -> str:
        """Sum the judgement up."""
        return brief(self, self)


@attrs.frozen
class Replay:
    """A capture judged by a ruleset.

    Attributes:
        judgements: one for each socket, in the capture's order.
        unsupported: what is accepted new although no captured socket speaks for the service.
        wider: what more is accepted new of services that captured sockets do speak for.
    """

    judgements: tuple[Judgement, ...] = ()
    unsupported: tuple[Change, ...] = ()
    wider: tuple[Change, ...] = ()

    @property
    def cut_off(self) -> tuple[Judgement, ...]:
        """The sockets that would be cut off."""
        return self.of(Standing.CUT_OFF)

    def of(self, standing: Standing) -> tuple[Judgement, ...]:
        """Return the judgements of one standing."""
        return tuple(each for each in self.judgements if each.standing is standing)

    def __str__(self) -> str:
        """Write one line for each socket that does not simply pass; where all do, say so."""
        troubled = [each for standing in _TROUBLED for each in self.of(standing)]
        return "\n".join(map(str, troubled)) or "nothing that was observed would be cut off"

    def __repr__(self) -> str:
        """Count the judgements."""
        counts = {each.name.lower(): len(self.of(each)) or None for each in Standing}
        beyond = {"unsupported": len(self.unsupported), "wider": len(self.wider)}
        return brief(self, **counts, **{name: count or None for name, count in beyond.items()})


_TROUBLED = (Standing.CUT_OFF, Standing.NARROWED, Standing.IN_DOUBT)
