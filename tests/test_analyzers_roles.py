"""Table U and the role table: what a datagram socket is for, one case for each row."""

from __future__ import annotations

from ipaddress import ip_address

import pytest
from findings_text import (
    analyze_linux,
    connection_to,
    describe,
    exposure_at,
    fates,
    linux,
    wide_row,
)

from netstat_fw.analyzers import analyze
from netstat_fw.analyzers.findings import Basis, Findings, Role, Scope, Stance
from netstat_fw.analyzers.roles import PORT_ROLES
from netstat_fw.evidence import Confidence
from netstat_fw.reader import parse
from netstat_fw.records import Capture, Dialect, Endpoint, Family, Protocol, Socket
from netstat_fw.services import builtin_catalog, parse_services


def rules(rows: str) -> list[str]:
    """Write what the rows alone speak for: no facts, questions, hazards or knowledge."""
    text = describe(analyze_linux(rows), asked=False).splitlines()
    known = {"out  tcp/53 v4+v6 - policy", "out  udp/53 v4+v6 - policy"}
    return [each for each in text if each[:4] in {"open", "shut", "out ", "role"}
            and each not in known and "beside" not in each]  # fmt: skip


def questions(findings: Findings) -> list[str]:
    """Write the questions that are not of the checklist."""
    return [f"{each.code} {each.subject}" for each in findings.questions if each.subject]


def test_u1_a_connected_client_port_is_outgoing_evidence() -> None:
    findings = analyze_linux("udp 192.0.2.2:58126 203.0.113.53:53 ESTABLISHED 5/sendmail-mta")
    found = connection_to(findings, 53, "udp")
    assert found is not None
    assert (found.confidence, found.basis) == (Confidence.HIGH, Basis.DATAGRAM)
    assert [reason.code for reason in found.reasons] == [
        "OUT_DATAGRAM",
        "UDP_CONNECTED_CLIENT",
        "DNS_ALWAYS",
    ]
    assert found.peers == (ip_address("203.0.113.53"),)
    assert fates(findings) == ["finding U1 UDP_CONNECTED_CLIENT out udp/53"]
    assert [(each.role, each.port) for each in findings.datagrams] == [(Role.CLIENT, None)]


@pytest.mark.parametrize("dialect", [Dialect.BSD, Dialect.WINDOWS])
def test_u1_a_peer_is_enough_where_udp_has_no_states(dialect: Dialect) -> None:
    socket = Socket(
        Protocol.UDP,
        Family.IPV4,
        Endpoint(ip_address("192.0.2.2"), 60000),
        Endpoint(ip_address("203.0.113.9"), 443),
    )
    findings = analyze(Capture(dialect, (socket,)))
    assert connection_to(findings, 443, "udp") is not None


def test_u1_a_peer_with_a_client_port_is_asked_about() -> None:
    findings = analyze_linux("""
        udp 192.0.2.2:40000 203.0.113.9:50000 ESTABLISHED 5/torrent
        udp 192.0.2.2:40002 203.0.113.9:51820 ESTABLISHED 5/boringtun
        udp 192.0.2.2:40004 203.0.113.9:50001 ESTABLISHED -
    """)
    assert fates(findings) == [
        "question U1 UDP_CONNECTED_CLIENT ask Q_EPHEMERAL_PEER udp of torrent",
        "finding U1 UDP_CONNECTED_CLIENT out udp/51820",
        "question U1 UDP_CONNECTED_CLIENT ask Q_EPHEMERAL_PEER udp of unknown programs",
    ]


def test_u1_a_fixed_local_port_to_a_server_port_goes_out_with_less_confidence() -> None:
    findings = analyze_linux("udp 192.0.2.2:30101 203.0.113.53:53 ESTABLISHED 5/named")
    assert fates(findings) == ["finding U1 UDP_CONNECTED_FIXED out udp/53"]
    (found,) = findings.datagrams
    assert found.confidence is Confidence.MEDIUM


