"""Replaying single sockets: what each of them needs, and what is said where it does not get it."""

from __future__ import annotations

from typing import Any

import attrs
import pytest

from netstat_fw import parse
from netstat_fw.playback import Judgement, Replay, Standing, replay
from netstat_fw.ruleset import (
    Action,
    AddressSet,
    Chain,
    ConnectionState,
    PortSet,
    Rule,
    Ruleset,
    base_rules,
)

HEADER = (
    "Active Internet connections (servers and established)\n"
    "Proto Recv-Q Send-Q Local Address           Foreign Address         State      "
    " PID/Program name\n"
)
SSHD = "tcp 0 0 0.0.0.0:22 0.0.0.0:* LISTEN 416/sshd"
SSH_SESSION = "tcp 0 0 192.0.2.1:22 198.51.100.7:45438 ESTABLISHED 977/sshd: root"
CURL = "tcp 0 0 192.0.2.1:45440 203.0.113.9:443 ESTABLISHED 981/curl"
REPLIES = Rule(action="accept", states=[ConnectionState.ESTABLISHED])
ACCEPT_ALL = Ruleset(Chain("accept"), Chain("accept"))
DROP_ALL = Ruleset(Chain("drop"), Chain("drop"))


def rule(**fields: Any) -> Rule:  # noqa: ANN401 - fields of a rule
    """Make an accepting TCP rule, ports given as numbers."""
    for name in ("local_ports", "remote_ports"):
        if name in fields:
            fields[name] = PortSet([fields[name]])
    for name in ("local", "remote"):
        if name in fields:
            fields[name] = AddressSet(fields[name])
    return Rule(**{"action": "accept", "protocol": "tcp"} | fields)


def host(*incoming: Rule, outgoing: tuple[Rule, ...] = ()) -> Ruleset:
    """Make a ruleset with base rules."""
    return Ruleset(
        Chain("drop", (*base_rules(), *incoming)), Chain("drop", (*base_rules(), *outgoing))
    )


def played(ruleset: Ruleset, *rows: str) -> Replay:
    """Replay Linux rows; the first is line 3."""
    return replay(ruleset, parse(HEADER + "\n".join(rows)))


def only(ruleset: Ruleset, row: str, *others: str) -> Judgement:
    """Replay rows and return the judgement of the first."""
    return played(ruleset, row, *others).judgements[0]


