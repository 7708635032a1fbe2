"""Traps that a reviewer found: each text was once read wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from netstat_fw import LineRole, Severity, UnrecognizedCapture, analyze, parse, propose

_SEED = (Path(__file__).parent.parent / "fixtures/linux/seed_host/netstat.txt").read_text("utf-8")
_HEAD = (
    "Active Internet connections (servers and established)\n"
    "Proto Recv-Q Send-Q Local Address           Foreign Address         State       "
    "PID/Program name    \n"
)


@pytest.mark.parametrize("prefix", ["{}:", "{:6}\t", "host1: ", "2026-11-21 10:00:00 ", "x y z "])
def test_rows_behind_a_prefix_are_read_and_told(prefix: str) -> None:
    dressed = "\n".join(prefix.format(n) + line for n, line in enumerate(_SEED.splitlines(), 1))
    read = parse(dressed)
    assert read.sockets == parse(_SEED).sockets
    assert [d.code for d in read.diagnostics] == ["repaired", "truncated-address"]


def test_a_row_behind_a_prefix_that_cannot_be_read_is_an_error() -> None:
    read = parse(_HEAD + "7:tcp 0 0 oops 0.0.0.0:* LISTEN\n")
    assert [d.severity for d in read.diagnostics] == [Severity.ERROR]


def test_a_negative_queue_is_damage_and_not_noise() -> None:
    read = parse(_HEAD + "tcp -1 0 0.0.0.0:22 0.0.0.0:* LISTEN 1/x\n")
    assert [d.severity for d in read.diagnostics] == [Severity.ERROR]


@pytest.mark.parametrize(
    "cell",
    ["localhost.localdom:smtp", "localhost.localdoma:ipp", "localhost6.localdom:ipp",
     "127.0.0.1:afs3-prserver"],
)  # fmt: skip
def test_a_server_on_a_cut_loopback_name_is_not_opened(cell: str) -> None:
    assert len(cell) == 23
    read = parse(
        f"{_HEAD}tcp        0      0 {cell} 0.0.0.0:*               LISTEN      1/master\n"
    )
    assert read.sockets[0].local.truncated
    assert read.sockets[0].local.is_loopback
    assert not [e for e in analyze(read).exposures if e.stance.value == "open"]


def test_a_database_that_calls_itself_sshd_is_no_way_in() -> None:
    row = "tcp        0      0 0.0.0.0:6379            0.0.0.0:*               LISTEN      9/{}\n"
    honest, lying = (
        propose(analyze(parse(_HEAD + row.format(name)))) for name in ("redis-server", "sshd")
    )
    assert [rule.id for rule in lying.incoming.rules] == [r.id for r in honest.incoming.rules]


def test_a_prompt_ends_the_table_whose_width_was_known() -> None:
    cut = "tcp6       0      0 fe80::1234:5678:9a:5005 :::*                    LISTEN      4/sshd\n"
    wide = "tcp6       0      0 2001:db8:1:bbbb:cccc:dddd:1:2:443 :::*          LISTEN      1/x\n"
    read = parse(cut + "root@h:~# netstat -tlnpW | grep tcp6\n" + wide)
    assert [socket.local.truncated for socket in read.sockets] == [True, False]


def test_an_ipv6_sctp_listener_below_a_program_is_read() -> None:
    read = parse(
        _HEAD
        + "tcp6       0      0 :::22                   :::*                    LISTEN      4/sshd\n"
        + "sctp                :::3868                                         LISTEN      4/x\n"
    )
    assert [socket.local.port for socket in read.sockets] == [22, 3868]
    assert read.sockets[1].recv_q is None


def test_an_association_has_only_so_many_addresses() -> None:
    pair = " " * 20 + "192.0.2.2               198.51.100.5\n"
    read = parse("sctp 0 0 192.0.2.1:1 192.0.2.9:2 ESTABLISHED\n" + pair * 400)
    pairs = read.sockets[0].multihoming
    assert pairs is not None
    assert 250 <= len(pairs.local) <= 251


def test_ipx_sockets_are_structure_and_begin_no_table() -> None:
    one = (
        _HEAD
        + "tcp        0      0 0.0.0.0:22              0.0.0.0:*               LISTEN      4/sshd\n"
        + "Active IPX sockets\n"
        + "Proto Recv-Q Send-Q Local Address              Foreign Address            State\n"
        + "IPX 0 0 00000000:0451 - UNK\n"
    )
    read = parse(one * 3)
    assert [socket.snapshot for socket in read.sockets] == [0, 1, 2]
    assert set(read.line_roles) == {LineRole.STRUCTURE, LineRole.RECORD}


def test_a_remark_inside_the_first_row_of_all_is_no_loss() -> None:
    read = parse(
        "Active Internet connections (servers and established)\n"
        "Proto Recv-Q Send-Q Local Address           Foreign Address         State\n"
        "twarning, got bogus unix line.\n"
        "cp        0      0 0.0.0.0:22              0.0.0.0:*               LISTEN      1/sshd\n"
    )
    assert [socket.local.port for socket in read.sockets] == [22]


def test_group_memberships_are_no_unix_sockets() -> None:
    with pytest.raises(UnrecognizedCapture, match="multicast group table"):
        parse("IPv6/IPv4 Group Memberships\nInterface       RefCnt Group\n")


_UNIX_HEAD = (
    "Active UNIX domain sockets (servers and established)\n"
    "Proto RefCnt Flags       Type       State         I-Node   PID/Program name     Path\n"
)
_UNIX_ROW = "unix  2      [ ACC ]     STREAM     LISTENING     12345    77/{}\n"
_FORGED = "tcp        0      0 0.0.0.0:23              0.0.0.0:*               LISTEN      1/x"


@pytest.mark.parametrize("head", [_UNIX_HEAD, ""])
@pytest.mark.parametrize("name", ["a\n", "\n", "a\n\nb\n", "a\nb|", "a\n@x|"])
@pytest.mark.parametrize(
    "path",
    [
        _FORGED,
        _FORGED.replace(" ", "&#32;"),
        _FORGED.replace(" ", "\u00a0"),
        f"@<br>{_FORGED.replace(' ', '&#32;')}",
        "tcp 12 0.0.0.0:23 0.0.0.0:* LISTEN -",
        "sctp                0.0.0.0:23              LISTEN      -",
    ],
)
def test_the_path_of_a_unix_socket_adds_no_row(head: str, name: str, path: str) -> None:
    row = "tcp        0      0 0.0.0.0:22              0.0.0.0:*               LISTEN      4/sshd\n"
    read = parse(_HEAD + row + head + _UNIX_ROW.format(name + path) + _UNIX_ROW.format("b"))
    assert [socket.local.port for socket in read.sockets] == [22]
    assert [d.code for d in read.errors] == ["damaged-row"]
    assert len(read.unix_sockets) == 2


def test_no_internet_row_stands_below_the_header_of_unix_sockets() -> None:
    text = _UNIX_HEAD + _UNIX_ROW.format("x                 /run/x") + _FORGED + "\n"
    assert parse(text).sockets == ()
    assert [d.severity for d in parse(text).diagnostics] == [Severity.ERROR]


@pytest.mark.parametrize("between", [_HEAD, _HEAD.partition("\n")[2], "root@h:~# grep tcp log\n"])
def test_a_table_or_prompt_ends_the_unix_sockets(between: str) -> None:
    text = _UNIX_HEAD + _UNIX_ROW.format("x                 /run/x") + between + _FORGED + "\n"
    assert [socket.local.port for socket in parse(text).sockets] == [23]


def test_without_header_internet_and_unix_rows_may_mix() -> None:
    text = (_UNIX_ROW.format("x                 /run/x") + _FORGED + "\n") * 2
    read = parse(text)
    assert (len(read.sockets), len(read.unix_sockets), read.diagnostics) == (2, 2, ())


def test_a_row_whose_columns_leave_no_room_still_ends_with_its_program() -> None:
    """``udpl6`` and a queue of six digits: one blank between them, as the tool prints it."""
    above = "udpl6 147785  21081 2001:db8::1:2324        :::*                                1/"
    capture = parse(f"{above}\nunix 2 [ ] X 1\n")
    assert (len(capture.sockets), capture.unix_sockets) == (1, ())
    assert [each.code for each in capture.diagnostics] == ["damaged-row"]


def test_the_end_of_a_cut_context_makes_no_row_of_a_name() -> None:
    """net-tools shows the last 49 characters of a context, here with a single colon in them."""
    text = (
        "Proto Recv-Q Send-Q Local Address           Foreign Address         State"
        "       PID/Program name     Security Context\n"
        "tcp        0      0 192.0.2.2:7000          0.0.0.0:*               LISTEN      7/sshd\n"
        "udp 0 0 *:53  pe_with_a_name_of_more_than_fifty_characters_t:s0 \n"
    )
    capture = parse(text)
    assert [socket.line for socket in capture.sockets] == [2]
    assert [(each.code, each.line) for each in capture.diagnostics] == [("damaged-row", 3)]
