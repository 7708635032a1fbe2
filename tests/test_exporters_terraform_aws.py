"""AWS security groups: what the JSON says, what it lets pass, and that EC2's model takes it."""

from __future__ import annotations

import functools
import json
from ipaddress import ip_network
from typing import Any

import pytest
from allow_only_flows import SAFE, hold_as_said, hold_no_looser, hostile, narrow, service_of, spoken
from effort import examples
from hypothesis import given, settings
from ruleset_strategies import bare_rulesets, flow_lists

from netstat_fw.errors import ExportError
from netstat_fw.exporters import Omission, Rendered, render
from netstat_fw.ruleset import (
    AddressSet,
    Chain,
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

INGRESS, EGRESS = "aws_vpc_security_group_ingress_rule", "aws_vpc_security_group_egress_rule"
SSH = Rule(
    action="accept",
    protocol="tcp",
    local_ports=PortSet([22]),
    remote=AddressSet(["192.0.2.0/24", "2001:db8::7"]),
    service="ssh",
)
ADMINS = RemoteReference(RemoteKind.USER_GROUP, "admins")


def matches(rendered: Rendered, resource: str) -> list[dict[str, Any]]:
    """Give the rules of a direction without what is no match."""
    rules = _parsed(rendered.text)["resource"].get(resource, {})
    ignored = {"security_group_id", "description"}
    return [{k: v for k, v in rule.items() if k not in ignored} for rule in rules.values()]


@functools.lru_cache(maxsize=2)
def _parsed(text: str) -> Any:  # noqa: ANN401 - whatever JSON holds
    return json.loads(text)


def accepts(rendered: Rendered, flow: Flow) -> bool:
    """Judge a new connection as a security group does: any rule that matches accepts it."""
    resource = INGRESS if flow.direction is Direction.INCOMING else EGRESS
    return any(_is_met(rule, flow) for rule in matches(rendered, resource))


def _is_met(rule: dict[str, Any], flow: Flow) -> bool:
    prefix = ip_network(rule.get("cidr_ipv4") or rule["cidr_ipv6"])
    if flow.remote_address not in prefix:
        return False
    word = rule["ip_protocol"]
    if word == "-1":
        return True
    if word not in {flow.protocol.value, str(flow.protocol.number)}:
        return False
    if "from_port" not in rule:
        return True
    number = service_of(flow)
    assert number is not None
    if flow.icmp_type is not None:
        return rule["from_port"] in {-1, number}
    return bool(rule["from_port"] <= number <= rule["to_port"])


def incoming(*rules: Rule, default: str = "drop") -> Rendered:
    """Render rules for what comes in."""
    office = Zone("office", AddressSet(["192.0.2.0/25"]))
    return render(Ruleset(Chain(default, rules), Chain("drop"), zones=[office]), "terraform-aws")


def test_a_whole_file_reads_well() -> None:
    assert (
        incoming(*base_rules()[:2], SSH).text
        == f"""\
{{
  "//": [
    " Host firewall written by netstat-fw."
  ],
  "variable": {{
    "netstat_fw_vpc_id": {{
      "type": "string"
    }}
  }},
  "resource": {{
    "aws_security_group": {{
      "netstat_fw": {{
        "name": "netstat-fw",
        "description": "Host firewall written by netstat-fw",
        "vpc_id": "${{var.netstat_fw_vpc_id}}"
      }}
    }},
    "aws_vpc_security_group_ingress_rule": {{
      "{SSH.id}_1": {{
        "security_group_id": "${{aws_security_group.netstat_fw.id}}",
        "description": "{SSH.id} ssh",
        "ip_protocol": "tcp",
        "from_port": 22,
        "to_port": 22,
        "cidr_ipv4": "192.0.2.0/24"
      }},
      "{SSH.id}_2": {{
        "security_group_id": "${{aws_security_group.netstat_fw.id}}",
        "description": "{SSH.id} ssh",
        "ip_protocol": "tcp",
        "from_port": 22,
        "to_port": 22,
        "cidr_ipv6": "2001:db8::7/128"
      }}
    }}
  }}
}}
"""
    )


V4: dict[str, Any] = {"cidr_ipv4": "0.0.0.0/0"}
V6: dict[str, Any] = {"cidr_ipv6": "::/0"}
FORMS: list[tuple[dict[str, Any], list[dict[str, Any]]]] = [
    ({}, [{"ip_protocol": "-1"} | V4, {"ip_protocol": "-1"} | V6]),
    (
        {"protocol": "udp", "families": ("ipv4",)},
        [{"ip_protocol": "udp", "from_port": 0, "to_port": 65535} | V4],
    ),
    ({"protocol": "icmp"}, [{"ip_protocol": "icmp", "from_port": -1, "to_port": -1} | V4]),
    (
        {"protocol": "icmpv6", "icmp_types": (1, 128)},
        [{"ip_protocol": "icmpv6", "from_port": n, "to_port": -1} | V6 for n in (1, 128)],
    ),
    ({"protocol": "esp", "families": ("ipv6",)}, [{"ip_protocol": "50"} | V6]),
    ({"protocol": "sctp", "families": ("ipv4",)}, [{"ip_protocol": "132"} | V4]),
    (
        {"remote": RemoteReference(RemoteKind.ZONE, "office")},
        [{"ip_protocol": "-1", "cidr_ipv4": "192.0.2.0/25"}],
    ),
    ({"remote": AddressSet(["127.0.0.0/8"])}, []),
    ({"interface": "lo"}, []),
    ({"states": ("established",)}, []),
    ({"enabled": False}, []),
]


@pytest.mark.parametrize(("fields", "expected"), FORMS, ids=str)
def test_each_part_of_a_rule_has_its_form(
    fields: dict[str, Any], expected: list[dict[str, Any]]
) -> None:
    rendered = incoming(Rule(action="accept", **fields))
    assert matches(rendered, INGRESS) == expected
    assert rendered.omissions == ()


def test_the_same_match_is_written_once_as_aws_refuses_it_twice() -> None:
    other = Rule(action="accept", protocol="tcp", local_ports=PortSet([22, 80]), comment="web")
    first = Rule(action="accept", protocol="tcp", local_ports=PortSet([22]))
    assert len(matches(incoming(first, first, other), INGRESS)) == 4


OBSTACLES: list[tuple[dict[str, Any], str]] = [
    ({"remote": ADMINS}, "does not know user group admins; define its addresses as a zone"),
    ({"interface": "eth0"}, "has no names of interfaces; a rule without one would fit"),
    (
        {"local": AddressSet(["192.0.2.1"])},
        "cannot tell local addresses apart; a rule without them would fit",
    ),
    ({"protocol": "tcp", "remote_ports": PortSet([9])}, "holds the ports of the service alone"),
    ({"hop_limit": 255}, "cannot ask for a hop limit; a rule without one would fit"),
]


@pytest.mark.parametrize(("fields", "words"), OBSTACLES, ids=str)
def test_what_cannot_be_said_is_left_out_where_it_accepts_and_refused_where_it_drops(
    fields: dict[str, Any], words: str
) -> None:
    rule = Rule(action="accept", **fields)
    rendered = incoming(rule)
    assert matches(rendered, INGRESS) == []
    [omission] = rendered.omissions
    assert omission.rule == rule.id
    assert words in omission.sentence
    drop = Rule(action="drop", **fields)
    assert incoming(SSH, drop).omissions == ()
    with pytest.raises(ExportError, match=f"without rule {drop.id}, which is to drop.*; "):
        incoming(drop, default="accept")


def test_ports_of_other_protocols_are_left_out() -> None:
    rule = Rule(action="accept", protocol="sctp", local_ports=PortSet([5]), families=("ipv4",))
    rendered = incoming(rule)
    sentence = "accepts nothing of sctp here: terraform-aws cannot tell the ports of sctp apart"
    assert rendered.omissions == (Omission(rule.id, sentence),)
    assert matches(rendered, INGRESS) == []


def test_what_a_rule_drops_is_taken_out_of_what_later_ones_accept() -> None:
    kept_out = Rule(action="drop", remote=AddressSet(["192.0.2.0/25"]))
    rendered = incoming(kept_out, SSH)
    assert [rule.get("cidr_ipv4") for rule in matches(rendered, INGRESS)] == [
        "192.0.2.128/25",
        None,
    ]
    mail = Rule(action="reject", protocol="tcp", local_ports=PortSet([25]), log=Log("mail"))
    rendered = incoming(mail, Rule(action="accept", families=("ipv4",)))
    assert matches(rendered, INGRESS)[:3] == [
        {"ip_protocol": "tcp", "from_port": 0, "to_port": 24} | V4,
        {"ip_protocol": "tcp", "from_port": 26, "to_port": 65535} | V4,
        {"ip_protocol": "udp", "from_port": 0, "to_port": 65535} | V4,
    ]
    assert [o.sentence.split()[0] for o in rendered.omissions] == ["drops", "is", "accepts"]
    v6_only = Rule(action="drop", remote=AddressSet(["::/1"]), protocol=None)
    assert matches(incoming(v6_only, Rule(action="accept")), INGRESS) == [
        {"ip_protocol": "-1"} | V4,
        {"ip_protocol": "-1", "cidr_ipv6": "8000::/1"},
    ]


def test_states_that_only_a_host_knows() -> None:
    odd = Rule(action="accept", states=("invalid",))
    assert [str(o) for o in incoming(odd).omissions] == [
        f"{odd.id}: accepts nothing here: terraform-aws knows no such state of a connection"
    ]
    assert incoming(Rule(action="drop", states=("invalid",)), SSH).omissions == ()
    for fields in ({"interface": "lo"}, {"states": ("established",)}):
        with pytest.raises(ExportError, match="accepts before any rule"):
            incoming(Rule(action="drop", **fields))


def test_a_default_may_reject() -> None:
    assert [str(o) for o in incoming(default="reject").omissions] == [
        "what no rule accepts is dropped without telling the sender"
    ]


@settings(max_examples=examples(60), deadline=None)
@given(bare_rulesets(), flow_lists)
def test_nothing_passes_that_the_ruleset_would_not_accept(
    ruleset: Ruleset, flows: list[Flow]
) -> None:
    hold_no_looser(ruleset, flows, "terraform-aws", accepts)


@settings(max_examples=examples(60), deadline=None)
@given(bare_rulesets(groups=False).map(narrow), flow_lists)
def test_what_a_group_can_say_passes_just_as_the_ruleset_says(
    ruleset: Ruleset, flows: list[Flow]
) -> None:
    hold_as_said(ruleset, flows, "terraform-aws", accepts)


@settings(max_examples=examples(60), deadline=None)
@given(hostile)
def test_no_text_changes_a_rule(text: str) -> None:
    rendered, plain = (render(spoken(each), "terraform-aws") for each in (text, "x"))
    assert matches(rendered, INGRESS) == matches(plain, INGRESS)
    document = json.loads(rendered.text)
    descriptions = [r["description"] for r in document["resource"][INGRESS].values()]
    assert all(len(each) <= 255 and set(each) <= SAFE for each in descriptions)
    assert all(set(line) <= SAFE for line in document["//"])
    assert document["resource"].keys() == {"aws_security_group", INGRESS}


def test_ec2_takes_the_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    moto = pytest.importorskip("moto", reason="moto is not installed")
    boto3 = pytest.importorskip("boto3", reason="boto3 is not installed")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    ping = Rule(action="accept", protocol="icmp", icmp_types=(8,))
    rendered = incoming(SSH, ping, Rule(action="accept"))
    with moto.mock_aws():
        client = boto3.client("ec2", region_name="eu-central-1")
        vpc = client.create_vpc(CidrBlock="198.51.100.0/24")["Vpc"]["VpcId"]
        group = client.create_security_group(GroupName="g", Description="g", VpcId=vpc)["GroupId"]
        permissions = [_permission(rule) for rule in matches(rendered, INGRESS)]
        client.authorize_security_group_ingress(GroupId=group, IpPermissions=permissions)
        listed = client.describe_security_groups(GroupIds=[group])["SecurityGroups"][0]
    found = {
        (p["IpProtocol"], p.get("FromPort"), p.get("ToPort"), r.get("CidrIp") or r["CidrIpv6"])
        for p in listed["IpPermissions"]
        for r in (*p.get("IpRanges", ()), *p.get("Ipv6Ranges", ()))
    }
    assert found == {
        (
            r["ip_protocol"],
            r.get("from_port"),
            r.get("to_port"),
            r.get("cidr_ipv4") or r["cidr_ipv6"],
        )
        for r in matches(rendered, INGRESS)
    }


def _permission(rule: dict[str, Any]) -> dict[str, Any]:
    ranges = {"cidr_ipv4": ("IpRanges", "CidrIp"), "cidr_ipv6": ("Ipv6Ranges", "CidrIpv6")}
    [(outer, inner, prefix)] = [(*ranges[k], v) for k, v in rule.items() if k in ranges]
    ports = {"from_port": "FromPort", "to_port": "ToPort"}
    return {
        "IpProtocol": rule["ip_protocol"],
        **{ports[k]: v for k, v in rule.items() if k in ports},
        outer: [{inner: prefix}],
    }
