"""Starts the command over and over: how long a person waits for its help and for a plan.

Run: ``python tests/benchmarks/bench_cli.py [RUNS]``, on an idle machine. Medians of processes, also
as multiples of a Python that does nothing, which is what means something on another machine,
and of processor time, which is what means something on a busy one. The help may take 250 ms and
the plan of 500 lines 600 ms; exits with 1 where one takes longer.
"""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

RUNS = 15
LINES = 500
_UNCOMPILED = {"PYTHONDONTWRITEBYTECODE"}
_COMMAND = ("-m", "netstat_fw")
_ROW = "{:<5} {:>6} {:>6} {:<23} {:<23} {:<11} {:<19}"
_HEADER = (
    "Proto", "Recv-Q", "Send-Q", "Local Address", "Foreign Address", "State", "PID/Program name",
)  # fmt: skip


def write_capture(path: Path) -> None:
    """Write a server's capture: some listeners, many connections both ways, UDP, programs."""
    rows = [
        "Active Internet connections (servers and established)",
        _ROW.format(*_HEADER),
    ]
    listeners = ((22, "sshd"), (25, "master"), (80, "nginx"), (443, "nginx"), (5432, "postgres"))
    for port, program in listeners:
        owner = f"9/{program}"
        rows.append(_ROW.format("tcp", 0, 128, f"0.0.0.0:{port}", "0.0.0.0:*", "LISTEN", owner))
        rows.append(_ROW.format("tcp6", 0, 128, f":::{port}", ":::*", "LISTEN", owner))
    rows += [
        _ROW.format("udp", 0, 0, f"0.0.0.0:{port}", "0.0.0.0:*", "", "7/daemon")
        for port in (68, 123, 161)
    ]
    number = 0
    while len(rows) < LINES:
        number += 1
        peer = f"198.51.100.{number % 250 + 1}"
        if number % 3:
            local, remote, program = "192.0.2.10:443", f"{peer}:{40000 + number}", "nginx"
        else:
            local, remote, program = f"192.0.2.10:{35000 + number}", f"{peer}:5432", "app"
        rows.append(_ROW.format("tcp", 0, 0, local, remote, "ESTABLISHED", f"{number}/{program}"))
    path.write_text("\n".join([*rows, ""]), "utf-8")


def measure(arguments: tuple[str, ...], runs: int) -> tuple[float, float]:
    """Return the median seconds of a process, elapsed and of processor time.

    Modules are compiled, as where the package is installed; the first run, which may have had to
    compile them, does not count.
    """
    environment = {key: value for key, value in os.environ.items() if key not in _UNCOMPILED}
    call = [sys.executable, *arguments]
    elapsed, used = [], []
    for _ in range(runs + 1):
        before, start = _processor_seconds(), time.perf_counter()
        subprocess.run(call, stdout=subprocess.DEVNULL, check=True, env=environment)
        elapsed.append(time.perf_counter() - start)
        used.append(_processor_seconds() - before)
    return statistics.median(elapsed[1:]), statistics.median(used[1:])


def _processor_seconds() -> float:
    """Return what all processes that were started have used so far."""
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime


def main() -> int:
    """Print the medians; return 1 where one is above its limit."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else RUNS
    missed = False
    with tempfile.TemporaryDirectory() as folder:
        capture = Path(folder) / "capture.txt"
        write_capture(capture)
        nothing, little = measure(("-c", "pass"), runs)
        print(f"python -c pass: {nothing * 1000:.0f} ms (medians of {runs} runs)")
        for words, limit in (
            (("--help",), 0.25),
            (("plan", str(capture)), 0.6),
            (("plan", str(capture), "--json"), 0.6),
            (("parse", str(capture), "--csv"), None),
        ):
            took, used = measure((*_COMMAND, *words), runs)
            name = " ".join(words).replace(str(capture), f"{LINES} lines")
            limited = "" if limit is None else f", limit {limit * 1000:.0f} ms"
            print(
                f"{name}: {took * 1000:.0f} ms, {took / nothing:.1f} times{limited};"
                f" processor {used * 1000:.0f} ms, {used / little:.1f} times"
            )
            missed = missed or (limit is not None and took > limit)
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
