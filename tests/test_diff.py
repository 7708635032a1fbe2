"""What `diff` says of single changes, word for word, and what it never mentions."""

from __future__ import annotations

from typing import Any

import attrs
import pytest

from netstat_fw import parse
from netstat_fw.analyzers import analyze
from netstat_fw.evidence import Evidence, ProcessCheck, Question, Reason
from netstat_fw.ruleset import (
    Action,
    AddressSet,
    Chain,
    ConnectionState,
    Direction,
    Family,
    Flow,
    Log,
    PortSet,
    Protocol,
    RemoteKind,
    RemoteReference,
    Rule,
    Ruleset,
    Service,
    Zone,
    base_rules,
    propose,
)
from netstat_fw.ruleset.difference import diff
from netstat_fw.ruleset.region import Region, Side

WEB = RemoteReference(RemoteKind.SERVER_GROUP, "web")
OPS = RemoteReference(RemoteKind.USER_GROUP, "ops")
OFFICE = RemoteReference(RemoteKind.ZONE, "office")


def accept(port: int | tuple[int, int] | None = None, **fields: Any) -> Rule:  # noqa: ANN401 - fields of a rule
    """Make an accepting rule for a local TCP port."""
    ports = None if port is None else PortSet([port])
    return Rule(**{"action": "accept", "protocol": "tcp", "local_ports": ports} | fields)


def host(*rules: Rule, default: str = "drop", **fields: Any) -> Ruleset:  # noqa: ANN401 - fields of a ruleset
    """Make a ruleset of base rules and incoming rules."""
    chain = Chain(default, (*base_rules(), *rules))
    return Ruleset(chain, Chain("drop", base_rules()), **fields)


def lines(before: Ruleset, after: Ruleset) -> list[str]:
    """Return what `diff` says, a line for each change, without the blanks of its columns."""
    return [" ".join(line.split()) for line in str(diff(before, after)).splitlines()]


