"""Laws of `replay`, and an oracle of its own for hosts small enough to be written out."""

from __future__ import annotations

import random
from pathlib import Path

import attrs
import pytest
from capture_strategies import captures
from effort import examples
from hypothesis import given, settings
from hypothesis import strategies as st

import netstat_fw
from netstat_fw import UnrecognizedCapture, parse
from netstat_fw.analyzers import analyze
from netstat_fw.playback import Replay, Standing, replay
from netstat_fw.records import Capture  # noqa: TC001 - hypothesis reads the annotations
from netstat_fw.ruleset import (
    Action,
    AddressSet,
    Chain,
    ConnectionState,
    Direction,
    Family,
    Flow,
    Policy,
    PortSet,
    Protocol,
    Rule,
    Ruleset,
    base_rules,
    matches,
    propose,
)

FIXTURES = sorted((Path(netstat_fw.__file__).parents[1] / "fixtures").rglob("*netstat*.txt"))
ACCEPT_ALL = Ruleset(Chain("accept"), Chain("accept"))
DROP_ALL = Ruleset(Chain("drop"), Chain("drop"))
BASE_ONLY = Ruleset(Chain("drop", base_rules()), Chain("drop", base_rules()))


@settings(deadline=None)
@given(captures)
def test_a_ruleset_that_accepts_everything_cuts_nothing_off(capture: Capture) -> None:
    found = {judged.standing for judged in replay(ACCEPT_ALL, capture).judgements}
    assert found <= {Standing.PASSES, Standing.UNJUDGED}


@settings(deadline=None)
@given(captures)
def test_a_ruleset_that_drops_everything_lets_nothing_pass(capture: Capture) -> None:
    result = replay(DROP_ALL, capture)
    found = {judged.standing for judged in result.judgements}
    assert found <= {Standing.CUT_OFF, Standing.IN_DOUBT, Standing.UNJUDGED}
    assert (result.unsupported, result.wider) == ((), ())


@settings(deadline=None)
@given(captures)
def test_base_rules_alone_let_nothing_pass_but_what_is_local(capture: Capture) -> None:
    for judged in replay(BASE_ONLY, capture).judgements:
        local = judged.opening is not None and judged.opening.interface == "lo"
        assert (judged.standing is Standing.PASSES) <= local


@settings(deadline=None)
@given(captures, st.integers(0, 99))
def test_the_order_of_rows_does_not_matter(capture: Capture, seed: int) -> None:
    shuffled = list(capture.sockets)
    random.Random(seed).shuffle(shuffled)  # noqa: S311 - no secret
    ruleset = propose(analyze(capture), Policy(profile="strict", allow_lockout=True))

    def told(result: Replay) -> list[str]:
        return sorted(f"{judged.line} {judged.standing}" for judged in result.judgements)

    before = replay(ruleset, capture)
    after = replay(ruleset, attrs.evolve(capture, sockets=tuple(shuffled)))
    assert told(before) == told(after)
    assert (before.unsupported, before.wider) == (after.unsupported, after.wider)


@settings(deadline=None)
@given(captures)
def test_the_loosest_proposal_cuts_off_nothing_of_its_own_capture(capture: Capture) -> None:
    ruleset = propose(analyze(capture), Policy(profile="permissive", allow_lockout=True))
    assert [str(judged) for judged in replay(ruleset, capture).cut_off] == []


