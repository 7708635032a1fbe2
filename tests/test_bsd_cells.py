"""Addresses of macOS and FreeBSD: what columns may have cut is flagged, what is whole is not."""

from ipaddress import ip_address

import pytest

from netstat_fw import parse
from netstat_fw.reader.bsd_cells import Endpoints
from netstat_fw.records import Endpoint, Socket

PLAIN = "{} 0 0 {} *.*{}\n"
KERNEL = "fffff80003df43d0 "


def read(*cells: str, narrow: bool = False) -> tuple[Socket, ...]:
    """Read one socket per cell, all of one table."""
    prefix = KERNEL if narrow else ""
    capture = parse("".join(f"{prefix}udp4 0 0 {cell} *.*\n" for cell in cells))
    assert len(capture.sockets) == len(cells)
    return capture.sockets


def whole(host: str, port: int | None, zone: str | None = None) -> Endpoint:
    return Endpoint(ip_address(host), port, zone)


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("192.0.2.1.22", whole("192.0.2.1", 22)),
        ("192.0.2.1.*", whole("192.0.2.1", None)),
        ("198.51.100.100.65535", whole("198.51.100.100", 65535)),
        ("fe80::1%lo0.123", whole("fe80::1", 123, "lo0")),
        ("fe80::1%vlan0.1.22", whole("fe80::1", 22, "vlan0.1")),
        # Longer than what a host is cut to.
        ("fe80::1%vlan0.100.22", whole("fe80::1", 22, "vlan0.100")),
        ("::1.631", whole("::1", 631)),
        ("*.*", Endpoint()),
        ("*.22", Endpoint(port=22)),
        ("*.mdns", Endpoint(service="mdns")),
        ("*.0", Endpoint()),
        ("localhost.smtp", Endpoint(host="localhost", service="smtp")),
        ("host.example.net.22", Endpoint(port=22, host="host.example.net", truncated=True)),
        ("a.example.net.https", Endpoint(host="a.example.net", service="https")),
        ("1-2-3.9pfs", Endpoint(host="1-2-3", service="9pfs")),
        # FreeBSD's services file has one name with a dot, and one with a slash.
        ("*.z39.50", Endpoint(service="z39.50")),
        ("localhost.z39.50", Endpoint(host="localhost", service="z39.50")),
        ("sixteen-letters1.z39.5", Endpoint(host="sixteen-letters1.z39.5", truncated=True)),
        ("*.914c/g", Endpoint(service="914c/g")),
    ],
)
def test_cells_of_plain_tables(cell: str, expected: Endpoint) -> None:
    assert read(cell)[0].local == expected


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        # The host is cut to 16 characters, and a port in numbers always fits behind it.
        ("fe80::c34:4384:6.49194", Endpoint(port=49194, host="fe80::c34:4384:6", truncated=True)),
        ("fe80::142d:1153:.64524", Endpoint(port=64524, host="fe80::142d:1153:", truncated=True)),
        ("kbrazil-mac.attl.62979", Endpoint(port=62979, host="kbrazil-mac.attl", truncated=True)),
        ("2001:db8::1:2:33.443", Endpoint(port=443, host="2001:db8::1:2:33", truncated=True)),
        (
            "2001:db8::1:2:33.http",
            Endpoint(host="2001:db8::1:2:33", service="http", truncated=True),
        ),
        # A name of a port may be cut as well: https, or https-wmap.
        ("2001:db8::1:2:33.https", Endpoint(host="2001:db8::1:2:33.https", truncated=True)),
        ("93.0.113.203.bc..sunpr", Endpoint(host="93.0.113.203.bc..sunpr", truncated=True)),
    ],
)
def test_cells_as_wide_as_plain_columns(cell: str, expected: Endpoint) -> None:
    assert read(cell)[0].local == expected


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("192.0.2.163.22", whole("192.0.2.163", 22)),
        ("203.0.113.163.2201", Endpoint(host="203.0.113.163.2201", truncated=True)),
        ("203.0.113.163.6553", Endpoint(host="203.0.113.163.6553", truncated=True)),
        # No digit can follow these.
        ("203.0.113.163.6554", whole("203.0.113.163", 6554)),
        ("203.0.113.1.12345", whole("203.0.113.1", 12345)),
        ("203.0.113.71.64330", whole("203.0.113.71", 64330)),
        ("fe80::aede:48ff:.4", Endpoint(host="fe80::aede:48ff:.4", truncated=True)),
        ("fe80::aede:48ff:.*", Endpoint(host="fe80::aede:48ff:", truncated=True)),
        ("2001:db8::25.64330", whole("2001:db8::25", 64330)),
        ("abcdefghijkl.https", Endpoint(host="abcdefghijkl.https", truncated=True)),
        ("abcdefghijkl.ssh", Endpoint(host="abcdefghijkl", service="ssh", truncated=True)),
        ("203.0.113.16.ssh", Endpoint(host="203.0.113.16", service="ssh", truncated=True)),
        ("203.0.113.26.ssh", Endpoint(ip_address("203.0.113.26"), service="ssh")),
        ("203.0.113.1a.ssh", Endpoint(host="203.0.113.1a", service="ssh", truncated=True)),
    ],
)
def test_cells_of_tables_with_kernel_addresses(cell: str, expected: Endpoint) -> None:
    assert read(cell, narrow=True)[0].local == expected


