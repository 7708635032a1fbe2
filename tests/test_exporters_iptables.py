"""The iptables files: two whole files to read, and what each part of a rule turns into."""

# ruff: noqa: E501 - a rendered file is shown as it is

from __future__ import annotations

from typing import Any

import pytest

from netstat_fw.errors import ExportError
from netstat_fw.evidence import Reason
from netstat_fw.exporters import Omission, render
from netstat_fw.exporters.linux import port_groups
from netstat_fw.exporters.log_limit import limit_match
from netstat_fw.ruleset import (
    Action,
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
    Zone,
)

OFFICE = RemoteReference(RemoteKind.ZONE, "office")
ADMINS = RemoteReference(RemoteKind.USER_GROUP, "admins")
LOOPBACK = Rule(action="accept", interface="lo")
SSH = Rule(
    action="accept", protocol="tcp", local_ports=PortSet([7722]), remote=OFFICE, service="ssh"
)
PINGS = Rule(action="accept", protocol="icmp", icmp_types=(3, 8))
MAIL = Rule(action="reject", protocol="tcp", local_ports=PortSet([25]), log=Log("mail"))
LATER = Rule(action="drop", protocol="udp", local_ports=PortSet([69]), enabled=False)
GHOST = Rule(action="accept", protocol="tcp", local_ports=PortSet([22]), remote=ADMINS)
RULESET = Ruleset(
    Chain("drop", [LOOPBACK, SSH, PINGS, MAIL, LATER, GHOST]),
    Chain("accept"),
    zones=[Zone("office", AddressSet(["198.51.100.0/24", "203.0.113.7", "2001:db8:1::/48"]))],
    caveats=[Reason("DAMAGED", "line 3 could not be read")],
)

V4 = f"""\
# Host firewall written by netstat-fw.
#
# Caveats:
# - DAMAGED: line 3 could not be read
#
# Left out, because this target cannot hold it:
# - incoming: accept tcp/22 from user group admins ({GHOST.id}): accepts nothing here: iptables
#   does not know user group admins; define its addresses as a zone
#
# To load it for the first time, ip6tables.rules before iptables.rules:
#   iptables-restore -n < iptables.rules
# and again, without doubling the jumps to its chains:
#   grep -v '^-I' iptables.rules | iptables-restore -n
# Without -n, the rules of everybody else would be flushed.

*filter
:NSFW-IN - [0:0]
:NSFW-OUT - [0:0]
-I INPUT 1 -j NSFW-IN
-I OUTPUT 1 -j NSFW-OUT
-A NSFW-IN -i lo -m comment --comment {LOOPBACK.id} -j ACCEPT
-A NSFW-IN -s 198.51.100.0/24 -p tcp -m tcp --dport 7722 -m comment --comment "{SSH.id} ssh" -j ACCEPT
-A NSFW-IN -s 203.0.113.7/32 -p tcp -m tcp --dport 7722 -m comment --comment "{SSH.id} ssh" -j ACCEPT
-A NSFW-IN -p icmp -m icmp --icmp-type 3 -m comment --comment {PINGS.id} -j ACCEPT
-A NSFW-IN -p icmp -m icmp --icmp-type 8 -m comment --comment {PINGS.id} -j ACCEPT
-A NSFW-IN -p tcp -m tcp --dport 25 -m limit --limit 10/min -m comment --comment {MAIL.id} -j LOG --log-prefix "mail "
-A NSFW-IN -p tcp -m tcp --dport 25 -m comment --comment {MAIL.id} -j REJECT --reject-with tcp-reset
# disabled: {LATER.id}
# left out: {GHOST.id}
-A NSFW-IN -m comment --comment default -j DROP
-A NSFW-OUT -m comment --comment default -j ACCEPT
COMMIT
"""


