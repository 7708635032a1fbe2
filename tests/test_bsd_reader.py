"""BSD tables as they reach a paste: cut, glued, damaged, dressed up, and mixed with others."""

import re
from ipaddress import IPv4Address

import pytest
from effort import examples
from hypothesis import given, settings
from hypothesis import strategies as st
from printers_bsd import LAYOUTS, UNIX_TITLES, End, Row, Unix, line, table, unix_line

from netstat_fw import UnrecognizedCapture, parse
from netstat_fw.records import Dialect, Endpoint, LineRole, Process, Protocol, State, UnixType

ANY = End("*", "*")
NEWEST = LAYOUTS["macos 15 -anv"]
LISTENER = Row("tcp4", End("192.0.2.1", "22"), ANY, "LISTEN", pid=77, name="sshd")
DATAGRAM = Row("udp4", End("192.0.2.1", "123"), ANY, pid=78, name="ntpd")
LINUX = "tcp        0      0 192.0.2.7:22            0.0.0.0:*               LISTEN      416/sshd\n"
TITLE = "Active Internet connections\n"
BSD = "tcp4       0      0 192.0.2.1.22           *.*                    LISTEN\n"


def errors(text: str) -> list[str]:
    return [str(one) for one in parse(f"{BSD}{text}").errors]


def test_an_address_without_port_is_refused() -> None:
    row = "tcp4       0      0 192.0.2.1              *.*                    LISTEN"
    (one,) = errors(row)
    assert one == (
        "line 2, column 21: error: the local address is no IP address, name and port\n"
        f"    {row}\n"
        "                        ^"
    )


@pytest.mark.parametrize(
    ("row", "caret", "message"),
    [
        ("tcp4 0 0 oops *.* LISTEN", "oops", "expected the local address.port"),
        ("tcp4 0 0 192.0.2.1.22 oops LISTEN", "oops", "expected the foreign address.port"),
        ("tcp4 x 0 192.0.2.1.22 *.* LISTEN", "x", "expected Recv-Q, a number"),
        ("tcp4 0 y 192.0.2.1.22 *.* LISTEN", "y", "expected Send-Q, a number"),
        (
            "udp4 0 0 192.0.2.1.65536 *.*",
            "192",
            "the local address is no IP address, name and port",
        ),
        (
            "udp4 0 0 *.22 1.2.3.4.5.6.7",
            "1.2",
            "the foreign address is no IP address, name and port",
        ),
        ("udp4 0 0 192.0.2.1.22 *.* LISTEN", "LISTEN", "only TCP has a state"),
        ("udp4 0 0 3 *.22 *.*", "3", "only TCP has three numbers before its addresses"),
        ("tcp4 192.0.2.1.22 *.* LISTEN", "192", "expected Recv-Q, a number"),
        (
            "tcp4 0 0 192.0.2.1.22 *.* listening now",
            "listening",
            "expected a state such as LISTEN, then the columns that the header names",
        ),
        (
            "tcp4 0 0 192.0.2.1.22 *.* LISTEN 12 x",
            "LISTEN",
            "expected a state such as LISTEN, then the columns that the header names",
        ),
        (
            "tcp4 0 0 192.0.2.1.22 *.* 12 13",
            "12",
            "expected a state such as LISTEN, then the columns that the header names",
        ),
        ("fffff80003ab6100 stream 0 0 0 0", "", "expected Refs, a kernel address"),
        ("fffff80003ab6100 stream 0 z 0 0 0 0", "z", "expected Send-Q, a number"),
        ("fffff80003df43d0 tcp4 0 0 oops *.* LISTEN", "oops", "expected the local address.port"),
        (
            "sctp4 1to1 192.0.2.1.22 LISTEN",
            "sctp4",
            "rows of SCTP associations are not read from this system's netstat",
        ),
        ("icm6 0 0", "", "expected the local address.port"),
        ("tcp6 0 0 fe80::1.2 oops LISTEN", "oops", "expected the foreign address.port"),
    ],
)
def test_a_damaged_row_says_where_and_what(row: str, caret: str, message: str) -> None:
    (one,) = errors(row)
    at = row.index(caret) if caret else len(row)
    assert one == f"line 2, column {at + 1}: error: {message}\n    {row}\n    {' ' * at}^"


