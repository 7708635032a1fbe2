"""``parse`` and ``explain``: records for other programs, and what became of one line."""

from __future__ import annotations

import csv
import io
import json

import pytest
from cli_running import DAMAGED, FIXTURES, SEED, refused, run

from netstat_fw import parse
from netstat_fw.cli.spreadsheet import write_csv
from netstat_fw.columns import COLUMNS

_HOSTILE = "tcp 0 0 0.0.0.0:8080 0.0.0.0:* LISTEN 1/{}\n"


def _rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_parse_writes_the_records_as_json() -> None:
    result = run("parse", "-", "--json", text=DAMAGED)
    data = json.loads(result.stdout)
    assert data["sockets"][0]["process"] == {
        "pid": 1, "name": "sshd", "service": None, "components": [], "program": "sshd",
    }  # fmt: skip
    assert data["sockets"][0]["local"]["address"] == "0.0.0.0"  # noqa: S104 - a captured address
    assert data["line_roles"] == ["record", "diagnostic"]
    assert data["diagnostics"][0]["severity"] == "error"


def test_parse_writes_the_sockets_as_csv() -> None:
    rows = _rows(run("parse", str(SEED), "--csv").stdout)
    assert list(rows[0]) == [column.name for column in COLUMNS]
    assert len(rows) == len(parse(SEED.read_bytes()).sockets)
    assert rows[0]["program"] == "sshd"
    assert (rows[0]["local_port"], rows[0]["remote_port"]) == ("7722", "")


def test_csv_leaves_empty_what_was_not_captured_and_writes_flags_in_words() -> None:
    text = "tcp 0 0 *:ssh host.example:40000 ESTABLISHED -\n"
    (row,) = _rows(write_csv(parse(text)))
    assert (row["local_address"], row["local_service"], row["pid"]) == ("", "ssh", "")
    assert (row["remote_host"], row["remote_truncated"]) == ("host.example", "false")


@pytest.mark.parametrize("name", ["=cmd|'/C calc'!A0", "+1", "-bash", "@SUM(A1)", "\uff1d1"])
def test_no_csv_cell_is_a_formula(name: str) -> None:
    (row,) = _rows(write_csv(parse(_HOSTILE.format(name))))
    assert row["process_name"].startswith("'")


@pytest.mark.parametrize("name", ["a,b", 'a"b', "a;b"])
def test_no_name_adds_a_csv_column_or_row(name: str) -> None:
    (row,) = _rows(write_csv(parse(_HOSTILE.format(name))))
    assert row["process_name"] == name


@pytest.mark.parametrize("form", ["--json", "--csv"])
def test_no_control_character_gets_through(form: str) -> None:
    text = _HOSTILE.format("x\x1b]0;owned\x07\x9b2J\u202e\x7f\x08y")
    shown = run("parse", "-", form, text=text).stdout
    assert all(char.isprintable() or char == "\n" for char in shown)
    assert "owned" in shown


def test_parse_without_a_form_is_a_wrong_call() -> None:
    assert "say in which form: --json or --csv" in refused("parse", str(SEED))


def test_strict_refuses_a_damaged_capture() -> None:
    said = refused("parse", "-", "--json", "--strict", text=DAMAGED)
    assert "standard input: 1 row could not be read" in said


def test_dialect_can_be_forced() -> None:
    assert run("parse", "-", "--json", "--dialect", "linux", text=DAMAGED).exit_code == 1
    assert "no netstat socket table" in refused(
        "parse", "-", "--json", "--dialect", "windows", text="tcp 0 0 1.2.3.4:5 *:* LISTEN -\n"
    )


def test_explain_follows_one_line_to_its_rule() -> None:
    result = run("explain", str(SEED), "--line", "5")
    assert result.exit_code == 0
    assert result.stdout.startswith("    tcp        0      0 127.0.0.1:25 ")
    assert "\nline 5: record\n" in result.stdout
    assert "incoming rule: drop tcp/25 smtp from any (certain)" in result.stdout
    assert "question: sendmail serves tcp/25 to this machine only" in result.stdout
    assert "[Q_EXPOSE tcp/25]" in result.stdout


def test_explain_names_hazards_and_rules_that_are_not_in_force() -> None:
    shown = run("explain", str(SEED), "--line", "9").stdout
    assert "hazard, warning: add HTTPS on tcp/443 beside it [HAZARD_CLEARTEXT_WEB]" in shown
    strict = run("explain", str(SEED), "--line", "14", "--profile", "strict").stdout
    assert "not in force until a question is answered" in strict


def test_explain_shows_the_diagnostic_of_a_line() -> None:
    result = run("explain", "-", "--line", "2", text=DAMAGED)
    assert "line 2: diagnostic (not understood; see what is said of it)" in result.stdout
    assert "expected the local address:port" in result.stdout
    assert result.exit_code == 1


def test_explain_says_what_a_line_without_a_socket_of_its_own_is() -> None:
    def said(text: str, number: int) -> str:
        line = run("explain", "-", "--line", str(number), text=text).stdout.split("\n")[1]
        return line.partition(" (")[2].removesuffix(")")

    seed = SEED.read_text("utf-8")
    assert said(seed, 1) == "a title, a header or the like: no socket"
    assert said(seed, 23) == "a unix-domain socket, which no firewall of packets sees"
    assert said(seed.replace("\n", "\n\n"), 2) == "nothing but white space"
    owned = "  TCP    0.0.0.0:135    0.0.0.0:0    LISTENING    948\n  RpcSs\n [svchost.exe]\n"
    assert said(owned, 3) == "part of the socket that begins on line 1"


def test_explain_knows_how_many_lines_there_are() -> None:
    assert "has 2 lines: name one of them" in refused("explain", "-", "--line", "9", text=DAMAGED)
    one = DAMAGED.partition("\n")[0]
    assert "has 1 line: name" in refused("explain", "-", "--line", "9", text=one)


def test_explain_shows_every_line_of_a_capture() -> None:
    file = FIXTURES / "linux" / "hostile_names" / "netstat.txt"
    for number in range(1, parse(file.read_bytes()).line_count + 1):
        shown = run("explain", str(file), "--line", str(number)).stdout
        assert f"line {number}: " in shown
        assert all(char.isprintable() or char == "\n" for char in shown)
