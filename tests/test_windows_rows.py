"""Rows of netstat.exe: cells, states, columns, and what happens to rows in pastes."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from netstat_fw.diagnostics import Severity
from netstat_fw.errors import CaptureError, UnrecognizedCapture
from netstat_fw.grammar.windows import PORT
from netstat_fw.reader import parse
from netstat_fw.reader.windows_cells import Endpoints
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

TITLE = "\nActive Connections\n\n"
ROW = "  TCP    192.0.2.1:49152        198.51.100.7:443       ESTABLISHED     1948"
ANY = IPv4Address(0)


def only(text: str) -> Socket:
    (socket,) = parse(text).sockets
    return socket


def errors(text: str) -> list[str]:
    return [str(error) for error in parse(text).errors]


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("0.0.0.0:135", Endpoint(ANY, 135)),
        ("[::]:445", Endpoint(IPv6Address(0), 445)),
        ("[fe80::1%24]:1900", Endpoint(IPv6Address("fe80::1"), 1900, "24")),
        ("[::ffff:192.0.2.1]:80", Endpoint(IPv6Address("::ffff:192.0.2.1"), 80)),
        ("HOST:0", Endpoint(host="HOST")),
        ("82:http", Endpoint(host="82", service="http")),
        ("BÜRO-PC:ms-wbt-server", Endpoint(host="BÜRO-PC", service="ms-wbt-server")),
        ("a.b.example.com:8080", Endpoint(None, 8080, host="a.b.example.com")),
        ("*:500", Endpoint(None, 500)),
    ],
)
def test_endpoints_in_every_form(cell: str, expected: Endpoint) -> None:
    assert only(f"  UDP    {cell}   *:*   4").local == expected


@example("0")
@example("00")
@example("080")
@example("65535")
@example("65536")
@example("123456")
@example("")
@example("٣")
@given(st.one_of(st.integers(0, 99_999).map(str), st.text("0123456789*+-.h٣²", max_size=7)))
def test_a_port_is_what_the_grammar_says(text: str) -> None:
    found = PORT.re.match(text)
    endpoint = Endpoints()[f"192.0.2.1:{text}"]
    if found is None or int(found["port"] or 0) > 65535:
        assert endpoint is None
    else:
        port = int(found["port"] or 0) or None
        assert endpoint == Endpoint(IPv4Address("192.0.2.1"), port, service=found["service"])


@pytest.mark.parametrize(
    "cell",
    [
        "192.0.2.1",
        "0.0.0.0:65536",
        "0.0.0.0:080",
        "0.0.0.256:80",
        "[::1:80",
        "::1:80",
        "[192.0.2.1]:80",
        "[fe80::asda:4124]:1900",
        "host:",
        ":80",
        "a,b:80",
        "x" * 700 + ":80",
    ],
)
def test_what_is_no_endpoint_is_an_error_with_its_place(cell: str) -> None:
    capture = parse(f"{TITLE}  UDP    {cell}   *:*   4\n{ROW}\n")
    assert [socket.line for socket in capture.sockets] == [5]
    (error,) = capture.errors
    assert (error.line, error.code) == (4, "damaged-row")
    assert 8 <= error.column <= 11 + len(cell)


@pytest.mark.parametrize(
    ("cell", "family"), [("[::]:0", Family.IPV6), ("0.0.0.0:0", Family.IPV4), ("H:0", Family.IPV4)]
)
def test_the_family_is_that_of_the_brackets(cell: str, family: Family) -> None:
    assert only(f"  TCP    HOST:80    {cell}    LISTENING").family is family


def test_port_zero_is_no_port_and_udp_may_have_a_peer() -> None:
    assert only("  TCP  0.0.0.0:80  0.0.0.0:0  LISTENING").remote == Endpoint(ANY)
    socket = only("  UDP  192.0.2.1:50127  198.51.100.94:443  2112")
    assert (socket.remote.port, socket.state, socket.process) == (443, None, Process(2112))


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("LISTENING", State.LISTEN),
        ("Listening", State.LISTEN),
        ("ABHÖREN", State.LISTEN),
        ("ABH\ufffdREN", State.LISTEN),
        ("ABH™REN", State.LISTEN),
        ("SYN_RECEIVED", State.SYN_RECEIVED),
        ("SYN_RCVD", State.SYN_RECEIVED),
        ("SCHLIESSEN_WARTEN", State.CLOSE_WAIT),
        ("BOUND", State.BOUND),
        ("DELETE_TCB", State.CLOSED),
        ("FIN_WAIT_1", State.FIN_WAIT_1),
    ],
)
def test_states_of_every_language_and_case(word: str, state: State) -> None:
    socket = only(f"  TCP  0.0.0.0:80  0.0.0.0:0  {word}  4")
    assert (socket.state, socket.state_text) == (state, word)
    assert not parse(f"  TCP  0.0.0.0:80  0.0.0.0:0  {word}  4").diagnostics


@pytest.mark.parametrize("peer", ["0.0.0.0:0", "[::]:0", "HOST:0"])
def test_an_unknown_word_with_peer_port_zero_listens_and_is_remarked_once(peer: str) -> None:
    row = f"  TCP    0.0.0.0:80    {peer}    DENGARKAN    4"
    capture = parse(f"{row}\n{row}\n")
    assert [socket.state for socket in capture.sockets] == [State.LISTEN] * 2
    assert {socket.state_text for socket in capture.sockets} == {"DENGARKAN"}
    (remark,) = capture.diagnostics
    assert (remark.code, remark.severity, remark.line) == ("assumed-state", Severity.WARNING, 1)
    assert only(f"<p>{row}</p>").state is State.LISTEN


@pytest.mark.parametrize("peer", ["192.0.2.2:1", "HOST:http"])
def test_an_unknown_word_with_a_peer_stays_unknown(peer: str) -> None:
    socket = only(f"  TCP    192.0.2.1:80    {peer}    DENGARKAN    4")
    assert (socket.state, socket.state_text) == (State.UNKNOWN, "DENGARKAN")


@pytest.mark.parametrize(
    ("rest", "pid"),
    [
        ("ESTABLISHED", None),
        ("ESTABLISHED 4", 4),
        ("ESTABLISHED     InHost      ", None),
        ("ESTABLISHED  4  InHost", 4),
        ("ESTABLISHED  InHost  4", 4),
        ("ESTABLISHED  Not Applicable", None),
        ("ESTABLISHED  4  8675309", 4),
        ("ESTABLISHED  4  46  8675309", 4),
    ],
)
def test_the_process_id_is_the_first_number_behind_the_state(rest: str, pid: int | None) -> None:
    text = f"  TCP  192.0.2.1:5  192.0.2.2:6  {rest}"
    assert only(text).process == (None if pid is None else Process(pid))
    assert not parse(text).diagnostics


def test_the_header_says_where_the_first_number_is_no_process_id() -> None:
    header = (
        "  Proto  Local Address          Foreign Address        State        Time in State (ms)"
    )
    row = "TCP    192.0.2.1:5            192.0.2.2:6            ESTABLISHED         8675309"
    assert only(f"{header}\n{row}\n").process is None
    german = (
        "  Proto  Lokale Adresse         Remoteadresse          Status       Zeit im Status (ms)"
    )
    assert only(f"{german}\n{row}\n").process is None
    both = header.replace("State  ", "State  PID  ", 1)
    capture = parse(f"{header}\n{row}\n{both}\n{row}  11\n")
    assert [socket.process for socket in capture.sockets] == [None, Process(8675309)]


@pytest.mark.parametrize("blank", ["\t", "\xa0\xa0", "\u3000", " \x0c"])
def test_any_white_space_separates_cells(blank: str) -> None:
    text = ROW.replace("    ", blank)
    assert only(text) == only(ROW)


def test_rows_at_column_zero_and_quoted_rows() -> None:
    expected = only(ROW)
    assert only(ROW.strip()) == expected
    assert only(f"> > {ROW}") == expected
    assert only(f">{ROW.strip()}") == expected


def test_a_header_without_rows_is_an_empty_windows_capture() -> None:
    header = "  Proto  Local Address          Foreign Address        State           PID"
    for text in (f"{TITLE}{header}\n", "Aktive Verbindungen\n", f"{header}\n"):
        capture = parse(text)
        assert (capture.dialect, capture.sockets) == (Dialect.WINDOWS, ())


def test_linux_and_windows_tables_in_one_text() -> None:
    linux = "tcp  0  0 192.0.2.1:22  0.0.0.0:*  LISTEN  416/sshd"
    text = f"{linux}\n{TITLE}{ROW}\n [a.exe]\n{linux}\n{TITLE}{ROW}\n  RpcSs\n [svchost.exe]\n"
    capture = parse(text)
    assert [str(socket.process and socket.process.program) for socket in capture.sockets] == [
        "sshd", "a.exe", "sshd", "svchost.exe",
    ]  # fmt: skip
    assert capture.dialect is Dialect.LINUX
    only_windows = parse(text, dialect=Dialect.WINDOWS)
    assert [socket.protocol for socket in only_windows.sockets] == [Protocol.TCP] * 2
    with pytest.raises(UnrecognizedCapture):
        parse(ROW, dialect=Dialect.LINUX)


def test_damaged_rows_are_explained_in_whole() -> None:
    text = (
        TITLE
        + """
  TCP    0.0.0.0:135
  UDP    0.0.0.0:53             0.0.0.0:99999
  TCP    0.0.0.0:135            0.0.0.0:0              :LISTENING      988
  TCP

  TCP    192.0.2.1:5            192.0.2.2:6
