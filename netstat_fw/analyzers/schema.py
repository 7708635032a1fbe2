"""Schema: the JSON Schema of findings, as `netstat_fw.plain_schema` has them.

``schema.json`` beside this module is its output, for tools that read no Python.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from netstat_fw.analyzers.findings import Findings
from netstat_fw.analyzers.places import SCHEMA_VERSION, named_in_remarks
from netstat_fw.plain_schema import as_text, schema_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of what `Findings.to_dict` writes."""
    shapes = {union: _place(named) for union, named in named_in_remarks(Findings).items()}
    return schema_of(Findings, "netstat-fw findings", SCHEMA_VERSION, shapes)


def schema_text() -> str:
    """Return the content of ``schema.json``."""
    return as_text(json_schema())


def _place(
    named: Mapping[str, type],
) -> Callable[[Callable[[Any], dict[str, Any]]], dict[str, Any]]:
    """Describe what a remark speaks of: its place in a list, or where it is in none, the whole."""
    return lambda schema: {
        "anyOf": [
            {
                "type": "object",
                "additionalProperties": False,
                "properties": {
                    name: {"anyOf": [{"type": "integer", "minimum": 0}, schema(kind)]}
                    for name, kind in named.items()
                },
                "minProperties": 1,
                "maxProperties": 1,
            },
            {"type": "null"},
        ]
    }
