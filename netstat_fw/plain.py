"""Plain data: values as dicts, lists, texts and numbers, ready for JSON, and back.

Field names are those of the classes; enumerations are their words, addresses and networks their
text. Reading is as strict as a constructor: an unknown field, a wrong type or a number out of range
is refused with the path to it, such as ``$.sockets[0].local.port``. Nothing is coerced (``"22"`` is
no number, ``1`` is not true, a text is no list of letters) and nothing is ignored.

A class may name properties in ``DERIVED``; they are written beside its fields. Read back they may
be left out, but not differ. A field's metadata has the limits of a number, ``minimum`` and, where
there is one, ``maximum``.
"""

from __future__ import annotations

import enum
import functools
import math
import types
from collections.abc import Callable, Mapping
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from typing import Any, TypeAlias, TypeVar, get_args, get_origin

import attrs
from cattrs import Converter, override, transform_error
from cattrs.errors import ForbiddenExtraKeysError
from cattrs.gen import make_dict_structure_fn, make_dict_unstructure_fn

from netstat_fw.address import canonical
from netstat_fw.errors import NetstatFwError, PlainDataError

T = TypeVar("T")
Hook: TypeAlias = Callable[[object, object], T]

_SHOWN = 40
_ADDRESSES: frozenset[type] = frozenset({IPv4Address, IPv6Address})
_NETWORKS: frozenset[type] = frozenset({IPv4Network, IPv6Network})


