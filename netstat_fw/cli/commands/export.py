"""``export``: the proposed firewall in the syntax of a target, to the screen or to files."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import click

from netstat_fw.cli.failures import InputError, cleaned
from netstat_fw.cli.hosts import read_host
from netstat_fw.cli.options import captures_argument, dialect_option
from netstat_fw.cli.outputs import make_folder, write_file
from netstat_fw.cli.policies import make_policy, policy_options
from netstat_fw.cli.results import finish
from netstat_fw.errors import ExportError
from netstat_fw.exporters import TARGETS, render
from netstat_fw.exporters.annotations import say_omissions
from netstat_fw.ruleset.phrasing import phrase_rules
from netstat_fw.ruleset.proposal import propose

if TYPE_CHECKING:
    from netstat_fw.exporters import Rendered
    from netstat_fw.records import Dialect
    from netstat_fw.ruleset.model import Ruleset

_USUAL_WAIT = 60
_RULE_ID = re.compile(r"\br[0-9a-f]{12}\b")
_FLAGS = {"true": True, "false": False}


def _read_options(
    _context: click.Context, _parameter: click.Parameter, given: tuple[str, ...]
) -> dict[str, str | bool]:
    options: dict[str, str | bool] = {}
    for each in given:
        name, equals, value = each.partition("=")
        if not name or not equals:
            raise click.BadParameter(f"{cleaned(each)} is not of the form NAME=VALUE")
        options[name] = _FLAGS.get(value, value)
    return options


@click.command(
    "export",
    epilog="""\
\b
Examples:
  netstat-fw export capture.txt --to nftables -o firewall.nft
  netstat-fw export capture.txt --to iptables --decisions decisions.toml -o rules/
  netstat-fw export capture.txt --to nftables --deploy -o deploy.sh
  netstat-fw export capture.txt --to windows --set form=netsh
  netstat-fw export capture.txt --to json | netstat-fw diff before.json -
""",
)
@captures_argument
@dialect_option
@click.option(
    "--to",
    "target",
    required=True,
    type=click.Choice(sorted(TARGETS)),
    metavar="TARGET",
    help="The target: " + ", ".join(sorted(TARGETS)) + ".",
)
@click.option(
    "-o",
    "--output",
    metavar="PATH",
    type=click.Path(path_type=str),
    help="Write to this file; a folder for a target of several files.",
)
@policy_options
@click.option(
    "--set",
    "options",
    metavar="NAME=VALUE",
    multiple=True,
    callback=_read_options,
    help="An option of the target's own; targets shows which there are.",
)
@click.option(
    "--deploy",
    is_flag=True,
    help="Write a script that loads the firewall and takes it back unless somebody says yes.",
)
@click.option(
    "--wait",
    metavar="SECONDS",
    type=int,
    help=f"How long the script of --deploy waits for the yes.  [default: {_USUAL_WAIT}]",
)
def command(
    *,
    captures: tuple[str, ...],
    dialect: Dialect | None,
    target: str,
    output: str | None,
    profile: str,
    decisions: str | None,
    options: dict[str, str | bool],
    wait: int | None,
    allow_lockout: bool,
    deploy: bool,
) -> None:
    """Write the proposed firewall in the syntax of a target.

    Results go to standard output, or with -o to a file or folder. What the target cannot hold is
    told on standard error: it is then stricter than the proposal, never looser.
    """
    if deploy and options:
        raise click.UsageError(
            "the script of --deploy takes no options of a target: leave --set away"
        )
    if wait is not None and not deploy:
        raise click.UsageError(
            "--wait is for the script of --deploy: add --deploy, or leave it away"
        )
    seconds = _USUAL_WAIT if wait is None else wait
    if deploy:
        from netstat_fw.exporters.deploy import check_deployment  # noqa: PLC0415 - loads two targets

        # Before anything is read: what cannot be had is not worth waiting for.
        check_deployment(target, seconds)
    output = None if output == "-" else output
    policy = make_policy(profile=profile, decisions=decisions, allow_lockout=allow_lockout)
    host = read_host(captures, dialect, policy.decisions.ephemeral)
    ruleset = propose(host.findings, policy)
    try:
        rendered = render(ruleset, target, **options)
    except ExportError as error:
        raise InputError(cleaned(_with_words(str(error), ruleset))) from None
    for sentence in say_omissions(ruleset, rendered.omissions):
        click.echo(f"left out: {cleaned(sentence)}", err=True)
    if deploy:
        from netstat_fw.exporters.deploy import deploy_script  # noqa: PLC0415 - as above

        script = deploy_script(ruleset, target, seconds=seconds)
        suffix = "sh" if script.startswith("#!") else "ps1"
        _write({f"{target}.{suffix}": script}, script, output, is_program=True)
    else:
        _write(dict(rendered.files), rendered.text, output)
        if output is None:
            _tell_others(rendered, target)
    finish(is_damaged=host.is_damaged)


def _with_words(sentence: str, ruleset: Ruleset) -> str:
    """Say what the rules do that a sentence names by their ids."""

    def named(match: re.Match[str]) -> str:
        words = phrase_rules(ruleset, match[0])
        return f"{match[0]} ({words})" if words else match[0]

    return _RULE_ID.sub(named, sentence)


def _write(
    files: dict[str, str], text: str, output: str | None, *, is_program: bool = False
) -> None:
    if output is None:
        click.echo(text, nl=False)
        return
    path = Path(output)
    if len(files) > 1 or path.is_dir():
        if path.exists() and not path.is_dir():
            names = ", ".join(files)
            raise InputError(
                f"this target has {len(files)} files ({names}): name a folder with -o, not the"
                f" file {cleaned(output)}"
            )
        for name, each in files.items():
            make_folder((path / name).parent)
            write_file(path / name, each, is_program=is_program)
            click.echo(f"written: {cleaned(str(path / name))}", err=True)
    else:
        write_file(path, text, is_program=is_program)


def _tell_others(rendered: Rendered, target: str) -> None:
    if len(rendered.files) > 1:
        first, *others = rendered.files
        click.echo(
            f"{target} has several files: this is {first}; -o FOLDER writes it with"
            f" {', '.join(others)}",
            err=True,
        )
