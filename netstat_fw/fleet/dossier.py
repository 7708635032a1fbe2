"""Dossiers: all that is known of one host of a fleet, from one capture or from many.

Merging is associative, commutative and idempotent. A dossier is made of plain frozen values, and a
capture that could not be read is a note in it.
"""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - attrs.resolve_types needs it

import attrs

from netstat_fw.brief import brief
from netstat_fw.observation import CaptureLabel, HostHistory, merge
from netstat_fw.records import Dialect  # noqa: TC001 - the same


@attrs.frozen
class CaptureNote:
    """What became of one capture.

    Attributes:
        key: the capture's name in all evidence.
        time: when it was made, in UTC; None where nobody knows.
        dialect: which family of netstat printed it; None for one that could not be read.
        sockets: how many internet sockets it shows.
        errors: how many of its rows could not be read.
        listeners: it shows listening TCP sockets.
        connections: it shows TCP sockets that do not listen.
        datagrams: it shows UDP sockets.
        problem: why nothing could be read from it, one printable sentence; None where all is well.
    """

    key: str
    time: datetime | None = None
    dialect: Dialect | None = None
    sockets: int = 0
    errors: int = 0
    listeners: bool = False
    connections: bool = False
    datagrams: bool = False
    problem: str | None = None


@attrs.frozen
class Dossier:
    """All that is known of one host. Made by `examine` and `merge_dossiers`.

    Attributes:
        host: its name.
        notes: what became of its captures, sorted by time and key; at least one.
        history: what they say together; None where none of them could be read.
    """

    host: str
    notes: tuple[CaptureNote, ...]
    history: HostHistory | None = None

    def __repr__(self) -> str:
        """Sum the dossier up."""
        return brief(self, host=self.host, captures=len(self.notes), history=self.history)


def merge_dossiers(first: Dossier, *others: Dossier) -> Dossier:
    """Merge dossiers of one host, in any order, each as often as one likes.

    Raises:
        ValueError: for dossiers of several hosts.
    """
    every = (first, *others)
    if len({each.host for each in every}) > 1:
        raise ValueError("dossiers of different hosts cannot be merged")
    notes = {note.key: note for each in every for note in each.notes}
    histories = [each.history for each in every if each.history is not None]
    return Dossier(
        first.host,
        tuple(sorted(notes.values(), key=_note_order)),
        merge(*histories) if histories else None,
    )


def _note_order(note: CaptureNote) -> tuple[bool, datetime, str]:
    return CaptureLabel(note.key, note.time).order
