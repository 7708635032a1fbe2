"""Schema: the JSON Schema of a ruleset, as `netstat_fw.plain_schema` has them.

``schema.json`` beside this module is its output, for tools that read no Python.
"""

from __future__ import annotations

from typing import Any

from netstat_fw.plain_schema import as_text, schema_of
from netstat_fw.ruleset.model import Ruleset
from netstat_fw.ruleset.rule import Rule
from netstat_fw.ruleset.serialize import SCHEMA_VERSION
from netstat_fw.ruleset.sets import AddressSet, PortSet


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of what `Ruleset.to_json` writes."""
    return schema_of(Ruleset, "A netstat-fw ruleset", SCHEMA_VERSION, _SHAPES, {Rule: {"id": _ID}})


def schema_text() -> str:
    """Return the content of ``schema.json``."""
    return as_text(json_schema())


def _list_of(items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": items, "minItems": 1}


_SHAPES = {
    PortSet: _list_of({"type": "string", "pattern": "^[0-9]{1,5}(-[0-9]{1,5})?$"}),
    AddressSet: _list_of({"type": "string"}),
}
_ID = {
    "type": "string",
    "pattern": "^r[0-9a-f]{12}$",
    "description": "what the rule matches and does; refused where it is another's",
}
