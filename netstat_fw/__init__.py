"""Read captured netstat text and work out which firewall fits the host.

Four functions, each from one value to the next:

>>> from netstat_fw import analyze, parse, propose, render
>>> capture = parse("tcp  0  0 0.0.0.0:22  0.0.0.0:*  LISTEN  416/sshd")
>>> findings = analyze(capture)
>>> ruleset = propose(findings)
>>> "tcp dport 22" in render(ruleset, "nftables").text
True
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from netstat_fw import lazy

if TYPE_CHECKING:
    from netstat_fw.analyzers import analyze
    from netstat_fw.analyzers.findings import Findings
    from netstat_fw.diagnostics import Diagnostic, Severity
    from netstat_fw.errors import (
        CaptureError,
        DecisionsError,
        ExportError,
        LockOutError,
        MissingExtraError,
        NetstatFwError,
        PlainDataError,
        RulesetError,
        UnrecognizedCapture,
    )
    from netstat_fw.evidence import Confidence, Evidence, ProcessCheck, Question, Reason
    from netstat_fw.exporters import Omission, Rendered, render
    from netstat_fw.playback import Replay, replay
    from netstat_fw.reader import parse
    from netstat_fw.records import (
        Capture,
        Dialect,
        Endpoint,
        Family,
        LineRole,
        Process,
        Protocol,
        Socket,
        State,
        Timer,
        UnixSocket,
        UnixState,
        UnixType,
    )
    from netstat_fw.ruleset import (
        Action,
        AddressSet,
        Chain,
        ConnectionState,
        Decision,
        Direction,
        Flow,
        Policy,
        PortSet,
        Profile,
        Rule,
        Ruleset,
        propose,
    )
    from netstat_fw.ruleset.difference import Diff, diff

__version__ = "0.1.0"

__all__ = [
    "Action",
    "AddressSet",
    "Capture",
    "CaptureError",
    "Chain",
    "Confidence",
    "ConnectionState",
    "Decision",
    "DecisionsError",
    "Diagnostic",
    "Dialect",
    "Diff",
    "Direction",
    "Endpoint",
    "Evidence",
    "ExportError",
    "Family",
    "Findings",
    "Flow",
    "LineRole",
    "LockOutError",
    "MissingExtraError",
    "NetstatFwError",
    "Omission",
    "PlainDataError",
    "Policy",
    "PortSet",
    "Process",
    "ProcessCheck",
    "Profile",
    "Protocol",
    "Question",
    "Reason",
    "Rendered",
    "Replay",
    "Rule",
    "Ruleset",
    "RulesetError",
    "Severity",
    "Socket",
    "State",
    "Timer",
    "UnixSocket",
    "UnixState",
    "UnixType",
    "UnrecognizedCapture",
    "analyze",
    "diff",
    "parse",
    "propose",
    "render",
    "replay",
]

HOMES = {
    "netstat_fw.analyzers": "analyze",
    "netstat_fw.analyzers.findings": "Findings",
    "netstat_fw.diagnostics": "Diagnostic Severity",
    "netstat_fw.errors": (
        "CaptureError DecisionsError ExportError LockOutError MissingExtraError NetstatFwError "
        "PlainDataError RulesetError UnrecognizedCapture"
    ),
    "netstat_fw.evidence": "Confidence Evidence ProcessCheck Question Reason",
    "netstat_fw.exporters": "Omission Rendered render",
    "netstat_fw.playback": "Replay replay",
    "netstat_fw.reader": "parse",
    "netstat_fw.records": (
        "Capture Dialect Endpoint Family LineRole Process Protocol Socket State Timer "
        "UnixSocket UnixState UnixType"
    ),
    "netstat_fw.ruleset": (
        "Action AddressSet Chain ConnectionState Decision Direction Flow Policy PortSet "
        "Profile Rule Ruleset propose"
    ),
    "netstat_fw.ruleset.difference": "Diff diff",
}
if not TYPE_CHECKING:
    # A type checker would take a module with __getattr__ to have every name there could be.
    __getattr__, __dir__ = lazy.offer(__name__, HOMES)
