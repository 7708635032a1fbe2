"""``export`` and ``targets``: firewalls in files, and what each target can hold."""

from __future__ import annotations

import json
import os
import re
import stat
from pathlib import Path

import pytest
from cli_running import DAMAGED, SEED, refused, run

from netstat_fw import ExportError, Omission, Rendered
from netstat_fw.cli import outputs
from netstat_fw.cli.abilities import FEATURES, Ability, examine
from netstat_fw.cli.failures import InputError
from netstat_fw.exporters import TARGETS
from netstat_fw.ruleset import Ruleset, base_rules


def test_export_writes_to_standard_output() -> None:
    result = run("export", str(SEED), "--to", "nftables")
    assert result.exit_code == 0
    assert result.stdout.startswith("#!/usr/sbin/nft -f\n")
    assert "tcp dport 7722" in result.stdout


def test_export_writes_to_a_file(tmp_path: Path) -> None:
    file = tmp_path / "firewall.json"
    result = run("export", str(SEED), "--to", "json", "-o", str(file))
    assert (result.exit_code, result.stdout, result.stderr.count("left out")) == (0, "", 0)
    assert json.loads(file.read_text("utf-8"))["schema_version"] == 1
    assert [each.name for each in tmp_path.iterdir()] == ["firewall.json"]


def test_export_writes_into_a_folder_that_is_there(tmp_path: Path) -> None:
    run("export", str(SEED), "--to", "nftables", "-o", str(tmp_path))
    assert [each.name for each in tmp_path.iterdir()] == ["netstat_fw.nft"]


@pytest.mark.parametrize("target", sorted(TARGETS))
def test_every_target_can_be_written_to_a_folder(target: str, tmp_path: Path) -> None:
    folder = tmp_path / "new"
    folder.mkdir()
    assert run("export", str(SEED), "--to", target, "-o", str(folder)).exit_code == 0
    assert any(each.is_file() for each in folder.rglob("*"))


