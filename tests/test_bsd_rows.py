"""Rows of macOS and FreeBSD in every layout: what was printed comes back."""

from ipaddress import IPv4Address, IPv6Address, ip_address

import attrs
import pytest
from effort import examples
from hypothesis import given, settings
from hypothesis import strategies as st
from printers_bsd import LAYOUTS, End, Layout, Row, Unix, line, table, unix_table

from netstat_fw import parse
from netstat_fw.records import (
    Capture,
    Dialect,
    Endpoint,
    Family,
    LineRole,
    Process,
    Protocol,
    Socket,
    State,
    UnixSocket,
    UnixState,
    UnixType,
)

ANY = End("*", "*")
STATES = (
    "CLOSED", "LISTEN", "SYN_SENT", "SYN_RCVD", "ESTABLISHED", "CLOSE_WAIT", "FIN_WAIT_1",
    "CLOSING", "LAST_ACK", "FIN_WAIT_2", "TIME_WAIT",
)  # fmt: skip
LABELS = {
    "tcp4": (Protocol.TCP, Family.IPV4, False),
    "tcp6": (Protocol.TCP, Family.IPV6, False),
    "tcp46": (Protocol.TCP, Family.IPV6, True),
    "udp4": (Protocol.UDP, Family.IPV4, False),
    "udp6": (Protocol.UDP, Family.IPV6, False),
    "udp46": (Protocol.UDP, Family.IPV6, True),
    "icm4": (Protocol.ICMP, Family.IPV4, False),
    "icm6": (Protocol.ICMPV6, Family.IPV6, False),
    "igm4": (Protocol.IGMP, Family.IPV4, False),
    "div4": (Protocol.DIVERT, Family.IPV4, False),
    "ip 4": (Protocol.RAW, Family.IPV4, False),
    "ip66": (Protocol.RAW, Family.IPV6, False),
    "rip6": (Protocol.RAW, Family.IPV6, False),
}
LISTENERS = {name for name in LAYOUTS if name.endswith("-L")}

ports = st.integers(1, 65535).map(str)
ipv4 = st.ip_addresses(v=4).map(str)
octets = st.integers(1, 99)
short_ipv4 = st.builds("{}.{}.{}.7".format, octets, octets, octets)
groups = st.integers(0, 0xFFFF)
short_ipv6 = st.sampled_from(("::1", "2001:db8::7", "fe80::1%lo0", "ff02::fb"))
# About as long as the columns are wide.
near_ipv6 = st.builds("2001:db8:{:x}::{:x}:{:x}".format, groups, groups, groups)
zones = st.sampled_from(("lo0", "en0", "utun3", "vlan0.100"))
ipv6 = st.ip_addresses(v=6).map(str) | near_ipv6
scoped = st.builds("fe80::{:x}%{}".format, groups, zones)
# Program names: whatever a file may be called, but for the bytes that end a line or a name.
names = st.text(st.characters(blacklist_categories=("Cs", "Cc")), max_size=31).map(
    lambda text: text.strip(" \t")
)


def ends(hosts: st.SearchStrategy[str]) -> st.SearchStrategy[End]:
    return st.builds(End, hosts | st.just("*"), ports)


@st.composite
def rows(draw: st.DrawFn, *, short: bool, labels: tuple[str, ...] = tuple(LABELS)) -> Row:
    """Return a row; with `short` its addresses are not as long as any column."""
    label = draw(st.sampled_from(labels))
    is_ipv4 = label.endswith("4")
    if label.endswith("46"):
        hosts = st.just("*")  # what takes both families has no address of one
    elif short:
        hosts = short_ipv4 if is_ipv4 else short_ipv6
    else:
        hosts = ipv4 if is_ipv4 else ipv6 | scoped
    return Row(
        label,
        draw(ends(hosts) | st.just(ANY)),
        draw(ends(hosts) | st.just(ANY)),
        draw(st.sampled_from(STATES)) if label.startswith("tcp") else "",
        draw(st.integers(0, 9_999_999)),
        draw(st.integers(0, 999)),
        draw(st.integers(0, 99_999)),
        draw(names),
    )


def endpoint(end: End) -> Endpoint:
    """Return what an uncut address stands for."""
    host, _, zone = end.host.partition("%")
    return Endpoint(
        None if host == "*" else ip_address(host),
        None if end.port == "*" else int(end.port),
        zone or None,
    )


def socket(row: Row, layout: Layout) -> Socket:
    """Return the record of an uncut row."""
    protocol, family, dual_stack = LABELS[row.label]
    has_queues = layout.shows_queues
    return Socket(
        protocol,
        family,
        endpoint(row.local),
        endpoint(row.remote),
        State.__members__[row.state] if row.state and layout.shows_state else None,
        Process(row.pid, (row.name or None) if layout.shows_name else None)
        if layout.shows_pid
        else None,
        row.recv_q if has_queues else None,
        row.send_q if has_queues else None,
        dual_stack=dual_stack,
    )


def assert_accounted(capture: Capture, lines: int) -> None:
    """Every line is a record or structure, and nothing was found wrong."""
    assert capture.line_count == lines
    assert LineRole.DIAGNOSTIC not in capture.line_roles
    assert not capture.errors


