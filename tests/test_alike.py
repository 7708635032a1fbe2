"""What is alike: shown once to people, and whole to whoever asks for all of it."""

from __future__ import annotations

import json
import re

import pytest
from cli_running import SEED, run
from hypothesis import given
from hypothesis import strategies as st

from netstat_fw import analyze, parse, propose
from netstat_fw.alike import (
    FEWEST,
    ask_together,
    join_questions,
    join_rows,
    lines_together,
    name_together,
)
from netstat_fw.cells import Programs, is_base, is_named, write_cells
from netstat_fw.evidence import Evidence, Question
from netstat_fw.ruleset import Action, Direction, PortSet, Protocol, Rule


def _local(*ports: int, program: str = "agent") -> str:
    """Write listeners that only their own machine reaches."""
    rows = (f"tcp 0 0 127.0.0.1:{port} 0.0.0.0:* LISTEN 7/{program}\n" for port in ports)
    return "".join(rows)


def _open(*ports: int) -> str:
    return "".join(f"tcp 0 0 0.0.0.0:{port} 0.0.0.0:* LISTEN 7/agent\n" for port in ports)


def test_many_that_are_alike_are_shown_once() -> None:
    text = _open(22) + _local(7001, 7002, 7003, 7007)
    shown = run("plan", "-", text=text).stdout
    assert "drop tcp/7001-7003,7007 from any" in shown
    assert "tcp/... is only reachable from this machine; an explicit drop keeps it so" in shown
    assert "lines 2-5" in shown
    assert "agent serves tcp/... to this machine only: is it meant" in shown
    assert "[Q_EXPOSE for each of tcp/7001-7003,7007]" in " ".join(shown.split())
    assert shown.endswith("What is alike is shown together; --all shows each by itself.\n")


def test_all_shows_each_by_itself() -> None:
    text = _open(22) + _local(7001, 7002, 7003, 7007)
    shown = " ".join(run("plan", "-", "--all", text=text).stdout.split())
    for port in (7001, 7002, 7003, 7007):
        assert f"tcp/{port} is only reachable from this machine" in shown
        assert f"[Q_EXPOSE tcp/{port}]" in shown
    assert "--all" not in shown


def test_few_that_are_alike_are_shown_apart_without_a_word() -> None:
    shown = run("plan", "-", text=_open(22) + _local(7001, 7002, 7003)).stdout
    assert "tcp/7002 is only reachable" in shown
    assert "--all" not in shown


def test_json_is_whole_in_any_case() -> None:
    text = _local(*range(7001, 7021))
    one, other = (run("plan", "-", "--json", *more, text=text).stdout for more in ((), ("--all",)))
    assert one == other
    questions = json.loads(one)["ruleset"]["questions"]
    assert {f"tcp/{port}" for port in range(7001, 7021)} <= {q["subject"] for q in questions}


def test_what_is_accepted_under_a_known_name_stays_apart() -> None:
    shown = run("plan", "-", text=_open(22, 53, 80, 443, 7701, 7703, 7705, 7709)).stdout
    shown = " ".join(shown.split())
    for service in ("tcp/22 ssh", "tcp/53 domain", "tcp/80 http", "tcp/443 https"):
        assert f"accept {service} from any" in shown
    assert "accept tcp/7701,7703,7705,7709 from any" in shown


def test_a_long_list_is_cut_and_says_so() -> None:
    text = "".join(_local(port, program=f"p{port}") for port in range(7001, 7120))
    shown = run("plan", "-", text=text).stdout
    assert "and 24 more; --all shows them" in shown
    whole = run("plan", "-", "--all", text=text).stdout
    assert "p7119 serves tcp/7119 to this machine only" in whole
    assert "--all" not in whole


@pytest.mark.parametrize("width", [60, 140])
def test_of_many_addresses_the_first_are_shown(width: int) -> None:
    clients = [f"198.51.100.{number}" for number in range(1, 31, 2)]
    rows = [f"tcp 0 0 192.0.2.1:5432 {each}:40000 ESTABLISHED 2/postgres\n" for each in clients]
    text = "".join(["tcp 0 0 192.0.2.1:5432 0.0.0.0:* LISTEN 2/postgres\n", *rows])
    cut = run("plan", "-", text=text, width=width).stdout
    whole = run("plan", "-", "--all", text=text, width=width).stdout
    assert re.findall(r"198\.51\.100\.[0-9]+", cut) == clients[:6]
    assert re.findall(r"198\.51\.100\.[0-9]+", whole) == clients
    assert " 9 more " in " ".join(cut.split())
    assert "the first are shown; --all shows every one." in " ".join(cut.split())
    assert "--all" not in whole


