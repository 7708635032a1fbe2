"""Laws of proposals, over findings and decisions of every kind."""

from __future__ import annotations

from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING, Any

import attrs
import pytest
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st
from policy_findings import (
    BOTH,
    HOST,
    V4,
    V6,
    checklist,
    codes,
    connection,
    critical,
    exposure,
    knock,
    own,
)

from netstat_fw.analyzers.administration import is_proven
from netstat_fw.analyzers.findings import (
    Basis,
    Connection,
    Exposure,
    Findings,
    Scope,
    Stance,
)
from netstat_fw.errors import LockOutError
from netstat_fw.evidence import Confidence, Evidence, Question, Reason
from netstat_fw.ruleset import (
    Action,
    AddressSet,
    Choice,
    Decisions,
    Direction,
    Family,
    Flow,
    OwnCompanions,
    Policy,
    PortChoice,
    PortSet,
    Profile,
    Protocol,
    RemoteKind,
    RemoteReference,
    Reply,
    Rule,
    Ruleset,
    Zone,
    lint,
    propose,
)
from netstat_fw.ruleset.proposal.subjects import is_way_in, key_of, ways_that_count

if TYPE_CHECKING:
    from collections.abc import Iterator
    from random import Random

    from netstat_fw.address import Address

DNS = Reason("DNS_ALWAYS", "always", "K1")
TCP, UDP = Protocol.TCP, Protocol.UDP
PORTS = (22, 25, 80, 443, 3389, 5000)
HERE = ("192.0.2.2", "2001:db8::2", "fe80::2")
THERE = ("198.51.100.7", "198.51.100.8", "203.0.113.9", "2001:db8:7::7", "fe80::7")
OPERATOR = {"OPERATOR", "OPERATOR_ANSWER", "OPERATOR_COMPANION"}

protocols = st.sampled_from([TCP, UDP])
ports = st.sampled_from(PORTS)
families = st.sampled_from([BOTH, BOTH, V4, V6])
scopes = st.sampled_from([Scope.ANY] * 3 + list(Scope))
stances = st.sampled_from([Stance.OPEN, Stance.OPEN, Stance.OPEN, Stance.SHUT])
peers = st.lists(st.sampled_from(THERE), min_size=1, max_size=3, unique=True).map(
    lambda chosen: tuple(ip_address(text) for text in sorted(chosen))
)
evidence = st.lists(st.integers(1, 99).map(Evidence), min_size=1, max_size=3).map(tuple)
no_remotes: tuple[Any, ...] = ()
remotes = st.sampled_from([
    *([no_remotes] * 6), (ip_network("198.51.100.0/24"),), (ip_network("fe80::/10"),),
])  # fmt: skip
questions = st.none() | st.builds(
    Question, st.sampled_from(["Q_A", "Q_B"]), st.just("well?"), st.sampled_from(["", "tcp/80"])
)


@st.composite
def exposures(draw: st.DrawFn) -> Exposure:
    scope = draw(scopes)
    local: tuple[Any, ...] = ()
    if scope in {Scope.ADDRESSES, Scope.BRIDGE}:
        local = tuple(ip_address(a) for a in draw(st.sets(st.sampled_from(HERE), min_size=1)))
    elif scope is Scope.GROUP:
        local = (ip_address("224.0.0.251"), ip_address("ff02::fb"))
    protocol = draw(protocols)
    port = draw(ports)
    seen = draw(st.just(no_remotes) | peers)
    basis = draw(st.sampled_from([Basis.LISTENER, Basis.CONNECTION, Basis.DATAGRAM]))
    return exposure(
        port,
        protocol,
        families=draw(families),
        scope=scope,
        addresses=local,
        basis=basis,
        stance=Stance.SHUT if scope is Scope.LOOPBACK else draw(stances),
        port_end=draw(st.sampled_from([None, None, None, 6000])),
        service=draw(st.none() | st.just("x11")),
        programs=draw(st.sampled_from([(), ("sshd",), ("httpd", "nginx")])),
        remotes=draw(remotes),
        remote_port=draw(st.sampled_from([None, None, 67])),
        peers=seen,
        connected=seen[: draw(st.integers(0, 3))],
        peers_complete=draw(st.booleans()),
        admin=draw(st.booleans()) and protocol is TCP,
        carries=draw(st.sampled_from([(), (Protocol.ESP,)])),
        question=draw(questions),
        confidence=draw(st.sampled_from(Confidence)),
        evidence=draw(evidence),
    )


