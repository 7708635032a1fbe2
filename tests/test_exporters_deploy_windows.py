"""The deployment for Windows: read by a grammar of our own, as there is no Windows to run it on."""

from __future__ import annotations

import re

import pyparsing as pp
import pytest
from effort import examples
from hypothesis import given, settings
from powershell_grammar import commands, flat, pieces
from test_nftables_live import SERVER, hostile, spoken_of

from netstat_fw.exporters import render
from netstat_fw.exporters.deploy import deploy_script
from netstat_fw.exporters.windows import UNGUARDED
from netstat_fw.ruleset import Chain, Rule, Ruleset

OPEN = Ruleset(Chain("drop", [Rule(action="accept", protocol="tcp")]), Chain("accept"))
FUNCTION = re.compile(r"^function Set-Rules \{\n(?P<body>.*?)^\}$", re.DOTALL | re.MULTILINE)
OURS = "-Group 'netstat-fw'"


def body(script: str) -> str:
    """Give the lines of the function that loads."""
    found = FUNCTION.search(script)
    assert found
    return "".join(f"{line[4:]}\n" for line in found["body"].splitlines())


def around(script: str) -> str:
    """Give everything but the function that loads."""
    return FUNCTION.sub("", script)


def test_the_script_holds_what_the_target_writes() -> None:
    script = deploy_script(SERVER, "windows")
    text = render(SERVER, "windows").text
    assert body(script) == text.replace(f"# {UNGUARDED}\n", "")
    assert UNGUARDED in text
    assert script.isascii()
    assert not re.search(r"@[A-Z]+@", script)


def test_it_falls_into_the_pieces_that_are_meant() -> None:
    script = around(deploy_script(OPEN, "windows", seconds=90))
    assert commands(script) == [
        # Save-Rules
        "Save-Rules", "Get-NetFirewallRule", "Get-NetFirewallPortFilter",
        "Get-NetFirewallAddressFilter", "Get-NetFirewallInterfaceFilter",
        "Get-NetFirewallProfile", "Export-Clixml",
        # Get-Claim and Undo-Rules
        "Get-Claim", "Move-Item",
        "Undo-Rules", "Import-Clixml", "Set-NetFirewallProfile", "Get-NetFirewallRule",
        "Remove-NetFirewallRule", "New-NetFirewallRule", "Out-Null",
        # Everything is saved before anything changes.
        "Join-Path", "New-Item", "Out-Null", "netsh", "Out-Null", "Save-Rules",
        "New-Item", "Out-Null", "Set-Content",
        # The way back is registered before anything is loaded.
        "New-ScheduledTaskAction", "New-ScheduledTaskTrigger", "Get-Date",
        "New-ScheduledTaskSettingsSet", "Register-ScheduledTask", "Out-Null",
        "Set-Rules", "Write-Output", "Read-Host", "Get-Claim",
        "Unregister-ScheduledTask", "Write-Output",
        "Get-Claim", "Undo-Rules", "Unregister-ScheduledTask", "Write-Output", "Write-Output",
    ]  # fmt: skip
    assert script.count(".AddSeconds(90)") == script.count("within 90 seconds") == 1


def test_nothing_is_removed_that_is_not_ours() -> None:
    script = deploy_script(OPEN, "windows")
    removing = [line for line in script.splitlines() if "Remove-" in line]
    assert len(removing) == 2
    for line in removing:
        assert line.strip() == (
            f"Get-NetFirewallRule {OURS} -ErrorAction SilentlyContinue | Remove-NetFirewallRule"
        )
    made = re.findall(r"^ *New-NetFirewallRule (?!@rule )(.*)", script, re.MULTILINE)
    assert [line.startswith(OURS) for line in made] == [True]
    assert "Group = 'netstat-fw'" in script


@settings(max_examples=examples(10))
@given(hostile)
def test_no_text_changes_the_script(text: str) -> None:
    script, plain = (deploy_script(spoken_of(each), "windows") for each in (text, "x"))
    assert around(script) == around(plain)
    assert commands(script) == commands(plain)


@pytest.mark.parametrize("wrong", ["'a", '"a', "{ a", "a )", "a [ ( ] )"])
def test_the_grammar_refuses_what_is_open(wrong: str) -> None:
    with pytest.raises(pp.ParseException):
        pieces(f"Get-Date {wrong}")


def test_the_grammar_reads_strings_and_comments() -> None:
    assert flat(pieces("a 'it''s {' # no {\n\"`\" ${x} }\" (b[0])")) == [
        "a", "'it''s {'", '"`" ${x} }"', "(", "b", "[", "0", "]", ")",
    ]  # fmt: skip
