"""What exposures come to: scopes, drops, dangers, narrowing, companions, ways in."""

from __future__ import annotations

from ipaddress import ip_address, ip_network
from typing import Any

import pytest
from policy_findings import (
    BOTH,
    PEERS,
    V4,
    V6,
    admin,
    asked,
    codes,
    companion,
    connection,
    critical,
    exposure,
    findings,
    knock,
    loopback,
    own,
    role,
    said,
)

from netstat_fw.analyzers.findings import Basis, DualStack, Hazard, Risk, Scope, Stance
from netstat_fw.evidence import Confidence, Evidence, ProcessCheck, Question, Reason
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


class TestDanger:
    """Critical hazards (2.8)."""

    SEEN = exposure(6379, peers=PEERS)
    UNSEEN = exposure(6379)

    def test_permissive_accepts_and_says_so(self) -> None:
        ruleset = propose(findings(self.SEEN, critical(self.SEEN)), PERMISSIVE)
        assert knock(ruleset, 6379).action is ACCEPT
        assert codes(own(ruleset.incoming)[0]) == ["LISTEN_ANY", "HAZARD_OPEN"]
        assert asked(ruleset) == []

    def test_balanced_narrows_to_the_peers_seen_and_asks(self) -> None:
        ruleset = propose(findings(self.SEEN, critical(self.SEEN)))
        (rule,) = own(ruleset.incoming)
        assert (rule.remote, codes(rule)) == (
            AddressSet(PEERS),
            ["LISTEN_ANY", "HAZARD_NARROWED"],
        )
        assert knock(ruleset, 6379, source="198.51.100.7").action is ACCEPT
        assert knock(ruleset, 6379, "v6", source="2001:db8:7::7").action is ACCEPT
        assert knock(ruleset, 6379).action is DROP
        assert asked(ruleset) == ["Q_HAZARD tcp/6379"]
        assert "PEERS_UNKNOWN" not in said(ruleset)

    def test_balanced_shuts_where_nobody_was_seen_and_asks(self) -> None:
        ruleset = propose(findings(self.UNSEEN, critical(self.UNSEEN)))
        (rule,) = own(ruleset.incoming)
        assert (rule.action, rule.remote) == (DROP, None)
        assert codes(rule) == ["LISTEN_ANY", "HAZARD_SHUT"]
        assert rule.comment.startswith("closed until somebody says who needs it")
        assert asked(ruleset) == ["Q_HAZARD tcp/6379"]

    def test_strict_shuts_in_any_case_and_asks(self) -> None:
        for found in (self.SEEN, self.UNSEEN):
            ruleset = propose(findings(found, critical(found)), STRICT)
            assert [rule.action for rule in own(ruleset.incoming)] == [DROP]
            assert asked(ruleset) == ["Q_HAZARD tcp/6379"]

    def test_who_was_seen_without_an_address_is_mentioned(self) -> None:
        found = exposure(6379, peers=PEERS, peers_complete=False)
        assert "PEERS_UNKNOWN" in said(propose(findings(found, critical(found))))

    @pytest.mark.parametrize("policy", [STRICT, BALANCED, PERMISSIVE])
    def test_a_way_in_for_administrators_is_never_touched(self, policy: Policy) -> None:
        found = admin(3389)
        ruleset = propose(findings(found, critical(found, "HAZARD_SCREEN")), policy)
        assert knock(ruleset, 3389).action is ACCEPT
        assert asked(ruleset) == []

    @pytest.mark.parametrize("risk", [Risk.WARNING, Risk.INFO])
    def test_lesser_hazards_change_nothing(self, risk: Risk) -> None:
        lesser = Hazard("HAZARD_X", risk, "be careful", self.UNSEEN)
        ruleset = propose(findings(self.UNSEEN, lesser), STRICT)
        assert own(ruleset.incoming) == own(propose(findings(self.UNSEEN), STRICT).incoming)
        assert said(ruleset)["HAZARD_X"] == "tcp/6379: be careful"

    def test_hazards_of_the_host_are_said(self) -> None:
        ruleset = propose(findings(Hazard("FIREWALL_MANAGER", Risk.CRITICAL, "docker is here")))
        assert said(ruleset)["FIREWALL_MANAGER"] == "docker is here"

    def test_what_not_everybody_can_reach_is_not_narrowed(self) -> None:
        found = exposure(137, UDP, remotes=(ip_network("10.0.0.0/8"),))
        ruleset = propose(findings(found, critical(found)))
        assert knock(ruleset, 137, protocol="udp", source="10.1.2.3").action is ACCEPT

    def test_what_is_not_accepted_anyway_raises_no_second_question(self) -> None:
        found = exposure(6379, confidence=Confidence.LOW)
        assert asked(propose(findings(found, critical(found)))) == ["Q_INCOMING tcp/6379"]

    def test_a_danger_on_an_address_that_is_not_shown_shuts_nothing_else(self) -> None:
        hidden = exposure(6379, scope=Scope.UNNAMED)
        here = exposure(6379, scope=Scope.ADDRESSES, addresses=(ip_address("192.0.2.2"),))
        for policy in (STRICT, BALANCED):
            ruleset = propose(findings(hidden, here, critical(hidden)), policy)
            assert knock(ruleset, 6379).action is ACCEPT
            assert knock(ruleset, 6379, target="192.0.2.3").action is DROP
        assert "Q_HAZARD tcp/6379" in asked(propose(findings(hidden, critical(hidden))))

    def test_of_several_the_first_by_its_code_speaks(self) -> None:
        first, second = critical(self.UNSEEN, "HAZARD_A"), critical(self.UNSEEN, "HAZARD_B")
        one = propose(findings(self.UNSEEN, first, second))
        assert one == propose(findings(self.UNSEEN, second, first))

    def test_only_the_scope_it_is_about_is_affected(self) -> None:
        bridge = exposure(6379, scope=Scope.BRIDGE, addresses=(ip_address("172.17.0.1"),))
        link = exposure(6379, scope=Scope.LINK_LOCAL)
        ruleset = propose(findings(bridge, link, critical(bridge)))
        assert [(r.action, codes(r)[1:]) for r in own(ruleset.incoming)] == [
            (DROP, ["HAZARD_SHUT"]),
            (ACCEPT, []),
        ]


