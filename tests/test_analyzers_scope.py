"""The bind-scope table: on which addresses a bound port is exposed, one case for each row."""

from __future__ import annotations

from ipaddress import ip_address

import attrs
import pytest
from findings_text import analyze_linux, describe, exposure_at, fates, linux, wide_row

from netstat_fw.analyzers import analyze
from netstat_fw.analyzers.findings import DualStack, Findings, Scope, Stance
from netstat_fw.evidence import Confidence
from netstat_fw.reader import parse
from netstat_fw.records import (
    Capture,
    Dialect,
    Endpoint,
    Family,
    Multihoming,
    Process,
    Protocol,
    Socket,
    State,
)

V4, V6 = Family.IPV4, Family.IPV6


def codes(findings: Findings, port: int, protocol: str = "tcp") -> list[str]:
    return [
        f"{reason.row} {reason.code}" for reason in exposure_at(findings, port, protocol).reasons
    ]


def test_row_1_an_ipv4_wildcard_is_open_on_all_ipv4_addresses() -> None:
    findings = analyze_linux("tcp 0.0.0.0:8443 0.0.0.0:* LISTEN 1/java")
    found = exposure_at(findings, 8443)
    assert (found.scope, found.families, found.addresses) == (Scope.ANY, (V4,), ())
    assert found.confidence is Confidence.CERTAIN
    assert codes(findings, 8443) == ["2.2.1 LISTEN_ANY"]
    assert found.reasons[0].sentence == "java listens on tcp/8443 on all IPv4 addresses"


def test_row_2_twins_are_one_service_in_two_families() -> None:
    findings = analyze_linux("""
        tcp  0.0.0.0:7722 0.0.0.0:* LISTEN 1/sshd
        tcp6 :::7722 :::* LISTEN 1/sshd
    """)
    found = exposure_at(findings, 7722)
    assert (found.scope, found.families) == (Scope.ANY, (V4, V6))
    assert found.dual_stack is DualStack.TWIN
    assert found.confidence is Confidence.CERTAIN
    assert [each.line for each in found.evidence] == [2, 3]
    assert codes(findings, 7722) == [
        "2.2.2 LISTEN_ANY",
        "2.2.2 DUAL_STACK_TWIN",
        "S7 NONSTANDARD_PORT",
    ]


def test_row_3_a_lone_ipv6_wildcard_on_linux_is_assumed_to_serve_both() -> None:
    findings = analyze_linux("tcp6 :::80 :::* LISTEN 1/apache2")
    found = exposure_at(findings, 80)
    assert (found.families, found.dual_stack) == ((V4, V6), DualStack.ASSUMED)
    assert found.confidence is Confidence.HIGH
    assert codes(findings, 80) == ["2.2.3 LISTEN_ANY", "2.2.3 DUAL_STACK_ASSUMED"]


def test_row_3_an_ipv4_connection_proves_that_it_serves_both() -> None:
    """net-tools prints the IPv4 peer of a dual-stack socket under tcp6."""
    findings = analyze_linux("""
        tcp6 :::80 :::* LISTEN 1/apache2
        tcp6 192.0.2.2:80 198.51.100.9:54296 ESTABLISHED 1/apache2
    """)
    found = exposure_at(findings, 80)
    assert (found.families, found.dual_stack) == ((V4, V6), DualStack.PROVEN)
    assert found.confidence is Confidence.CERTAIN
    assert found.peers == (ip_address("198.51.100.9"),)


@pytest.mark.parametrize(
    "other",
    ["tcp 192.0.2.2:80 0.0.0.0:* LISTEN 2/nginx", "udp 192.0.2.2:80 0.0.0.0:* 2/nginx"],
    ids=["a listener of its own took the connection", "a datagram socket is no connection"],
)
def test_row_3_nothing_else_proves_it(other: str) -> None:
    connection = "tcp 192.0.2.2:80 198.51.100.9:54296 ESTABLISHED 2/nginx"
    rows = ["tcp6 :::80 :::* LISTEN 1/apache2", other]
    if other.startswith("tcp"):
        rows.append(connection)
    findings = analyze_linux("\n".join(rows))
    assert exposure_at(findings, 80).dual_stack is DualStack.ASSUMED


def test_row_3_a_client_port_proves_nothing() -> None:
    findings = analyze_linux("""
        tcp6 :::40000 :::* LISTEN 1/java
        tcp 192.0.2.2:40000 198.51.100.9:443 ESTABLISHED 2/curl
    """)
    assert exposure_at(findings, 40000).dual_stack is DualStack.ASSUMED


