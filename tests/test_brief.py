"""Values show themselves in one short line, whatever was captured."""

from __future__ import annotations

from ipaddress import ip_address
from typing import TYPE_CHECKING

import attrs
import pytest
from capture_strategies import captures
from cli_running import SEED
from effort import examples
from hypothesis import given, settings

from netstat_fw import (
    AddressSet,
    Chain,
    Endpoint,
    Family,
    Flow,
    Policy,
    PortSet,
    Process,
    Protocol,
    Question,
    Rendered,
    Rule,
    Ruleset,
    Socket,
    State,
    UnixSocket,
    UnixState,
    UnixType,
    analyze,
    diff,
    parse,
    propose,
    render,
    replay,
)
from netstat_fw.brief import brief
from netstat_fw.evidence import Evidence
from netstat_fw.fleet import HostCapture, examine, survey
from netstat_fw.observation import observe
from netstat_fw.ruleset import read_decisions
from netstat_fw.ruleset.difference import OwnerChange

if TYPE_CHECKING:
    from collections.abc import Iterator

    from netstat_fw import Capture

_SSH = Rule(
    action="accept",
    protocol="tcp",
    local_ports=PortSet([22]),
    remote=AddressSet(["192.0.2.0/24", "198.51.100.7"]),
    service="ssh",
)
_OPEN = Ruleset(Chain("drop", [_SSH]), Chain("accept"))
_SHUT = Ruleset(Chain("drop"), Chain("accept"))
_TEXT = SEED.read_text("utf-8")
_SEED = parse(_TEXT)
_FOUND = analyze(_SEED)
_LOOPBACK = Endpoint(ip_address("::1"), 25)
_FLEET = survey([HostCapture("h", None, _TEXT), HostCapture("i", None, "nothing")])


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (Endpoint(ip_address("192.0.2.1"), 22), "<Endpoint 192.0.2.1:22>"),
        (Endpoint(host="a\x1b[2K\n", port=1), r"<Endpoint a\x1b[2K\n:1>"),
        (
            Socket(Protocol.TCP, Family.IPV6, _LOOPBACK, Endpoint(), State.LISTEN, line=4),
            "<Socket tcp6 [::1]:25 *:* LISTEN line=4>",
        ),
        (
            Socket(
                Protocol.UDP,
                Family.IPV4,
                Endpoint(port=53),
                Endpoint(),
                process=Process(7, "na me: x"),
                snapshot=2,
            ),
            "<Socket udp *:53 *:* pid=7 program='na' line=1 snapshot=2>",
        ),
        (
            UnixSocket(UnixType.STREAM, UnixState.LISTENING, process=Process(7, "d"), path="/a\n"),
            r"<UnixSocket stream LISTENING path='/a\n' program='d' line=1>",
        ),
        (UnixSocket(UnixType.DGRAM), "<UnixSocket dgram line=1>"),
        (
            attrs.evolve(_SEED.diagnostics[0], message="cut\x1b[2K"),
            r"<Diagnostic warning truncated-address line 17, column 1: cut\x1b[2K>",
        ),
        (
            _FOUND.exposures[0],
            "<Exposure tcp/25 loopback shut certain service='smtp' programs='sendmail' lines=5>",
        ),
        (
            _FOUND.connections[0],
            (
                "<Connection tcp/22 connection high service='ssh' programs='ssh' "
                "peers=198.51.100.22 lines=6,7>"
            ),
        ),
        (
            _FOUND.datagrams[0],
            "<Datagram udp/68 client high service='bootpc' programs='dhclient' lines=13>",
        ),
        (attrs.evolve(_FOUND.datagrams[0], port=None, service=None), None),
        (
            _FOUND.hazards[0],
            (
                "<Hazard warning HAZARD_TIME_SERVER udp/123 advice='if it answers status queries it"
                " amplifies forged requests: c...'>"
            ),
        ),
        (_FOUND.answers[0], "<Answer Q_NTP sentence='a time service is at work here'>"),
        (_FOUND.outcomes[0], "<Outcome finding LISTEN_ANY line=3>"),
        (
            _FOUND.host,
            (
                "<HostFacts linux addresses=192.0.2.2,2001:db8::2 client_ports=32768-60999"
                " unproven='ADDRESSES'>"
            ),
        ),
        (
            Question("Q_A", "well?", "tcp/1", tuple(map(Evidence, range(1, 9)))),
            "<Question Q_A tcp/1 sentence='well?' lines=1,2,3,4,+4>",
        ),
        (
            _SSH,
            (
                f"<Rule {_SSH.id} accept tcp remote=192.0.2.0/24,198.51.100.7/32 local_ports=22"
                " families=ipv4 service='ssh'>"
            ),
        ),
        (Rule(action="drop", enabled=False), None),
        (Policy(), "<Policy balanced>"),
        (
            Policy(profile="strict", narrow_sources=0, allow_lockout=True),
            "<Policy strict narrow_sources=0 allow_lockout>",
        ),
        (
            Policy(decisions=read_decisions("[answers]\nQ_A = true\n")),
            "<Policy balanced decisions=<Decisions name='decisions.toml' replies=1>>",
        ),
        (diff(_OPEN, _OPEN), "<Diff nothing>"),
        (diff(_SHUT, _OPEN), "<Diff opened=1>"),
        (diff(_SHUT, _OPEN).opened[0], None),
        (replay(_SHUT, _SEED), "<Replay cut_off=18 unsupported=5 wider=3>"),
        (replay(_SHUT, _SEED).judgements[0], None),
        (
            Flow(
                direction="incoming",
                protocol="tcp",
                local_address="2001:db8::1",
                remote_address="2001:db8::2",
                local_port=22,
                state="established",
            ),
            "<Flow incoming tcp local=[2001:db8::1]:22 remote=[2001:db8::2] state=established>",
        ),
        (Rendered("text\n"), "<Rendered characters=5>"),
        (
            render(_OPEN, "iptables"),
            "<Rendered files='iptables.rules','ip6tables.rules' characters=1253>",
        ),
        (observe(_FOUND, "night"), "<HostHistory captures='night' sightings=32>"),
        (_FLEET, "<Fleet hosts=2 edges=0 groups=1 outliers=0>"),
        (_FLEET.reports[1], None),
        (examine(HostCapture("i", None, "nothing")), "<Dossier host='i' captures=1>"),
    ],
)
def test_values_show_what_they_are(value: object, shown: str | None) -> None:
    if shown is not None:
        assert repr(value) == shown
    assert repr(value).startswith(f"<{type(value).__name__} ")
    assert len(repr(value)) < 200


