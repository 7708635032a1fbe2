"""Groups: hosts whose firewalls mean the same, and hosts that stand out among others.

Who stands out is found by what others may reach on it. It offers what many others do and one or two
things more; at most one thing that those offer may be missing. Time grows with the number of hosts
and the square of what one of them offers, never with the number of pairs of hosts.
"""

from __future__ import annotations

from collections import Counter
from itertools import combinations
from typing import TYPE_CHECKING, TypeAlias

import attrs

from netstat_fw.fleet.changes import GroupChange, HostChange, changes_of_group

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_Ports: TypeAlias = frozenset[str]
_FEWEST = 3
_TIMES = 3
_MOST_EXTRA = 2
_MOST_PAIRED = 64
"""Of hosts that offer more than this, only single further ports are looked for."""


@attrs.frozen
class Member:
    """What grouping needs to know of a host.

    Attributes:
        host: its name.
        meaning: what its firewall means, as `meaning_of` has it.
        exposes: ports that others may reach, such as ``tcp/443``, sorted, whatever the firewall
            makes of them.
        changes: what came and went on it.
    """

    host: str
    meaning: str
    exposes: tuple[str, ...] = ()
    changes: tuple[HostChange, ...] = ()


@attrs.frozen
class Group:
    """Hosts whose firewalls mean the same.

    Attributes:
        name: the meaning.
        hosts: their names, sorted.
        exposes: ports that others may reach on all of them, sorted.
        changes: what came and went on them.
    """

    name: str
    hosts: tuple[str, ...]
    exposes: tuple[str, ...]
    changes: tuple[GroupChange, ...] = ()


@attrs.frozen
class Outlier:
    """A host that exposes what hosts like it do not.

    Attributes:
        host: its name.
        exposes: ports that others may reach on it and not on those hosts, sorted.
        group: the largest group of the hosts that are like it, maybe its own.
        peers: how many hosts these are, in all groups: three or more, and three for each host that
            exposes the same.
    """

    host: str
    exposes: tuple[str, ...]
    group: str
    peers: int


def group_hosts(members: Iterable[Member]) -> tuple[Group, ...]:
    """Group hosts by what their firewalls mean, the largest group first."""
    together: dict[str, list[Member]] = {}
    for member in members:
        together.setdefault(member.meaning, []).append(member)
    groups = [
        Group(
            name,
            tuple(sorted(member.host for member in some)),
            tuple(sorted(frozenset.intersection(*(frozenset(m.exposes) for m in some)))),
            changes_of_group((member.host, member.changes) for member in some),
        )
        for name, some in together.items()
    ]
    return tuple(sorted(groups, key=lambda group: (-len(group.hosts), group.name)))


def find_outliers(members: Iterable[Member]) -> tuple[Outlier, ...]:
    """Find the hosts that stand out, sorted by name."""
    alike: dict[_Ports, list[Member]] = {}
    for member in members:
        alike.setdefault(frozenset(member.exposes), []).append(member)
    sizes = {ports: len(some) for ports, some in alike.items()}
    usual = _index(ports for ports, size in sizes.items() if size >= _FEWEST)
    found = []
    for ports, some in alike.items():
        likes = {
            like
            for left in _shortened(ports)
            for like in usual.get(left, ())
            if like
            and sizes[like] >= _TIMES * sizes[ports]
            and 0 < len(ports - like) <= _MOST_EXTRA
        }
        if likes:
            like = min(likes, key=lambda s: (len(ports ^ s), -sizes[s], sorted(s)))
            groups = Counter(member.meaning for member in alike[like])
            largest = min(groups, key=lambda name: (-groups[name], name))
            exposes = tuple(sorted(ports - like))
            found += [Outlier(each.host, exposes, largest, sizes[like]) for each in some]
    return tuple(sorted(found, key=lambda outlier: outlier.host))


def _index(usual: Iterable[_Ports]) -> dict[_Ports, list[_Ports]]:
    """Find sets by themselves and by what is left when one member is gone."""
    index: dict[_Ports, list[_Ports]] = {}
    for ports in usual:
        for key in (ports, *(ports - {each} for each in ports)):
            index.setdefault(key, []).append(ports)
    return index


def _shortened(ports: _Ports) -> Iterator[_Ports]:
    """Leave out one or two members, in every way."""
    most = _MOST_EXTRA if len(ports) <= _MOST_PAIRED else 1
    for number in range(1, most + 1):
        for left_out in combinations(ports, number):
            yield ports.difference(left_out)
