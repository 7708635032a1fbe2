"""Lint: rules that are never reached are found exactly, and nothing else is called so."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import attrs
import pytest
from effort import examples
from hypothesis import given, settings
from hypothesis import strategies as st
from ruleset_strategies import bare_rulesets, flow_lists

from netstat_fw.ruleset import (
    Action,
    AddressSet,
    Chain,
    ConnectionState,
    Direction,
    Family,
    Flow,
    LintCode,
    LintFinding,
    Log,
    PortSet,
    Protocol,
    RemoteKind,
    RemoteReference,
    Rule,
    Ruleset,
    Service,
    Zone,
    lint,
    linting,
)
from netstat_fw.ruleset.space import boxes, take_out

if TYPE_CHECKING:
    from collections.abc import Iterator

    from netstat_fw.ruleset.space import Pieces, Space

UNREACHED = {LintCode.CONTRADICTED, LintCode.REDUNDANT}
TCP = Rule(action=Action.ACCEPT, protocol=Protocol.TCP)


def ports(*items: int | tuple[int, int], action: Action = Action.ACCEPT) -> Rule:
    """Write a rule for local tcp ports."""
    return attrs.evolve(TCP, action=action, local_ports=PortSet(items))


def to(peers: AddressSet) -> Rule:
    """Write a rule for tcp with some peers."""
    return attrs.evolve(TCP, remote=peers)


def linted(
    *rules: Rule, zones: tuple[Zone, ...] = ()
) -> list[tuple[int, LintCode, tuple[int, ...]]]:
    """Lint an incoming chain."""
    found = lint(Ruleset(Chain(Action.DROP, rules), Chain(Action.DROP), zones=zones))
    assert all(finding.direction is Direction.INCOMING for finding in found)
    return [(finding.position, finding.code, finding.by) for finding in found]


# A small world in which every class of packet can be listed: rules cut it at these places only.
small_rules = st.builds(
    Rule,
    action=st.sampled_from(Action),
    protocol=st.sampled_from((Protocol.TCP, Protocol.UDP)),
    local_ports=st.none()
    | st.sampled_from(
        (
            PortSet([1]),
            PortSet([2]),
            PortSet([3]),
            PortSet([(1, 2)]),
            PortSet([(2, 4)]),
            PortSet([1, 3]),
            PortSet([(1, 65535)]),
        )
    ),
    remote=st.none()
    | st.sampled_from(("192.0.2.0/24", "192.0.2.0/25", "192.0.2.128/25", "0.0.0.0/0", "::/0")).map(
        lambda prefix: AddressSet([prefix])
    ),
    interface=st.sampled_from((None, None, "lo")),
    enabled=st.sampled_from((True, True, True, False)),
) | st.builds(Rule, action=st.sampled_from(Action), interface=st.sampled_from((None, "lo")))
WORLD = tuple(
    Flow(
        direction=Direction.INCOMING,
        protocol=protocol,
        local_address="2001:db8::1" if ":" in remote else "203.0.113.1",
        remote_address=remote,
        local_port=None if protocol is Protocol.ESP else port,
        remote_port=None if protocol is Protocol.ESP else 5,
        interface=interface,
    )
    for protocol, remote, port, interface in itertools.product(
        (Protocol.TCP, Protocol.UDP, Protocol.ESP),
        ("192.0.2.1", "192.0.2.129", "198.51.100.1", "2001:db8::2"),
        (0, 1, 2, 3, 4, 5),
        (None, "lo"),
    )
)


@settings(max_examples=examples(60))
@given(st.lists(small_rules, max_size=6))
def test_exactly_the_rules_that_decide_no_packet_are_unreached(drawn: list[Rule]) -> None:
    # Ids tell equal rules apart no more than equality does, so positions are compared.
    rules = [attrs.evolve(rule, comment=str(n)) for n, rule in enumerate(drawn, 1)]
    ruleset = Ruleset(Chain(Action.DROP, rules), Chain(Action.DROP))
    deciding = {ruleset.decide(flow).rule for flow in WORLD}
    idle = {n for n, rule in enumerate(rules, 1) if rule.enabled and rule not in deciding}
    assert {finding.position for finding in lint(ruleset)} == idle


@given(bare_rulesets(), flow_lists)
def test_an_unreached_rule_decides_nothing_and_the_named_rules_do_it_instead(
    ruleset: Ruleset, some: list[Flow]
) -> None:
    found = [finding for finding in lint(ruleset) if finding.code in UNREACHED]
    for finding in found:
        chain = ruleset.chain(finding.direction)
        others = {chain.rules[number - 1] for number in finding.by}
        assert all(number < finding.position for number in finding.by)
        single = Chain(chain.default, [finding.rule])
        alone = Ruleset(single, single, zones=ruleset.zones)
        for flow in some:
            if flow.direction is finding.direction and alone.decide(flow).rule is not None:
                assert ruleset.decide(flow).rule in others


def test_a_rule_behind_a_wider_one_that_does_the_same_is_redundant() -> None:
    assert linted(ports((1, 100)), ports(22)) == [(2, LintCode.REDUNDANT, (1,))]
    assert linted(ports(22), ports((1, 100))) == []


def test_a_rule_behind_one_that_does_otherwise_is_contradicted() -> None:
    assert linted(ports(22), ports(22, action=Action.DROP)) == [(2, LintCode.CONTRADICTED, (1,))]
    logged = attrs.evolve(ports(22), log=Log())
    assert linted(ports(22), logged) == [(2, LintCode.CONTRADICTED, (1,))]


def test_several_rules_together_hide_one_that_none_of_them_hides_alone() -> None:
    halves = [
        attrs.evolve(ports(22), remote=AddressSet([half])) for half in ("0.0.0.0/1", "128.0.0.0/1")
    ]
    v6 = attrs.evolve(ports(22, action=Action.REJECT), families=(Family.IPV6,))
    assert linted(*halves, v6, ports(22)) == [(4, LintCode.CONTRADICTED, (1, 2, 3))]
    assert linted(*halves, ports(22)) == []
    new = [attrs.evolve(TCP, states=(state,)) for state in ConnectionState]
    assert linted(*new, ports(80)) == [(6, LintCode.REDUNDANT, (1, 2, 3, 4, 5))]
    types = Rule(action=Action.ACCEPT, protocol=Protocol.ICMP, icmp_types=tuple(range(256)))
    every = Rule(action=Action.ACCEPT, protocol=Protocol.ICMP)
    assert linted(types, every) == [(2, LintCode.REDUNDANT, (1,))]
    hops = [attrs.evolve(TCP, hop_limit=number) for number in range(256)]
    assert linted(*hops, TCP)[0][:2] == (257, LintCode.REDUNDANT)
    assert linted(*hops[1:], TCP) == []


def test_all_ports_do_not_hide_port_0() -> None:
    assert linted(ports((1, 65535)), TCP) == []


def test_disabled_rules_hide_nothing_and_are_not_judged() -> None:
    off = attrs.evolve(TCP, enabled=False)
    assert linted(off, ports(22), off) == []


def test_a_zone_without_an_address_of_the_family_never_matches() -> None:
    zone = Zone("office", AddressSet(["192.0.2.0/24"]))
    rule = attrs.evolve(
        TCP, remote=RemoteReference(RemoteKind.ZONE, "office"), families=(Family.IPV6,)
    )
    assert linted(rule, TCP, zones=(zone,)) == [(1, LintCode.UNMATCHABLE, ())]


def test_a_group_is_pointed_out_and_hides_nothing() -> None:
    group = attrs.evolve(TCP, remote=RemoteReference(RemoteKind.SERVER_GROUP, "web"))
    assert linted(group, group, TCP) == [
        (1, LintCode.UNRESOLVED, ()),
        (2, LintCode.UNRESOLVED, ()),
    ]


@pytest.mark.parametrize(
    ("rule", "differs"),
    [
        (ports(22), False),
        (attrs.evolve(TCP, remote_ports=PortSet([22])), False),
        (ports(2222), True),
        (attrs.evolve(ports(22), protocol=Protocol.UDP), True),
    ],
)
def test_a_rule_named_after_a_service_has_its_ports(rule: Rule, differs: bool) -> None:  # noqa: FBT001 - a case
    named = attrs.evolve(rule, service="ssh")
    services = [Service("ssh", Protocol.TCP, PortSet([22]))]
    found = lint(Ruleset(Chain(Action.DROP), Chain(Action.DROP, [named]), services=services))
    assert [finding.code for finding in found] == [LintCode.SERVICE_DIFFERS] * differs


def test_a_finding_reads_as_a_line() -> None:
    (found,) = lint(Ruleset(Chain(Action.DROP, [TCP, ports(22)]), Chain(Action.DROP)))
    assert isinstance(found, LintFinding)
    assert str(found) == (
        f"incoming 2 {ports(22).id}: never reached: all its packets meet the same end at rule 1"
    )


def test_a_rule_that_takes_too_many_cuts_is_taken_to_be_reachable(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Each of them leaves two pieces of the third, at two sides of it.
    corners = [
        attrs.evolve(ports((low, low + 1)), remote=AddressSet([prefix]))
        for low, prefix in ((1, "0.0.0.0/1"), (5, "128.0.0.0/1"))
    ]
    rules = [*corners, ports((1, 9)), attrs.evolve(ports((1, 6)), families=(Family.IPV4,))]
    assert linted(*rules) == [(4, LintCode.REDUNDANT, (1, 2, 3))]
    monkeypatch.setattr(linting, "_MOST_PIECES", 2)
    assert linted(*rules) == []


def plain_lint(ruleset: Ruleset) -> Iterator[tuple[Direction, int, LintCode, tuple[int, ...]]]:
    """Lint for what is never reached, by taking every earlier rule out of every rule."""
    for direction in Direction:
        chain = ruleset.chain(direction)
        names = sorted({rule.interface for rule in chain.rules if rule.interface is not None})
        earlier: dict[int, tuple[Rule, Space]] = {}
        for position, rule in chain.numbered():
            group = (
                isinstance(rule.remote, RemoteReference) and rule.remote.kind is not RemoteKind.ZONE
            )
            if not rule.enabled or group:
                continue
            space = boxes(rule, ruleset.resolve(rule), names)
            pieces, by = list(space.items()), []
            for number, (_, other) in earlier.items():
                before, pieces = pieces, take_out(pieces, other)
                if pieces != before:
                    by.append(number)
            earlier[position] = rule, space
            if space and not pieces:
                deeds = {(earlier[number][0].action, earlier[number][0].log) for number in by}
                same = deeds == {(rule.action, rule.log)}
                code = LintCode.REDUNDANT if same else LintCode.CONTRADICTED
                yield direction, position, code, tuple(by)


@settings(max_examples=examples(100))
@given(
    bare_rulesets()
    | st.lists(small_rules, max_size=12).map(
        lambda drawn: Ruleset(Chain(Action.DROP), Chain(Action.DROP, drawn))
    )
)
def test_what_is_unreached_is_what_taking_out_every_earlier_rule_leaves_nothing_of(
    ruleset: Ruleset,
) -> None:
    found = [finding for finding in lint(ruleset) if finding.code in UNREACHED]
    assert [(f.direction, f.position, f.code, f.by) for f in found] == list(plain_lint(ruleset))


@pytest.mark.parametrize("shape", ["ports", "nested", "crossing", "twice"])
def test_few_of_many_rules_are_taken_out_of_each_other(
    shape: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = 0

    def counted(pieces: Pieces, space: Space) -> Pieces:
        nonlocal calls
        calls += 1
        return take_out(pieces, space)

    monkeypatch.setattr(linting, "take_out", counted)
    count = 600
    if shape == "nested":
        rules = [ports((10_000 - n, 10_000 + n)) for n in range(count)]
    elif shape == "crossing":
        peers = (AddressSet([f"2001:db8::{n:x}"]) for n in range(0, count, 2))
        rules = [each for n, peer in enumerate(peers, 1) for each in (ports(n), to(peer))]
    else:
        rules = [ports(n % (count if shape == "ports" else count // 2) + 1) for n in range(count)]
    unreached = linted(*rules)
    assert len(unreached) == (count // 2 if shape == "twice" else 0)
    assert calls == len(unreached)
