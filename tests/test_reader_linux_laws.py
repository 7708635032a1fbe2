"""Laws of reading Linux captures: what a tool prints comes back, whatever happens to the text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import attrs
import linux_strategies
import pytest
from accounting import is_accounted_for
from hypothesis import assume, given
from hypothesis import strategies as st
from languages_linux import ENGLISH, LANGUAGES
from printers_linux import LAYOUTS, Layout, Tool, cut, program_cell

from netstat_fw.reader import parse
from netstat_fw.records import Dialect, Process, UnixSocket

if TYPE_CHECKING:
    from netstat_fw.records import Capture, Socket

GROUPS = [*Tool, *LANGUAGES]
REMARK = "warning, got bogus unix line.\n"
NOISE = (
    "Hello,", "Is this safe? Port 22 is open to 0.0.0.0", "--", "", "   ", "12345", "* * *",
    "netstat shows what listens: tcp and udp", "| a | table |", "</pre>", "[quote]", "100%", "流浪",
)  # fmt: skip
tables = st.lists(linux_strategies.sockets(), max_size=4)
unix_tables = st.lists(linux_strategies.unix_sockets, max_size=2)
net_tools = st.sampled_from(
    [one for one in LAYOUTS.values() if one.tool is Tool.NET_TOOLS_2 and one.language is ENGLISH]
)


def layouts(group: Tool | str) -> list[Layout]:
    """Return the layouts of a tool in English, or of a language."""
    language = LANGUAGES[group] if isinstance(group, str) else ENGLISH
    return [
        layout
        for layout in LAYOUTS.values()
        if layout.language is language and (isinstance(group, str) or layout.tool is group)
    ]


@st.composite
def captures(draw: st.DrawFn) -> tuple[Layout, list[Socket], list[UnixSocket]]:
    """Draw a layout of any tool and tables to print in it."""
    return draw(st.sampled_from(list(LAYOUTS.values()))), draw(tables), draw(unix_tables)


def records(capture: Capture) -> tuple[list[Socket], list[UnixSocket]]:
    """Return the records of a capture without their snapshot numbers."""
    return (
        [attrs.evolve(one, snapshot=0) for one in capture.sockets],
        [attrs.evolve(one, snapshot=0) for one in capture.unix_sockets],
    )


@pytest.mark.parametrize("group", GROUPS, ids=str)
@given(data=st.data())
def test_what_a_tool_prints_comes_back(group: Tool | str, data: st.DataObject) -> None:
    layout = data.draw(st.sampled_from(layouts(group)))
    named = layout.tool is not Tool.TOYBOX and data.draw(st.booleans())
    sockets = data.draw(st.lists(linux_strategies.sockets(named=named), max_size=4))
    unix_sockets = data.draw(unix_tables)
    text = layout.text(sockets, unix_sockets)
    capture = parse(text)
    assert list(capture.sockets) == layout.shown(sockets)
    assert list(capture.unix_sockets) == [layout.shown_unix(one) for one in unix_sockets]
    assert {diagnostic.code for diagnostic in capture.diagnostics} <= {"truncated-address"}
    assert capture.dialect is Dialect.LINUX
    assert is_accounted_for(capture, text.split("\n")[:-1])
    assert parse(text, strict=True, dialect=Dialect.LINUX) == capture


@given(printed=captures(), data=st.data())
def test_the_order_of_rows_does_not_matter(
    printed: tuple[Layout, list[Socket], list[UnixSocket]], data: st.DataObject
) -> None:
    layout, sockets, unix_sockets = printed
    order = data.draw(st.permutations(range(len(sockets))))
    text = layout.text([sockets[at] for at in order], unix_sockets[::-1])
    shown = layout.shown(sockets)
    assert list(parse(text).sockets) == [shown[at] for at in order]


@given(printed=captures())
def test_line_ends_margins_and_encodings_do_not_matter(
    printed: tuple[Layout, list[Socket], list[UnixSocket]],
) -> None:
    layout, sockets, unix_sockets = printed
    text = layout.text(sockets, unix_sockets)
    expected = parse(text)
    lines = text.splitlines()
    for changed in (
        text.replace("\n", "\r\n"),
        text.replace("\n", "\r"),
        text.rstrip("\n"),
        f"\n\n{text}\n \t\n",
        "".join(f"    {line}\n" for line in lines),
        "".join(f"\t{line}\n" for line in lines),
        "".join(f"> > {line}\n" for line in lines),
        text.encode(),
        text.encode("utf-8-sig"),
        text.encode("utf-16"),
        text.encode("utf-16-le"),
        b"\xfe\xff" + text.encode("utf-16-be"),
    ):
        assert records(parse(changed)) == records(expected)


@given(printed=captures())
def test_trailing_blanks_do_not_matter(
    printed: tuple[Layout, list[Socket], list[UnixSocket]],
) -> None:
    layout, sockets, unix_sockets = printed
    text = layout.text(sockets, unix_sockets)
    stripped = "".join(f"{line.rstrip(' ')}\n" for line in text.split("\n")[:-1])
    assert records(parse(stripped)) == records(parse(text))
    assert records(parse(text.replace("\n", "   \n"))) == records(parse(text))


@given(printed=captures(), noise=st.lists(st.tuples(st.integers(0, 9), st.sampled_from(NOISE))))
def test_noise_between_the_rows_does_not_matter(
    printed: tuple[Layout, list[Socket], list[UnixSocket]], noise: list[tuple[int, str]]
) -> None:
    layout, sockets, unix_sockets = printed
    lines = layout.text(sockets, unix_sockets).split("\n")
    for at, line in noise:
        lines.insert(at, line)
    capture = parse("\n".join(lines))
    assert list(capture.sockets) == layout.shown(sockets)
    assert list(capture.unix_sockets) == [layout.shown_unix(one) for one in unix_sockets]
    assert is_accounted_for(capture, lines[: capture.line_count])


def test_prose_about_netstat_does_not_begin_another_table() -> None:
    header = (
        "Proto Recv-Q Send-Q Local Address  Foreign Address  State  User  Inode  PID/Program name"
        "  Security Context\n"
    )
    row = "tcp 0 0 192.0.2.1:23 0.0.0.0:* LISTEN 0 1 - -"
    for line, context in (("netstat shows what listens", "-"), ("netstat -tlnp", None)):
        (socket,) = parse(f"{header}{line}\n{row}\n").sockets
        assert socket.security_context == context


@given(first=captures(), second=captures())
def test_captures_one_after_the_other_are_snapshots(
    first: tuple[Layout, list[Socket], list[UnixSocket]],
    second: tuple[Layout, list[Socket], list[UnixSocket]],
) -> None:
    one, other = (layout.text(some, unix) for layout, some, unix in (first, second))
    both = parse(one + other)
    assert both.sockets == (
        *parse(one).sockets,
        *(attrs.evolve(socket, snapshot=1) for socket in parse(other).sockets),
    )
    assert [unix.snapshot for unix in both.unix_sockets] == [0] * len(first[2]) + [1] * len(
        second[2]
    )


@given(layout=net_tools, sockets=tables, unix_sockets=unix_tables, width=st.integers(80, 120))
def test_lines_wrapped_by_a_terminal_are_joined(
    layout: Layout, sockets: list[Socket], unix_sockets: list[UnixSocket], width: int
) -> None:
    text = layout.text(sockets, unix_sockets)
    assume(text.isascii())
    # A terminal of another width than 80 is known by headers that do not fit either.
    headers = [line.rstrip() for line in text.split("\n") if line.startswith("Proto ")]
    width = width if all(len(header) > width for header in headers) else 80
    pieces = [
        line[at : at + width] for line in text.split("\n") for at in range(0, len(line), width)
    ]
    capture = parse("\n".join(pieces))
    assert records(capture) == records(parse(text))
    assert is_accounted_for(capture, pieces)


def _shows_foreign_address(row: str, width: int) -> bool:
    shown = (row if len(row) <= width else row[: width - 1]).split()
    return len(shown) >= 5 and len(shown[4]) > row.split()[4].rindex(":")


@given(layout=net_tools, sockets=tables, width=st.integers(70, 130))
def test_less_shows_the_beginning_of_each_line(
    layout: Layout, sockets: list[Socket], width: int
) -> None:
    lines = layout.text(sockets).split("\n")[:-1]
    cut_lines = [line if len(line) <= width else f"{line[: width - 1]}>" for line in lines]
    whole, capture = layout.shown(sockets), parse("\n".join(cut_lines))
    # A row that is cut inside the foreign address, before its port, is reported and not read.
    assume(all(_shows_foreign_address(layout.row(one), width) for one in sockets))
    for shown, expected in zip(capture.sockets, whole, strict=True):
        assert (shown.protocol, shown.family, shown.local) == (
            expected.protocol,
            expected.family,
            expected.local,
        )
    assert capture.errors == ()


@given(layout=net_tools, sockets=tables, unix_sockets=unix_tables, data=st.data())
def test_a_remark_inside_a_row_does_not_matter(
    layout: Layout, sockets: list[Socket], unix_sockets: list[UnixSocket], data: st.DataObject
) -> None:
    text = layout.text(sockets, unix_sockets)
    rows = [found.span() for found in re.finditer(r"(?m)^(?!Active|Proto).+$", text)]
    assume(rows)
    start, end = data.draw(st.sampled_from(rows))
    at = data.draw(st.integers(start, end))
    capture = parse(text[:at] + REMARK + text[at:])
    assert records(capture) == records(parse(text))
    assert capture.errors == ()


# What a name with line breaks may leave below its row, short enough to be all there.
FORGED = (
    "tcp 0 0 *:23 *:*", "udp 0 0 *:53 *:*", "udp 0 0 :::9 *:*", "sctp *:23 LISTEN",
    "raw 0 0 *:1 *:*", "unix 2 [ ] X 1", "tcp 00 *:23 *:*", "UDP *:5 *:*", "udp4 0 0 *.5 *.*",
    "Proto a b c d", "Ip:", "a RefCnt b", "$", "tcp 0 0 0.0.0.0", "-A INPUT -j ACC",
    "\nudp 0 0 *:5 *:*", "\n\n", "x\ny\nz", ":", "1:tcp 0 0 *:1 *:", "<b>", "tcp6", "12/x",
    "/run/x", "198.51.100.7:22",
)  # fmt: skip
forged_processes = st.builds(
    Process,
    pid=st.integers(1, 99),
    name=st.builds(
        lambda before, after: f"{before}\n{after}",
        st.sampled_from(("", "a", "sshd", " ")),
        st.sampled_from(FORGED) | st.text(" \n:*.0123tcpudpunix[]/", max_size=17),
    ),
)


@given(
    layout=net_tools
    | st.sampled_from([*layouts(Tool.NET_TOOLS_1), *layouts(Tool.RHEL), *layouts(Tool.BUSYBOX)]),
    data=st.data(),
)
def test_no_name_forges_a_record(layout: Layout, data: st.DataObject) -> None:
    """Not below internet rows and not below unix rows, whatever later columns add to it."""
    drawn = data.draw(tables)
    sockets = [attrs.evolve(one, process=data.draw(forged_processes)) for one in drawn]
    unix_sockets = [
        attrs.evolve(one, process=data.draw(forged_processes)) for one in data.draw(unix_tables)
    ]
    capture = parse(layout.text(sockets, unix_sockets))
    shown = layout.shown(sockets)
    assert [(one.protocol, one.local, one.remote) for one in capture.sockets] == [
        (one.protocol, one.local, one.remote) for one in shown
    ]
    assert len(capture.unix_sockets) == len(unix_sockets)
    assert {one.snapshot for one in capture.sockets} <= {0}
    for one, process in zip(capture.sockets, (socket.process for socket in sockets), strict=True):
        name = cut(program_cell(process)).partition("/")[2].partition("\n")[0]
        assert one.process is None or (one.process.name or "") == name.rstrip(" ")
