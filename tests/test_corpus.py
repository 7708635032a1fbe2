"""Captures of others, from a folder that NETSTAT_FW_CORPUS names: nothing lost in silence."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from netstat_fw import UnrecognizedCapture, analyze, parse, propose, render, replay
from netstat_fw.errors import ExportError
from netstat_fw.exporters import TARGETS

_FOLDER = os.environ.get("NETSTAT_FW_CORPUS")
_CAPTURES = sorted(Path(_FOLDER).rglob("*.txt")) if _FOLDER else []
# Independent of the grammar on purpose: only the first word of a line counts.
_ROW = re.compile(
    r"^[\s>]*(?:[0-9a-f]{8,16}\s+){0,2}"
    r"(?:tcp6?|tcp4|tcp46|udp6?|udp4|udp46|udpl6?|raw6?|sctp|icm[46]|TCP|UDP|unix)\s+\S"
)


def _lines(data: bytes) -> list[str]:
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        text = data[: len(data) & ~1].decode("utf-16", "replace")
    else:
        text = data.decode("utf-8-sig", "replace")
    return re.split(r"\r\n|\r|\n", text)


def test_a_folder_is_named() -> None:
    if not _FOLDER:
        pytest.skip("NETSTAT_FW_CORPUS names no folder of captures")
    assert _CAPTURES


@pytest.mark.parametrize("path", _CAPTURES, ids=lambda path: path.name)
def test_no_row_is_lost_in_silence(path: Path) -> None:
    data = path.read_bytes()
    rows = {number for number, line in enumerate(_lines(data), 1) if _ROW.match(line)}
    try:
        read = parse(data)
    except UnrecognizedCapture:
        assert not rows
        return
    told = {socket.line for socket in read.sockets} | {unix.line for unix in read.unix_sockets}
    told |= {diagnostic.line for diagnostic in read.diagnostics}
    assert rows <= told


@pytest.mark.parametrize("path", _CAPTURES, ids=lambda path: path.name)
def test_every_capture_goes_all_the_way(path: Path) -> None:
    """Any stage may say no to what it is given, but in no other way than it documents."""
    try:
        read = parse(path.read_bytes())
    except UnrecognizedCapture:
        return
    findings = analyze(read)
    ruleset = propose(findings)
    assert [outcome.line for outcome in findings.outcomes] == [one.line for one in read.sockets]
    assert len(replay(ruleset, read).judgements) == len(read.sockets)
    for target in TARGETS:
        try:
            assert render(ruleset, target).text
        except ExportError as error:
            assert target in str(error)  # noqa: PT017 - most captures raise nothing
