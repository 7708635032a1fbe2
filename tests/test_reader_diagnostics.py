"""Every kind of damaged row: the whole of what a person is told about it."""

from __future__ import annotations

import pytest

from netstat_fw import parse
from netstat_fw.records import LineRole

_ROW = "tcp        0      0 0.0.0.0:22              0.0.0.0:*               LISTEN      -\n"
_OWNED = "tcp        0      0 0.0.0.0:22              0.0.0.0:*               LISTEN      7/evil\n"
_ADDRESS = "address:port, an address or a name and a port up to 65535"
_REST = "a state such as LISTEN, then User and Inode, then PID/program"
_DEBRIS = "too short for a row: this is the rest of the program name above it"


@pytest.mark.parametrize(
    ("row", "column", "message"),
    [
        ("tcp 0", 6, "expected Send-Q, a number"),
        ("tcp 0 x", 7, "expected Send-Q, a number"),
        ("tcp -1 0 192.0.2.1:22 0.0.0.0:* LISTEN", 5, "expected Recv-Q, a number"),
        ("tcp 1x:1 0", 5, "expected Recv-Q, a number"),
        ("tcp 0 0 oops", 9, "expected the local address:port"),
        ("tcp\t0\t0\toops", 9, "expected the local address:port"),
        ("> tcp 0 0 oops", 11, "expected the local address:port"),
        ("tcp 0 0 192.0.2.1:22", 21, "expected the foreign address:port"),
        ("tcp 0 0 192.0.2.1:22 oops LISTEN", 22, f"expected the foreign {_ADDRESS}"),
        ("tcp 0 0 192.0.2.1 oops LISTEN", 9, f"expected the local {_ADDRESS}"),
        ("tcp 0 0 192.0.2.1:70000 0.0.0.0:* LISTEN", 9, f"expected the local {_ADDRESS}"),
        ("tcp 0 0 192.0.2.1:22 192.0.2.2:70000 LISTEN", 22, f"expected the foreign {_ADDRESS}"),
        ("tcp 0 0 192.0.2.1:22 0.0.0.0:* 1:2:3", 32, f"expected {_REST}"),
        ("unix 2", 7, "expected flags such as [ ACC ]"),
        ("unix 2 [ ACC", 8, "expected flags such as [ ACC ]"),
        ("unix 2 [ ACC ]", 15, "expected a type such as STREAM"),
        ("unix 2 [ ACC ] 5", 16, "expected a type such as STREAM"),
        ("unix 2 [ ACC ] STREAM", 22, "expected an I-Node number"),
        ("unix 2 [ ACC ] STREAM LISTENING 12a /x", 33, "expected an I-Node number"),
        ("?? 2 [ ] 5", 10, "expected a type such as STREAM"),
    ],
)
def test_a_damaged_row_between_good_ones(row: str, column: int, message: str) -> None:
    capture = parse(f"{_ROW}{row}\n{_ROW}")
    (remark,) = capture.diagnostics
    shown = row.replace("\t", " ")
    assert str(remark) == (
        f"line 2, column {column}: error: {message}\n    {shown}\n    {' ' * (column - 1)}^"
    )
    assert remark.code == "damaged-row"
    assert capture.line_roles == (LineRole.RECORD, LineRole.DIAGNOSTIC, LineRole.RECORD)
    assert [socket.line for socket in capture.sockets] == [1, 3]


def test_an_endless_line_is_reported_without_asking_the_grammar() -> None:
    (remark,) = parse(f"{_ROW}tcp 0 0 {'x' * 11_000}\n").diagnostics
    assert str(remark) == (
        "line 2, column 1: error: the line is too long for a row: 11,008 characters\n"
        f"    tcp 0 0 {'x' * 152}\n    ^"
    )


