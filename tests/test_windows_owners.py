"""Owner lines of ``netstat -b``: what belongs to the row above, and what only looks like it."""

from __future__ import annotations

import pytest

from netstat_fw.reader import parse
from netstat_fw.records import LineRole, Process

ROW = "  TCP    0.0.0.0:135            0.0.0.0:0              LISTENING       988"
NEXT = "  TCP    192.0.2.1:49152        198.51.100.7:443       ESTABLISHED     1948"
GONE = "  TCP    192.0.2.1:49153        198.51.100.7:443       TIME_WAIT       0"
RECORD, STRUCTURE, DIAGNOSTIC = LineRole.RECORD, LineRole.STRUCTURE, LineRole.DIAGNOSTIC
BLANK = LineRole.BLANK


def owners(*lines: str) -> list[Process | None]:
    return [socket.process for socket in parse("\n".join(lines)).sockets]


def roles(*lines: str) -> list[LineRole]:
    return list(parse("\n".join(lines)).line_roles)


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([" [sshd.exe]"], Process(988, "sshd.exe")),
        (["  RpcSs", " [svchost.exe]"], Process(988, "svchost.exe", "RpcSs")),
        (["RpcSs", "[svchost.exe]"], Process(988, "svchost.exe", "RpcSs")),
        (["      RpcSs ", "     [svchost.exe]  "], Process(988, "svchost.exe", "RpcSs")),
        (["> RpcSs", "> [svchost.exe]"], Process(988, "svchost.exe", "RpcSs")),
        (["", "  RpcSs", "", " [svchost.exe]"], Process(988, "svchost.exe", "RpcSs")),
        (["  RpcSs", "-- More  --", " [svchost.exe]"], Process(988, "svchost.exe", "RpcSs")),
        (["-- More (50%) --", "  RpcSs", " [svchost.exe]"], Process(988, "svchost.exe", "RpcSs")),
        (["  CDPSvc", "", "-- More --"], Process(988, None, "CDPSvc")),
        (["  CDPSvc"], Process(988, None, "CDPSvc")),
        ([" [NVIDIA Web Helper.exe]"], Process(988, "NVIDIA Web Helper.exe")),
        ([" [System]"], Process(988, "System")),
        ([" [[a]b.exe]]"], Process(988, "[a]b.exe]")),
        ([' [\'; drop "table" && x.exe]'], Process(988, '\'; drop "table" && x.exe')),
        ([" Can not obtain ownership information"], Process(988)),
        (
            [
                r"  c:\windows\system32\WS2_32.dll",
                "  mswsock.dll",
                "  -- unknown component(s) --",
                "  [svchost.exe]",
                "",
            ],
            Process(
                988,
                "svchost.exe",
                None,
                (r"c:\windows\system32\WS2_32.dll", "mswsock.dll", "-- unknown component(s) --"),
            ),
        ),
    ],
)
def test_owner_lines_belong_to_the_row_above(lines: list[str], expected: Process) -> None:
    assert owners(ROW, *lines, NEXT) == [expected, Process(1948)]
    assert not parse("\n".join([ROW, *lines, NEXT])).diagnostics
    # The second such group takes the short way.
    assert owners(ROW, *lines, ROW, *lines, ROW, *lines) == [expected] * 3


@pytest.mark.parametrize(
    "sentence",
    [
        "Can not obtain ownership information",
        "Impossible d’obtenir les informations de propriétaire",  # noqa: RUF001 - so printed
        "Impossible d?obtenir les informations de propri\ufffdtaire",
        "No se puede obtener informaci¢n de propiedad",
        "Es konnten keine Besitzerinformationen abgerufen werden.",
        "无法获取所有权信息",
        "無法取得擁有權資訊",
    ],
)
def test_nobody_is_an_owner_in_every_known_language(sentence: str) -> None:
    capture = parse(f"{ROW}\n {sentence}\n{NEXT}\n")
    assert [socket.process for socket in capture.sockets] == [Process(988), Process(1948)]
    assert capture.line_roles == (RECORD, RECORD, RECORD)


@pytest.mark.parametrize(
    "sentence",
    ["Ní féidir eolas a fháil", "\u2560Ъ@э\u2560[Я\u2560э\u2560Ъ\u2560", "Tiada maklumat pemilik."],
)
def test_nobody_in_an_unknown_language_is_told_by_its_place(sentence: str) -> None:
    below_two_rows = roles(ROW.strip(), sentence, NEXT.strip(), sentence)
    assert below_two_rows == [RECORD] * 4
    assert roles(ROW, f" {sentence}", NEXT) == [RECORD] * 3
    assert roles(ROW, f"    {sentence}", NEXT) == [RECORD, DIAGNOSTIC, RECORD]
    assert roles(ROW, "", f" {sentence}", NEXT) == [RECORD, BLANK, DIAGNOSTIC, RECORD]
    assert owners(ROW, f" {sentence}", NEXT) == [Process(988), Process(1948)]


