"""The ways in of administrators against decisions: never all closed unless that is allowed."""

from __future__ import annotations

import attrs
import pytest
from policy_findings import (
    BOTH,
    HOST,
    PEERS,
    V4,
    V6,
    ZONES,
    admin,
    decided,
    exposure,
    findings,
    incoming,
    knock,
    own,
    said,
)

from netstat_fw.analyzers.findings import Exposure, Findings, Scope
from netstat_fw.errors import LockOutError
from netstat_fw.evidence import Question
from netstat_fw.records import Dialect
from netstat_fw.ruleset import (
    Action,
    Family,
    Policy,
    Protocol,
    propose,
    read_decisions,
)

ACCEPT, DROP, REJECT = Action
UDP = Protocol.UDP


class TestLockOut:
    def test_closing_the_only_way_in_is_refused(self) -> None:
        text = incoming(action='"drop"', program='"sshd"')
        with pytest.raises(LockOutError) as error:
            decided(text, admin())
        assert str(error.value) == (
            "tcp/22 would be closed, and with it every way in for administrators (d.toml, line 5:"
            " drop everything of program sshd); where that is meant, allow it explicitly"
            " (allow_lockout)"
        )

    def test_it_is_done_where_that_is_allowed(self) -> None:
        text = incoming(action='"drop"', program='"sshd"')
        ruleset = decided(text, admin(), allow_lockout=True)
        assert knock(ruleset, 22, source="198.51.100.7").action is DROP
        assert said(ruleset)["LOCKED_OUT"].startswith("tcp/22: closed by decision")
        assert "ADMIN_KEPT_ASIDE" not in said(ruleset)

    @pytest.mark.parametrize("text", [
        incoming(action='"drop"', **{"from": '["0.0.0.0/0", "::/0"]'}),
        incoming(action='"reject"', port='"tcp/1-100"', **{"from": '["0.0.0.0/0", "::/0"]'}),
        incoming(action='"drop"', port='"tcp/22"', **{"from": '"zone:all"'}).replace(
            "[zones]", '[zones]\nall = ["0.0.0.0/0", "::/0"]'
        ),
        incoming(action='"drop"', port='"tcp/22"', **{"from": '"server-group:x"'})
        + "\n" + incoming(action='"drop"', port='"tcp/22"').removeprefix(ZONES),
    ])  # fmt: skip
    def test_however_it_is_said(self, text: str) -> None:
        with pytest.raises(LockOutError):
            decided(text, admin())

    @pytest.mark.parametrize("remotes", [
        '"127.0.0.0/8"', '"::1"', '"224.0.0.0/4"', '["0.0.0.0", "255.255.255.255"]', '"ff02::/16"',
        '["192.0.2.2", "2001:db8::2"]',
    ])  # fmt: skip
    def test_letting_in_whom_there_is_not_is_closing(self, remotes: str) -> None:
        """Loopback, groups and the host's own addresses are on no other machine."""
        text = incoming(action='"accept"', port='"tcp/22"', **{"from": remotes})
        with pytest.raises(LockOutError, match="line 5: accept tcp/22 from"):
            decided(text, admin())

    def test_halves_close_as_the_whole_does(self) -> None:
        lower = incoming(action='"drop"', port='"tcp/22"', **{"from": '["0.0.0.0/1", "::/1"]'})
        upper = incoming(action='"reject"', **{"from": '["128.0.0.0/1", "8000::/1"]'})
        assert knock(decided(lower, admin(peers=())), 22).action is ACCEPT
        with pytest.raises(LockOutError) as error:
            decided(f"{lower}\n{upper.removeprefix(ZONES)}", admin())
        # A choice about everything of somebody is named as well.
        assert "line 5: drop tcp/22 from" in str(error.value)
        assert "line 9: reject everything from" in str(error.value)

    def test_letting_in_whom_an_earlier_choice_keeps_out_is_closing(self) -> None:
        accept = incoming(action='"accept"', port='"tcp/22"', **{"from": '"198.51.100.0/25"'})
        drop = incoming(action='"drop"', **{"from": '"zone:office"'})
        with pytest.raises(LockOutError):
            decided(f"{drop}\n{accept.removeprefix(ZONES)}", admin())
        ruleset = decided(f"{accept}\n{drop.removeprefix(ZONES)}", admin())
        assert knock(ruleset, 22, source="198.51.100.8").action is ACCEPT

    def test_an_answer_locks_out_as_well(self) -> None:
        question = Question("Q_INCOMING", "is it?", "tcp/22")
        with pytest.raises(LockOutError, match=r"administrators \(d\.toml\)"):
            decided("[answers]\nQ_INCOMING = false", admin(question=question))

    def test_a_second_way_in_is_enough(self) -> None:
        text = incoming(action='"drop"', port='"tcp/22"')
        ruleset = decided(text, admin(), admin(222))
        assert knock(ruleset, 22).action is DROP
        assert knock(ruleset, 222).action is ACCEPT
        # And who was seen stays let in, unless locking out is allowed.
        assert knock(ruleset, 22, source="198.51.100.7").action is ACCEPT
        assert said(ruleset)["ADMIN_KEPT_ASIDE"].startswith("tcp/22: the administrators seen")

    def test_a_drop_of_another_protocol_closes_nothing(self) -> None:
        text = incoming(action='"drop"', port='"udp/22"')
        ruleset = decided(text, admin(), exposure(22, UDP))
        assert knock(ruleset, 22).action is ACCEPT
        assert knock(ruleset, 22, protocol="udp").action is DROP

    def test_one_family_is_enough(self) -> None:
        text = incoming(action='"drop"', port='"tcp/22"', **{"from": '"0.0.0.0/0"'})
        ruleset = decided(text, admin(peers=()))
        assert [knock(ruleset, 22, f).action for f in ("v4", "v6")] == [DROP, ACCEPT]

    def test_somebody_who_is_let_in_is_enough(self) -> None:
        text = incoming(action='"accept"', program='"sshd"', **{"from": '"zone:office"'})
        ruleset = decided(text, admin())
        assert knock(ruleset, 22).action is DROP
        # The administrator seen is one of the office.
        assert "ADMIN_KEPT_ASIDE" not in said(ruleset)
        assert own(ruleset.incoming)[0].reasons[0].code == "ANTI_LOCKOUT"

    def test_an_administrator_from_elsewhere_is_kept_and_mentioned(self) -> None:
        text = incoming(action='"accept"', program='"sshd"', **{"from": '"zone:bad"'})
        ruleset = decided(text, admin())
        assert knock(ruleset, 22, source="198.51.100.7").action is ACCEPT
        assert knock(ruleset, 22, source="198.51.100.8").action is DROP
        assert "ADMIN_KEPT_ASIDE" in said(ruleset)
        allowed = decided(text, admin(), allow_lockout=True)
        assert knock(allowed, 22, source="198.51.100.7").action is DROP

    def test_one_who_is_kept_out_by_a_drop_is_mentioned_too(self) -> None:
        office = {"from": '"zone:office"'}
        ruleset = decided(incoming(action='"drop"', port='"tcp/22"', **office), admin())
        assert "ADMIN_KEPT_ASIDE" in said(ruleset)
        broad = decided(incoming(action='"drop"', **office), admin())
        assert "ADMIN_KEPT_ASIDE" in said(broad)
        other = decided(incoming(action='"drop"', port='"tcp/80"', **office), admin())
        assert "ADMIN_KEPT_ASIDE" not in said(other)
        v6 = decided(incoming(action='"drop"', **{"from": '"2001:db8:7::/48"'}), admin())
        assert "ADMIN_KEPT_ASIDE" not in said(v6)

    def test_all_of_a_trusted_zone_lets_administrators_in(self) -> None:
        drop = incoming(action='"drop"', port='"tcp/22"')
        broad = incoming(action='"accept"', **{"from": '"zone:office"'}).removeprefix(ZONES)
        with pytest.raises(LockOutError):
            decided(drop + "\n" + broad, admin())
        ruleset = decided(
            incoming(action='"accept"', port='"tcp/22"', **{"from": '"zone:bad"'}) + "\n" + broad,
            admin(),
        )
        assert "ADMIN_KEPT_ASIDE" not in said(ruleset)

    def test_a_group_is_a_way_in_only_where_it_is_known(self) -> None:
        text = incoming(action='"accept"', port='"tcp/22"', **{"from": '"user-group:admins"'})
        ruleset = decided(text, admin())
        assert said(ruleset)["WAY_IN_BY_GROUP"].startswith("tcp/22: open to groups only")
        assert "ADMIN_KEPT_ASIDE" in said(ruleset)

    @pytest.mark.parametrize("families", [V4, V6, BOTH])
    def test_a_way_in_on_the_link_is_one(self, families: tuple[Family, ...]) -> None:
        link = admin(scope=Scope.LINK_LOCAL, families=families, peers=())
        assert "NO_WAY_IN" not in said(decided("", link))
        accept = incoming(action='"accept"', port='"tcp/22"', **{"from": '"fe80::/10"'})
        if families == V4:
            with pytest.raises(LockOutError):
                decided(accept, link)
        else:
            assert "NO_WAY_IN" not in said(decided(accept, link))

    def test_one_that_no_packet_can_come_in_by_is_none(self) -> None:
        nowhere = admin(scope=Scope.ADDRESSES, addresses=PEERS[:1], families=V6)
        assert "NO_WAY_IN" in said(decided("", nowhere))

    def test_a_way_in_on_one_address_is_one(self) -> None:
        here = admin(scope=Scope.ADDRESSES, addresses=(PEERS[0],), peers=())
        other = exposure(22, scope=Scope.LINK_LOCAL)
        assert "LOCKED_OUT" not in said(decided("", here, other))
        with pytest.raises(LockOutError):
            decided(incoming(action='"drop"', port='"tcp/22"'), here, other)


