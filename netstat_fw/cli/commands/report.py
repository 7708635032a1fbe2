"""``report``: the proposed firewall as one page for a browser."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from netstat_fw.cli.hosts import read_host
from netstat_fw.cli.options import captures_argument, dialect_option
from netstat_fw.cli.outputs import write_file
from netstat_fw.cli.policies import make_policy, policy_options
from netstat_fw.cli.results import finish
from netstat_fw.report import write_report
from netstat_fw.ruleset.proposal import propose

if TYPE_CHECKING:
    from netstat_fw.records import Dialect


@click.command(
    "report",
    epilog="""\
\b
Examples:
  netstat-fw report capture.txt -o report.html
  netstat-fw report night1.txt night2.txt.gz --title "web server" -o report.html
  netstat -anp | netstat-fw report - -o report.html
""",
)
@captures_argument
@dialect_option
@click.option(
    "-o",
    "--output",
    metavar="PATH",
    type=click.Path(path_type=str),
    help="Write to this file instead of standard output.",
)
@click.option("--title", metavar="TEXT", help="Heading of the page; else what was read.")
@policy_options
def command(
    *,
    captures: tuple[str, ...],
    dialect: Dialect | None,
    output: str | None,
    title: str | None,
    profile: str,
    decisions: str | None,
    allow_lockout: bool,
) -> None:
    """Write a page with a picture of the host, its rules, their evidence, and open questions.

    The page is one file that needs no network. It shows captured lines: give it to those only who
    may see them.
    """
    policy = make_policy(profile=profile, decisions=decisions, allow_lockout=allow_lockout)
    host = read_host(captures, dialect, policy.decisions.ephemeral, with_lines=True)
    heading = title or f"Firewall proposed from {', '.join(map(_short, captures))}"
    page = write_report(host.findings, propose(host.findings, policy), host.lines, heading)
    if output is None:
        click.echo(page, nl=False)
    else:
        write_file(Path(output), page)
    finish(is_damaged=host.is_damaged)


def _short(name: str) -> str:
    return "standard input" if name == "-" else Path(name).name
