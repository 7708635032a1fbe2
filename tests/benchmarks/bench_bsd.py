"""Reads generated BSD captures of 20,000 rows, with jc on the same text in the same run.

Run: ``python tests/benchmarks/bench_bsd.py``. Every row has a peer of its own, so that little of it
can be remembered. jc reads no pid of ``-v``; that is why the owners found are counted as well.
"""

from __future__ import annotations

import random
import sys
from functools import partial
from pathlib import Path

import jc
from turns import shortest

from netstat_fw import parse

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from printers_bsd import LAYOUTS, End, Row, table

ROWS = 20_000
PROCESSES = 150
_NAMES = ("sshd", "Comet Helper", "Codex (Service)", "launchd", "Web Server (dev)")
_COMPARED = ("freebsd -an", "macos -an", "freebsd -anW", "macos 14 -anv", "macos 15 -anv")


def compose(layout: str, rows: int = ROWS, seed: int = 1) -> str:
    """Compose a busy host's capture: one own address, ever new peers, some listeners."""
    pick = random.Random(seed)  # noqa: S311 - a repeatable text, no secret
    printed = []
    owners = [(pick.randint(1, 99_999), pick.choice(_NAMES)) for _ in range(PROCESSES)]
    for _ in range(rows):
        port = str(pick.randint(1024, 65535))
        pid, name = pick.choice(owners)
        peer = End(f"198.51.100.{pick.randint(1, 254)}", port)
        own = End("192.0.2.7", "22")
        if pick.randrange(10):
            printed.append(Row("tcp4", own, peer, "ESTABLISHED", pid=pid, name=name))
        else:
            printed.append(Row("udp46", End("*", port), End("*", "*"), pid=pid, name=name))
    return table(printed, LAYOUTS[layout])


def main() -> None:
    """Print microseconds per row of both, and how many owners were found."""
    for layout in _COMPARED:
        text = compose(layout)
        ours, theirs = shortest(
            partial(parse, text),
            partial(jc.parse, "netstat", text, quiet=True),
        )
        capture = parse(text)
        rows = len(jc.parse("netstat", text, quiet=True))
        owners = sum(one.process is not None for one in capture.sockets)
        sys.stdout.write(
            f"{layout:<14} netstat-fw {ours / ROWS * 1e6:5.1f} us/row, {len(capture.sockets):,}"
            f" rows, {owners:,} owners; jc {theirs / ROWS * 1e6:5.1f} us/row, {rows:,} rows\n"
        )


if __name__ == "__main__":
    main()