def test_a_damaged_row_costs_no_other() -> None:
    capture = parse(BSD + "tcp4 0 0 oops\n" + BSD)
    assert [one.line for one in capture.sockets] == [1, 3]
    assert [role.value for role in capture.line_roles] == ["record", "diagnostic", "record"]


def test_a_line_too_long_for_a_row_is_not_shown_to_the_grammar() -> None:
    (one,) = parse(BSD + "tcp4 0 0 " + "x" * 20_000).errors
    assert one.message == "the line is too long for a row: 20,009 characters"


def test_a_row_of_linux_is_explained_as_such() -> None:
    (one,) = parse("tcp 0 0 oops\n" + LINUX).errors
    assert one.message == "expected the local address:port"
    (one,) = parse(BSD + "tcp 0 0 oops\n").errors
    assert one.message == "expected the local address.port"


@pytest.mark.parametrize(
    ("row", "state", "remote", "message"),
    [
        ("tcp4 0 0 192.0.2.1.22 *.* LIST", State.LISTEN, Endpoint(), "in its state"),
        ("tcp4 0 0 192.0.2.1.22 *.*", None, Endpoint(), "before its state"),
        (
            "tcp4 0 0 192.0.2.1.22 198.51.100.7.42",
            None,
            Endpoint(host="198.51.100.7.42", truncated=True),
            "before its state",
        ),
        (
            "tcp4 0 0 192.0.2.1.22 198.51.100.7.4242 ESTAB",
            State.ESTABLISHED,
            Endpoint(IPv4Address("198.51.100.7"), 4242),
            "in its state",
        ),
        (
            "tcp4 0 0 192.0.2.1.22 *.* LISTEN 131072 131072 97",
            State.LISTEN,
            Endpoint(),
            "in the columns behind its state",
        ),
        (
            "tcp4 0 0 192.0.2.1.22 *.* LISTEN 0 0 131072 131072 Come",
            State.LISTEN,
            Endpoint(),
            "in the columns behind its state",
        ),
    ],
)
def test_a_row_that_a_screen_cut_is_read_with_a_warning(
    row: str, state: State | None, remote: Endpoint, message: str
) -> None:
    capture = parse(row)
    (one,) = capture.sockets
    assert (one.state, one.remote, one.process) == (state, remote, None)
    (remark,) = capture.diagnostics
    assert (remark.code, remark.message) == ("cut-row", f"the row is cut {message}")
    assert remark.column == len(row) + 1
    assert capture.line_roles == (LineRole.RECORD,)


def test_what_a_screen_cut_stays_cut_in_a_wide_table() -> None:
    cut = "tcp4 0 0 sixteen-letters1.22 sixteen-letters2.5\n"
    capture = parse(f"{cut}tcp4 0 0 very-long-name.example.net.22 *.* LISTEN\n")
    assert capture.sockets[0].remote == Endpoint(host="sixteen-letters2.5", truncated=True)


def test_an_unknown_state_is_kept() -> None:
    (one,) = parse("tcp4 0 0 192.0.2.1.22 *.* MELTED").sockets
    assert (one.state, one.state_text) == (State.UNKNOWN, "MELTED")
    (one,) = parse("tcp4 0 0 192.0.2.1.22 *.* FIN_WAIT_1*").sockets
    assert (one.state, one.state_text) == (State.FIN_WAIT_1, "FIN_WAIT_1")


