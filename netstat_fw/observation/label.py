"""Labels: which capture of a host something was seen in, and how often it was.

A label tells captures of one host apart and nothing more; what it is called says nothing about
what was captured.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import attrs

if TYPE_CHECKING:
    from collections.abc import Collection


def _in_utc(time: datetime | None) -> datetime | None:
    if time is None:
        return None
    if time.utcoffset() is None:
        raise ValueError(f"{time.isoformat()} names no time zone, so it says no moment")
    return time.astimezone(UTC)


@attrs.frozen
class CaptureLabel:
    """One capture of a host.

    Attributes:
        name: tells the captures of the host apart; evidence cites it.
        time: when it was made, in UTC; None where nobody knows.

    Raises:
        ValueError: for a time without a time zone.
    """

    name: str
    time: datetime | None = attrs.field(default=None, converter=_in_utc)

    @property
    def order(self) -> tuple[bool, datetime, str]:
        """Sorts labels by time, those without one last, then by name."""
        return self.time is None, self.time or datetime.max.replace(tzinfo=UTC), self.name


@attrs.frozen
class Seen:
    """How often something was seen.

    Attributes:
        count: in how many captures.
        total: of how many.
        first: time of the first of them; None where none has a time.
        last: time of the last of them; None where none has a time.

    >>> str(Seen(3, 5))
    'in 3 of 5 captures'
    """

    count: int
    total: int
    first: datetime | None = None
    last: datetime | None = None

    @classmethod
    def of(cls, labels: Collection[CaptureLabel], total: int) -> Seen:
        """Count the captures that something was in.

        Args:
            labels: those captures.
            total: how many captures there are.
        """
        times = [label.time for label in labels if label.time is not None]
        first, last = (min(times), max(times)) if times else (None, None)
        return cls(len(labels), total, first, last)

    def __str__(self) -> str:
        """Write it for a reader, with the days of the first and the last time."""
        said = f"in {self.count} of {self.total} captures"
        if self.first is None or self.last is None:
            return said
        first, last = (time.date().isoformat() for time in (self.first, self.last))
        return f"{said}, on {first}" if first == last else f"{said}, {first} to {last}"
