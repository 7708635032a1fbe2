"""Laws of the analyzers: accounting, order, repetition, and what more rows may change."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address
from pathlib import Path
from typing import TYPE_CHECKING

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from whole import whole

from netstat_fw.analyzers import analyze
from netstat_fw.analyzers.findings import (
    Basis,
    Connection,
    Datagram,
    Exposure,
    Fate,
    Findings,
    Scope,
    Stance,
)
from netstat_fw.analyzers.host import PEERS_EPHEMERAL
from netstat_fw.analyzers.roles import PORT_ROLES
from netstat_fw.evidence import Confidence, Evidence, Question
from netstat_fw.reader import parse
from netstat_fw.records import (
    Capture,
    Dialect,
    Endpoint,
    Family,
    Process,
    Protocol,
    Socket,
    State,
)

if TYPE_CHECKING:
    from netstat_fw.address import Address

FIXTURES = Path(__file__).parent.parent / "fixtures" / "linux"

# The first example reads all port names, which takes longer than an example may.
law = settings(deadline=None)
OWN: list[Address] = [
    IPv4Address("192.0.2.2"),
    IPv4Address("192.0.2.3"),
    IPv6Address("2001:db8::2"),
]
BOUND: list[Address] = [
    *OWN,
    IPv4Address("0.0.0.0"),  # noqa: S104 - a bind that is captured, not made
    IPv6Address("::"),
    IPv4Address("127.0.0.1"),
    IPv6Address("::1"),
    IPv6Address("fe80::2"),
    IPv4Address("224.0.0.251"),
    IPv4Address("172.17.0.1"),
    IPv6Address("::ffff:192.0.2.2"),
]
PEERS: list[Address] = [
    *OWN,
    IPv4Address("198.51.100.7"),
    IPv4Address("198.51.100.8"),
    IPv6Address("2001:db8::9"),
    IPv4Address("127.0.0.1"),
]
PORTS = [22, 25, 53, 67, 68, 80, 123, 135, 179, 443, 546, 631, 850, 877, 2049, 3306, 5353, 8080,
         30101, 30102, 32768, 40001, 49152, 49664, 50000, 60999, 65535]  # fmt: skip
PROGRAMS = ["sshd", "nginx: worker", "psql", "rpc.statd", "docker-proxy", "svchost.exe", '"; x']

CUT_LINK_LOCAL = Endpoint(None, 8080, host="fe80::2:5eff", truncated=True)
CUT = Endpoint(None, 443, host="2001:db8:", truncated=True)

ports = st.sampled_from(PORTS)
endpoints = st.one_of(
    st.builds(Endpoint, st.sampled_from(BOUND), ports),
    st.builds(Endpoint, st.none(), st.one_of(st.none(), ports)),
    st.sampled_from([CUT_LINK_LOCAL, CUT]),
    st.builds(
        Endpoint,
        st.none(),
        host=st.sampled_from(["web.example", "localhost"]),
        service=st.sampled_from(["ssh", "https", "http-alt", "nosuch"]),
    ),
)
peers = st.one_of(
    st.builds(Endpoint, st.sampled_from(PEERS), ports), st.just(Endpoint()), endpoints
)
processes = st.one_of(
    st.none(), st.builds(Process, st.just(7), st.one_of(st.none(), st.sampled_from(PROGRAMS)))
)


@st.composite
def sockets(draw: st.DrawFn) -> Socket:
    local, remote = draw(endpoints), draw(peers)
    if draw(st.booleans()):
        remote = Endpoint()
    return Socket(
        draw(st.sampled_from([Protocol.TCP, Protocol.UDP, Protocol.UDP, *Protocol])),
        draw(st.sampled_from(Family)),
        local,
        remote,
        State.LISTEN
        if remote == Endpoint() and draw(st.booleans())
        else draw(st.one_of(st.none(), st.sampled_from(State))),
        draw(processes),
        dual_stack=draw(st.booleans()),
    )


def numbered(rows: list[Socket], dialect: Dialect = Dialect.LINUX) -> Capture:
    return Capture(dialect, tuple(attrs.evolve(row, line=n) for n, row in enumerate(rows, 1)))


captures = st.builds(numbered, st.lists(sockets(), max_size=24), st.sampled_from(Dialect))


@law
@given(captures)
def test_every_socket_has_one_outcome_that_its_finding_cites(capture: Capture) -> None:
    findings = analyze(capture)
    assert [each.line for each in findings.outcomes] == [each.line for each in capture.sockets]
    parts = {
        id(each)
        for each in (
            *findings.exposures,
            *findings.connections,
            *findings.datagrams,
            *findings.questions,
        )
    }
    for outcome in findings.outcomes:
        assert findings.outcomes_at(outcome.line) == (outcome,)
        cited = Evidence(outcome.line)
        match outcome.fate, outcome.finding:
            case Fate.FINDING, Exposure() | Connection() as finding:
                assert cited in finding.evidence
            case Fate.COVERED, Exposure() as finding:
                assert cited in (*finding.evidence, *finding.sessions)
            case Fate.QUESTION, Question() as finding:
                assert cited in finding.evidence
            case Fate.LOCAL | Fate.EXCLUDED, None:
                continue
            case Fate.LOCAL | Fate.EXCLUDED, Datagram() as finding:
                assert cited in finding.evidence
            case _:
                raise AssertionError(outcome)
        assert id(outcome.finding) in parts


@law
@given(captures, st.randoms())
def test_the_order_of_rows_changes_nothing(capture: Capture, random: object) -> None:
    rows = list(capture.sockets)
    random.shuffle(rows)  # type: ignore[attr-defined]
    first, second = analyze(capture), analyze(attrs.evolve(capture, sockets=tuple(rows)))
    same = [attrs.evolve(each, outcomes=()) for each in (first, second)]
    assert whole(same[0]) == whole(same[1])
    assert first == second
    by_line = {each.line: each for each in second.outcomes}
    assert [by_line[each.line] for each in first.outcomes] == list(first.outcomes)


@law
@given(captures)
def test_the_repetition_of_rows_changes_nothing(capture: Capture) -> None:
    """Several snapshots in one capture are just more evidence of the same."""
    again = [attrs.evolve(each, snapshot=1) for each in capture.sockets]
    repeated = numbered([*capture.sockets, *again], capture.dialect)
    assert analyze(repeated) == analyze(capture)


@law
@given(captures)
def test_only_knowledge_cites_nothing(capture: Capture) -> None:
    findings = analyze(capture)
    lines = {Evidence(each.line) for each in capture.sockets}
    for exposure in findings.exposures:
        assert bool(exposure.evidence) == (exposure.basis is not Basis.COMPANION)
        assert lines.issuperset({*exposure.evidence, *exposure.sessions})
    for connection in findings.connections:
        known = {Basis.KNOWLEDGE, Basis.CHECKLIST}
        assert bool(connection.evidence) == (connection.basis not in known)
        assert lines.issuperset(connection.evidence)
    for datagram in findings.datagrams:
        assert datagram.evidence
        assert lines.issuperset(datagram.evidence)


@law
@given(captures)
def test_no_rule_stands_on_what_a_client_got_by_chance(capture: Capture) -> None:
    findings = analyze(capture)
    for connection in findings.connections:
        chance = connection.remote_port in PEERS_EPHEMERAL
        assert not chance or connection.remote_port in PORT_ROLES
    for exposure in findings.exposures:
        if exposure.port in findings.host.ephemeral and exposure.basis is Basis.DATAGRAM:
            firm = exposure.confidence is not Confidence.LOW
            served = any(reason.row in {"U6", "U12"} for reason in exposure.reasons)
            assert not firm or served or exposure.port in PORT_ROLES


@law
@given(captures)
def test_literal_addresses_are_the_hosts_own(capture: Capture) -> None:
    findings = analyze(capture)
    own = set(findings.host.addresses)
    for exposure in findings.exposures:
        if exposure.scope in {Scope.ADDRESSES, Scope.BRIDGE}:
            assert exposure.addresses
            assert own.issuperset(exposure.addresses)
        elif exposure.scope is not Scope.GROUP:
            assert exposure.addresses == ()
        assert own.isdisjoint(exposure.peers)
        assert all(not peer.is_loopback for peer in exposure.peers)


@law
@given(captures)
def test_no_two_exposures_speak_of_the_same_packet(capture: Capture) -> None:
    findings = analyze(capture)
    keys = [(each.protocol, each.port, each.port_end, each.scope) for each in findings.exposures]
    assert len(set(keys)) == len(keys)
    for shut in findings.exposures:
        if shut.scope is Scope.LOOPBACK:
            same = [each for each in findings.exposures
                    if (each.protocol, each.port) == (shut.protocol, shut.port)]  # fmt: skip
            assert same == [shut]


@law
@given(captures)
def test_everything_is_sorted(capture: Capture) -> None:
    findings = analyze(capture)
    for exposure in findings.exposures:
        assert list(exposure.programs) == sorted(set(exposure.programs))
        assert list(exposure.families) == [each for each in Family if each in exposure.families]
        assert list(exposure.evidence) == sorted(set(exposure.evidence))
    ports = [(each.protocol.value, each.port) for each in findings.exposures]
    assert ports == sorted(ports)
    outgoing = [(each.protocol.value, each.remote_port) for each in findings.connections]
    assert outgoing == sorted(outgoing)
    questions = [(each.code, each.subject) for each in findings.questions]
    assert questions == sorted(set(questions))


def incoming(findings: Findings) -> list[object]:
    """Tell what would become of incoming packets, without who is connected."""
    return [
        (each.stance, each.protocol, each.port, each.port_end, each.families, each.scope,
         each.addresses, each.remotes, each.remote_port)
        for each in findings.exposures
    ]  # fmt: skip


def outgoing(findings: Findings) -> list[object]:
    return [
        (each.protocol, each.remote_port, each.local_port, each.families)
        for each in findings.connections
    ]


FAMILIES = {4: Family.IPV4, 6: Family.IPV6}
# An own address that is known whatever else is captured, and a listener that stays.
KEPT = [
    Socket(
        Protocol.TCP,
        Family.IPV4,
        Endpoint(address, 9),
        Endpoint(),
        State.LISTEN,
    )
    for address in OWN
]


@law
@given(st.lists(sockets(), max_size=16), st.sampled_from(Dialect), ports, st.data())
def test_one_more_connection_to_a_listener_adds_no_rule(
    rows: list[Socket], dialect: Dialect, port: int, data: st.DataObject
) -> None:
    bind = data.draw(st.sampled_from(BOUND[:5]))
    base = [*rows, *KEPT, attrs.evolve(KEPT[0], local=Endpoint(bind, port))]
    before = analyze(numbered(base, dialect))
    families = {
        family
        for each in before.exposures
        if each.protocol is Protocol.TCP and each.port <= port <= (each.port_end or each.port)
        if each.scope is Scope.ANY
        for family in each.families
    }
    wild = [each for each in OWN if FAMILIES[each.version] in families]
    address = data.draw(st.sampled_from(wild)) if bind.is_unspecified else bind
    peer = IPv4Address("203.0.113.99") if address.version == 4 else IPv6Address("2001:db8::99")
    connection = Socket(
        Protocol.TCP, Family.IPV4, Endpoint(address, port), Endpoint(peer, 50001), State.ESTABLISHED
    )
    after = analyze(numbered([*base, connection], dialect))
    assert incoming(after) == incoming(before)
    assert outgoing(after) == outgoing(before)
    assert after.outcomes[-1].fate is Fate.COVERED


@law
@given(st.lists(sockets(), max_size=16), st.sampled_from(Dialect), ports, st.data())
def test_one_listener_less_opens_nothing(
    rows: list[Socket], dialect: Dialect, port: int, data: st.DataObject
) -> None:
    """While other listeners show that they were captured, and the own addresses stay known."""
    address = data.draw(st.sampled_from([*OWN, *BOUND[3:5]]))
    listener = attrs.evolve(KEPT[0], local=Endpoint(address, port))
    before = analyze(numbered([*rows, *KEPT, listener], dialect))
    after = analyze(numbered([*rows, *KEPT], dialect))

    def opened(findings: Findings) -> set[tuple[Protocol, int]]:
        return {
            (each.protocol, each.port)
            for each in findings.exposures
            if each.stance is Stance.OPEN and each.basis is not Basis.COMPANION
        }

    assert opened(after) <= opened(before)


@pytest.mark.parametrize("host", ["seed_host", "name_server", "container_host", "mail_host"])
def test_how_a_capture_is_written_changes_nothing(host: str) -> None:
    text = (FIXTURES / host / "netstat.txt").read_text("utf-8")
    plain = analyze(parse(text))
    assert whole(analyze(parse(text.replace("\n", "\r\n")))) == whole(plain)
    sections = text.partition("Active UNIX")
    assert whole(analyze(parse(sections[0]))) == whole(plain)
    more = (
        "unix  2      [ ACC ]     STREAM     LISTENING     9999     77/dockerd           /run/d\n"
    )
    assert whole(analyze(parse(text + more))) == whole(plain)


def test_the_wide_variant_differs_in_nothing_but_the_doubt_about_addresses() -> None:
    cut = analyze(parse((FIXTURES / "seed_host" / "netstat.txt").read_bytes()))
    wide = analyze(parse((FIXTURES / "seed_host" / "netstat_anpW.txt").read_bytes()))
    assert attrs.evolve(wide, host=cut.host) == cut
    differing = [
        (one.code, one.proven, other.proven)
        for one, other in zip(cut.host.fitness, wide.host.fitness, strict=True)
        if one != other
    ]
    assert differing == [("ADDRESSES", False, True)]


@pytest.mark.parametrize(
    ("cut", "wide"),
    [
        ("linux/seed_host/netstat.txt", "linux/seed_host/netstat_anpW.txt"),
        ("bsd/freebsd_server/netstat_an.txt", "bsd/freebsd_server/netstat_anW.txt"),
        ("bsd/macos_laptop/netstat_an.txt", "bsd/macos_laptop/netstat_anlW.txt"),
    ],
)
def test_the_wide_variant_gives_the_same_rules_on_every_system(cut: str, wide: str) -> None:
    first, second = (analyze(parse((FIXTURES.parent / each).read_bytes())) for each in (cut, wide))
    assert incoming(first) == incoming(second)
    assert outgoing(first) == outgoing(second)
    assert first.datagrams == second.datagrams
    assert first.questions == second.questions


@pytest.mark.parametrize(
    "path",
    [
        "bsd/freebsd_server/netstat_an.txt",
        "bsd/macos_laptop/netstat_anv_15.txt",
        "windows/netstat_aonb.txt",
        "windows/xp_netstat_anbv.txt",
        "windows/vista_netstat_abn.txt",
    ],
)
def test_line_ends_of_other_systems_change_nothing(path: str) -> None:
    text = (FIXTURES.parent / path).read_text("utf-8")
    lines = text.splitlines()
    plain, crlf = ("".join(f"{line}{end}" for line in lines) for end in ("\n", "\r\n"))
    assert whole(analyze(parse(plain))) == whole(analyze(parse(crlf)))


def test_captures_of_other_tools_on_the_same_host_give_the_same_rules() -> None:
    reference = analyze(parse((FIXTURES / "seed_host" / "netstat.txt").read_bytes()))
    for name in ("netstat_anpeo.txt", "netstat_anpc.txt", "toybox_netstat_anp.txt"):
        findings = analyze(parse((FIXTURES / "seed_host" / name).read_bytes()))
        assert incoming(findings) == incoming(reference), name
        assert outgoing(findings) == outgoing(reference), name
    without_programs = ("netstat_an.txt", "netstat_anp_nobody.txt", "busybox_netstat_an.txt")
    for name in without_programs:
        findings = analyze(parse((FIXTURES / "seed_host" / name).read_bytes()))
        assert incoming(findings) == incoming(reference), name
