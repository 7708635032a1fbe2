"""The firewalld files: a whole zone to read, and what each part of a rule turns into."""

# ruff: noqa: E501 - a rendered file is shown as it is

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import attrs
import pytest
from hypothesis import given
from test_nftables_live import hostile, spoken_of

from netstat_fw.errors import ExportError
from netstat_fw.evidence import Reason
from netstat_fw.exporters import Omission, Rendered, render
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
    from collections.abc import Iterator

LOOPBACK = Rule(action="accept", interface="lo")
NEIGHBOURS = Rule(action="accept", protocol="icmpv6", icmp_types=(135, 136), hop_limit=255)
SSH = Rule(
    action="accept",
    protocol="tcp",
    local_ports=PortSet([22, (6000, 6063)]),
    remote=AddressSet(["192.0.2.0/24", "2001:db8::7"]),
    service="ssh",
)
MAIL = Rule(action="reject", protocol="tcp", local_ports=PortSet([25]), log=Log("mail"))
LATER = Rule(action="drop", protocol="udp", local_ports=PortSet([69]), enabled=False)
LEASE = Rule(action="accept", protocol="udp", local_ports=PortSet([68]), remote_ports=PortSet([67]))
PAIRS = attrs.evolve(LEASE, local_ports=PortSet([68, 546]))
RULESET = Ruleset(
    Chain("reject", [LOOPBACK, NEIGHBOURS, SSH, MAIL, LATER, PAIRS]),
    Chain("accept"),
    caveats=[Reason("DAMAGED", "line 3 -- could not be read")],
)

ZONE = f"""\
<?xml version="1.0" encoding="utf-8"?>
<!--
  Host firewall written by netstat-fw.

  Caveats:
  - DAMAGED: line 3 __ could not be read

  Left out, because this target cannot hold it:
  - incoming: accept udp/68,546 from any with remote port 67 ({PAIRS.id}): accepts nothing here:
    a rich rule holds the ports of one side; name those of one side only

  firewalld itself accepts the loopback interface and established connections, and drops
  what is invalid, before any of these rules.

  Put zones/netstat-fw.xml, policies/netstat-fw-out.xml and direct.xml below /etc/firewalld,
  adding to a direct.xml that is there. Let firewall-offline-cmd check the configuration,
  make netstat-fw the default zone, and reload. Interfaces bound to another zone stay there.
-->
<zone target="%%REJECT%%">
  <short>netstat-fw</short>
  <description>What may come to this host.</description>
  <!-- done by firewalld itself: {LOOPBACK.id} -->
  <!-- {NEIGHBOURS.id} -->
  <rule priority="1" family="ipv6"><icmp-type name="neighbour-solicitation"/><accept/></rule>
  <rule priority="2" family="ipv6"><icmp-type name="neighbour-advertisement"/><accept/></rule>
  <!-- {SSH.id} ssh -->
  <rule priority="3" family="ipv4"><source address="192.0.2.0/24"/><port port="22" protocol="tcp"/><accept/></rule>
  <rule priority="4" family="ipv4"><source address="192.0.2.0/24"/><port port="6000-6063" protocol="tcp"/><accept/></rule>
  <rule priority="5" family="ipv6"><source address="2001:db8::7"/><port port="22" protocol="tcp"/><accept/></rule>
  <rule priority="6" family="ipv6"><source address="2001:db8::7"/><port port="6000-6063" protocol="tcp"/><accept/></rule>
  <!-- {MAIL.id} -->
  <rule priority="7" family="ipv4"><port port="25" protocol="tcp"/><log prefix="mail " level="info"><limit value="10/m"/></log><reject type="tcp-reset"/></rule>
  <rule priority="8" family="ipv6"><port port="25" protocol="tcp"/><log prefix="mail " level="info"><limit value="10/m"/></log><reject type="tcp-reset"/></rule>
  <!-- disabled: {LATER.id} -->
  <!-- left out: {PAIRS.id} -->
</zone>
"""

