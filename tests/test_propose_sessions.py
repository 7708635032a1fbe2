"""Who was seen connected and what that earns, from captured rows to rules."""

from __future__ import annotations

import attrs
import pytest
from policy_findings import call, codes, knock, own, said

from netstat_fw import parse
from netstat_fw.analyzers import analyze
from netstat_fw.errors import LockOutError
from netstat_fw.observation import decide_remotes, find_edges, merge, name_remotes, observe
from netstat_fw.records import Process
from netstat_fw.ruleset import Action, Policy, Ruleset, propose, read_decisions

ACCEPT, DROP, _ = Action
OPEN, ASKING, CLOSING = "203.0.113.1", "203.0.113.2", "203.0.113.3"
OFFICE = read_decisions(
    '[[incoming]]\naction = "accept"\nport = "tcp/22"\nfrom = "198.51.100.0/24"', "d.toml"
)


def capture(port: int, program: str) -> str:
    """Write a server with one open connection, one that is asked for, one that is closing."""
    near = f"192.0.2.2:{port}"
    return "\n".join([
        f"tcp 0 0 0.0.0.0:{port} 0.0.0.0:* LISTEN 1/{program}",
        f"tcp 0 0 {near} {OPEN}:40001 ESTABLISHED 2/{program}",
        f"tcp 0 0 {near} {ASKING}:40002 SYN_RECV -",
        f"tcp 0 0 {near} {CLOSING}:40003 TIME_WAIT -",
    ])  # fmt: skip


def proposed(port: int, program: str, policy: Policy) -> Ruleset:
    return propose(analyze(parse(capture(port, program))), policy)


def test_a_session_is_an_open_connection() -> None:
    """Else whoever tries passwords, or forges an address, would be let in for good."""
    ruleset = proposed(22, "sshd", Policy(decisions=OFFICE))
    kept = own(ruleset.incoming)[0]
    assert codes(kept) == ["ANTI_LOCKOUT"]
    assert str(kept.remote) == OPEN
    assert knock(ruleset, 22, source="198.51.100.9").action is ACCEPT
    assert [knock(ruleset, 22, source=peer).action for peer in (OPEN, ASKING, CLOSING)] == [
        ACCEPT, DROP, DROP,
    ]  # fmt: skip
    assert said(ruleset)["ADMIN_KEPT_ASIDE"].startswith("tcp/22: the administrators seen")


def test_nobody_is_kept_who_has_no_session() -> None:
    text = capture(22, "sshd").replace("ESTABLISHED", "FIN_WAIT2")
    ruleset = propose(analyze(parse(text)), Policy(decisions=OFFICE))
    assert [codes(rule) for rule in own(ruleset.incoming)] == [["OPERATOR"]]
    assert "ADMIN_KEPT_ASIDE" not in said(ruleset)


def test_danger_is_narrowed_to_those_whose_address_is_proved() -> None:
    """A connection that closes was open once; one that is only asked for may never have been."""
    ruleset = proposed(6379, "redis", Policy())
    assert [knock(ruleset, 6379, source=peer).action for peer in (OPEN, ASKING, CLOSING)] == [
        ACCEPT, DROP, ACCEPT,
    ]  # fmt: skip
    asked_only = "\n".join(capture(6379, "redis").split("\n")[::2])
    shut = propose(analyze(parse(asked_only)))
    assert codes(own(shut.incoming)[0])[-1] == "HAZARD_SHUT"
    assert knock(shut, 6379, source=ASKING).action is DROP


def test_sources_are_narrowed_to_the_same() -> None:
    ruleset = proposed(8000, "app", Policy(narrow_sources=0))
    assert [knock(ruleset, 8000, source=peer).action for peer in (OPEN, ASKING, CLOSING)] == [
        ACCEPT, DROP, ACCEPT,
    ]  # fmt: skip
    nameless = capture(8000, "app").replace(f"{ASKING}:40002", "scanner.example:40002")
    assert said(propose(analyze(parse(nameless)), Policy(narrow_sources=0)))["SOURCES_NARROWED"]


def test_merged_captures_keep_the_sessions_of_both() -> None:
    first = analyze(parse(capture(22, "sshd")))
    second = analyze(parse(capture(22, "sshd").replace(CLOSING, "203.0.113.9").replace(
        OPEN, "203.0.113.8"
    )))  # fmt: skip
    merged = merge(observe(first, "a"), observe(second, "b"))
    kept = own(propose(merged.findings).incoming)[0]
    assert codes(kept) == ["ANTI_LOCKOUT"]
    assert str(kept.remote) == "203.0.113.1,203.0.113.8"


