"""Pruning: which rules of a chain change no packet's fate, and which do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs
import pytest
from hypothesis import given
from ruleset_strategies import bare_rulesets

from netstat_fw import diff
from netstat_fw.fleet.pruning import pruned
from netstat_fw.ruleset import AddressSet, Chain, PortSet, Rule, Ruleset

if TYPE_CHECKING:
    from collections.abc import Sequence

SSH: dict[str, Any] = {"protocol": "tcp", "local_ports": PortSet([22])}
PEER = AddressSet(["198.51.100.7"])
ACCEPT = Rule(action="accept", **SSH)
FROM_PEER = attrs.evolve(ACCEPT, remote=PEER)


@pytest.mark.parametrize(
    ("rules", "kept"),
    [
        # Narrower than what accepts it later, whatever is dropped elsewhere in between.
        ([FROM_PEER, ACCEPT], [1]),
        ([FROM_PEER, Rule(action="drop", protocol="udp"), ACCEPT], [2]),
        # What is between may drop it.
        ([FROM_PEER, Rule(action="drop"), ACCEPT], [0, 1, 2]),
        (
            [
                FROM_PEER,
                Rule(action="drop", protocol="tcp", local_ports=PortSet([(20, 30)])),
                ACCEPT,
            ],
            [0, 1, 2],
        ),
        # The default drops it anyway, unless something else accepts it first.
        ([Rule(action="drop", **SSH)], []),
        ([Rule(action="drop", **SSH), ACCEPT], [0, 1]),
        ([Rule(action="drop", protocol="tcp", local_ports=PortSet([80])), ACCEPT], [1]),
        ([Rule(action="drop", protocol="tcp", remote_ports=PortSet([80])), ACCEPT], [0, 1]),
        ([Rule(action="reject", **SSH)], [0]),
        ([Rule(action="accept", enabled=False, **SSH)], []),
        # Wider than what comes later.
        ([ACCEPT, FROM_PEER], [0, 1]),
        # Other families, states or types.
        ([ACCEPT, Rule(action="accept", families=("ipv4",), **SSH)], [0, 1]),
        ([Rule(action="accept", families=("ipv4",), **SSH), ACCEPT], [1]),
        ([ACCEPT, Rule(action="accept", states=("new",), **SSH)], [0, 1]),
    ],
)  # fmt: skip
def test_rules_that_change_nothing_are_left_out(rules: Sequence[Rule], kept: list[int]) -> None:
    chain = pruned(Chain("drop", rules))
    assert list(chain.rules) == [rules[number] for number in kept]


def test_a_long_chain_stays_as_it_is() -> None:
    rules = [Rule(action="drop", protocol="tcp", local_ports=PortSet([n + 1])) for n in range(201)]
    assert len(pruned(Chain("drop", rules)).rules) == 201
    assert pruned(Chain("drop", rules[:200])).rules == ()


@given(bare_rulesets())
def test_no_packet_fares_otherwise(ruleset: Ruleset) -> None:
    shorter = Ruleset(pruned(ruleset.incoming), pruned(ruleset.outgoing), zones=ruleset.zones)
    assert not diff(ruleset, shorter)
