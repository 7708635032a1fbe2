"""Writing: verdicts as rules.

Every accepting rule cites the lines of its finding, or the finding rests on knowledge and says so.
A finding whose addresses no packet can have gives no rule.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from netstat_fw.analyzers.findings import Exposure
from netstat_fw.evidence import Confidence, Reason
from netstat_fw.ruleset.proposal.addresses import addresses_of, common_families, local_side
from netstat_fw.ruleset.proposal.incoming import confidence_in
from netstat_fw.ruleset.proposal.places import Place, Placed
from netstat_fw.ruleset.proposal.replies import OPERATOR_ANSWER
from netstat_fw.ruleset.proposal.subjects import ports_of, service_of
from netstat_fw.ruleset.proposal.treatment import Treatment
from netstat_fw.ruleset.rule import Rule
from netstat_fw.ruleset.sets import PortSet
from netstat_fw.ruleset.terms import Action

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from netstat_fw.address import Address
    from netstat_fw.analyzers.findings import Connection
    from netstat_fw.protocol import Protocol
    from netstat_fw.ruleset.log import Log
    from netstat_fw.ruleset.proposal.verdicts import Remote, Verdict
    from netstat_fw.ruleset.sets import AddressSet


def write_verdict(
    finding: Exposure | Connection,
    verdict: Verdict,
    log: Log,
    ports: PortSet | None = None,
    decided: Collection[Protocol] = (),
) -> Iterator[Placed]:
    """Write down what becomes of a finding.

    Args:
        finding: the finding.
        verdict: what is to become of it.
        log: how to log what the verdict wants logged.
        ports: those of its ports that are spoken of; None for all.
        decided: protocols it carries that the operator has decided about.
    """
    place = _PLACES.get(verdict.treatment)
    if place is None:
        return
    opened = place is Place.OPEN
    near, far = _ports(finding, ports or ports_of(finding), opened=opened)
    for local, remote in _sides(finding, verdict, opened=opened):
        families = common_families(finding.families, local, remote)
        if not families:
            continue
        rule = Rule(
            action=Action.ACCEPT if opened else Action.DROP,
            protocol=finding.protocol,
            local=local,
            remote=remote,
            local_ports=near,
            remote_ports=far,
            families=families,
            service=service_of(finding),
            log=log if verdict.treatment in _LOGGED else None,
            comment=_comment(finding, verdict, opened=opened),
            enabled=verdict.treatment is not Treatment.NOTE,
            evidence=finding.evidence,
            confidence=_confidence(finding),
            reasons=(*finding.reasons, *verdict.reasons),
        )
        yield Placed(place, rule)
        # What a port carries goes where it goes: key exchange is of no use without its payload.
        for protocol in finding.carries if opened else ():
            if protocol not in decided:
                yield Placed(place, _carried(rule, protocol))


def keep_sessions(exposure: Exposure, peers: tuple[Address, ...]) -> Iterator[Placed]:
    """Make the rule that lets in again the administrators who were connected to a way in.

    Who had closed already, asked only or was at the login is kept by nothing: so end those too who
    tried passwords.

    Args:
        exposure: the way in.
        peers: those of the connected who are kept.
    """
    for local, met in _meetings(exposure, peers):
        remote = addresses_of(met)
        families = common_families(exposure.families, local, remote)
        if not families:
            continue
        rule = Rule(
            action=Action.ACCEPT,
            protocol=exposure.protocol,
            local=local,
            remote=remote,
            local_ports=ports_of(exposure),
            families=families,
            service=service_of(exposure),
            comment=_KEPT.sentence,
            evidence=exposure.sessions or exposure.evidence,
            confidence=Confidence.CERTAIN,
            reasons=(_KEPT,),
        )
        yield Placed(Place.KEPT, rule)


def _meetings(
    exposure: Exposure, peers: tuple[Address, ...]
) -> Iterator[tuple[AddressSet | None, tuple[Address, ...]]]:
    """Say which peers are kept on which addresses: those that they were connected to.

    On all of them where the capture does not show it.
    """
    kept = frozenset(peers)
    met = {peer for each in exposure.meetings for peer in each.peers}
    pairs: list[tuple[AddressSet | None, tuple[Address, ...]]] = [
        (addresses_of((each.local,)), tuple(peer for peer in each.peers if peer in kept))
        for each in exposure.meetings
    ]
    pairs.append((local_side(exposure), tuple(peer for peer in peers if peer not in met)))
    yield from ((local, some) for local, some in pairs if some)


def _sides(
    finding: Exposure | Connection, verdict: Verdict, *, opened: bool
) -> Iterator[tuple[AddressSet | None, Remote | None]]:
    """Pair the local addresses with those of the other side that may have to do with them."""
    if opened and verdict.meetings:
        yield from verdict.meetings
        return
    local = local_side(finding) if isinstance(finding, Exposure) else None
    # A drop is for everybody; only what is accepted is narrowed to somebody.
    remotes = verdict.remotes if opened else ()
    yield from ((local, remote) for remote in remotes or (None,))


def _ports(
    finding: Exposure | Connection, ports: PortSet, *, opened: bool
) -> tuple[PortSet | None, PortSet | None]:
    """Return local and remote ports: the finding's own, and what a standard fixes otherwise."""
    if not isinstance(finding, Exposure):
        return _port_or_any(finding.local_port), ports
    # What is shut is shut whatever port the other side uses.
    return ports, _port_or_any(finding.remote_port) if opened else None


def _port_or_any(port: int | None) -> PortSet | None:
    return None if port is None else PortSet([port])


def _carried(rule: Rule, protocol: Protocol) -> Rule:
    return attrs.evolve(
        rule, protocol=protocol, local_ports=None, remote_ports=None, service=protocol.value
    )


def _comment(finding: Exposure | Connection, verdict: Verdict, *, opened: bool) -> str:
    """Choose the sentence that says most: who decided it, why it is dropped, what is accepted."""
    both = finding.reasons, verdict.reasons
    first, second = both if opened else reversed(both)
    said = [reason for reason in verdict.reasons if reason.code == OPERATOR_ANSWER]
    return next((reason.sentence for reason in (*said, *first, *second)), "")


def _confidence(finding: Exposure | Connection) -> Confidence:
    return confidence_in(finding) if isinstance(finding, Exposure) else finding.confidence


_LOGGED = frozenset({Treatment.LOG, Treatment.DROP_AND_LOG})
# A treatment without a place gives no rule.
_PLACES = {
    Treatment.ACCEPT: Place.OPEN,
    Treatment.REVIEW: Place.OPEN,
    Treatment.LOG: Place.OPEN,
    Treatment.NOTE: Place.OPEN,
    Treatment.SHUT: Place.SHUT,
    Treatment.DROP_AND_LOG: Place.LAST,
}
_KEPT = Reason("ANTI_LOCKOUT", "an administrator's session was seen from here", "B7")