def test_u2_the_same_port_on_both_sides_is_both_directions() -> None:
    assert rules("udp 192.0.2.2:30101 203.0.113.9:30101 ESTABLISHED 5/cluster") == [
        "open udp/30101 v4 any cluster high peers 203.0.113.9",
        "out  udp/30101 v4 cluster high peers 203.0.113.9",
        "role udp/* both cluster high U2",
    ]


def test_u2_an_unconnected_socket_of_the_port_takes_the_incoming_side() -> None:
    assert rules("""
        udp 0.0.0.0:123 0.0.0.0:* 5/ntpd
        udp 192.0.2.2:123 203.0.113.9:123 ESTABLISHED 5/ntpd
    """) == [
        "open udp/123 v4 any ntpd medium peers 203.0.113.9",
        "out  udp/123 v4 ntpd high peers 203.0.113.9",
        "role udp/123 both ntpd high U5",
    ]


def test_u3_a_server_port_with_a_client_is_a_connected_server() -> None:
    findings = analyze_linux("udp 192.0.2.2:1194 203.0.113.9:50000 ESTABLISHED 5/openvpn")
    found = exposure_at(findings, 1194, "udp")
    assert (found.scope, found.confidence) == (Scope.ANY, Confidence.MEDIUM)
    assert fates(findings) == ["finding U3 UDP_CONNECTED_SERVER in udp/1194"]


@pytest.mark.parametrize("port", [4789, 8472])
def test_u3_what_standards_say_of_a_port_holds_for_connected_sockets(port: int) -> None:
    """Else any user's socket would open the overlay network of the kernel to everybody."""
    kernel = f"udp 0.0.0.0:{port} 0.0.0.0:* -"
    another = f"udp6 2001:db8::2:{port} 2001:db8:66::6:7777 ESTABLISHED 7/x"
    alone, both = (
        exposure_at(analyze_linux(f"{row}\n{another}"), port, "udp") for row in ("", kernel)
    )
    role = PORT_ROLES[port]
    assert alone.remotes == role.remotes
    assert set(both.remotes) == set(role.remotes)
    assert both.confidence is Confidence.MEDIUM


@pytest.mark.parametrize("remote", [1900, 40000])
def test_u3_a_connected_socket_opens_no_port_that_is_best_kept_shut(remote: int) -> None:
    findings = analyze_linux(f"udp 192.0.2.2:1900 203.0.113.9:{remote} ESTABLISHED 5/upnpd")
    assert [e for e in findings.exposures if e.stance is Stance.OPEN] == []


def test_u3_it_joins_the_unconnected_socket_of_its_port() -> None:
    findings = analyze_linux("""
        udp 0.0.0.0:1194 0.0.0.0:* 5/openvpn
        udp 192.0.2.2:1194 203.0.113.9:50000 ESTABLISHED 5/openvpn
        udp 192.0.2.2:1194 203.0.113.8:1024 ESTABLISHED 5/openvpn
    """)
    assert fates(findings)[1:] == ["covered U3 UDP_CONNECTED_SERVER in udp/1194"] * 2
    assert [each.line for each in exposure_at(findings, 1194, "udp").sessions] == [3, 4]


@pytest.mark.parametrize("bound", ["*", "224.0.0.251"])
@pytest.mark.parametrize(
    ("remote", "outcome", "incoming"),
    [
        (5353, "finding U2 UDP_SAME_PORT out udp/5353", []),
        (22, "finding U1 UDP_CONNECTED_FIXED out udp/22", []),
        (40000, "finding U3 UDP_CONNECTED_SERVER in udp/5353", [Confidence.LOW]),
    ],
)
def test_u3_a_port_for_groups_covers_no_peer_of_its_own(
    bound: str, remote: int, outcome: str, incoming: list[Confidence]
) -> None:
    """The rule for its groups lets nobody in who is asked by unicast."""
    findings = analyze_linux(f"""
        udp {bound}:5353 0.0.0.0:* 5/avahi-daemon
        udp 192.0.2.2:5353 203.0.113.9:{remote} ESTABLISHED 5/avahi-daemon
    """)
    assert fates(findings)[1] == outcome
    assert [e.confidence for e in findings.exposures if e.scope is Scope.ANY] == incoming


