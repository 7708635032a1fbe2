"""Outlook: DNS, companions, and the checklist of what one capture is unlikely to show."""

from __future__ import annotations

import pytest
from findings_text import analyze_linux, connection_to, describe
from policy_findings import call

from netstat_fw import analyze, parse, propose
from netstat_fw.analyzers.checklist_items import ITEMS
from netstat_fw.analyzers.findings import Basis, Findings
from netstat_fw.evidence import Confidence
from netstat_fw.records import Family
from netstat_fw.ruleset import Action, Policy, read_decisions


def asked(findings: Findings) -> set[str]:
    return {each.code for each in findings.questions}


def known(findings: Findings) -> dict[str, list[int]]:
    return {each.code: [line.line for line in each.evidence] for each in findings.answers}


def suggested(findings: Findings, code: str) -> list[str]:
    return [
        f"{each.protocol.value}/{each.remote_port}"
        for each in findings.connections
        if each.question is not None and each.question.code == code
    ]


def test_k1_dns_is_always_there_and_cites_nothing() -> None:
    findings = analyze_linux("tcp 0.0.0.0:22 0.0.0.0:* LISTEN 1/sshd")
    dns = [each for each in findings.connections if each.remote_port == 53]
    assert [each.protocol.value for each in dns] == ["tcp", "udp"]
    for each in dns:
        assert (each.basis, each.confidence) == (Basis.KNOWLEDGE, Confidence.POLICY)
        assert each.families == (Family.IPV4, Family.IPV6)
        assert each.evidence == ()
        assert each.reasons[0].row == "K1"


def test_k1_dns_that_is_seen_keeps_what_was_seen() -> None:
    findings = analyze_linux("udp 192.0.2.2:40000 203.0.113.53:53 ESTABLISHED 5/curl")
    found = connection_to(findings, 53, "udp")
    assert found is not None
    assert (found.basis, found.confidence) == (Basis.DATAGRAM, Confidence.HIGH)
    assert found.families == (Family.IPV4, Family.IPV6)
    assert [str(each) for each in found.peers] == ["203.0.113.53"]


@pytest.mark.parametrize(
    ("bound", "companions"),
    [
        ("tcp/80", ["tcp/443"]),
        ("tcp/443", ["tcp/80"]),
        ("tcp/25", ["tcp/465", "tcp/587"]),
        ("tcp/143", ["tcp/993"]),
        ("tcp/110", ["tcp/995"]),
        ("tcp/389", ["tcp/636"]),
        ("tcp/5060", ["tcp/5061"]),
        ("tcp/53", ["udp/53"]),
        ("udp/53", ["tcp/53"]),
        ("tcp/88", ["tcp/464", "udp/88"]),
        ("tcp/22", []),
    ],
)
def test_k2_companions(bound: str, companions: list[str]) -> None:
    protocol, port = bound.split("/")
    state = "LISTEN" if protocol == "tcp" else ""
    findings = analyze_linux(f"{protocol} 0.0.0.0:{port} 0.0.0.0:* {state} 5/daemon")
    found = [each for each in findings.exposures if each.basis is Basis.COMPANION]
    assert [f"{each.protocol.value}/{each.port}" for each in found] == companions
    for each in found:
        assert each.companion_of == int(port)
        assert (each.confidence, each.programs) == (Confidence.SUGGESTED, ("daemon",))
        assert (each.families, each.evidence) == ((Family.IPV4,), ())
        assert each.reasons[0].row == "K2"
    checks = {f"{each.protocol}/{each.port}": each.programs for each in findings.process_checks}
    assert checks == dict.fromkeys([bound, *companions], ("daemon",))


def test_process_checks_are_for_what_is_to_be_opened() -> None:
    findings = analyze_linux("""
        tcp 0.0.0.0:22 0.0.0.0:* LISTEN 1/sshd
        tcp6 2001:db8::2:22 :::* LISTEN 2/dropbear
        tcp 127.0.0.1:25 0.0.0.0:* LISTEN 3/master
        udp 0.0.0.0:68 0.0.0.0:* 4/dhclient
        udp 0.0.0.0:1900 0.0.0.0:* 5/upnpd
    """)
    assert [(each.protocol, each.port, each.programs) for each in findings.process_checks] == [
        ("tcp", 22, ("dropbear", "sshd"))
    ]