SSH = accept(22)
OFFICE_SSH = attrs.evolve(SSH, remote=AddressSet(["192.0.2.0/24"]))


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ([], [SSH], ["opened incoming tcp/22 from any"]),
        ([SSH], [], ["closed incoming tcp/22 from any"]),
        ([OFFICE_SSH], [SSH], ["widened incoming tcp/22 from any but 192.0.2.0/24"]),
        ([SSH], [OFFICE_SSH], ["narrowed incoming tcp/22 from any but 192.0.2.0/24"]),
        (
            [attrs.evolve(SSH, families=(Family.IPV4,))],
            [SSH],
            ["widened incoming tcp/22 from any IPv6 address"],
        ),
        (
            [OFFICE_SSH],
            [attrs.evolve(SSH, remote=AddressSet(["192.0.2.0/25", "198.51.100.7"]))],
            [
                "widened incoming tcp/22 from 198.51.100.7",
                "narrowed incoming tcp/22 from 192.0.2.128/25",
            ],
        ),
        (
            [],
            [accept(443, local=AddressSet(["192.0.2.1", "2001:db8::1"]))],
            ["opened incoming tcp/443 from any at 192.0.2.1, 2001:db8::1"],
        ),
        ([], [accept(80), accept((8080, 8089))], ["opened incoming tcp/80,8080-8089 from any"]),
        (
            [],
            [Rule(action="accept", protocol="udp", local_ports=PortSet([53])), accept(53)],
            ["opened incoming tcp/53 from any", "opened incoming udp/53 from any"],
        ),
        (
            [],
            [accept(68, protocol="udp", remote_ports=PortSet([67]))],
            ["opened incoming udp/68 from any with remote port 67"],
        ),
        (
            [],
            [Rule(action="accept", protocol="icmp", icmp_types=[13])],
            ["opened incoming icmp type 13 from any"],
        ),
        (
            [],
            [Rule(action="accept", protocol="icmpv6", icmp_types=[139, 140])],
            ["opened incoming icmpv6 types 139-140 from any"],
        ),
        ([], [Rule(action="accept", protocol="esp")], ["opened incoming esp from any"]),
        ([], [accept(80, interface="eth0")], ["opened incoming tcp/80 from any on eth0"]),
        (
            [SSH],
            [Rule(action="drop", interface="eth0"), SSH],
            ["closed incoming tcp/22 from any on eth0"],
        ),
        (
            [accept(80, interface="eth0"), accept(81)],
            [accept(80, interface="eth1"), accept(81)],
            [
                "opened incoming tcp/80 from any on eth1",
                "closed incoming tcp/80 from any on eth0",
            ],
        ),
        (
            [accept(80)],
            [Rule(action="drop", interface="eth0"), Rule(action="drop", interface="eth1")],
            ["closed incoming tcp/80 from any"],
        ),
        (
            [Rule(action="drop", interface="eth0")],
            [Rule(action="drop", interface="eth0"), accept(80)],
            ["opened incoming tcp/80 from any except on eth0, lo"],
        ),
        (
            [],
            [Rule(action="accept", protocol="tcp", local_ports=PortSet([9]), hop_limit=255)],
            ["opened incoming tcp/9 from any with hop limit 255"],
        ),
        ([], [accept(9, remote=WEB)], ["opened incoming tcp/9 from server group web"]),
        (
            [accept(9, remote=WEB)],
            [accept(9, remote=AddressSet(["192.0.2.1"]))],
            [
                "widened incoming tcp/9 from 192.0.2.1",
                "narrowed incoming tcp/9 from server group web",
            ],
        ),
        (
            [],
            [
                accept(9, remote=WEB, families=(Family.IPV4,)),
                accept(9, remote=OPS),
                accept(9, remote=AddressSet(["192.0.2.1"])),
            ],
            [
                "opened incoming tcp/9 from 192.0.2.1, server group web, user group ops",
                "opened incoming tcp/9 from user group ops",
            ],
        ),
        (
            [],
            [Rule(action="drop", remote=WEB), accept(9)],
            ["opened incoming tcp/9 from any but server group web"],
        ),
    ],
)
def test_a_change_is_told_in_one_line(
    before: list[Rule], after: list[Rule], expected: list[str]
) -> None:
    assert lines(host(*before), host(*after)) == expected


BARE = Ruleset(Chain("drop"), Chain("drop"))


def bare(*rules: Rule, default: str = "drop", outgoing: str = "drop") -> Ruleset:
    """Make a ruleset without base rules."""
    return Ruleset(Chain(default, rules), Chain(outgoing))


ESTABLISHED = Rule(action="accept", states=(ConnectionState.ESTABLISHED,))


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (BARE, bare(default="accept"), ["opened incoming any protocol from any"]),
        (BARE, bare(outgoing="accept"), ["opened outgoing any protocol to any"]),
        (BARE, bare(default="reject"), ["rejected incoming any protocol from any"]),
        (bare(default="reject"), BARE, ["dropped incoming any protocol from any"]),
        (
            BARE,
            bare(Rule(action="drop", protocol="tcp"), default="accept"),
            ["opened incoming any protocol but tcp from any"],
        ),
        (
            BARE,
            bare(Rule(action="accept", protocol="tcp"), Rule(action="accept", protocol="udp")),
            ["opened incoming tcp and udp from any"],
        ),
        (
            BARE,
            bare(accept(remote_ports=PortSet([53]), interface="lo")),
            ["opened incoming tcp from any with remote port 53 on lo"],
        ),
        (BARE, bare(ESTABLISHED), ["opened incoming any protocol from any in state established"]),
        (
            bare(ESTABLISHED),
            bare(attrs.evolve(ESTABLISHED, families=(Family.IPV6,))),
            [
                "closed incoming icmp and igmp from any IPv4 address in state established",
                (
                    "narrowed incoming any protocol but icmp, igmp and icmpv6 from any IPv4 address"
                    " in state established"
                ),
            ],
        ),
        (
            bare(Rule(action="drop", hop_limit=1), Rule(action="accept", hop_limit=2)),
            bare(Rule(action="accept", hop_limit=2), Rule(action="drop", hop_limit=1)),
            ["widened incoming any protocol from any with hop limit not stated"],
        ),
        (
            BARE,
            bare(accept(80, remote=AddressSet(["192.0.2.0/24", "2001:db8::/32"]))),
            ["opened incoming tcp/80 from 192.0.2.0/24, 2001:db8::/32"],
        ),
        (
            BARE,
            bare(accept(80, remote=AddressSet(f"192.0.2.{n}" for n in range(0, 20, 2)))),
            [
                (
                    "opened incoming tcp/80 from 192.0.2.0, 192.0.2.2, 192.0.2.4, 192.0.2.6,"
                    " 192.0.2.8, 192.0.2.10, 4 more"
                )
            ],
        ),
    ],
)
def test_a_change_without_base_rules_is_told_in_one_line(
    before: Ruleset, after: Ruleset, expected: list[str]
) -> None:
    assert lines(before, after) == expected