def test_remarks_of_netstat_are_structure() -> None:
    text = (
        "Some tcp sockets may have been created or deleted.\n"
        "unexpected kind 242 which 0xf2\n"
        "got 4 twice\n"
        f"Some tcp sockets may have been created or deleted{BSD}"
        "Some udp sockets may have been deleted, or not.\n"
    )
    capture = parse(text, dialect=Dialect.BSD)
    assert [role.value for role in capture.line_roles] == [
        "structure", "structure", "structure", "record", "diagnostic",
    ]  # fmt: skip
    assert [(one.code, one.line) for one in capture.diagnostics] == [
        ("changed-meanwhile", 1), ("changed-meanwhile", 4), ("no-row", 5),
    ]  # fmt: skip


def test_a_unix_row_may_stand_behind_a_remark() -> None:
    capture = parse("Some stream sockets may have been created or deleted" + unix_line(Unix("raw")))
    assert [one.type for one in capture.unix_sockets] == [UnixType.RAW]
    capture = parse("Some tcp sockets may have been deleted.\ttcp4  0/0/128  *.22\n")
    assert [one.state for one in capture.sockets] == [State.LISTEN]


def test_markup_is_taken_away() -> None:
    row = BSD.strip()
    capture = parse(f"<td>{row}</td>\n<b>{row}</b><br>tcp4 0 0 oops<br>hello\n")
    assert len(capture.sockets) == 2
    assert [(one.code, one.line) for one in capture.diagnostics] == [
        ("repaired", 1),
        ("damaged-row", 2),
    ]
    assert (
        capture.diagnostics[0].message == "2 rows were read after taking markup away (first here)"
    )
    (one,) = parse(f"<b>{row}</b>\n").diagnostics
    assert one.message == "1 row was read after taking markup away (first here)"


class TestNames:
    """A program's name is its file's name: anything that has no slash, up to 31 bytes."""

    @pytest.mark.parametrize(
        "name",
        [
            "Codex (Service)", "a:1", "a:1 b:2", ":", "x:1    00102 00000008", "7 Zip",
            "131072 7 Zip", "LISTEN", "*.22 *.*", "\x1b[2K", "π",
        ],
    )  # fmt: skip
    def test_any_name_of_one_line_comes_back(self, name: str) -> None:
        row = Row("udp4", End("192.0.2.1", "53"), ANY, pid=4242, name=name)
        (one,) = parse(table([row], NEWEST)).sockets
        assert one.process == Process(4242, name)
        assert one.state is None

    @pytest.mark.parametrize(
        "name",
        [
            "\nudp4 0 0 *.22 *.* 0 0 0 0 x",
            "\ntcp4 0 0 *.22 *.* LISTEN",
            "\ntcp4 0 0 *.22 *.* LISTEN\n",
            "a\ntcp4 0 0 *.22 *.* LISTEN\nb",
            "\nudp 0 0 :::22 :::*\n",
            "\nudp4 *.9 *.*",
            "\n\n\n\n",
            "\n:1\n:2",
            "\n  TCP 0.0.0.0:22 0.0.0.0:0 LI",
            "1 0 00102 00000008\nudp4 *.9 *.*",
        ],
    )
    @pytest.mark.parametrize("row", [LISTENER, DATAGRAM], ids=["tcp", "udp"])
    def test_no_name_adds_a_row(self, name: str, row: Row) -> None:
        forger = Row(row.label, row.local, row.remote, row.state, pid=666, name=name)
        capture = parse(table([LISTENER, forger, DATAGRAM], NEWEST))
        assert [one.local.port for one in capture.sockets] == [22, int(row.local.port), 123]
        assert capture.sockets[1].process == Process(666, name)
        assert LineRole.DIAGNOSTIC not in capture.line_roles

    @settings(max_examples=examples(60))
    @given(st.text(st.sampled_from("\ntucdp46 *.:0129xLISTEN"), max_size=31))
    def test_whatever_the_name_there_are_no_more_rows(self, name: str) -> None:
        forger = Row("udp4", End("192.0.2.1", "53"), ANY, pid=666, name=name)
        capture = parse(table([LISTENER, forger, DATAGRAM], NEWEST))
        assert [one.local.port for one in capture.sockets] == [22, 53, 123]

    def test_the_rest_of_a_name_alone_is_no_row(self) -> None:
        text = line(Row("udp4", ANY, ANY, pid=6, name="\nudp4 0 0 *.22 *.* 0 0 0 0 x"), NEWEST)
        rest = text.partition("\n")[2]
        capture = parse(f"{table([LISTENER], NEWEST)}{rest}\n")
        assert len(capture.sockets) == 1
        (one,) = capture.errors
        assert one.message == "too short for a row: this is the rest of a program name"

    def test_rows_that_a_screen_cut_in_the_name_stay_apart(self) -> None:
        rows = [line(row, NEWEST) for row in (LISTENER, DATAGRAM)]
        cut = [row[: row.index(row.split(":")[0][-4:] + ":") + 2] for row in rows]
        capture = parse(f"{cut[0]}\n{rows[1]}\n{cut[1]}\n{cut[0]}\n")
        assert [one.local.port for one in capture.sockets] == [22, 123, 123, 22]
        assert [one.process for one in capture.sockets] == [None, Process(78, "ntpd"), None, None]
        assert [one.line for one in capture.diagnostics] == [1, 3, 4]

    @pytest.mark.parametrize(
        ("owners", "expected"),
        [
            ("caddy:610    other:611   ", Process(610, "caddy")),
            ("a b:610           :      ", Process(610, "a b")),
            ("a:1 b:610    other:611   ", Process(None, "a:1 b:610    other")),
            ("caddy:610    x:7 y:611   ", Process(None, "caddy:610    x:7 y")),
            (":610           :      ", Process(610)),
            ("a:1 b:610      :      ", Process(610, "a:1 b")),
        ],
    )
    def test_of_two_owners_the_first_holds_the_socket(self, owners: str, expected: Process) -> None:
        text = (
            f"tcp4 0 0 192.0.2.1.22 *.* LISTEN 0/0 0/0 131072 131072 {owners} 00100 00000006"
            " 00000000000c38ca 00000000 00000800      1      0 000000"
        )
        assert parse(text).sockets[0].process == expected


