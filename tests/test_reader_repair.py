"""What editors, web pages and terminals put into rows is taken away, and nothing else is."""

from __future__ import annotations

import time

import pytest

from netstat_fw.reader.repair import repaired, without_inner_blanks

_ROW = "tcp 0 0 0.0.0.0:22 0.0.0.0:* LISTEN -"


@pytest.mark.parametrize(
    "line",
    [
        f"<b>{_ROW}</b>",
        f"<span class='x'>{_ROW}</span><br />",
        f"[b]{_ROW}[/b]",
        f"[color=red]{_ROW}[/color]",
        f"\x1b[1;31m{_ROW}\x1b[0m",
        f"\x1b(B{_ROW}\x07",
        f"--More--\x1b[K{_ROW}",
        f"--More--(12%) {_ROW}",
        _ROW.replace(" ", "&nbsp;"),
        _ROW.replace(" ", "\u00a0"),
        _ROW.replace("*", r"\*"),
        _ROW.replace("*", "**"),
        f"xy\b\b{_ROW}",
        f"\b{_ROW}\x7f",
        f"12:{_ROW}",
        f"  12\t{_ROW}",
        f"capture.txt:{_ROW}",
        f"Nov 22 02:03:17 host {_ROW}",
    ],
)
def test_a_row_comes_out_of_what_is_around_it(line: str) -> None:
    assert repaired(line) == [_ROW]


@pytest.mark.parametrize("prefix", ["12:", "> a.txt:12:", "  a.txt:12:", "> 12: "])
def test_a_row_comes_out_of_what_searching_a_file_puts_before_it(prefix: str) -> None:
    row = "TCP    0.0.0.0:135   0.0.0.0:0   LISTENING   988"
    assert repaired(prefix + row) == [row]


def test_a_row_before_a_row_is_no_prefix() -> None:
    assert repaired("UDP    0.0.0.0:135   *:*   988   UDP    0.0.0.0:137   *:*   4") == []


def test_tags_are_taken_away_before_escapes_are_decoded() -> None:
    assert repaired("tcp 0 0 &lt;b&gt;:22<br>") == ["tcp 0 0 <b>:22"]


def test_a_table_cell_ends_a_word_and_a_letter_style_does_not() -> None:
    assert repaired("<td>tcp</td><td>0</td>") == [" tcp  0 "]
    assert repaired("<b>t</b>cp") == ["tcp"]
    assert repaired("[td]tcp[/td]") == [" tcp "]


def test_a_line_break_of_a_page_separates_rows_and_empty_ones_are_left_out() -> None:
    assert repaired(f"{_ROW}<br/>{_ROW}<BR> <br>") == [_ROW, _ROW]


@pytest.mark.parametrize(
    "line",
    ["", _ROW, "Good morning", "a < b & c", "see [1] -- there", "[code", "<" * 100, "x" * 65_537],
)
def test_nothing_to_take_away(line: str) -> None:
    assert repaired(line) == []


def test_a_line_of_markup_only_leaves_nothing() -> None:
    assert repaired("<pre>") == []
    assert repaired("<br><br>") == []


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("tcp 0 0 0.0.0.0 :22 0.0.0.0 :* LISTEN", "tcp 0 0 0.0.0.0:22 0.0.0.0:* LISTEN"),
        ("tcp 0 0 localhost: domain *: * LISTEN", "tcp 0 0 localhost:domain *:* LISTEN"),
        ("tcp 0 0 [ :: ] :* [::1 ]:22", "tcp 0 0 [::]:* [::1]:22"),
        (_ROW, _ROW),
        ("unix 2 [ W N ] STREAM", "unix 2 [ W N ] STREAM"),
    ],
)
def test_gaps_inside_addresses_are_closed(line: str, expected: str) -> None:
    assert without_inner_blanks(line) == expected


@pytest.mark.parametrize("piece", ["<", "[b]", "&nbsp;", "x\b", "\x1b[", "a ", "--More-- "])
def test_a_long_line_of_traces_costs_no_more_than_its_length(piece: str) -> None:
    line = (piece * 65_536)[:65_536]
    start = time.process_time()
    repaired(line)
    assert time.process_time() - start < 2


@pytest.mark.parametrize("blank", [" ", "\t", " \t", " x"])
@pytest.mark.parametrize("start", ["", "x", "1 ", "a b c ", "unix", "x tcp"])
def test_a_long_gap_costs_no_more_than_its_length(start: str, blank: str) -> None:
    line = start + (blank * 30_000)[:30_000] + "x"
    begun = time.process_time()
    assert repaired(line) == []
    assert time.process_time() - begun < 1
