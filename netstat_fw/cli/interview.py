"""The interview: open questions put to the operator one by one.

Each answer is in the decisions before the next question is asked, because it may settle others or
raise new ones.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
import click

from netstat_fw.cells import write_lines
from netstat_fw.diagnostics import printable
from netstat_fw.ruleset.answering import write_answer
from netstat_fw.ruleset.decisions.reading import read_decisions
from netstat_fw.ruleset.decisions.values import question_key
from netstat_fw.ruleset.proposal import propose

if TYPE_CHECKING:
    from netstat_fw.analyzers.findings import Findings
    from netstat_fw.evidence import Question
    from netstat_fw.ruleset.policy import Policy

_HELP = (
    "y: yes, open what is asked about   n: no, keep it shut   any other text: a note, which settles"
    " the question and changes no rule   s: skip   q: stop and keep the answers so far"
)


def interview(findings: Findings, text: str, policy: Policy, name: str) -> tuple[str, int]:
    """Ask what is open on standard error, and put the answers into a decisions file.

    Args:
        findings: what was found.
        text: the file's text so far.
        policy: what the operator wants beside the file.
        name: the file's name, for messages.

    Returns:
        The file's text with the answers, and their number.

    Raises:
        click.Abort: where the operator breaks off.
        DecisionsError: for a file that cannot be read.
    """
    count = 0
    skipped: set[str] = set()
    while (question := _next(findings, text, policy, name, skipped)) is not None:
        key = question_key(question)
        answer = _ask(question, is_first=not (count or skipped))
        if answer == "q":
            break
        if answer in {"", "s"}:
            skipped.add(key)
            continue
        text = write_answer(text, key, _WORDS.get(answer.lower(), answer), name)
        count += 1
    return text, count


def open_questions(
    findings: Findings, text: str, policy: Policy, name: str
) -> tuple[Question, ...]:
    """Find what is still to be asked where a decisions file says what it says."""
    decided = attrs.evolve(policy, decisions=read_decisions(text, name), allow_lockout=True)
    return propose(findings, decided).questions


def _next(
    findings: Findings, text: str, policy: Policy, name: str, skipped: set[str]
) -> Question | None:
    asked = open_questions(findings, text, policy, name)
    return next((each for each in asked if question_key(each) not in skipped), None)


def _ask(question: Question, *, is_first: bool) -> str:
    if is_first:
        click.echo(_HELP, err=True)
    lines = write_lines(question.evidence)
    seen = f" (lines {lines})" if lines else ""
    click.echo(f"\n{printable(f'{question.sentence}{seen}')}", err=True)
    label = printable(question_key(question))
    answer: str = click.prompt(label, default="", show_default=False, err=True)
    return answer.strip()


_WORDS: dict[str, bool] = {
    **dict.fromkeys(("y", "yes", "true"), True),
    **dict.fromkeys(("n", "no", "false"), False),
}
