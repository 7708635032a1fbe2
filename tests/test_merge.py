"""What several captures of one host say together, case by case."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from itertools import permutations

import attrs
import pytest
from whole import whole

from netstat_fw import parse
from netstat_fw.analyzers import analyze
from netstat_fw.analyzers.facts import EphemeralRange, Fitness, RangeSource
from netstat_fw.analyzers.findings import (
    Basis,
    Connection,
    DualStack,
    Exposure,
    Findings,
    Role,
    Scope,
    Stance,
)
from netstat_fw.evidence import Confidence, Evidence, Question, Reason
from netstat_fw.observation import CaptureLabel, HostHistory, Seen, merge, observe
from netstat_fw.observation.joins import join
from netstat_fw.observation.sighting import sight
from netstat_fw.protocol import Family, Protocol
from netstat_fw.records import Dialect
from netstat_fw.ruleset import Action, Flow, propose

SSHD = "tcp 0 0 0.0.0.0:22 0.0.0.0:* LISTEN 416/sshd"
WEB = "tcp 0 0 0.0.0.0:80 0.0.0.0:* LISTEN 5/httpd"
SSL = "tcp 0 0 0.0.0.0:443 0.0.0.0:* LISTEN 6/nginx"
SQL_INSIDE = "tcp 0 0 127.0.0.1:3306 0.0.0.0:* LISTEN 7/mysqld"
SQL_OUTSIDE = "tcp 0 0 192.0.2.1:3306 0.0.0.0:* LISTEN 7/mysqld"
DUAL = "tcp6 0 0 :::80 :::* LISTEN 5/httpd"
NIGHT = datetime(2026, 3, 1, 2, 30, tzinfo=UTC)


def seen_in(*texts: str) -> HostHistory:
    """Merge captures of Linux rows, named a, b, c and so on, a night apart."""
    return merge(
        *(
            observe(analyze(parse(text)), "abcdef"[n], NIGHT + timedelta(days=n))
            for n, text in enumerate(texts)
        )
    )


def exposure(findings: Findings, port: int, scope: Scope | None = None) -> Exposure:
    """Return the one exposure of a port, or of one of its scopes."""
    found = [e for e in findings.exposures if e.port == port and scope in {None, e.scope}]
    assert len(found) == 1
    return found[0]


def flow(port: int) -> Flow:
    """Make a packet from outside to a TCP port."""
    return Flow(
        direction="incoming",
        protocol="tcp",
        local_address="192.0.2.1",
        remote_address="198.51.100.7",
        local_port=port,
        remote_port=45438,
    )


def test_evidence_names_its_capture_and_sightings_are_counted() -> None:
    history = seen_in(SSHD, f"{WEB}\n{SSHD}", SSHD)
    ssh = exposure(history.findings, 22)
    assert ssh.evidence == (Evidence(1, "a"), Evidence(1, "c"), Evidence(2, "b"))
    assert str(history.seen(ssh)) == "in 3 of 3 captures, 2026-03-01 to 2026-03-03"
    web = exposure(history.findings, 80)
    assert history.seen(web) == Seen(1, 3, NIGHT + timedelta(days=1), NIGHT + timedelta(days=1))
    assert str(history.seen(web)) == "in 1 of 3 captures, on 2026-03-02"
    never = attrs.evolve(web, port=81)
    assert history.seen(never) == Seen(0, 3)
    assert history.captures == tuple(
        CaptureLabel(name, NIGHT + timedelta(days=n)) for n, name in enumerate("abc")
    )


def test_a_capture_of_unknown_time_counts_without_a_day() -> None:
    history = merge(
        observe(analyze(parse(SSHD)), "old"), observe(analyze(parse(SSHD)), "new", NIGHT)
    )
    assert [label.name for label in history.captures] == ["new", "old"]
    seen = history.seen(exposure(history.findings, 22))
    assert (seen.count, seen.first, seen.last) == (2, NIGHT, NIGHT)
    alone = observe(analyze(parse(SSHD)), "old")
    assert str(alone.seen(exposure(alone.findings, 22))) == "in 1 of 1 captures"


def test_times_are_moments() -> None:
    in_tokyo = NIGHT.astimezone(timezone(timedelta(hours=9)))
    assert CaptureLabel("a", in_tokyo) == CaptureLabel("a", NIGHT)
    assert repr(CaptureLabel("a", in_tokyo)) == repr(CaptureLabel("a", NIGHT))
    with pytest.raises(ValueError, match="2026-03-01T02:30:00 names no time zone"):
        CaptureLabel("a", NIGHT.replace(tzinfo=None))


def test_loopback_one_night_and_outside_the_next_is_outside() -> None:
    history = seen_in(SQL_INSIDE, SQL_OUTSIDE)
    sql = exposure(history.findings, 3306)
    assert (sql.scope, sql.stance) == (Scope.ADDRESSES, Stance.OPEN)
    assert sql.evidence == (Evidence(1, "a"), Evidence(1, "b"))
    assert history.seen(sql).count == 1
    inside = exposure(seen_in(SQL_INSIDE, SQL_INSIDE).findings, 3306)
    assert (inside.scope, inside.stance) == (Scope.LOOPBACK, Stance.SHUT)


def test_a_suggested_port_gives_way_to_what_listens_on_it() -> None:
    alone = seen_in(WEB)
    assert exposure(alone.findings, 443).basis is Basis.COMPANION
    both = seen_in(WEB, SSL)
    https = exposure(both.findings, 443)
    assert (https.basis, https.companion_of, https.question) == (Basis.LISTENER, None, None)
    assert https.programs == ("nginx",)
    assert both.seen(https).count == 1
    assert [r.code for r in https.reasons] == ["LISTEN_ANY"]
    inside = seen_in(WEB, "tcp 0 0 127.0.0.1:443 0.0.0.0:* LISTEN 6/nginx")
    assert exposure(inside.findings, 443).scope is Scope.LOOPBACK
    assert propose(inside.findings).decide(flow(443)).action is Action.DROP
    assert {check.port for check in inside.findings.process_checks} == {80}


def test_proof_of_one_night_holds_for_all() -> None:
    session = "tcp6 0 0 192.0.2.1:80 198.51.100.7:45438 ESTABLISHED 5/httpd"
    history = seen_in(DUAL, f"{DUAL}\n{session}", WEB)
    web = exposure(history.findings, 80)
    assert web.dual_stack is DualStack.PROVEN
    assert [str(peer) for peer in web.peers] == ["198.51.100.7"]
    assert web.sessions == (Evidence(2, "b"),)
    assert web.confidence is Confidence.CERTAIN


def test_reasons_keep_their_order() -> None:
    odd = "tcp6 0 0 :::7722 :::* LISTEN 416/sshd"
    first = exposure(seen_in(odd).findings, 7722)
    codes = [reason.code for reason in first.reasons]
    assert codes == ["LISTEN_ANY", "DUAL_STACK_ASSUMED", "NONSTANDARD_PORT"]
    assert exposure(seen_in(odd, odd).findings, 7722).reasons == first.reasons
    twin = "tcp 0 0 0.0.0.0:7722 0.0.0.0:* LISTEN 416/sshd"
    both = exposure(seen_in(odd, twin).findings, 7722)
    one, two = (observe(analyze(parse(text)), text) for text in (odd, twin))
    assert whole(merge(one, two)) == whole(merge(two, one))
    assert [reason.code for reason in both.reasons] == [
        "LISTEN_ANY", "LISTEN_ANY", "DUAL_STACK_ASSUMED", "NONSTANDARD_PORT",
    ]  # fmt: skip


def test_a_question_is_not_asked_once_a_capture_answers_it() -> None:
    asked = {question.code for question in seen_in(SSHD).findings.questions}
    assert {"Q_UPDATES", "Q_NTP"} <= asked
    web = "tcp 0 0 192.0.2.1:45440 203.0.113.9:443 ESTABLISHED 981/apt"
    history = seen_in(SSHD, f"{SSHD}\n{web}", "udp 0 0 0.0.0.0:123 0.0.0.0:* 9/ntpd")
    asked = {question.code for question in history.findings.questions}
    assert not {"Q_UPDATES", "Q_NTP"} & asked
    assert {"Q_UPDATES", "Q_NTP"} <= {answer.code for answer in history.findings.answers}
    suggested = [c for c in history.findings.connections if c.basis is Basis.CHECKLIST]
    codes = {c.question.code for c in suggested if c.question}
    assert codes
    assert not {"Q_UPDATES", "Q_NTP"} & codes


def test_a_listener_that_another_night_shows_is_not_gone() -> None:
    session = "tcp 0 0 192.0.2.1:7777 198.51.100.7:45438 ESTABLISHED 5/daemon"
    gone = f"{SSHD}\n{session}"
    assert "Q_LISTENER_GONE" in {q.code for q in seen_in(gone).findings.questions}
    back = "tcp 0 0 0.0.0.0:7777 0.0.0.0:* LISTEN 5/daemon"
    assert "Q_LISTENER_GONE" not in {q.code for q in seen_in(gone, back).findings.questions}


def test_a_listener_of_the_capture_that_asks_answers_nothing() -> None:
    """It is on another address: the connections were never its own."""
    beside = (
        "tcp 0 0 192.0.2.2:5353 0.0.0.0:* LISTEN 5/java\n"
        "tcp 0 0 192.0.2.1:5353 198.51.100.7:40000 ESTABLISHED 5/java"
    )
    for nights in ([beside], [beside, beside]):
        asked = {q.code for q in seen_in(*nights).findings.questions}
        assert "Q_LISTENER_GONE" in asked


def test_a_role_that_one_night_tells_is_not_asked_about() -> None:
    udp = "udp 0 0 0.0.0.0:7790 0.0.0.0:* 5/daemon"
    tcp = "tcp 0 0 0.0.0.0:7790 0.0.0.0:* LISTEN 5/daemon"
    alone = seen_in(udp).findings
    assert [datagram.confidence for datagram in alone.datagrams] == [Confidence.LOW]
    assert "udp/7790" in {question.subject for question in alone.questions}
    both = seen_in(udp, f"{udp}\n{tcp}").findings
    assert [datagram.role for datagram in both.datagrams] == [Role.SERVER]
    assert "udp/7790" not in {question.subject for question in both.questions}
    # What is inside one night tells nothing about who may come in another.
    inside = "udp 0 0 127.0.0.1:7790 0.0.0.0:* 5/daemon"
    assert len(seen_in(udp, inside).findings.datagrams) == 2


def test_the_surer_conclusion_says_what_to_ask() -> None:
    udp = "udp 0 0 0.0.0.0:47808 0.0.0.0:* 5/daemon"
    tcp = "tcp 0 0 0.0.0.0:47808 0.0.0.0:* LISTEN 5/daemon"
    guess = exposure(seen_in(udp).findings, 47808)
    assert (guess.confidence, guess.question is None) == (Confidence.LOW, False)
    both = [
        e for e in seen_in(udp, f"{udp}\n{tcp}").findings.exposures if e.basis is Basis.DATAGRAM
    ]
    assert [(e.confidence, e.question) for e in both] == [(Confidence.HIGH, None)]


def test_a_question_about_two_nights_cites_both() -> None:
    inside = exposure(seen_in(SQL_INSIDE, SQL_INSIDE).findings, 3306)
    assert inside.question is not None
    assert inside.question.evidence == (Evidence(1, "a"), Evidence(1, "b"))


def test_of_two_equally_sure_questions_the_first_by_code_is_asked() -> None:
    base = exposure(seen_in(SQL_INSIDE).findings, 3306)
    asking = [
        attrs.evolve(base, question=None if code is None else Question(code, code, "tcp/3306"))
        for code in ("Q_B", "Q_A", None)
    ]
    for one, other in permutations(asking, 2):
        joined = join([one, other]).question
        assert joined is not None
        assert joined.code == min(e.question.code for e in (one, other) if e.question)


def test_dangers_stand_by_the_merged_exposure() -> None:
    telnet = "tcp 0 0 0.0.0.0:23 0.0.0.0:* LISTEN 5/telnetd"
    session = "tcp 0 0 192.0.2.1:23 198.51.100.7:45438 ESTABLISHED 5/telnetd"
    history = seen_in(f"{WEB}\n{telnet}", f"{telnet}\n{session}\n{SSL}")
    hazards = history.findings.hazards
    assert [hazard.code for hazard in hazards if hazard.risk.value == "critical"]
    first = hazards[0]
    assert first.exposure == exposure(history.findings, 23)
    assert first.evidence == (Evidence(1, "b"), Evidence(2, "a"))
    assert [h.risk.value for h in hazards] == sorted(
        (h.risk.value for h in hazards), key=["critical", "warning", "info"].index
    )


def test_what_nobody_restricts_in_both_nights_is_open() -> None:
    history = seen_in(
        "udp6 0 0 fe80::1:546 :::* 5/dhclient", "udp6 0 0 fe80::1:546 :::* 5/dhclient"
    )
    reply = exposure(history.findings, 546)
    assert [str(network) for network in reply.remotes] == ["fe80::/10"]
    assert reply.remote_port == 547
    other = attrs.evolve(reply, remotes=(), remote_port=None)
    findings = history.findings
    loose = observe(attrs.evolve(findings, exposures=(other,)), "other")
    joined = exposure(merge(history, loose).findings, 546)
    assert (joined.remotes, joined.remote_port) == ((), None)


def test_facts_about_the_host_add_up() -> None:
    web = "tcp 0 0 192.0.2.1:45440 203.0.113.9:443 ESTABLISHED 981/apt"
    other = "tcp 0 0 192.0.2.2:45440 mirror.example:443 ESTABLISHED -"
    host = seen_in(SSHD, web, other, "udp 0 0 0.0.0.0:123 0.0.0.0:* 9/ntpd").host
    assert [str(address) for address in host.addresses] == ["192.0.2.1", "192.0.2.2"]
    assert host.listeners_captured
    assert host.connections_captured
    assert host.datagrams_captured
    assert host.programs_captured
    proven = {statement.code: statement.proven for statement in host.fitness}
    assert proven == {
        "LISTENERS": True,
        "CONNECTIONS": True,
        "DATAGRAMS": True,
        "PROGRAMS": False,
        "ADDRESSES": True,
        "NUMBERS": False,
        "ROWS": True,
    }
    assert [s.code for s in host.fitness] == [s.code for s in seen_in(SSHD).host.fitness]


def test_given_client_ports_outweigh_the_platforms() -> None:
    capture = parse(SSHD)
    plain = observe(analyze(capture), "a")
    given = [
        observe(analyze(capture, ephemeral=pair), str(n))
        for n, pair in enumerate([(10000, 20000), (15000, 30000)])
    ]
    assert merge(plain, given[0]).host.ephemeral == EphemeralRange(10000, 20000, RangeSource.GIVEN)
    assert merge(*given, plain).host.ephemeral == EphemeralRange(10000, 30000, RangeSource.GIVEN)


def test_unknown_statements_and_two_dialects_merge_alike_in_any_order() -> None:
    one, two = seen_in(SSHD), observe(analyze(parse(SSHD)), "b")
    new = Fitness("A_NEW_ONE", proven=True, sentence="of a later version")
    spoiled = attrs.evolve(new, proven=False, sentence="not so")
    one = attrs.evolve(one, host=attrs.evolve(one.host, fitness=(new, *one.host.fitness)))
    host = attrs.evolve(two.host, dialect=Dialect.WINDOWS, fitness=(*two.host.fitness, spoiled))
    two = attrs.evolve(two, host=host)
    assert whole(merge(one, two)) == whole(merge(two, one))
    assert merge(one, two).host.fitness[-1] == spoiled
    assert merge(one, two).host.dialect is Dialect.LINUX


def test_a_reason_given_twice_counts_once() -> None:
    twice = (Reason("A", "a"), Reason("B", "b"), Reason("A", "a"))
    found = Connection(Protocol.TCP, 443, (Family.IPV4,), reasons=twice)
    sighting = sight(found, CaptureLabel("c"))
    assert (sighting.finding, sighting.order) == (attrs.evolve(found, reasons=twice[:2]), (0, 1))
