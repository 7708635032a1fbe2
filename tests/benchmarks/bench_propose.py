"""Proposes rulesets from up to 100,000 findings made by hand, with and without decisions.

Run: ``python tests/benchmarks/bench_propose.py``. A hundred thousand findings, three in four of
which give a rule, may take at most ten seconds of processor time, twenty with decisions and
narrowing, ten times the findings at most fifteen times as long, and narrowing 20,000 peers at most
five seconds. Exits with 1 where one is missed.
"""

from __future__ import annotations

import sys
import time
from ipaddress import IPv4Address
from typing import Any

from netstat_fw.analyzers.facts import EphemeralRange, HostFacts
from netstat_fw.analyzers.findings import Connection, Exposure, Findings, Scope, Stance
from netstat_fw.evidence import Confidence, Evidence, Reason
from netstat_fw.records import Dialect
from netstat_fw.ruleset import Family, Policy, Protocol, narrow, propose, read_decisions

FINDINGS = 100_000
PEERS = 20_000
_HOST = HostFacts(
    Dialect.LINUX,
    (),
    EphemeralRange(32768, 60999),
    listeners_captured=True,
    connections_captured=True,
    datagrams_captured=True,
    programs_captured=True,
)
_PROTOCOLS = (Protocol.TCP, Protocol.UDP, Protocol.SCTP)
_LEVELS = tuple(Confidence)
_DECISIONS = """
[zones]
office = ["198.51.100.0/24", "2001:db8::/32"]

[[incoming]]
action = "accept"
program = "daemon7"
from = "zone:office"

[[incoming]]
action = "drop"
port = "tcp/1-1024"

[[outgoing]]
action = "reject"
port = ["tcp/25", "udp/53"]

[answers]
Q_INCOMING = true
"""


def compose(count: int) -> Findings:
    """Make findings, half of them incoming, of every confidence, one in ten for loopback."""
    exposures = []
    connections = []
    for n in range(count // 2):
        protocol, port = _PROTOCOLS[n // 65535], n % 65535 + 1
        address = IPv4Address(0xC0000200 + n % 250)
        shut = n % 10 == 0
        fields: dict[str, Any] = {
            "programs": (f"daemon{n % 100}",),
            "peers": (address,),
            "confidence": _LEVELS[n % len(_LEVELS)],
            "reasons": (Reason("SEEN", f"daemon listens on {protocol.value}/{port}", "2.2.7"),),
        }
        exposures.append(
            Exposure(
                protocol,
                port,
                (Family.IPV4,),
                Scope.LOOPBACK if shut else Scope.ADDRESSES,
                () if shut else (address,),
                stance=Stance.SHUT if shut else Stance.OPEN,
                evidence=(Evidence(n + 1),),
                **fields,
            )
        )
        connections.append(
            Connection(
                protocol,
                port,
                (Family.IPV4,),
                evidence=(Evidence(count + n),),
                **fields,
            )
        )
    return Findings(_HOST, tuple(exposures), tuple(connections))


def measure(findings: Findings, policy: Policy) -> tuple[float, int]:
    """Return the processor seconds that a proposal takes, best of two, and its rules."""
    best = float("inf")
    rules = 0
    for _ in range(2):
        start = time.process_time()
        ruleset = propose(findings, policy)
        best = min(best, time.process_time() - start)
        rules = len(ruleset.incoming.rules) + len(ruleset.outgoing.rules)
    return best, rules


def main() -> int:
    """Print the figures; return 1 where one is missed."""
    decided = Policy(decisions=read_decisions(_DECISIONS), narrow_sources=8, pin_destinations=2)
    missed = False
    for name, policy, limit in (("balanced", Policy(), 10), ("with decisions", decided, 20)):
        tenth, _ = measure(compose(FINDINGS // 10), policy)
        whole, rules = measure(compose(FINDINGS), policy)
        print(
            f"{name}: {FINDINGS:,} findings, {rules:,} rules: {whole:.2f} s, {whole / tenth:.1f}"
            " times a tenth of them"
        )
        missed = missed or whole > limit or whole > 15 * tenth
    peers = [IPv4Address(0xC6336400 + 3 * n) for n in range(PEERS)]
    start = time.process_time()
    narrowed = narrow(peers, PEERS)
    took = time.process_time() - start
    print(
        f"narrowing {PEERS:,} peers to {len(narrowed.addresses.prefixes):,} prefixes: {took:.2f} s"
    )
    return int(missed or took > 5)


if __name__ == "__main__":
    sys.exit(main())
