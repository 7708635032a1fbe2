"""Halo's documents: what they say, what they do with packets, and what the API checks in them."""

from __future__ import annotations

import json
from typing import Any

import attrs
import halo_documents
import pytest
from allow_only_flows import hostile, spoken
from effort import examples
from filter_law import holdable
from hypothesis import given, settings
from ruleset_strategies import bare_rulesets, flow_lists

from netstat_fw.errors import ExportError
from netstat_fw.exporters import Omission, Rendered, render
from netstat_fw.ruleset import (
    Action,
    AddressSet,
    Chain,
    ConnectionState,
    Flow,
    Log,
    LogRate,
    PortSet,
    Protocol,
    RemoteKind,
    RemoteReference,
    Rule,
    Ruleset,
    Zone,
    base_rules,
)
from netstat_fw.ruleset.base import LOOPBACK

PLATFORMS = ("linux", "windows")
OFFICE = RemoteReference(RemoteKind.ZONE, "office")
SERVERS = RemoteReference(RemoteKind.SERVER_GROUP, "All Active Servers")
USERS = RemoteReference(RemoteKind.USER_GROUP, "All GhostPorts users")
ZONES = [Zone("office", AddressSet(["192.0.2.0/25", "2001:db8::/32"]))]
LEFT_OUT = "accepts nothing here: halo has interfaces on Linux alone; a rule without one would fit"
UNKNOWN = {ConnectionState.INVALID, ConnectionState.UNTRACKED}


def tcp(action: str, *ports: int | tuple[int, int], **fields: Any) -> Rule:  # noqa: ANN401
    """Make a rule for ports of this host."""
    return Rule(action=action, protocol="tcp", local_ports=PortSet(ports), **fields)


def incoming(*rules: Rule, default: str = "drop", platform: str = "linux") -> Rendered:
    """Render rules for what comes in."""
    ruleset = Ruleset(Chain(default, rules), Chain("drop"), zones=ZONES)
    return render(ruleset, "halo", platform=platform)


def written(rendered: Rendered, chain: str = "INPUT") -> list[dict[str, Any]]:
    """Give the rules of a chain but the catch-all."""
    rules = halo_documents.documents(rendered)["firewall_policy"]["firewall_rules"]
    return [rule for rule in rules if rule["chain"] == chain][:-1]


def test_a_whole_policy_reads_well() -> None:
    """The server group, the IP zone and the users who knock first, as an administrator has them."""
    knock = tcp("accept", 22, remote=USERS, service="ssh")
    mysql = tcp("accept", (3306, 3307), remote=SERVERS, log=Log("db", LogRate(1)))
    web = tcp("accept", 443, remote=OFFICE)
    ask = Rule(action="accept", protocol="udp", remote_ports=PortSet([53]), remote=OFFICE)
    ruleset = Ruleset(
        Chain("reject", [base_rules()[0], knock, mysql, attrs.evolve(web, enabled=False)]),
        Chain("accept", [ask]),
        zones=ZONES,
    )
    rendered = render(ruleset, "halo", ignore_forwarding_rules=True)
    found = halo_documents.documents(rendered)
    plain = {
        "active": True,
        "firewall_interface": None,
        "firewall_service": None,
        "connection_states": "NEW, ESTABLISHED, RELATED",
        "action": "ACCEPT",
        "log": False,
        "log_prefix": None,
    }
    into = {"chain": "INPUT", "firewall_source": None}
    office = {"name": "office", "type": "FirewallZone"}
    lo = base_rules()[0]
    assert found == {
        "firewall_policy": {
            "name": "netstat-fw",
            "description": "Host firewall written by netstat-fw",
            "platform": "linux",
            "ignore_forwarding_rules": True,
            "firewall_rules": [
                plain
                | into
                | {
                    "firewall_interface": {"name": "lo"},
                    "comment": f"{lo.id} BASE_LOOPBACK {lo.reasons[0].sentence}",
                },
                plain
                | into
                | {
                    "firewall_source": {"name": "All GhostPorts users", "type": "UserGroup"},
                    "firewall_service": {"name": "tcp/22"},
                    "comment": f"{knock.id} ssh",
                },
                plain
                | into
                | {
                    "firewall_source": {"name": "All Active Servers", "type": "Group"},
                    "firewall_service": {"name": "tcp/3306-3307"},
                    "log": True,
                    "log_prefix": "db",
                    "comment": mysql.id,
                },
                plain
                | into
                | {
                    "active": False,
                    "firewall_source": office,
                    "firewall_service": {"name": "tcp/443"},
                    "comment": web.id,
                },
                plain
                | into
                | {"connection_states": None, "action": "REJECT", "comment": "default"},
                plain
                | {
                    "chain": "OUTPUT",
                    "firewall_target": office,
                    "firewall_service": {"name": "udp/53"},
                    "comment": ask.id,
                },
                plain
                | {
                    "chain": "OUTPUT",
                    "firewall_target": None,
                    "connection_states": None,
                    "comment": "default",
                },
            ],
        },
        "firewall_services": [
            {"name": "tcp/22", "protocol": "TCP", "port": "22"},
            {"name": "tcp/3306-3307", "protocol": "TCP", "port": "3306-3307"},
            {"name": "tcp/443", "protocol": "TCP", "port": "443"},
            {"name": "udp/53", "protocol": "UDP", "port": "53"},
        ],
        "firewall_zones": [{"name": "office", "ip_address": "192.0.2.0/25,2001:db8::/32"}],
        "firewall_interfaces": [{"name": "lo"}],
    }
    assert rendered.files["about.txt"].startswith("Host firewall written by netstat-fw.\n")
    assert [str(omission) for omission in rendered.omissions] == [
        f"{mysql.id}: logs every packet, at any rate",
        "no incoming rule accepts invalid or untracked packets",
        "no outgoing rule accepts invalid or untracked packets",
    ]


