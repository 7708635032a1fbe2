"""Table T: who opened a stream connection, one case for each row of the table."""

from __future__ import annotations

from ipaddress import ip_address

import pytest
from findings_text import analyze_linux, connection_to, exposure_at, fates, linux, wide_row

from netstat_fw.analyzers import analyze
from netstat_fw.analyzers.findings import Basis, Fate, Findings, Scope
from netstat_fw.evidence import Confidence
from netstat_fw.reader import parse
from netstat_fw.records import (
    Capture,
    Dialect,
    Endpoint,
    Family,
    Protocol,
    Socket,
    State,
)
from netstat_fw.ruleset import Policy, propose
from netstat_fw.services import builtin_catalog, parse_services

# A listener of something else: the capture has its listeners.
LISTENERS = "tcp 0.0.0.0:9 0.0.0.0:* LISTEN 1/discardd"
FAN_IN_ROWS = """
    tcp 192.0.2.2:40001 198.51.100.7:50000 ESTABLISHED -
    tcp 192.0.2.2:40001 198.51.100.8:50000 ESTABLISHED -
"""
FAN_OUT_ROWS = """
    tcp 192.0.2.2:40001 198.51.100.7:50000 ESTABLISHED -
    tcp 192.0.2.2:40003 198.51.100.7:50000 ESTABLISHED -
"""


def last_fate(rows: str, *, listeners: bool = True) -> str:
    return fates(analyze_linux(f"{LISTENERS}\n{rows}" if listeners else rows))[-1]


@pytest.mark.parametrize(
    "row",
    [
        "tcp 127.0.0.1:45438 127.0.0.1:3306 ESTABLISHED 5/php",
        "tcp 192.0.2.2:45438 192.0.2.2:80 ESTABLISHED 5/curl",
        "tcp6 ::1:45438 ::1:80 TIME_WAIT -",
        "tcp6 ::ffff:192.0.2.2:45438 192.0.2.2:80 SYN_SENT 5/curl",
        "tcp web.example:45438 web.example:http ESTABLISHED 5/curl",
    ],
)
def test_t1_traffic_to_oneself_stays_on_the_host(row: str) -> None:
    findings = analyze_linux(f"{LISTENERS}\n{row}")
    assert fates(findings)[-1] == "local T1 LOCAL_TRAFFIC"
    assert connection_to(findings, 80) is None
    assert connection_to(findings, 3306) is None


def test_t1_two_addresses_that_are_cut_alike_need_not_be_the_same() -> None:
    cut = "2001:db8:aaaa:bbb"
    text = wide_row("tcp6", f"{cut}:50003", f"{cut}:40001", "ESTABLISHED", "7/java")
    assert fates(analyze(parse(text))) == ["question T14 AMBIGUOUS ask Q_DIRECTION tcp of java"]


def test_t2_an_unanswered_syn_goes_out_for_certain() -> None:
    findings = analyze_linux("tcp 192.0.2.2:1023 203.0.113.9:25 SYN_SENT 5/smtp")
    found = connection_to(findings, 25)
    assert found is not None
    assert (found.confidence, found.unanswered) == (Confidence.CERTAIN, True)
    assert [reason.code for reason in found.reasons] == [
        "OUT_ESTABLISHED",
        "SYN_SENT",
        "UNANSWERED",
    ]
    assert fates(findings) == ["finding T2 SYN_SENT out tcp/25"]


def test_t2_an_answer_elsewhere_takes_the_doubt_away() -> None:
    findings = analyze_linux("""
        tcp 192.0.2.2:40000 203.0.113.9:25 SYN_SENT 5/smtp
        tcp 192.0.2.2:40002 203.0.113.9:25 ESTABLISHED 5/smtp
        tcp 0.0.0.0:9 0.0.0.0:* LISTEN 1/discardd
    """)
    found = connection_to(findings, 25)
    assert found is not None
    assert not found.unanswered


def test_t3_a_half_open_connection_comes_in_for_certain() -> None:
    findings = analyze_linux("tcp 192.0.2.2:8443 203.0.113.9:50000 SYN_RECV -")
    found = exposure_at(findings, 8443)
    assert (found.basis, found.scope) == (Basis.CONNECTION, Scope.ANY)
    assert found.confidence is Confidence.CERTAIN
    # The address of a first packet can be forged, so it is nobody's yet.
    assert found.peers == ()
    assert found.peers_complete
    assert [each.line for each in found.evidence] == [2]
    assert fates(findings) == ["finding T3 SYN_RECV in tcp/8443"]


def test_t3_with_a_listener_it_belongs_to_that() -> None:
    findings = analyze_linux("""
        tcp 0.0.0.0:80 0.0.0.0:* LISTEN 1/nginx
        tcp 192.0.2.2:80 203.0.113.9:50000 SYN_RECV -
    """)
    assert fates(findings)[1] == "covered T3 SYN_RECV in tcp/80"
    assert [each.line for each in exposure_at(findings, 80).evidence] == [2, 3]


