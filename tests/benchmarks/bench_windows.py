"""Reads a generated ``netstat -aonb`` of 20,000 rows, with jc on the same text in the same run.

Run: ``python tests/benchmarks/bench_windows.py``. jc reads one owner line per row and loses the
service; that is what the comparison is about, so both are counted.
"""

from __future__ import annotations

import random
import time
from typing import TYPE_CHECKING

import jc

from netstat_fw import parse

if TYPE_CHECKING:
    from collections.abc import Callable, Sized

ROWS = 20_000
PROCESSES = 150
_SERVICES = ("RpcSs", "Dnscache", "EventLog", "Schedule", "CDPSvc", "SSDPSRV", "iphlpsvc")
_PROGRAMS = ("chrome.exe", "OUTLOOK.EXE", "NVIDIA Web Helper.exe", "sqlservr.exe", "node.exe")
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


def best(read: Callable[[], Sized], times: int) -> tuple[float, int]:
    """Return the shortest time of several in seconds, and how many records there were."""
    shortest, count = float("inf"), 0
    for _ in range(times):
        start = time.process_time()
        count = len(read())
        shortest = min(shortest, time.process_time() - start)
    return shortest, count


def main() -> None:
    """Print rows per second of both, and the ratio."""
    text = compose()
    ours, our_rows = best(lambda: parse(text).sockets, 5)
    theirs, their_rows = best(lambda: list(jc.parse("netstat", text, quiet=True)), 3)
    owners = [socket.process for socket in parse(text).sockets]
    services = sum(bool(owner and owner.service) for owner in owners)
    programs = sum(bool(owner and owner.name) for owner in owners)
    jc_rows = jc.parse("netstat", text, quiet=True)
    jc_programs = sum("program_name" in row for row in jc_rows)
    print(f"text: {text.count(chr(10)):,} lines, {ROWS:,} rows")
    for name, seconds, rows in (("netstat-fw", ours, our_rows), ("jc", theirs, their_rows)):
        print(
            f"{name:<10} {rows:>6,} rows  {seconds * 1e6 / rows:6.2f} µs/row"
            f"  {rows / seconds:>9,.0f} rows/s"
        )
    print(f"ratio {our_rows / ours / (their_rows / theirs):.1f}")
    print(
        f"netstat-fw keeps {programs:,} executables and {services:,} services apart;"
        f" jc keeps {jc_programs:,} names in one field"
    )


if __name__ == "__main__":
    main()
