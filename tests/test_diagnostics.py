"""Diagnostics as people see them: position, message, the captured line, the caret below."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netstat_fw.diagnostics import Diagnostic, Severity, printable


def shown(column: int, source: str) -> str:
    return str(Diagnostic(Severity.ERROR, "damaged-row", "expected a port", 3, column, source))


def test_the_caret_stands_below_the_column() -> None:
    assert shown(5, "tcp 0 0 x") == (
        "line 3, column 5: error: expected a port\n    tcp 0 0 x\n        ^"
    )


def test_the_caret_may_stand_one_behind_the_line() -> None:
    assert shown(6, "tcp 0") == ("line 3, column 6: error: expected a port\n    tcp 0\n         ^")


def test_without_a_source_only_the_sentence_is_shown() -> None:
    remark = Diagnostic(Severity.INFO, "no-row", "no part of a netstat table", 1)
    assert str(remark) == "line 1, column 1: info: no part of a netstat table"


@pytest.mark.parametrize("severity", Severity)
def test_the_severity_is_named(severity: Severity) -> None:
    assert f": {severity.value}: " in str(Diagnostic(severity, "code", "message", 1))


def test_control_characters_are_shown_as_escapes_and_the_caret_moves_with_them() -> None:
    assert shown(4, "a\x1b[2Jb") == (
        "line 3, column 4: error: expected a port\n    a\\x1b[2Jb\n          ^"
    )


def test_a_tab_takes_one_column() -> None:
    assert shown(3, "a\tb") == "line 3, column 3: error: expected a port\n    a b\n      ^"


def test_a_long_line_is_cut_to_a_screenful() -> None:
    assert shown(1, "x" * 1_000) == (
        "line 3, column 1: error: expected a port\n    " + "x" * 160 + "\n    ^"
    )


def test_the_last_column_that_is_shown_from_the_start() -> None:
    assert shown(160, "a" * 159 + "b" + "c" * 200) == (
        "line 3, column 160: error: expected a port\n    " + "a" * 159 + "b\n    " + " " * 159 + "^"
    )


def test_a_column_beyond_the_shown_width_is_shown_in_the_middle() -> None:
    source = "a" * 120 + "b" * 79 + "X" + "c" * 200
    assert shown(200, source) == (
        "line 3, column 200: error: expected a port\n    "
        + "b" * 79 + "X" + "c" * 80
        + "\n    " + " " * 79 + "^"
    )  # fmt: skip


def test_a_column_beyond_what_is_kept_of_the_line_still_has_a_caret() -> None:
    remark = Diagnostic(Severity.ERROR, "damaged-row", "expected a port", 3, 700, "x" * 1_000)
    assert len(remark.source) == 640
    assert str(remark) == (
        "line 3, column 700: error: expected a port\n    " + "x" * 20 + "\n    " + " " * 20 + "^"
    )


@pytest.mark.parametrize(("line", "column"), [(0, 1), (-1, 1), (1, 0)])
def test_lines_and_columns_count_from_one(line: int, column: int) -> None:
    with pytest.raises(ValueError, match="must be >= 1"):
        Diagnostic(Severity.ERROR, "code", "message", line, column)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain Ü 流", "plain Ü 流"),
        ("\n\r\0\x7f", r"\n\r\x00\x7f"),
        ("\u2028\u202e", r"\u2028\u202e"),
        ("\ud800", r"\ud800"),
        ("\U000e0001", r"\U000e0001"),
        ("\t", " "),
    ],
)
def test_what_cannot_be_printed_is_escaped(text: str, expected: str) -> None:
    assert printable(text) == expected


@given(st.text(st.characters()))
def test_whatever_was_captured_is_shown_on_one_line_without_control_characters(text: str) -> None:
    assert printable(text).isprintable()


@given(st.text(st.characters(), min_size=1, max_size=700), st.integers(1, 800))
def test_a_diagnostic_is_always_three_lines(source: str, column: int) -> None:
    head, captured, caret = shown(column, source).split("\n")
    assert head == f"line 3, column {column}: error: expected a port"
    assert (head + captured + caret).isprintable()
    assert caret.strip() == "^"
