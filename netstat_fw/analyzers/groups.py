"""Groups: datagram sockets whose own port is chance, gathered by program and role.

A client's port differs in every capture, so a finding about it names the program instead.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import attrs

from netstat_fw.analyzers.findings import Datagram, Fate, Role
from netstat_fw.analyzers.rows import programs_of
from netstat_fw.analyzers.verdicts import Verdict, key_of
from netstat_fw.evidence import Confidence, Question, Reason
from netstat_fw.records import Family, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator

    from netstat_fw.analyzers.host import Context
    from netstat_fw.analyzers.rows import Row

_Key: TypeAlias = tuple[Protocol, Role, Confidence, Reason, str, str | None]


@attrs.define
class Groups:
    """The sockets, by protocol, role, reason and program."""

    _rows: dict[_Key, list[Row]] = attrs.field(factory=dict)

    def add(
        self, row: Row, role: Role, confidence: Confidence, reason: Reason, question: str = ""
    ) -> None:
        """Add a socket; `question` is the code of the one to ask about it, empty for none."""
        key = row.socket.protocol, role, confidence, reason, question, row.program
        self._rows.setdefault(key, []).append(row)

    def findings(self, context: Context) -> Iterator[tuple[Datagram, tuple[Row, ...]]]:
        """Make the findings, each with its rows."""
        for (protocol, role, confidence, reason, code, _), rows in self._rows.items():
            programs = programs_of(rows)
            evidence = context.cite(rows)
            question = None
            if code:
                subject = f"{protocol.value} of {programs[0] if programs else 'unknown programs'}"
                question = Question(code, _ASKED.format(subject=subject), subject, evidence)
            families = {family for row in rows for family in row.families}
            datagram = Datagram(
                protocol,
                None,
                role,
                tuple(family for family in Family if family in families),
                programs=programs,
                question=question,
                confidence=confidence,
                reasons=(reason,),
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
