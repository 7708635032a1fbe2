"""Changes: what came and went on a host from capture to capture, and on a group of hosts.

Only captures that can show a thing say that it is not there: one without listening sockets says
nothing about services. Captures of one moment, such as one for each family, count as one. Clients
come and go by themselves, so that of traffic that a host starts only the first and the last time
count.
"""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - attrs.resolve_types needs it
from itertools import pairwise
from typing import TYPE_CHECKING

import attrs

from netstat_fw.analyzers.findings import Connection, Exposure, Stance
from netstat_fw.protocol import Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from netstat_fw.fleet.dossier import CaptureNote, Dossier
    from netstat_fw.observation import Sighting


@attrs.frozen(order=True)
class HostChange:
    """Something is there in one of two captures and not in the other.

    Attributes:
        time: of the later capture.
        subject: what, such as ``incoming tcp/443`` or ``outgoing tcp/5432``.
        appeared: True for what was not there before, False for what is gone.
        before: time of the capture before it that could have shown the subject.
    """

    time: datetime
    subject: str
    appeared: bool
    before: datetime

    def __str__(self) -> str:
        """Write the change for a reader."""
        what = "appeared" if self.appeared else "is gone"
        between = f"{self.before.isoformat()} and {self.time.isoformat()}"
        return f"{self.subject} {what} between {between}"


@attrs.frozen
class GroupChange:
    """The same change on hosts of one group.

    Attributes:
        subject: what.
        appeared: True for what was not there before, False for what is gone.
        hosts: names of the hosts, sorted.
        first: time of the first of the changes.
        last: time of the last of them.
    """

    subject: str
    appeared: bool
    hosts: tuple[str, ...]
    first: datetime
    last: datetime


def changes_of(dossier: Dossier) -> tuple[HostChange, ...]:
    """Return what came and went on a host, in order of time."""
    if dossier.history is None:
        return ()
    holders: dict[str, set[str]] = {}
    capable: dict[str, dict[datetime, set[str]]] = {}
    for sighting in dossier.history.sightings:
        subject = _subject(sighting)
        if subject is None:
            continue
        holders.setdefault(subject, set()).update(label.name for label in sighting.captures)
        if subject not in capable:
            moments = capable[subject] = {}
            for note in dossier.notes:
                if note.time is not None and _can_show(note, sighting):
                    moments.setdefault(note.time, set()).add(note.key)
    return tuple(
        sorted(
            change
            for subject, moments in capable.items()
            for change in _transitions(subject, moments, holders[subject])
        )
    )


def changes_of_group(
    hosts: Iterable[tuple[str, Sequence[HostChange]]],
) -> tuple[GroupChange, ...]:
    """Put the same changes of several hosts together, sorted by subject.

    Args:
        hosts: names and changes.
    """
    together: dict[tuple[str, bool], list[tuple[str, HostChange]]] = {}
    for host, changes in hosts:
        for change in changes:
            together.setdefault((change.subject, change.appeared), []).append((host, change))
    return tuple(
        GroupChange(
            *key,
            tuple(sorted({host for host, _ in together[key]})),
            min(change.time for _, change in together[key]),
            max(change.time for _, change in together[key]),
        )
        for key in sorted(together)
    )


def _subject(sighting: Sighting) -> str | None:
    """Name what a finding is about; None for what was not captured or is kept from others."""
    match sighting.finding:
        case Exposure(protocol=protocol, port=port, stance=Stance.OPEN, evidence=[_, *_]):
            return f"incoming {protocol.value}/{port}"
        case Connection(protocol=protocol, remote_port=port, evidence=[_, *_]):
            return f"outgoing {protocol.value}/{port}"
    return None


def _can_show(note: CaptureNote, sighting: Sighting) -> bool:
    finding = sighting.finding
    if note.problem is not None:
        return False
    if getattr(finding, "protocol", None) is not Protocol.TCP:
        return note.datagrams
    return note.listeners if isinstance(finding, Exposure) else note.connections


def _transitions(
    subject: str, moments: Mapping[datetime, set[str]], holders: set[str]
) -> Iterator[HostChange]:
    times = list(moments)
    there = [not keys.isdisjoint(holders) for keys in moments.values()]
    steps = list(pairwise(range(len(times))))
    if subject.startswith("outgoing"):
        first, last = _ends(there)
        steps = [(a, b) for a, b in steps if b == first or a == last]
    for a, b in steps:
        if there[a] is not there[b]:
            yield HostChange(times[b], subject, there[b], times[a])


def _ends(there: Sequence[bool]) -> tuple[int, int]:
    places = [place for place, is_there in enumerate(there) if is_there]
    return (places[0], places[-1]) if places else (-1, -1)
