"""Measures rulesets at work: a million decisions, a replay, a difference, a merge, edges.

Run: ``python tests/benchmarks/bench_ruleset.py``. Decisions are measured on flows that are there
already, as building one takes longer than judging it; both are told. A million decisions may take
at most ten seconds of processor time, whether by 20 rules or by 1,000. Exits with 1 where that is
missed.
"""

from __future__ import annotations

import random
import sys
import time
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from netstat_fw import parse
from netstat_fw.analyzers import analyze
from netstat_fw.observation import find_edges, merge, observe
from netstat_fw.playback import replay
from netstat_fw.ruleset import (
    AddressSet,
    Chain,
    Flow,
    PortSet,
    Rule,
    Ruleset,
    base_rules,
    propose,
)
from netstat_fw.ruleset.difference import diff

if TYPE_CHECKING:
    from collections.abc import Callable

P = ParamSpec("P")
T = TypeVar("T")
DECISIONS = 1_000_000
SOCKETS = 20_000
SERVED = 500
NIGHTS = 30
HOSTS = 200
MOST_SECONDS = 10
took: dict[str, float] = {}
"""How long each piece of work took, in seconds."""


def timed(what: str, work: Callable[P, T], *args: P.args, **fields: P.kwargs) -> T:
    """Do some work once and say how long the processor took for it."""
    started = time.process_time()
    result = work(*args, **fields)
    took[what] = time.process_time() - started
    print(f"{what:<48} {took[what]:7.2f} s")
    return result


def compose_ruleset(rules: int, *, skip: int = 0) -> Ruleset:
    """Compose rules for single ports, every third of them for one network of sources."""
    accepting = [
        Rule(
            action="accept",
            protocol="tcp",
            local_ports=PortSet([1024 + number]),
            remote=AddressSet([f"198.51.{number % 256}.0/24"]) if number % 3 == 0 else None,
        )
        for number in range(skip, rules + skip)
    ]
    return Ruleset(Chain("drop", [*base_rules(), *accepting]), Chain("drop", base_rules()))


def compose_flows(count: int, rules: int) -> list[Flow]:
    """Compose flows of which about half meet a rule."""
    pick = random.Random(1)  # noqa: S311 - repeatable flows, no secret
    return [
        Flow(
            direction="incoming",
            protocol="tcp",
            local_address="192.0.2.1",
            remote_address=f"198.51.{pick.randint(0, 255)}.{pick.randint(1, 254)}",
            local_port=1024 + pick.randint(0, 2 * rules),
            remote_port=pick.randint(32768, 60999),
        )
        for _ in range(count)
    ]


def compose_capture(sockets: int) -> str:
    """Compose a busy host: 500 services, half of the rest connected to them, half going out."""
    rows = [f"tcp 0 0 0.0.0.0:{20_000 + n} 0.0.0.0:* LISTEN {n + 1}/srv{n}" for n in range(SERVED)]
    for n in range(sockets - SERVED):
        peer = f"198.{51 + n // 62_500}.{n // 250 % 250}.{n % 250 + 1}"
        ends = f"192.0.2.1:{20_000 + n % SERVED} {peer}:{33_000 + n % 27_000}"
        if n % 2:
            ends = f"192.0.2.1:{33_000 + n % 27_000} {peer}:{443 + n % 40}"
        rows.append(f"tcp 0 0 {ends} ESTABLISHED {n + 1000}/prog")
    return "\n".join(rows)


def compose_host(number: int) -> str:
    """Compose a host that asks its twenty neighbours and serves its own."""
    here = f"192.0.{number // 250}.{number % 250 + 1}"
    rows = [
        f"tcp 0 0 {here}:22 0.0.0.0:* LISTEN 1/sshd",
        "tcp 0 0 0.0.0.0:443 0.0.0.0:* LISTEN 2/x",
    ]
    for step in range(1, 21):
        asked, asking = (number + step) % HOSTS, (number - step) % HOSTS
        there = f"192.0.{asked // 250}.{asked % 250 + 1}"
        rows.append(f"tcp 0 0 {here}:{40_000 + step} {there}:443 ESTABLISHED 3/client")
        peer = f"192.0.{asking // 250}.{asking % 250 + 1}"
        rows.append(f"tcp 0 0 {here}:443 {peer}:{40_000 + step} ESTABLISHED 2/x")
    return "\n".join(rows)


def decide_all(ruleset: Ruleset, flows: list[Flow]) -> int:
    """Judge flows over and over, a million times in all."""
    decide = ruleset.decide
    for _ in range(DECISIONS // len(flows)):
        for flow in flows:
            decide(flow)
    return DECISIONS


def main() -> int:
    """Run all measurements; return 1 where decisions take too long."""
    for rules in (20, 1000):
        ruleset = compose_ruleset(rules)
        flows = timed(f"build 100,000 flows for {rules} rules", compose_flows, 100_000, rules)
        timed(f"decide {DECISIONS:,} flows by {rules} rules", decide_all, ruleset, flows)
    capture = timed(f"parse {SOCKETS:,} sockets", parse, compose_capture(SOCKETS))
    findings = timed("analyze them", analyze, capture)
    ruleset = timed("propose a ruleset", propose, findings)
    replayed = timed("replay them against it", replay, ruleset, capture)
    assert not replayed.cut_off
    before, after = compose_ruleset(1000), compose_ruleset(1000, skip=5)
    assert timed("diff two rulesets of 1,000 rules", diff, before, after)
    findings = analyze(parse(compose_host(0)))
    nights = [observe(findings, f"night-{n}") for n in range(NIGHTS)]
    timed(f"merge {NIGHTS} captures of 42 rows", merge, *nights)
    hosts = {f"host{n}": analyze(parse(compose_host(n))) for n in range(HOSTS)}
    edges = timed(f"find the edges of {HOSTS} hosts", find_edges, hosts)
    assert len(edges) == HOSTS * 20
    return int(any(took[what] > MOST_SECONDS for what in took if what.startswith("decide")))


if __name__ == "__main__":
    sys.exit(main())
