"""Serialisation of rulesets: plain data and JSON, byte for byte repeatable.

Reading is as strict as a constructor: an unknown field, a wrong type, a value that a rule cannot
have or an ``id`` that is not that of its rule raises `RulesetError` with the path to the culprit,
such as ``$.incoming.rules[0].local_ports``. Nothing is coerced and nothing is ignored.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, TypeVar

from cattrs import transform_error
from cattrs.errors import ForbiddenExtraKeysError

from netstat_fw.errors import RulesetError
from netstat_fw.ruleset.converter import make_converter, shown

SCHEMA_VERSION = 1

T = TypeVar("T")


def to_plain(value: object) -> dict[str, Any]:
    """Turn a ruleset into dicts, lists, texts and numbers, with its ``schema_version``."""
    return {"schema_version": SCHEMA_VERSION, **_CONVERTER.unstructure(value)}


def to_text(value: object) -> str:
    """Turn a ruleset into JSON: sorted keys, two blanks of indentation, ASCII, final newline."""
    return json.dumps(to_plain(value), sort_keys=True, indent=2, ensure_ascii=True) + "\n"


def from_plain(data: object, kind: type[T]) -> T:
    """Read what `to_plain` gave back into a value of the given type.

    Raises:
        RulesetError: for anything that `to_plain` could not have written; one line per culprit.
    """
    if not isinstance(data, Mapping):
        raise RulesetError(f"$: expected an object, not {shown(data)}")
    fields = dict(data)
    version = fields.pop("schema_version", None)
    if type(version) is not int or version != SCHEMA_VERSION:
        raise RulesetError(f"$.schema_version: expected {SCHEMA_VERSION}, not {shown(version)}")
    try:
        return _CONVERTER.structure(fields, kind)
    except Exception as error:
        messages = transform_error(error, format_exception=_message)
        raise RulesetError("\n".join(map(_path_first, messages))) from error


def from_text(text: str | bytes, kind: type[T]) -> T:
    """Read what `to_text` wrote.

    Raises:
        RulesetError: for text that is not JSON, a field given twice, and as `from_plain`.
    """
    try:
        data = json.loads(text, object_pairs_hook=_unique)
    except (ValueError, RecursionError) as error:
        raise RulesetError(f"$: not the JSON of a ruleset: {error}") from error
    return from_plain(data, kind)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the field {shown(twice)} is given twice")
    return fields


def _message(error: BaseException, _kind: type | None) -> str:
    if isinstance(error, ForbiddenExtraKeysError):
        return "unknown field " + ", ".join(map(shown, sorted(error.extra_fields, key=str)))
    if isinstance(error, KeyError):
        return "a required field is missing"
    return str(error)


def _path_first(message: str) -> str:
    text, _, path = message.rpartition(" @ ")
    return f"{path}: {text}"


_CONVERTER = make_converter()
