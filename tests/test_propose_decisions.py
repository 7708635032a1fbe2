"""Choices of the operator against findings: they win, and stay apart from evidence."""

from __future__ import annotations

import pytest
from policy_findings import (
    BOTH,
    ZONES,
    admin,
    asked,
    call,
    checklist,
    codes,
    connection,
    critical,
    decided,
    exposure,
    findings,
    incoming,
    knock,
    loopback,
    outgoing,
    own,
    role,
    said,
)

from netstat_fw.evidence import ProcessCheck, Question
from netstat_fw.ruleset import (
    Action,
    Choice,
    Decisions,
    Direction,
    Log,
    LogRate,
    Policy,
    Protocol,
    RemoteKind,
    RemoteReference,
    Zone,
    lint,
    propose,
)

ACCEPT, DROP, REJECT = Action
UDP = Protocol.UDP


class TestAccept:
    def test_what_was_shut_is_opened(self) -> None:
        text = incoming(action='"accept"', port='"tcp/25"')
        ruleset = decided(text, loopback(25, service="smtp"))
        (rule,) = own(ruleset.incoming)
        assert knock(ruleset, 25).rule == rule
        assert knock(ruleset, 25, "v6").rule == rule
        assert (rule.service, [line.line for line in rule.evidence]) == ("smtp", [25])
        assert (codes(rule), rule.confidence) == (["OPERATOR"], None)
        assert rule.comment == "the operator's decision: accept tcp/25"
        assert rule.reasons[0].sentence == f"{rule.comment} (d.toml, line 5)"
        assert asked(ruleset) == []

    def test_from_somebody_is_from_nobody_else(self) -> None:
        ruleset = decided(
            incoming(action='"accept"', service='"HTTP"', **{"from": '"zone:office"'}),
            exposure(80, service="http"),
        )
        assert knock(ruleset, 80, source="198.51.100.9").action is ACCEPT
        assert knock(ruleset, 80, "v6", source="2001:db8:7::1").action is ACCEPT
        assert knock(ruleset, 80).action is DROP
        (rule,) = own(ruleset.incoming)
        assert rule.remote == RemoteReference(RemoteKind.ZONE, "office")
        assert [zone.name for zone in ruleset.zones] == ["bad", "office"]

    def test_several_sources_are_several_rules(self) -> None:
        sources = '["zone:office", "203.0.113.9", "user-group:staff", "2001:db8::1"]'
        ruleset = decided(
            incoming(action='"accept"', port='"tcp/80"', **{"from": sources}), exposure(80)
        )
        assert {str(rule.remote) for rule in own(ruleset.incoming)} == {
            "zone office", "user group staff", "203.0.113.9,2001:db8::1",
        }  # fmt: skip
        assert knock(ruleset, 80, source="203.0.113.9").action is ACCEPT
        assert knock(ruleset, 80, source="203.0.113.8").action is DROP

    def test_several_ports_are_one_rule_per_protocol(self) -> None:
        ruleset = decided(
            incoming(action='"accept"', port='["tcp/80,443", "udp/443", "tcp/8000-8009"]'),
            exposure(80),
            exposure(443, UDP, service="https"),
        )
        rules = own(ruleset.incoming)
        assert [(r.protocol, str(r.local_ports), r.service) for r in rules] == [
            (UDP, "443", "https"),
            (Protocol.TCP, "80,443,8000-8009", "tcp-80,443,8000-8009"),
        ]
        assert [[line.line for line in rule.evidence] for rule in rules] == [[443], [80]]

    def test_a_program_s_ports_are_those_it_was_found_on(self) -> None:
        ruleset = decided(
            incoming(action='"accept"', program='"NGINX"', **{"from": '"zone:office"'}),
            exposure(80, programs=("nginx",), service="http"),
            exposure(8443, programs=("haproxy", "nginx")),
            loopback(9000, programs=("nginx",)),
            exposure(81, programs=("httpd",)),
        )
        office = [r for r in own(ruleset.incoming) if codes(r) == ["OPERATOR"]]
        assert [(str(r.local_ports), r.service) for r in office] == [
            ("80", "http"), ("8443", "tcp-8443"),
        ]  # fmt: skip
        assert knock(ruleset, 80).action is DROP
        assert said(ruleset)["DECIDED_BY_NAME"] == (
            "d.toml, line 5: accept everything of program NGINX from zone office: every user can"
            " give a program this name, and it lets in on tcp/8443: name the ports to be sure"
        )
        assert knock(ruleset, 81).action is ACCEPT

    def test_what_a_program_serves_to_this_machine_is_accepted_by_its_port_alone(self) -> None:
        inside = loopback(9000, programs=("nginx",))
        name = incoming(action='"accept"', program='"nginx"', **{"from": '"zone:office"'})
        ruleset = decided(name, inside, role(4000))
        assert knock(ruleset, 9000, source="198.51.100.9").action is DROP
        assert [codes(rule) for rule in own(ruleset.incoming)] == [["LOOPBACK_ONLY"]]
        assert said(ruleset)["DECISION_UNMATCHED"] == (
            "d.toml, line 5: accept everything of program nginx from zone office: nothing that"
            " others reach was found of it, so it makes no rule"
        )
        ruleset = decided(f'{name}\nport = "tcp/9000"', inside)
        assert knock(ruleset, 9000, source="198.51.100.9").action is ACCEPT
        assert "DECIDED_BY_NAME" not in said(ruleset)
        for action in ("drop", "reject"):
            decision = name.replace('"accept"', f'"{action}"')
            assert "DECISION_UNMATCHED" not in said(decided(decision, inside))

    def test_program_and_port_must_both_hold(self) -> None:
        ruleset = decided(
            incoming(action='"drop"', program='"nginx"', port='"tcp/1-100"'),
            exposure(80, programs=("nginx",)),
            exposure(8080, programs=("nginx",)),
            exposure(81),
            exposure(82, UDP, programs=("nginx",)),
        )
        got = [knock(ruleset, p).action for p in (80, 8080, 81)]
        assert got == [DROP, ACCEPT, ACCEPT]
        assert knock(ruleset, 82, protocol="udp").action is ACCEPT

    def test_a_made_up_service_name_is_a_name_too(self) -> None:
        ruleset = decided(incoming(action='"drop"', service='"tcp-7722"'), exposure(7722))
        assert knock(ruleset, 7722).action is DROP

    def test_a_danger_is_the_operator_s_to_take(self) -> None:
        found = exposure(6379)
        text = incoming(action='"accept"', port='"tcp/6379"')
        ruleset = decided(text, found, critical(found), profile="strict")
        assert knock(ruleset, 6379).action is ACCEPT
        assert asked(ruleset) == []
        assert "HAZARD_DATABASE" not in said(ruleset)

    def test_a_port_without_a_finding_is_opened_and_reported(self) -> None:
        ruleset = decided(incoming(action='"accept"', port='"tcp/9999"'))
        assert knock(ruleset, 9999).action is ACCEPT
        assert own(ruleset.incoming)[0].evidence == ()
        assert said(ruleset)["DECISION_UNMATCHED"] == (
            "d.toml, line 5: accept tcp/9999: nothing was found of it, so its rule rests on the"
            " decision alone"
        )
        assert ruleset.process_checks == (ProcessCheck("tcp", 9999, ()),)

    def test_a_program_without_a_finding_makes_no_rule_and_is_reported(self) -> None:
        ruleset = decided(incoming(action='"accept"', program='"nginx"'), exposure(80))
        assert knock(ruleset, 80).action is ACCEPT
        assert said(ruleset)["DECISION_UNMATCHED"].endswith("of it, so it makes no rule")

    def test_a_role_that_speaks_for_no_rule_can_be_decided(self) -> None:
        text = incoming(action='"accept"', program='"mystery"')
        question = Question("Q_UDP_ROLE", "what is udp/4000 for?", "udp/4000")
        ruleset = decided(text, role(4000), role(None), question)
        assert knock(ruleset, 4000, protocol="udp").action is ACCEPT
        assert asked(ruleset) == []
        assert ruleset.process_checks == (ProcessCheck("udp", 4000, ("mystery",)),)

    def test_outgoing_traffic_goes_to_whom_it_says(self) -> None:
        text = outgoing(action='"accept"', port='"tcp/22"', to='"198.51.100.22"')
        ruleset = decided(text, connection(22))
        assert call(ruleset, 22, target="198.51.100.22").action is ACCEPT
        assert call(ruleset, 22).action is DROP
        assert own(ruleset.incoming) == ()

    def test_directions_do_not_mix(self) -> None:
        text = outgoing(action='"accept"', port='"tcp/25"')
        question = Question("Q_SMTP_OUT", "is it needed?")
        ruleset = decided(text, loopback(25), checklist(25), question)
        assert call(ruleset, 25).action is ACCEPT
        assert knock(ruleset, 25).action is DROP
        assert asked(ruleset) == ["Q_EXPOSE tcp/25"]
        assert "DECISION_UNMATCHED" not in said(ruleset)

    def test_one_decided_suggestion_settles_its_question(self) -> None:
        question = Question("Q_UPDATES", "is it needed?")
        found = (checklist(80, "Q_UPDATES"), checklist(443, "Q_UPDATES"))
        ruleset = decided(outgoing(action='"accept"', port='"tcp/443"'), *found, question)
        assert asked(ruleset) == []
        assert call(ruleset, 80).action is DROP


