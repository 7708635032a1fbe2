"""``plan``: what a person decides on, in every width, and what machines read."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from cli_running import DAMAGED, FIXTURES, SEED, refused, run

from netstat_fw import Findings, Ruleset, analyze, parse, propose
from netstat_fw.cells import Programs, describe, write_lines
from netstat_fw.cli.captures import read_captures
from netstat_fw.cli.sources import Source
from netstat_fw.evidence import Evidence
from netstat_fw.ruleset import Action, AddressSet, Direction, PortSet, Protocol, Rule

if TYPE_CHECKING:
    from pathlib import Path

_QUIET = "tcp 0 0 203.0.113.1:22 0.0.0.0:* LISTEN 1/sshd\n"
_HOSTILE = "tcp 0 0 0.0.0.0:8080 0.0.0.0:* LISTEN 1/x[red]\x1b]0;t\x07\x1b[2Ky\n"


def test_plan_shows_chains_programs_questions_hazards_and_doubts() -> None:
    result = run("plan", str(SEED))
    assert result.exit_code == 0
    for text in (
        "Incoming: what is not listed is dropped",
        "tcp/7722",
        "sendmail",
        "14-20",
        "Outgoing:",
        "udp/53 domain",
        "Questions",
        "[Q_UPDATES]",
        "Hazards",
        "What this capture cannot prove",
    ):
        assert text in result.stdout
    assert "capture again with netstat -W" in result.stderr


def test_plan_reads_standard_input() -> None:
    assert run("plan", "-", text=SEED.read_bytes()).stdout == run("plan", str(SEED)).stdout


def test_plan_of_a_quiet_host_has_no_empty_sections() -> None:
    shown = run("plan", "-", text=_QUIET).stdout
    assert "Hazards" in shown
    assert "Caveats" not in shown


@pytest.mark.parametrize("width", [20, 60, 95, 96, 140])
def test_the_width_is_honoured_and_nothing_is_lost_to_it(width: int) -> None:
    shown = run("plan", str(SEED), width=width).stdout
    assert max(map(len, shown.split("\n"))) <= width
    assert "\u2026" not in shown
    squeezed = "".join(shown.split())
    for text in ("tcp/7722", "192.0.2.1", "sendmail", "suggested", "14-20"):
        assert text in squeezed


def test_a_narrow_screen_gets_paragraphs_instead_of_a_table() -> None:
    lines = [line.rstrip() for line in run("plan", "-", text=_QUIET, width=60).stdout.split("\n")]
    assert "accept tcp/22 ssh from any (IPv4) at 203.0.113.1" in lines
    assert "    program sshd; line 1" in lines


@pytest.mark.parametrize("width", [60, 120])
def test_hostile_program_names_cannot_touch_the_terminal_or_the_markup(width: int) -> None:
    shown = run("plan", "-", text=_HOSTILE, width=width).stdout
    assert all(char.isprintable() or char == "\n" for char in shown)
    data = run("plan", "-", "--json", text=_HOSTILE).stdout
    assert all(char.isprintable() or char == "\n" for char in data)


def _on_terminal(*arguments: str, **environment: str) -> str:
    """Run the command on a terminal of its own, 100 columns wide."""
    ours, theirs = pty.openpty()
    call = subprocess.Popen(
        [sys.executable, "-m", "netstat_fw", *arguments],
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=theirs,
        env={**os.environ, "COLUMNS": "100", "TERM": "xterm-256color", **environment},
    )
    os.close(theirs)
    shown = b""
    try:
        while piece := os.read(ours, 65536):
            shown += piece
    except OSError:  # Linux reports the end of a terminal as an error
        pass
    os.close(ours)
    assert call.wait() == 0
    return shown.decode()


def test_colours_are_for_terminals_and_no_color_wins() -> None:
    assert "\x1b[32maccept" in _on_terminal("plan", str(SEED), NO_COLOR="")
    assert "\x1b" not in _on_terminal("plan", str(SEED), NO_COLOR="1")
    assert "\x1b" not in run("plan", str(SEED)).stdout


def test_a_progress_bar_is_shown_on_a_terminal_for_many_files(tmp_path: Path) -> None:
    for number in range(6):
        (tmp_path / f"{number}.txt").write_text(_QUIET, "utf-8")
    shown = _on_terminal("plan", str(tmp_path), "--json", NO_COLOR="1")
    assert "Reading captures" in shown
    assert "100%" in shown
    assert "Reading captures" not in run("plan", str(tmp_path)).stderr


def test_progress_is_for_many_files_and_for_somebody_who_looks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sources = tuple(Source(str(SEED)) for _ in range(5))
    assert len(list(read_captures(sources))) == 5
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    assert len(list(read_captures(sources))) == 5


def test_plan_writes_json_for_machines() -> None:
    data = json.loads(run("plan", str(SEED), "--json").stdout)
    assert data["schema_version"] == 1
    assert Ruleset.from_dict(data["ruleset"]) == propose(analyze(parse(SEED.read_bytes())))
    assert data["captures"] == [""]
    assert Findings.from_dict(data["findings"]) == analyze(parse(SEED.read_bytes()))


def test_several_captures_of_one_host_are_put_together(tmp_path: Path) -> None:
    for name, port in (("night1.txt", 80), ("night2.txt", 443)):
        row = f"tcp 0 0 203.0.113.1:{port} 0.0.0.0:* LISTEN 9/nginx\n"
        (tmp_path / name).write_text(_QUIET + row, "utf-8")
    result = run("plan", str(tmp_path), width=200)
    assert (result.exit_code, result.stderr) == (0, "")
    shown = "".join(result.stdout.split())
    assert "tcp/80http" in shown
    assert "tcp/443https" in shown
    assert "night1.txt1;" in shown
    named = run("plan", str(tmp_path / "night2.txt"), str(tmp_path / "night1.txt"), width=200)
    assert named.stdout == result.stdout


def test_captures_of_one_name_are_cited_with_their_folders(tmp_path: Path) -> None:
    names = []
    for day in ("monday", "friday"):
        (tmp_path / day).mkdir()
        (tmp_path / day / "capture.txt").write_text(_QUIET, "utf-8")
        names.append(str(tmp_path / day / "capture.txt"))
    data = json.loads(run("plan", *names, "--json").stdout)
    assert data["captures"] == names
    both = json.loads(run("plan", names[0], "-", "--json", text=_QUIET).stdout)
    assert both["captures"] == [names[0], "standard input"]
    lines = {each["capture"] for each in data["ruleset"]["incoming"]["rules"][-1]["evidence"]}
    assert lines == set(names)


def test_a_file_in_a_folder_that_is_no_capture_is_left_out_aloud(tmp_path: Path) -> None:
    (tmp_path / "capture.txt").write_text(_QUIET, "utf-8")
    (tmp_path / "notes.txt").write_text("Remember the milk.\n", "utf-8")
    result = run("plan", str(tmp_path))
    assert result.exit_code == 1
    assert "left out: " in result.stderr
    assert "notes.txt: no netstat socket table found" in result.stderr
    assert "tcp/22 ssh" in result.stdout
    assert "no netstat socket table" in refused(
        "plan", str(tmp_path / "notes.txt"), str(tmp_path / "capture.txt")
    )
    (tmp_path / "capture.txt").unlink()
    assert "none of the files is a capture" in refused("plan", str(tmp_path))


def test_remarks_about_one_of_several_captures_name_it(tmp_path: Path) -> None:
    (tmp_path / "a").write_text(DAMAGED, "utf-8")
    (tmp_path / "b").write_text("tcp 0 0 oops\n" * 30 + _QUIET, "utf-8")
    result = run("plan", str(tmp_path))
    assert result.exit_code == 1
    assert f"{tmp_path}/a: line 2, column 9: error" in result.stderr
    assert f"{tmp_path}/b: ... and 10 more remarks" in result.stderr


def test_captures_that_look_as_if_of_two_hosts_are_remarked_on(tmp_path: Path) -> None:
    first, second = tmp_path / "a", tmp_path / "b"
    first.write_text(_QUIET, "utf-8")
    second.write_text(_QUIET.replace("203.0.113.1", "198.51.100.9"), "utf-8")
    result = run("plan", str(first), str(second))
    assert result.exit_code == 0
    assert "if they are of different hosts, call once for each host" in result.stderr
    windows = FIXTURES / "windows" / "netstat_aonb.txt"
    assert "from different systems" in run("plan", str(first), str(windows)).stderr


def test_the_profile_and_decisions_count(tmp_path: Path) -> None:
    assert "tcp/443" in run("plan", str(SEED)).stdout
    assert "tcp/443 https" not in run("plan", str(SEED), "--profile", "strict").stdout
    file = tmp_path / "decisions.toml"
    file.write_text('[[incoming]]\naction = "drop"\nport = "tcp/80"\n', "utf-8")
    shown = run("plan", str(SEED), "--decisions", str(file)).stdout
    assert "drop     tcp/80 http" in shown


def test_decisions_that_cannot_be_read_are_one_sentence(tmp_path: Path) -> None:
    file = tmp_path / "decisions.toml"
    file.write_text("[answers]\nQ_UPDATES = 3\n", "utf-8")
    said = refused("plan", str(SEED), "--decisions", str(file))
    assert "decisions.toml, line 2" in said
    file.write_bytes("[answers]".encode("utf-16"))
    assert "is not UTF-8 text (byte 1): save it as UTF-8" in refused(
        "plan", str(SEED), "--decisions", str(file)
    )
    said = refused("plan", str(SEED), "--decisions", str(tmp_path / "no"))
    assert said.endswith("check the name, or write one with netstat-fw decide\n")
    said = refused("plan", str(tmp_path / "no"))
    assert said.endswith("check the name, or capture with netstat -anp > FILE\n")
    said = refused("check", str(tmp_path / "no"), str(SEED))
    assert said.endswith("write one with netstat-fw export CAPTURE --to json -o FILE\n")


def test_a_lock_out_has_to_be_allowed(tmp_path: Path) -> None:
    file = tmp_path / "decisions.toml"
    file.write_text('[[incoming]]\naction = "drop"\nport = "tcp/22"\n', "utf-8")
    said = refused("plan", "-", "--decisions", str(file), text=_QUIET)
    assert "(--allow-lockout)" in said
    allowed = run("plan", "-", "--decisions", str(file), "--allow-lockout", text=_QUIET)
    assert "[LOCKED_OUT]" in allowed.stdout


def test_a_rule_of_many_ports_finds_the_programs_at_each_of_them() -> None:
    text = "".join(
        f"tcp 0 0 0.0.0.0:{port} 0.0.0.0:* LISTEN {port}/p{port}\n" for port in (8000, 8001, 9000)
    )
    findings = analyze(parse(text))
    lines = tuple(Evidence(number) for number in (1, 2, 3))
    programs = Programs(Direction.INCOMING, findings)

    def named(ports: PortSet | None, protocol: Protocol = Protocol.TCP) -> tuple[str, ...]:
        drop = Rule(action=Action.DROP, protocol=protocol, local_ports=ports, evidence=lines)
        return programs.of(drop)

    assert named(PortSet([8001])) == ("p8001",)
    other_line = Rule(
        action=Action.DROP,
        protocol=Protocol.TCP,
        local_ports=PortSet([8001]),
        evidence=(Evidence(1),),
    )
    assert programs.of(other_line) == ()
    assert named(PortSet([(8000, 8500)])) == ("p8000", "p8001")
    assert named(PortSet([(8000, 8500)]), Protocol.UDP) == ()
    assert named(None) == ()
    assert programs.of(Rule(action=Action.DROP)) == ()


def test_a_rule_in_one_line_says_whose_it_is() -> None:
    rule = Rule(
        action=Action.REJECT,
        protocol=Protocol.UDP,
        remote_ports=PortSet([53]),
        remote=AddressSet(["192.0.2.0/24"]),
        service="domain",
    )
    assert describe(rule, Direction.OUTGOING) == (f"reject udp/53 domain to 192.0.2.0/24 {rule.id}")


def test_many_lines_and_captures_are_cut_short() -> None:
    assert write_lines([Evidence(n) for n in range(1, 20, 2)]) == "1, 3, 5, 7, 9, 11 and 4 more"
    assert write_lines([Evidence(1, name) for name in "abc"]) == "a 1; b 1; and 1 more capture"
    assert write_lines([Evidence(1, n) for n in "abcd"]).endswith("and 2 more captures")
