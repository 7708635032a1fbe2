"""Matching: who is a client of whom in a fleet, with little kept of each host until all are known.

Most of the peers of a host are no hosts of the fleet, and which are is not known before the last
report. Until then findings wait packed, and when they are unpacked, strangers are left out.
"""

from __future__ import annotations

import json
import zlib
from typing import TYPE_CHECKING, TypeVar

import attrs

from netstat_fw.address import Address  # noqa: TC001 - attrs.resolve_types needs it
from netstat_fw.analyzers.findings import Exposure, Findings, Stance
from netstat_fw.construct import changed, without_cycle_search
from netstat_fw.fleet.form import make_converter
from netstat_fw.observation import Edge, find_edges

if TYPE_CHECKING:
    from collections.abc import Container, Mapping

    from netstat_fw.analyzers.findings import Connection

_F = TypeVar("_F", "Exposure", "Connection")
_LEVEL = 1


@attrs.frozen
class HostView:
    """What matching a host with others needs to know of it. Made by `HostView.of`.

    Attributes:
        addresses: those of the host.
        packed: its facts, what it serves and what it is connected to.
    """

    addresses: tuple[Address, ...]
    packed: bytes = attrs.field(repr=False)

    @classmethod
    def of(cls, findings: Findings) -> HostView:
        """Keep of findings what matters."""
        exposures = [e for e in findings.exposures if e.evidence and e.stance is Stance.OPEN]
        connections = [c for c in findings.connections if c.peers]
        kept = Findings(
            attrs.evolve(findings.host, fitness=()),
            tuple(
                attrs.evolve(e, question=None, reasons=(), programs=(), connected=())
                for e in exposures
            ),
            tuple(attrs.evolve(c, question=None, reasons=(), programs=()) for c in connections),
        )
        text = json.dumps(_CONVERTER.unstructure(kept), separators=(",", ":"))
        return cls(findings.host.addresses, zlib.compress(text.encode("ascii"), _LEVEL))

    def among(self, known: Container[Address]) -> Findings:
        """Return the findings without peers of whom nothing is known.

        Args:
            known: the addresses of all hosts.
        """
        kept = _CONVERTER.structure(json.loads(zlib.decompress(self.packed)), Findings)
        connections = [_confined(each, known) for each in kept.connections]
        return attrs.evolve(
            kept,
            exposures=tuple(_confined(each, known) for each in kept.exposures),
            connections=tuple(each for each in connections if each.peers),
        )


def match_hosts(views: Mapping[str, HostView]) -> tuple[Edge, ...]:
    """Find who is a client of whom, as `find_edges` does with the whole findings.

    Args:
        views: by the names of the hosts.
    """
    known = frozenset(address for view in views.values() for address in view.addresses)
    with without_cycle_search():
        return find_edges({host: view.among(known) for host, view in views.items()})


def _confined(finding: _F, known: Container[Address]) -> _F:
    peers = tuple(peer for peer in finding.peers if peer in known)
    if isinstance(finding, Exposure) and not peers:
        # Sessions are cited for nothing but peers.
        return changed(finding, peers=(), sessions=())
    return changed(finding, peers=peers)


_CONVERTER = make_converter()
