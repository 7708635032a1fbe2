"""Hypothesis strategies for rulesets and flows, drawn from small pools so that they meet.

Random ports and addresses would never hit a random rule; values from a pool, with their neighbours,
hit and just miss all the time.
"""

from __future__ import annotations

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
    "fe80::1", "::1", "::ffff:192.0.2.9",
)  # fmt: skip
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
    """Draw a valid rule.

    Args:
        draw: hypothesis' own.
        groups: allow references to groups beside references to zones.
        annotated: add what takes no part in decisions; leaving it out is much faster.
    """
    protocol = draw(st.none() | st.sampled_from(CARRIED))
    with_ports = protocol is not None and protocol.has_ports
    with_types = protocol in {Protocol.ICMP, Protocol.ICMPV6}
    named = zone_references | group_references if groups else zone_references
    fields: dict[str, Any] = {
        "action": draw(st.sampled_from(Action)),
        "protocol": protocol,
        "local": draw(st.none() | address_sets),
        "remote": draw(st.none() | address_sets | named),
        "local_ports": draw(st.none() | port_sets) if with_ports else None,
        "remote_ports": draw(st.none() | port_sets) if with_ports else None,
        "icmp_types": draw(st.lists(st.integers(0, 9), max_size=3)) if with_types else (),
        "families": draw(st.sets(st.sampled_from(Family), min_size=1)),
        "interface": draw(st.none() | st.sampled_from(INTERFACES)),
        "states": draw(st.sets(st.sampled_from(ConnectionState))),
        "hop_limit": draw(st.sampled_from((None, None, None, 0, 255))),
        "enabled": draw(st.sampled_from((True, True, True, False))),
    }
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


@st.composite
def flows(draw: st.DrawFn) -> Flow:
    """Draw a flow near the edges of the pools."""
    protocol = draw(st.sampled_from(CARRIED))
    family = draw(st.sampled_from(protocol.families))
    version = 4 if family is Family.IPV4 else 6
    pool = [a for a in map(ip_address, ADDRESSES) if a.version == version and "ffff:" not in str(a)]
    near = ports | ports.map(lambda port: port - 1) | st.integers(0, 65535)
    with_types = protocol in {Protocol.ICMP, Protocol.ICMPV6}
    return Flow(
        direction=draw(st.sampled_from(Direction)),
        protocol=protocol,
        local_address=draw(st.sampled_from(pool)),
        remote_address=draw(st.sampled_from(pool)),
        local_port=draw(near) if protocol.has_ports else None,
        remote_port=draw(near) if protocol.has_ports else None,
        icmp_type=draw(st.integers(0, 10)) if with_types else None,
        interface=draw(st.sampled_from((None, "lo", "eth0", "eth1"))),
        state=draw(st.sampled_from(ConnectionState)),
        hop_limit=draw(st.sampled_from((None, 0, 64, 255))),
    )
