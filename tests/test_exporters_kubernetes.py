"""Kubernetes network policies: what the JSON says, what it lets pass, and its schema."""

from __future__ import annotations

import functools
import json
from ipaddress import ip_network
from typing import Any

import pytest
from allow_only_flows import (
    SAFE,
    hold_as_said,
    hold_no_looser,
    hostile,
    narrow,
    service_of,
    spoken,
)
from effort import examples
from hypothesis import given, settings
from ruleset_strategies import bare_rulesets, flow_lists

from netstat_fw.exporters import Rendered, render
from netstat_fw.ruleset import (
    AddressSet,
    Chain,
    Direction,
    Flow,
    PortSet,
    Rule,
    Ruleset,
    base_rules,
)

SSH = Rule(
    action="accept",
    protocol="tcp",
    local_ports=PortSet([22, (6000, 6003)]),
    remote=AddressSet(["192.0.2.0/24", "2001:db8::7"]),
    service="ssh",
)
BLOCKS: list[dict[str, Any]] = [{"ipBlock": {"cidr": cidr}} for cidr in ("0.0.0.0/0", "::/0")]


def spec(rendered: Rendered) -> dict[str, Any]:
    """Give what the policy says."""
    return _spec(rendered.text)


@functools.lru_cache(maxsize=2)
def _spec(text: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(text)["spec"]
    return found


def accepts(rendered: Rendered, flow: Flow) -> bool:
    """Judge a new connection as a network policy does: any entry that matches accepts it."""
    key, peers = ("ingress", "from") if flow.direction is Direction.INCOMING else ("egress", "to")
    return any(
        any(flow.remote_address in ip_network(peer["ipBlock"]["cidr"]) for peer in entry[peers])
        and _has_port(entry.get("ports"), flow)
        for entry in spec(rendered)[key]
    )


def _has_port(ports: list[dict[str, Any]] | None, flow: Flow) -> bool:
    if ports is None:
        return True
    number = service_of(flow)
    return any(
        port["protocol"] == flow.protocol.name
        and (
            "port" not in port
            or (number is not None and port["port"] <= number <= port.get("endPort", port["port"]))
        )
        for port in ports
    )


def incoming(*rules: Rule, default: str = "drop") -> Rendered:
    """Render rules for what comes in."""
    return render(Ruleset(Chain(default, rules), Chain("drop")), "kubernetes")


def test_a_whole_policy_reads_well() -> None:
    assert json.loads(incoming(*base_rules()[:2], SSH).text) == {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {
            "name": "netstat-fw",
            "annotations": {
                "netstat-fw/about": " Host firewall written by netstat-fw.",
                "netstat-fw/ingress-1": f"{SSH.id} ssh",
                "netstat-fw/ingress-2": f"{SSH.id} ssh",
            },
        },
        "spec": {
            "podSelector": {"matchLabels": {"netstat-fw": "host"}},
            "policyTypes": ["Ingress", "Egress"],
            "ingress": [
                {
                    "from": [{"ipBlock": {"cidr": cidr}}],
                    "ports": [
                        {"protocol": "TCP", "port": 22},
                        {"protocol": "TCP", "port": 6000, "endPort": 6003},
                    ],
                }
                for cidr in ("192.0.2.0/24", "2001:db8::7/128")
            ],
            "egress": [],
        },
    }


def test_what_asks_for_no_port_lists_its_protocol_or_nothing() -> None:
    anything = spec(incoming(Rule(action="accept")))["ingress"]
    assert anything == [{"from": [block]} for block in BLOCKS]
    sctp = spec(incoming(Rule(action="accept", protocol="sctp")))["ingress"]
    assert sctp == [{"from": [block], "ports": [{"protocol": "SCTP"}]} for block in BLOCKS]


def test_no_protocol_but_three_has_statements() -> None:
    ping = Rule(action="accept", protocol="icmp", icmp_types=(8,))
    rendered = incoming(ping)
    assert spec(rendered)["ingress"] == []
    assert [str(omission) for omission in rendered.omissions] == [
        f"{ping.id}: accepts nothing here: kubernetes has no statements for icmp"
    ]
    no_ping = Rule(action="drop", protocol="icmp")
    entries = spec(incoming(no_ping, default="accept"))["ingress"]
    assert {port["protocol"] for entry in entries for port in entry["ports"]} == {
        "TCP",
        "UDP",
        "SCTP",
    }


def test_port_0_is_never_named() -> None:
    named = Rule(action="drop", protocol="tcp", local_ports=PortSet([(1, 65535)]))
    accept = Rule(action="accept", protocol="tcp")
    assert spec(incoming(named, accept))["ingress"] == []
    most = Rule(action="drop", protocol="tcp", local_ports=PortSet([(2, 65535)]))
    ports = [{"protocol": "TCP", "port": 1}]
    assert [e["ports"] for e in spec(incoming(most, accept))["ingress"]] == [ports, ports]


@settings(max_examples=examples(60), deadline=None)
@given(bare_rulesets(), flow_lists)
def test_nothing_passes_that_the_ruleset_would_not_accept(
    ruleset: Ruleset, flows: list[Flow]
) -> None:
    hold_no_looser(ruleset, flows, "kubernetes", accepts)


@settings(max_examples=examples(60), deadline=None)
@given(bare_rulesets(groups=False).map(narrow), flow_lists)
def test_what_a_policy_can_say_passes_just_as_the_ruleset_says(
    ruleset: Ruleset, flows: list[Flow]
) -> None:
    hold_as_said(ruleset, flows, "kubernetes", accepts, skipped={0})


@settings(max_examples=examples(60), deadline=None)
@given(hostile)
def test_no_text_changes_an_entry(text: str) -> None:
    rendered, plain = (render(spoken(each), "kubernetes") for each in (text, "x"))
    assert spec(rendered) == spec(plain)
    annotations = json.loads(rendered.text)["metadata"]["annotations"]
    assert annotations.keys() == json.loads(plain.text)["metadata"]["annotations"].keys()
    assert all(set(each) <= SAFE for each in annotations.values())


def test_the_schema_of_kubernetes_takes_a_policy() -> None:
    reason = "kubernetes-validate is not installed"
    validator = pytest.importorskip("kubernetes_validate", reason=reason)
    narrowed = Rule(action="drop", protocol="tcp", local_ports=PortSet([25]))
    chain = Chain("accept", [*base_rules()[:2], SSH, narrowed])
    document = json.loads(render(Ruleset(chain, Chain("drop")), "kubernetes").text)
    validator.validate(document, "1.30", strict=True)
    document["spec"]["ingress"][0]["ports"][0]["endport"] = 30
    with pytest.raises(validator.ValidationError):
        validator.validate(document, "1.30", strict=True)
