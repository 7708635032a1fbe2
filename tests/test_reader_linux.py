"""Every way in which a Linux row reaches a paste, one case each, and whole captures.

Rows are written as their tool prints them; what is left out by an editor or a screen is said.
"""

from __future__ import annotations

from collections import Counter
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import attrs
import pytest

from netstat_fw import parse
from netstat_fw.protocol import Family, Protocol
from netstat_fw.reader.linux_cells import completed_prefix
from netstat_fw.records import (
    Capture,
    Dialect,
    Endpoint,
    LineRole,
    Multihoming,
    Process,
    Socket,
    State,
    Timer,
    UnixSocket,
    UnixState,
    UnixType,
)

_FIXTURES = Path(__file__).resolve().parent.parent / "fixtures"
_SEED = _FIXTURES / "linux" / "seed_host"
_TITLE = "Active Internet connections (servers and established)\n"
_HEADER = "Proto Recv-Q Send-Q Local Address           Foreign Address         State      "
_UNIX = "Proto RefCnt Flags       Type       State         I-Node   "
_SSHD = "tcp        0      0 192.0.2.2:22            0.0.0.0:*               LISTEN      7/sshd\n"
_REMARK = "warning, got bogus unix line.\n"


def read(name: str) -> Capture:
    return parse((_FIXTURES / name).read_bytes())


def one(text: str) -> Socket:
    """Return the one socket of a text that is read without a word."""
    capture = parse(text)
    (socket,) = capture.sockets
    assert capture.diagnostics == ()
    return socket


def codes(capture: Capture) -> list[str]:
    return [remark.code for remark in capture.diagnostics]


def at(address: str, port: int | None = None, zone: str | None = None) -> Endpoint:
    return Endpoint(ip_address(address), port, zone)


SEED = read("linux/seed_host/netstat.txt")