def test_a_connection_that_is_asked_for_makes_no_stranger_of_an_edge() -> None:
    server = analyze(parse(capture(8000, "app")))
    client = analyze(parse(f"tcp 0 0 {OPEN}:40001 192.0.2.2:8000 ESTABLISHED 9/client"))
    hosts = {"server": server, "client": client}
    (service,) = name_remotes(hosts, find_edges(hosts))["server"]
    assert [name for name, _ in service.hosts] == ["client"]
    assert list(map(str, service.strangers)) == [CLOSING]
    policy = Policy(decisions=decide_remotes([service]))
    assert knock(propose(server, policy), 8000, source=ASKING).action is DROP


@pytest.mark.parametrize(
    ("port", "program", "peer_port"),
    [(22, "-", 40001), (22, "-", 1022), (3389, "1180", 50412), (5985, "4", 49200),
     (22, "9/sshd", 40001), (222, "9/sshd", 40001), (222, "9/sshd", 10022)],
)  # fmt: skip
@pytest.mark.parametrize("profile", ["strict", "balanced", "permissive"])
def test_a_session_keeps_its_way_in_though_no_listener_is_captured(
    port: int, program: str, peer_port: int, profile: str
) -> None:
    """The line of the listener may be cut away or damaged; the others are all there."""
    ends = f"192.0.2.2:{port} {OPEN}:{peer_port} ESTABLISHED {program}"
    text = f"tcp 0 0 0.0.0.0:80 0.0.0.0:* LISTEN 1/httpd\ntcp 0 0 {ends}"
    if program.isdigit():
        text = f"TCP 0.0.0.0:80 0.0.0.0:0 LISTENING 4\nTCP {ends}"
    ruleset = propose(analyze(parse(text)), Policy(profile=profile))
    assert knock(ruleset, port, source=OPEN).action is ACCEPT
    assert knock(ruleset, port, source="198.51.100.9").action is ACCEPT
    assert "ANTI_LOCKOUT" in codes(own(ruleset.incoming)[0])
    assert "NO_WAY_IN" not in said(ruleset)
    assert call(ruleset, peer_port).action is DROP
    with pytest.raises(LockOutError):
        propose(
            analyze(parse(text)),
            Policy(decisions=read_decisions(f'[[incoming]]\naction="drop"\nport="tcp/{port}"')),
        )


@pytest.mark.parametrize("port", [3389, 5985, 5986])
@pytest.mark.parametrize("profile", ["strict", "balanced"])
def test_a_port_that_every_user_can_take_opens_nothing_either(port: int, profile: str) -> None:
    text = (
        "tcp 0 0 0.0.0.0:80 0.0.0.0:* LISTEN 1/httpd\n"
        f"tcp 0 0 192.0.2.2:{port} {OPEN}:40001 ESTABLISHED 9/x"
    )
    ruleset = propose(analyze(parse(text)), Policy(profile=profile))
    assert knock(ruleset, port, source="198.51.100.9").action is DROP
    assert "NO_WAY_IN" in said(ruleset)


@pytest.mark.parametrize("listener", ["tcp 0 0 0.0.0.0:80 0.0.0.0:* LISTEN 1/httpd\n", ""])
@pytest.mark.parametrize("port", [7722, 4444])
@pytest.mark.parametrize("profile", ["strict", "balanced"])
def test_a_name_without_a_listener_keeps_who_is_connected_and_opens_nothing(
    listener: str, port: int, profile: str
) -> None:
    """Every user can run a program, call it sshd, connect to it and close its listener."""
    text = f"{listener}tcp 0 0 192.0.2.2:{port} {OPEN}:40001 ESTABLISHED 9/sshd"
    findings = analyze(parse(text))
    ruleset = propose(findings, Policy(profile=profile))
    assert knock(ruleset, port, source=OPEN).action is ACCEPT
    assert knock(ruleset, port, source="198.51.100.9").action is DROP
    marks = said(ruleset)
    assert marks["ADMIN_KEPT_ALONE"].startswith(f"tcp/{port}: who is connected")
    assert marks["NO_WAY_IN"].endswith("from other machines but those who stay let in")
    assert not {"ADMIN_KEPT_ASIDE", "HAZARD_ADMIN_OPEN"} & marks.keys()
    shut = read_decisions(f'[[incoming]]\naction="drop"\nport="tcp/{port}"')
    closed = propose(findings, Policy(profile=profile, decisions=shut))
    assert knock(closed, port, source=OPEN).action is DROP
    assert said(closed)["NO_WAY_IN"].endswith("lets no administrator in from other machines")
    asked = read_decisions(f'[answers]\n"Q_INCOMING tcp/{port}" = true')
    opened = propose(findings, Policy(profile="balanced", decisions=asked))
    assert knock(opened, port, source="198.51.100.9").action is ACCEPT


