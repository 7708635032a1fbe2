"""Hypothesis strategies for rulesets and flows, drawn from small pools so that they meet.

Random ports and addresses would never hit a random rule; values from a pool, with their neighbours,
hit and just miss all the time.
"""

from __future__ import annotations

import random
from ipaddress import ip_address
from typing import Any

from hypothesis import assume
from hypothesis import strategies as st

from netstat_fw.errors import RulesetError
from netstat_fw.evidence import Confidence, Evidence, ProcessCheck, Question, Reason
from netstat_fw.ruleset import (
    Action,
    AddressSet,
    Chain,
    ConnectionState,
    Direction,
    Family,
    Flow,
    Log,
    LogInterval,
    LogRate,
    PortSet,
    Protocol,
    RemoteKind,
    RemoteReference,
    Rule,
    Ruleset,
    Service,
    Zone,
)

PORTS = (1, 22, 23, 24, 80, 81, 443, 1023, 1024, 6000, 6063, 65534, 65535)
PREFIXES = (
    "192.0.2.0/24", "192.0.2.0/25", "192.0.2.128/25", "192.0.2.7", "198.51.100.0/24", "0.0.0.0/0",
    "127.0.0.0/8", "2001:db8::/32", "2001:db8:0:1::/64", "2001:db8::7", "fe80::/10", "::/0",
    "::ffff:192.0.2.9", "::ffff:198.51.100.0/120",
)  # fmt: skip
ADDRESSES = (
    "192.0.2.0", "192.0.2.7", "192.0.2.9", "192.0.2.127", "192.0.2.128", "198.51.100.1",
    "203.0.113.1", "127.0.0.1", "255.255.255.255", "2001:db8::7", "2001:db8:0:1::1", "2001:db9::",
    "fe80::1", "::1",
)  # fmt: skip
POOLS = {
    family: [ip_address(text) for text in ADDRESSES if ip_address(text).version == version]
    for family, version in ((Family.IPV4, 4), (Family.IPV6, 6))
}
INTERFACES = ("lo", "eth0")
CARRIED = tuple(protocol for protocol in Protocol if protocol.number is not None)
ZONE_NAMES = ("office", "partners")

texts = st.text(max_size=30)
"""Anything at all, as captured text may be."""
names = st.from_regex(r"[A-Za-z0-9](?:[A-Za-z0-9 ._\"';$-]{0,18}[A-Za-z0-9])?", fullmatch=True)
ports = st.sampled_from(PORTS)
port_items = ports | st.tuples(ports, ports).map(lambda pair: (min(pair), max(pair)))
port_sets = st.lists(port_items, min_size=1, max_size=4).map(PortSet)
address_sets = st.lists(st.sampled_from(PREFIXES), min_size=1, max_size=4).map(AddressSet)
zone_references = st.builds(RemoteReference, st.just(RemoteKind.ZONE), st.sampled_from(ZONE_NAMES))
group_kinds = st.sampled_from((RemoteKind.SERVER_GROUP, RemoteKind.USER_GROUP))
group_references = st.builds(RemoteReference, group_kinds, names)
rates = st.builds(LogRate, st.integers(1, 60), st.sampled_from(LogInterval), st.integers(1, 20))
logs = st.builds(Log, names, st.none() | rates)
evidence = st.lists(st.builds(Evidence, st.integers(1, 99), st.sampled_from(("", "a"))), max_size=3)
reasons = st.lists(st.builds(Reason, st.sampled_from(("LISTEN_ANY", "OTHER")), texts), max_size=2)
# Half of the rules and of the packets are tcp and udp, or they would hardly meet.
protocols = st.sampled_from((None, None, Protocol.TCP, Protocol.TCP, Protocol.UDP, *CARRIED))
zones = st.tuples(*(st.builds(Zone, st.just(name), address_sets) for name in ZONE_NAMES))
notes: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {
        "service": st.none() | names,
        "log": st.none() | logs,
        "comment": texts,
        "evidence": evidence,
        "confidence": st.none() | st.sampled_from(Confidence),
        "reasons": reasons.map(tuple),
    }
)


