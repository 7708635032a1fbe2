"""Engines of fleets: real processes, a real cluster, what is under way at once, taking up again."""

from __future__ import annotations

import multiprocessing
import os
import queue
import signal
import subprocess
import sys
import warnings
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

import pytest
from fleet_captures import listening, night
from whole import whole

from netstat_fw.cli.fleet import engines
from netstat_fw.fleet import Fleet, HostCapture, MemoryStore, Progress, Run, collect, survey
from netstat_fw.fleet.engine import Inline, in_pieces, run_each

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

P = ParamSpec("P")
T = TypeVar("T")
HOSTS, NIGHTS = 8, 6


def captures() -> Iterator[HostCapture]:
    """Make captures of hosts that talk to each other; some are broken."""
    for host in range(HOSTS):
        own, next_one = f"192.0.2.{host + 1}", f"192.0.2.{(host + 1) % HOSTS + 1}"
        for number in range(NIGHTS):
            text = listening(443, 8000 + host % 3) + (
                f"\ntcp 0 0 {own}:{40000 + number} {next_one}:443 ESTABLISHED 9/app"
            )
            broken = host % 7 == 6 and number == 2
            yield HostCapture(f"host{host}", night(number), "broken" if broken else text)


def written(fleet: Fleet) -> str:
    """Write a result whole."""
    return "\n".join((*fleet.json_lines(), whole(fleet)))


@pytest.fixture(scope="module")
def expected() -> str:
    """Return what the plain loop gives."""
    return written(survey(captures()))


def test_a_pool_of_processes_gives_what_the_plain_loop_gives(expected: str) -> None:
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(2, mp_context=spawn) as pool:
        assert written(survey(captures(), Run(executor=pool))) == expected


def test_processes_end_with_the_run_that_was_killed() -> None:
    """They share its output: as long as one of them lives, reading that does not end."""
    script = """\
import os
from netstat_fw.cli.fleet.engines import open_engine
with open_engine(None, 2) as engine:
    print(engine.executor.submit(os.getpid).result(), flush=True)
    os.kill(os.getpid(), 9)
"""
    done = subprocess.run(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, timeout=30, check=False
    )
    assert done.returncode == -signal.SIGKILL
    assert int(done.stdout) > 0


def test_only_a_process_of_a_pool_follows_another(monkeypatch: pytest.MonkeyPatch) -> None:
    reader, writer = multiprocessing.Pipe(duplex=False)
    ended: queue.Queue[int] = queue.Queue()
    monkeypatch.setattr(os, "_exit", ended.put)
    engines.follow_parent()
    parent = SimpleNamespace(sentinel=reader.fileno())
    monkeypatch.setattr(multiprocessing, "parent_process", lambda: parent)
    engines.follow_parent()
    with pytest.raises(queue.Empty):
        ended.get(timeout=0.05)
    writer.close()
    assert ended.get(timeout=10) == 1
    reader.close()


def test_a_cluster_loses_nothing_with_a_worker_that_is_killed(expected: str) -> None:
    distributed = pytest.importorskip("distributed", reason="needs the extra fleet")
    told: list[Progress] = []
    with warnings.catch_warnings():
        # What the cluster deprecates in itself is not ours.
        warnings.simplefilter("ignore")
        with (
            distributed.LocalCluster(
                n_workers=2,
                threads_per_worker=1,
                host="127.0.0.1",
                dashboard_address=None,
                silence_logs=50,
            ) as cluster,
            distributed.Client(cluster) as client,
        ):
            first = [nanny.pid for nanny in cluster.workers.values()]

            def watch(progress: Progress) -> None:
                if not told:
                    os.kill(first[0], signal.SIGKILL)
                told.append(progress)

            fleet = survey(captures(), Run(executor=client.get_executor(), progress=watch))
            left = [nanny.pid for nanny in cluster.workers.values()]
    assert first[0] not in left
    assert Progress("examining", HOSTS * NIGHTS) in told
    assert written(fleet) == expected


class Watched(Executor):
    """Runs work only when its result is asked for, and counts what waits."""

    def __init__(self) -> None:
        self.waiting = 0
        self.most = 0

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Take work."""
        self.waiting += 1
        self.most = max(self.most, self.waiting)
        watched = self

        class Late(Future[T]):
            def result(self, timeout: float | None = None) -> T:
                watched.waiting -= 1
                assert timeout is None
                return fn(*args, **kwargs)

        return Late()


def test_only_so_much_is_under_way_at_once() -> None:
    taken = []

    def numbers() -> Iterator[tuple[int]]:
        for number in range(100):
            taken.append(number)
            yield (number,)

    watched = Watched()
    results = run_each(watched, abs, numbers(), in_flight=5)
    assert next(results) == 0
    assert len(taken) <= 6
    assert [0, *results] == list(range(100))
    assert (watched.most, watched.waiting) == (5, 0)


def test_what_goes_wrong_in_work_is_raised_where_its_result_is_due() -> None:
    results = run_each(Inline(), int, [("1",), ("x",), ("3",)])
    assert next(results) == 1
    with pytest.raises(ValueError, match="invalid literal"):
        next(results)


def test_work_that_nobody_waits_for_is_cancelled() -> None:
    class Idle(Executor):
        def __init__(self) -> None:
            self.futures: list[Future[Any]] = []

        def submit(self, _fn: Callable[P, T], /, *_: P.args, **__: P.kwargs) -> Future[T]:
            self.futures.append(Future())
            if len(self.futures) == 1:
                self.futures[0].set_result(7)
            return self.futures[-1]

    idle = Idle()
    results = run_each(idle, abs, [(n,) for n in range(9)], in_flight=3)
    assert next(results) == 7
    results.close()
    assert [future.cancelled() for future in idle.futures] == [False, True, True]


def test_pieces_are_small_in_number_and_in_size() -> None:
    small = [HostCapture("h", None, str(n)) for n in range(40)]
    assert [len(piece) for piece in in_pieces(small)] == [16, 16, 8]
    large = [HostCapture("h", None, b"x" * 700_000) for _ in range(3)]
    assert [len(piece) for piece in in_pieces([*large, *small])] == [1, 1, 1 + 15, 16, 9]
    assert list(in_pieces([])) == []


def test_a_run_that_was_stopped_is_taken_up_again(expected: str) -> None:
    def stopped() -> Iterator[HostCapture]:
        for number, capture in enumerate(captures()):
            if number == 40:
                raise KeyboardInterrupt
            yield capture

    store = MemoryStore()
    told: list[Progress] = []
    with pytest.raises(KeyboardInterrupt):
        collect(stopped(), store, Run(in_flight=1))
    fleet = survey(captures(), Run(progress=told.append), store=store)
    whole = HOSTS * NIGHTS
    examined = [progress for progress in told if progress.stage == "examining"][-1]
    assert examined.skipped >= 16
    assert examined.done == whole - examined.skipped
    assert written(fleet) == expected


def test_memory_does_not_hold_the_captures() -> None:
    """Of many captures only those under way are there at once."""
    alive = 0
    most = 0

    class Text(str):
        __slots__ = ()

        def __del__(self) -> None:
            nonlocal alive
            alive -= 1

    def many() -> Iterator[HostCapture]:
        nonlocal alive, most
        for number in range(300):
            alive += 1
            most = max(most, alive)
            yield HostCapture("h", None, Text(listening(1000 + number % 5)))

    collect(many(), MemoryStore(), Run(in_flight=2))
    # Two pieces under way, one being put together, one being given back.
    assert most <= 4 * 16
