"""Records: the typed sockets that every netstat dialect is read into.

All values are frozen. `None` means that the capture does not show the field, never zero or empty.
"""

from netstat_fw.protocol import Family, Protocol
from netstat_fw.records.capture import SCHEMA_VERSION, Capture
from netstat_fw.records.endpoint import Endpoint
from netstat_fw.records.process import Process
from netstat_fw.records.sockets import Multihoming, Socket, Timer, UnixSocket
from netstat_fw.records.terms import Dialect, LineRole, State, UnixState, UnixType

__all__ = [
    "SCHEMA_VERSION",
    "Capture",
    "Dialect",
    "Endpoint",
    "Family",
    "LineRole",
    "Multihoming",
    "Process",
    "Protocol",
    "Socket",
    "State",
    "Timer",
    "UnixSocket",
    "UnixState",
    "UnixType",
]
