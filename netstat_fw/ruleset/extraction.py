"""Extraction: from the boxes of a diagram to regions for readers.

The boxes are exact and so are the regions, except that packets which cannot exist are left out:
IPv6 packets with IPv4-mapped addresses. A box for each family becomes one region for both where
nothing else tells them apart. Regions come in ascending order of protocol and port.
"""

from __future__ import annotations

from itertools import zip_longest
from typing import TYPE_CHECKING, TypeAlias

from netstat_fw.address import LAST_ADDRESS
from netstat_fw.protocol import Family, Protocol
from netstat_fw.ruleset.diagram import Box, Diagram, Level, Ranges, boxes
from netstat_fw.ruleset.drawing import FAMILIES, STATES
from netstat_fw.ruleset.region import Region, Side
from netstat_fw.ruleset.sets import AddressSet
from netstat_fw.ruleset.space import prefixes_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from netstat_fw.ruleset.drawing import Names
    from netstat_fw.ruleset.rule import RemoteReference
    from netstat_fw.ruleset.terms import Direction

_Rest: TypeAlias = "tuple[tuple[Level, Ranges], ...]"
_Sides: TypeAlias = "dict[Family, Ranges | None]"
"""The addresses of one side by family, None for all."""
_BY_FAMILY = (Level.FAMILY, Level.REMOTE, Level.LOCAL)
_FAMILIES = {p.number: p.families for p in Protocol if p.number is not None}
_ALL_PROTOCOLS = ((0, 255),)
_TYPED = (Protocol.ICMP.number, Protocol.ICMPV6.number)


def regions(diagram: Diagram, direction: Direction, names: Names) -> tuple[Region, ...]:
    """Write the packets that a diagram answers True for as disjoint regions."""
    alike: dict[_Rest, list[Box]] = {}
    for box in boxes(diagram):
        for part in _by_service(box):
            rest = tuple(item for item in part.items() if item[0] not in _BY_FAMILY)
            alike.setdefault(rest, []).append(part)
    return tuple(
        region
        for rest, parts in alike.items()
        for together in _paired(parts, len(names.groups))
        if (region := _region(dict(rest), together, direction, names)) is not None
    )


def _by_service(box: Box) -> Iterator[Box]:
    """Give every protocol a box of its own where ports or types tell packets apart."""
    if Level.SERVICE not in box:
        yield box
        return
    for first, last in box[Level.PROTOCOL]:
        for number in range(first, last + 1):
            yield {**box, Level.PROTOCOL: ((number, number),)}


def _paired(parts: list[Box], groups: int) -> Iterator[dict[Family, Box]]:
    """Put a box of one family beside one of the other, where they speak of the same groups."""
    by_family: dict[tuple[Family, ...], list[Box]] = {}
    for part in parts:
        by_family.setdefault(_families(part), []).append(part)
    for part in by_family.pop(FAMILIES, []):
        yield dict.fromkeys(FAMILIES, part)
    pairs = zip_longest(*(by_family.get((family,), []) for family in FAMILIES))
    for pair in pairs:
        both = {family: part for family, part in zip(FAMILIES, pair, strict=True) if part}
        members = {_members(part.get(Level.REMOTE), f, groups) for f, part in both.items()}
        if len(members) == 1:
            yield both
        else:
            yield from ({family: part} for family, part in both.items())


def _families(box: Box) -> tuple[Family, ...]:
    if Level.FAMILY in box:
        return (FAMILIES[box[Level.FAMILY][0][0]],)
    ranges = box.get(Level.PROTOCOL, _ALL_PROTOCOLS)
    numbers = (number for first, last in ranges for number in range(first, last + 1))
    found = {family for number in numbers for family in _FAMILIES.get(number, FAMILIES)}
    return tuple(family for family in FAMILIES if family in found)


def _region(
    rest: Box, parts: dict[Family, Box], direction: Direction, names: Names
) -> Region | None:
    """Make the region; None where no packet can be in it."""
    remote = _side({f: part.get(Level.REMOTE) for f, part in parts.items()}, names.groups)
    local = _side({f: part.get(Level.LOCAL) for f, part in parts.items()})
    if remote is None or local is None:
        return None
    protocols = rest.get(Level.PROTOCOL, ())
    service = rest.get(Level.SERVICE, ())
    typed = bool(service) and protocols[0][0] in _TYPED
    interfaces = [n for low, high in rest.get(Level.INTERFACE, ()) for n in range(low, high + 1)]
    others = len(names.interfaces) in interfaces
    return Region(
        direction=direction,
        protocols=protocols,
        ports=() if typed else service,
        icmp_types=service if typed else (),
        families=tuple(parts),
        remote=remote,
        local=local,
        other_ports=rest.get(Level.OTHER_PORT, ()),
        interfaces=() if others else tuple(names.interfaces[n] for n in interfaces),
        except_interfaces=tuple(
            name for n, name in enumerate(names.interfaces) if others and n not in interfaces
        ),
        states=tuple(
            STATES[n] for low, high in rest.get(Level.STATE, ()) for n in range(low, high + 1)
        ),
        hop_limits=rest.get(Level.HOP_LIMIT, ()),
    )


def _members(ranges: Ranges | None, family: Family, groups: int) -> tuple[int, ...]:
    """Return the numbers of the groups whose members are in the ranges."""
    start = LAST_ADDRESS[family] + 1
    if ranges is None:
        return tuple(range(groups))
    return tuple(n for n in range(groups) if any(a <= start + n <= b for a, b in ranges))


def _side(sides: _Sides, groups: tuple[RemoteReference, ...] = ()) -> Side | None:
    """Write the addresses of a side in the shorter of the two ways; None for no address."""
    if all(ranges is None for ranges in sides.values()):
        return Side()
    first = next(iter(sides))
    numbers = _members(sides[first], first, len(groups))
    members = tuple(group for n, group in enumerate(groups) if n in numbers)
    strangers = tuple(group for n, group in enumerate(groups) if n not in numbers)
    held, left_out = {}, {}
    for family, ranges in sides.items():
        last = LAST_ADDRESS[family]
        held[family] = _real(((0, last),) if ranges is None else ranges, last)
        left_out[family] = _complement(held[family], last)
    # Ranges are counted and not prefixes, so that only the chosen ones are written out.
    if sum(map(len, left_out.values())) < sum(map(len, held.values())):
        excluded = prefixes_of(left_out)
        return Side(None, AddressSet(excluded) if excluded else None, excluded_groups=strangers)
    addresses = prefixes_of(held)
    if not addresses and not members:
        return None
    return Side(AddressSet(addresses) if addresses else None, groups=members)


def _real(ranges: Ranges, last: int) -> Ranges:
    """Leave out the numbers behind the last address, which stand for members of groups."""
    return tuple((low, min(high, last)) for low, high in ranges if low <= last)


def _complement(ranges: Ranges, last: int) -> Ranges:
    left: list[tuple[int, int]] = []
    start = 0
    for low, high in ranges:
        left.append((start, low - 1))
        start = high + 1
    left.append((start, last))
    return tuple((low, high) for low, high in left if low <= min(high, last))
