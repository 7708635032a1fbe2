"""Real programs with hostile names, as the real netstat shows them, in the real packet filters.

A program's name is its first argument, which any user chooses. Each program here listens on a port
of its own; the firewall must be the one for the same ports and honest names, after loading, and
after saving and reloading.
"""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import attrs
import netns
import pytest
from netns_lab import Agent, agent
from test_iptables_live import Host, effects
from test_nftables_live import HOSTILE, expressions, listing, without_handles

from netstat_fw import analyze, parse, propose, render
from netstat_fw.ruleset import Family

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from netstat_fw import Capture
    from netstat_fw.records import Socket
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
def rulesets(inside: Agent) -> tuple[Ruleset, ...]:
    """Propose for honest names and for hostile ones, and put the latter into comments as well.

    Findings say no name as it is; the last ruleset is that of a caller who does.
    """
    honest, hostile = (
        captured(inside, names) for names in ([f"x{number}" for number in range(len(NAMES))], NAMES)
    )
    first, second = propose(analyze(honest)), propose(analyze(hostile))
    raw = {socket.local.port: shown_name(socket) for socket in hostile.sockets}
    rules = [
        attrs.evolve(rule, comment=raw[ports[0][0]], reasons=(), log=None)
        if (ports := rule.local_ports and rule.local_ports.ranges) and ports[0][0] in raw
        else rule
        for rule in second.incoming.rules
    ]
    assert not {rule.comment for rule in rules}.isdisjoint(HOSTILE)
    third = attrs.evolve(second, incoming=attrs.evolve(second.incoming, rules=rules))
    return first, second, third


def captured(inside: Agent, names: Sequence[str]) -> Capture:
    """Let programs of these names listen, and read what netstat shows of them."""
    for port, name in enumerate(names, FIRST):
        inside.do("hold", name=name, protocol="tcp", address="0.0.0.0", port=port)  # noqa: S104 - of a namespace
    try:
        # Bytes: netstat cuts names without regard to characters.
        command = inside.space.command("netstat", "-anp")
        return parse(subprocess.run(command, capture_output=True, check=True).stdout)
    finally:
        inside.do("release")


def shown_name(socket: Socket) -> str:
    """Give a program's name as the capture has it."""
    return (socket.process and socket.process.name) or ""


def test_every_port_is_open_by_one_rule(rulesets: tuple[Ruleset, ...]) -> None:
    ports = [
        [
            rule.local_ports.ranges[0][0]
            for rule in ruleset.incoming.rules
            if rule.local_ports is not None
        ]
        for ruleset in rulesets
    ]
    assert ports == [[*range(FIRST, FIRST + len(NAMES))]] * 3


def test_nftables_holds_the_same_rules(inside: Agent, rulesets: tuple[Ruleset, ...]) -> None:
    space, shown = inside.space, []
    for ruleset in rulesets:
        space.run("nft", "flush", "ruleset")
        space.run("nft", "-f", "-", text=render(ruleset, "nftables").text)
        shown.append(expressions(without_handles(listing(space))))
        saved = space.run("nft", "list", "ruleset")
        space.run("nft", "flush", "ruleset")
        space.run("nft", "-f", "-", text=saved)
        shown.append(expressions(without_handles(listing(space))))
    assert shown == [shown[0]] * 6


def test_iptables_holds_the_same_rules(inside: Agent, rulesets: tuple[Ruleset, ...]) -> None:
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
    assert shown == [shown[0]] * 6
