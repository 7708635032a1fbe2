"""Groups: datagram sockets whose own port is chance, gathered by program and role.

A client's port differs in every capture, so a finding about it names the program instead.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import attrs

from netstat_fw.analyzers.assignment import Assignment
from netstat_fw.analyzers.findings import Datagram, Fate, Role
from netstat_fw.analyzers.rows import families_of, programs_of
from netstat_fw.analyzers.verdicts import Verdict, key_of
from netstat_fw.evidence import Question
from netstat_fw.records import Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator

    from netstat_fw.analyzers.host import Context
    from netstat_fw.analyzers.rows import Row

_Key: TypeAlias = tuple[Assignment, Protocol, str | None]


@attrs.define
class Groups:
    """The sockets, by assignment, protocol and program."""

    _rows: dict[_Key, list[Row]] = attrs.field(factory=dict)

    def add(self, row: Row, assignment: Assignment) -> None:
        """Add a socket."""
        key = assignment, row.socket.protocol, row.program
        if key not in self._rows:
            self._rows[key] = []
        self._rows[key].append(row)

    def findings(self, context: Context) -> Iterator[tuple[Datagram, tuple[Row, ...]]]:
        """Make the findings, each with its rows."""
        for (assignment, protocol, program), rows in self._rows.items():
            evidence = context.cite(rows)
            question = None
            if assignment.question:
                subject = f"{protocol.value} of {program or 'unknown programs'}"
                sentence = _ASKED.format(subject=subject)
                question = Question(assignment.question, sentence, subject, evidence)
            datagram = Datagram(
                protocol,
                None,
                assignment.role,
                families_of(rows),
                programs=programs_of(rows),
                question=question,
                confidence=assignment.confidence,
                reasons=(assignment.reason,),
                evidence=evidence,
            )
            yield datagram, tuple(rows)


def verdict_of(datagram: Datagram) -> Verdict:
    """Say what becomes of the unconnected sockets of a group."""
    reason = datagram.reasons[0]
    if datagram.role is Role.LOCAL:
        return Verdict(Fate.LOCAL, reason, key_of(datagram))
    if datagram.question is not None:
        return Verdict(Fate.QUESTION, reason, key_of(datagram.question))
    return Verdict(Fate.EXCLUDED, reason, key_of(datagram))


_ASKED = (
    "What does {subject} ask other hosts, and on which ports? Answers come back by themselves, but"
    " the requests need a rule."
)