def test_row_3_the_protocol_column_of_bsd_says_that_it_serves_both() -> None:
    listener = Socket(
        Protocol.TCP, V6, Endpoint(None, 80), Endpoint(), State.LISTEN, dual_stack=True
    )
    found = exposure_at(analyze(Capture(Dialect.BSD, (listener,))), 80)
    assert (found.families, found.dual_stack) == ((V4, V6), DualStack.PROVEN)


@pytest.mark.parametrize("dialect", [Dialect.BSD, Dialect.WINDOWS])
def test_row_4_a_lone_ipv6_wildcard_elsewhere_serves_ipv6_alone(dialect: Dialect) -> None:
    listener = Socket(
        Protocol.TCP, V6, Endpoint(ip_address("::"), 80), Endpoint(ip_address("::")), State.LISTEN
    )
    findings = analyze(Capture(dialect, (listener,)))
    found = exposure_at(findings, 80)
    assert (found.families, found.dual_stack) == ((V6,), DualStack.NONE)
    assert codes(findings, 80) == ["2.2.4 LISTEN_ANY", "2.2.4 IPV6_ONLY"]


def test_row_4_unless_an_ipv4_peer_is_connected_to_it() -> None:
    listener = Socket(
        Protocol.TCP, V6, Endpoint(ip_address("::"), 80), Endpoint(ip_address("::")), State.LISTEN
    )
    connection = Socket(
        Protocol.TCP,
        V4,
        Endpoint(ip_address("192.0.2.2"), 80),
        Endpoint(ip_address("198.51.100.9"), 50000),
        State.ESTABLISHED,
    )
    found = exposure_at(analyze(Capture(Dialect.WINDOWS, (listener, connection))), 80)
    assert (found.families, found.dual_stack) == ((V4, V6), DualStack.PROVEN)


def test_row_5_loopback_alone_is_shut_in_both_families() -> None:
    findings = analyze_linux("""
        tcp 127.0.0.1:25 0.0.0.0:* LISTEN 1/sendmail: MTA
        tcp 127.9.9.9:25 0.0.0.0:* LISTEN 1/sendmail: MTA
    """)
    found = exposure_at(findings, 25)
    assert (found.scope, found.stance, found.families) == (Scope.LOOPBACK, Stance.SHUT, (V4, V6))
    assert codes(findings, 25) == ["2.2.5 LOOPBACK_ONLY"]
    assert found.question is not None
    assert (found.question.code, found.question.subject) == ("Q_EXPOSE", "tcp/25")
    assert found.question.sentence.startswith("sendmail serves tcp/25 to this machine only")
    assert found.question not in findings.questions


@pytest.mark.parametrize("address", ["::1", "::ffff:127.0.0.1", "localhost", "ip6-localhost"])
def test_row_5_every_spelling_of_loopback_counts(address: str) -> None:
    findings = analyze_linux(f"tcp6 {address}:631 :::* LISTEN 1/cupsd")
    assert exposure_at(findings, 631).scope is Scope.LOOPBACK


def test_row_6_loopback_beside_another_address_is_only_evidence() -> None:
    findings = analyze_linux("""
        tcp 127.0.0.1:5432 0.0.0.0:* LISTEN 1/postgres
        tcp 192.0.2.2:5432 0.0.0.0:* LISTEN 1/postgres
        tcp 192.0.2.3:22 0.0.0.0:* LISTEN 2/sshd
    """)
    found = exposure_at(findings, 5432)
    assert (found.scope, found.stance) == (Scope.ADDRESSES, Stance.OPEN)
    assert found.addresses == (ip_address("192.0.2.2"),)
    assert [each.line for each in found.evidence] == [2, 3]
    assert fates(findings)[0] == "covered 2.2.6 LOOPBACK_EXPOSED in tcp/5432"


def test_row_7_specific_addresses_are_merged_but_not_widened() -> None:
    findings = analyze_linux("""
        tcp 192.0.2.9:8000 0.0.0.0:* LISTEN 1/java
        tcp 192.0.2.2:8000 0.0.0.0:* LISTEN 1/java
        tcp6 2001:db8::2:8000 :::* LISTEN 1/java
        tcp 192.0.2.3:22 0.0.0.0:* LISTEN 2/sshd
    """)
    found = exposure_at(findings, 8000)
    assert found.scope is Scope.ADDRESSES
    assert [str(each) for each in found.addresses] == ["192.0.2.2", "192.0.2.9", "2001:db8::2"]
    assert found.families == (V4, V6)
    assert codes(findings, 8000) == ["2.2.7 LISTEN_ADDRESS"]


