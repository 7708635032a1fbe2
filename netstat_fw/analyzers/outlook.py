"""Outlook: what a capture need not show because nearly every such host needs it.

DNS, always; and the ports that usually go with an exposed one. These findings rest on knowledge and
cite no line of their own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from netstat_fw.analyzers.findings import Basis, Connection, Exposure, Stance
from netstat_fw.analyzers.spans import BOTH
from netstat_fw.analyzers.wording import port_text
from netstat_fw.evidence import Confidence, Reason
from netstat_fw.records import Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable

    from netstat_fw.analyzers.findings import Scope
    from netstat_fw.analyzers.host import Context

_TCP, _UDP = Protocol.TCP, Protocol.UDP
_DNS = 53


def expect_dns(exposures: Iterable[Exposure]) -> tuple[Connection, ...]:
    """Return the DNS lookups that essentially all machines make."""
    reasons = [_DNS_ALWAYS]
    if any(
        exposure.port == _DNS and reason.row == "2.2.11"
        for exposure in exposures
        for reason in exposure.reasons
    ):
        reasons.append(_DNS_STUB)
    return tuple(
        Connection(
            protocol,
            _DNS,
            BOTH,
            basis=Basis.KNOWLEDGE,
            service="domain",
            confidence=Confidence.POLICY,
            reasons=tuple(reasons),
        )
        for protocol in (_TCP, _UDP)
    )


def suggest_companions(exposures: Iterable[Exposure], context: Context) -> tuple[Exposure, ...]:
    """Suggest the ports that usually go with exposed ones and that nothing is bound to yet.

    A companion is reached where and by whom its parent is, and belongs to the same programs.
    """
    bound = {(exposure.protocol, exposure.port) for exposure in exposures}
    suggested: dict[tuple[Protocol, int, Scope], Exposure] = {}
    for parent in exposures:
        if parent.stance is Stance.SHUT or parent.confidence not in _FIRM:
            continue
        for protocol, port in _COMPANIONS.get((parent.protocol, parent.port), ()):
            if (protocol, port) not in bound:
                companion = _companion(parent, protocol, port, context)
                suggested.setdefault((protocol, port, parent.scope), companion)
    return tuple(suggested.values())


def _companion(parent: Exposure, protocol: Protocol, port: int, context: Context) -> Exposure:
    sentence = (
        f"{port_text(protocol, port)} usually goes with {port_text(parent.protocol, parent.port)};"
        " nothing listens there yet, so check which program does later"
    )
    service = context.services.name_of(port, protocol.value)
    return parent.companion(protocol, port, Reason("COMPANION", sentence, "K2"), service)


_FIRM = frozenset({Confidence.CERTAIN, Confidence.HIGH, Confidence.MEDIUM})
_DNS_ALWAYS = Reason("DNS_ALWAYS", "essentially all machines make DNS lookups", "K1")
_DNS_STUB = Reason(
    "DNS_STUB", "the resolver on 127.0.0.53 asks its own servers in the same way", "K1"
)
_COMPANIONS = {
    (_TCP, 80): ((_TCP, 443),),
    (_TCP, 443): ((_TCP, 80),),
    (_TCP, 25): ((_TCP, 465), (_TCP, 587)),
    (_TCP, 143): ((_TCP, 993),),
    (_TCP, 110): ((_TCP, 995),),
    (_TCP, 389): ((_TCP, 636),),
    (_TCP, 5060): ((_TCP, 5061),),
    (_TCP, 53): ((_UDP, 53),),
    (_UDP, 53): ((_TCP, 53),),
    (_TCP, 88): ((_UDP, 88), (_TCP, 464)),
}
