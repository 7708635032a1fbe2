"""Converter: how each type of a ruleset is written as plain data and read back.

Reading hooks take any value and either return an instance or raise `RulesetError` with a sentence
about that value alone; where it stood is added by `netstat_fw.ruleset.serialize`. Nothing is
coerced: ``"22"`` is no number, ``1`` is not true, a text is no list of letters.
"""

from __future__ import annotations

import enum
import types
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias, TypeVar, get_args, get_origin

import attrs
from cattrs import Converter
from cattrs.gen import make_dict_structure_fn, make_dict_unstructure_fn

from netstat_fw.errors import RulesetError
from netstat_fw.ruleset.rule import RemoteReference, Rule
from netstat_fw.ruleset.sets import AddressSet, PortSet, shown_range

T = TypeVar("T")
_Hook: TypeAlias = Callable[[object, object], T]

_SHOWN = 40


def shown(value: object) -> str:
    """Quote a value for an error message: ASCII, one line, cut when it is long."""
    text = ascii(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."


def make_converter() -> Converter:
    """Build the converter; one is enough for the process, as it keeps no state between calls."""
    converter = Converter(forbid_extra_keys=True)
    for kind, words in ((str, "a text"), (bool, "true or false"), (int, "a whole number")):
        converter.register_structure_hook(kind, _scalar(kind, words))
    # By class: releases of cattrs differ in whether a predicate is asked before their own hook.
    converter.register_structure_hook(enum.Enum, _word)
    # Factories are asked last registered first.
    converter.register_structure_hook_factory(attrs.has, _object)
    converter.register_structure_hook_factory(_is_tuple, _list)
    converter.register_structure_hook_factory(lambda kind: kind is Rule, _rule)
    converter.register_unstructure_hook_factory(lambda kind: kind is Rule, _write_rule)
    converter.register_unstructure_hook(PortSet, _port_texts)
    converter.register_unstructure_hook(AddressSet, _prefix_texts)
    converter.register_structure_hook(PortSet, lambda value, _: _ports(value))
    converter.register_structure_hook(AddressSet, lambda value, _: _addresses(value))
    converter.register_structure_hook_func(_is_remote, lambda value, _: _remote(value, converter))
    return converter


def _is_tuple(kind: object) -> bool:
    return get_origin(kind) is tuple


def _is_remote(kind: object) -> bool:
    return RemoteReference in get_args(kind)


def _scalar(kind: type[T], words: str) -> _Hook[T]:
    def read(value: object, _kind: object) -> T:
        # By identity, as a bool is an int to Python and none to JSON.
        if type(value) is not kind:
            raise RulesetError(f"expected {words}, not {shown(value)}")
        return value

    return read


def _word(value: object, kind: type[enum.Enum]) -> enum.Enum:
    words = [member.value for member in kind]
    if not isinstance(value, str) or value not in words:
        raise RulesetError(f"expected one of {', '.join(words)}, not {shown(value)}")
    return kind(value)


def _fields(value: object) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise RulesetError(f"expected an object, not {shown(value)}")
    return value


def _items(value: object) -> list[Any]:
    if not isinstance(value, list):
        raise RulesetError(f"expected a list, not {shown(value)}")
    return value


def _texts(value: object) -> list[str]:
    items = _items(value)
    for item in items:
        if not isinstance(item, str):
            raise RulesetError(f"expected a list of texts, not {shown(item)} in it")
    return items


def _object(kind: type[T], converter: Converter) -> _Hook[T]:
    read = make_dict_structure_fn(kind, converter)
    return lambda value, _kind: read(_fields(value), kind)


def _list(kind: object, converter: Converter) -> _Hook[tuple[object, ...]]:
    list_kind: Any = types.GenericAlias(list, get_args(kind)[:1])
    read = converter.get_structure_hook(list_kind)
    return lambda value, _kind: tuple(read(_items(value), list_kind))


def _rule(_kind: object, converter: Converter) -> _Hook[Rule]:
    read = _object(Rule, converter)

    def rule(value: object, _kind: object) -> Rule:
        fields = _fields(value)
        made = read({name: fields[name] for name in fields if name != "id"}, Rule)
        if "id" in fields and fields["id"] != made.id:
            told = shown(fields["id"])
            raise RulesetError(f"id: {told} is another rule's; this rule's is {made.id}")
        return made

    return rule


def _write_rule(_kind: object, converter: Converter) -> Callable[[Rule], dict[str, Any]]:
    write = make_dict_unstructure_fn(Rule, converter)
    return lambda rule: {"id": rule.id, **write(rule)}


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
