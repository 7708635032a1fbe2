"""The public interface as a dependent uses it, for type checkers: nothing here is ever run.

mypy (strict) reads it with every other file, basedpyright and pyright read it on its own: see
``.ci/run``. A type that changes fails here before it fails for somebody else.
"""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import IPv4Address, IPv6Address
from typing import Any, assert_type

from netstat_fw import (
    Action,
    AddressSet,
    Capture,
    CaptureError,
    Chain,
    Confidence,
    ConnectionState,
    Decision,
    DecisionsError,
    Diagnostic,
    Dialect,
    Diff,
    Direction,
    Endpoint,
    Evidence,
    ExportError,
    Family,
    Findings,
    Flow,
    LineRole,
    LockOutError,
    MissingExtraError,
    NetstatFwError,
    Omission,
    PlainDataError,
    Policy,
    PortSet,
    Process,
    ProcessCheck,
    Profile,
    Protocol,
    Question,
    Reason,
    Rendered,
    Replay,
    Rule,
    Ruleset,
    RulesetError,
    Severity,
    Socket,
    State,
    Timer,
    UnixSocket,
    UnixState,
    UnixType,
    UnrecognizedCapture,
    analyze,
    diff,
    parse,
    propose,
    render,
    replay,
)
from netstat_fw.ruleset import RemoteReference, read_decisions


def read_a_capture(text: str, data: bytes) -> Capture:
    """Read, and look at every field of a record."""
    capture = parse(text)
    assert_type(capture, Capture)
    assert_type(parse(data, dialect=Dialect.BSD, strict=True), Capture)
    assert_type(capture.dialect, Dialect)
    assert_type(capture.sockets, tuple[Socket, ...])
    assert_type(capture.unix_sockets, tuple[UnixSocket, ...])
    assert_type(capture.diagnostics, tuple[Diagnostic, ...])
    assert_type(capture.errors, tuple[Diagnostic, ...])
    assert_type(capture.line_roles, tuple[LineRole, ...])
    assert_type(capture.line_count, int)
    for socket in capture.sockets:
        assert_type(socket.protocol, Protocol)
        assert_type(socket.family, Family)
        assert_type(socket.local, Endpoint)
        assert_type(socket.local.address, IPv4Address | IPv6Address | None)
        assert_type(socket.local.port, int | None)
        assert_type(socket.local.is_loopback, bool)
        assert_type(socket.state, State | None)
        assert_type(socket.process, Process | None)
        assert_type(socket.timer, Timer | None)
        assert_type(socket.line, int)
        if socket.process is not None:
            assert_type(socket.process.program, str | None)
    for unix in capture.unix_sockets:
        assert_type(unix.state, UnixState | None)
        assert_type(unix.type, UnixType)
    for diagnostic in capture.diagnostics:
        assert_type(diagnostic.severity, Severity)
        assert_type(str(diagnostic), str)
    return capture


def store(capture: Capture, findings: Findings, ruleset: Ruleset) -> list[Mapping[str, Any]]:
    """Write values as plain data and read them back."""
    assert_type(Capture.from_dict(capture.to_dict()), Capture)
    assert_type(Findings.from_dict(findings.to_dict()), Findings)
    assert_type(Ruleset.from_dict(ruleset.to_dict()), Ruleset)
    assert_type(Ruleset.from_json(ruleset.to_json()), Ruleset)
    return [*capture.to_records()]


def propose_and_render(capture: Capture, decisions: str) -> str:
    """Go from a capture to a target's syntax."""
    findings = analyze(capture)
    assert_type(findings, Findings)
    assert_type(findings.questions, tuple[Question, ...])
    policy = Policy(profile=Profile.STRICT, decisions=read_decisions(decisions, "host.toml"))
    ruleset = propose(findings, policy)
    assert_type(propose(findings), Ruleset)
    assert_type(ruleset.incoming, Chain)
    assert_type(ruleset.chain(Direction.OUTGOING).default, Action)
    assert_type(ruleset.caveats, tuple[Reason, ...])
    assert_type(ruleset.process_checks, tuple[ProcessCheck, ...])
    for rule in ruleset.incoming.rules:
        assert_type(rule, Rule)
        assert_type(rule.id, str)
        assert_type(rule.remote, AddressSet | RemoteReference | None)
        assert_type(rule.local_ports, PortSet | None)
        assert_type(rule.states, tuple[ConnectionState, ...])
        assert_type(rule.evidence, tuple[Evidence, ...])
        assert_type(rule.confidence, Confidence | None)
    rendered = render(ruleset, "nftables")
    assert_type(rendered, Rendered)
    assert_type(rendered.files, Mapping[str, str])
    assert_type(rendered.omissions, tuple[Omission, ...])
    return rendered.text


def ask(ruleset: Ruleset, capture: Capture) -> bool:
    """Ask a ruleset what it does."""
    flow = Flow(
        direction=Direction.INCOMING,
        protocol=Protocol.TCP,
        local_address="192.0.2.1",
        remote_address=IPv4Address("198.51.100.7"),
        local_port=22,
    )
    decision = ruleset.decide(flow)
    assert_type(decision, Decision)
    assert_type(decision.action, Action)
    assert_type(decision.rule, Rule | None)
    assert_type(replay(ruleset, capture), Replay)
    changed = diff(ruleset, ruleset)
    assert_type(changed, Diff)
    return bool(changed)


def handle(text: str) -> Capture | None:
    """Handle every error of the library by its one root."""
    errors: tuple[type[NetstatFwError], ...] = (
        CaptureError, DecisionsError, ExportError, LockOutError, MissingExtraError,
        PlainDataError, RulesetError, UnrecognizedCapture,
    )  # fmt: skip
    try:
        return parse(text, strict=True)
    except CaptureError as error:
        assert_type(error.capture, Capture)
        return error.capture
    except errors:
        return None