def test_what_differs_in_packets_that_cannot_exist_is_no_change() -> None:
    """An IPv6 packet never has an IPv4-mapped address: it would be an IPv4 packet."""
    wide = accept(80, remote=AddressSet(["::fffe:0:0/95"]))
    narrow = accept(80, remote=AddressSet(["::fffe:0:0/96"]))
    assert not diff(bare(wide), bare(narrow))
    assert lines(BARE, bare(wide)) == ["opened incoming tcp/80 from ::fffe:0:0/95"]


def test_a_zone_is_compared_by_its_members() -> None:
    zone = Zone("office", AddressSet(["192.0.2.0/24"]))
    by_name = host(attrs.evolve(SSH, remote=OFFICE), zones=[zone])
    assert not diff(by_name, host(OFFICE_SSH))
    grown = attrs.evolve(zone, addresses=AddressSet(["192.0.2.0/24", "198.51.100.0/24"]))
    assert lines(by_name, attrs.evolve(by_name, zones=(grown,))) == [
        "widened incoming tcp/22 from 198.51.100.0/24"
    ]
    all_v4 = attrs.evolve(zone, addresses=AddressSet(["0.0.0.0/0"]))
    assert lines(by_name, attrs.evolve(by_name, zones=(all_v4,))) == [
        "widened incoming tcp/22 from any IPv4 address but 192.0.2.0/24"
    ]


def test_services_of_either_side_name_what_changed() -> None:
    https = Service("https", Protocol.TCP, PortSet([443]))
    other = [
        Service("https", Protocol.UDP, PortSet([443])),
        Service("web", Protocol.TCP, PortSet([80, 443])),
    ]
    before = host(services=[https])
    assert lines(before, host(accept(443), services=other)) == [
        "opened incoming tcp/443 from any (https)"
    ]
    assert lines(host(accept(80), accept(443), services=other), before) == [
        "closed incoming tcp/80,443 from any (https, web)"
    ]


def test_other_programs_on_a_port_are_told_where_both_sides_know_any() -> None:
    before = host(process_checks=[
        ProcessCheck("tcp", 22, ("sshd",)),
        ProcessCheck("tcp", 80, ("httpd",)),
        ProcessCheck("tcp", 80, ("nginx",)),
        ProcessCheck("tcp", 443, ("httpd",)),
        ProcessCheck("udp", 53, ()),
        ProcessCheck("udp", 123, ("ntpd",)),
    ])  # fmt: skip
    after = host(process_checks=[
        ProcessCheck("tcp", 22, ("sshd",)),
        ProcessCheck("tcp", 80, ("nginx", "httpd")),
        ProcessCheck("tcp", 443, ("x\n\x1b[2Jopened",)),
        ProcessCheck("udp", 53, ("named",)),
    ])  # fmt: skip
    found = diff(before, after)
    assert found
    assert str(found) == r"owners    tcp/443: httpd before, 'x\n\x1b[2Jopened' now"


