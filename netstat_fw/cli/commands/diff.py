"""``diff``: what another ruleset lets through that one did not, and the other way round."""

from __future__ import annotations

import click

from netstat_fw.cli.failures import InputError, cleaned
from netstat_fw.cli.options import PATH
from netstat_fw.cli.policies import make_policy, policy_options
from netstat_fw.cli.results import finish
from netstat_fw.cli.sources import STANDARD_INPUT
from netstat_fw.cli.stored import read_either
from netstat_fw.ruleset.difference import diff


@click.command(
    "diff",
    epilog="""\
\b
Examples:
  netstat-fw diff before.json after.json
  netstat-fw diff firewall.json today.txt --decisions decisions.toml
  netstat-fw diff monday.txt friday.txt
""",
)
@click.argument("before", metavar="BEFORE", type=PATH)
@click.argument("after", metavar="AFTER", type=PATH)
@policy_options
def command(
    before: str, after: str, profile: str, decisions: str | None, *, allow_lockout: bool
) -> None:
    """Compare two rulesets or captures: what was opened, closed, widened, narrowed.

    BEFORE and AFTER are files written by export --to json, or captures, for which a ruleset is
    proposed first. Rulesets that differ in order, comments or evidence only are the same.
    """
    if before == after == STANDARD_INPUT:
        raise InputError("standard input holds one text only: save the other one to a file first")
    policy = make_policy(profile=profile, decisions=decisions, allow_lockout=allow_lockout)
    (old, old_damaged), (new, new_damaged) = (read_either(each, policy) for each in (before, after))
    click.echo(cleaned(str(diff(old, new))))
    finish(is_damaged=old_damaged or new_damaged)