@pytest.mark.parametrize(
    "row",
    [
        "tcp 0 0 *:1 *:* LISTEN",
        "tcp 0 0 1:80 *:*",
        "tcp 0 0 1:80 oops",
        "udp 0 0 1:80 *:*",
        "unix 2 [ ] x 1",
        "sctp *:1 LISTEN",
    ],
)
def test_a_row_that_a_program_name_forges_is_none(row: str) -> None:
    capture = parse(f"{_OWNED}{row}\n")
    assert [str(remark) for remark in capture.diagnostics] == [
        f"line 2, column 1: error: {_DEBRIS}\n    {row}\n    ^"
    ]
    assert len(capture.sockets) == 1
    assert capture.unix_sockets == ()


def test_a_forged_unix_row_below_a_unix_row() -> None:
    above = "unix  2      [ ]         STREAM     CONNECTED     17715    1551/evil"
    capture = parse(f"{above}\nunix 2 [ ] x 1\n")
    assert [remark.message for remark in capture.errors] == [_DEBRIS]
    assert len(capture.unix_sockets) == 1


@pytest.mark.parametrize(
    "above",
    [
        "tcp 0 0 0.0.0.0:22 0.0.0.0:* LISTEN 7/evil",
        "tcp        0      0 0.0.0.0:22              0.0.0.0:*               LISTEN      -",
        (
            "tcp        0      0 0.0.0.0:22              0.0.0.0:*               LISTEN      7/x"
            "                off (0.00/0/0)"
        ),
        "unix  2      [ ]         STREAM     CONNECTED     17715    1551/evil            /run/x",
        "Good morning",
    ],
    ids=["retyped", "nobody", "timer behind the name", "path behind the name", "no row"],
)
def test_a_short_row_is_a_row_where_no_name_ends_above_it(above: str) -> None:
    capture = parse(f"{above}\ntcp 0 0 *:1 *:* LISTEN\n")
    assert capture.sockets[-1].line == 2


def test_a_header_that_a_program_name_forges_begins_no_table() -> None:
    capture = parse(f"{_OWNED}Proto Recv-Q Send-Q L x\n{_OWNED}")
    (remark,) = capture.diagnostics
    assert str(remark) == (
        "line 2, column 1: info: no part of a netstat table\n    Proto Recv-Q Send-Q L x\n    ^"
    )
    assert [socket.snapshot for socket in capture.sockets] == [0, 0]


def test_a_header_too_far_below_a_name_begins_a_table() -> None:
    capture = parse(f"{_OWNED}{'-' * 20}\nProto Recv-Q Send-Q L x\n{_OWNED}")
    assert capture.diagnostics == ()
    assert [socket.snapshot for socket in capture.sockets] == [0, 1]


def test_a_piece_of_a_joined_line_that_is_no_row_is_left_out() -> None:
    capture = parse(f"{_ROW}tcp 0 0 192.0.2.1:22 0.0.0.0:* LISTEN -<br>udp is next\n")
    assert [socket.line for socket in capture.sockets] == [1, 2]
    assert [remark.code for remark in capture.diagnostics] == ["repaired"]


@pytest.mark.parametrize(
    ("row", "code", "column", "message"),
    [
        (
            "tcp 0 0 192.0.2:22 0.0.0.0:* LISTEN -",
            "garbled-address",
            9,
            "an address of the row is none; only its port is used",
        ),
        (
            "tcp 0 0 192.0.2.1:22 x/y:5 ESTABLISHED -",
            "garbled-address",
            22,
            "an address of the row is none; only its port is used",
        ),
        (
            "tcp 0 0 192.0.2.1:22 0.0.0.0:* LISTEN <- mine",
            "note",
            38,
            "what stands behind the row was left out",
        ),
        (
            "tcp 0 0 192.0.2.1:22 0.0.0.0:* LIST",
            "cut-row",
            36,
            "the row is cut in its state",
        ),
        (
            "tcp 0 0 192.0.2.1:22 0.0.0.0:*",
            "cut-row",
            31,
            "the row is cut before its state",
        ),
        (
            "tcp 0 0 192.0.2.1:22 0.0.0.0:* ASLEEP -",
            "unknown-state",
            1,
            "no known netstat prints the state ASLEEP (first here)",
        ),
        (
            "tcp 0 0 localhost: domain *:* LISTEN -",
            "repaired",
            1,
            "1 row was read after taking markup or inner blanks away (first here)",
        ),
        (
            "tcp6 0 0 fe80::1234:5678:9a:5005 :::* LISTEN -",
            "truncated-address",
            1,
            (
                "netstat may have cut addresses to fit their column (first here); they are not used"
                " - capture again with netstat -W"
            ),
        ),
    ],
)
def test_a_row_that_was_read_with_a_doubt(row: str, code: str, column: int, message: str) -> None:
    capture = parse(f"{_ROW}{row}\n{_ROW}")
    (remark,) = capture.diagnostics
    assert remark.code == code
    assert str(remark) == (
        f"line 2, column {column}: warning: {message}\n    {row}\n    {' ' * (column - 1)}^"
    )
    assert [socket.line for socket in capture.sockets] == [1, 2, 3]