def test_t3_a_forged_syn_names_no_peer() -> None:
    """Anybody can send a SYN from any address; only an answer shows who is there."""
    findings = analyze_linux("""
        tcp 0.0.0.0:22 0.0.0.0:* LISTEN 1/sshd
        tcp 192.0.2.2:22 198.51.100.7:50000 ESTABLISHED 5/sshd
        tcp 192.0.2.2:22 203.0.113.66:50000 SYN_RECV -
        tcp 192.0.2.2:22 forged.example:50000 SYN_RECV -
        tcp 192.0.2.2:8443 203.0.113.66:50000 SYN_RECV -
    """)
    found = exposure_at(findings, 22)
    assert (found.peers, found.peers_complete) == ((ip_address("198.51.100.7"),), True)
    assert [each.line for each in found.sessions] == [3]
    alone = exposure_at(findings, 8443)
    assert (alone.peers, alone.peers_complete, alone.sessions) == ((), True, ())


@pytest.mark.parametrize("port", [22, 6379], ids=["a way in", "a hazard that is narrowed"])
@pytest.mark.parametrize("policy", [Policy(), Policy(narrow_sources=0)])
def test_t3_a_forged_syn_writes_no_rule(port: int, policy: Policy) -> None:
    """No address that was only claimed is let in by itself."""
    rows = f"""
        tcp 0.0.0.0:{port} 0.0.0.0:* LISTEN 1/daemon
        tcp 192.0.2.2:{port} 198.51.100.7:50000 ESTABLISHED 5/daemon
    """
    forged = f"        tcp 192.0.2.2:{port} 203.0.113.66:50000 SYN_RECV -\n"
    before, after = (
        propose(analyze_linux(rows), policy),
        propose(analyze_linux(rows + forged), policy),
    )
    assert after.incoming == before.incoming
    assert "198.51.100.7" in after.to_json()
    assert "203.0.113.66" not in after.to_json()


def test_t3_beside_a_listener_of_the_other_family_speaks_for_its_own_address() -> None:
    """On Windows an IPv4 listener says nothing of IPv6."""
    sockets = (
        Socket(Protocol.TCP, Family.IPV4, Endpoint(None, 80), Endpoint(),
               State.LISTEN),
        Socket(Protocol.TCP, Family.IPV6, Endpoint(ip_address("2001:db8::2"), 80),
               Endpoint(ip_address("2001:db8::9"), 50000), State.SYN_RECEIVED, line=2),
    )  # fmt: skip
    found = [e for e in analyze(Capture(Dialect.WINDOWS, sockets)).exposures if e.port == 80]
    assert [(e.scope, e.families) for e in found] == [
        (Scope.ANY, (Family.IPV4,)),
        (Scope.ADDRESSES, (Family.IPV6,)),
    ]
    assert found[1].addresses == (ip_address("2001:db8::2"),)
    assert [line.line for line in found[1].evidence] == [2]


@pytest.mark.parametrize(
    ("listener", "local"),
    [
        ("tcp 0.0.0.0:22 0.0.0.0:* LISTEN 1/sshd", "192.0.2.2:22"),
        ("tcp 192.0.2.2:22 0.0.0.0:* LISTEN 1/sshd", "192.0.2.2:22"),
        ("tcp6 :::22 :::* LISTEN 1/sshd", "192.0.2.2:22"),
        ("tcp6 :::22 :::* LISTEN 1/sshd", "2001:db8::2:22"),
        ("tcp6 fe80::2:22 :::* LISTEN 1/sshd", "fe80::2:22"),
        ("tcp 0.0.0.0:22 0.0.0.0:* LISTEN 1/sshd", "web.example:ssh"),
        ("tcp web.example:ssh 0.0.0.0:* LISTEN 1/sshd", "192.0.2.2:22"),
        ("tcp web.example:ssh 0.0.0.0:* LISTEN 1/sshd", "other.example:22"),
    ],
)
def test_t4_a_connection_to_an_own_listener_is_covered_by_it(listener: str, local: str) -> None:
    findings = analyze_linux(f"{listener}\ntcp {local} 198.51.100.7:50000 ESTABLISHED 7/sshd")
    assert fates(findings)[1] == "covered T4 OWN_LISTENER in tcp/22"
    found = exposure_at(findings, 22)
    assert [str(each) for each in found.peers] == ["198.51.100.7"]
    assert [each.line for each in found.sessions] == [3]
    assert found.admin


