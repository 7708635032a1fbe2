"""Records: what an endpoint means, what a program is called, what equality looks at."""

from __future__ import annotations

from ipaddress import ip_address

import attrs
import pytest

from netstat_fw.diagnostics import Diagnostic, Severity
from netstat_fw.protocol import Family, Protocol
from netstat_fw.records import (
    Capture,
    Dialect,
    Endpoint,
    LineRole,
    Process,
    Socket,
    State,
    UnixSocket,
    UnixType,
)


def at(address: str, port: int | None = None, zone: str | None = None) -> Endpoint:
    return Endpoint(ip_address(address), port, zone)


@pytest.mark.parametrize(
    "endpoint",
    [
        Endpoint(),
        Endpoint(port=53),
        at("0.0.0.0"),  # noqa: S104 - classified, not bound to
        at("::"),
        at("::ffff:0.0.0.0"),
    ],
)
def test_every_way_to_write_all_addresses_is_a_wildcard(endpoint: Endpoint) -> None:
    assert endpoint.is_wildcard


@pytest.mark.parametrize(
    "endpoint",
    [
        at("192.0.2.1"),
        Endpoint(host="db.example"),
        Endpoint(host="", truncated=True),
        Endpoint(truncated=True),
    ],
)
def test_an_address_a_name_or_an_unknown_rest_is_no_wildcard(endpoint: Endpoint) -> None:
    assert not endpoint.is_wildcard


LOOPBACK = (
    at("127.0.0.53"),
    at("::1"),
    at("::ffff:127.0.0.1"),
    Endpoint(host="localhost"),
    Endpoint(host="LocalHost.LocalDomain"),
    Endpoint(host="ip6-localhost"),
    Endpoint(host="127.0.", truncated=True),
    Endpoint(host="::FFFF:127.", truncated=True),
    Endpoint(host="localhost", truncated=True),
    Endpoint(host="localhost6.", truncated=True),
    Endpoint(host="localhost.locald", truncated=True),
    Endpoint(host="ip6-lo", truncated=True),
)
LINK_LOCAL = (
    at("169.254.1.1"),
    at("fe80::1"),
    Endpoint(host="fe80::1234:5678:9a", truncated=True),
    Endpoint(host="FEBF:1", truncated=True),
    Endpoint(host="::ffff:169.254.1", truncated=True),
)
ANYWHERE = (
    Endpoint(),
    at("192.0.2.1"),
    at("2001:db8::1"),
    Endpoint(host="localhost.example"),
    Endpoint(host="fe80.example"),
    Endpoint(host="127.0."),
    Endpoint(host="fe80:"),
    Endpoint(host="::1", truncated=True),
    Endpoint(host="fec0::1", truncated=True),
    Endpoint(host="localhostess", truncated=True),
    Endpoint(truncated=True),
)


@pytest.mark.parametrize("endpoint", [*LOOPBACK, *LINK_LOCAL, *ANYWHERE])
def test_scope_is_told_by_address_reserved_name_and_whole_beginning(endpoint: Endpoint) -> None:
    assert endpoint.is_loopback == (endpoint in LOOPBACK)
    assert endpoint.is_link_local == (endpoint in LINK_LOCAL)


@pytest.mark.parametrize(
    ("endpoint", "text"),
    [
        (Endpoint(), "*:*"),
        (at("192.0.2.1", 22), "192.0.2.1:22"),
        (at("fe80::1", 546, "eth0"), "[fe80::1%eth0]:546"),
        (Endpoint(host="db.example", service="https"), "db.example:https"),
        (Endpoint(host="2001:db8:", port=53, truncated=True), "[2001:db8:…]:53"),
        (Endpoint(host="ip6-lo", port=1, truncated=True), "ip6-lo…:1"),
    ],
)
def test_an_endpoint_is_written_as_netstat_does(endpoint: Endpoint, text: str) -> None:
    assert str(endpoint) == text


