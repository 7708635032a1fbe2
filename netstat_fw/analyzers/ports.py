"""Ports: what a capture says of the ports of this host, and of those that it goes to.

What only says *where* something was seen (`evidence`, `sessions`) takes no part in equality.
`evidence` is empty exactly where a finding rests on knowledge instead of captured lines; its
`basis` then says so.
"""

from __future__ import annotations

import attrs

from netstat_fw.address import Address, Network  # noqa: TC001 - attrs.resolve_types needs them
from netstat_fw.analyzers.terms import Basis, DualStack, Role, Scope, Stance
from netstat_fw.brief import brief
from netstat_fw.evidence import Confidence, Evidence, Question, Reason
from netstat_fw.ranges import PORT
from netstat_fw.records import Family, Protocol  # noqa: TC001 - attrs.resolve_types needs it


@attrs.frozen
class Meeting:
    """Who was seen connected to one of the addresses that a port is bound on.

    Attributes:
        local: the address of this host.
        peers: the addresses at the other side, at least one, sorted.
    """

    local: Address
    peers: tuple[Address, ...]


@attrs.frozen
class Exposure:
    """A port of this host that others reach, may reach, or are to be kept from: incoming.

    Attributes:
        protocol: transport protocol.
        port: local port, 1 to 65535.
        families: address families it speaks, IPv4 first; both for loopback, which is shut in both.
        scope: which local addresses it answers on.
        addresses: those addresses where the scope is ADDRESSES, BRIDGE or GROUP, else empty.
        basis: what it rests on.
        stance: whether to open it, as far as `confidence` allows, or to shut it explicitly.
        port_end: last port of a range that one finding stands for (dynamic RPC), else None.
        service: the port's name in the service catalog.
        programs: normalised names of the programs that hold it, as far as captured.
        remotes: networks the other side can only be in, where a standard says so; empty for any.
        remote_port: port the other side must use, where a standard says so (DHCP).
        peers: addresses seen connected to it, without this host's own, and without those that only
            asked for a connection: the address of a first packet can be forged.
        connected: those of them whose connection was open, neither begun nor closing, and not still
            at sshd's login.
        peers_complete: False where a connected peer has no usable address in the capture.
        meetings: who of them was seen connected to which of several addresses; empty where it
            answers on one address or on any.
        sessions: the connections that were captured, without half-open ones.
        admin: a way in for administrators (ssh, RDP, WinRM).
        dual_stack: for a ``::`` bind, how far it serves IPv4.
        carries: further protocols, without ports, that go with it (ESP and AH with IKE).
        companion_of: the exposed port that suggests it, where the basis is COMPANION.
        question: what the operator is asked before it is opened.
        confidence: how it was concluded.
        reasons: why.
        evidence: the captured lines.
    """

    protocol: Protocol
    port: int = attrs.field(validator=[attrs.validators.ge(1), attrs.validators.le(65535)])
    families: tuple[Family, ...]
    scope: Scope
    addresses: tuple[Address, ...] = ()
    basis: Basis = Basis.LISTENER
    stance: Stance = Stance.OPEN
    port_end: int | None = attrs.field(default=None, metadata=PORT)
    service: str | None = None
    programs: tuple[str, ...] = ()
    remotes: tuple[Network, ...] = ()
    remote_port: int | None = attrs.field(default=None, metadata=PORT)
    peers: tuple[Address, ...] = ()
    connected: tuple[Address, ...] = ()
    peers_complete: bool = True
    meetings: tuple[Meeting, ...] = ()
    sessions: tuple[Evidence, ...] = attrs.field(default=(), eq=False)
    admin: bool = False
    dual_stack: DualStack | None = None
    carries: tuple[Protocol, ...] = ()
    companion_of: int | None = attrs.field(default=None, metadata=PORT)
    question: Question | None = None
    confidence: Confidence = Confidence.CERTAIN
    reasons: tuple[Reason, ...] = ()
    evidence: tuple[Evidence, ...] = attrs.field(default=(), eq=False)

    def companion(
        self, protocol: Protocol, port: int, reason: Reason, service: str | None = None
    ) -> Exposure:
        """Make the exposure of a port that goes with this one, where nothing was seen to listen."""
        return Exposure(
            protocol,
            port,
            self.families,
            self.scope,
            self.addresses,
            basis=Basis.COMPANION,
            service=service,
            programs=self.programs,
            remotes=self.remotes,
            companion_of=self.port,
            confidence=Confidence.SUGGESTED,
            reasons=(reason,),
        )

    def __repr__(self) -> str:
        """Sum the exposure up."""
        ports = self.port if self.port_end is None else f"{self.port}-{self.port_end}"
        return brief(
            self,
            f"{self.protocol.value}/{ports}",
            self.scope.value,
            self.stance.value,
            self.confidence.value,
            service=self.service,
            programs=self.programs,
            lines=(each.line for each in self.evidence),
        )


