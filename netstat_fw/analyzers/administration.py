"""Administration: the ways in that must not be cut.

Known by port, or by program on a port that is no danger of its own. A program can lie about its
name, which then only keeps a rule that the capture speaks for anyway; an administrator who is
locked out is the greater harm. But a database that calls itself sshd is no way in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from netstat_fw.analyzers.findings import Risk
from netstat_fw.analyzers.hazard_ports import PORT_HAZARDS
from netstat_fw.records import Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable

# ssh, RDP, WinRM over http and https.
_PORTS = frozenset({22, 3389, 5985, 5986})
_PROGRAMS = frozenset({"sshd", "sshd-session", "dropbear", "tinysshd", "sshd.exe"})


def is_admin(protocol: Protocol, port: int, programs: Iterable[str]) -> bool:
    """Tell whether administrators come in here.

    >>> is_admin(Protocol.TCP, 7722, ["sshd"]), is_admin(Protocol.TCP, 6379, ["sshd"])
    (True, False)
    """
    if protocol is not Protocol.TCP:
        return False
    if port in _PORTS:
        return True
    danger = PORT_HAZARDS.get((protocol, port))
    if danger is not None and danger.risk is Risk.CRITICAL:
        return False
    return not _PROGRAMS.isdisjoint(name.lower() for name in programs)