def test_u3_also_on_a_port_within_the_client_range() -> None:
    findings = analyze_linux("""
        udp 0.0.0.0:51820 0.0.0.0:* -
        udp 192.0.2.2:51820 203.0.113.9:40000 ESTABLISHED -
    """)
    assert fates(findings)[1] == "covered U3 UDP_CONNECTED_SERVER in udp/51820"


def test_u3_a_port_on_loopback_alone_stays_shut() -> None:
    findings = analyze_linux("""
        udp 127.0.0.1:30101 0.0.0.0:* 5/dnsmasq
        udp 192.0.2.2:30101 203.0.113.9:30101 ESTABLISHED 5/dnsmasq
        udp 127.0.0.1:53 0.0.0.0:* 5/dnsmasq
        udp 192.0.2.2:53 203.0.113.9:50000 ESTABLISHED 5/dnsmasq
    """)
    bound = [each for each in findings.exposures if each.basis is not Basis.COMPANION]
    assert {each.stance for each in bound} == {Stance.SHUT}
    assert fates(findings)[1] == "finding U2 UDP_SAME_PORT out udp/30101"
    assert fates(findings)[3] == "question U3 UDP_CONNECTED_SERVER ask Q_DIRECTION udp/53"


@pytest.mark.parametrize(
    ("row", "outcome"),
    [
        ("udp 192.0.2.2:30101 203.0.113.9:30102 ESTABLISHED 5/x",
         "question U3 UDP_AMBIGUOUS ask Q_DIRECTION udp/30101"),
        ("udp 192.0.2.2:40000 203.0.113.9:nosuch ESTABLISHED 5/x",
         "question T PORT_NAMED ask Q_NAMED_PORT udp/nosuch"),
        ("udp 192.0.2.2:nosuch 203.0.113.9:53 ESTABLISHED 5/x",
         "question T PORT_NAMED ask Q_NAMED_PORT udp/nosuch"),
        ("udp 192.0.2.2:40000 203.0.113.9:* ESTABLISHED 5/x",
         "question T PORT_UNREADABLE ask Q_UNREADABLE_PORT udp of x"),
        ("udp 0.0.0.0:* 0.0.0.0:* 5/x", "excluded - UDP_UNBOUND"),
        ("udp 127.0.0.1:40000 127.0.0.1:8125 ESTABLISHED 5/x", "local T1 LOCAL_TRAFFIC"),
        ("udp 192.0.2.2:40000 192.0.2.2:53 ESTABLISHED 5/x", "local T1 LOCAL_TRAFFIC"),
    ],
)  # fmt: skip
def test_other_connected_sockets(row: str, outcome: str) -> None:
    assert fates(analyze_linux(row)) == [outcome]


def test_u4_loopback_alone_is_shut() -> None:
    findings = analyze_linux("""
        udp 127.0.0.1:323 0.0.0.0:* 5/chronyd
        udp6 ::1:323 :::* 5/chronyd
    """)
    found = exposure_at(findings, 323, "udp")
    assert (found.scope, found.stance) == (Scope.LOOPBACK, Stance.SHUT)
    assert found.confidence is Confidence.CERTAIN
    assert [each.role for each in findings.datagrams] == [Role.LOCAL]
    assert fates(findings) == ["finding U4 LOOPBACK_ONLY in udp/323"] * 2


def test_u4_a_client_port_on_loopback_is_not_worth_a_rule() -> None:
    findings = analyze_linux("udp 127.0.0.1:50123 0.0.0.0:* 5/java")
    assert findings.exposures == ()
    assert fates(findings) == ["local U4 LOOPBACK_CLIENT role udp/*"]