@pytest.mark.parametrize(
    ("name", "program"),
    [
        (None, None),
        ("", None),
        ("   ", None),
        ("/usr/sbin/", None),
        ("()", None),
        ("sshd", "sshd"),
        ("sshd: /usr/sb", "sshd"),
        ("/usr/sbin/cupsd -f", "cupsd"),
        ("-bash", "bash"),
        ("(squid)", "squid"),
        ("'nginx'", "nginx"),
        ("[kworker/0:1]", "[kworker/0:1]"),
        ("[kworker/0:1] x", "[kworker/0:1]"),
        ("[unclosed/name", "name"),
        ("NVIDIA Web Helper.exe", "NVIDIA Web Helper.exe"),
        (r"C:\Program Files\App One\app one.EXE", "app one.EXE"),
        ("sshd: x.exe", "sshd"),
    ],
)
def test_the_bare_name_of_a_program(name: str | None, program: str | None) -> None:
    assert Process(1, name).program == program


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("SYN_RECV", State.SYN_RECEIVED),
        ("SYN_RCVD", State.SYN_RECEIVED),
        ("FIN_WAIT1", State.FIN_WAIT_1),
        ("FIN_WAIT2", State.FIN_WAIT_2),
        ("CLOSE", State.CLOSED),
        ("DELETE_TCB", State.CLOSED),
        ("LISTENING", State.LISTEN),
    ],
)
def test_the_words_of_every_platform_name_one_state(word: str, state: State) -> None:
    assert State[word] is state


def test_where_a_socket_was_printed_is_no_part_of_its_equality() -> None:
    socket = Socket(Protocol.TCP, Family.IPV4, at("192.0.2.1", 22), Endpoint(), State.LISTEN)
    assert attrs.evolve(socket, line=9, state_text="HÖRT") == socket
    assert attrs.evolve(socket, snapshot=1) != socket
    unix = UnixSocket(UnixType.STREAM, path="/run/x")
    assert attrs.evolve(unix, line=9) == unix
    assert attrs.evolve(unix, path="/run/y") != unix


def test_records_are_frozen_and_hashable() -> None:
    socket = Socket(Protocol.TCP, Family.IPV4, at("192.0.2.1", 22), Endpoint())
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        socket.line = 2  # type: ignore[misc]  # the point of the test
    assert len({socket, attrs.evolve(socket, line=2)}) == 1


def test_only_the_errors_of_a_capture_are_its_errors() -> None:
    remarks = [Diagnostic(severity, "code", "message", 1) for severity in Severity]
    capture = Capture(Dialect.LINUX, diagnostics=tuple(remarks), line_roles=(LineRole.DIAGNOSTIC,))
    assert capture.errors == (remarks[0],)
    assert "line_roles" not in repr(capture)


@pytest.mark.parametrize(
    ("protocol", "number", "has_ports", "families"),
    [
        (Protocol.TCP, 6, True, (Family.IPV4, Family.IPV6)),
        (Protocol.UDP, 17, True, (Family.IPV4, Family.IPV6)),
        (Protocol.UDPLITE, 136, True, (Family.IPV4, Family.IPV6)),
        (Protocol.SCTP, 132, True, (Family.IPV4, Family.IPV6)),
        (Protocol.DCCP, 33, True, (Family.IPV4, Family.IPV6)),
        (Protocol.ICMP, 1, False, (Family.IPV4,)),
        (Protocol.IGMP, 2, False, (Family.IPV4,)),
        (Protocol.ICMPV6, 58, False, (Family.IPV6,)),
        (Protocol.ESP, 50, False, (Family.IPV4, Family.IPV6)),
        (Protocol.AH, 51, False, (Family.IPV4, Family.IPV6)),
        (Protocol.RAW, None, False, (Family.IPV4, Family.IPV6)),
        (Protocol.DIVERT, None, False, (Family.IPV4, Family.IPV6)),
    ],
)
def test_what_iana_says_of_a_protocol(
    protocol: Protocol, number: int | None, *, has_ports: bool, families: tuple[Family, ...]
) -> None:
    assert (protocol.number, protocol.has_ports, protocol.families) == (
        number,
        has_ports,
        families,
    )
