"""Converter: how the types of a ruleset that are no plain objects are written and read back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, get_args

from netstat_fw.errors import RulesetError
from netstat_fw.plain import items_of, make_converter, shown
from netstat_fw.ruleset.rule import RemoteReference
from netstat_fw.ruleset.sets import AddressSet, PortSet, shown_range

if TYPE_CHECKING:
    from cattrs import Converter


def ruleset_converter() -> Converter:
    """Build the converter; as `netstat_fw.plain.make_converter`."""
    converter = make_converter()
    converter.register_unstructure_hook(PortSet, _port_texts)
    converter.register_unstructure_hook(AddressSet, _prefix_texts)
    converter.register_structure_hook(PortSet, lambda value, _: _ports(value))
    converter.register_structure_hook(AddressSet, lambda value, _: _addresses(value))
    converter.register_structure_hook_func(_is_remote, lambda value, _: _remote(value, converter))
    return converter


def _is_remote(kind: object) -> bool:
    return RemoteReference in get_args(kind)


def _texts(value: object) -> list[str]:
    items = items_of(value)
    for item in items:
        if not isinstance(item, str):
            raise RulesetError(f"expected a list of texts, not {shown(item)} in it")
    return items


def _ports(value: object) -> PortSet:
    return PortSet(pair for text in _texts(value) for pair in PortSet.parse(text).ranges)


def _port_texts(ports: PortSet) -> list[str]:
    return [shown_range(*pair) for pair in ports.ranges]


def _addresses(value: object) -> AddressSet:
    return AddressSet(_texts(value))


def _prefix_texts(addresses: AddressSet) -> list[str]:
    return [str(prefix) for prefix in addresses]


def _remote(value: object, converter: Converter) -> AddressSet | RemoteReference | None:
    if value is None:
        return None
    if isinstance(value, Mapping):
        return converter.structure(value, RemoteReference)
    return _addresses(value)
