"""Choices: the operator's decisions as rules.

A rule is exactly what the choice says, whatever the findings are; they only lend it the ports of a
program or service, its service name and the lines that show what it is about. Its reason says that
the operator decided, and nothing was concluded, so it has no confidence.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from netstat_fw.diagnostics import printable
from netstat_fw.evidence import Reason
from netstat_fw.protocol import Family
from netstat_fw.ruleset.decisions.values import PortChoice
from netstat_fw.ruleset.proposal.addresses import common_families
from netstat_fw.ruleset.proposal.overlaps import common_ports
from netstat_fw.ruleset.proposal.places import Place, Placed
from netstat_fw.ruleset.proposal.subjects import ports_of, service_of
from netstat_fw.ruleset.rule import Rule
from netstat_fw.ruleset.terms import Action, Direction

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from netstat_fw.analyzers.findings import Connection, Datagram, Exposure
    from netstat_fw.evidence import Evidence
    from netstat_fw.ruleset.decisions.values import Choice
    from netstat_fw.ruleset.policy import Policy
    from netstat_fw.ruleset.sets import PortSet

    Found: TypeAlias = Sequence[tuple[Exposure | Connection | Datagram, PortSet]]


def write_choice(choice: Choice, turn: int, found: Found, policy: Policy) -> Iterator[Placed]:
    """Write a choice down.

    Args:
        choice: the choice.
        turn: its turn among the choices.
        found: the findings that it is about, each with those of its ports that are.
        policy: the policy whose decision it is.
    """
    place = Place.DECIDED
    if choice.is_broad and choice.action is Action.ACCEPT:
        # Behind the explicit drops, which no general trust in somebody takes away.
        place = Place.BROAD
    incoming = choice.direction is Direction.INCOMING
    for port in _ports(choice, found):
        protocol, ports = (None, None) if port is None else (port.protocol, port.ports)
        for remote in choice.remotes or (None,):
            families = common_families(protocol.families if protocol else Family, remote)
            if not families:
                continue
            rule = Rule(
                action=choice.action,
                protocol=protocol,
                remote=remote,
                local_ports=ports if incoming else None,
                remote_ports=None if incoming else ports,
                families=families,
                service=_service(port, found),
                log=policy.log if choice.log else None,
                comment=choice.comment or f"the operator's decision: {choice}",
                evidence=_evidence(port, found),
                reasons=(_reason(choice, policy),),
            )
            yield Placed(place, rule, turn)


def _ports(choice: Choice, found: Found) -> list[PortChoice | None]:
    """Return the ports of the rules: those said, or those of what was found; None for any."""
    if choice.is_broad:
        return [None]
    if choice.program is None and choice.service is None:
        return list(choice.ports)
    named = {PortChoice(finding.protocol, ports) for finding, ports in found}
    return sorted(named, key=str)


def _service(port: PortChoice | None, found: Found) -> str | None:
    """Name a service as the findings do where they are about just these ports."""
    if port is None:
        return None
    if port.ports is None:
        return port.protocol.value
    names = {
        service_of(finding)
        for finding, _ in found
        if finding.protocol is port.protocol and ports_of(finding) == port.ports
    }
    return names.pop() if len(names) == 1 else f"{port.protocol.value}-{port.ports}"


def _evidence(port: PortChoice | None, found: Found) -> tuple[Evidence, ...]:
    """Cite what was found on the ports of a rule; a rule for everything is about no line."""
    if port is None or port.ports is None:
        return ()
    return tuple(
        line
        for finding, ports in found
        if finding.protocol is port.protocol and common_ports(ports, port.ports)
        for line in finding.evidence
    )


def _reason(choice: Choice, policy: Policy) -> Reason:
    place = policy.decisions.where(choice.line)
    return Reason("OPERATOR", printable(f"the operator's decision: {choice} ({place})"))
