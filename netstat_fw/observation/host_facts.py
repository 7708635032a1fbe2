"""Host facts of several captures: what the host has, and what all of them together prove.

Associative, commutative and idempotent, as every join. A statement that one good capture proves is
proven by all together; one that a single bad capture spoils is not.
"""

from __future__ import annotations

import attrs

from netstat_fw.analyzers.facts import EphemeralRange, Fitness, HostFacts, RangeSource
from netstat_fw.observation.joins import address_order, unite

_ORDER = ("LISTENERS", "CONNECTIONS", "DATAGRAMS", "PROGRAMS", "ADDRESSES", "NUMBERS", "ROWS")
_ONCE_IS_ENOUGH = frozenset({"LISTENERS", "CONNECTIONS", "DATAGRAMS"})


def join_facts(one: HostFacts, other: HostFacts) -> HostFacts:
    """Join the facts of two captures of one host."""
    pair = (one, other)
    return HostFacts(
        # One host has one dialect; of two, the same one every time.
        dialect=min((each.dialect for each in pair), key=lambda dialect: dialect.value),
        addresses=unite(address_order)((one.addresses, other.addresses)),
        ephemeral=_join_ranges(one.ephemeral, other.ephemeral),
        listeners_captured=any(each.listeners_captured for each in pair),
        connections_captured=any(each.connections_captured for each in pair),
        datagrams_captured=any(each.datagrams_captured for each in pair),
        programs_captured=any(each.programs_captured for each in pair),
        fitness=_join_fitness(one.fitness, other.fitness),
    )


def _join_ranges(one: EphemeralRange, other: EphemeralRange) -> EphemeralRange:
    """Take what was given before what is the platform's, and of two such ranges both."""
    given = [each for each in (one, other) if each.source is RangeSource.GIVEN] or [one, other]
    return attrs.evolve(
        given[0], low=min(each.low for each in given), high=max(each.high for each in given)
    )


def _join_fitness(one: tuple[Fitness, ...], other: tuple[Fitness, ...]) -> tuple[Fitness, ...]:
    joined: dict[str, Fitness] = {}
    for each in (*one, *other):
        wanted = each.code in _ONCE_IS_ENOUGH
        known = joined.get(each.code, each)
        joined[each.code] = min(
            known, each, key=lambda said: (said.proven is not wanted, said.sentence)
        )
    return tuple(sorted(joined.values(), key=_place))


def _place(statement: Fitness) -> tuple[int, str]:
    known = statement.code in _ORDER
    return _ORDER.index(statement.code) if known else len(_ORDER), statement.code
