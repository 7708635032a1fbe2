"""Overlaps: what two sets have in common, and what one has beside the other.

A set of ports or addresses is never empty, so nothing is None.
"""

from __future__ import annotations

from netstat_fw.protocol import Family
from netstat_fw.ruleset.sets import AddressSet, PortSet
from netstat_fw.ruleset.space import address_numbers, common, prefixes_of, without


def common_ports(one: PortSet, other: PortSet) -> PortSet | None:
    """Return the ports of both sets.

    >>> str(common_ports(PortSet.parse("20-30,80"), PortSet.parse("25,30-90")))
    '25,30,80'
    """
    pairs = [
        (max(first, low), min(last, high))
        for first, last in one.ranges
        for low, high in other.ranges
        if max(first, low) <= min(last, high)
    ]
    return PortSet(pairs) if pairs else None


def ports_without(one: PortSet, other: PortSet) -> PortSet | None:
    """Return the ports of the first set that are not in the second.

    >>> str(ports_without(PortSet.parse("20-30"), PortSet.parse("1-20,25")))
    '21-24,26-30'
    """
    pairs = list(one.ranges)
    for low, high in other.ranges:
        cut = []
        for first, last in pairs:
            cut += [(first, min(last, low - 1)), (max(first, high + 1), last)]
        pairs = [(first, last) for first, last in cut if first <= last]
    return PortSet(pairs) if pairs else None


def addresses_without(one: AddressSet | None, other: AddressSet) -> AddressSet | None:
    """Return the addresses of the first set, or of everybody, that are not in the second.

    >>> str(addresses_without(AddressSet(["192.0.2.0/30"]), AddressSet(["192.0.2.1"])))
    '192.0.2.0,192.0.2.2/31'
    """
    left = {}
    for family in Family:
        members = address_numbers(one, family)
        left[family] = without(members, common(members, address_numbers(other, family)))
    prefixes = prefixes_of(left)
    return AddressSet(prefixes) if prefixes else None
