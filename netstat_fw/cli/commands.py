"""The subcommands: each one call of the library and one way of showing its result."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

import netstat_fw
from netstat_fw import NetstatFwError, Ruleset, RulesetError, analyze, propose, render, replay
from netstat_fw.cli.files import InputError, read_bytes, read_capture
from netstat_fw.cli.plan import describe, print_plan
from netstat_fw.diagnostics import printable
from netstat_fw.exporters import TARGETS
from netstat_fw.records import Dialect
from netstat_fw.ruleset import Direction

if TYPE_CHECKING:
    from netstat_fw.records import Capture

_CAPTURE = click.argument("capture", metavar="CAPTURE")
_DIALECT = click.option(
    "--dialect",
    type=click.Choice([dialect.value for dialect in Dialect]),
    help="Read the text as this dialect only; by default the shape of its rows decides.",
)


@click.group(
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="CAPTURE is a file with netstat's output (also gzipped), or - for standard input:"
    " netstat -anp | netstat-fw plan -",
)
@click.version_option(netstat_fw.__version__, prog_name="netstat-fw")
def app() -> None:
    """Read captured netstat text and work out which firewall fits the host."""


@app.command()
@_CAPTURE
@_DIALECT
def plan(capture: str, dialect: str | None) -> None:
    """Show the proposed firewall: what, for whom, how sure, why - and what is not known.

    Example: netstat-fw plan fixtures/linux/seed_host/netstat.txt
    """
    read = _read(capture, dialect)
    findings = analyze(read)
    print_plan(findings, propose(findings))
    _finish(read)


@app.command()
@_CAPTURE
@_DIALECT
@click.option("--to", "target", required=True, type=click.Choice(sorted(TARGETS)), help="Target.")
@click.option("-o", "--output", type=click.Path(dir_okay=False), help="Write to this file.")
def export(capture: str, dialect: str | None, target: str, output: str | None) -> None:
    """Write the proposed firewall in the syntax of a target.

    Example: netstat-fw export capture.txt --to nftables -o firewall.nft
    """
    read = _read(capture, dialect)
    try:
        rendered = render(propose(analyze(read)), target)
    except NetstatFwError as error:
        raise InputError(str(error)) from None
    for omission in rendered.omissions:
        click.echo(f"left out: {omission}", err=True)
    if output is None:
        click.echo(rendered.text, nl=False)
    else:
        try:
            Path(output).write_text(rendered.text, encoding="utf-8")
        except OSError as error:
            raise InputError(f"cannot write {printable(output)}: {error.strerror}") from None
    _finish(read)


@app.command("parse")
@_CAPTURE
@_DIALECT
@click.option("--json", "as_json", is_flag=True, help="Write JSON (the only format so far).")
@click.option("--strict", is_flag=True, help="Fail if any row could not be read.")
def parse_command(capture: str, dialect: str | None, *, as_json: bool, strict: bool) -> None:
    """Show the typed records that the text was read into.

    Example: netstat -anp | netstat-fw parse - --json
    """
    if not as_json:
        raise click.UsageError("say in which form: --json")
    read = _read(capture, dialect, strict=strict)
    click.echo(json.dumps(read.to_dict(), indent=2, ensure_ascii=True))
    _finish(read)


@app.command()
@_CAPTURE
@_DIALECT
@click.option("--line", "number", required=True, type=click.IntRange(min=1), help="Line, from 1.")
def explain(capture: str, dialect: str | None, number: int) -> None:
    """Show what became of one captured line, and why.

    Example: netstat-fw explain capture.txt --line 5
    """
    read = _read(capture, dialect)
    if number > read.line_count:
        raise InputError(f"the capture has {read.line_count} lines")
    findings = analyze(read)
    ruleset = propose(findings)
    click.echo(f"line {number}: {read.line_roles[number - 1].value}")
    for outcome in findings.outcomes_at(number):
        reason = outcome.reason
        click.echo(f"{outcome.fate.value}: {printable(reason.sentence)} [{reason.code}]")
    for direction in Direction:
        for rule in ruleset.chain(direction).rules:
            if any(evidence.line == number for evidence in rule.evidence):
                click.echo(f"{direction.value} rule: {describe(rule, direction)}")
    for diagnostic in read.diagnostics:
        if diagnostic.line == number:
            click.echo(str(diagnostic))
    _finish(read)


@app.command()
@click.argument("ruleset", metavar="RULESET")
@_CAPTURE
@_DIALECT
def check(ruleset: str, capture: str, dialect: str | None) -> None:
    """Replay a capture against a ruleset: would it cut off what was observed?

    RULESET is a file written by export --to json. Ends with status 1 if anything would be cut off.
    """
    try:
        stored = Ruleset.from_json(read_bytes(ruleset))
    except RulesetError as error:
        raise InputError(f"{printable(ruleset)}: {error}") from None
    read = _read(capture, dialect)
    result = replay(stored, read)
    for cut in result.cut_off:
        click.echo(f"cut off: {printable(str(cut))}")
    if not result.cut_off:
        click.echo("nothing that was observed would be cut off")
    if result.cut_off or read.errors:
        sys.exit(1)


def _read(name: str, dialect: str | None, *, strict: bool = False) -> Capture:
    chosen = None if dialect is None else Dialect(dialect)
    return read_capture(name, dialect=chosen, strict=strict)


def _finish(capture: Capture) -> None:
    """End with status 1 where rows of the input could not be read."""
    if capture.errors:
        sys.exit(1)