class TestClaimedWaysIn:
    """Every user can start a program, call it sshd and connect to it."""

    FAKE = admin(4444, service=None)
    REAL = admin(peers=())
    SEEN = "198.51.100.7"

    @pytest.mark.parametrize("port", [4444, 7722])
    def test_a_name_keeps_nobody_against_a_drop_of_its_port(self, port: int) -> None:
        text = incoming(action='"drop"', port=f'"tcp/{port}"')
        ruleset = decided(text, admin(port), self.REAL)
        assert knock(ruleset, port, source=self.SEEN).action is DROP
        assert "ADMIN_KEPT_ASIDE" not in said(ruleset)

    def test_nor_against_one_that_narrows_it(self) -> None:
        text = incoming(action='"accept"', port='"tcp/4444"', **{"from": '"zone:bad"'})
        ruleset = decided(text, self.FAKE, self.REAL)
        assert knock(ruleset, 4444, source=self.SEEN).action is DROP
        assert "ADMIN_KEPT_ASIDE" not in said(ruleset)

    def test_nor_against_one_that_keeps_out_a_zone(self) -> None:
        text = incoming(action='"reject"', port='"tcp/4444"', **{"from": '"zone:office"'})
        ruleset = decided(text, self.FAKE, self.REAL)
        assert knock(ruleset, 4444, source=self.SEEN).action is REJECT
        assert knock(ruleset, 4444).action is ACCEPT

    @pytest.mark.parametrize("choice", [
        {"action": '"drop"', "program": '"sshd"'},
        {"action": '"drop"', "from": '"zone:office"'},
        {"action": '"accept"', "program": '"sshd"', "from": '"zone:bad"'},
    ])  # fmt: skip
    def test_it_does_where_the_port_is_not_named(self, choice: dict[str, str]) -> None:
        """Unless another way in is proven: then a name outweighs no decision at all."""
        for port, action in ((5555, ACCEPT), (222, DROP)):
            other = admin(port, programs=("dropbear",), peers=())
            ruleset = decided(incoming(**choice), self.FAKE, other)
            assert knock(ruleset, 4444, source=self.SEEN).action is action
            assert ("ADMIN_KEPT_ASIDE" in said(ruleset)) is (action is ACCEPT)

    def test_a_choice_of_its_port_that_spares_them_changes_nothing(self) -> None:
        named = incoming(action='"drop"', port='"tcp/4444"', **{"from": '"zone:bad"'})
        broad = incoming(action='"drop"', **{"from": '"zone:office"'}).removeprefix(ZONES)
        ruleset = decided(f"{named}\n{broad}", self.FAKE, admin(5555, peers=()))
        assert knock(ruleset, 4444, source=self.SEEN).action is ACCEPT

    def test_without_a_decision_it_is_kept_first(self) -> None:
        ruleset = decided("", self.FAKE)
        assert own(ruleset.incoming)[0].reasons[0].code == "ANTI_LOCKOUT"

    @pytest.mark.parametrize(
        ("port", "dialect"),
        [*((port, Dialect.LINUX) for port in (22, 222)),
         *((port, Dialect.WINDOWS) for port in (22, 3389, 5985, 5986))],
    )  # fmt: skip
    def test_a_name_does_not_stand_for_a_way_in_that_its_port_proves(
        self, port: int, dialect: Dialect
    ) -> None:
        text = incoming(action='"drop"', port=f'"tcp/{port}"')
        found = _on(dialect, admin(port, peers=()), self.FAKE)
        with pytest.raises(LockOutError, match=f"tcp/{port} would be closed"):
            propose(found, Policy(decisions=read_decisions(text)))

    @pytest.mark.parametrize("dialect", [Dialect.LINUX, Dialect.BSD])
    @pytest.mark.parametrize("port", [3389, 5985, 5986])
    def test_nor_does_a_port_that_every_user_can_take(self, port: int, dialect: Dialect) -> None:
        """RDP and WinRM are held by the system on Windows alone."""
        taken = admin(port, programs=("x",))
        found = _on(dialect, admin(peers=()), taken)
        drop = incoming(action='"drop"', port='"tcp/22"')
        with pytest.raises(LockOutError, match="tcp/22 would be closed"):
            propose(found, Policy(decisions=read_decisions(drop)))
        drop = incoming(action='"drop"', port=f'"tcp/{port}"')
        ruleset = propose(found, Policy(decisions=read_decisions(drop)))
        assert knock(ruleset, port, source=self.SEEN).action is DROP
        assert "ADMIN_KEPT_ASIDE" not in said(ruleset)

    def test_a_name_is_the_way_in_where_there_is_no_other(self) -> None:
        text = incoming(action='"drop"', port='"tcp/4444"')
        with pytest.raises(LockOutError, match="tcp/4444 would be closed"):
            decided(text, self.FAKE)
        ruleset = decided(text, self.FAKE, admin(5555))
        assert knock(ruleset, 4444).action is DROP
        assert said(ruleset)["WAY_IN_CLAIMED"].startswith(
            "tcp/4444: closed, and what is left of the ways in for administrators, tcp/5555, is one"
        )

    def test_what_its_port_proves_is_no_mere_claim(self) -> None:
        for other in (self.FAKE, admin(222)):
            text = incoming(action='"drop"', port=f'"tcp/{other.port}"')
            assert "WAY_IN_CLAIMED" not in said(decided(text, self.REAL, other))
        assert "WAY_IN_CLAIMED" not in said(decided("", self.FAKE, admin(5555)))


