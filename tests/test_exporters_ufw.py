"""The ufw script: a whole one to read, and what each part of a rule turns into."""

from __future__ import annotations

import shlex
from typing import Any

import pytest
from effort import examples
from hypothesis import given, settings
from test_nftables_live import hostile, spoken_of

from netstat_fw.errors import ExportError
from netstat_fw.exporters import Omission, Rendered, agreement, render
from netstat_fw.exporters.agreement import Agreement
from netstat_fw.exporters.ufw_stock import DECIDED_FIRST, STOCK
from netstat_fw.ruleset import (
    AddressSet,
    Chain,
    Direction,
    Log,
    PortSet,
    RemoteKind,
    RemoteReference,
    Rule,
    Ruleset,
    Zone,
)

ADMINS = RemoteReference(RemoteKind.USER_GROUP, "admins")
OFFICE = RemoteReference(RemoteKind.ZONE, "office")
LOOPBACK = Rule(action="accept", interface="lo")
PING = Rule(action="accept", protocol="icmp", icmp_types=(8,))
STAMP = Rule(action="accept", protocol="icmp", icmp_types=(13,))
SSH = Rule(
    action="accept",
    protocol="tcp",
    local_ports=PortSet([22]),
    remote=AddressSet(["192.0.2.0/24", "2001:db8::7"]),
    service="ssh",
)
MAIL = Rule(action="reject", protocol="tcp", local_ports=PortSet([25]), log=Log("mail"))
LATER = Rule(action="drop", protocol="udp", local_ports=PortSet([69]), enabled=False)
GHOST = Rule(action="accept", remote=ADMINS)
STOCK_V4 = [stock for stock in STOCK if stock.line.startswith("-A ufw-")]


def commands(rendered: Rendered) -> list[str]:
    """Give the script behind its functions, without what it always holds."""
    lines = rendered.text.partition("# What commands of ufw cannot say")[2].splitlines()[1:]
    always = ("remove before", "cat ", "#", "ufw --force", "ufw default")
    drops = ("-j DROP'",)
    return [
        line for line in lines if line and not line.startswith(always) and not line.endswith(drops)
    ]


def test_a_whole_script_reads_well() -> None:
    incoming = Chain("drop", [LOOPBACK, PING, STAMP, SSH, MAIL, LATER, GHOST])
    rendered = render(Ruleset(incoming, Chain("accept")), "ufw")
    assert rendered.files == {"ufw.sh": rendered.text}
    assert rendered.text.startswith(
        f"""\
#!/bin/sh
# Host firewall written by netstat-fw.
#
# Left out, because this target cannot hold it:
# - incoming: reject tcp/25 from any ({MAIL.id}): logs with the prefix and at the rate of ufw
# - incoming: accept any protocol from user group admins ({GHOST.id}): accepts nothing here: ufw
#   does not know user group admins; define its addresses as a zone
#
# ufw itself accepts the loopback interface and established connections before any of these rules.
# While this runs, the host has no firewall; ufw keeps copies of the rules that it replaces.

set -eu
"""
    )
    added = "add before.rules ufw-before-input '-p icmp -m icmp --icmp-type 13 -j ACCEPT'\n"
    assert (
        f"\n# What commands of ufw cannot say, and before it what never passes.\n{added}"
        in rendered.text
    )
    assert rendered.text.endswith(
        f"""
ufw --force reset
cat "$work/before.rules" > /etc/ufw/before.rules
cat "$work/before6.rules" > /etc/ufw/before6.rules

ufw default deny incoming
ufw default allow outgoing
# done by ufw itself: {LOOPBACK.id}
# done by ufw itself: {PING.id}
# done by a line added above: {STAMP.id}
ufw allow in proto tcp from 192.0.2.0/24 to any port 22 comment '{SSH.id} ssh'
ufw allow in proto tcp from 2001:db8::7 to any port 22 comment '{SSH.id} ssh'
ufw reject in log proto tcp from any to any port 25 comment {MAIL.id}
# disabled: {LATER.id}
# left out: {GHOST.id}
ufw --force enable
"""
    )


def removed(ruleset: Ruleset) -> set[str]:
    """Give the lines that the script takes out of ufw's own files."""
    return {
        shlex.split(line)[2]
        for line in render(ruleset, "ufw").text.splitlines()
        if line.startswith("remove before")
    }


def test_what_the_ruleset_does_not_accept_is_taken_out_of_ufw() -> None:
    everything = {stock.line for stock in STOCK}
    assert removed(Ruleset(Chain("drop"), Chain("drop"))) == everything
    assert removed(Ruleset(Chain("accept"), Chain("accept"))) == set()
    assert removed(Ruleset(Chain("drop", [PING]), Chain("drop"))) == {
        line
        for line in everything
        if not line.endswith("-p icmp --icmp-type echo-request -j ACCEPT")
    }


def outgoing(*rules: Rule, default: str = "drop") -> Rendered:
    """Render rules for what goes out."""
    office = Zone("office", AddressSet(["192.0.2.0/25"]))
    return render(Ruleset(Chain("drop"), Chain(default, rules), zones=[office]), "ufw")


FORMS: list[tuple[dict[str, Any], list[str]]] = [
    ({}, ["from any to any"]),
    ({"families": ("ipv6",)}, ["from ::/0 to any"]),
    ({"interface": "eth0"}, ["on eth0 from any to any"]),
    ({"remote": OFFICE}, ["from any to 192.0.2.0/25"]),
    ({"local": AddressSet(["192.0.2.1"]), "protocol": "esp"}, ["proto esp from 192.0.2.1 to any"]),
    (
        {"protocol": "udp", "local_ports": PortSet([68]), "remote_ports": PortSet([67])},
        ["proto udp from any port 68 to any port 67"],
    ),
    (
        {"protocol": "tcp", "remote_ports": PortSet([*range(1, 30, 2), (40, 50)])},
        [
            "proto tcp from any to any port 1,3,5,7,9,11,13,15,17,19,21,23,25,27,29",
            "proto tcp from any to any port 40:50",
        ],
    ),
    ({"log": Log("x", rate=None)}, ["log-all from any to any"]),
    ({"protocol": "igmp"}, ["proto igmp from 0.0.0.0/0 to any"]),
]  # fmt: skip


