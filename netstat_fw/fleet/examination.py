"""Examination: the one step that every capture of a fleet goes through by itself.

Pure: what it gives depends on the capture and the client port range alone, so it may run anywhere,
in any order and twice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from netstat_fw.analyzers import analyze
from netstat_fw.construct import without_cycle_search
from netstat_fw.diagnostics import printable
from netstat_fw.errors import NetstatFwError
from netstat_fw.fleet.dossier import CaptureNote, Dossier
from netstat_fw.observation import observe
from netstat_fw.reader import parse

if TYPE_CHECKING:
    from netstat_fw.fleet.capture import HostCapture
    from netstat_fw.records import Capture

_LONGEST_PROBLEM = 500


def examine(capture: HostCapture, ephemeral: tuple[int, int] | None = None) -> Dossier:
    """Make the dossier that one capture gives. A capture without a table becomes a note.

    Args:
        capture: one captured text.
        ephemeral: as `analyze` takes it.
    """
    return examine_whole(capture, ephemeral)[0]


def examine_whole(
    capture: HostCapture, ephemeral: tuple[int, int] | None = None
) -> tuple[Dossier, Capture | None]:
    """Do as `examine` does, and return beside it what was read; None for nothing."""
    if capture.refusal is not None:
        return _broken(capture, capture.refusal), None
    key = capture.key
    try:
        with without_cycle_search():
            read = parse(capture.text)
            findings = analyze(read, ephemeral=ephemeral)
            history = observe(findings, key, capture.time)
    except NetstatFwError as error:
        return _broken(capture, str(error)), None
    except Exception as error:  # noqa: BLE001 - of a million captures, one must not stop the others
        return _broken(capture, f"{type(error).__name__}: {error}"), None
    note = CaptureNote(
        key,
        capture.time,
        read.dialect,
        len(read.sockets),
        len(read.errors),
        findings.host.listeners_captured,
        findings.host.connections_captured,
        findings.host.datagrams_captured,
    )
    return Dossier(capture.host, (note,), history), read


def _broken(capture: HostCapture, problem: str) -> Dossier:
    note = CaptureNote(capture.key, capture.time, problem=printable(problem)[:_LONGEST_PROBLEM])
    return Dossier(capture.host, (note,))
