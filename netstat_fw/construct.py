"""Construct: making very many frozen values in little time.

A frozen attrs class sets every field through ``object.__setattr__``, which takes three times as
long as plain assignment and was a third of the time that reading a capture took. Its constructor
here assigns to a subclass that is not frozen, and then gives the value the class itself.

The other third was Python's search for reference cycles, which walks over all values again and
again as they grow in number, and of which there are none; it was half of what analysing took.
"""

from __future__ import annotations

import gc
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar, cast

import attrs

if TYPE_CHECKING:
    from collections.abc import Iterator


_V = TypeVar("_V", bound="attrs.AttrsInstance")


def constructor(cls: type[_V]) -> type[_V]:
    """Return a function that makes values of a frozen slotted attrs class in less time.

    It takes what the class takes and makes what the class makes, but runs no converter, validator
    or default factory; hence the type it is said to have.

    >>> @attrs.frozen
    ... class Point:
    ...     x: int
    ...     y: int = 0
    >>> constructor(Point)(1) == Point(1)
    True
    """
    mutable = {name: getattr(object, name) for name in ("__init__", "__setattr__", "__delattr__")}
    thawed = type(cls.__name__, (cls,), {"__slots__": (), **mutable})
    # What begins with an underscore is the name of no argument that attrs gives.
    names: dict[str, Any] = {"_thawed": thawed, "_class": cls}
    parameters, assignments = [], []
    for field in attrs.fields(cls):
        optional = field.default is not attrs.NOTHING
        parameters.append(f"{field.alias}={field.alias}" if optional else field.alias)
        assignments.append(f"    _value.{field.name} = {field.alias}\n")
        names[field.alias] = field.default
    source = (
        f"def _make({', '.join(parameters)}):\n"
        f"    _value = _thawed()\n{''.join(assignments)}"
        "    _value.__class__ = _class\n"
        "    return _value\n"
    )
    exec(source, names)  # noqa: S102 - made of the names of fields
    return cast("type[_V]", names["_make"])


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
