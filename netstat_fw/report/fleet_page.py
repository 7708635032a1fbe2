"""Fleet page: everything that the report of many hosts shows, as values.

As on the page of a host, text of others reaches these values through `printable`.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import attrs

from netstat_fw.diagnostics import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from netstat_fw.fleet import Group, GroupChange, Outlier
    from netstat_fw.observation import Edge

# More hosts than this on one side are no picture any more; the table has them all.
_MOST_BOXES = 40
_STEP = 32
_MARGIN = 8
_WIDEST_NAME = 34


@attrs.frozen
class HostBox:
    """A host at one side of the picture.

    Attributes:
        y: its upper edge.
        name: its name, cut to fit.
    """

    y: int
    name: str


@attrs.frozen
class Line:
    """A client and a server that it is connected to.

    Attributes:
        start: height at the client.
        end: height at the server.
        label: both, and the ports.
        is_confirmed: the client's capture shows it.
    """

    start: int
    end: int
    label: str
    is_confirmed: bool


@attrs.frozen
class FleetPicture:
    """Clients, servers and lines between them, in a drawing of 900 units' width.

    Attributes:
        height: of the whole.
        clients: at the left.
        servers: at the right.
        lines: between them.
        unshown: how many edges have an end that is not drawn.
    """

    height: int
    clients: tuple[HostBox, ...]
    servers: tuple[HostBox, ...]
    lines: tuple[Line, ...]
    unshown: int


@attrs.frozen
class GroupRow:
    """A group: its name and id, hosts, what others reach on all of them, and what came and went."""

    name: str
    id: str
    hosts: tuple[str, ...]
    exposes: str
    changes: tuple[str, ...]


@attrs.frozen
class FleetPage:
    """The whole report; rows of tables are tuples of their cells."""

    title: str
    hosts: int
    captures: int
    groups: tuple[GroupRow, ...]
    outliers: tuple[tuple[str, ...], ...]
    edges: tuple[tuple[str, ...], ...]
    broken: tuple[tuple[str, ...], ...]
    picture: FleetPicture


def compose_fleet(  # noqa: PLR0913 - the parts of a fleet
    groups: Sequence[Group],
    outliers: Sequence[Outlier],
    edges: Sequence[Edge],
    *,
    hosts: int,
    captures: int,
    broken: Iterable[tuple[str, str]],
    title: str,
) -> FleetPage:
    """Say what the report shows; see `netstat_fw.report.rendering.write_fleet_report`."""
    return FleetPage(
        title=printable(title),
        hosts=hosts,
        captures=captures,
        groups=tuple(map(_group, groups)),
        outliers=tuple(
            _cells(each.host, " ".join(each.exposes), each.group_name, each.peers)
            for each in outliers
        ),
        edges=tuple(
            _cells(each.client, each.server, _port(each), each.proof.value) for each in edges
        ),
        broken=tuple(_cells(*each) for each in broken),
        picture=draw_edges(edges),
    )


def draw_edges(edges: Sequence[Edge]) -> FleetPicture:
    """Place the hosts that have the most edges, sorted by name, and lines between them."""
    clients, servers = (_most(name(edge) for edge in edges) for name in (_client_of, _server_of))
    height = max(len(clients), len(servers)) * _STEP + 2 * _MARGIN
    places = [_places(side, height) for side in (clients, servers)]
    drawn = [edge for edge in edges if edge.client in places[0] and edge.server in places[1]]
    together: dict[tuple[str, str], list[Edge]] = {}
    for edge in drawn:
        together.setdefault((edge.client, edge.server), []).append(edge)
    left, right = (tuple(HostBox(y, _short(name)) for name, y in side.items()) for side in places)
    return FleetPicture(
        height,
        left,
        right,
        lines=tuple(
            Line(
                places[0][client] + _STEP // 2 - _MARGIN // 4,
                places[1][server] + _STEP // 2 - _MARGIN // 4,
                printable(f"{client} → {server}: {', '.join(map(_port, some))}"),
                all(edge.is_confirmed for edge in some),
            )
            for (client, server), some in together.items()
        ),
        unshown=len(edges) - len(drawn),
    )


def _most(names: Iterable[str]) -> list[str]:
    counts = Counter(names)
    return sorted(sorted(counts, key=lambda name: (-counts[name], name))[:_MOST_BOXES])


def _places(names: Sequence[str], height: int) -> dict[str, int]:
    top = (height - len(names) * _STEP) // 2
    return {name: top + at * _STEP for at, name in enumerate(names)}


def _client_of(edge: Edge) -> str:
    return edge.client


def _server_of(edge: Edge) -> str:
    return edge.server


def _port(edge: Edge) -> str:
    return f"{edge.protocol.value}/{edge.port}"


def _group(group: Group) -> GroupRow:
    return GroupRow(
        printable(group.name),
        printable(group.id),
        tuple(map(printable, group.hosts)),
        " ".join(group.exposes),
        tuple(map(_change, group.changes)),
    )


def _change(change: GroupChange) -> str:
    what = "appeared" if change.appeared else "gone"
    hosts = f"{len(change.hosts)} host{'' if len(change.hosts) == 1 else 's'}"
    days = dict.fromkeys((change.first.date().isoformat(), change.last.date().isoformat()))
    return printable(f"{change.subject} {what} on {hosts}, {' to '.join(days)}")


def _short(name: str) -> str:
    shown = printable(name)
    return shown if len(shown) <= _WIDEST_NAME else f"{shown[: _WIDEST_NAME - 1]}…"


def _cells(*values: object) -> tuple[str, ...]:
    return tuple(printable(str(value)) for value in values)
