"""Terms: the closed vocabularies of captured sockets, whoever printed them.

The values are the words that plain data uses; they never change meaning.
"""

from __future__ import annotations

from netstat_fw.words import Word


class Dialect(Word):
    """Which family of netstat programs printed a table."""

    LINUX = "linux"
    WINDOWS = "windows"
    BSD = "bsd"


class State(Word):
    """State of a connection: RFC 9293 3.3.2, with the words of every platform as aliases."""

    LISTEN = "LISTEN"
    SYN_SENT = "SYN_SENT"
    SYN_RECEIVED = "SYN_RECEIVED"
    ESTABLISHED = "ESTABLISHED"
    FIN_WAIT_1 = "FIN_WAIT_1"
    FIN_WAIT_2 = "FIN_WAIT_2"
    CLOSE_WAIT = "CLOSE_WAIT"
    CLOSING = "CLOSING"
    LAST_ACK = "LAST_ACK"
    TIME_WAIT = "TIME_WAIT"
    CLOSED = "CLOSED"
    BOUND = "BOUND"
    """Bound to a local port, neither listening nor connected (Windows ``netstat -q``)."""
    UNKNOWN = "UNKNOWN"
    """A word that no known netstat prints; `Socket.state_text` keeps it."""

    # The words of Linux, BSD and Windows; an alias is what makes a word a member's name.
    SYN_RECV = SYN_RECEIVED
    SYN_RCVD = SYN_RECEIVED
    FIN_WAIT1 = FIN_WAIT_1
    FIN_WAIT2 = FIN_WAIT_2
    CLOSE = CLOSED
    DELETE_TCB = CLOSED
    LISTENING = LISTEN


class LineRole(Word):
    """What one line of the captured text turned out to be."""

    RECORD = "record"
    """A socket, or part of one."""
    STRUCTURE = "structure"
    """A title, column header, prompt, pager mark or row of a table that holds no sockets."""
    DIAGNOSTIC = "diagnostic"
    """Not understood as either; a diagnostic names the line."""
    BLANK = "blank"
    """Nothing but white space."""


class UnixType(Word):
    """Type of a unix-domain socket: unix(7)."""

    STREAM = "stream"
    DGRAM = "dgram"
    SEQPACKET = "seqpacket"
    RAW = "raw"
    RDM = "rdm"
    UNKNOWN = "unknown"


class UnixState(Word):
    """State of a unix-domain socket as net-tools and BusyBox name it."""

    FREE = "FREE"
    LISTENING = "LISTENING"
    UNCONNECTED = "UNCONNECTED"
    CONNECTING = "CONNECTING"
    CONNECTED = "CONNECTED"
    DISCONNECTING = "DISCONNECTING"
    UNKNOWN = "UNKNOWN"