def test_a_target_of_several_files_takes_a_folder(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "rules"
    result = run("export", str(SEED), "--to", "iptables", "-o", str(folder))
    assert (result.exit_code, result.stdout) == (0, "")
    for name in ("iptables.rules", "ip6tables.rules"):
        assert f"written: {folder / name}\n" in result.stderr
    names = sorted(each.name for each in folder.iterdir())
    assert names == ["ip6tables.rules", "iptables.rules"]
    taken = tmp_path / "taken"
    taken.write_text("mine", "utf-8")
    said = refused("export", str(SEED), "--to", "iptables", "-o", str(taken))
    assert "has 2 files" in said
    assert "name a folder with -o" in said
    assert taken.read_text("utf-8") == "mine"


def test_a_target_of_several_files_says_on_the_screen_that_this_is_one() -> None:
    result = run("export", str(SEED), "--to", "iptables")
    assert "*filter" in result.stdout
    assert "iptables has several files: this is" in result.stderr


def test_export_says_when_it_cannot_write(tmp_path: Path) -> None:
    where = str(tmp_path / "no" / "file")
    assert "cannot write" in refused("export", str(SEED), "--to", "json", "-o", where)
    file = tmp_path / "file"
    file.write_text("", "utf-8")
    where = str(file / "folder")
    assert "cannot make the folder" in refused("export", str(SEED), "--to", "iptables", "-o", where)


def test_export_can_write_a_script_that_takes_itself_back(tmp_path: Path) -> None:
    shown = run("export", str(SEED), "--to", "iptables", "--deploy", "--wait", "90").stdout
    assert shown.startswith("#!/bin/sh\n")
    assert "Type yes within 90 seconds" in shown
    file = tmp_path / "deploy.sh"
    run("export", str(SEED), "--to", "nftables", "--deploy", "-o", str(file))
    assert file.stat().st_mode & stat.S_IXUSR
    run("export", str(SEED), "--to", "windows", "--deploy", "-o", str(tmp_path))
    assert {each.name for each in tmp_path.iterdir()} == {"deploy.sh", "windows.ps1"}
    said = refused("export", str(SEED), "--to", "nftables", "--deploy", "--wait", "0")
    assert "is waited for 1 to 86400 seconds, not 0" in said
    # At once: nothing is read for it, and nothing else is said.
    said = refused("export", "no such file", "--to", "kubernetes", "--deploy")
    assert (
        said
        == "Error: no deployment for target 'kubernetes'; there are nftables, iptables, windows\n"
    )
    said = refused("export", str(SEED), "--to", "nftables", "--wait", "90")
    assert "--wait is for the script of --deploy" in said
    said = refused("export", str(SEED), "--to", "windows", "--deploy", "--set", "form=netsh")
    assert "leave --set away" in said


def test_targets_have_options_of_their_own() -> None:
    assert "netsh advfirewall" in run(
        "export", str(SEED), "--to", "windows", "--set", "form=netsh"
    ).stdout  # fmt: skip
    replies = run("export", str(SEED), "--to", "rfc8519", "--set", "udp_replies=true").stdout
    assert replies != run("export", str(SEED), "--to", "rfc8519").stdout
    assert "takes no option 'colour'" in refused(
        "export", str(SEED), "--to", "rfc8519", "--set", "colour=red"
    )
    assert "is not of the form NAME=VALUE" in refused(
        "export", str(SEED), "--to", "rfc8519", "--set", "=red"
    )


def test_export_follows_profile_and_decisions(tmp_path: Path) -> None:
    file = tmp_path / "decisions.toml"
    file.write_text("[answers]\n'Q_EXPOSE tcp/631' = true\n", "utf-8")
    call = ("export", str(SEED), "--to", "nftables", "--profile", "strict")
    assert "dport 443 " not in run(*call).stdout
    opened = re.compile(r"tcp dport 631 +accept")
    assert not opened.search(run(*call).stdout)
    assert opened.search(run(*call, "--decisions", str(file)).stdout)


def test_export_tells_what_the_target_cannot_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    def leave_out(*_: object, **__: object) -> Rendered:
        return Rendered("text\n", {}, (Omission("r1", "no groups\x1b[2K"),))

    monkeypatch.setattr("netstat_fw.cli.commands.export.render", leave_out)
    result = run("export", "-", "--to", "json", text=DAMAGED)
    assert (result.exit_code, result.stdout) == (1, "text\n")
    assert r"left out: r1: no groups\x1b[2K" in result.stderr


def test_what_is_left_out_is_said_once_in_words_and_with_its_chains() -> None:
    said = run("export", str(SEED), "--to", "kubernetes").stderr
    lines = [line for line in said.split("\n") if line.startswith("left out: ")]
    assert len(lines) == len(set(lines)) == 5
    assert lines[0] == (
        "left out: incoming and outgoing: accept icmpv6 types 133-137 from or to any with hop limit"
        " 255 (rb542b93e44af): accepts nothing here: kubernetes cannot ask for a hop limit; a rule"
        " without one would fit"
    )
    assert lines[4].startswith(
        "left out: incoming: accept udp/68 bootpc from any (IPv4) with remote port 67,"
        " outgoing: accept udp/67 bootps to any (IPv4) with local port 68 (r"
    )


def test_export_says_why_a_target_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> Rendered:
        raise ExportError("no way round\x1b[2K")

    monkeypatch.setattr("netstat_fw.cli.commands.export.render", refuse)
    assert r"no way round\x1b[2K" in refused("export", str(SEED), "--to", "json")


def test_a_refusal_says_what_the_rule_does_that_stands_in_the_way(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(*_: object, **__: object) -> Rendered:
        raise ExportError("without rule r5b6003228903 and rule r000000000000 more would pass")

    monkeypatch.setattr("netstat_fw.cli.commands.export.render", refuse)
    assert refused("export", str(SEED), "--to", "json").endswith(
        "Error: without rule r5b6003228903 (incoming: drop tcp/25 smtp from any) and rule"
        " r000000000000 more would pass\n"
    )


def test_a_file_is_replaced_as_a_whole_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "file"
    file.write_text("old", "utf-8")

    def fail(*_: object) -> Path:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", fail)
        with pytest.raises(InputError, match="No space left on device"):
            outputs.write_file(file, "new")
    assert [each.read_text("utf-8") for each in tmp_path.iterdir()] == ["old"]
    link = tmp_path / "link"
    link.symlink_to(file)
    outputs.write_file(link, "new")
    assert (link.is_symlink(), file.read_text("utf-8")) == (True, "new")


def test_what_is_no_regular_file_is_written_to(tmp_path: Path) -> None:
    outputs.write_file(Path("/dev/null"), "text")
    assert Path("/dev/null").is_char_device()
    fresh = tmp_path / "fresh"
    mask = os.umask(0o027)
    try:
        outputs.write_file(fresh, "text", is_program=True)
    finally:
        os.umask(mask)
    assert stat.S_IMODE(fresh.stat().st_mode) == 0o750
    with pytest.raises(InputError, match="embedded null"):
        outputs.write_file(Path("a\0b"), "text")


@pytest.mark.parametrize("target", sorted(TARGETS))
def test_every_target_says_what_it_can_hold(target: str) -> None:
    (data,) = json.loads(run("targets", target, "--json").stdout)
    assert (data["name"], data["title"].endswith(".")) == (target, True)
    assert [each["feature"] for each in data["findings"]] == list(FEATURES)
    for each in data["findings"]:
        assert bool(each["sentence"]) == (each["ability"] != Ability.HOLDS.value)


def test_targets_know_the_limits_that_their_documents_state() -> None:
    def told(name: str, ability: Ability) -> set[str]:
        return {each.feature for each in examine(name).findings if each.ability is ability}

    assert told("json", Ability.HOLDS) == set(FEATURES)
    assert told("nftables", Ability.LEAVES_OUT) == {"server groups", "user groups"}
    assert {"rejects", "ICMP types", "hop limits"} <= told("kubernetes", Ability.LEAVES_OUT)
    assert "SCTP" not in told("pf", Ability.HOLDS)


def test_targets_are_listed_without_and_with_reasons() -> None:
    whole = run("targets").stdout
    assert all(f"{name}: " in whole for name in TARGETS)
    assert "- rejects:" not in whole
    assert "- rejects: drops without telling the sender" in run("targets", "kubernetes").stdout
    assert "options for --set, with their defaults: form=powershell" in whole
    assert "udp_replies=false" in whole
    assert whole.count("--deploy writes a script") == 3


def test_a_refusal_is_an_ability_too(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(ruleset: Ruleset, _target: str) -> Rendered:
        if ruleset.incoming.rules != base_rules():
            raise ExportError("more would pass")
        return Rendered("text\n")

    monkeypatch.setattr("netstat_fw.cli.abilities.render", refuse)
    shown = run("targets", "pf").stdout
    assert "refuses: ports" in shown
    assert "- ports: more would pass" in shown


def test_targets_as_json() -> None:
    (data,) = json.loads(run("targets", "windows", "--json").stdout)
    assert (data["name"], data["deploys"]) == ("windows", True)
    assert data["options"] == {"form": "powershell"}
    assert data["findings"][0] == {"feature": "ports", "ability": "holds", "sentence": ""}


def test_a_dash_is_standard_output() -> None:
    assert run("export", str(SEED), "--to", "pf", "-o", "-").stdout.startswith("#")