def test_row_7_a_wildcard_takes_in_the_addresses_of_its_family_alone() -> None:
    findings = analyze_linux("""
        tcp 0.0.0.0:8000 0.0.0.0:* LISTEN 1/java
        tcp 192.0.2.2:8000 0.0.0.0:* LISTEN 1/java
        tcp6 2001:db8::2:8000 :::* LISTEN 1/java
        tcp6 2001:db8::3:22 :::* LISTEN 1/sshd
    """)
    wide, narrow = (each for each in findings.exposures if each.port == 8000)
    assert (wide.scope, wide.families, wide.addresses) == (Scope.ANY, (V4,), ())
    assert (narrow.scope, narrow.families) == (Scope.ADDRESSES, (V6,))
    assert [each.line for each in wide.evidence] == [2, 3]


def test_row_7_a_cut_address_gives_no_literal() -> None:
    findings = analyze(
        parse(
            wide_row("tcp6", "2001:db8:aaaa:bbb:50003", ":::*", "LISTEN", "7/java")
            + wide_row("tcp6", ":::22", ":::*", "LISTEN", "1/sshd")
        )
    )
    found = exposure_at(findings, 50003)
    assert (found.scope, found.families, found.addresses) == (Scope.UNNAMED, (V6,), ())
    assert codes(findings, 50003) == ["2.2.7 ADDR_TRUNCATED"]
    assert findings.host.addresses == ()


def test_row_7_a_host_name_gives_no_literal() -> None:
    findings = analyze_linux("tcp web.example:ssh 0.0.0.0:* LISTEN 1/sshd")
    assert exposure_at(findings, 22).scope is Scope.UNNAMED


NAMED = """
    tcp 127.0.0.1:53 0.0.0.0:* LISTEN 9/named
    tcp 192.0.2.53:53 0.0.0.0:* LISTEN 9/named
    tcp 192.0.2.54:53 0.0.0.0:* LISTEN 9/named
"""


def test_row_8_one_program_on_every_own_address_is_on_any() -> None:
    findings = analyze_linux(NAMED)
    found = exposure_at(findings, 53)
    assert (found.scope, found.families, found.addresses) == (Scope.ANY, (V4,), ())
    assert found.confidence is Confidence.HIGH
    assert codes(findings, 53) == ["2.2.1 LISTEN_ANY", "2.2.8 PER_ADDRESS_COLLAPSED"]


@pytest.mark.parametrize(
    "rows",
    [
        f"{NAMED}\n    tcp 192.0.2.55:22 0.0.0.0:* LISTEN 1/sshd",
        NAMED.replace("tcp 127.0.0.1:53 0.0.0.0:* LISTEN 9/named", ""),
        NAMED.replace("tcp 192.0.2.54:53 0.0.0.0:* LISTEN 9/named",
                      "tcp 192.0.2.54:53 0.0.0.0:* LISTEN 8/dnsmasq"),
        f"{NAMED}\n    tcp web.example:80 0.0.0.0:* LISTEN 1/nginx",
    ],
    ids=["an own address is missing", "loopback is missing", "two programs",
         "an own address is not known"],
)  # fmt: skip
def test_row_8_anything_less_stays_a_list_of_addresses(rows: str) -> None:
    found = exposure_at(analyze_linux(rows), 53)
    assert found.scope is Scope.ADDRESSES
    assert {"192.0.2.53", "192.0.2.54"} == {str(each) for each in found.addresses}


def test_row_8_cut_link_local_addresses_do_not_matter() -> None:
    findings = analyze(
        parse(
            wide_row("udp6", "fe80::200:5eff:fe00::53", ":::*", "", "9/named")
            + wide_row("udp6", "::1:53", ":::*", "", "9/named")
            + wide_row("udp6", "2001:db8::53:53", ":::*", "", "9/named")
        )
    )
    found = exposure_at(findings, 53, "udp")
    assert (found.scope, found.families) == (Scope.ANY, (V6,))


def test_row_8_link_local_addresses_of_other_ports_do_not_matter() -> None:
    findings = analyze_linux("""
        tcp6 ::1:53 :::* LISTEN 9/named
        tcp6 2001:db8::53:53 :::* LISTEN 9/named
        udp6 fe80::2:546 :::* 5/dhclient
    """)
    assert exposure_at(findings, 53).scope is Scope.ANY


