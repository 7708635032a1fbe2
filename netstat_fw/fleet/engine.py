"""Engines: work handed to any `concurrent.futures.Executor`, a bounded part of it at a time.

The results come in the order of the work, whichever is done first, so that engines differ in speed
and in nothing else.
"""

from __future__ import annotations

from collections import deque
from concurrent.futures import Executor, Future
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator

    from netstat_fw.fleet.capture import HostCapture

P = ParamSpec("P")
T = TypeVar("T")
R = TypeVar("R")

IN_FLIGHT = 8
"""Pieces of work that are under way at once, unless the caller says otherwise."""
_MOST_CAPTURES = 16
_MOST_BYTES = 1 << 20


class Inline(Executor):
    """The plain loop as an executor: work is done when it is handed over."""

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Do the work and return it done."""
        future: Future[T] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:  # noqa: BLE001 - whoever asks for the result gets it
            future.set_exception(error)
        return future


def run_each(
    executor: Executor,
    work: Callable[..., R],
    arguments: Iterable[tuple[Any, ...]],
    in_flight: int = IN_FLIGHT,
) -> Generator[R, None, None]:
    """Do the same work with many arguments; give the results in their order.

    Args:
        executor: what does it.
        work: a function of a module, so that it can be found in other processes.
        arguments: of one piece of work each, taken only when there is room for it.
        in_flight: at most so many pieces are handed over and not yet given back, at least one.
    """
    waiting: deque[Future[R]] = deque()
    try:
        for each in arguments:
            if len(waiting) >= in_flight:
                yield waiting.popleft().result()
            waiting.append(executor.submit(work, *each))
        while waiting:
            yield waiting.popleft().result()
    finally:
        for future in waiting:
            future.cancel()


def in_pieces(captures: Iterable[HostCapture]) -> Iterator[tuple[HostCapture, ...]]:
    """Put captures together into pieces of work, up to 16 of them or one of a mebibyte."""
    piece: list[HostCapture] = []
    size = 0
    for capture in captures:
        if piece and (len(piece) == _MOST_CAPTURES or size + len(capture.text) > _MOST_BYTES):
            yield tuple(piece)
            piece, size = [], 0
        piece.append(capture)
        size += len(capture.text)
    if piece:
        yield tuple(piece)