def test_a_danger_is_told_once_with_all_that_it_is_about() -> None:
    text = _open(5432, 3306)
    shown = " ".join(run("plan", "-", text=text).stdout.split())
    assert "critical: tcp/3306, tcp/5432: a data store" in shown
    apart = " ".join(run("plan", "-", "--all", text=text).stdout.split())
    assert "critical: tcp/3306: a data store" in apart
    assert "critical: tcp/5432: a data store" in apart


def test_the_plan_begins_with_its_first_line() -> None:
    for width in (60, 140):
        shown = run("plan", str(SEED), width=width).stdout
        assert shown.startswith("Incoming: what is not listed")
        lines = [line.strip() for line in shown.split("\n")]
        title = next(at for at, line in enumerate(lines) if line.startswith("Outgoing: "))
        assert lines[title - 1] == ""


def test_rows_are_joined_among_neighbours_of_one_action_only() -> None:
    def rule(action: Action, port: int) -> Rule:
        return Rule(action=action, protocol=Protocol.TCP, local_ports=PortSet([port]))

    ports = range(7001, 7001 + 2 * FEWEST - 2)
    half = FEWEST - 1
    apart = [rule(Action.DROP, port) for port in ports]
    apart.insert(half, rule(Action.ACCEPT, 9))
    programs = Programs(Direction.INCOMING, analyze(parse(_open(22))))
    assert [row.service for row in join_rows(apart, programs)] == [
        *(f"tcp/{port}" for port in ports[:half]),
        "tcp/9",
        *(f"tcp/{port}" for port in ports[half:]),
    ]
    del apart[half]
    assert [row.service for row in join_rows(apart, programs)] == ["tcp/7001-7006"]


def test_rules_without_ports_stay_apart() -> None:
    programs = Programs(Direction.OUTGOING, analyze(parse(_open(22))))
    portless = (Protocol.ESP, Protocol.AH, Protocol.IGMP, Protocol.ICMP)
    rules = [Rule(action=Action.ACCEPT, protocol=protocol) for protocol in portless]
    assert len(join_rows([*rules, Rule(action=Action.ACCEPT)], programs)) == len(rules) + 1


@given(st.lists(st.integers(1, 65535), max_size=12, unique=True))
def test_joining_loses_no_rule_and_no_question(ports: list[int]) -> None:
    findings = analyze(parse(_open(22) + _local(*ports)))
    ruleset = propose(findings)
    joined = join_questions(ruleset.questions)
    assert sorted(q.subject for group in joined for q in group) == sorted(
        q.subject for q in ruleset.questions
    )
    assert all(len(group) == 1 or len(group) >= FEWEST for group in joined)
    for direction in Direction:
        rules = [rule for rule in ruleset.chain(direction).rules if not is_base(rule)]
        programs = Programs(direction, findings)
        rows = join_rows(rules, programs)
        single = [write_cells(rule, programs) for rule in rules]
        left = [row for row in single if row not in rows]
        assert len(rows) == len(rules) - len(left) + (1 if left else 0)
        assert len(left) == 0 or len(left) >= FEWEST


def test_questions_are_named_by_code_and_ports() -> None:
    asked = [
        Question("Q_A", f"is tcp/{port} yours?", f"tcp/{port}", (Evidence(port, "b"), Evidence(1)))
        for port in (5, 50, 6, 7)
    ]
    assert ask_together(asked) == "is tcp/... yours?"
    assert ask_together(asked[:1]) == "is tcp/5 yours?"
    assert name_together(asked) == "Q_A for each of tcp/5-7,50"
    assert name_together(asked[1:2]) == "Q_A tcp/50"
    assert lines_together(asked) == "1; b 5-7, 50"
    other = Question("Q_B", "well?", "udp of unknown programs")
    assert join_questions([other, *asked, other]) == [(other,), tuple(asked), (other,)]


@pytest.mark.parametrize(
    ("port", "service", "shown"),
    [
        (8080, "http-alt", "tcp/8080 http-alt"),
        (9222, "teamcoherence", "tcp/9222 (teamcoherence)"),
        (9222, "billing", "tcp/9222 billing"),
        (33331, "diamondport", "tcp/33331"),
        (33331, "billing", "tcp/33331 billing"),
        (57000, "dircproxy", "tcp/57000 dircproxy"),
        (9222, "tcp-9222", "tcp/9222"),
        (9222, None, "tcp/9222"),
    ],
)
def test_a_name_that_only_the_registry_has_is_told_as_such(
    port: int, service: str | None, shown: str
) -> None:
    rule = Rule(
        action=Action.ACCEPT, protocol=Protocol.TCP, local_ports=PortSet([port]), service=service
    )
    programs = Programs(Direction.INCOMING, analyze(parse(_open(22))))
    assert write_cells(rule, programs).service == shown
    assert is_named(rule, Direction.INCOMING) == (" (" not in shown and " " in shown)