"""
    )
    shown = [error.replace("\n    ", "\n") for error in errors(text)]
    assert shown[0] == (
        "line 5, column 21: error: expected the foreign address:port\n"
        "  TCP    0.0.0.0:135\n"
        "                    ^"
    )
    assert shown[1] == (
        "line 6, column 33: error: the foreign address is no IP address, or its port is above"
        " 65535\n"
        "  UDP    0.0.0.0:53             0.0.0.0:99999\n"
        "                                ^"
    )
    assert shown[2].startswith("line 7, column 56: error: expected a state such as LISTENING\n")
    assert shown[3].startswith("line 8, column 6: error: expected the local address:port\n")
    assert len(shown) == 4
    with pytest.raises(CaptureError, match="4 rows could not be read"):
        parse(text, strict=True)


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("TCP 0.0.0.0:1 0.0.0.0:0 zzz 9 [\x1b]", "expected a PID, an owner or the end of the row"),
        ("UDP 0.0.0.0:1 0.0.0.0:0 " + "1 " * 1500, "the line is too long for a row: 3,024 "),
        ("TCP 0.0.0.0:1 0.0.0.0:0 zzz 4294967296", "what follows the addresses is no state and"),
        ("TCP 0.0.0.0:1 0.0.0.0:0 zzz " + "InHost " * 9, "what follows the addresses is no state"),
    ],
)
def test_the_rest_of_a_row_is_explained(row: str, message: str) -> None:
    (error,) = errors(f"{TITLE}{row}")
    assert message in error


@pytest.mark.parametrize(
    ("row", "state", "text"),
    [
        ("  TCP    0.0.0.0:80             0.0.0.0:0              LISTENI", State.LISTEN, "LISTENI"),
        ("  TCP    0.0.0.0:80             0.0.0.0:0 ", State.LISTEN, None),
        ("  TCP    0.0.0.0:80             HOST:0 ", State.LISTEN, None),
        (
            "  TCP    192.0.2.1:8080         198.51.100.7:443       ESTAB",
            State.ESTABLISHED,
            "ESTAB",
        ),
        ("  TCP    192.0.2.1:8080         198.51.100.7:443 ", None, None),
    ],
)
def test_rows_that_a_screen_cut_keep_what_is_certain(
    row: str, state: State | None, text: str | None
) -> None:
    capture = parse(f"{row}\n [a.exe]\n")
    (socket,) = capture.sockets
    assert (socket.state, socket.state_text, socket.remote.truncated) == (state, text, False)
    assert socket.process == Process(None, "a.exe")
    assert [(d.code, d.severity) for d in capture.diagnostics] == [("cut-row", Severity.WARNING)]


def test_a_port_that_may_have_been_cut_is_not_used() -> None:
    socket = only("  TCP    192.0.2.1:8080         198.51.100.7:44")
    assert socket.remote == Endpoint(host="198.51.100.7", truncated=True)


def test_a_row_in_pieces_is_put_together() -> None:
    text = "TCP\n[::]:8000\n[::]:0\nLISTENING\n1234\n [a.exe]\nUDP 0.0.0.0:53\n*:*\n77\n"
    capture = parse(text)
    assert [str(socket.local) for socket in capture.sockets] == ["[::]:8000", "0.0.0.0:53"]
    assert [socket.process for socket in capture.sockets] == [Process(1234, "a.exe"), Process(77)]
    assert set(capture.line_roles) == {LineRole.RECORD}
    assert not capture.diagnostics


def test_a_row_that_a_terminal_broke_inside_a_word_is_put_together() -> None:
    row = (
        "  TCP    [2001:db8:1111:2222:3333:4444:5555:6666]:49152  [2001:db8::1]:443  ESTABLISHED 77"
    )
    assert len(row[:80]) == 80
    assert only(f"{row[:80]}\n{row[80:]}\n") == only(row)


@pytest.mark.parametrize(
    ("first", "second", "pid"),
    [
        (ROW[:-4].rstrip(), "1948", 1948),
        (ROW[:-4].rstrip(), "0", 0),
        ("  TCP    [2001:db8::1]:49152    192.0.2.2:6  CLOSING".ljust(78) + "19", "48", 1948),
    ],
)
def test_a_process_id_below_its_row(first: str, second: str, pid: int) -> None:
    capture = parse(f"{first}\n{second}\n [a.exe]\n")
    name = "a.exe" if pid else None
    assert [socket.process for socket in capture.sockets] == [Process(pid, name)]


@pytest.mark.parametrize(
    "lines",
    [
        [ROW, "1948"],
        ["  TCP  192.0.2.1:5  192.0.2.2:6  CLOSING", "1948"],
        [ROW[:-4].rstrip(), "", "1948"],
        [ROW[:-4].rstrip(), "9999999999"],
    ],
)
def test_a_number_that_is_no_process_id_is_a_remark(lines: list[str]) -> None:
    capture = parse("\n".join(lines))
    assert capture.line_roles[-1] is LineRole.DIAGNOSTIC
    assert capture.sockets == parse(lines[0]).sockets


@pytest.mark.parametrize(
    ("note", "kept"),
    [("   Hello there!!", 1948), ("  <- this one", 1948), (" 5 6 7 8 what", 1948)],
)
def test_a_note_behind_a_row_is_left_out(note: str, kept: int) -> None:
    capture = parse(ROW + note)
    assert [socket.process for socket in capture.sockets] == [Process(kept)]
    assert [remark.code for remark in capture.diagnostics] == ["note"]


def test_an_owner_behind_a_row_that_is_nobodys_is_a_note() -> None:
    row = "  TCP    192.0.2.1:49153        198.51.100.7:443       TIME_WAIT       0"
    capture = parse(f"{row}  RpcSs [svchost.exe]\n")
    assert [socket.process for socket in capture.sockets] == [Process(0)]
    assert [remark.code for remark in capture.diagnostics] == ["note"]


def test_a_note_behind_an_udp_row_with_nothing_else() -> None:
    assert only("  UDP  0.0.0.0:53  *:*  LISTENING").process is None


def test_markup_around_rows_and_owners_is_taken_away() -> None:
    text = (
        f"<p>{ROW}<br>TCP 0.0.0.0:1 broken<br>and prose</p>\n"
        f"<td>&nbsp;&nbsp;{ROW.strip()}</td>\n&nbsp;[svchost.exe]<br/>\n"
        "TCP 0.0.0.0:80 [ :: ] :0 LISTENING 4\n"
    )
    capture = parse(text)
    assert [socket.process for socket in capture.sockets] == [
        Process(1948),
        Process(1948, "svchost.exe"),
        Process(4),
    ]
    assert [(d.code, d.line) for d in capture.diagnostics] == [("damaged-row", 1), ("repaired", 1)]
    assert "4 lines were read" in capture.diagnostics[1].message
    assert "1 line was read" in parse(f"<p>{ROW}</p>").diagnostics[0].message


@pytest.mark.parametrize("text", ["TCP connections are fine", "TCP/IP", "UDP: 5"])
def test_prose_that_begins_with_a_protocol_is_no_damaged_row(text: str) -> None:
    capture = parse(f"{TITLE}{text}")
    assert [remark.code for remark in capture.diagnostics] == ["no-row"]


def test_a_table_of_networkdirect_is_structure() -> None:
    text = (
        f"{TITLE}{ROW}\n\nActive NetworkDirect Connections, Listeners, SharedEndpoints\n\n"
        "  Mode   IfIndex Type           Local Address          Foreign Address        PID\n\n"
        "  Kernel 9       Listener       192.0.2.1:445          NA                     0\n"
    )
    capture = parse(text)
    assert len(capture.sockets) == 1
    assert not capture.diagnostics


LONG = "  TCP    [2001:db8:1234:5678:9abc:def0:1:2]:50000 [2001:db8:1:2:3:4:5:6]"


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("FIN_WAIT_1", State.FIN_WAIT_1),
        ("FIN_WAIT_2", State.FIN_WAIT_2),
        ("CLOSE_WAIT", State.CLOSE_WAIT),
        ("CLOSED", State.CLOSED),
        ("HERGESTELLT", State.ESTABLISHED),
        ("SYN_GESENDET", State.SYN_SENT),
    ],
)
@pytest.mark.parametrize("rest", ["", "     988"])
@pytest.mark.parametrize("port", ["4", "44", "443", "4433", "44333"])
def test_a_state_that_a_terminal_broke_anywhere_is_put_together(
    word: str, state: State, rest: str, port: str
) -> None:
    line = f"{LONG}:{port} {word}{rest}"
    for width in range(line.index(word) + 1, len(line)):
        socket, below = parse(f"{line[:width]}\n{line[width:]}\n [a.exe]\n{ROW}").sockets
        assert (socket.state, socket.remote.port) == (state, int(port))
        if width <= line.index(word) + len(word):
            assert socket.process == Process(988 if rest else None, "a.exe")
        assert below == only(ROW)


@pytest.mark.parametrize("word", ["CLOSE", "FIN_WAIT_", "FIN_WAIT", "SYN_", "E"])
def test_a_state_word_that_could_be_several_is_not_guessed(word: str) -> None:
    capture = parse(f"  TCP    192.0.2.1:49152        198.51.100.7:443       {word}\n [a.exe]")
    (socket,) = capture.sockets
    assert (socket.state, socket.state_text) == (State.UNKNOWN, word)
    assert socket.process == Process(None, "a.exe")
    assert [remark.code for remark in capture.diagnostics] == ["cut-row"]


@pytest.mark.parametrize("width", [76, 80])
def test_columns_below_their_row_are_no_services(width: int) -> None:
    rows = [
        "  TCP    0.0.0.0:135            0.0.0.0:0              LISTENING       988".ljust(87)
        + word
        for word in ("InHost", "Offloaded")
    ]
    lines = [row[at : at + width] for row in rows for at in range(0, len(row), width)]
    capture = parse("\n".join([*lines, "  RpcSs", " [svchost.exe]"]))
    expected = [Process(988), Process(988, "svchost.exe", "RpcSs")]
    assert [socket.process for socket in capture.sockets] == expected
    assert capture.diagnostics == ()


def test_a_process_id_and_a_column_below_their_row() -> None:
    socket = only(f"{LONG}:443 ESTABLISHED\n     988 InHost\n [a.exe]")
    assert socket.process == Process(988, "a.exe")
