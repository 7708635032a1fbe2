"""Subjects: the ports of findings, how questions name them, and which of them are ways in."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from netstat_fw.analyzers.administration import is_proven
from netstat_fw.analyzers.findings import Basis, Connection, Datagram, Exposure, Stance
from netstat_fw.ruleset.sets import PortSet

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import TypeAlias

    from netstat_fw.analyzers.findings import Scope
    from netstat_fw.protocol import Protocol
    from netstat_fw.records import Dialect

    Finding: TypeAlias = Exposure | Connection | Datagram
    Key: TypeAlias = tuple[Protocol, int, int | None, Scope]

_OBSERVED = frozenset({Basis.LISTENER, Basis.CONNECTION})


def ports_of(finding: Finding) -> PortSet:
    """Return the ports that a finding is about: the remote port of connections, else its own.

    Raises:
        ValueError: for a role without a port.
    """
    match finding:
        case Connection():
            return _ports(finding.remote_port)
        case Exposure():
            return _ports(finding.port, finding.port_end)
        case Datagram(port=int(port)):
            return _ports(port)
    raise ValueError("a role without a port is about no port")


@functools.lru_cache(maxsize=1 << 16)
def _ports(first: int, last: int | None = None) -> PortSet:
    # Asked for again and again in the course of a proposal.
    return PortSet([(first, last or first)])


def subject_of(finding: Finding) -> str:
    """Name a finding by protocol and ports: ``tcp/22``, ``tcp/49152-65535``."""
    return f"{finding.protocol.value}/{ports_of(finding)}"


def service_of(finding: Finding) -> str:
    """Name the service of a finding; ports without a name get one of their own: ``tcp-7722``."""
    return finding.service or f"{finding.protocol.value}-{ports_of(finding)}"


def key_of(exposure: Exposure) -> Key:
    """Return what makes an exposure one of its kind: two of one key are never found together."""
    return exposure.protocol, exposure.port, exposure.port_end, exposure.scope


def has_administrators(exposure: Exposure) -> bool:
    """Tell whether who is connected here from other machines is an administrator, or says so."""
    return exposure.admin and exposure.stance is Stance.OPEN and exposure.basis in _OBSERVED


def is_way_in(exposure: Exposure, dialect: Dialect) -> bool:
    """Tell whether administrators come in here from other machines, as the capture shows.

    A listener was captured, or the port proves it: a connected program that calls itself sshd would
    else open a port on which nothing listens.
    """
    shown = exposure.basis is Basis.LISTENER or is_proven(exposure.port, dialect)
    return has_administrators(exposure) and shown


def ways_that_count(exposures: Iterable[Exposure], dialect: Dialect) -> list[Exposure]:
    """Return the ways in of which one must be left: claimed ones only where none is proven.

    Else a program that calls itself sshd would stand for the real one while that is closed.
    """
    ways = [exposure for exposure in exposures if is_way_in(exposure, dialect)]
    return [way for way in ways if is_proven(way.port, dialect)] or ways
