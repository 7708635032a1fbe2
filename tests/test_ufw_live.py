"""The ufw script, run with the real ufw in a namespace, on a copy of its files."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import attrs
import iptables_evaluator
import netns
import pytest
from port_space import sweep
from test_firewalld_live import STATED, others
from test_nftables_live import HOSTILE, packet

from netstat_fw.exporters import render
from netstat_fw.exporters.ufw_stock import FILES, STOCK
from netstat_fw.ruleset import Chain, Direction, Family, PortSet, Rule, Ruleset

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

BUILT_IN = {Direction.INCOMING: "INPUT", Direction.OUTGOING: "OUTPUT"}
LIST = {Family.IPV4: "iptables-save", Family.IPV6: "ip6tables-save"}


@pytest.fixture
def inside() -> Iterator[netns.Namespace]:
    with netns.namespace("ufw", "unshare", "iptables-save") as made:
        yield made


def run(inside: netns.Namespace, directory: Path, *scripts: str) -> str:
    """Run scripts where a copy of ufw's files is mounted over them."""
    if not (directory / "ufw").exists():
        shutil.copytree("/etc/ufw", directory / "ufw")
    steps = ["set -e", f"mount --bind {directory}/ufw /etc/ufw"]
    for number, script in enumerate(scripts):
        path = directory / f"{number}.sh"
        path.write_text(script)
        steps.append(f"sh {path}")
    return inside.run("unshare", "--mount", "sh", "-c", "\n".join(steps))


def spoken(chain: Chain) -> Chain:
    """Add a rule with every hostile comment, each for a port of its own."""
    more = [
        Rule(action="drop", protocol="tcp", local_ports=PortSet([40000 + number]), comment=text)
        for number, text in enumerate(HOSTILE[:6])
    ]
    return attrs.evolve(chain, rules=[*chain.rules, *more])


def test_what_ufw_loads_is_what_the_model_says(inside: netns.Namespace, tmp_path: Path) -> None:
    """Over all ports, states and ICMP types, with hostile comments, and after a reload."""
    ruleset = attrs.evolve(STATED, incoming=spoken(STATED.incoming))
    run(inside, tmp_path, render(ruleset, "ufw").text, "ufw reload")
    tables = {
        family: iptables_evaluator.read(inside.run(tool, "-t", "filter"))
        for family, tool in LIST.items()
    }
    for flow in (*sweep(ruleset), *others()):
        chain = BUILT_IN[flow.direction]
        real = iptables_evaluator.verdict(tables[flow.family], chain, packet(flow))
        assert real == ruleset.decide(flow).action.value, flow


def test_running_it_again_changes_nothing(inside: netns.Namespace, tmp_path: Path) -> None:
    rules = [
        Rule(action="accept", protocol="udp", remote_ports=PortSet([53])),
        Rule(action="accept", protocol="icmp", icmp_types=(8,)),
    ]
    script = render(Ruleset(Chain("drop"), Chain("drop", rules)), "ufw").text
    run(inside, tmp_path, script)
    once = [inside.run(tool, "-t", "filter") for tool in LIST.values()]
    files = [(tmp_path / "ufw" / name).read_text() for name in FILES.values()]
    run(inside, tmp_path, script)
    again = [inside.run(tool, "-t", "filter") for tool in LIST.values()]
    assert [rules_of(text) for text in again] == [rules_of(text) for text in once]
    assert [(tmp_path / "ufw" / name).read_text() for name in FILES.values()] == files


def rules_of(listing: str) -> list[str]:
    """Keep the rules of a listing."""
    return [line for line in listing.splitlines() if line.startswith("-A")]


def test_an_unknown_ufw_is_left_as_it_is(inside: netns.Namespace, tmp_path: Path) -> None:
    """The script looks for every line that it would change before it resets anything."""
    script = render(STATED, "ufw").text.replace("--dport 5353", "--dport 5354")
    with pytest.raises(AssertionError, match=r"this ufw has no line .*5354"):
        run(inside, tmp_path, script)
    assert rules_of(inside.run("iptables-save", "-t", "filter")) == []


@pytest.mark.parametrize("family", Family)
def test_every_line_that_ufw_accepts_by_is_known(inside: netns.Namespace, family: Family) -> None:
    text = inside.run("cat", f"/usr/share/ufw/iptables/{FILES[family]}")
    found = {
        line
        for line in text.splitlines()
        if line.startswith("-A") and line.endswith("ACCEPT") and "-forward " not in line
    }
    known = {stock.line for stock in STOCK if stock.family is family}
    prefix = "-A ufw-before" if family is Family.IPV4 else "-A ufw6-before"
    always = {
        f"{prefix}-{chain} {match} -j ACCEPT"
        for chain, flag in (("input", "-i"), ("output", "-o"))
        for match in (f"{flag} lo", "-m conntrack --ctstate RELATED,ESTABLISHED")
    }
    assert found == known | always
