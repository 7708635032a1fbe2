"""Starter files: every open question as a commented entry, and nothing of the operator's lost."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from policy_findings import admin, asked, checklist, connection, exposure, findings, loopback

from netstat_fw.errors import DecisionsError
from netstat_fw.evidence import Confidence, Evidence, Question
from netstat_fw.ruleset import Policy, Profile, propose, read_decisions, write_starter

BACKUP = Question("Q_BACKUP", "How is this machine backed up?")
FOUND = findings(loopback(25), loopback(631), checklist(25), BACKUP)
ANSWERS = ["Q_BACKUP", "Q_EXPOSE tcp/25", "Q_EXPOSE tcp/631", "Q_SMTP_OUT"]


def entries(text: str) -> list[str]:
    """Return the commented answers of a file, as an operator would see them."""
    section = text[text.index("[answers]") :]
    return [line for line in section.split("\n") if line.endswith(" = false")]


def uncommented(text: str) -> str:
    """Take the marks before the answers away."""
    return "\n".join(
        line.removeprefix("# ") if line in entries(text) else line for line in text.split("\n")
    )


def test_a_new_file_asks_what_the_proposal_asks() -> None:
    text = write_starter(FOUND)
    assert entries(text) == [
        "# Q_BACKUP = false",
        '# "Q_EXPOSE tcp/25" = false',
        '# "Q_EXPOSE tcp/631" = false',
        "# Q_SMTP_OUT = false",
    ]
    assert "# is tcp/25 meant to be reached?" in text
    assert tomllib.loads(text) == {"answers": {}}
    assert asked(propose(FOUND)) == ANSWERS


def test_lines_that_raise_a_question_are_named() -> None:
    cited = tuple(Evidence(line) for line in range(1, 9))
    text = write_starter(findings(Question("Q_X", "What is it?", "", cited[:2])))
    assert "# What is it? (line 1, 2)\n# Q_X = false" in text
    more = write_starter(findings(Question("Q_X", "What is it?", "", cited)))
    assert "(line 1, 2, 3, 4, 5, 6...)" in more


def test_answering_them_all_settles_them_all() -> None:
    text = uncommented(write_starter(FOUND))
    decisions = read_decisions(text)
    assert [reply.question for reply in decisions.replies] == ANSWERS
    assert asked(propose(FOUND, Policy(decisions=decisions))) == []


def test_the_examples_in_the_header_are_a_file_that_can_be_read() -> None:
    header = write_starter(findings()).partition("\n[answers]")[0].split("\n")
    start = next(n for n, line in enumerate(header) if line.startswith("# ephemeral"))
    example = "\n".join(line.removeprefix("#").strip() for line in header[start:])
    decisions = read_decisions(example)
    assert (len(decisions.choices), len(decisions.zones), len(decisions.companions)) == (2, 1, 1)


@pytest.mark.parametrize("existing", [
    "", "\n", "# mine\n", "[answers]", "[answers]\nQ_BACKUP = true\n", "\ufeff[answers]\r\n",
    " [ answers ] # mine\n\n[zones]\na = '192.0.2.1'", "[zones]\na = '192.0.2.1'",
    "answers.Q_BACKUP = 'tape'\n[zones]\na = '192.0.2.1'\n",
    "[zones]\na = '192.0.2.1'\n#[answers]\n[answers]\n\n#Q_SMTP_OUT=true",
])  # fmt: skip
class TestExisting:
    def test_what_is_there_stays(self, existing: str) -> None:
        text = write_starter(FOUND, existing)
        kept = iter(text.split("\n"))
        assert all(line in kept for line in existing.rstrip("\n").split("\n"))
        if existing:
            after = tomllib.loads(text.removeprefix("\ufeff"))
            before = tomllib.loads(existing.removeprefix("\ufeff"))
            assert after | {"answers": {}} == before | {"answers": {}}
            assert after["answers"] == before.get("answers", {})

    def test_a_second_run_changes_nothing(self, existing: str) -> None:
        text = write_starter(FOUND, existing)
        assert write_starter(FOUND, text) == text

    def test_every_question_is_in_it_once(self, existing: str) -> None:
        text = write_starter(FOUND, existing)
        for key in ANSWERS:
            assert sum(key in line and "=" in line for line in text.split("\n")) == 1

    def test_its_entries_can_be_answered(self, existing: str) -> None:
        text = write_starter(FOUND, existing)
        lines = [
            line.lstrip("# ") if line.startswith("#") and "Q_" in line else line
            for line in text.split("\n")
        ]
        decisions = read_decisions("\n".join(lines))
        assert asked(propose(FOUND, Policy(decisions=decisions))) == []


def test_answers_within_braces_are_left_to_the_operator() -> None:
    existing = "answers = {Q_BACKUP = true}\n[zones]\na = '192.0.2.1'\n"
    text = write_starter(FOUND, existing)
    assert text.endswith(existing)
    assert text.startswith("# Answers to these go between the braces of answers")
    assert write_starter(FOUND, text) == text
    found = [line for line in text.split("\n") if line.endswith(" = false")]
    assert len(found) == len(ANSWERS) - 1
    inside = ", ".join(entry.lstrip("# ") for entry in found)
    answered = read_decisions(text.replace("{Q_BACKUP = true", f"{{Q_BACKUP = true, {inside}"))
    assert asked(propose(FOUND, Policy(decisions=answered))) == []


def test_new_questions_are_added_to_an_older_file() -> None:
    older = write_starter(findings(BACKUP))
    mine = older.replace("# Q_BACKUP = false", 'Q_BACKUP = "tape"') + "\n[zones]\nx = '192.0.2.1'\n"
    text = write_starter(FOUND, mine)
    assert len(entries(text)) == 3
    assert read_decisions(text).zones == read_decisions(mine).zones
    assert [reply.value for reply in read_decisions(text).replies] == ["tape"]


def test_a_file_without_open_questions_stays_as_it_is() -> None:
    assert write_starter(findings(), "# mine") == "# mine"


def test_a_policy_says_what_is_asked() -> None:
    found = findings(exposure(5000, confidence=Confidence.MEDIUM))
    assert entries(write_starter(found)) == []
    strict = write_starter(found, policy=Policy(profile=Profile.STRICT))
    assert entries(strict) == ['# "Q_INCOMING tcp/5000" = false']


def test_decisions_of_the_file_take_the_place_of_the_policy_s() -> None:
    decisions = read_decisions("[answers]\nQ_BACKUP = true")
    assert entries(write_starter(findings(BACKUP), policy=Policy(decisions=decisions))) == []
    text = write_starter(findings(BACKUP), "# mine", Policy(decisions=decisions))
    assert entries(text) == ["# Q_BACKUP = false"]


def test_decisions_that_lock_out_are_no_obstacle() -> None:
    existing = '[[incoming]]\naction = "drop"\nport = "tcp/22"'
    assert write_starter(findings(admin(), connection(22)), existing) == existing


def test_a_file_that_cannot_be_read_is_refused_by_name() -> None:
    with pytest.raises(DecisionsError, match=r"^mine\.toml, line 1"):
        write_starter(findings(), "a", name="mine.toml")


hostile = st.text(max_size=12) | st.sampled_from(
    ['"\nQ_X = true #', "]\n[zones]", "\x1b[2K", "\\", "\x7f", '"""', "\ud800", "\u2028", "=", "\r"]
)


@given(st.lists(st.tuples(hostile, hostile), min_size=1, max_size=4))
def test_captured_text_never_becomes_more_than_a_comment(parts: list[tuple[str, str]]) -> None:
    questions = [Question("Q_NAMED", sentence, subject) for sentence, subject in parts]
    found = findings(*questions)
    text = write_starter(found)
    assert tomllib.loads(text) == {"answers": {}}
    assert write_starter(found, text) == text
    answered = read_decisions(uncommented(text))
    assert asked(propose(found, Policy(decisions=answered))) == []
