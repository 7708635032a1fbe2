"""Ports that several processes share by binding different addresses of them.

On a port above 1023 any user can do so beside the service of somebody else. Nothing of it may reach
the addresses of that service.
"""

from __future__ import annotations

from ipaddress import ip_address

import pytest
from policy_findings import call, codes, knock, own, said

from netstat_fw import parse
from netstat_fw.analyzers import analyze
from netstat_fw.analyzers.findings import Exposure, Meeting, Scope
from netstat_fw.observation import merge, observe
from netstat_fw.ruleset import Action, Policy, Ruleset, propose, read_decisions

ACCEPT, DROP, _ = Action
INSIDE, OUTSIDE = "198.51.100.5", "192.0.2.2"
CLIENT, STRANGER = "198.51.100.9", "203.0.113.66"
SSHD = "tcp 0 0 0.0.0.0:22 0.0.0.0:* LISTEN 1/sshd"
DATABASE = f"tcp 0 0 {INSIDE}:27017 0.0.0.0:* LISTEN 2/mongod"
ITS_CLIENT = f"tcp 0 0 {INSIDE}:27017 {CLIENT}:40001 ESTABLISHED 2/mongod"
ANOTHER = [
    f"tcp 0 0 {OUTSIDE}:27017 0.0.0.0:* LISTEN 7/mongod",
    f"tcp 0 0 {OUTSIDE}:27017 {STRANGER}:40001 ESTABLISHED 7/mongod",
]
CONNECTED = [f"tcp 0 0 {OUTSIDE}:27017 {STRANGER}:27017 ESTABLISHED 7/mongod"]


def proposed(*rows: str, budget: int | None = None) -> Ruleset:
    return propose(analyze(parse("\n".join([SSHD, *rows]))), Policy(narrow_sources=budget))


def let_in(ruleset: Ruleset, port: int, protocol: str = "tcp") -> set[tuple[str, str]]:
    """Return who may begin a connection to which address."""
    return {
        (source, target)
        for source in (CLIENT, STRANGER)
        for target in (INSIDE, OUTSIDE)
        if knock(ruleset, port, protocol=protocol, source=source, target=target).action is ACCEPT
    }


@pytest.mark.parametrize("rows", [ANOTHER, CONNECTED])
@pytest.mark.parametrize("budget", [None, 0])
def test_who_met_one_process_is_not_let_in_to_the_other(
    rows: list[str], budget: int | None
) -> None:
    for around in ([], ["tcp 0 0 127.0.0.1:27017 0.0.0.0:* LISTEN 7/mongod"]):
        ruleset = proposed(DATABASE, ITS_CLIENT, *rows, *around, budget=budget)
        assert let_in(ruleset, 27017) == {(CLIENT, INSIDE), (STRANGER, OUTSIDE)}


@pytest.mark.parametrize("rows", [ANOTHER, CONNECTED])
def test_a_danger_that_nobody_was_seen_at_stays_shut_to_all(rows: list[str]) -> None:
    assert let_in(proposed(DATABASE, *rows), 27017) == {(STRANGER, OUTSIDE)}


def test_so_in_several_captures() -> None:
    """One capture shows the database, the other one what is beside it."""
    first = observe(analyze(parse(f"{SSHD}\n{DATABASE}\n{ITS_CLIENT}")), "first")
    other = observe(analyze(parse("\n".join([SSHD, *ANOTHER]))), "other")
    found = merge(first, other).findings
    assert let_in(propose(found), 27017) == {(CLIENT, INSIDE), (STRANGER, OUTSIDE)}
    assert merge(other, first, other).findings == found
    assert merge(first, first).findings == first.findings
    third = observe(analyze(parse("\n".join([SSHD, *ANOTHER, DATABASE, ITS_CLIENT]))), "third")
    assert merge(third, other).findings.exposures[-1].meetings == (
        Meeting(ip_address(OUTSIDE), (ip_address(STRANGER),)),
        Meeting(ip_address(INSIDE), (ip_address(CLIENT),)),
    )