class TestListener:
    def test_passes_where_anybody_may_connect_and_gets_replies(self) -> None:
        judged = only(host(rule(local_ports=22)), SSHD)
        assert judged.standing is Standing.PASSES
        assert judged.line == 3
        assert judged.rule == rule(local_ports=22)

    def test_is_cut_off_by_the_default(self) -> None:
        judged = only(host(), SSHD)
        assert str(judged) == (
            "line 3: cut off: incoming tcp any own address:22 from anyone over IPv4: drop by the"
            " default"
        )
        assert (judged.rule, judged.decision) == (None, host().decide(_flow_of(judged)))

    def test_is_cut_off_by_a_rule_that_is_named(self) -> None:
        refusing = rule(action="reject", local_ports=22)
        judged = only(host(refusing), SSHD)
        assert judged.standing is Standing.CUT_OFF
        assert str(judged).endswith(f": reject by rule {refusing.id} (reject tcp/22 from any)")

    def test_is_narrowed_where_only_some_may_connect(self) -> None:
        judged = only(host(rule(local_ports=22, remote=["192.0.2.0/24"])), SSHD)
        assert judged.standing is Standing.NARROWED
        assert judged.rule is None

    @pytest.mark.parametrize("half", ["0.0.0.0/1", "128.0.0.0/1", "1.0.0.0/8", "223.0.0.0/8"])
    def test_is_narrowed_wherever_those_are_who_may_connect(self, half: str) -> None:
        assert only(host(rule(local_ports=22, remote=[half])), SSHD).standing is Standing.NARROWED
        both = host(rule(action="drop", remote=[half]), rule(local_ports=22, remote=[half]))
        assert only(both, SSHD).standing is Standing.CUT_OFF

    def test_passes_where_single_networks_may_not_connect(self) -> None:
        for some in (["203.0.113.0/24"], ["128.0.0.0/1"], ["0.0.0.0/2", "128.0.0.0/1"]):
            passing = host(rule(action="drop", remote=some), rule(local_ports=22))
            assert only(passing, SSHD).standing is Standing.PASSES

    def test_that_nobody_real_may_reach_is_cut_off(self) -> None:
        unreal = host(rule(local_ports=22, remote=["127.0.0.0/8", "224.0.0.0/3", "0.0.0.0/8"]))
        assert only(unreal, SSHD).standing is Standing.CUT_OFF

    def test_is_cut_off_where_replies_do_not_leave(self) -> None:
        judged = only(Ruleset(host(rule(local_ports=22)).incoming, Chain("drop")), SSHD)
        assert judged.standing is Standing.CUT_OFF
        assert "once established: drop by the default" in str(judged)

    def test_is_cut_off_where_the_rest_of_its_packets_do_not_come_in(self) -> None:
        new_only = rule(local_ports=22, states=[ConnectionState.NEW])
        judged = only(Ruleset(Chain("drop", [new_only]), Chain("accept")), SSHD)
        assert judged.standing is Standing.CUT_OFF
        assert judged.flow is not None
        assert judged.flow.state is ConnectionState.ESTABLISHED

    def test_must_be_reached_from_the_host_itself_too(self) -> None:
        outside_only = rule(local_ports=22, remote=["0.0.0.0/1", "128.0.0.0/1"])
        no_loopback = Rule(action="drop", interface="lo")
        judged = only(Ruleset(Chain("drop", [no_loopback, outside_only]), Chain("accept")), SSHD)
        assert str(judged).startswith(
            "line 3: cut off: incoming tcp 127.0.0.1:22 from 127.0.0.1 on lo: drop by rule"
        )

    def test_may_come_in_by_any_named_interface(self) -> None:
        judged = only(host(rule(local_ports=22, interface="eth1")), SSHD)
        assert judged.standing is Standing.PASSES
        assert judged.flow is not None
        assert judged.flow.interface == "eth1"

    def test_on_one_address_needs_only_that_one(self) -> None:
        row = "tcp 0 0 192.0.2.1:22 0.0.0.0:* LISTEN 1/sshd"
        assert (
            only(host(rule(local_ports=22, local=["192.0.2.1"])), row).standing is Standing.PASSES
        )
        assert (
            only(host(rule(local_ports=22, local=["192.0.2.2"])), row).standing is Standing.CUT_OFF
        )

    def test_on_all_addresses_needs_every_one_that_is_known(self) -> None:
        others = [
            "tcp 0 0 192.0.2.1:45440 203.0.113.9:443 ESTABLISHED 981/curl",
            "tcp 0 0 192.0.2.2:45440 203.0.113.9:443 ESTABLISHED 981/curl",
        ]
        judged = only(host(rule(local_ports=22, local=["192.0.2.1"])), SSHD, *others)
        assert judged.standing is Standing.CUT_OFF
        assert judged.flow is not None
        assert str(judged.flow.local_address) == "192.0.2.2"
        both = host(rule(local_ports=22, local=["192.0.2.1", "192.0.2.2"]))
        assert only(both, SSHD, *others).standing is Standing.PASSES

    @pytest.mark.parametrize(
        ("rows", "families"),
        [
            (["tcp6 0 0 :::80 :::* LISTEN 1/httpd"], {"ipv4", "ipv6"}),
            (
                [
                    "tcp6 0 0 :::80 :::* LISTEN 1/httpd",
                    "tcp 0 0 0.0.0.0:80 0.0.0.0:* LISTEN 1/httpd",
                ],
                {"ipv6"},
            ),
            (["tcp 0 0 0.0.0.0:80 0.0.0.0:* LISTEN 1/httpd"], {"ipv4"}),
            (["tcp6 0 0 2001:db8::1:80 :::* LISTEN 1/httpd"], {"ipv6"}),
            (["tcp6 0 0 ::ffff:192.0.2.1:80 :::* LISTEN 1/httpd"], {"ipv4"}),
        ],
    )
    def test_needs_the_families_that_its_bind_serves(
        self, rows: list[str], families: set[str]
    ) -> None:
        for family in ("ipv4", "ipv6"):
            left = ({"ipv4", "ipv6"} - {family}).pop()
            judged = only(host(rule(local_ports=80, families=[left])), *rows)
            assert (judged.standing is Standing.CUT_OFF) is (family in families)

    def test_on_loopback_alone_is_not_cut_off_by_what_denies_the_outside(self) -> None:
        for row in (
            "tcp 0 0 127.0.0.1:25 0.0.0.0:* LISTEN 1/sendmail",
            "tcp6 0 0 ::1:631 :::* LISTEN 1/cupsd",
            "udp 0 0 127.0.0.53:53 0.0.0.0:* 1/systemd-resolve",
        ):
            assert only(host(), row).standing is Standing.PASSES
            assert only(DROP_ALL, row).standing is Standing.CUT_OFF


