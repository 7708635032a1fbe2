"""No text and no bytes make `parse` raise anything but its own two errors, or lose a line."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from accounting import is_accounted_for
from hypothesis import given
from hypothesis import strategies as st

from netstat_fw.errors import CaptureError, UnrecognizedCapture
from netstat_fw.reader import parse
from netstat_fw.records import Dialect, LineRole

if TYPE_CHECKING:
    from netstat_fw.records import Capture

# Pieces that the readers know, whole and broken, and what nobody expects.
PIECES = (
    "tcp        0      0 0.0.0.0:22              0.0.0.0:*               LISTEN      1/init",
    "tcp6", "udp", "udpl6", "raw", "sctp", "unix", "??", "TCP", "UDP", "tcp46", "icm4", "ip 4", "0",
    "1", "12345678901234567890", "123456789012345678901", "00", "-1", "0.0.0.0:22",
    "192.0.2.1:65535", "192.0.2.1:65536", "192.0.2.1:00022", "1.2.3:4", ":::22", "[::]:*",
    "::1:80", "::%1:89", "*:*", "fe80::1%eth0:22", "2001:db8:aaaa:bbb:50003", "localhost:ssh",
    "*.*", "192.0.2.1.80", "a:b:c",
    "LISTEN", "ESTABLISHED", "LIS", "L", "UNKNOWN(12)", "OUÇA", "POSLEDNÍ ACK", "7", "root", "1000",
    "-", "416/sshd", "7/", "9/a b", "off (0.00/0/0)", "on (1,5/2)", "eikäi ((0.00/0/0)", "(0.00",
    "system_u:system_r:init_t:s0", "[ ACC ]", "[ ]", "[", "STREAM", "DGRAM", "CONNECTED", "/run/x",
    "@a", "Active Internet connections (w/o servers)", "Active UNIX domain sockets (servers)",
    "Proto Recv-Q Send-Q Local Address           Foreign Address         State       PID/Progr>",
    "Proto RefCnt Flags       Type       State         I-Node   Path", "PID/Program name", "Timer",
    "Kernel IP routing table", "Active Connections",
    "  Proto  Local Address          Foreign Address        State           PID",
    "warning, got bogus unix line.", '(No info could be read for "-p": geteuid()=1)',
    "$ netstat -an", "netstat: no support for `AF IPX' on this system.", "--More--", "(END)", ">",
    "|", "<br>", "<b>", "[b]", "&nbsp;", "&#10;", "\\*", "**", "\x1b[1m", "\b", "\0", "\x0b",
    "\x1c", "\x85", "\u2028", "\ufeff", "\ufffd", "\ud800", "\U0001f600", "流", "٣", "é",
    "\t", " ", "  ", "x" * 30, "\r",
)  # fmt: skip
lines = st.lists(st.sampled_from(PIECES), max_size=9).flatmap(
    lambda some: st.sampled_from((" ", "  ", "\t", "")).map(lambda blank: blank.join(some))
)
texts = st.lists(lines, max_size=12).flatmap(
    lambda some: st.sampled_from(("\n", "\r\n", "\r")).map(lambda end: end.join(some))
)
dialects = st.sampled_from((None, *Dialect))


def check(text: str | bytes, dialect: Dialect | None) -> None:
    """Read a text; whatever comes of it must account for every line, and do so again."""
    try:
        capture = parse(text, dialect=dialect)
    except UnrecognizedCapture as error:
        message = str(error)
    else:
        check_capture(capture, text, dialect)
        return
    assert message.startswith("no netstat socket table found; the text ")


def check_capture(capture: Capture, text: str | bytes, dialect: Dialect | None) -> None:
    """Check that the lines are accounted for, and that strict reading raises for errors only."""
    if isinstance(text, str):
        expected = re.split("\r\n|\r|\n", text.removeprefix("\ufeff"))
        assert is_accounted_for(capture, expected if expected[-1] else expected[:-1])
    assert "\n" not in "".join(str(diagnostic).split("\n    ")[0] for diagnostic in capture.errors)
    if capture.errors:
        with pytest.raises(CaptureError) as caught:
            parse(text, dialect=dialect, strict=True)
        assert caught.value.capture == capture
    else:
        assert parse(text, dialect=dialect, strict=True) == capture


@given(text=texts, dialect=dialects)
def test_every_composed_text_is_accounted_for(text: str, dialect: Dialect | None) -> None:
    check(text, dialect)


@given(text=st.text(), dialect=dialects)
def test_every_text_is_accounted_for(text: str, dialect: Dialect | None) -> None:
    check(text, dialect)


@given(data=st.binary() | texts.map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_every_bytes_value_is_read_or_refused(data: bytes) -> None:
    check(data, None)


@given(text=texts, byte=st.integers(128, 255))
def test_one_bad_byte_changes_nothing_around_it(text: str, byte: int) -> None:
    data = f"{text}\n\n{PIECES[0]}\nnaïve\n".encode("utf-8", "replace")
    whole, damaged = parse(data), parse(data + bytes([byte]))
    assert damaged.sockets == whole.sockets
    assert damaged.unix_sockets == whole.unix_sockets
    assert damaged.line_roles[:-1] == whole.line_roles
    codes = [diagnostic.code for diagnostic in damaged.diagnostics]
    assert codes.count("encoding") == 1 + sum(one.code == "encoding" for one in whole.diagnostics)


@pytest.mark.parametrize(
    "text",
    [
        "tcp 0 0 0.0.0.0:22 0.0.0.0:* LISTEN 99999999999/x",
        "tcp 99999999999999999999 0 0.0.0.0:22 0.0.0.0:* LISTEN -",
        "tcp 0 0 0.0.0.0:22 0.0.0.0:* LISTEN 0 99999999999999999999 -",
        "tcp 0 0 a:1 b:2 LISTEN - off (99999999999.99/999999999999/9)",
        "tcp 0 0 " + ":" * 5000 + ":1 0.0.0.0:* LISTEN",
        "tcp 0 0 " + "a" * 5000 + ":1 0.0.0.0:* LISTEN",
        "tcp 0 0 1.2.3.4:" + "9" * 5000 + " 0.0.0.0:* LISTEN",
        "unix 2 " + "[" * 5000 + " STREAM 1",
        "unix 2 [ " + "A " * 5000 + "] STREAM LISTENING 1 /x",
        "> " * 5000,
        "$ " + "netstat " * 3000,
        "(" * 10_000,
        "&" * 10_000 + ";",
        "\x00" * 5000,
        "\ud800" * 100,
    ],
)
def test_numbers_and_lines_without_end_are_read_or_refused(text: str) -> None:
    known = PIECES[0]
    check(f"{known}\n{text}\n{known}\n", None)
    assert len(parse(f"{known}\n{text}\n{known}\n").sockets) >= 2


def test_white_space_of_any_kind_is_a_blank_line() -> None:
    capture = parse(f"{PIECES[0]}\n\x0b\x0c\x1c\x85\xa0\u2028\u3000\n")
    assert capture.line_roles[1] is LineRole.BLANK
