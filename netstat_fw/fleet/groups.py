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
    from collections.abc import Iterable, Iterator, Sequence

_Ports: TypeAlias = frozenset[str]
_FEWEST = 3
_TIMES = 3
_MOST_EXTRA = 2
_MOST_NAMED = 3
_MARK = 6
"""Digits of a meaning that tell groups with the same ports apart for people."""
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
        id: the meaning, which tells the group from all others.
        hosts: their names, sorted.
        exposes: ports that others may reach on all of them, sorted.
        changes: what came and went on them.
    """

    id: str
    hosts: tuple[str, ...]
    exposes: tuple[str, ...]
    changes: tuple[GroupChange, ...] = ()

    @property
    def name(self) -> str:
        """What people call it: the first ports that it exposes, and how its id begins.

        The same in every run that finds the group with these ports, whatever others it finds.

        >>> Group("3f2a91c0d2e84b57", ("web1",), ("tcp/22", "tcp/443", "tcp/80", "tcp/9100")).name
        'tcp/22 tcp/443 tcp/80 (+1) · 3f2a91'
        """
        return _called(self.id, self.exposes)


@attrs.frozen
class Outlier:
    """A host that exposes what hosts like it do not.

    Attributes:
        host: its name.
        exposes: ports that others may reach on it and not on those hosts, sorted.
        group: id of the largest group of the hosts that are like it, maybe its own.
        peers: how many hosts these are, in all groups: three or more, and three for each host that
            exposes the same.
        group_name: the group's name.
    """

    host: str
    exposes: tuple[str, ...]
    group: str
    peers: int
    group_name: str


def group_hosts(members: Iterable[Member]) -> tuple[Group, ...]:
    """Group hosts by what their firewalls mean, the largest group first."""
    together: dict[str, list[Member]] = {}
    for member in members:
        together.setdefault(member.meaning, []).append(member)
    groups = [
        Group(
            meaning,
            tuple(sorted(member.host for member in some)),
            _common(some),
            changes_of_group((member.host, member.changes) for member in some),
        )
        for meaning, some in together.items()
    ]
    return tuple(sorted(groups, key=lambda group: (-len(group.hosts), group.id)))


def find_outliers(members: Iterable[Member]) -> tuple[Outlier, ...]:
    """Find the hosts that stand out, sorted by name."""
    alike: dict[_Ports, list[Member]] = {}
    together: dict[str, list[Member]] = {}
    for member in members:
        alike.setdefault(frozenset(member.exposes), []).append(member)
        together.setdefault(member.meaning, []).append(member)
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
            exposes = _in_order(ports - like)
            name = _called(largest, _common(together[largest]))
            found += [Outlier(each.host, exposes, largest, sizes[like], name) for each in some]
    return tuple(sorted(found, key=lambda outlier: outlier.host))


def _common(members: Iterable[Member]) -> tuple[str, ...]:
    """Return the ports that others may reach on all of some hosts, sorted."""
    return _in_order(frozenset.intersection(*(frozenset(m.exposes) for m in members)))


def _in_order(ports: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(ports, key=_protocol_and_number))


def _protocol_and_number(port: str) -> tuple[str, int]:
    protocol, _, number = port.partition("/")
    return protocol, int(number)


def _called(meaning: str, exposes: Sequence[str]) -> str:
    more = len(exposes) - _MOST_NAMED
    ports = " ".join(exposes[:_MOST_NAMED]) or "nothing"
    return f"{ports}{f' (+{more})' if more > 0 else ''} · {meaning[:_MARK]}"


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
