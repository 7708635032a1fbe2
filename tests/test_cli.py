"""The command as a whole: its help, its status, what it loads, and what it survives."""

from __future__ import annotations

import errno
import gc
import io
import os
import runpy
import subprocess
import sys
from typing import TYPE_CHECKING

import click
import pytest
from cli_running import SEED, refused, run, run_program

import netstat_fw
from netstat_fw import cli
from netstat_fw.cli.group import SUBCOMMANDS, app
from netstat_fw.errors import LockOutError
from netstat_fw.exporters import TARGETS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_HEAVY = {
    "attr", "cattrs", "pyparsing", "rich", "netstat_fw.reader", "netstat_fw.grammar",
    "netstat_fw.analyzers", "netstat_fw.ruleset", "netstat_fw.exporters", "netstat_fw.services",
    "netstat_fw.observation", "netstat_fw.playback", "netstat_fw.records",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _as_it_was() -> Iterator[None]:
    """Put back what `main` sets for the process."""
    before = gc.get_threshold()
    yield
    gc.set_threshold(*before)


def _loaded(*arguments: str) -> set[str]:
    """Return the modules that a call loads, packages included."""
    code = (
        "import sys\nfrom netstat_fw.cli import main\n"
        "try:\n    main()\nfinally:\n    print(*sys.modules, file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, check=True, text=True
    )
    return set(done.stderr.rpartition("\n")[0].rpartition("\n")[2].split())


def _command(name: str) -> click.Command:
    command = app.get_command(click.Context(app), name)
    assert command is not None
    return command


def test_the_help_loads_no_library_but_click() -> None:
    assert _loaded("--help") & _HEAVY == set()


def test_parse_loads_neither_analysis_nor_tables() -> None:
    loaded = _loaded("parse", str(SEED), "--csv")
    assert "netstat_fw.reader" in loaded
    assert loaded & (_HEAVY - {
        "attr", "pyparsing", "netstat_fw.reader", "netstat_fw.grammar", "netstat_fw.records",
    }) == set()  # fmt: skip


def test_a_plan_for_machines_loads_no_table_library_and_no_target() -> None:
    loaded = _loaded("plan", str(SEED), "--json")
    absent = {"rich", "netstat_fw.exporters", "netstat_fw.playback", "netstat_fw.observation"}
    assert loaded & absent == set()


def test_export_loads_the_module_of_its_target_only() -> None:
    targets = {f"netstat_fw.exporters.{module}" for module in TARGETS.values()}
    loaded = _loaded("export", str(SEED), "--to", "json")
    assert loaded & targets == {"netstat_fw.exporters.json_target"}


@pytest.mark.parametrize("name", list(SUBCOMMANDS))
def test_what_the_group_says_of_a_subcommand_is_what_it_says_itself(name: str) -> None:
    command = _command(name)
    assert command.name == name
    assert str(command.help).partition("\n")[0] == SUBCOMMANDS[name]


@pytest.mark.parametrize("name", list(SUBCOMMANDS))
def test_the_help_of_every_subcommand_has_examples(name: str) -> None:
    shown = run(name, "--help").stdout
    assert "Examples:" in shown
    assert f"netstat-fw {name}" in shown


def test_the_help_names_every_subcommand_and_the_way_to_completion() -> None:
    shown = run("--help").stdout
    assert all(f"  {name} " in shown for name in SUBCOMMANDS)
    assert "_NETSTAT_FW_COMPLETE=bash_source netstat-fw" in shown


def _complete(words: str) -> list[str]:
    environment = {
        **os.environ,
        "_NETSTAT_FW_COMPLETE": "bash_complete",
        "COMP_WORDS": words,
        "COMP_CWORD": str(len(words.split(" ")) - 1),
    }
    return run_program(env=environment).stdout.decode().split()


def test_the_shell_completes_subcommands_options_targets_and_files() -> None:
    assert _complete("netstat-fw ex") == ["plain,export", "plain,explain"]
    assert "plain,--version" in _complete("netstat-fw --v")
    assert _complete("netstat-fw export --to nft") == ["plain,nftables", "plain,nftables-json"]
    assert _complete("netstat-fw plan cap") == ["file,cap"]


def test_completion_loads_no_subcommand() -> None:
    context = click.Context(app)
    assert app.list_commands(context) == list(SUBCOMMANDS)
    found = app.shell_complete(context, "d")
    assert [(each.value, each.help) for each in found] == [
        (name, SUBCOMMANDS[name]) for name in ("decide", "diff")
    ]


def test_an_unknown_subcommand_is_a_wrong_call() -> None:
    assert "No such command 'plam'" in refused("plam")


def test_the_version_is_the_package_s() -> None:
    assert netstat_fw.__version__ in run("--version").stdout


def test_the_module_runs_as_a_program(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["netstat-fw", "--help"])
    runpy.run_module("netstat_fw.__main__")
    assert capsys.readouterr().out == ""
    with pytest.raises(SystemExit):
        runpy.run_module("netstat_fw", run_name="__main__")
    assert "Commands:" in capsys.readouterr().out


@pytest.mark.parametrize(("name", "module"), [("click", "group"), ("rich", "tables")])
def test_without_the_extra_the_command_says_how_to_install_it(
    name: str,
    module: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setitem(sys.modules, name, None)
    monkeypatch.delitem(sys.modules, f"netstat_fw.cli.{module}", raising=False)
    monkeypatch.setattr(sys, "argv", ["netstat-fw", "plan", str(SEED)])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 2
    said = capsys.readouterr().err
    assert f"needs {name}" in said
    assert "pip install 'netstat-fw[cli]'" in said


def test_any_other_missing_module_is_no_matter_of_the_extra(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "netstat_fw.cli.failures", None)
    monkeypatch.delitem(sys.modules, "netstat_fw.cli.group")
    with pytest.raises(ModuleNotFoundError, match=r"netstat_fw\.cli\.failures"):
        cli.main()


def test_main_runs_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["netstat-fw", "--version"])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 0
    shown = io.StringIO()
    monkeypatch.setattr(sys, "stdout", shown)
    with pytest.raises(SystemExit):
        cli.main()
    assert netstat_fw.__version__ in shown.getvalue()


def test_short_runs_do_not_look_for_cycles(monkeypatch: pytest.MonkeyPatch) -> None:
    usual = gc.get_threshold()[0]
    monkeypatch.setattr(sys, "argv", ["netstat-fw", "--version"])
    with pytest.raises(SystemExit):
        cli.main()
    assert gc.get_threshold()[0] > 10 * usual > 0


def test_a_reader_that_has_enough_is_no_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise BrokenPipeError(errno.EPIPE, "Broken pipe")

    monkeypatch.setattr(_command("plan"), "callback", fail)
    assert run("plan", "-").output == ""


@pytest.mark.parametrize("arguments", ["plan", "export --to json", "parse --csv"])
def test_a_closed_pipe_ends_without_a_word(arguments: str, tmp_path: Path) -> None:
    name, *options = arguments.split()
    capture = tmp_path / "capture"
    row = "tcp 0 0 192.0.2.1:{} 0.0.0.0:* LISTEN 1/x\n"
    capture.write_text("".join(row.format(port) for port in range(1000, 1400)), "utf-8")
    call = subprocess.Popen(
        [sys.executable, "-m", "netstat_fw", name, str(capture), *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert call.stdout is not None
    assert call.stderr is not None
    call.stdout.read(10)
    call.stdout.close()
    assert call.stderr.read() == b""
    call.stderr.close()
    # Releases of click differ in the status.
    assert call.wait() in {0, 1}


def test_a_closed_standard_output_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(sys, "stdout", None)
        with pytest.raises(SystemExit) as ended:
            cli.main()
    assert ended.value.code == 2
    assert "standard output is closed: send it to a file" in capsys.readouterr().err


def test_a_full_disk_is_one_sentence() -> None:
    with open("/dev/full", "wb") as full:  # noqa: PTH123 - no path, a device
        done = subprocess.run(
            [sys.executable, "-m", "netstat_fw", "parse", str(SEED), "--json"],
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
        )
    assert done.returncode == 2
    assert b"No space left on device" in done.stderr
    assert b"Traceback" not in done.stderr


def test_an_encoding_that_lacks_a_character_gets_an_escape() -> None:
    capture = "tcp 0 0 0.0.0.0:80 0.0.0.0:* LISTEN 1/n\u6f22me\n".encode()
    environment = {**os.environ, "PYTHONIOENCODING": "cp1252"}
    done = run_program("explain", "-", "--line", "1", text=capture, env=environment)
    assert (done.returncode, b"n\\u6f22me" in done.stdout) == (0, True)
    environment["PYTHONIOENCODING"] = "ascii"
    assert run_program("plan", "-", text=capture, env=environment).stdout.isascii()


@pytest.mark.parametrize(
    ("raised", "said"),
    [
        (MemoryError(), "not enough memory"),
        (OSError(5, "Input/output error", "/dev/x"), "/dev/x: Input/output error"),
        (OSError("odd"), "odd"),
        (LockOutError("closed (allow_lockout)"), "closed (--allow-lockout)"),
    ],
)
def test_what_a_subcommand_raises_is_one_sentence(
    raised: Exception, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise raised

    monkeypatch.setattr(_command("plan"), "callback", fail)
    assert said in refused("plan", "-")
