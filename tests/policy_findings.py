"""Findings made by hand, for the tests of policy and proposal; and what becomes of packets.

Addresses are those of the documentation ranges; the host is 192.0.2.2 and 2001:db8::2.
"""

from __future__ import annotations

from ipaddress import ip_address
from typing import Any

from netstat_fw.analyzers.facts import EphemeralRange, Fitness, HostFacts
from netstat_fw.analyzers.findings import (
    Basis,
    Connection,
    Datagram,
    Exposure,
    Findings,
    Hazard,
    Risk,
    Role,
    Scope,
    Stance,
)
from netstat_fw.evidence import Confidence, Evidence, Question, Reason
from netstat_fw.records import Dialect
from netstat_fw.ruleset import (
    Chain,
    Decision,
    Direction,
    Family,
    Flow,
    Policy,
    Protocol,
    Rule,
    Ruleset,
    base_rules,
    propose,
    read_decisions,
)

BOTH = (Family.IPV4, Family.IPV6)
V4 = (Family.IPV4,)
V6 = (Family.IPV6,)
HOST = HostFacts(
    Dialect.LINUX,
    (ip_address("192.0.2.2"), ip_address("2001:db8::2")),
    EphemeralRange(32768, 60999),
    listeners_captured=True,
    connections_captured=True,
    datagrams_captured=True,
    programs_captured=True,
    fitness=(
        Fitness("LISTENERS", proven=True, sentence="listeners are captured"),
        Fitness("ADDRESSES", proven=False, sentence="some addresses are cut"),
    ),
)
PEERS = (ip_address("198.51.100.7"), ip_address("2001:db8:7::7"))
LOCAL = {"v4": "192.0.2.2", "v6": "2001:db8::2"}
REMOTE = {"v4": "203.0.113.9", "v6": "2001:db8:9::9"}


def exposure(port: int, protocol: Protocol = Protocol.TCP, **fields: Any) -> Exposure:  # noqa: ANN401 - fields of an exposure
    """Make a listener on every address, seen on the line of its port."""
    given: dict[str, Any] = {
        "families": BOTH,
        "scope": Scope.ANY,
        "programs": ("daemon",),
        "reasons": (Reason("LISTEN_ANY", f"daemon listens on {protocol.value}/{port}", "2.2.1"),),
        "evidence": (Evidence(port),),
    }
    return Exposure(protocol, port, **(given | fields))


def loopback(port: int, protocol: Protocol = Protocol.TCP, **fields: Any) -> Exposure:  # noqa: ANN401 - fields of an exposure
    """Make a server that only this machine reaches."""
    text = f"{protocol.value}/{port}"
    given: dict[str, Any] = {
        "scope": Scope.LOOPBACK,
        "stance": Stance.SHUT,
        "question": Question("Q_EXPOSE", f"is {text} meant to be reached?", text),
        "reasons": (Reason("LOOPBACK_ONLY", f"{text} is for this machine", "2.2.5"),),
    }
    return exposure(port, protocol, **(given | fields))


def companion(port: int, of: int, protocol: Protocol = Protocol.TCP, **fields: Any) -> Exposure:  # noqa: ANN401 - fields of an exposure
    """Make the usual companion of a port."""
    given: dict[str, Any] = {
        "basis": Basis.COMPANION,
        "companion_of": of,
        "confidence": Confidence.SUGGESTED,
        "reasons": (Reason("COMPANION", f"goes with {of}", "K2"),),
        "evidence": (),
    }
    return exposure(port, protocol, **(given | fields))


def admin(port: int = 22, **fields: Any) -> Exposure:  # noqa: ANN401 - fields of an exposure
    """Make a way in that an administrator is connected to."""
    given: dict[str, Any] = {
        "admin": True,
        "service": "ssh",
        "programs": ("sshd",),
        "peers": PEERS[:1],
        "sessions": (Evidence(1000 + port),),
    }
    given |= fields
    return exposure(port, **({"connected": given["peers"]} | given))


def connection(port: int, protocol: Protocol = Protocol.TCP, **fields: Any) -> Connection:  # noqa: ANN401 - fields of a connection
    """Make outgoing traffic, seen on the line of its port."""
    given: dict[str, Any] = {
        "families": BOTH,
        "programs": ("client",),
        "peers": PEERS,
        "reasons": (Reason("OUT_ESTABLISHED", f"client uses {protocol.value}/{port}", "S21"),),
        "evidence": (Evidence(port),),
    }
    return Connection(protocol, port, **(given | fields))


