"""The nftables text: one whole file to read, and what each part of a rule turns into."""

# ruff: noqa: E501 - a rendered file is shown as it is

from __future__ import annotations

from typing import Any

import attrs
import pytest

from netstat_fw.errors import ExportError
from netstat_fw.evidence import ProcessCheck, Question, Reason
from netstat_fw.exporters import render
from netstat_fw.ruleset import (
    Action,
    AddressSet,
    Chain,
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
    Ruleset,
    Zone,
)

SSH = Rule(action=Action.ACCEPT, protocol=Protocol.TCP, local_ports=PortSet([7722]), service="ssh")
OFFICE = RemoteReference(RemoteKind.ZONE, "office")
ZONES = (Zone("office", AddressSet(["198.51.100.0/24", "203.0.113.7", "2001:db8:1::/48"])),)

WHOLE = """\
#!/usr/sbin/nft -f
# Host firewall written by netstat-fw.
#
# Caveats:
# - DAMAGED: line 3 could not be read
#
# Left out, because this target cannot hold it:
# - incoming: accept tcp/7722 from user group admins (@GROUP@): accepts nothing here: nftables
#   does not know user group admins; define its addresses as a zone
#
# Questions:
# - Q_UPDATES: How does this host get its updates?
# - Q_EXPOSE tcp/25: Should others reach it?
#
# Programs that should answer:
# - tcp/443: apache2, httpd

table inet netstat_fw
delete table inet netstat_fw
table inet netstat_fw {
\tchain input {
\t\ttype filter hook input priority 0; policy drop;
\t\tiifname "lo"                                             accept comment "@LO@"
\t\tct state established                                     accept comment "@EST@ BASE_ESTABLISHED replies"
\t\t# left out: @GROUP@
\t\t# disabled: @OFF@ was here
\t\ttcp dport 25                                             drop   comment "@MAIL@ LOOPBACK_ONLY only reachable from this machine"
\t\tip saddr { 198.51.100.0/24, 203.0.113.7 } tcp dport 7722 accept comment "@SSH@ ssh"
\t\tip6 saddr 2001:db8:1::/48 tcp dport 7722                 accept comment "@SSH@ ssh"
\t\t                                                         limit rate 10/minute burst 5 packets log prefix "netstat-fw " comment "@REST@"
\t\t                                                         drop   comment "@REST@"
\t}

\tchain output {
\t\ttype filter hook output priority 0; policy drop;
\t\tudp dport 53 accept comment "@DNS@"
\t\t             reject comment "default"
\t}
}
"""


def test_a_whole_file() -> None:
    rules = {
        "LO": Rule(action="accept", interface="lo"),
        "EST": Rule(
            action="accept",
            states=(ConnectionState.ESTABLISHED,),
            reasons=(Reason("BASE_ESTABLISHED", "replies"),),
        ),
        "GROUP": attrs.evolve(
            SSH, service=None, remote=RemoteReference(RemoteKind.USER_GROUP, "admins")
        ),
        "OFF": Rule(action="drop", protocol="esp", enabled=False, comment="was here"),
        "MAIL": Rule(
            action="drop",
            protocol="tcp",
            local_ports=PortSet([25]),
            reasons=(Reason("LOOPBACK_ONLY", "only reachable from this machine"),),
        ),
        "SSH": attrs.evolve(SSH, remote=OFFICE),
        "REST": Rule(action="drop", log=Log()),
    }
    dns = Rule(action="accept", protocol="udp", remote_ports=PortSet([53]))
    ruleset = Ruleset(
        Chain("drop", rules.values()),
        Chain("reject", [dns]),
        zones=ZONES,
        questions=[
            Question("Q_UPDATES", "How does this host get its updates?"),
            Question("Q_EXPOSE", "Should others reach it?", "tcp/25"),
        ],
        caveats=[Reason("DAMAGED", "line 3 could not be read")],
        process_checks=[ProcessCheck("tcp", 443, ("apache2", "httpd")), ProcessCheck("tcp", 9)],
    )
    expected = WHOLE
    for name, rule in {**rules, "DNS": dns}.items():
        expected = expected.replace(f"@{name}@", rule.id)
    rendered = render(ruleset, "nftables")
    assert rendered.text == expected
    assert rendered.files == {"netstat_fw.nft": expected}
    assert [omission.rule for omission in rendered.omissions] == [rules["GROUP"].id]


def lines(rule: Rule, *, outgoing: bool = False) -> list[str]:
    """Render one rule and give its lines without comments and alignment."""
    chain, empty = Chain(Action.DROP, [rule]), Chain(Action.DROP)
    pair = (empty, chain) if outgoing else (chain, empty)
    text = render(Ruleset(*pair, zones=ZONES), "nftables").text
    found = [
        line for line in text.splitlines() if line.startswith("\t\t") and "type filter" not in line
    ]
    return [" ".join(line.partition(" comment ")[0].split()) for line in found]


V4, V6 = (Family.IPV4,), (Family.IPV6,)
MIXED = AddressSet(["192.0.2.0/24", "2001:db8::7"])