class TestNarrowing:
    NEAR = tuple(ip_address(f"198.51.100.{last}") for last in (4, 5, 7))

    def test_sources_are_narrowed_under_the_budget_and_the_rest_is_said(self) -> None:
        found = findings(exposure(80, peers=self.NEAR), exposure(81, peers=self.NEAR))
        ruleset = propose(found, Policy(narrow_sources=1))
        assert [str(rule.remote) for rule in own(ruleset.incoming)] == ["198.51.100.4/30"] * 2
        (reason,) = own(ruleset.incoming)[0].reasons[1:]
        assert reason.sentence.endswith("3 addresses seen connected, as prefixes that hold 1 more")
        assert said(ruleset)["SOURCES_NARROWED"] == (
            "tcp/80, tcp/81: open only to those who were seen connected; the prefixes hold 2"
            " addresses more"
        )
        exact = propose(found, Policy(narrow_sources=0))
        assert str(own(exact.incoming)[0].remote) == "198.51.100.4/31,198.51.100.7"

    def test_nothing_is_narrowed_unless_asked_for(self) -> None:
        (rule,) = own(propose(findings(exposure(80, peers=self.NEAR))).incoming)
        assert rule.remote is None

    @pytest.mark.parametrize("fields", [{}, {"peers": PEERS, "peers_complete": False}])
    def test_where_nobody_or_not_everybody_is_known_it_stays_open(
        self, fields: dict[str, Any]
    ) -> None:
        ruleset = propose(findings(exposure(80, **fields)), Policy(narrow_sources=9))
        assert knock(ruleset, 80).action is ACCEPT
        assert said(ruleset)["NOT_NARROWED"].startswith("tcp/80: open to any")

    def test_a_way_in_is_never_narrowed(self) -> None:
        ruleset = propose(findings(admin()), Policy(narrow_sources=0))
        assert knock(ruleset, 22).action is ACCEPT
        assert "NOT_NARROWED" not in said(ruleset)

    def test_what_danger_has_narrowed_stays_exact(self) -> None:
        found = exposure(6379, peers=self.NEAR)
        ruleset = propose(findings(found, critical(found)), Policy(narrow_sources=9))
        (rule,) = own(ruleset.incoming)
        assert str(rule.remote) == "198.51.100.4/31,198.51.100.7"
        assert codes(rule) == ["LISTEN_ANY", "HAZARD_NARROWED"]


