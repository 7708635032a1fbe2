"""Verdicts: what becomes of each row, while the findings that it belongs to are still growing.

A verdict names its finding by a key, because findings gain peers, sessions and questions after the
first rows have been judged. Rows that end alike share one verdict.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import attrs

from netstat_fw.analyzers.findings import Connection, Datagram, Exposure, Fate, Outcome
from netstat_fw.evidence import Question, Reason

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from netstat_fw.records import Capture

Finding: TypeAlias = Exposure | Connection | Datagram | Question
Key: TypeAlias = tuple[object, ...]


@attrs.frozen(eq=False)
class Verdict:
    """How a row ends.

    Attributes:
        fate: which of the five ends.
        reason: why.
        key: the finding that it is part of, covered by or asked about in; None where there is none.
    """

    fate: Fate
    reason: Reason
    key: Key | None = None


def key_of(finding: Finding) -> Key:
    """Name a finding by what makes it one of its kind."""
    match finding:
        case Exposure():
            return (Exposure, finding.protocol, finding.port, finding.port_end, finding.scope)
        case Connection():
            return (Connection, finding.protocol, finding.remote_port, finding.local_port)
        case Datagram():
            own = finding.role, finding.programs, finding.reasons[0]
            return (Datagram, finding.protocol, finding.port, *own)
    return (Question, finding.code, finding.subject)


def account(
    capture: Capture, verdicts: Mapping[int, Verdict], findings: Iterable[Finding]
) -> tuple[Outcome, ...]:
    """Give every socket its outcome, in the capture's order.

    Raises:
        KeyError: a socket has no verdict, or a verdict names a finding that does not exist; both
            would be a defect of the analyzers.
    """
    by_key: dict[Key | None, Finding | None] = {key_of(finding): finding for finding in findings}
    by_key[None] = None
    # Rows that end alike share a verdict, whose key takes longer to hash than its identity.
    distinct = {id(verdict): verdict for verdict in verdicts.values()}
    found = {identity: by_key[verdict.key] for identity, verdict in distinct.items()}
    ordered = map(verdicts.__getitem__, range(len(capture.sockets)))
    return tuple(
        [
            Outcome(socket.line, verdict.fate, verdict.reason, found[id(verdict)])
            for socket, verdict in zip(capture.sockets, ordered, strict=True)
        ]
    )
