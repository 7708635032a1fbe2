"""Hosts: what the captures of one host say together.

All captures that one call names are of one host; where they look otherwise, that is told.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import attrs
import click

from netstat_fw.analyzers import analyze
from netstat_fw.cli.captures import read_captures
from netstat_fw.cli.failures import cleaned
from netstat_fw.cli.sources import STANDARD_INPUT, find_sources
from netstat_fw.reader.text import as_text, split_lines

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from netstat_fw.analyzers.findings import Findings
    from netstat_fw.cli.sources import Source
    from netstat_fw.records import Dialect


@attrs.frozen
class Host:
    """What the captures of one host say.

    Attributes:
        findings: of all captures together.
        names: the captures, as evidence names them; one capture alone is named by nothing.
        is_damaged: some input could not be read.
        lines: the lines of each capture by its name, where they were asked for.
    """

    findings: Findings
    names: tuple[str, ...]
    is_damaged: bool
    lines: Mapping[str, Sequence[str]] = attrs.field(factory=dict)


def read_host(
    names: Sequence[str],
    dialect: Dialect | None = None,
    ephemeral: tuple[int, int] | None = None,
    *,
    with_lines: bool = False,
) -> Host:
    """Read captures of one host and analyse them, several merged.

    Args:
        names: files, folders, ``-``.
        dialect: read them as this dialect only.
        ephemeral: the first and the last of the ports that the host hands out to clients.
        with_lines: keep the captured lines.

    Raises:
        InputError: as `read_captures`.
    """
    sources = find_sources(names)
    found: dict[str, Findings] = {}
    lines: dict[str, Sequence[str]] = {}
    is_damaged = False
    names_of = _name(sources)
    for reading in read_captures(sources, dialect):
        capture = reading.capture
        is_damaged = is_damaged or capture is None or bool(capture.errors)
        if capture is None:
            continue
        name = names_of[reading.source]
        found[name] = analyze(capture, ephemeral=ephemeral, name=name)
        if with_lines:
            lines[name] = split_lines(as_text(reading.data)[0])
    return Host(_merged(found), tuple(found), is_damaged, lines)


def _name(sources: Sequence[Source]) -> dict[Source, str]:
    """Name captures for those who read what cites them: without folders where that is enough."""
    if len(sources) == 1:
        return {sources[0]: ""}
    short = [cleaned(Path(source.name).name) for source in sources]
    enough = len(set(short)) == len(short) and STANDARD_INPUT not in short
    return dict(zip(sources, short if enough else map(str, sources), strict=True))


def _merged(found: dict[str, Findings]) -> Findings:
    first, *others = found.items()
    if not others:
        return first[1]
    from netstat_fw.observation import merge, observe  # noqa: PLC0415 - for several captures only

    _tell_strangers(found)
    histories = [observe(findings, name) for name, findings in found.items()]
    return merge(*histories).findings


def _tell_strangers(found: dict[str, Findings]) -> None:
    """Warn of captures that look as if they were of different hosts."""
    (name, first), *others = found.items()
    for other, findings in others:
        addresses = set(first.host.addresses), set(findings.host.addresses)
        strange = all(addresses) and not addresses[0] & addresses[1]
        if strange or first.host.dialect is not findings.host.dialect:
            click.echo(
                f"warning: {name} and {other} have no address in common, or come from different"
                " systems: if they are of different hosts, call once for each host",
                err=True,
            )
            return
