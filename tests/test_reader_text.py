"""Captured bytes as lines: marks, UTF-16, bad bytes, line ends, and what is said about them."""

from __future__ import annotations

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netstat_fw.reader import parse
from netstat_fw.reader.text import as_text, assumptions, decode, split_lines

_ROW = "tcp        0      0 0.0.0.0:22              0.0.0.0:*               LISTEN      7/ssh\n"


@pytest.mark.parametrize(
    "data",
    [
        _ROW.encode(),
        codecs.BOM_UTF8 + _ROW.encode(),
        codecs.BOM_UTF16_LE + _ROW.encode("utf-16-le"),
        codecs.BOM_UTF16_BE + _ROW.encode("utf-16-be"),
    ],
    ids=["utf-8", "utf-8 mark", "utf-16-le mark", "utf-16-be mark"],
)
def test_marked_text_is_read_without_a_remark(data: bytes) -> None:
    assert decode(data) == (_ROW, ())
    assert parse(data) == parse(_ROW)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf16_without_a_mark_is_known_by_its_zero_bytes(encoding: str) -> None:
    sentence = f"the text was read as {encoding.upper()} although it has no mark"
    assert decode(_ROW.encode(encoding)) == (_ROW, (sentence,))
    (remark,) = parse(_ROW.encode(encoding)).diagnostics
    assert str(remark) == (f"line 1, column 1: warning: {sentence}\n    {_ROW.rstrip()}\n    ^")


def test_an_odd_last_byte_of_utf16_is_left_out() -> None:
    odd = "the text is UTF-16 and has an odd last byte, which was left out"
    assert decode(codecs.BOM_UTF16_LE + "a".encode("utf-16-le") + b"b") == ("a", (odd,))
    unmarked = "the text was read as UTF-16-LE although it has no mark"
    assert decode("abc".encode("utf-16-le") + b"d") == ("abc", (odd, unmarked))


def test_half_a_surrogate_pair_becomes_the_replacement_character() -> None:
    assert decode(codecs.BOM_UTF16_LE + b"a\0\x00\xd8b\0")[0] == "a\ufffdb"


def test_few_zero_bytes_make_no_utf16() -> None:
    assert decode(b"tcp\0tcp") == ("tcp\0tcp", ())


@pytest.mark.parametrize(
    ("data", "text", "sentence"),
    [
        (b"a\xffb", "a\ufffdb", "1 byte is not valid UTF-8 and was read as U+FFFD"),
        (
            b"a\xff\xfeb\xe4",
            "a\ufffd\ufffdb\ufffd",
            "3 bytes are not valid UTF-8 and were read as U+FFFD",
        ),
        (
            "ü".encode() + b"\xfc",
            "ü\ufffd",
            "1 byte is not valid UTF-8 and was read as U+FFFD",
        ),
    ],
)
def test_bad_bytes_change_nothing_around_them(data: bytes, text: str, sentence: str) -> None:
    assert decode(data) == (text, (sentence,))


def test_the_remark_stands_at_the_first_line_with_a_bad_byte() -> None:
    (remark,) = assumptions(["a", "b\ufffd", "c\ufffd"], ("1 byte is bad",))
    assert str(remark) == "line 2, column 1: warning: 1 byte is bad\n    b\ufffd\n    ^"
    assert remark.code == "encoding"


def test_a_text_without_lines_still_has_its_remark() -> None:
    (remark,) = assumptions([], ("an odd byte",))
    assert str(remark) == "line 1, column 1: warning: an odd byte"


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", []),
        ("\n", [""]),
        ("a", ["a"]),
        ("a\n", ["a"]),
        ("a\n\n", ["a", ""]),
        ("a\r\nb\rc\nd", ["a", "b", "c", "d"]),
        ("a\r\r\nb", ["a", "", "b"]),
        ("a\x0b\x0c\x1c\x85\u2028\u2029b", ["a\x0b\x0c\x1c\x85\u2028\u2029b"]),
    ],
)
def test_lines_end_where_an_editor_ends_them(text: str, lines: list[str]) -> None:
    assert split_lines(text) == lines


def test_a_mark_in_front_of_a_str_is_no_text() -> None:
    assert as_text("\ufefftcp") == ("tcp", ())
    assert as_text(codecs.BOM_UTF8 + b"tcp\xff")[0] == "tcp\ufffd"


@given(st.binary(max_size=200))
def test_every_byte_sequence_is_text(data: bytes) -> None:
    text, sentences = as_text(data)
    assert all(line.count("\n") == 0 for line in split_lines(text))
    assert len(sentences) == len(assumptions(split_lines(text), sentences))


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=200))
def test_valid_utf8_comes_back_unchanged_and_without_a_remark(text: str) -> None:
    data = codecs.BOM_UTF8 + text.encode()
    if data[3:].count(0) == 0:
        assert as_text(data) == (text.removeprefix("\ufeff"), ())


@pytest.mark.parametrize("wrong", [None, 7, ["tcp"]])
def test_what_is_no_text_is_refused_by_its_type(wrong: object) -> None:
    with pytest.raises(TypeError, match="a captured text is str or bytes, not"):
        as_text(wrong)  # type: ignore[arg-type] # on purpose