POLICY = """\
<policy target="DROP">
  <short>netstat-fw-out</short>
  <description>What this host may send.</description>
  <ingress-zone name="HOST"/>
  <egress-zone name="ANY"/>
  <!-- default -->
  <rule priority="1"><accept/></rule>
</policy>
"""

DIRECT = """\
<direct>
  <rule ipv="ipv6" table="filter" chain="INPUT" priority="0">! -i lo -p ipv6-icmp -m icmp6 --icmpv6-type 135 -m hl ! --hl-eq 255 -j DROP</rule>
  <rule ipv="ipv6" table="filter" chain="INPUT" priority="0">! -i lo -p ipv6-icmp -m icmp6 --icmpv6-type 136 -m hl ! --hl-eq 255 -j DROP</rule>
  <rule ipv="ipv4" table="filter" chain="OUTPUT" priority="0">! -o lo -m conntrack --ctstate INVALID -j DROP</rule>
  <rule ipv="ipv6" table="filter" chain="OUTPUT" priority="0">! -o lo -m conntrack --ctstate INVALID -j DROP</rule>
</direct>
"""


def test_a_whole_zone_reads_well() -> None:
    rendered = render(RULESET, "firewalld")
    assert rendered.text == ZONE
    assert list(rendered.files) == [
        "zones/netstat-fw.xml",
        "policies/netstat-fw-out.xml",
        "direct.xml",
    ]
    assert rendered.files["policies/netstat-fw-out.xml"].endswith(f"-->\n{POLICY}")
    assert rendered.files["direct.xml"].endswith(f"-->\n{DIRECT}")
    assert [omission.rule for omission in rendered.omissions] == [PAIRS.id]


def outgoing(*rules: Rule, default: str = "drop") -> Rendered:
    """Render rules for what goes out."""
    return render(Ruleset(Chain("drop"), Chain(default, rules)), "firewalld")


def rich_rules(rendered: Rendered) -> list[str]:
    """Give the rich rules of the policy without their priorities."""
    text = rendered.files["policies/netstat-fw-out.xml"]
    return re.findall(r'<rule priority="[0-9]+"(.*)</rule>', text)


MATCHES: list[tuple[dict[str, Any], list[str]]] = [
    ({}, ["><accept/>"]),
    ({"families": ("ipv4",)}, [' family="ipv4"><accept/>']),
    ({"protocol": "icmpv6"}, [' family="ipv6"><protocol value="ipv6-icmp"/><accept/>']),
    ({"protocol": "udplite"}, ['><protocol value="udplite"/><accept/>']),
    (
        {"remote": AddressSet(["192.0.2.9"]), "local": AddressSet(["192.0.2.1"])},
        [' family="ipv4"><source address="192.0.2.1"/><destination address="192.0.2.9"/><accept/>'],
    ),
    (
        {"protocol": "udp", "local_ports": PortSet([68])},
        ['><source-port port="68" protocol="udp"/><accept/>'],
    ),
    (
        {"log": Log("all", rate=None)},
        ['><log prefix="all " level="info"/><accept/>'],
    ),
    (
        {"log": Log("all", LogRate(1, LogInterval.DAY))},
        ['><log prefix="all " level="info"><limit value="2/d"/></log><accept/>'],
    ),
    ({"states": ("new", "untracked")}, ["><accept/>"]),
]  # fmt: skip


@pytest.mark.parametrize(("fields", "expected"), MATCHES, ids=str)
def test_each_part_of_a_rule_has_its_form(fields: dict[str, Any], expected: list[str]) -> None:
    assert rich_rules(outgoing(Rule(action="accept", **fields))) == expected


