"""Places: findings as plain data in which no finding is written twice.

Outcomes and hazards speak of findings that stand in the lists of `Findings`. There a finding is
written as its place, such as ``{"exposures": 3}``; one that is in no list is written whole, as
``{"exposures": {...}}``. A capture of many rows would otherwise be written once for each of them.

The functions take the class of the findings, so that this module can stay below it.
"""

from __future__ import annotations

import functools
import typing
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias, TypeVar

import attrs

from netstat_fw import plain
from netstat_fw.errors import PlainDataError
from netstat_fw.plain import shown

if typing.TYPE_CHECKING:
    from cattrs import Converter

SCHEMA_VERSION = 1
"""Version of what `write` writes."""

_LISTS = ("exposures", "connections", "datagrams", "questions")
# Each list of remarks, and the field of a remark that speaks of a finding.
_REMARKS = {"hazards": "exposure", "outcomes": "finding"}

T = TypeVar("T", bound=attrs.AttrsInstance)
_Swap: TypeAlias = Callable[[str, Any], Any]


@attrs.frozen
class Place:
    """Where a finding stands: the name of the list and the index in it, from 0."""

    name: str
    index: int


def write(findings: T) -> dict[str, Any]:
    """Turn findings into plain data."""
    places = {
        id(finding): Place(name, index)
        for name in _LISTS
        for index, finding in enumerate(getattr(findings, name))
    }
    swapped = _swapped(findings, lambda _path, finding: places.get(id(finding), finding))
    return plain.write(swapped, SCHEMA_VERSION, _converter(type(findings)))


def read(data: object, kind: type[T]) -> T:
    """Read what `write` gave back.

    Raises:
        PlainDataError: for anything else, with the path to every culprit.
    """
    found = plain.read(data, kind, SCHEMA_VERSION, converter=_converter(kind))

    def resolve(path: str, finding: object) -> object:
        if not isinstance(finding, Place):
            return finding
        among = getattr(found, finding.name)
        if not 0 <= finding.index < len(among):
            what = f"there is no {finding.index} among {len(among)}"
            raise PlainDataError(f"{path}.{finding.name}: {what}")
        return among[finding.index]

    return _swapped(found, resolve)


def _swapped(findings: T, swap: _Swap) -> T:
    """Replace each finding that a remark speaks of by what the swap makes of it and its path."""
    changes: dict[str, Any] = {
        name: tuple(
            attrs.evolve(
                remark, **{field: swap(f"$.{name}[{number}].{field}", getattr(remark, field))}
            )
            for number, remark in enumerate(getattr(findings, name))
        )
        for name, field in _REMARKS.items()
    }
    # attrs has no type for any instance of its classes.
    whole: Any = findings
    swapped: T = attrs.evolve(whole, **changes)
    return swapped


def named_in_remarks(kind: type[attrs.AttrsInstance]) -> dict[Any, dict[str, type]]:
    """Return the types of what remarks speak of, each with the lists that it may stand in."""
    lists = {_members(kind, name): name for name in _LISTS}
    unions = [
        typing.get_type_hints(_members(kind, name))[field] for name, field in _REMARKS.items()
    ]
    return {
        union: {lists[one]: one for one in typing.get_args(union) if one in lists}
        for union in unions
    }


@functools.cache
def _converter(kind: type[attrs.AttrsInstance]) -> Converter:
    converter = plain.make_converter()
    lists = {_members(kind, name): name for name in _LISTS}
    for union, named in named_in_remarks(kind).items():
        converter.register_structure_hook_func(
            functools.partial(_same, union), _reader(named, converter)
        )
        converter.register_unstructure_hook_func(
            functools.partial(_same, union), _writer(lists, converter)
        )
    return converter


def _members(kind: type, name: str) -> type:
    """Return the class of what a list holds."""
    member: type = typing.get_args(typing.get_type_hints(kind)[name])[0]
    return member


def _same(union: object, kind: object) -> bool:
    return bool(kind == union)


def _writer(lists: Mapping[type, str], converter: Converter) -> Callable[[Any], Any]:
    def write_place(finding: Any) -> Any:  # noqa: ANN401 - a place, a finding or None
        if finding is None:
            return None
        if isinstance(finding, Place):
            return {finding.name: finding.index}
        return {lists[type(finding)]: converter.unstructure(finding)}

    return write_place


def _reader(named: Mapping[str, type], converter: Converter) -> Callable[[object, object], object]:
    def read_place(value: object, _kind: object) -> object:
        if value is None:
            return None
        fields = plain.fields_of(value)
        if len(fields) != 1 or not set(fields) <= set(named):
            raise PlainDataError(f"expected one of {', '.join(named)}, not {shown(value)}")
        ((name, told),) = fields.items()
        if isinstance(told, Mapping):
            return converter.structure(told, named[name])
        return Place(name, converter.structure(told, int))

    return read_place
