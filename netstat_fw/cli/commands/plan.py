"""``plan``: the proposed firewall as a person decides on it, or as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from netstat_fw.cli.hosts import read_host
from netstat_fw.cli.options import all_option, captures_argument, dialect_option, json_option
from netstat_fw.cli.plans import show_plan
from netstat_fw.cli.policies import make_policy, policy_options
from netstat_fw.cli.results import finish

if TYPE_CHECKING:
    from netstat_fw.records import Dialect


@click.command(
    "plan",
    epilog="""\
\b
Examples:
  netstat-fw plan capture.txt
  netstat -anp | netstat-fw plan -
  netstat-fw plan night1.txt night2.txt.gz --decisions decisions.toml
  netstat-fw plan captures-of-one-host/ --profile strict
""",
)
@captures_argument
@dialect_option
@policy_options
@json_option
@all_option
def command(
    captures: tuple[str, ...],
    dialect: Dialect | None,
    profile: str,
    decisions: str | None,
    *,
    allow_lockout: bool,
    as_json: bool,
    show_all: bool,
) -> None:
    """Show the proposed firewall: what, for whom, how sure, why - and what is not known.

    CAPTURE is a file with netstat's output, also gzipped, a folder of such files, or - for standard
    input. Several captures are taken to be of one host: what each of them shows is put together.
    """
    policy = make_policy(profile=profile, decisions=decisions, allow_lockout=allow_lockout)
    host = read_host(captures, dialect, policy.decisions.ephemeral)
    show_plan(host, policy, as_json=as_json, show_all=show_all)
    finish(is_damaged=host.is_damaged)
