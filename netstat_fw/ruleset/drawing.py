"""Drawing: from a chain to its diagram.

Rules are turned into rows of numbers, one number per level that stands for a set of ranges. The
rows that are left below a range of one level are drawn once, however many ranges leave the same
ones, so a thousand rules that differ in their port alone cost a thousand look-ups.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import attrs

from netstat_fw.address import LAST_ADDRESS
from netstat_fw.protocol import Family, Protocol
from netstat_fw.ruleset.diagram import Diagram, Diagrams, Level, Ranges
from netstat_fw.ruleset.rule import RemoteReference, Rule, is_group
from netstat_fw.ruleset.sets import MAX_PORT, AddressSet, PortSet
from netstat_fw.ruleset.terms import Action, ConnectionState, Direction

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from netstat_fw.ruleset.model import Ruleset

_Row: TypeAlias = "tuple[int, ...]"
"""A number of ranges for each level from some level on, 0 for all, then that of the action."""

FAMILIES = tuple(Family)
STATES = tuple(ConnectionState)
UNSTATED = 256
"""The hop limit of a flow that does not state one: it satisfies every rule."""
_LAST_TYPE = 255
_LAST_PROTOCOL = 255
_WITH_TYPES = (Protocol.ICMP, Protocol.ICMPV6)
_ACTIONS = tuple(Action)
_UNRESTRICTED = (0,) * (len(Level) - 1)


@attrs.frozen
class Names:
    """What rules name and only the outside knows; diagrams compare where they share the names.

    Attributes:
        interfaces: sorted; every other interface is one more, after them.
        groups: sorted; whoever is in a group counts as one more address of each family, after the
            real ones, which no list of addresses holds and any address does.
    """

    interfaces: tuple[str, ...]
    groups: tuple[RemoteReference, ...]

    @classmethod
    def of(cls, *rulesets: Ruleset) -> Names:
        """Gather the names in the enabled rules of some rulesets."""
        rules = [
            rule
            for ruleset in rulesets
            for direction in Direction
            for rule in ruleset.chain(direction).rules
            if rule.enabled
        ]
        groups = {rule.remote for rule in rules if is_group(rule.remote)}
        return cls(
            tuple(sorted({rule.interface for rule in rules if rule.interface is not None})),
            tuple(sorted(groups, key=str)),
        )


class _Context(NamedTuple):
    """What has been asked that changes how much there is below.

    Attributes:
        typed: the service is an ICMP type and no port.
        family: the family of the addresses; None where it is still to be asked for.
    """

    typed: bool
    family: Family | None

    def below(self, level: Level, answer: int) -> _Context:
        asked = level is Level.FAMILY and self.family is None
        return self._replace(family=FAMILIES[answer]) if asked else self


class Drawing:
    """Draws the chains of rulesets, all with the same names."""

    def __init__(self, diagrams: Diagrams, names: Names) -> None:
        self._diagrams = diagrams
        self._names = names
        self._numbers: dict[Ranges | None, int] = {None: 0}
        self._ranges: list[Ranges] = [()]
        self._drawn: dict[tuple[object, ...], Diagram] = {}

    def draw(self, ruleset: Ruleset, direction: Direction) -> Diagram:
        """Draw one chain: what `Ruleset.decide` does with every flow of the direction.

        Beyond `decide`, who is in a group is told apart from everybody else.
        """
        chain = ruleset.chain(direction)
        rules = [(rule, ruleset.resolve(rule)) for rule in chain.rules if rule.enabled]
        last_row = (*_UNRESTRICTED, _ACTIONS.index(chain.default))
        named = {rule.protocol for rule, _ in rules}
        drawn: dict[tuple[Protocol | None, _Context], Diagram] = {}
        edges: list[tuple[int, Diagram]] = []
        for number, protocol in _PROTOCOLS:
            families = FAMILIES if protocol is None else protocol.families
            family = families[0] if len(families) == 1 else None
            context = _Context(protocol in _WITH_TYPES, family)
            # Protocols that no rule names are drawn once.
            key = protocol if protocol in named else None, context
            if key not in drawn:
                rows = [
                    row
                    for rule, remote in rules
                    if rule.protocol in {None, protocol}
                    for row in self._rows(rule, remote, direction, families)
                ]
                drawn[key] = self._below((*rows, last_row), context)
            edges.append((number, drawn[key]))
        return self._diagrams.node(Level.PROTOCOL, edges)

    def _rows(
        self,
        rule: Rule,
        remote: AddressSet | None,
        direction: Direction,
        families: tuple[Family, ...],
    ) -> Iterator[_Row]:
        """Write a rule as rows: one for each family, or one for all where they do not differ."""
        ports = [_port_ranges(rule.local_ports), _port_ranges(rule.remote_ports)]
        if direction is Direction.OUTGOING:
            ports.reverse()
        head = (
            self._number(_points(rule.icmp_types) or ports[0]),
            self._number(self._interface(rule.interface)),
            self._number(_points(STATES.index(state) for state in rule.states)),
        )
        tail = (
            self._number(ports[1]),
            self._number(_hop_limits(rule.hop_limit)),
            _ACTIONS.index(rule.action),
        )
        used = tuple(family for family in families if family in rule.families)
        group = rule.remote if is_group(rule.remote) else None
        if used == families and rule.local is None and remote is None and group is None:
            yield (*head, 0, 0, 0, *tail)
            return
        for family in used:
            theirs = _spans(remote, family) if group is None else self._member(group, family)
            ours = _spans(rule.local, family)
            # A zone may have no address of the family.
            if theirs != ():
                which = None if len(families) == 1 else _points([FAMILIES.index(family)])
                yield (*head, *map(self._number, (which, theirs, ours)), *tail)

    def _interface(self, name: str | None) -> Ranges | None:
        return None if name is None else _points([self._names.interfaces.index(name)])

    def _member(self, group: RemoteReference, family: Family) -> Ranges | None:
        return _points([LAST_ADDRESS[family] + 1 + self._names.groups.index(group)])

    def _number(self, ranges: Ranges | None) -> int:
        """Return the number that stands for some ranges; 0 for None, which is all."""
        number = self._numbers.setdefault(ranges, len(self._ranges))
        if number == len(self._ranges) and ranges is not None:
            self._ranges.append(ranges)
        return number

    def _below(self, rows: tuple[_Row, ...], context: _Context) -> Diagram:
        """Draw what is left to ask; the length of the rows says at which level.

        Args:
            rows: what is left of the rules, in order; the last one matches everything.
            context: what has been asked that changes how much there is below.
        """
        if not any(rows[0][:-1]):
            return _ACTIONS[rows[0][-1]]
        key = rows, context
        if key not in self._drawn:
            level = Level(len(Level) + 1 - len(rows[0]))
            edges = self._parts(rows, self._end(level, context))
            self._drawn[key] = self._diagrams.node(
                level,
                [(last, self._below(rest, context.below(level, last))) for last, rest in edges],
            )
        return self._drawn[key]

    def _end(self, level: Level, context: _Context) -> int:
        """Return the last number of a level."""
        if level is Level.SERVICE:
            return _LAST_TYPE if context.typed else MAX_PORT
        if level is Level.INTERFACE:
            return len(self._names.interfaces)
        if context.family is not None and level in {Level.REMOTE, Level.LOCAL}:
            more = len(self._names.groups) if level is Level.REMOTE else 0
            return LAST_ADDRESS[context.family] + more
        return _ENDS[level]

    def _parts(self, rows: tuple[_Row, ...], end: int) -> Iterator[tuple[int, tuple[_Row, ...]]]:
        """Cut a level into ranges: the last number of each, and the rows that are left below."""
        everywhere = 0
        flips: dict[int, int] = {}
        for number, row in enumerate(rows):
            if not row[0]:
                everywhere |= 1 << number
                continue
            for first, last in self._ranges[row[0]]:
                flips[first] = flips.get(first, 0) ^ 1 << number
                flips[last + 1] = flips.get(last + 1, 0) ^ 1 << number
        flips.pop(end + 1, None)
        bits = everywhere ^ flips.pop(0, 0)
        known: dict[int, tuple[_Row, ...]] = {}
        for start in (*sorted(flips), end + 1):
            if bits not in known:
                known[bits] = _left(rows, bits)
            yield start - 1, known[bits]
            bits ^= flips.get(start, 0)


def _left(rows: tuple[_Row, ...], bits: int) -> tuple[_Row, ...]:
    """Return the rows whose bit is set, without what the level asked, up to one for everything.

    There is always one, as the last row stands for the default and its bit is always set.
    """
    left: dict[_Row, None] = {}
    while True:
        row = rows[(bits & -bits).bit_length() - 1][1:]
        left[row] = None
        if not any(row[:-1]):
            return tuple(left)
        bits &= bits - 1


def _points(values: Iterable[int]) -> Ranges | None:
    return tuple((value, value) for value in values) or None


def _port_ranges(ports: PortSet | None) -> Ranges | None:
    return None if ports is None else ports.ranges


def _hop_limits(hop_limit: int | None) -> Ranges | None:
    return None if hop_limit is None else _points((hop_limit, UNSTATED))


def _spans(side: AddressSet | None, family: Family) -> Ranges | None:
    """Return the addresses of a family as ranges; None for all of them."""
    if side is None or side.covers((family,)):
        return None
    return side.spans(family)


def _protocols() -> Iterator[tuple[int, Protocol | None]]:
    """Cut the protocol numbers into those that rules can name and the rest between them."""
    named = {protocol.number: protocol for protocol in Protocol}
    for number in range(_LAST_PROTOCOL + 1):
        if number in named or number + 1 in named or number == _LAST_PROTOCOL:
            yield number, named.get(number)


_PROTOCOLS = tuple(_protocols())
_ENDS = {
    Level.STATE: len(STATES) - 1,
    Level.FAMILY: len(FAMILIES) - 1,
    Level.OTHER_PORT: MAX_PORT,
    Level.HOP_LIMIT: UNSTATED,
}
