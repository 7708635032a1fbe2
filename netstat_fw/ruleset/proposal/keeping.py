"""Keeping: whom of the administrators seen a decision keeps out all the same.

Those of whom it speaks explicitly: who is named by a literal that is not everybody, and, where only
a program's name claims the way in, whoever a choice that names its port keeps out. Beside a way in
that its port proves, what is only claimed outweighs no decision at all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from netstat_fw.analyzers.administration import is_proven
from netstat_fw.ruleset.proposal.lockout import cut_off
from netstat_fw.ruleset.proposal.places import arrange
from netstat_fw.ruleset.proposal.rulings import settles
from netstat_fw.ruleset.sets import AddressSet

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from netstat_fw.address import Address
    from netstat_fw.analyzers.findings import Exposure
    from netstat_fw.ruleset.proposal.desk import Desk
    from netstat_fw.ruleset.proposal.places import Placed
    from netstat_fw.ruleset.proposal.rulings import Ruling
    from netstat_fw.ruleset.rule import Rule


def kept_out(
    ruling: Ruling[Exposure],
    against: frozenset[Address],
    chosen: Sequence[Placed],
    desk: Desk,
    *,
    proven: bool,
) -> frozenset[Address]:
    """Find who of those whom decisions cut off from a way in is kept out explicitly.

    Args:
        ruling: the way in, and the choices about it.
        against: those whom decisions cut off.
        chosen: the rules of all incoming choices.
        desk: what the operator wants.
        proven: whether there is a way in that its port proves.
    """
    way = ruling.finding
    if not against or (proven and not is_proven(way.port, desk.dialect)):
        return against
    literal = _rules(placed for placed in chosen if _is_literal(placed.rule))
    out = cut_off(way, literal, desk.zones, otherwise=True)
    if is_proven(way.port, desk.dialect):
        return against & out
    choices = desk.decisions.choices
    naming = _rules(placed for placed in chosen if choices[placed.turn].ports)
    narrowed = any(match.choice.ports and settles(match.choice) for match in ruling.matches)
    return against & (out | cut_off(way, naming, desk.zones, otherwise=not narrowed))


def _rules(placed: Iterable[Placed]) -> tuple[Rule, ...]:
    return tuple(each.rule for each in arrange(placed))


def _is_literal(rule: Rule) -> bool:
    """Tell whether a rule is for somebody by address; a zone may hold whom nobody thought of."""
    return isinstance(rule.remote, AddressSet) and all(each.prefixlen for each in rule.remote)
