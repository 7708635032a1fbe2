"""Laws of reading any text at all: total, accounted for, and one definition of a row."""

from __future__ import annotations

import pyparsing as pp
from hypothesis import example, given
from hypothesis import strategies as st

from netstat_fw import Capture, CaptureError, LineRole, UnrecognizedCapture, parse
from netstat_fw.grammar import linux as grammar

_HEADER = "Proto Recv-Q Send-Q Local Address           Foreign Address         State"
_PIECES = st.sampled_from([
    "tcp", "tcp6", "udp", "raw", "sctp", "unix", "TCP", "tcp4", " ", "  ", "0", "22", "65536",
    "0.0.0.0:22", ":::80", "[::]:*", "*:*", "*.22", "LISTEN", "a.b:http", "-", "1/x", "[ ]",
    "STREAM", "%1", ":", "999.1.1.1:1", "\t", "\x1b[2K", "\x85", "\u2028", "\ud800", "9" * 5_000,
])  # fmt: skip
_LINES = st.lists(_PIECES, max_size=14).map("".join)
_TEXTS = (
    st.text()
    | st.lists(_LINES, max_size=12).map("\n".join)
    | st.lists(_LINES, max_size=12).map(lambda lines: "\r\n".join([_HEADER, *lines]))
)
_ADDRESSES = st.sampled_from(
    ["198.51.100.7", "192.0.2.1", "::", "2001:db8::1", "[::]", "host-1.example"]
)
_PORTS = st.sampled_from(["*", "1", "22", "65535", "ssh", "x11-2"])
_CELLS = st.builds("{}:{}".format, _ADDRESSES, _PORTS)
_RESTS = st.sampled_from(
    ["", "LISTEN", "ESTABLISHED 1/x y", "7 root 12 -", "LISTEN off (0.00/0/0)"]
)
_LABELS = st.sampled_from(["tcp", "tcp6", "udp", "udp6", "udpl", "raw", "raw6", "sctp"])
_ROWS = st.builds(
    "{:<5} {:>6} {:>6} {:<23} {:<23} {}".format,
    _LABELS, st.integers(0, 10**7), st.integers(0, 10**7), _CELLS, _CELLS, _RESTS,
)  # fmt: skip


def _check_accounts(read: Capture) -> None:
    named = {diagnostic.line for diagnostic in read.diagnostics}
    begun = {socket.line for socket in read.sockets} | {unix.line for unix in read.unix_sockets}
    assert len(read.line_roles) == read.line_count
    for number, role in enumerate(read.line_roles, 1):
        assert role is not LineRole.DIAGNOSTIC or number in named
        assert number not in begun or role is LineRole.RECORD


@given(_TEXTS | st.binary())
@example("tcp 0 0 0.0.0.0:1 0.0.0.0:* LISTEN " + "9" * 5_000 + "/x")
@example(b"\xff\xfe" + "tcp 0 0 0.0.0.0:1 0.0.0.0:* LISTEN".encode("utf-16-le") + b"\n")
def test_any_text_is_read_or_refused_and_every_line_accounted_for(text: str | bytes) -> None:
    for strict in (False, True):
        try:
            read = parse(text, strict=strict)
        except UnrecognizedCapture:
            continue
        except CaptureError as error:
            read = error.capture
        _check_accounts(read)


@given(_ROWS)
def test_both_forms_of_the_grammar_take_a_row_alike(line: str) -> None:
    compiled, tokens = grammar.ROW.re.match(line), grammar.row().parse_string(line)
    assert compiled is not None
    for name in ("protocol", "recv_q", "send_q", "local", "remote"):
        assert tokens[name] == compiled[name]


@given(_LINES)
def test_the_token_form_takes_nothing_that_the_compiled_form_refuses(line: str) -> None:
    """The compiled form is laxer inside a cell, which is taken apart afterwards."""
    for tokens, compiled in ((grammar.row(), grammar.ROW), (grammar.unix_row(), grammar.UNIX_ROW)):
        try:
            tokens.parse_string(line)
        except pp.ParseException:
            continue
        assert compiled.re.match(line)


@given(st.lists(_ROWS, min_size=1, max_size=6), _LINES.filter(lambda line: "unix" not in line))
def test_one_bad_line_costs_no_row(rows: list[str], bad: str) -> None:
    good = parse("\n".join([_HEADER, *rows]))
    worse = parse("\n".join([_HEADER, *rows, "", _HEADER, bad]))
    assert worse.sockets[: len(good.sockets)] == good.sockets
