"""The interview: open questions put to the operator one by one, many that are alike as one.

Each answer is in the decisions before the next question is asked, because it may settle others or
raise new ones.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
import click

from netstat_fw.alike import ask_together, join_questions, lines_together, name_together
from netstat_fw.cells import name_lines
from netstat_fw.diagnostics import printable
from netstat_fw.ruleset.answering import write_answers
from netstat_fw.ruleset.decisions.reading import read_decisions
from netstat_fw.ruleset.decisions.values import Reply, question_key
from netstat_fw.ruleset.phrasing import phrase
from netstat_fw.ruleset.proposal import propose
from netstat_fw.ruleset.terms import Action, Direction

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from netstat_fw.analyzers.findings import Findings
    from netstat_fw.evidence import Question
    from netstat_fw.ruleset.model import Ruleset
    from netstat_fw.ruleset.policy import Policy

_HELP = (
    "y: yes, open what is asked about   n: no, keep it shut   any other text: a note, which settles"
    " the question and changes no rule   s: skip   q: stop and keep the answers so far"
)
_MOST_OPENED = 4


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
    apart: set[str] = set()
    decided = _decided(text, policy, name)
    ruleset = propose(findings, decided)
    while asked := [each for each in ruleset.questions if question_key(each) not in skipped]:
        group = _first_of(asked, apart)
        keys = [question_key(each) for each in group]
        if not (count or skipped or apart):
            click.echo(f"open questions: {len(asked)}\n{_HELP}", err=True)
        answer = _ask(group, _say_yes(findings, ruleset, decided, keys))
        word = answer.lower()
        if word == "q":
            break
        if word in {"", "s"}:
            skipped.update(keys)
        elif word == "e" and len(group) > 1:
            apart.update(keys)
        else:
            text = write_answers(text, keys, _WORDS.get(word, answer), name)
            count += len(keys)
            decided = _decided(text, policy, name)
            ruleset = propose(findings, decided)
    return text, count


def open_questions(
    findings: Findings, text: str, policy: Policy, name: str
) -> tuple[Question, ...]:
    """Find what is still to be asked where a decisions file says what it says."""
    return propose(findings, _decided(text, policy, name)).questions


def _decided(text: str, policy: Policy, name: str) -> Policy:
    # Here a lock-out is not yet anybody's firewall.
    return attrs.evolve(policy, decisions=read_decisions(text, name), allow_lockout=True)


def _first_of(asked: Sequence[Question], apart: set[str]) -> tuple[Question, ...]:
    """Choose the first question, with those that are alike unless they are to be asked apart."""
    if question_key(asked[0]) in apart:
        return (asked[0],)
    return join_questions([each for each in asked if question_key(each) not in apart])[0]


def _say_yes(findings: Findings, ruleset: Ruleset, decided: Policy, keys: Iterable[str]) -> str:
    """Say what a yes would open; some only note what no rule is known for."""
    replies = (*decided.decisions.replies, *(Reply(key, value=True) for key in keys))
    decisions = attrs.evolve(decided.decisions, replies=replies)
    after = propose(findings, attrs.evolve(decided, decisions=decisions))
    before = set(_accepted(ruleset))
    opened = [said for said in _accepted(after) if said not in before]
    if not opened:
        return "y opens nothing: it is noted, and only a rule of your own can open more"
    more = len(opened) - _MOST_OPENED
    rest = f"; and {more} more" if more > 0 else ""
    return f"y opens {'; '.join(opened[:_MOST_OPENED])}{rest}"


def _accepted(ruleset: Ruleset) -> list[str]:
    return [
        f"{direction.value} {phrase(rule, direction).removeprefix('accept ')}"
        for direction in Direction
        for rule in ruleset.chain(direction).rules
        if rule.enabled and rule.action is Action.ACCEPT
    ]


def _ask(group: Sequence[Question], consequence: str) -> str:
    lines = name_lines(lines_together(group))
    seen = f" ({lines})" if lines else ""
    click.echo(f"\n{printable(f'{ask_together(group)}{seen}')}", err=True)
    if len(group) > 1:
        told = (
            f"{len(group)} questions that are alike: the answer is for all; e: ask each by itself"
        )
        click.echo(told, err=True)
    click.echo(printable(consequence), err=True)
    label = printable(name_together(group))
    answer: str = click.prompt(label, default="", show_default=False, err=True)
    return answer.strip()


_WORDS: dict[str, bool] = {
    **dict.fromkeys(("y", "yes", "true"), True),
    **dict.fromkeys(("n", "no", "false"), False),
}
