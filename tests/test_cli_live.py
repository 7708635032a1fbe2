"""``live``: the right netstat, found where the system keeps it, run without a shell."""

from __future__ import annotations

import ctypes
import json
import os
import shutil
import subprocess
import sys
from types import SimpleNamespace
from typing import TYPE_CHECKING

import attrs
import pytest
from cli_running import FIXTURES, SEED, refused, run

from netstat_fw.cli import netstats

if TYPE_CHECKING:
    from pathlib import Path

_QUIET = "tcp 0 0 203.0.113.1:22 0.0.0.0:* LISTEN 1/sshd\n"


def _install(folder: Path, script: str, name: str = "netstat") -> Path:
    """Put a program in the place of netstat."""
    program = folder / name
    program.write_text(f"#!/bin/sh\n{script}\n", "utf-8")
    program.chmod(0o755)
    return program


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, the only one in PATH; no netstat of this machine is found."""
    bare = {name: attrs.evolve(each, folders=()) for name, each in netstats.NETSTATS.items()}
    monkeypatch.setattr(netstats, "NETSTATS", bare)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(netstats, "is_privileged", lambda: True)
    return tmp_path


@pytest.mark.parametrize(
    ("platform", "name", "arguments", "fixture"),
    [
        ("linux", "netstat", "-anpW", SEED),
        ("darwin", "netstat", "-anv", FIXTURES / "bsd" / "macos_laptop" / "netstat_anv_15.txt"),
        ("win32", "netstat.exe", "-aonb", FIXTURES / "windows" / "netstat_aonb.txt"),
    ],
)
def test_each_platform_has_its_call(
    *,
    platform: str,
    name: str,
    arguments: str,
    fixture: Path,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    _install(folder, f'[ "$*" = {arguments} ] && exec /bin/cat "{fixture}"', name)
    result = run("live")
    assert result.exit_code in {0, 1}
    assert result.stdout == run("plan", str(fixture)).stdout
    assert "note:" not in result.stderr


@pytest.mark.parametrize(
    ("platform", "name", "arguments", "said"),
    [
        ("linux", "netstat", "-anpW", "run it again with sudo"),
        ("darwin", "netstat", "-anv", "run it again with sudo"),
        ("win32", "netstat.exe", "-aon", "Run as administrator"),
    ],
)
def test_a_lack_of_privilege_is_told(
    *,
    platform: str,
    name: str,
    arguments: str,
    said: str,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.setattr(netstats, "is_privileged", lambda: False)
    _install(folder, f'[ "$*" = {arguments} ] && exec /bin/cat "{SEED}"', name)
    result = run("live", "--json")
    assert result.exit_code == 0
    assert said in result.stderr
    assert json.loads(result.stdout)["schema_version"] == 1


def test_a_netstat_that_knows_fewer_options_is_asked_for_less(folder: Path) -> None:
    _install(folder, f'[ "$*" = -an ] && exec /bin/cat "{SEED}"; echo "usage: netstat" >&2; exit 1')
    assert "tcp/7722" in run("live").stdout


def test_what_netstat_wrote_can_be_kept(folder: Path, tmp_path: Path) -> None:
    _install(folder, f'exec /bin/cat "{SEED}"')
    kept = tmp_path / "kept.txt"
    run("live", "--save", str(kept))
    assert kept.read_bytes() == SEED.read_bytes()


def test_a_missing_netstat_is_one_sentence(folder: Path) -> None:
    assert "there is no netstat on this machine: install net-tools" in refused("live")
    assert not list(folder.iterdir())


def test_a_netstat_in_the_current_folder_is_never_run(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _install(folder, f'exec /bin/cat "{SEED}"')
    monkeypatch.chdir(folder)
    monkeypatch.setenv("PATH", f".{os.pathsep}{os.pathsep}bin")
    assert "there is no netstat" in refused("live")


def test_what_netstat_complains_of_is_passed_on_cleaned(folder: Path) -> None:
    _install(folder, r'printf "no \033[2K such file\nmore\n" >&2; exit 1')
    said = refused("live")
    assert r"netstat failed: no \x1b[2K such file: run it by hand" in said
    _install(folder, "exit 3")
    assert "no output, status 3" in refused("live")
    (folder / "netstat").write_text("no program", "utf-8")
    assert "Exec format error" in refused("live")


def test_a_netstat_that_never_ends_is_given_up(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _install(folder, "exit 0")

    def wait(*_: object, **__: object) -> None:
        raise subprocess.TimeoutExpired("netstat", 120)

    monkeypatch.setattr(subprocess, "run", wait)
    assert "no end after 120 seconds" in refused("live")


def test_an_unknown_platform_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "plan9")
    assert "save its output to a file, and name that" in refused("live")


def test_privilege_is_root_or_an_administrator(monkeypatch: pytest.MonkeyPatch) -> None:
    for user, privileged in ((0, True), (1000, False)):
        monkeypatch.setattr(os, "geteuid", lambda user=user: user)
        assert netstats.is_privileged() is privileged
    monkeypatch.setattr(sys, "platform", "win32")
    for answer in (1, 0):
        shell = SimpleNamespace(IsUserAnAdmin=lambda answer=answer: answer)
        monkeypatch.setattr(ctypes, "windll", SimpleNamespace(shell32=shell), raising=False)
        assert netstats.is_privileged() is bool(answer)


@pytest.mark.skipif(
    not sys.platform.startswith("linux") or shutil.which("netstat") is None,
    reason="there is no netstat on this machine",
)
def test_this_machine_s_own_netstat_is_read() -> None:
    result = run("live", "--json")
    assert result.exit_code == 0
    assert json.loads(result.stdout)["findings"]["host"]["dialect"] == "linux"
