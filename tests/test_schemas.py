"""The published JSON Schemas of captures and findings say what their readers do."""

from __future__ import annotations

import copy
import json
from importlib import resources
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
from capture_strategies import captures
from cli_running import FIXTURES, run
from effort import examples
from hypothesis import given, settings
from hypothesis import strategies as st
from plain_data import damage

import netstat_fw.analyzers.schema
import netstat_fw.records.schema
from netstat_fw import Capture, Findings, PlainDataError, UnrecognizedCapture, analyze, parse

if TYPE_CHECKING:
    from pathlib import Path
    from types import ModuleType

_CAPTURES = jsonschema.Draft202012Validator(netstat_fw.records.schema.json_schema())
_FINDINGS = jsonschema.Draft202012Validator(netstat_fw.analyzers.schema.json_schema())
_MODULES = [netstat_fw.records.schema, netstat_fw.analyzers.schema]
_TEXTS = sorted(path for path in FIXTURES.rglob("*.txt") if path.stat().st_size < 6000)
_JUNK: tuple[object, ...] = (
    None, True, -1, 0, 1, 70000, 1.5, "", "22", "tcp", "ipv4", "certain", "192.0.2.1", [], [1],
    ["x"], {}, {"exposures": 0}, {"exposures": -1}, {"exposures": 0, "questions": 0},
    {"connections": {}},
)  # fmt: skip


@pytest.mark.parametrize("module", _MODULES)
def test_the_shipped_file_is_what_the_classes_generate(module: ModuleType) -> None:
    package = module.__name__.rpartition(".")[0]
    shipped = resources.files(package).joinpath("schema.json").read_text("utf-8")
    assert shipped == module.schema_text(), (
        f'run: python -c "from {module.__name__} import schema_text as t; '
        f"print(t(), end='')\" > {package.replace('.', '/')}/schema.json"
    )


@pytest.mark.parametrize("module", _MODULES)
def test_each_is_a_schema_and_describes_every_field(module: ModuleType) -> None:
    schema = module.json_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    for name, definition in (*schema["$defs"].items(), (None, schema)):
        assert definition["additionalProperties"] is False
        for field, described in definition["properties"].items():
            assert described.get("description") or field == "schema_version", f"{name}.{field}"


@pytest.mark.parametrize("path", _TEXTS, ids=lambda path: path.stem)
def test_what_real_captures_come_to_follows_the_schemas(path: Path) -> None:
    try:
        capture = parse(path.read_bytes())
    except UnrecognizedCapture:
        return
    _CAPTURES.validate(json.loads(json.dumps(capture.to_dict())))
    _FINDINGS.validate(json.loads(json.dumps(analyze(capture).to_dict())))


def test_the_command_writes_what_the_schema_describes() -> None:
    _CAPTURES.validate(json.loads(run("parse", str(_TEXTS[0]), "--json").stdout))


@settings(max_examples=examples(60))
@given(captures, st.sampled_from([Capture, Findings]), st.data())
def test_what_a_schema_refuses_the_reader_refuses(
    capture: Capture,
    kind: type[Capture | Findings],
    data: st.DataObject,
) -> None:
    value, validator = (capture, _CAPTURES) if kind is Capture else (analyze(capture), _FINDINGS)
    changed = json.loads(json.dumps(value.to_dict()))
    validator.validate(changed)
    damage(changed, data, _JUNK)
    if not validator.is_valid(changed):
        with pytest.raises(PlainDataError):
            kind.from_dict(changed)


def test_a_schema_refuses_what_is_out_of_range_or_surplus() -> None:
    good = parse("tcp 0 0 192.0.2.1:22 0.0.0.0:* LISTEN 416/sshd").to_dict()
    _CAPTURES.validate(good)
    for key, value in (("line", 0), ("line", "3"), ("protocol", "tcpp"), ("colour", "red")):
        bad: dict[str, Any] = copy.deepcopy(good)
        bad["sockets"][0][key] = value
        assert not _CAPTURES.is_valid(bad), (key, value)
    assert not _CAPTURES.is_valid({**good, "schema_version": 2})
    assert not _FINDINGS.is_valid(good)