OBSTACLES: list[tuple[dict[str, Any], str]] = [
    ({"interface": "eth0"}, "a rule without one would fit"),
    ({"protocol": "udp", "local_ports": PortSet([1, 3]), "remote_ports": PortSet([2])}, "one side"),
    ({"protocol": "udplite", "remote_ports": PortSet([2])}, "no ports of udplite"),
    ({"protocol": "icmpv6", "icmp_types": (130,)}, "no name for one of the types"),
    ({"hop_limit": 255}, "cannot ask for a hop limit"),
    ({"remote": RemoteReference(RemoteKind.USER_GROUP, "x")}, "define its addresses as a zone"),
]


@pytest.mark.parametrize(("fields", "way_round"), OBSTACLES, ids=str)
def test_what_firewalld_cannot_say_is_left_out_only_where_that_is_stricter(
    fields: dict[str, Any], way_round: str
) -> None:
    accepting = Rule(action="accept", **fields)
    rendered = outgoing(accepting)
    assert [omission.rule for omission in rendered.omissions] == [accepting.id]
    assert rich_rules(rendered) == []
    with pytest.raises(ExportError, match=way_round):
        outgoing(Rule(action="drop", **fields), default="accept")


def both_ports(*others: Rule, default: str = "drop") -> tuple[list[str], list[Omission]]:
    """Give the direct rules for a DHCP client, and what they take from other rules."""
    lease = attrs.evolve(LEASE, families=("ipv4",))
    rendered = outgoing(lease, *others, default=default)
    direct = re.findall(r'ipv="(.*-p udp.*)</rule>', rendered.files["direct.xml"])
    return direct, [each for each in rendered.omissions if each.rule != lease.id]


def test_a_rule_with_the_ports_of_both_sides_is_guarded_by_a_direct_rule() -> None:
    drop = (
        'ipv4" table="filter" chain="OUTPUT" priority="0">! -o lo -p udp -m conntrack'
        " ! --ctstate RELATED,ESTABLISHED -m udp --sport 68 ! --dport 67 -j DROP"
    )
    assert both_ports() == ([drop], [])
    ranges = attrs.evolve(LEASE, local_ports=PortSet([(1, 9)]), remote_ports=PortSet([(5, 7)]))
    assert "--dport 1:9 ! --sport 5:7 -j DROP" in render(
        Ruleset(Chain("drop", [ranges]), Chain("drop")), "firewalld"
    ).files["direct.xml"]  # fmt: skip


TAKEN: list[tuple[Rule, bool]] = [
    (Rule(action="accept", protocol="udp", remote_ports=PortSet([53])), True),
    (Rule(action="accept", remote=AddressSet(["192.0.2.9"])), True),
    (Rule(action="accept", protocol="udp", local_ports=PortSet([(60, 70)])), True),
    (Rule(action="accept", protocol="tcp", remote_ports=PortSet([53])), False),
    (Rule(action="accept", protocol="udp", remote_ports=PortSet([67])), False),
    (Rule(action="accept", protocol="udp", local_ports=PortSet([69])), False),
    (Rule(action="accept", protocol="udp", families=("ipv6",)), False),
    (Rule(action="accept", states=("established",)), False),
    (Rule(action="drop", protocol="udp", remote_ports=PortSet([53])), False),
    (Rule(action="accept", protocol="udp", enabled=False), False),
]


@pytest.mark.parametrize(("other", "loses"), TAKEN, ids=str)
def test_what_a_direct_rule_takes_from_others_is_told(other: Rule, loses: bool) -> None:  # noqa: FBT001
    _, told = both_ports(other)
    assert [each.rule for each in told] == ([other.id] if loses else [])


def test_what_a_direct_rule_takes_from_the_default_is_told() -> None:
    _, (told,) = both_ports(default="accept")
    assert told.rule == ""
    assert told.sentence.startswith("drops what begins between local port 68 and others than 67")


