"""Agreement: whether a ruleset accepts what a target would accept before any rule of it.

The answer is computed over the whole space of packets, not for samples of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from netstat_fw.ruleset.rule import is_group
from netstat_fw.ruleset.space import boxes, take_out
from netstat_fw.ruleset.terms import Action

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from netstat_fw.ruleset.model import Ruleset
    from netstat_fw.ruleset.rule import Rule
    from netstat_fw.ruleset.space import Pieces, Space
    from netstat_fw.ruleset.terms import Direction

# Beyond this, a hole would be looked for in a sieve.
_MOST_PIECES = 2000


class Agreement:
    """One chain of a ruleset, on a target that decides some packets first.

    Args:
        ruleset: the ruleset.
        direction: the chain.
        decided: what the target decides first, none of it by the name of a zone.
    """

    def __init__(self, ruleset: Ruleset, direction: Direction, decided: Sequence[Rule]) -> None:
        chain = ruleset.chain(direction)
        named = {rule.interface for rule in (*chain.rules, *decided)}
        self._ruleset = ruleset
        self._interfaces = sorted(name for name in named if name is not None)
        self._spaces: dict[str, Space] = {}
        self._decided = [self._space(rule) for rule in decided]
        self._accepts_rest = chain.default is Action.ACCEPT
        self._rules = [
            (rule.action, self._space(rule))
            for rule in chain.rules
            if rule.enabled and not is_group(rule.remote)
        ]

    def accepts(self, rule: Rule) -> bool:
        """Tell whether the ruleset accepts all of a rule's packets that are not decided first.

        False also where that takes too long to prove. The rule, of the chain or like one of it,
        has an interface that the chain knows, or none.
        """
        pieces = self._undecided(rule, ())
        for action, space in self._rules:
            left = take_out(pieces, space)
            if left != pieces and action is not Action.ACCEPT:
                return False
            pieces = left
            if len(pieces) > _MOST_PIECES:
                return False
        return self._accepts_rest or not pieces

    def is_decided(self, rule: Rule, also: Iterable[Rule] = ()) -> bool:
        """Tell whether all of a rule's packets are decided first, or matched by further rules."""
        return not self._undecided(rule, also)

    def _undecided(self, rule: Rule, also: Iterable[Rule]) -> Pieces:
        pieces = list(self._space(rule).items())
        for space in (*self._decided, *map(self._space, also)):
            pieces = take_out(pieces, space)
        return pieces

    def _space(self, rule: Rule) -> Space:
        if rule.id not in self._spaces:
            resolved = self._ruleset.resolve(rule)
            self._spaces[rule.id] = boxes(rule, resolved, self._interfaces)
        return self._spaces[rule.id]
