"""Schema: the JSON Schema of a ruleset, generated from the model itself.

``schema.json`` beside this module is its output, for tools that read no Python. Whatever the schema
refuses, `Ruleset.from_json` refuses too; the reader also checks what a schema cannot say, such as
that a prefix has no host bits. Draft 2020-12, https://json-schema.org/draft/2020-12.
"""

from __future__ import annotations

import enum
import inspect
import json
import re
import types
import typing
from typing import Any

import attrs

from netstat_fw.ruleset.model import Ruleset
from netstat_fw.ruleset.rule import Rule
from netstat_fw.ruleset.serialize import SCHEMA_VERSION
from netstat_fw.ruleset.sets import AddressSet, PortSet

_ENTRY = re.compile(r"^    (\w+): (.*(?:\n     .*)*)", re.MULTILINE)


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of what `Ruleset.to_json` writes."""
    definitions: dict[str, Any] = {}
    _object(Ruleset, definitions)
    whole = definitions.pop(Ruleset.__name__)
    whole["properties"]["schema_version"] = {"const": SCHEMA_VERSION}
    whole["required"].append("schema_version")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A netstat-fw ruleset",
        **whole,
        "$defs": definitions,
    }


def schema_text() -> str:
    """Return the content of ``schema.json``."""
    return json.dumps(json_schema(), sort_keys=True, indent=2) + "\n"


def _object(kind: type, definitions: dict[str, Any]) -> dict[str, str]:
    """Describe an attrs class among the definitions and return a reference to it."""
    attrs.resolve_types(kind)
    if kind.__name__ not in definitions:
        definitions[kind.__name__] = {}
        described = _described(kind)
        fields = attrs.fields(kind)
        properties = {
            field.name: {
                **_schema(field.type, definitions, dict(field.metadata)),
                **described.get(field.name, {}),
            }
            for field in fields
        }
        if kind is Rule:
            properties["id"] = {
                "type": "string",
                "pattern": "^r[0-9a-f]{12}$",
                "description": "what the rule matches and does; refused where it is another's",
            }
        definitions[kind.__name__] = {
            "type": "object",
            "additionalProperties": False,
            "properties": properties,
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


def _schema(kind: Any, definitions: dict[str, Any], limits: dict[str, Any]) -> dict[str, Any]:  # noqa: ANN401 - type expressions have no common type
    arguments = typing.get_args(kind)
    if typing.get_origin(kind) is tuple:
        return {"type": "array", "items": _schema(arguments[0], definitions, limits)}
    if arguments:
        return {"anyOf": [_schema(one, definitions, limits) for one in arguments]}
    if kind in _SCALARS:
        return {"type": _SCALARS[kind], **limits}
    if kind in _FIXED:
        return dict(_FIXED[kind])
    if issubclass(kind, enum.Enum):
        return {"enum": [member.value for member in kind]}
    return _object(kind, definitions)


def _list_of(items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": items, "minItems": 1}


_SCALARS = {str: "string", int: "integer", bool: "boolean"}
_FIXED: dict[object, dict[str, Any]] = {
    types.NoneType: {"type": "null"},
    PortSet: _list_of({"type": "string", "pattern": "^[0-9]{1,5}(-[0-9]{1,5})?$"}),
    AddressSet: _list_of({"type": "string"}),
}
