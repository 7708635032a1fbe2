"""Fingerprints: one for one meaning, however it is written, and another for another."""

from __future__ import annotations

import attrs
import pytest
from effort import examples
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ruleset_strategies import bare_rulesets
from test_diff_laws import rewritten, small_rules

from netstat_fw.ruleset import (
    Action,
    AddressSet,
    Chain,
    RemoteKind,
    RemoteReference,
    Rule,
    Ruleset,
)
from netstat_fw.ruleset.difference import diff
from netstat_fw.ruleset.fingerprint import fingerprint

_SETTINGS = settings(
    max_examples=examples(30),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
OFFICE = RemoteReference(RemoteKind.SERVER_GROUP, "office")
small_chains = st.builds(
    Chain, st.sampled_from((Action.ACCEPT, Action.DROP)), st.lists(small_rules(), max_size=3)
)
small_rulesets = st.builds(Ruleset, small_chains, small_chains)


def ruleset(*rules: Rule, default: str = "drop") -> Ruleset:
    """Make a ruleset of incoming rules."""
    return Ruleset(Chain(default, rules), Chain("accept"))


def accept(**fields: object) -> Rule:
    """Make a rule that accepts."""
    return Rule(action="accept", **fields)  # type: ignore[arg-type] # whatever a test gives


@_SETTINGS
@given(small_rulesets, small_rulesets)
def test_one_fingerprint_is_no_difference(one: Ruleset, other: Ruleset) -> None:
    same = fingerprint(one) == fingerprint(other)
    assert same is not bool(attrs.evolve(diff(one, other), owners=()))


@_SETTINGS
@given(bare_rulesets())
def test_another_writing_has_the_same_fingerprint(one: Ruleset) -> None:
    incoming, outgoing = (
        Chain(chain.default, rewritten(tuple(rule for rule in chain.rules if rule.enabled)))
        for chain in (one.incoming, one.outgoing)
    )
    other = Ruleset(incoming, outgoing, zones=one.zones)
    assert fingerprint(other) == fingerprint(one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param([], [Rule(action="drop", interface="eth9")], id="an interface for nothing"),
        pytest.param([], [Rule(action="drop", remote=OFFICE)], id="a group for nothing"),
        pytest.param(
            [accept(remote=AddressSet(["::/0"]))],
            [accept(remote=AddressSet([half])) for half in ("8000::/1", "::/1")],
            id="all addresses in two parts",
        ),
        pytest.param(
            [],
            [
                Rule(action="drop", remote=AddressSet(["::fffe:0:0/96"])),
                accept(remote=AddressSet(["::fffe:0:0/95"])),
            ],
            id="addresses that are never sent",
        ),
        pytest.param(
            [accept(interface="eth0"), accept(interface="eth1")],
            [
                accept(interface="eth1"),
                Rule(action="drop", interface="a"),
                accept(interface="eth0"),
            ],
            id="interfaces counted otherwise",
        ),
    ],
)
def test_what_no_packet_can_tell_leaves_no_trace(one: list[Rule], other: list[Rule]) -> None:
    assert not diff(ruleset(*one), ruleset(*other))
    assert fingerprint(ruleset(*one)) == fingerprint(ruleset(*other))


def test_packets_that_do_not_exist_leave_no_trace() -> None:
    """No IPv6 packet has an IPv4-mapped address, so to drop these as well changes nothing."""
    below, above, mapped_as_well = "::fffe:0:0/96", "::1:0:0:0/96", "::fffe:0:0/95"
    one, other = (
        ruleset(
            *(Rule(action="drop", remote=AddressSet([side])) for side in sides), default="accept"
        )
        for sides in ((below, above), (mapped_as_well, above))
    )
    assert not diff(one, other)
    assert fingerprint(one) == fingerprint(other)


@pytest.mark.parametrize(
    "rule",
    [
        accept(interface="eth0"),
        accept(interface="eth1"),
        accept(remote=OFFICE),
        accept(remote=attrs.evolve(OFFICE, name="home")),
        accept(remote=AddressSet(["0.0.0.0/0"])),
        accept(remote=AddressSet(["::/0"])),
        accept(remote=AddressSet(["::fffe:0:0/96"])),
        accept(local=AddressSet(["::fffe:0:0/96"])),
        accept(),
        Rule(action="reject"),
        Rule(action="drop"),
    ],
)
def test_what_packets_can_tell_has_a_fingerprint_of_its_own(rule: Rule) -> None:
    others = [
        accept(interface="lo"),
        accept(remote=attrs.evolve(OFFICE, kind=RemoteKind.USER_GROUP)),
        accept(remote=AddressSet(["192.0.2.1"])),
        accept(local=AddressSet(["192.0.2.1"])),
        accept(hop_limit=255),
        accept(states=("new",)),
    ]
    assert fingerprint(ruleset(rule)) not in {fingerprint(ruleset(other)) for other in others}
    outgoing = Ruleset(Chain("drop"), Chain("accept", [Rule(action="drop", protocol="tcp")]))
    assert fingerprint(ruleset(rule)) != fingerprint(outgoing)
