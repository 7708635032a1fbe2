"""What exposures come to: rules, scopes, order, remarks and checks."""

from __future__ import annotations

from ipaddress import ip_address, ip_network
from typing import Any

import pytest
from policy_findings import (
    BOTH,
    V4,
    V6,
    asked,
    codes,
    connection,
    exposure,
    findings,
    knock,
    loopback,
    own,
    role,
    said,
)

from netstat_fw.analyzers.findings import Basis, DualStack, Scope, Stance
from netstat_fw.evidence import Confidence, Evidence, ProcessCheck, Reason
from netstat_fw.ruleset import (
    Action,
    AddressSet,
    Policy,
    PortSet,
    Profile,
    Protocol,
    Service,
    lint,
    propose,
)
from netstat_fw.ruleset.proposal.subjects import ports_of

ACCEPT, DROP = Action.ACCEPT, Action.DROP
STRICT, BALANCED, PERMISSIVE = (Policy(profile=profile) for profile in Profile)
UDP = Protocol.UDP


class TestRules:
    def test_a_rule_says_everything_that_its_exposure_says(self) -> None:
        found = exposure(80, service="http", programs=("httpd",), evidence=(Evidence(9),))
        (rule,) = own(propose(findings(found)).incoming)
        assert (rule.action, rule.protocol, rule.families) == (ACCEPT, Protocol.TCP, BOTH)
        assert (rule.local_ports, rule.remote_ports) == (PortSet([80]), None)
        assert (rule.local, rule.remote, rule.interface, rule.states) == (None, None, None, ())
        assert (rule.service, rule.evidence) == ("http", (Evidence(9),))
        assert (rule.confidence, rule.reasons) == (Confidence.CERTAIN, found.reasons)
        assert rule.comment == "daemon listens on tcp/80"

    def test_a_port_without_a_name_gets_a_service_of_its_own(self) -> None:
        ruleset = propose(findings(exposure(7722), exposure(49664, port_end=65535)))
        assert ruleset.services == (
            Service("tcp-49664-65535", Protocol.TCP, PortSet([(49664, 65535)])),
            Service("tcp-7722", Protocol.TCP, PortSet([7722])),
        )

    def test_one_name_for_several_ports_becomes_several_services(self) -> None:
        found = (exposure(6010, service="x11"), exposure(6000, service="x11"))
        clash = exposure(7, service="x11-6010")
        ruleset = propose(findings(*found, clash, connection(6000, service="x11")))
        assert [(s.name, str(s.ports)) for s in ruleset.services] == [
            ("x11", "6000"), ("x11-6010", "6010"), ("x11-6010-7", "7"),
        ]  # fmt: skip
        assert {s.name for s in ruleset.services} == {r.service for r in own(ruleset.incoming)}
        assert lint(ruleset) == ()

    def test_families_are_those_of_the_exposure(self) -> None:
        for families, wanted in ((V4, (ACCEPT, DROP)), (V6, (DROP, ACCEPT)), (BOTH, (ACCEPT,) * 2)):
            ruleset = propose(findings(exposure(80, families=families)))
            assert tuple(knock(ruleset, 80, f).action for f in ("v4", "v6")) == wanted

    def test_a_port_range_is_one_rule(self) -> None:
        ruleset = propose(findings(exposure(49152, port_end=65535)))
        assert len(own(ruleset.incoming)) == 1
        assert [knock(ruleset, p).action for p in (49151, 49152, 65535)] == [DROP, ACCEPT, ACCEPT]

    def test_the_other_side_s_port_is_kept_to_where_a_standard_says_so(self) -> None:
        ruleset = propose(findings(exposure(68, UDP, families=V4, remote_port=67)))
        assert knock(ruleset, 68, protocol="udp", source_port=67).action is ACCEPT
        assert knock(ruleset, 68, protocol="udp", source_port=53).action is DROP

    def test_the_other_side_s_networks_are_kept_to_where_a_standard_says_so(self) -> None:
        home = exposure(137, UDP, remotes=(ip_network("10.0.0.0/8"),))
        ruleset = propose(findings(home))
        assert knock(ruleset, 137, protocol="udp", source="10.1.2.3").action is ACCEPT
        assert knock(ruleset, 137, protocol="udp").action is DROP
        assert knock(ruleset, 137, "v6", protocol="udp").action is DROP

    def test_a_role_without_a_port_is_about_none(self) -> None:
        with pytest.raises(ValueError, match="about no port"):
            ports_of(role(None))

    def test_what_no_packet_can_match_gives_no_rule(self) -> None:
        home = exposure(137, UDP, families=V6, remotes=(ip_network("10.0.0.0/8"),))
        assert own(propose(findings(home)).incoming) == ()

    def test_ike_carries_its_payload(self) -> None:
        carried = (Protocol.ESP, Protocol.AH)
        ruleset = propose(
            findings(exposure(500, UDP, carries=carried), exposure(4500, UDP, carries=carried))
        )
        rules = own(ruleset.incoming)
        assert [(r.protocol, r.service, str(r.local_ports)) for r in rules] == [
            (UDP, "udp-500", "500"),
            (UDP, "udp-4500", "4500"),
            (Protocol.ESP, "esp", "None"),
            (Protocol.AH, "ah", "None"),
        ]
        # One rule for both ports, which rests on the lines of both.
        assert [line.line for line in rules[2].evidence] == [500, 4500]
        assert set(rules[2].reasons) == {*rules[0].reasons, *rules[1].reasons}
        assert lint(ruleset) == ()

    def test_what_is_shut_carries_nothing(self) -> None:
        closed = exposure(500, UDP, carries=(Protocol.ESP,), stance=Stance.SHUT)
        assert [rule.protocol for rule in own(propose(findings(closed)).incoming)] == [UDP]