@pytest.mark.parametrize(
    "line",
    [
        "[...]",
        " [...]",
        " ...",
        "[…]",
        "Active Connections",
        "  Proto  Local Address          Foreign Address        State           PID",
        "C:\\>netstat -abno",
        "PS C:\\Windows\\system32> netstat -abno",
        "^C",
        "Connexions actives",
        "x: Windows Sockets initialization failed: 5",
    ],
)
def test_what_only_looks_like_an_owner_is_structure(line: str) -> None:
    assert owners(ROW, line, NEXT) == [Process(988), Process(1948)]
    assert roles(ROW, line, NEXT) == [RECORD, STRUCTURE, RECORD]
    # Nothing below it can belong to the row: lines may be missing.
    assert owners(ROW, line, " [late.exe]") == [Process(988)]


@pytest.mark.parametrize(
    "line",
    [
        "exit",
        "Here I stopped the capture",
        "[::]:8000",
        "[12:30:45]",
        "[fe80::1%4]",
        "Bonjour Service",
        "two/parts",
        "12345",
        " [esc\x1b[2J.exe]",
        "a" * 700,
    ],
)
def test_prose_is_no_owner(line: str) -> None:
    assert owners(ROW, line, NEXT) == [Process(988), Process(1948)]
    assert roles(ROW, line, NEXT) == [RECORD, DIAGNOSTIC, RECORD]


@pytest.mark.parametrize("gap", [["", ""], ["some prose", ""], ["prose", "more prose"]])
def test_one_word_far_from_a_row_is_no_service(gap: list[str]) -> None:
    assert owners(ROW, *gap, "RpcSs", NEXT) == [Process(988), Process(1948)]


def test_an_owner_far_below_blank_lines_is_not_the_rows() -> None:
    assert owners(ROW, *[""] * 6, " [a.exe]") == [Process(988, "a.exe")]
    assert owners(ROW, *[""] * 7, " [a.exe]") == [Process(988)]


def test_a_remark_between_row_and_executable_costs_neither() -> None:
    lines = (ROW, "Bonjour Service", " [mDNSResponder.exe]", NEXT)
    assert owners(*lines) == [Process(988, "mDNSResponder.exe"), Process(1948)]
    assert roles(*lines) == [RECORD, DIAGNOSTIC, RECORD, RECORD]


def test_one_word_below_a_row_is_a_service_where_owners_have_been_seen() -> None:
    assert owners(ROW.strip(), "[a.exe]", NEXT.strip(), "CDPSvc") == [
        Process(988, "a.exe"),
        Process(1948, None, "CDPSvc"),
    ]
    assert owners(ROW.strip(), "CDPSvc") == [Process(988)]


@pytest.mark.parametrize("gone", [GONE, GONE.removesuffix("0").rstrip()])
def test_a_socket_that_is_nobodys_never_gets_an_owner(gone: str) -> None:
    capture = parse(f"{ROW}\n [a.exe]\n{gone}\n [b.exe]\n{NEXT}\n  CDPSvc\n [svchost.exe]\n")
    nobody = Process(0) if gone is GONE else None
    assert [socket.process for socket in capture.sockets] == [
        Process(988, "a.exe"),
        nobody,
        Process(1948, "svchost.exe", "CDPSvc"),
    ]
    (remark,) = capture.diagnostics
    assert str(remark) == (
        "line 4, column 2: warning: no row above this line can have this owner\n"
        "     [b.exe]\n"
        "     ^"
    )


def test_a_row_has_one_owner() -> None:
    lines = (ROW, " [a.exe]", " [b.exe]", " Can not obtain ownership information")
    assert owners(*lines) == [Process(988, "a.exe")]
    assert roles(*lines) == [RECORD, RECORD, DIAGNOSTIC, DIAGNOSTIC]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["  RpcSs", "  EventLog", " [svchost.exe]"], Process(988, None, "RpcSs")),
        (["  RpcSs", r"  C:\a\b.dll"], Process(988, None, "RpcSs")),
        (["  RpcSs", " Can not obtain ownership information"], Process(988, None, "RpcSs")),
        ([r"  C:\a\b.dll", "  RpcSs"], Process(988, None, None, (r"C:\a\b.dll",))),
    ],
)
def test_lines_that_contradict_each_other_are_not_mixed(
    lines: list[str], expected: Process
) -> None:
    assert owners(ROW, *lines) == [expected]
    assert DIAGNOSTIC in roles(ROW, *lines)