def test_what_is_absent_is_left_out_and_what_is_long_is_cut() -> None:
    class Thing:
        pass

    assert brief(Thing(), None, "", "a b", none=None, no=False, empty=(), zero=0) == (
        "<Thing a b zero=0>"
    )
    assert brief(Thing(), text="x" * 61) == f"<Thing text='{'x' * 60}...'>"
    assert brief(Thing(), ports=PortSet(range(1, 90, 2))).endswith("...>")


def test_a_comparison_without_changes_says_so() -> None:
    assert str(diff(_OPEN, _OPEN)) == "both let the same through"
    assert not diff(_OPEN, _OPEN)


def test_a_replay_says_what_does_not_simply_pass() -> None:
    ruleset = propose(_FOUND)
    assert str(replay(ruleset, _SEED)) == "nothing that was observed would be cut off"
    said = str(replay(_SHUT, _SEED)).split("\n")
    assert said[0].startswith("line 3: cut off: incoming tcp")
    assert len(said) == len(replay(_SHUT, _SEED).cut_off)


def test_a_rendering_prints_as_its_text() -> None:
    rendered = render(_OPEN, "nftables")
    assert str(rendered) == rendered.text


def _values(capture: Capture) -> Iterator[object]:
    findings = analyze(capture)
    ruleset = propose(findings)
    result = replay(ruleset, capture)
    yield from (capture, findings, findings.host, ruleset, result, observe(findings, "a\n"))
    yield from (*capture.sockets, *capture.unix_sockets, *capture.diagnostics)
    yield from (*findings.exposures, *findings.connections, *findings.datagrams)
    yield from (*findings.hazards, *findings.outcomes, *findings.questions, *findings.answers)
    for chain in (ruleset.incoming, ruleset.outgoing):
        yield from (chain, *chain.rules)
    yield from (*result.judgements, *result.unsupported, *result.wider)


@settings(max_examples=examples(40))
@given(captures)
def test_every_value_is_one_short_printable_line(capture: Capture) -> None:
    for value in _values(capture):
        assert repr(value).isprintable()
        assert len(repr(value)) < 400


def test_captured_text_cannot_forge_a_line() -> None:
    hostile = "x\x1b]0;t\x07\u202e\x85y"
    text = (
        f"tcp 0 0 0.0.0.0:8080 0.0.0.0:* LISTEN 1/{hostile}\n"
        f"udp 0 0 0.0.0.0:8081 0.0.0.0:* 1/{hostile}\n"
        f"tcp 0 0 192.0.2.1:40000 198.51.100.1:9 ESTABLISHED 1/{hostile}\n"
        f"tcp 0 0 {hostile}:1 198.51.100.1:9 ESTABLISHED 1/z\n"
    )
    for value in _values(parse(text)):
        assert repr(value).isprintable()


def test_the_parts_of_a_comparison_show_what_they_say() -> None:
    change = diff(_SHUT, _OPEN).opened[0]
    assert repr(change.region).startswith("<Region ")
    assert str(change.region) in repr(change.region)
    shown = OwnerChange("tcp", 443, ("httpd",), ("nginx",))
    assert repr(shown) == "<OwnerChange tcp/443: httpd before, nginx now>"
