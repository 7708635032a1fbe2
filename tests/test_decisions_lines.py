"""On which line a key of a TOML text stands, against the parser that reads the values."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netstat_fw.ruleset.decisions.toml_lines import (
    find_deep_key,
    find_lines,
    line_of,
    read_keys,
    write_key,
)

if TYPE_CHECKING:
    from netstat_fw.ruleset.decisions.toml_lines import Path

TEXT = '''\
# a = 0
top = 1 # [not.a.table]
"quoted key" = """
[nor] = this
""\\""""
[table."with dots. in it".'x'] # = 2
list = [ "]", # ]
  {inner = "}"},
]
dotted . key = \'\'\'
# nor = this\'\'\'
[[entries]]
first = 1\r
\t[[ entries ]]
second = 'it''s' if False else "#"
[entries.sub]
third = 3
[[entries.deep]]
fourth = 4
[[entries.deep]]
fifth = "\\u0022 ["
'''.replace("'it''s' if False else ", "")


def test_every_kind_of_key_is_found_on_its_line() -> None:
    table = ("table", "with dots. in it", "x")
    assert find_lines(TEXT) == {
        ("top",): 2,
        ("quoted key",): 3,
        table: 6,
        (*table, "list"): 7,
        (*table, "dotted"): 10,
        (*table, "dotted", "key"): 10,
        ("entries",): 12,
        ("entries", 0): 12,
        ("entries", 0, "first"): 13,
        ("entries", 1): 14,
        ("entries", 1, "second"): 15,
        ("entries", 1, "sub"): 16,
        ("entries", 1, "sub", "third"): 17,
        ("entries", 1, "deep"): 18,
        ("entries", 1, "deep", 0): 18,
        ("entries", 1, "deep", 0, "fourth"): 19,
        ("entries", 1, "deep", 1): 20,
        ("entries", 1, "deep", 1, "fifth"): 21,
    }


def reach(data: Any, path: Path) -> Any:  # noqa: ANN401 - whatever TOML holds
    """Follow a path into parsed data; raises where it leads nowhere."""
    for key in path:
        data = data[key]
    return data


def test_every_path_leads_somewhere_in_the_parsed_text() -> None:
    data = tomllib.loads(TEXT)
    for path in find_lines(TEXT):
        reach(data, path)


keys = st.text(
    st.characters(min_codepoint=32, max_codepoint=0x2FF, exclude_categories=["Cc", "Cs"]),
    max_size=5,
)
values = st.sampled_from([
    "1", '"#[{="', "'\"'", "[\n1, # ]\n2\n]", '"""\na = 1\n"""', "{x = [1, {y = ']'}]}",
    "'''\n[t]\n'''", "1979-05-27 07:32:00", "+inf", '"\\\\"', '""""quoted""""',
])  # fmt: skip
ends = st.sampled_from(["", " # x = 1", "\r", "\n", "\n# [t]\n\n", " \t"])


@given(st.lists(st.tuples(keys, values, ends), unique_by=lambda each: each[0]))
def test_whatever_the_values_look_like(items: list[tuple[str, str, str]]) -> None:
    text, wanted = "", {}
    for key, value, end in items:
        wanted[key,] = text.count("\n") + 1
        text += f"{write_key(key)} = {value}{end}\n"
    data = tomllib.loads(text)
    assert find_lines(text) == wanted
    assert [(key,) for key in data] == list(wanted)


@given(st.text() | st.text("[]\"'={}#\n a.\\"))
def test_any_text_is_scanned_without_complaint(text: str) -> None:
    for line in find_lines(text).values():
        assert 1 <= line <= text.count("\n") + 1


def test_a_text_that_is_no_toml_gives_what_can_be_told() -> None:
    assert find_lines("a = 1\n???\nb = 2") == {("a",): 1}
    assert find_lines('a = "unended\nb = 2') == {("a",): 1}


def test_what_has_no_place_has_that_of_what_is_around_it() -> None:
    lines = find_lines("x = 0\n[t]\nlist = [{a = 1}]")
    assert line_of(lines, ("t", "list", 0, "a")) == 3
    assert line_of(lines, ("t", "missing")) == 2
    assert line_of(lines, ("missing",)) == 1


@pytest.mark.parametrize("key", ["Q_X", "a b", 'q"q', "back\\slash", "", "é.x"])
def test_a_written_key_is_read_again(key: str) -> None:
    assert tomllib.loads(f"{write_key(key)} = 0") == {key: 0}
    assert read_keys(f"a.{write_key(key)} = 0") == ("a", key)


def test_hostile_text_takes_linear_time() -> None:
    for text in ("a = " + "[" * 200_000, 'a = "' + "\\" * 200_000, "#" * 200_000, "[" * 200_000):
        find_lines(text)
        assert find_deep_key(text, 16) is None
    for text in ("a." * 50_000, "'a'" * 50_000, '"' * 50_001, "a  " * 50_000, "a" * 50_000):
        find_deep_key(text, 16)


@pytest.mark.parametrize(
    "text",
    ["{} = 1", "[{}]", "[[ {} ]]", "x = {{y = 1, {} = 2}}", "x = [\n{{{} = 2}}]", "[t]\n\t{}=0"],
)
@pytest.mark.parametrize("part", ["a", "'a.b'", '"\\"."', "1"])
def test_a_deep_key_is_found_wherever_it_stands(text: str, part: str) -> None:
    for dot in (".", " .\t"):
        assert find_deep_key("first = 1\n" + text.format(dot.join([part] * 16)), 16) is None
        deep = "first = 1\n" + text.format(dot.join([part] * 17))
        tomllib.loads(deep)
        assert find_deep_key(deep, 16) == 2 + text.count("\n")


@pytest.mark.parametrize(
    "value",
    [
        "'{}'",
        '"{}"',
        '"""{}"""',
        "'''\n{}'''",
        '"\\"{}"',
        "0 # {}",
        "[1.5, 1.5, 1.5] #{}",
        "[\"{}\", '{}']",
    ],
)
def test_dots_inside_a_value_are_no_key(value: str) -> None:
    text = "a = " + value.format(".".join("a" * 40), ".".join("b" * 40))
    tomllib.loads(text)
    assert find_deep_key(text, 16) is None
