"""Starter: a decisions file to begin with, in which every open question is a commented entry.

An existing file is only ever added to. What the operator wrote stays as it is, a question that is
in the file already, answered or commented, is not added again, and so a second run changes nothing.
"""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import attrs

from netstat_fw.diagnostics import printable
from netstat_fw.ruleset.decisions.reading import read_decisions
from netstat_fw.ruleset.decisions.toml_lines import find_lines, read_keys, write_key
from netstat_fw.ruleset.decisions.values import question_key
from netstat_fw.ruleset.policy import Policy
from netstat_fw.ruleset.proposal import propose

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from netstat_fw.analyzers.findings import Findings
    from netstat_fw.evidence import Question

_DEFAULT_POLICY = Policy()
_MARK = "\ufeff"
_ANSWERS = "answers"
_WIDTH = 100
_MOST_LINES = 6
_WITHIN = "# Answers to these go between the braces of answers, with commas between them."


def write_starter(
    findings: Findings,
    existing: str = "",
    policy: Policy = _DEFAULT_POLICY,
    name: str = "decisions.toml",
) -> str:
    r"""Write a decisions file that asks what `propose` would ask, or add that to an existing one.

    Args:
        findings: what `analyze` found.
        existing: text of the operator's file; empty for none. Its decisions take the place of the
            policy's.
        policy: what the operator wants.
        name: the file's name, for messages.

    Raises:
        DecisionsError: for an existing file that `read_decisions` refuses.
    """
    if existing:
        policy = attrs.evolve(policy, decisions=read_decisions(existing, name))
    # Here a lock-out is not yet anybody's firewall.
    asked = propose(findings, attrs.evolve(policy, allow_lockout=True)).questions
    if not existing:
        return "\n".join([*_HEADER, "", f"[{_ANSWERS}]", *_entries(asked), ""])
    body = existing.removeprefix(_MARK)
    known = set(_known_keys(body))
    added = _added(body, [each for each in asked if question_key(each) not in known])
    return existing[: len(existing) - len(body)] + added


def _added(existing: str, questions: list[Question]) -> str:
    """Put entries below the header of the answers, wherever that is; behind all if nowhere."""
    if not questions:
        return existing
    lines = existing.split("\n")
    places = find_lines(existing)
    at = places.get((_ANSWERS,))
    if at is None:
        text = existing.rstrip("\r\n")
        return "\n".join([text, "", f"[{_ANSWERS}]", *_entries(questions), ""])
    if lines[at - 1].lstrip().startswith("["):
        return "\n".join([*lines[:at], *_entries(questions), "", *lines[at:]])
    if read_keys(lines[at - 1]) == (_ANSWERS,):
        # Answers within braces: nobody but the operator can add to them.
        return "\n".join([_WITHIN, *_entries(questions), "", *lines])
    # Answers written as answers.Q_UPDATES = ...: such keys come before every table.
    return "\n".join([*_entries(questions, f"{_ANSWERS}."), "", *lines])


def _entries(questions: Iterable[Question], before: str = "") -> Iterator[str]:
    """Write questions as commented entries, those that one answer settles as one."""
    by_key: dict[str, list[Question]] = {}
    for question in questions:
        by_key.setdefault(question_key(question), []).append(question)
    for key, same in by_key.items():
        yield ""
        for question in same:
            yield from textwrap.wrap(
                printable(question.sentence) + _cited(question),
                _WIDTH,
                initial_indent="# ",
                subsequent_indent="# ",
                break_on_hyphens=False,
            )
        yield f"# {before}{write_key(key)} = false"


def _cited(question: Question) -> str:
    lines = [str(each.line) for each in question.evidence]
    more = "..." if len(lines) > _MOST_LINES else ""
    return f" (line {', '.join(lines[:_MOST_LINES])}{more})" if lines else ""


def _known_keys(text: str) -> Iterator[str]:
    """Find the questions that a file has, answered or as commented entries."""
    for path in find_lines(text):
        if len(path) > 1 and path[0] == _ANSWERS:
            yield str(path[1])
    for line in text.split("\n"):
        comment = line.lstrip()
        if comment.startswith("#"):
            keys = read_keys(comment.lstrip("#").lstrip())
            yield from keys[-1:]


_HEADER = (
    "# Decisions for netstat-fw: they win over everything that a capture says.",
    "#",
    '# To answer a question, take the "# " before its entry away: true for yes, false for no, or a',
    "# text, which settles the question and changes no rule. What else a file can say, by example:",
    "#",
    '# ephemeral = "32768-60999"         # ports that the kernel hands out to clients',
    "# pin-destinations = 4              # outgoing traffic only to who was seen, up to so many",
    "#",
    "# [zones]",
    '# office = ["192.0.2.0/24", "2001:db8::/32"]',
    "#",
    "# [[incoming]]                      # in order: the first that fits decides",
    '# action = "accept"                 # or "drop", or "reject"',
    '# port = "tcp/22"                   # or several, or program = "sshd", or service = "ssh"',
    '# from = "zone:office"              # or addresses, "server-group:web", "user-group:staff"',
    "#",
    "# [[outgoing]]",
    '# action = "accept"',
    '# port = ["tcp/25", "tcp/465"]',
    '# to = "192.0.2.25"',
    "#",
    "# [companions]                      # what is opened with a port, instead of the usual",
    '# "tcp/80" = ["tcp/443"]',
)
