"""Stages: how captures of many hosts become what they say of each host and together.

Two halves with a store between them: captures are examined one by one, then hosts are reported one
by one, both on any executor. Whatever executor, split, order and repetition, the result is the same
to the byte.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import attrs

from netstat_fw.construct import without_cycle_search
from netstat_fw.fleet.dossier import merge_dossiers
from netstat_fw.fleet.engine import IN_FLIGHT, Inline, in_pieces, run_each
from netstat_fw.fleet.examination import examine_whole
from netstat_fw.fleet.groups import Member  # noqa: TC001 - the same
from netstat_fw.fleet.matching import HostView
from netstat_fw.fleet.packing import pack, pack_lines, unpack
from netstat_fw.fleet.report import HostRemotes, HostReport, report_host, report_remotes
from netstat_fw.fleet.rows import socket_lines
from netstat_fw.fleet.store import Examined
from netstat_fw.ruleset.policy import Policy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from concurrent.futures import Executor

    from netstat_fw.fleet.capture import HostCapture
    from netstat_fw.fleet.store import Store
    from netstat_fw.observation import Edge

T = TypeVar("T")


@attrs.frozen
class Progress:
    """How far a survey is.

    Attributes:
        stage: ``examining`` captures, or ``reporting`` or ``connecting`` hosts.
        done: captures or hosts done in this stage.
        skipped: captures that a store already held.
    """

    stage: str
    done: int
    skipped: int = 0


def _silent(_progress: Progress) -> None:
    """Tell nobody."""


@attrs.frozen(kw_only=True)
class Run:
    """How captures of many hosts are worked on.

    Attributes:
        executor: what does the work, such as a pool of processes or a cluster; the plain loop where
            nothing is said. It is not shut down.
        policy: what the operator wants of every host.
        ephemeral: as `analyze` takes it, for every host.
        sockets: keep the rows of the dataset of sockets.
        in_flight: at most so many pieces of work are under way at once, at least one.
        progress: called after every piece of work.
    """

    executor: Executor = attrs.field(factory=Inline)
    policy: Policy = attrs.field(factory=Policy)
    ephemeral: tuple[int, int] | None = None
    sockets: bool = False
    in_flight: int = attrs.field(default=IN_FLIGHT, validator=attrs.validators.ge(1))
    progress: Callable[[Progress], None] = _silent

    def each(self, work: Callable[..., T], arguments: Iterable[tuple[Any, ...]]) -> Iterator[T]:
        """Do the same work with many arguments, as `run_each` does."""
        return run_each(self.executor, work, arguments, self.in_flight)


_PLAIN = Run()


@attrs.frozen
class Summary(Generic[T]):
    """One host's share in what is worked out over all hosts.

    Attributes:
        host: its name.
        view: what matching hosts needs to know.
        member: what grouping hosts needs to know.
        shaped: its report, in the shape that was asked for.
    """

    host: str
    view: HostView | None
    member: Member | None
    shaped: T


def collect(
    captures: Iterable[HostCapture],
    store: Store,
    run: Run = _PLAIN,
) -> int:
    """Examine captures that a store does not hold yet, and keep in it what comes of them.

    Args:
        captures: taken as room for them is made: memory does not grow with their number.
        store: where it is kept.
        run: how.

    Returns:
        How many captures there were, those among them that the store held.
    """
    skipped = done = 0

    def wanted() -> Iterator[HostCapture]:
        nonlocal skipped
        for capture in captures:
            if capture.key in store:
                skipped += 1
            else:
                yield capture

    work = partial(examine_piece, ephemeral=run.ephemeral, sockets=run.sockets)
    for examined in run.each(work, ((piece,) for piece in in_pieces(wanted()))):
        store.add(examined)
        done += len(examined)
        run.progress(Progress("examining", done, skipped))
    run.progress(Progress("examining", done, skipped))
    return done + skipped


def summarize(
    store: Store,
    shape: Callable[[HostReport], T],
    run: Run = _PLAIN,
) -> Iterator[Summary[T]]:
    """Report every host of a store, in the order of their names, and condense what it holds.

    Args:
        store: what `collect` has filled.
        shape: makes of a report what is to come back from the executor; a function of a module.
        run: how.
    """
    work = ((packed, run.policy, shape) for _, packed in store.hosts())
    every = run.each(summarize_host, work)
    for done, (summary, merged) in enumerate(every, 1):
        if merged:
            store.condense(summary.host, merged)
        run.progress(Progress("reporting", done))
        yield summary


def relate(
    store: Store,
    edges: Sequence[Edge],
    shape: Callable[[HostRemotes], T],
    run: Run = _PLAIN,
) -> Iterator[T]:
    """Work out for every host with an edge what its edges mean for it, in the order of names.

    Args:
        store: what `collect` has filled.
        edges: all edges among its hosts.
        shape: makes of a result what is to come back from the executor; a function of a module.
        run: how.
    """
    ends: dict[str, list[Edge]] = {}
    for edge in edges:
        ends.setdefault(edge.client, []).append(edge)
        ends.setdefault(edge.server, []).append(edge)
    work = ((store.dossiers(host), tuple(ends[host]), run.policy, shape) for host in sorted(ends))
    every = run.each(relate_host, work)
    for done, related in enumerate(every, 1):
        run.progress(Progress("connecting", done))
        yield related


def examine_piece(
    captures: Iterable[HostCapture],
    *,
    ephemeral: tuple[int, int] | None = None,
    sockets: bool = False,
) -> tuple[Examined, ...]:
    """Examine some captures: the piece of work that `collect` hands over."""
    examined = []
    for each in captures:
        with without_cycle_search():
            examined.append(_examined(each, ephemeral, sockets=sockets))
    return tuple(examined)


def _examined(
    capture: HostCapture, ephemeral: tuple[int, int] | None, *, sockets: bool
) -> Examined:
    dossier, read = examine_whole(capture, ephemeral)
    rows = pack_lines(socket_lines(capture, read)) if sockets and read is not None else b""
    return Examined(capture.host, capture.key, pack(dossier), rows)


def summarize_host(
    packed: Sequence[bytes], policy: Policy, shape: Callable[[HostReport], T]
) -> tuple[Summary[T], bytes]:
    """Report one host: the piece of work that `summarize` hands over.

    Beside the summary comes the dossier that several were merged to, so that nobody merges these
    again; nothing where there was one.
    """
    with without_cycle_search():
        dossier = merge_dossiers(*map(unpack, packed))
        report = report_host(dossier, policy)
        view = None if report.findings is None else HostView.of(report.findings)
        summary = Summary(report.host, view, report.member, shape(report))
        return summary, pack(dossier) if len(packed) > 1 else b""


def relate_host(
    packed: Sequence[bytes],
    edges: Sequence[Edge],
    policy: Policy,
    shape: Callable[[HostRemotes], T],
) -> T:
    """Relate one host to others: the piece of work that `relate` hands over."""
    with without_cycle_search():
        return shape(report_remotes(merge_dossiers(*map(unpack, packed)), edges, policy))