class TestDrop:
    @pytest.mark.parametrize(("word", "action"), [("drop", DROP), ("reject", REJECT)])
    def test_what_was_open_is_closed(self, word: str, action: Action) -> None:
        ruleset = decided(incoming(action=f'"{word}"', port='"tcp/80"'), exposure(80))
        (rule,) = own(ruleset.incoming)
        assert (knock(ruleset, 80).action, rule.action) == (action, action)
        assert [line.line for line in rule.evidence] == [80]

    def test_somebody_is_kept_out_and_the_others_stay(self) -> None:
        ruleset = decided(
            incoming(action='"drop"', port='"tcp/80"', **{"from": '"zone:bad"'}), exposure(80)
        )
        assert knock(ruleset, 80).action is DROP
        assert knock(ruleset, 80, source="198.51.100.9").action is ACCEPT
        assert "DECISION_UNMATCHED" not in said(ruleset)

    def test_everything_of_somebody_is_dropped_first(self) -> None:
        text = incoming(action='"drop"', **{"from": '["zone:bad", "server-group:old"]'})
        ruleset = decided(text, exposure(80), loopback(25))
        first, second, *_ = own(ruleset.incoming)
        assert {str(first.remote), str(second.remote)} == {"zone bad", "server group old"}
        assert (first.protocol, first.service, first.evidence) == (None, None, ())
        assert knock(ruleset, 80).action is DROP
        assert "DECISION_UNMATCHED" not in said(ruleset)

    def test_everything_of_somebody_is_accepted_behind_the_explicit_drops(self) -> None:
        text = incoming(action='"accept"', **{"from": '"zone:office"'})
        ruleset = decided(text, exposure(80), loopback(25))
        assert knock(ruleset, 9999, source="198.51.100.9").action is ACCEPT
        assert knock(ruleset, 25, source="198.51.100.9").action is DROP
        assert knock(ruleset, 9999).action is DROP
        assert str(own(ruleset.incoming)[-1].remote) == "zone office"

    def test_outgoing_traffic_is_dropped(self) -> None:
        ruleset = decided(outgoing(action='"drop"', port='"udp/53"'), connection(53, UDP))
        assert call(ruleset, 53, protocol="udp").action is DROP