def test_t4_a_cut_link_local_connection_belongs_to_the_cut_link_local_listener() -> None:
    cut = "fe80::200:5eff:fe0:8000"
    findings = analyze(
        parse(
            wide_row("tcp6", cut, ":::*", "LISTEN", "7/java")
            + wide_row("tcp6", cut, "fe80::1:50000", "ESTABLISHED", "7/java")
            + wide_row("tcp6", "fe80::7:8000", "fe80::1:50001", "ESTABLISHED", "7/java")
        )
    )
    assert [each.fate for each in findings.outcomes] == [Fate.FINDING, Fate.COVERED, Fate.COVERED]


def test_t4_a_listener_on_loopback_alone_covers_nothing_from_outside() -> None:
    findings = analyze_linux("""
        tcp 127.0.0.1:8000 0.0.0.0:* LISTEN 1/java
        tcp web.example:8000 198.51.100.7:50000 ESTABLISHED -
    """)
    assert fates(findings)[1].startswith("question T6 LISTENER_GONE")


@pytest.mark.parametrize(
    "local", ["198.51.100.2:8000", "2001:db8::2:8000"], ids=["address", "family"]
)
def test_t4_a_listener_elsewhere_does_not_cover(local: str) -> None:
    row = f"tcp {local} 198.51.100.7:50000 ESTABLISHED -"
    findings = analyze_linux(f"tcp 192.0.2.2:8000 0.0.0.0:* LISTEN 1/java\n{row}")
    assert fates(findings)[1].startswith("question T6 LISTENER_GONE")


def test_t4_a_peer_without_an_address_makes_the_peers_incomplete() -> None:
    findings = analyze_linux("""
        tcp 0.0.0.0:22 0.0.0.0:* LISTEN 1/sshd
        tcp 192.0.2.2:22 admin.example:50000 ESTABLISHED 7/sshd
    """)
    found = exposure_at(findings, 22)
    assert (found.peers, found.peers_complete) == ((), False)


def test_t4b_a_listening_client_port_to_a_server_port_is_asked_about() -> None:
    findings = analyze_linux("""
        tcp 0.0.0.0:40000 0.0.0.0:* LISTEN 1/java
        tcp 192.0.2.2:40000 198.51.100.7:443 ESTABLISHED 1/java
        tcp 192.0.2.2:40000 198.51.100.7:1023 ESTABLISHED 1/java
        tcp 192.0.2.2:40000 198.51.100.7:30102 ESTABLISHED 1/java
        tcp 192.0.2.2:40000 198.51.100.7:50000 ESTABLISHED 1/java
        tcp 192.0.2.2:40000 198.51.100.7:* ESTABLISHED 1/java
    """)
    assert fates(findings)[1:] == [
        "question T4b OWN_LISTENER_OR_CLIENT ask Q_DIRECTION tcp/443",
        "question T4b OWN_LISTENER_OR_CLIENT ask Q_DIRECTION tcp/1023",
        "covered T4 OWN_LISTENER in tcp/40000",
        "covered T4 OWN_LISTENER in tcp/40000",
        "covered T4 OWN_LISTENER in tcp/40000",
    ]


def test_t5_a_client_port_to_another_port_goes_out() -> None:
    findings = analyze_linux("""
        tcp 0.0.0.0:22 0.0.0.0:* LISTEN 1/sshd
        tcp 192.0.2.2:45437 198.51.100.22:22 TIME_WAIT -
        tcp 192.0.2.2:45438 198.51.100.22:22 ESTABLISHED 5/ssh
        tcp6 2001:db8::2:45440 2001:db8::9:22 ESTABLISHED 5/ssh
    """)
    found = connection_to(findings, 22)
    assert found is not None
    assert found.confidence is Confidence.HIGH
    assert found.families == (Family.IPV4, Family.IPV6)
    assert found.programs == ("ssh",)
    assert [str(each) for each in found.peers] == ["198.51.100.22", "2001:db8::9"]
    assert [f"{reason.row} {reason.code}" for reason in found.reasons] == [
        "S21 OUT_ESTABLISHED",
        "T5 NOT_LISTENING_EPHEMERAL_LOCAL",
        "S23 WAIT_STATE",
    ]
    assert found.reasons[0].sentence == "ssh uses a remote tcp/22"
    assert [each.line for each in found.evidence] == [3, 4, 5]


@pytest.mark.parametrize(
    "state",
    ["ESTABLISHED", "FIN_WAIT1", "FIN_WAIT2", "CLOSE_WAIT", "LAST_ACK", "CLOSING", "TIME_WAIT"],
)
def test_t5_every_state_of_a_connection_counts_alike(state: str) -> None:
    row = f"tcp 192.0.2.2:45438 198.51.100.22:22 {state} -"
    assert last_fate(row) == "finding T5 NOT_LISTENING_EPHEMERAL_LOCAL out tcp/22"


@pytest.mark.parametrize("state", ["CLOSE", "BLAHBLAH"])
def test_states_that_are_no_connection_give_no_rule(state: str) -> None:
    row = f"tcp 192.0.2.2:45438 198.51.100.22:22 {state} -"
    assert last_fate(row) == "excluded T NO_CONNECTION"


