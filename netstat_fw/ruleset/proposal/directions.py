"""Directions: everything that one chain is made of, behind the base rules.

What the operator's choices settle makes no rule of its own any more; everything else is judged and
written down. Companions are judged last, because they follow the ports that they go with.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from netstat_fw.analyzers.administration import is_proven
from netstat_fw.analyzers.findings import Basis, Risk
from netstat_fw.ruleset.proposal.choices import write_choice
from netstat_fw.ruleset.proposal.companions import (
    decided,
    follow,
    own_companions,
    without_replaced,
)
from netstat_fw.ruleset.proposal.desk import Desk, Side
from netstat_fw.ruleset.proposal.incoming import judge_exposure
from netstat_fw.ruleset.proposal.keeping import kept_out
from netstat_fw.ruleset.proposal.lockout import cut_off
from netstat_fw.ruleset.proposal.outgoing import judge_connection
from netstat_fw.ruleset.proposal.places import arrange
from netstat_fw.ruleset.proposal.rulings import rule_on
from netstat_fw.ruleset.proposal.subjects import (
    has_administrators,
    is_way_in,
    key_of,
    ways_that_count,
)
from netstat_fw.ruleset.proposal.treatment import Treatment
from netstat_fw.ruleset.proposal.verdicts import Mark, Verdict
from netstat_fw.ruleset.proposal.writing import keep_sessions, write_verdict
from netstat_fw.ruleset.terms import Direction

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import TypeAlias

    from netstat_fw.analyzers.findings import (
        Connection,
        Datagram,
        Exposure,
        Findings,
        Hazard,
        Scope,
    )
    from netstat_fw.evidence import Question
    from netstat_fw.ruleset.proposal.places import Placed
    from netstat_fw.ruleset.proposal.rulings import Ruling
    from netstat_fw.ruleset.proposal.subjects import Key
    from netstat_fw.ruleset.sets import PortSet

    Port: TypeAlias = tuple[int | None, Scope]
    Judged: TypeAlias = list[tuple[Ruling[Exposure], Verdict]]
    AnyRuling: TypeAlias = Ruling[Exposure] | Ruling[Connection] | Ruling[Datagram]


def propose_incoming(findings: Findings, desk: Desk) -> Side:
    """Propose what is incoming."""
    choices = desk.decisions.choices
    exposures = without_replaced(findings.exposures, desk.decisions)
    own = own_companions(exposures, desk.decisions)
    judged = _judge(rule_on(exposures, choices, Direction.INCOMING), findings.hazards, desk)
    judged += _judge_own(rule_on(own, choices, Direction.INCOMING), judged, desk)
    exposed = {(each.protocol, each.port) for each in exposures}
    roles = [
        role
        for role in findings.datagrams
        if role.port is not None and (role.protocol, role.port) not in exposed
    ]
    rulings: list[AnyRuling] = [ruling for ruling, _ in judged]
    rulings += rule_on(roles, choices, Direction.INCOMING)
    chosen, turns = _write_choices(rulings, desk, Direction.INCOMING)
    kept, judged = _keep_ways_in(judged, chosen, desk)
    written = (
        placed
        for ruling, verdict in judged
        if ruling.left is not None
        for placed in write_verdict(
            ruling.finding, verdict, desk.policy.log, ruling.left, ruling.decided
        )
    )
    return Side(
        arrange((*kept, *chosen, *written)),
        tuple((ruling.finding, verdict) for ruling, verdict in judged),
        _settled(rulings),
        turns,
        frozenset(key_of(ruling.finding) for ruling, _ in judged if ruling.left is None),
    )


def propose_outgoing(findings: Findings, desk: Desk) -> Side:
    """Propose what is outgoing."""
    rulings = rule_on(findings.connections, desk.decisions.choices, Direction.OUTGOING)
    judged = [
        (ruling, judge_connection(ruling.finding, desk.policy, desk.replies))
        for ruling in rulings
        if ruling.left is not None
    ]
    chosen, turns = _write_choices(rulings, desk, Direction.OUTGOING)
    written = (
        placed
        for ruling, verdict in judged
        for placed in write_verdict(
            ruling.finding, verdict, desk.policy.log, ruling.left, ruling.decided
        )
    )
    return Side(
        arrange((*chosen, *written)),
        tuple((ruling.finding, verdict) for ruling, verdict in judged),
        _settled(rulings),
        turns,
    )


def _judge(rulings: Iterable[Ruling[Exposure]], hazards: Iterable[Hazard], desk: Desk) -> Judged:
    """Judge what was found, companions by the ports that they go with."""
    dangers = _dangers(hazards)
    alone = [(ruling, _verdict(ruling, dangers, desk)) for ruling in rulings]
    parents = _by_port(alone)
    return [
        (ruling, follow(verdict, parents.get(_parent(ruling.finding), ())))
        if ruling.finding.basis is Basis.COMPANION and ruling.left is not None
        else (ruling, verdict)
        for ruling, verdict in alone
    ]


def _verdict(ruling: Ruling[Exposure], dangers: dict[Key, Hazard], desk: Desk) -> Verdict:
    if ruling.left is None:
        return decided(ruling, desk.zones)
    danger = dangers.get(key_of(ruling.finding))
    return judge_exposure(ruling.finding, desk, danger)


def _judge_own(rulings: Iterable[Ruling[Exposure]], judged: Judged, desk: Desk) -> Judged:
    """Judge the operator's companions, which every profile opens."""
    parents = _by_port(judged)
    return [
        (
            ruling,
            decided(ruling, desk.zones)
            if ruling.left is None
            else follow(Verdict(Treatment.ACCEPT), parents.get(_parent(ruling.finding), ())),
        )
        for ruling in rulings
    ]


