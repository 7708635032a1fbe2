"""Captures from a few lines, and findings as a few lines, for the analyzers' tests."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING

from netstat_fw.analyzers import analyze
from netstat_fw.analyzers.findings import Connection, Datagram, Exposure
from netstat_fw.evidence import Question
from netstat_fw.reader import parse

if TYPE_CHECKING:
    from collections.abc import Iterable

    from netstat_fw.analyzers.findings import Findings, Hazard, Outcome
    from netstat_fw.records import Capture, Family, Protocol

_LINUX = "Proto Recv-Q Send-Q Local Address Foreign Address State PID/Program name\n"


def linux(rows: str) -> Capture:
    """Read rows as ``netstat -anp`` prints them, written ``tcp LOCAL FOREIGN STATE PROGRAM``."""
    lines = []
    for row in filter(None, inspect.cleandoc(rows).splitlines()):
        protocol, *rest = row.split()
        lines.append(" ".join([protocol, "0", "0", *rest]))
    return parse(_LINUX + "\n".join(lines) + "\n")


def wide_row(protocol: str, local: str, foreign: str, state: str, program: str) -> str:
    """Write a row in the columns of net-tools, where a cell of 23 characters may be cut."""
    return f"{protocol:<5} {0:>6} {0:>6} {local:<23} {foreign:<23} {state:<11} {program}\n"


def analyze_linux(rows: str, *, ephemeral: tuple[int, int] | None = None) -> Findings:
    """Analyse rows written as for `linux`; the first row is on line 2."""
    return analyze(linux(rows), ephemeral=ephemeral)


def exposure_at(findings: Findings, port: int, protocol: str = "tcp") -> Exposure:
    """Return the one exposure of a port."""
    (found,) = (
        each for each in findings.exposures if (each.protocol.value, each.port) == (protocol, port)
    )
    return found


def connection_to(findings: Findings, port: int, protocol: str = "tcp") -> Connection | None:
    """Return the outgoing connection to a remote port that the capture shows, if it shows one."""
    found = [
        each
        for each in findings.connections
        if (each.protocol.value, each.remote_port) == (protocol, port) and each.evidence
    ]
    assert len(found) <= 1
    return found[0] if found else None


def fates(findings: Findings) -> list[str]:
    """Write what became of each socket: fate, table row, code and what it is part of."""
    return [
        f"{outcome.fate.value} {outcome.reason.row or '-'} {outcome.reason.code}{_target(outcome)}"
        for outcome in findings.outcomes
    ]


def describe(findings: Findings, *, asked: bool = True) -> str:
    """Write findings as one line each; `asked` adds what only the checklist would open."""
    lines = [*_facts(findings)]
    lines += [_exposure(each) for each in findings.exposures]
    lines += [
        _connection(each)
        for each in findings.connections
        if asked or each.basis.value != "checklist"
    ]
    lines += [_datagram(each) for each in findings.datagrams]
    lines += [f"ask  {each.code} {each.subject}".rstrip() for each in findings.questions]
    lines += [f"know {each.code}" for each in findings.answers]
    lines += [_hazard(each) for each in findings.hazards]
    return "\n".join(lines)


def _facts(findings: Findings) -> Iterable[str]:
    lacking = [each.code for each in findings.host.fitness if not each.proven]
    addresses = " ".join(str(each) for each in findings.host.addresses)
    yield f"host {addresses or '-'}; cannot prove: {' '.join(lacking) or '-'}"


def _families(families: tuple[Family, ...]) -> str:
    return "+".join(each.value.replace("ip", "") for each in families)


def _port(protocol: Protocol, port: int | None, end: int | None = None) -> str:
    return f"{protocol.value}/{port or '*'}{f'-{end}' if end else ''}"


def _words(*words: object) -> str:
    return " ".join(str(word) for word in words if word not in {None, ""})


def _exposure(each: Exposure) -> str:
    marks = [
        "admin" if each.admin else "",
        f"to {' '.join(map(str, each.addresses))}" if each.addresses else "",
        f"from {' '.join(map(str, each.remotes))}" if each.remotes else "",
        f"from port {each.remote_port}" if each.remote_port else "",
        f"with {' '.join(p.value for p in each.carries)}" if each.carries else "",
        f"beside {each.companion_of}" if each.companion_of else "",
        f"peers {' '.join(map(str, each.peers))}" if each.peers else "",
        "" if each.peers_complete else "and unknown peers",
        f"asks {each.question.code}" if each.question else "",
    ]
    return _words(
        each.stance.value,
        _port(each.protocol, each.port, each.port_end),
        _families(each.families),
        each.scope.value,
        "/".join(each.programs) or "-",
        each.confidence.value,
        *marks,
    )


def _connection(each: Connection) -> str:
    marks = [
        f"from port {each.local_port}" if each.local_port else "",
        f"to {' '.join(map(str, each.remotes))}" if each.remotes else "",
        f"with {' '.join(p.value for p in each.carries)}" if each.carries else "",
        "unanswered" if each.unanswered else "",
        f"peers {' '.join(map(str, each.peers))}" if each.peers else "",
        f"if {each.question.code}" if each.question else "",
    ]
    return _words(
        "out ",
        _port(each.protocol, each.remote_port),
        _families(each.families),
        "/".join(each.programs) or "-",
        each.confidence.value,
        *marks,
    )


def _datagram(each: Datagram) -> str:
    return _words(
        "role",
        _port(each.protocol, each.port),
        each.role.value,
        "/".join(each.programs) or "-",
        each.confidence.value,
        each.reasons[0].row,
    )


def _hazard(each: Hazard) -> str:
    where = "" if each.exposure is None else _port(each.exposure.protocol, each.exposure.port)
    return _words("risk", each.code, each.risk.value, where)


def _target(outcome: Outcome) -> str:
    match outcome.finding:
        case Exposure() as found:
            return f" in {_port(found.protocol, found.port)}"
        case Connection() as found:
            return f" out {_port(found.protocol, found.remote_port)}"
        case Datagram() as found:
            return f" role {_port(found.protocol, found.port)}"
        case Question() as found:
            return f" ask {found.code} {found.subject}"
        case None:
            return ""