@pytest.mark.parametrize("name", sorted(LAYOUTS.keys() - LISTENERS))
@settings(max_examples=examples(12))
@given(st.data())
def test_printed_sockets_come_back(name: str, data: st.DataObject) -> None:
    layout = LAYOUTS[name]
    printed = data.draw(st.lists(rows(short=layout.host_width is not None), max_size=4))
    capture = parse(table(printed, layout))
    assert capture.sockets == tuple(socket(row, layout) for row in printed)
    assert capture.diagnostics == ()
    assert_accounted(capture, len(printed) + 2)
    assert not printed or capture.dialect is Dialect.BSD


@pytest.mark.parametrize("name", sorted(LISTENERS))
@settings(max_examples=examples(25))
@given(st.data())
def test_printed_listeners_come_back(name: str, data: st.DataObject) -> None:
    layout = LAYOUTS[name]
    printed = data.draw(st.lists(rows(short=True, labels=("tcp4", "tcp6", "tcp46")), max_size=4))
    capture = parse(table(printed, layout))
    expected = [
        attrs.evolve(
            socket(row, layout), state=State.LISTEN, remote=Endpoint(), send_q=None, process=None
        )
        for row in printed
    ]
    if name == "macos -L":
        expected = [
            attrs.evolve(
                one,
                dual_stack=False,
                family=Family.IPV6 if ":" in str(one.local.address) else Family.IPV4,
            )
            for one in expected
        ]
    assert capture.sockets == tuple(expected)
    assert_accounted(capture, len(printed) + 2)
    guessed = name == "macos -L" and any(row.local.host == "*" for row in printed)
    assert [d.code for d in capture.diagnostics] == ["unnamed-family"] * guessed


CUTTING = sorted(
    name for name, layout in LAYOUTS.items() if layout.host_width and name not in LISTENERS
)
letters = st.sampled_from("aeihtps0x-")
words = st.text(letters, max_size=19).map("n{}m".format)
named_hosts = st.lists(words, min_size=1, max_size=3).map(".".join)
services = st.text(letters, max_size=13).map("s{}p".format)


def is_sound(read: Endpoint, printed: End) -> bool:
    """Tell whether all that can be used of an endpoint is true."""
    host, _, zone = printed.host.partition("%")
    if read.address is not None and (read.address, read.zone or "") != (ip_address(host), zone):
        return False
    if read.port is not None and str(read.port) != printed.port:
        return False
    if read.service is not None and read.service != printed.port:
        return False
    return read.truncated or read.host in (None, printed.host)


@pytest.mark.parametrize("name", CUTTING)
@settings(max_examples=examples(12))
@given(st.data())
def test_no_address_and_no_port_is_ever_wrong(name: str, data: st.DataObject) -> None:
    """Whatever the columns cut: what is not flagged is true, and so is what is left of the rest."""
    layout = LAYOUTS[name]
    printed = data.draw(st.lists(rows(short=False), min_size=1, max_size=4))
    if layout.host_width == 12:  # netstat without -n prints names, and this is how one can tell
        printed.append(Row("udp4", End("*", "ntp"), ANY))
    capture = parse(table(printed, layout))
    assert len(capture.sockets) == len(printed)
    assert_accounted(capture, len(printed) + 2)
    for row, read in zip(printed, capture.sockets, strict=True):
        assert is_sound(read.local, row.local)
        assert is_sound(read.remote, row.remote)


@pytest.mark.parametrize("name", CUTTING)
@settings(max_examples=examples(12))
@given(st.data())
def test_no_name_is_ever_wrong(name: str, data: st.DataObject) -> None:
    layout = LAYOUTS[name]
    ends = st.builds(End, named_hosts, services)
    printed = data.draw(
        st.lists(st.builds(Row, st.just("udp4"), ends, ends | st.just(ANY)), min_size=1, max_size=4)
    )
    capture = parse(table(printed, layout))
    assert len(capture.sockets) == len(printed)
    for row, read in zip(printed, capture.sockets, strict=True):
        assert is_sound(read.local, row.local)
        assert is_sound(read.remote, row.remote)


FAMILY_ROWS = (
    Row("tcp4", End("192.0.2.1", "22"), End("198.51.100.7", "4242"), "ESTABLISHED"),
    Row("tcp46", End("*", "80"), ANY, "LISTEN"),
    Row("udp6", End("fe80::1%lo0", "123"), ANY),
    Row("icm4", ANY, ANY),
)


@pytest.mark.parametrize("name", sorted(LAYOUTS.keys() - LISTENERS))
@settings(max_examples=examples(4))
@given(st.permutations(FAMILY_ROWS))
def test_shuffling_rows_changes_nothing_but_their_order(name: str, shuffled: list[Row]) -> None:
    layout = LAYOUTS[name]
    assert parse(table(shuffled, layout)).sockets == tuple(socket(row, layout) for row in shuffled)


