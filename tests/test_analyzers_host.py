"""Host facts and fitness: what a capture can and cannot prove; and the ends it is made of."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address

import attrs
import pytest
from findings_text import analyze_linux, linux, wide_row
from hypothesis import given
from hypothesis import strategies as st
from whole import whole

from netstat_fw import address as addresses
from netstat_fw.analyzers import analyze
from netstat_fw.analyzers.ends import Reach, reach_of, read_end
from netstat_fw.analyzers.facts import EphemeralRange, RangeSource
from netstat_fw.analyzers.findings import Scope
from netstat_fw.analyzers.wording import safe_name
from netstat_fw.reader import parse
from netstat_fw.records import (
    Capture,
    Dialect,
    Endpoint,
    Family,
    Process,
    Protocol,
    Socket,
    State,
)

SPECIAL = [
    "0.0.0.1", "127.0.0.1", "127.255.255.254", "126.255.255.255", "128.0.0.0", "169.254.0.1",
    "169.253.255.255", "224.0.0.251", "239.255.255.250", "223.255.255.255", "240.0.0.1",
    "255.255.255.255", "172.17.0.1", "172.16.0.1", "172.32.0.1", "192.168.122.1", "10.88.0.1",
]  # fmt: skip
SPECIAL_V6 = [
    "::", "::1", "::2", "fe80::1", "febf::1", "fec0::1", "ff02::fb", "feff::1", "2001:db8::1",
    "::ffff:127.0.0.1", "::ffff:0.0.0.0", "::ffff:224.0.0.1", "::127.0.0.1",
]  # fmt: skip
any_address = st.one_of(
    st.sampled_from([0, 0xFFFFFFFF]).map(IPv4Address),
    st.sampled_from(SPECIAL).map(IPv4Address),
    st.sampled_from(SPECIAL_V6).map(IPv6Address),
    st.ip_addresses(),
)


@given(any_address)
def test_ends_classify_addresses_as_the_address_module_does(
    address: IPv4Address | IPv6Address,
) -> None:
    end = read_end(Endpoint(address, 1))
    assert end.address == addresses.unmap(address)
    broadcast = end.address == IPv4Address("255.255.255.255")
    assert (end.reach is Reach.WILDCARD) == addresses.is_wildcard(address)
    assert (end.reach is Reach.LOOPBACK) == addresses.is_loopback(address)
    assert (end.reach is Reach.LINK_LOCAL) == addresses.is_link_local(address)
    assert (end.reach is Reach.GROUP) == (addresses.is_multicast(address) or broadcast)


@pytest.mark.parametrize(
    ("text", "reach"),
    [
        ("172.17.0.1", Reach.BRIDGE),
        ("172.31.0.1", Reach.BRIDGE),
        ("172.16.0.1", Reach.ADDRESS),
        ("172.17.0.2", Reach.ADDRESS),
        ("192.168.122.1", Reach.BRIDGE),
    ],
)
def test_bridges_are_known_by_the_addresses_that_their_managers_choose(
    text: str, reach: Reach
) -> None:
    assert reach_of(IPv4Address(text)) is reach


def facts(capture: Capture) -> dict[str, bool]:
    return {each.code: each.proven for each in analyze(capture).host.fitness}


COMPLETE = """
    tcp 0.0.0.0:22 0.0.0.0:* LISTEN 1/sshd
    tcp 192.0.2.2:22 198.51.100.7:50000 ESTABLISHED 5/sshd
    tcp 192.0.2.2:40000 198.51.100.7:80 TIME_WAIT -
    udp 0.0.0.0:123 0.0.0.0:* 6/ntpd
