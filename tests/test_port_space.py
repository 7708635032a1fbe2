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
from port_space import accepted, packet, swept
from raw_expectation import Host, is_loopback, read_host, version_of, wanted_in, wanted_out
from raw_hosts import raw_hosts

from netstat_fw import parse
from netstat_fw.analyzers import analyze
from netstat_fw.ruleset import (
    Action,
    Direction,
    Policy,
    Profile,
    Ruleset,
    propose,
    read_decisions,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

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


DECISIONS = read_decisions(text_of("linux/seed_host/decisions.toml"))
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
        (Policy(decisions=DECISIONS), {"tcp": {80}, "udp": {123}},
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
    # Port 8021 is on fe80::1%lo0: that link ends in the machine itself.
    (IN, "tcp", "fe80::31", "fe80::9", {22}),
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
