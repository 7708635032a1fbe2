"""The articles' host under the profiles: whole rulesets, line by line."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from netstat_fw import parse
from netstat_fw.analyzers import analyze
from netstat_fw.ruleset import Chain, Direction, Policy, Rule, Ruleset, base_rules, lint, propose

if TYPE_CHECKING:
    from netstat_fw.analyzers.findings import Findings

SEED = Path(__file__).parent.parent / "fixtures" / "linux" / "seed_host" / "netstat.txt"


@pytest.fixture(scope="module")
def findings() -> Findings:
    return analyze(parse(SEED.read_text("utf-8")))


def line(rule: Rule, direction: Direction) -> str:
    """Write a rule the way the goldens below are written."""
    protocol = "any" if rule.protocol is None else rule.protocol.value
    near, far = rule.local_ports, rule.remote_ports
    ports = f"{far or 'any'}->{near or 'any'}"
    if direction is Direction.OUTGOING:
        ports = f"{near or 'any'}->{far or 'any'}"
    families = "+".join(family.value[-2:] for family in rule.families)
    side = "any" if rule.remote is None else str(rule.remote)
    lines = ",".join(str(evidence.line) for evidence in rule.evidence)
    mark = "" if rule.enabled else "# "
    return (
        f"{mark}{rule.action.value} {protocol} {ports} {families} {side} {rule.service} [{lines}]"
    )


def own(chain: Chain, direction: Direction) -> list[str]:
    """Write the rules behind the base rules."""
    assert chain.rules[: len(base_rules())] == base_rules()
    return [line(rule, direction) for rule in chain.rules[len(base_rules()) :]]


def both(ruleset: Ruleset) -> tuple[list[str], list[str]]:
    return (
        own(ruleset.incoming, Direction.INCOMING),
        own(ruleset.outgoing, Direction.OUTGOING),
    )


BALANCED_INCOMING = [
    "accept tcp any->7722 v4 192.0.2.1 tcp-7722 [8]",
    "drop tcp any->25 v4+v6 any smtp [5]",
    "drop tcp any->631 v4+v6 any ipp [4,11]",
    "accept tcp any->80 v4+v6 any http [9]",
    "accept tcp any->443 v4+v6 any https []",
    "accept tcp any->7722 v4+v6 any tcp-7722 [3,10]",
    "accept udp 67->68 v4 any bootpc [13]",
    "accept udp any->123 v4+v6 any ntp [14,15,16,17,18,19,20]",
]
BALANCED_OUTGOING = [
    "accept tcp any->22 v4 any ssh [6,7]",
    "accept tcp any->53 v4+v6 any domain []",
    "accept udp any->53 v4+v6 any domain []",
    "accept udp 68->67 v4 any bootps [13]",
    "accept udp any->123 v4+v6 any ntp [14,15,16,17,18,19,20]",
]


def test_the_balanced_firewall_is_that_of_the_articles(findings: Findings) -> None:
    ruleset = propose(findings)
    assert both(ruleset) == (BALANCED_INCOMING, BALANCED_OUTGOING)
    assert lint(ruleset) == ()
    assert propose(findings, Policy()) == ruleset