def test_row_8_beside_a_wildcard_it_is_certain() -> None:
    """As ntpd does, which binds the wildcards and every address."""
    findings = analyze_linux(f"{NAMED}\n    tcp 0.0.0.0:53 0.0.0.0:* LISTEN 9/named")
    found = exposure_at(findings, 53)
    assert found.confidence is Confidence.CERTAIN
    assert codes(findings, 53) == ["2.2.1 LISTEN_ANY", "2.2.8 PER_ADDRESS_COLLAPSED"]


@pytest.mark.parametrize(("address", "family"), [("fe80::1", V6), ("169.254.7.7", V4)])
def test_row_9_link_local_binds_are_for_the_link(address: str, family: Family) -> None:
    findings = analyze_linux(f"tcp {address}:8000 0.0.0.0:* LISTEN 1/java")
    found = exposure_at(findings, 8000)
    assert (found.scope, found.families, found.addresses) == (Scope.LINK_LOCAL, (family,), ())
    assert codes(findings, 8000) == ["2.2.9 LINK_LOCAL"]


def test_row_9_a_cut_link_local_address_is_still_link_local() -> None:
    row = wide_row("tcp6", "fe80::200:5eff:fe0:8000", ":::*", "LISTEN", "7/java")
    assert exposure_at(analyze(parse(row)), 8000).scope is Scope.LINK_LOCAL


@pytest.mark.parametrize("address", ["239.1.2.3", "255.255.255.255", "ff05::1234"])
def test_row_10_a_group_is_the_destination(address: str) -> None:
    findings = analyze_linux(f"udp {address}:7400 0.0.0.0:* 1/dds")
    found = exposure_at(findings, 7400, "udp")
    assert (found.scope, found.addresses) == (Scope.GROUP, (ip_address(address),))
    assert codes(findings, 7400, "udp") == ["U12 UDP_MEMBER", "2.2.10 LISTEN_GROUP"]


def test_row_11_the_local_stub_resolver_is_said_to_be_one() -> None:
    findings = analyze_linux("""
        tcp 127.0.0.53:53 0.0.0.0:* LISTEN 1/systemd-resolve
        udp 127.0.0.54:53 0.0.0.0:* 1/systemd-resolve
    """)
    assert codes(findings, 53) == ["2.2.11 LOOPBACK_ONLY"]
    assert codes(findings, 53, "udp") == ["U4 LOOPBACK_ONLY", "2.2.11 LOOPBACK_ONLY"]
    dns = [each for each in findings.connections if each.remote_port == 53]
    assert {reason.code for each in dns for reason in each.reasons} == {"DNS_ALWAYS", "DNS_STUB"}


def test_row_12_a_bridge_address_stays_that_address() -> None:
    findings = analyze_linux("tcp 172.17.0.1:5000 0.0.0.0:* LISTEN 1/registry")
    found = exposure_at(findings, 5000)
    assert (found.scope, found.addresses) == (Scope.BRIDGE, (ip_address("172.17.0.1"),))
    assert codes(findings, 5000) == ["2.2.12 DOCKER_BRIDGE"]


def test_the_family_of_a_bare_star_is_what_the_protocol_column_says() -> None:
    sockets = tuple(
        Socket(Protocol.TCP, family, Endpoint(None, port), Endpoint(), State.LISTEN)
        for family, port in ((V4, 80), (V6, 81))
    )
    findings = analyze(Capture(Dialect.BSD, sockets))
    assert exposure_at(findings, 80).families == (V4,)
    assert exposure_at(findings, 81).families == (V6,)


def test_repeated_rows_are_one_exposure() -> None:
    """As of named, which shows every socket once for each of its threads."""
    once = analyze_linux("tcp 192.0.2.53:53 0.0.0.0:* LISTEN 9/named")
    twice = analyze_linux("tcp 192.0.2.53:53 0.0.0.0:* LISTEN 9/named\n" * 2)
    assert once == twice
    assert [each.line for each in exposure_at(twice, 53).evidence] == [2, 3]