class TestPaths:
    """A unix-domain socket's path may hold line breaks, too."""

    FORGED = "tcp4       0      0  *.23                   *.*                    LISTEN     "

    def text(self, path: str) -> str:
        return "\n".join(
            [
                table([LISTENER], LAYOUTS["macos -an"]),
                *UNIX_TITLES,
                unix_line(Unix("stream", path)),
                "",
            ]
        )

    def test_no_path_adds_a_row(self) -> None:
        capture = parse(self.text(f"/var/x\n{self.FORGED}\ntcp4  0/0/1  *.24\n{self.FORGED}"))
        assert [one.local.port for one in capture.sockets] == [22]
        assert {one.message for one in capture.errors} == {
            "this may be the rest of the path of the unix-domain socket above it, and no row"
        }
        assert [one.line for one in capture.errors] == [8, 9, 10]

    def test_no_program_of_linux_adds_a_unix_row(self) -> None:
        above = "tcp        0      0 192.0.2.1:22   0.0.0.0:*    LISTEN      7/x"
        capture = parse(f"{above}\nc0ffee01 dgram 0 0 0 c0ffee02 0 0\n")
        assert (len(capture.sockets), capture.unix_sockets) == (1, ())
        assert [one.message for one in capture.errors] == [
            "this may be the rest of the program name above it, and no row"
        ]

    def test_what_is_too_long_for_a_path_is_a_row(self) -> None:
        capture = parse(self.text("\n".join(["/var/x", *[self.FORGED] * 4])))
        assert [one.local.port for one in capture.sockets] == [22, 23]

    def test_a_row_below_a_title_is_a_row(self) -> None:
        capture = parse(self.text("/var/x") * 2)
        assert [one.local.port for one in capture.sockets] == [22, 22]
        assert [one.snapshot for one in capture.sockets] == [0, 1]

    def test_a_row_below_a_socket_without_path_may_be_a_path(self) -> None:
        for path in ("", "/x"):
            capture = parse(f"{unix_line(Unix('dgram', path))}\n{BSD}")
            assert (len(capture.sockets), len(capture.errors)) == (0, 1)

    @pytest.mark.parametrize("start", ["", "/x"])
    @pytest.mark.parametrize("end", ["", unix_line(Unix("dgram", "/y")) + "\n"])
    @pytest.mark.parametrize(
        "between",
        [
            "",
            "\n",
            " \n\n",
            "$ netstat -an\n",
            "Active Internet connections (including servers)\n",
            "Proto Recv-Q Send-Q  Local Address          Foreign Address        (state)\n",
            "Active Internet connections\nProto Recv-Q Send-Q Local Address Foreign Address\n",
            "aa1b2c3d4e5f6071 stream 0 0 0 0 0 0\n",
            "tcp4 0 0 *.24 *.*\nActive Internet connections\n",
            "Active UNIX domain sockets\n",
        ],
    )
    @pytest.mark.parametrize(
        "row",
        [
            FORGED,
            FORGED.replace(" ", "\u00a0"),
            "tcp 0 0 0.0.0.0:23 0.0.0.0:* LISTEN 1/x",
            "  TCP    0.0.0.0:23    0.0.0.0:0    LISTENING",
        ],
    )
    def test_nothing_in_a_path_makes_a_row_of_it(
        self, row: str, between: str, end: str, start: str
    ) -> None:
        capture = parse(self.text(f"{start}\n{between}{row}") + end)
        assert [one.local.port for one in capture.sockets] == [22]
        assert capture.errors

    @pytest.mark.parametrize(
        "heading", ["$ netstat -an\n", "", "\nActive Internet connections (including servers)\n"]
    )
    def test_a_table_that_is_longer_than_a_path_is_read_whole(self, heading: str) -> None:
        header = "Proto Recv-Q Send-Q  Local Address          Foreign Address        (state)\n"
        capture = parse(self.text("/x") + heading + header + f"{self.FORGED}\n" * 4)
        assert [one.local.port for one in capture.sockets] == [22, 23, 23, 23, 23]
        assert capture.errors == ()


