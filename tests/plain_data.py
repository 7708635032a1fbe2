"""Plain data as JSON holds it: every place in it, and something else put there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from hypothesis import strategies as st

if TYPE_CHECKING:
    from collections.abc import Sequence

Place: TypeAlias = tuple[str | int, ...]


def places(data: object, path: Place = ()) -> list[Place]:
    """List the paths of everything within some plain data."""
    inner: list[tuple[Any, object]] = []
    if isinstance(data, dict):
        inner = list(data.items())
    elif isinstance(data, list):
        inner = list(enumerate(data))
    return [each for key, value in inner for each in [(*path, key), *places(value, (*path, key))]]


def damage(plain: Any, data: st.DataObject, junk: Sequence[object]) -> None:  # noqa: ANN401 - of any shape
    """Put junk in some place, or a surplus field beside it."""
    *way, last = data.draw(st.sampled_from(places(plain)))
    holder = plain
    for step in way:
        holder = holder[step]
    if isinstance(holder, dict) and data.draw(st.booleans()):
        holder["surplus"] = 1
    else:
        holder[last] = data.draw(st.sampled_from(junk))