"""


def test_a_complete_capture_can_prove_everything() -> None:
    assert facts(linux(COMPLETE)) == dict.fromkeys(
        ["LISTENERS", "CONNECTIONS", "DATAGRAMS", "PROGRAMS", "ADDRESSES", "NUMBERS", "ROWS"],
        True,
    )


@pytest.mark.parametrize(
    ("dropped", "code"),
    [("LISTEN", "LISTENERS"), ("192.0.2.2", "CONNECTIONS"), ("udp", "DATAGRAMS")],
)
def test_what_was_not_captured_is_said(dropped: str, code: str) -> None:
    rows = "\n".join(row for row in COMPLETE.splitlines() if dropped not in row)
    lacking = {each for each, proven in facts(linux(rows)).items() if not proven}
    assert lacking == {code}


@pytest.mark.parametrize(
    "rows", [COMPLETE.replace("1/sshd", "-"), "tcp 0.0.0.0:22 0.0.0.0:* LISTEN"]
)
def test_a_listener_without_a_program_is_said(rows: str) -> None:
    assert not facts(linux(rows))["PROGRAMS"]


def test_process_numbers_alone_name_no_program() -> None:
    """As netstat -ano of Windows shows them."""
    numbered = Socket(
        Protocol.TCP, Family.IPV4, Endpoint(None, 80), Endpoint(), State.LISTEN, Process(4)
    )
    assert not facts(Capture(Dialect.WINDOWS, (numbered,)))["PROGRAMS"]
    named = attrs.evolve(numbered, local=Endpoint(None, 81), process=Process(5, "httpd.exe"))
    assert facts(Capture(Dialect.WINDOWS, (numbered, named)))["PROGRAMS"]


@pytest.mark.parametrize(
    ("zone", "reach"),
    [
        ("lo0", Reach.LOOPBACK),
        ("lo", Reach.LOOPBACK),
        ("1", Reach.LOOPBACK),
        ("en0", Reach.LINK_LOCAL),
        ("12", Reach.LINK_LOCAL),
        (None, Reach.LINK_LOCAL),
    ],
)
def test_a_link_that_ends_in_the_machine_itself_is_loopback(zone: str | None, reach: Reach) -> None:
    assert read_end(Endpoint(IPv6Address("fe80::1"), 123, zone)).reach is reach


def test_the_same_address_on_two_links_is_two_ends() -> None:
    address = IPv6Address("fe80::1")
    sockets = tuple(
        Socket(Protocol.UDP, Family.IPV6, Endpoint(address, port, zone), Endpoint())
        for port, zone in ((123, "lo0"), (123, "en0"), (8053, "lo0"))
    )
    findings = analyze(Capture(Dialect.BSD, sockets))
    assert [(each.port, each.scope) for each in findings.exposures] == [
        (123, Scope.LINK_LOCAL),
        (8053, Scope.LOOPBACK),
    ]
    assert [str(each) for each in findings.host.addresses] == ["fe80::1"]


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (wide_row("tcp6", "2001:db8:aaaa:bbb:50003", ":::*", "LISTEN", "7/java"), "ADDRESSES"),
        ("tcp 0 0 web.example:22 0.0.0.0:* LISTEN 1/sshd", "NUMBERS"),
        ("tcp 0 0 0.0.0.0:ssh 0.0.0.0:* LISTEN 1/sshd", "NUMBERS"),
        ("tcp 0 0 0.0.0.0:22 0.0.0.0:* LISTEN 1/sshd\ntcp 0 0 0.0.0.0:99999 x LISTEN -", "ROWS"),
    ],
)
def test_what_cannot_be_read_is_said(row: str, code: str) -> None:
    assert not facts(parse(row))[code]


def test_every_statement_has_a_sentence_for_both_cases() -> None:
    empty = analyze(Capture(Dialect.LINUX)).host.fitness
    full = analyze(linux(COMPLETE)).host.fitness
    told = [each.sentence for each in (*empty, *full) if each.code in {"LISTENERS", "PROGRAMS"}]
    assert len(set(told)) == 4
    assert [each.code for each in empty] == [each.code for each in full]


def test_own_addresses_are_those_of_local_ends() -> None:
    host = analyze_linux("""
        tcp 127.0.0.1:25 0.0.0.0:* LISTEN 1/master
        tcp 0.0.0.0:22 0.0.0.0:* LISTEN 1/sshd
        tcp6 ::ffff:192.0.2.2:22 ::ffff:203.0.113.9:50000 ESTABLISHED 5/sshd
        tcp6 2001:db8::2:40000 2001:db8::9:443 ESTABLISHED 5/curl
        udp 224.0.0.251:5353 0.0.0.0:* 5/avahi
        udp 172.17.0.1:53 0.0.0.0:* 5/dnsmasq
        udp6 fe80::2:546 :::* 5/dhclient
    """).host
    assert [str(each) for each in host.addresses] == [
        "172.17.0.1",
        "192.0.2.2",
        "2001:db8::2",
        "fe80::2",
    ]


@pytest.mark.parametrize(
    ("dialect", "low", "high"),
    [
        (Dialect.LINUX, 32768, 60999),
        (Dialect.WINDOWS, 49152, 65535),
        (Dialect.BSD, 49152, 65535),
    ],
)
def test_the_client_range_is_the_platforms(dialect: Dialect, low: int, high: int) -> None:
    host = analyze(Capture(dialect)).host
    assert host.ephemeral == EphemeralRange(low, high, RangeSource.PLATFORM)
    assert host.dialect is dialect


def test_the_client_range_can_be_given() -> None:
    found = analyze(Capture(Dialect.LINUX), ephemeral=(1024, 4999)).host.ephemeral
    assert found == EphemeralRange(1024, 4999, RangeSource.GIVEN)


@pytest.mark.parametrize("ephemeral", [(0, 5), (5, 65536), (6, 5)])
def test_a_client_range_that_is_none_is_refused(ephemeral: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match=r"range|must be"):
        analyze(Capture(Dialect.LINUX), ephemeral=ephemeral)


def test_evidence_carries_the_name_of_the_capture() -> None:
    findings = analyze(linux(COMPLETE), name="monday")
    assert {each.capture for each in findings.exposures[0].evidence} == {"monday"}


@given(st.text())
def test_a_program_name_becomes_harmless(name: str) -> None:
    safe = safe_name(name)
    if not name:
        assert safe is None
    else:
        assert safe
        assert len(safe) <= 32
        assert safe.isascii()
        assert not set(safe) & set(" \t\n\"'`$\\;{}()[]<>|&*?!#%^~/:,=")


def test_every_sentence_is_plain_ascii_and_free_of_captured_text() -> None:
    hostile = "\";accept;#'$(id)`\u202e\u0451"
    findings = analyze_linux(f"""
        tcp 0.0.0.0:6379 0.0.0.0:* LISTEN 1/{hostile}
        tcp 127.0.0.1:25 0.0.0.0:* LISTEN 1/{hostile}
        tcp 192.0.2.2:40000 198.51.100.7:443 ESTABLISHED 5/{hostile}
        tcp 192.0.2.2:40002 198.51.100.7:50000 ESTABLISHED 5/{hostile}
        udp 0.0.0.0:30101 0.0.0.0:* 5/{hostile}
        udp 0.0.0.0:40000 0.0.0.0:* 5/{hostile}
    """)
    everything = whole(findings)
    assert everything.isascii()
    for token in ("accept;", "$(", "`", "';", "u202e", "u0451"):
        assert token not in everything
