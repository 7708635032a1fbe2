"""Rows that a terminal wrapped, a screen cut or a remark interrupted; unix rows of each tool."""

from __future__ import annotations

import pytest

from netstat_fw import parse
from netstat_fw.records import (
    Capture,
    Endpoint,
    LineRole,
    Process,
    State,
    UnixSocket,
    UnixState,
    UnixType,
)

_HEADER = "Proto Recv-Q Send-Q Local Address           Foreign Address         State       "
_UNIX = "Proto RefCnt Flags       Type       State         I-Node   "
_ROW = "tcp        0      0 192.0.2.2:60474         198.51.100.22:22        ESTABLISHED "
_REMARK = "warning, got bogus unix line."


def codes(capture: Capture) -> list[str]:
    return [remark.code for remark in capture.diagnostics]


class TestWrapped:
    @pytest.mark.parametrize("first", [_ROW, _ROW.rstrip()], ids=["full", "stripped"])
    @pytest.mark.parametrize("header", ["", f"{_HEADER}\nPID/Program name    \n"])
    def test_an_owner_on_a_line_of_its_own(self, header: str, first: str) -> None:
        capture = parse(f"{header}{first}\n1547/ssh            \n")
        (socket,) = capture.sockets
        assert (socket.state, socket.process) == (State.ESTABLISHED, Process(1547, "ssh"))
        assert capture.diagnostics == ()
        assert capture.line_roles[-2:] == (LineRole.RECORD, LineRole.RECORD)

    def test_a_row_may_need_more_than_two_lines(self) -> None:
        name = f"{'a' * 53}.example"
        row = f"tcp        0      0 {name}:40000 {name}:https ESTABLISHED 1547/ssh"
        pieces = [row[:80], row[80:160], row[160:]]
        assert "ESTA" in pieces[1]
        assert "BLISHED" in pieces[2]
        capture = parse("\n".join([_HEADER, "PID/Program name    ", *pieces]))
        (socket,) = capture.sockets
        assert (socket.remote.host, socket.state) == (name, State.ESTABLISHED)
        assert socket.process == Process(1547, "ssh")
        assert capture.diagnostics == ()
        assert capture.line_roles[-3:] == (LineRole.RECORD,) * 3

    def test_where_the_header_fits_the_screen_nothing_is_wrapped(self) -> None:
        capture = parse(f"{_HEADER}\n{_ROW}\n1547/ssh\n")
        assert capture.sockets[0].process is None
        assert codes(capture) == ["no-row"]

    @pytest.mark.parametrize(
        "row",
        [
            "tcp4       0      0  192.0.2.1.80           198.51.100.7.99999     ESTABLISHED",
            "fffff80003df43d0 udp4      52      x 192.0.2.1.53       *.*",
            "  TCP    192.0.2.1:135          198.51.100.7:99999     LISTENING       988",
            "> TCP",
        ],
    )
    def test_a_damaged_row_below_a_header_as_wide_as_the_screen_is_no_header(
        self, row: str
    ) -> None:
        capture = parse(f"{_HEADER}\n{row}\n")
        assert codes(capture) == ["damaged-row"]
        assert capture.line_roles == (LineRole.STRUCTURE, LineRole.DIAGNOSTIC)

    def test_a_row_with_an_owner_takes_no_second_one(self) -> None:
        capture = parse(f"{_ROW}7/x\n1547/ssh\n")
        assert capture.sockets[0].process == Process(7, "x")
        assert codes(capture) == ["no-row"]

    def test_what_stands_below_a_blank_line_is_no_rest(self) -> None:
        capture = parse(f"{_ROW}\n\n1547/ssh\n")
        assert capture.sockets[0].process is None

    def test_a_line_around_the_rows_is_no_rest(self) -> None:
        capture = parse(f"{_ROW}\n---------\n")
        assert capture.sockets[0].process is None
        assert capture.line_roles == (LineRole.RECORD, LineRole.STRUCTURE)

    def test_a_rest_that_makes_no_row_is_none(self) -> None:
        capture = parse(f"{_HEADER}\nPID/Program name    \n{_ROW}\n???\n")
        assert len(capture.sockets) == 1
        assert "no-row" in codes(capture)

    def test_a_path_on_a_line_of_its_own(self) -> None:
        row = "unix  2      [ ACC ]     STREAM     LISTENING     17677    1480/cupsd           "
        capture = parse(f"{row}\n/run/cups/cups.sock\n")
        (socket,) = capture.unix_sockets
        assert (socket.process, socket.path) == (Process(1480, "cupsd"), "/run/cups/cups.sock")
        assert capture.diagnostics == ()

    def test_a_path_that_goes_on_in_the_next_line(self) -> None:
        row = "unix  2      [ ACC ]     STREAM     LISTENING     17677    -                    "
        assert len(row) == 80
        capture = parse(f"{row[:59]}/run/a/very/long/path\nh.sock\n")
        (socket,) = capture.unix_sockets
        assert len(row[:59] + "/run/a/very/long/path") == 80
        assert socket.path == "/run/a/very/long/pathh.sock"

    def test_a_row_broken_inside_its_state_is_put_together_without_a_word(self) -> None:
        row = f"tcp6       0      0 {'2001:db8::1:443':<25} {'2001:db8::2:5':<25} ESTABLISHED 7/x"
        header = f"{_HEADER}\nPID/Program name    \n"
        capture = parse(f"{header}{row[:80]}\n{row[80:]}\n")
        assert capture.sockets == parse(row).sockets
        assert capture.diagnostics == ()

    def test_a_row_broken_inside_its_address_is_put_together_without_a_word(self) -> None:
        row = f"tcp6       0      0 {'2001:db8::1:443':<50} 2001:db8::2:5 ESTABLISHED 7/x"
        header = f"{_HEADER}\nPID/Program name    \n"
        capture = parse(f"{header}{row[:80]}\n{row[80:]}\n")
        assert capture.sockets == parse(row).sockets
        assert capture.diagnostics == ()

    def test_wide_characters_count_twice(self) -> None:
        row = "unix  2      [ ]         流         CONNECTED     17715    1551/sshd: root     "
        (socket,) = parse(f"{row}\n/run/x\n").unix_sockets
        assert (socket.process, socket.path) == (Process(1551, "sshd: root"), "/run/x")


