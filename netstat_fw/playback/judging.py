"""Judging: openings put to a ruleset as the packets of a whole conversation.

A conversation lives by three: the packet that opens it, the reply to it, and everything after. The
last two are established to connection tracking, which never relates the replies to a multicast or
broadcast packet to it; those count as openings of their own.
"""

from __future__ import annotations

from ipaddress import IPv4Address
from typing import TYPE_CHECKING

import attrs

from netstat_fw.playback.judgement import Standing
from netstat_fw.playback.opening import Opening  # noqa: TC001 - attrs.resolve_types needs it
from netstat_fw.playback.standins import CLIENT_PORT, StandIns
from netstat_fw.ruleset.flow import Decision, Flow
from netstat_fw.ruleset.terms import Action, ConnectionState, Direction

if TYPE_CHECKING:
    from collections.abc import Iterable

    from netstat_fw.address import Address
    from netstat_fw.playback.claims import Claim
    from netstat_fw.ruleset.model import Ruleset

_BROADCAST = IPv4Address("255.255.255.255")
_FROM_BEST = (Standing.PASSES, Standing.NARROWED, Standing.CUT_OFF)


@attrs.frozen
class Finding:
    """What came of one opening.

    Attributes:
        standing: PASSES, NARROWED or CUT_OFF.
        opening: the opening.
        flow: the flow that was decisive.
        decision: what the ruleset does with it.
    """

    standing: Standing
    opening: Opening
    flow: Flow
    decision: Decision


class Judge:
    """Puts openings to one ruleset; the same opening is judged once."""

    def __init__(self, ruleset: Ruleset, own: Iterable[Address]) -> None:
        """Take the ruleset and the host's own addresses."""
        self._ruleset = ruleset
        self._standins = StandIns(ruleset, own)
        self._known: dict[Opening, Finding] = {}

    def weigh(self, claim: Claim) -> tuple[Standing, Finding | None]:
        """Judge a claim: the best of its readings, each as good as the worst of its openings."""
        if not claim.readings:
            return Standing.UNJUDGED, None
        worst = (max(map(self.judge, reading), key=_badness) for reading in claim.readings)
        found = min(worst, key=_badness)
        denied = found.standing is Standing.CUT_OFF
        return (Standing.IN_DOUBT if denied and claim.doubtful else found.standing), found

    def judge(self, opening: Opening) -> Finding:
        """Judge an opening by what stands in for all its flows."""
        if opening not in self._known:
            self._known[opening] = self._judged(opening)
        return self._known[opening]

    def _judged(self, opening: Opening) -> Finding:
        far = self._standins.far(opening)
        return max(
            (self._judged_at(opening, near, far) for near in self._standins.near(opening)),
            key=_badness,
        )

    def _judged_at(self, opening: Opening, near: Address, far: Address) -> Finding:
        flow, decision = self._talk(opening, near, far)
        standing = Standing.PASSES
        if decision.action is not Action.ACCEPT:
            others = (self._talk(opening, near, each) for each in self._standins.others(opening))
            some = any(decided.action is Action.ACCEPT for _, decided in others)
            standing = Standing.NARROWED if some else Standing.CUT_OFF
        return Finding(standing, opening, flow, decision)

    def _talk(self, opening: Opening, near: Address, far: Address) -> tuple[Flow, Decision]:
        """Return the first packet and what becomes of it, or the first that is not accepted.

        No capture shows by which interface packets come, so one on which all pass is enough.
        """
        interfaces = self._standins.interfaces
        refused = []
        for interface in interfaces if opening.interface is None else (opening.interface,):
            flows = _conversation(opening, near, far, interface)
            decided = [(flow, self._ruleset.decide(flow)) for flow in flows]
            denied = [each for each in decided if each[1].action is not Action.ACCEPT]
            if not denied:
                return decided[0]
            refused.append(denied[0])
        return refused[0]


def _badness(finding: Finding) -> int:
    return _FROM_BEST.index(finding.standing)


def _conversation(
    opening: Opening, near: Address, far: Address, interface: str | None
) -> tuple[Flow, ...]:
    to_many = near.is_multicast or far.is_multicast or far == _BROADCAST
    packets = _TALK[opening.direction][: 1 if to_many else None]
    with_ports = opening.protocol.has_ports
    local_port = _port(opening.local_port) if with_ports else None
    remote_port = _port(opening.remote_port) if with_ports else None
    return tuple(
        Flow(
            direction=direction,
            protocol=opening.protocol,
            local_address=near,
            remote_address=far,
            local_port=local_port,
            remote_port=remote_port,
            interface=interface,
            state=state,
        )
        for direction, state in packets
    )


def _port(port: int | None) -> int:
    return CLIENT_PORT if port is None else port


_TALK: dict[Direction, tuple[tuple[Direction, ConnectionState], ...]] = {
    opener: (
        (opener, ConnectionState.NEW),
        (other, ConnectionState.ESTABLISHED),
        (opener, ConnectionState.ESTABLISHED),
    )
    for opener, other in (tuple(Direction), tuple(Direction)[::-1])
}