def test_what_may_go_anywhere_is_not_narrowed_by_a_role() -> None:
    """Multicast DNS goes to its groups; a program that asks one host by unicast goes further."""
    findings = analyze_linux("""
        udp 0.0.0.0:5353 0.0.0.0:* 1/avahi-daemon
        udp 192.0.2.2:40000 203.0.113.9:5353 ESTABLISHED 2/dig
    """)
    found = connection_to(findings, 5353, "udp")
    assert found is not None
    assert found.remotes == ()
    assert found.programs == ("avahi-daemon", "dig")


@pytest.mark.parametrize(
    "beside",
    ["tcp 0.0.0.0:443 0.0.0.0:* LISTEN 1/nginx", "tcp 127.0.0.1:443 0.0.0.0:* LISTEN 1/nginx"],
)
def test_k2_a_companion_that_is_bound_is_none(beside: str) -> None:
    findings = analyze_linux(f"tcp 0.0.0.0:80 0.0.0.0:* LISTEN 1/nginx\n{beside}")
    assert all(each.basis is not Basis.COMPANION for each in findings.exposures)


@pytest.mark.parametrize(
    "parent",
    [
        "tcp 127.0.0.1:80 0.0.0.0:* LISTEN 1/nginx",
        "udp 0.0.0.0:5353 0.0.0.0:* 1/nginx",
        "tcp 192.0.2.2:5060 198.51.100.7:8080 ESTABLISHED -",
    ],
    ids=["loopback", "no companion", "not sure enough"],
)
def test_k2_only_firm_open_ports_have_companions(parent: str) -> None:
    findings = analyze_linux(parent)
    assert all(each.basis is not Basis.COMPANION for each in findings.exposures)


def test_k2_a_companion_is_reached_where_its_parent_is() -> None:
    text = describe(
        analyze_linux("""
            tcp 192.0.2.2:80 0.0.0.0:* LISTEN 1/nginx
            tcp6 :::80 :::* LISTEN 1/nginx
            tcp 192.0.2.3:25 0.0.0.0:* LISTEN 2/master
        """)
    )
    assert "open tcp/443 v4+v6 any nginx suggested beside 80" in text
    assert "open tcp/465 v4 addresses master suggested to 192.0.2.3 beside 25" in text


SIMPLE = "tcp 0.0.0.0:9999 0.0.0.0:* LISTEN 1/java2"


def test_k4_some_questions_are_asked_on_every_host() -> None:
    findings = analyze_linux(SIMPLE.replace("java2", "x"))
    assert asked(findings) == {
        "Q_UPDATES", "Q_BACKUP", "Q_LOGGING", "Q_NTP", "Q_MONITORING",
    }  # fmt: skip
    assert findings.answers == ()
    assert suggested(findings, "Q_UPDATES") == ["tcp/80", "tcp/443"]
    assert suggested(findings, "Q_NTP") == ["udp/123"]
    assert suggested(findings, "Q_LOGGING") == ["tcp/514", "tcp/6514", "udp/514"]
    assert suggested(findings, "Q_BACKUP") == []


def test_k3_only_windows_hides_its_dhcp_client() -> None:
    remote = "  TCP    192.0.2.2:3389  0.0.0.0:0  LISTENING  4"
    windows = analyze(parse(remote))
    assert "Q_DHCP" in asked(windows)
    assert suggested(windows, "Q_DHCP") == ["udp/67", "udp/547"]
    yes = Policy(decisions=read_decisions("[answers]\nQ_DHCP = true"))
    for policy, action in ((yes, Action.ACCEPT), (Policy(), Action.DROP)):
        decision = call(propose(windows, policy), 67, protocol="udp", source_port=68)
        assert decision.action is action
    shown = analyze(parse(f"{remote}\n  UDP    192.0.2.2:68  *:*  1000"))
    assert "Q_DHCP" not in asked(shown)
    assert known(shown)["Q_DHCP"] == [2]


