"""Schemas of plain data: the JSON Schema of what `netstat_fw.plain` writes of a class.

They are generated from the classes themselves: fields, types, limits, and the descriptions in their
docstrings. Whatever a schema refuses, the reader refuses too; the reader also checks what a schema
cannot say, such as that a prefix has no host bits. Draft 2020-12,
https://json-schema.org/draft/2020-12.
"""

from __future__ import annotations

import enum
import inspect
import json
import re
import types
import typing
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import Any, TypeAlias

import attrs

if typing.TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Schema: TypeAlias = dict[str, Any]
Shape: TypeAlias = "Schema | Callable[[Callable[[Any], Schema]], Schema]"
"""What a type is written as where it is no plain object: a schema, or what makes one of the
schemas of other types."""

_ENTRY = re.compile(r"^    (\w+): (.*(?:\n     .*)*)", re.MULTILINE)


def schema_of(
    kind: type,
    title: str,
    version: int,
    shapes: Mapping[Any, Shape] | None = None,
    derived: Mapping[Any, Mapping[str, Schema]] | None = None,
) -> Schema:
    """Make the JSON Schema of a class.

    Args:
        kind: an attrs class.
        title: what it is.
        version: the one value of ``schema_version``.
        shapes: types that are written otherwise than as objects of their fields.
        derived: of classes that write properties beside their fields, the schemas of those.
    """
    maker = _Maker(shapes or {}, derived or {})
    maker.schema(kind, {})
    whole = maker.definitions.pop(kind.__name__)
    whole["properties"]["schema_version"] = {"const": version}
    whole["required"].append("schema_version")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": title,
        **whole,
        "$defs": maker.definitions,
    }


def as_text(schema: Schema) -> str:
    """Write a schema as the file that is shipped."""
    return json.dumps(schema, sort_keys=True, indent=2) + "\n"


class _Maker:
    """Schemas of types, with the definitions of the classes that were met."""

    def __init__(
        self, shapes: Mapping[Any, Shape], derived: Mapping[Any, Mapping[str, Schema]]
    ) -> None:
        self._shapes = shapes
        self._derived = derived
        self.definitions: dict[str, Any] = {}

    def schema(self, kind: Any, limits: Mapping[str, Any]) -> Schema:  # noqa: ANN401 - type expressions have no common type
        arguments = typing.get_args(kind)
        if kind in self._shapes:
            shape = self._shapes[kind]
            return shape(lambda one: self.schema(one, {})) if callable(shape) else dict(shape)
        if typing.get_origin(kind) is tuple:
            return {"type": "array", "items": self.schema(arguments[0], limits)}
        if arguments:
            each = [self.schema(one, limits) for one in arguments]
            # An address is a text, of whichever family.
            return {"anyOf": [one for at, one in enumerate(each) if one not in each[:at]]}
        if kind in _SIMPLE:
            return {"type": _SIMPLE[kind], **(limits if kind in _LIMITED else {})}
        if issubclass(kind, enum.Enum):
            return {"enum": [member.value for member in kind]}
        return self._object(kind)

    def _object(self, kind: type) -> Schema:
        """Describe an attrs class among the definitions and return a reference to it."""
        attrs.resolve_types(kind)
        if kind.__name__ not in self.definitions:
            self.definitions[kind.__name__] = {}
            described = _described(kind)
            fields = attrs.fields(kind)
            properties = {
                field.name: {
                    **self.schema(field.type, dict(field.metadata)),
                    **described.get(field.name, {}),
                }
                for field in fields
            }
            self.definitions[kind.__name__] = {
                "type": "object",
                "additionalProperties": False,
                "properties": {**properties, **self._derived.get(kind, {})},
                "required": [f.name for f in fields if f.default is attrs.NOTHING],
            }
        return {"$ref": f"#/$defs/{kind.__name__}"}


def _described(kind: type) -> dict[str, dict[str, str]]:
    """Take the descriptions of fields from the class's own docstring."""
    text = inspect.getdoc(kind) or ""
    return {
        name: {"description": " ".join(sentence.split()).replace("None", "null")}
        for name, sentence in _ENTRY.findall(text)
    }


_SIMPLE: dict[object, str] = {
    str: "string",
    int: "integer",
    bool: "boolean",
    float: "number",
    types.NoneType: "null",
    **dict.fromkeys((IPv4Address, IPv6Address, IPv4Network, IPv6Network), "string"),
}
_LIMITED = frozenset({str, int})
