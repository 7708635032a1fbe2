"""``decide``: the decisions file, written or brought up to date, by hand or by interview."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from netstat_fw.cli.failures import InputError, cleaned
from netstat_fw.cli.hosts import read_host
from netstat_fw.cli.interview import interview, open_questions
from netstat_fw.cli.options import captures_argument, dialect_option
from netstat_fw.cli.outputs import write_file
from netstat_fw.cli.policies import profile_option
from netstat_fw.cli.results import finish
from netstat_fw.cli.sources import STANDARD_INPUT, read_text
from netstat_fw.ruleset.decisions.reading import read_decisions
from netstat_fw.ruleset.policy import Policy
from netstat_fw.ruleset.starter import write_starter

if TYPE_CHECKING:
    from netstat_fw.records import Dialect

_DEFAULT = "decisions.toml"
_BROKEN_OFF = (
    "the answers ended before the questions did, and nothing was written: end the interview with q"
    " to keep what was answered, or answer in the file that decide writes without --interactive"
)


@click.command(
    "decide",
    epilog="""\
\b
Examples:
  netstat-fw decide capture.txt
  netstat-fw decide capture.txt --interactive
  netstat-fw decide night1.txt night2.txt --decisions web.toml
""",
)
@captures_argument
@dialect_option
@profile_option
@click.option(
    "--decisions",
    metavar="FILE",
    default=_DEFAULT,
    show_default=True,
    type=click.Path(path_type=str),
    help="The file to write or to add to; - writes a new one to standard output.",
)
@click.option("-i", "--interactive", is_flag=True, help="Ask the open questions one by one.")
def command(
    captures: tuple[str, ...],
    dialect: Dialect | None,
    profile: str,
    decisions: str,
    *,
    interactive: bool,
) -> None:
    """Write or update the decisions file: answers that win over every guess.

    Every open question becomes a commented entry, to be answered in an editor. What the file says
    already stays as it is. Give it to plan and export with --decisions.
    """
    if interactive and STANDARD_INPUT in captures:
        raise InputError(
            "the capture comes from standard input, where the answers would: save it to a file"
            " first"
        )
    existing = _read_existing(decisions)
    newline = "\r\n" if "\r\n" in existing else "\n"
    text, name = existing.replace("\r\n", "\n"), cleaned(decisions)
    policy = Policy(profile=profile)
    host = read_host(captures, dialect, read_decisions(text, name).ephemeral)
    text = write_starter(host.findings, text, policy, name)
    if interactive:
        try:
            text, count = interview(host.findings, text, policy, name)
        except click.Abort:
            click.echo(err=True)  # the prompt is still on its line
            raise InputError(_BROKEN_OFF) from None
        click.echo(f"\n{_answers(count)} to write", err=True)
    _write(decisions, text.replace("\n", newline), existing)
    left = len(open_questions(host.findings, text, policy, name))
    click.echo(f"{name}: {_questions(left)}", err=True)
    finish(is_damaged=host.is_damaged)


def _read_existing(name: str) -> str:
    is_new = name == STANDARD_INPUT or not Path(name).exists()
    return "" if is_new else read_text(name, "let decide write it")


def _write(name: str, text: str, existing: str) -> None:
    if name == STANDARD_INPUT:
        click.echo(text, nl=False)
    elif text != existing:
        write_file(Path(name), text)


def _answers(count: int) -> str:
    return "1 answer" if count == 1 else f"{count} answers"


def _questions(count: int) -> str:
    if count == 0:
        return "every question is answered"
    open_ones = "1 question is open" if count == 1 else f"{count} questions are open"
    return f"{open_ones}; answer in the file, or run decide again with --interactive"