# U5: each entry of the role table, bound to the IPv4 and IPv6 wildcards.
LOCAL = "10.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.168.0.0/16"
OWN = f"{LOCAL} fc00::/7 fe80::/10"
PTP = "224.0.1.129/32 224.0.0.107/32 ff02::6b/128 ff0e::181/128"
ROLES = {
    53: ["open udp/53 v4+v6 any p high"],
    67: [
        "open udp/67 v4 any p high from port 68",
        "out  udp/68 v4 p high from port 67",
    ],
    68: [
        "open udp/68 v4 any p suggested from port 67",
        "out  udp/67 v4 p high from port 68",
    ],
    69: ["open udp/69 v4+v6 any p high"],
    88: ["open udp/88 v4+v6 any p high"],
    111: ["open udp/111 v4+v6 any p high"],
    123: ["open udp/123 v4+v6 any p medium", "out  udp/123 v4+v6 p high"],
    137: [
        f"open udp/137 v4 any p medium from {LOCAL}",
        f"out  udp/137 v4 p high to {LOCAL}",
    ],
    138: [
        f"open udp/138 v4 any p medium from {LOCAL}",
        f"out  udp/138 v4 p high to {LOCAL}",
    ],
    161: ["open udp/161 v4+v6 any p high"],
    162: ["open udp/162 v4+v6 any p high"],
    319: [
        "open udp/319 v4+v6 group p medium to 224.0.0.107 224.0.1.129 ff02::6b ff0e::181",
        f"out  udp/319 v4+v6 p high to {PTP}",
    ],
    320: [
        "open udp/320 v4+v6 group p medium to 224.0.0.107 224.0.1.129 ff02::6b ff0e::181",
        f"out  udp/320 v4+v6 p high to {PTP}",
    ],
    427: [
        "open udp/427 v4+v6 group p medium to 239.255.255.253 ff02::116",
        "out  udp/427 v4+v6 p high to 239.255.255.253/32 ff02::116/128",
    ],
    443: [],
    464: ["open udp/464 v4+v6 any p high"],
    500: [
        "open udp/500 v4+v6 any p high with esp ah",
        "out  udp/500 v4+v6 p high with esp ah",
    ],
    514: [],
    520: [
        f"open udp/520 v4 any p medium from {LOCAL}",
        f"out  udp/520 v4 p high to {LOCAL}",
    ],
    521: [
        "open udp/521 v6 any p medium from fe80::/10",
        "out  udp/521 v6 p high to fe80::/10 ff02::9/128",
    ],
    546: [
        "open udp/546 v6 link-local p high from fe80::/10 from port 547",
        "out  udp/547 v6 p high from port 546 to ff02::1:2/128",
    ],
    547: [
        "open udp/547 v6 any p high from fe80::/10 from port 546",
        "out  udp/546 v6 p high from port 547 to fe80::/10",
    ],
    631: ["shut udp/631 v4+v6 any p high"],
    1194: ["open udp/1194 v4+v6 any p high"],
    1645: ["open udp/1645 v4+v6 any p high"],
    1646: ["open udp/1646 v4+v6 any p high"],
    1812: ["open udp/1812 v4+v6 any p high"],
    1813: ["open udp/1813 v4+v6 any p high"],
    1900: ["shut udp/1900 v4+v6 group p medium to 239.255.255.250 ff02::c"],
    2049: ["open udp/2049 v4+v6 any p high"],
    3478: ["open udp/3478 v4+v6 any p high"],
    3702: [
        "open udp/3702 v4+v6 group p medium to 239.255.255.250 ff02::c",
        "out  udp/3702 v4+v6 p high to 239.255.255.250/32 ff02::c/128",
    ],
    4500: [
        "open udp/4500 v4+v6 any p high",
        "out  udp/4500 v4+v6 p high",
    ],
    4739: ["open udp/4739 v4+v6 any p high"],
    4789: [
        f"open udp/4789 v4+v6 any p medium from {OWN} asks Q_PEERS",
        f"out  udp/4789 v4+v6 p high to {OWN}",
    ],
    5060: ["open udp/5060 v4+v6 any p high", "out  udp/5060 v4+v6 p high"],
    5353: [
        "open udp/5353 v4+v6 group p medium to 224.0.0.251 ff02::fb",
        "out  udp/5353 v4+v6 p high to 224.0.0.251/32 ff02::fb/128",
    ],
    5355: ["shut udp/5355 v4+v6 group p medium to 224.0.0.252 ff02::1:3"],
    6343: ["open udp/6343 v4+v6 any p high"],
    8472: [
        f"open udp/8472 v4+v6 any p medium from {OWN} asks Q_PEERS",
        f"out  udp/8472 v4+v6 p high to {OWN}",
    ],
    11211: ["open udp/11211 v4+v6 any p high"],
    41641: ["open udp/41641 v4+v6 any p high"],
    51820: ["open udp/51820 v4+v6 any p high"],
}  # fmt: skip


