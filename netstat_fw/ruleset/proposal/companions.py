"""Companions: ports that go with others, and whom they let in.

A companion lets in whom its parent lets in, and nobody where its parent is shut. A choice that only
keeps somebody out of the parent's port is about that port and no other. The operator's own list for
a port takes the place of the usual one.
"""

from __future__ import annotations

import functools
import operator
from typing import TYPE_CHECKING

import attrs

from netstat_fw.analyzers.findings import Basis, Exposure
from netstat_fw.evidence import Reason
from netstat_fw.ruleset.proposal.lockout import members_of
from netstat_fw.ruleset.proposal.overlaps import addresses_without
from netstat_fw.ruleset.proposal.treatment import Treatment
from netstat_fw.ruleset.proposal.verdicts import Verdict
from netstat_fw.ruleset.sets import AddressSet
from netstat_fw.ruleset.terms import Action

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from netstat_fw.protocol import Protocol
    from netstat_fw.ruleset.decisions.values import Decisions
    from netstat_fw.ruleset.proposal.lockout import Zones
    from netstat_fw.ruleset.proposal.rulings import Ruling
    from netstat_fw.ruleset.proposal.verdicts import Remote


def without_replaced(exposures: Iterable[Exposure], decisions: Decisions) -> tuple[Exposure, ...]:
    """Leave out the usual companions of ports for which the operator lists others, or none."""
    replaced = {each.port for each in decisions.companions}
    return tuple(
        each
        for each in exposures
        if each.basis is not Basis.COMPANION or each.companion_of not in replaced
    )


def own_companions(exposures: Sequence[Exposure], decisions: Decisions) -> tuple[Exposure, ...]:
    """Make the companions that the operator lists for what was found.

    A port that something was found on is none: it is decided by itself.
    """
    listed = {(each.protocol, each.port): each for each in decisions.companions}
    found = [each for each in exposures if each.basis is not Basis.COMPANION]
    bound = {(each.protocol, each.port) for each in found}
    return tuple(
        _companion(parent, protocol, port, decisions.where(own.line))
        for parent in found
        if (own := listed.get((parent.protocol, parent.port))) is not None
        for protocol, port in own.companions
        if (protocol, port) not in bound
    )


def _companion(parent: Exposure, protocol: Protocol, port: int, place: str) -> Exposure:
    sentence = (
        f"the operator's decision: {protocol.value}/{port} goes with"
        f" {parent.protocol.value}/{parent.port} ({place})"
    )
    return parent.companion(protocol, port, Reason("OPERATOR_COMPANION", sentence))


def follow(verdict: Verdict, parents: Iterable[Verdict]) -> Verdict:
    """Let in to a companion whom the ports let in that it goes with.

    Args:
        verdict: what would become of the companion alone.
        parents: what becomes of those ports; without any, the verdict stands.
    """
    known = list(parents)
    followed = [parent for parent in known if parent.treatment.accepts]
    if not known or not verdict.treatment.accepts:
        return verdict
    if not followed:
        return verdict.to(Treatment.OFF)
    if not all(parent.remotes for parent in followed):
        return verdict
    return attrs.evolve(verdict, remotes=_united(r for each in followed for r in each.remotes))


def _united(remotes: Iterable[Remote]) -> tuple[Remote, ...]:
    known = list(remotes)
    sets = [remote for remote in known if isinstance(remote, AddressSet)]
    named = {remote for remote in known if not isinstance(remote, AddressSet)}
    literal = (functools.reduce(operator.or_, sets),) if sets else ()
    return (*literal, *sorted(named, key=str))


def decided(ruling: Ruling[Exposure], zones: Zones) -> Verdict:
    """Return what the operator's choices come to for a port that they settle.

    Whom an earlier choice keeps out is not among those whom a later one lets in. Who is in a group
    is not known, so nobody is let in where a group would have to be told from others.

    Args:
        ruling: the port, and the choices about it.
        zones: the members of the zones that choices name.
    """
    remotes: list[Remote] = []
    out: list[Remote] = []
    for choice in (match.choice for match in ruling.matches):
        if choice.action is not Action.ACCEPT:
            out += choice.remotes
        elif not choice.remotes and not out:
            return Verdict(Treatment.ACCEPT)
        else:
            remotes += _let_in(choice.remotes or (None,), out, zones)
        if not choice.remotes:
            break
    return Verdict(Treatment.ACCEPT if remotes else Treatment.SHUT, tuple(remotes))


def _let_in(some: Iterable[Remote | None], out: Sequence[Remote], zones: Zones) -> Iterator[Remote]:
    """Leave out of some, None for everybody, those who are kept out."""
    known = [members_of(each, zones) for each in out]
    taken = [members for members in known if members is not None]
    for each in some:
        members = members_of(each, zones)
        if each is not None and not out:
            yield each
        elif len(taken) == len(known) and (each is None or members is not None):
            rest = addresses_without(members, functools.reduce(operator.or_, taken))
            if rest is not None:
                yield rest