class TestWholeCaptures:
    def test_the_seed_host(self) -> None:
        assert (len(SEED.sockets), len(SEED.unix_sockets)) == (18, 3)
        assert SEED.dialect is Dialect.LINUX
        assert codes(SEED) == ["truncated-address"]
        assert Counter(SEED.line_roles) == {LineRole.RECORD: 21, LineRole.STRUCTURE: 4}
        assert Counter(socket.state for socket in SEED.sockets) == {
            State.LISTEN: 6, State.ESTABLISHED: 3, State.TIME_WAIT: 1, None: 8,
        }  # fmt: skip
        assert SEED.sockets[0] == Socket(
            Protocol.TCP, Family.IPV4, at("0.0.0.0", 7722), at("0.0.0.0"),  # noqa: S104 - captured
            State.LISTEN, Process(1459, "sshd: /usr/sbi"), 0, 0,
        )  # fmt: skip
        (cut,) = (socket for socket in SEED.sockets if socket.local.truncated)
        assert cut.local == Endpoint(None, 123, host="fe80::200:5eff:fe00", truncated=True)
        assert SEED.unix_sockets[1] == UnixSocket(
            UnixType.STREAM, UnixState.LISTENING, 2, ("ACC",), 19394,
            Process(1540, "sendmail: MTA:"), "/var/run/sendmail/mta/smcontrol",
        )  # fmt: skip

    @pytest.mark.parametrize(
        "name",
        [
            "crlf", "utf8_bom", "utf16_bom", "mail_quoted", "mail_quoted_twice", "indented",
            "paged_more", "forum_html", "forum_bbcode", "wrapped_80", "warnings_inside",
        ],
    )  # fmt: skip
    def test_damage_that_costs_nothing(self, name: str) -> None:
        capture = read(f"damaged/{name}.txt")
        assert capture.sockets == SEED.sockets
        assert capture.unix_sockets == SEED.unix_sockets
        assert capture.errors == ()
        assert set(codes(capture)) <= {"truncated-address", "no-row", "repaired", "limited-view"}

    def test_wrapped_rows_with_owners_and_timers(self) -> None:
        capture = read("damaged/wrapped_80_anpeo.txt")
        assert capture.sockets == read("linux/seed_host/netstat_anpeo.txt").sockets
        assert all(socket.timer and socket.user for socket in capture.sockets)
        assert codes(capture) == ["truncated-address"]

    def test_rows_chopped_before_the_owner_lose_only_their_owners(self) -> None:
        capture = read("damaged/chopped_80.txt")
        assert capture.sockets == tuple(
            attrs.evolve(socket, process=None) for socket in SEED.sockets
        )
        assert len(capture.unix_sockets) == 3

    @pytest.mark.parametrize("name", ["chopped_70", "chopped_70_marked"])
    def test_rows_chopped_in_their_state_each_have_a_diagnostic(self, name: str) -> None:
        capture = read(f"damaged/{name}.txt")
        assert [attrs.evolve(socket, state=None) for socket in capture.sockets] == [
            attrs.evolve(socket, state=None, process=None) for socket in SEED.sockets
        ]
        tcp = [socket for socket in capture.sockets if socket.protocol is Protocol.TCP]
        assert [socket.state for socket in tcp] == [socket.state for socket in SEED.sockets[:10]]
        cut = [remark.line for remark in capture.diagnostics if remark.code == "cut-row"]
        assert cut == [socket.line for socket in tcp]
        assert codes(capture).count("cut-header") == 2

    def test_a_bad_byte_costs_one_character(self) -> None:
        capture = read("damaged/latin1_byte.txt")
        assert [attrs.evolve(s, process=None) for s in capture.sockets] == [
            attrs.evolve(s, process=None) for s in SEED.sockets
        ]
        assert capture.sockets[3].process == Process(1547, "sshé")
        assert capture.unix_sockets[0].path == "/run/cups/imprim\ufffd.sock"
        assert codes(capture).count("encoding") == 1

    def test_tabs_between_all_words(self) -> None:
        capture = read("damaged/retyped_tabs.txt")
        assert [attrs.evolve(s, process=None) for s in capture.sockets] == [
            attrs.evolve(s, process=None) for s in SEED.sockets
        ]
        assert [s.process and s.process.program for s in capture.sockets] == [
            s.process and s.process.program for s in SEED.sockets
        ]
        assert [socket.inode for socket in capture.unix_sockets] == [17677, 19394, 17715]

    def test_a_shell_session_is_two_snapshots_and_one_broken_row(self) -> None:
        capture = read("damaged/shell_session.txt")
        second = [s for s in capture.sockets if s.snapshot == 1]
        assert [attrs.evolve(socket, snapshot=0) for socket in second] == list(SEED.sockets)
        assert [s for s in capture.sockets if s.snapshot == 0] == list(SEED.sockets[:14])
        (error,) = capture.errors
        assert error.source.endswith("fe80::200^C")

    def test_every_second_pass_of_c_is_a_snapshot(self) -> None:
        capture = read("linux/seed_host/netstat_anpc.txt")
        passes = Counter(socket.snapshot for socket in capture.sockets)
        assert set(passes) == set(range(len(passes)))
        assert len(passes) > 1
        assert {socket.snapshot for socket in capture.unix_sockets} == set(passes)

    @pytest.mark.parametrize(
        "path", sorted((_FIXTURES / "linux").glob("*/*.txt")), ids=lambda path: path.stem
    )
    def test_every_line_of_every_fixture_is_accounted_for(self, path: Path) -> None:
        if path.name == "environment.txt":
            return
        capture = parse(path.read_bytes())
        assert len(capture.line_roles) == capture.line_count
        assert capture.dialect is Dialect.LINUX
        assert len(capture.sockets) + len(capture.unix_sockets) <= capture.line_count