class TestOrder:
    def test_of_two_choices_the_first_wins(self) -> None:
        accept = incoming(action='"accept"', port='"tcp/80"').removeprefix(ZONES)
        drop = incoming(action='"drop"', port='"tcp/80"', **{"from": '"zone:bad"'})
        first = decided(f"{drop}\n{accept}", exposure(80))
        assert knock(first, 80).action is DROP
        assert knock(first, 80, source="198.51.100.9").action is ACCEPT
        second = decided(ZONES + accept + "\n" + drop.removeprefix(ZONES), exposure(80))
        assert knock(second, 80).action is ACCEPT

    def test_the_same_choice_twice_is_one_rule(self) -> None:
        text = incoming(action='"drop"', port='"tcp/80"')
        ruleset = decided(text + "\n" + text.removeprefix(ZONES), exposure(80))
        assert len(own(ruleset.incoming)) == 1

    def test_part_of_a_range_is_cut_out_of_it(self) -> None:
        text = incoming(action='"accept"', port='"tcp/50000-50009"', **{"from": '"zone:office"'})
        ruleset = decided(text, exposure(49152, port_end=65535))
        assert [str(rule.local_ports) for rule in own(ruleset.incoming)] == [
            "50000-50009", "49152-49999,50010-65535",
        ]  # fmt: skip
        got = [knock(ruleset, port).action for port in (49152, 49999, 50000, 50009, 50010)]
        assert got == [ACCEPT, ACCEPT, DROP, DROP, ACCEPT]


