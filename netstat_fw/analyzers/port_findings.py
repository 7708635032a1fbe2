"""Port findings: what one decided UDP port speaks for.

An assignment says what the port is for; its binds say where it can be reached. Together they give
exposures, outgoing connections, the role itself, and what to ask.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from netstat_fw.address import family_of
from netstat_fw.analyzers.connected import has_peer
from netstat_fw.analyzers.exposure import Placed, judge_placed, place
from netstat_fw.analyzers.findings import (
    Basis,
    Connection,
    Datagram,
    Fate,
    Role,
    Scope,
    Stance,
)
from netstat_fw.analyzers.host import sort_addresses
from netstat_fw.analyzers.roles import PortRole
from netstat_fw.analyzers.rows import programs_of
from netstat_fw.analyzers.spans import BOTH
from netstat_fw.analyzers.verdicts import Verdict, key_of
from netstat_fw.analyzers.wording import port_text, who
from netstat_fw.evidence import Confidence, Question, weakest

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator, Sequence

    from netstat_fw.analyzers.assignment import Assignment
    from netstat_fw.analyzers.host import Context
    from netstat_fw.analyzers.rows import Row
    from netstat_fw.records import Family, Protocol


@attrs.frozen
class PortFindings:
    """The findings about one port.

    Attributes:
        datagram: its role.
        placed: its exposures with their rows.
        connections: what it sends by itself.
        verdicts: what becomes of its rows, by their index.
    """

    datagram: Datagram
    placed: tuple[Placed, ...]
    connections: tuple[Connection, ...]
    verdicts: dict[int, Verdict]


def find_for_port(
    protocol: Protocol, port: int, rows: Sequence[Row], assignment: Assignment, context: Context
) -> PortFindings:
    """Find what a decided port speaks for.

    Args:
        protocol: UDP or UDPLITE.
        port: the port.
        rows: its sockets, at least one.
        assignment: what the role table says about it.
        context: the host.
    """
    bound = place(protocol, port, rows, context)
    spoken = {family for each in bound for family in each.exposure.families}
    datagram = Datagram(
        protocol,
        port,
        assignment.role,
        tuple(family for family in BOTH if family in spoken),
        service=context.services.name_of(port, protocol.value),
        programs=programs_of(rows),
        question=_question(protocol, port, rows, assignment, context),
        confidence=assignment.confidence,
        reasons=(assignment.reason,),
        evidence=context.cite(rows),
    )
    placed: tuple[Placed, ...] = ()
    if assignment.exposed:
        table = assignment.table or _ANY_PORT
        placed = tuple(_decided(each, datagram, table) for each in _scoped(bound, table, datagram))
    connections = tuple(_connections(datagram, assignment, rows, context))
    return PortFindings(
        datagram, placed, connections, _verdicts(rows, datagram, placed, connections)
    )


def _question(
    protocol: Protocol, port: int, rows: Sequence[Row], assignment: Assignment, context: Context
) -> Question | None:
    """Make the question that an assignment leaves open."""
    text = port_text(protocol, port)
    code = assignment.question
    sentence = _SENTENCES.get(code, "")
    if assignment.table is not None and assignment.table.question:
        code, sentence = "Q_PEERS", assignment.table.question
    if not code:
        return None
    sentence = sentence.format(port=text, who=who(programs_of(rows)))
    return Question(code, sentence, text, context.cite(rows))


def _scoped(bound: tuple[Placed, ...], table: PortRole, datagram: Datagram) -> tuple[Placed, ...]:
    """Replace the scopes of the binds by the one that the role has, if it has its own."""
    scope = _scope(table)
    if scope is None or bound[0].exposure.scope is Scope.LOOPBACK:
        return bound
    families = {family_of(group) for group in table.groups}
    exposure = attrs.evolve(
        bound[0].exposure,
        families=_narrowed(datagram.families, families),
        scope=scope,
        addresses=sort_addresses(
            group for group in table.groups if family_of(group) in datagram.families
        ),
        programs=datagram.programs,
        dual_stack=None,
        reasons=(),
        evidence=datagram.evidence,
    )
    covered = tuple(row for each in bound for row in each.covered)
    return (Placed(exposure, tuple(row for each in bound for row in each.rows), covered),)


def _scope(table: PortRole) -> Scope | None:
    if table.broadcast:
        return Scope.ANY
    if table.link_local:
        return Scope.LINK_LOCAL
    return Scope.GROUP if table.groups else None


def _decided(placed: Placed, datagram: Datagram, table: PortRole) -> Placed:
    """Say about an exposure what the role says."""
    exposure = placed.exposure
    wanted = {*table.families, *(family_of(network) for network in table.remotes)}
    sure = datagram.confidence if table is _ANY_PORT else table.confidence
    return attrs.evolve(
        placed,
        exposure=attrs.evolve(
            exposure,
            basis=Basis.DATAGRAM,
            stance=Stance.SHUT if exposure.stance is Stance.SHUT else table.stance,
            families=_narrowed(exposure.families, wanted),
            remotes=table.remotes,
            remote_port=table.remote_port,
            carries=table.carries,
            question=exposure.question or datagram.question,
            confidence=weakest((exposure.confidence, sure)),
            reasons=(*datagram.reasons, *exposure.reasons),
        ),
    )


def _connections(
    datagram: Datagram, assignment: Assignment, rows: Iterable[Row], context: Context
) -> Iterator[Connection]:
    """Make the outgoing traffic that the role brings."""
    if assignment.table is None:
        return
    peers = {row.remote.address for row in rows if row.remote.address and has_peer(row)}
    for going in assignment.table.going:
        families = _narrowed(datagram.families, {family_of(each) for each in going.remotes})
        remotes = tuple(each for each in going.remotes if family_of(each) in families)
        yield Connection(
            datagram.protocol,
            going.remote_port,
            going.families or families,
            going.local_port,
            basis=Basis.DATAGRAM,
            service=context.services.name_of(going.remote_port, datagram.protocol.value),
            programs=datagram.programs,
            peers=sort_addresses(peers),
            peers_complete=False,
            remotes=remotes,
            carries=assignment.table.carries,
            confidence=Confidence.HIGH,
            reasons=datagram.reasons,
            evidence=datagram.evidence,
        )


def _verdicts(
    rows: Iterable[Row],
    datagram: Datagram,
    placed: tuple[Placed, ...],
    connections: tuple[Connection, ...],
) -> dict[int, Verdict]:
    reason = datagram.reasons[0]
    if datagram.role is Role.CLIENT and connections:
        # What such a client sends is the rule that counts; the way in is only a help.
        verdict = Verdict(Fate.FINDING, reason, key_of(connections[0]))
        return dict.fromkeys((row.index for row in rows), verdict)
    if placed:
        return judge_placed(placed)
    verdict = Verdict(Fate.QUESTION, reason, key_of(datagram.question or datagram))
    return dict.fromkeys((row.index for row in rows), verdict)


def _narrowed(families: tuple[Family, ...], wanted: Container[Family]) -> tuple[Family, ...]:
    """Keep the families that a standard knows; where none is left, the standard's own."""
    if not wanted:
        return families
    kept = tuple(family for family in families if family in wanted)
    return kept or tuple(family for family in BOTH if family in wanted)


_ANY_PORT = PortRole(Role.UNDECIDED, "", "")
"""For ports without an entry in the role table: nothing is narrowed."""
_SENTENCES = {
    "Q_UDP_SERVER": "Is {port} ({who}) a service that other machines should reach?",
    "Q_UDP_ROLE": "What is {port} ({who}) for? It is dropped unless you say otherwise.",
}