class TestColumns:
    @pytest.mark.parametrize(
        ("rest", "expected"),
        [
            ("LISTEN", {}),
            ("LISTEN      -", {}),
            ("LISTEN      7/", {"process": Process(7)}),
            ("LISTEN      7/a b/c LISTEN", {"process": Process(7, "a b/c LISTEN")}),
            ("LISTEN      root       555", {"user": "root", "inode": 555}),
            (
                "LISTEN      systemd-resolve 555 7/x",
                {"user": "systemd-resolve", "inode": 555, "process": Process(7, "x")},
            ),
            (
                "LISTEN      0          555        7/x                  keepalive (2.85/3/1)",
                {
                    "user": "0", "inode": 555, "process": Process(7, "x"),
                    "timer": Timer("keepalive", 2.85, 3, 1),
                },
            ),
            ("LISTEN      off (0,50/0)", {"timer": Timer("off", 0.5, 0, 0)}),
            (
                "LISTEN      7/x                  system_u:system_r:sshd_t:s0-s0:c0.c1023",
                {
                    "process": Process(7, "x"),
                    "security_context": "system_u:system_r:sshd_t:s0-s0:c0.c1023",
                },
            ),
        ],
    )  # fmt: skip
    def test_the_optional_columns_of_a_row(self, rest: str, expected: dict[str, Any]) -> None:
        local = "tcp6       1      2 :::22                   :::*                    "
        socket = Socket(
            Protocol.TCP, Family.IPV6, at("::", 22), at("::"), State.LISTEN, recv_q=1, send_q=2
        )
        assert one(local + rest) == attrs.evolve(socket, **expected)

    @pytest.mark.parametrize("state", ["7           ", ""])
    def test_an_unknown_security_context_where_the_header_announces_one(self, state: str) -> None:
        name = "raw" if state else "tcp"
        header = f"{_HEADER} PID/Program name     Security Context\n"
        row = f"{name}        0      0 192.0.2.2:1             0.0.0.0:*               "
        socket = one(f"{header}{row}{state or 'LISTEN      '}7/x                  -\n")
        assert (socket.process, socket.security_context) == (Process(7, "x"), "-")

    @pytest.mark.parametrize(
        ("label", "protocol", "family"),
        [
            ("udp", Protocol.UDP, Family.IPV4),
            ("udp6", Protocol.UDP, Family.IPV6),
            ("udpl", Protocol.UDPLITE, Family.IPV4),
            ("udplite6", Protocol.UDPLITE, Family.IPV6),
        ],
    )
    def test_datagram_rows_have_a_state_or_none(
        self, label: str, protocol: Protocol, family: Family
    ) -> None:
        blank = one(f"{label} 0 0 *:53 *:* 7/named\n")
        assert (blank.protocol, blank.family, blank.state) == (protocol, family, None)
        assert one(f"{label} 0 0 *:53 *:*").process is None
        assert one(f"{label} 0 0 *:53 *:9 ESTABLISHED 7/x").state is State.ESTABLISHED

    @pytest.mark.parametrize(
        ("remote", "number", "state"),
        [
            ("0.0.0.0:*", "7", None),
            ("0.0.0.0:*", "255", None),
            ("198.51.100.1:*", "1", State.ESTABLISHED),
        ],
    )
    def test_raw_rows_have_a_number_for_a_state(
        self, remote: str, number: str, state: State | None
    ) -> None:
        socket = one(f"raw 0 0 0.0.0.0:89 {remote} {number} 7/x")
        assert (socket.state, socket.state_text, socket.local.port) == (state, number, 89)

    def test_raw_rows_of_an_uninitialised_zone(self) -> None:
        socket = one("raw6 0 0 ::%1:58 ::%21850:* 58 7/x")
        assert (socket.local, socket.remote) == (at("::", 58, "1"), at("::", None, "21850"))

    def test_the_family_of_a_tool_that_prints_tcp_for_both(self) -> None:
        assert one("tcp 0 0 :::22 :::* LISTEN -").family is Family.IPV6
        assert one("tcp 0 0 192.0.2.1:22 ::ffff:192.0.2.2:5 ESTABLISHED -").family is Family.IPV6

    def test_names_of_a_capture_without_n_stay_names(self) -> None:
        socket = one("tcp 0 0 *:ssh db.example:z39.50 ESTABLISHED -")
        assert socket.local == Endpoint(service="ssh")
        assert socket.remote == Endpoint(host="db.example", service="z39.50")

    @pytest.mark.parametrize("number", [0, 65_536, 99_999])
    def test_a_port_is_at_most_65535(self, number: int) -> None:
        capture = parse(f"{_SSHD}tcp6       0      0 192.0.2.2:{number} 0.0.0.0:* LISTEN -\n")
        assert len(capture.sockets) == (2 if number == 0 else 1)

    def test_more_cells_than_are_remembered(self) -> None:
        rows = [
            f"tcp 0 0 198.51.{n // 250}.{n % 250}:{n + 1} 0.0.0.0:* LISTEN -\n"
            for n in range(5_000)
        ]
        capture = parse("".join(rows))
        assert [socket.local.port for socket in capture.sockets] == list(range(1, 5_001))

    def test_an_unknown_state_is_named_once_however_often_it_occurs(self) -> None:
        capture = parse("tcp 0 0 *:22 *:* ASLEEP -\ntcp 0 0 *:23 *:* ASLEEP -\n")
        assert [s.state for s in capture.sockets] == [State.UNKNOWN, State.UNKNOWN]
        assert [s.state_text for s in capture.sockets] == ["ASLEEP", "ASLEEP"]
        assert codes(capture) == ["unknown-state"]

    @pytest.mark.parametrize(
        ("word", "state"), [("LIS", State.LISTEN), ("LI", None), ("SYN", None)]
    )
    def test_three_letters_are_enough_for_a_state(self, word: str, state: State | None) -> None:
        assert completed_prefix(word) is state


