"""Aerleon policies: what the YAML says, and what is left out of it."""

from __future__ import annotations

import re
from typing import Any

import attrs
import pytest
from allow_only_flows import hostile, spoken
from effort import examples
from hypothesis import given, settings

from netstat_fw.errors import ExportError
from netstat_fw.exporters import Rendered, render
from netstat_fw.ruleset import (
    Action,
    AddressSet,
    Chain,
    Log,
    PortSet,
    RemoteKind,
    RemoteReference,
    Rule,
    Ruleset,
    Zone,
    base_rules,
)

yaml = pytest.importorskip("yaml", reason="needs the package aerleon, and PyYAML with it")
FILES = [
    "policies/pol/netstat_fw_ipv4.yaml", "policies/pol/netstat_fw_ipv6.yaml", "def/netstat_fw.yaml",
]  # fmt: skip
ADMINS = RemoteReference(RemoteKind.USER_GROUP, "admins")
OFFICE = RemoteReference(RemoteKind.ZONE, "head office")
ZONES = [Zone("head office", AddressSet(["192.0.2.0/24", "2001:db8::/32"]))]


def tcp(action: str, *ports: int | tuple[int, int], **fields: Any) -> Rule:  # noqa: ANN401
    """Make a rule for ports of this host."""
    return Rule(action=action, protocol="tcp", local_ports=PortSet(ports), **fields)


def incoming(*rules: Rule, default: str = "drop", generators: str = "nftables") -> Rendered:
    """Render rules for what comes in."""
    ruleset = Ruleset(Chain(default, rules), Chain("drop"), zones=ZONES)
    return render(ruleset, "aerleon", generators=generators.split())


def terms(rendered: Rendered, file: int = 0, number: int = 0) -> list[dict[str, Any]]:
    """Give the terms of a filter but the default, without names and comments."""
    found = yaml.safe_load(rendered.files[FILES[file]])["filters"][number]["terms"][:-1]
    return [{k: v for k, v in term.items() if k not in {"name", "comment"}} for term in found]


def test_a_whole_policy_reads_well() -> None:
    ssh = tcp("accept", 22, (6000, 6001), remote=OFFICE, service="ssh", log=Log("x"))
    mail = tcp("reject", 25)
    rendered = incoming(base_rules()[1], ssh, attrs.evolve(mail, enabled=False), mail,
                        generators="nftables cisco")  # fmt: skip
    established = base_rules()[1]
    assert list(rendered.files) == FILES
    assert rendered.text == rendered.files[FILES[0]]
    assert (
        rendered.text.partition("---\n")[2].partition("  - header:\n      targets:\n        nft")[0]
        == f"""\
filters:
  - header:
      targets:
        cisco: "netstat-fw-in extended"
      comment: "Host firewall written by netstat-fw"
    terms:
      - name: in-1-{established.id}
        comment: "{established.id} BASE_ESTABLISHED {established.reasons[0].sentence}"
        protocol: tcp
        option: tcp-established
        action: accept
      - name: in-2-{ssh.id}
        comment: "{ssh.id} ssh"
        protocol: tcp
        source-address: zone-head_office-ipv4
        destination-port: [tcp-22, tcp-6000-6001]
        logging: syslog
        action: accept
      - name: in-4-{mail.id}
        comment: {mail.id}
        protocol: tcp
        destination-port: [tcp-25]
        action: deny
      - name: in-default
        action: deny
  - header:
      targets:
        cisco: "netstat-fw-out extended"
      comment: "Host firewall written by netstat-fw"
    terms:
      - name: out-default
        action: deny
"""
    )
    assert rendered.files[FILES[2]].startswith(
        """\
networks:
  zone-head_office-ipv4:
    values:
      - address: "192.0.2.0/24"
  zone-head_office-ipv6:
    values:
      - address: "2001:db8::/32"
services:
  tcp-22:
    - protocol: tcp
      port: "22"
"""
    )
    assert sorted(map(str, rendered.omissions)) == sorted(
        [
            f"{established.id}: accepts replies of TCP alone (cisco)",
            *(
                f"{rule.id}: {sentence} ({generator})"
                for rule, sentence in (
                    (ssh, "is logged without a prefix and a rate, or not at all"),
                    (mail, "drops, and nobody is told"),
                )
                for generator in ("cisco", "nftables")
            ),
        ]
    )