@pytest.mark.parametrize(
    ("fields", "incoming", "outgoing"),
    [
        ({}, ["tcp dport 7722 accept"], ["tcp sport 7722 accept"]),
        (
            {"local_ports": PortSet([22, (6000, 6063)]), "remote_ports": PortSet([5])},
            ["tcp sport 5 tcp dport { 22, 6000-6063 } accept"],
            ["tcp dport 5 tcp sport { 22, 6000-6063 } accept"],
        ),
        ({"local_ports": None}, ["meta l4proto tcp accept"], ["meta l4proto tcp accept"]),
        ({"families": V6}, ["meta nfproto ipv6 tcp dport 7722 accept"], None),
        (
            {"remote": AddressSet(["192.0.2.7"])},
            ["ip saddr 192.0.2.7 tcp dport 7722 accept"],
            ["ip daddr 192.0.2.7 tcp sport 7722 accept"],
        ),
        (
            {"local": MIXED, "remote": MIXED},
            [
                "ip saddr 192.0.2.0/24 ip daddr 192.0.2.0/24 tcp dport 7722 accept",
                "ip6 saddr 2001:db8::7 ip6 daddr 2001:db8::7 tcp dport 7722 accept",
            ],
            None,
        ),
        (
            {"remote": AddressSet(["0.0.0.0/0", "2001:db8::/32"])},
            [
                "meta nfproto ipv4 tcp dport 7722 accept",
                "ip6 saddr 2001:db8::/32 tcp dport 7722 accept",
            ],
            None,
        ),
        (
            {"interface": "eth0"},
            ['iifname "eth0" tcp dport 7722 accept'],
            ['oifname "eth0" tcp sport 7722 accept'],
        ),
        (
            {"states": (ConnectionState.UNTRACKED, ConnectionState.NEW)},
            ["tcp dport 7722 ct state new,untracked accept"],
            None,
        ),
        (
            {"hop_limit": 255},
            ["ip ttl 255 tcp dport 7722 accept", "ip6 hoplimit 255 tcp dport 7722 accept"],
            None,
        ),
        (
            {"remote": OFFICE, "families": V6},
            ["ip6 saddr 2001:db8:1::/48 tcp dport 7722 accept"],
            None,
        ),
        ({"action": Action.REJECT}, ["tcp dport 7722 reject with tcp reset"], None),
        ({"action": Action.REJECT, "protocol": Protocol.UDP}, ["udp dport 7722 reject"], None),
        (
            {"protocol": Protocol.ICMP, "local_ports": None, "icmp_types": (8, 3)},
            ["icmp type { 3, 8 } accept"],
            ["icmp type { 3, 8 } accept"],
        ),
        (
            {"protocol": Protocol.ICMPV6, "local_ports": None},
            ["meta nfproto != ipv4 meta l4proto icmpv6 accept"],
            None,
        ),
        (
            {"action": Action.REJECT, "families": V4},
            ["meta nfproto != ipv6 tcp dport 7722 reject with tcp reset"],
            None,
        ),
        ({"log": Log("in", None)}, ['tcp dport 7722 log prefix "in " accept'], None),
        (
            {"log": Log("in", LogRate(1, LogInterval.HOUR, 2))},
            [
                'tcp dport 7722 limit rate 1/hour burst 2 packets log prefix "in "',
                "tcp dport 7722 accept",
            ],
            None,
        ),
        (
            {"remote": AddressSet(f"2001:db8::{n}" for n in range(1, 9, 2))},
            [
                "ip6 saddr { 2001:db8::1, 2001:db8::3, 2001:db8::5, 2001:db8::7 } tcp dport 7722 accept"
            ],
            None,
        ),
    ],
)
def test_each_part_of_a_rule(
    fields: dict[str, Any], incoming: list[str], outgoing: list[str] | None
) -> None:
    rule = attrs.evolve(SSH, **fields)
    assert lines(rule) == incoming
    if outgoing is not None:
        assert lines(rule, outgoing=True) == outgoing


def test_a_default_that_accepts_is_the_policy() -> None:
    text = render(Ruleset(Chain(Action.ACCEPT), Chain(Action.DROP)), "nftables").text
    assert "hook input priority 0; policy accept;" in text
    assert "hook output priority 0; policy drop;" in text


def test_a_zone_without_addresses_of_the_family_leaves_a_remark() -> None:
    zone = Zone("v4", AddressSet(["192.0.2.1"]))
    rule = attrs.evolve(SSH, families=V6, remote=RemoteReference(RemoteKind.ZONE, "v4"))
    chain = Chain(Action.DROP, [rule])
    rendered = render(Ruleset(chain, Chain(Action.DROP), zones=[zone]), "nftables")
    assert f"\t\t# matches nothing: {rule.id} ssh\n" in rendered.text
    assert rendered.omissions == ()


@pytest.mark.parametrize("fields", [
    {"remote": RemoteReference(RemoteKind.SERVER_GROUP, "web")},
    {"interface": "Ethernet 2"},
    {"interface": "an-interface-name"},
])  # fmt: skip
@pytest.mark.parametrize("action", [Action.DROP, Action.REJECT])
def test_a_drop_that_cannot_be_expressed_is_an_error(
    fields: dict[str, Any], action: Action
) -> None:
    rule = attrs.evolve(SSH, action=action, **fields)
    with pytest.raises(ExportError, match=f"target nftables: without rule {rule.id}"):
        lines(rule)
    accepting = attrs.evolve(rule, action=Action.ACCEPT)
    assert lines(accepting) == [f"# left out: {accepting.id} ssh"]


def test_a_comment_is_cut_and_harmless() -> None:
    rule = attrs.evolve(SSH, comment='a";accept;#\n' + "x" * 300)
    text = render(Ruleset(Chain(Action.DROP, [rule]), Chain(Action.DROP)), "nftables").text
    (line,) = [line for line in text.splitlines() if rule.id in line]
    comment = line.partition(' comment "')[2]
    assert comment == f'{rule.id} ssh a__accept___{"x" * 90}"'
    assert len(comment) == 121