def test_a_whole_file_reads_well() -> None:
    rendered = render(RULESET, "iptables")
    assert rendered.text == V4
    assert list(rendered.files) == ["iptables.rules", "ip6tables.rules"]
    assert [omission.rule for omission in rendered.omissions] == [GHOST.id]


def test_the_other_family_has_its_own_addresses_types_and_tools() -> None:
    text = render(RULESET, "iptables").files["ip6tables.rules"]
    assert "#   ip6tables-restore -n < ip6tables.rules\n" in text
    assert (
        f'-A NSFW-IN -s 2001:db8:1::/48 -p tcp -m tcp --dport 7722 -m comment --comment "{SSH.id} ssh" -j ACCEPT\n'
        in text
    )
    assert PINGS.id not in text


def lines(family: str = "iptables", **fields: Any) -> list[str]:  # noqa: ANN401 - fields of a rule
    """Render one incoming rule and return its lines, without chain, comment and verdict."""
    rule = Rule(**{"action": "accept", **fields})
    office = Zone("office", AddressSet(["192.0.2.0/25", "192.0.2.200"]))
    text = render(Ruleset(Chain("drop", [rule]), Chain("drop"), zones=[office]), "iptables")
    start, end = "-A NSFW-IN ", f"-m comment --comment {rule.id} -j ACCEPT"
    return [
        line.removeprefix(start).removesuffix(end).rstrip()
        for line in text.files[f"{family}.rules"].splitlines()
        if line.startswith(start) and rule.id in line
    ]


MANY = PortSet([*range(2, 30, 2), (100, 101), 200])