class TestConnection:
    def test_in_needs_its_peer_let_in(self) -> None:
        narrow = host(rule(local_ports=22, remote=["198.51.100.0/24"]))
        assert only(narrow, SSH_SESSION, SSHD).standing is Standing.PASSES
        elsewhere = host(rule(local_ports=22, remote=["192.0.2.0/24"]))
        judged = only(elsewhere, SSH_SESSION, SSHD)
        assert str(judged) == (
            "line 3: cut off: incoming tcp 192.0.2.1:22 from 198.51.100.7:45438: drop by the"
            " default"
        )

    def test_out_needs_its_peer_reached_and_the_replies(self) -> None:
        out = rule(remote_ports=443)
        assert only(host(outgoing=(out,)), CURL, SSHD).standing is Standing.PASSES
        judged = only(host(), CURL, SSHD)
        assert str(judged) == (
            "line 3: cut off: outgoing tcp 192.0.2.1:45440 to 203.0.113.9:443: drop by the default"
        )
        deaf = Ruleset(Chain("drop"), Chain("accept"))
        assert "once established" in str(only(deaf, CURL, SSHD))

    def test_of_ipv4_printed_under_tcp6_is_ipv4(self) -> None:
        row = "tcp6 0 0 192.0.2.1:80 198.51.100.7:45438 ESTABLISHED 1/httpd"
        web = "tcp6 0 0 :::80 :::* LISTEN 1/httpd"
        v4 = host(rule(local_ports=80, families=["ipv4"]))
        assert only(v4, row, web).standing is Standing.PASSES

    def test_on_the_host_itself_needs_the_loopback_interface(self) -> None:
        rows = [
            "tcp 0 0 127.0.0.1:45440 127.0.0.1:25 ESTABLISHED 1/mail",
            "tcp 0 0 127.0.0.1:25 127.0.0.1:45440 ESTABLISHED 2/sendmail",
            "tcp 0 0 127.0.0.1:25 0.0.0.0:* LISTEN 2/sendmail",
        ]
        assert {j.standing for j in played(host(), *rows).judgements} == {Standing.PASSES}
        one_way = host(outgoing=(Rule(action="drop", interface="lo"),))
        in_only = Ruleset(one_way.incoming, Chain("drop"))
        judged = played(in_only, *rows).judgements
        assert [j.standing for j in judged] == [Standing.CUT_OFF] * 3

    def test_on_the_host_itself_may_be_opened_from_either_end(self) -> None:
        row = "tcp 0 0 127.0.0.1:45440 127.0.0.1:25 ESTABLISHED 1/mail"
        for into in (25, 45440):
            ruleset = Ruleset(
                Chain("drop", [rule(local_ports=into), REPLIES]),
                Chain("drop", [rule(remote_ports=into), REPLIES]),
            )
            assert only(ruleset, row).standing is Standing.PASSES
        crossed = Ruleset(
            Chain("drop", [rule(local_ports=25), REPLIES]),
            Chain("drop", [rule(remote_ports=45440), REPLIES]),
        )
        assert only(crossed, row).standing is Standing.CUT_OFF

    def test_to_a_name_is_one_to_somebody(self) -> None:
        row = "tcp 0 0 192.0.2.1:45440 mirror.example:443 ESTABLISHED 1/apt"
        assert only(host(outgoing=(rule(remote_ports=443),)), row, SSHD).standing is Standing.PASSES
        pinned = host(outgoing=(rule(remote_ports=443, remote=["203.0.113.9"]),))
        judged = only(pinned, row, SSHD)
        assert judged.standing is Standing.NARROWED

    def test_with_a_named_port_uses_the_port_that_the_findings_resolved(self) -> None:
        row = "tcp 0 0 192.0.2.1:45440 203.0.113.9:https ESTABLISHED 1/apt"
        assert only(host(outgoing=(rule(remote_ports=443),)), row, SSHD).standing is Standing.PASSES
        row = "tcp 0 0 192.0.2.1:ssh 203.0.113.9:45438 ESTABLISHED 1/sshd"
        assert only(host(rule(local_ports=22)), row, SSHD).standing is Standing.PASSES
        row = "tcp 0 0 *:ssh *:* LISTEN 1/sshd"
        assert only(host(rule(local_ports=22)), row).standing is Standing.PASSES