def test_a_row_without_a_state_is_taken_for_a_connection() -> None:
    """``netstat -T`` of FreeBSD prints no states."""
    socket = Socket(
        Protocol.TCP,
        Family.IPV4,
        Endpoint(ip_address("192.0.2.2"), 50001),
        Endpoint(ip_address("198.51.100.22"), 22),
    )
    listener = Socket(Protocol.TCP, Family.IPV4, Endpoint(None, 80), Endpoint(), State.LISTEN)
    findings = analyze(Capture(Dialect.BSD, (socket, listener)))
    assert connection_to(findings, 22) is not None


def test_t5_the_family_is_that_of_the_addresses_not_of_the_column() -> None:
    findings = analyze_linux(f"""
        {LISTENERS}
        tcp6 192.0.2.2:45438 198.51.100.22:443 ESTABLISHED 5/java
        tcp6 ::ffff:192.0.2.2:45438 ::ffff:198.51.100.22:8443 ESTABLISHED 5/java
    """)
    for port in (443, 8443):
        found = connection_to(findings, port)
        assert found is not None
        assert found.families == (Family.IPV4,)


@pytest.mark.parametrize(
    ("protocol", "families"),
    [("tcp", (Family.IPV4,)), ("tcp6", (Family.IPV4, Family.IPV6))],
)
def test_t5_names_leave_the_family_to_what_the_socket_can_carry(
    protocol: str, families: tuple[Family, ...]
) -> None:
    row = f"{protocol} web.example:45438 git.example:https ESTABLISHED 5/git"
    found = connection_to(analyze_linux(f"{LISTENERS}\n{row}"), 443)
    assert found is not None
    assert (found.families, found.peers, found.peers_complete) == (families, (), False)


def test_t5_names_and_addresses_together_are_all_their_families() -> None:
    findings = analyze_linux(f"""
        {LISTENERS}
        tcp6 2001:db8::2:45438 2001:db8::9:443 ESTABLISHED 5/git
        tcp web.example:45438 git.example:https ESTABLISHED 5/git
        tcp 192.0.2.2:45440 198.51.100.9:80 ESTABLISHED 5/git
        tcp web.example:45442 git.example:http ESTABLISHED 5/git
    """)
    secure, plain = connection_to(findings, 443), connection_to(findings, 80)
    assert secure is not None
    assert secure.families == (Family.IPV4, Family.IPV6)
    assert (secure.peers, secure.peers_complete) == ((ip_address("2001:db8::9"),), False)
    assert plain is not None
    assert plain.families == (Family.IPV4,)


@pytest.mark.parametrize(
    ("cell", "families"),
    [
        ("2001:db8:aaaa:bbbb:ccc:443", (Family.IPV6,)),
        ("::ffff:198.51.100.2:4430", (Family.IPV4,)),
    ],
)
def test_t5_a_cut_peer_gives_a_family_but_no_literal(
    cell: str, families: tuple[Family, ...]
) -> None:
    host, _, port = cell.rpartition(":")
    socket = Socket(
        Protocol.TCP,
        Family.IPV6,
        Endpoint(None, 45438, host="2001:db8::", truncated=True),
        Endpoint(None, int(port), host=host, truncated=True),
        State.ESTABLISHED,
    )
    listener = Socket(Protocol.TCP, Family.IPV4, Endpoint(None, 9), Endpoint(), State.LISTEN)
    found = connection_to(analyze(Capture(Dialect.LINUX, (socket, listener))), int(port))
    assert found is not None
    assert (found.families, found.peers) == (families, ())


def test_t6_a_server_port_without_its_listener_is_asked_about() -> None:
    findings = analyze_linux(f"{LISTENERS}\ntcp 192.0.2.2:20 198.51.100.7:50000 TIME_WAIT -")
    assert fates(findings)[-1] == "question T6 LISTENER_GONE ask Q_LISTENER_GONE tcp/20"
    (question,) = (each for each in findings.questions if each.code == "Q_LISTENER_GONE")
    assert [each.line for each in question.evidence] == [3]
    assert [each.port for each in findings.exposures] == [9]


def test_t7_two_client_ports_are_asked_about() -> None:
    row = "tcp 192.0.2.2:40001 198.51.100.7:50000 ESTABLISHED 5/transmission"
    assert last_fate(row) == ("question T7 BOTH_EPHEMERAL ask Q_DIRECTION tcp of transmission")


