"""What makes exposures narrower: danger, narrowing, parents; and the ways in that stay open."""

from __future__ import annotations

from ipaddress import ip_address, ip_network
from typing import Any

import pytest
from policy_findings import (
    PEERS,
    V6,
    admin,
    asked,
    codes,
    companion,
    critical,
    exposure,
    findings,
    knock,
    loopback,
    own,
    said,
)

from netstat_fw.analyzers.findings import Basis, Hazard, Risk, Scope
from netstat_fw.evidence import Confidence, Evidence, ProcessCheck, Question
from netstat_fw.ruleset import (
    Action,
    AddressSet,
    Decisions,
    Policy,
    Profile,
    Protocol,
    Reply,
    propose,
)

ACCEPT, DROP = Action.ACCEPT, Action.DROP
STRICT, BALANCED, PERMISSIVE = (Policy(profile=profile) for profile in Profile)
UDP = Protocol.UDP


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

    def test_a_yes_to_every_port_is_none_to_a_danger(self) -> None:
        decisions = Decisions(replies=(Reply("Q_INCOMING", value=True, line=1),))
        for found in (self.SEEN, self.UNSEEN):
            policy = Policy(profile=Profile.STRICT, decisions=decisions)
            ruleset = propose(findings(found, critical(found)), policy)
            assert knock(ruleset, 6379).action is DROP
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
