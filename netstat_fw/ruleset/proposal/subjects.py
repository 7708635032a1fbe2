"""Subjects: the ports of findings, how questions name them, and which of them are ways in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from netstat_fw.analyzers.findings import Basis, Connection, Exposure, Stance
from netstat_fw.ruleset.sets import PortSet

if TYPE_CHECKING:
    from typing import TypeAlias

    Finding: TypeAlias = Exposure | Connection

_OBSERVED = frozenset({Basis.LISTENER, Basis.CONNECTION})


def ports_of(finding: Finding) -> PortSet:
    """Return the ports that a finding is about: an exposure's own, a connection's remote one."""
    if isinstance(finding, Connection):
        return PortSet([finding.remote_port])
    return PortSet([(finding.port, finding.port_end or finding.port)])


def subject_of(finding: Finding) -> str:
    """Name a finding by protocol and ports: ``tcp/22``, ``tcp/49152-65535``."""
    return f"{finding.protocol.value}/{ports_of(finding)}"


def service_of(finding: Finding) -> str:
    """Name the service of a finding; ports without a name get one of their own: ``tcp-7722``."""
    return finding.service or f"{finding.protocol.value}-{ports_of(finding)}"


def is_way_in(exposure: Exposure) -> bool:
    """Tell whether administrators come in here from other machines, as the capture shows."""
    return exposure.admin and exposure.stance is Stance.OPEN and exposure.basis in _OBSERVED
