"""The published JSON Schema says what the reader does."""

from __future__ import annotations

import json
from importlib import resources

import jsonschema
import pytest
from effort import examples
from hypothesis import given, settings
from hypothesis import strategies as st
from plain_data import damage
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


JUNK: tuple[object, ...] = (
    None, True, -1, 0, 1, 256, 70000, "", "0", "22", "tcp", "accept", "zone", "2001:db8::/32", [],
    ["22"], [1], ["x"], {}, {"kind": "zone"}, {"kind": "zone", "name": "office"}, 1.5,
)  # fmt: skip


@given(rulesets(max_size=1), st.data())
def test_what_the_schema_refuses_the_reader_refuses(ruleset: Ruleset, data: st.DataObject) -> None:
    changed = json.loads(ruleset.to_json())
    damage(changed, data, JUNK)
    if not VALIDATOR.is_valid(changed):
        with pytest.raises(RulesetError):
            Ruleset.from_dict(changed)
