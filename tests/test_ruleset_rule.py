"""Rules: what can exist, what is the same, and what an id depends on."""

from __future__ import annotations

import itertools
import pickle
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruleset_strategies import rules

from netstat_fw.errors import RulesetError
from netstat_fw.evidence import Confidence, Evidence, Reason
from netstat_fw.ruleset import (
    Action,
    AddressSet,
    ConnectionState,
    Family,
    Log,
    LogInterval,
    LogRate,
    PortSet,
    Protocol,
    RemoteKind,
    RemoteReference,
    Rule,
)

SSH = Rule(action=Action.ACCEPT, protocol=Protocol.TCP, local_ports=PortSet([22]))

DIFFERENT: tuple[dict[str, Any], ...] = (
    {},
    {"action": Action.DROP},
    {"action": Action.REJECT},
    {"protocol": Protocol.UDP},
    {"local_ports": None},
    {"local_ports": PortSet([23])},
    {"remote_ports": PortSet([22])},
    {"local_ports": None, "remote_ports": PortSet([22])},
    {"local": AddressSet(["192.0.2.1"])},
    {"remote": AddressSet(["192.0.2.1"])},
    {"remote": RemoteReference(RemoteKind.ZONE, "office")},
    {"remote": RemoteReference(RemoteKind.USER_GROUP, "office")},
    {"families": (Family.IPV4,)},
    {"families": (Family.IPV6,)},
    {"interface": "lo"},
    {"states": (ConnectionState.NEW,)},
    {"hop_limit": 0},
    {"hop_limit": 255},
    {"log": Log("a")},
    {"log": Log("b")},
    {"log": Log("a", None)},
    {"log": Log("a", LogRate(10, LogInterval.HOUR))},
    {"log": Log("a", LogRate(10, burst=6))},
)


@pytest.mark.parametrize(("left", "right"), tuple(itertools.combinations(DIFFERENT, 2)))
def test_rules_that_match_or_do_something_else_have_different_ids(
    left: dict[str, Any], right: dict[str, Any]
) -> None:
    assert attrs.evolve(SSH, **left).id != attrs.evolve(SSH, **right).id
    assert attrs.evolve(SSH, **left) != attrs.evolve(SSH, **right)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, "rc72373e87488"),
        ({"remote": AddressSet(["2001:db8::/32", "192.0.2.0/24"])}, "r5c0fbcd76213"),
        ({"families": (Family.IPV6,), "hop_limit": 255, "log": Log()}, "r99db64ac4cca"),
    ],
)
def test_ids_never_change_between_releases(fields: dict[str, Any], expected: str) -> None:
    assert attrs.evolve(SSH, **fields).id == expected


@given(rules(), st.text(max_size=9), st.booleans())
def test_an_id_ignores_what_neither_matches_nor_acts(rule: Rule, text: str, enabled: bool) -> None:  # noqa: FBT001 - drawn
    same = attrs.evolve(
        rule,
        comment=text,
        service="other",
        enabled=enabled,
        evidence=(Evidence(1),),
        confidence=Confidence.LOW,
        reasons=(Reason("X", text),),
    )
    assert same.id == rule.id
    assert len(rule.id) == 13
    assert pickle.loads(pickle.dumps(rule)).id == rule.id  # noqa: S301 - our own bytes


@given(rules())
def test_provenance_is_no_part_of_equality(rule: Rule) -> None:
    other = attrs.evolve(rule, evidence=(Evidence(7),), confidence=None, reasons=())
    assert other == rule
    assert hash(other) == hash(rule)


@given(rules())
def test_building_a_rule_from_its_own_fields_changes_nothing(rule: Rule) -> None:
    again = attrs.evolve(rule)
    assert again == rule
    assert again.id == rule.id


def test_the_order_of_members_does_not_matter() -> None:
    one = Rule(
        action="drop",
        protocol="icmp",
        icmp_types=(8, 3, 3),
        families=(Family.IPV6, Family.IPV4),
        states=(ConnectionState.UNTRACKED, ConnectionState.NEW),
        evidence=(Evidence(9), Evidence(2), Evidence(9)),
    )
    assert one.icmp_types == (3, 8)
    assert one.families == (Family.IPV4,)
    assert one.states == (ConnectionState.NEW, ConnectionState.UNTRACKED)
    assert one.evidence == (Evidence(2), Evidence(9))


def test_what_restricts_nothing_is_left_out() -> None:
    everything = AddressSet(["0.0.0.0/0", "::/0"])
    assert attrs.evolve(SSH, local=everything, remote=everything) == SSH
    assert attrs.evolve(SSH, states=tuple(ConnectionState)) == SSH
    only_v4 = attrs.evolve(SSH, families=(Family.IPV4,))
    assert attrs.evolve(SSH, remote=AddressSet(["0.0.0.0/0"])) == only_v4
    mixed = AddressSet(["192.0.2.0/24", "2001:db8::/32"])
    assert attrs.evolve(only_v4, remote=mixed).remote == AddressSet(["192.0.2.0/24"])


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"protocol": Protocol.RAW, "local_ports": None}, "kind of socket"),
        ({"protocol": None}, "names their protocol"),
        ({"protocol": Protocol.ESP}, "esp has no ports"),
        ({"protocol": "tcpip"}, "'tcpip' is none of tcp, udp"),
        ({"action": "allow"}, "'allow' is none of accept, drop, reject"),
        ({"icmp_types": (8,)}, "only icmp and icmpv6"),
        ({"protocol": Protocol.ICMP, "local_ports": None, "icmp_types": (256,)}, "0 to 255"),
        ({"hop_limit": -1}, "0 to 255"),
        ({"interface": 'lo"; accept; #'}, "no interface name"),
        ({"interface": ""}, "no interface name"),
        ({"service": " ssh"}, "service ' ssh' is empty, padded or not printable"),
        ({"service": "a\nb"}, "not printable"),
        ({"families": ()}, "no packet can match"),
        ({"families": (Family.IPV6,), "local": AddressSet(["192.0.2.1"])}, "no packet can match"),
        (
            {"local": AddressSet(["192.0.2.1"]), "remote": AddressSet(["2001:db8::1"])},
            "no packet can match",
        ),
        (
            {"protocol": Protocol.ICMPV6, "local_ports": None, "families": (Family.IPV4,)},
            "no packet can match",
        ),
    ],
)
def test_a_rule_that_cannot_be_is_refused(fields: dict[str, Any], message: str) -> None:
    with pytest.raises(RulesetError, match=message):
        attrs.evolve(SSH, **fields)


@pytest.mark.parametrize("fields", [{"count": 0}, {"count": 1, "burst": 0}])
def test_a_log_rate_is_positive(fields: dict[str, int]) -> None:
    with pytest.raises(RulesetError, match="1 or more"):
        LogRate(**fields)  # type: ignore[arg-type] # only numbers are passed


def test_a_reference_reads_as_words() -> None:
    assert str(RemoteReference(RemoteKind.SERVER_GROUP, "web")) == "server group web"
    with pytest.raises(RulesetError, match="empty"):
        RemoteReference(RemoteKind.ZONE, "")


def test_a_reference_takes_its_kind_as_text() -> None:
    assert RemoteReference("user-group", "staff").kind is RemoteKind.USER_GROUP
    with pytest.raises(RulesetError):
        RemoteReference("crowd", "staff")
