"""Takes generated captures of many hosts all the way, on one process and on two, and against jc.

Run: ``python tests/benchmarks/bench_fleet.py [CAPTURES [HOSTS]]``; by default 100,000 captures of
60 rows, ten nights of 10,000 hosts. Reading, merging, reports, edges, groups and rows of every
dataset are in the figures; the rows are counted and not written.

On two processes it must take at least 1.7 times as little time as on one. A machine's own speed
changes by as much within the half hour, so one and two processes take turns, each with a 25th of
the captures; and where others use the machine, too, processor time is what counts: half of what all
processes used, or all that the first one used, whichever is more. Four times the captures of the
same hosts may take half as much memory again. Exits with 1 where one is missed.
"""

from __future__ import annotations

import json
import multiprocessing
import random
import resource
import subprocess
import sys
import time
from concurrent.futures import Executor, ProcessPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import jc

from netstat_fw.cli.fleet.journal import Journal
from netstat_fw.fleet import HostCapture, HostRemotes, HostReport, Run, collect, relate, summarize
from netstat_fw.fleet.engine import Inline
from netstat_fw.fleet.groups import find_outliers, group_hosts
from netstat_fw.fleet.matching import match_hosts
from netstat_fw.fleet.rows import remotes_rows, report_rows, write_rows

if TYPE_CHECKING:
    from collections.abc import Iterator

CAPTURES = 100_000
NIGHTS = 10
TURNS = 5
PARTS = 25
ROWS = 60
START = datetime(2026, 1, 1, tzinfo=UTC)
STATES = ("ESTABLISHED", "ESTABLISHED", "TIME_WAIT", "CLOSE_WAIT")
HEAD = (
    "Active Internet connections (servers and established)\n"
    "Proto Recv-Q Send-Q Local Address           Foreign Address         State       "
    "PID/Program name    \n"
)
ROLES = (
    ((22, "sshd"), (80, "nginx"), (443, "nginx"), (9100, "node_exporter")),
    ((22, "sshd"), (5432, "postgres"), (9100, "node_exporter")),
    ((22, "sshd"), (25, "master"), (587, "master"), (9100, "node_exporter")),
    ((22, "sshd"), (53, "named"), (953, "named"), (9100, "node_exporter")),
)


def address(host: int) -> str:
    """Return the address of a host; there are as many as the benchmark needs."""
    return f"10.{host >> 16 & 255}.{host >> 8 & 255}.{host & 255}"


def row(local: str, remote: str, state: str, program: str, protocol: str = "tcp") -> str:
    """Write a row as netstat does."""
    return f"{protocol:<5}      0      0 {local:<23} {remote:<23} {state:<11} {program}\n"


def compose(host: int, hosts: int, night: int) -> str:
    """Write the capture of a host: its role's servers, its clients, and what it is a client of."""
    chance = random.Random(host * 1000 + night)  # noqa: S311 - no secret
    own = address(host)
    servers = ROLES[host % len(ROLES)]
    rows = [
        row(f"0.0.0.0:{port}", "0.0.0.0:*", "LISTEN", f"{port}/{name}") for port, name in servers
    ]
    rows += [
        row("127.0.0.1:6010", "0.0.0.0:*", "LISTEN", "999/sshd: root"),
        row("0.0.0.0:68", "0.0.0.0:*", "", "611/dhclient", "udp"),
        row("127.0.0.1:323", "0.0.0.0:*", "", "402/chronyd", "udp"),
    ]
    # A client of four others, which know of it; the rest of its traffic is with the outside.
    for step in (1, 2, 5, 11):
        server, client = (host + step) % hosts, (host - step) % hosts
        port = ROLES[server % len(ROLES)][1][0]
        rows.append(
            row(f"{own}:{40000 + step}", f"{address(server)}:{port}", "ESTABLISHED", "77/app")
        )
        serving, name = servers[1]
        peer = f"{address(client)}:{40000 + step}"
        rows.append(row(f"{own}:{serving}", peer, "ESTABLISHED", f"{serving}/{name}"))
    while len(rows) < ROWS:
        port, name = chance.choice(servers)
        peer = f"198.51.100.{chance.randrange(1, 255)}:{chance.randrange(32768, 60999)}"
        rows.append(row(f"{own}:{port}", peer, chance.choice(STATES), f"{port}/{name}"))
    return HEAD + "".join(rows)


def captures(count: int, hosts: int) -> Iterator[HostCapture]:
    """Make captures, night by night."""
    for number in range(count):
        night, host = divmod(number, hosts)
        text = compose(host, hosts, night)
        yield HostCapture(f"host{host}", START + timedelta(days=night), text)


def report_lines(report: HostReport) -> int:
    """Write the rows of a host and say how long they are."""
    return sum(map(len, write_rows(report_rows(report)).values()))


def remotes_lines(remotes: HostRemotes) -> int:
    """Write the rows of a host's edges and say how long they are."""
    return sum(map(len, write_rows(remotes_rows(remotes)).values()))


def processor_seconds() -> tuple[float, float]:
    """Return what this process used, and what its children did."""
    own, children = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return own.ru_utime + own.ru_stime, children.ru_utime + children.ru_stime


