"""``targets``: the targets of export, and what each can and cannot hold."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

import attrs
import click

from netstat_fw.cli.abilities import Ability, Target, examine
from netstat_fw.cli.failures import cleaned
from netstat_fw.cli.options import json_option
from netstat_fw.cli.results import show_json
from netstat_fw.exporters import TARGETS

if TYPE_CHECKING:
    from collections.abc import Iterator

_INDENT = " " * 4
_TITLES = {
    Ability.HOLDS: "holds",
    Ability.LEAVES_OUT: "does not hold, and says so",
    Ability.REFUSES: "refuses",
}


@click.command(
    "targets",
    epilog="""\
\b
Examples:
  netstat-fw targets
  netstat-fw targets windows pf
  netstat-fw targets --json
""",
)
@click.argument("names", metavar="[TARGET]...", nargs=-1, type=click.Choice(sorted(TARGETS)))
@json_option
def command(names: tuple[str, ...], *, as_json: bool) -> None:
    """Show the targets of export, and what each can and cannot hold.

    With names, it is also said why. What a target does not hold makes it stricter than the ruleset,
    never looser; where it would be looser, the target refuses, and says how to go round that.
    """
    targets = [examine(name) for name in names or sorted(TARGETS)]
    if as_json:
        show_json([_to_dict(target) for target in targets])
        return
    for target in targets:
        _show(target, reasons=bool(names))


def _show(target: Target, *, reasons: bool) -> None:
    click.echo(f"{target.name}: {target.title}")
    for line in _lines(target, reasons=reasons):
        click.echo(
            click.wrap_text(
                cleaned(line),
                width=shutil.get_terminal_size((100, 0)).columns,
                initial_indent=_INDENT,
                subsequent_indent=_INDENT * 2,
            )
        )
    click.echo()


def _lines(target: Target, *, reasons: bool) -> Iterator[str]:
    for ability in Ability:
        found = [each for each in target.findings if each.ability is ability]
        if found:
            yield f"{_TITLES[ability]}: {', '.join(each.feature for each in found)}"
        if reasons:
            yield from (f"- {each.feature}: {each.sentence}" for each in found if each.sentence)
    if target.options:
        options = ", ".join(f"{name}={_word(value)}" for name, value in target.options.items())
        yield f"options for --set, with their defaults: {options}"
    if target.deploys:
        yield "export --deploy writes a script that loads it and takes it back without a yes"


def _word(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _to_dict(target: Target) -> dict[str, Any]:
    return attrs.asdict(target, value_serializer=_plain)


def _plain(_instance: object, _field: object, value: object) -> object:
    return value.value if isinstance(value, Ability) else value
