"""Plans: what a policy makes of a host, shown to people or written for machines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from netstat_fw.cli.results import show_json
from netstat_fw.ruleset.proposal import propose

if TYPE_CHECKING:
    from netstat_fw.cli.hosts import Host
    from netstat_fw.ruleset.model import Ruleset
    from netstat_fw.ruleset.policy import Policy

SCHEMA_VERSION = 1


def show_plan(host: Host, policy: Policy, *, as_json: bool, show_all: bool) -> None:
    """Write the plan that a policy makes of a host to standard output.

    Args:
        host: what its captures say.
        policy: what the operator wants.
        as_json: for machines; it is whole in any case.
        show_all: show rules and questions that are alike one by one.

    Raises:
        LockOutError: as `propose`.
    """
    ruleset = propose(host.findings, policy)
    if as_json:
        show_json(plan_to_dict(host, ruleset))
        return
    from netstat_fw.cli.tables import print_plan  # noqa: PLC0415 - it loads the table library

    print_plan(host.findings, ruleset, show_all=show_all)


def plan_to_dict(host: Host, ruleset: Ruleset) -> dict[str, Any]:
    """Turn a plan into plain data: what was found, and what that comes to."""
    return {
        "schema_version": SCHEMA_VERSION,
        "captures": list(host.names),
        "findings": host.findings.to_dict(),
        "ruleset": ruleset.to_dict(),
    }