def test_u5_every_entry_of_the_role_table_has_a_case() -> None:
    assert set(ROLES) == set(PORT_ROLES)


@pytest.mark.parametrize("port", ROLES)
def test_u5_the_role_table(port: int) -> None:
    found = rules(f"udp 0.0.0.0:{port} 0.0.0.0:* 5/p\nudp6 :::{port} :::* 5/p")
    assert [each for each in found if not each.startswith("role")] == ROLES[port]
    role = PORT_ROLES[port].role.value if ROLES[port] else "undecided"
    assert [each for each in found if each.startswith("role")] == [
        f"role udp/{port} {role} p {'high' if ROLES[port] else 'low'} U5"
    ]


def test_u5_a_role_in_one_family_says_nothing_of_the_other() -> None:
    assert rules("udp 0.0.0.0:5353 0.0.0.0:* 5/avahi-daemon:") == [
        "open udp/5353 v4 group avahi-daemon medium to 224.0.0.251",
        "out  udp/5353 v4 avahi-daemon high to 224.0.0.251/32",
        "role udp/5353 member avahi-daemon high U5",
    ]


def test_k3_dhcp_clients_are_so_however_they_are_bound() -> None:
    """NetworkManager connects its socket to the server."""
    assert rules("""
        udp 192.0.2.2:68 192.0.2.1:67 ESTABLISHED 5/NetworkManager
        udp6 fe80::2:546 :::* 5/NetworkManager
    """) == [
        "open udp/68 v4 any NetworkManager suggested from port 67",
        "open udp/546 v6 link-local NetworkManager high from fe80::/10 from port 547",
        "out  udp/67 v4 NetworkManager high from port 68 peers 192.0.2.1",
        "out  udp/547 v6 NetworkManager high from port 546 to ff02::1:2/128",
        "role udp/68 client NetworkManager high U5",
        "role udp/546 client NetworkManager high U5",
    ]


def test_u5_a_standard_family_stands_in_for_a_bind_that_has_none_of_it() -> None:
    socket = Socket(Protocol.UDP, Family.IPV6, Endpoint(ip_address("::"), 137), Endpoint())
    found = exposure_at(analyze(Capture(Dialect.WINDOWS, (socket,))), 137, "udp")
    assert found.families == (Family.IPV4,)


def test_u5_quic_is_a_server_beside_https_alone() -> None:
    both = analyze_linux("""
        tcp 0.0.0.0:443 0.0.0.0:* LISTEN 5/nginx
        udp 0.0.0.0:443 0.0.0.0:* 5/nginx
    """)
    assert exposure_at(both, 443, "udp").confidence is Confidence.HIGH
    alone = analyze_linux("""
        tcp 127.0.0.1:443 0.0.0.0:* LISTEN 5/nginx
        udp 0.0.0.0:443 0.0.0.0:* 5/nginx
    """)
    assert fates(alone)[1] == "question U5 UDP_UNCONVINCED ask Q_UDP_ROLE udp/443"


def test_u5_syslog_is_a_server_for_syslog_daemons_alone() -> None:
    assert (
        exposure_at(analyze_linux("udp 0.0.0.0:514 0.0.0.0:* 5/rsyslogd"), 514, "udp").confidence
        is Confidence.HIGH
    )
    assert questions(analyze_linux("udp 0.0.0.0:514 0.0.0.0:* 5/java")) == ["Q_UDP_ROLE udp/514"]


def test_u5_is_about_udp_alone() -> None:
    findings = analyze_linux("udplite 0.0.0.0:5353 0.0.0.0:* 5/java")
    assert findings.datagrams[0].reasons[0].row == "U11"


