"""Pruning: chains without the rules that change no packet's fate, as far as that shows at once.

Which of two chains with one meaning is pruned further is chance; that no packet's fate changes is
not. Captures of one night differ in such rules alone: addresses that administrators were seen at,
ports for this machine alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from netstat_fw.ruleset.model import Chain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from netstat_fw.ruleset.rule import Rule
    from netstat_fw.ruleset.sets import PortSet
    from netstat_fw.ruleset.terms import Action

_LONGEST = 200
"""Rules of a chain that is compared rule by rule; time grows with the square of it."""


def pruned(chain: Chain) -> Chain:
    """Leave out disabled rules, and those without which every packet's fate is the same."""
    enabled = [rule for rule in chain.rules if rule.enabled]
    if len(enabled) > _LONGEST:
        return Chain(chain.default, enabled)
    kept: list[Rule] = []
    for rule in reversed(enabled):
        if not _is_needless(rule, kept, chain.default):
            kept.append(rule)
    return Chain(chain.default, reversed(kept))


def _is_needless(rule: Rule, later: Sequence[Rule], default: Action) -> bool:
    """Tell whether what comes behind a rule, last rule first, does the same with its packets."""
    for other in reversed(later):
        if other.action is rule.action and _covers(other, rule):
            return True
        if other.action is not rule.action and not _are_apart(other, rule):
            return False
    return default is rule.action


def _covers(wide: Rule, narrow: Rule) -> bool:
    """Tell whether one rule matches all that another does, by looking at each field alone."""
    fields = (
        "protocol",
        "local",
        "remote",
        "local_ports",
        "remote_ports",
        "interface",
        "hop_limit",
    )
    return (
        all(getattr(wide, name) in {None, getattr(narrow, name)} for name in fields)
        and wide.icmp_types in {(), narrow.icmp_types}
        and wide.states in {(), narrow.states}
        and set(narrow.families) <= set(wide.families)
    )


def _are_apart(one: Rule, other: Rule) -> bool:
    """Tell whether no packet can match both rules, where protocol or ports tell."""
    if one.protocol is None or other.protocol is None:
        return False
    return (
        one.protocol is not other.protocol
        or _share_none(one.local_ports, other.local_ports)
        or _share_none(one.remote_ports, other.remote_ports)
    )


def _share_none(one: PortSet | None, other: PortSet | None) -> bool:
    if one is None or other is None:
        return False
    return all(b < c or d < a for a, b in one.ranges for c, d in other.ranges)