def work(count: int, hosts: int, executor: Executor, jobs: int) -> dict[str, Any]:
    """Take the captures all the way."""
    run = Run(executor=executor, in_flight=3 * jobs, sockets=True)
    marks = [("start", time.perf_counter(), processor_seconds()[0])]

    def mark(name: str) -> None:
        marks.append((name, time.perf_counter(), processor_seconds()[0]))

    with Journal(None) as journal:
        collect(captures(count, hosts), journal, run)
        mark("examine")
        summaries = list(summarize(journal, report_lines, run))
        mark("report")
        edges = match_hosts({each.host: each.view for each in summaries if each.view is not None})
        mark("match")
        size = sum(each.shaped for each in summaries) + sum(
            relate(journal, edges, remotes_lines, run)
        )
        mark("relate")
        members = [each.member for each in summaries if each.member is not None]
        groups = group_hosts(members)
        outliers = find_outliers(members)
        mark("group")
    steps = {
        name: (wall - before, own - own_before)
        for (_, before, own_before), (name, wall, own) in pairwise(marks)
    }
    return {
        "steps": steps,
        "bytes": size,
        "edges": len(edges),
        "groups": len(groups),
        "outliers": len(outliers),
    }


def one(count: int, hosts: int, jobs: int) -> None:
    """Measure one way of working and write the figures as JSON."""
    start = time.perf_counter()
    if jobs == 1:
        figures = work(count, hosts, Inline(), 1)
    else:
        spawn = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(jobs, mp_context=spawn) as pool:
            figures = work(count, hosts, pool, jobs)
    wall = time.perf_counter() - start
    own, children = processor_seconds()
    peaks = [
        resource.getrusage(who).ru_maxrss / 1024
        for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    ]
    figures |= {"wall": wall, "own": own, "children": children, "peaks": peaks}
    sys.stdout.write(json.dumps(figures))


def measure(count: int, hosts: int, jobs: int) -> dict[str, Any]:
    """Measure one way of working in a process of its own."""
    command = (sys.executable, __file__, "--one", str(count), str(hosts), str(jobs))
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    figures: dict[str, Any] = json.loads(done.stdout)
    used = figures["own"] + figures["children"]
    figures["ideal"] = used if jobs == 1 else max(used / jobs, figures["own"])
    print(
        f"{count:,} captures of {hosts:,} hosts, {jobs} process{'es' if jobs > 1 else ''}:"
        f" {count / figures['wall']:.0f} captures/s here,"
        f" {count / figures['ideal']:.0f} on idle processors;"
        f" {figures['own']:.1f} s of processor time in the first process,"
        f" {figures['children']:.1f} s in others;"
        f" peak {figures['peaks'][0]:.0f} MiB and {figures['peaks'][1]:.0f} MiB in a worker"
    )
    for name, (wall, own) in figures["steps"].items():
        print(f"    {name:<8} {wall:7.1f} s, {own:7.1f} s of the first process")
    print(
        f"    {figures['edges']:,} edges, {figures['groups']:,} groups,"
        f" {figures['outliers']:,} outliers, {figures['bytes'] / 2**20:.0f} MiB of rows"
    )
    return figures


def gain(count: int, hosts: int) -> float:
    """Return how many times as fast two processes are, of turns with parts of the captures."""
    turns = [
        [measure(max(1, count // PARTS), max(1, hosts // PARTS), jobs) for jobs in (1, 2)]
        for _ in range(TURNS)
    ]
    by_clock, ideally = (
        sum(float(single[name]) for single, _ in turns)
        / sum(float(double[name]) for _, double in turns)
        for name in ("wall", "ideal")
    )
    print(
        f"in {TURNS} turns: {by_clock:.2f} times as fast by the clock, {ideally:.2f} times ideally"
    )
    return ideally


def main(count: int, hosts: int) -> int:
    """Print the figures; return 1 where one is missed."""
    single = measure(count, hosts, 1)
    double = measure(count, hosts, 2)
    same = all(single[name] == double[name] for name in ("bytes", "edges", "groups", "outliers"))
    print(f"two processes: the same result: {same}\n")
    gained = gain(count, hosts)

    few = max(1, count // 100)
    first, fourth = (measure(times * few, few, 1)["peaks"][0] for times in (1, 4))
    print(f"four times the captures of {few:,} hosts: {fourth / first:.2f} times the memory")

    texts = [str(each.text) for each in captures(min(count, 2000), hosts)]
    start = time.process_time()
    for text in texts:
        jc.parse("netstat", text, quiet=True)
    rate = len(texts) / (time.process_time() - start)
    print(f"jc in a plain loop: {rate:.0f} captures/s of processor time, read and nothing more")
    return int(gained < 1.7 or not same or fourth > 1.5 * first)


if __name__ == "__main__":
    numbers = [int(each) for each in sys.argv[1:] if each != "--one"]
    if "--one" in sys.argv:
        one(*numbers)
    else:
        count = numbers[0] if numbers else CAPTURES
        sys.exit(main(count, numbers[1] if numbers[1:] else max(1, count // NIGHTS)))
