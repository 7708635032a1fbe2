"""Laws of `diff`: it says exactly what packets say, whatever the rules look like."""

from __future__ import annotations

from itertools import product
from typing import Any

import attrs
from effort import examples
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from ruleset_strategies import bare_rulesets, flow_lists, rulesets

from netstat_fw.errors import RulesetError
from netstat_fw.ruleset import (
    Action,
    AddressSet,
    Chain,
    ConnectionState,
    Direction,
    Family,
    Flow,
    PortSet,
    Protocol,
    Rule,
    Ruleset,
    matches,
)
from netstat_fw.ruleset.difference import Change, Diff, diff

# A small world: everything that the rules below can tell apart has a member here.
PREFIXES = {
    Family.IPV4: ("192.0.2.0/31", "192.0.2.1/32"),
    Family.IPV6: ("2001:db8::/127", "2001:db8::1/128"),
}
ADDRESSES = {
    Family.IPV4: ("192.0.2.0", "192.0.2.1", "198.51.100.1"),
    Family.IPV6: ("2001:db8::", "2001:db8::1", "2001:db8::9"),
}
STATES = (ConnectionState.NEW, ConnectionState.ESTABLISHED)


def _flow(direction: Direction, protocol: Protocol, ends: tuple[str, ...], **rest: Any) -> Flow:  # noqa: ANN401 - fields of a flow
    local, remote = ends
    return Flow(
        direction=direction,
        protocol=protocol,
        local_address=local,
        remote_address=remote,
        **rest,
    )


def world() -> list[Flow]:
    """Write out one flow of every kind that the small rulesets can tell apart."""
    kinds: list[tuple[Protocol, dict[str, int]]] = [
        (protocol, {"local_port": local, "remote_port": remote})
        for protocol in (Protocol.TCP, Protocol.UDP)
        for local, remote in product((1, 2, 9), (1, 2, 9))
    ]
    kinds += [(Protocol.ICMP, {"icmp_type": number}) for number in (3, 8)]
    kinds += [(Protocol.ESP, {})]
    return [
        _flow(direction, protocol, ends, interface=interface, state=state, **numbers)
        for direction in Direction
        for protocol, numbers in kinds
        for family in protocol.families
        for ends in product(ADDRESSES[family], repeat=2)
        for interface in (None, "lo")
        for state in (*STATES, ConnectionState.RELATED)
    ]


WORLD = world()
# Drawing rulesets takes most of the time, and how long says nothing about the laws.
_SETTINGS = settings(
    max_examples=examples(40),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)


@st.composite
def small_rules(draw: st.DrawFn) -> Rule:
    """Draw a rule of the small world."""
    protocol = draw(st.sampled_from((None, Protocol.TCP, Protocol.UDP, Protocol.ICMP)))
    with_ports = protocol in {Protocol.TCP, Protocol.UDP}
    ports = st.none() | st.sets(st.sampled_from((1, 2)), min_size=1).map(PortSet)
    prefixes = st.sampled_from([p for family in Family for p in PREFIXES[family]])
    sides = st.none() | st.sets(prefixes, min_size=1, max_size=2).map(AddressSet)
    try:
        return Rule(
            action=draw(st.sampled_from(Action)),
            protocol=protocol,
            local=draw(sides),
            remote=draw(sides),
            local_ports=draw(ports) if with_ports else None,
            remote_ports=draw(ports) if with_ports else None,
            icmp_types=draw(st.sets(st.just(8))) if protocol is Protocol.ICMP else (),
            families=draw(st.sets(st.sampled_from(Family), min_size=1)),
            interface=draw(st.sampled_from((None, None, "lo"))),
            states=draw(st.sets(st.sampled_from(STATES))),
            enabled=draw(st.sampled_from((True, True, True, False))),
        )
    except RulesetError:
        # Families, addresses and protocol that exclude each other.
        assume(False)  # noqa: FBT003 - hypothesis' own signature
        raise


small_chains = st.builds(Chain, st.sampled_from(Action), st.lists(small_rules(), max_size=4))
small_rulesets = st.builds(Ruleset, small_chains, small_chains)


def naive(ruleset: Ruleset, flow: Flow) -> Action:
    """Decide as the definition says: one rule after the other."""
    chain = ruleset.chain(flow.direction)
    for rule in chain.rules:
        if rule.enabled and matches(rule, flow, ruleset.resolve(rule)):
            return rule.action
    return chain.default


def service(flow: Flow) -> tuple[object, ...]:
    """Name what counts as one service."""
    port = flow.local_port if flow.direction is Direction.INCOMING else flow.remote_port
    return flow.direction, flow.protocol, port, flow.icmp_type, flow.interface, flow.state


def held(changes: tuple[Change, ...], some: list[Flow]) -> set[int]:
    """Return the numbers of the flows that are in a change, none of them in two."""
    found = [n for n, flow in enumerate(some) for change in changes if flow in change.region]
    assert len(found) == len(set(found))
    return set(found)