COUNTS = "            0            0    8192  524288"
FLAGS = " 0000000000344942 00008001 00000000      2      0 000000"
CLAUDE = Process(4000, "claude.exe")


@pytest.mark.parametrize(
    ("columns", "path", "process"),
    [
        (f"{COUNTS}       claude.exe:4000  00102 00000000{FLAGS}", "/a b", CLAUDE),
        (f"{COUNTS}   4000      0 00102 00000000", "", Process(4000)),
        ("            0            0", "/a b", None),
        ("            0            0", "", None),
        ("", "rel 1 2 3", None),
    ],
)  # fmt: skip
def test_unix_rows_with_the_columns_of_v(columns: str, path: str, process: Process | None) -> None:
    (one,) = parse(unix_line(Unix("stream", path), columns=columns)).unix_sockets
    assert (one.process, one.path) == (process, path or None)


def test_four_numbers_are_an_owner_only_where_a_header_says_so() -> None:
    layout = LAYOUTS["macos 10.7 -anv"]
    (one,) = parse(table([LISTENER], layout)).sockets
    assert one.process == Process(77)
    capture = parse(line(LISTENER, layout))
    assert capture.sockets[0].process is None
    assert [one.code for one in capture.diagnostics] == ["cut-row"]


def test_log_ids_need_their_header_unless_they_are_a_dash() -> None:
    row = "tcp4 0 0 192.0.2.1.22 *.* LISTEN {}\n"
    header = "Proto Recv-Q Send-Q Local Address Foreign Address (state) Log ID\n"
    assert len(parse(row.format("-")).sockets) == 1
    assert len(parse(BSD + row.format("web-17")).errors) == 1
    assert len(parse(header + row.format("web-17")).sockets) == 1


