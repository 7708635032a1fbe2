"""The deployment script between two namespaces: who is locked out is let in again.

That the script puts back what was listed before is proved by listings; here packets say so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from netns_lab import HOST, link
from netns_loading import TOOLS, deploying, wipe

from netstat_fw.exporters.deploy import deploy_script
from netstat_fw.ruleset import Chain, PortSet, Rule, Ruleset, base_rules

if TYPE_CHECKING:
    from collections.abc import Iterator

    from netns_lab import Link

TARGETS = ("nftables", "iptables")
WAIT = 2
THEIRS = (
    "table inet theirs { chain input { type filter hook input priority -5; tcp dport 9 drop; }; }"
)


def only(port: int) -> Ruleset:
    """Let the neighbour in at one port."""
    rule = Rule(action="accept", protocol="tcp", local_ports=PortSet([port]))
    return Ruleset(Chain("drop", [*base_rules(), rule]), Chain("drop", base_rules()))


@pytest.fixture(scope="module")
def lab() -> Iterator[Link]:
    with link("sh", *TOOLS["nftables"], *TOOLS["iptables"]) as made:
        for port in (9, 22, 80):
            made.host.do("serve", protocol="tcp", port=port)
        yield made


def reached(lab: Link) -> list[str]:
    """Ask at all ports: first the one that a table of others closes."""
    questions = [
        {"family": version, "address": address, "protocol": "tcp", "port": port}
        for port in (9, 22, 80)
        for version, address in HOST.items()
    ]
    answers: list[str] = lab.peer.do("ask_all", questions=questions)
    return answers


@pytest.mark.parametrize("target", TARGETS)
def test_who_is_locked_out_comes_in_again(lab: Link, target: str) -> None:
    space = lab.host.space
    wipe(space)
    space.run("nft", "-f", "-", text=THEIRS)
    first = deploy_script(only(22), target)
    assert space.run("sh", "-c", first, text="yes\n").endswith("kept\n")
    before = ["silent", "silent", "open", "open", "silent", "silent"]
    assert reached(lab) == before
    wrong = deploy_script(only(80), target, seconds=WAIT)
    with deploying(space, wrong) as process:
        assert reached(lab) == ["silent", "silent", "silent", "silent", "open", "open"]
        # Nobody says anything.
        assert process.wait(30) == 1
    assert reached(lab) == before