def outgoing(port: int, protocol: str = "tcp") -> str:
    return f"{SIMPLE}\n{protocol} 192.0.2.2:40000 198.51.100.7:{port} ESTABLISHED 7/x"


def listening(port: int, protocol: str = "tcp", program: str = "x") -> str:
    state = "LISTEN" if protocol == "tcp" else ""
    return f"{SIMPLE}\n{protocol} 0.0.0.0:{port} 0.0.0.0:* {state} 7/{program}"


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        (outgoing(443), "Q_UPDATES"),
        (outgoing(80), "Q_UPDATES"),
        (listening(25) + "\n" + outgoing(25), "Q_SMTP_OUT"),
        (listening(9102), "Q_BACKUP"),
        (outgoing(873), "Q_BACKUP"),
        (outgoing(6514), "Q_LOGGING"),
        (outgoing(514, "udp"), "Q_LOGGING"),
        (listening(123, "udp"), "Q_NTP"),
        (outgoing(123, "udp"), "Q_NTP"),
        (listening(44444, "udp", "systemd-timesyncd"), "Q_NTP"),
        (listening(161, "udp"), "Q_MONITORING"),
        (outgoing(10051), "Q_MONITORING"),
        (outgoing(2049), "Q_FILESHARE"),
        (outgoing(636), "Q_DIRECTORY"),
        (outgoing(5432), "Q_DATABASE"),
    ],
)
def test_k4_evidence_answers_a_question(rows: str, code: str) -> None:
    findings = analyze_linux(rows)
    assert code not in asked(findings)
    assert known(findings)[code]
    assert suggested(findings, code) == []


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (listening(7722, program="sshd"), "Q_SSH_OUT"),
        (listening(22), "Q_SSH_OUT"),
        (listening(25), "Q_SMTP_OUT"),
        ("tcp 127.0.0.1:587 0.0.0.0:* LISTEN 7/java", "Q_SMTP_OUT"),
        (listening(9998, program="sendmail"), "Q_SMTP_OUT"),
        (listening(111), "Q_FILESHARE"),
        (listening(9998, program="rpc.statd"), "Q_FILESHARE"),
        (listening(9998, program="sssd_be"), "Q_DIRECTORY"),
        (listening(9998, program="php-fpm8.2"), "Q_DATABASE"),
        (listening(9998, program="google_guest_ag"), "Q_CLOUD_METADATA"),
    ],
)
def test_k4_some_questions_are_raised_by_what_runs(row: str, code: str) -> None:
    findings = analyze_linux(row)
    (question,) = (each for each in findings.questions if each.code == code)
    assert question.evidence
    (item,) = (each for each in ITEMS if each.code == code)
    assert len(suggested(findings, code)) == len(item.suggests)


def test_k4_a_database_here_needs_none_elsewhere() -> None:
    findings = analyze_linux(f"{listening(9998, program='php-fpm')}\n{listening(3306)}")
    assert "Q_DATABASE" not in asked(findings)
    assert "Q_DATABASE" not in known(findings)


def test_k4_a_loopback_probe_does_not_answer() -> None:
    findings = analyze_linux("udp 127.0.0.1:161 0.0.0.0:* 7/snmpd")
    assert "Q_MONITORING" in asked(findings)


def test_k4_what_is_seen_already_is_not_suggested_again() -> None:
    findings = analyze_linux(f"{listening(22, program='sshd')}\n{outgoing(22)}")
    assert "Q_SSH_OUT" in asked(findings)
    assert suggested(findings, "Q_SSH_OUT") == []


def test_k4_suggestions_say_that_they_were_never_seen() -> None:
    findings = analyze_linux(SIMPLE)
    for each in findings.connections:
        if each.question is not None:
            assert (each.basis, each.confidence) == (Basis.CHECKLIST, Confidence.SUGGESTED)
            assert each.evidence == ()
            assert each.reasons[0].sentence == each.question.sentence
            assert each.question in findings.questions


def test_codes_of_the_checklist_are_distinct() -> None:
    assert len({item.code for item in ITEMS}) == len(ITEMS)