def _dangers(hazards: Iterable[Hazard]) -> dict[Key, Hazard]:
    """Find the critical hazard of each exposure, of several the first by its code."""
    critical = sorted(
        (hazard for hazard in hazards if hazard.risk is Risk.CRITICAL),
        key=lambda hazard: hazard.code,
        reverse=True,
    )
    return {key_of(hazard.exposure): hazard for hazard in critical if hazard.exposure is not None}


def _parent(companion: Exposure) -> Port:
    return companion.companion_of, companion.scope


def _by_port(judged: Judged) -> dict[Port, list[Verdict]]:
    found: dict[Port, list[Verdict]] = {}
    for ruling, verdict in judged:
        if ruling.finding.basis is not Basis.COMPANION:
            found.setdefault((ruling.finding.port, ruling.finding.scope), []).append(verdict)
    return found


def _write_choices(
    rulings: Iterable[AnyRuling], desk: Desk, direction: Direction
) -> tuple[list[Placed], frozenset[int]]:
    """Write the choices of a direction, and tell which of them something was found of."""
    found: dict[int, list[tuple[Exposure | Connection | Datagram, PortSet]]] = {}
    for ruling in rulings:
        for match in ruling.matches:
            found.setdefault(match.turn, []).append((ruling.finding, match.ports))
    placed = [
        each
        for turn, choice in enumerate(desk.decisions.choices)
        if choice.direction is direction
        for each in write_choice(choice, turn, found.get(turn, ()), desk.policy)
    ]
    return placed, frozenset(found)


def _keep_ways_in(
    judged: Judged, chosen: Sequence[Placed], desk: Desk
) -> tuple[list[Placed], Judged]:
    """Keep the administrators in who were seen, against decisions too unless told otherwise."""
    rules = [placed.rule for placed in arrange(chosen)]
    ways = ways_that_count((ruling.finding for ruling, _ in judged), desk.dialect)
    proven = any(is_proven(way.port, desk.dialect) for way in ways)
    kept: list[Placed] = []
    marked: Judged = []
    for ruling, verdict in judged:
        exposure = ruling.finding
        if not has_administrators(exposure):
            marked.append((ruling, verdict))
            continue
        let_in = ruling.left is not None and verdict.treatment.accepts
        against = cut_off(exposure, rules, desk.zones, otherwise=let_in)
        way_in = is_way_in(exposure, desk.dialect)
        marks = [Mark.ADMIN_PEER_UNKNOWN] if way_in and not exposure.peers_complete else []
        if not against or not desk.policy.allow_lockout:
            out = kept_out(ruling, against, chosen, desk, proven=proven)
            stay = tuple(peer for peer in exposure.connected if peer not in out)
            kept += keep_sessions(exposure, stay)
            if against - out:
                aside = way_in or ruling.matches
                marks.append(Mark.ADMIN_KEPT_ASIDE if aside else Mark.ADMIN_KEPT_ALONE)
        marked.append((ruling, verdict.marked(*marks)))
    return kept, marked


def _settled(rulings: Iterable[AnyRuling]) -> frozenset[Question]:
    """Collect the questions about findings that choices leave nothing of."""
    return frozenset(
        ruling.finding.question
        for ruling in rulings
        if ruling.left is None and ruling.finding.question is not None
    )
