"""Flows: captured traffic on its way to becoming findings.

Connections of all protocols are filed here by what they will become. Filing only appends; the
findings are made once, at the end.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import attrs

from netstat_fw.analyzers.administration import is_admin
from netstat_fw.analyzers.citation import unite
from netstat_fw.analyzers.conclusions import NAMED, UNREADABLE
from netstat_fw.analyzers.findings import Basis, Connection, Exposure, Fate, Scope
from netstat_fw.analyzers.host import sort_addresses
from netstat_fw.analyzers.meetings import are_placed, find_meetings
from netstat_fw.analyzers.roles import carried_by, role_of
from netstat_fw.analyzers.rows import DATAGRAMS, holder
from netstat_fw.analyzers.traffic import Traffic
from netstat_fw.analyzers.verdicts import Verdict
from netstat_fw.analyzers.wording import doing, port_text, safe_name
from netstat_fw.evidence import Question, Reason, weakest
from netstat_fw.records import Protocol, State

if TYPE_CHECKING:
    from netstat_fw.address import Address
    from netstat_fw.analyzers.host import Context
    from netstat_fw.analyzers.rows import Row
    from netstat_fw.evidence import Evidence

Port: TypeAlias = tuple[Protocol, int]


@attrs.define
class Flows:
    """Where captured traffic is filed.

    Attributes:
        listeners: the listeners of the host are captured.
        incoming: traffic to local ports whose exposure only it speaks for, by protocol, port and
            scope.
        outgoing: traffic that this host started, by protocol and remote port.
        asked: traffic that only the operator can explain, by code and subject of the question.
        verdicts: what becomes of each row, by its index.
    """

    listeners: bool = False
    incoming: dict[tuple[Protocol, int, Scope], Traffic] = attrs.field(factory=dict)
    outgoing: dict[Protocol, dict[int, Traffic]] = attrs.field(
        factory=lambda: {protocol: {} for protocol in Protocol}
    )
    asked: dict[tuple[str, str], Traffic] = attrs.field(factory=dict)
    verdicts: dict[int, Verdict] = attrs.field(factory=dict)
    _protocol: Protocol | None = None
    _ports: dict[int, Traffic] = attrs.field(factory=dict)

    def into(self, row: Row, port: int) -> Traffic:
        """Return the traffic to the local port of a row.

        Where listeners are captured, and there is none for it, nothing but its own address can be
        meant: on the others the port may be somebody else's.
        """
        here = self.listeners and row.local.address is not None
        key = row.socket.protocol, port, Scope.ADDRESSES if here else Scope.ANY
        return self._into(key)

    def anywhere_into(self, row: Row, port: int) -> Traffic:
        """Return the traffic to the local port of a row, whose listener may be on any address."""
        return self._into((row.socket.protocol, port, Scope.ANY))

    def _into(self, key: tuple[Protocol, int, Scope]) -> Traffic:
        if key not in self.incoming:
            protocol, port, scope = key
            self.incoming[key] = Traffic((Exposure, protocol, port, None, scope))
        return self.incoming[key]

    def out_to(self, protocol: Protocol, port: int) -> Traffic:
        """Return the traffic to a remote port."""
        if protocol is not self._protocol:
            # Rows of a protocol stand together, and its members are slow to hash.
            self._protocol, self._ports = protocol, self.outgoing[protocol]
        found = self._ports.get(port)
        if found is None:
            key = Connection, protocol, port, None
            found = self._ports[port] = Traffic(key)
        return found

    def ask(self, code: str, subject: str) -> Traffic:
        """Return the traffic that a question is about."""
        if (code, subject) not in self.asked:
            self.asked[code, subject] = Traffic((Question, code, subject))
        return self.asked[code, subject]

    def ask_port(self, row: Row) -> Traffic:
        """Return the traffic with a port that is a name for no single number, or is not shown."""
        name = safe_name(row.local.service or row.remote.service)
        if name is None:
            return self.ask("Q_UNREADABLE_PORT", holder(row))
        return self.ask("Q_NAMED_PORT", f"{row.socket.protocol.value}/{name}")


def file_unreadable(row: Row, flows: Flows) -> Verdict:
    """File a socket whose own port is any, a name that stands for no single number, or cut."""
    local = row.socket.local
    if row.socket.protocol in DATAGRAMS and local.service is None and not local.truncated:
        return _UNBOUND
    answer = UNREADABLE if row.local.service is None else NAMED
    return flows.ask_port(row).take(row, answer, Fate.QUESTION)


def make_exposures(flows: Flows, context: Context) -> tuple[Exposure, ...]:
    """Make the exposures of ports that only connections speak for: no listener was captured."""
    return tuple(
        with_sessions(_make_exposure(*key, traffic, context), traffic, context)
        for key, traffic in flows.incoming.items()
    )


def _make_exposure(
    protocol: Protocol, port: int, scope: Scope, traffic: Traffic, context: Context
) -> Exposure:
    """Make one; what standards say of a port holds for connected sockets as for all others."""
    exposure = Exposure(
        protocol,
        port,
        traffic.families,
        scope,
        traffic.addresses if scope is Scope.ADDRESSES else (),
        basis=Basis.DATAGRAM if protocol in DATAGRAMS else Basis.CONNECTION,
        service=context.services.name_of(port, protocol.value),
        programs=traffic.programs,
        admin=is_admin(protocol, port, traffic.programs),
        confidence=traffic.confidence,
        reasons=traffic.reasons,
        evidence=traffic.evidence(context),
    )
    role = role_of(protocol, port)
    if role is None:
        return exposure
    return attrs.evolve(
        exposure,
        stance=role.stance,
        remotes=role.remotes,
        remote_port=role.remote_port,
        carries=role.carries,
        confidence=weakest((exposure.confidence, role.confidence)),
    )


def with_sessions(exposure: Exposure, traffic: Traffic, context: Context) -> Exposure:
    """Return an exposure with what is connected to it; its programs stay the listener's own.

    A peer that is only asking proves that the port answers, and nothing about itself.
    """
    others = traffic.others(exposure.programs)
    sessions = context.cite(others.settled)
    return attrs.evolve(
        exposure,
        meetings=find_meetings(exposure, others.settled),
        peers=_added(exposure.peers, others.peers),
        connected=_added(exposure.connected, others.connected),
        peers_complete=(
            exposure.peers_complete and others.complete and are_placed(exposure, others.settled)
        ),
        sessions=_cited(exposure.sessions, sessions),
        evidence=_cited(exposure.evidence, context.cite(others.asking)),
    )


def _added(known: tuple[Address, ...], more: tuple[Address, ...]) -> tuple[Address, ...]:
    # Mostly there is nothing to add to, and very many are sorted already.
    return sort_addresses({*known, *more}) if known else more


def _cited(known: tuple[Evidence, ...], more: tuple[Evidence, ...]) -> tuple[Evidence, ...]:
    return unite((*known, *more)) if known and more else known or more


def make_connections(flows: Flows, context: Context) -> tuple[Connection, ...]:
    """Make the outgoing connections."""
    return tuple(
        _make_connection(protocol, port, traffic, context)
        for protocol, ports in flows.outgoing.items()
        for port, traffic in ports.items()
    )


def _make_connection(
    protocol: Protocol, port: int, traffic: Traffic, context: Context
) -> Connection:
    states = traffic.states
    programs = traffic.programs
    datagrams = protocol in DATAGRAMS
    used = Reason(
        "OUT_DATAGRAM" if datagrams else "OUT_ESTABLISHED",
        f"{doing(programs, 'use')} a remote {port_text(protocol, port)}",
        "S21",
    )
    others = traffic.others()
    unanswered = states == {State.SYN_SENT}
    remarks = [_UNANSWERED] if unanswered else [_WAIT_STATE] if states & _WAITING else []
    return Connection(
        protocol,
        port,
        traffic.families,
        basis=Basis.DATAGRAM if datagrams else Basis.CONNECTION,
        service=context.services.name_of(port, protocol.value),
        programs=programs,
        peers=others.peers,
        peers_complete=others.complete,
        carries=carried_by(protocol, port),
        unanswered=unanswered,
        confidence=traffic.confidence,
        reasons=(used, *traffic.reasons, *remarks),
        evidence=traffic.evidence(context),
    )


def make_questions(flows: Flows, context: Context) -> tuple[Question, ...]:
    """Make the questions about traffic that the capture does not explain."""
    return tuple(
        Question(code, _sentence(code, subject, traffic), subject, traffic.evidence(context))
        for (code, subject), traffic in flows.asked.items()
    )


def _sentence(code: str, subject: str, traffic: Traffic) -> str:
    # What points one way without deciding is worth telling to whoever decides.
    hints = "".join(f" ({reason.sentence})" for reason in traffic.reasons if reason.row in _HINTS)
    return _SENTENCES[code].format(subject=subject) + hints


_HINTS = frozenset({"T12", "T13"})
_WAITING = frozenset({
    State.TIME_WAIT, State.CLOSE_WAIT, State.FIN_WAIT_1, State.FIN_WAIT_2, State.LAST_ACK,
    State.CLOSING,
})  # fmt: skip
_UNBOUND = Verdict(
    Fate.EXCLUDED,
    Reason("UDP_UNBOUND", "bound to no port yet: nothing can reach it and it has asked nothing"),
)
_WAIT_STATE = Reason(
    "WAIT_STATE", "a connection that is closing counts like an established one", "S23"
)
_UNANSWERED = Reason(
    "UNANSWERED", "no peer has answered yet: it may be down, or this may be a scan", "T2"
)
_SENTENCES = {
    "Q_DIRECTION": "Who opens the connections of {subject}, this host or its peers?",
    "Q_LISTENER_GONE": (
        "Peers were connected to {subject}, but nothing listens there now: must it stay reachable?"
    ),
    "Q_EPHEMERAL_PEER": (
        "{subject} goes to a remote port that changes from time to time (FTP data, RPC,"
        " peer-to-peer): which remote ports does it need?"
    ),
    "Q_UNREADABLE_PORT": (
        "Which ports do the sockets of {subject} use? The capture cuts them; netstat -n -W prints"
        " them whole."
    ),
    "Q_RAW_PROTOCOL": (
        "Must this machine receive {subject} from others? A program reads this IP protocol with a"
        " raw socket, as daemons for routing and failover do, and no rule lets it in."
    ),
    "Q_NAMED_PORT": "Which port number is meant by the name {subject}?",
}
