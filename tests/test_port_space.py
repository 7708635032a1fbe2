"""Whole hosts over all 65,536 ports: what is accepted is what was worked out without the library.

The expectations of Linux hosts come of `raw_expectation`, which reads the captured lines by itself;
those of other systems, of the other profiles and of a decisions file are written by hand.
"""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import TYPE_CHECKING

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from port_space import edges
from raw_expectation import (
    Host,
    Row,
    is_loopback,
    read_host,
    version_of,
    wanted_in,
    wanted_out,
)

from netstat_fw import parse
from netstat_fw.analyzers import analyze
from netstat_fw.ruleset import (
    Action,
    Direction,
    Flow,
    Policy,
    Profile,
    Ruleset,
    propose,
    read_decisions,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

FIXTURES = Path(__file__).parent.parent / "fixtures"
HOSTS = ("seed_host", "database_host", "mail_host", "name_server", "container_host")
STRANGERS = {4: "203.0.113.99", 6: "2001:db8:99::99"}
SOMEWHERE = {4: "192.0.2.200", 6: "2001:db8::200"}
CLIENT_PORTS = (40000, 67, 68, 547)
IN, OUT = Direction


def text_of(name: str) -> str:
    return (FIXTURES / name).read_text("utf-8")


def proposed(name: str, policy: Policy | None = None) -> Ruleset:
    return propose(analyze(parse(text_of(name))), policy or Policy())


def packet(
    direction: Direction, protocol: str, here: str, there: str, client_port: int = 40000
) -> Flow:
    incoming = direction is IN
    return Flow(
        direction=direction,
        protocol=protocol,
        local_address=here,
        remote_address=there,
        local_port=None if incoming else client_port,
        remote_port=client_port if incoming else None,
        interface="eth0",
    )


def accepted(ruleset: Ruleset, flow: Flow, ports: Iterable[int]) -> set[int]:
    """Return those of the ports on which a flow to the service is accepted."""
    name = "local_port" if flow.direction is IN else "remote_port"
    fields = {**attrs.asdict(flow, recurse=False), name: None}
    return {
        port
        for port in ports
        if ruleset.decide(Flow(**(fields | {name: port}))).action is Action.ACCEPT
    }


def swept(ruleset: Ruleset, flow: Flow, more: Iterable[int] = ()) -> set[int]:
    """Return all ports on which a flow is accepted, by one port of each interval."""
    starts = sorted({*edges(ruleset), *more, *(port + 1 for port in more)} - {65536})
    ends = [*starts[1:], 65536]
    taken = accepted(ruleset, flow, starts)
    return {
        p for low, high in zip(starts, ends, strict=True) if low in taken for p in range(low, high)
    }


def ends_of(host: Host) -> Iterator[tuple[str, str]]:
    """Pair each own address, and one more of each family, with strangers and everybody seen."""
    peers = {row.there for row in host.rows if row.remote_port is not None}
    for here in {*host.own, *SOMEWHERE.values()}:
        for there in {*peers, *STRANGERS.values()}:
            if version_of(here) == version_of(there) and not there.startswith("127."):
                yield here, there


def compare(text: str) -> None:
    """Compare what is proposed with what is expected, for everybody who may ask."""
    ruleset, host = propose(analyze(parse(text))), read_host(text)
    for here, there in ends_of(host):
        for protocol, port in itertools.product(("tcp", "udp"), CLIENT_PORTS):
            wanted = wanted_in(host, protocol, here, there, port)
            flow = packet(IN, protocol, here, there, port)
            assert swept(ruleset, flow, wanted) == wanted, flow
            wanted = wanted_out(host, protocol, here, port)
            flow = packet(OUT, protocol, here, there, port)
            assert swept(ruleset, flow, wanted) == wanted, flow


def converse(text: str) -> None:
    """Play every connection from its first packet on, and knock at what is for the host alone."""
    ruleset, host = propose(analyze(parse(text))), read_host(text)
    for one in host.rows:
        if one.remote_port is None or is_loopback(one.there):
            continue
        served = one.port in wanted_in(host, one.protocol, one.here, one.there, one.remote_port)
        asked = one.remote_port in wanted_out(host, one.protocol, one.here, one.port)
        # A client's port never serves, so no connection is both.
        first = attrs.evolve(
            packet(IN if served else OUT, one.protocol, one.here, one.there),
            local_port=one.port,
            remote_port=one.remote_port,
        )
        reply = attrs.evolve(first, direction=OUT if served else IN, state="established")
        opened = ruleset.decide(first).action is Action.ACCEPT
        assert opened is (served or asked), one
        assert ruleset.decide(reply).action is Action.ACCEPT
        # It is the connection that lets the reply through: by itself it would open nothing.
        alone = ruleset.decide(attrs.evolve(reply, state="new"))
        assert alone.action is Action.DROP, one
    for (protocol, port), binds in host.binds.items():
        if not all(map(is_loopback, binds)):
            continue
        for version, here in SOMEWHERE.items():
            inside = "127.0.0.1" if version == 4 else "::1"
            flow = packet(IN, protocol, inside, inside)
            on_loopback = attrs.evolve(flow, local_port=port, interface="lo")
            assert ruleset.decide(on_loopback).action is Action.ACCEPT
            outside = attrs.evolve(packet(IN, protocol, here, STRANGERS[version]), local_port=port)
            assert ruleset.decide(outside).action is Action.DROP
            # A rule of its own says so, and not the default, whatever is opened broadly.
            assert ruleset.decide(outside).rule is not None


@pytest.mark.parametrize("name", HOSTS)
def test_a_linux_host_opens_what_its_lines_ask_for(name: str) -> None:
    compare(text_of(f"linux/{name}/netstat.txt"))
    converse(text_of(f"linux/{name}/netstat.txt"))


OWN = ("192.0.2.2", "192.0.2.3", "2001:db8::2")
BINDS = ("0.0.0.0", "127.0.0.1", "192.0.2.2", "192.0.2.3", "::", "::1", "2001:db8::2")  # noqa: S104
PORTS = (22, 25, 80, 443, 465, 5432, 6379, 8080, 9999, 20001)
PEERS = {4: ["198.51.100.1", "198.51.100.2"], 6: ["2001:db8:9::1", "2001:db8:9::2"]}


def row(protocol: str, here: str, port: int, there: str, state: str) -> str:
    kind = f"{protocol}6" if version_of(here) == 6 else protocol
    return f"{kind:<6} 0 0 {here}:{port} {there} {state} 7/prog"


@st.composite
def raw_hosts(draw: st.DrawFn) -> str:
    """Write a host of some servers, with whoever is connected to them, and some clients."""
    lines = [row("tcp", here, 7001, "0.0.0.0:*", "LISTEN") for here in ("0.0.0.0", "::")]  # noqa: S104
    lines += [
        row("tcp", here, 7001, f"{PEERS[version_of(here)][0]}:50000", "ESTABLISHED") for here in OWN
    ]
    for port in draw(st.sets(st.sampled_from(PORTS), max_size=5)):
        binds = draw(st.sets(st.sampled_from(BINDS), min_size=1, max_size=3))
        lines += [row("tcp", here, port, "0.0.0.0:*", "LISTEN") for here in sorted(binds)]
        reached = [
            here
            for here in OWN
            if Host([Row("tcp", b, port, "", None, "LISTEN") for b in binds]).serves(
                "tcp", port, here
            )
        ]
        for here in draw(st.lists(st.sampled_from(reached), max_size=2)) if reached else []:
            peer = draw(st.sampled_from(PEERS[version_of(here)]))
            state = draw(st.sampled_from(["ESTABLISHED", "TIME_WAIT", "SYN_RECV", "CLOSE_WAIT"]))
            lines.append(row("tcp", here, port, f"{peer}:50001", state))
    for number in range(draw(st.integers(0, 3))):
        asked = draw(st.sampled_from([22, 25, 80, 443, 5432, 8443]))
        state = draw(st.sampled_from(["ESTABLISHED", "TIME_WAIT", "SYN_SENT"]))
        lines.append(row("tcp", OWN[0], 34000 + number, f"{PEERS[4][1]}:{asked}", state))
    for port in draw(st.sets(st.sampled_from([68, 123]))):
        lines.append(row("udp", "0.0.0.0", port, "0.0.0.0:*", ""))  # noqa: S104
    return "\n".join(lines)


@given(raw_hosts())
def test_any_host_opens_what_its_lines_ask_for(text: str) -> None:
    compare(text)
    converse(text)


@pytest.mark.exhaustive
def test_every_single_port_of_the_seed_host() -> None:
    """Both chains, TCP and UDP, both families: half a million packets, one by one."""
    name = "linux/seed_host/netstat.txt"
    ruleset, raw = proposed(name), read_host(text_of(name))
    for version, here in ((4, "192.0.2.2"), (6, "2001:db8::2")):
        for protocol in ("tcp", "udp"):
            there = STRANGERS[version]
            flow = packet(IN, protocol, here, there)
            wanted = wanted_in(raw, protocol, here, there, 40000)
            assert accepted(ruleset, flow, range(65536)) == wanted
            assert swept(ruleset, flow) == wanted
            flow = packet(OUT, protocol, here, there)
            wanted = wanted_out(raw, protocol, here, 40000)
            assert accepted(ruleset, flow, range(65536)) == wanted
            assert swept(ruleset, flow) == wanted


DECISIONS = """
[zones]
office = ["198.51.100.0/24", "2001:db8:7::/48"]
[[incoming]]
action = "accept"
program = "sshd"
from = "zone:office"
[[outgoing]]
action = "accept"
service = "smtp"
[companions]
"tcp/80" = []
"""
OFFICE = {4: "198.51.100.9", 6: "2001:db8:7::9"}
Ports = dict[str, set[int]]


@pytest.mark.parametrize(
    ("policy", "into", "out", "out_v4"),
    [
        (Policy(profile="strict"), {"tcp": {80, 7722}, "udp": set()},
         {"tcp": {53}, "udp": {53, 123}}, {22}),
        (Policy(), {"tcp": {80, 443, 7722}, "udp": {123}}, {"tcp": {53}, "udp": {53, 123}}, {22}),
        (Policy(profile="permissive"), {"tcp": {80, 443, 7722}, "udp": {123}},
         {"tcp": {25, 53, 80, 443, 514, 6514}, "udp": {53, 123, 514}}, {22}),
        (Policy(decisions=read_decisions(DECISIONS)), {"tcp": {80}, "udp": {123}},
         {"tcp": {25, 53}, "udp": {53, 123}}, {22}),
    ],
    ids=["strict", "balanced", "permissive", "decisions"],
)  # fmt: skip
def test_the_seed_host_as_written_out(
    policy: Policy, into: Ports, out: Ports, out_v4: set[int]
) -> None:
    ruleset = proposed("linux/seed_host/netstat.txt", policy)
    for version, here in ((4, "192.0.2.2"), (6, "2001:db8::2")):
        there = STRANGERS[version]
        for protocol in ("tcp", "udp"):
            assert swept(ruleset, packet(IN, protocol, here, there)) == into[protocol]
            more = out_v4 if (version, protocol) == (4, "tcp") else set()
            assert swept(ruleset, packet(OUT, protocol, here, there)) == out[protocol] | more
        # From the office, and from where an administrator was seen, ssh is open in any case.
        seen = ["192.0.2.1", OFFICE[4]] if version == 4 else [OFFICE[6]]
        for there in seen:
            assert swept(ruleset, packet(IN, "tcp", here, there)) == into["tcp"] | {7722}
    dhcp = {67} if policy.profile is not Profile.STRICT else set()
    assert swept(ruleset, packet(OUT, "udp", "192.0.2.2", STRANGERS[4], 68)) == out["udp"] | {67}
    renewed = swept(ruleset, packet(IN, "udp", "192.0.2.2", STRANGERS[4], 67))
    assert renewed == into["udp"] | ({68} if dhcp else set())


Case = tuple[Direction, str, str, str, set[int]]
"""The chain, the protocol, this host's address, the other's, and all ports that are open."""
WINDOWS: list[Case] = [
    (IN, "tcp", "192.0.2.10", "203.0.113.99", {22, 3389, 5985}),
    (IN, "tcp", "2001:db8::10", "2001:db8:99::99", {22}),
    (IN, "udp", "192.0.2.10", "203.0.113.99", {123}),
    (IN, "udp", "2001:db8::10", "2001:db8:99::99", set()),
    (IN, "udp", "224.0.0.251", "203.0.113.99", {123, 5353}),
    (IN, "udp", "ff02::c", "fe80::9", set()),
    (OUT, "tcp", "192.0.2.10", "203.0.113.99", {53, 443, 1433}),
    (OUT, "tcp", "2001:db8::10", "2001:db8:99::99", {53, 443}),
    (OUT, "udp", "192.0.2.10", "203.0.113.99", {53, 123, 443}),
    (OUT, "udp", "192.0.2.10", "224.0.0.251", {53, 123, 443, 5353}),
    (OUT, "udp", "2001:db8::10", "2001:db8:99::99", {53}),
]
MACOS: list[Case] = [
    (IN, "tcp", "192.0.2.31", "203.0.113.99", {22}),
    (IN, "tcp", "2001:db8::31", "2001:db8:99::99", {22}),
    (IN, "tcp", "fe80::31", "fe80::9", {22, 8021}),
    (IN, "udp", "192.0.2.31", "203.0.113.99", set()),
    (IN, "udp", "ff02::fb", "fe80::9", {5353}),
    (OUT, "tcp", "192.0.2.31", "203.0.113.99", {53, 443}),
    (OUT, "tcp", "2001:db8::31", "2001:db8:99::99", {53, 443}),
    (OUT, "udp", "192.0.2.31", "203.0.113.99", {53}),
    (OUT, "udp", "2001:db8::31", "ff02::fb", {53, 5353}),
]
FREEBSD: list[Case] = [
    (IN, "tcp", "192.0.2.163", "203.0.113.99", {22, 80, 443}),
    (IN, "tcp", "2001:db8::163", "2001:db8:99::99", {22, 80, 443}),
    (IN, "udp", "192.0.2.163", "203.0.113.99", {123}),
    (IN, "udp", "192.0.2.164", "203.0.113.99", set()),
    (IN, "udp", "2001:db8::163", "2001:db8:99::99", set()),
    (IN, "udp", "fe80::163", "fe80::9", {123}),
    (OUT, "tcp", "192.0.2.163", "203.0.113.99", {53, 2049}),
    (OUT, "tcp", "2001:db8::163", "2001:db8:99::99", {53}),
    (OUT, "udp", "192.0.2.163", "203.0.113.99", {53, 123}),
    (OUT, "udp", "2001:db8::163", "2001:db8:99::99", {53, 123}),
]


@pytest.mark.parametrize(
    ("name", "case"),
    [
        (name, case)
        for name, cases in (
            ("windows/netstat_aonb.txt", WINDOWS),
            ("bsd/macos_laptop/netstat_anlW.txt", MACOS),
            ("bsd/freebsd_server/netstat_an.txt", FREEBSD),
        )
        for case in cases
    ],
)
def test_other_systems_as_written_out(name: str, case: Case) -> None:
    assert swept(proposed(name), packet(*case[:4])) == case[4]


def test_the_second_mind_knows_nothing_of_the_library() -> None:
    source = (Path(__file__).parent / "raw_expectation.py").read_text("utf-8")
    assert "netstat_fw" not in source
