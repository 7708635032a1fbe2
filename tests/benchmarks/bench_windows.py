"""Reads a generated ``netstat -aonb`` of 20,000 rows, with jc on the same text in the same run.

Run: ``python tests/benchmarks/bench_windows.py``. jc reads one owner line per row and loses the
service; that is what the comparison is about, so both are counted. The floor is what splitting the
rows and making their records takes alone. Exits with 1 where fewer than 1.4 times jc's rows are
read in a second.
"""

from __future__ import annotations

import random
import sys
from ipaddress import IPv4Address

import jc
from turns import shortest

from netstat_fw import Endpoint, Family, Protocol, Socket, parse
from netstat_fw.construct import constructor, without_cycle_search

ROWS = 20_000
PROCESSES = 150
_SERVICES = ("RpcSs", "Dnscache", "EventLog", "Schedule", "CDPSvc", "SSDPSRV", "iphlpsvc")
_PROGRAMS = ("chrome.exe", "OUTLOOK.EXE", "NVIDIA Web Helper.exe", "sqlservr.exe", "node.exe")
_BOUND = 1.4
_LABELS = {"TCP", "UDP"}
_TCP, _IPV4, _ADDRESS = Protocol.TCP, Family.IPV4, IPv4Address("192.0.2.10")
_new_endpoint, _new_socket = constructor(Endpoint), constructor(Socket)
_HEADER = "  Proto  Local Address          Foreign Address        State           PID"


def compose(rows: int = ROWS, seed: int = 1) -> str:
    """Compose a busy host's capture: 150 processes, ever new ports, every form of owner."""
    pick = random.Random(seed)  # noqa: S311 - a repeatable text, no secret
    owners = [[f"  {name}", " [svchost.exe]"] for name in _SERVICES]
    owners += [[f" [{name}]"] for name in _PROGRAMS] * 3
    owners += [[" Can not obtain ownership information"]] * 4
    processes = [(pick.randint(4, 30_000), pick.choice(owners)) for _ in range(PROCESSES)]
    lines = ["", "Active Connections", "", _HEADER]
    for _ in range(rows):
        port = pick.randint(1024, 65535)
        peer = f"198.51.100.{pick.randint(1, 254)}:{pick.choice((80, 443, 3389, 8443))}"
        kind = pick.randrange(10)
        pid, owner = pick.choice(processes)
        if kind < 2:
            lines.append(_row("TCP", f"0.0.0.0:{port}", "0.0.0.0:0", "LISTENING", pid))
        elif kind < 3:
            lines.append(_row("TCP", f"[::]:{port}", "[::]:0", "LISTENING", pid))
        elif kind < 4:
            lines.append(_row("TCP", f"192.0.2.10:{port}", peer, "TIME_WAIT", 0))
            continue
        elif kind < 8:
            lines.append(_row("TCP", f"192.0.2.10:{port}", peer, "ESTABLISHED", pid))
        else:
            lines.append(_row("UDP", f"0.0.0.0:{port}", "*:*", "", pid))
        lines += owner
    return "\n".join([*lines, ""])


def _row(protocol: str, local: str, remote: str, state: str, pid: int) -> str:
    return f"  {protocol:<6} {local:<22} {remote:<22} {state:<15} {pid}"


def floor(text: str) -> tuple[Socket, ...]:
    """Split rows and make one endpoint and one record of each, and understand nothing.

    No reader of whole records can be faster: an endpoint of two is mostly new, a record always.
    """
    sockets = []
    with without_cycle_search():
        for number, line in enumerate(text.split("\n"), 1):
            cells = line.split(None, 3)
            if len(cells) > 2 and cells[0] in _LABELS:
                end = _new_endpoint(_ADDRESS, int(cells[1].rpartition(":")[2]))
                sockets.append(
                    _new_socket(
                        _TCP, _IPV4, end, end, None, None, None, None, None, None, None, 0, number
                    )
                )
        return tuple(sockets)


def main() -> int:
    """Print what all three take and what was found; return 1 where a bound is missed."""
    text = compose()
    ours, theirs, least = shortest(
        lambda: parse(text),
        lambda: jc.parse("netstat", text, quiet=True),
        lambda: floor(text),
    )
    print(f"text: {text.count(chr(10)):,} lines, {ROWS:,} rows")
    for name, seconds in (("netstat-fw", ours), ("jc", theirs), ("floor", least)):
        print(f"{name:<10} {seconds * 1e6 / ROWS:6.2f} us/row {ROWS / seconds:>9,.0f} rows/s")
    print(f"{theirs / ours:.1f} times jc, {ours / least:.1f} times the floor")
    print(f"the floor itself would be {theirs / least:.1f} times jc")

    sockets, rows = parse(text).sockets, jc.parse("netstat", text, quiet=True)
    services = sum(bool(each.process and each.process.service) for each in sockets)
    programs = sum(bool(each.process and each.process.name) for each in sockets)
    named = sum("program_name" in row for row in rows)
    print(
        f"of {len(sockets):,} rows netstat-fw keeps {programs:,} executables and {services:,}"
        f" services apart; of {len(rows):,} jc keeps {named:,} names in one field"
    )
    return int(theirs < _BOUND * ours or len(sockets) != ROWS)


if __name__ == "__main__":
    sys.exit(main())