def test_every_address_of_a_multihomed_sctp_endpoint_is_exposed() -> None:
    listener = Socket(
        Protocol.SCTP,
        V4,
        Endpoint(ip_address("192.0.2.2"), 36412),
        Endpoint(),
        State.LISTEN,
        Process(7, "mme"),
        multihoming=Multihoming(local=(Endpoint(ip_address("198.51.100.2"), 36412),)),
    )
    association = attrs.evolve(
        listener,
        local=Endpoint(ip_address("198.51.100.2"), 36412),
        remote=Endpoint(ip_address("203.0.113.9"), 40000),
        state=State.ESTABLISHED,
        multihoming=Multihoming(remote=(Endpoint(ip_address("203.0.113.10"), 40000),)),
        line=2,
    )
    findings = analyze(Capture(Dialect.LINUX, (listener, association)))
    found = exposure_at(findings, 36412, "sctp")
    assert [str(each) for each in found.addresses] == ["192.0.2.2", "198.51.100.2"]
    assert [str(each) for each in found.peers] == ["203.0.113.9", "203.0.113.10"]
    assert fates(findings)[1] == "covered T4 OWN_LISTENER in sctp/36412"
    assert [str(each) for each in findings.host.addresses] == ["192.0.2.2", "198.51.100.2"]


def test_a_directed_broadcast_address_is_not_an_own_address() -> None:
    findings = analyze_linux("""
        udp 192.0.2.7:137 0.0.0.0:* 1/nmbd
        udp 192.0.2.255:137 0.0.0.0:* 1/nmbd
        udp 198.51.100.255:7 0.0.0.0:* 1/echod
    """)
    assert [str(each) for each in findings.host.addresses] == ["192.0.2.7", "198.51.100.255"]


@pytest.mark.parametrize(
    ("address", "known"),
    [("10.31.223.255", False), ("10.31.211.255", True), ("10.32.223.255", True)],
)
def test_a_broadcast_address_of_a_wide_network_is_known_by_its_bits(
    address: str, *, known: bool
) -> None:
    """10.31.208.0/20 ends in 10.31.223.255; 10.31.211.255 is one of its hosts."""
    rows = f"udp 10.31.213.6:137 0.0.0.0:* 1/nmbd\nudp {address}:137 0.0.0.0:* 1/nmbd"
    found = {str(each) for each in analyze_linux(rows).host.addresses}
    assert found == ({"10.31.213.6", address} if known else {"10.31.213.6"})


@pytest.mark.parametrize("state", [None, State.UNKNOWN])
def test_a_listener_whose_state_nobody_knows_is_known_by_its_shape(state: State | None) -> None:
    socket = Socket(Protocol.TCP, V4, Endpoint(None, 80), Endpoint(), state)
    found = exposure_at(analyze(Capture(Dialect.LINUX, (socket,))), 80)
    assert found.confidence is Confidence.MEDIUM
    assert found.reasons[-1].code == "STATE_UNKNOWN"


@pytest.mark.parametrize("state", [State.BOUND, State.CLOSED])
def test_a_socket_that_is_only_bound_makes_no_rule(state: State) -> None:
    """Windows lists such sockets with -q."""
    socket = Socket(Protocol.TCP, V4, Endpoint(None, 80), Endpoint(), state)
    findings = analyze(Capture(Dialect.WINDOWS, (socket,)))
    assert findings.exposures == ()
    assert fates(findings) == ["excluded T NO_CONNECTION"]


def test_what_is_unusual_about_a_listener_is_said() -> None:
    findings = analyze_linux("""
        tcp 0.0.0.0:7722 0.0.0.0:* LISTEN 1/sshd: /usr/sb
        tcp 0.0.0.0:8080 0.0.0.0:* LISTEN 2/docker-proxy
        tcp 127.0.0.1:2222 0.0.0.0:* LISTEN 1/sshd
    """)
    assert exposure_at(findings, 7722).reasons[-1].sentence == (
        "sshd is usually on tcp/22: its clients must be told the port"
    )
    assert exposure_at(findings, 7722).admin
    assert exposure_at(findings, 8080).reasons[-1].code == "CONTAINER_PUBLISHED"
    assert codes(findings, 2222) == ["2.2.5 LOOPBACK_ONLY"]


def test_a_listener_without_a_readable_port_is_never_guessed() -> None:
    findings = analyze_linux("""
        tcp 0.0.0.0:* 0.0.0.0:* LISTEN 1/java
        tcp 0.0.0.0:no-such-service 0.0.0.0:* LISTEN 1/java
    """)
    assert findings.exposures == ()
    assert fates(findings) == [
        "question T PORT_UNREADABLE ask Q_UNREADABLE_PORT tcp of java",
        "question T PORT_NAMED ask Q_NAMED_PORT tcp/no-such-service",
    ]


