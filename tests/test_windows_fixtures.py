"""The Windows fixtures, record by record: each file shows one thing, and this is what it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from netstat_fw.errors import UnrecognizedCapture
from netstat_fw.reader import parse
from netstat_fw.records import Dialect, Socket

FIXTURES = Path(__file__).resolve().parent.parent / "fixtures" / "windows"
# Protocol, local and remote end, state, process id, service, executable, number of components.
_GERMAN = """
    tcp 0.0.0.0:135 0.0.0.0:* LISTEN 988
    tcp 0.0.0.0:3389 0.0.0.0:* LISTEN 1204
    tcp 192.0.2.10:50188 203.0.113.80:443 ESTABLISHED 2632
    tcp 192.0.2.10:50189 203.0.113.80:443 CLOSE_WAIT 2632
    tcp 192.0.2.10:50190 203.0.113.81:443 TIME_WAIT 0
    tcp 192.0.2.10:50191 203.0.113.81:443 SYN_SENT 2632
    udp [fe80::200:5eff:fe00:5302%12]:546 *:* - 1020
"""
RECORDS = {
    "findstr.txt": """
        tcp 127.0.0.1:6379 0.0.0.0:* LISTEN 6136
        tcp 127.0.0.1:6379 127.0.0.1:7164 ESTABLISHED 6136
        tcp 127.0.0.1:7164 127.0.0.1:6379 ESTABLISHED 12764
    """,
    "netstat_a_names.txt": """
        tcp 0.0.0.0:135 APPSRV01:* LISTEN
        tcp [::]:445 APPSRV01:* LISTEN
        tcp 192.0.2.10:50188 www:https ESTABLISHED
        tcp 192.0.2.10:50189 82:http CLOSE_WAIT
        tcp 192.0.2.10:50190 server-198-51-100-29:https TIME_WAIT
        udp 0.0.0.0:500 *:* -
        udp 0.0.0.0:50127 198.51.100.94:443 -
    """,
    "netstat_ano_de_cp850.txt": _GERMAN,
    "netstat_ano_de_utf16.txt": _GERMAN,
    "netstat_anob_paged.txt": """
        tcp 0.0.0.0:22 0.0.0.0:* LISTEN 3120 sshd.exe
        tcp 0.0.0.0:3389 0.0.0.0:* LISTEN 1204 TermService svchost.exe
        tcp 0.0.0.0:5040 0.0.0.0:* LISTEN 4456 CDPSvc
    """,
    "netstat_anoi_win11.txt": """
        tcp 0.0.0.0:135 0.0.0.0:* LISTEN 988
        tcp 192.0.2.10:50188 203.0.113.80:443 ESTABLISHED 2632
        tcp 192.0.2.10:50190 203.0.113.81:443 TIME_WAIT 0
    """,
    "netstat_anoq.txt": """
        tcp 0.0.0.0:135 0.0.0.0:* LISTEN 988
        tcp 0.0.0.0:50188 0.0.0.0:* BOUND 2632
        tcp [::]:50189 [::]:* BOUND 2632
    """,
    "netstat_aonb.txt": """
        tcp 0.0.0.0:22 0.0.0.0:* LISTEN 3120 sshd.exe
        tcp 0.0.0.0:135 0.0.0.0:* LISTEN 988 RpcSs svchost.exe
        tcp 0.0.0.0:445 0.0.0.0:* LISTEN 4
        tcp 0.0.0.0:1433 0.0.0.0:* LISTEN 4188 sqlservr.exe
        tcp 0.0.0.0:3389 0.0.0.0:* LISTEN 1204 TermService svchost.exe
        tcp 0.0.0.0:5985 0.0.0.0:* LISTEN 4 System
        tcp 0.0.0.0:49664 0.0.0.0:* LISTEN 760 lsass.exe
        tcp 127.0.0.1:52665 0.0.0.0:* LISTEN 9348 NVIDIA Web Helper.exe
        tcp 192.0.2.10:3389 198.51.100.20:50412 ESTABLISHED 1204 TermService svchost.exe
        tcp 192.0.2.10:50188 203.0.113.80:443 ESTABLISHED 2632 WpnUserService_46a8de2e svchost.exe
        tcp 192.0.2.10:50190 203.0.113.81:443 TIME_WAIT 0
        tcp 192.0.2.10:50191 203.0.113.81:443 TIME_WAIT 0
        tcp 192.0.2.10:50192 198.51.100.30:1433 SYN_SENT 7004 OUTLOOK.EXE
        tcp [::]:22 [::]:* LISTEN 3120 sshd.exe
        tcp [::]:135 [::]:* LISTEN 988 RpcSs svchost.exe
        tcp [2001:db8::10]:50200 [2001:db8:0:1::443]:443 ESTABLISHED 7004 OUTLOOK.EXE
        udp 0.0.0.0:123 *:* - 1320 W32Time svchost.exe
        udp 0.0.0.0:5353 *:* - 2448 Dnscache svchost.exe
        udp 0.0.0.0:5353 *:* - 2448 Dnscache svchost.exe
        udp 192.0.2.10:55012 203.0.113.80:443 - 9001 msedge.exe
        udp [fe80::200:5eff:fe00:5302%4]:1900 *:* - 5212 SSDPSRV svchost.exe
    """,
    "netstat_aonb_fr_stripped.txt": """
        tcp 0.0.0.0:135 0.0.0.0:* LISTEN 988 RpcEptMapper svchost.exe
        tcp 0.0.0.0:445 0.0.0.0:* LISTEN 4
        tcp 127.0.0.1:15292 0.0.0.0:* LISTEN 5120 Adobe Desktop Service.exe
        udp [::1]:1900 *:* - 5212 SSDPSRV svchost.exe
    """,
    "netstat_aonb_hostile.txt": """
        tcp 0.0.0.0:8080 0.0.0.0:* LISTEN 6001 [a]b.exe]
        tcp 0.0.0.0:8081 0.0.0.0:* LISTEN 6002 TCP 0.0.0.0 22 LISTENING.exe
        tcp 0.0.0.0:8082 0.0.0.0:* LISTEN 6003 Active Connections
        tcp 0.0.0.0:8083 0.0.0.0:* LISTEN 6004 Can not obtain ownership information
        tcp 0.0.0.0:8084 0.0.0.0:* LISTEN 6005 '; accept tcp dport 22 #.exe
        tcp 192.0.2.10:50200 198.51.100.7:443 TIME_WAIT 0
        tcp 0.0.0.0:8085 0.0.0.0:* LISTEN 6006
        tcp 0.0.0.0:8086 0.0.0.0:* LISTEN 6008 last.exe
    """,
    "netstat_aonb_joined.txt": """
        tcp 0.0.0.0:135 0.0.0.0:* LISTEN 988 RpcSs svchost.exe
        tcp 0.0.0.0:445 0.0.0.0:* LISTEN 4
        tcp 0.0.0.0:3389 0.0.0.0:* LISTEN 1204 TermService svchost.exe
        udp 0.0.0.0:500 *:* - 3344 IKEEXT svchost.exe
    """,
    "netstat_aonb_unknown_language.txt": """
        tcp 0.0.0.0:135 0.0.0.0:* LISTEN 988 RpcSs svchost.exe
        tcp 0.0.0.0:445 0.0.0.0:* LISTEN 4
        tcp 192.0.2.10:50188 203.0.113.80:443 UNKNOWN 4
        udp 0.0.0.0:137 *:* - 4
    """,
    "netstat_nt.txt": """
        tcp 192.0.2.10:445 198.51.100.13:2167 ESTABLISHED
        tcp 192.0.2.10:1433 198.51.100.95:3560 ESTABLISHED
    """,
    "shell_session.txt": """
        tcp 0.0.0.0:3389 0.0.0.0:* LISTEN
        udp 0.0.0.0:123 *:* -
        tcp 0.0.0.0:3389 0.0.0.0:* LISTEN 1204 TermService svchost.exe
        udp 0.0.0.0:123 *:* - 1320 W32Time svchost.exe
    """,
    "vista_netstat_abn.txt": """
        tcp 0.0.0.0:135 0.0.0.0:* LISTEN RpcSs svchost.exe
        tcp 0.0.0.0:445 0.0.0.0:* LISTEN
        tcp 0.0.0.0:5357 0.0.0.0:* LISTEN
        tcp 0.0.0.0:49152 0.0.0.0:* LISTEN wininit.exe
        tcp 192.0.2.10:49200 198.51.100.7:80 TIME_WAIT
        udp 0.0.0.0:5355 *:* - Dnscache svchost.exe
    """,
    "wrapped_rows.txt": """
        tcp 0.0.0.0:135 0.0.0.0:* LISTEN 988 RpcSs svchost.exe
        tcp [::]:8000 [::]:* LISTEN 4188 python.exe
        tcp 192.0.2.10:50188 203.0.113.80:443 ESTABLISHED
    """,
    "xp_netstat_anbv.txt": """
        tcp 0.0.0.0:135 0.0.0.0:* LISTEN 988 svchost.exe 5
        tcp 0.0.0.0:445 0.0.0.0:* LISTEN 4 System
        tcp 192.0.2.10:1052 198.51.100.7:80 TIME_WAIT 0
        udp 0.0.0.0:1025 *:* - 1120 svchost.exe 2
        udp 0.0.0.0:500 *:* - 696 lsass.exe
    """,
}
REMARKS = {
    "netstat_ano_de_cp850.txt": ["5 encoding"],
    "netstat_ano_de_utf16.txt": ["1 encoding"],
    "netstat_aonb_hostile.txt": [
        "16 lost-owner",
        "19 lost-owner",
        "20 damaged-row",
        "21 lost-owner",
    ],
    "netstat_aonb_unknown_language.txt": ["5 assumed-state"],
    "shell_session.txt": ["1 no-row", "14 not-elevated"],
    "wrapped_rows.txt": ["11 cut-row"],
}


def shown(socket: Socket) -> str:
    """Write what a fixture is expected to say about one socket."""
    process = socket.process
    owner: list[object] = []
    if process is not None:
        owner = [process.pid, process.service, process.name, len(process.components) or None]
    state = "-" if socket.state is None else socket.state.value
    cells = [socket.protocol.value, socket.local, socket.remote, state, *owner]
    return " ".join(str(cell) for cell in cells if cell is not None)


@pytest.mark.parametrize("name", RECORDS)
def test_every_record_of_a_fixture(name: str) -> None:
    capture = parse((FIXTURES / name).read_bytes())
    assert [shown(socket) for socket in capture.sockets] == [
        line.strip() for line in RECORDS[name].strip().splitlines()
    ]
    assert capture.dialect is Dialect.WINDOWS
    remarks = [f"{remark.line} {remark.code}" for remark in capture.diagnostics]
    assert remarks == REMARKS.get(name, [])


def test_the_fixture_without_a_table_says_what_to_do() -> None:
    with pytest.raises(UnrecognizedCapture, match="Run as administrator"):
        parse((FIXTURES / "not_elevated_de_cp850.txt").read_bytes())


def test_every_fixture_is_expected() -> None:
    names = {path.name for path in FIXTURES.glob("*.txt")}
    assert names == {*RECORDS, "not_elevated_de_cp850.txt"}
