"""The published JSON Schema says what the reader does."""

from __future__ import annotations

import json
from importlib import resources
from typing import Any

import jsonschema
import pytest
from effort import examples
from hypothesis import given, settings
from hypothesis import strategies as st
from ruleset_strategies import rulesets

from netstat_fw.errors import RulesetError
from netstat_fw.ruleset import Ruleset, json_schema
from netstat_fw.ruleset.schema import schema_text

VALIDATOR = jsonschema.Draft202012Validator(json_schema())


def test_the_shipped_file_is_what_the_model_generates() -> None:
    shipped = resources.files("netstat_fw.ruleset").joinpath("schema.json").read_text("utf-8")
    assert shipped == schema_text(), (
        'run: python -c "from netstat_fw.ruleset.schema import schema_text as t; '
        "print(t(), end='')\" > netstat_fw/ruleset/schema.json"
    )


def test_the_schema_is_a_schema_and_describes_every_field() -> None:
    schema = json_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    for name, definition in schema["$defs"].items():
        assert definition["additionalProperties"] is False
        for field, described in definition["properties"].items():
            assert described.get("description"), f"{name}.{field} has no description"


@settings(max_examples=examples(40))
@given(rulesets())
def test_what_is_written_follows_the_schema(ruleset: Ruleset) -> None:
    VALIDATOR.validate(ruleset.to_dict())


def places(data: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:  # noqa: ANN401 - JSON
    """List the path of every value inside JSON data."""
    if isinstance(data, dict):
        inner = [place for key, value in data.items() for place in places(value, (*path, key))]
    elif isinstance(data, list):
        inner = [p for index, value in enumerate(data) for p in places(value, (*path, index))]
    else:
        inner = []
    return [path, *inner] if path else inner


JUNK: tuple[object, ...] = (
    None, True, -1, 0, 1, 256, 70000, "", "0", "22", "tcp", "accept", "zone", "2001:db8::/32", [],
    ["22"], [1], ["x"], {}, {"kind": "zone"}, {"kind": "zone", "name": "office"}, 1.5,
)  # fmt: skip


@given(rulesets(max_size=1), st.data())
def test_what_the_schema_refuses_the_reader_refuses(ruleset: Ruleset, data: st.DataObject) -> None:
    changed = json.loads(ruleset.to_json())
    *way, last = data.draw(st.sampled_from(places(changed)))
    holder = changed
    for step in way:
        holder = holder[step]
    if isinstance(holder, dict) and data.draw(st.booleans()):
        holder["surplus"] = 1
    else:
        holder[last] = data.draw(st.sampled_from(JUNK))
    if not VALIDATOR.is_valid(changed):
        with pytest.raises(RulesetError):
            Ruleset.from_dict(changed)
