"""Schema: the JSON Schema of a capture, as `netstat_fw.plain_schema` has them.

``schema.json`` beside this module is its output, for tools that read no Python.
"""

from __future__ import annotations

from typing import Any

from netstat_fw.plain_schema import as_text, schema_of
from netstat_fw.records.capture import SCHEMA_VERSION, Capture
from netstat_fw.records.process import Process


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of what `Capture.to_dict` and ``parse --json`` write."""
    derived = {Process: {"program": _PROGRAM}}
    return schema_of(Capture, "A netstat-fw capture", SCHEMA_VERSION, derived=derived)


def schema_text() -> str:
    """Return the content of ``schema.json``."""
    return as_text(json_schema())


_PROGRAM: dict[str, Any] = {
    "anyOf": [{"type": "string"}, {"type": "null"}],
    "description": "bare name of the program; refused where it is another's",
}