def test_a_name_anywhere_tells_that_hosts_are_cut_to_twelve_characters() -> None:
    one, _ = read("203.0.113.16.4242", "*.4242", narrow=True)
    assert one.local == whole("203.0.113.16", 4242)
    one, _ = read("203.0.113.16.4242", "*.ssh", narrow=True)
    assert one.local == Endpoint(port=4242, host="203.0.113.16", truncated=True)
    one, _ = read("2001:db8::25.64330", "localhost.123", narrow=True)
    assert one.local == Endpoint(port=64330, host="2001:db8::25", truncated=True)


def test_a_name_in_another_table_tells_nothing() -> None:
    text = (
        f"{KERNEL}udp4 0 0 *.ssh *.*\nActive Internet connections\n"
        f"{KERNEL}udp4 0 0 203.0.113.16.4242 *.*\n"
    )
    assert parse(text).sockets[1].local == whole("203.0.113.16", 4242)


def test_one_longer_cell_acquits_those_of_its_family() -> None:
    cells = ("2001:db8::1:2:33.443", "2001:db8::1:2:3344.443")
    assert [one.local for one in read(*cells)] == [
        whole("2001:db8::1:2:33", 443),
        whole("2001:db8::1:2:3344", 443),
    ]
    assert [one.local for one in read(*reversed(cells))] == [
        whole("2001:db8::1:2:3344", 443),
        whole("2001:db8::1:2:33", 443),
    ]
    # macOS widens IPv4 with -W and IPv6 with -l.
    first, second = read("2001:db8::1:2:33.443", "very-long-name.example.net.443")
    assert first.local.truncated
    assert second.local == Endpoint(port=443, host="very-long-name.example.net")
    first, _ = read("203.0.113.163.2201", "203.0.113.163.52201", narrow=True)
    assert first.local == whole("203.0.113.163", 2201)


def test_a_longer_cell_of_another_table_acquits_nothing() -> None:
    text = PLAIN.format("udp6", "2001:db8::1:2:3344.443", "")
    title = "Active Internet connections\n"
    capture = parse(text + title + PLAIN.format("udp6", "2001:db8::1:2:33.443", ""))
    assert [one.local.truncated for one in capture.sockets] == [False, True]
    (remark,) = capture.diagnostics
    assert (remark.code, remark.line) == ("truncated-address", 3)


def test_a_column_45_wide_acquits_its_cells() -> None:
    for width, truncated in ((22, True), (40, True), (45, False)):
        text = f"tcp6 0 0 {'2001:db8::1:2:33.443':<{width}} *.* LISTEN"
        assert parse(text).sockets[0].local.truncated is truncated


def test_what_is_cut_and_no_address_stays_cut() -> None:
    """A cell that reads as no address when it is taken for whole is not taken for whole."""
    text = "udp6 0 0 fe80::aede:48ff:.4242 *.*\nudp6 0 0 2001:db8:1:2:3:4:5:6.4242 *.*\n"
    first, second = parse(text).sockets
    assert first.local == Endpoint(port=4242, host="fe80::aede:48ff:", truncated=True)
    assert not second.local.truncated


@pytest.mark.parametrize(
    "cell",
    [
        "192.0.2.1.65536",
        "192.0.2.999.22",
        "1.2.3.22",
        "fe80:.22",
        "localhost%lo0.22",
        "a" * 301 + ".1",
    ],
)
def test_cells_that_are_no_endpoint(cell: str) -> None:
    assert Endpoints(narrow=False)[cell] is None


def test_truncated_cells_are_remarked_once_per_table() -> None:
    capture = parse(PLAIN.format("udp6", "fe80::aede:48ff:.42", "") * 3)
    (remark,) = capture.diagnostics
    assert str(remark) == (
        "line 1, column 1: warning: netstat may have cut addresses to fit their column (first"
        " here); they are not used - capture again with netstat -anW (macOS: -anlW)\n"
        "    udp6 0 0 fe80::aede:48ff:.42 *.*\n"
        "    ^"
    )
    (remark,) = parse(f"{KERNEL}udp4 0 0 203.0.113.163.2201 *.*").diagnostics
    assert remark.message == (
        "netstat may have cut addresses to fit their column (first here); they and their ports are"
        " not used - capture again with netstat -anW (macOS: -anlW), without -A"
    )


def test_listeners_of_l_are_cut_as_well() -> None:
    capture = parse("tcp6  0/0/128   2001:db8::1:2:33.443\ntcp6  0/0/128   2001:db8::7.443\n")
    assert [one.local.truncated for one in capture.sockets] == [True, False]
    (remark,) = capture.diagnostics
    assert remark.code == "truncated-address"