class TestScopes:
    def test_some_addresses(self) -> None:
        bound = exposure(25, scope=Scope.ADDRESSES, addresses=(ip_address("192.0.2.2"),))
        ruleset = propose(findings(bound))
        assert knock(ruleset, 25).action is ACCEPT
        assert knock(ruleset, 25, target="192.0.2.3").action is DROP
        assert knock(ruleset, 25, "v6").action is DROP

    def test_a_bridge(self) -> None:
        bound = exposure(53, scope=Scope.BRIDGE, addresses=(ip_address("172.17.0.1"),))
        ruleset = propose(findings(bound))
        assert knock(ruleset, 53, target="172.17.0.1").action is ACCEPT
        assert knock(ruleset, 53).action is DROP

    def test_a_group_is_reached_by_its_own_address_alone(self) -> None:
        groups = (ip_address("224.0.0.251"), ip_address("ff02::fb"))
        ruleset = propose(findings(exposure(5353, UDP, scope=Scope.GROUP, addresses=groups)))
        assert knock(ruleset, 5353, protocol="udp", target="224.0.0.251").action is ACCEPT
        assert knock(ruleset, 5353, "v6", protocol="udp", target="ff02::fb").action is ACCEPT
        assert knock(ruleset, 5353, protocol="udp").action is DROP

    def test_link_local_is_for_the_link_on_both_sides(self) -> None:
        ruleset = propose(findings(exposure(546, UDP, scope=Scope.LINK_LOCAL)))
        near: dict[str, Any] = {"target": "fe80::1", "protocol": "udp"}
        assert knock(ruleset, 546, source="fe80::9", **near).action is ACCEPT
        assert knock(ruleset, 546, source="2001:db8::9", **near).action is DROP
        assert knock(ruleset, 546, "v6", protocol="udp").action is DROP
        v4 = knock(ruleset, 546, protocol="udp", source="169.254.1.1", target="169.254.2.2")
        assert v4.action is ACCEPT

    def test_an_interface_of_an_address_is_left_out(self) -> None:
        bound = exposure(25, scope=Scope.ADDRESSES, addresses=(ip_address("fe80::1%eth0"),))
        (rule,) = own(propose(findings(bound)).incoming)
        assert rule.local == AddressSet(["fe80::1"])

    @pytest.mark.parametrize("protocol", [Protocol.TCP, UDP])
    def test_loopback_is_shut_from_outside_and_open_inside(self, protocol: Protocol) -> None:
        ruleset = propose(findings(loopback(25, protocol)))
        for family in ("v4", "v6"):
            outside = knock(ruleset, 25, family, protocol.value)
            assert (outside.action, outside.rule) == (DROP, own(ruleset.incoming)[0])
            assert knock(ruleset, 25, family, protocol.value, interface="lo").action is ACCEPT
        assert asked(ruleset) == [f"Q_EXPOSE {protocol.value}/25"]

    @pytest.mark.parametrize("policy", [STRICT, BALANCED, PERMISSIVE])
    def test_what_is_shut_is_shut_in_every_profile_whoever_asks(self, policy: Policy) -> None:
        closed = exposure(
            631, UDP, stance=Stance.SHUT, remote_port=631, remotes=(ip_network("10.0.0.0/8"),)
        )
        (rule,) = own(propose(findings(closed), policy).incoming)
        assert (rule.action, rule.remote, rule.remote_ports) == (DROP, None, None)

    def test_drops_come_before_accepts_and_the_specific_before_the_general(self) -> None:
        here = (ip_address("192.0.2.2"),)
        found = (
            exposure(49152, port_end=65535),
            exposure(80),
            exposure(22, UDP),
            exposure(80, scope=Scope.ADDRESSES, addresses=here),
            loopback(8080),
            exposure(500, UDP, carries=(Protocol.ESP,)),
            loopback(25),
        )
        rules = own(propose(findings(*found)).incoming)
        assert [(r.action, str(r.local_ports), str(r.local)) for r in rules] == [
            (DROP, "25", "None"),
            (DROP, "8080", "None"),
            (ACCEPT, "80", "192.0.2.2"),
            (ACCEPT, "80", "None"),
            (ACCEPT, "22", "None"),
            (ACCEPT, "500", "None"),
            (ACCEPT, "49152-65535", "None"),
            (ACCEPT, "None", "None"),
        ]


