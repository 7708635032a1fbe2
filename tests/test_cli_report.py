"""``report``: the page as a file, on standard output, and without its template engine."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from cli_running import DAMAGED, SEED, refused, run

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_report_writes_a_page_with_the_captured_lines(tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    result = run("report", str(SEED), "-o", str(page))
    assert (result.exit_code, result.stdout) == (0, "")
    text = page.read_text("utf-8")
    assert f"<h1>Firewall proposed from {SEED.name}</h1>" in text
    assert "9: tcp6       0      0 :::80 " in text


def test_report_of_several_captures_names_them(tmp_path: Path) -> None:
    other = tmp_path / "other.txt"
    other.write_bytes(SEED.read_bytes())
    result = run("report", str(SEED), str(other), "--title", "Two <nights>")
    assert result.exit_code == 0
    assert "<h1>Two &lt;nights&gt;</h1>" in result.stdout
    assert "other.txt:9: tcp6 " in result.stdout


def test_report_reads_standard_input_and_tells_of_damage() -> None:
    result = run("report", "-", text=DAMAGED)
    assert result.exit_code == 1
    assert "<h1>Firewall proposed from standard input</h1>" in result.stdout
    assert "error" in result.stderr


def test_report_follows_the_policy() -> None:
    assert "(not in force)" in run("report", str(SEED), "--profile", "strict").stdout


def test_report_without_its_extra_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "jinja2", None)
    assert "pip install 'netstat-fw[report]'" in refused("report", str(SEED))
