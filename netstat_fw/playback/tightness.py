"""Tightness: what a ruleset accepts new that no captured socket speaks for.

The sockets are turned into a ruleset that accepts what they stand for and nothing else; whatever
the judged ruleset accepts beyond that one is loose. Base rules, loopback and packets of connections
that exist already are no matter of evidence and taken as given.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from netstat_fw.ruleset.base import base_rules
from netstat_fw.ruleset.difference import Change, compare_gains
from netstat_fw.ruleset.model import Chain, Ruleset
from netstat_fw.ruleset.rule import Rule
from netstat_fw.ruleset.sets import AddressSet, PortSet
from netstat_fw.ruleset.terms import Action, ConnectionState, Direction

if TYPE_CHECKING:
    from collections.abc import Iterable

    from netstat_fw.address import Address, Network
    from netstat_fw.playback.opening import Opening
    from netstat_fw.protocol import Family, Protocol

_Key: TypeAlias = "tuple[Direction, Protocol, Family, int | None, AddressSet | None]"


def find_slack(
    ruleset: Ruleset, openings: Iterable[Opening]
) -> tuple[tuple[Change, ...], tuple[Change, ...]]:
    """Find what is accepted beyond some openings.

    Who connects from which port, and to which of the host's addresses a known peer connects, is
    chance and restricts nothing.

    Returns:
        What is accepted of services that no opening speaks for, and what more is accepted of those
        that one does.
    """
    return compare_gains(_evidence(openings), ruleset)


def _evidence(openings: Iterable[Opening]) -> Ruleset:
    """Write the ruleset that accepts the openings."""
    anybody: set[_Key] = set()
    seen: dict[_Key, set[Network | Address]] = {}
    for opening in openings:
        if opening.interface is not None:
            continue
        incoming = opening.direction is Direction.INCOMING
        port = opening.local_port if incoming else opening.remote_port
        place = _place(opening) if incoming and opening.remote is None else None
        key = opening.direction, opening.protocol, opening.family, port, place
        remotes = seen.setdefault(key, set())
        if opening.remote is not None:
            remotes.add(opening.remote)
        elif opening.remotes:
            remotes.update(opening.remotes)
        else:
            anybody.add(key)
    rules: dict[Direction, list[Rule]] = {direction: [*_GIVEN] for direction in Direction}
    for key, remotes in seen.items():
        direction, protocol, family, port, place = key
        ports = None if port is None else PortSet([port])
        incoming = direction is Direction.INCOMING
        rules[direction].append(
            Rule(
                action=Action.ACCEPT,
                protocol=protocol,
                families=(family,),
                local=place,
                remote=None if key in anybody else AddressSet(remotes),
                local_ports=ports if incoming else None,
                remote_ports=None if incoming else ports,
            )
        )
    return Ruleset(
        Chain(Action.DROP, rules[Direction.INCOMING]), Chain(Action.DROP, rules[Direction.OUTGOING])
    )


def _place(opening: Opening) -> AddressSet | None:
    """Return where an opening is received: a link-local address stands for any of its kind."""
    if opening.local is None:
        return None
    on_link = opening.local.is_link_local
    return AddressSet(_LINK_LOCAL if on_link else [opening.local]).of((opening.family,))


_LINK_LOCAL = ("169.254.0.0/16", "fe80::/10")
"""RFC 3927 2.1 and RFC 4291 2.5.6."""
_GIVEN = (
    Rule(action=Action.ACCEPT, states=[s for s in ConnectionState if s is not ConnectionState.NEW]),
    *(rule for rule in base_rules() if rule.action is Action.ACCEPT),
)