@pytest.mark.parametrize(("fields", "expected"), FORMS, ids=str)
def test_each_part_of_a_rule_has_its_form(fields: dict[str, Any], expected: list[str]) -> None:
    rule = Rule(action="drop", **fields)
    lines = [f"ufw deny out {form} comment {rule.id}" for form in expected]
    assert commands(outgoing(rule)) == lines


def test_a_rule_that_could_not_be_reached_would_change_the_older_one_and_is_left_out() -> None:
    def web(action: str, **fields: Any) -> Rule:  # noqa: ANN401 - fields of a rule
        return Rule(action=action, protocol="tcp", remote_ports=PortSet([80]), **fields)

    first, half, same = web("drop", families=("ipv4",)), web("accept"), web("reject")
    rendered = outgoing(first, half, same)
    assert commands(rendered) == [
        f"ufw deny out proto tcp from 0.0.0.0/0 to any port 80 comment {first.id}",
        f"ufw allow out proto tcp from ::/0 to any port 80 comment {half.id}",
    ]
    assert f"# never reached: {same.id}\n" in rendered.text


WORDLESS: list[dict[str, Any]] = [
    {"protocol": "icmp", "icmp_types": (8,)},
    {"protocol": "sctp", "remote_ports": PortSet([5])},
    {"protocol": "tcp", "states": ("new",)},
    {"protocol": "udp", "hop_limit": 255, "families": ("ipv6",)},
]


@pytest.mark.parametrize("fields", WORDLESS, ids=str)
def test_what_commands_cannot_say_is_added_to_the_files_where_nothing_drops_it(
    fields: dict[str, Any],
) -> None:
    rule = Rule(action="accept", log=Log("x"), **fields)
    alone = outgoing(rule)
    assert [line.split()[0] for line in commands(alone)] == ["add"] * len(rule.families)
    assert Omission(rule.id, "is not logged") in alone.omissions
    behind = outgoing(Rule(action="drop", remote=OFFICE, families=("ipv4",)), rule)
    added = [line for line in commands(behind) if line.startswith("add")]
    assert len(added) == (1 if rule.families[0].value == "ipv6" else 0)


@pytest.mark.parametrize("fields", [WORDLESS[0], WORDLESS[1], WORDLESS[3]], ids=str)
def test_a_drop_that_commands_cannot_say_is_an_error(fields: dict[str, Any]) -> None:
    with pytest.raises(ExportError, match=r"target ufw: without rule .* more would pass: ufw .*; "):
        outgoing(Rule(action="drop", **fields), default="accept")


@pytest.mark.parametrize(
    "fields", [{"remote": ADMINS}, {"interface": "a b"}, {"protocol": "icmp", "icmp_types": (255,)}]
)
def test_what_nothing_can_say_is_left_out(fields: dict[str, Any]) -> None:
    rule = Rule(action="accept", **fields)
    rendered = outgoing(rule)
    assert [omission.rule for omission in rendered.omissions] == [rule.id]
    assert commands(rendered) == []


def test_a_default_may_reject() -> None:
    assert "ufw default reject outgoing\n" in outgoing(default="reject").text


@settings(max_examples=examples(30), deadline=None)
@given(hostile)
def test_no_text_changes_a_command(text: str) -> None:
    def words(rendered: Rendered) -> list[list[str]]:
        lines = rendered.text.splitlines()
        commented = [shlex.split(line) for line in lines if line.startswith("ufw ")]
        return [
            line[: line.index("comment")] if "comment" in line else line for line in commented
        ] + [[line] for line in lines if not line.startswith(("ufw ", "#"))]

    assert words(render(spoken_of(text), "ufw")) == words(render(spoken_of("x"), "ufw"))


def test_agreement_is_about_all_packets_that_are_not_decided_first() -> None:
    ping, ssh = STOCK_V4[3].rule, Rule(action="accept", protocol="tcp", local_ports=PortSet([22]))
    some = Rule(action="drop", remote=AddressSet(["192.0.2.1"]))
    incoming = Direction.INCOMING

    def accepts(*rules: Rule, default: str = "drop") -> bool:
        ruleset = Ruleset(Chain(default, rules), Chain("drop"))
        return Agreement(ruleset, incoming, DECIDED_FIRST).accepts(ping)

    assert accepts(PING)
    assert accepts(ssh, PING)
    assert accepts(PING, some)
    assert accepts(some, PING) is False
    assert accepts(Rule(action="drop", remote=AddressSet(["127.0.0.1"])), PING)
    assert accepts(disabled(PING)) is False
    assert accepts(Rule(action="accept", remote=ADMINS)) is False
    assert accepts(default="accept")


def disabled(rule: Rule) -> Rule:
    """Disable a rule."""
    return Rule(action=rule.action, protocol=rule.protocol, icmp_types=(8,), enabled=False)


def test_agreement_gives_up_where_a_proof_takes_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    half = Rule(action="accept", protocol="icmp", remote=AddressSet(["192.0.2.0/25"]))
    ruleset = Ruleset(Chain("drop", [half, PING]), Chain("drop"))
    whole = Agreement(ruleset, Direction.INCOMING, ())
    assert whole.accepts(PING)
    monkeypatch.setattr(agreement, "_MOST_PIECES", 0)
    assert whole.accepts(PING) is False
