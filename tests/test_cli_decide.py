"""``decide``: the decisions file, its interview, and that nothing of the operator's is lost."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
import tomllib
from typing import TYPE_CHECKING

from cli_running import DAMAGED, SEED, refused, run

if TYPE_CHECKING:
    from pathlib import Path

_QUESTIONS = 8


def _answers(file: Path) -> dict[str, object]:
    answers: dict[str, object] = tomllib.loads(file.read_text("utf-8"))["answers"]
    return answers


def test_decide_writes_a_file_of_open_questions(tmp_path: Path) -> None:
    file = tmp_path / "decisions.toml"
    result = run("decide", str(SEED), "--decisions", str(file))
    assert (result.exit_code, result.stdout) == (0, "")
    assert f"{file}: 8 questions are open; answer in the file" in result.stderr
    assert file.read_text("utf-8").count("= false") == _QUESTIONS
    assert _answers(file) == {}


def test_decide_twice_changes_nothing(tmp_path: Path) -> None:
    file = tmp_path / "decisions.toml"
    run("decide", str(SEED), "--decisions", str(file))
    before = file.stat()
    run("decide", str(SEED), "--decisions", str(file))
    assert file.stat().st_ino == before.st_ino


def test_decide_adds_to_a_file_and_keeps_its_line_ends_and_mode(tmp_path: Path) -> None:
    file = tmp_path / "decisions.toml"
    mine = b'# mine\r\n[answers]\r\nQ_UPDATES = "over HTTPS"\r\n'
    file.write_bytes(mine)
    file.chmod(0o600)
    result = run("decide", str(SEED), "--decisions", str(file))
    assert "7 questions are open" in result.stderr
    text = file.read_bytes()
    assert text.count(b"\n") == text.count(b"\r\n")
    assert mine.rpartition(b"\r\nQ_")[0] in text
    assert _answers(file) == {"Q_UPDATES": "over HTTPS"}
    assert file.stat().st_mode & 0o777 == 0o600


def test_decide_writes_to_standard_output() -> None:
    result = run("decide", str(SEED), "--decisions", "-")
    assert tomllib.loads(result.stdout) == {"answers": {}}


def test_decide_tells_of_damaged_captures(tmp_path: Path) -> None:
    file = tmp_path / "decisions.toml"
    assert run("decide", "-", "--decisions", str(file), text=DAMAGED).exit_code == 1


def test_decide_refuses_a_broken_file_and_leaves_it_alone(tmp_path: Path) -> None:
    file = tmp_path / "decisions.toml"
    file.write_text("[answers\n", "utf-8")
    assert "decisions.toml, line 1" in refused("decide", str(SEED), "--decisions", str(file))
    assert file.read_text("utf-8") == "[answers\n"


def test_decide_says_where_it_cannot_write(tmp_path: Path) -> None:
    assert "cannot write" in refused("decide", str(SEED), "--decisions", str(tmp_path / "a" / "b"))


def test_the_interview_puts_answers_into_the_file(tmp_path: Path) -> None:
    file = tmp_path / "decisions.toml"
    # Backup, tcp/25, tcp/631, logging, monitoring, mail out, ssh out, updates.
    given = "by tape\nn\nYES\n\ns\ny\nno\nover HTTPS\n"
    result = run("decide", str(SEED), "--decisions", str(file), "-i", text=given)
    assert result.exit_code == 0
    assert _answers(file) == {
        "Q_BACKUP": "by tape",
        "Q_EXPOSE tcp/25": False,
        "Q_EXPOSE tcp/631": True,
        "Q_SMTP_OUT": True,
        "Q_SSH_OUT": False,
        "Q_UPDATES": "over HTTPS",
    }
    assert "sendmail serves tcp/25 to this machine only" in result.stderr
    assert "(line 5)" in result.stderr
    assert result.stderr.count(f"open questions: {_QUESTIONS}\ny: yes, open") == 1
    assert "6 answers to write" in result.stderr
    assert "2 questions are open" in result.stderr
    shown = run("plan", str(SEED), "--decisions", str(file)).stdout
    assert "accept   tcp/631 ipp" in shown
    assert "accept   tcp/25 smtp" in shown


def test_the_interview_ends_on_q_and_keeps_what_was_answered(tmp_path: Path) -> None:
    file = tmp_path / "decisions.toml"
    result = run("decide", str(SEED), "--decisions", str(file), "-i", text="n\nq\n")
    assert result.exit_code == 0
    assert _answers(file) == {"Q_BACKUP": False}
    assert "1 answer to write" in result.stderr


def test_an_interview_that_is_broken_off_writes_nothing(tmp_path: Path) -> None:
    file = tmp_path / "decisions.toml"
    for given in ("", "n\n"):
        said = refused("decide", str(SEED), "--decisions", str(file), "-i", text=given)
        assert (
            "\nError: the answers ended before the questions did, and nothing was written" in said
        )
        assert not file.exists()


def test_the_interview_says_what_a_yes_would_open(tmp_path: Path) -> None:
    file = str(tmp_path / "decisions.toml")
    said = run("decide", str(SEED), "--decisions", file, "-i", text="y\n" * _QUESTIONS).stderr
    nothing = "y opens nothing: it is noted, and only a rule of your own can open more"
    assert f"\n{nothing}\nQ_BACKUP: " in said
    assert "\ny opens incoming tcp/25 smtp from any\nQ_EXPOSE tcp/25: " in said
    # That an earlier yes opened nothing is not said again.
    assert "\ny opens outgoing tcp/25 smtp to any\nQ_SMTP_OUT: " in said


def test_questions_that_are_alike_are_answered_together_or_apart(tmp_path: Path) -> None:
    capture = tmp_path / "capture"
    rows = (f"tcp 0 0 127.0.0.1:{port} 0.0.0.0:* LISTEN 7/agent\n" for port in range(7001, 7007))
    capture.write_text("tcp 0 0 0.0.0.0:22 0.0.0.0:* LISTEN 1/sshd\n" + "".join(rows), "utf-8")
    subjects = [f"Q_EXPOSE tcp/{port}" for port in range(7001, 7007)]

    def interview(given: str) -> tuple[str, dict[str, object]]:
        file = tmp_path / "decisions.toml"
        file.unlink(missing_ok=True)
        said = run("decide", str(capture), "--decisions", str(file), "-i", text=given)
        return said.stderr, _answers(file)

    said, together = interview("s\nNo\nq\n")
    assert "6 questions that are alike: the answer is for all; e: ask each by itself" in said
    assert "; and 2 more\nQ_EXPOSE for each of tcp/7001-7006: " in said
    assert "6 answers to write" in said
    assert together == dict.fromkeys(subjects, False)
    said, apart = interview("s\ne\ny\nfor tests\ns\nn\nQ\n")
    assert "y opens incoming tcp/7002" in said
    assert apart == {subjects[0]: True, subjects[1]: "for tests", subjects[3]: False}
    # Where one is asked alone, an e is a note like any other.
    _, alone = interview("e\nq\n")
    assert alone == {"Q_BACKUP": "e"}


def test_an_interview_with_nothing_open_asks_nothing(tmp_path: Path) -> None:
    file = tmp_path / "decisions.toml"
    run("decide", str(SEED), "--decisions", str(file), "-i", text="n\n" * _QUESTIONS)
    result = run("decide", str(SEED), "--decisions", str(file), "-i")
    assert result.exit_code == 0
    assert "every question is answered" in result.stderr
    one = file.read_text("utf-8").replace("Q_UPDATES = false", "")
    file.write_text(one, "utf-8")
    again = run("decide", str(SEED), "--decisions", str(file))
    assert "1 question is open" in again.stderr


def test_an_interview_needs_standard_input_for_itself() -> None:
    assert "save it to a file first" in refused("decide", "-", "-i", text=DAMAGED)


def test_hostile_names_reach_neither_terminal_nor_file(tmp_path: Path) -> None:
    capture = tmp_path / "capture"
    capture.write_text("tcp 0 0 127.0.0.1:80 0.0.0.0:* LISTEN 1/x\x1b[2Ky\x07\n", "utf-8")
    file = tmp_path / "decisions.toml"
    result = run("decide", str(capture), "--decisions", str(file), "-i", text="n\n" * 20)
    for text in (result.stdout, result.stderr, file.read_text("utf-8")):
        assert all(char.isprintable() or char == "\n" for char in text)


def test_the_interview_works_on_a_terminal(tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    file = tmp_path / "decisions.toml"
    arguments = ["decide", str(SEED), "--decisions", str(file), "--interactive"]
    call = subprocess.Popen(
        [sys.executable, "-m", "netstat_fw", *arguments],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env={**os.environ, "TERM": "dumb"},
    )
    os.close(theirs)
    shown = b""
    for prompt, answer in ((b"Q_BACKUP: ", b"n\n"), (b"Q_EXPOSE tcp/25: ", b"q\n")):
        while not shown.endswith(prompt):
            shown += os.read(ours, 65536)
        os.write(ours, answer)
    assert call.wait() == 0
    os.close(ours)
    assert _answers(file) == {"Q_BACKUP": False}