@pytest.mark.parametrize(
    ("rows", "hint"),
    [
        (
            FAN_IN_ROWS,
            "several peers are on the same local port, as on a server's",
        ),
        (
            FAN_OUT_ROWS,
            "several local ports lead to one remote port, as a client's do",
        ),
        ("tcp 192.0.2.2:40001 198.51.100.7:50000 ESTABLISHED 5/curl", "may lie about its name"),
        ("tcp 192.0.2.2:40001 198.51.100.7:50000 ESTABLISHED 5/java", "or its peers?"),
        ("tcp 192.0.2.2:40001 198.51.100.7:50000 ESTABLISHED 5/vsftpd", "may lie about its name"),
    ],
    ids=["fan in", "fan out", "client", "neither", "daemon"],
)
def test_t7_fans_and_programs_only_add_a_hint_to_the_question(rows: str, hint: str) -> None:
    findings = analyze_linux(f"{LISTENERS}\n{rows}")
    assert {each.fate for each in findings.outcomes[1:]} == {Fate.QUESTION}
    (question,) = (each for each in findings.questions if each.code == "Q_DIRECTION")
    assert hint in question.sentence


def test_t8_two_fixed_ports_go_out_with_less_confidence() -> None:
    """The kernel's NFS client takes reserved ports."""
    findings = analyze_linux(f"{LISTENERS}\ntcp 192.0.2.2:877 198.51.100.7:2049 ESTABLISHED -")
    found = connection_to(findings, 2049)
    assert found is not None
    assert found.confidence is Confidence.MEDIUM
    assert fates(findings)[-1] == "finding T8 NOT_LISTENING_RESERVED_LOCAL out tcp/2049"


def test_t8_the_same_fixed_port_on_both_sides_is_both_directions() -> None:
    findings = analyze_linux(f"{LISTENERS}\ntcp 192.0.2.2:179 198.51.100.7:179 ESTABLISHED -")
    assert connection_to(findings, 179) is not None
    assert exposure_at(findings, 179).confidence is Confidence.MEDIUM


def test_t8_but_a_port_on_loopback_alone_stays_shut() -> None:
    findings = analyze_linux("""
        tcp 127.0.0.1:179 0.0.0.0:* LISTEN 1/bird
        tcp 192.0.2.2:179 198.51.100.7:179 ESTABLISHED 1/bird
    """)
    assert connection_to(findings, 179) is not None
    assert exposure_at(findings, 179).scope is Scope.LOOPBACK


def test_t3_but_a_port_on_loopback_alone_stays_shut() -> None:
    findings = analyze_linux("""
        tcp 127.0.0.1:25 0.0.0.0:* LISTEN 1/sendmail
        tcp 192.0.2.2:25 198.51.100.7:50000 SYN_RECV -
    """)
    assert fates(findings)[1] == "question T3 SYN_RECV ask Q_LISTENER_GONE tcp/25"
    assert exposure_at(findings, 25).scope is Scope.LOOPBACK


# Without a single LISTEN row nothing says which ports are the host's servers.


def test_t9_one_listed_port_is_the_server() -> None:
    findings = analyze_linux("""
        tcp 192.0.2.2:22 198.51.100.7:50000 ESTABLISHED 7/sshd
        tcp 192.0.2.2:50001 198.51.100.7:443 ESTABLISHED 8/curl
    """)
    assert fates(findings) == [
        "finding T9 LISTED_PORT in tcp/22",
        "finding T9 LISTED_PORT out tcp/443",
    ]
    found = exposure_at(findings, 22)
    assert (found.confidence, found.basis) == (Confidence.MEDIUM, Basis.CONNECTION)
    assert (found.scope, found.admin) == (Scope.ANY, True)
    assert found.reasons[0].code == "LISTED_PORT"


@pytest.mark.parametrize(
    ("local", "remote", "outcome"),
    [
        (179, 179, "finding T10 BOTH_LISTED out tcp/179"),
        (600, 22, "finding T10 BOTH_LISTED out tcp/22"),
        (22, 600, "finding T10 BOTH_LISTED in tcp/22"),
        (877, 2049, "finding T10 BOTH_LISTED out tcp/2049"),
        (2049, 877, "finding T10 BOTH_LISTED in tcp/2049"),
        (80, 8080, "finding T10 BOTH_LISTED in tcp/80"),
        (8080, 80, "finding T10 BOTH_LISTED out tcp/80"),
    ],
)
def test_t10_of_two_listed_ports_the_lower_kind_is_the_server(
    local: int, remote: int, outcome: str
) -> None:
    findings = analyze_linux(f"tcp 192.0.2.2:{local} 198.51.100.7:{remote} ESTABLISHED -")
    assert fates(findings) == [outcome]
    incoming = {each.confidence for each in findings.exposures if each.evidence}
    outgoing = {each.confidence for each in findings.connections if each.evidence}
    assert incoming | outgoing == {Confidence.LOW}


