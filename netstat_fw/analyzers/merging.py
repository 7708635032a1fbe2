"""Merging: findings of one kind that several tables came to, made one.

The first finding says what it rests on; the others add to it and never take away.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import attrs

from netstat_fw.analyzers.citation import unite
from netstat_fw.analyzers.findings import Connection, Exposure
from netstat_fw.analyzers.host import sort_addresses
from netstat_fw.analyzers.meetings import join_meetings
from netstat_fw.analyzers.spans import BOTH
from netstat_fw.analyzers.verdicts import Key, key_of
from netstat_fw.evidence import surest

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Mergeable = TypeVar("Mergeable", Exposure, Connection)


def merge(findings: Iterable[Mergeable]) -> tuple[Mergeable, ...]:
    """Make one of all findings that have the same key, in order of first appearance."""
    grouped: dict[Key, list[Mergeable]] = {}
    for finding in findings:
        grouped.setdefault(key_of(finding), []).append(finding)
    return tuple(same[0] if len(same) == 1 else _joined(same) for same in grouped.values())


def _joined(same: Sequence[Mergeable]) -> Mergeable:
    families = {family for each in same for family in each.families}
    restricted = all(each.remotes for each in same)
    further: dict[str, Any] = {}
    exposures = [each for each in same if isinstance(each, Exposure)]
    if exposures:
        connected = {peer for each in exposures for peer in each.connected}
        addresses = sort_addresses(one for each in exposures for one in each.addresses)
        further["addresses"] = addresses
        further["meetings"] = join_meetings(exposures, addresses)
        further["connected"] = sort_addresses(connected)
        further["sessions"] = unite(line for each in exposures for line in each.sessions)
    return attrs.evolve(
        same[0],
        families=tuple(family for family in BOTH if family in families),
        programs=tuple(sorted({program for each in same for program in each.programs})),
        peers=sort_addresses({peer for each in same for peer in each.peers}),
        peers_complete=all(each.peers_complete for each in same),
        # Where one of them may be reached from anywhere, so may all.
        remotes=tuple(dict.fromkeys(net for each in same for net in each.remotes))
        if restricted
        else (),
        confidence=surest(each.confidence for each in same),
        reasons=tuple(dict.fromkeys(reason for each in same for reason in each.reasons)),
        evidence=unite(line for each in same for line in each.evidence),
        **further,
    )
