"""Conclusions: the answers of table T of the specification, one for each row.

They are shared constants that remember nothing of the connection they answer for.
"""

from __future__ import annotations

import attrs

from netstat_fw.analyzers.fans import FAN_IN, FAN_OUT
from netstat_fw.evidence import Confidence, Reason
from netstat_fw.words import Word


class Way(Word):
    """Where a connection comes from or goes to."""

    LOCAL = "local"
    """It stays on the host."""
    COVERED = "covered"
    """In, to a port whose exposure is known."""
    IN = "in"
    """In, to a port with no captured listener."""
    OUT = "out"
    BOTH = "both"
    """Either end may open it."""
    ASK = "ask"
    """The capture does not decide."""
    NONE = "none"
    """No connection."""


@attrs.frozen(eq=False)
class Conclusion:
    """An answer of the table.

    Attributes:
        way: the direction.
        confidence: how sure it is.
        reasons: the row of the table, then what strengthened it.
    """

    way: Way
    confidence: Confidence
    reasons: tuple[Reason, ...]


def _direction(way: Way, confidence: Confidence, row: str, code: str, sentence: str) -> Conclusion:
    return Conclusion(way, confidence, (Reason(code, sentence, row),))


_CERTAIN, _HIGH, _MEDIUM = Confidence.CERTAIN, Confidence.HIGH, Confidence.MEDIUM
_LOW, _UNDECIDED = Confidence.LOW, Confidence.UNDECIDED

NO_CONNECTION = _direction(
    Way.NONE, _CERTAIN, "T", "NO_CONNECTION", "closed, only bound, or in a state nobody knows"
)
UNREADABLE = _direction(
    Way.ASK, _UNDECIDED, "T", "PORT_UNREADABLE", "the capture does not show both ports whole"
)
NAMED = _direction(
    Way.ASK, _UNDECIDED, "T", "PORT_NAMED", "a port is a name that stands for no single number"
)
T1 = _direction(Way.LOCAL, _CERTAIN, "T1", "LOCAL_TRAFFIC", "both ends are on this machine")
T2 = _direction(Way.OUT, _CERTAIN, "T2", "SYN_SENT", "this machine has asked for a connection")
T3 = _direction(Way.IN, _CERTAIN, "T3", "SYN_RECV", "another machine is asking for a connection")
T4 = _direction(
    Way.COVERED, _CERTAIN, "T4", "OWN_LISTENER", "the local port is one that this host listens on"
)
T4B = _direction(
    Way.ASK,
    _LOW,
    "T4b",
    "OWN_LISTENER_OR_CLIENT",
    "the local port has a listener but is a client port too, and the remote one is a server's",
)
T5 = _direction(
    Way.OUT,
    _HIGH,
    "T5",
    "NOT_LISTENING_EPHEMERAL_LOCAL",
    "nothing listens on the local port, which is one that clients get",
)
T6 = _direction(
    Way.ASK,
    _LOW,
    "T6",
    "LISTENER_GONE",
    "the remote port is a client's, but nothing listens on the local port any more",
)
SESSION = _direction(
    Way.IN,
    _LOW,
    "B7",
    "ADMIN_SESSION",
    "an administrator is connected, though no listener was captured",
)
T7 = _direction(Way.ASK, _LOW, "T7", "BOTH_EPHEMERAL", "both ports are ones that clients get")
T8 = _direction(
    Way.OUT,
    _MEDIUM,
    "T8",
    "NOT_LISTENING_RESERVED_LOCAL",
    "nothing listens on the local port, and neither port is one that clients get",
)
T8_BOTH = _direction(
    Way.BOTH, _MEDIUM, "T8", "PEERS_ON_ONE_PORT", "both ends use the same port: either may connect"
)
_LISTED = "one of the two ports is a server's by its number"
T9_IN = _direction(Way.IN, _MEDIUM, "T9", "LISTED_PORT", _LISTED)
T9_OUT = _direction(Way.OUT, _MEDIUM, "T9", "LISTED_PORT", _LISTED)
_BOTH_LISTED = "both ports are servers' by their numbers; the lower kind of number is taken"
T10_IN = _direction(Way.IN, _LOW, "T10", "BOTH_LISTED", _BOTH_LISTED)
T10_OUT = _direction(Way.OUT, _LOW, "T10", "BOTH_LISTED", _BOTH_LISTED)
T10_BOTH = _direction(Way.BOTH, _LOW, "T10", "BOTH_LISTED", "both ends use the same listed port")
_RANGE = "one of the two ports is one that clients get, so the other is the server's"
T11_IN = _direction(Way.IN, _LOW, "T11", "RANGE", _RANGE)
T11_OUT = _direction(Way.OUT, _LOW, "T11", "RANGE", _RANGE)
FANNED_IN = Conclusion(Way.IN, _MEDIUM, (FAN_IN,))
FANNED_OUT = Conclusion(Way.OUT, _MEDIUM, (FAN_OUT,))
_HINT = "the program is known for this direction; it may lie about its name"
HINTED_IN = _direction(Way.IN, _LOW, "T13", "PROGRAM_HINT", _HINT)
HINTED_OUT = _direction(Way.OUT, _LOW, "T13", "PROGRAM_HINT", _HINT)
T14 = _direction(
    Way.ASK, _UNDECIDED, "T14", "AMBIGUOUS", "nothing in the capture decides who asked"
)