@pytest.mark.parametrize(("local", "remote"), [(22, 80), (600, 700), (8080, 3306)])
def test_t10_two_ports_of_one_kind_are_asked_about(local: int, remote: int) -> None:
    row = f"tcp 192.0.2.2:{local} 198.51.100.7:{remote} ESTABLISHED -"
    found = last_fate(row, listeners=False)
    assert found == f"question T14 AMBIGUOUS ask Q_DIRECTION tcp/{min(local, remote)}"


def test_t10_the_same_listed_port_is_both_directions() -> None:
    findings = analyze_linux("tcp 192.0.2.2:179 198.51.100.7:179 ESTABLISHED -")
    assert exposure_at(findings, 179).basis is Basis.CONNECTION
    assert connection_to(findings, 179) is not None


def test_t11_without_lists_the_port_outside_the_client_range_is_the_server() -> None:
    findings = analyze_linux("""
        tcp 192.0.2.2:30102 198.51.100.7:50000 ESTABLISHED -
        tcp 192.0.2.2:50001 198.51.100.8:30101 ESTABLISHED -
    """)
    assert fates(findings) == ["finding T11 RANGE in tcp/30102", "finding T11 RANGE out tcp/30101"]
    assert exposure_at(findings, 30102).confidence is Confidence.LOW


def test_t12_a_fan_raises_the_confidence_by_one_level() -> None:
    findings = analyze_linux("""
        tcp 192.0.2.2:22 198.51.100.7:50000 ESTABLISHED 7/sshd
        tcp 192.0.2.2:22 198.51.100.8:50000 ESTABLISHED 7/sshd
        tcp 192.0.2.2:50001 198.51.100.9:443 ESTABLISHED 8/curl
        tcp 192.0.2.2:50003 198.51.100.9:443 ESTABLISHED 8/curl
        tcp 192.0.2.2:30102 203.0.113.7:50000 ESTABLISHED -
        tcp 192.0.2.2:30102 203.0.113.8:50000 ESTABLISHED -
    """)
    assert exposure_at(findings, 22).confidence is Confidence.HIGH
    assert [each.code for each in exposure_at(findings, 22).reasons] == ["LISTED_PORT", "FAN_IN"]
    found = connection_to(findings, 443)
    assert found is not None
    assert found.confidence is Confidence.HIGH
    assert exposure_at(findings, 30102).confidence is Confidence.MEDIUM


def test_t12_a_fan_alone_decides() -> None:
    findings = analyze_linux("""
        tcp 192.0.2.2:50000 198.51.100.7:40000 ESTABLISHED -
        tcp 192.0.2.2:50000 198.51.100.8:40000 ESTABLISHED -
        tcp 192.0.2.2:30104 203.0.113.7:30103 ESTABLISHED -
        tcp 192.0.2.2:30106 203.0.113.7:30103 ESTABLISHED -
    """)
    assert fates(findings) == [
        "finding T12 FAN_IN in tcp/50000",
        "finding T12 FAN_IN in tcp/50000",
        "finding T12 FAN_OUT out tcp/30103",
        "finding T12 FAN_OUT out tcp/30103",
    ]
    assert exposure_at(findings, 50000).confidence is Confidence.MEDIUM


def test_t12_a_fan_the_other_way_changes_nothing() -> None:
    findings = analyze_linux("""
        tcp 192.0.2.2:50001 198.51.100.7:22 ESTABLISHED -
        tcp 192.0.2.2:50001 198.51.100.8:22 ESTABLISHED -
    """)
    assert fates(findings) == ["finding T9 LISTED_PORT out tcp/22"] * 2


def test_t12_fans_both_ways_say_nothing() -> None:
    findings = analyze_linux("""
        tcp 192.0.2.2:50001 198.51.100.7:40001 ESTABLISHED -
        tcp 192.0.2.2:50001 198.51.100.8:40001 ESTABLISHED -
        tcp 192.0.2.2:50003 198.51.100.7:40001 ESTABLISHED -
    """)
    assert fates(findings)[0].startswith("question T14 AMBIGUOUS")


def test_t12_peers_without_an_address_make_no_fan() -> None:
    findings = analyze_linux("""
        tcp 192.0.2.2:50001 a.example:40001 ESTABLISHED -
        tcp 192.0.2.2:50001 b.example:40001 ESTABLISHED -
    """)
    assert fates(findings)[0].startswith("question T14 AMBIGUOUS")


@pytest.mark.parametrize(
    ("program", "outcome"),
    [
        ("psql", "finding T13 PROGRAM_HINT out tcp/30102"),
        ("postgres", "finding T13 PROGRAM_HINT in tcp/30101"),
        ("java", "question T14 AMBIGUOUS ask Q_DIRECTION tcp/30101"),
    ],
)
def test_t13_a_known_program_is_the_last_tie_break(program: str, outcome: str) -> None:
    row = f"tcp 192.0.2.2:30101 198.51.100.7:30102 ESTABLISHED 5/{program}"
    assert last_fate(row, listeners=False) == outcome