def _on(dialect: Dialect, *found: Exposure) -> Findings:
    """Find something on a host of another system."""
    return attrs.evolve(findings(*found), host=attrs.evolve(HOST, dialect=dialect))


class TestNamedPeers:
    @pytest.mark.parametrize("choice", [
        {"action": '"drop"'},
        {"action": '"reject"', "port": '"tcp/22"'},
        {"action": '"drop"', "program": '"sshd"'},
    ])  # fmt: skip
    @pytest.mark.parametrize("literal", ["198.51.100.7", "198.51.100.0/24"])
    def test_whom_a_drop_names_by_address_is_not_kept(
        self, choice: dict[str, str], literal: str
    ) -> None:
        """Not even the only administrator seen: the port stays open to others."""
        ruleset = decided(incoming(**choice, **{"from": f'"{literal}"'}), admin())
        assert knock(ruleset, 22, source="198.51.100.7").action is not ACCEPT
        assert knock(ruleset, 22).action is ACCEPT
        assert "ADMIN_KEPT_ASIDE" not in said(ruleset)

    def test_the_others_are(self) -> None:
        text = incoming(action='"drop"', **{"from": '"198.51.100.7"'})
        narrow = incoming(action='"accept"', port='"tcp/22"', **{"from": '"zone:bad"'})
        ruleset = decided(f"{text}\n{narrow.removeprefix(ZONES)}", admin(peers=PEERS))
        assert knock(ruleset, 22, source="198.51.100.7").action is DROP
        assert knock(ruleset, 22, "v6", source="2001:db8:7::7").action is ACCEPT
        assert str(own(ruleset.incoming)[0].remote) == "2001:db8:7::7"
        assert "ADMIN_KEPT_ASIDE" in said(ruleset)

    def test_an_earlier_accept_wins(self) -> None:
        accept = incoming(action='"accept"', port='"tcp/22"', **{"from": '"198.51.100.7"'})
        drop = incoming(action='"drop"', **{"from": '"198.51.100.0/24"'}).removeprefix(ZONES)
        ruleset = decided(f"{accept}\n{drop}", admin())
        assert knock(ruleset, 22, source="198.51.100.7").action is ACCEPT
        assert own(ruleset.incoming)[0].reasons[0].code == "ANTI_LOCKOUT"

    def test_everybody_is_nobody_by_name(self) -> None:
        text = incoming(action='"drop"', port='"tcp/22"', **{"from": '"0.0.0.0/0"'})
        assert knock(decided(text, admin()), 22, source="198.51.100.7").action is ACCEPT