@pytest.mark.parametrize("name", sorted(LAYOUTS))
@pytest.mark.parametrize("change", ["crlf", "indent", "quote", "collapse", "strip", "bom", "utf16"])
def test_transport_changes_nothing(name: str, change: str) -> None:
    text = table([row for row in FAMILY_ROWS if row.is_tcp], LAYOUTS[name])
    lines = text.splitlines()
    changed: str | bytes = {
        "crlf": "\r\n".join(lines),
        "indent": "\n".join("    " + one for one in lines),
        "quote": "\n".join("> " + one for one in lines),
        "collapse": "\n".join(" ".join(one.split()) for one in lines),
        "strip": "\n".join(one.strip() for one in lines),
        "bom": "\ufeff" + text,
        "utf16": text,
    }[change]
    if change == "utf16":
        changed = text.encode("utf-16")
    assert parse(changed).sockets == parse(text).sockets
    assert not parse(changed).errors
    assert parse(text).sockets


def test_rows_without_title_or_header_are_read() -> None:
    for name, layout in LAYOUTS.items():
        if name in {"macos 10.7 -anv", "freebsd -cCP", "macos 15 -anvd"}:
            continue  # these columns need their header's word
        row = FAMILY_ROWS[0]
        (read,) = parse(line(row, layout)).sockets
        assert read.local == endpoint(row.local)


def test_repeated_tables_are_snapshots() -> None:
    text = table(FAMILY_ROWS, LAYOUTS["freebsd -an"])
    assert [one.snapshot for one in parse(text * 2).sockets] == [0] * 4 + [1] * 4


def test_netbsd_and_openbsd_name_no_version_4() -> None:
    text = (
        "Active Internet connections (including servers)\n"
        "Proto   Recv-Q Send-Q  Local Address          Foreign Address        (state)\n"
        "tcp          0      0  192.0.2.1.22           198.51.100.7.4242      ESTABLISHED\n"
        "tcp          0      0  2001:db8::1.22         2001:db8::2.4242       FIN_WAIT_2\n"
        "tcp6         0      0  *.22                   *.*                    LISTEN\n"
        "udp          0      0  *.*                    *.*\n"
        "ip           0      0  *.*                    *.*\n"
    )
    capture = parse(text)
    assert capture.dialect is Dialect.BSD
    assert [(one.protocol, one.family) for one in capture.sockets] == [
        (Protocol.TCP, Family.IPV4),
        (Protocol.TCP, Family.IPV6),
        (Protocol.TCP, Family.IPV6),
        (Protocol.UDP, Family.IPV4),
        (Protocol.RAW, Family.IPV4),
    ]
    assert capture.diagnostics == ()


def test_icmp_rows_under_the_multipath_title_are_sockets() -> None:
    text = (
        "Active Multipath Internet connections\n"
        "Proto/ID  Flags      Local Address          Foreign Address        (state)    \n"
        "mptcp/00                                                       ESTABLISHED\n"
        " tcp4/01  00000000   192.0.2.1.4242         198.51.100.7.443       ESTABLISHED\n"
        "icm6       0      0  *.*                    *.*                               \n"
    )
    capture = parse(text)
    assert [one.protocol for one in capture.sockets] == [Protocol.ICMPV6]
    assert [role.value for role in capture.line_roles] == ["structure"] * 4 + ["record"]


@pytest.mark.parametrize(
    ("printed", "kind"),
    [
        ("stream", UnixType.STREAM),
        ("dgram", UnixType.DGRAM),
        ("seqpacket", UnixType.SEQPACKET),
        ("raw", UnixType.RAW),
        ("rdm", UnixType.RDM),
    ],
)
def test_unix_sockets_come_back(printed: str, kind: UnixType) -> None:
    capture = parse(unix_table([Unix(printed), Unix(printed, "/Library/Application Support/x")]))
    assert capture.unix_sockets == (
        UnixSocket(kind),
        UnixSocket(kind, path="/Library/Application Support/x"),
    )
    assert capture.diagnostics == ()
    assert capture.dialect is Dialect.BSD


def test_unix_listeners_of_freebsd_have_no_type() -> None:
    text = f"unix  {'0/0/4':<32} /var/run/devd.pipe\nunix  {'0/0/128':<32}\n"
    assert parse(text).unix_sockets == (
        UnixSocket(UnixType.UNKNOWN, UnixState.LISTENING, path="/var/run/devd.pipe"),
        UnixSocket(UnixType.UNKNOWN, UnixState.LISTENING),
    )


def test_an_address_is_the_type_that_it_looks_like() -> None:
    (one,) = parse("tcp6 0 0 ::ffff:127.0.0.1.22 2001:db8::1.4242 ESTABLISHED").sockets
    assert one.local == Endpoint(port=22, host="::ffff:127.0.0.1", truncated=True)
    assert one.local.is_loopback
    (one,) = parse("tcp6 0 0 ::ffff:10.0.0.1.22 2001:db8::1.4242 ESTABLISHED").sockets
    assert one.local.address == IPv6Address("::ffff:10.0.0.1")
    (one,) = parse("tcp4 0 0 192.0.2.1.22 *.* LISTEN").sockets
    assert one.local.address == IPv4Address("192.0.2.1")