Parts = list[tuple[dict[str, Any], list[tuple[str | None, str | None]]]]
PARTS: Parts = [
    ({}, [(None, None)]),
    ({"protocol": "tcp"}, [("tcp/0-65535", None)]),
    ({"protocol": "icmp"}, [("icmp", None)]),
    ({"families": ("ipv4",)}, [(None, "netstat-fw-ipv4=0.0.0.0/0")]),
    ({"protocol": "udp", "families": ("ipv6",)}, [("udp/0-65535", "netstat-fw-ipv6=::/0")]),
    ({"remote": OFFICE}, [(None, "office=192.0.2.0/25,2001:db8::/32")]),
    ({"remote": OFFICE, "families": ("ipv6",)}, [(None, "office-ipv6=2001:db8::/32")]),
    ({"remote": RemoteReference(RemoteKind.ZONE, "four"), "families": ("ipv6",)}, []),
    (
        {"protocol": "tcp", "local_ports": PortSet([22, (80, 82)])},
        [("tcp/22", None), ("tcp/80-82", None)],
    ),
]


@pytest.mark.parametrize(("fields", "expected"), PARTS, ids=str)
def test_each_part_of_a_rule_has_its_object(
    fields: dict[str, Any], expected: list[tuple[str | None, str | None]]
) -> None:
    four = Zone("four", AddressSet(["198.51.100.1"]))
    chain = Chain("drop", [Rule(action="accept", **fields)])
    rendered = render(Ruleset(chain, Chain("drop"), zones=[*ZONES, four]), "halo")
    zones = {
        zone["name"]: f"{zone['name']}={zone['ip_address']}"
        for zone in halo_documents.documents(rendered)["firewall_zones"]
    }
    named = [
        (
            rule["firewall_service"] and rule["firewall_service"]["name"],
            rule["firewall_source"] and zones[rule["firewall_source"]["name"]],
        )
        for rule in written(rendered)
    ]
    assert named == expected


def test_addresses_become_a_zone_of_the_rule() -> None:
    rule = tcp("accept", 22, remote=AddressSet(["192.0.2.7"]))
    found = halo_documents.documents(incoming(rule))
    zone = {"name": f"netstat-fw-{rule.id}", "ip_address": "192.0.2.7"}
    assert found["firewall_zones"] == [zone]


OBSTACLES: list[tuple[dict[str, Any], str]] = [
    ({"protocol": "icmpv6"}, "knows tcp, udp and icmp alone"),
    ({"protocol": "icmp", "icmp_types": (8,)}, "cannot tell ICMP types apart"),
    ({"local": AddressSet(["192.0.2.1"])}, "cannot tell local addresses apart"),
    ({"protocol": "udp", "remote_ports": PortSet([67])}, "holds the ports of the service alone"),
    ({"hop_limit": 255}, "cannot ask for a hop limit"),
    ({"interface": "Ethernet 2"}, "no Linux interface is called"),
    ({"remote": RemoteReference(RemoteKind.USER_GROUP, "admins")}, "does not know user group"),
    ({"remote": RemoteReference(RemoteKind.SERVER_GROUP, 'a"b')}, "cannot be written"),
]