def test_a_listener_whose_port_is_cut_away_is_not_lost() -> None:
    """Without -n netstat of macOS cuts the name of a port."""
    listener = Socket(
        Protocol.TCP,
        V4,
        Endpoint(None, None, host="192.0.2.70.afpov", truncated=True),
        Endpoint(),
        State.LISTEN,
    )
    findings = analyze(Capture(Dialect.BSD, (listener,)))
    assert findings.exposures == ()
    (question,) = (each for each in findings.questions if each.code == "Q_UNREADABLE_PORT")
    assert [each.line for each in question.evidence] == [listener.line]


def test_many_programs_are_named_shortly() -> None:
    rows = "\n".join(f"tcp 0.0.0.0:80 0.0.0.0:* LISTEN {n}/web{n}" for n in range(5))
    found = exposure_at(analyze_linux(rows), 80)
    assert found.programs == ("web0", "web1", "web2", "web3", "web4")
    assert found.reasons[0].sentence == (
        "web0, web1, web2 and others listen on tcp/80 on all IPv4 addresses"
    )


WINDOWS = """
Active Connections

  Proto  Local Address          Foreign Address        State           PID
  TCP    0.0.0.0:135            0.0.0.0:0              LISTENING       944
  RpcSs
 [svchost.exe]
  TCP    0.0.0.0:49664          0.0.0.0:0              LISTENING       700
 [lsass.exe]
  TCP    0.0.0.0:49700          0.0.0.0:0              LISTENING       800
 [java.exe]
  TCP    192.0.2.7:49664        192.0.2.99:50123       ESTABLISHED     700
 [lsass.exe]
  TCP    [::]:49664             [::]:0                 LISTENING       700
 [lsass.exe]
"""


def test_k6_dynamic_rpc_is_one_exposure_that_waits_for_the_operator() -> None:
    findings = analyze(parse(WINDOWS))
    assert describe(findings, asked=False).splitlines()[1:5] == [
        "open tcp/135 v4 any svchost.exe low asks Q_RPC",
        "open tcp/49152-65535 v4+v6 any lsass.exe low peers 192.0.2.99 asks Q_RPC",
        "open tcp/49700 v4 any java.exe certain",
        "out  tcp/53 v4+v6 - policy",
    ]
    assert [each.code for each in findings.questions].count("Q_RPC") == 1
    assert [each.port for each in findings.process_checks] == [135, 49700]
    assert fates(findings) == [
        "question 2.2.1 LISTEN_ANY ask Q_RPC ",
        "question K6 RPC_DYNAMIC ask Q_RPC ",
        "finding 2.2.1 LISTEN_ANY in tcp/49700",
        "covered T4 OWN_LISTENER in tcp/49152",
        "question K6 RPC_DYNAMIC ask Q_RPC ",
    ]


def test_k6_dynamic_rpc_holds_the_ports_of_processes_too_protected_to_be_named() -> None:
    findings = analyze(parse(WINDOWS.replace("[lsass.exe]", "[System]")))
    assert [each.port for each in findings.exposures] == [135, 49152, 49700]


def test_k6_dynamic_rpc_is_a_hazard_as_well() -> None:
    (found,) = (each for each in analyze(parse(WINDOWS)).hazards if each.code == "DYNAMIC_RPC")
    assert [each.line for each in found.evidence] == [8, 14]


def test_k6_dynamic_rpc_is_known_by_port_where_no_program_is_shown() -> None:
    text = "".join(line for line in WINDOWS.splitlines(keepends=True) if "[s" not in line
                   and "[l" not in line and "[j" not in line and "RpcSs" not in line)  # fmt: skip
    spans = [each.port_end for each in analyze(parse(text)).exposures if each.port_end]
    assert spans == [65535]


def test_an_rpc_port_on_loopback_is_as_any_other_on_loopback() -> None:
    findings = analyze(parse(WINDOWS.replace("0.0.0.0:49664 ", "127.0.0.1:49664 ")))
    shut = [each.port for each in findings.exposures if each.stance is Stance.SHUT]
    assert shut == [49664]


def test_rpc_ports_elsewhere_than_on_windows_are_ordinary() -> None:
    findings = analyze(linux("tcp 0.0.0.0:135 0.0.0.0:* LISTEN 1/samba"))
    assert exposure_at(findings, 135).confidence is Confidence.CERTAIN
