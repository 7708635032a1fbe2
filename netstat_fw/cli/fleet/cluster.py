"""Cluster: work on a Dask cluster that ends when the scheduler is gone.

The executor of `distributed` may wait for ever then: results that were on their way never come.
"""

from __future__ import annotations

from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

P = ParamSpec("P")
T = TypeVar("T")

_PATIENCE = 2.0
"""Seconds between two looks at whether the scheduler is there."""
_LOST = "the scheduler is gone"
_ALIVE = frozenset({"running", "connecting"})
"""A client that has lost its scheduler tries to connect again, for a while."""


class Cluster(Executor):
    """The executor of a client of `distributed`.

    Asking for results and handing over work raise `BrokenExecutor` without a scheduler.
    """

    def __init__(self, client: Any) -> None:  # noqa: ANN401 - of a library without types
        self._client = client
        self._executor: Executor = client.get_executor()

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Hand work over."""
        try:
            return _Reply(self._client, self._executor.submit(fn, *args, **kwargs))
        except Exception:
            if self._client.status in _ALIVE:
                raise
            raise BrokenExecutor(_LOST) from None


class _Reply(Future[T]):
    """What comes back of one piece of work."""

    def __init__(self, client: Any, reply: Future[T]) -> None:  # noqa: ANN401 - as above
        super().__init__()
        self._client = client
        self._reply = reply

    def result(self, timeout: float | None = None) -> T:
        """Wait for the result, at most so many seconds for each look at the scheduler."""
        patience = _PATIENCE if timeout is None else timeout
        while True:
            try:
                return self._reply.result(patience)
            except CancelledError:
                raise BrokenExecutor(_LOST) from None
            except TimeoutError:
                # Work may raise the same.
                if self._reply.done() or timeout is not None:
                    raise
                if self._client.status not in _ALIVE:
                    raise BrokenExecutor(_LOST) from None

    def cancel(self) -> bool:
        """Take the work back, unless it is being done."""
        return self._reply.cancel()