@pytest.mark.parametrize(("fields", "words"), OBSTACLES, ids=str)
def test_what_cannot_be_said_is_left_out_where_it_accepts_and_refused_where_it_drops(
    fields: dict[str, Any], words: str
) -> None:
    rule = Rule(action="accept", **fields)
    rendered = incoming(rule, attrs.evolve(rule, enabled=False))
    assert written(rendered) == []
    [omission] = rendered.omissions
    assert omission.rule == rule.id
    assert words in omission.sentence
    with pytest.raises(ExportError, match=r"more would pass: .*; "):
        incoming(attrs.evolve(rule, action=Action.DROP), default="accept")


def test_users_come_in_and_do_not_go_out() -> None:
    rule = Rule(action="accept", remote=USERS)
    rendered = render(Ruleset(Chain("drop"), Chain("drop", [rule])), "halo")
    assert "none goes out" in rendered.omissions[0].sentence
    servers = attrs.evolve(rule, remote=SERVERS)
    rendered = render(Ruleset(Chain("drop"), Chain("drop", [servers])), "halo")
    assert written(rendered, "OUTPUT")[0]["firewall_target"]["type"] == "Group"


def test_accepts_name_their_states_and_drops_take_any() -> None:
    asked = [
        tcp("accept", 1),
        tcp("accept", 2, states=("new", "invalid")),
        tcp("accept", 3, states=("related", "established")),
        tcp("drop", 4),
        tcp("reject", 5, states=("new", "untracked")),
        tcp("drop", 6, states=("invalid",)),
        attrs.evolve(tcp("drop", 7, states=("invalid",)), enabled=False),
    ]
    lines = written(incoming(*asked))
    assert [(line["action"], line["connection_states"]) for line in lines] == [
        ("ACCEPT", "NEW, ESTABLISHED, RELATED"),
        ("ACCEPT", "NEW"),
        ("ACCEPT", "ESTABLISHED, RELATED"),
        ("DROP", None),
        ("REJECT", "NEW"),
    ]
    odd = Rule(action="accept", states=("invalid", "untracked"))
    sentence = "accepts nothing here: halo knows no such state of a connection"
    assert incoming(odd).omissions == (Omission(odd.id, sentence),)


def test_a_default_that_accepts_takes_no_invalid_packets_where_a_rule_drops_them() -> None:
    invalid = Rule(action="drop", states=("invalid",))
    last = halo_documents.documents(incoming(invalid, default="accept"))["firewall_policy"]
    states = [(r["action"], r["connection_states"]) for r in last["firewall_rules"]]
    assert states == [("ACCEPT", "NEW, ESTABLISHED, RELATED"), ("DROP", None), ("DROP", None)]
    assert written(incoming(attrs.evolve(invalid, enabled=False), default="accept")) == []


def test_forged_local_addresses_are_dropped_by_the_kernel_itself() -> None:
    lo, forged = base_rules()[0], Rule(action="drop", local=LOOPBACK)
    assert len(written(incoming(lo, forged))) == 1
    assert written(incoming(attrs.evolve(forged, interface="eth0"))) == []
    for rules in ((forged,), (attrs.evolve(lo, enabled=False), forged)):
        with pytest.raises(ExportError, match="cannot tell local addresses apart"):
            incoming(*rules)
    assert written(incoming(forged, platform="windows")) == []


def test_windows_has_no_states_no_interfaces_and_no_reject() -> None:
    lo, established = base_rules()[:2]
    mail, odd = tcp("reject", 25), tcp("accept", 9, states=("invalid", "new"))
    there = Rule(action="accept", interface="eth0")
    still = attrs.evolve(tcp("accept", 7, states=("established",)), enabled=False)
    rendered = incoming(
        lo, established, mail, odd, there, still, platform="windows", default="reject"
    )
    lines = written(rendered)
    assert [(line["action"], line["connection_states"]) for line in lines] == [
        ("DROP", None),
        ("ACCEPT", None),
    ]
    assert [str(omission) for omission in rendered.omissions] == [
        f"{mail.id}: drops, and nobody is told",
        f"{odd.id}: halo drops invalid packets",
        f"{there.id}: {LEFT_OUT}",
        "incoming packets are dropped by default, and nobody is told",
    ]