@_SETTINGS
@given(small_rulesets, small_rulesets)
def test_every_packet_of_a_small_world_is_told_as_it_fares(before: Ruleset, after: Ruleset) -> None:
    was = [naive(before, flow) for flow in WORLD]
    now = [naive(after, flow) for flow in WORLD]
    served = {service(f) for f, action in zip(WORLD, was, strict=True) if action is Action.ACCEPT}
    serves = {service(f) for f, action in zip(WORLD, now, strict=True) if action is Action.ACCEPT}
    expected: dict[str, set[int]] = {
        "opened": set(), "closed": set(), "widened": set(), "narrowed": set(), "rejected": set(),
        "dropped": set(),
    }  # fmt: skip
    for number, (flow, old, new) in enumerate(zip(WORLD, was, now, strict=True)):
        if old is not new and Action.ACCEPT in (old, new):
            gained = new is Action.ACCEPT
            alone = service(flow) not in (served if gained else serves)
            kinds = ("opened", "widened") if gained else ("closed", "narrowed")
            expected[kinds[not alone]].add(number)
        elif old is not new:
            expected["rejected" if new is Action.REJECT else "dropped"].add(number)
    found = diff(before, after)
    assert {kind: held(getattr(found, kind), WORLD) for kind in expected} == expected
    assert bool(found) == (was != now)


def test_the_small_world_and_its_rules_meet() -> None:
    """Guard the law above: some differences of every kind must be possible in it."""
    ssh = Rule(action=Action.ACCEPT, protocol=Protocol.TCP, local_ports=PortSet([1]))
    some = attrs.evolve(ssh, remote=AddressSet(["192.0.2.1"]))
    found = diff(*(Ruleset(Chain("drop", [rule]), Chain("drop")) for rule in (some, ssh)))
    # Remote ports, pairs of addresses of both families but for those accepted before, interface
    # and state.
    assert len(held(found.widened, WORLD)) == 3 * (9 + 9 - 3) * 2 * 3


@_SETTINGS
@given(bare_rulesets(), bare_rulesets(), flow_lists)
def test_sampled_packets_are_told_as_they_fare(
    before: Ruleset, after: Ruleset, some: list[Flow]
) -> None:
    # No host sends the ICMP of one family in packets of the other, so no difference speaks of it.
    some = [flow for flow in some if flow.family in flow.protocol.families]
    found = diff(before, after)
    gained = held(found.opened + found.widened, some)
    lost = held(found.closed + found.narrowed, some)
    refused = held(found.rejected, some), held(found.dropped, some)
    for number, flow in enumerate(some):
        old, new = naive(before, flow), naive(after, flow)
        assert (number in gained) is (old is not new and new is Action.ACCEPT)
        assert (number in lost) is (old is not new and old is Action.ACCEPT)
        assert (number in refused[0]) is ((old, new) == (Action.DROP, Action.REJECT))
        assert (number in refused[1]) is ((old, new) == (Action.REJECT, Action.DROP))


@_SETTINGS
@given(rulesets())
def test_nothing_differs_from_itself_nor_after_a_round_trip(ruleset: Ruleset) -> None:
    assert diff(ruleset, ruleset) == Diff()
    assert not diff(ruleset, ruleset)
    assert not diff(ruleset, Ruleset.from_json(ruleset.to_json()))


@_SETTINGS
@given(rulesets(), rulesets())
def test_the_way_back_is_the_way_there_turned_round(before: Ruleset, after: Ruleset) -> None:
    there, back = diff(before, after), diff(after, before)
    assert there.opened == back.closed
    assert there.closed == back.opened
    assert there.widened == back.narrowed
    assert there.narrowed == back.widened
    assert there.rejected == back.dropped
    assert there.dropped == back.rejected
    assert [(c.before, c.after) for c in there.owners] == [(c.after, c.before) for c in back.owners]


def rewritten(rules: tuple[Rule, ...]) -> list[Rule]:
    """Write a chain otherwise: ports one by one, each rule twice, dead rules between."""
    written: list[Rule] = []
    for rule in rules:
        ranges = [None] if rule.local_ports is None else [*rule.local_ports.ranges]
        for each in reversed(ranges):
            ports = None if each is None else PortSet([each])
            written.append(attrs.evolve(rule, local_ports=ports, comment="again", log=None))
        written.append(attrs.evolve(rule, action=Action.REJECT, service="other"))
        written.append(attrs.evolve(rule, action=Action.ACCEPT, enabled=False))
    return written


@_SETTINGS
@given(bare_rulesets(), flow_lists)
def test_another_writing_of_the_same_meaning_is_no_difference(
    ruleset: Ruleset, some: list[Flow]
) -> None:
    # A disabled rule must stay so: its dead twin would wake up.
    kept = {d: [r for r in ruleset.chain(d).rules if r.enabled] for d in Direction}
    other = attrs.evolve(
        ruleset,
        incoming=Chain(ruleset.incoming.default, rewritten(tuple(kept[Direction.INCOMING]))),
        outgoing=Chain(ruleset.outgoing.default, rewritten(tuple(kept[Direction.OUTGOING]))),
    )
    assert diff(ruleset, other) == Diff()
    for flow in some:
        assert ruleset.decide(flow).action is other.decide(flow).action


SOME = [
    Rule(action="accept", protocol="tcp", local_ports=PortSet([22])),
    Rule(action="drop", protocol="tcp", remote=AddressSet(["192.0.2.0/24"])),
]


@_SETTINGS
@given(bare_rulesets(max_size=4), st.data())
def test_neighbours_that_do_the_same_may_change_places(
    ruleset: Ruleset, data: st.DataObject
) -> None:
    rules = [*ruleset.incoming.rules, *SOME]
    place = data.draw(st.integers(0, len(rules) - 2))
    one, other = rules[place], attrs.evolve(rules[place + 1], action=rules[place].action)
    written = [
        attrs.evolve(
            ruleset,
            incoming=Chain(ruleset.incoming.default, [*rules[:place], *pair, *rules[place + 2 :]]),
        )
        for pair in ((one, other), (other, one))
    ]
    assert diff(*written) == Diff()
