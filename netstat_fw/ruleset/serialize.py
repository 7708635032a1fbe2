"""Serialisation of rulesets: plain data and JSON, byte for byte repeatable.

Reading is as strict as `netstat_fw.plain`; what is refused raises `RulesetError`, also an ``id``
that is not that of its rule.
"""

from __future__ import annotations

import json
from collections import Counter
from typing import Any, TypeVar

from netstat_fw import plain
from netstat_fw.errors import RulesetError
from netstat_fw.plain import shown
from netstat_fw.ruleset.converter import ruleset_converter

SCHEMA_VERSION = 1

T = TypeVar("T")


def to_plain(value: object) -> dict[str, Any]:
    """Turn a ruleset into dicts, lists, texts and numbers, with its ``schema_version``."""
    return plain.write(value, SCHEMA_VERSION, _CONVERTER)


def to_text(value: object) -> str:
    """Turn a ruleset into JSON: sorted keys, two blanks of indentation, ASCII, final newline."""
    return json.dumps(to_plain(value), sort_keys=True, indent=2, ensure_ascii=True) + "\n"


def from_plain(data: object, kind: type[T]) -> T:
    """Read what `to_plain` gave back into a value of the given type.

    Raises:
        RulesetError: for anything that `to_plain` could not have written; one line per culprit.
    """
    return plain.read(data, kind, SCHEMA_VERSION, RulesetError, _CONVERTER)


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
        counts = Counter(name for name, _ in pairs)
        twice = next(name for name, count in counts.items() if count > 1)
        raise ValueError(f"the field {shown(twice)} is given twice")
    return fields


_CONVERTER = ruleset_converter()