@pytest.mark.parametrize(
    ("joined", "below", "expected"),
    [
        ("   RpcSs [svchost.exe]", [], Process(988, "svchost.exe", "RpcSs")),
        (" [svchost.exe]", [], Process(988, "svchost.exe")),
        (" Can not obtain ownership information", [], Process(988)),
        ("  CDPSvc", [" [svchost.exe]"], Process(988, "svchost.exe", "CDPSvc")),
        ("  CDPSvc", [], Process(988, None, "CDPSvc")),
    ],
)
def test_an_owner_that_an_editor_joined_onto_its_row(
    joined: str, below: list[str], expected: Process
) -> None:
    lines = [ROW + joined, *below]
    assert owners(*lines, *lines, NEXT) == [expected, expected, Process(1948)]


def test_an_owner_line_in_a_linux_table_is_prose() -> None:
    text = "tcp  0  0 192.0.2.1:22  0.0.0.0:*  LISTEN  416/sshd\n [a.exe]\n"
    capture = parse(text)
    assert [remark.code for remark in capture.diagnostics] == ["no-row"]


def test_the_owners_of_a_damaged_row_go_to_nobody() -> None:
    damaged = ROW.replace("0.0.0.0:135", "0.0.0.0:99135")
    lines = (NEXT, damaged, "  RpcSs", " [svchost.exe]", ROW)
    assert owners(*lines) == [Process(1948), Process(988)]
    assert roles(*lines) == [RECORD, DIAGNOSTIC, DIAGNOSTIC, DIAGNOSTIC, RECORD]


def test_a_line_that_holds_an_owner_and_a_row_is_read_as_often_as_it_stands_there() -> None:
    joined = " [chrome.exe]<br>  UDP    0.0.0.0:5353           *:*                    988"
    assert owners(ROW, joined, ROW, joined) == [Process(988, "chrome.exe"), Process(988)] * 2


def test_owners_on_the_line_of_their_row() -> None:
    line = f"{ROW}<br>  RpcSs<br> [svchost.exe]<br>{NEXT}<br> [sshd.exe]<br>"
    expected = [Process(988, "svchost.exe", "RpcSs"), Process(1948, "sshd.exe")]
    assert owners(line) == expected
    assert owners(line, line) == expected * 2


@pytest.mark.parametrize("blank", [" ", "   ", "\t"])
def test_a_lost_line_break_costs_no_row_and_no_owner(blank: str) -> None:
    peer = "  UDP    [::1]:443              [2001:db8::7]:443"
    assert parse(f"{peer}{blank}{ROW.strip()}").sockets == parse(f"{peer}\n{ROW}").sockets
    assert owners(ROW + blank + NEXT, " [a.exe]") == [Process(988), Process(1948, "a.exe")]
    assert owners(ROW, f" [a.exe]{blank}{NEXT}") == [Process(988, "a.exe"), Process(1948)]


def test_a_damaged_row_behind_a_lost_line_break_is_an_error() -> None:
    capture = parse(f"{ROW}\n{NEXT}  {ROW.replace(':135', ':99999')}")
    assert len(capture.sockets) == 2
    assert [(error.line, error.code) for error in capture.errors] == [(2, "damaged-row")]


def test_a_row_in_the_middle_of_prose_is_none() -> None:
    capture = parse(f"{ROW}\nIn my log I saw that there was a row {NEXT.strip()}")
    assert len(capture.sockets) == 1
    assert [remark.code for remark in capture.diagnostics] == ["no-row"]


def test_a_stack_of_components_has_an_end() -> None:
    lines = [f"  a{number}.dll" for number in range(201)]
    process = Process(988, components=tuple(line.strip() for line in lines[:200]))
    assert owners(ROW, *lines, "  [a.exe]", NEXT) == [process, Process(1948)]
    assert roles(ROW, *lines)[-1] is DIAGNOSTIC


@pytest.mark.parametrize("name", ["SQL Server (SALES)", "Update Service 2.0", "R&D", "a/b c_d"])
def test_a_service_with_blanks_and_signs_does_not_cost_the_executable(name: str) -> None:
    assert owners(ROW, f"  {name}", " [sqlservr.exe]") == [Process(988, "sqlservr.exe")]
    assert roles(ROW, f"  {name}", " [sqlservr.exe]") == [RECORD, DIAGNOSTIC, RECORD]


@pytest.mark.parametrize("line", ["  TCPv6  [::]:80  [::]:0  LISTENING  4", "  ...", " (left out)"])
def test_what_may_be_a_row_left_out_does_cost_the_executable(line: str) -> None:
    assert owners(ROW, line, " [sqlservr.exe]") == [Process(988)]