def test_what_firewalld_decides_itself_is_not_said_again() -> None:
    done = [
        LOOPBACK,
        Rule(action="accept", states=("established", "related")),
        Rule(action="drop", states=("invalid",)),
    ]
    rendered = outgoing(*done)
    assert rich_rules(rendered) == []
    assert rendered.omissions == ()


@pytest.mark.parametrize("action", ["drop", "reject"])
@pytest.mark.parametrize(
    ("fields", "what"),
    [({"interface": "lo"}, "loopback"), ({"states": ("new", "related")}, "established")],
)
def test_a_drop_of_what_firewalld_accepts_itself_is_an_error(
    action: str, fields: dict[str, Any], what: str
) -> None:
    with pytest.raises(ExportError, match=f"{what}.* render nftables or iptables instead"):
        outgoing(Rule(action=action, **fields))


@pytest.mark.parametrize(
    ("fields", "sentence", "rules"),
    [
        ({"action": "accept", "states": ("invalid",)}, "firewalld drops invalid packets", 0),
        (
            {"action": "accept", "states": ("new",)},
            (
                "accepts nothing here: firewalld cannot tell new from untracked packets; "
                "name both or no state"
            ),
            0,
        ),
        (
            {"action": "drop", "states": ("new",)},
            "also meets the other of new and untracked packets, alike to firewalld",
            1,
        ),
    ],
)
def test_states_that_firewalld_cannot_tell_apart_make_it_stricter(
    fields: dict[str, Any], sentence: str, rules: int
) -> None:
    rule = Rule(**fields)
    rendered = outgoing(rule, default="reject")
    assert rendered.omissions == (Omission(rule.id, sentence),)
    assert len(rich_rules(rendered)) == rules


def test_another_burst_is_declared() -> None:
    rule = Rule(action="accept", log=Log("x", LogRate(3, burst=9)))
    assert outgoing(rule).omissions == (Omission(rule.id, "logs bursts of 5 messages"),)


def test_more_rules_than_priorities_are_an_error() -> None:
    ports = PortSet(range(1, 65536, 2))
    with pytest.raises(ExportError, match="32768 rich rules outgoing"):
        outgoing(Rule(action="accept", protocol="tcp", remote_ports=ports))


@pytest.mark.parametrize(
    ("other", "default", "declared"),
    [
        (Rule(action="accept", protocol="icmpv6"), "drop", True),
        (Rule(action="accept", protocol="icmpv6", icmp_types=(137,)), "drop", True),
        (Rule(action="accept", protocol="icmpv6", icmp_types=(128,)), "drop", False),
        (Rule(action="accept", protocol="tcp"), "drop", False),
        (LOOPBACK, "drop", False),
        (Rule(action="accept", enabled=False), "drop", False),
        (LOOPBACK, "accept", True),
    ],
)
def test_a_dropped_hop_limit_is_declared_where_something_else_would_accept_it(
    other: Rule, default: str, *, declared: bool
) -> None:
    sentence = "drops it with any other hop limit, which another rule would accept"
    omissions = outgoing(NEIGHBOURS, other, default=default).omissions
    assert (Omission(NEIGHBOURS.id, sentence) in omissions) == declared


def effects(rendered: Rendered) -> list[tuple[str, str | None, dict[str, str]]]:
    """Read each file as XML and keep all that does something."""
    return [
        (element.tag, element.text, element.attrib)
        for text in rendered.files.values()
        for element in elements(text)
        if element.tag != "log"
    ]


def elements(text: str) -> Iterator[ET.Element]:
    """Read a file as XML, comments left out."""
    return ET.fromstring(text.encode()).iter()  # noqa: S314 - written by ourselves


@given(hostile)
def test_no_text_changes_a_rule(text: str) -> None:
    for word in (text, f"--{text}", f"-->{text}<!--", f'"/><accept/></rule>{text}', f"&x;{text}-"):
        rendered = render(spoken_of(word), "firewalld")
        assert effects(rendered) == effects(render(spoken_of("x"), "firewalld"))