def shown(value: object) -> str:
    """Quote a value for an error message: ASCII, one line, cut when it is long."""
    text = ascii(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."


def write(value: object, version: int, converter: Converter | None = None) -> dict[str, Any]:
    """Turn an attrs value into plain data, with its ``schema_version``.

    Args:
        value: an instance of an attrs class.
        version: written as ``schema_version``.
        converter: one of `make_converter` with hooks added; by default one without any.
    """
    return {"schema_version": version, **(converter or _plain_converter()).unstructure(value)}


def read(
    data: object,
    kind: type[T],
    version: int,
    error: type[NetstatFwError] = PlainDataError,
    converter: Converter | None = None,
) -> T:
    """Read what `write` gave back into a value of the given type.

    Raises:
        NetstatFwError: of the class `error`, for anything that `write` could not have written; one
            line for each culprit, each with its path.

    >>> from netstat_fw.evidence import Evidence
    >>> read({"schema_version": 1, "line": 3}, Evidence, 1)
    Evidence(line=3, capture='')
    >>> read({"schema_version": 1, "line": "3"}, Evidence, 1)
    Traceback (most recent call last):
    ...
    netstat_fw.errors.PlainDataError: $.line: expected a whole number, not '3'
    """
    if not isinstance(data, Mapping):
        raise error(f"$: expected an object, not {shown(data)}")
    fields = dict(data)
    told = fields.pop("schema_version", None)
    if type(told) is not int or told != version:
        raise error(f"$.schema_version: expected {version}, not {shown(told)}")
    try:
        return (converter or _plain_converter()).structure(fields, kind)
    except Exception as caught:
        messages = transform_error(caught, format_exception=_message)
        raise error("\n".join(map(_path_first, messages))) from caught


def make_converter() -> Converter:
    """Build a converter; one is enough for the process, as it keeps no state between calls.

    Reading hooks take any value and either return an instance or raise `PlainDataError` with a
    sentence about that value alone; where it stood is added by `read`.
    """
    converter = Converter(forbid_extra_keys=True)
    for kind, words in ((str, "a text"), (bool, "true or false"), (int, "a whole number")):
        converter.register_structure_hook(kind, _scalar(kind, words))
    converter.register_structure_hook(float, lambda value, _: _number(value))
    # By class: releases of cattrs differ in whether a predicate is asked before their own hook.
    converter.register_structure_hook(enum.Enum, _word)
    # Factories are asked last registered first.
    converter.register_structure_hook_factory(attrs.has, _object)
    converter.register_unstructure_hook_factory(attrs.has, _written_object)
    converter.register_structure_hook_factory(_is_tuple, _list)
    is_address, is_network = _among(_ADDRESSES), _among(_NETWORKS)
    converter.register_structure_hook_func(is_address, _text_value("an IP address", ip_address))
    converter.register_structure_hook_func(is_network, _text_value("a network", ip_network))
    for is_either in (is_address, is_network):
        converter.register_unstructure_hook_func(is_either, _value_text)
    return converter


def fields_of(value: object) -> Mapping[str, Any]:
    """Return a value that is an object, or raise `PlainDataError`."""
    if not isinstance(value, Mapping):
        raise PlainDataError(f"expected an object, not {shown(value)}")
    return value


def items_of(value: object) -> list[Any]:
    """Return a value that is a list, or raise `PlainDataError`."""
    if not isinstance(value, list):
        raise PlainDataError(f"expected a list, not {shown(value)}")
    return value


def _is_tuple(kind: object) -> bool:
    return get_origin(kind) is tuple


def _among(pair: frozenset[type]) -> Callable[[object], bool]:
    """Recognise a type of the pair, and unions of them with or without None."""
    return lambda kind: (
        kind in pair
        or (
            bool(get_args(kind))
            and get_origin(kind) is not tuple
            and set(get_args(kind)) - {types.NoneType} <= pair
        )
    )


def _scalar(kind: type[T], words: str) -> Hook[T]:
    def read_scalar(value: object, _kind: object) -> T:
        # By identity, as a bool is an int to Python and none to JSON.
        if type(value) is not kind:
            raise PlainDataError(f"expected {words}, not {shown(value)}")
        return value

    return read_scalar


def _number(value: object) -> float:
    # JSON knows neither infinities nor NaN, and 1.0 may come back as 1.
    if type(value) not in (int, float) or not math.isfinite(value):  # type: ignore[arg-type] # one of the two
        raise PlainDataError(f"expected a number, not {shown(value)}")
    return float(value)  # type: ignore[arg-type] # as above


def _word(value: object, kind: type[enum.Enum]) -> enum.Enum:
    words = [member.value for member in kind]
    if not isinstance(value, str) or value not in words:
        raise PlainDataError(f"expected one of {', '.join(words)}, not {shown(value)}")
    return kind(value)


def _text_value(word: str, make: Callable[[str], T]) -> Hook[T | None]:
    def read_text(value: object, kind: object) -> T | None:
        if value is None and types.NoneType in get_args(kind):
            return None
        # A zone is a field of its own beside an address.
        if not isinstance(value, str) or "%" in value:
            raise PlainDataError(f"expected {word}, not {shown(value)}")
        try:
            return make(value)
        except ValueError as error:
            raise PlainDataError(f"expected {word}, not {shown(value)}") from error

    return read_text


def _value_text(value: object) -> str | None:
    if isinstance(value, IPv4Address | IPv6Address):
        return canonical(value)
    return None if value is None else str(value)


def _limited(hook: Hook[Any], limits: Mapping[str, int]) -> Hook[Any]:
    lowest, highest = limits["minimum"], limits.get("maximum", math.inf)
    words = f"{lowest} to {highest}" if "maximum" in limits else f"{lowest} or more"

    def read_limited(value: object, kind: object) -> object:
        number = hook(value, kind)
        if number is not None and not lowest <= number <= highest:
            raise PlainDataError(f"expected {words}, not {shown(number)}")
        return number

    return read_limited


def _object(kind: type[attrs.AttrsInstance], converter: Converter) -> Hook[attrs.AttrsInstance]:
    attrs.resolve_types(kind)
    limits: dict[str, Any] = {
        field.name: override(
            struct_hook=_limited(converter.get_structure_hook(field.type), field.metadata)
        )
        for field in attrs.fields(kind)
        if "minimum" in field.metadata and get_origin(field.type) is not tuple
    }
    make = make_dict_structure_fn(kind, converter, **limits)
    derived: tuple[str, ...] = getattr(kind, "DERIVED", ())
    word = kind.__name__.lower()

    def read_object(value: object, _kind: object) -> attrs.AttrsInstance:
        fields = fields_of(value)
        made = make({name: fields[name] for name in fields if name not in derived}, kind)
        for name in derived:
            if name in fields and fields[name] != (own := getattr(made, name)):
                told = shown(fields[name])
                raise PlainDataError(f"{name}: {told} is another {word}'s; this {word}'s is {own}")
        return made

    return read_object


def _written_object(
    kind: type[attrs.AttrsInstance], converter: Converter
) -> Callable[[Any], dict[str, Any]]:
    own: Callable[[Any], dict[str, Any]] = make_dict_unstructure_fn(kind, converter)
    derived: tuple[str, ...] = getattr(kind, "DERIVED", ())
    if not derived:
        return own
    return lambda value: {**{name: getattr(value, name) for name in derived}, **own(value)}


def _list(kind: object, converter: Converter) -> Hook[tuple[object, ...]]:
    list_kind: Any = types.GenericAlias(list, get_args(kind)[:1])
    make = converter.get_structure_hook(list_kind)
    return lambda value, _kind: tuple(make(items_of(value), list_kind))


def _message(error: BaseException, _kind: type | None) -> str:
    if isinstance(error, ForbiddenExtraKeysError):
        return "unknown field " + ", ".join(map(shown, sorted(error.extra_fields, key=str)))
    if isinstance(error, KeyError):
        return "a required field is missing"
    return str(error)


def _path_first(message: str) -> str:
    text, _, path = message.rpartition(" @ ")
    return f"{path}: {text}"


@functools.cache
def _plain_converter() -> Converter:
    return make_converter()
