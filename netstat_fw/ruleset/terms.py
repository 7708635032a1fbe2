"""Terms: the closed vocabularies of a ruleset, named as netfilter and Halo name them.

The values are the words that the JSON form uses; they never change meaning.
"""

from __future__ import annotations

import enum
from typing import TypeVar

from netstat_fw.errors import RulesetError
from netstat_fw.words import Word

_E = TypeVar("_E", bound=enum.Enum)


class Action(Word):
    """What happens to a packet."""

    ACCEPT = "accept"
    DROP = "drop"
    """Discard without a word."""
    REJECT = "reject"
    """Discard and tell the sender."""


class Direction(Word):
    """Which chain judges a packet, seen from the host."""

    INCOMING = "incoming"
    OUTGOING = "outgoing"


class ConnectionState(Word):
    """What connection tracking knows about a packet: conntrack states, iptables-extensions(8)."""

    NEW = "new"
    ESTABLISHED = "established"
    RELATED = "related"
    INVALID = "invalid"
    UNTRACKED = "untracked"


class RemoteKind(Word):
    """What a name stands for where a rule names its remote side instead of listing addresses."""

    ZONE = "zone"
    """An IP zone: a named address set that the ruleset itself defines."""
    SERVER_GROUP = "server-group"
    """Machines that a management platform knows as a group."""
    USER_GROUP = "user-group"
    """People who authenticate first, such as Halo's GhostPort users."""


class LogInterval(Word):
    """The unit of a log rate."""

    SECOND = "second"
    MINUTE = "minute"
    HOUR = "hour"
    DAY = "day"


def member(kind: type[_E], value: _E | str) -> _E:
    """Return a member as it is, or the one whose value a text is.

    Raises:
        RulesetError: for anything else.

    >>> member(Action, "drop") is member(Action, Action.DROP)
    True
    """
    if isinstance(value, kind):
        return value
    try:
        return kind(value)
    except ValueError:
        words = ", ".join(str(one.value) for one in kind)
        raise RulesetError(f"{value!r} is none of {words}") from None


def as_action(value: Action | str) -> Action:
    """Return the action, or the one whose text is given."""
    return member(Action, value)
