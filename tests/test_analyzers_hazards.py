"""Hazards: what is said about exposed services, containers and firewall managers."""

from __future__ import annotations

import pytest
from findings_text import analyze_linux

from netstat_fw.analyzers.findings import Findings, Risk
from netstat_fw.analyzers.hazard_ports import PORT_HAZARDS


def risks(findings: Findings) -> dict[str, str]:
    return {each.code: each.risk.value for each in findings.hazards}


def bound(protocol: str, port: int, address: str = "0.0.0.0", program: str = "p") -> str:  # noqa: S104
    state = "LISTEN" if protocol == "tcp" else ""
    return f"{protocol} {address}:{port} 0.0.0.0:* {state} 5/{program}"


@pytest.mark.parametrize(
    ("protocol", "port"),
    [
        *(("tcp", port) for port in (
            7, 13, 17, 19, 23, 111, 139, 445, 512, 513, 514, 873, 1099, 1433, 1521, 2049, 2181,
            2375, 2379, 2380, 3128, 3306, 3389, 4369, 5005, 5432, 5672, 5900, 5984, 5985, 6000,
            6063, 6379, 8080, 8086, 8088, 8888, 9042, 9092, 9200, 9229, 9300, 10250, 10255, 11211,
            15672, 27017, 27018, 27019, 50070,
        )),
        *(("udp", port) for port in (7, 13, 17, 19, 111, 161, 389, 1900, 2049, 11211)),
    ],
)  # fmt: skip
def test_what_should_not_be_open_to_everybody_is_critical(protocol: str, port: int) -> None:
    findings = analyze_linux(bound(protocol, port))
    (found,) = (each for each in findings.hazards if each.risk is Risk.CRITICAL)
    assert found.exposure is not None
    assert (found.exposure.protocol.value, found.exposure.port) == (protocol, port)
    assert found.evidence == found.exposure.evidence
    assert found.advice


@pytest.mark.parametrize(
    ("protocol", "port", "code"),
    [
        ("tcp", 21, "HAZARD_FTP"),
        ("tcp", 53, "HAZARD_OPEN_RESOLVER"),
        ("udp", 53, "HAZARD_OPEN_RESOLVER"),
        ("tcp", 80, "HAZARD_CLEARTEXT_WEB"),
        ("tcp", 110, "HAZARD_CLEARTEXT_MAIL"),
        ("tcp", 143, "HAZARD_CLEARTEXT_MAIL"),
        ("udp", 69, "HAZARD_TFTP"),
        ("udp", 123, "HAZARD_TIME_SERVER"),
        ("udp", 137, "HAZARD_NAME_POISONING"),
        ("udp", 5355, "HAZARD_NAME_POISONING"),
        ("udp", 8472, "HAZARD_OVERLAY"),
    ],
)
def test_what_needs_care_is_a_warning(protocol: str, port: int, code: str) -> None:
    assert risks(analyze_linux(bound(protocol, port)))[code] == "warning"


@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
def test_loopback_is_no_hazard(address: str) -> None:
    assert risks(analyze_linux(bound("tcp", 6379, address))) == {}


def test_a_way_in_for_administrators_is_only_mentioned() -> None:
    findings = analyze_linux(
        f"{bound('tcp', 22)}\n{bound('tcp', 7722, program='sshd')}\n{bound('tcp', 3389)}"
    )
    about = [(each.code, each.exposure.port) for each in findings.hazards if each.exposure]
    assert about == [
        ("HAZARD_REMOTE_SCREEN", 3389),
        ("HAZARD_ADMIN_OPEN", 22),
        ("HAZARD_ADMIN_OPEN", 3389),
        ("HAZARD_ADMIN_OPEN", 7722),
    ]
    assert all(each.exposure.admin for each in findings.hazards if each.exposure)


def test_https_beside_http_takes_the_warning_away() -> None:
    both = analyze_linux(f"{bound('tcp', 80)}\n{bound('tcp', 443)}")
    assert risks(both) == {}


def test_k7_published_container_ports_are_marked() -> None:
    findings = analyze_linux(bound("tcp", 8443, program="docker-proxy"))
    assert risks(findings) == {
        "HAZARD_CONTAINER_PUBLISHED": "warning",
        "FIREWALL_MANAGER": "warning",
    }


@pytest.mark.parametrize(
    ("program", "marked"),
    [("kubelet", True), ("kube-proxy", True), ("k3s-server", True), ("java", False)],
)
def test_k7_node_ports_are_a_clusters_where_there_is_one(program: str, *, marked: bool) -> None:
    rows = f"{bound('tcp', 30080)}\n{bound('tcp', 10248, '127.0.0.1', program)}"
    assert ("HAZARD_CONTAINER_PUBLISHED" in risks(analyze_linux(rows))) is marked


