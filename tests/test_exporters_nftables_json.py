"""The nftables JSON: one whole file to read, and what it leaves out."""

# ruff: noqa: E501 - a rendered file is shown as it is

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from netstat_fw.errors import ExportError
from netstat_fw.exporters import render
from netstat_fw.ruleset import (
    AddressSet,
    Chain,
    Log,
    LogInterval,
    LogRate,
    PortSet,
    RemoteKind,
    RemoteReference,
    Rule,
    Ruleset,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

GHOSTS = RemoteReference(RemoteKind.USER_GROUP, "admins")
SSH = Rule(
    action="accept",
    protocol="tcp",
    remote=AddressSet(["192.0.2.7", "198.51.100.0/24", "2001:db8::/32"]),
    local_ports=PortSet([22, (6000, 6063)]),
)
MAIL = Rule(action="reject", protocol="tcp", local_ports=PortSet([25]), log=Log("mail"))
OTHERS = (
    Rule(action="accept", enabled=False),
    Rule(action="accept", remote=GHOSTS),
)

WHOLE = f"""\
{{"nftables": [
{{"metainfo": {{"json_schema_version": 1}}}},
{{"add": {{"table": {{"family": "inet", "name": "netstat_fw"}}}}}},
{{"delete": {{"table": {{"family": "inet", "name": "netstat_fw"}}}}}},
{{"add": {{"table": {{"family": "inet", "name": "netstat_fw"}}}}}},
{{"add": {{"chain": {{"family": "inet", "table": "netstat_fw", "name": "input", "type": "filter", "hook": "input", "prio": 0, "policy": "drop"}}}}}},
{{"add": {{"rule": {{"family": "inet", "table": "netstat_fw", "chain": "input", "expr": [{{"match": {{"op": "==", "left": {{"payload": {{"protocol": "ip", "field": "saddr"}}}}, "right": {{"set": ["192.0.2.7", {{"prefix": {{"addr": "198.51.100.0", "len": 24}}}}]}}}}}}, {{"match": {{"op": "==", "left": {{"payload": {{"protocol": "tcp", "field": "dport"}}}}, "right": {{"set": [22, {{"range": [6000, 6063]}}]}}}}}}, {{"accept": null}}], "comment": "{SSH.id}"}}}}}},
{{"add": {{"rule": {{"family": "inet", "table": "netstat_fw", "chain": "input", "expr": [{{"match": {{"op": "==", "left": {{"payload": {{"protocol": "ip6", "field": "saddr"}}}}, "right": {{"prefix": {{"addr": "2001:db8::", "len": 32}}}}}}}}, {{"match": {{"op": "==", "left": {{"payload": {{"protocol": "tcp", "field": "dport"}}}}, "right": {{"set": [22, {{"range": [6000, 6063]}}]}}}}}}, {{"accept": null}}], "comment": "{SSH.id}"}}}}}},
{{"add": {{"rule": {{"family": "inet", "table": "netstat_fw", "chain": "input", "expr": [{{"match": {{"op": "==", "left": {{"payload": {{"protocol": "tcp", "field": "dport"}}}}, "right": 25}}}}, {{"limit": {{"rate": 10, "per": "minute", "burst": 5}}}}, {{"log": {{"prefix": "mail "}}}}], "comment": "{MAIL.id}"}}}}}},
{{"add": {{"rule": {{"family": "inet", "table": "netstat_fw", "chain": "input", "expr": [{{"match": {{"op": "==", "left": {{"payload": {{"protocol": "tcp", "field": "dport"}}}}, "right": 25}}}}, {{"reject": {{"type": "tcp reset"}}}}], "comment": "{MAIL.id}"}}}}}},
{{"add": {{"chain": {{"family": "inet", "table": "netstat_fw", "name": "output", "type": "filter", "hook": "output", "prio": 0, "policy": "drop"}}}}}},
{{"add": {{"rule": {{"family": "inet", "table": "netstat_fw", "chain": "output", "expr": [{{"reject": null}}], "comment": "default"}}}}}}
]}}
"""


def test_a_whole_file_has_one_command_in_a_line() -> None:
    ruleset = Ruleset(Chain("drop", [SSH, MAIL, *OTHERS]), Chain("reject"))
    rendered = render(ruleset, "nftables-json")
    assert rendered.text == WHOLE
    assert rendered.files == {"netstat_fw.json": WHOLE}
    assert [omission.rule for omission in rendered.omissions] == [OTHERS[1].id]


def expressions(rule: Rule) -> list[list[dict[str, object]]]:
    """Render one outgoing rule and return the expressions of its rules."""
    text = render(Ruleset(Chain("drop"), Chain("accept", [rule])), "nftables-json").text
    added = (command.get("add", {}) for command in json.loads(text)["nftables"])
    return [command["rule"]["expr"] for command in added if "rule" in command]


def match(left: Mapping[str, object], right: object, op: str = "==") -> dict[str, object]:
    """Write a match expression."""
    return {"match": {"op": op, "left": left, "right": right}}


def test_what_is_outgoing_turns_round() -> None:
    rule = Rule(
        action="drop", protocol="udp", local_ports=PortSet([68]), interface="eth0", hop_limit=9
    )
    assert expressions(rule) == [
        [
            match({"meta": {"key": "oifname"}}, "eth0"),
            match({"payload": {"protocol": header, "field": field}}, 9),
            match({"payload": {"protocol": "udp", "field": "sport"}}, 68),
            {"drop": None},
        ]
        for header, field in (("ip", "ttl"), ("ip6", "hoplimit"))
    ]


def test_a_family_is_named_where_nothing_else_implies_it() -> None:
    rule = Rule(action="accept", protocol="esp", families=("ipv6",), states=("new", "untracked"))
    assert expressions(rule) == [
        [
            match({"meta": {"key": "nfproto"}}, "ipv6"),
            match({"meta": {"key": "l4proto"}}, "esp"),
            match({"ct": {"key": "state"}}, ["new", "untracked"], "in"),
            {"accept": None},
        ]
    ]
    ping = Rule(action="accept", protocol="icmp", icmp_types=(8,))
    field = {"payload": {"protocol": "icmp", "field": "type"}}
    assert expressions(ping) == [[match(field, 8), {"accept": None}]]


@pytest.mark.parametrize(
    ("fields", "other"),
    [
        ({"action": "reject", "protocol": "tcp", "families": ("ipv4",)}, "ipv6"),
        ({"action": "drop", "protocol": "icmpv6"}, "ipv4"),
    ],
)
def test_a_family_that_nft_would_forget_is_matched_by_the_other(
    fields: dict[str, Any], other: str
) -> None:
    (expression,) = expressions(Rule(**fields))
    assert expression[0] == match({"meta": {"key": "nfproto"}}, other, "!=")


def test_an_unlimited_log_shares_the_rule_of_its_verdict() -> None:
    rule = Rule(action="accept", log=Log("all", rate=None))
    assert expressions(rule) == [[{"log": {"prefix": "all "}}, {"accept": None}]]
    rated = Rule(action="accept", log=Log("all", LogRate(3, LogInterval.DAY, 1)))
    limit = {"limit": {"rate": 3, "per": "day", "burst": 1}}
    assert expressions(rated) == [[limit, {"log": {"prefix": "all "}}], [{"accept": None}]]


def test_a_drop_that_cannot_be_said_is_an_error() -> None:
    rule = Rule(action="drop", remote=GHOSTS)
    with pytest.raises(ExportError, match=r"target nftables-json: .* define its addresses"):
        render(Ruleset(Chain("accept", [rule]), Chain("drop")), "nftables-json")
