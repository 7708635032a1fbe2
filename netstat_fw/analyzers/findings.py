"""Findings: what a capture means for a firewall, before anybody's policy.

Every value is frozen and says everything a rule needs: nothing downstream looks back into the
capture. Tuples are sorted and free of duplicates, so that the order and the repetition of captured
rows leave no trace. What only says *where* something was seen (`evidence`, `sessions`,
`Findings.outcomes`) takes no part in equality. `evidence` is empty exactly where a finding rests on
knowledge instead of captured lines; its `basis` then says so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from netstat_fw.analyzers.facts import HostFacts  # noqa: TC001 - attrs.resolve_types needs it
from netstat_fw.analyzers.ports import Connection, Datagram, Exposure, Meeting
from netstat_fw.analyzers.terms import Basis, DualStack, Fate, Risk, Role, Scope, Stance
from netstat_fw.brief import brief
from netstat_fw.evidence import Evidence, ProcessCheck, Question, Reason  # noqa: TC001 - as above

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "Answer",
    "Basis",
    "Connection",
    "Datagram",
    "DualStack",
    "Exposure",
    "Fate",
    "Findings",
    "Hazard",
    "Meeting",
    "Outcome",
    "Risk",
    "Role",
    "Scope",
    "Stance",
]


@attrs.frozen
class Hazard:
    """A danger that an exposed service or a program on the host brings.

    Attributes:
        code: stable upper-case code, such as ``HAZARD_DATABASE``.
        risk: how bad; only CRITICAL ever changes a rule, and never that of an `admin` exposure.
        advice: one sentence.
        exposure: the exposure it speaks of; None for dangers of the host as a whole.
        evidence: the captured lines.
    """

    code: str
    risk: Risk
    advice: str
    exposure: Exposure | None = None
    evidence: tuple[Evidence, ...] = attrs.field(default=(), eq=False)

    def __repr__(self) -> str:
        """Sum the hazard up."""
        about = self.exposure
        return brief(
            self,
            self.risk.value,
            self.code,
            None if about is None else f"{about.protocol.value}/{about.port}",
            advice=self.advice,
        )


@attrs.frozen
class Answer:
    """A question of the checklist that the capture itself seems to answer.

    Attributes:
        code: the code the `Question` would have had.
        sentence: what was seen.
        evidence: the captured lines.
    """

    code: str
    sentence: str
    evidence: tuple[Evidence, ...] = attrs.field(default=(), eq=False)

    def __repr__(self) -> str:
        """Sum the answer up."""
        return brief(self, self.code, sentence=self.sentence)


@attrs.frozen
class Outcome:
    """What became of one captured socket.

    Attributes:
        line: 1-based line of the socket.
        fate: which of the five ends it came to.
        reason: why.
        finding: what it became part of, is covered by or is asked about in; None where there is
            none, as for most local and excluded sockets.
    """

    line: int
    fate: Fate
    reason: Reason
    finding: Exposure | Connection | Datagram | Question | None = None

    def __repr__(self) -> str:
        """Sum the outcome up."""
        return brief(self, self.fate.value, self.reason.code, line=self.line)


@attrs.frozen
class Findings:
    """Everything that a capture says about the firewall of its host.

    Attributes:
        host: facts about the host, and what the capture can and cannot prove.
        exposures: incoming, sorted by protocol and port.
        connections: outgoing, sorted by protocol and port.
        datagrams: the roles of the datagram ports.
        questions: what the operator should say.
        answers: what the operator need not be asked, because the capture shows it.
        hazards: dangers, worst first.
        process_checks: which programs may answer on the ports that are to be opened.
        outcomes: one for each socket of the capture, in the capture's order.
    """

    host: HostFacts
    exposures: tuple[Exposure, ...] = ()
    connections: tuple[Connection, ...] = ()
    datagrams: tuple[Datagram, ...] = ()
    questions: tuple[Question, ...] = ()
    answers: tuple[Answer, ...] = ()
    hazards: tuple[Hazard, ...] = ()
    process_checks: tuple[ProcessCheck, ...] = ()
    outcomes: tuple[Outcome, ...] = attrs.field(default=(), eq=False)

    def outcomes_at(self, line: int) -> tuple[Outcome, ...]:
        """Return what became of the sockets on a captured line; empty for a line without any."""
        return tuple(outcome for outcome in self.outcomes if outcome.line == line)

    def to_dict(self) -> dict[str, Any]:
        """Write the findings as plain data, ready for JSON; nothing of them is lost.

        Where an outcome or a hazard speaks of a finding it says its place: ``{"exposures": 3}``.
        """
        from netstat_fw.analyzers import places  # noqa: PLC0415 - loads cattrs

        return places.write(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Findings:
        """Read what `to_dict` wrote.

        Raises:
            PlainDataError: for anything else, with the path to every culprit.
        """
        from netstat_fw.analyzers import places  # noqa: PLC0415 - loads cattrs

        return places.read(data, cls)

    def __repr__(self) -> str:
        """Sum the findings up."""
        lists = ("exposures", "connections", "datagrams", "questions", "hazards", "outcomes")
        counts = " ".join(f"{name}={len(getattr(self, name))}" for name in lists)
        return f"<Findings dialect={self.host.dialect.value} {counts}>"
