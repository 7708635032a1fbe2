"""Quoting: whatever goes in, nothing that a format could take for syntax comes out."""

from __future__ import annotations

import re
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netstat_fw.exporters.quoting import comment_lines, plain, quoted

ALLOWED = set(string.ascii_letters + string.digits + " ._,:/()+=@-")


@given(st.text(), st.integers(0, 200))
def test_plain_text_is_short_and_made_of_harmless_characters(text: str, limit: int) -> None:
    result = plain(text, limit)
    assert set(result) <= ALLOWED
    assert len(result.encode()) <= limit
    assert plain(result, limit) == result


@given(st.text(alphabet=sorted(ALLOWED), max_size=50))
def test_harmless_text_stays_as_it_is(text: str) -> None:
    assert plain(text, 50) == text.rstrip()


@pytest.mark.parametrize(
    ("text", "reduced"),
    [
        ("the operator's answer; look at it", "the operators answer, look at it"),
        ("is not logged; Windows logs profiles", "is not logged, Windows logs profiles"),
        ("others', a'b 's ;x ; x;y x;\n y", "others_, a_b _s _x _ x_y x__ y"),
        ("ends in cron's", "ends in crons"),
    ],
)
def test_signs_of_prose_become_what_reads_well(text: str, reduced: str) -> None:
    assert plain(text, 100) == reduced


@given(st.text(alphabet="as'; ;x"))
def test_what_reads_well_is_as_harmless(text: str) -> None:
    assert set(plain(text, 50)) <= set(ALLOWED)


@given(st.text())
def test_a_quoted_string_has_its_own_two_quotes_only(text: str) -> None:
    assert re.fullmatch(r'"[^"\\\n]{0,120}"', quoted(text, 120))


@given(st.text(), st.sampled_from(("#", ";", "//")))
def test_every_comment_line_is_a_comment(text: str, mark: str) -> None:
    lines = comment_lines(text, mark)
    assert lines
    for line in lines:
        assert line.startswith(mark)
        assert line.isprintable()
        assert line.isascii()
        assert "\\" not in line


def test_comments_wrap_and_keep_their_words() -> None:
    text = "one " * 60
    lines = comment_lines(f"- {text}")
    assert all(len(line) <= 100 for line in lines)
    assert " ".join(line.lstrip("# ") for line in lines) == f"- {text}".strip()
    assert comment_lines("what's this? 100%; [x]{y}~") == ["# what's this? 100%; [x]{y}~"]
    assert comment_lines(" \t ") == ["#"]
