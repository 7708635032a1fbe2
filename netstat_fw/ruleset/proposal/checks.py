"""Checks: which programs may answer on the ports that are opened; a packet filter cannot know.

Read off the rules, so that nothing is checked that is not open, and nothing open goes unchecked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from netstat_fw.analyzers.findings import Basis
from netstat_fw.evidence import Confidence, ProcessCheck
from netstat_fw.ruleset.terms import Action

if TYPE_CHECKING:
    from collections.abc import Iterable

    from netstat_fw.analyzers.findings import Exposure, Findings
    from netstat_fw.ruleset.rule import Rule


def check_processes(
    findings: Findings, exposures: Iterable[Exposure], rules: Iterable[Rule]
) -> tuple[ProcessCheck, ...]:
    """Say which programs may answer on each single port that is accepted, sorted.

    Args:
        findings: what was found.
        exposures: the exposures, those among them that decisions have added.
        rules: the incoming rules.
    """
    programs: dict[tuple[str, int], set[str]] = {}
    helped: set[tuple[str, int]] = set()
    for check in findings.process_checks:
        programs.setdefault((check.protocol, check.port), set()).update(check.programs)
    for exposure in exposures:
        key = exposure.protocol.value, exposure.port
        programs.setdefault(key, set()).update(exposure.programs)
        if exposure.confidence is Confidence.SUGGESTED and exposure.basis is not Basis.COMPANION:
            # A client's help, such as the way in for replies to DHCP, is no server.
            helped.add(key)
    for role in findings.datagrams:
        if role.port is not None:
            programs.setdefault((role.protocol.value, role.port), set()).update(role.programs)
    accepted = {
        (rule.protocol.value, first)
        for rule in rules
        if rule.action is Action.ACCEPT and rule.enabled and rule.protocol and rule.local_ports
        for first, last in rule.local_ports.ranges
        if first == last
    }
    return tuple(
        ProcessCheck(*key, tuple(sorted(programs.get(key, ()))))
        for key in sorted(accepted - helped)
    )
