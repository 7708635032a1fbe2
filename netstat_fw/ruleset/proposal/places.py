"""Places: where rules go in their chain, whatever order they were made in."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING

import attrs

from netstat_fw.protocol import Protocol
from netstat_fw.ruleset.sets import AddressSet

if TYPE_CHECKING:
    from collections.abc import Iterable

    from netstat_fw.ruleset.rule import RemoteReference, Rule


class Place(enum.IntEnum):
    """Where in its chain a rule goes, behind the base rules; the numbers are the order."""

    KEPT = 0
    """The ways in of administrators who were seen."""
    DECIDED = 1
    """What the operator has decided, in the operator's own order."""
    SHUT = 2
    """Explicit drops, before anything that is accepted broadly."""
    OPEN = 3
    """What is accepted, the specific before the general."""
    BROAD = 4
    """What the operator accepts from somebody whatever it is, in the operator's own order."""
    LAST = 5
    """Drops that only add a log to what the default would do anyway."""


@attrs.frozen
class Placed:
    """A rule and its place.

    Attributes:
        place: the place.
        rule: the rule.
        turn: its turn within the place, before everything else; 0 where there is no such order.
    """

    place: Place
    rule: Rule
    turn: int = 0


def arrange(placed: Iterable[Placed]) -> tuple[Placed, ...]:
    """Put rules in order; those that match and do the same become one, their evidence united.

    The order depends on places, turns and on what the rules match, and on nothing else.
    """
    alike: dict[tuple[object, ...], list[Placed]] = {}
    for each in placed:
        alike.setdefault((each.place, *_meaning(each.rule)), []).append(each)
    united = [same[0] if len(same) == 1 else _united(same) for same in alike.values()]
    return tuple(sorted(united, key=lambda each: (each.place, each.turn, *_order(each.rule))))


def _meaning(rule: Rule) -> tuple[object, ...]:
    """Return what `Rule.id` is made of in proposed rules, for a fraction of its cost."""
    sides = rule.local, rule.remote, rule.local_ports, rule.remote_ports
    return (rule.action, rule.protocol, *sides, rule.families, rule.log)


def _united(same: Iterable[Placed]) -> Placed:
    first, *others = sorted(same, key=lambda each: (each.turn, *_wording(each.rule)))
    rules = [first.rule, *(each.rule for each in others)]
    rule = attrs.evolve(
        first.rule,
        enabled=any(rule.enabled for rule in rules),
        evidence=[line for rule in rules for line in rule.evidence],
        reasons=tuple(dict.fromkeys(reason for rule in rules for reason in rule.reasons)),
    )
    return attrs.evolve(first, rule=rule)


def _wording(rule: Rule) -> tuple[object, ...]:
    texts = [(reason.code, reason.sentence, reason.row) for reason in rule.reasons]
    return texts, rule.comment, rule.service or "", str(rule.confidence)


def _order(rule: Rule) -> tuple[object, ...]:
    """Sort by port, on one port the narrower rule first; ranges and rules without ports last."""
    ports = rule.local_ports or rule.remote_ports
    return (
        rule.protocol is None,
        ports is None,
        ports is not None and len(ports) > 1,
        _PROTOCOLS[rule.protocol],
        () if ports is None else ports.ranges,
        rule.remote is None,
        rule.local is None,
        _side_order(rule.remote),
        _side_order(rule.local),
        () if rule.remote_ports is None else rule.remote_ports.ranges,
        rule.action.value,
        [family.value for family in rule.families],
        str(rule.log),
    )


def _side_order(side: AddressSet | RemoteReference | None) -> list[tuple[int, int, int, str]]:
    """Sort addresses by number, and names behind them."""
    if side is None:
        return []
    if isinstance(side, AddressSet):
        return [(n.version, int(n.network_address), n.prefixlen, "") for n in side]
    return [(_AFTER_ADDRESSES, 0, 0, str(side))]


_AFTER_ADDRESSES = 7
_PROTOCOLS = {protocol: number for number, protocol in enumerate((None, *Protocol))}
