"""A cluster whose scheduler goes away: the run ends and says so, whatever was under way."""

from __future__ import annotations

from concurrent.futures import BrokenExecutor, Executor, Future
from typing import TYPE_CHECKING, ParamSpec, TypeVar

import pytest

from netstat_fw.cli.fleet import cluster
from netstat_fw.cli.fleet.cluster import Cluster

if TYPE_CHECKING:
    from collections.abc import Callable

P = ParamSpec("P")
T = TypeVar("T")


class Client(Executor):
    """Stands for a client of a cluster and its executor, which leaves work undone."""

    def __init__(self) -> None:
        self.status = "running"
        self.under_way: list[Future[int]] = []

    def get_executor(self) -> Client:
        """Return the executor."""
        return self

    def submit(self, _fn: Callable[P, T], /, *_: P.args, **__: P.kwargs) -> Future[T]:
        """Take work."""
        if self.status == "closed":
            raise ZeroDivisionError
        future: Future[T] = Future()
        self.under_way.append(future)  # type: ignore[arg-type] # whatever it is of
        return future


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Client:
    """Make a client that is asked often whether it is there."""
    monkeypatch.setattr(cluster, "_PATIENCE", 0.01)
    return Client()


def test_what_never_comes_is_not_waited_for(client: Client) -> None:
    reply = Cluster(client).submit(abs, -1)
    with pytest.raises(TimeoutError):
        reply.result(0.05)
    client.status = "closed"
    with pytest.raises(BrokenExecutor, match="the scheduler is gone"):
        reply.result()


def test_what_comes_late_is_waited_for(client: Client) -> None:
    class Late(Future[int]):
        looks = 0

        def result(self, timeout: float | None = None) -> int:
            self.looks += 1
            if self.looks == 3:
                self.set_result(7)
            return super().result(timeout)

    executor = Cluster(client)
    reply = executor.submit(abs, -1)
    client.status = "connecting"
    reply._reply = Late()  # type: ignore[attr-defined] # noqa: SLF001 - in the place of a real one
    assert reply.result() == 7


def test_what_was_taken_back_is_lost(client: Client) -> None:
    reply = Cluster(client).submit(abs, -1)
    assert reply.cancel()
    with pytest.raises(BrokenExecutor, match="gone"):
        reply.result()


def test_a_timeout_of_the_work_is_its_result(client: Client) -> None:
    reply = Cluster(client).submit(abs, -1)
    client.under_way[0].set_exception(TimeoutError("of the work"))
    with pytest.raises(TimeoutError, match="of the work"):
        reply.result()


def test_without_a_scheduler_no_work_is_handed_over(client: Client) -> None:
    executor = Cluster(client)
    client.status = "closed"
    with pytest.raises(BrokenExecutor, match="gone"):
        executor.submit(abs, -1)


def test_work_that_cannot_be_handed_over_says_why(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise ValueError("no work")

    executor = Cluster(client)
    monkeypatch.setattr(client, "submit", refuse)
    with pytest.raises(ValueError, match="no work"):
        executor.submit(abs, -1)
