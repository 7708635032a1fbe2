"""RFC 8519 access lists: what the JSON says, and what it does with packets."""

from __future__ import annotations

import functools
import json
from ipaddress import ip_network
from typing import TYPE_CHECKING, Any

import attrs
import pytest
import rfc8519_schema
from allow_only_flows import hostile, spoken
from effort import examples
from hypothesis import given, settings
from ruleset_strategies import bare_rulesets, flow_lists

from netstat_fw.errors import ExportError
from netstat_fw.exporters.rfc8519 import render
from netstat_fw.ruleset import (
    AddressSet,
    Chain,
    ConnectionState,
    Direction,
    Flow,
    Log,
    PortSet,
    RemoteKind,
    RemoteReference,
    Rule,
    Ruleset,
    Zone,
    base_rules,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from netstat_fw.exporters import Rendered

ESTABLISHED = base_rules()[1]
SSH = Rule(
    action="accept",
    protocol="tcp",
    local_ports=PortSet([22, (6000, 6003)]),
    remote=AddressSet(["192.0.2.0/24"]),
    log=Log("ssh"),
)
WEB = Rule(action="accept", protocol="tcp", remote_ports=PortSet([443]))
DNS = Rule(action="accept", protocol="udp", remote_ports=PortSet([53]), families=("ipv4",))


@functools.lru_cache(maxsize=2)
def lists(text: str) -> dict[str, Any]:
    """Give the entries of each list by its name."""
    found = json.loads(text)["ietf-access-control-list:acls"]["acl"]
    return {each["name"].removeprefix("netstat-fw-"): each["aces"]["ace"] for each in found}


def verdict(rendered: Rendered, flow: Flow, flags: frozenset[str] = frozenset()) -> str:
    """Judge a packet as RFC 8519 says: the first entry whose matches all hold."""
    entries = lists(rendered.text)[f"{flow.direction.value}-{flow.family.value}"]
    return next(
        str(entry["actions"]["forwarding"])
        for entry in entries
        if _is_met(entry.get("matches", {}), flow, flags)
    )


def _is_met(matches: dict[str, Any], flow: Flow, flags: frozenset[str]) -> bool:
    ends = [(flow.remote_address, flow.remote_port), (flow.local_address, flow.local_port)]
    if flow.direction is Direction.OUTGOING:
        ends.reverse()
    (source, source_port), (destination, destination_port) = ends
    family = flow.family.value
    tests: dict[str, Callable[[Any], bool]] = {
        f"source-{family}-network": lambda v: source in ip_network(v),
        f"destination-{family}-network": lambda v: destination in ip_network(v),
        "protocol": lambda v: v == flow.protocol.number,
        "ttl": lambda v: flow.hop_limit in {None, v},
        "type": lambda v: v == flow.icmp_type,
        "flags": lambda v: v in flags,
        "source-port": lambda v: _in_range(v, source_port),
        "destination-port": lambda v: _in_range(v, destination_port),
        "ingress-interface": lambda v: v == flow.interface,
        "egress-interface": lambda v: v == flow.interface,
    }
    return all(tests[key](value) for key, value in _flat(matches))


def _flat(matches: dict[str, Any]) -> list[tuple[str, Any]]:
    containers = {"ipv4", "ipv6", "tcp", "udp", "icmp"}
    inside = [i for key, value in matches.items() if key in containers for i in value.items()]
    return inside + [(key, value) for key, value in matches.items() if key not in containers]


def _in_range(value: dict[str, Any], port: int | None) -> bool:
    if "operator" in value:
        return value == {"operator": "eq", "port": port}
    return port is not None and bool(value["lower-port"] <= port <= value["upper-port"])


def incoming(*rules: Rule, **options: bool) -> Rendered:
    """Render rules for what comes in, of a host that may ask for names."""
    office = Zone("office", AddressSet(["192.0.2.0/25"]))
    ruleset = Ruleset(Chain("drop", rules), Chain("drop", [WEB, DNS]), zones=[office])
    return render(ruleset, **options)


def test_a_whole_list_reads_well() -> None:
    rendered = incoming(ESTABLISHED, SSH)
    network = {"source-ipv4-network": "192.0.2.0/24", "protocol": 6}
    logged = {"forwarding": "accept", "logging": "log-syslog"}
    assert json.loads(rendered.text)["ietf-access-control-list:acls"]["acl"][0] == {
        "name": "netstat-fw-incoming-ipv4",
        "type": "ipv4-acl-type",
        "aces": {
            "ace": [
                *(
                    {
                        "name": f"1-{ESTABLISHED.id}-{flag}-1",
                        "matches": {"ipv4": {"protocol": 6}, "tcp": {"flags": flag}},
                        "actions": {"forwarding": "accept"},
                    }
                    for flag in ("ack", "rst")
                ),
                {
                    "name": f"2-{SSH.id}-1",
                    "matches": {
                        "ipv4": network,
                        "tcp": {"destination-port": {"operator": "eq", "port": 22}},
                    },
                    "actions": logged,
                },
                {
                    "name": f"2-{SSH.id}-2",
                    "matches": {
                        "ipv4": network,
                        "tcp": {"destination-port": {"lower-port": 6000, "upper-port": 6003}},
                    },
                    "actions": logged,
                },
                {"name": "default", "actions": {"forwarding": "drop"}},
            ]
        },
    }
    assert [str(omission) for omission in rendered.omissions] == [
        f"{ESTABLISHED.id}: accepts replies of TCP alone; see the option udp_replies",
        f"{SSH.id}: logs without a prefix, and every packet",
    ]


FORMS: list[tuple[dict[str, Any], list[dict[str, Any]]]] = [
    ({}, [{}]),
    ({"interface": "lo"}, [{"ingress-interface": "lo"}]),
    ({"protocol": "tcp"}, [{"ipv4": {"protocol": 6}}]),
    ({"hop_limit": 1}, [{"ipv4": {"ttl": 1}}]),
    (
        {"protocol": "icmp", "icmp_types": (3, 8)},
        [{"ipv4": {"protocol": 1}, "icmp": {"type": number}} for number in (3, 8)],
    ),
    (
        {"local": AddressSet(["192.0.2.1"])},
        [{"ipv4": {"destination-ipv4-network": "192.0.2.1/32"}}],
    ),
    ({"families": ("ipv6",)}, []),
]


@pytest.mark.parametrize(("fields", "expected"), FORMS, ids=str)
def test_each_part_of_a_rule_has_its_form(
    fields: dict[str, Any], expected: list[dict[str, Any]]
) -> None:
    *entries, _ = lists(incoming(Rule(action="reject", **fields)).text)["incoming-ipv4"]
    assert [entry.get("matches", {}) for entry in entries] == expected
    assert all(entry["actions"] == {"forwarding": "reject"} for entry in entries)


OBSTACLES: list[tuple[dict[str, Any], str]] = [
    ({"remote": RemoteReference(RemoteKind.SERVER_GROUP, "web")}, "do not know server group web"),
    ({"protocol": "sctp", "local_ports": PortSet([5])}, "know ports of TCP and UDP alone"),
    ({"states": ("related",)}, "know no connections"),
]


@pytest.mark.parametrize(("fields", "words"), OBSTACLES, ids=str)
def test_what_cannot_be_said_is_left_out_where_it_accepts_and_refused_where_it_drops(
    fields: dict[str, Any], words: str
) -> None:
    rule = Rule(action="accept", **fields)
    rendered = incoming(rule)
    assert [o.rule for o in rendered.omissions] == [rule.id]
    assert words in rendered.omissions[0].sentence
    assert lists(rendered.text)["incoming-ipv4"] == lists(incoming().text)["incoming-ipv4"]
    with pytest.raises(ExportError, match=words):
        incoming(Rule(action="drop", **fields))


def test_invalid_packets_are_not_known_and_disabled_rules_not_written() -> None:
    invalid = Rule(action="drop", states=("invalid",))
    rendered = incoming(invalid, attrs.evolve(SSH, enabled=False))
    assert [o.rule for o in rendered.omissions] == [invalid.id]
    assert lists(rendered.text)["incoming-ipv4"] == lists(incoming().text)["incoming-ipv4"]


def answer(**fields: Any) -> Flow:  # noqa: ANN401 - fields of a flow
    return Flow(
        direction="incoming",
        local_address="192.0.2.1",
        remote_address="198.51.100.1",
        state="established",
        **fields,
    )


def test_replies_of_tcp_pass_by_their_flags_and_never_open_a_connection() -> None:
    web = answer(protocol="tcp", local_port=40000, remote_port=443)
    rendered = incoming(ESTABLISHED)
    for flag in ("ack", "rst"):
        assert verdict(rendered, web, frozenset([flag])) == "accept"
    assert verdict(rendered, web, frozenset(["syn"])) == "drop"
    only_udp = incoming(Rule(action="accept", protocol="udp", states=("established",)))
    assert verdict(only_udp, web, frozenset(["ack"])) == "drop"


def test_replies_of_udp_pass_on_demand() -> None:
    name = answer(protocol="udp", local_port=40000, remote_port=53)
    assert verdict(incoming(ESTABLISHED), name) == "drop"
    asked = incoming(ESTABLISHED, udp_replies=True)
    assert verdict(asked, name) == "accept"
    assert verdict(asked, attrs.evolve(name, local_port=1023)) == "drop"
    assert verdict(asked, attrs.evolve(name, remote_port=54)) == "drop"
    # The other direction has nothing that accepts established connections.
    assert lists(asked.text)["outgoing-ipv4"] == lists(incoming().text)["outgoing-ipv4"]
    limited = attrs.evolve(ESTABLISHED, interface="eth0")
    assert verdict(incoming(limited, udp_replies=True), name) == "drop"


@settings(max_examples=examples(15))
@given(bare_rulesets())
def test_the_modules_take_every_document(ruleset: Ruleset) -> None:
    try:
        rendered = render(ruleset, udp_replies=True)
    except ExportError:
        return
    assert rfc8519_schema.problems(json.loads(rendered.text)) == []


WRONG: list[tuple[str, str, str]] = [
    ('"forwarding": "accept"', '"forwarding": "pass"', "'pass' is not one of"),
    ('"flags": "ack"', '"flags": "ack,rst"', "does not match"),
    ('"protocol": 6', '"protocol": 256', "256 is greater than the maximum"),
    ('"protocol": 6', '"next-header": 6', "Additional properties are not allowed"),
    ('"lower-port": 6000', '"lower-port": 6004', "the lower port is above the upper one"),
    ('"lower-port": 6000, "upper-port": 6003', '"lower-port": 6000', "is not valid under any"),
    ("192.0.2.0/24", "192.0.2.0", "does not match"),
    ('"name": "default"', '"title": "default"', "Additional properties are not allowed"),
    ('"ipv4-acl-type"', '"ipv6-acl-type"', "ipv4 in a list of type ipv6-acl-type"),
    ("-rst-1", "-ack-1", "is there twice"),
    ('"tcp": {', '"udp": {}, "tcp": {', "should not be valid under"),
]


@pytest.mark.parametrize(("right", "wrong", "words"), WRONG, ids=str)
def test_the_modules_refuse_what_is_wrong(right: str, wrong: str, words: str) -> None:
    text = json.dumps(json.loads(incoming(ESTABLISHED, SSH).text))
    assert right in text
    assert rfc8519_schema.problems(json.loads(text)) == []
    found = rfc8519_schema.problems(json.loads(text.replace(right, wrong)))
    assert any(words in problem for problem in found), found


@settings(max_examples=examples(60), deadline=None)
@given(bare_rulesets(), flow_lists)
def test_new_connections_meet_what_the_ruleset_says(ruleset: Ruleset, flows: list[Flow]) -> None:
    try:
        rendered = render(ruleset)
    except ExportError:
        return
    is_exact = not any(o.sentence.startswith("accepts nothing") for o in rendered.omissions)
    for flow in flows:
        new = attrs.evolve(flow, state=ConnectionState.NEW)
        found, expected = verdict(rendered, new), ruleset.decide(new).action.value
        assert found != "accept" or expected == "accept"
        assert not is_exact or found == expected


@settings(max_examples=examples(30), deadline=None)
@given(hostile)
def test_no_text_is_written(text: str) -> None:
    assert lists(render(spoken(text)).text).keys() == lists(render(spoken("x")).text).keys()
    entries = [
        [{k: v for k, v in entry.items() if k != "name"} for entry in each]
        for each in lists(render(spoken(text)).text).values()
    ]
    assert entries == [
        [{k: v for k, v in entry.items() if k != "name"} for entry in each]
        for each in lists(render(spoken("x")).text).values()
    ]
    assert all(
        len(entry["name"]) <= 64 and set(entry["name"]) <= set("0123456789abcdefrtulkp-")
        for each in lists(render(spoken(text)).text).values()
        for entry in each
    )