class TestCut:
    @pytest.mark.parametrize(
        ("remote", "word", "state"),
        [
            ("0.0.0.0:*", "L", State.LISTEN),
            ("198.51.100.1:5", "L", State.LAST_ACK),
            ("198.51.100.1:5", "E", State.ESTABLISHED),
            ("198.51.100.1:5", "SYN", State.UNKNOWN),
            ("0.0.0.0:*", "E", State.UNKNOWN),
            ("0.0.0.0:*", "L>", State.LISTEN),
        ],
    )
    def test_a_state_is_completed_where_one_fits_the_peer(
        self, remote: str, word: str, state: State
    ) -> None:
        capture = parse(f"tcp        0      0 192.0.2.2:22            {remote:<23} {word}\n")
        (socket,) = capture.sockets
        assert (socket.state, socket.state_text) == (state, word.rstrip(">"))
        assert codes(capture) == ["cut-row"]

    @pytest.mark.parametrize("port", ["5", ""])
    def test_an_address_at_the_edge_may_be_cut_itself(self, port: str) -> None:
        capture = parse(f"tcp        0      0 192.0.2.2:22            198.51.100.1:{port}\n")
        assert codes(capture) == ["cut-row"]
        (socket,) = capture.sockets
        assert socket.remote == Endpoint(host="198.51.100.1", truncated=True)
        assert (socket.state, socket.state_text) == (None, None)

    @pytest.mark.parametrize("remote", ["0.0.0.0:*", "0.0.0.0:", ":::*", ":::"])
    def test_a_wildcard_at_the_edge_is_whole(self, remote: str) -> None:
        """So a listener that is cut there stays one."""
        capture = parse(f"tcp6       0      0 {'2001:db8::2:22':<23} {remote}\n")
        assert capture.sockets[0].remote.is_wildcard
        assert capture.sockets[0].state is None

    def test_with_blanks_behind_it_an_address_is_whole(self) -> None:
        capture = parse("tcp        0      0 192.0.2.2:22            198.51.100.1:5        \n")
        assert capture.sockets[0].remote.port == 5

    def test_in_a_marked_table_the_last_column_is_the_mark(self) -> None:
        header = _HEADER[:72] + ">"
        rows = (
            "tcp        0      0 192.0.2.2:22            198.51.100.22:22        EST"[:72] + ">",
            "tcp        0      0 192.0.2.2:22            0.0.0.0:*  LISTEN",
            "udp        0      0 192.0.2.2:53            0.0.0.0:*".ljust(72) + ">",
        )
        capture = parse("\n".join((header, *rows)))
        assert [socket.line for socket in capture.sockets] == [2, 3, 4]
        assert capture.sockets[1].state is State.LISTEN
        assert codes(capture)[0] == "cut-header"

    def test_a_damaged_row_of_a_marked_table_is_reported(self) -> None:
        header = _HEADER[:72] + ">"
        capture = parse(f"{header}\ntcp 0 0 oops\n")
        assert codes(capture) == ["cut-header", "damaged-row"]