@pytest.mark.parametrize("program", ["sshd", "ssh", "java"])
def test_t13_a_program_never_outweighs_what_the_sockets_say(program: str) -> None:
    rows = f"""
        tcp 0.0.0.0:22 0.0.0.0:* LISTEN 1/{program}
        tcp 192.0.2.2:22 198.51.100.7:50000 ESTABLISHED 5/{program}
        tcp 192.0.2.2:50001 198.51.100.7:25 ESTABLISHED 5/{program}
        tcp 192.0.2.2:1025 198.51.100.7:26 SYN_SENT 5/{program}
    """
    assert [each.split()[:2] for each in fates(analyze_linux(rows))[1:]] == [
        ["covered", "T4"],
        ["finding", "T5"],
        ["finding", "T2"],
    ]


def test_t14_what_nothing_decides_is_asked() -> None:
    findings = analyze_linux("tcp 192.0.2.2:50001 198.51.100.7:40001 ESTABLISHED -")
    assert fates(findings) == ["question T14 AMBIGUOUS ask Q_DIRECTION tcp of unknown programs"]
    assert findings.exposures == ()


def test_t14_a_fixed_port_is_asked_about_by_its_number() -> None:
    """Ports that two kernels chose are other ones in the next capture; this one is not."""
    findings = analyze_linux("tcp 192.0.2.2:30101 198.51.100.7:30102 ESTABLISHED 5/java")
    assert fates(findings) == ["question T14 AMBIGUOUS ask Q_DIRECTION tcp/30101"]


@pytest.mark.parametrize("state", ["SYN_SENT", "ESTABLISHED"])
def test_an_outgoing_rule_never_stands_on_a_client_port_of_the_peer(state: str) -> None:
    rows = f"""
        tcp 192.0.2.2:1025 198.51.100.7:40001 {state} 5/ftp
        tcp 192.0.2.2:1027 198.51.100.7:40001 {state} 5/ftp
    """
    findings = analyze_linux(rows)
    assert connection_to(findings, 40001) is None
    assert {each.code for each in findings.questions} >= {
        "Q_EPHEMERAL_PEER" if state == "SYN_SENT" else "Q_UPDATES"
    }


@pytest.mark.parametrize(
    ("row", "outcome"),
    [
        ("tcp 192.0.2.2:50001 198.51.100.7:nosuch ESTABLISHED -",
         "question T PORT_NAMED ask Q_NAMED_PORT tcp/nosuch"),
        ("tcp 192.0.2.2:50001 198.51.100.7:nosuch SYN_SENT -",
         "question T PORT_NAMED ask Q_NAMED_PORT tcp/nosuch"),
        ("tcp 192.0.2.2:nosuch 198.51.100.7:50001 SYN_RECV -",
         "question T PORT_NAMED ask Q_NAMED_PORT tcp/nosuch"),
        ("tcp 192.0.2.2:50001 198.51.100.7:http-alt ESTABLISHED -",
         "question T PORT_NAMED ask Q_NAMED_PORT tcp/http-alt"),
        ("tcp 192.0.2.2:50001 198.51.100.7:https ESTABLISHED -",
         "finding T5 NOT_LISTENING_EPHEMERAL_LOCAL out tcp/443"),
        ("tcp 192.0.2.2:50001 198.51.100.7:* ESTABLISHED -",
         "question T PORT_UNREADABLE ask Q_UNREADABLE_PORT tcp of unknown programs"),
    ],
)  # fmt: skip
def test_a_port_that_is_a_name_counts_where_it_stands_for_one_number(
    row: str, outcome: str
) -> None:
    assert last_fate(row) == outcome


def test_a_named_port_of_a_listener_covers_connections_with_its_number() -> None:
    findings = analyze_linux("""
        tcp 0.0.0.0:ssh 0.0.0.0:* LISTEN 1/sshd
        tcp 192.0.2.2:ssh 198.51.100.7:50000 ESTABLISHED 5/sshd
        udp 0.0.0.0:ntp 0.0.0.0:* 6/ntpd
    """)
    assert fates(findings)[1] == "covered T4 OWN_LISTENER in tcp/22"
    assert exposure_at(findings, 123, "udp").programs == ("ntpd",)


def test_t12_one_peer_with_several_ports_makes_a_fan_as_well() -> None:
    findings = analyze_linux("""
        tcp 192.0.2.2:30102 198.51.100.7:3560 ESTABLISHED -
        tcp 192.0.2.2:30102 198.51.100.7:3617 ESTABLISHED -
    """)
    assert fates(findings) == ["finding T12 FAN_IN in tcp/30102"] * 2


# 2967 stands in IANA's registry, as half of the ports below 5000 do, but in no services
# file that hosts carry; peers behind address translation and of older systems come from such ports.


