"""Answers of the operator, and what is still asked."""

from __future__ import annotations

from ipaddress import ip_network
from typing import Any

import pytest
from policy_findings import (
    HOST,
    PEERS,
    ZONES,
    asked,
    call,
    checklist,
    codes,
    connection,
    critical,
    decided,
    exposure,
    incoming,
    knock,
    loopback,
    outgoing,
    own,
    role,
    said,
)

from netstat_fw.analyzers.findings import Answer, Findings, Scope, Stance
from netstat_fw.evidence import Confidence, Question
from netstat_fw.ruleset import (
    Action,
    Policy,
    Protocol,
    propose,
    read_decisions,
)

ACCEPT, DROP, REJECT = Action
UDP = Protocol.UDP


class TestAnswers:
    def test_a_yes_opens(self) -> None:
        ruleset = decided('[answers]\n"Q_EXPOSE tcp/25" = true', loopback(25), loopback(631))
        assert knock(ruleset, 25).action is ACCEPT
        assert knock(ruleset, 631).action is DROP
        assert asked(ruleset) == ["Q_EXPOSE tcp/631"]
        rule = knock(ruleset, 25).rule
        assert rule is not None
        assert rule.reasons[-1].sentence == (
            "the operator's answer to Q_EXPOSE tcp/25: yes (d.toml, line 2)"
        )
        assert rule.confidence is Confidence.CERTAIN

    def test_a_no_shuts_and_stops_the_asking(self) -> None:
        found = exposure(5000, confidence=Confidence.LOW)
        ruleset = decided('[answers]\n"Q_INCOMING tcp/5000" = false', found)
        (rule,) = own(ruleset.incoming)
        assert (rule.action, codes(rule)) == (DROP, ["LISTEN_ANY", "OPERATOR_ANSWER"])
        assert asked(ruleset) == []

    def test_a_text_settles_and_changes_nothing(self) -> None:
        ruleset = decided('[answers]\nQ_EXPOSE = "never"', loopback(25), loopback(631))
        assert asked(ruleset) == []
        assert [codes(rule) for rule in own(ruleset.incoming)] == [["LOOPBACK_ONLY"]] * 2

    def test_an_answer_about_a_subject_goes_before_one_about_all(self) -> None:
        text = '[answers]\nQ_EXPOSE = false\n"Q_EXPOSE tcp/25" = true'
        ruleset = decided(text, loopback(25), loopback(631))
        assert [knock(ruleset, port).action for port in (25, 631)] == [ACCEPT, DROP]
        assert asked(ruleset) == []

    def test_a_question_that_the_profile_does_not_ask_can_be_answered(self) -> None:
        question = Question("Q_UDP_SERVER", "is it?", "udp/5000")
        found = exposure(5000, UDP, confidence=Confidence.MEDIUM, question=question)
        ruleset = decided('[answers]\n"Q_UDP_SERVER udp/5000" = false', found)
        (rule,) = own(ruleset.incoming)
        assert (rule.action, rule.enabled) == (DROP, True)
        yes = decided('[answers]\n"Q_UDP_SERVER udp/5000" = true', found, profile="strict")
        assert knock(yes, 5000, protocol="udp").action is ACCEPT

    def test_danger_is_answered_by_itself(self) -> None:
        question = Question("Q_UDP_SERVER", "is it?", "tcp/6379")
        found = exposure(6379, confidence=Confidence.MEDIUM, question=question, peers=PEERS)
        both = (found, critical(found))
        server = '[answers]\n"Q_UDP_SERVER tcp/6379" = true\n'
        assert asked(decided(server, *both)) == ["Q_HAZARD tcp/6379"]
        assert knock(decided(server, *both), 6379).action is DROP
        assert knock(decided(server + '"Q_HAZARD tcp/6379" = true', *both), 6379).action is ACCEPT
        no = decided(server + "Q_HAZARD = false", *both)
        (rule,) = own(no.incoming)
        assert (rule.action, rule.remote) == (DROP, None)
        noted = decided(server + 'Q_HAZARD = "known"', *both)
        assert knock(noted, 6379, source="198.51.100.7").action is ACCEPT
        assert asked(noted) == []

    def test_an_address_that_is_not_shown_can_be_vouched_for(self) -> None:
        found = exposure(25, scope=Scope.UNNAMED)
        yes = decided("[answers]\nQ_ADDRESS = true", found, profile="strict")
        assert knock(yes, 25).action is ACCEPT
        assert asked(yes) == []
        assert "ADDRESS_UNKNOWN" not in said(yes)
        (rule,) = own(decided("[answers]\nQ_ADDRESS = false", found).incoming)
        assert (rule.action, codes(rule)) == (DROP, ["LISTEN_ANY", "OPERATOR_ANSWER"])

    def test_what_a_yes_opens_that_names_no_subject_is_told(self) -> None:
        """The next capture may show a socket of anybody that the same question is asked about."""
        shut = [
            exposure(
                port, stance=Stance.SHUT, question=Question("Q_EXPOSE", "is it?", f"tcp/{port}")
            )
            for port in (25, 631, 6010)
        ]
        text = '[answers]\nQ_EXPOSE = {}\n"Q_EXPOSE tcp/25" = true'
        ruleset = decided(text.format("true"), *shut)
        assert said(ruleset)["ANSWER_TO_ALL"] == (
            "d.toml, line 2: the yes to Q_EXPOSE is one to all such questions, those of later"
            " captures too; here it opens tcp/6010, tcp/631: answer by subject to be sure"
        )
        for word in ("false", '"later"'):
            assert "ANSWER_TO_ALL" not in said(decided(text.format(word), *shut))
        assert "ANSWER_TO_ALL" not in said(decided(text.format("true"), shut[0]))

    def test_a_yes_lets_in_nobody_beyond_what_a_standard_says(self) -> None:
        question = Question("Q_EXPOSE", "is it?", "udp/137")
        home = ip_network("10.0.0.0/8")
        found = exposure(137, UDP, stance=Stance.SHUT, question=question, remotes=(home,))
        ruleset = decided("[answers]\nQ_EXPOSE = true", found)
        assert knock(ruleset, 137, protocol="udp", source="10.1.2.3").action is ACCEPT
        assert knock(ruleset, 137, protocol="udp").action is DROP

    def test_outgoing_traffic(self) -> None:
        question = Question("Q_SMTP_OUT", "is it needed?")
        yes = decided("[answers]\nQ_SMTP_OUT = true", checklist(25), question)
        assert call(yes, 25).action is ACCEPT
        assert codes(own(yes.outgoing)[0]) == ["CHECKLIST", "OPERATOR_ANSWER"]
        no = decided("[answers]\nQ_SMTP_OUT = false", checklist(25), question, profile="permissive")
        assert own(no.outgoing) == ()
        assert asked(yes) == asked(no) == []
        doubtful = connection(4444, confidence=Confidence.LOW)
        ruleset = decided("[answers]\nQ_OUTGOING = true", doubtful)
        assert call(ruleset, 4444).action is ACCEPT
        assert own(decided("[answers]\nQ_OUTGOING = false", doubtful).outgoing) == ()

    def test_an_answer_to_nothing_is_reported(self) -> None:
        text = '[answers]\nQ_NOTHING = true\n"Q_EXPOSE tcp/25" = false\nQ_BACKUP = true'
        known = Findings(HOST, (loopback(26),), answers=(Answer("Q_BACKUP", "seen"),))
        policy = Policy(decisions=read_decisions(text, "d.toml"))
        caveats = [c.sentence for c in propose(known, policy).caveats]
        assert "d.toml, line 2: Q_NOTHING answers no question" in caveats
        assert "d.toml, line 3: Q_EXPOSE tcp/25 answers no question" in caveats
        # What the capture has answered itself was a question all the same.
        assert sum("answers no question" in sentence for sentence in caveats) == 2

    def test_a_yes_that_opens_nothing_is_reported(self) -> None:
        question = Question("Q_BACKUP", "how?")
        ruleset = decided("[answers]\nQ_BACKUP = true", question)
        assert asked(ruleset) == []
        assert said(ruleset)["ANSWER_OPENS_NOTHING"].startswith("d.toml, line 2: the yes to Q_B")
        no = decided("[answers]\nQ_BACKUP = false\nQ_UDP_ROLE = false", question, role(4000))
        assert not {"ANSWER_OPENS_NOTHING", "DECISION_UNMATCHED"} & said(no).keys()

    def test_an_answer_to_what_a_choice_settles_is_known(self) -> None:
        text = incoming(action='"drop"', port='"tcp/25"') + "\n[answers]\nQ_EXPOSE = false"
        assert "DECISION_UNMATCHED" not in said(decided(text, loopback(25)))