class TestWhichDialect:
    def test_tables_of_two_systems_in_one_text(self) -> None:
        wide = "2001:db8:1:22::a5.6167"  # 23 characters with what follows: cut by net-tools?
        rows = f"tcp6 0 0 {wide}1 {wide}2 ESTABLISHED\n"
        for tables in ((LINUX, rows, LINUX), (rows, LINUX, rows)):
            capture = parse(TITLE.join(tables))
            assert [":" in str(one.local.address) for one in capture.sockets] == [
                one is rows for one in tables
            ]
            assert capture.errors == ()

    @pytest.mark.parametrize("port", ["22", "61677", "https", "*"])
    @pytest.mark.parametrize("host", ["fe80::a5", "2001:db8:0:1::a5", "2001:db8:1:2:3:4:5:a"])
    def test_a_row_of_bsd_is_never_one_of_linux(self, host: str, port: str) -> None:
        for label in ("tcp6", "udp6", "tcp", "udp"):
            state = " ESTABLISHED" if label.startswith("tcp") else ""
            row = f"{label} 0 0 {host}.{port} {host}.{port}{state}\n"
            text = f"{LINUX}{TITLE}{row}"
            assert [one.local for one in parse(text).sockets[1:]] == [
                one.local for one in parse(row).sockets
            ]
            assert not parse(text).errors
            with pytest.raises(UnrecognizedCapture):
                parse(row, dialect=Dialect.LINUX)

    def test_a_dialect_can_be_forced(self) -> None:
        with pytest.raises(UnrecognizedCapture):
            parse(LINUX, dialect=Dialect.BSD)
        with pytest.raises(UnrecognizedCapture):
            parse(BSD, dialect=Dialect.LINUX)
        assert parse(LINUX + BSD, dialect=Dialect.BSD).dialect is Dialect.BSD
        assert [one.line for one in parse(LINUX + BSD, dialect=Dialect.BSD).sockets] == [2]

    def test_headers_alone_are_an_empty_capture(self) -> None:
        capture = parse(table([], LAYOUTS["freebsd -An"]), dialect=Dialect.BSD)
        assert capture.dialect is Dialect.BSD
        assert capture.sockets == ()
        assert capture.diagnostics == ()


KERNEL_TABLES = """\
Registered kernel control modules
id       flags    pcbcount rcvbuf   sndbuf   name
       1        9        0   131072   131072 com.example.flow-divert
Active kernel event sockets
Proto Recv-Q Send-Q vendor  class subcla
kevt       0      0      1      6      1
Active kernel control sockets
Proto Recv-Q Send-Q   unit     id name
kctl       0      0      1      8 com.example.netsrc
Active kernel event sockets
             pcb Proto Recv-Q Send-Q vendor  class subcla   rxbytes    txbytes
7fb03cb936ead2bd kevt       0      0      1      1      0         0          0
Active VSock sockets
Proto Type   Recv-Q Send-Q Local Address      Foreign Address    State
"""


def test_kernel_tables_are_structure() -> None:
    capture = parse(BSD + KERNEL_TABLES)
    assert len(capture.sockets) == 1
    assert [role.value for role in capture.line_roles] == ["record"] + ["structure"] * 14
    assert capture.diagnostics == ()
    assert capture.unix_sockets == ()


def test_sctp_associations_are_named_as_unread() -> None:
    text = (
        "Active SCTP associations (including servers)\n"
        "Proto Type  Local Address          Foreign Address        (state)\n"
        "sctp4 1to1  192.0.2.1.5000                                LISTEN\n"
    )
    capture = parse(BSD + text)
    assert [one.line for one in capture.errors] == [4]
    assert [one.value for one in capture.line_roles[1:]] == ["structure", "structure", "diagnostic"]