class TestCompanions:
    def test_let_in_whom_their_parent_lets_in(self) -> None:
        parent = exposure(389, peers=PEERS)
        found = findings(parent, critical(parent), companion(636, of=389))
        ruleset = propose(found)
        for port in (389, 636):
            assert knock(ruleset, port, source="198.51.100.7").action is ACCEPT
            assert knock(ruleset, port).action is DROP

    def test_follow_a_narrowed_parent(self) -> None:
        found = findings(exposure(80, peers=PEERS), companion(443, of=80))
        ruleset = propose(found, Policy(narrow_sources=0))
        assert {str(rule.remote) for rule in own(ruleset.incoming)} == {
            "198.51.100.7,2001:db8:7::7"
        }
        assert "NOT_NARROWED" not in said(ruleset)

    def test_are_not_opened_where_their_parent_is_shut(self) -> None:
        parent = exposure(389)
        ruleset = propose(findings(parent, critical(parent), companion(636, of=389)))
        assert [str(rule.local_ports) for rule in own(ruleset.incoming)] == ["389"]

    def test_are_opened_where_one_of_two_parents_is(self) -> None:
        udp = exposure(53, UDP, peers=PEERS)
        found = (exposure(53, confidence=Confidence.LOW), udp, companion(853, of=53))
        assert knock(propose(findings(*found)), 853).action is ACCEPT
        narrowed = propose(findings(*found, critical(udp)))
        assert knock(narrowed, 853).action is DROP
        assert knock(narrowed, 853, source="198.51.100.7").action is ACCEPT

    def test_follow_the_parent_of_their_own_scope(self) -> None:
        here = exposure(80, scope=Scope.ADDRESSES, addresses=(ip_address("192.0.2.2"),))
        link = exposure(80, scope=Scope.LINK_LOCAL, confidence=Confidence.LOW)
        found = findings(here, link, companion(443, of=80, scope=Scope.LINK_LOCAL))
        assert [str(rule.local_ports) for rule in own(propose(found).incoming)] == ["80"]

    def test_without_a_known_parent_they_stand_alone(self) -> None:
        assert knock(propose(findings(companion(443, of=80))), 443).action is ACCEPT

    def test_their_programs_are_to_be_checked(self) -> None:
        ruleset = propose(
            findings(exposure(80, programs=("httpd",)), companion(443, of=80, programs=("httpd",)))
        )
        assert ruleset.process_checks == (
            ProcessCheck("tcp", 80, ("httpd",)),
            ProcessCheck("tcp", 443, ("httpd",)),
        )


class TestWaysIn:
    def test_who_was_seen_comes_before_everything(self) -> None:
        ruleset = propose(findings(admin(), loopback(25)))
        first, second, third = own(ruleset.incoming)
        assert (codes(first), str(first.remote)) == (["ANTI_LOCKOUT"], "198.51.100.7")
        assert (first.service, first.evidence) == ("ssh", (Evidence(1022),))
        assert (second.action, str(second.local_ports)) == (DROP, "25")
        assert (codes(third), third.remote) == (["LISTEN_ANY"], None)
        assert "NO_WAY_IN" not in said(ruleset)

    def test_without_a_session_there_is_nothing_to_keep(self) -> None:
        (rule,) = own(propose(findings(admin(peers=(), sessions=()))).incoming)
        assert codes(rule) == ["LISTEN_ANY"]

    def test_an_unknown_peer_is_mentioned(self) -> None:
        ruleset = propose(findings(admin(peers=(), peers_complete=False)))
        assert "ADMIN_PEER_UNKNOWN" in said(ruleset)
        assert len(own(ruleset.incoming)) == 1

    def test_a_peer_of_a_family_that_the_way_in_has_not_is_no_reason(self) -> None:
        assert len(own(propose(findings(admin(families=V6))).incoming)) == 1

    @pytest.mark.parametrize("confidence", Confidence)
    @pytest.mark.parametrize("policy", [STRICT, BALANCED, PERMISSIVE])
    def test_doubt_never_closes_it(self, confidence: Confidence, policy: Policy) -> None:
        question = Question("Q_X", "is it?", "tcp/22")
        found = admin(confidence=confidence, question=question, basis=Basis.CONNECTION)
        assert knock(propose(findings(found), policy), 22).action is ACCEPT

    def test_that_it_was_kept_is_said(self) -> None:
        found = admin(confidence=Confidence.LOW, peers=())
        (rule,) = own(propose(findings(found), STRICT).incoming)
        assert codes(rule) == ["LISTEN_ANY", "ADMIN_KEPT", "REVIEW"]

    def test_a_way_in_on_loopback_is_none(self) -> None:
        ruleset = propose(findings(loopback(22, admin=True, peers=PEERS)))
        assert [rule.action for rule in own(ruleset.incoming)] == [DROP]
        assert "NO_WAY_IN" in said(ruleset)


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
