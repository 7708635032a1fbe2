"""Rulings: how far the operator's choices settle each finding.

What a choice settles is the operator's alone, so the finding makes no rule for it any more. A
choice settles what it accepts, from or to whomever, and what it drops from or to everybody.
Dropping somebody's traffic leaves the others to the finding. What is to be kept shut is accepted by
its port alone: who trusts a program need not know what else it serves to this machine.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeAlias, TypeVar

import attrs

from netstat_fw.analyzers.findings import Connection, Datagram, Exposure, Stance
from netstat_fw.ruleset.proposal.overlaps import common_ports, ports_without
from netstat_fw.ruleset.proposal.subjects import ports_of, service_of
from netstat_fw.ruleset.terms import Action, Direction

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from netstat_fw.protocol import Protocol
    from netstat_fw.ruleset.decisions.values import Choice
    from netstat_fw.ruleset.sets import PortSet

Finding: TypeAlias = Exposure | Connection | Datagram
F = TypeVar("F", Exposure, Connection, Datagram)


@attrs.frozen
class Match:
    """A choice about a finding.

    Attributes:
        turn: the choice's place in the file, from 0.
        choice: the choice.
        ports: the finding's ports that it is about.
    """

    turn: int
    choice: Choice
    ports: PortSet


@attrs.frozen
class Ruling(Generic[F]):
    """What has been decided about a finding.

    Attributes:
        finding: the finding.
        left: its ports that no choice settles; None where all are settled.
        matches: the choices about it, in order.
        decided: protocols it carries that a choice settles.
    """

    finding: F
    left: PortSet | None
    matches: tuple[Match, ...] = ()
    decided: frozenset[Protocol] = frozenset()


def rule_on(
    findings: Iterable[F], choices: Sequence[Choice], direction: Direction
) -> list[Ruling[F]]:
    """Find what has been decided about each finding.

    Args:
        findings: what was found of a direction.
        choices: all choices, in order.
        direction: the direction.
    """
    about = [
        (turn, choice)
        for turn, choice in enumerate(choices)
        if choice.direction is direction and not choice.is_broad
    ]
    return [_ruling(finding, about) for finding in findings]


def settles(choice: Choice) -> bool:
    """Tell whether what a choice is about is decided by it for everybody."""
    return choice.action is Action.ACCEPT or not choice.remotes


def _ruling(finding: F, choices: Sequence[tuple[int, Choice]]) -> Ruling[F]:
    own = ports_of(finding)
    if not choices:
        return Ruling(finding, own)
    name = service_of(finding)
    programs = {program.casefold() for program in finding.programs}
    left: PortSet | None = own
    matches: list[Match] = []
    decided: set[Protocol] = set()
    for turn, choice in choices:
        if choice.program is not None and choice.program.casefold() not in programs:
            continue
        if choice.opens_by_name and _is_shut(finding):
            continue
        if choice.service is not None and choice.service.casefold() != name.casefold():
            continue
        ports = _ports_in(choice, finding, own)
        if ports is not None:
            matches.append(Match(turn, choice, ports))
            if left is not None and settles(choice):
                left = ports_without(left, ports)
        if settles(choice):
            decided |= {each.protocol for each in choice.ports if each.ports is None}
    return Ruling(finding, left, tuple(matches), frozenset(decided))


def _is_shut(finding: Finding) -> bool:
    return isinstance(finding, Exposure) and finding.stance is Stance.SHUT


def _ports_in(choice: Choice, finding: Finding, own: PortSet) -> PortSet | None:
    """Return the finding's ports that a choice is about; None for none."""
    if not choice.ports:
        return own
    wanted = [each.ports for each in choice.ports if each.protocol is finding.protocol]
    ports = wanted[0] if wanted else None
    return None if ports is None else common_ports(own, ports)