def test_whom_a_process_that_calls_itself_sshd_keeps_in_it_keeps_to_itself() -> None:
    rows = [
        f"tcp 0 0 {INSIDE}:7722 0.0.0.0:* LISTEN 2/sshd",
        f"tcp 0 0 {INSIDE}:7722 {CLIENT}:40001 ESTABLISHED 3/sshd: root@pts",
        f"tcp 0 0 {OUTSIDE}:7722 0.0.0.0:* LISTEN 7/sshd",
        f"tcp 0 0 {OUTSIDE}:7722 {STRANGER}:40001 ESTABLISHED 7/sshd",
    ]
    shut = '[zones]\nnobody = "192.0.2.0/24"\n[[incoming]]\naction = "accept"\n'
    policy = Policy(decisions=read_decisions(shut + 'program = "sshd"\nfrom = "zone:nobody"'))
    ruleset = propose(analyze(parse("\n".join(rows))), policy)
    assert let_in(ruleset, 7722) == {(CLIENT, INSIDE), (STRANGER, OUTSIDE)}
    assert [codes(rule) for rule in own(ruleset.incoming)[:2]] == [["ANTI_LOCKOUT"]] * 2
    assert "ADMIN_KEPT_ASIDE" in said(ruleset)


@pytest.mark.parametrize("port", [8125, 30101])
def test_a_connected_socket_speaks_for_its_own_address(port: int) -> None:
    rows = (
        f"udp 0 0 {INSIDE}:{port} 0.0.0.0:* 2/statsd",
        f"udp 0 0 {OUTSIDE}:{port} {STRANGER}:{port} ESTABLISHED 7/x",
    )
    alone, both = proposed(rows[0]), proposed(*rows)
    assert let_in(alone, port, "udp") == set()
    assert {target for _, target in let_in(both, port, "udp")} == {OUTSIDE}
    assert call(both, port, protocol="udp").action is ACCEPT


@pytest.mark.parametrize(("port", "program"), [(27017, "mongod"), (7722, "sshd")])
def test_who_met_an_address_that_is_not_shown(port: int, program: str) -> None:
    """Whom a danger is narrowed to is left out and told of; an administrator is kept."""
    rows = [
        *(f"tcp 0 0 {here}:{port} 0.0.0.0:* LISTEN 2/{program}" for here in (INSIDE, OUTSIDE)),
        f"tcp 0 0 {INSIDE}:{port} {CLIENT}:40001 ESTABLISHED 2/{program}",
        f"tcp 0 0 web.example:{port} {STRANGER}:40001 ESTABLISHED 2/{program}",
    ]
    ruleset = proposed(*rows)
    if port == 27017:
        assert let_in(ruleset, port) == {(CLIENT, INSIDE)}
        assert said(ruleset)["PEERS_UNKNOWN"].startswith(f"tcp/{port}")
    else:
        kept = [rule for rule in own(ruleset.incoming) if codes(rule) == ["ANTI_LOCKOUT"]]
        assert [str(rule.remote) for rule in kept] == [CLIENT, STRANGER]


def test_who_met_a_process_on_a_cut_address_is_not_let_in_to_one_on_a_whole_one() -> None:
    rows = [
        "tcp6 0 0 2001:db8::5:27017 :::* LISTEN 2/mongod",
        "tcp6 0 0 2001:db8::5:27017 2001:db8::9:40001 ESTABLISHED 2/mongod",
        "tcp6 0 0 2001:db8:11:22:33:27017 :::* LISTEN 7/x",
        "tcp6 0 0 2001:db8:11:22:33:27017 2001:db8:66::6:40001 ESTABLISHED 7/x",
    ]
    findings = analyze(parse("\n".join(row.replace(" 0 0 ", "       0      0 ") for row in rows)))
    peers = {each.scope: [str(peer) for peer in each.peers] for each in findings.exposures}
    assert peers == {Scope.ADDRESSES: ["2001:db8::9"], Scope.UNNAMED: ["2001:db8:66::6"]}


def test_one_whose_address_is_a_name_speaks_for_all() -> None:
    rows = f"udp 0 0 web.example:8125 {STRANGER}:8125 ESTABLISHED 7/x"
    (found,) = (e for e in analyze(parse(f"{SSHD}\n{rows}")).exposures if e.port == 8125)
    assert found.scope is Scope.ANY


def test_several_processes_of_one_name_are_not_one_that_is_everywhere() -> None:
    def exposed(*holders: int) -> Exposure:
        rows = [
            f"tcp 0 0 {address}:8443 0.0.0.0:* LISTEN {pid}/app"
            for address, pid in zip((INSIDE, OUTSIDE, "127.0.0.1"), holders, strict=True)
        ]
        (found,) = (
            each for each in analyze(parse("\n".join([SSHD, *rows]))).exposures if each.port == 8443
        )
        return found

    assert exposed(2, 2, 2).scope is Scope.ANY
    assert exposed(2, 7, 7).scope is Scope.ADDRESSES