def test_on_windows_a_block_may_win() -> None:
    office, others, web = tcp("accept", 22, remote=OFFICE), tcp("drop", 22), tcp("accept", 80)
    rendered = incoming(office, others, web, platform="windows")
    assert [line["action"] for line in written(rendered)] == ["ACCEPT", "ACCEPT"]
    bad = Rule(action="drop", remote=OFFICE)
    rendered = incoming(web, bad, Rule(action="accept"), platform="windows")
    assert [omission.sentence.split()[0] for omission in rendered.omissions] == ["also"]


def test_a_group_is_not_sure_to_take_anything_from_a_block() -> None:
    group, drop, rest = Rule(action="accept", remote=USERS), tcp("drop", 22), Rule(action="accept")
    rendered = incoming(group, drop, rest, platform="windows")
    assert [line["action"] for line in written(rendered)] == ["ACCEPT", "DROP", "ACCEPT"]


@pytest.mark.parametrize("platform", PLATFORMS)
@settings(max_examples=examples(40))
@given(ruleset=bare_rulesets(), flows=flow_lists)
def test_a_policy_never_passes_more(platform: str, ruleset: Ruleset, flows: list[Flow]) -> None:
    reduced, rendered = holdable(ruleset, "halo", platform=platform)
    found = halo_documents.documents(rendered)
    told = " ".join(map(str, rendered.omissions))
    for flow in flows:
        ends = (flow.local_address, flow.remote_address)
        if flow.interface != "lo" and any(end in LOOPBACK for end in ends):
            continue
        if flow.family not in flow.protocol.families:
            continue  # Halo tells no families apart, and no host reads the other family's ICMP
        if platform == "windows" and (
            flow.interface == "lo" or flow.state is not ConnectionState.NEW
        ):
            continue
        decision = reduced.decide(flow)
        met = halo_documents.verdicts(found, flow)
        # On Windows a block may win, or the order may decide: neither may pass more.
        got = (
            {met[0]} if platform == "linux" else {met[0], "DROP" if "DROP" in met[:-1] else met[0]}
        )
        wanted = decision.action is Action.ACCEPT
        assert wanted or "ACCEPT" not in got, (str(flow), rendered.text)
        if wanted and got != {"ACCEPT"} and flow.state not in UNKNOWN:
            assert decision.rule, (str(flow), rendered.text)
            assert decision.rule.id in told, (str(flow), rendered.text)


@given(hostile)
def test_no_text_changes_a_rule(text: str) -> None:
    def said(text: str) -> list[dict[str, Any]]:
        rules = halo_documents.documents(render(spoken(text), "halo"))["firewall_policy"]
        ignored = {"comment", "log_prefix", "firewall_source"}
        return [
            {key: value for key, value in rule.items() if key not in ignored}
            for rule in rules["firewall_rules"]
        ]

    assert said(text) == said("x")


def test_two_zones_of_one_name_are_refused() -> None:
    zones = [Zone(name, AddressSet([f"192.0.2.{n}"])) for n, name in enumerate(("bür", "bör"), 1)]
    rules = [tcp("accept", 22, remote=RemoteReference(RemoteKind.ZONE, z.name)) for z in zones]
    with pytest.raises(ExportError, match="two zones would be called 'b_r'; rename one of them"):
        render(Ruleset(Chain("drop", rules), Chain("drop"), zones=zones), "halo")
    assert json.loads(render(Ruleset(Chain("drop", rules[:1]), Chain("drop"), zones=zones),
                             "halo").text)  # fmt: skip


def test_an_unknown_platform_names_the_known_ones() -> None:
    with pytest.raises(ExportError, match="no platform 'bsd'; there are linux, windows"):
        incoming(platform="bsd")


def test_every_protocol_but_three_is_said_to_be_missing() -> None:
    rules = [Rule(action="accept", protocol=p) for p in Protocol if p.number is not None]
    rendered = incoming(*rules)
    assert len(written(rendered)) == 3
    missing = [o for o in rendered.omissions if "tcp, udp and icmp alone" in o.sentence]
    assert len(missing) == len(rules) - 3