FORMS: list[tuple[dict[str, Any], dict[str, Any] | None]] = [
    ({}, {}),
    ({"interface": "lo"}, {"source-interface": "lo"}),
    ({"protocol": "esp"}, {"protocol": "esp"}),
    ({"families": ("ipv6",)}, None),
    ({"states": ("new",)}, {}),
    ({"states": ("related",)}, None),
    ({"states": ("established",)}, None),
    ({"protocol": "icmp", "icmp_types": (3, 8)}, {
        "protocol": "icmp", "icmp-type": ["unreachable", "echo-request"]}),
    ({"protocol": "icmp", "icmp_types": (8,)}, {
        "protocol": "icmp", "icmp-type": ["echo-request", "echo-request"]}),
    ({"protocol": "udp", "remote_ports": PortSet([67])}, {
        "protocol": "udp", "source-port": ["udp-67"]}),
]  # fmt: skip


@pytest.mark.parametrize(("fields", "expected"), FORMS, ids=str)
def test_each_part_of_a_rule_has_its_words(
    fields: dict[str, Any], expected: dict[str, Any] | None
) -> None:
    rendered = incoming(Rule(action="accept", **fields))
    wanted = [] if expected is None else [expected | {"action": "accept"}]
    assert terms(rendered) == wanted


def test_sides_turn_with_the_direction_and_have_names() -> None:
    rule = Rule(action="accept", local=AddressSet(["192.0.2.1"]), remote=AddressSet(["192.0.2.2"]))
    rendered = render(Ruleset(Chain("drop", [rule]), Chain("drop", [rule])), "aerleon",
                      generators=["nftables"])  # fmt: skip
    names = (f"{rule.id}-local-ipv4", f"{rule.id}-remote-ipv4")
    assert [term["source-address"] for n in (0, 1) for term in terms(rendered, 0, n)] == [
        names[1], names[0],
    ]  # fmt: skip
    assert terms(rendered, 1, 0) == terms(rendered, 1, 1) == []


def test_replies_are_accepted_as_each_generator_can() -> None:
    any_reply = base_rules()[1]
    udp = Rule(action="accept", protocol="udp", states=("established",))
    segments = attrs.evolve(udp, protocol="tcp")
    accept = {"action": "accept"}
    for generators, expected in {
        "nftables": [],
        "iptables": [
            {"option": "established"},
            {"protocol": "udp", "option": "established"},
            {"protocol": "tcp", "option": "established"},
        ],
        "juniper": [{"protocol": "tcp", "option": "tcp-established"}] * 2,
    }.items():
        found = terms(incoming(any_reply, udp, segments, generators=generators))
        assert found == [each | accept for each in expected]


OBSTACLES: list[tuple[dict[str, Any], str]] = [
    ({"remote": ADMINS}, "does not know user group admins"),
    ({"protocol": "dccp"}, "does not know that protocol"),
    ({"interface": "Ethernet 2"}, "no Linux interface"),
    ({"interface": "eth0"}, "cannot name that interface"),
    ({"interface": "@eth"}, "cannot name that interface"),
    ({"protocol": "icmp", "icmp_types": (8,)}, "does not write ICMP types"),
    ({"protocol": "icmpv6", "icmp_types": (200,)}, "names for the usual ICMP types alone"),
    ({"hop_limit": 1}, "cannot ask for a hop limit"),
]


@pytest.mark.parametrize(("fields", "words"), OBSTACLES, ids=str)
def test_what_cannot_be_said_is_left_out_where_it_accepts_and_refused_where_it_drops(
    fields: dict[str, Any], words: str
) -> None:
    generator = "openconfig" if "write ICMP" in words else "cisco"
    rule = Rule(action="accept", **fields)
    rendered = incoming(rule, generators=generator)
    assert terms(rendered) == terms(rendered, 1) == []
    [omission] = rendered.omissions
    assert omission.rule == rule.id
    assert words in omission.sentence
    with pytest.raises(ExportError, match=words):
        incoming(attrs.evolve(rule, action=Action.DROP), generators=generator)


