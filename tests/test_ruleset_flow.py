"""Flows and decisions: what a rule matches, and that the index only finds it faster."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_network
from typing import Any

import attrs
import pytest
from effort import examples
from hypothesis import given, settings
from hypothesis import strategies as st
from ruleset_strategies import PREFIXES, bare_rulesets, flow_lists, port_items

from netstat_fw.errors import RulesetError
from netstat_fw.ruleset import (
    Action,
    AddressSet,
    Chain,
    ConnectionState,
    Decision,
    Direction,
    Family,
    Flow,
    PortSet,
    Protocol,
    RemoteKind,
    RemoteReference,
    Rule,
    Ruleset,
    Zone,
    matches,
)

PACKET = Flow(
    direction=Direction.INCOMING,
    protocol="tcp",
    local_address="192.0.2.1",
    remote_address="198.51.100.7",
    local_port=22,
    remote_port=45438,
)


def naive(ruleset: Ruleset, flow: Flow) -> Decision:
    """Decide as the definition says: one rule after the other."""
    chain = ruleset.chain(flow.direction)
    for rule in chain.rules:
        if rule.enabled and matches(rule, flow, ruleset.resolve(rule)):
            return Decision(rule.action, rule)
    return Decision(chain.default, None)


@settings(max_examples=examples(100))
@given(bare_rulesets(), flow_lists)
def test_the_index_decides_as_the_first_matching_rule(ruleset: Ruleset, some: list[Flow]) -> None:
    for flow in some:
        decision = ruleset.decide(flow)
        expected = naive(ruleset, flow)
        assert decision == expected
        assert decision.rule is expected.rule


def inside(address: IPv4Address | IPv6Address, texts: list[str] | None) -> bool:
    """Tell membership without any of the project's sets."""
    if texts is None:
        return True
    forms = [address]
    if isinstance(address, IPv4Address):
        forms.append(IPv6Address(f"::ffff:{address}"))
    mapped = [text for text in texts if text.startswith("::ffff:")]
    plain = [text for text in texts if not text.startswith("::ffff:")]
    return any(address in ip_network(text) for text in plain) or any(
        form in ip_network(text) for text in mapped for form in forms
    )


def listed(port: int | None, items: list[int | tuple[int, int]] | None) -> bool:
    """Tell membership without any of the project's sets."""
    if items is None:
        return True
    pairs = [item if isinstance(item, tuple) else (item, item) for item in items]
    return port is not None and any(low <= port <= high for low, high in pairs)


prefix_lists = st.lists(st.sampled_from(PREFIXES), min_size=1, max_size=3)
asked = st.fixed_dictionaries(
    {
        "local": st.none() | prefix_lists,
        "remote": st.none() | prefix_lists,
        "port": st.none() | st.lists(port_items, min_size=1, max_size=3),
        "families": st.sets(st.sampled_from(Family), min_size=1),
        "states": st.sets(st.sampled_from(ConnectionState)),
    }
)


@settings(max_examples=examples(200))
@given(asked, flow_lists)
def test_what_a_rule_leaves_out_changes_nothing_that_it_matches(
    want: dict[str, Any], some: list[Flow]
) -> None:
    try:
        rule = Rule(
            action=Action.ACCEPT,
            protocol=Protocol.TCP if want["port"] else None,
            local=want["local"] and AddressSet(want["local"]),
            remote=want["remote"] and AddressSet(want["remote"]),
            local_ports=want["port"] and PortSet(want["port"]),
            families=want["families"],
            states=want["states"],
        )
    except RulesetError:
        rule = None
    for flow in some:
        expected = (
            (want["port"] is None or flow.protocol is Protocol.TCP)
            and inside(flow.local_address, want["local"])
            and inside(flow.remote_address, want["remote"])
            and listed(flow.local_port, want["port"])
            and flow.family in want["families"]
            and (not want["states"] or flow.state in want["states"])
        )
        assert (rule is not None and matches(rule, flow)) is expected


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"local_address": "2001:db8::1"}, "different families"),
        ({"local_address": "192.0.2"}, "does not appear"),
        ({"local_port": 65536}, "local port is 0 to 65535"),
        ({"remote_port": -1}, "remote port is 0 to 65535"),
        ({"icmp_type": 256}, "ICMP type is 0 to 255"),
        ({"hop_limit": 256}, "hop limit is 0 to 255"),
        ({"protocol": "raw"}, "'raw' is no protocol that a packet carries"),
        ({"direction": "inbound"}, "none of incoming, outgoing"),
        ({"state": "NEW"}, "none of new, established"),
    ],
)
def test_a_packet_that_cannot_be_is_refused(fields: dict[str, Any], message: str) -> None:
    with pytest.raises(RulesetError, match=message):
        attrs.evolve(PACKET, **fields)


def test_text_and_values_make_the_same_flow_and_mapped_addresses_are_ipv4() -> None:
    same = Flow(
        direction="incoming",
        protocol=Protocol.TCP,
        local_address=IPv6Address("::ffff:192.0.2.1"),
        remote_address=IPv4Address("198.51.100.7"),
        local_port=22,
        remote_port=45438,
        state=ConnectionState.NEW,
    )
    assert same == PACKET
    assert same.family is Family.IPV4
    assert attrs.evolve(PACKET, local_address="::1", remote_address="::1").family is Family.IPV6


@pytest.mark.parametrize("stated", [None, 255])
def test_an_unstated_hop_limit_is_the_one_that_was_asked_for(stated: int | None) -> None:
    rule = Rule(action=Action.ACCEPT, hop_limit=255)
    ruleset = Ruleset(Chain(Action.DROP, [rule]), Chain(Action.DROP))
    assert matches(rule, attrs.evolve(PACKET, hop_limit=stated))
    assert ruleset.decide(attrs.evolve(PACKET, hop_limit=stated)).rule is rule
    assert not matches(rule, attrs.evolve(PACKET, hop_limit=254))
    assert ruleset.decide(attrs.evolve(PACKET, hop_limit=254)).rule is None


def test_a_port_that_is_not_known_satisfies_no_rule_for_ports() -> None:
    rule = Rule(action=Action.ACCEPT, protocol=Protocol.TCP, local_ports=PortSet([(1, 65535)]))
    assert matches(rule, PACKET)
    assert not matches(rule, attrs.evolve(PACKET, local_port=None))
    assert not matches(rule, attrs.evolve(PACKET, local_port=0))
    ruleset = Ruleset(Chain(Action.DROP, [rule]), Chain(Action.DROP))
    assert ruleset.decide(PACKET).rule is rule
    assert ruleset.decide(attrs.evolve(PACKET, local_port=None)).rule is None
    assert ruleset.decide(attrs.evolve(PACKET, local_port=0)).rule is None


def test_a_zone_stands_for_its_addresses_and_a_group_for_nobody() -> None:
    zone = RemoteReference(RemoteKind.ZONE, "office")
    group = RemoteReference(RemoteKind.USER_GROUP, "office")
    chain = Chain(
        Action.DROP,
        [Rule(action=Action.REJECT, remote=group), Rule(action=Action.ACCEPT, remote=zone)],
    )
    ruleset = Ruleset(chain, chain, zones=[Zone("office", AddressSet(["198.51.100.0/24"]))])
    assert ruleset.decide(PACKET).action is Action.ACCEPT
    elsewhere = attrs.evolve(PACKET, remote_address="203.0.113.1")
    assert ruleset.decide(elsewhere) == Decision(Action.DROP, None)
    assert not matches(chain.rules[0], PACKET, ruleset.resolve(chain.rules[0]))