class TestQuestions:
    LONE = Question("Q_LISTENER_GONE", "must tcp/20 stay?", "tcp/20")

    def test_a_choice_about_its_port_settles_a_question_without_a_finding(self) -> None:
        assert asked(decided("", self.LONE)) == ["Q_LISTENER_GONE tcp/20"]
        assert asked(decided(incoming(action='"drop"', port='"tcp/1-30"'), self.LONE)) == []

    @pytest.mark.parametrize("text", [
        incoming(action='"drop"', port='"udp/20"'),
        incoming(action='"drop"', port='"tcp/21"'),
        incoming(action='"drop"', port='"tcp/20"', **{"from": '"zone:bad"'}),
        incoming(action='"drop"', port='"tcp/20"', program='"ftpd"'),
        incoming(action='"drop"', port='"tcp/20"', service='"ftp-data"'),
        incoming(action='"drop"', port='"esp"'),
        outgoing(action='"drop"', port='"tcp/20"'),
    ])  # fmt: skip
    def test_no_other_choice_does(self, text: str) -> None:
        assert asked(decided(text, self.LONE)) == ["Q_LISTENER_GONE tcp/20"]

    def test_two_choices_may_settle_it_twice(self) -> None:
        drop = incoming(action='"drop"', port='"tcp/20"')
        assert asked(decided(drop + "\n" + drop.removeprefix(ZONES), self.LONE)) == []

    def test_one_question_of_several_findings_is_asked_once(self) -> None:
        question = Question("Q_RPC", "rpc?")
        low: dict[str, Any] = {"confidence": Confidence.LOW, "question": question}
        found = (exposure(135, **low), exposure(49664, port_end=65535, **low))
        assert asked(decided("", *found, question)) == ["Q_RPC"]