class TestCutAddresses:
    CUT = "tcp6       0      0 2001:db8::1234:567:5005 2001:db8::1:443         ESTABLISHED 7/x\n"
    LONG = "tcp6       0      0 2001:db8::1234:567:89ab:5005 2001:db8::1:443 ESTABLISHED 7/x\n"
    WIDE = "Proto Recv-Q Send-Q Local Address               Foreign Address             State\n"

    def test_a_cell_of_23_characters_may_be_cut(self) -> None:
        capture = parse(self.CUT)
        assert capture.sockets[0].local == Endpoint(
            None, 5005, host="2001:db8::1234:567", truncated=True
        )
        assert codes(capture) == ["truncated-address"]

    @pytest.mark.parametrize("order", [(0, 1), (1, 0)])
    def test_a_longer_cell_acquits_the_table(self, order: tuple[int, int]) -> None:
        rows = (self.CUT, self.LONG)
        capture = parse("".join(rows[n] for n in order))
        assert capture.diagnostics == ()
        assert capture.sockets[order[0]].local == at("2001:db8::1234:567", 5005)

    def test_a_wide_header_acquits_the_table(self) -> None:
        assert one(self.WIDE + self.CUT).local == at("2001:db8::1234:567", 5005)

    def test_a_table_is_not_acquitted_by_another(self) -> None:
        capture = parse(f"{_HEADER}\n{self.CUT}{_HEADER}\n{self.LONG}{_HEADER}\n{self.CUT}")
        assert [s.local.truncated for s in capture.sockets] == [True, False, True]
        assert [remark.line for remark in capture.diagnostics] == [2, 6]

    def test_an_acquitted_cell_that_is_no_address_stays_in_doubt(self) -> None:
        cut = (
            "tcp6       0      0 2001:db8:::1234:567:505 2001:db8::1:443         ESTABLISHED 7/x\n"
        )
        capture = parse(cut + self.LONG)
        assert capture.sockets[0].local.truncated

    def test_a_zone_and_a_service_survive_the_acquittal(self) -> None:
        cut = (
            "tcp6       0      0 fe80::1234:56%eth0:http 2001:db8::1:443         ESTABLISHED 7/x\n"
        )
        capture = parse(cut + self.LONG)
        assert capture.sockets[0].local == Endpoint(
            ip_address("fe80::1234:56"), None, "eth0", service="http"
        )

    def test_sctp_addresses_are_never_cut(self) -> None:
        row = "sctp       0      0 192.0.2.123.example:5005 192.0.2.1:443 ESTABLISHED 7/x\n"
        assert not one(row).local.truncated


