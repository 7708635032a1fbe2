"""Analyses generated captures of 100,000 sockets, against the reading of the same text.

Run: ``python tests/benchmarks/bench_analyze.py``. Analysing may take at most twice as long as
reading, and ten times the sockets at most twelve times as long; it exits with 1 otherwise.
"""

from __future__ import annotations

import random
import sys
import time

from netstat_fw import analyze, parse

ROWS = 100_000
_HEADER = (
    "Proto Recv-Q Send-Q Local Address           Foreign Address         State       PID/Program\n"
)
_LISTENERS = [
    "tcp        0      0 0.0.0.0:22              0.0.0.0:*               LISTEN      416/sshd",
    "tcp6       0      0 :::443                  :::*                    LISTEN      2/nginx",
    "udp        0      0 0.0.0.0:123             0.0.0.0:*                           9/ntpd",
]


def compose(rows: int, *, servers_share: float, seed: int = 1) -> str:
    """Compose a busy host's capture in which nearly every peer is seen once.

    Args:
        rows: number of connections.
        servers_share: how many of them come in, 0 to 1; the others go out.
        seed: seed of the choices.
    """
    pick = random.Random(seed)  # noqa: S311 - a repeatable text, no secret
    lines = list(_LISTENERS)
    for _ in range(rows):
        peer = f"{pick.randint(1, 223)}.{pick.randint(0, 255)}.{pick.randint(0, 255)}.9"
        port = pick.randint(32768, 60999)
        if pick.random() < servers_share:
            ends = f"{'192.0.2.2:443':<23} {f'{peer}:{port}':<23}"
            lines.append(f"tcp6       0      0 {ends} ESTABLISHED 2/nginx")
        elif pick.random() < 0.8:
            remote = pick.choice([80, 443, 5432, 8443])
            ends = f"{f'192.0.2.2:{port}':<23} {f'{peer}:{remote}':<23}"
            lines.append(f"tcp        0      0 {ends} TIME_WAIT   -")
        else:
            ends = f"{f'192.0.2.2:{port}':<23} {f'{peer}:53':<23}"
            lines.append(f"udp        0      0 {ends} ESTABLISHED 7/named")
    return _HEADER + "\n".join(lines) + "\n"


def measure(text: str) -> tuple[float, float]:
    """Return the seconds that reading and analysing take, the best of three of each."""
    reading = analysing = float("inf")
    for _ in range(3):
        start = time.process_time()
        capture = parse(text)
        reading = min(reading, time.process_time() - start)
        start = time.process_time()
        analyze(capture)
        analysing = min(analysing, time.process_time() - start)
    return reading, analysing


def main() -> None:
    """Print microseconds per socket, the ratio to reading, and the growth over ten times."""
    missed = False
    for name, share in (("incoming", 0.9), ("mixed", 0.5), ("outgoing", 0.1)):
        _, small = measure(compose(ROWS // 10, servers_share=share))
        reading, analysing = measure(compose(ROWS, servers_share=share))
        ratio, growth = analysing / reading, analysing / small
        missed = missed or ratio > 2 or growth > 12
        sys.stdout.write(
            f"{name:<9} read {reading / ROWS * 1e6:5.1f} us/socket, analysed"
            f" {analysing / ROWS * 1e6:5.1f} us/socket, ratio {ratio:.2f},"
            f" ten times the sockets {growth:.1f} times as long\n"
        )
    sys.exit(missed)


if __name__ == "__main__":
    main()
