"""Difference: what another ruleset lets through that one did not, and the other way round.

`diff` compares meanings, over the whole space of packets: order, comments, ids, evidence, disabled
and unreachable rules leave no trace in it. Beside the packets it compares which programs should
answer on a port, as far as both rulesets know any.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING

import attrs

from netstat_fw.brief import brief
from netstat_fw.ruleset.diagram import Diagram, Diagrams, Level
from netstat_fw.ruleset.drawing import Drawing, Names
from netstat_fw.ruleset.extraction import regions
from netstat_fw.ruleset.region import Region  # noqa: TC001 - attrs.resolve_types needs it
from netstat_fw.ruleset.terms import Action, Direction

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from netstat_fw.protocol import Protocol
    from netstat_fw.ruleset.model import Ruleset, Service

_PLAIN = re.compile(r"[A-Za-z0-9._+@-]+")


@attrs.frozen
class Change:
    """Packets whose fate differs.

    Attributes:
        region: the packets.
        services: names of services of the two rulesets on its ports, sorted.
    """

    region: Region
    services: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Write the change for a reader: ``incoming tcp/443 from any (https)``."""
        named = ", ".join(self.services)
        return f"{self.region} ({named})" if named else str(self.region)

    def __repr__(self) -> str:
        """Sum the change up."""
        return brief(self, self)


@attrs.frozen
class OwnerChange:
    """Other programs than before should answer on a port.

    Attributes:
        protocol: ``tcp`` or ``udp``.
        port: 1 to 65535.
        before: normalised program names, sorted, at least one.
        after: the same.
    """

    protocol: str
    port: int
    before: tuple[str, ...]
    after: tuple[str, ...]

    def __str__(self) -> str:
        """Write the change for a reader: ``tcp/443: httpd before, nginx now``."""
        before, after = (", ".join(map(_shown, names)) for names in (self.before, self.after))
        return f"{_shown(self.protocol)}/{self.port}: {before} before, {after} now"

    def __repr__(self) -> str:
        """Sum the change up."""
        return brief(self, self)


@attrs.frozen
class Diff:
    """What changed from one ruleset to another. It is false where nothing did.

    A service is what packets of one protocol, port or type, interface and state come to.

    Attributes:
        opened: packets of services of which none was accepted and now some are.
        closed: packets of services of which some were accepted and now none is.
        widened: packets that are now accepted as well, of services of which some were before.
        narrowed: packets that are no longer accepted, of services of which some still are.
        rejected: packets that were dropped and are now rejected.
        dropped: packets that were rejected and are now dropped.
        owners: ports whose programs changed.
    """

    opened: tuple[Change, ...] = ()
    closed: tuple[Change, ...] = ()
    widened: tuple[Change, ...] = ()
    narrowed: tuple[Change, ...] = ()
    rejected: tuple[Change, ...] = ()
    dropped: tuple[Change, ...] = ()
    owners: tuple[OwnerChange, ...] = ()

    def __bool__(self) -> bool:
        """Tell whether anything changed."""
        return any(attrs.astuple(self, recurse=False))

    def __str__(self) -> str:
        """Write one line for each change; where there is none, say so."""
        lines = [
            f"{kind:<8}  {change}"
            for kind, changes in attrs.asdict(self, recurse=False).items()
            for change in changes
        ]
        return "\n".join(lines) or "both let the same through"

    def __repr__(self) -> str:
        """Count the changes."""
        changes = attrs.asdict(self, recurse=False)
        counts = {kind: len(some) for kind, some in changes.items() if some}
        return brief(self, *(() if counts else ("nothing",)), **counts)


def diff(before: Ruleset, after: Ruleset) -> Diff:
    """Compare the meanings of two rulesets.

    The result is empty exactly where both do the same with every flow, groups apart: who is in a
    group is nowhere known, so rules for one count as rules for somebody of their own.

    >>> from netstat_fw.ruleset import Chain, PortSet, Rule, Ruleset
    >>> ssh = Rule(action="accept", protocol="tcp", local_ports=PortSet([22]))
    >>> shut = Ruleset(Chain("drop"), Chain("accept"))
    >>> print(diff(shut, Ruleset(Chain("drop", [ssh]), Chain("accept"))))
    opened    incoming tcp/22 from any
    """
    changes = _changes(before, after, _CHANGES)
    return Diff(**changes, owners=_owner_changes(before, after))


def compare_gains(before: Ruleset, after: Ruleset) -> tuple[tuple[Change, ...], tuple[Change, ...]]:
    """Return what was opened and what was widened, as `diff` has it, without all the rest."""
    changes = _changes(before, after, ("opened", "widened"))
    return changes["opened"], changes["widened"]


