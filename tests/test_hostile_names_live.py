"""Real programs with hostile names, as the real netstat shows them, in the real packet filters.

A program's name is its first argument, which any user chooses. Each program here listens on a port
of its own; the firewall must be the one for the same ports and honest names, after loading, and
after saving and reloading.
"""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import netns
import pytest
from netns_lab import Agent, agent
from test_iptables_live import Host, effects
from test_nftables_live import HOSTILE, expressions, listing, without_handles

from netstat_fw import analyze, parse, propose, render
from netstat_fw.ruleset import Family

if TYPE_CHECKING:
    from collections.abc import Iterator

    from netstat_fw.ruleset import Ruleset

FIRST = 9000
NAMES = (
    *(name for name in HOSTILE if name and "\x00" not in name and "\ud800" not in name),
    'x";accept;#', "x\naccept;", "$(reboot)", "`reboot`", "a b  c LISTEN", "-j ACCEPT", "\t\r\x0b",
    "\x1b]0;x\x07", "\u202eexe.tpecca", "9/x\n", "", "'\"\\", "*filter", "COMMIT\n",
)  # fmt: skip


@pytest.fixture(scope="module")
def inside() -> Iterator[Agent]:
    tools = ("nft", "netstat", "sleep", "iptables-nft-restore", "ip6tables-nft-restore")
    with netns.namespace(*tools) as made, agent(made) as helper:
        yield helper


@pytest.fixture(scope="module")
def rulesets(inside: Agent) -> tuple[Ruleset, Ruleset]:
    """Propose for honest names and for hostile ones."""
    honest = [f"x{number}" for number in range(len(NAMES))]
    first, second = (proposed(inside, names) for names in (honest, NAMES))
    return first, second


def proposed(inside: Agent, names: list[str] | tuple[str, ...]) -> Ruleset:
    """Let programs of these names listen, and make a firewall of what netstat shows."""
    for port, name in enumerate(names, FIRST):
        inside.do("hold", name=name, protocol="tcp", address="0.0.0.0", port=port)  # noqa: S104 - of a namespace
    try:
        # Bytes: netstat cuts names without regard to characters.
        command = inside.space.command("netstat", "-anp")
        shown = subprocess.run(command, capture_output=True, check=True).stdout
    finally:
        inside.do("release")
    return propose(analyze(parse(shown)))


def test_every_port_is_open_by_one_rule(rulesets: tuple[Ruleset, Ruleset]) -> None:
    ports = [
        [
            rule.local_ports.ranges[0][0]
            for rule in ruleset.incoming.rules
            if rule.local_ports is not None
        ]
        for ruleset in rulesets
    ]
    assert ports[0] == ports[1] == [*range(FIRST, FIRST + len(NAMES))]


def test_nftables_holds_the_same_rules(inside: Agent, rulesets: tuple[Ruleset, Ruleset]) -> None:
    space, shown = inside.space, []
    for ruleset in rulesets:
        space.run("nft", "flush", "ruleset")
        space.run("nft", "-f", "-", text=render(ruleset, "nftables").text)
        shown.append(expressions(without_handles(listing(space))))
        saved = space.run("nft", "list", "ruleset")
        space.run("nft", "flush", "ruleset")
        space.run("nft", "-f", "-", text=saved)
        shown.append(expressions(without_handles(listing(space))))
    assert shown[0] == shown[1] == shown[2] == shown[3]


def test_iptables_holds_the_same_rules(inside: Agent, rulesets: tuple[Ruleset, Ruleset]) -> None:
    host, shown = Host(inside.space, "nft"), []
    for ruleset in rulesets:
        host.flush()
        host.load(render(ruleset, "iptables"))
        shown.append(effects(host.tables()))
        saved = {family: host.listing(family) for family in Family}
        host.flush()
        for family, text in saved.items():
            inside.space.run(host.tool(family, "restore"), text=text)
        shown.append(effects(host.tables()))
    assert shown[0] == shown[1] == shown[2] == shown[3]
