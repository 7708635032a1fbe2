"""The command: what it prints, where, and with which exit status."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import netstat_fw
from netstat_fw import ExportError, Omission, Rendered, cli
from netstat_fw.cli.commands import app

_FIXTURES = Path(__file__).parent.parent / "fixtures"
_SEED = _FIXTURES / "linux" / "seed_host" / "netstat.txt"
_DAMAGED = "tcp 0 0 0.0.0.0:22 0.0.0.0:* LISTEN 1/sshd\ntcp 0 0 oops\n"


def _run(*arguments: str, text: str | bytes = b"") -> Result:
    return CliRunner().invoke(app, arguments, input=text, env={"COLUMNS": "100"})


def test_plan_shows_chains_questions_hazards_and_doubts() -> None:
    result = _run("plan", str(_SEED))
    assert result.exit_code == 0
    for text in (
        "Incoming: what is not listed is dropped",
        "tcp/7722",
        "Outgoing:",
        "udp/53 domain",
        "Questions",
        "[Q_UPDATES]",
        "Hazards",
        "What this capture cannot prove",
    ):
        assert text in result.stdout
    assert "truncated" not in result.stdout
    assert "capture again with netstat -W" in result.stderr


def test_plan_reads_standard_input() -> None:
    assert _run("plan", "-", text=_SEED.read_bytes()).stdout == _run("plan", str(_SEED)).stdout


def test_plan_of_a_quiet_host_has_no_empty_sections() -> None:
    result = _run("plan", "-", text="tcp 0 0 203.0.113.1:22 0.0.0.0:* LISTEN 1/sshd\n")
    assert "Hazards" in result.stdout
    assert "Caveats" not in result.stdout


def test_hostile_program_names_cannot_touch_the_terminal_or_the_markup() -> None:
    name = "1/x[red]\x1b[2Ky"
    result = _run("plan", "-", text=f"tcp 0 0 0.0.0.0:8080 0.0.0.0:* LISTEN {name}\n")
    assert "\x1b" not in result.stdout
    assert result.exit_code == 0


def test_export_writes_nftables_to_standard_output() -> None:
    result = _run("export", str(_SEED), "--to", "nftables")
    assert result.exit_code == 0
    assert result.stdout.startswith("#!/usr/sbin/nft -f\n")
    assert "tcp dport 7722" in result.stdout


def test_export_writes_to_a_file(tmp_path: Path) -> None:
    file = tmp_path / "firewall.json"
    result = _run("export", str(_SEED), "--to", "json", "-o", str(file))
    assert (result.exit_code, result.stdout) == (0, "")
    assert json.loads(file.read_text("utf-8"))["schema_version"] == 1


def test_export_says_when_it_cannot_write(tmp_path: Path) -> None:
    result = _run("export", str(_SEED), "--to", "json", "-o", str(tmp_path / "no" / "file"))
    assert result.exit_code == 2
    assert "cannot write" in result.stderr


def test_export_tells_what_the_target_cannot_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    def leave_out(*_: object) -> Rendered:
        return Rendered("text\n", {}, (Omission("r1", "no groups"),))

    monkeypatch.setattr("netstat_fw.cli.commands.render", leave_out)
    result = _run("export", str(_SEED), "--to", "json")
    assert (result.stdout, "left out: r1: no groups" in result.stderr) == ("text\n", True)


def test_export_says_why_a_target_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> Rendered:
        raise ExportError("no way round")

    monkeypatch.setattr("netstat_fw.cli.commands.render", refuse)
    result = _run("export", str(_SEED), "--to", "json")
    assert (result.exit_code, "no way round" in result.stderr) == (2, True)


def test_parse_writes_the_records_as_json() -> None:
    result = _run("parse", "-", "--json", text=_DAMAGED)
    data = json.loads(result.stdout)
    assert data["sockets"][0]["process"] == {
        "pid": 1, "name": "sshd", "service": None, "components": [], "program": "sshd",
    }  # fmt: skip
    assert data["sockets"][0]["local"]["address"] == "0.0.0.0"  # noqa: S104 - a captured address
    assert data["line_roles"] == ["record", "diagnostic"]
    assert data["diagnostics"][0]["severity"] == "error"


def test_rows_that_could_not_be_read_give_status_1_and_are_told() -> None:
    result = _run("parse", "-", "--json", text=_DAMAGED)
    assert result.exit_code == 1
    assert "line 2, column 9: error: expected the local address:port" in result.stderr


def test_many_remarks_are_cut_short() -> None:
    result = _run("parse", "-", "--json", text=_DAMAGED + "tcp 0 0 oops\n" * 40)
    assert result.stderr.count("error:") == 20
    assert "... and 21 more remarks" in result.stderr


def test_strict_refuses_a_damaged_capture() -> None:
    result = _run("parse", "-", "--json", "--strict", text=_DAMAGED)
    assert result.exit_code == 2
    assert "1 row could not be read" in result.stderr


def test_parse_without_a_form_is_a_wrong_call() -> None:
    result = _run("parse", str(_SEED))
    assert result.exit_code == 2
    assert "--json" in result.stderr


def test_dialect_can_be_forced() -> None:
    assert _run("parse", "-", "--json", "--dialect", "linux", text=_DAMAGED).exit_code == 1


def test_explain_follows_one_line_to_its_rule() -> None:
    result = _run("explain", str(_SEED), "--line", "5")
    assert result.exit_code == 0
    assert "line 5: record" in result.stdout
    assert "incoming rule: drop tcp/25 smtp from any (certain)" in result.stdout


def test_explain_shows_the_diagnostic_of_a_line() -> None:
    result = _run("explain", "-", "--line", "2", text=_DAMAGED)
    assert "line 2: diagnostic" in result.stdout
    assert "expected the local address:port" in result.stdout


def test_explain_knows_how_many_lines_there_are() -> None:
    result = _run("explain", "-", "--line", "9", text=_DAMAGED)
    assert (result.exit_code, "has 2 lines" in result.stderr) == (2, True)


def _stored(tmp_path: Path, text: str) -> str:
    file = tmp_path / "ruleset.json"
    _run("export", "-", "--to", "json", "-o", str(file), text=text)
    return str(file)


def test_check_finds_nothing_to_cut_off_under_the_proposal(tmp_path: Path) -> None:
    result = _run("check", _stored(tmp_path, _SEED.read_text("utf-8")), str(_SEED))
    assert (result.exit_code, "nothing that was observed" in result.stdout) == (0, True)


def test_check_names_the_line_that_would_be_cut_off(tmp_path: Path) -> None:
    other = "tcp 0 0 0.0.0.0:8443 0.0.0.0:* LISTEN 1/x\n"
    result = _run("check", _stored(tmp_path, other), str(_SEED))
    assert result.exit_code == 1
    assert "cut off: line 3" in result.stdout


def test_check_refuses_a_file_that_is_no_ruleset(tmp_path: Path) -> None:
    file = tmp_path / "ruleset.json"
    file.write_text("{}", "utf-8")
    result = _run("check", str(file), str(_SEED))
    assert (result.exit_code, "schema_version" in result.stderr) == (2, True)


def test_a_text_without_a_table_is_one_sentence_and_status_2() -> None:
    result = _run("plan", "-", text="Kernel IP routing table\n")
    assert result.exit_code == 2
    assert "the text holds a routing table" in result.stderr
    assert "Traceback" not in result.output


def test_a_missing_file_and_a_directory_are_named(tmp_path: Path) -> None:
    missing = _run("plan", str(tmp_path / "nothing"))
    assert (missing.exit_code, "there is no file" in missing.stderr) == (2, True)
    directory = _run("plan", str(tmp_path))
    assert (directory.exit_code, "is a directory" in directory.stderr) == (2, True)


def test_an_unreadable_file_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "capture"
    file.write_text(_DAMAGED, "utf-8")

    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    result = _run("plan", str(file))
    assert (result.exit_code, "Permission denied" in result.stderr) == (2, True)


def test_gzipped_captures_are_read(tmp_path: Path) -> None:
    file = tmp_path / "capture.gz"
    file.write_bytes(gzip.compress(_SEED.read_bytes()))
    assert _run("plan", str(file)).stdout == _run("plan", str(_SEED)).stdout
    file.write_bytes(gzip.compress(_SEED.read_bytes())[:-20])
    broken = _run("plan", str(file))
    assert (broken.exit_code, "not a whole gzip file" in broken.stderr) == (2, True)


def test_input_beyond_the_limit_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("netstat_fw.cli.files._LARGEST", 10)
    file = tmp_path / "capture"
    file.write_text(_DAMAGED, "utf-8")
    result = _run("plan", str(file))
    assert (result.exit_code, "larger than 1 GiB" in result.stderr) == (2, True)


def test_the_version_is_the_package_s() -> None:
    assert netstat_fw.__version__ in _run("--version").stdout


def test_the_module_runs_as_a_program() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "netstat_fw", "--help"], capture_output=True, check=False, text=True
    )
    assert done.returncode == 0
    assert "plan" in done.stdout


@pytest.mark.parametrize("name", ["click", "rich"])
def test_without_the_extra_the_command_says_how_to_install_it(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, name, None)
    monkeypatch.delitem(sys.modules, "netstat_fw.cli.commands")
    monkeypatch.delitem(sys.modules, "netstat_fw.cli.plan", raising=False)
    monkeypatch.delitem(sys.modules, "netstat_fw.cli.files", raising=False)
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 2
    assert "pip install 'netstat-fw[cli]'" in capsys.readouterr().err


def test_any_other_missing_module_is_no_matter_of_the_extra(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "netstat_fw.cli.plan", None)
    monkeypatch.delitem(sys.modules, "netstat_fw.cli.commands")
    with pytest.raises(ModuleNotFoundError, match=r"netstat_fw\.cli\.plan"):
        cli.main()


def test_main_runs_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["netstat-fw", "--version"])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 0


def test_a_closed_pipe_ends_without_a_traceback() -> None:
    command = f"{sys.executable} -m netstat_fw export {_SEED} --to json | head -1"
    done = subprocess.run(["sh", "-c", command], capture_output=True, check=False, text=True)
    assert "Traceback" not in done.stderr
