"""What connections come to: by remote port, to anybody unless a standard or the policy says who."""

from __future__ import annotations

from ipaddress import ip_network

from policy_findings import (
    PEERS,
    V4,
    asked,
    call,
    codes,
    connection,
    findings,
    knock,
    own,
    said,
)

from netstat_fw.analyzers.findings import Basis
from netstat_fw.evidence import Confidence, Evidence
from netstat_fw.ruleset import (
    Action,
    AddressSet,
    Policy,
    PortSet,
    Profile,
    Protocol,
    lint,
    propose,
)

ACCEPT, DROP = Action.ACCEPT, Action.DROP
UDP = Protocol.UDP


def test_a_connection_is_accepted_by_its_remote_port_to_anybody() -> None:
    found = connection(22, families=V4, service="ssh", evidence=(Evidence(6), Evidence(7)))
    ruleset = propose(findings(found))
    (rule,) = own(ruleset.outgoing)
    assert (rule.remote_ports, rule.local_ports, rule.remote) == (PortSet([22]), None, None)
    assert (rule.service, rule.families, rule.evidence) == ("ssh", V4, found.evidence)
    assert (rule.confidence, rule.reasons) == (Confidence.HIGH, found.reasons)
    assert rule.comment == "client uses tcp/22"
    assert call(ruleset, 22).action is ACCEPT
    assert call(ruleset, 22, "v6").action is DROP
    assert knock(ruleset, 22).action is DROP


def test_the_local_port_is_kept_to_where_the_protocol_fixes_it() -> None:
    ruleset = propose(findings(connection(67, UDP, local_port=68, families=V4)))
    assert call(ruleset, 67, protocol="udp", source_port=68).action is ACCEPT
    assert call(ruleset, 67, protocol="udp").action is DROP
    assert lint(ruleset) == ()


def test_destinations_are_kept_to_where_a_standard_says_so() -> None:
    group = connection(5353, UDP, remotes=(ip_network("224.0.0.251"),))
    ruleset = propose(findings(group), Policy(pin_destinations=9))
    assert call(ruleset, 5353, protocol="udp", target="224.0.0.251").action is ACCEPT
    assert call(ruleset, 5353, protocol="udp").action is DROP
    assert str(own(ruleset.outgoing)[0].remote) == "224.0.0.251"


def test_knowledge_needs_no_line() -> None:
    dns = connection(53, UDP, basis=Basis.KNOWLEDGE, confidence=Confidence.POLICY, evidence=())
    (rule,) = own(propose(findings(dns), Policy(profile=Profile.STRICT)).outgoing)
    assert (rule.evidence, rule.confidence) == ((), Confidence.POLICY)


def test_ike_carries_its_payload() -> None:
    found = connection(500, UDP, carries=(Protocol.ESP, Protocol.AH))
    rules = own(propose(findings(found)).outgoing)
    assert [rule.protocol for rule in rules] == [UDP, Protocol.ESP, Protocol.AH]


class TestPinning:
    def test_few_destinations_are_pinned(self) -> None:
        ruleset = propose(findings(connection(22)), Policy(pin_destinations=2))
        (rule,) = own(ruleset.outgoing)
        assert (rule.remote, codes(rule)) == (
            AddressSet(PEERS),
            ["OUT_ESTABLISHED", "DESTINATIONS_PINNED"],
        )
        assert call(ruleset, 22, target="198.51.100.7").action is ACCEPT
        assert call(ruleset, 22).action is DROP
        assert "NOT_PINNED" not in said(ruleset)

    def test_more_are_not(self) -> None:
        ruleset = propose(findings(connection(22)), Policy(pin_destinations=1))
        assert call(ruleset, 22).action is ACCEPT
        assert said(ruleset)["NOT_PINNED"].startswith("tcp/22: goes to any")

    def test_nor_where_one_is_not_known(self) -> None:
        found = connection(22, peers_complete=False)
        ruleset = propose(findings(found), Policy(pin_destinations=9))
        assert call(ruleset, 22).action is ACCEPT
        assert "NOT_PINNED" in said(ruleset)

    def test_nor_where_none_was_seen(self) -> None:
        ruleset = propose(findings(connection(53, peers=())), Policy(pin_destinations=0))
        assert call(ruleset, 53).action is ACCEPT
        assert "NOT_PINNED" not in said(ruleset)

    def test_what_is_not_accepted_is_not_mentioned(self) -> None:
        found = connection(22, confidence=Confidence.LOW)
        ruleset = propose(findings(found), Policy(pin_destinations=0))
        assert "NOT_PINNED" not in said(ruleset)
        assert asked(ruleset) == ["Q_OUTGOING tcp/22"]
