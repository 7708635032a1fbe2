"""Sockets without ports: which say nothing, and which the operator is asked about."""

from __future__ import annotations

import pytest
from findings_text import analyze_linux, fates

from netstat_fw.analyzers import analyze
from netstat_fw.records import Capture, Dialect, Endpoint, Family, Protocol, Socket


@pytest.mark.parametrize(
    ("row", "outcome"),
    [
        ("raw 0.0.0.0:1 0.0.0.0:* 7 5/ping", "excluded - ICMP_SOCKET"),
        ("raw6 :::58 :::* 7 5/NetworkManager", "excluded - ICMP_SOCKET"),
        ("raw 0.0.0.0:255 0.0.0.0:* 7 5/nmap", "excluded - RAW_SOCKET"),
        ("raw 0.0.0.0:6 0.0.0.0:* 7 5/nmap", "excluded - RAW_SOCKET"),
        ("raw 0.0.0.0:17 0.0.0.0:* 7 5/dhcpd", "excluded - RAW_SOCKET"),
        ("raw 127.0.0.1:89 0.0.0.0:* 7 5/ospfd", "excluded - RAW_SOCKET"),
        ("raw 0.0.0.0:89 0.0.0.0:* 7 5/ospfd", "question - RAW_PROTOCOL ask Q_RAW_PROTOCOL ip/89"),
        ("raw6 :::112 :::* 7 5/keepalived", "question - RAW_PROTOCOL ask Q_RAW_PROTOCOL ip/112"),
    ],
)
def test_a_raw_socket_is_asked_about_where_a_rule_may_be_missing(row: str, outcome: str) -> None:
    findings = analyze_linux(row)
    assert fates(findings) == [outcome]
    assert findings.exposures == ()


def test_the_question_about_a_protocol_is_asked_once_and_names_its_number() -> None:
    findings = analyze_linux(
        "raw 0.0.0.0:112 0.0.0.0:* 7 5/keepalived\nraw6 :::112 :::* 7 5/keepalived"
    )
    (question,) = (each for each in findings.questions if each.code == "Q_RAW_PROTOCOL")
    assert question.sentence.startswith("Must this machine receive ip/112 from others?")
    assert [each.line for each in question.evidence] == [2, 3]


@pytest.mark.parametrize("protocol", [Protocol.RAW, Protocol.DIVERT, Protocol.ICMP])
def test_sockets_of_bsd_without_a_number_are_left_out(protocol: Protocol) -> None:
    socket = Socket(protocol, Family.IPV4, Endpoint(), Endpoint())
    code = "ICMP_SOCKET" if protocol is Protocol.ICMP else "RAW_SOCKET"
    assert fates(analyze(Capture(Dialect.BSD, (socket,)))) == [f"excluded - {code}"]
