"""The README: its examples run, and the output it shows is the output there is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from netstat_fw.cli.group import app

_ROOT = Path(__file__).parent.parent
_README = (_ROOT / "README.md").read_text("utf-8")
_SEED = "fixtures/linux/seed_host/netstat.txt"


def _blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", _README, re.DOTALL | re.MULTILINE)


def test_the_plan_shown_is_the_plan_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(_ROOT)
    made = CliRunner().invoke(app, ["plan", _SEED], env={"COLUMNS": "100"}).stdout
    lines = [line.rstrip() for line in made.strip("\n").split("\n")]
    assert _blocks("text")[0].rstrip("\n").split("\n") == lines


def test_the_library_example_runs(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(_ROOT)
    exec(_blocks("python")[0], {})  # noqa: S102 - the README is ours
    printed = capsys.readouterr().out
    assert "tcp dport 7722" in printed
    assert "7722 sshd from line 3" in printed


@pytest.mark.parametrize("mark", ["first command", "test command"])
def test_each_of_the_two_commands_is_one_line(mark: str) -> None:
    found = re.search(rf"<!-- {mark} -->\n```sh\n(.*?)```", _README, re.DOTALL)
    assert found is not None
    assert found[1].count("\n") == 1