class TestSctp:
    ROW = "sctp       0      0 192.0.2.2:38412         198.51.100.5:38412      ESTABLISHED\n"

    @pytest.mark.parametrize(
        ("row", "remote"),
        [
            ("sctp                0.0.0.0:38412           LISTEN      9/amf", "0.0.0.0"),  # noqa: S104 - captured
            ("sctp6               :::38412                LISTEN      9/amf", "::"),
        ],
    )
    def test_a_listener_has_no_queues_and_no_peer(self, row: str, remote: str) -> None:
        socket = one(row)
        assert (socket.recv_q, socket.send_q, socket.remote) == (None, None, at(remote))
        assert (socket.state, socket.process) == (State.LISTEN, Process(9, "amf"))

    def test_a_listener_with_a_garbled_rest_is_damaged(self) -> None:
        capture = parse(f"{_SSHD}sctp                0.0.0.0:38412           LISTEN      x:y\n")
        assert codes(capture) == ["damaged-row"]

    def test_further_addresses_belong_to_the_association_above(self) -> None:
        text = (
            f"{self.ROW}                    192.0.2.3               198.51.100.6\n"
            "                                            198.51.100.7            0 555 9/amf\n"
        )
        socket = one(text)
        assert socket.multihoming == Multihoming(
            (at("192.0.2.3"),), (at("198.51.100.6"), at("198.51.100.7"))
        )
        assert (socket.user, socket.inode, socket.process) == ("0", 555, Process(9, "amf"))
        assert set(parse(text).line_roles) == {LineRole.RECORD}

    def test_a_further_local_address_alone(self) -> None:
        socket = one(f"{self.ROW}                    192.0.2.3\n")
        assert socket.multihoming == Multihoming((at("192.0.2.3"),), ())

    def test_further_names_only_where_they_are_indented(self) -> None:
        capture = parse(f"{self.ROW}                    a.example   b.example\n  c.example\n")
        assert capture.sockets[0].multihoming == Multihoming(
            (Endpoint(host="a.example"),), (Endpoint(host="b.example"),)
        )
        assert codes(capture) == ["no-row"]

    @pytest.mark.parametrize(
        "line",
        [
            "                    999.1.1.1",
            "                    192.0.2.3               999.1.1.1",
            "                    192.0.2.3   192.0.2.4   192.0.2.5",
        ],
    )
    def test_what_is_no_pair_of_addresses_is_none(self, line: str) -> None:
        capture = parse(f"{self.ROW}{line}\n")
        assert capture.sockets[0].multihoming is None
        assert codes(capture) == ["no-row"]

    def test_an_association_with_an_owner_is_complete(self) -> None:
        capture = parse(f"{self.ROW.rstrip()} 9/amf\n                    192.0.2.3\n")
        assert capture.sockets[0].multihoming is None

    def test_addresses_that_do_not_follow_directly_are_no_part_of_it(self) -> None:
        capture = parse(f"{self.ROW}\n                    192.0.2.3\n")
        assert capture.sockets[0].multihoming is None

    def test_there_is_an_end_to_further_addresses(self) -> None:
        capture = parse(self.ROW + "                    192.0.2.3\n" * 600)
        pairs = capture.sockets[0].multihoming
        assert pairs is not None
        assert 500 <= len(pairs.local) < 600
        assert set(codes(capture)) == {"no-row"}


class TestToybox:
    @pytest.mark.parametrize(
        ("queues", "recv_q", "send_q"),
        [("     03782144", 0, 3_782_144), ("12345671234567", 1_234_567, 1_234_567)],
    )
    def test_queues_that_touch(self, queues: str, recv_q: int, send_q: int) -> None:
        socket = one(f"tcp   {queues} 127.0.0.1:5000          127.0.0.1:40000         ESTABLISHED")
        assert (socket.recv_q, socket.send_q) == (recv_q, send_q)

    def test_one_short_number_is_no_two_queues(self) -> None:
        capture = parse(f"{_SSHD}tcp   12 127.0.0.1:5000    127.0.0.1:40000     ESTABLISHED\n")
        assert codes(capture) == ["damaged-row"]

    @pytest.mark.parametrize(
        ("cell", "endpoint"),
        [
            ("192.0.2:22", Endpoint(None, 22, host="192.0.2", truncated=True)),
            ("192.0.2:ssh", Endpoint(None, host="192.0.2", service="ssh", truncated=True)),
            ("192.0.2:*", Endpoint(None, host="192.0.2", truncated=True)),
            ("x/y:5", Endpoint(None, 5, host="x/y", truncated=True)),
        ],
    )
    def test_of_a_garbled_address_only_the_port_is_used(
        self, cell: str, endpoint: Endpoint
    ) -> None:
        capture = parse(f"tcp 0 0 192.0.2.1:80 {cell} ESTABLISHED 7/x\n")
        assert capture.sockets[0].remote == endpoint
        assert codes(capture) == ["garbled-address"]

    @pytest.mark.parametrize("cell", ["x/y", "x/y:65536", "x/y:", "/" * 300 + ":1"])
    def test_without_a_port_there_is_nothing_to_use(self, cell: str) -> None:
        capture = parse(f"{_SSHD}tcp 0 0 192.0.2.123:80 {cell} ESTABLISHED -\n")
        assert codes(capture)[-1:] == ["damaged-row"]
        assert len(capture.sockets) == 1
