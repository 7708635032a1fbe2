"""Construct: making very many frozen values in little time.

A frozen attrs class sets every field through ``object.__setattr__``, which takes three times as
long as plain assignment and was a third of the time that reading a capture took. A twin of the
class with the same slots is not frozen; what it makes becomes a record by changing its class.

The other third was Python's search for reference cycles, which walks over all values again and
again as they grow in number, and of which there are none; it was half of what analysing took.
"""

from __future__ import annotations

import gc
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import attrs

if TYPE_CHECKING:
    from collections.abc import Iterator


def unfrozen(cls: type[attrs.AttrsInstance]) -> Any:  # noqa: ANN401 - a class made at run time
    """Return the twin of a frozen slotted attrs class without validators or converters.

    Give its instances the class itself before anybody else sees them. Python takes two classes for
    alike only if neither has a slot for weak references.

    >>> @attrs.frozen(weakref_slot=False)
    ... class Point:
    ...     x: int
    ...     y: int = 0
    >>> point = unfrozen(Point)(1)
    >>> point.__class__ = Point
    >>> point == Point(1)
    True
    """
    return attrs.make_class(
        f"Unfrozen{cls.__name__}",
        {
            field.name: attrs.field(default=field.default, alias=field.alias)
            for field in attrs.fields(cls)
        },
        slots=True,
        weakref_slot=False,
        eq=False,
        repr=False,
    )


@contextmanager
def without_cycle_search() -> Iterator[None]:
    """Put off the search for reference cycles until the block is left, however it is left.

    Where somebody else has switched it off, it stays off.

    >>> with without_cycle_search():
    ...     gc.isenabled()
    False
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