def test_kernel_tables_do_not_begin_a_snapshot() -> None:
    capture = parse(table([LISTENER], LAYOUTS["macos -an"]) + KERNEL_TABLES + BSD)
    assert [one.snapshot for one in capture.sockets] == [0, 0]


@given(st.text(st.sampled_from("tcp46ud *.:0123/\t\nLISTENfe-()xÿ\x85\u2028"), max_size=300))
@settings(max_examples=examples(150))
def test_every_text_is_read_or_refused_and_every_line_accounted_for(text: str) -> None:
    try:
        capture = parse(text, dialect=Dialect.BSD)
    except UnrecognizedCapture:
        return
    lines = re.split("\n", text.removesuffix("\n"))
    assert capture.line_count == len(lines)
    named = {one.line for one in capture.diagnostics}
    for number, (one, role) in enumerate(zip(lines, capture.line_roles, strict=True), 1):
        assert (role is LineRole.BLANK) == (not one.strip())
        assert role is not LineRole.DIAGNOSTIC or number in named


def test_protocols_of_raw_sockets() -> None:
    text = "".join(
        f"{label} 0 0 *.* *.*\n"
        for label in ("ip 4", "ip66", "rip6", "pim4", "igm4", "div4", "toe4")
    )
    capture = parse(text)
    assert [one.protocol for one in capture.sockets] == [
        Protocol.RAW, Protocol.RAW, Protocol.RAW, Protocol.RAW, Protocol.IGMP, Protocol.DIVERT,
        Protocol.TCP,
    ]  # fmt: skip
    assert [one.code for one in capture.diagnostics] == ["cut-row"]


_OWNED = (
    "udp4       0     37  192.0.2.1.22           *.*                                       13928"
    "         2265  131072  131860     Comet Helper:30684  00102 00000008 0000000000344a58 00000080"
    " 04000900      2      0 000000"
)
_COUNTED = "udp4                       192.0.2.1.22           *.*"


@pytest.mark.parametrize(
    "line",
    [
        f"{_OWNED} {_OWNED}",
        " ".join(f"{_OWNED} {_OWNED}".split()),
        _OWNED + _OWNED[:80],
        f"{_OWNED}Active Internet connections (including servers)",
        rf"{_OWNED} C:\>netstat -an",
        f"{_COUNTED} tcp46      3      0      1 2001:db8::1.22         *.*",
    ],
)
def test_a_row_that_lost_its_line_break_is_an_error(line: str) -> None:
    capture = parse(f"{line}\n{_OWNED}")
    (socket,) = capture.sockets
    assert (socket.line, socket.process) == (2, Process(30684, "Comet Helper"))
    assert [(error.line, error.code) for error in capture.errors] == [(1, "damaged-row")]
    assert capture.line_roles == (LineRole.DIAGNOSTIC, LineRole.RECORD)


def test_a_title_behind_a_damaged_row_begins_a_table_nevertheless() -> None:
    title = "Active Internet connections (including servers)"
    row = "tcp4       0      0  192.0.2.1.22           *.*                    LISTEN"
    capture = parse(f"{title}\n{row}{title}\n{row}\n")
    assert [socket.snapshot for socket in capture.sockets] == [1]
    assert [error.line for error in capture.errors] == [2]


@pytest.mark.parametrize("blanks", [" ", "      "])
def test_a_row_below_a_cut_one_is_no_part_of_its_name(blanks: str) -> None:
    cut = "tcp4 0 0 *.22 *.* LISTEN 13928 2265 131072 131860 Com"
    row = "udp4 0 0 *.53 *.* 13928 2265 131072 131860 sshd:9 00102 00000008"
    capture = parse(f"{cut}\n{row}\n".replace(" ", blanks))
    assert [socket.process for socket in capture.sockets] == [None, Process(9, "sshd")]
    assert [remark.code for remark in capture.diagnostics] == ["cut-row"]
