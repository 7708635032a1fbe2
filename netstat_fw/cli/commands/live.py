"""``live``: the plan for the machine that this runs on."""

from __future__ import annotations

from pathlib import Path

import click

from netstat_fw.analyzers import analyze
from netstat_fw.cli.captures import parse_bytes
from netstat_fw.cli.hosts import Host
from netstat_fw.cli.netstats import run_netstat
from netstat_fw.cli.options import all_option, json_option
from netstat_fw.cli.outputs import write_bytes
from netstat_fw.cli.plans import show_plan
from netstat_fw.cli.policies import make_policy, policy_options
from netstat_fw.cli.results import finish


@click.command(
    "live",
    epilog="""\
\b
Examples:
  sudo netstat-fw live
  sudo netstat-fw live --save capture.txt
  netstat-fw live --json --decisions decisions.toml
""",
)
@policy_options
@json_option
@all_option
@click.option(
    "--save",
    metavar="FILE",
    type=click.Path(path_type=str),
    help="Keep what netstat wrote, so that the lines which the plan cites can be looked up.",
)
def command(
    profile: str,
    decisions: str | None,
    save: str | None,
    *,
    allow_lockout: bool,
    as_json: bool,
    show_all: bool,
) -> None:
    """Run this machine's netstat, and show the firewall that fits it.

    Linux, macOS and Windows are known. Nothing is changed on the machine. One look shows one
    moment: captures of several days, given to plan together, show more.
    """
    policy = make_policy(profile=profile, decisions=decisions, allow_lockout=allow_lockout)
    output, loss = run_netstat()
    if loss:
        click.echo(f"note: {loss}", err=True)
    if save is not None:
        write_bytes(Path(save), output)
    capture = parse_bytes(output, "netstat")
    findings = analyze(capture, ephemeral=policy.decisions.ephemeral)
    show_plan(
        Host(findings, ("",), bool(capture.errors)), policy, as_json=as_json, show_all=show_all
    )
    finish(is_damaged=bool(capture.errors))