class TestInterrupted:
    WHOLE = "udp        0      0 192.0.2.2:68            0.0.0.0:*                           7/x"

    @pytest.mark.parametrize("at", [1, 3, 8, 30, 45, 82])
    def test_the_two_ends_are_put_together(self, at: int) -> None:
        whole = parse(f"{_ROW}-\n{self.WHOLE}\n").sockets
        capture = parse(f"{_ROW}-\n{self.WHOLE[:at]}{_REMARK}\n{self.WHOLE[at:]}\n")
        assert capture.sockets == whole
        assert capture.diagnostics == ()
        assert set(capture.line_roles) == {LineRole.RECORD}

    @pytest.mark.parametrize("margin", ["", "> ", "  "])
    def test_a_remark_on_a_line_of_its_own_is_structure(self, margin: str) -> None:
        capture = parse(f"{_ROW}-\n{margin}{_REMARK}\n{self.WHOLE}\n")
        assert capture.line_roles[1] is LineRole.STRUCTURE
        assert len(capture.sockets) == 2

    @pytest.mark.parametrize("after", ["", "\n", f"{_ROW}-\n", "---------\n", "Good morning\n"])
    def test_a_whole_row_before_the_remark_needs_no_end(self, after: str) -> None:
        capture = parse(f"{_ROW}-\n{self.WHOLE.rstrip('7/x')}- {_REMARK}\n{after}")
        assert capture.errors == ()
        assert capture.sockets[1].line == 2

    @pytest.mark.parametrize("after", ["", "\n", f"{_ROW}-\n", "---------\n", "Good morning\n"])
    def test_half_a_row_without_its_end_is_damaged(self, after: str) -> None:
        capture = parse(f"{_ROW}-\n{self.WHOLE[:30]}{_REMARK}\n{after}")
        (error,) = capture.errors
        assert (error.line, error.column) == (2, 31)
        assert capture.line_roles[1] is LineRole.DIAGNOSTIC

    def test_two_remarks_in_a_row_leave_the_first_row_damaged(self) -> None:
        half = f"{self.WHOLE[:30]}{_REMARK}\n"
        capture = parse(f"{_ROW}-\n{half}{half}{self.WHOLE[30:]}\n")
        assert [error.line for error in capture.errors] == [2]
        assert [socket.line for socket in capture.sockets] == [1, 3]

    def test_what_begins_no_row_is_no_row_before_a_remark(self) -> None:
        capture = parse(f"{_ROW}-\nxyz {_REMARK}\n")
        assert codes(capture) == ["no-row"]

    def test_a_unix_row_can_be_interrupted_too(self) -> None:
        capture = parse(
            f"{_ROW}-\nunix  2      [ ]         STREAM     CONNECTED     17715    {_REMARK}\n"
            "1551/sshd            \n"
        )
        assert [socket.process for socket in capture.unix_sockets] == [Process(1551, "sshd")]