def test_what_never_comes_to_rules_cannot_be_dropped() -> None:
    for fields in ({"interface": "lo"}, {"states": ("established",)}):
        with pytest.raises(ExportError, match="aerleon may accept before any rule"):
            incoming(Rule(action="drop", **fields))


def test_on_windows_a_block_wins_and_the_profiles_have_the_default() -> None:
    office, others, web = tcp("accept", 22, remote=OFFICE), tcp("drop", 22), tcp("accept", 80)
    rendered = incoming(office, others, web, generators="windows_advfirewall")
    text = rendered.files[FILES[0]]
    assert re.findall(r"name: (?:in|out)-(\S+)", text) == [
        f"1-{office.id}", f"3-{web.id}", "default",
    ]  # fmt: skip
    assert [str(omission).partition(",")[0] for omission in rendered.omissions] == [
        "incoming packets are left to the default of the profiles"
    ]
    bad, rest = Rule(action="drop", remote=OFFICE), Rule(action="accept")
    rendered = incoming(web, bad, rest, default="accept", generators="windows_advfirewall")
    assert "also takes what" in rendered.omissions[0].sentence
    assert "name: in-default\n        action: accept" in rendered.text


def test_what_connection_tracking_does_not_track_is_lost_on_linux() -> None:
    rendered = incoming(base_rules()[2])
    assert [str(o).partition(": ")[2] for o in rendered.omissions] == [
        "accepts nothing that connection tracking calls untracked (nftables)"
    ]
    assert incoming(base_rules()[2], generators="cisco").omissions == ()


def test_a_default_may_reject_and_states_may_be_invalid() -> None:
    rule = Rule(action="accept", states=("invalid", "new"))
    rendered = incoming(rule, default="reject")
    assert [str(o) for o in rendered.omissions] == [
        f"{rule.id}: aerleon drops invalid packets (nftables)",
        "incoming packets are dropped by default, and nobody is told (nftables)",
    ]


def test_two_zones_of_one_name_are_refused() -> None:
    zones = [Zone(name, AddressSet([f"192.0.2.{n}"])) for n, name in enumerate(("b r", "b.r"), 1)]
    rules = [tcp("accept", 22, remote=RemoteReference(RemoteKind.ZONE, z.name)) for z in zones]
    with pytest.raises(ExportError, match="two zones would be called 'zone-b_r-ipv4'; rename one"):
        render(Ruleset(Chain("drop", rules), Chain("drop"), zones=zones), "aerleon")


def test_generators_may_be_named_in_one_text() -> None:
    closed = Ruleset(Chain("drop"), Chain("drop"))
    forms = ("juniper,cisco", ["cisco", "juniper"])
    texts = (render(closed, "aerleon", generators=form) for form in forms)
    assert len(set(map(str, texts))) == 1


def test_an_unknown_generator_names_the_known_ones() -> None:
    with pytest.raises(ExportError, match="no generator 'abacus'; there are arista, "):
        incoming(generators="abacus")


@settings(max_examples=examples(10))
@given(hostile)
def test_no_text_changes_a_policy(text: str) -> None:
    ignored = {"name", "comment", "source-address"}

    def said(text: str) -> list[Any]:
        rendered = render(spoken(text), "aerleon")
        documents = [yaml.safe_load(rendered.files[name]) for name in FILES]
        services, networks = documents[2]["services"], documents[2]["networks"]
        filters = [
            (
                each["header"],
                [{k: v for k, v in t.items() if k not in ignored} for t in each["terms"]],
            )
            for document in documents[:2]
            for each in document["filters"]
        ]
        return [filters, services, list(networks.values())]

    assert said(text) == said("x")
    assert all(file.isascii() for file in render(spoken(text), "aerleon").files.values())