class TestUnknown:
    GONE = "tcp 0 0 192.0.2.1:7777 198.51.100.7:45438 ESTABLISHED 5/daemon"

    def test_direction_passes_either_way_and_is_doubtful_neither_way(self) -> None:
        assert only(host(rule(local_ports=7777)), self.GONE, SSHD).standing is Standing.PASSES
        out = rule(remote_ports=45438)
        assert only(host(outgoing=(out,)), self.GONE, SSHD).standing is Standing.PASSES
        judged = only(host(), self.GONE, SSHD)
        assert judged.standing is Standing.IN_DOUBT
        assert judged not in played(host(), self.GONE, SSHD).cut_off

    def test_role_of_a_datagram_port_is_doubtful_where_it_is_closed(self) -> None:
        row = "udp6 0 0 :::7790 :::* 5/daemon"
        assert only(host(), row).standing is Standing.IN_DOUBT
        udp = rule(protocol="udp", local_ports=7790)
        assert only(host(udp), row).standing is Standing.PASSES

    def test_services_that_are_best_shut_are_doubtful(self) -> None:
        row = "udp 0 0 0.0.0.0:5355 0.0.0.0:* 5/systemd-resolve"
        assert only(host(), row).standing is Standing.IN_DOUBT

    def test_what_shows_too_little_is_not_judged(self) -> None:
        for row in (
            "udp 0 0 0.0.0.0:45000 0.0.0.0:* 5/chrome",
            "udp 0 0 0.0.0.0:45123 0.0.0.0:* 5/unknown",
            "raw 0 0 0.0.0.0:1 0.0.0.0:* 7 5/ping",
            "raw 0 0 0.0.0.0:89 0.0.0.0:* 7 5/ospfd",
            "raw 0 0 192.0.2.1:89 198.51.100.7:* ESTABLISHED 5/ospfd",
            "tcp 0 0 192.0.2.1:nosuchport 198.51.100.7:neither ESTABLISHED 5/x",
            "udp 0 0 127.0.0.1:45000 0.0.0.0:* 5/x",
            "tcp 0 0 0.0.0.0:nosuchport 0.0.0.0:* LISTEN 5/x",
        ):
            judged = only(DROP_ALL, row, SSHD)
            assert judged.standing is Standing.UNJUDGED, row
            assert (judged.flow, judged.rule) == (None, None)
            assert str(judged) == f"line 3: unjudged: {judged.reason.sentence}"


