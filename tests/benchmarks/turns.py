"""Times readers that take turns: other work on the machine adds to whoever is at it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_RUNS = 7


def shortest(*reads: Callable[[], object]) -> list[float]:
    """Return the shortest of several processor times of each reader, in seconds."""
    times = []
    for _ in range(_RUNS):
        taken = []
        for read in reads:
            start = time.process_time()
            read()
            taken.append(time.process_time() - start)
        times.append(taken)
    return [min(each) for each in zip(*times, strict=True)]