@pytest.mark.parametrize(
    "program",
    [
        "dockerd",
        "containerd",
        "kubelet",
        "hyperkube",
        "crio",
        "fail2ban-serve",
        "firewalld",
        "rootlesspor",
    ],
)
def test_k8_programs_with_rules_of_their_own_are_named(program: str) -> None:
    findings = analyze_linux(bound("tcp", 9998, "127.0.0.1", program))
    (found,) = findings.hazards
    assert (found.code, found.risk) == ("FIREWALL_MANAGER", Risk.WARNING)
    assert [each.line for each in found.evidence] == [2]


NFS = """
    tcp 0.0.0.0:111 0.0.0.0:* LISTEN 1/rpcbind
    udp 0.0.0.0:111 0.0.0.0:* 1/rpcbind
    tcp 0.0.0.0:2049 0.0.0.0:* LISTEN -
"""


@pytest.mark.parametrize(
    ("row", "moving"),
    [
        ("tcp 0.0.0.0:39681 0.0.0.0:* LISTEN 2/rpc.mountd", True),
        ("udp 0.0.0.0:39682 0.0.0.0:* 2/rpc.statd", True),
        ("tcp 0.0.0.0:39683 0.0.0.0:* LISTEN -", True),
        ("tcp 0.0.0.0:887 0.0.0.0:* LISTEN -", True),
        ("tcp 0.0.0.0:873 0.0.0.0:* LISTEN -", False),
        ("tcp 0.0.0.0:30101 0.0.0.0:* LISTEN -", False),
        ("tcp 0.0.0.0:* 0.0.0.0:* LISTEN -", False),
        ("tcp 0.0.0.0:39683 0.0.0.0:* LISTEN 2/java", False),
        ("tcp 127.0.0.1:39683 0.0.0.0:* LISTEN 2/rpc.mountd", False),
        ("udp 0.0.0.0:39684 0.0.0.0:* -", False),
        ("udp 192.0.2.2:39685 203.0.113.9:111 ESTABLISHED 2/rpc.statd", False),
    ],
)
def test_k5_rpc_services_on_ports_of_chance_are_named(row: str, *, moving: bool) -> None:
    found = [each for each in analyze_linux(NFS + row).hazards if each.code == "DYNAMIC_RPC"]
    assert [line.line for each in found for line in each.evidence] == ([5] if moving else [])
    alone = analyze_linux(f"tcp 0.0.0.0:22 0.0.0.0:* LISTEN 1/sshd\n{row}")
    assert "DYNAMIC_RPC" not in risks(alone)


def test_discovery_says_that_its_replies_get_lost() -> None:
    findings = analyze_linux(bound("udp", 5353))
    assert risks(findings) == {"MULTICAST_REPLIES": "info"}


def test_discovery_that_is_shut_says_nothing() -> None:
    assert "MULTICAST_REPLIES" not in risks(analyze_linux(bound("udp", 1900)))


def test_a_dynamic_address_is_mentioned() -> None:
    assert risks(analyze_linux(bound("udp", 68))) == {"DYNAMIC_ADDRESS": "info"}


def test_ipv6_needs_rules_as_well() -> None:
    findings = analyze_linux("tcp6 :::8443 :::* LISTEN 5/p")
    assert risks(findings) == {"IPV6_PARALLEL": "info"}
    assert [each.line for each in findings.hazards[0].evidence] == [2]


def connections(state: str, many: int) -> str:
    rows = "\n".join(
        f"tcp 192.0.2.2:8443 198.51.100.{n % 250}:{40000 + n} {state} -" for n in range(many)
    )
    return f"{bound('tcp', 8443)}\n{rows}"


@pytest.mark.parametrize(
    ("state", "code"), [("SYN_RECV", "SYN_FLOOD"), ("CLOSE_WAIT", "CLOSE_WAIT_PILE")]
)
def test_very_many_connections_in_one_state_are_mentioned(state: str, code: str) -> None:
    assert code in risks(analyze_linux(connections(state, 100)))
    assert code not in risks(analyze_linux(connections(state, 99)))
    repeated = connections(state, 99) + "\n" + connections(state, 99)
    assert code not in risks(analyze_linux(repeated))


def test_hazards_stand_worst_first() -> None:
    rows = "\n".join(bound("tcp", port) for port in (22, 21, 6379))
    assert [each.risk for each in analyze_linux(rows).hazards] == [
        Risk.CRITICAL,
        Risk.WARNING,
        Risk.INFO,
    ]


def test_every_advice_is_one_plain_clause() -> None:
    for hazard in PORT_HAZARDS.values():
        assert hazard.advice.isascii()
        assert not hazard.advice.endswith(".")