class TestPayload:
    def test_what_a_port_carries_can_be_decided_by_itself(self) -> None:
        ike = exposure(500, UDP, carries=(Protocol.ESP, Protocol.AH))
        text = incoming(action='"accept"', port='"esp"', **{"from": '"zone:office"'})
        ruleset = decided(text, ike)
        rules = own(ruleset.incoming)
        assert [(r.protocol, str(r.remote), r.service) for r in rules] == [
            (Protocol.ESP, "zone office", "esp"),
            (UDP, "None", "udp-500"),
            (Protocol.AH, "None", "ah"),
        ]
        assert "DECISION_UNMATCHED" not in said(ruleset)

    def test_dropping_somebody_s_leaves_the_others(self) -> None:
        ike = exposure(500, UDP, carries=(Protocol.ESP,))
        text = incoming(action='"drop"', port='"esp"', **{"from": '"zone:bad"'})
        assert len(own(decided(text, ike).incoming)) == 3

    def test_addresses_of_a_family_that_the_protocol_has_not_give_no_rule(self) -> None:
        text = incoming(action='"accept"', port='"igmp"', **{"from": '["2001:db8::1"]'})
        assert own(decided(text).incoming) == ()


class TestRuleFields:
    def test_comment_and_log_are_the_operator_s(self) -> None:
        text = incoming(action='"accept"', port='"tcp/80"', comment='"ticket 4711"', log="true")
        log = Log("decided", LogRate(1))
        (rule,) = own(decided(text, exposure(80), log=log).incoming)
        assert (rule.comment, rule.log) == ("ticket 4711", log)

    def test_decisions_need_no_file(self) -> None:
        office = Zone("office", decided(ZONES).zones[1].addresses)
        choice = Choice(
            direction=Direction.INCOMING,
            action="accept",
            service="http",
            remotes=(RemoteReference(RemoteKind.ZONE, "office"),),
        )
        policy = Policy(decisions=Decisions(zones=(office,), choices=(choice,)))
        ruleset = propose(findings(exposure(80, service="http")), policy)
        sentence = own(ruleset.incoming)[0].reasons[0].sentence
        what = "accept everything of service http from zone office"
        assert sentence == f"the operator's decision: {what} (decisions)"


def test_decisions_that_all_match_leave_no_remark() -> None:
    text = (
        incoming(action='"accept"', program='"sshd"', **{"from": '"zone:office"'})
        + "\n[[outgoing]]\naction = 'drop'\nport = 'tcp/22'\n[answers]\nQ_EXPOSE = false"
    )
    ruleset = decided(text, admin(), connection(22), loopback(25))
    assert set(said(ruleset)) == {"UNPROVEN_ADDRESSES"}
    assert lint(ruleset) == ()
    assert all(rule.families == BOTH for rule in own(ruleset.outgoing))
