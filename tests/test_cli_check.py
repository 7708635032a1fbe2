"""``check`` and ``diff``: what a ruleset would cut off, and what changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from cli_running import DAMAGED, FIXTURES, SEED, refused, run

if TYPE_CHECKING:
    from pathlib import Path

_OTHER = "tcp 0 0 203.0.113.1:8443 0.0.0.0:* LISTEN 1/x\n"


def _stored(tmp_path: Path, text: str, name: str = "ruleset.json") -> str:
    file = tmp_path / name
    run("export", "-", "--to", "json", "-o", str(file), text=text)
    return str(file)


def test_check_finds_nothing_to_cut_off_under_the_proposal(tmp_path: Path) -> None:
    result = run("check", _stored(tmp_path, SEED.read_text("utf-8")), str(SEED))
    assert (result.exit_code, "nothing that was observed" in result.stdout) == (0, True)


def test_check_names_the_line_that_would_be_cut_off(tmp_path: Path) -> None:
    result = run("check", _stored(tmp_path, _OTHER), str(SEED))
    assert result.exit_code == 1
    assert "line 3: cut off: " in result.stdout


def test_check_takes_several_captures_and_names_each(tmp_path: Path) -> None:
    folder = tmp_path / "captures"
    folder.mkdir()
    (folder / "a").write_text(_OTHER, "utf-8")
    (folder / "b").write_text("nothing\n", "utf-8")
    result = run("check", _stored(tmp_path, _OTHER), str(folder), str(SEED))
    assert result.exit_code == 1
    assert f"{folder}/a: nothing that was observed would be cut off" in result.stdout
    assert f"{SEED}: line 3: cut off: " in result.stdout
    assert "left out: " in result.stderr


def test_check_counts_what_is_in_doubt_and_shows_it_on_demand(tmp_path: Path) -> None:
    stored = _stored(tmp_path, _OTHER)
    host = FIXTURES / "linux" / "container_host" / "netstat.txt"
    assert "in doubt: 2 rows; --all shows them" in run("check", stored, str(host)).stdout
    whole = run("check", stored, str(host), "--all").stdout
    assert "--all shows them" not in whole
    assert "line 12: in doubt: incoming udp any own address:5514" in whole
    assert "accepted beyond what was observed: incoming tcp/8443" in whole
    lines = host.read_text("utf-8").split("\n")
    one = "\n".join([*lines[:2], lines[11], ""])
    assert "in doubt: 1 row; --all" in run("check", stored, "-", text=one).stdout


def test_check_of_damaged_rows_fails(tmp_path: Path) -> None:
    stored = _stored(tmp_path, DAMAGED)
    assert run("check", stored, "-", text=DAMAGED).exit_code == 1


@pytest.mark.parametrize("text", ["{}", "[", "\x1b[2K", '{"schema_version": 1, "a": 1}'])
def test_what_is_no_ruleset_is_one_sentence(text: str, tmp_path: Path) -> None:
    file = tmp_path / "ruleset.json"
    file.write_text(text, "utf-8")
    said = refused("check", str(file), str(SEED))
    assert "is no ruleset (" in said
    assert "write one with export --to json" in said
    assert said.removesuffix("\n").isprintable()


def test_standard_input_is_read_once(tmp_path: Path) -> None:
    assert "one text only" in refused("check", "-", "-", text=_OTHER)
    assert "one text only" in refused("diff", "-", "-", text=_OTHER)
    stored = _stored(tmp_path, _OTHER)
    assert run("check", stored, "-", text=_OTHER).exit_code == 0


def test_diff_of_rulesets_and_captures(tmp_path: Path) -> None:
    stored = _stored(tmp_path, _OTHER)
    assert run("diff", stored, "-", text=_OTHER).stdout == "both let the same through\n"
    result = run("diff", stored, str(SEED))
    assert result.exit_code == 0
    assert "opened    incoming tcp/80,443,7722 from any" in result.stdout
    assert "closed    incoming tcp/8443 from any" in result.stdout
    assert run("diff", str(SEED), stored).stdout != result.stdout
    assert run("diff", "-", stored, text=DAMAGED).exit_code == 1


def test_diff_reads_a_ruleset_in_what_a_shell_made_of_it(tmp_path: Path) -> None:
    stored = tmp_path / "utf16.json"
    text = run("export", "-", "--to", "json", text=_OTHER).stdout
    stored.write_bytes(text.replace("\n", "\r\n").encode("utf-16"))
    assert run("diff", str(stored), "-", text=_OTHER).stdout == "both let the same through\n"


def test_diff_follows_the_policy(tmp_path: Path) -> None:
    stored = _stored(tmp_path, SEED.read_text("utf-8"))
    assert "closed " in run("diff", stored, str(SEED), "--profile", "strict").stdout


def test_diff_of_folders_says_what_to_do_instead(tmp_path: Path) -> None:
    (tmp_path / "a").write_text(_OTHER, "utf-8")
    assert "export its captures with --to json" in refused("diff", str(tmp_path), str(SEED))
