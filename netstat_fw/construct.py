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
from typing import TYPE_CHECKING, Any, TypeVar

import attrs

if TYPE_CHECKING:
    from collections.abc import Iterator


_V = TypeVar("_V", bound="attrs.AttrsInstance")


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


def changed(value: _V, **changes: object) -> _V:
    """Copy a frozen slotted attrs value with some fields changed, in a quarter of the time.

    As `attrs.evolve`, without converters and validators: give nothing that these would refuse or
    change.

    >>> @attrs.frozen
    ... class Point:
    ...     x: int
    ...     y: int = 0
    >>> changed(Point(1, 2), y=3) == Point(1, 3)
    True
    """
    kind = type(value)
    copy = kind.__new__(kind)
    for name, slot in _slots(kind):
        slot.__set__(copy, changes[name] if name in changes else slot.__get__(value))
    return copy


def _slots(kind: type[attrs.AttrsInstance]) -> tuple[tuple[str, Any], ...]:
    if kind not in _SLOTS:
        names = (field.name for field in attrs.fields(kind))
        # A slot sets what the class itself forbids to set.
        _SLOTS[kind] = tuple((name, getattr(kind, name)) for name in names)
    return _SLOTS[kind]


_SLOTS: dict[type, tuple[tuple[str, Any], ...]] = {}


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
