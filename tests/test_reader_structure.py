"""What stands around rows is told by its shape, in every language of netstat."""

from __future__ import annotations

import pytest

from netstat_fw.reader.structure import (
    Kind,
    find_remark,
    is_cut_header,
    is_prose,
    is_windows_heading,
    kind_of,
    may_begin_row,
    other_table,
)


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("Active Internet connections (servers and established)", Kind.INTERNET_TITLE),
        ("Active Internet connections", Kind.INTERNET_TITLE),
        ("> Active Internet connections (only servers)", Kind.INTERNET_TITLE),
        ("Aktive Internetverbindungen (Server und stehende Verbindungen)", Kind.INTERNET_TITLE),
        ("稼働中のインターネット接続 (サーバと確立)", Kind.INTERNET_TITLE),
        ("Aktivní Internetová spojení (pouze servery)", Kind.INTERNET_TITLE),
        ("Active UNIX domain sockets (servers and established)", Kind.UNIX_TITLE),
        ("Aktive Sockets in der UNIX-Domäne (Nur Server)", Kind.UNIX_TITLE),
        ("稼働中のUNIXドメインソケット(サーバと確立)", Kind.UNIX_TITLE),
        ("Proto Recv-Q Send-Q Local Address           Foreign Address", Kind.INTERNET_HEADER),
        ("Proto RefCnt Flags       Type       State         I-Node   Path", Kind.UNIX_HEADER),
        ("Proto RefZäh Flaggen     Typ        Zustand       I-Node   Pfad", Kind.UNIX_HEADER),
        ("Kernel IP routing table", Kind.OTHER_TABLE),
        ("Kernel Interface table", Kind.OTHER_TABLE),
        ("TcpExt:", Kind.OTHER_TABLE),
        ("IPv6/IPv4 Group Memberships", Kind.OTHER_TABLE),
        ("IP masquerading entries", Kind.OTHER_TABLE),
        ("Active IPX sockets", Kind.OTHER_TABLE),
        ("Active Bluetooth connections (servers and established)", Kind.OTHER_TABLE),
        ("Proto  Destination       Source            State         PSM", Kind.OTHER_TABLE),
        ("(Not all processes could be identified, non-owned process info", Kind.LIMITED_VIEW),
        (
            '(No info could be read for "-p": geteuid()=65534 but you should be root.)',
            Kind.LIMITED_VIEW,
        ),
        (" will not be shown, you would have to be root to see it all.)", Kind.REMARK),
        ("netstat: no support for `AF IPX' on this system.", Kind.REMARK),
        ("warning, got bogus unix line.", Kind.REMARK),
        ("usage: netstat [-vWeenNcCF] [<Af>] -r", Kind.USAGE),
        ("netstat: invalid option -- 'y'", Kind.USAGE),
        ("BusyBox v1.37.0 (2025-01-01) multi-call binary.", Kind.USAGE),
        ("root@host:~# netstat -anp", Kind.PROMPT),
        ("[root@host ~]# ", Kind.PROMPT),
        ("$ sudo netstat -tulpn | grep 22", Kind.PROMPT),
        ("netstat -anp", Kind.PROMPT),
        ("sudo /bin/netstat -an > out.txt", Kind.PROMPT),
        ("sh-5.1# exit", Kind.PROMPT),
        ("--More--", Kind.MARK),
        ("(END)", Kind.MARK),
        ("^C", Kind.MARK),
        ("```text", Kind.MARK),
        ("----------", Kind.MARK),
        ("[...]", Kind.MARK),
        ("Active Connections", Kind.INTERNET_TITLE),
    ],
)  # fmt: skip
def test_the_kind_of_a_line_around_rows(line: str, kind: Kind) -> None:
    assert kind_of(line) is kind


@pytest.mark.parametrize(
    "line",
    [
        "Good morning",
        "The Internet is slow",
        "I ran netstat and saw nothing",
        "our netstat is broken, is it not?",
        "",
        "Active UNIX domain sockets (" + "x" * 2_000,
    ],
)
def test_prose_and_endless_lines_are_of_no_kind(line: str) -> None:
    assert kind_of(line) is None


@pytest.mark.parametrize(
    "line", ["tcp 0", "> > udp6", "UDP", "Tcp", "unix  2", "?? 1", "raw6", "sctp", "dccp", "ff00"]
)
def test_what_may_begin_a_row(line: str) -> None:
    assert may_begin_row(line)


@pytest.mark.parametrize("line", ["Proto Recv-Q", "Zeile", "warning", "", "/run/x", "-"])
def test_what_begins_no_row(line: str) -> None:
    assert not may_begin_row(line)


@pytest.mark.parametrize(
    ("line", "expected"),
    [("one two", True), ("one  two", False), ("one\ttwo", False), ("für", False), ("", True)],
)
def test_prose_has_no_columns_and_no_other_alphabet(line: str, *, expected: bool) -> None:
    assert is_prose(line) is expected


@pytest.mark.parametrize(
    "remark",
    [
        "warning, got bogus unix line.",
        "warning, got bogus tcp line 12.",
        "Warnung, fehlerhafe UNIX-Zeile.",
        "attention, ligne unix en erreur.",
        "varování, nesmyslný unix řádek.",
        "警告, 偽のunixラインを得ました.",
        "netstat: feature `AF X25' not supported.",
        "SELinux is not enabled on this machine.",
        "getnameinfo failed",
        "/proc/net/unix: Permission denied",
    ],
)
def test_a_remark_is_found_at_the_end_of_whatever_it_interrupts(remark: str) -> None:
    found = find_remark("tcp        0 " + remark + " ")
    assert found is not None
    assert found.start() == 13


@pytest.mark.parametrize(
    "text",
    [
        "",
        "warning",
        "netstat: hello there, how are you",
        "warning, got bogus unix line. And more",
        "tcp 0 0 0.0.0.0:22 0.0.0.0:* LISTEN 7/ssh",
    ],
)
def test_no_remark_is_found_where_there_is_none(text: str) -> None:
    assert find_remark(text) is None


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Active Connections", True),
        ("  Proto  Local Address          Foreign Address        State", True),
        ("Active Internet connections (only servers)", False),
        ("Proto Recv-Q Send-Q Local Address           Foreign Address", False),
    ],
)
def test_which_headings_only_windows_prints(line: str, *, expected: bool) -> None:
    assert is_windows_heading(line) is expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Proto Recv-Q Send-Q Local Address           Foreign Addre", True),
        ("Proto Recv-Q Send-Q Local Address           Foreign Address         St>", True),
        ("Proto Recv-Q Send-Q Local Address           Foreign Address         State", False),
        ("Proto RefCnt Flags       Type       State         I-Node   Pa", True),
        ("Proto RefCnt Flags       Type       State         I-Node   Path", False),
    ],
)
def test_a_header_that_the_edge_of_a_screen_cut(line: str, *, expected: bool) -> None:
    assert is_cut_header(line) is expected


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("Kernel IP routing table", "a routing table"),
        ("Destination     Gateway         Genmask", "a routing table"),
        ("Iface      MTU    RX-OK", "an interface table"),
        ("Ip:", "protocol statistics"),
        ("IPv6/IPv4 Group Memberships", "a multicast group table"),
        ("IP masquerading entries", "a masquerading table"),
        ("Active X.25 sockets", "a table of other sockets"),
        ("Good morning", None),
    ],
)
def test_the_name_of_another_table(line: str, name: str | None) -> None:
    assert other_table(line) == name
