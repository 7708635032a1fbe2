"""Answers put into decisions files: the answer is there, and nothing else has changed."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from policy_findings import checklist, findings, loopback

from netstat_fw import propose
from netstat_fw.errors import DecisionsError
from netstat_fw.evidence import Question
from netstat_fw.ruleset import Policy, read_decisions, write_starter
from netstat_fw.ruleset.answering import write_answer, write_answers
from netstat_fw.ruleset.decisions.values import question_key

BACKUP = Question("Q_BACKUP", "How is this machine backed up?")
FOUND = findings(loopback(25), loopback(631), checklist(25), BACKUP)


def test_an_answer_takes_the_place_of_its_commented_entry() -> None:
    text = write_starter(FOUND)
    answered = write_answer(text, "Q_EXPOSE tcp/25", value=True)
    assert answered == text.replace('# "Q_EXPOSE tcp/25" = false', '"Q_EXPOSE tcp/25" = true')


def test_an_entry_outside_the_answers_is_not_taken_for_one() -> None:
    text = '[answers]\n\n[zones]\n# Q_A = false\noffice = ["192.0.2.0/24"]\n'
    assert write_answer(text, "Q_A", value=False) == text.replace(
        "[answers]\n", "[answers]\nQ_A = false\n"
    )


@pytest.mark.parametrize(
    ("text", "answered"),
    [
        ("", "[answers]\nQ_A = true\n"),
        ("# mine\n", "# mine\n\n[answers]\nQ_A = true\n"),
        ('ephemeral = "1024-2048"', 'ephemeral = "1024-2048"\n\n[answers]\nQ_A = true\n'),
        ("[answers]", "[answers]\nQ_A = true"),
        ("answers.Q_B = false\n", "answers.Q_A = true\nanswers.Q_B = false\n"),
        ("# answers.Q_A = false\nanswers.Q_B = 1\n", "answers.Q_A = true\nanswers.Q_B = 1\n"),
        ("\ufeff[answers]\n", "\ufeff[answers]\nQ_A = true\n"),
        (
            '[answers]\nx = """\n# Q_A = 1\n"""\n',
            '[answers]\nQ_A = true\nx = """\n# Q_A = 1\n"""\n',
        ),
    ],
)
def test_an_answer_finds_its_place(text: str, answered: str) -> None:
    assert write_answer(text, "Q_A", value=True) == answered


def test_answers_that_cannot_be_added_to_are_named() -> None:
    with pytest.raises(DecisionsError, match=r"^web\.toml: no answer can be added"):
        write_answer("answers = {Q_B = true}\n", "Q_A", True, "web.toml")  # noqa: FBT003


@given(st.text(max_size=30))
def test_any_text_is_a_note_and_nothing_else(note: str) -> None:
    answered = tomllib.loads(write_answer(write_starter(FOUND), "Q_BACKUP", note))
    assert list(answered) == ["answers"]
    assert list(answered["answers"]) == ["Q_BACKUP"]
    assert answered["answers"]["Q_BACKUP"].isprintable()


def test_answering_everything_leaves_nothing_open() -> None:
    text = write_starter(FOUND)
    for question in propose(FOUND).questions:
        text = write_answer(text, question_key(question), value=False)
    assert propose(FOUND, Policy(decisions=read_decisions(text))).questions == ()


def test_one_answer_to_many_questions_is_that_answer_to_each() -> None:
    keys = [question_key(question) for question in propose(FOUND).questions]
    for text in (write_starter(FOUND), "", "[answers]\n", "answers.Q_OTHER = true\n"):
        each = text
        for key in keys:
            each = write_answer(each, key, "by\x1b tape")
        together = write_answers(text, keys, "by\x1b tape")
        assert tomllib.loads(together) == tomllib.loads(each)
    assert write_answers(write_starter(FOUND), keys, "x").count("\n") == (
        write_starter(FOUND).count("\n")
    )


def test_text_that_only_looks_like_entries_is_left_alone() -> None:
    text = '[answers]\nx = """\n# Q_A = 1\n"""\n'
    answered = write_answers(text, ["Q_A", "Q_B"], value=True)
    assert tomllib.loads(answered)["answers"] == {"x": "# Q_A = 1\n", "Q_A": True, "Q_B": True}
    assert write_answers("\ufeff[answers]\n# Q_A = 1\n", ["Q_A"], value=False) == (
        "\ufeff[answers]\nQ_A = false\n"
    )


def test_many_answers_do_not_take_a_look_at_the_file_each(monkeypatch: pytest.MonkeyPatch) -> None:
    keys = [f"Q_EXPOSE tcp/{port}" for port in range(1, 50)]
    text = "[answers]\n" + "".join(f'# "{key}" = false\n' for key in keys)
    looks: list[str] = []
    loads = tomllib.loads

    def look(given: str) -> dict[str, object]:
        looks.append(given)
        return loads(given)

    monkeypatch.setattr(tomllib, "loads", look)
    write_answers(text, keys, value=True)
    assert len([each for each in looks if "[answers]" in each]) == 2
