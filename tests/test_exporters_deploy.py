"""The deployment script: what it holds, and how it ends in a namespace with the real tools."""

from __future__ import annotations

import re
import shutil
import subprocess
import time
from typing import TYPE_CHECKING

import netns
import pytest
from effort import examples
from hypothesis import given, settings
from netns_loading import deploying
from test_nftables_live import OPEN, SERVER, hostile, spoken_of

from netstat_fw.errors import ExportError
from netstat_fw.exporters import render
from netstat_fw.exporters.deploy import LONGEST, deploy_script
from netstat_fw.ruleset import Chain, Rule, Ruleset

if TYPE_CHECKING:
    from collections.abc import Iterator

TARGETS = ("nftables", "iptables")
LOCKED = Ruleset(Chain("drop"), Chain("reject"))
FILE = re.compile(
    r"cat > \"\$work/(?P<name>[^\"]+)\" <<'(?P<mark>\w+)'\n(?P<text>.*?)^(?P=mark)$",
    re.DOTALL | re.MULTILINE,
)


def files_in(script: str) -> dict[str, str]:
    """Read the files within a script as the shell does."""
    return {found["name"]: found["text"] for found in FILE.finditer(script)}


@pytest.mark.parametrize("target", TARGETS)
@settings(max_examples=examples(30), deadline=None)
@given(text=hostile)
def test_a_script_holds_the_very_files_of_its_target(target: str, text: str) -> None:
    ruleset = spoken_of(text)
    script = deploy_script(ruleset, target)
    assert files_in(script) == render(ruleset, target).files
    other = deploy_script(spoken_of("x"), target)
    assert FILE.sub("", script) == FILE.sub("", other)


def test_no_line_of_a_file_ends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("netstat_fw.exporters.nftables.TABLE", "x\nEND_OF_FILE\nEND_OF_FILE_\ny")
    (text,) = files_in(deploy_script(LOCKED, "nftables")).values()
    assert "\nEND_OF_FILE\n" in text


@pytest.mark.parametrize("target", TARGETS)
def test_a_shell_takes_it(target: str) -> None:
    if shutil.which("sh") is None:
        pytest.skip("needs the program sh")
    subprocess.run(("sh", "-n"), input=deploy_script(SERVER, target), text=True, check=True)


def test_an_unknown_target_names_those_that_have_a_deployment() -> None:
    with pytest.raises(ExportError, match="no deployment for target 'ufw'; there are nftables, "):
        deploy_script(LOCKED, "ufw")


@pytest.mark.parametrize("seconds", [0, LONGEST + 1])
def test_a_wait_has_limits(seconds: int) -> None:
    with pytest.raises(ExportError, match=f"1 to 86400 seconds, not {seconds}"):
        deploy_script(LOCKED, "nftables", seconds=seconds)


@pytest.fixture
def inside() -> Iterator[netns.Namespace]:
    with netns.namespace("sh", "nft", "iptables-save") as made:
        made.run("nft", "-f", "-", text="table ip theirs { chain input { tcp dport 1 drop; }; }")
        for tool in ("iptables", "ip6tables"):
            for chain in ("INPUT", "FORWARD", "OUTPUT"):
                made.run(tool, "-A", chain, "-p", "tcp", "--dport", "9", "-j", "DROP")
        yield made


def loaded(inside: netns.Namespace) -> list[str]:
    """List everything that is loaded, without counters and times."""
    nft = inside.run("nft", "list", "ruleset").splitlines()
    tools = ("iptables-save", "ip6tables-save")
    saved = [line for tool in tools for line in inside.run(tool).splitlines()]
    shown = [line.partition(" [")[0] for line in saved if not line.startswith("#")]
    return [*(re.sub(r"counter packets \d+ bytes \d+", "counter", line) for line in nft), *shown]


def deploy(inside: netns.Namespace, script: str, answer: str) -> tuple[int, str, str]:
    """Run a script and answer it."""
    done = subprocess.run(
        inside.command("sh", "-c", script),
        input=answer,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    return done.returncode, done.stdout.partition(": ")[2].strip(), done.stderr.strip()


@pytest.mark.parametrize("target", TARGETS)
def test_a_firewall_is_kept_or_taken_back(inside: netns.Namespace, target: str) -> None:
    before = loaded(inside)
    first, second = (deploy_script(ruleset, target) for ruleset in (SERVER, LOCKED))
    for answer in ("no\n", "", "yes please\n"):
        assert deploy(inside, first, answer) == (1, "", "rolled back")
        assert loaded(inside) == before
    assert deploy(inside, first, "yes\n") == (0, "kept", "")
    kept = loaded(inside)
    assert set(before) < set(kept)
    assert deploy(inside, second, "no\n") == (1, "", "rolled back")
    assert loaded(inside) == kept
    assert deploy(inside, second, "yes\n") == (0, "kept", "")
    assert set(before) < set(loaded(inside))
    assert len(loaded(inside)) < len(kept)


@pytest.mark.parametrize("target", TARGETS)
def test_silence_takes_the_firewall_back(inside: netns.Namespace, target: str) -> None:
    before = loaded(inside)
    script = deploy_script(LOCKED, target, seconds=4)  # time enough to look, however busy
    with deploying(inside, script) as process:
        assert loaded(inside) != before
        started = time.monotonic()
        assert process.wait(30) == 1
        assert time.monotonic() - started < 20
        assert process.stderr is not None
        assert process.stderr.read() == "no answer: rolled back\n"
    assert loaded(inside) == before


@pytest.mark.parametrize("target", TARGETS)
def test_a_lost_connection_takes_the_firewall_back(inside: netns.Namespace, target: str) -> None:
    before = loaded(inside)
    with deploying(inside, deploy_script(LOCKED, target)) as process:
        process.send_signal(1)
        assert process.wait(30) == 1
    assert loaded(inside) == before


@pytest.mark.parametrize("target", TARGETS)
def test_a_load_that_fails_leaves_everything(inside: netns.Namespace, target: str) -> None:
    """For iptables the IPv6 file has gone in by then, and comes out again."""
    before = loaded(inside)
    web = Rule(action="accept", protocol="tcp", families=("ipv4",))
    script = deploy_script(Ruleset(Chain("drop", [web]), OPEN.outgoing), target)
    wrong = {"nftables": ("meta nfproto", "meta perhaps"), "iptables": ("-p tcp", "-p perhaps")}
    assert wrong[target][0] in script
    code, _, errors = deploy(inside, script.replace(*wrong[target]), "yes\n")
    assert code != 0
    assert errors.endswith("rolled back")
    assert loaded(inside) == before
