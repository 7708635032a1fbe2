"""Parts: what one finding, or one decision, adds to a ruleset.

A part is complete in itself. Where its rules go is said by their place, so that parts can be made
in any order and come to the same ruleset.
"""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING

import attrs

from netstat_fw.protocol import Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable

    from netstat_fw.evidence import Question, Reason
    from netstat_fw.ruleset.rule import Rule


class Place(enum.IntEnum):
    """Where in its chain a rule goes, behind the base rules; the numbers are the order."""

    KEPT = 0
    """The ways in of administrators who were seen."""
    SHUT = 2
    """Explicit drops, before anything that is accepted broadly."""
    OPEN = 3
    """What is accepted, the specific before the general."""
    LAST = 5
    """Drops that only add a log to what the default would do anyway."""


@attrs.frozen
class Placed:
    """A rule and its place."""

    place: Place
    rule: Rule


@attrs.frozen
class Part:
    """What a finding adds.

    Attributes:
        rules: rules with their places.
        questions: what the operator should say.
        caveats: what every reader should know.
    """

    rules: tuple[Placed, ...] = ()
    questions: tuple[Question, ...] = ()
    caveats: tuple[Reason, ...] = ()


def arrange(placed: Iterable[Placed]) -> tuple[Rule, ...]:
    """Put rules in order; those that match and do the same become one, their evidence united.

    The order depends on what the rules match and on nothing else.
    """
    merged: dict[tuple[Place, str], Rule] = {}
    for each in placed:
        key = each.place, each.rule.id
        known = merged.get(key)
        merged[key] = each.rule if known is None else _united(known, each.rule)
    ordered = sorted(merged.items(), key=lambda item: (item[0][0], *_order(item[1])))
    return tuple(rule for _, rule in ordered)


def _united(one: Rule, other: Rule) -> Rule:
    first, second = sorted((one, other), key=_wording)
    return attrs.evolve(
        first,
        enabled=one.enabled or other.enabled,
        evidence=(*one.evidence, *other.evidence),
        reasons=tuple(dict.fromkeys((*first.reasons, *second.reasons))),
    )


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