@attrs.frozen
class Connection:
    """Traffic that this host starts: outgoing, grouped by where it goes.

    Attributes:
        protocol: transport protocol.
        remote_port: port at the other side, 1 to 65535.
        families: address families seen, or that knowledge asks for, IPv4 first.
        local_port: this host's port where the protocol fixes it (68 to 67), else None.
        basis: CONNECTION, DATAGRAM, KNOWLEDGE or CHECKLIST.
        service: the remote port's name in the service catalog.
        programs: normalised names of the programs seen, as far as captured.
        peers: addresses seen at the other side.
        peers_complete: False where a peer has no usable address in the capture.
        remotes: networks the other side can only be in, where a standard says so; empty for any.
        carries: further protocols, without ports, that go with it (ESP and AH with IKE).
        unanswered: no peer ever answered: only SYN_SENT was seen.
        question: for CHECKLIST, the question that a yes would answer.
        confidence: how it was concluded.
        reasons: why.
        evidence: the captured lines.
    """

    protocol: Protocol
    remote_port: int = attrs.field(validator=[attrs.validators.ge(1), attrs.validators.le(65535)])
    families: tuple[Family, ...]
    local_port: int | None = attrs.field(default=None, metadata=PORT)
    basis: Basis = Basis.CONNECTION
    service: str | None = None
    programs: tuple[str, ...] = ()
    peers: tuple[Address, ...] = ()
    peers_complete: bool = True
    remotes: tuple[Network, ...] = ()
    carries: tuple[Protocol, ...] = ()
    unanswered: bool = False
    question: Question | None = None
    confidence: Confidence = Confidence.HIGH
    reasons: tuple[Reason, ...] = ()
    evidence: tuple[Evidence, ...] = attrs.field(default=(), eq=False)

    def __repr__(self) -> str:
        """Sum the connection up."""
        return brief(
            self,
            f"{self.protocol.value}/{self.remote_port}",
            self.basis.value,
            self.confidence.value,
            service=self.service,
            programs=self.programs,
            peers=self.peers,
            lines=(each.line for each in self.evidence),
        )


@attrs.frozen
class Datagram:
    """The role of a datagram port; the rules it speaks for are among exposures and connections.

    Attributes:
        protocol: UDP or UDPLITE.
        port: local port; None for clients, whose own port is chance.
        role: what the socket is for.
        families: address families of the binds, IPv4 first.
        service: the port's name in the service catalog.
        programs: normalised names of the programs that hold it, as far as captured.
        question: what the operator is asked about it.
        confidence: how the role was concluded.
        reasons: why; the first cites the row of the role table.
        evidence: the captured lines.
    """

    protocol: Protocol
    port: int | None = attrs.field(metadata=PORT)
    role: Role
    families: tuple[Family, ...]
    service: str | None = None
    programs: tuple[str, ...] = ()
    question: Question | None = None
    confidence: Confidence = Confidence.HIGH
    reasons: tuple[Reason, ...] = ()
    evidence: tuple[Evidence, ...] = attrs.field(default=(), eq=False)

    def __repr__(self) -> str:
        """Sum the datagram port up."""
        return brief(
            self,
            self.protocol.value if self.port is None else f"{self.protocol.value}/{self.port}",
            self.role.value,
            self.confidence.value,
            service=self.service,
            programs=self.programs,
            lines=(each.line for each in self.evidence),
        )