class TestUnix:
    @pytest.mark.parametrize(
        ("header", "row", "expected"),
        [
            (
                "PID/Program name     Path",
                ("unix  2      [ ACC ]     STREAM     LISTENING     17677    "
                "7/a b                /x y"),
                UnixSocket(
                    UnixType.STREAM, UnixState.LISTENING, 2, ("ACC",), 17677,
                    Process(7, "a b"), "/x y",
                ),
            ),
            (
                "PID/Program name     Path",
                ("unix  2      [ ]         DGRAM                    17677    "
                "-                    @/a"),
                UnixSocket(UnixType.DGRAM, UnixState.UNCONNECTED, 2, (), 17677, None, "@/a"),
            ),
            (
                "PID/Program name     Path",
                "unix  2      [ W N ]     SEQPACKET  CONNECTED     17677    7/x",
                UnixSocket(
                    UnixType.SEQPACKET, UnixState.CONNECTED, 2, ("W", "N"), 17677, Process(7, "x")
                ),
            ),
            (
                "PID/Program name    Path",
                "unix  2      [ ACC ]     STREAM     LISTENING      17677 7/x                 /x",
                UnixSocket(
                    UnixType.STREAM, UnixState.LISTENING, 2, ("ACC",), 17677, Process(7, "x"), "/x"
                ),
            ),
            (
                "Path",
                "unix  2      [ ]         STREAM     CONNECTED     17715    7/x",
                UnixSocket(UnixType.STREAM, UnixState.CONNECTED, 2, (), 17715, None, "7/x"),
            ),
            (
                "PID/Program name     Security Context                                  Path",
                ("unix  2      [ ]         STREAM     CONNECTED     17715    7/x                  "
                "system_u:system_r:cupsd_t:s0                      /run/x"),
                UnixSocket(
                    UnixType.STREAM, UnixState.CONNECTED, 2, (), 17715, Process(7, "x"), "/run/x"
                ),
            ),
            (
                "Path",
                "??    3      [ ]         TELEX      HALF OPEN     -",
                UnixSocket(UnixType.UNKNOWN, UnixState.UNKNOWN, 3),
            ),
        ],
        ids=["net-tools", "nobody", "no path", "busybox", "without -p", "-Z", "unknown words"],
    )  # fmt: skip
    def test_a_row_as_a_tool_prints_it(self, header: str, row: str, expected: UnixSocket) -> None:
        capture = parse(f"{_UNIX}{header}\n{row}\n")
        assert capture.unix_sockets == (expected,)
        assert capture.diagnostics == ()

    @pytest.mark.parametrize(
        ("rest", "name", "path"),
        [
            ("7/a b /x y", "a b", "/x y"),
            ("7/a @x", "a", "@x"),
            ("7/a  b", "a", "b"),
            ("7/ab", "ab", None),
            ("7/", None, None),
        ],
    )
    def test_a_retyped_row_is_split_at_the_likeliest_gap(
        self, rest: str, name: str | None, path: str | None
    ) -> None:
        (socket,) = parse(f"unix 2 [ ] STREAM CONNECTED 5 {rest}\n").unix_sockets
        assert (socket.process, socket.path) == (Process(7, name), path)

    def test_a_name_that_is_longer_than_its_column_ends_at_its_gap(self) -> None:
        row = "unix  2      [ ]         STREAM     CONNECTED     17715    7/averylongprogramnam  /x"
        (socket,) = parse(f"{row}\n").unix_sockets
        assert (socket.process, socket.path) == (Process(7, "averylongprogramnam"), "/x")


class TestSections:
    def test_a_title_and_its_header_are_one_beginning(self) -> None:
        title = "Active Internet connections (servers and established)"
        text = f"{title}\n{_HEADER}\n{_ROW}-\n"
        assert [s.snapshot for s in parse(text * 3).sockets] == [0, 1, 2]

    def test_two_kinds_of_sockets_are_one_snapshot(self) -> None:
        unix = "unix  2      [ ]         STREAM     CONNECTED     17715    7/x\n"
        text = f"{_HEADER}\n{_ROW}-\n{_UNIX}Path\n{unix}"
        capture = parse(text * 2)
        assert [s.snapshot for s in capture.sockets] == [0, 1]
        assert [s.snapshot for s in capture.unix_sockets] == [0, 1]

    def test_rows_before_any_header_are_a_section_too(self) -> None:
        assert [s.snapshot for s in parse(f"{_ROW}-\n{_HEADER}\n{_ROW}-\n").sockets] == [0, 1]

    def test_a_table_of_other_sockets_ends_where_ours_begin(self) -> None:
        text = (
            f"{_ROW}-\nActive IPX sockets\n{_HEADER}\nIPX 0 0 1:2 3:4 ESTAB\n"
            f"$ netstat -an\nGood morning\n{_HEADER}\n{_ROW}-\n"
        )
        capture = parse(text)
        assert [socket.snapshot for socket in capture.sockets] == [0, 1]
        assert [remark.source for remark in capture.diagnostics] == ["Good morning"]


@pytest.mark.parametrize("width", [50, 70, 72, 80])
def test_a_header_may_go_on_over_several_lines(width: int) -> None:
    header = (
        "Proto Recv-Q Send-Q Local Address           Foreign Address         State       User"
        "       Inode      PID/Program name     Security Context"
        "                                  Timer"
    )
    row = (
        "tcp        0      0 192.0.2.1:22            0.0.0.0:*               LISTEN      0   "
        "       12345      1/sshd               system_u:system_r:sshd_t:s0-s0:c0.c1023"
        "           off (0.00/0/0)"
    )

    def table(width: int) -> str:
        lines = [line[at : at + width] for line in (header, row) for at in range(0, 170, width)]
        return "\n".join(["Active Internet connections (servers and established)", *lines, ""])

    (whole,) = parse(table(200)).sockets
    assert whole.security_context == "system_u:system_r:sshd_t:s0-s0:c0.c1023"
    assert whole.timer is not None
    wrapped = parse(table(width))
    assert wrapped.sockets == (whole,)
    assert not wrapped.diagnostics