@st.composite
def rules(draw: st.DrawFn, *, groups: bool = True, annotated: bool = True) -> Rule:
    """Draw a valid rule that asks for few things at once, so that packets meet several rules.

    Args:
        draw: hypothesis' own.
        groups: allow references to groups beside references to zones.
        annotated: add what takes no part in decisions; leaving it out is much faster.
    """
    protocol = draw(protocols)
    named = zone_references | group_references if groups else zone_references
    matches: dict[str, st.SearchStrategy[Any]] = {
        "local": address_sets,
        "remote": address_sets | named,
        "families": st.sampled_from(Family).map(lambda family: (family,)),
        "interface": st.sampled_from(INTERFACES),
        "states": st.sets(st.sampled_from(ConnectionState)),
        "hop_limit": st.sampled_from((0, 255)),
    }
    if protocol is not None and protocol.has_ports:
        matches |= {"local_ports": port_sets, "remote_ports": port_sets}
    if protocol in {Protocol.ICMP, Protocol.ICMPV6}:
        matches["icmp_types"] = st.lists(st.integers(0, 9), max_size=3)
    asked = draw(st.lists(st.sampled_from(sorted(matches)), max_size=3, unique=True))
    fields = {
        "action": draw(st.sampled_from(Action)),
        "protocol": protocol,
        "enabled": draw(st.sampled_from((True, True, True, False))),
    }
    fields |= {name: draw(matches[name]) for name in asked}
    if annotated:
        fields |= draw(notes)
    try:
        return Rule(**fields)
    except RulesetError:
        # Families, addresses and protocol that exclude each other.
        assume(False)  # noqa: FBT003 - hypothesis' own signature
        raise


def chains(
    *, groups: bool = True, annotated: bool = True, max_size: int = 4
) -> st.SearchStrategy[Chain]:
    """Draw a chain of `rules`."""
    drawn = st.lists(rules(groups=groups, annotated=annotated), max_size=max_size)
    return st.builds(Chain, st.sampled_from(Action), drawn)


def bare_rulesets(*, groups: bool = True, max_size: int = 6) -> st.SearchStrategy[Ruleset]:
    """Draw a ruleset without anything that takes no part in decisions."""
    chain = chains(groups=groups, annotated=False, max_size=max_size)
    return st.builds(Ruleset, chain, chain, zones=zones)


def rulesets(*, max_size: int = 4) -> st.SearchStrategy[Ruleset]:
    """Draw a ruleset with everything in it."""
    with_ports = [protocol for protocol in CARRIED if protocol.has_ports]
    services = st.builds(Service, names, st.sampled_from(with_ports), port_sets)
    questions = st.builds(Question, st.just("Q_UPDATES"), texts, texts, st.tuples())
    return st.builds(
        Ruleset,
        chains(max_size=max_size),
        chains(max_size=max_size),
        services=st.lists(services, max_size=2, unique_by=lambda s: (s.name, s.protocol)),
        zones=zones,
        questions=st.lists(questions, max_size=2),
        caveats=reasons,
        process_checks=st.lists(
            st.builds(ProcessCheck, st.just("tcp"), ports, st.tuples(texts)), max_size=2
        ),
    )


def flows_near(seed: int, count: int) -> list[Flow]:
    """Make flows at and beside the edges of the pools; much faster than to draw them one by one."""
    chance = random.Random(seed)  # noqa: S311 - no secret
    return [_flow_near(chance) for _ in range(count)]


def _flow_near(chance: random.Random) -> Flow:
    protocol = chance.choice((Protocol.TCP, Protocol.TCP, Protocol.UDP, *CARRIED))
    # Of either family: a packet may say that it carries the other family's ICMP.
    pool = POOLS[chance.choice(tuple(Family))]

    def port() -> int | None:
        edge = chance.choice(PORTS) + chance.choice((0, 0, -1, 1))
        return min(edge, 65535) if protocol.has_ports else None

    return Flow(
        direction=chance.choice(tuple(Direction)),
        protocol=protocol,
        local_address=chance.choice(pool),
        remote_address=chance.choice(pool),
        local_port=port(),
        remote_port=port(),
        icmp_type=chance.randrange(11) if protocol in {Protocol.ICMP, Protocol.ICMPV6} else None,
        interface=chance.choice((None, "lo", "eth0", "eth1")),
        state=chance.choice(tuple(ConnectionState)),
        hop_limit=chance.choice((None, 0, 64, 255)),
    )


flow_lists = st.builds(flows_near, st.integers(0, 1 << 32), st.just(40))
"""Forty flows at a time."""