CAPTURE = """\
Proto Recv-Q Send-Q Local Address      Foreign Address       State       PID/Program name
tcp   0      0      0.0.0.0:22         0.0.0.0:*             LISTEN      416/sshd
tcp   0      0      192.0.2.1:22       198.51.100.7:45438    ESTABLISHED 977/sshd: root
tcp   0      0      192.0.2.1:45440    203.0.113.9:443       ESTABLISHED 981/curl
udp   0      0      0.0.0.0:123        0.0.0.0:*                         417/ntpd
"""
NEXT_NIGHT = """\
Proto Recv-Q Send-Q Local Address      Foreign Address       State       PID/Program name
udp   8      0      0.0.0.0:123        0.0.0.0:*                         3417/ntpd
tcp   0      36     192.0.2.1:22       198.51.100.7:51002    ESTABLISHED 4100/sshd: root
tcp   0      0      192.0.2.1:39812    203.0.113.9:443       TIME_WAIT   -
tcp   0      0      192.0.2.1:39814    203.0.113.9:443       ESTABLISHED 4200/curl
tcp   0      0      0.0.0.0:22         0.0.0.0:*             LISTEN      3416/sshd
"""


def test_process_ids_client_ports_and_row_order_are_never_mentioned() -> None:
    nights = [propose(analyze(parse(text))) for text in (CAPTURE, NEXT_NIGHT)]
    assert not diff(*nights)
    hijacked = propose(analyze(parse(NEXT_NIGHT.replace("3416/sshd", "3416/nc"))))
    assert [str(change) for change in diff(nights[0], hijacked).owners] == [
        "tcp/22: sshd before, nc now"
    ]


def test_what_only_explains_a_rule_is_never_mentioned() -> None:
    told = attrs.evolve(
        SSH,
        service="ssh",
        comment="for the office",
        log=Log(),
        evidence=(Evidence(3),),
        reasons=(Reason("LISTEN_ANY", "sshd listens"),),
    )
    before = host(SSH)
    after = host(
        told,
        attrs.evolve(accept(23), enabled=False),
        accept(22, remote=WEB, action=Action.DROP),
        questions=[Question("Q_UPDATES", "Where from?")],
        caveats=[Reason("CUT", "rows are damaged")],
    )
    assert not diff(before, after)
    assert str(diff(before, after)) == "both let the same through"


def test_a_region_knows_its_single_protocol() -> None:
    region = Region(direction=Direction.INCOMING)
    assert region.protocol is None
    assert attrs.evolve(region, protocols=((6, 6),)).protocol is Protocol.TCP
    assert attrs.evolve(region, protocols=((6, 7),)).protocol is None
    assert attrs.evolve(region, protocols=((47, 47),)).protocol is None
    assert attrs.evolve(region, protocols=((6, 6), (17, 17))).protocol is None


@pytest.mark.parametrize(
    ("protocols", "text"),
    [
        ((), "any protocol"),
        (((47, 47),), "protocol 47"),
        (((6, 6), (17, 17), (47, 47)), "tcp, udp and protocol 47"),
        (((0, 5), (7, 255)), "any protocol but tcp"),
        (((60, 90),), "protocols 60-90"),
    ],
)
def test_protocols_are_named_as_far_as_they_have_names(
    protocols: tuple[tuple[int, int], ...], text: str
) -> None:
    assert Region(direction=Direction.OUTGOING, protocols=protocols).what == text


def test_nobody_without_a_group_is_in_a_side_of_groups() -> None:
    flow = Flow(
        direction="incoming",
        protocol="tcp",
        local_address="192.0.2.1",
        remote_address="198.51.100.7",
        local_port=22,
        remote_port=45438,
    )
    region = Region(direction=Direction.INCOMING, ports=((22, 22),))
    assert flow in region
    assert flow not in attrs.evolve(region, remote=Side(groups=(WEB,)))
    assert flow in attrs.evolve(region, remote=Side(excluded_groups=(WEB,)))
    assert flow not in attrs.evolve(region, remote=Side(excluded=AddressSet(["198.51.100.0/24"])))
    assert flow not in attrs.evolve(region, icmp_types=((8, 8),))
