"""The cost of an analysis grows with the number of sockets and no faster.

Counted in calls instead of seconds, so that a busy machine cannot fail it.
"""

from __future__ import annotations

import gc
import sys
from typing import TYPE_CHECKING

import pytest
from findings_text import linux

from netstat_fw.analyzers import analyze

if TYPE_CHECKING:
    from collections.abc import Callable

    from netstat_fw.records import Capture

SHAPES = {
    "incoming": lambda n: f"tcp 192.0.2.2:22 198.51.{n % 200}.{n // 200}:50000 ESTABLISHED 5/sshd",
    "outgoing": lambda n: f"tcp 192.0.2.2:{33000 + n} 198.51.100.7:{443 + n % 9} TIME_WAIT -",
    "ports": lambda n: f"tcp 192.0.2.2:{33000 + n} 198.51.100.7:{1000 + n} ESTABLISHED 5/nmap",
    "listeners": lambda n: f"tcp 0.0.0.0:{1000 + n} 0.0.0.0:* LISTEN {n + 1}/p{n}",
    "per address": lambda n: f"tcp 10.1.{n % 200}.{n // 200}:53 0.0.0.0:* LISTEN 5/named",
    "loopback": lambda n: f"tcp 127.0.0.1:{1000 + n} 0.0.0.0:* LISTEN {n + 1}/p{n}",
    "datagrams": lambda n: f"udp 0.0.0.0:{1000 + n * 15} 0.0.0.0:* {n + 1}/p{n}",
    "connected": lambda n: f"udp 192.0.2.2:{33000 + n} 198.51.100.7:53 ESTABLISHED 5/named",
    "repeated": lambda n: f"udp 192.0.2.2:{53 + n % 2} 0.0.0.0:* 5/named",
    "nothing known": lambda n: f"tcp 192.0.2.2:{40000 + n} 198.51.100.7:50000 ESTABLISHED -",
}
FEW = 300


def calls(capture: Capture) -> int:
    """Count the calls of an analysis, those of built-in functions included."""
    count = 0

    def tally(_frame: object, event: str, _argument: object) -> None:
        nonlocal count
        count += event in {"call", "c_call"}

    before = sys.getprofile()
    sys.setprofile(tally)
    try:
        analyze(capture)
    finally:
        sys.setprofile(before)
    return count


@pytest.mark.parametrize("shape", SHAPES)
def test_ten_times_the_sockets_cost_about_ten_times_as_much(shape: str) -> None:
    row: Callable[[int], str] = SHAPES[shape]
    listener = "" if shape == "nothing known" else "tcp 0.0.0.0:22 0.0.0.0:* LISTEN 1/sshd\n"
    few, many = (linux(listener + "\n".join(map(row, range(number)))) for number in (FEW, 10 * FEW))
    analyze(few)
    assert len(many.sockets) >= 10 * FEW
    assert calls(many) <= 11 * calls(few)


@pytest.mark.parametrize("enabled", [True, False])
def test_the_search_for_cycles_is_left_as_it_was(*, enabled: bool) -> None:
    before = gc.isenabled()
    (gc.enable if enabled else gc.disable)()
    try:
        analyze(linux("tcp 0.0.0.0:22 0.0.0.0:* LISTEN 1/sshd"))
        assert gc.isenabled() is enabled
    finally:
        (gc.enable if before else gc.disable)()
