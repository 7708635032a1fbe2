"""Identity: what makes findings of several captures one and the same.

Identities are tuples of texts and numbers, so they sort, and alike in every run. Nothing in them
changes from night to night: no process ids, client ports, peers or lines.
"""

from __future__ import annotations

from typing import TypeAlias

from netstat_fw.analyzers.findings import Answer, Connection, Datagram, Exposure, Hazard
from netstat_fw.evidence import Question

Finding: TypeAlias = Exposure | Connection | Datagram | Question | Answer | Hazard
"""What is merged. Everything else in `Findings` follows from it."""
Identity: TypeAlias = tuple[str | int | tuple[str, ...], ...]

_NO_PORT = 65536


def identity_of(finding: Finding) -> Identity:
    """Return the identity of a finding.

    >>> identity_of(Question("Q_UPDATES", "Where do updates come from?"))
    ('question', 'Q_UPDATES', '')
    """
    match finding:
        case Exposure():
            port_end = finding.port if finding.port_end is None else finding.port_end
            ports = finding.port, port_end
            return ("exposure", finding.protocol.value, *ports, finding.scope.value)
        case Connection():
            local = _NO_PORT if finding.local_port is None else finding.local_port
            return ("connection", finding.protocol.value, finding.remote_port, local)
        case Datagram():
            port = _NO_PORT if finding.port is None else finding.port
            # By chance: only program and reason tell one group of clients from another.
            why = tuple(each.code for each in finding.reasons[:1])
            own = finding.role.value, finding.programs, why
            return ("datagram", finding.protocol.value, port, *own)
        case Question():
            return ("question", finding.code, finding.subject)
        case Answer():
            return ("answer", finding.code)
    about = () if finding.exposure is None else identity_of(finding.exposure)
    return ("hazard", finding.code, *about)