def test_u5_loopback_binds_come_before_the_role_table() -> None:
    findings = analyze_linux("udp 127.0.0.1:5353 0.0.0.0:* 5/avahi-daemon:")
    assert exposure_at(findings, 5353, "udp").scope is Scope.LOOPBACK


def test_u5_a_loopback_bind_beside_others_is_covered() -> None:
    findings = analyze_linux("""
        udp 127.0.0.1:5353 0.0.0.0:* 5/avahi-daemon:
        udp 192.0.2.2:5353 0.0.0.0:* 5/avahi-daemon:
        udp 224.0.0.251:5353 0.0.0.0:* 5/avahi-daemon:
    """)
    assert fates(findings) == [
        "covered 2.2.6 LOOPBACK_EXPOSED in udp/5353",
        "finding U5 MDNS in udp/5353",
        "finding U5 MDNS in udp/5353",
    ]


def test_u5_the_peers_of_an_overlay_are_asked_for() -> None:
    findings = analyze_linux("udp 0.0.0.0:8472 0.0.0.0:* -")
    assert questions(findings) == ["Q_PEERS udp/8472"]
    assert fates(findings) == ["finding U5 OVERLAY_NETWORK in udp/8472"]


def test_u6_a_tcp_server_on_the_same_port_speaks_for_a_server() -> None:
    findings = analyze_linux("""
        tcp 0.0.0.0:30101 0.0.0.0:* LISTEN 5/game
        udp 0.0.0.0:30101 0.0.0.0:* 5/game
    """)
    found = exposure_at(findings, 30101, "udp")
    assert (found.confidence, found.reasons[0].row) == (Confidence.HIGH, "U6")


def test_u6_that_of_somebody_else_does_not() -> None:
    """Any user could open the port of another one so; a name is chosen, a process id is not."""
    for tcp, udp in (("6/game", "5/game"), ("-", "5/game"), ("6/x", "-")):
        findings = analyze_linux(f"""
            tcp 192.0.2.2:30101 0.0.0.0:* LISTEN {tcp}
            udp 0.0.0.0:30101 0.0.0.0:* {udp}
            tcp 0.0.0.0:80 0.0.0.0:* LISTEN 7/httpd
        """)
        assert fates(findings)[1].split()[1] == "U11"
        assert [e.port for e in findings.exposures if e.protocol is Protocol.UDP] == []
    both = analyze_linux("""
        tcp 192.0.2.2:30101 0.0.0.0:* LISTEN 6/x
        udp 192.0.2.2:30101 0.0.0.0:* 6/x
        udp 127.0.0.1:30101 0.0.0.0:* 5/game
        udp 192.0.2.3:30101 0.0.0.0:* 5/game
    """)
    assert [e.port for e in both.exposures if e.protocol is Protocol.UDP] == []


@pytest.mark.parametrize(("port", "rows"), [
    (990, "tcp 0.0.0.0:990 0.0.0.0:* LISTEN 6/ftpd\nudp 0.0.0.0:990 0.0.0.0:* 5/ftpd"),
    (30101, "tcp 0.0.0.0:30101 0.0.0.0:* LISTEN -\nudp 0.0.0.0:30101 0.0.0.0:* -"),
])  # fmt: skip
def test_u6_it_does_below_1024_and_where_no_process_is_captured(port: int, rows: str) -> None:
    assert exposure_at(analyze_linux(rows), port, "udp").reasons[0].row == "U6"


def test_u6_a_tcp_server_on_loopback_does_not() -> None:
    findings = analyze_linux("""
        tcp 127.0.0.1:30101 0.0.0.0:* LISTEN 5/game
        udp 0.0.0.0:30101 0.0.0.0:* 5/game
    """)
    assert fates(findings)[1].split()[1] == "U11"


def test_u7_a_client_s_name_does_not_speak_for_another_program_on_the_port() -> None:
    """Else whoever takes the name would close the port of somebody else, and nobody was asked."""
    findings = analyze_linux("""
        udp 0.0.0.0:27960 0.0.0.0:* 5/quake
        udp6 2001:db8::2:27960 :::* 7/chronyd
    """)
    assert questions(findings) == ["Q_UDP_ROLE udp/27960"]


