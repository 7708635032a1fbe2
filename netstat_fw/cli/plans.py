"""Plans: what a policy makes of a host, shown to people or written for machines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from netstat_fw.cli.results import show_json
from netstat_fw.ruleset.proposal import propose

if TYPE_CHECKING:
    from netstat_fw.analyzers.findings import Findings, Hazard
    from netstat_fw.cli.hosts import Host
    from netstat_fw.ruleset.model import Ruleset
    from netstat_fw.ruleset.policy import Policy

SCHEMA_VERSION = 1


def show_plan(host: Host, policy: Policy, *, as_json: bool) -> None:
    """Write the plan that a policy makes of a host to standard output.

    Raises:
        LockOutError: as `propose`.
    """
    ruleset = propose(host.findings, policy)
    if as_json:
        show_json(plan_to_dict(host, ruleset))
        return
    from netstat_fw.cli.tables import print_plan  # noqa: PLC0415 - it loads the table library

    print_plan(host.findings, ruleset)


def plan_to_dict(host: Host, ruleset: Ruleset) -> dict[str, Any]:
    """Turn a plan into plain data: the ruleset, and what only the findings say."""
    return {
        "schema_version": SCHEMA_VERSION,
        "captures": list(host.names),
        "host": _host_to_dict(host.findings),
        "hazards": [_hazard_to_dict(hazard) for hazard in host.findings.hazards],
        "answers": [
            {"code": each.code, "sentence": each.sentence} for each in host.findings.answers
        ],
        "ruleset": ruleset.to_dict(),
    }


def _host_to_dict(findings: Findings) -> dict[str, Any]:
    host = findings.host
    return {
        "dialect": host.dialect.value,
        "addresses": [str(address) for address in host.addresses],
        "fitness": [
            {"code": fact.code, "proven": fact.proven, "sentence": fact.sentence}
            for fact in host.fitness
        ],
    }


def _hazard_to_dict(hazard: Hazard) -> dict[str, Any]:
    about = hazard.exposure
    return {
        "code": hazard.code,
        "risk": hazard.risk.value,
        "advice": hazard.advice,
        "protocol": None if about is None else about.protocol.value,
        "port": None if about is None else about.port,
        "evidence": [{"line": each.line, "capture": each.capture} for each in hazard.evidence],
    }
