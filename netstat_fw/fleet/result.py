"""Results: what captures of many hosts say, whole and as values."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import attrs

from netstat_fw.brief import brief
from netstat_fw.fleet.capture import HostCapture
from netstat_fw.fleet.columns import DATASETS
from netstat_fw.fleet.groups import Group, Outlier, find_outliers, group_hosts
from netstat_fw.fleet.matching import match_hosts
from netstat_fw.fleet.report import HostRemotes, HostReport  # noqa: TC001 - attrs.resolve_types
from netstat_fw.fleet.rows import edge_rows, group_rows, remotes_rows, report_rows, write_row
from netstat_fw.fleet.stages import Run, collect, relate, summarize
from netstat_fw.fleet.store import MemoryStore
from netstat_fw.observation import Edge  # noqa: TC001 - the same

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from netstat_fw.fleet.rows import Row
    from netstat_fw.fleet.store import Store

T = TypeVar("T")
_PLAIN = Run()


@attrs.frozen
class Fleet:
    """What the captures of many hosts say.

    Attributes:
        reports: one for each host, sorted by name.
        edges: who is a client of whom.
        remotes: for each host with an edge, what the edges mean for its firewall.
        groups: hosts whose firewalls mean the same, the largest group first.
        outliers: hosts that expose what hosts like them do not.
    """

    reports: tuple[HostReport, ...] = ()
    edges: tuple[Edge, ...] = ()
    remotes: tuple[HostRemotes, ...] = ()
    groups: tuple[Group, ...] = ()
    outliers: tuple[Outlier, ...] = ()

    def rows(self) -> Iterator[tuple[str, Row]]:
        """Go through all rows, dataset by dataset; sockets are not among them."""
        parts = [
            *map(report_rows, self.reports),
            *map(remotes_rows, self.remotes),
            edge_rows(self.edges),
            group_rows(self.groups, self.outliers),
        ]
        for dataset in DATASETS:
            for part in parts:
                yield from ((dataset, row) for row in part.get(dataset, ()))

    def json_lines(self) -> Iterator[str]:
        """Write all rows as lines of JSON, each with the name of its ``dataset`` first."""
        for dataset, row in self.rows():
            yield write_row({"dataset": dataset, **row})

    def __repr__(self) -> str:
        """Sum the fleet up."""
        return brief(
            self,
            hosts=len(self.reports),
            edges=len(self.edges),
            groups=len(self.groups),
            outliers=len(self.outliers),
        )


def survey(
    captures: Iterable[HostCapture | tuple[str, datetime | None, str | bytes]],
    run: Run = _PLAIN,
    store: Store | None = None,
) -> Fleet:
    """Work out what captures of many hosts say.

    Args:
        captures: hosts, times and texts, in any order.
        run: how, and on which executor.
        store: where the run can be taken up again from; memory by default.

    Raises:
        ValueError: for a time without a time zone.

    >>> fleet = survey([("web1", None, "tcp 0 0 0.0.0.0:22 0.0.0.0:* LISTEN 4/sshd")])
    >>> [(group.hosts, group.exposes) for group in fleet.groups]
    [(('web1',), ('tcp/22',))]
    """
    kept = MemoryStore() if store is None else store
    given = (each if isinstance(each, HostCapture) else HostCapture(*each) for each in captures)
    collect(given, kept, run)
    summaries = list(summarize(kept, _whole, run))
    edges = match_hosts({each.host: each.view for each in summaries if each.view is not None})
    members = [each.member for each in summaries if each.member is not None]
    return Fleet(
        tuple(each.shaped for each in summaries),
        edges,
        tuple(relate(kept, edges, _whole, run)),
        group_hosts(members),
        find_outliers(members),
    )


def _whole(value: T) -> T:
    return value