@st.composite
def connections(draw: st.DrawFn) -> Connection:
    if draw(st.integers(0, 5)) == 0:
        return checklist(draw(ports), draw(st.sampled_from(["Q_A", "Q_B"])))
    basis = draw(st.sampled_from([Basis.CONNECTION, Basis.DATAGRAM, Basis.KNOWLEDGE]))
    return connection(
        draw(ports),
        draw(protocols),
        families=draw(families),
        local_port=draw(st.sampled_from([None, None, 68])),
        basis=basis,
        peers=draw(peers),
        peers_complete=draw(st.booleans()),
        remotes=draw(remotes),
        question=draw(questions),
        confidence=draw(st.sampled_from(Confidence)),
        **({"evidence": (), "reasons": (DNS,)} if basis is Basis.KNOWLEDGE else {}),
    )


@st.composite
def found(draw: st.DrawFn) -> Findings:
    """Draw findings in which, as `analyze` gives them, no two exposures are of one kind."""
    drawn = draw(st.lists(exposures(), min_size=1, max_size=4, unique_by=key_of))
    parents = [each for each in drawn if each.port == 80 and each.stance is Stance.OPEN]
    bound = {(each.protocol, each.port) for each in drawn}
    drawn += [
        attrs.evolve(
            parent,
            port=443,
            port_end=None,
            basis=Basis.COMPANION,
            companion_of=80,
            admin=False,
            confidence=Confidence.SUGGESTED,
            reasons=(Reason("COMPANION", "goes with it", "K2"),),
            evidence=(),
        )
        for parent in parents
        if (parent.protocol, 443) not in bound
    ]
    # Hazards are those of ports, whichever address they are served on.
    dangerous = draw(st.sets(ports))
    hazards = [
        critical(each)
        for each in drawn
        if each.port in dangerous and each.basis is not Basis.COMPANION and each.port_end is None
    ]
    asked = [each.question for each in drawn if each.question is not None and draw(st.booleans())]
    return Findings(
        HOST,
        tuple(drawn),
        tuple(draw(st.lists(connections(), max_size=5))),
        questions=tuple(asked),
        hazards=tuple(hazards),
    )


ZONES = (
    Zone("near", AddressSet(["198.51.100.0/24", "fe80::/10"])),
    Zone("all", AddressSet(["0.0.0.0/0", "::/0"])),
)
somebody: st.SearchStrategy[AddressSet | RemoteReference] = st.sampled_from([
    RemoteReference(RemoteKind.ZONE, "near"), RemoteReference(RemoteKind.ZONE, "all"),
    RemoteReference(RemoteKind.USER_GROUP, "staff"), AddressSet(["203.0.113.0/24"]),
    AddressSet(["0.0.0.0/0", "2001:db8::/32"]),
])  # fmt: skip


@st.composite
def choices(draw: st.DrawFn) -> Choice:
    kind = draw(st.sampled_from(["port", "port", "program", "service", "all"]))
    port = PortChoice(draw(protocols), PortSet([draw(ports)]))
    return Choice(
        direction=draw(st.sampled_from(Direction)),
        action=draw(st.sampled_from(Action)),
        ports=(port,) if kind == "port" else (),
        program="sshd" if kind == "program" else None,
        service="x11" if kind == "service" else None,
        remotes=tuple(draw(st.lists(somebody, min_size=kind == "all", max_size=2, unique=True))),
        line=draw(st.integers(1, 9)),
    )


