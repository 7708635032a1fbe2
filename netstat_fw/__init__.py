"""Read captured netstat text and work out which firewall fits the host.

>>> capture = parse("tcp  0  0 0.0.0.0:22  0.0.0.0:*  LISTEN  416/sshd")
>>> capture.sockets[0].local.port
22
"""

from __future__ import annotations

from netstat_fw.diagnostics import Diagnostic, Severity
from netstat_fw.errors import CaptureError, NetstatFwError, UnrecognizedCapture
from netstat_fw.reader import parse
from netstat_fw.records import (
    Capture,
    Dialect,
    Endpoint,
    Family,
    LineRole,
    Process,
    Protocol,
    Socket,
    State,
    Timer,
    UnixSocket,
    UnixState,
    UnixType,
)

__all__ = [
    "Capture",
    "CaptureError",
    "Diagnostic",
    "Dialect",
    "Endpoint",
    "Family",
    "LineRole",
    "NetstatFwError",
    "Process",
    "Protocol",
    "Severity",
    "Socket",
    "State",
    "Timer",
    "UnixSocket",
    "UnixState",
    "UnixType",
    "UnrecognizedCapture",
    "parse",
]
