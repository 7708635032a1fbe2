"""A rule in words."""

from __future__ import annotations

from typing import Any

import pytest

from netstat_fw.ruleset import (
    AddressSet,
    Chain,
    ConnectionState,
    Direction,
    Family,
    PortSet,
    Protocol,
    RemoteKind,
    RemoteReference,
    Rule,
    Ruleset,
)
from netstat_fw.ruleset.phrasing import phrase, phrase_rules

_TCP: dict[str, Any] = {"protocol": Protocol.TCP}
_ECHO: dict[str, Any] = {"protocol": Protocol.ICMP, "icmp_types": (8,)}


@pytest.mark.parametrize(
    ("fields", "incoming", "outgoing"),
    [
        ({}, "any protocol from any", "any protocol to any"),
        (
            {**_TCP, "local_ports": PortSet([22]), "service": "ssh"},
            "tcp/22 ssh from any",
            "tcp ssh to any with local port 22",
        ),
        (
            {**_TCP, "local_ports": PortSet([22]), "service": "tcp-22"},
            "tcp/22 from any",
            "tcp tcp-22 to any with local port 22",
        ),
        (
            {**_TCP, "remote_ports": PortSet([(1, 3)])},
            "tcp from any with remote port 1-3",
            "tcp/1-3 to any",
        ),
        (_ECHO, "icmp type 8 from any", "icmp type 8 to any"),
        (
            {"protocol": Protocol.ICMPV6, "icmp_types": (1, 2, 3, 128), "hop_limit": 255},
            "icmpv6 types 1-3,128 from any with hop limit 255",
            "icmpv6 types 1-3,128 to any with hop limit 255",
        ),
        (
            {"families": (Family.IPV6,), "interface": "eth0"},
            "any protocol from any (IPv6) on eth0",
            "any protocol to any (IPv6) on eth0",
        ),
        (
            {"remote": AddressSet(["192.0.2.0/24"]), "local": AddressSet(["192.0.2.1"])},
            "any protocol from 192.0.2.0/24 at 192.0.2.1",
            "any protocol to 192.0.2.0/24 at 192.0.2.1",
        ),
        (
            {"remote": RemoteReference(RemoteKind.ZONE, "office")},
            "any protocol from zone office",
            "any protocol to zone office",
        ),
        (
            {"states": (ConnectionState.ESTABLISHED, ConnectionState.RELATED)},
            "any protocol from any in state established or related",
            "any protocol to any in state established or related",
        ),
    ],
)
def test_a_rule_is_said_as_its_chain_sees_it(
    fields: dict[str, Any], incoming: str, outgoing: str
) -> None:
    rule = Rule(action="accept", **fields)
    assert phrase(rule, Direction.INCOMING) == f"accept {incoming}"
    assert phrase(rule, Direction.OUTGOING) == f"accept {outgoing}"


def test_rules_are_said_with_their_chains() -> None:
    echo = Rule(action="drop", **_ECHO)
    web = Rule(action="accept", **_TCP, remote_ports=PortSet([80]), local_ports=PortSet([9]))
    both = Ruleset(Chain("drop", [echo, web]), Chain("drop", [web, echo]))
    alone = Ruleset(Chain("drop", [echo]), Chain("drop", [web]))
    assert phrase_rules(both, echo.id) == "incoming and outgoing: drop icmp type 8 from or to any"
    assert phrase_rules(alone, echo.id) == "incoming: drop icmp type 8 from any"
    assert phrase_rules(alone, web.id) == "outgoing: accept tcp/80 to any with local port 9"
    assert phrase_rules(both, web.id) == (
        "incoming: accept tcp/9 from any with remote port 80,"
        " outgoing: accept tcp/80 to any with local port 9"
    )
    assert phrase_rules(both, "r0") == ""
