"""Precedence: what becomes of drops where a block wins over any accept, whatever their order.

In a ruleset the first match decides, so an accept may stand before a drop that meets some of its
packets. Where blocks win, that drop would take these packets, too. It is left to the default where
the default drops and nothing behind it is accepted; else it is written and said to be stricter; but
an accept of which nothing would be left is an error, because it is there on purpose, such as the
way in of an administrator before all others are shut out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from netstat_fw.errors import ExportError
from netstat_fw.exporters.rendered import Omission
from netstat_fw.ruleset.base import is_loopback
from netstat_fw.ruleset.neighbours import Neighbours
from netstat_fw.ruleset.sets import AddressSet
from netstat_fw.ruleset.space import boxes, meets, take_out
from netstat_fw.ruleset.terms import Action, ConnectionState

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from netstat_fw.ruleset.model import Ruleset
    from netstat_fw.ruleset.rule import Rule
    from netstat_fw.ruleset.space import Pieces, Space

# Beyond this, what is left of an accept is not computed; it counts as all of it.
_MOST_PIECES = 2000


@attrs.frozen
class Block:
    """What becomes of a rule that drops.

    Attributes:
        written: False where the default does it.
        also_meets: accepting rules before it, some of whose packets the block takes.
    """

    written: bool = True
    also_meets: tuple[Rule, ...] = ()

    def omissions(self, rule: Rule) -> list[Omission]:
        """Say where the rule that drops takes more than it was to."""
        if not self.also_meets:
            return []
        ids = ", ".join(dict.fromkeys(other.id for other in self.also_meets))
        sentence = f"also takes what {ids} accepted before it, because here a block wins"
        return [Omission(rule.id, sentence)]


def settle_blocks(
    ruleset: Ruleset, rules: Sequence[Rule], default: Action, target: str
) -> dict[int, Block]:
    """Decide for each rule that drops or rejects, by its index, what becomes of it.

    Args:
        ruleset: where the zones of the rules are.
        rules: the enabled rules of one chain that the target can hold, in order; of each only the
            packets in state new are looked at.
        default: what the chain does with what no rule matches.
        target: name of the target.

    Raises:
        ExportError: for an accept that blocks behind it would swallow.
    """
    if all(rule.action is Action.ACCEPT for rule in rules):
        return {}
    chain = _Spaces(ruleset, rules)
    settled: dict[int, Block] = {}
    hit: dict[int, int] = {}
    for index, rule in enumerate(rules):
        if rule.action is Action.ACCEPT:
            continue
        taken = [] if _is_forged(rule) else chain.taken(index)
        if taken and default is not Action.ACCEPT and not chain.opened_behind(index):
            settled[index] = Block(written=False)
            continue
        settled[index] = Block(also_meets=tuple(rules[other] for other in taken))
        hit |= dict.fromkeys(taken, index)
    written = {index for index, block in settled.items() if block.written}
    for accept, block in hit.items():
        if not chain.left(accept, written):
            raise ExportError(
                f"target {target}: a block wins over every accept, so nothing would be left of "
                f"rule {rules[accept].id}, which stands before {rules[block].id} and others that "
                f"{rules[block].action.value}; let those name what they are really to meet, or "
                f"leave them to the default"
            )
    return settled


class _Spaces:
    """The packets that the rules of a chain match.

    A rule for a group may match any of what it asks for beside the group, and is sure to decide
    none of it.
    """

    def __init__(self, ruleset: Ruleset, rules: Sequence[Rule]) -> None:
        interfaces = sorted({rule.interface for rule in rules if rule.interface is not None})
        self._accepts = [rule.action is Action.ACCEPT for rule in rules]
        sides = [ruleset.resolve(rule) for rule in rules]
        self._spaces = [
            boxes(attrs.evolve(rule, states=(ConnectionState.NEW,)), side, interfaces)
            for rule, side in zip(rules, sides, strict=True)
        ]
        self._sure = [
            {} if side is None and rule.remote is not None else space
            for rule, side, space in zip(rules, sides, self._spaces, strict=True)
        ]
        self._near = Neighbours(self._spaces)
        self._pieces: dict[int, Pieces] = {}

    def taken(self, block: int) -> list[int]:
        """Find the accepts before a block that decide some of its packets."""
        space = self._spaces[block]
        return [
            index
            for index in self._near.before(block)
            if self._accepts[index]
            and meets(self._spaces[index].items(), space)
            and meets(self._decided(index), space)
        ]

    def opened_behind(self, block: int) -> bool:
        """Tell whether an accept behind a block matches packets that the block decides."""
        decided = self._decided(block)
        return any(
            self._accepts[index] and meets(decided, self._spaces[index])
            for index in self._near.behind(block)
        )

    def left(self, accept: int, blocks: set[int]) -> Pieces:
        """Compute what is left of the packets that an accept decides behind it."""
        near = (self._sure[index] for index in self._near.behind(accept) if index in blocks)
        return _reduced(self._decided(accept), near)

    def _decided(self, index: int) -> Pieces:
        if index not in self._pieces:
            pieces = list(self._spaces[index].items())
            near = (self._sure[other] for other in self._near.before(index))
            self._pieces[index] = _reduced(pieces, near)
        return self._pieces[index]


def _reduced(pieces: Pieces, taken: Iterable[Space]) -> Pieces:
    left = pieces
    for space in taken:
        left = take_out(left, space)
        if len(left) > _MOST_PIECES:
            return pieces
    return left


def _is_forged(rule: Rule) -> bool:
    """Tell whether a rule is about loopback addresses, which no packet that is filtered has."""
    return any(
        isinstance(side, AddressSet) and is_loopback(side) for side in (rule.local, rule.remote)
    )
