"""Reads generated ``netstat -anp`` texts of 20,000 rows beside jc and beside a bare expression.

Run: ``python tests/benchmarks/bench_parse.py``. The floor is `re.findall` of one row expression
over the same text: no reader that looks at every field can be faster. Exits with 1 where a bound is
missed: five times jc's rows per second on the first text, the floor within six times, ten times the
rows in twelve times the time, 1,100 bytes kept per socket, two seconds per hostile text. Ratios of
one run count; absolute times are the machine's.
"""

from __future__ import annotations

import contextlib
import gc
import random
import re
import sys
import time
import tracemalloc

import jc
from turns import shortest

from netstat_fw import NetstatFwError, parse

ROWS = 20_000
_HEADER = (
    "Active Internet connections (servers and established)\n"
    "Proto Recv-Q Send-Q Local Address           Foreign Address         State       "
    "PID/Program name    "
)
_UNIX_HEADER = (
    "Active UNIX domain sockets (servers and established)\n"
    "Proto RefCnt Flags       Type       State         I-Node   PID/Program name     Path"
)
_FLOOR = re.compile(
    r"^(tcp6?|udp6?|udpl6?|raw6?)[ \t]+([0-9]+)[ \t]+([0-9]+)[ \t]+(\S+):([^\s:]+)[ \t]+(\S+):"
    r"([^\s:]+)(?:[ \t]+(\S+))?[ \t]*(.*)$",
    re.MULTILINE,
)
_PROGRAMS = ("1123/nginx: worker", "988/sshd: root@pts", "2201/postgres: app", "77/java", "-")
_STATES = ("ESTABLISHED",) * 6 + ("TIME_WAIT", "CLOSE_WAIT", "FIN_WAIT2")


def _row(label: str, local: str, remote: str, state: str, program: str) -> str:
    return f"{label:<5}      0      0 {local:<23} {remote:<23} {state:<11} {program:<20}"


def unique_peers(rows: int = ROWS, seed: int = 1) -> str:
    """Compose a capture in which nearly every peer is seen once."""
    pick = random.Random(seed)  # noqa: S311 - a repeatable text, no secret
    lines = [_HEADER]
    for _ in range(rows):
        octets = [pick.randint(1, 223), *(pick.randint(0, 255) for _ in range(3))]
        peer = f"{'.'.join(map(str, octets))}:{pick.randint(1024, 65535)}"
        local = f"192.0.2.10:{pick.choice((22, 80, 443))}"
        lines.append(_row("tcp", local, peer, pick.choice(_STATES), pick.choice(_PROGRAMS)))
    return "\n".join([*lines, ""])


def realistic(rows: int = ROWS, seed: int = 1) -> str:
    """Compose a busy server: listeners, returning peers, UDP, IPv6, unix sockets."""
    pick = random.Random(seed)  # noqa: S311 - as above
    peers = [f"198.51.100.{pick.randint(1, 254)}" for _ in range(250)]
    weights = [1 / (rank + 1) for rank in range(len(peers))]
    lines = [_HEADER]
    for port in range(40):
        lines.append(_row("tcp", f"0.0.0.0:{8000 + port}", "0.0.0.0:*", "LISTEN", "77/java"))
        lines.append(_row("tcp6", f":::{8000 + port}", ":::*", "LISTEN", "77/java"))
    unix = rows // 14
    for peer in pick.choices(peers, weights, k=rows - unix - 280):
        local = f"192.0.2.10:{pick.choice((22, 80, 443, 5432))}"
        remote = f"{peer}:{pick.randint(32768, 60999)}"
        lines.append(_row("tcp", local, remote, pick.choice(_STATES), pick.choice(_PROGRAMS)))
    lines += [_row("udp", f"192.0.2.10:{p}", "0.0.0.0:*", "", "9/named") for p in range(5000, 5200)]
    lines.append(_UNIX_HEADER)
    lines += [
        f"unix  3      [ ]         STREAM     CONNECTED     {90_000 + n:<8} {'1/init':<20} /run/x"
        for n in range(unix)
    ]
    return "\n".join([*lines, ""])


HOSTILE = {
    "a line of 10 MB": "x" * 10_000_000,
    "10 MB of tcp": "tcp " * 2_500_000,
    "1 million blank lines": "\n" * 1_000_000,
    "1 million brackets": "tcp 0 0 " + "[" * 1_000_000,
    "a name of 1 million characters": "tcp 0 0 0.0.0.0:1 0.0.0.0:* LISTEN 1/" + "a b " * 250_000,
    "a margin of 5 million marks": "> " * 2_500_000 + "\ntcp 0 0 0.0.0.0:1 0.0.0.0:* LISTEN -",
}


def _compare(name: str, text: str) -> tuple[float, float]:
    rows = text.count("\n")
    ours, floor, theirs = shortest(
        lambda: parse(text),
        lambda: _FLOOR.findall(text),
        lambda: jc.parse("netstat", text),
    )
    for who, time_taken in (("netstat-fw", ours), ("floor", floor), ("jc", theirs)):
        print(f"{name:<14} {who:<11} {time_taken / rows * 1e6:7.2f} us/row")
    print(f"{name:<14} {theirs / ours:.1f} times jc, {ours / floor:.1f} times the floor\n")
    return theirs / ours, ours / floor


def _retained_bytes(text: str) -> float:
    gc.collect()
    tracemalloc.start()
    capture = parse(text)
    gc.collect()
    kept = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    return kept / len(capture.sockets)


def _hostile(text: str) -> float:
    start = time.process_time()
    with contextlib.suppress(NetstatFwError):
        parse(text)
    return time.process_time() - start


def main() -> int:
    """Print every figure; return 1 where a bound is missed."""
    unique, whole = unique_peers(), realistic()
    jc_ratio, floor_ratio = _compare("unique peers", unique)
    _compare("realistic", whole)
    small, large = unique_peers(ROWS // 10), unique
    few, many = shortest(lambda: parse(small), lambda: parse(large))
    growth = many / few
    kept = _retained_bytes(unique)
    print(f"10 times the rows take {growth:.1f} times as long; {kept:.0f} bytes kept per socket")
    worst = 0.0
    for name, text in HOSTILE.items():
        taken = _hostile(text)
        worst = max(worst, taken)
        print(f"{name:<31} {taken:.2f} s")
    missed = jc_ratio < 5 or floor_ratio > 6 or growth > 12 or kept > 1_100 or worst > 2
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