def checklist(port: int, code: str = "Q_SMTP_OUT") -> Connection:
    """Make what a yes to a question of the checklist would open."""
    return connection(
        port,
        basis=Basis.CHECKLIST,
        question=Question(code, "is it needed?"),
        confidence=Confidence.SUGGESTED,
        reasons=(Reason("CHECKLIST", "is it needed?", "K4"),),
        peers=(),
        programs=(),
        evidence=(),
    )


def critical(of: Exposure, code: str = "HAZARD_DATABASE") -> Hazard:
    """Make the critical hazard of an exposure."""
    return Hazard(code, Risk.CRITICAL, "a data store should not be open", of, of.evidence)


def role(port: int | None, kind: Role = Role.UNDECIDED, **fields: Any) -> Datagram:  # noqa: ANN401 - fields of a role
    """Make the role of a UDP port that speaks for no rule."""
    text = f"udp/{port}"
    given: dict[str, Any] = {
        "families": BOTH,
        "programs": ("mystery",),
        "question": Question("Q_UDP_ROLE", f"what is {text} for?", text),
        "confidence": Confidence.LOW,
        "evidence": (Evidence(port or 1),),
    }
    return Datagram(Protocol.UDP, port, kind, **(given | fields))


def findings(*found: Exposure | Connection | Datagram | Hazard | Question) -> Findings:
    """Sort findings of all kinds into one value; hazards bring no exposure with them."""
    return Findings(
        HOST,
        tuple(each for each in found if isinstance(each, Exposure)),
        tuple(each for each in found if isinstance(each, Connection)),
        tuple(each for each in found if isinstance(each, Datagram)),
        questions=tuple(each for each in found if isinstance(each, Question)),
        hazards=tuple(each for each in found if isinstance(each, Hazard)),
    )


def decided(
    text: str,
    *found: Exposure | Connection | Datagram | Hazard | Question,
    **fields: Any,  # noqa: ANN401 - fields of a policy
) -> Ruleset:
    """Propose with a decisions file."""
    policy = Policy(decisions=read_decisions(text, "d.toml"), **fields)
    return propose(findings(*found), policy)


def own(chain: Chain) -> tuple[Rule, ...]:
    """Return the rules behind the base rules."""
    assert chain.rules[: len(base_rules())] == base_rules()
    return chain.rules[len(base_rules()) :]


def codes(rule: Rule) -> list[str]:
    """Return the codes of a rule's reasons."""
    return [reason.code for reason in rule.reasons]


def asked(ruleset: Ruleset) -> list[str]:
    """Return what is asked, as code and subject."""
    return [f"{question.code} {question.subject}".strip() for question in ruleset.questions]


def said(ruleset: Ruleset) -> dict[str, str]:
    """Return the caveats by code; of one code only one is expected."""
    caveats = {caveat.code: caveat.sentence for caveat in ruleset.caveats}
    assert len(caveats) == len(ruleset.caveats)
    return caveats


def knock(
    ruleset: Ruleset,
    port: int,
    family: str = "v4",
    protocol: str = "tcp",
    *,
    source: str | None = None,
    target: str | None = None,
    source_port: int = 40000,
    interface: str | None = None,
) -> Decision:
    """Decide a packet that begins a conversation with this host."""
    return ruleset.decide(
        Flow(
            direction=Direction.INCOMING,
            protocol=protocol,
            local_address=target or LOCAL[family],
            remote_address=source or REMOTE[family],
            local_port=port,
            remote_port=source_port,
            interface=interface,
        )
    )


def call(
    ruleset: Ruleset,
    port: int,
    family: str = "v4",
    protocol: str = "tcp",
    *,
    target: str | None = None,
    source_port: int = 40000,
) -> Decision:
    """Decide a packet by which this host begins a conversation."""
    return ruleset.decide(
        Flow(
            direction=Direction.OUTGOING,
            protocol=protocol,
            local_address=LOCAL[family],
            remote_address=target or REMOTE[family],
            local_port=source_port,
            remote_port=port,
        )
    )


ZONES = """
[zones]
office = ["198.51.100.0/24", "2001:db8:7::/48"]
bad = "203.0.113.0/24"
"""


def incoming(**fields: str) -> str:
    """Write one incoming choice, after the zones."""
    return ZONES + "[[incoming]]\n" + "\n".join(f"{k} = {v}" for k, v in fields.items())


def outgoing(**fields: str) -> str:
    """Write one outgoing choice, after the zones."""
    return incoming(**fields).replace("[[incoming]]", "[[outgoing]]")
