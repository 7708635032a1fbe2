"""A text without a socket table is refused in words that name what it holds; strict parsing."""

from __future__ import annotations

import pytest

from netstat_fw import parse
from netstat_fw.errors import CaptureError, UnrecognizedCapture
from netstat_fw.records import Dialect

_ROW = "tcp        0      0 0.0.0.0:22              0.0.0.0:*               LISTEN      -\n"
_ROUTES = """\
Kernel IP routing table
Destination     Gateway         Genmask         Flags   MSS Window  irtt Iface
0.0.0.0         192.0.2.1       0.0.0.0         UG        0 0          0 eth0
"""


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("", "the text is empty"),
        (" \t\n\r\n  ", "the text is empty"),
        (b"", "the text is empty"),
        (_ROUTES, "the text holds a routing table"),
        ("usage: netstat [-vWeenNcCF] -r\n  -r display", "the text holds netstat's usage text"),
        ("netstat: invalid option -- 'y'\n", "the text holds netstat's usage text"),
        ("Ip:\n    5 total packets received\nTcpExt:\n", "the text holds protocol statistics"),
        ("Kernel Interface table\nIface MTU RX-OK\n", "the text holds an interface table"),
        ("IP masquerading entries\n", "the text holds a masquerading table"),
        ("Active X.25 sockets\n", "the text holds a table of other sockets"),
        (
            "Proto  Destination       Source            State         PSM\n",
            "the text holds a table of other sockets",
        ),
        (
            f"{_ROUTES}usage: netstat [-r]\n{_ROUTES}",
            "the text holds a routing table and netstat's usage text",
        ),
        ("one\n\ntwo\n", "the text is 2 lines that hold no socket, beginning with 'one'"),
        (
            "  \x1b[2Jred" + "x" * 100,
            r"beginning with '\\x1b[2Jred" + "x" * 53 + "'",
        ),
        ("a\n" * 1_234, "the text is 1,234 lines that hold no socket"),
    ],
)  # fmt: skip
def test_the_message_names_what_was_seen(text: str | bytes, seen: str) -> None:
    with pytest.raises(UnrecognizedCapture) as raised:
        parse(text)
    assert str(raised.value).startswith("no netstat socket table found; ")
    assert seen in str(raised.value)


def test_strict_or_not_makes_no_difference_where_there_is_no_table() -> None:
    with pytest.raises(UnrecognizedCapture):
        parse("Good morning", strict=True)


def test_a_header_without_rows_is_an_empty_capture() -> None:
    capture = parse("Active Internet connections (only servers)\n", strict=True)
    assert (capture.sockets, capture.diagnostics, capture.line_count) == ((), (), 1)
    assert capture.dialect is Dialect.LINUX


@pytest.mark.parametrize("dialect", Dialect)
def test_an_empty_capture_is_of_the_dialect_that_was_asked_for(dialect: Dialect) -> None:
    header = "Active Internet connections (only servers)\n"
    assert parse(header, dialect=dialect).dialect is dialect


def test_rows_of_another_dialect_than_asked_for_are_no_rows() -> None:
    with pytest.raises(UnrecognizedCapture):
        parse("  TCP    192.0.2.1:135    0.0.0.0:0    LISTENING\n", dialect=Dialect.LINUX)


def test_strict_raises_for_one_damaged_row_and_keeps_the_rest() -> None:
    with pytest.raises(CaptureError) as raised:
        parse(f"{_ROW}tcp 0 0 oops\n", strict=True)
    assert str(raised.value) == (
        "1 row could not be read; first: line 2, column 9: error: expected the local address:port\n"
        "    tcp 0 0 oops\n"
        "            ^"
    )
    assert raised.value.capture == parse(f"{_ROW}tcp 0 0 oops\n")


def test_strict_counts_the_damaged_rows() -> None:
    with pytest.raises(CaptureError, match=r"^2 rows could not be read; first: line 2, "):
        parse(f"{_ROW}tcp 0 0 oops\ntcp 0 x\n", strict=True)


def test_strict_raises_for_errors_only() -> None:
    text = f"Good morning\n{_ROW}tcp 0 0 192.0.2.1:22 0.0.0.0:* LISTEN <- mine\n"
    assert len(parse(text, strict=True).sockets) == 2


def test_a_table_of_routes_before_the_sockets_does_not_matter() -> None:
    capture = parse(_ROUTES + _ROW)
    assert len(capture.sockets) == 1
    assert capture.diagnostics == ()


def test_rows_of_another_dialect_are_damaged_rows_to_the_one_that_is_forced() -> None:
    text = (
        "tcp        0      0 0.0.0.0:22              0.0.0.0:*               LISTEN      1/sshd\n"
    )
    header = "Active Internet connections (only servers)\n"
    capture = parse(header + text, dialect=Dialect.WINDOWS)
    assert [each.message for each in capture.errors] == [
        "no row of windows, which is the only dialect to be read"
    ]
