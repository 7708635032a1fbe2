"""Flows: captured traffic on its way to becoming findings.

Connections of all protocols are filed here by what they will become. Filing only appends; the
findings are made once, at the end.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import attrs

from netstat_fw.analyzers.administration import is_admin
from netstat_fw.analyzers.direction import NAMED, UNREADABLE
from netstat_fw.analyzers.findings import Basis, Connection, Exposure, Fate, Scope
from netstat_fw.analyzers.traffic import Traffic
from netstat_fw.analyzers.verdicts import Verdict
from netstat_fw.analyzers.wording import doing, port_text, safe_name
from netstat_fw.evidence import Question, Reason
from netstat_fw.records import Protocol, State

if TYPE_CHECKING:
    from netstat_fw.analyzers.host import Context
    from netstat_fw.analyzers.rows import Row

Port: TypeAlias = tuple[Protocol, int]


@attrs.define
class Flows:
    """Where captured traffic is filed.

    Attributes:
        incoming: traffic to local ports whose exposure only it speaks for.
        outgoing: traffic that this host started, by remote port.
        asked: traffic that only the operator can explain, by code and subject of the question.
        verdicts: what becomes of each row, by its index.
    """

    incoming: dict[Port, Traffic] = attrs.field(factory=dict)
    outgoing: dict[Port, Traffic] = attrs.field(factory=dict)
    asked: dict[tuple[str, str], Traffic] = attrs.field(factory=dict)
    verdicts: dict[int, Verdict] = attrs.field(factory=dict)

    def into(self, protocol: Protocol, port: int) -> Traffic:
        """Return the traffic to a local port."""
        if (protocol, port) not in self.incoming:
            key = Exposure, protocol, port, None, Scope.ANY
            self.incoming[protocol, port] = Traffic(key)
        return self.incoming[protocol, port]

    def out_to(self, protocol: Protocol, port: int) -> Traffic:
        """Return the traffic to a remote port."""
        if (protocol, port) not in self.outgoing:
            self.outgoing[protocol, port] = Traffic((Connection, protocol, port, None))
        return self.outgoing[protocol, port]

    def ask(self, code: str, subject: str) -> Traffic:
        """Return the traffic that a question is about."""
        if (code, subject) not in self.asked:
            self.asked[code, subject] = Traffic((Question, code, subject))
        return self.asked[code, subject]


def file_unreadable(row: Row, flows: Flows) -> Verdict:
    """File a socket whose own port is any, a name that stands for no single number, or cut."""
    name = safe_name(row.local.service)
    if name is None:
        return Verdict(Fate.EXCLUDED, UNREADABLE.reasons[0])
    traffic = flows.ask("Q_NAMED_PORT", f"{row.socket.protocol.value}/{name}")
    return traffic.take(row, NAMED, Fate.QUESTION)


def make_exposures(flows: Flows, context: Context) -> tuple[Exposure, ...]:
    """Make the exposures of ports that only connections speak for: no listener was captured."""
    return tuple(
        with_sessions(
            Exposure(
                protocol,
                port,
                traffic.families,
                Scope.ANY,
                basis=_basis(protocol),
                service=context.services.name_of(port, protocol.value),
                programs=traffic.programs,
                admin=is_admin(protocol, port, traffic.programs),
                confidence=traffic.confidence,
                reasons=traffic.reasons,
                evidence=traffic.evidence(context),
            ),
            traffic,
            context,
        )
        for (protocol, port), traffic in flows.incoming.items()
    )


def with_sessions(exposure: Exposure, traffic: Traffic, context: Context) -> Exposure:
    """Return an exposure with what is connected to it; its programs stay the listener's own."""
    return attrs.evolve(
        exposure,
        peers=traffic.peers,
        peers_complete=traffic.peers_complete,
        sessions=traffic.evidence(context),
    )


def make_connections(flows: Flows, context: Context) -> tuple[Connection, ...]:
    """Make the outgoing connections."""
    return tuple(
        Connection(
            protocol,
            port,
            traffic.families,
            basis=_basis(protocol),
            service=context.services.name_of(port, protocol.value),
            programs=traffic.programs,
            peers=traffic.peers,
            peers_complete=traffic.peers_complete,
            unanswered=traffic.states == {State.SYN_SENT},
            confidence=traffic.confidence,
            reasons=_reasons(protocol, port, traffic),
            evidence=traffic.evidence(context),
        )
        for (protocol, port), traffic in flows.outgoing.items()
    )


def make_questions(flows: Flows, context: Context) -> tuple[Question, ...]:
    """Make the questions about traffic that the capture does not explain."""
    return tuple(
        Question(code, _sentence(code, subject, traffic), subject, traffic.evidence(context))
        for (code, subject), traffic in flows.asked.items()
    )


def _basis(protocol: Protocol) -> Basis:
    datagrams = protocol in {Protocol.UDP, Protocol.UDPLITE}
    return Basis.DATAGRAM if datagrams else Basis.CONNECTION


def _reasons(protocol: Protocol, port: int, traffic: Traffic) -> tuple[Reason, ...]:
    text = port_text(protocol, port)
    code = "OUT_DATAGRAM" if _basis(protocol) is Basis.DATAGRAM else "OUT_ESTABLISHED"
    sentence = f"{doing(traffic.programs, 'use')} a remote {text}"
    reasons = [Reason(code, sentence, "S21"), *traffic.reasons]
    if traffic.states == {State.SYN_SENT}:
        reasons.append(_UNANSWERED)
    if traffic.states & _WAITING:
        reasons.append(_WAIT_STATE)
    return tuple(reasons)


def _sentence(code: str, subject: str, traffic: Traffic) -> str:
    # What points one way without deciding is worth telling to whoever decides.
    hints = "".join(f" ({reason.sentence})" for reason in traffic.reasons if reason.row in _HINTS)
    return _SENTENCES[code].format(subject=subject) + hints


_HINTS = frozenset({"T12", "T13"})
_WAITING = frozenset({
    State.TIME_WAIT, State.CLOSE_WAIT, State.FIN_WAIT_1, State.FIN_WAIT_2, State.LAST_ACK,
    State.CLOSING,
})  # fmt: skip
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
    "Q_NAMED_PORT": "Which port number is meant by the name {subject}?",
}
