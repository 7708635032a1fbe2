"""Space: the packets that a rule matches, as boxes that can be taken out of each other.

A box has one set of numbers per dimension of a packet and holds every combination of them. Taking a
box out of another leaves at most one box per dimension, disjoint and exact, so "is this rule ever
reached" is answered for the whole space and not for samples of it.
"""

from __future__ import annotations

import enum
from ipaddress import IPv4Address, IPv6Address, IPv6Network, summarize_address_range
from typing import TYPE_CHECKING, TypeAlias

from netstat_fw.address import LAST_ADDRESS
from netstat_fw.protocol import Family, Protocol
from netstat_fw.ruleset.terms import ConnectionState

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from netstat_fw.address import Network
    from netstat_fw.ruleset.rule import Rule
    from netstat_fw.ruleset.sets import AddressSet, PortSet

Numbers: TypeAlias = "tuple[tuple[int, int], ...]"
"""Disjoint inclusive ranges in ascending order."""
Box: TypeAlias = "tuple[Numbers, ...]"
"""The numbers of each `Dimension`, in that order."""
Space: TypeAlias = "dict[Family, Box]"
"""What a rule matches: one box for each family that it can match."""
Pieces: TypeAlias = "list[tuple[Family, Box]]"
"""What is left of a space from which others were taken: disjoint boxes."""


class Dimension(enum.IntEnum):
    """What the numbers at each place of a box are."""

    LOCAL_PORTS = 0
    REMOTE_PORTS = 1
    PROTOCOLS = 2
    LOCAL = 3
    REMOTE = 4
    ICMP_TYPES = 5
    INTERFACES = 6
    STATES = 7
    HOP_LIMITS = 8


_PORTS = (0, 65535)
_OCTET = (0, 255)
# Beyond what a header can hold: packets that have no such field.
_NO_PORT = (65536, 65536)
_NO_TYPE = (256, 256)
_MAPPED = IPv6Network("::ffff:0:0/96")
_STATES = {state: number for number, state in enumerate(ConnectionState)}
_WITH_TYPES = (Protocol.ICMP, Protocol.ICMPV6)


def boxes(rule: Rule, remote: AddressSet | None, interfaces: Sequence[str]) -> Space:
    """Return what a rule matches, one box for each family that it can match.

    Args:
        rule: the rule.
        remote: addresses of its remote side, None for any.
        interfaces: the interface names in use; every other interface counts as one more.
    """
    sides = (rule.local, remote)
    return {
        family: (
            _ports(rule.local_ports, rule.protocol),
            _ports(rule.remote_ports, rule.protocol),
            _protocols(rule.protocol),
            *(address_numbers(side, family) for side in sides),
            _types(rule),
            _interfaces(rule.interface, interfaces),
            _points(_STATES[s] for s in rule.states) or ((0, len(_STATES) - 1),),
            (_OCTET,) if rule.hop_limit is None else _points((rule.hop_limit,)),
        )
        for family in rule.families
        if all(side is None or family in side.families for side in sides)
    }


def subtract(box: Box, taken: Box) -> list[Box] | None:
    """Take one box out of another: the disjoint rest, or None where the two do not meet."""
    # Most boxes are apart in some dimension; see that before anything is built.
    for ours, theirs in zip(box, taken, strict=True):
        if ours[-1][1] < theirs[0][0] or theirs[-1][1] < ours[0][0]:
            return None
    shared: list[Numbers] = []
    for ours, theirs in zip(box, taken, strict=True):
        both = common(ours, theirs)
        if not both:
            return None
        shared.append(both)
    return [
        (*shared[:number], rest, *box[number + 1 :])
        for number, ours in enumerate(box)
        if (rest := without(ours, shared[number]))
    ]


def take_out(pieces: Pieces, space: Space) -> Pieces:
    """Take a space out of some pieces: what is left, in order; equal where they do not meet."""
    left: Pieces = []
    for piece in pieces:
        family, box = piece
        rest = subtract(box, space[family]) if family in space else None
        left += [piece] if rest is None else [(family, each) for each in rest]
    return left


def meets(pieces: Iterable[tuple[Family, Box]], space: Space) -> bool:
    """Tell whether some pieces and a space have a packet in common."""
    return any(
        family in space and subtract(box, space[family]) is not None for family, box in pieces
    )


def common(left: Numbers, right: Numbers) -> Numbers:
    """Return what two sets of numbers share; empty for nothing."""
    if left == right:
        return left
    shared = []
    ours = theirs = 0
    while ours < len(left) and theirs < len(right):
        first = max(left[ours][0], right[theirs][0])
        last = min(left[ours][1], right[theirs][1])
        if first <= last:
            shared.append((first, last))
        # Of two ranges, the one that ends first can meet nothing more.
        if left[ours][1] < right[theirs][1]:
            ours += 1
        else:
            theirs += 1
    return tuple(shared)


def without(numbers: Numbers, taken: Numbers) -> Numbers:
    """Take away a subset; empty where nothing is left."""
    kept: list[tuple[int, int]] = []
    place = 0
    for first, last in numbers:
        start = first
        while place < len(taken) and taken[place][0] <= last:
            low, high = taken[place]
            kept.append((start, low - 1))
            start = high + 1
            place += 1
        kept.append((start, last))
    return tuple((first, last) for first, last in kept if first <= last)


def _points(values: Iterable[int]) -> Numbers:
    return tuple((value, value) for value in values)


def _ports(ports: PortSet | None, protocol: Protocol | None) -> Numbers:
    if ports is not None:
        return ports.ranges
    if protocol is None:
        return ((_PORTS[0], _NO_PORT[1]),)
    return (_PORTS if protocol.has_ports else _NO_PORT,)


def _protocols(protocol: Protocol | None) -> Numbers:
    number = None if protocol is None else protocol.number
    return (_OCTET,) if number is None else ((number, number),)


def _types(rule: Rule) -> Numbers:
    if rule.icmp_types:
        return _points(rule.icmp_types)
    if rule.protocol is None:
        return ((_OCTET[0], _NO_TYPE[1]),)
    return (_OCTET if rule.protocol in _WITH_TYPES else _NO_TYPE,)


def address_numbers(side: AddressSet | None, family: Family) -> Numbers:
    """Return the addresses of a family as numbers: all of them for None; empty for no member."""
    if side is None:
        return ((0, LAST_ADDRESS[family]),)
    return side.spans(family)


def prefixes_of(held: Mapping[Family, Numbers]) -> list[Network]:
    """Write the addresses of each family as prefixes, without IPv6 ones that are IPv4-mapped."""
    found: list[Network] = []
    for low, high in held.get(Family.IPV4, ()):
        found += summarize_address_range(IPv4Address(low), IPv4Address(high))
    for low, high in held.get(Family.IPV6, ()):
        prefixes = summarize_address_range(IPv6Address(low), IPv6Address(high))
        found += (prefix for prefix in prefixes if not prefix.subnet_of(_MAPPED))
    return found


def _interfaces(name: str | None, names: Sequence[str]) -> Numbers:
    if name is None:
        return ((0, len(names)),)
    return _points((names.index(name),))