decisions = st.builds(
    Decisions,
    zones=st.just(ZONES),
    choices=st.just(()) | st.lists(choices(), max_size=3).map(tuple),
    replies=st.lists(
        st.builds(
            Reply,
            st.sampled_from(["Q_A", "Q_B", "Q_B tcp/80", "Q_INCOMING", "Q_HAZARD", "Q_ADDRESS"]),
            st.booleans() | st.just("later"),
        ),
        max_size=2,
    ).map(tuple),
    companions=st.sampled_from([(), (OwnCompanions(TCP, 80, ((TCP, 8443),)),)]),
    pin_destinations=st.none() | st.integers(0, 3),
)
policies = st.builds(
    Policy,
    profile=st.sampled_from(Profile),
    companions=st.none() | st.booleans(),
    narrow_sources=st.none() | st.integers(0, 4),
    allow_lockout=st.just(value=True),
)
decided_policies = st.builds(
    lambda policy, decided: attrs.evolve(policy, decisions=decided), policies, decisions
)


def rules_of(ruleset: Ruleset) -> tuple[Rule, ...]:
    return (*own(ruleset.incoming), *own(ruleset.outgoing))


@given(found(), decided_policies)
def test_nothing_is_accepted_without_evidence_or_a_reason_that_needs_none(
    findings: Findings, policy: Policy
) -> None:
    lines = {line for each in findings.exposures for line in each.evidence}
    lines |= {line for each in findings.exposures for line in each.sessions}
    lines |= {line for each in findings.connections for line in each.evidence}
    for rule in rules_of(propose(findings, policy)):
        assert rule.reasons
        assert set(rule.evidence) <= lines
        if rule.action is Action.ACCEPT and not rule.evidence:
            assert {"COMPANION", "CHECKLIST", "DNS_ALWAYS", *OPERATOR}.intersection(codes(rule))


@given(found(), policies)
def test_what_only_this_machine_reaches_is_shut_outside_and_open_inside(
    findings: Findings, policy: Policy
) -> None:
    ruleset = propose(findings, policy)
    for each in findings.exposures:
        if each.scope is Scope.LOOPBACK and each.question is None:
            for family in ("v4", "v6"):
                wanted = Family.IPV4 if family == "v4" else Family.IPV6
                inside = knock(ruleset, each.port, family, each.protocol.value, interface="lo")
                assert inside.action is Action.ACCEPT
                if wanted in each.families:
                    outside = knock(ruleset, each.port, family, each.protocol.value)
                    assert outside.action is Action.DROP


@given(found(), decided_policies, st.randoms())
def test_the_order_of_findings_leaves_no_trace(
    findings: Findings, policy: Policy, random: Random
) -> None:
    shuffled = attrs.evolve(
        findings,
        exposures=tuple(random.sample(findings.exposures, len(findings.exposures))),
        connections=tuple(random.sample(findings.connections, len(findings.connections))),
        questions=tuple(random.sample(findings.questions, len(findings.questions))),
        hazards=tuple(random.sample(findings.hazards, len(findings.hazards))),
    )
    first, second = propose(findings, policy), propose(shuffled, policy)
    assert first == second
    assert first.to_json() == second.to_json()


@given(found(), decided_policies)
def test_a_rule_is_there_once_and_survives_being_stored(findings: Findings, policy: Policy) -> None:
    ruleset = propose(findings, policy)
    places = [(rule.id, tuple(sorted(codes(rule)))) for rule in own(ruleset.incoming)]
    assert len(places) == len(set(places))
    assert Ruleset.from_json(ruleset.to_json()) == ruleset


@given(found(), decided_policies)
def test_services_are_named_as_their_rules_name_them(findings: Findings, policy: Policy) -> None:
    ruleset = propose(findings, policy)
    assert not [each for each in lint(ruleset) if each.code.value == "service-differs"]
    named = {rule.service for rule in rules_of(ruleset)}
    assert {service.name for service in ruleset.services} <= named


flows = st.builds(
    Flow,
    direction=st.sampled_from(Direction),
    protocol=protocols,
    local_address=st.sampled_from(["192.0.2.2", "192.0.2.3"]),
    remote_address=st.sampled_from(["198.51.100.7", "203.0.113.9", "192.0.2.77"]),
    local_port=st.sampled_from([*PORTS, 40000, 68]),
    remote_port=st.sampled_from([*PORTS, 40000, 67]),
)


