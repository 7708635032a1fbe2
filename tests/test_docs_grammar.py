"""The grammar page: what it describes the grammars take, and the fixtures' rows are described."""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING

import pytest
from abnf import compile_rule, read_rules
from doc_examples import ROOT, find_blocks
from hypothesis import given
from hypothesis import strategies as st

from netstat_fw import Dialect, LineRole, parse
from netstat_fw.grammar import bsd, linux, windows
from netstat_fw.reader.text import as_text, split_lines

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from random import Random

    import pyparsing as pp

_RULES = read_rules(
    "\n".join(
        block.body
        for block in find_blocks((ROOT / "docs/reference/grammar.md").read_text("utf-8"))
        if block.language == "abnf"
    )
)


@functools.cache
def _expression(rule: str) -> re.Pattern[str]:
    return re.compile(compile_rule(rule, _RULES).pattern())


def _takes_linux(line: str) -> bool:
    row = linux.ROW.re.fullmatch(line)
    if row is None or not all(linux.ENDPOINT.re.match(row[end]) for end in ("local", "remote")):
        return False
    rest = (row["rest"] or "").rstrip(" \t")
    return bool(linux.REST.re.match(rest) or linux.RAW_REST.re.match(rest))


def _takes_windows(line: str) -> bool:
    row = windows.ROW.re.fullmatch(line)
    if row is None:
        return False
    for end in ("local", "remote"):
        host, _, port = row[end].rpartition(":")
        if not (windows.HOST.re.match(host) and windows.PORT.re.match(port)):
            return False
    rest = windows.TCP_REST if row["protocol"] == "TCP" else windows.UDP_REST
    return bool(rest.re.match((row["rest"] or "").strip()))


def _takes_bsd(line: str) -> bool:
    row = bsd.ROW.re.fullmatch(line)
    if row is None or not all(bsd.ENDPOINT.re.match(row[end]) for end in ("local", "remote")):
        return False
    return row["rest"] is None or bool(bsd.STATE.re.fullmatch(row["rest"]))


def _takes(expression: pp.Regex) -> Callable[[str], bool]:
    return lambda line: expression.re.fullmatch(line) is not None


_TAKERS: dict[str, Callable[[str], bool]] = {
    "linux-socket": _takes_linux,
    "linux-unix": _takes(linux.UNIX_ROW),
    "windows-socket": _takes_windows,
    "windows-owner": _takes(windows.OWNER_LINE),
    "bsd-socket": _takes_bsd,
    "bsd-unix": _takes(bsd.UNIX_ROW),
}


# The token forms, by what a line for them begins with.
_TOKEN_FORMS: dict[str, dict[str, pp.ParserElement]] = {
    "linux-socket": {"": linux.row()},
    "linux-unix": {"": linux.unix_row()},
    "windows-socket": {"TCP": windows.tcp_row(), "UDP": windows.udp_row()},
    "bsd-socket": {"": bsd.row()},
    "bsd-unix": {"": bsd.unix_row()},
}


@pytest.mark.parametrize("rule", _TAKERS)
@given(random=st.randoms(use_true_random=True))
def test_what_the_page_describes_the_grammar_takes(rule: str, random: Random) -> None:
    line = compile_rule(rule, _RULES).text(random)
    assert _expression(rule).fullmatch(line)
    assert _TAKERS[rule](line), line
    for start, form in _TOKEN_FORMS.get(rule, {}).items():
        if line.lstrip(" \t").startswith(start):
            form.parse_string(line, parse_all=True)


_FIXTURES = ROOT / "fixtures"
# Forms that the page leaves out: other code pages, further languages, joined and wrapped rows,
# stacks of components, and text that holds no table.
_WINDOWS = (
    "findstr",
    "netstat_a_names",
    "netstat_ano_de_utf16",
    "netstat_anoi_win11",
    "netstat_anoq",
    "netstat_aonb",
    "netstat_aonb_hostile",
    "netstat_nt",
)
_PAGES = [
    *((path, "linux-socket|linux-unix") for path in sorted(_FIXTURES.glob("linux/*/netstat*.txt"))),
    *(
        (path, "windows-socket|windows-owner")
        for path in [_FIXTURES / "windows" / f"{name}.txt" for name in _WINDOWS]
    ),
    *((path, "bsd-socket|bsd-unix") for path in sorted(_FIXTURES.glob("bsd/*/netstat_an.txt"))),
]


@pytest.mark.parametrize(("path", "rules"), _PAGES, ids=lambda each: getattr(each, "stem", ""))
def test_the_page_describes_the_rows_of_every_capture(path: Path, rules: str) -> None:
    data = path.read_bytes()
    capture = parse(data)
    lines = split_lines(as_text(data)[0])
    expressions = [_expression(rule) for rule in rules.split("|")]
    undescribed = [
        line
        for line, role in zip(lines, capture.line_roles, strict=True)
        if role is LineRole.RECORD and not any(e.fullmatch(line) for e in expressions)
    ]
    assert undescribed == []


def test_every_rule_is_used() -> None:
    used = set(_TAKERS) | {
        name for body in _RULES.values() for name in re.findall(r"[A-Za-z][\w-]*", body)
    }
    assert set(_RULES) <= used
    assert {dialect.value for dialect in Dialect} == {rule.partition("-")[0] for rule in _TAKERS}


@given(random=st.randoms(use_true_random=True))
@pytest.mark.parametrize(
    ("body", "taken", "refused"),
    [
        ('"ab" / "c"', ("ab", "AB", "c"), ("abc", "")),
        ('%s"ab"', ("ab",), ("AB",)),
        ('2"a" *("b" / "c")', ("aa", "aabcb"), ("a", "aad")),
        ('1*2DIGIT ["-" x]', ("1", "12", "1-!"), ("", "123", "1-")),
        ("%x41-42", ("A", "B"), ("C", "a")),
        ('("a" / "b") "c"', ("ac", "bc"), ("a", "abc")),
    ],
)
def test_abnf_means_what_its_standard_says(
    body: str, taken: tuple[str, ...], refused: tuple[str, ...], random: Random
) -> None:
    rule = compile_rule("r", {"r": body, "x": '"!"'})
    assert all(re.fullmatch(rule.pattern(), text) for text in taken)
    assert not any(re.fullmatch(rule.pattern(), text) for text in refused)
    assert re.fullmatch(rule.pattern(), rule.text(random))


def test_what_is_no_abnf_is_refused() -> None:
    with pytest.raises(ValueError, match="no ABNF"):
        compile_rule("r", {"r": '"a" ; comment'})
    with pytest.raises(KeyError):
        compile_rule("r", {"r": "unknown"})
    assert read_rules('a = "b"\n    / "c"\n\nd = a\n') == {"a": '"b"\n    / "c"', "d": "a"}
