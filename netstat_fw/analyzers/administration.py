"""Administration: the ways in that must not be cut.

Known by port, or by program on a port that is no danger of its own: a database that calls itself
sshd is no way in. A port proves a way in; a name only claims one, because every user can start a
program, call it sshd and connect to it. What is only claimed is opened as what is proven is, for an
administrator who is locked out is the greater harm, but it outweighs no word of the operator.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from netstat_fw.analyzers.findings import Risk
from netstat_fw.analyzers.hazard_ports import PORT_HAZARDS
from netstat_fw.analyzers.host import SYSTEM
from netstat_fw.records import Dialect, Protocol, State

if TYPE_CHECKING:
    from collections.abc import Iterable

    from netstat_fw.analyzers.rows import Row

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


def is_proven(port: int, dialect: Dialect) -> bool:
    """Tell whether the port of a way in proves it, so that its program's name need not be believed.

    Ports below 1024 are not for every user. Windows guards none of them, but its own services hold
    the usual ports; elsewhere any user may listen on those of RDP and WinRM.

    >>> [is_proven(port, Dialect.LINUX) for port in (22, 222, 3389, 7722)]
    [True, True, False, False]
    >>> is_proven(3389, Dialect.WINDOWS)
    True
    """
    return port < SYSTEM or (dialect is Dialect.WINDOWS and port in _PORTS)


def is_logged_in(row: Row, *, named: bool) -> bool:
    """Tell whether a connection may be a session of somebody who has given a password.

    Of who has not, sshd says so in its title; a socket that no program has taken yet is held by
    nobody. A monitor ``[priv]`` of a user who exists looks the same before and after.

    Args:
        row: the connection.
        named: whether the capture names the programs of its port.
    """
    if row.socket.state is not State.ESTABLISHED:
        return False
    process = row.socket.process
    if process is None:
        return not named
    return process.name is None or _NOT_YET.match(process.name.strip()) is None


# Titles of OpenSSH's sshd.c, sshd-session.c and sshd-auth.c, which Linux cuts behind 19 characters
# together with the process id: "sshd: unknown [priv]", "sshd: root [net]", "sshd: [accepted]".
_NOT_YET = re.compile(
    r"sshd-auth\b|sshd(?:-session)?: (?:unkno(?:w|wn)?(?![\w.@-])|\[|.*\[n(?:e(?:t\]?)?)?$)"
)
