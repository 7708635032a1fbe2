"""The JSON form: nothing lost, nothing coerced, the culprit named."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import given
from ruleset_strategies import flow_lists, rulesets

from netstat_fw.errors import NetstatFwError, RulesetError
from netstat_fw.evidence import Evidence, Reason
from netstat_fw.ruleset import Action, Chain, Flow, PortSet, Protocol, Rule, Ruleset, base_rules

SSH = Rule(
    action=Action.ACCEPT,
    protocol=Protocol.TCP,
    local_ports=PortSet([22]),
    service="ssh",
    evidence=(Evidence(5),),
    reasons=(Reason("LISTEN_ANY", "sshd listens"),),
)
RULESET = Ruleset(Chain(Action.DROP, (*base_rules(), SSH)), Chain(Action.DROP, base_rules()))
AT = len(base_rules())


def everything(ruleset: Ruleset) -> list[object]:
    """List what equality leaves out."""
    rules = (*ruleset.incoming.rules, *ruleset.outgoing.rules)
    return [(rule.evidence, rule.confidence, rule.reasons) for rule in rules]


@given(rulesets(), flow_lists)
def test_reading_back_gives_the_same_ruleset_provenance_and_meaning(
    ruleset: Ruleset, some: list[Flow]
) -> None:
    text = ruleset.to_json()
    again = Ruleset.from_json(text)
    assert again == ruleset
    assert everything(again) == everything(ruleset)
    assert again.to_json() == text
    assert Ruleset.from_json(text.encode()) == ruleset
    assert Ruleset.from_dict(ruleset.to_dict()) == ruleset
    assert json.loads(text) == ruleset.to_dict()
    assert [again.decide(flow) for flow in some] == [ruleset.decide(flow) for flow in some]
    assert text.isascii()
    assert text.endswith("}\n")


def test_the_text_is_sorted_and_says_its_version() -> None:
    data = json.loads(RULESET.to_json())
    assert list(data) == sorted(data)
    assert data["schema_version"] == 1
    assert list(data["incoming"]["rules"][AT]) == sorted(data["incoming"]["rules"][AT])
    assert data["incoming"]["rules"][AT]["local_ports"] == ["22"]
    assert data["incoming"]["rules"][AT]["id"] == SSH.id


def changed(path: list[str | int], value: object) -> dict[str, Any]:
    """Return the ruleset as data with one place changed, or removed where the value is KeyError."""
    data = copy.deepcopy(RULESET.to_dict())
    place: Any = data
    for step in path[:-1]:
        place = place[step]
    if value is KeyError:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    return data


RULE: list[str | int] = ["incoming", "rules", AT]
RULE_PATH = f"$.incoming.rules[{AT}]"


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (["rules"], [], "$: unknown field 'rules'"),
        ([*RULE, "source"], None, f"{RULE_PATH}: unknown field 'source'"),
        ([*RULE, "evidence", 0, "pid"], 1, f"{RULE_PATH}.evidence[0]: unknown field 'pid'"),
        (["incoming"], KeyError, "$.incoming: a required field is missing"),
        ([*RULE, "action"], KeyError, f"{RULE_PATH}.action: a required field is missing"),
        ([*RULE, "action"], "allow", f"{RULE_PATH}.action: expected one of accept, drop, reject"),
        ([*RULE, "action"], ["drop"], f"{RULE_PATH}.action: expected one of accept"),
        ([*RULE, "enabled"], 1, f"{RULE_PATH}.enabled: expected true or false, not 1"),
        ([*RULE, "comment"], None, f"{RULE_PATH}.comment: expected a text, not None"),
        ([*RULE, "hop_limit"], True, f"{RULE_PATH}.hop_limit: expected a whole number, not True"),
        ([*RULE, "icmp_types"], [8], f"{RULE_PATH}: only icmp and icmpv6 have icmp types"),
        ([*RULE, "local_ports"], ["0"], f"{RULE_PATH}.local_ports: 0 is no port"),
        (
            [*RULE, "local_ports"],
            [22],
            f"{RULE_PATH}.local_ports: expected a list of texts, not 22",
        ),
        ([*RULE, "local_ports"], "22", f"{RULE_PATH}.local_ports: expected a list, not '22'"),
        ([*RULE, "local_ports"], [], f"{RULE_PATH}.local_ports: a port set is never empty"),
        ([*RULE, "families"], "ipv4", f"{RULE_PATH}.families: expected a list, not 'ipv4'"),
        ([*RULE, "evidence", 0, "line"], "5", f"{RULE_PATH}.evidence[0].line: expected a whole"),
        ([*RULE, "evidence", 0], 5, f"{RULE_PATH}.evidence[0]: expected an object, not 5"),
        ([*RULE, "remote"], ["192.0.2.1/24"], f"{RULE_PATH}.remote: 192.0.2.1/24 has host bits"),
        ([*RULE, "remote"], {"kind": "zone"}, f"{RULE_PATH}.remote.name: a required field"),
        ([*RULE, "remote"], 7, f"{RULE_PATH}.remote: expected a list, not 7"),
        ([*RULE, "id"], "r000000000000", f"{RULE_PATH}: id: 'r000000000000' is another rule's"),
        (["outgoing"], [], "$.outgoing: expected an object, not []"),
        (["schema_version"], 2, "$.schema_version: expected 1, not 2"),
        (["schema_version"], True, "$.schema_version: expected 1, not True"),
        (["schema_version"], KeyError, "$.schema_version: expected 1, not None"),
    ],
)
def test_what_cannot_be_is_refused_with_the_path_to_the_culprit(
    path: list[str | int], value: object, message: str
) -> None:
    with pytest.raises(RulesetError) as caught:
        Ruleset.from_dict(changed(path, value))
    assert str(caught.value).startswith(message)
    assert "\n" not in str(caught.value)


def test_every_culprit_is_named_on_a_line_of_its_own() -> None:
    data = changed(["zones"], [{"name": "", "addresses": ["::"]}])
    data["caveats"] = "none"
    with pytest.raises(NetstatFwError) as caught:
        Ruleset.from_dict(data)
    lines = str(caught.value).splitlines()
    assert [line.partition(": ")[0] for line in lines] == ["$.zones[0]", "$.caveats"]


def test_a_rule_may_leave_out_its_id_and_what_has_a_default() -> None:
    rule = {"action": "accept", "protocol": "tcp", "local_ports": ["22"]}
    chain = {"default": "drop", "rules": [rule]}
    data = {"schema_version": 1, "incoming": chain, "outgoing": {"default": "accept"}}
    ruleset = Ruleset.from_dict(data)
    assert ruleset.incoming.rules[0].id == SSH.id
    assert ruleset.outgoing == Chain(Action.ACCEPT)


@pytest.mark.parametrize(
    "text",
    ["", "{", "[" * 100_000, '{"schema_version": 1, "schema_version": 1}', b"\xff\xfe{", "[]", "7"],
)
def test_text_that_is_no_ruleset_is_refused(text: str | bytes) -> None:
    with pytest.raises(RulesetError, match=r"^\$: "):
        Ruleset.from_json(text)


def test_a_long_wrong_value_is_cut_in_the_message() -> None:
    with pytest.raises(RulesetError) as caught:
        Ruleset.from_dict(changed([*RULE, "action"], "\x1b[2J" * 1000))
    assert len(str(caught.value)) < 160
    assert str(caught.value).isprintable()