@pytest.mark.parametrize("row", [
    # At the login.
    f"tcp 0 0 192.0.2.2:22 {OPEN}:40001 ESTABLISHED 9/sshd: unknown [pri",
    # Closing, and not of an administrator's kind.
    f"tcp 0 0 192.0.2.2:22 {OPEN}:40001 TIME_WAIT -",
    f"tcp 0 0 192.0.2.2:7722 {OPEN}:40001 ESTABLISHED 9/app",
    # What an ssh daemon asks for on behalf of who is connected.
    f"tcp 0 0 192.0.2.2:40002 {OPEN}:40001 ESTABLISHED 9/sshd",
])  # fmt: skip
def test_no_other_connection_without_a_listener_opens_anything(row: str) -> None:
    text = f"tcp 0 0 0.0.0.0:80 0.0.0.0:* LISTEN 1/httpd\n{row}"
    ruleset = propose(analyze(parse(text)), Policy(profile="permissive"))
    assert [str(rule.local_ports) for rule in own(ruleset.incoming)] == ["80", "443"]


def test_a_session_on_loopback_opens_nothing() -> None:
    shut = (
        "tcp 0 0 127.0.0.1:22 0.0.0.0:* LISTEN 1/sshd\n"
        f"tcp 0 0 192.0.2.2:22 {OPEN}:40001 ESTABLISHED 2/sshd"
    )
    ruleset = propose(analyze(parse(shut)))
    assert knock(ruleset, 22, source=OPEN).action is DROP


def test_sessions_of_a_family_without_a_listener_join_those_of_the_other() -> None:
    text = capture(22, "sshd") + "\ntcp6 0 0 2001:db8::2:22 2001:db8:9::9:40004 ESTABLISHED 3/sshd"
    ruleset = propose(analyze(parse(text)), Policy(decisions=OFFICE))
    kept = own(ruleset.incoming)[0]
    assert str(kept.remote) == f"{OPEN},2001:db8:9::9"
    assert [line.line for line in kept.evidence] == [2, 4, 5]


def guessing(program: str, listener: str = "1/sshd") -> Ruleset:
    """Propose ssh for an office, with somebody from elsewhere connected to it."""
    text = (
        f"tcp 0 0 0.0.0.0:22 0.0.0.0:* LISTEN {listener}\n"
        f"tcp 0 0 192.0.2.2:22 {OPEN}:40001 ESTABLISHED {program}"
    )
    return propose(analyze(parse(text)), Policy(decisions=OFFICE))


@pytest.mark.parametrize("program", [
    "3/sshd: unknown [priv]", "3/sshd: unknown [pri", "1234/sshd: unknown ", "123456/sshd: unknow",
    "1234567/sshd: unkno", "3/sshd: unknown [net]", "3/sshd: [accepted]", "3/sshd: [net]",
    "123456/sshd: [accep", "3/sshd: root [net]", "31/sshd: root [net", "312/sshd: root [ne",
    "3/sshd-session: unknown", "3/sshd-session: root [net]", "3/sshd-auth: root [",
    "123456/sshd-auth", "-",
])  # fmt: skip
def test_who_is_still_at_the_login_is_kept_by_nothing(program: str) -> None:
    """Else whoever guesses passwords while netstat runs would be let in for good."""
    ruleset = guessing(program)
    assert knock(ruleset, 22, source=OPEN).action is DROP
    assert "ADMIN_KEPT_ASIDE" not in said(ruleset)


@pytest.mark.parametrize("program", [
    "3/sshd: root@pts/0", "3/sshd: root [priv]", "3/sshd: unknown@pts/0", "3/sshd: unknowns [pri",
    "123456/sshd-session:", "3/sshd", "3/sshd: net [priv]", "3/dropbear",
])  # fmt: skip
def test_who_may_have_logged_in_is_kept(program: str) -> None:
    ruleset = guessing(program)
    assert knock(ruleset, 22, source=OPEN).action is ACCEPT
    assert "ADMIN_KEPT_ASIDE" in said(ruleset)


def test_a_session_without_a_program_is_kept_where_none_is_captured() -> None:
    assert knock(guessing("-", "-"), 22, source=OPEN).action is ACCEPT


def test_guessers_stay_peers() -> None:
    text = capture(22, "sshd").replace("2/sshd", "2/sshd: unknown [pri")
    (ssh,) = [each for each in analyze(parse(text)).exposures if each.port == 22]
    assert list(map(str, ssh.peers)) == [OPEN, CLOSING]
    assert ssh.connected == ()


def test_a_session_of_a_process_without_a_name_is_kept() -> None:
    """Windows names no owner to who may not know it."""
    text = (
        "tcp 0 0 0.0.0.0:22 0.0.0.0:* LISTEN 1/sshd\n"
        f"tcp 0 0 192.0.2.2:22 {OPEN}:40001 ESTABLISHED 2/sshd"
    )
    capture = parse(text)
    listener, session = capture.sockets
    nameless = attrs.evolve(session, process=Process(2))
    findings = analyze(attrs.evolve(capture, sockets=(listener, nameless)))
    assert knock(propose(findings, Policy(decisions=OFFICE)), 22, source=OPEN).action is ACCEPT