def settled_by(policy: Policy, flow: Flow) -> Action | None:
    """Decide a packet by the choices about ports alone, independently of any rule."""
    port = flow.local_port if flow.direction is Direction.INCOMING else flow.remote_port
    zones = {zone.name: zone.addresses for zone in policy.decisions.zones}
    accepted_for_others = False
    for choice in policy.decisions.choices:
        if choice.direction is not flow.direction or choice.is_broad:
            continue
        (about,) = choice.ports
        if about.protocol is not flow.protocol or about.ports != PortSet([port or 1]):
            continue
        for remote in choice.remotes:
            members = remote if isinstance(remote, AddressSet) else zones.get(remote.name)
            if members is not None and flow.remote_address in members:
                return choice.action
        if not choice.remotes:
            return choice.action
        accepted_for_others = accepted_for_others or choice.action is Action.ACCEPT
    return Action.DROP if accepted_for_others else None


@given(found(), decisions, st.sampled_from(Profile), st.lists(flows, min_size=1, max_size=8))
def test_decisions_win(
    findings: Findings, decided: Decisions, profile: Profile, packets: list[Flow]
) -> None:
    # Choices by program or service, and for everything of somebody, are left out: which ports they
    # are about depends on the findings.
    plain = tuple(choice for choice in decided.choices if choice.ports)
    findings = attrs.evolve(
        findings,
        exposures=tuple(attrs.evolve(each, admin=False) for each in findings.exposures),
    )
    policy = Policy(profile=profile, decisions=attrs.evolve(decided, choices=plain))
    ruleset = propose(findings, policy)
    for flow in packets:
        wanted = settled_by(policy, flow)
        if wanted is not None:
            assert ruleset.decide(flow).action is wanted


@given(found(), decided_policies)
def test_every_way_in_stays_or_it_is_refused(findings: Findings, policy: Policy) -> None:
    careful = attrs.evolve(policy, allow_lockout=False)
    ways = [each for each in findings.exposures if is_way_in(each, findings.host.dialect)]
    try:
        ruleset = propose(findings, careful)
    except LockOutError:
        assert ways
        allowed = propose(findings, policy)
        assert "LOCKED_OUT" in {caveat.code for caveat in allowed.caveats}
        return
    for way in ways:
        for peer in way.connected:
            if _is_told_off(findings, way, peer, policy):
                continue
            local = _address_of(way, peer.version)
            if local is not None:
                seen = knock(
                    ruleset,
                    way.port,
                    source=str(peer),
                    target=local,
                    source_port=way.remote_port or 40000,
                )
                assert seen.action is Action.ACCEPT


def _is_told_off(findings: Findings, way: Exposure, peer: Address, policy: Policy) -> bool:
    """Tell whether a choice may keep out somebody who is connected.

    Beside a way in that is proven, any decision keeps others out of one that is only claimed.
    """
    dialect = findings.host.dialect
    proven = [is_proven(one.port, dialect) for one in ways_that_count(findings.exposures, dialect)]
    if any(proven) and not is_proven(way.port, dialect):
        return bool(policy.decisions.choices or policy.decisions.replies)
    for choice in policy.decisions.choices:
        if choice.direction is not Direction.INCOMING:
            continue
        literals = [each for each in choice.remotes if isinstance(each, AddressSet)]
        named = any(peer in each and all(n.prefixlen for n in each) for each in literals)
        if named and choice.action is not Action.ACCEPT:
            return True
        if not is_proven(way.port, dialect) and any(
            each.protocol is way.protocol and each.ports is not None and way.port in each.ports
            for each in choice.ports
        ):
            return True
    return False


# Of every kind that choices and standards tell apart one, none of whom was ever seen.
STRANGERS = (
    "198.51.100.99", "203.0.113.99", "192.0.2.99", "169.254.0.99",
    "2001:db8:7::99", "2001:db9::99", "fe80::99",
)  # fmt: skip


