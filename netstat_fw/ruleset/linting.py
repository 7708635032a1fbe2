"""Lint: rules that never decide anything, and rules that say one thing and mean another.

Findings are remarks about a valid ruleset, in order of chain and position; a ruleset without any is
not thereby a good one. Whether a rule is ever reached is computed over the whole space of packets.
"""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING

import attrs

from netstat_fw.ruleset.neighbours import Neighbours
from netstat_fw.ruleset.rule import Rule, is_group
from netstat_fw.ruleset.space import boxes, take_out
from netstat_fw.ruleset.terms import Direction

if TYPE_CHECKING:
    from collections.abc import Iterator

    from netstat_fw.ruleset.model import Ruleset
    from netstat_fw.ruleset.space import Space

_MOST_PIECES = 2000


class LintCode(enum.Enum):
    """What is wrong with a rule."""

    CONTRADICTED = "contradicted"
    """Never reached: earlier rules decide all its packets, some of them otherwise."""
    REDUNDANT = "redundant"
    """Never reached: earlier rules do the same with all its packets."""
    UNMATCHABLE = "unmatchable"
    """Its zone has no address of its families."""
    UNRESOLVED = "unresolved"
    """Names a group, which `Ruleset.decide` and packet filters take to have no members."""
    SERVICE_DIFFERS = "service-differs"
    """Named after a service of the ruleset, for other ports or another protocol."""


@attrs.frozen
class LintFinding:
    """One remark about one rule.

    Attributes:
        code: what is wrong.
        direction: the chain.
        position: position of the rule in its chain, 1 to n.
        rule: the rule.
        sentence: what is wrong, one sentence fragment.
        by: positions of the rules that decide its packets instead.
    """

    code: LintCode
    direction: Direction
    position: int
    rule: Rule
    sentence: str
    by: tuple[int, ...] = ()

    def __str__(self) -> str:
        """Write the finding as a reader's line: ``incoming 7 r12..: never reached, ...``."""
        return f"{self.direction.value} {self.position} {self.rule.id}: {self.sentence}"


def lint(ruleset: Ruleset) -> tuple[LintFinding, ...]:
    """Find what is suspicious in a ruleset; disabled rules are not looked at.

    A rule that would need more than some thousand cuts to be judged is taken to be reachable.
    """
    return tuple(
        finding for direction in Direction for finding in _chain_findings(ruleset, direction)
    )


def _chain_findings(ruleset: Ruleset, direction: Direction) -> Iterator[LintFinding]:
    rules = [(n, r) for n, r in ruleset.chain(direction).numbered() if r.enabled]
    names = sorted({r.interface for _, r in rules if r.interface is not None})
    spaces = [
        {} if is_group(rule.remote) else boxes(rule, ruleset.resolve(rule), names)
        for _, rule in rules
    ]
    near = Neighbours(spaces)
    for index, (position, rule) in enumerate(rules):
        for code, sentence in _naming(ruleset, rule):
            yield LintFinding(code, direction, position, rule, sentence)
        if not spaces[index] and not is_group(rule.remote):
            sentence = f"never matches: {rule.remote} has no address of its families"
            yield LintFinding(LintCode.UNMATCHABLE, direction, position, rule, sentence)
        deciders = [rules[other] for other in _deciders(spaces, near, index)]
        if deciders:
            yield _unreached(direction, position, rule, deciders)


def _deciders(spaces: list[Space], near: Neighbours, index: int) -> list[int]:
    """Return who decides the packets of a rule where earlier ones leave nothing of them."""
    if near.stands_out(index):
        return []
    pieces = list(spaces[index].items())
    deciders = []
    for other in near.before(index):
        left = take_out(pieces, spaces[other])
        if left != pieces:
            deciders.append(other)
        pieces = left
        if not pieces:
            return deciders
        if len(pieces) > _MOST_PIECES:
            break
    return []


def _unreached(
    direction: Direction, position: int, rule: Rule, deciders: list[tuple[int, Rule]]
) -> LintFinding:
    by = tuple(number for number, _ in deciders)
    listed = f"{'rules' if len(by) > 1 else 'rule'} {', '.join(map(str, by))}"
    # What a rule does includes its log.
    if all((other.action, other.log) == (rule.action, rule.log) for _, other in deciders):
        sentence = f"never reached: all its packets meet the same end at {listed}"
        return LintFinding(LintCode.REDUNDANT, direction, position, rule, sentence, by)
    sentence = f"never reached: all its packets meet an end at {listed}, not as it says"
    return LintFinding(LintCode.CONTRADICTED, direction, position, rule, sentence, by)


def _naming(ruleset: Ruleset, rule: Rule) -> Iterator[tuple[LintCode, str]]:
    if is_group(rule.remote):
        yield LintCode.UNRESOLVED, f"matches nothing where {rule.remote} cannot be looked up"
    namesakes = [s for s in ruleset.services if s.name == rule.service]
    ports = (rule.local_ports, rule.remote_ports)
    if namesakes and not any(s.protocol is rule.protocol and s.ports in ports for s in namesakes):
        yield LintCode.SERVICE_DIFFERS, f"is for other ports than the service {rule.service} has"
