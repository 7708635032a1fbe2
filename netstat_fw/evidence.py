"""Provenance values that findings and rules share: lines, confidence, reasons, questions.

They say where a conclusion comes from and never what it matches, so nothing here takes part in the
equality or identity of a rule.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from netstat_fw.brief import brief
from netstat_fw.words import Word

if TYPE_CHECKING:
    from collections.abc import Iterable


@attrs.frozen(order=True)
class Evidence:
    """One captured line.

    Attributes:
        line: 1-based line number in the captured text.
        capture: name of the capture where several were read, otherwise empty.
    """

    line: int
    capture: str = ""


class Confidence(Word):
    """How a conclusion was reached, from proof to none."""

    CERTAIN = "certain"
    """Protocol-level proof: a listening socket, an unanswered SYN."""
    HIGH = "high"
    """One inference step on complete data."""
    MEDIUM = "medium"
    """Rests on a list of ports or on a role that is usual for a port."""
    POLICY = "policy"
    """Knowledge that holds for nearly every host; cites no captured line."""
    SUGGESTED = "suggested"
    """Not observed, offered because it usually goes with what was."""
    LOW = "low"
    """A weak heuristic."""
    UNDECIDED = "undecided"
    """Nothing in the capture decides it."""


SUREST_FIRST = (
    Confidence.CERTAIN,
    Confidence.HIGH,
    Confidence.POLICY,
    Confidence.MEDIUM,
    Confidence.SUGGESTED,
    Confidence.LOW,
    Confidence.UNDECIDED,
)


def surest(levels: Iterable[Confidence]) -> Confidence:
    """Return the surest of some levels, at least one."""
    return min(levels, key=SUREST_FIRST.index)


def weakest(levels: Iterable[Confidence]) -> Confidence:
    """Return the least sure of some levels, at least one."""
    return max(levels, key=SUREST_FIRST.index)


@attrs.frozen
class Reason:
    """Why: a stable code and one sentence.

    Attributes:
        code: stable upper-case code, such as ``LISTEN_ANY``; codes never change meaning.
        sentence: one plain sentence; captured text in it is limited to normalised program names.
        row: the row of the decision tables that led here, such as ``T5`` or ``U8``; empty where no
            table has it.
    """

    code: str
    sentence: str
    row: str = ""


@attrs.frozen
class Question:
    """Something the capture cannot answer and the operator should.

    Attributes:
        code: stable upper-case code, such as ``Q_UPDATES``.
        sentence: the question, one sentence.
        subject: what it is about where one code is asked several times, such as ``tcp/5432``.
        evidence: the captured lines that raise it; empty where knowledge alone does.
    """

    code: str
    sentence: str
    subject: str = ""
    evidence: tuple[Evidence, ...] = attrs.field(default=(), eq=False)

    def __repr__(self) -> str:
        """Sum the question up."""
        return brief(
            self,
            self.code,
            self.subject,
            sentence=self.sentence,
            lines=(each.line for each in self.evidence),
        )


@attrs.frozen
class ProcessCheck:
    """Which programs may answer on an accepted port; the packet filter itself cannot know.

    Attributes:
        protocol: ``tcp`` or ``udp``.
        port: 1 to 65535.
        programs: normalised program names, sorted; empty where the capture names none.
    """

    protocol: str
    port: int
    programs: tuple[str, ...] = ()
