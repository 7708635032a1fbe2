"""Places: where rules go in their chain, whatever order they were made in."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING

import attrs

from netstat_fw.protocol import Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable

    from netstat_fw.ruleset.rule import Rule


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


def arrange(placed: Iterable[Placed]) -> tuple[Rule, ...]:
    """Put rules in order; those that match and do the same become one, their evidence united.

    The order depends on places, turns and on what the rules match, and on nothing else.
    """
    alike: dict[tuple[Place, str], list[Placed]] = {}
    for each in placed:
        alike.setdefault((each.place, each.rule.id), []).append(each)
    united = [same[0] if len(same) == 1 else _united(same) for same in alike.values()]
    ordered = sorted(united, key=lambda each: (each.place, each.turn, *_order(each.rule)))
    return tuple(each.rule for each in ordered)


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
        _PROTOCOLS.index(rule.protocol) if rule.protocol else -1,
        () if ports is None else ports.ranges,
        rule.remote is None,
        rule.local is None,
        str(rule.remote),
        str(rule.local),
        rule.id,
    )


_PROTOCOLS = tuple(Protocol)