class TestDatagram:
    def test_that_asks_and_answers_needs_both(self) -> None:
        row = "udp 0 0 192.0.2.1:123 0.0.0.0:* 5/ntpd"
        into = rule(protocol="udp", local_ports=123)
        out = rule(protocol="udp", remote_ports=123)
        assert only(host(into, outgoing=(out,)), row).standing is Standing.PASSES
        assert only(host(outgoing=(out,)), row).standing is Standing.CUT_OFF
        assert only(host(into), row).standing is Standing.CUT_OFF

    @pytest.mark.parametrize("port", ["68", "bootpc"])
    def test_dhcp_client_needs_its_requests_and_not_the_help_for_replies(self, port: str) -> None:
        row = f"udp 0 0 0.0.0.0:{port} 0.0.0.0:* 5/dhclient"
        out = rule(protocol="udp", local_ports=68, remote_ports=67)
        assert only(host(outgoing=(out,)), row).standing is Standing.PASSES
        assert only(host(), row).standing is Standing.CUT_OFF

    def test_dhcpv6_requests_go_to_a_group_and_no_reply_is_established(self) -> None:
        row = "udp6 0 0 fe80::1:546 :::* 5/dhclient"
        out = rule(protocol="udp", remote_ports=547, remote=["ff02::1:2"])
        assert only(Ruleset(Chain("drop"), Chain("drop", [out])), row).standing is Standing.PASSES

    def test_on_link_local_addresses_is_asked_from_the_link(self) -> None:
        row = "tcp6 0 0 fe80::1:8080 :::* LISTEN 5/httpd"
        near = rule(local_ports=8080, remote=["fe80::/10"], local=["fe80::/10"])
        judged = only(host(near), row)
        assert judged.standing is Standing.PASSES, str(judged)
        elsewhere = rule(local_ports=8080, remote=["2001:db8::/32"])
        assert str(only(host(elsewhere), row)).startswith(
            "line 3: cut off: incoming tcp [fe80::1]:8080 from fe80::/10: drop"
        )

    def test_of_a_local_network_is_asked_from_there(self) -> None:
        row = "udp 0 0 0.0.0.0:138 0.0.0.0:* 5/nmbd"
        near = rule(protocol="udp", local_ports=138, remote=["10.0.0.0/8"])
        out = rule(protocol="udp", remote_ports=138, remote=["10.0.0.0/8"])
        assert only(host(near, outgoing=(out,)), row).standing is Standing.PASSES
        # Of a network, some members may be let in; of the world outside it, nobody counts.
        some = rule(protocol="udp", local_ports=138, remote=["10.1.0.0/16", "203.0.113.0/24"])
        assert only(host(some, outgoing=(out,)), row).standing is Standing.NARROWED
        most = rule(action="drop", protocol="udp", local_ports=138, remote=["10.0.0.0/16"])
        assert only(host(most, near, outgoing=(out,)), row).standing is Standing.PASSES
        dual = "udp6 0 0 :::138 :::* 5/nmbd"
        assert only(host(near, outgoing=(out,)), dual).standing is Standing.PASSES
        none = rule(protocol="udp", local_ports=138, remote=["203.0.113.0/24"])
        assert only(host(none, outgoing=(out,)), row).standing is Standing.CUT_OFF

    def test_of_a_group_is_received_at_the_group(self) -> None:
        row = "udp 0 0 0.0.0.0:5353 0.0.0.0:* 5/avahi-daemon"
        into = rule(protocol="udp", local_ports=5353, local=["224.0.0.251", "ff02::fb"])
        out = rule(protocol="udp", remote_ports=5353, remote=["224.0.0.251", "ff02::fb"])
        assert only(host(into, outgoing=(out,)), row).standing is Standing.PASSES
        unicast = rule(protocol="udp", local_ports=5353, local=["192.0.2.1"])
        assert only(host(unicast, outgoing=(out,)), row).standing is Standing.CUT_OFF

    def test_of_ike_needs_what_it_carries(self) -> None:
        row = "udp 0 0 0.0.0.0:500 0.0.0.0:* 5/charon"
        both = rule(protocol="udp", local_ports=500), rule(protocol="udp", remote_ports=500)
        carried = tuple(Rule(action=Action.ACCEPT, protocol=p) for p in ("esp", "ah"))
        assert only(host(both[0], outgoing=both[1:]), row).standing is Standing.CUT_OFF
        whole = host(both[0], *carried, outgoing=(both[1], *carried))
        assert only(whole, row).standing is Standing.PASSES


def _flow_of(judged: Judgement) -> Any:  # noqa: ANN401 - narrows an optional
    assert judged.flow is not None
    return judged.flow


def test_no_captured_name_is_in_what_is_said() -> None:
    hostile = "tcp 0 0 0.0.0.0:22 0.0.0.0:* LISTEN 5/accept by the default"
    assert "default" not in str(only(host(rule(local_ports=22)), hostile))
    assert attrs.fields_dict(Judgement).keys() >= {"socket", "reason"}
