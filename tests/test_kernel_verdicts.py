"""The kernel's own verdict on real packets, for any ruleset: no evaluator takes part.

A firewall is loaded by its real tool; `netns_witness` sends packets and notes what comes through.
What connection tracking makes of a packet, the kernel says as well, and the model is asked about
exactly that. Drop and reject are the same here: a packet that does not come through.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
import netns
import pytest
from effort import examples
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from netns_lab import link
from netns_loading import TOOLS, load, wipe
from netns_witness import DEVICE, fates, open_ports, prepare
from port_space import accepted_ports, sweep
from ruleset_strategies import bare_rulesets
from test_firewalld_live import STATED
from test_nftables_live import SERVER
from wire import packet
from wire_probes import LOCAL, Probe, probes

from netstat_fw.exporters import render
from netstat_fw.ruleset import Action, Chain, ConnectionState, Ruleset, base_rules

if TYPE_CHECKING:
    from collections.abc import Iterator

    from netns_lab import Link

TARGETS = ("nftables", "iptables")
LOST = {137: "drops redirects", 143: "has no name for one of the types"}
"""ICMPv6 types, and how rendering says that a target does not let them through."""


@pytest.fixture(scope="module")
def lab() -> Iterator[Link]:
    with link("nft", "conntrack", host_device=DEVICE) as made:
        prepare(made, [address for pool in LOCAL.values() for address in pool[1:]])
        yield made


def on_our_device(chain: Chain) -> Chain:
    """Say our device where a rule names the one that other tests have."""
    return attrs.evolve(
        chain,
        rules=[
            attrs.evolve(rule, interface=DEVICE) if rule.interface == "eth7" else rule
            for rule in chain.rules
        ],
    )


HERE = attrs.evolve(
    SERVER,
    incoming=on_our_device(SERVER.incoming),
    outgoing=attrs.evolve(on_our_device(SERVER.outgoing), default=Action.DROP),
)


@pytest.mark.exhaustive
@pytest.mark.parametrize("target", TARGETS)
def test_a_packet_to_every_port_meets_the_verdict_of_the_model(lab: Link, target: str) -> None:
    """65,536 ports x tcp and udp x IPv4 and IPv6 x both chains: 524,288 packets."""
    netns.require(*TOOLS[target])
    load(lab.host.space, HERE, target)
    kinds = {
        attrs.evolve(flow, local_port=68, remote_port=67, interface=DEVICE) for flow in sweep(HERE)
    }
    assert len(kinds) == 8
    for flow in kinds:
        assert open_ports(lab, flow) == accepted_ports(HERE, flow), flow


def test_the_packets_are_of_every_kind(lab: Link) -> None:
    wipe(lab.host.space)
    found = judge(lab, probes(1, 300, DEVICE))
    assert {state for state, _ in found} == set(ConnectionState)
    assert all(passed for _, passed in found)


def judge(lab: Link, some: list[Probe]) -> list[tuple[ConnectionState, bool]]:
    """Send packets; say what the kernel took each for and whether it came through."""
    lines = "\n".join(sorted({probe.connection for probe in some}))
    lab.host.space.run("conntrack", "--load-file", "-", text=lines.lstrip() + "\n")
    found = fates(lab, [probe.flow for probe in some], [probe.packet for probe in some])
    assert all(fate.state for fate in found)
    return [(fate.state, fate.passed) for fate in found if fate.state]


@pytest.mark.exhaustive
@pytest.mark.parametrize("target", ["nftables-json", "firewalld", "ufw"])
def test_a_thousand_packets_meet_the_verdict_of_the_model(lab: Link, target: str) -> None:
    """Targets that load slowly, or as others do: packets of every kind, and at every edge."""
    netns.require(*TOOLS[target])
    load(lab.host.space, STATED, target)
    edges = [attrs.evolve(flow, interface=DEVICE, hop_limit=64) for flow in sweep(STATED)]
    some = [Probe(flow, packet(flow)) for flow in edges] + probes(2, 1000, DEVICE)
    said = " ".join(omission.sentence for omission in render(STATED, target).omissions)
    lost = {number for number, words in LOST.items() if words in said}
    assert lost == {"nftables-json": set(), "firewalld": {137, 143}, "ufw": {137}}[target]
    for probe, (state, passed) in zip(some, judge(lab, some), strict=True):
        flow = attrs.evolve(probe.flow, state=state)
        accepted = STATED.decide(flow).action is Action.ACCEPT and flow.icmp_type not in lost
        assert passed == accepted, flow


def on_base_rules(ruleset: Ruleset) -> Ruleset:
    """Open both chains as every proposed ruleset does."""
    incoming, outgoing = (
        attrs.evolve(chain, rules=[*base_rules(), *chain.rules])
        for chain in (ruleset.incoming, ruleset.outgoing)
    )
    return attrs.evolve(ruleset, incoming=incoming, outgoing=outgoing)


@pytest.mark.parametrize("target", TARGETS)
@settings(
    max_examples=examples(25),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(drawn=bare_rulesets(groups=False), based=st.booleans(), seed=st.integers(0, 1 << 32))
def test_the_kernel_does_what_the_model_says(
    lab: Link, target: str, drawn: Ruleset, seed: int, *, based: bool
) -> None:
    ruleset = on_base_rules(drawn) if based else drawn
    netns.require(*TOOLS[target])
    load(lab.host.space, ruleset, target)
    some = probes(seed, 60, DEVICE)
    for probe, (state, passed) in zip(some, judge(lab, some), strict=True):
        flow = attrs.evolve(probe.flow, state=state)
        assert passed == (ruleset.decide(flow).action is Action.ACCEPT), flow