MATCHES: list[tuple[dict[str, Any], list[str]]] = [
    ({}, [""]),
    ({"protocol": "igmp"}, ["-p igmp"]),
    ({"protocol": "ah"}, ["-p ah"]),
    ({"local": AddressSet(["192.0.2.1"])}, ["-d 192.0.2.1/32"]),
    (
        {"local": AddressSet(["192.0.2.1"]), "remote": OFFICE, "interface": "eth0"},
        [
            "-s 192.0.2.0/25 -d 192.0.2.1/32 -i eth0",
            "-s 192.0.2.200/32 -d 192.0.2.1/32 -i eth0",
        ],
    ),
    (
        {"protocol": "udp", "local_ports": PortSet([68]), "remote_ports": PortSet([67])},
        ["-p udp -m udp --sport 67 --dport 68"],
    ),
    (
        {"protocol": "sctp", "local_ports": PortSet([1, (5, 9)]), "remote_ports": PortSet([67])},
        ["-p sctp -m sctp --sport 67 -m multiport --dports 1,5:9"],
    ),
    ({"protocol": "udplite", "local_ports": PortSet([9])}, ["-p udplite -m multiport --dports 9"]),
    (
        {"protocol": "tcp", "local_ports": MANY},
        [
            "-p tcp -m multiport --dports 2,4,6,8,10,12,14,16,18,20,22,24,26,28",
            "-p tcp -m multiport --dports 100:101,200",
        ],
    ),
    (
        {"states": ("new", "established", "related", "invalid"), "hop_limit": 64},
        ["-m conntrack --ctstate INVALID,NEW,RELATED,ESTABLISHED -m ttl --ttl-eq 64"],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("fields", "expected"), MATCHES, ids=str)
def test_each_part_of_a_rule_has_its_form(fields: dict[str, Any], expected: list[str]) -> None:
    assert lines(**fields) == expected


def test_ipv6_has_forms_of_its_own() -> None:
    assert lines("ip6tables", protocol="icmpv6", icmp_types=(135,), hop_limit=255) == [
        "-p ipv6-icmp -m icmp6 --icmpv6-type 135 -m hl --hl-eq 255"
    ]
    # An extension header, which -p looks behind.
    assert lines("ip6tables", protocol="ah") == ["-m ah"]
    assert lines("ip6tables", remote=OFFICE) == []


def test_a_rejected_connection_is_reset_and_anything_else_is_unreachable() -> None:
    chain = Chain("reject", [Rule(action="reject", protocol="udp")])
    files = render(Ruleset(chain, chain), "iptables").files
    assert files["iptables.rules"].count("REJECT --reject-with icmp-port-unreachable\n") == 4
    assert files["ip6tables.rules"].count("REJECT --reject-with icmp6-port-unreachable\n") == 4


def test_what_is_outgoing_turns_round() -> None:
    rule = Rule(
        action="accept",
        protocol="tcp",
        remote=AddressSet(["192.0.2.9"]),
        remote_ports=PortSet([22]),
        interface="eth0",
    )
    text = render(Ruleset(Chain("drop"), Chain("drop", [rule])), "iptables").text
    assert "-A NSFW-OUT -d 192.0.2.9/32 -o eth0 -p tcp -m tcp --dport 22 " in text


@pytest.mark.parametrize(
    ("fields", "way_round"),
    [
        ({"remote": ADMINS}, "define its addresses as a zone"),
        ({"interface": "Local Area Connection"}, "name it as ip link does"),
        ({"protocol": "icmp", "icmp_types": (8, 255)}, "takes ICMP type 255"),
    ],
)
def test_what_iptables_cannot_say_is_left_out_only_where_that_is_stricter(
    fields: dict[str, Any], way_round: str
) -> None:
    accepting = Rule(action="accept", **fields)
    rendered = render(Ruleset(Chain("drop", [accepting]), Chain("drop")), "iptables")
    assert [omission.rule for omission in rendered.omissions] == [accepting.id]
    assert f"# left out: {accepting.id}" in rendered.text
    dropping = Rule(action="drop", **fields)
    with pytest.raises(ExportError, match=way_round):
        render(Ruleset(Chain("accept", [dropping]), Chain("drop")), "iptables")


def test_a_prefix_is_cut_where_iptables_would_cut_it() -> None:
    """29 bytes, the last a blank."""
    rule = Rule(action="drop", log=Log("p" * 40, rate=None))
    text = render(Ruleset(Chain("drop", [rule]), Chain("drop")), "iptables").text
    assert f'-j LOG --log-prefix "{"p" * 28} "\n' in text


def test_what_logs_less_than_asked_says_so() -> None:
    rule = Rule(action="drop", log=Log("x", LogRate(1, LogInterval.HOUR, 30)))
    rendered = render(Ruleset(Chain("drop", [rule]), Chain("drop")), "iptables")
    assert rendered.omissions == (Omission(rule.id, "logs at most 24 messages at once"),)


@pytest.mark.parametrize(
    ("rate", "match", "less"),
    [
        (LogRate(7), "7/min", ""),
        (LogRate(120, burst=9), "2/sec --limit-burst 9", ""),
        (LogRate(24, LogInterval.DAY, 5), "1/hour", ""),
        (LogRate(1, LogInterval.HOUR), "1/hour", ""),
        (
            LogRate(20_000, LogInterval.SECOND, 20_000),
            "10000/sec --limit-burst 10000",
            "logs at most 10000 messages per second, logs at most 10000 messages at once",
        ),
    ],
)
def test_rates_are_written_as_iptables_lists_them(rate: LogRate, match: str, less: str) -> None:
    assert limit_match(rate) == (f"-m limit --limit {match}", less)


def test_groups_of_ports_have_fifteen_slots() -> None:
    ports = PortSet([*range(1, 29, 2), (40, 41), (50, 51)])
    groups = list(port_groups(ports))
    assert [len(group) for group in groups] == [14, 2]
    assert PortSet([pair for group in groups for pair in group]) == ports


def test_comments_are_cut_before_iptables_cuts_them() -> None:
    rule = Rule(action=Action.DROP, comment="ä" * 400)
    text = render(Ruleset(Chain("drop", [rule]), Chain("drop")), "iptables").text
    comment = text.split('--comment "')[1].split('"')[0]
    assert len(comment.encode()) == 250
