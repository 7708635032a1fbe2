"""Laws of reading netstat.exe: print and parse, shuffle, re-encode, damage, and the two forms."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address
from typing import TYPE_CHECKING

import attrs
import pyparsing as pp
import pytest
from effort import examples
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from printers_windows import GERMAN, LAYOUTS, Layout, Owners

from netstat_fw.diagnostics import Severity
from netstat_fw.errors import UnrecognizedCapture
from netstat_fw.grammar import windows as grammar
from netstat_fw.reader import parse
from netstat_fw.records import (
    Dialect,
    Endpoint,
    Family,
    LineRole,
    Process,
    Protocol,
    Socket,
    State,
)

if TYPE_CHECKING:
    import random

    from netstat_fw.records import Capture

# A busy machine is no failure; a whole capture is drawn for every example.
law = settings(
    deadline=None, max_examples=examples(60), suppress_health_check=[HealthCheck.too_slow]
)

ports = st.integers(1, 65535)
zones = st.none() | st.integers(1, 99).map(str)
ipv4_ends = st.builds(Endpoint, st.integers(0, 2**32 - 1).map(IPv4Address), ports)
ipv6_ends = st.builds(Endpoint, st.integers(0, 2**128 - 1).map(IPv6Address), ports, zones)
names = st.builds(
    Endpoint,
    port=st.just(None),
    host=st.sampled_from(["server-52-85-224-29", "82", "BÜRO-PC", "a_b", "dc01.example.com"]),
    service=st.sampled_from(["https", "ms-wbt-server", "msft-gc", "http"]),
)
ANY4 = Endpoint(IPv4Address(0))
ANY6 = Endpoint(IPv6Address(0))
pids = st.integers(1, 2**32 - 1)
# Any file name that Windows allows, brackets and blanks included; blanks at its ends are lost.
executables = (
    st.text(st.sampled_from("abcXYZ019 []'&;%$`()-_.,+=@#~{}!éÖ日本ю™"), min_size=1, max_size=40)
    .map(str.strip)
    .filter(lambda name: any(char.isalnum() for char in name))
) | st.sampled_from(["svchost.exe", "System", "NVIDIA Web Helper.exe", "[a]b.exe]", "OUTLOOK.EXE"])
services = st.sampled_from(["RpcSs", "MSSQL$EXPRESS", "CDPUserSvc_46a8de2e", "Apache2.4", "3ware"])
components = st.lists(
    st.sampled_from(
        [
            r"c:\windows\system32\WS2_32.dll",
            r"C:\Program Files\Some App\rpcss.dll",
            "mswsock.dll",
            "-- unknown component(s) --",
        ]
    ),
    max_size=4,
).map(tuple)


@st.composite
def processes(draw: st.DrawFn, layout: Layout) -> Process | None:
    """Draw what a layout can show of a process."""
    pid = draw(pids) if layout.pid else None
    if layout.owners is Owners.NONE:
        return None if pid is None else Process(pid)
    form = draw(st.sampled_from(["nobody", "executable", "service"]))
    if form == "nobody":
        return None if pid is None else Process(pid)
    name = draw(executables)
    if layout.owners is Owners.STACK:
        return Process(pid, name, components=draw(components))
    return Process(pid, name, draw(services) if form == "service" else None)


@st.composite
def sockets(draw: st.DrawFn, layout: Layout) -> Socket:
    """Draw a socket that a layout can show."""
    family = draw(st.sampled_from(Family))
    ends, any_end = (ipv4_ends, ANY4) if family is Family.IPV4 else (ipv6_ends, ANY6)
    local = draw(ends)
    process = draw(processes(layout))
    if draw(st.booleans()):
        remote = draw(st.just(Endpoint()) | ends)
        return Socket(Protocol.UDP, family, local, remote, process=process)
    state = draw(st.sampled_from(list(GERMAN)).filter(lambda state: state is not State.UNKNOWN))
    if state in (State.LISTEN, State.BOUND):
        return Socket(Protocol.TCP, family, local, any_end, state, process)
    remote = draw(ends | names if family is Family.IPV4 else ends)
    if state is State.TIME_WAIT:
        process = Process(0) if layout.pid else None
    return Socket(Protocol.TCP, family, local, remote, state, process)


layouts = st.sampled_from(list(LAYOUTS.values()))
captures = layouts.flatmap(
    lambda layout: st.tuples(st.just(layout), st.lists(sockets(layout), min_size=1, max_size=6))
)


def accounted(capture: Capture, text: str) -> bool:
    """Tell whether every line has the one role that it should have."""
    lines = text.replace("\r\n", "\n").split("\n")[: capture.line_count]
    remarked = {diagnostic.line for diagnostic in capture.diagnostics}
    return len(capture.line_roles) == capture.line_count and all(
        (role is LineRole.BLANK) == (not line.strip())
        and (role is not LineRole.DIAGNOSTIC or number in remarked)
        for number, (line, role) in enumerate(zip(lines, capture.line_roles, strict=True), 1)
    )


@law
@given(captures)
def test_what_is_printed_is_read_back(drawn: tuple[Layout, list[Socket]]) -> None:
    layout, records = drawn
    text = layout.text(records)
    capture = parse(text)
    assert list(capture.sockets) == records
    assert capture.dialect is Dialect.WINDOWS
    assert not capture.errors
    assert accounted(capture, text)


@pytest.mark.parametrize("name", LAYOUTS)
def test_every_layout_is_read_without_a_remark(name: str) -> None:
    layout = LAYOUTS[name]
    shown = Process(4, "svchost.exe", "RpcSs")
    if layout.owners is Owners.NONE:
        shown = Process(4)
    elif layout.owners is Owners.STACK:
        shown = Process(4, "svchost.exe", None, (r"c:\windows\system32\rpcss.dll",))
    if not layout.pid:
        shown = attrs.evolve(shown, pid=None)
    process = None if shown == Process() else shown
    nobody = Process(4) if layout.pid else None
    records = [
        Socket(
            Protocol.TCP, Family.IPV4, attrs.evolve(ANY4, port=135), ANY4, State.LISTEN, process
        ),
        Socket(Protocol.TCP, Family.IPV6, attrs.evolve(ANY6, port=445), ANY6, State.LISTEN, nobody),
        Socket(Protocol.UDP, Family.IPV6, attrs.evolve(ANY6, port=53), Endpoint(), None, nobody),
    ]
    text = layout.text(records)
    capture = parse(text)
    assert list(capture.sockets) == records
    assert capture.diagnostics == ()
    assert LineRole.DIAGNOSTIC not in capture.line_roles


@law
@given(captures, st.randoms(use_true_random=False))
def test_shuffled_groups_change_only_the_order(
    drawn: tuple[Layout, list[Socket]], shuffler: random.Random
) -> None:
    layout, records = drawn
    shuffled = list(records)
    shuffler.shuffle(shuffled)
    assert list(parse(layout.text(shuffled)).sockets) == shuffled


@law
@given(captures)
def test_line_ends_and_encodings_change_nothing(drawn: tuple[Layout, list[Socket]]) -> None:
    layout, records = drawn
    text = layout.text(records)
    plain = parse(text)
    for same in (
        text.replace("\n", "\r\n"),
        text.encode(),
        text.encode("utf-8-sig"),
        text.encode("utf-16"),
        text.replace("\n", "\r\n").encode("utf-16-le"),
        b"\xff\xfe" + text.encode("utf-16-le") + b"\n",
    ):
        assert parse(same).sockets == plain.sockets


@law
@given(captures)
def test_lost_indentation_changes_nothing(drawn: tuple[Layout, list[Socket]]) -> None:
    layout, records = drawn
    stripped = "\n".join(line.strip() for line in layout.text(records).split("\n"))
    assert list(parse(stripped).sockets) == records


@law
@given(captures)
def test_mail_quotes_change_nothing(drawn: tuple[Layout, list[Socket]]) -> None:
    layout, records = drawn
    if layout.owners is Owners.STACK:
        return  # the blank line that ends a group becomes a line of its own
    lines = [line for line in layout.text(records).split("\n") if line]
    assert list(parse("\n".join(f"> {line}" for line in lines)).sockets) == records
    assert list(parse("\n".join(f"> {line}\n>" for line in lines)).sockets) == records


@law
@given(captures, st.data())
def test_a_damaged_row_costs_only_itself(
    drawn: tuple[Layout, list[Socket]], data: st.DataObject
) -> None:
    layout, records = drawn
    groups = [layout.group(record) for record in records]
    at = data.draw(st.integers(0, len(groups)))
    groups.insert(at, ["  TCP    192.0.2.1:99999        0.0.0.0:0              LISTENING       4"])
    text = "\n".join(line for group in groups for line in group)
    capture = parse(text)
    assert list(capture.sockets) == records
    assert [error.code for error in capture.errors] == ["damaged-row"]
    assert accounted(capture, text)


@law
@given(captures)
def test_two_tables_are_two_snapshots(drawn: tuple[Layout, list[Socket]]) -> None:
    layout, records = drawn
    if not layout.title:
        return  # nothing marks where a table without any heading begins again
    capture = parse(layout.text(records) + "\n" + layout.text(records))
    again = [attrs.evolve(record, snapshot=1) for record in records]
    assert list(capture.sockets) == records + again


pieces = st.sampled_from(
    [
        "  TCP    0.0.0.0:135            0.0.0.0:0              LISTENING       988",
        "  TCP    192.0.2.1:50000        198.51.100.7:443       TIME_WAIT       0",
        "  UDP    [fe80::1%4]:1900       *:*                                    4",
        "  TCP",
        "TCP  [::]:80 [::]:0",
        "[::]:8000",
        "  TCP    1.2.3:4  x",
        "  RpcSs",
        " [svchost.exe]",
        " [...]",
        " Can not obtain ownership information",
        r"  C:\WINDOWS\system32\RPCRT4.dll",
        "-- More --",
        "x: Windows Sockets initialization failed: 5",
        "Active Connections",
        "  Proto  Local Address          Foreign Address        State",
        "C:\\>netstat -abno",
        "1234",
        "",
        "<br>TCP 0.0.0.0:1 0.0.0.0:0 LISTENING",
        "The requested operation requires elevation.",
    ]
)
lines = st.text(st.characters(exclude_characters="\r\n", codec="utf-8"), max_size=30)
noise = st.lists(pieces | lines, max_size=25).map("\n".join)


@law
@given(noise | st.binary(max_size=200) | st.text(max_size=200))
def test_every_text_is_read_or_refused(text: str | bytes) -> None:
    try:
        capture = parse(text)
    except UnrecognizedCapture:
        return
    assert len(capture.line_roles) == capture.line_count
    for role, number in zip(capture.line_roles, range(1, capture.line_count + 1), strict=True):
        if role is LineRole.DIAGNOSTIC:
            assert any(diagnostic.line == number for diagnostic in capture.diagnostics)


@law
@given(noise)
def test_every_line_of_a_mixed_text_has_its_role(text: str) -> None:
    table = LAYOUTS["-ano"].text([])
    assert accounted(parse(f"{table}\n{text}"), f"{table}\n{text}")


cells = st.sampled_from(
    [
        "TCP", "UDP", "tcp", "0.0.0.0:135", "[::]:0", "[fe80::1%4]:1900", "*:*", "82:http",
        "HOST:0", "192.0.2.1", "[::]", "1.2.3.4:x y", "::1:80", "LISTENING", "ABHÖREN", "4", "-4",
        "99999999999999999999999", "InHost", "Not Applicable", "RpcSs", "[svchost.exe]", "[...]",
        "[NVIDIA Web Helper.exe]", "Can not obtain ownership information", "state:1",
        "Hello there!",
    ]
)  # fmt: skip
rows = st.lists(cells, max_size=7).map("   ".join)
good_rows = st.tuples(
    st.sampled_from(["TCP", "UDP"]),
    st.sampled_from(["0.0.0.0:135", "[::1]:8", "*:*", "HOST:ftp"]),
    st.sampled_from(["0.0.0.0:0", "[::1%2]:8", "*:*"]),
    rows,
).map(" ".join)


@law
@given(rows | good_rows, st.sampled_from([" ", "\t", "\xa0", "\x0c "]))
def test_both_forms_of_the_grammar_take_the_same_rows(row: str, blank: str) -> None:
    """A reader runs the compiled form; what a user reads about errors comes from the other."""
    text = row.replace("   ", blank)
    tokens = grammar.udp_row() if text.startswith("UDP") else grammar.tcp_row()
    try:
        tokens.parse_string(text)
        by_tokens = True
    except pp.ParseException:
        by_tokens = False
    assert compiled_takes(text) == by_tokens


def compiled_takes(text: str) -> bool:
    """Tell whether the compiled forms take a row, as the reader puts them together."""
    found = grammar.ROW.re.match(text)
    if found is None:
        return False
    rest = grammar.UDP_REST if found["protocol"] == "UDP" else grammar.TCP_REST
    ends = [found[cell].rpartition(":") for cell in ("local", "remote")]
    return bool(
        all(grammar.HOST.re.match(end[0]) and grammar.PORT.re.match(end[2]) for end in ends)
        and rest.re.match((found["rest"] or "").rstrip())
    )


@law
@given(good_rows)
def test_a_row_that_is_not_read_is_explained(row: str) -> None:
    """Either there is a record of the row, or an error with a place in it."""
    capture = parse(f"{LAYOUTS['-ano'].text([])}\n{row}")
    assert [*capture.sockets] or [error.severity for error in capture.errors] == [Severity.ERROR]
    assert all(1 <= error.column <= len(row) + 1 for error in capture.errors)