@pytest.mark.parametrize(
    ("program", "port"), [("avahi-daemon:", 37000), ("dhclient", 30101), ("Firefox.exe", 60000)]
)
def test_u7_a_further_port_of_a_known_client_needs_nothing(program: str, port: int) -> None:
    findings = analyze_linux(f"udp 0.0.0.0:{port} 0.0.0.0:* 5/{program}")
    assert fates(findings) == ["excluded U7 UDP_KNOWN_CLIENT role udp/*"]
    assert findings.exposures == ()
    assert questions(findings) == []


def test_u7_but_a_listed_port_of_its_own_does() -> None:
    findings = analyze_linux("udp 0.0.0.0:2055 0.0.0.0:* 5/chronyd")
    assert findings.datagrams[0].reasons[0].row == "U8"


def test_u2_connected_key_exchange_carries_its_payload() -> None:
    assert rules("udp 192.0.2.2:500 203.0.113.9:500 ESTABLISHED 5/charon") == [
        "open udp/500 v4 any charon high with esp ah peers 203.0.113.9",
        "out  udp/500 v4 charon high with esp ah peers 203.0.113.9",
        "role udp/* both charon high U2",
    ]


def test_k7_a_port_that_is_published_for_a_container_is_asked_about() -> None:
    """Being called docker-proxy opens nothing by itself."""
    findings = analyze_linux("udp 0.0.0.0:30101 0.0.0.0:* 5/docker-proxy")
    found = exposure_at(findings, 30101, "udp")
    assert (found.confidence, found.reasons[0].row) == (Confidence.LOW, "K7")
    assert fates(findings) == ["question K7 UDP_PUBLISHED ask Q_UDP_SERVER udp/30101"]
    assert "HAZARD_CONTAINER_PUBLISHED" in {each.code for each in findings.hazards}
    assert analyze_linux("udp 0.0.0.0:40101 0.0.0.0:* 5/docker-proxy").exposures == ()


def test_u8_a_listed_port_is_likely_a_server() -> None:
    findings = analyze_linux("udp 0.0.0.0:2055 0.0.0.0:* 5/nfcapd")
    found = exposure_at(findings, 2055, "udp")
    assert (found.confidence, found.reasons[0].code) == (Confidence.MEDIUM, "UDP_LISTED")
    assert found.question is not None
    assert found.question.sentence == (
        "Is udp/2055 (nfcapd) a service that other machines should reach?"
    )
    assert questions(findings) == []
    assert fates(findings) == ["finding U8 UDP_LISTED in udp/2055"]


def test_u8_a_listed_client_port_proves_little() -> None:
    findings = analyze_linux("udp 0.0.0.0:47808 0.0.0.0:* 5/java")
    assert exposure_at(findings, 47808, "udp").confidence is Confidence.LOW
    assert fates(findings) == ["question U8 UDP_LISTED ask Q_UDP_SERVER udp/47808"]


@pytest.mark.parametrize("port", [1025, 2967, 4004, 5050, 9595])
def test_u8_a_name_in_the_registry_alone_is_no_listing(port: int) -> None:
    """IANA has given away about half of these ports, so having a name proves nothing."""
    findings = analyze_linux(f"udp 0.0.0.0:{port} 0.0.0.0:* 5/java")
    assert findings.exposures == ()
    assert fates(findings) == [f"question U11 UDP_UNCONVINCED ask Q_UDP_ROLE udp/{port}"]
    assert findings.datagrams[0].service is not None


def test_u8_the_operators_services_file_lists() -> None:
    capture = linux("udp 0.0.0.0:30101 0.0.0.0:* 5/feed")
    site = parse_services("feed 30101/udp").catalog
    found = exposure_at(analyze(capture, services=site | builtin_catalog()), 30101, "udp")
    assert (found.confidence, found.service) == (Confidence.MEDIUM, "feed")


