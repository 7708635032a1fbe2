"""The operator's own companions and settings."""

from __future__ import annotations

from policy_findings import (
    ZONES,
    call,
    codes,
    companion,
    connection,
    decided,
    exposure,
    incoming,
    knock,
    own,
    said,
)

from netstat_fw.evidence import Confidence, ProcessCheck
from netstat_fw.ruleset import (
    Action,
    Profile,
    Protocol,
)

ACCEPT, DROP, REJECT = Action
UDP = Protocol.UDP


class TestCompanions:
    def test_the_operator_s_take_the_place_of_the_usual(self) -> None:
        found = (exposure(80, programs=("httpd",)), companion(443, of=80))
        text = '[companions]\n"tcp/80" = ["tcp/8443", "udp/443"]'
        for profile in Profile:
            ruleset = decided(text, *found, profile=profile)
            assert [knock(ruleset, p).action for p in (443, 8443)] == [DROP, ACCEPT]
            assert knock(ruleset, 443, protocol="udp").action is ACCEPT
        rule = knock(ruleset, 8443).rule
        assert rule is not None
        assert codes(rule) == ["OPERATOR_COMPANION"]
        assert ProcessCheck("tcp", 8443, ("httpd",)) in ruleset.process_checks

    def test_none_may_be_wanted(self) -> None:
        found = (exposure(80), companion(443, of=80), exposure(25), companion(587, of=25))
        ruleset = decided('[companions]\n"tcp/80" = []', *found)
        assert [knock(ruleset, p).action for p in (80, 443, 587)] == [ACCEPT, DROP, ACCEPT]

    def test_they_let_in_whom_a_choice_lets_in_to_their_parent(self) -> None:
        companions = '\n[companions]\n"tcp/80" = ["tcp/8443"]'
        sources = '["zone:office", "203.0.113.9"]'
        text = incoming(action='"accept"', port='"tcp/80"', **{"from": sources}) + companions
        ruleset = decided(text, exposure(80))
        assert knock(ruleset, 8443, source="198.51.100.9").action is ACCEPT
        assert knock(ruleset, 8443, source="203.0.113.9").action is ACCEPT
        assert knock(ruleset, 8443).action is ACCEPT
        assert knock(ruleset, 8443, source="203.0.113.8").action is DROP

    def test_they_are_shut_with_their_parent(self) -> None:
        companions = '\n[companions]\n"tcp/80" = ["tcp/8443"]'
        ruleset = decided(incoming(action='"drop"', port='"tcp/80"') + companions, exposure(80))
        assert knock(ruleset, 8443).action is DROP
        assert len(own(ruleset.incoming)) == 1

    def test_the_usual_ones_follow_choices_as_well(self) -> None:
        found = (exposure(80), companion(443, of=80))
        accept = incoming(action='"accept"', port='"tcp/80"')
        assert knock(decided(accept, *found), 443).action is ACCEPT
        assert knock(decided(accept.replace("accept", "drop"), *found), 443).action is DROP
        bad = incoming(action='"drop"', port='"tcp/80"', **{"from": '"zone:bad"'})
        then = decided(bad + "\n" + accept.removeprefix(ZONES), *found)
        assert knock(then, 443, source="198.51.100.9").action is ACCEPT
        assert knock(then, 443, source="203.0.113.9").action is DROP
        office = incoming(action='"accept"', port='"tcp/80"', **{"from": '"zone:office"'})
        last = accept.replace("accept", "drop").removeprefix(ZONES)
        assert knock(decided(office + "\n" + last, *found), 443).action is DROP

    def test_whom_an_earlier_choice_keeps_out_a_later_one_lets_in_to_none_of_them(self) -> None:
        found = (exposure(80), companion(443, of=80))
        text = "\n".join(
            [
                incoming(action='"drop"', port='"tcp/80"', **{"from": '["zone:bad", "192.0.2.9"]'}),
                *(
                    incoming(action='"accept"', port='"tcp/80"', **{"from": some}).removeprefix(
                        ZONES
                    )
                    for some in ('["203.0.113.0/28", "192.0.2.8/31"]', '"zone:bad"')
                ),
            ]
        )
        ruleset = decided(text, *found)
        for port in (80, 443):
            let_in = [
                source
                for source in ("203.0.113.9", "192.0.2.8", "192.0.2.9", "198.51.100.9")
                if knock(ruleset, port, source=source).action is ACCEPT
            ]
            assert let_in == ["192.0.2.8"], port

    def test_where_a_group_is_kept_out_nobody_can_be_told_from_it(self) -> None:
        found = (exposure(80), companion(443, of=80))
        group = incoming(action='"drop"', port='"tcp/80"', **{"from": '"user-group:staff"'})
        for some in ('"any"', '"zone:office"', '"192.0.2.9"'):
            accept = incoming(action='"accept"', port='"tcp/80"', **{"from": some})
            ruleset = decided(group + "\n" + accept.removeprefix(ZONES), *found)
            assert knock(ruleset, 443, source="192.0.2.9").action is DROP
        literal = incoming(action='"drop"', port='"tcp/80"', **{"from": '"192.0.2.9"'})
        accept = incoming(action='"accept"', port='"tcp/80"', **{"from": '"user-group:staff"'})
        for text, count in ((accept, 1), (literal + "\n" + accept.removeprefix(ZONES), 0)):
            rules = own(decided(text, *found).incoming)
            assert [443 in rule.local_ports for rule in rules if rule.local_ports].count(
                True
            ) == count

    def test_a_choice_about_the_companion_itself_wins(self) -> None:
        for companions in ("", '\n[companions]\n"tcp/80" = ["tcp/443"]'):
            text = incoming(action='"reject"', port='"tcp/443"') + companions
            ruleset = decided(text, exposure(80), companion(443, of=80))
            assert knock(ruleset, 443).action is REJECT
            assert knock(ruleset, 80).action is ACCEPT

    def test_one_that_something_was_found_on_is_reported(self) -> None:
        text = '[companions]\n"tcp/80" = ["tcp/8443"]'
        ruleset = decided(text, exposure(80), exposure(8443, confidence=Confidence.LOW))
        assert knock(ruleset, 8443).action is DROP
        assert said(ruleset)["COMPANION_FOUND"].startswith("d.toml, line 2: tcp/8443 is no mere")

    def test_of_a_port_that_nothing_was_found_on_they_are_reported(self) -> None:
        ruleset = decided('[companions]\n"tcp/81" = ["tcp/8443"]', exposure(80))
        assert knock(ruleset, 8443).action is DROP
        assert said(ruleset)["DECISION_UNMATCHED"] == (
            "d.toml, line 2: nothing was found on tcp/81"
        )


class TestSettings:
    def test_pinned_destinations_win_over_the_policy_s(self) -> None:
        ruleset = decided("pin-destinations = 2", connection(22), pin_destinations=0)
        assert call(ruleset, 22).action is DROP
        assert call(ruleset, 22, target="198.51.100.7").action is ACCEPT

    def test_a_range_that_the_findings_were_not_made_with_is_reported(self) -> None:
        assert "EPHEMERAL_NOT_USED" not in said(decided('ephemeral = "32768-60999"'))
        assert said(decided('ephemeral = "1024-4999"'))["EPHEMERAL_NOT_USED"] == (
            "d.toml: the findings were made for client ports 32768-60999: give the range 1024-4999"
            " to analyze"
        )
