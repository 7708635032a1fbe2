"""Picture: the host in the middle, who may come in on its left, where it goes on its right.

Only places are computed here, in units of the drawing; the template turns them into SVG.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from netstat_fw.report.page import Row

# More boxes than this on one side are no picture any more; the tables have them all.
_MOST_BOXES = 12
_STEP = 46
_MARGIN = 12
_WIDEST_TEXT = 30


@attrs.frozen
class Box:
    """A service at one side of the host.

    Attributes:
        y: its upper edge.
        service: what it is.
        remote: who may use it, or be reached.
        level: as of `netstat_fw.report.page.Row`.
    """

    y: int
    service: str
    remote: str
    level: str

    @property
    def middle(self) -> int:
        """Where its arrow is."""
        return self.y + (_STEP - _MARGIN) // 2


@attrs.frozen
class Picture:
    """A drawing of 900 units' width.

    Attributes:
        height: of the whole.
        incoming: what others may reach, as boxes.
        outgoing: what the host reaches, as boxes.
        closed: services that have a rule which shuts them.
        unshown: how many further services each side has.
    """

    height: int
    incoming: tuple[Box, ...]
    outgoing: tuple[Box, ...]
    closed: tuple[str, ...]
    unshown: tuple[int, int]

    @property
    def middle(self) -> int:
        """Half of the height."""
        return self.height // 2


def draw(incoming: Sequence[Row], outgoing: Sequence[Row]) -> Picture:
    """Place the services of both sides: the most dangerous first."""
    sides = [
        sorted(_open(rows), key=lambda row: _ORDER[row.level]) for rows in (incoming, outgoing)
    ]
    shown = [side[:_MOST_BOXES] for side in sides]
    height = max(4, *map(len, shown)) * _STEP + 2 * _MARGIN
    left, right = (_boxes(side, height) for side in shown)
    closed = (row.cells.service for row in incoming if row.level == "closed" and row.enabled)
    return Picture(
        height,
        left,
        right,
        tuple(_short(service) for service in dict.fromkeys(closed)),
        (len(sides[0]) - len(left), len(sides[1]) - len(right)),
    )


def _open(rows: Sequence[Row]) -> list[Row]:
    return [row for row in rows if row.level != "closed"]


def _boxes(rows: Sequence[Row], height: int) -> tuple[Box, ...]:
    top = (height - len(rows) * _STEP + _MARGIN) // 2
    return tuple(
        Box(top + at * _STEP, _short(row.cells.service), _short(row.cells.remote), row.level)
        for at, row in enumerate(rows)
    )


def _short(text: str) -> str:
    return text if len(text) <= _WIDEST_TEXT else f"{text[: _WIDEST_TEXT - 1]}…"


_ORDER = {"danger": 0, "warning": 1, "open": 2, "limited": 3}
