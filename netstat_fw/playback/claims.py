"""Claims: what each captured socket needs a firewall to let through.

Who began, and what a port is for, is what the findings say and nothing else. Where they leave it
open, a claim has several readings, and one that passes is enough.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, TypeAlias

import attrs

from netstat_fw.address import family_of
from netstat_fw.analyzers.findings import Connection, Datagram, Exposure, Fate, Findings, Stance
from netstat_fw.playback.opening import Opening
from netstat_fw.playback.shapes import (
    LOOPBACK_ADDRESSES,
    address_of,
    from_anyone,
    on_loopback,
    packet_family,
    received,
    sent,
    served_families,
    within,
)
from netstat_fw.ruleset.terms import Direction

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from netstat_fw.analyzers.findings import Outcome
    from netstat_fw.records import Socket

Reading: TypeAlias = tuple[Opening, ...]
"""Openings that must all pass."""
_Finding: TypeAlias = Exposure | Connection | Datagram


@attrs.frozen
class Claim:
    """What a socket needs.

    Attributes:
        readings: what it may stand for; empty where the capture shows too little to judge it.
        doubtful: only the operator can say whether it must pass.
        helps: what it speaks for beside that and can do without.
    """

    readings: tuple[Reading, ...] = ()
    doubtful: bool = False
    helps: Reading = ()


class Claims:
    """Finds the claims of the sockets of one capture."""

    def __init__(self, findings: Findings) -> None:
        self._citing: dict[int, list[_Finding]] = {}
        found: Iterator[_Finding] = chain(
            findings.exposures, findings.connections, findings.datagrams
        )
        for finding in found:
            for evidence in finding.evidence:
                self._citing.setdefault(evidence.line, []).append(finding)

    def of(self, socket: Socket, outcome: Outcome) -> Claim:
        """Return the claim of a socket, whose outcome is given."""
        if outcome.fate is Fate.EXCLUDED or not socket.protocol.has_ports:
            return Claim()
        if outcome.fate is Fate.LOCAL:
            return _local(socket)
        if socket.remote.is_wildcard and socket.remote.port is None:
            return self._bound(socket, outcome)
        return _connected(socket, outcome)

    def _bound(self, socket: Socket, outcome: Outcome) -> Claim:
        """Judge a socket without a peer: what is meant to reach it, and what it sends by itself."""
        finding = outcome.finding
        port = _bound_port(socket, finding)
        if port is None:
            return Claim()
        if socket.local.is_loopback:
            return Claim(((on_loopback(socket, port, packet_family(socket)),),))
        citing = self._citing.get(socket.line, [])
        going = [each for each in citing if isinstance(each, Connection)]
        exposures = [each for each in citing if isinstance(each, Exposure)]
        if isinstance(finding, Connection):
            claim = _needing(new for each in going for new in sent(each, socket))
            helps = (new for each in exposures for new in received(each, socket, port))
            return attrs.evolve(claim, helps=tuple(helps))
        opened = [each for each in exposures if each.stance is Stance.OPEN]
        if exposures:
            into = (new for each in opened or exposures for new in received(each, socket, port))
            out = (new for each in going for new in sent(each, socket))
            doubtful = outcome.fate is Fate.QUESTION or not opened
            return _needing((*into, *out), doubtful=doubtful)
        if any(isinstance(each, Datagram) and each.port is None for each in citing):
            # A client's port that is chance: what it sends, and where to, is not shown.
            return Claim()
        return _needing(from_anyone(socket, port, served_families(socket)), doubtful=True)


def _bound_port(socket: Socket, finding: object) -> int | None:
    """Return a socket's own port; for a name the one that the findings have resolved."""
    if socket.local.port is not None:
        return socket.local.port
    if isinstance(finding, Exposure):
        return finding.port
    return finding.local_port if isinstance(finding, Connection) else None


def _needing(openings: Iterable[Opening], *, doubtful: bool = False) -> Claim:
    reading = tuple(openings)
    return Claim((reading,) if reading else (), doubtful=doubtful)


def _local(socket: Socket) -> Claim:
    """Judge traffic that stays on the machine: out of one end and into the other, either way."""
    if socket.local.port is None or socket.remote.port is None:
        return Claim()
    family = packet_family(socket)
    here = address_of(socket.local) or LOOPBACK_ADDRESSES[family], socket.local.port
    there = address_of(socket.remote) or LOOPBACK_ADDRESSES[family], socket.remote.port
    return Claim(tuple(within(socket, *ends) for ends in ((here, there), (there, here))))


def _connected(socket: Socket, outcome: Outcome) -> Claim:
    """Judge a socket with a peer: in, out, or either where nobody knows."""
    finding = outcome.finding
    incoming = isinstance(finding, Exposure)
    outgoing = isinstance(finding, Connection)
    near, far = socket.local.port, socket.remote.port
    if near is None and isinstance(finding, Exposure):
        near = finding.port
    if far is None and isinstance(finding, Connection):
        far = finding.remote_port
    family = packet_family(socket)
    local, remote = address_of(socket.local), address_of(socket.remote)
    opening = Opening(
        direction=Direction.INCOMING,
        protocol=socket.protocol,
        family=family,
        local=local if local is not None and family_of(local) is family else None,
        local_port=near,
        remote=remote,
        remote_port=far,
    )
    readings: list[Reading] = []
    if not outgoing and near is not None:
        readings.append((opening,))
    if not incoming and far is not None:
        readings.append((attrs.evolve(opening, direction=Direction.OUTGOING),))
    shut = isinstance(finding, Exposure) and finding.stance is Stance.SHUT
    return Claim(tuple(readings), doubtful=shut or not (incoming or outgoing))