def _changes(
    before: Ruleset, after: Ruleset, kinds: Iterable[str]
) -> dict[str, tuple[Change, ...]]:
    names = Names.of(before, after)
    diagrams = Diagrams()
    drawing = Drawing(diagrams, names)
    comparison = _Comparison(diagrams)
    chains = [
        (direction, drawing.draw(before, direction), drawing.draw(after, direction))
        for direction in Direction
    ]
    services = _ServicePorts(before, after)
    return {
        kind: tuple(
            Change(region, services.on(region))
            for direction, old, new in chains
            for region in regions(_CHANGES[kind](comparison, old, new), direction, names)
        )
        for kind in kinds
    }


class _Comparison:
    """Two chains' diagrams, compared service by service or packet by packet."""

    def __init__(self, diagrams: Diagrams) -> None:
        self._diagrams = diagrams
        self._accepted: dict[int, Diagram] = {}

    def opened(self, old: Diagram, new: Diagram) -> Diagram:
        """Find what is accepted of services of which nothing was."""
        return self._services(old, new, lambda was, now: now if was is False else False)

    def closed(self, old: Diagram, new: Diagram) -> Diagram:
        """Find what was accepted of services of which nothing is."""
        return self.opened(new, old)

    def widened(self, old: Diagram, new: Diagram) -> Diagram:
        """Find what more is accepted of services of which something was."""
        return self._services(
            old,
            new,
            lambda was, now: (
                False if was is False else self._diagrams.combine(was, now, _is_only_other)
            ),
        )

    def narrowed(self, old: Diagram, new: Diagram) -> Diagram:
        """Find what is no longer accepted of services of which something is."""
        return self.widened(new, old)

    def rejected(self, old: Diagram, new: Diagram) -> Diagram:
        """Find what was dropped and is rejected."""
        return self._diagrams.combine(
            old, new, lambda was, now: was is Action.DROP and now is Action.REJECT
        )

    def dropped(self, old: Diagram, new: Diagram) -> Diagram:
        """Find what was rejected and is dropped."""
        return self.rejected(new, old)

    def _services(
        self, old: Diagram, new: Diagram, judge: Callable[[Diagram, Diagram], Diagram]
    ) -> Diagram:
        return self._diagrams.combine(
            old,
            new,
            lambda was, now: False if was is now else judge(self._accepts(was), self._accepts(now)),
            below=Level.FAMILY,
        )

    def _accepts(self, diagram: Diagram) -> Diagram:
        if id(diagram) not in self._accepted:
            self._accepted[id(diagram)] = self._diagrams.combine(
                diagram, diagram, lambda answer, _: answer is Action.ACCEPT
            )
        return self._accepted[id(diagram)]


def _is_only_other(one: Diagram, other: Diagram) -> bool:
    return other is True and one is False


class _ServicePorts:
    """The named services of rulesets, found by their ports."""

    def __init__(self, *rulesets: Ruleset) -> None:
        found: dict[Protocol, set[Service]] = {}
        for service in (each for ruleset in rulesets for each in ruleset.services):
            found.setdefault(service.protocol, set()).add(service)
        self._sorted = {protocol: sorted(some, key=_first_port) for protocol, some in found.items()}

    def on(self, region: Region) -> tuple[str, ...]:
        """Name the services all of whose ports a region is about, and maybe others."""
        some = self._sorted.get(region.protocol, []) if region.protocol is not None else []
        return tuple(
            sorted(
                {
                    service.name
                    for low, high in region.ports
                    for service in some[
                        bisect_left(some, low, key=_first_port) : bisect_right(
                            some, high, key=_first_port
                        )
                    ]
                    if all(
                        any(start <= first and last <= end for start, end in region.ports)
                        for first, last in service.ports.ranges
                    )
                }
            )
        )


def _first_port(service: Service) -> int:
    return service.ports.ranges[0][0]


def _owner_changes(before: Ruleset, after: Ruleset) -> tuple[OwnerChange, ...]:
    old, new = _owners(before), _owners(after)
    return tuple(
        OwnerChange(*key, old[key], new[key])
        for key in sorted(old.keys() & new.keys())
        if old[key] != new[key]
    )


def _owners(ruleset: Ruleset) -> dict[tuple[str, int], tuple[str, ...]]:
    """Return the programs by port; ports of which no program is known are left out."""
    owners: dict[tuple[str, int], set[str]] = {}
    for check in ruleset.process_checks:
        if check.programs:
            owners.setdefault((check.protocol, check.port), set()).update(check.programs)
    return {key: tuple(sorted(programs)) for key, programs in owners.items()}


def _shown(name: str) -> str:
    """Write a name, in quotes and escaped where it could be taken for something else."""
    return name if _PLAIN.fullmatch(name) else ascii(name)


_CHANGES = {
    "opened": _Comparison.opened,
    "closed": _Comparison.closed,
    "widened": _Comparison.widened,
    "narrowed": _Comparison.narrowed,
    "rejected": _Comparison.rejected,
    "dropped": _Comparison.dropped,
}