def test_t4b_a_port_that_only_the_registry_names_is_no_servers() -> None:
    findings = analyze_linux("""
        tcp 0.0.0.0:40000 0.0.0.0:* LISTEN 1/java
        tcp 192.0.2.2:40000 198.51.100.7:2967 ESTABLISHED 1/java
    """)
    assert fates(findings)[1] == "covered T4 OWN_LISTENER in tcp/40000"


@pytest.mark.parametrize(
    ("local", "remote", "outcome"),
    [
        (22, 2967, "finding T9 LISTED_PORT in tcp/22"),
        (2967, 443, "finding T9 LISTED_PORT out tcp/443"),
        (3306, 2967, "finding T9 LISTED_PORT in tcp/3306"),
        (2967, 50000, "finding T11 RANGE in tcp/2967"),
    ],
)
def test_t9_a_port_that_only_the_registry_names_is_no_servers(
    local: int, remote: int, outcome: str
) -> None:
    row = f"tcp 192.0.2.2:{local} 198.51.100.7:{remote} ESTABLISHED -"
    assert last_fate(row, listeners=False) == outcome


def test_t9_the_operators_services_count_as_listed() -> None:
    capture = linux("tcp 192.0.2.2:2967 198.51.100.7:3560 ESTABLISHED -")
    site = parse_services("billing 3560/tcp").catalog
    assert fates(analyze(capture, services=site | builtin_catalog())) == [
        "finding T9 LISTED_PORT out tcp/3560"
    ]


@pytest.mark.parametrize("dialect", [Dialect.LINUX, Dialect.WINDOWS, Dialect.BSD])
@pytest.mark.parametrize("remote", [33000, 62000])
def test_a_peers_client_ports_are_those_of_any_system(dialect: Dialect, remote: int) -> None:
    """The host's own range says nothing about what its peers run."""
    listener = Socket(Protocol.TCP, Family.IPV4, Endpoint(None, 9), Endpoint(), State.LISTEN)
    peer = Endpoint(ip_address("198.51.100.7"), remote)

    def fate(local: int, *rows: Socket) -> str:
        here = Endpoint(ip_address("192.0.2.2"), local)
        row = Socket(Protocol.TCP, Family.IPV4, here, peer, State.ESTABLISHED)
        return fates(analyze(Capture(dialect, (*rows, row))))[-1]

    assert fate(8000, listener).startswith("question T6 LISTENER_GONE")
    assert fate(50000, listener).startswith("question T7 BOTH_EPHEMERAL")
    assert fate(30101) == "finding T11 RANGE in tcp/30101"


def test_a_given_range_is_that_of_this_host_alone() -> None:
    row = "tcp 192.0.2.2:2000 198.51.100.7:5432 ESTABLISHED 5/psql"
    findings = analyze_linux(f"{LISTENERS}\n{row}", ephemeral=(1024, 65535))
    assert fates(findings)[1] == "finding T5 NOT_LISTENING_EPHEMERAL_LOCAL out tcp/5432"


@pytest.mark.parametrize(
    ("port", "outcome"),
    [(None, "question T PORT_UNREADABLE ask Q_UNREADABLE_PORT"), (60001, "finding T5")],
)
def test_a_port_that_was_cut_away_is_never_guessed(port: int | None, outcome: str) -> None:
    """With -A netstat of macOS cuts the port together with the address."""
    listener = Socket(Protocol.TCP, Family.IPV4, Endpoint(None, 22), Endpoint(), State.LISTEN)
    cut = Socket(
        Protocol.TCP,
        Family.IPV4,
        Endpoint(None, port, host="192.0.2.221.5486", truncated=True),
        Endpoint(ip_address("198.51.100.7"), 443),
        State.ESTABLISHED,
    )
    findings = analyze(Capture(Dialect.BSD, (listener, cut)))
    assert fates(findings)[1].startswith(outcome)


def test_the_client_range_can_be_given() -> None:
    row = "tcp 192.0.2.2:2000 198.51.100.7:22 ESTABLISHED 5/ssh"
    wide = analyze_linux(f"{LISTENERS}\n{row}", ephemeral=(1024, 65535))
    assert fates(wide)[1] == "finding T5 NOT_LISTENING_EPHEMERAL_LOCAL out tcp/22"
    assert last_fate(row) == "finding T8 NOT_LISTENING_RESERVED_LOCAL out tcp/22"


def test_findings_do_not_depend_on_which_question_came_first(findings: Findings) -> None:
    assert [each.code for each in findings.questions] == sorted(
        each.code for each in findings.questions
    )


@pytest.fixture
def findings() -> Findings:
    return analyze_linux("""
        tcp 0.0.0.0:22 0.0.0.0:* LISTEN 1/sshd
        tcp 192.0.2.2:20 198.51.100.7:50000 TIME_WAIT -
        tcp 192.0.2.2:40001 198.51.100.7:50000 ESTABLISHED -
    """)