@pytest.mark.parametrize("path", FIXTURES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_the_loosest_proposal_cuts_off_nothing_of_a_real_host(path: Path) -> None:
    try:
        capture = parse(path.read_bytes())
    except UnrecognizedCapture:
        pytest.skip("holds no table")
    ruleset = propose(analyze(capture), Policy(profile="permissive"))
    result = replay(ruleset, capture)
    assert [str(judged) for judged in result.cut_off] == []
    assert len(result.judgements) == len(capture.sockets)


def test_there_are_real_hosts_to_replay() -> None:
    assert len(FIXTURES) > 10


# A host small enough to be written out: one address, two sorts of peers and everybody else.
HOST = parse(
    "tcp 0 0 0.0.0.0:22 0.0.0.0:* LISTEN 1/sshd\n"
    "tcp 0 0 192.0.2.1:22 198.51.100.7:45438 ESTABLISHED 2/sshd\n"
    "tcp 0 0 192.0.2.1:22 203.0.113.9:45438 ESTABLISHED 3/sshd\n"
    "tcp 0 0 192.0.2.1:45440 203.0.113.9:443 ESTABLISHED 4/curl\n"
    "tcp 0 0 127.0.0.1:25 0.0.0.0:* LISTEN 5/sendmail\n"
)
SORTS = {"198.51.100.0/24": "198.51.100.7", "203.0.113.0/25": "203.0.113.9"}
NOBODY = "192.88.99.5"
SMALL_STATES = (ConnectionState.NEW, ConnectionState.ESTABLISHED)


@st.composite
def small_rules(draw: st.DrawFn) -> Rule:
    """Draw a rule that tells apart what the small host has."""
    protocol = draw(st.sampled_from((None, Protocol.TCP)))
    ports = st.none() | st.sampled_from((22, 25, 443)).map(lambda port: PortSet([port]))
    return Rule(
        action=draw(st.sampled_from((Action.ACCEPT, Action.ACCEPT, Action.DROP))),
        protocol=protocol,
        remote=draw(st.none() | st.sampled_from(sorted(SORTS)).map(lambda p: AddressSet([p]))),
        local_ports=None if protocol is None else draw(ports),
        remote_ports=None if protocol is None else draw(ports),
        interface=draw(st.sampled_from((None, None, "lo"))),
        states=draw(st.sets(st.sampled_from(SMALL_STATES))),
    )


small_chains = st.builds(
    Chain, st.sampled_from((Action.ACCEPT, Action.DROP)), st.lists(small_rules(), max_size=4)
)
small_rulesets = st.builds(Ruleset, small_chains, small_chains)


def accepts(ruleset: Ruleset, flow: Flow) -> bool:
    """Decide as the definition says: one rule after the other."""
    chain = ruleset.chain(flow.direction)
    for rule in chain.rules:
        if matches(rule, flow, ruleset.resolve(rule)):
            return rule.action is Action.ACCEPT
    return chain.default is Action.ACCEPT


def talk(ruleset: Ruleset, way: str, local: str, remote: str, interface: str | None = None) -> bool:
    """Tell whether a conversation between two ends passes."""
    near, _, near_port = local.rpartition(":")
    far, _, far_port = remote.rpartition(":")
    first = Flow(
        direction=way,
        protocol="tcp",
        local_address=near,
        remote_address=far,
        local_port=int(near_port),
        remote_port=int(far_port),
        interface=interface,
    )
    after = attrs.evolve(first, state="established")
    back = {"incoming": "outgoing", "outgoing": "incoming"}[way]
    return all(accepts(ruleset, f) for f in (first, after, attrs.evolve(after, direction=back)))


@settings(max_examples=examples(60), deadline=None)
@given(small_rulesets)
def test_a_small_host_fares_as_written_out(ruleset: Ruleset) -> None:
    def ssh_from(address: str) -> bool:
        return talk(ruleset, "incoming", "192.0.2.1:22", f"{address}:49152")

    some = any(ssh_from(address) for address in SORTS.values())
    by_anybody = ssh_from(NOBODY)
    inside = talk(ruleset, "incoming", "127.0.0.1:22", "127.0.0.1:49152", "lo")
    listening = Standing.CUT_OFF
    if inside and (some or by_anybody):
        listening = Standing.PASSES if by_anybody else Standing.NARROWED
    expected = [
        listening,
        *(
            Standing.PASSES if passes else Standing.CUT_OFF
            for passes in (
                talk(ruleset, "incoming", "192.0.2.1:22", "198.51.100.7:45438"),
                talk(ruleset, "incoming", "192.0.2.1:22", "203.0.113.9:45438"),
                talk(ruleset, "outgoing", "192.0.2.1:45440", "203.0.113.9:443"),
                talk(ruleset, "incoming", "127.0.0.1:25", "127.0.0.1:49152", "lo"),
            )
        ),
    ]
    assert [judged.standing for judged in replay(ruleset, HOST).judgements] == expected


WORLD = [
    Flow(
        direction=direction,
        protocol=protocol,
        local_address=local,
        remote_address=remote,
        local_port=None if protocol == "esp" else local_port,
        remote_port=None if protocol == "esp" else remote_port,
    )
    for direction in Direction
    for protocol in ("tcp", "udp", "esp")
    for local, remotes in (
        ("192.0.2.1", (*SORTS.values(), "203.0.113.10", NOBODY)),
        ("2001:db8::1", ("2001:db8::2",)),
    )
    for remote in remotes
    for local_port in (22, 25, 443, 9)
    for remote_port in (22, 25, 443, 9)
]


def speaks_for(flow: Flow) -> tuple[bool, bool]:
    """Tell whether the small host speaks for a flow, and whether for its service."""
    incoming = flow.direction is Direction.INCOMING
    served = flow.protocol is Protocol.TCP and (
        flow.local_port == 22 if incoming else flow.remote_port == 443
    )
    there = incoming or str(flow.remote_address) == "203.0.113.9"
    return served and there and flow.family is Family.IPV4, served


@settings(max_examples=examples(40), deadline=None)
@given(small_rulesets)
def test_what_a_small_host_does_not_speak_for_is_loose(ruleset: Ruleset) -> None:
    found = replay(ruleset, HOST)
    for flow in WORLD:
        supported, served = speaks_for(flow)
        loose = accepts(ruleset, flow) and not supported
        unsupported = [c for c in found.unsupported if flow in c.region]
        wider = [c for c in found.wider if flow in c.region]
        assert len(unsupported) == (loose and not served)
        assert len(wider) == (loose and served)


def test_tightness_is_told_in_words() -> None:
    found = replay(propose(analyze(HOST)), HOST)
    assert [str(change) for change in found.unsupported] == [
        "outgoing tcp/53 to any (domain)",
        "outgoing udp/53 to any (domain)",
    ]
    assert [str(change) for change in found.wider] == [
        "outgoing tcp/443 to any IPv4 address but 203.0.113.9 (https)"
    ]


def test_a_link_local_bind_speaks_for_all_link_local_addresses() -> None:
    capture = parse("tcp6 0 0 fe80::1:8080 :::* LISTEN 5/httpd\n")
    on_link = AddressSet(["fe80::/10"])
    rule = Rule(
        action="accept", protocol="tcp", local_ports=PortSet([8080]), local=on_link, remote=on_link
    )
    found = replay(Ruleset(Chain("drop", [rule]), Chain("drop")), capture)
    assert (found.unsupported, found.wider) == ((), ())