class TestUnnamed:
    """A bind whose address the capture cuts or shows as a name."""

    def test_is_accepted_on_every_address_and_said_so(self) -> None:
        ruleset = propose(findings(exposure(25, scope=Scope.UNNAMED, families=V6)))
        assert knock(ruleset, 25, "v6").action is ACCEPT
        assert knock(ruleset, 25).action is DROP
        (rule,) = own(ruleset.incoming)
        assert (rule.local, rule.confidence) == (None, Confidence.MEDIUM)
        assert codes(rule) == ["LISTEN_ANY", "REVIEW"]
        assert asked(ruleset) == ["Q_ADDRESS tcp/25"]
        assert said(ruleset)["ADDRESS_UNKNOWN"].startswith("tcp/25: served on one address")

    def test_is_not_in_force_under_the_strict_profile(self) -> None:
        ruleset = propose(findings(exposure(25, scope=Scope.UNNAMED)), STRICT)
        assert [rule.enabled for rule in own(ruleset.incoming)] == [False]
        assert asked(ruleset) == ["Q_ADDRESS tcp/25"]
        assert "ADDRESS_UNKNOWN" not in said(ruleset)

    def test_keeps_a_weaker_confidence(self) -> None:
        weak = exposure(25, scope=Scope.UNNAMED, confidence=Confidence.LOW)
        (rule,) = own(propose(findings(weak), PERMISSIVE).incoming)
        assert rule.confidence is Confidence.LOW

    def test_is_no_matter_where_it_is_shut_anyway(self) -> None:
        closed = exposure(25, scope=Scope.UNNAMED, stance=Stance.SHUT)
        assert asked(propose(findings(closed))) == []


class TestRemarks:
    def test_what_is_not_proven_is_a_caveat(self) -> None:
        caveats = said(propose(findings()))
        assert caveats["UNPROVEN_ADDRESSES"] == "some addresses are cut"
        assert "UNPROVEN_LISTENERS" not in caveats

    def test_assumptions_are_said_once_for_all_ports(self) -> None:
        assumed = [exposure(p, dual_stack=DualStack.ASSUMED) for p in range(90, 80, -1)]
        closed = exposure(80, dual_stack=DualStack.ASSUMED, stance=Stance.SHUT)
        proven = exposure(79, dual_stack=DualStack.PROVEN)
        sentence = said(propose(findings(*assumed, closed, proven)))["DUAL_STACK_ASSUMED"]
        assert sentence.startswith("tcp/81, tcp/82, ")
        assert "tcp/88 and 2 more: one ::" in sentence

    def test_silence_of_peers_is_said(self) -> None:
        caveats = said(propose(findings(connection(4444, unanswered=True), connection(80))))
        assert caveats["UNANSWERED"].startswith("tcp/4444: no peer had answered")


class TestChecks:
    def test_only_what_is_open_is_checked(self) -> None:
        found = (
            exposure(80, programs=("httpd",)),
            loopback(25, programs=("sendmail",)),
            exposure(49152, port_end=65535),
            exposure(6000, confidence=Confidence.LOW),
            exposure(123, UDP, confidence=Confidence.MEDIUM, programs=()),
        )
        assert propose(findings(*found)).process_checks == (
            ProcessCheck("tcp", 80, ("httpd",)),
            ProcessCheck("udp", 123, ()),
        )
        assert [check.port for check in propose(findings(*found), STRICT).process_checks] == [80]

    def test_a_client_s_help_is_no_server(self) -> None:
        helper = exposure(68, UDP, basis=Basis.DATAGRAM, confidence=Confidence.SUGGESTED)
        assert propose(findings(helper)).process_checks == ()

    def test_reasons_say_why_from_the_first(self) -> None:
        bare = exposure(80, reasons=())
        (rule,) = own(propose(findings(bare)).incoming)
        assert (rule.comment, rule.reasons) == ("", ())

    def test_rules_alike_of_two_findings_are_one(self) -> None:
        other = exposure(80, evidence=(Evidence(3),), reasons=(Reason("A", "a"),))
        (rule,) = own(propose(findings(exposure(80), other)).incoming)
        assert [line.line for line in rule.evidence] == [3, 80]
        assert codes(rule) == ["A", "LISTEN_ANY"]
