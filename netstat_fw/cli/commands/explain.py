"""``explain``: what became of one captured line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from netstat_fw.analyzers import analyze
from netstat_fw.cells import describe
from netstat_fw.cli.captures import parse_bytes
from netstat_fw.cli.failures import InputError
from netstat_fw.cli.options import capture_argument, dialect_option
from netstat_fw.cli.policies import make_policy, policy_options
from netstat_fw.cli.results import finish
from netstat_fw.cli.sources import Source, read_bytes
from netstat_fw.diagnostics import printable
from netstat_fw.reader.text import as_text, split_lines
from netstat_fw.records import LineRole
from netstat_fw.ruleset.proposal import propose
from netstat_fw.ruleset.terms import Direction

if TYPE_CHECKING:
    from collections.abc import Iterator

    from netstat_fw.analyzers.findings import Findings
    from netstat_fw.records import Capture, Dialect
    from netstat_fw.ruleset.model import Ruleset


@click.command(
    "explain",
    epilog="""\
\b
Examples:
  netstat-fw explain capture.txt --line 5
  netstat-fw explain capture.txt --line 5 --decisions decisions.toml
""",
)
@capture_argument
@dialect_option
@click.option(
    "--line",
    "number",
    required=True,
    type=click.IntRange(min=1),
    help="The line of the capture, counted from 1.",
)
@policy_options
def command(
    capture: str,
    dialect: Dialect | None,
    number: int,
    profile: str,
    decisions: str | None,
    *,
    allow_lockout: bool,
) -> None:
    """Show what became of one captured line, and why.

    First comes the line itself, then what it was taken for, and the rules, questions and hazards
    that rest on it.
    """
    policy = make_policy(profile=profile, decisions=decisions, allow_lockout=allow_lockout)
    source = Source(capture)
    data = read_bytes(source)
    read = parse_bytes(data, str(source), dialect=dialect)
    if number > read.line_count:
        lines = "1 line" if read.line_count == 1 else f"{read.line_count} lines"
        raise InputError(f"the capture has {lines}: name one of them with --line")
    findings = analyze(read, ephemeral=policy.decisions.ephemeral)
    text = split_lines(as_text(data)[0])[number - 1]
    click.echo(f"    {printable(text)}".rstrip())
    for sentence in _explain(number, read, findings, propose(findings, policy)):
        click.echo(printable(sentence))
    for diagnostic in read.diagnostics:
        if diagnostic.line == number:
            click.echo(str(diagnostic))
    finish(is_damaged=bool(read.errors))


def _explain(number: int, capture: Capture, findings: Findings, ruleset: Ruleset) -> Iterator[str]:
    """Say what a line came to, from its role in the text to the rules that rest on it."""
    role = capture.line_roles[number - 1]
    outcomes = findings.outcomes_at(number)
    meant = "" if outcomes else f" ({_meaning(number, role, capture)})"
    yield f"line {number}: {role.value}{meant}"
    for outcome in outcomes:
        yield f"{outcome.fate.value}: {outcome.reason.sentence} [{outcome.reason.code}]"
    for direction in Direction:
        for rule in ruleset.chain(direction).rules:
            if any(evidence.line == number for evidence in rule.evidence):
                disabled = "" if rule.enabled else ", not in force until a question is answered"
                yield f"{direction.value} rule: {describe(rule, direction)}{disabled}"
    for question in ruleset.questions:
        if any(evidence.line == number for evidence in question.evidence):
            about = f"{question.code} {question.subject}".strip()
            yield f"question: {question.sentence} [{about}]"
    for hazard in findings.hazards:
        if any(evidence.line == number for evidence in hazard.evidence):
            yield f"hazard, {hazard.risk.value}: {hazard.advice} [{hazard.code}]"


def _meaning(number: int, role: LineRole, capture: Capture) -> str:
    """Say what a line is that no internet socket begins on."""
    if role is not LineRole.RECORD:
        return _MEANINGS[role]
    unix_lines = [each.line for each in capture.unix_sockets]
    if number in unix_lines:
        return "a unix-domain socket, which no firewall of packets sees"
    lines = (*unix_lines, *(each.line for each in capture.sockets))
    begun = max((line for line in lines if line < number), default=number)
    return f"part of the socket that begins on line {begun}"


_MEANINGS = {
    LineRole.STRUCTURE: "a title, a header or the like: no socket",
    LineRole.DIAGNOSTIC: "not understood; see what is said of it",
    LineRole.BLANK: "nothing but white space",
}
