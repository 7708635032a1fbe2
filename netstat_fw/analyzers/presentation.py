"""Presentation: findings in the one order that does not depend on the order of captured rows.

And what follows from all of them together: which questions are open, and which programs may answer
on the ports that are to be opened.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from netstat_fw.analyzers.findings import Basis, Role, Scope, Stance
from netstat_fw.evidence import Confidence, ProcessCheck

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from netstat_fw.analyzers.findings import Connection, Datagram, Exposure
    from netstat_fw.evidence import Question


def sort_exposures(exposures: Iterable[Exposure]) -> tuple[Exposure, ...]:
    """Sort by protocol, port and scope, the widest first."""
    scopes = list(Scope)
    return tuple(
        sorted(
            exposures,
            key=lambda each: (
                each.protocol.value,
                each.port,
                each.port_end or 0,
                scopes.index(each.scope),
            ),
        )
    )


def sort_connections(connections: Iterable[Connection]) -> tuple[Connection, ...]:
    """Sort by protocol and ports."""
    return tuple(
        sorted(
            connections,
            key=lambda each: (each.protocol.value, each.remote_port, each.local_port or 0),
        )
    )


def sort_datagrams(datagrams: Iterable[Datagram]) -> tuple[Datagram, ...]:
    """Sort by protocol and port, those without a port last."""
    return tuple(
        sorted(
            datagrams,
            key=lambda each: (
                each.protocol.value,
                each.port or _AFTER_PORTS,
                each.role.value,
                each.programs,
                each.reasons[0].code,
            ),
        )
    )


def sort_questions(questions: Iterable[Question]) -> tuple[Question, ...]:
    """Sort by code and subject; each question once."""
    once = {(question.code, question.subject): question for question in questions}
    return tuple(once[key] for key in sorted(once))


def open_questions(
    exposures: Iterable[Exposure], datagrams: Iterable[Datagram]
) -> Iterator[Question]:
    """Find the questions of findings that no profile but the loosest decides by itself.

    Those of the surer ones stay with the finding, for profiles that want more.
    """
    for exposure in exposures:
        if exposure.question is not None and exposure.confidence is Confidence.LOW:
            yield exposure.question
    for datagram in datagrams:
        unsure = datagram.confidence in {Confidence.LOW, Confidence.UNDECIDED}
        chance = datagram.port is None or datagram.role is Role.UNDECIDED
        if datagram.question is not None and (
            unsure or chance or datagram.question.code == "Q_PEERS"
        ):
            yield datagram.question


def check_processes(exposures: Iterable[Exposure]) -> tuple[ProcessCheck, ...]:
    """Say which programs may answer on each port that is to be opened."""
    programs: dict[tuple[str, int], set[str]] = {}
    for each in exposures:
        # A client's help, such as the way in for DHCP replies, is no server.
        server = each.confidence is not Confidence.SUGGESTED or each.basis is Basis.COMPANION
        if server and each.stance is Stance.OPEN and each.port_end is None:
            programs.setdefault((each.protocol.value, each.port), set()).update(each.programs)
    return tuple(
        ProcessCheck(protocol, port, tuple(sorted(names)))
        for (protocol, port), names in sorted(programs.items())
    )


_AFTER_PORTS = 65536
