"""Narrowing: addresses seen, written as fewer prefixes under a budget of addresses beside them.

Pure: the same addresses and budget give the same prefixes, in whatever order they come. A larger
budget never gives more prefixes.
"""

from __future__ import annotations

import heapq
from ipaddress import IPv4Network, IPv6Network
from itertools import pairwise
from typing import TYPE_CHECKING

import attrs

from netstat_fw.address import unmap
from netstat_fw.ruleset.sets import AddressSet

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from netstat_fw.address import Address, Network

# Both families on one line of numbers, IPv6 behind IPv4. A prefix of both would cost more than the
# highest number, all addresses of both families less.
_IPV6 = 1 << 129
_BITS = {4: 32, 6: 128}


@attrs.frozen
class Narrowed:
    """Prefixes for addresses.

    Attributes:
        addresses: the prefixes.
        extra: how many addresses they hold beside those that they are for.
    """

    addresses: AddressSet
    extra: int


def narrow(addresses: Iterable[Address], budget: int = 0) -> Narrowed:
    """Cover addresses by prefixes that hold at most `budget` addresses beside them.

    Of all pairs of prefixes that could be joined to one, the pair that adds least comes first, of
    equals the lowest, IPv4 before IPv6, until the next one exceeds the budget. Takes n log n steps.

    Args:
        addresses: at least one; IPv4-mapped ones are unmapped.
        budget: 0 or more, for both families together.

    Raises:
        RulesetError: for no address at all.

    >>> from ipaddress import ip_address
    >>> seen = [ip_address(f"192.0.2.{last}") for last in (4, 5, 7, 200)]
    >>> str(narrow(seen, 1).addresses), narrow(seen, 1).extra
    ('192.0.2.4/30,192.0.2.200', 1)
    """
    plain = {unmap(address) for address in addresses}
    numbers = sorted(int(a) if a.version == 4 else _IPV6 + int(a) for a in plain)  # noqa: PLR2004
    # Neighbours meet in the prefix that leaves open all bits from the highest that differs.
    open_bits = [(one ^ other).bit_length() for one, other in pairwise(numbers)]
    joints, extra = _cheapest(open_bits, min(budget, _IPV6))
    blocks = [(number, 0) for number in numbers]
    blocks += [(numbers[j] >> open_bits[j] << open_bits[j], open_bits[j]) for j in joints]
    prefixes = []
    end = 0
    # By first address, of one address the widest first: then what is inside comes behind.
    for first, width in sorted(blocks, key=lambda block: (block[0], -block[1])):
        if first >= end:
            end = first + (1 << width)
            prefixes.append(_network(first, width))
    return Narrowed(AddressSet(prefixes), extra)


def _cheapest(open_bits: Sequence[int], budget: int) -> tuple[list[int], int]:
    """Choose which neighbours meet, and count the addresses that come in by it.

    Neighbours that meet bring along everything inside their prefix. So the joints form a tree, in
    which a joint can be made once those below it are.
    """
    parents = _tree(open_bits)
    below: list[list[int]] = [[] for _ in open_bits]
    for joint, parent in enumerate(parents):
        if parent is not None:
            below[parent].append(joint)
    waiting = [len(joints) for joints in below]
    ready = [(_cost(joint, open_bits, below), joint) for joint, n in enumerate(waiting) if not n]
    heapq.heapify(ready)
    made: list[int] = []
    extra = 0
    while ready and extra + ready[0][0] <= budget:
        cost, joint = heapq.heappop(ready)
        extra += cost
        made.append(joint)
        parent = parents[joint]
        if parent is not None:
            waiting[parent] -= 1
            if not waiting[parent]:
                heapq.heappush(ready, (_cost(parent, open_bits, below), parent))
    return made, extra


def _tree(open_bits: Sequence[int]) -> list[int | None]:
    """Find for each joint the narrowest one around it: the parents in a Cartesian tree."""
    parents: list[int | None] = [None] * len(open_bits)
    around: list[int] = []
    for joint, width in enumerate(open_bits):
        inner = None
        while around and open_bits[around[-1]] < width:
            inner = around.pop()
        if inner is not None:
            parents[inner] = joint
        if around:
            parents[joint] = around[-1]
        around.append(joint)
    return parents


def _cost(joint: int, open_bits: Sequence[int], below: Sequence[Sequence[int]]) -> int:
    """Count the addresses that a joint adds; a side without a joint is a single address."""
    sides = [1 << open_bits[inner] for inner in below[joint]]
    return (1 << open_bits[joint]) - sum(sides) - (2 - len(sides))


def _network(first: int, open_bits: int) -> Network:
    if first < _IPV6:
        return IPv4Network((first, _BITS[4] - open_bits))
    return IPv6Network((first - _IPV6, _BITS[6] - open_bits))
