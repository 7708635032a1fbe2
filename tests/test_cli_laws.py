"""Laws of the command: no input, however broken, ends in anything but a status and sentences."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

import pytest
from cli_running import FIXTURES, SEED, run
from hypothesis import given
from hypothesis import strategies as st

if TYPE_CHECKING:
    from pathlib import Path

_SEED = SEED.read_bytes()
_RULESET = run("export", str(SEED), "--to", "json").stdout
_DECISIONS = run("decide", str(SEED), "--decisions", "-").stdout


@st.composite
def _damaged(draw: st.DrawFn, whole: bytes) -> bytes:
    """Cut a piece out of bytes, and put any others in its place."""
    start = draw(st.integers(0, len(whole)))
    end = draw(st.integers(start, min(len(whole), start + 400)))
    return whole[:start] + draw(st.binary(max_size=40)) + whole[end:]


def _is_clean(text: str) -> bool:
    return all(char.isprintable() or char == "\n" for char in text)


@pytest.mark.parametrize(
    "call", [["plan"], ["plan", "--json"], ["parse", "--csv"], ["explain", "--line", "3"]], ids=str
)
@given(st.one_of(st.binary(max_size=200), _damaged(_SEED), _damaged(gzip.compress(_SEED))))
def test_any_bytes_end_in_a_status_and_clean_text(call: list[str], data: bytes) -> None:
    result = run(*call, "-", text=data)
    assert result.exit_code in {0, 1, 2}
    assert result.stdout or result.stderr
    assert _is_clean(result.stdout)
    assert _is_clean(result.stderr)


@given(st.one_of(st.binary(max_size=60), _damaged(_RULESET.encode())))
def test_any_file_for_a_ruleset_ends_in_a_status(data: bytes) -> None:
    result = run("check", "-", str(SEED), text=data)
    assert result.exit_code in {0, 1, 2}
    assert _is_clean(result.output)


@given(st.one_of(st.binary(max_size=60), _damaged(_DECISIONS.encode())))
def test_any_file_for_decisions_ends_in_a_status(data: bytes) -> None:
    result = run("plan", str(SEED), "--decisions", "-", text=data)
    assert result.exit_code in {0, 1, 2}
    assert _is_clean(result.output)


_TEXTS = sorted(path for path in FIXTURES.rglob("*.txt") if path.name != "environment.txt")


@pytest.mark.parametrize("path", _TEXTS, ids=lambda path: str(path.relative_to(FIXTURES)))
def test_every_fixture_has_a_plan(path: Path) -> None:
    result = run("plan", str(path), width=80)
    assert result.exit_code in {0, 1, 2}
    assert _is_clean(result.stdout)
    assert _is_clean(result.stderr)
