"""Form: how the values of a dossier are written as plain data, and read back.

What recurs is written once or short: a cited line is its number, behind the name of its capture.
What is read is checked by type and nothing more, and the values check themselves; whoever reads
takes any exception for damage.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import lru_cache
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from itertools import chain, groupby
from operator import itemgetter
from types import NoneType, UnionType
from typing import Any, TypeAlias, get_args, get_origin

from cattrs import Converter
from cattrs.strategies import configure_tagged_union

from netstat_fw.evidence import Evidence
from netstat_fw.observation import CaptureLabel
from netstat_fw.observation.identity import Finding

_Read: TypeAlias = Callable[[Any, object], object]
_Write: TypeAlias = Callable[[Any], object]
_MOST_KEPT = 1 << 14
"""Addresses and labels kept for the next time: what is said of one host repeats them."""


def make_converter() -> Converter:
    """Make the converter of dossiers."""
    converter = Converter(omit_if_default=True, forbid_extra_keys=True, detailed_validation=False)
    # Fields name the unions of both families, values have the classes.
    texts: tuple[tuple[Any, Callable[[str], object]], ...] = (
        (IPv4Address, IPv4Address),
        (IPv6Address, IPv6Address),
        (IPv4Address | IPv6Address, ip_address),
        (IPv4Network, IPv4Network),
        (IPv6Network, IPv6Network),
        (IPv4Network | IPv6Network, ip_network),
    )
    write = lru_cache(_MOST_KEPT)(str)
    for kind, read in texts:
        converter.register_unstructure_hook(kind, write)
        converter.register_structure_hook(kind, _reading(lru_cache(_MOST_KEPT)(read)))
    converter.register_structure_hook(CaptureLabel, _reading(_read_label))
    converter.register_unstructure_hook(CaptureLabel, _write_label)
    converter.register_structure_hook(datetime, _reading(datetime.fromisoformat))
    converter.register_unstructure_hook(datetime, datetime.isoformat)
    converter.register_structure_hook_factory(_is_enum, _members)
    converter.register_unstructure_hook(enum.Enum, lambda member: member.value)
    converter.register_structure_hook_factory(_is_tuple, _tuples_read)
    converter.register_unstructure_hook_factory(_is_tuple, _tuples_written)
    converter.register_structure_hook_factory(_is_optional, _optionals_read)
    converter.register_unstructure_hook_factory(_is_optional, _optionals_written)
    converter.register_structure_hook_func(_is_lines, _reading(_read_lines))
    converter.register_unstructure_hook_func(_is_lines, _write_lines)
    configure_tagged_union(Finding, converter, tag_name="is")
    return converter


def _reading(read: Callable[[Any], object]) -> _Read:
    return lambda value, _kind: read(value)


def _write_lines(evidence: Iterable[Evidence]) -> list[int | str | None]:
    """Write cited lines as their numbers, behind the name of their capture.

    Each capture is named once, and reading sorts the lines again; those that were not sorted begin
    with a None and name the capture wherever it is another.
    """
    lines = [(each.line, each.capture) for each in evidence]
    if lines != sorted(lines):
        pairs = groupby(lines, key=itemgetter(1))
        written = [[capture, *(line for line, _ in some)] for capture, some in pairs]
        return [None, *chain.from_iterable(written)]
    by_capture: dict[str, list[int | str | None]] = {}
    for line, capture in lines:
        by_capture.setdefault(capture, [capture]).append(line)
    return [*chain.from_iterable(by_capture.values())]


def _read_lines(written: list[object]) -> tuple[Evidence, ...]:
    lines = []
    capture = ""
    for each in written:
        if type(each) is int:
            lines.append((each, capture))
        elif isinstance(each, str):
            capture = each
        elif each is not None:
            raise TypeError(f"{each!r} is neither a line nor a capture")
    if written[:1] != [None]:
        lines.sort()
    return tuple([Evidence(*line) for line in lines])


def _write_label(label: CaptureLabel) -> list[str]:
    return [label.name] if label.time is None else [label.name, label.time.isoformat()]


def _read_label(written: list[str]) -> CaptureLabel:
    return _known_label(*written)


@lru_cache(_MOST_KEPT)
def _known_label(name: str, time: str | None = None) -> CaptureLabel:
    return CaptureLabel(name, None if time is None else datetime.fromisoformat(time))


def _is_enum(kind: object) -> bool:
    return isinstance(kind, type) and issubclass(kind, enum.Enum)


def _members(kind: type[enum.Enum]) -> _Read:
    members = {member.value: member for member in kind}
    return lambda value, _kind: members[value]


def _is_lines(kind: object) -> bool:
    return kind == tuple[Evidence, ...]


def _is_tuple(kind: object) -> bool:
    return get_origin(kind) is tuple


def _is_optional(kind: object) -> bool:
    members = get_args(kind)
    return isinstance(kind, UnionType) and NoneType in members and len(members) <= len(("it", None))


def _tuples_read(kind: object, converter: Converter) -> _Read:
    member = get_args(kind)[0]
    read = converter.get_structure_hook(member)
    return lambda values, _kind: tuple([read(each, member) for each in values])


def _tuples_written(kind: object, converter: Converter) -> _Write:
    write = converter.get_unstructure_hook(get_args(kind)[0])
    return lambda values: [write(each) for each in values]


def _optionals_read(kind: object, converter: Converter) -> _Read:
    (member,) = (each for each in get_args(kind) if each is not NoneType)
    read = converter.get_structure_hook(member)
    return lambda value, _kind: None if value is None else read(value, member)


def _optionals_written(kind: object, converter: Converter) -> _Write:
    (member,) = (each for each in get_args(kind) if each is not NoneType)
    write = converter.get_unstructure_hook(member)
    return lambda value: None if value is None else write(value)