@given(found(), decided_policies)
def test_an_administrator_from_elsewhere_can_come_in_or_it_is_refused(
    findings: Findings, policy: Policy
) -> None:
    """Whoever is kept for a session that was seen is no way in for the others."""
    try:
        ruleset = propose(findings, attrs.evolve(policy, allow_lockout=False))
    except LockOutError:
        ruleset = propose(findings, policy)
        assert not list(_entries(findings, ruleset))
        return
    said = {caveat.code for caveat in ruleset.caveats}
    assert bool(list(_entries(findings, ruleset))) is not bool(
        said & {"NO_WAY_IN", "WAY_IN_BY_GROUP"}
    )


def _entries(findings: Findings, ruleset: Ruleset) -> Iterator[tuple[Exposure, str]]:
    """Find who comes in by which way."""
    for way in ways_that_count(findings.exposures, findings.host.dialect):
        for source in STRANGERS:
            local = _address_of(way, ip_address(source).version)
            port = way.remote_port or 40000
            if local is not None:
                seen = knock(ruleset, way.port, source=source, target=local, source_port=port)
                if seen.action is Action.ACCEPT:
                    yield way, source


def _address_of(way: Exposure, version: int) -> str | None:
    """Choose an address that a way in answers on, in a family that it speaks.

    Where any will do it is one that no other exposure is about.
    """
    family = Family.IPV4 if version == 4 else Family.IPV6
    if family not in way.families:
        return None
    if way.scope in {Scope.ANY, Scope.UNNAMED}:
        return "192.0.2.3" if version == 4 else "2001:db8::3"
    if way.scope is Scope.LINK_LOCAL:
        return "169.254.0.3" if version == 4 else "fe80::3"
    return next((str(each) for each in way.addresses if each.version == version), None)


@given(found(), decided_policies)
def test_a_hazard_only_ever_closes(findings: Findings, policy: Policy) -> None:
    harmless = attrs.evolve(findings, hazards=())
    with_hazards, without = propose(findings, policy), propose(harmless, policy)
    for port in PORTS:
        for source in THERE[:3]:
            for protocol in ("tcp", "udp"):
                if knock(without, port, protocol=protocol, source=source).action is Action.DROP:
                    closed = knock(with_hazards, port, protocol=protocol, source=source)
                    assert closed.action is not Action.ACCEPT


@given(found(), st.sampled_from([Profile.STRICT, Profile.BALANCED]))
def test_a_looser_profile_never_opens_less(findings: Findings, profile: Profile) -> None:
    looser = Profile.BALANCED if profile is Profile.STRICT else Profile.PERMISSIVE
    # A range that a drop of one of its ports cuts into is a different matter.
    single = tuple(attrs.evolve(each, port_end=None) for each in findings.exposures)
    findings = attrs.evolve(findings, exposures=tuple({key_of(e): e for e in single}.values()))
    tight, loose = (propose(findings, Policy(profile=each)) for each in (profile, looser))
    for port in (*PORTS, 443):
        for protocol in ("tcp", "udp"):
            for source in THERE[:3]:
                if knock(tight, port, protocol=protocol, source=source).action is Action.ACCEPT:
                    opened = knock(loose, port, protocol=protocol, source=source)
                    assert opened.action is Action.ACCEPT


@pytest.mark.parametrize("code", [
    "ANTI_LOCKOUT", "HAZARD_SHUT", "HAZARD_NARROWED", "HAZARD_OPEN", "REVIEW", "DISABLED",
    "LEARNING", "ADMIN_KEPT", "SOURCES_NARROWED", "DESTINATIONS_PINNED", *sorted(OPERATOR),
])  # fmt: skip
def test_the_strategies_draw_what_the_laws_are_about(code: str) -> None:
    def shows(drawn: tuple[Findings, Policy]) -> bool:
        return any(code in codes(rule) for rule in rules_of(propose(*drawn)))

    patient = settings(max_examples=10_000, phases=[Phase.generate], database=None)
    assert find(st.tuples(found(), decided_policies), shows, settings=patient)