def test_a_row_whose_end_does_not_follow_a_remark() -> None:
    row = "udp        0      0 0.0.0.0:68   warning, got bogus unix line."
    capture = parse(f"{_ROW}{row}\n{_ROW}")
    assert [str(remark) for remark in capture.diagnostics] == [
        (
            "line 2, column 34: error: a remark of netstat interrupts this row and its rest does"
            f" not follow\n    {row}\n    {' ' * 33}^"
        )
    ]


def test_a_header_that_the_edge_of_a_screen_cut() -> None:
    header = "Proto Recv-Q Send-Q Local Address           Foreign Addre"
    (remark,) = parse(f"{header}\n").diagnostics
    assert str(remark) == (
        "line 1, column 1: warning: the edge of a screen cut this table: what stood to the right is"
        f" missing, and program names may be cut short\n    {header}\n    ^"
    )


def test_a_capture_that_could_not_see_every_program() -> None:
    line = "(Not all processes could be identified, non-owned process info"
    rest = " will not be shown, you would have to be root to see it all.)"
    capture = parse(f"{line}\n{rest}\n{_ROW}")
    assert [str(remark) for remark in capture.diagnostics] == [
        (
            "line 1, column 1: info: netstat could not see every program; capture as root to see"
            f" them\n    {line}\n    ^"
        )
    ]
    assert capture.line_roles[:2] == (LineRole.STRUCTURE, LineRole.STRUCTURE)


def test_what_nobody_claims_is_no_part_of_a_table() -> None:
    capture = parse(f"Good morning\n{_ROW}\n")
    assert [str(remark) for remark in capture.diagnostics] == [
        "line 1, column 1: info: no part of a netstat table\n    Good morning\n    ^"
    ]
    assert capture.line_roles == (LineRole.DIAGNOSTIC, LineRole.RECORD, LineRole.BLANK)


def test_rows_that_a_page_joined_are_read_each_for_itself() -> None:
    row = "tcp 0 0 192.0.2.1:{} 0.0.0.0:* LISTEN -"
    line = f"{row.format(22)}<br>tcp 0 0 oops<br>{row.format(23)}<br>rubbish"
    capture = parse(f"{_ROW}{line}\n<b>{row.format(24)}</b>\n")
    assert [(socket.line, socket.local.port) for socket in capture.sockets] == [
        (1, 22), (2, 22), (2, 23), (3, 24),
    ]  # fmt: skip
    assert [str(remark).partition("\n")[0] for remark in capture.diagnostics] == [
        "line 2, column 1: error: expected the local address:port",
        (
            "line 2, column 1: warning: 2 rows were read after taking markup or inner blanks away"
            " (first here)"
        ),
    ]


def test_no_message_holds_a_control_character() -> None:
    capture = parse(
        "tcp 0 0 0.0.0.0:22 0.0.0.0:* L\0ISTEN 7/x\ntcp 0 0 0.0.0.0:23 0.0.0.0:* LISTEN -\n"
    )
    assert [each.message for each in capture.diagnostics] == [
        "no known netstat prints the state L\\x00ISTEN (first here)"
    ]