def test_u9_an_unlisted_system_port_is_asked_about() -> None:
    findings = analyze_linux("udp 0.0.0.0:850 0.0.0.0:* 5/java")
    found = exposure_at(findings, 850, "udp")
    assert (found.confidence, found.reasons[0].row) == (Confidence.LOW, "U9")
    assert fates(findings) == ["question U9 UDP_UNLISTED_LOW ask Q_UDP_SERVER udp/850"]
    assert questions(findings) == ["Q_UDP_SERVER udp/850"]


@pytest.mark.parametrize("owner", ["5/rpc.statd", "5/rpcbind", "-"])
def test_u9_a_reserved_port_of_rpc_or_the_kernel_queries(owner: str) -> None:
    findings = analyze_linux(f"udp 0.0.0.0:850 0.0.0.0:* {owner}\nudp 0.0.0.0:123 0.0.0.0:* 5/ntpd")
    assert fates(findings)[0] == "question U9 UDP_RPC_CLIENT ask Q_UDP_ROLE udp/850"
    assert findings.datagrams[-1].role is Role.UNDECIDED
    assert [each.port for each in findings.exposures] == [123]


@pytest.mark.parametrize("port", [631, 749, 873])
def test_u9_an_rpc_program_on_a_listed_port_is_there_by_chance(port: int) -> None:
    """What bindresvport(3) gave it says nothing about the service of that number."""
    found = fates(analyze_linux(f"udp 0.0.0.0:{port} 0.0.0.0:* 5/rpc.statd"))[0].split()[2]
    assert found == ("CUPS_BROWSING" if port == 631 else "UDP_RPC_CLIENT")


@pytest.mark.parametrize(
    "rows", ["udp 0.0.0.0:850 0.0.0.0:*", "udp 0.0.0.0:300 0.0.0.0:* 5/rpc.statd"]
)
def test_u9_without_programs_or_below_600_nobody_can_tell(rows: str) -> None:
    findings = analyze_linux(rows)
    assert fates(findings)[0].split()[2] == "UDP_UNLISTED_LOW"


def test_u10_a_client_port_is_asked_about_by_its_program() -> None:
    findings = analyze_linux("""
        udp 0.0.0.0:40001 0.0.0.0:* 5/java
        udp6 :::40003 :::* 5/java
        udp 0.0.0.0:40005 0.0.0.0:* 6/zoom
        udp 0.0.0.0:40007 0.0.0.0:* -
    """)
    assert findings.exposures == ()
    assert questions(findings) == [
        "Q_UDP_OUT udp of java",
        "Q_UDP_OUT udp of unknown programs",
        "Q_UDP_OUT udp of zoom",
    ]
    assert fates(findings)[0] == "question U10 UDP_UNLISTED_HIGH ask Q_UDP_OUT udp of java"
    assert [each.families for each in findings.datagrams][1] == (Family.IPV4, Family.IPV6)


def test_u11_any_other_port_is_dropped_until_somebody_knows_it() -> None:
    findings = analyze_linux("udp 0.0.0.0:30101 0.0.0.0:* 5/java")
    assert findings.exposures == ()
    assert questions(findings) == ["Q_UDP_ROLE udp/30101"]
    (found,) = findings.datagrams
    assert (found.role, found.confidence) == (Role.CLIENT, Confidence.LOW)
    assert fates(findings) == ["question U11 UDP_UNCONVINCED ask Q_UDP_ROLE udp/30101"]


def test_u12_a_bind_to_a_group_makes_a_member() -> None:
    findings = analyze_linux("""
        udp 239.1.2.3:30101 0.0.0.0:* 5/feed
        udp 127.0.0.1:30101 0.0.0.0:* 5/feed
    """)
    found = exposure_at(findings, 30101, "udp")
    assert (found.scope, found.confidence) == (Scope.GROUP, Confidence.MEDIUM)
    assert found.addresses == (ip_address("239.1.2.3"),)
    assert findings.datagrams[0].role is Role.MEMBER


def test_a_cut_server_address_gives_no_literal() -> None:
    row = wide_row("udp6", "2001:db8:aaaa:bbbb:c:53", ":::*", "", "9/named")
    found = exposure_at(analyze(parse(row)), 53, "udp")
    assert (found.scope, found.addresses) == (Scope.UNNAMED, ())
