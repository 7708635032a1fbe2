"""Engines of the command: the plain loop, processes of this machine, or a cluster."""

from __future__ import annotations

import contextlib
import multiprocessing
import multiprocessing.connection
import os
import threading
from concurrent.futures import Executor, ProcessPoolExecutor
from typing import TYPE_CHECKING

import attrs
import click

from netstat_fw.cli.failures import InputError
from netstat_fw.cli.fleet.cluster import Cluster
from netstat_fw.diagnostics import printable
from netstat_fw.fleet.engine import Inline

if TYPE_CHECKING:
    from collections.abc import Iterator

_AHEAD = 3
"""Pieces of work for each worker that are under way, so that none waits for the next."""
_DASK = "dask://"
_MISSING = "the engine dask needs distributed; install it with: pip install 'netstat-fw[fleet]'"


@attrs.frozen
class Engine:
    """Something that works.

    Attributes:
        executor: takes the work.
        in_flight: how many pieces it should have at once.
    """

    executor: Executor
    in_flight: int


@contextlib.contextmanager
def open_engine(name: str | None, jobs: int) -> Iterator[Engine]:
    """Open an engine for as long as the block lasts.

    Args:
        name: ``dask://HOST:PORT`` of a scheduler; None for this machine.
        jobs: processes of this machine; 1 for none beside this one.

    Raises:
        InputError: for an engine that is not there.
    """
    if name is not None:
        with _cluster(name) as engine:
            yield engine
    elif jobs == 1:
        yield Engine(Inline(), 1)
    else:
        # Forked processes inherit locks that threads hold; spawned ones start clean everywhere.
        spawn = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(jobs, mp_context=spawn, initializer=follow_parent) as pool:
            yield Engine(pool, _AHEAD * jobs)


def follow_parent() -> None:
    """Let this process end when the one that started it is gone, however that ended.

    Processes of a pool hold the pipes that they read their work from open for each other: none of
    them would notice, and a run that was killed would leave them behind for good.
    """
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_behind, args=(parent.sentinel,), daemon=True).start()


def _end_behind(sentinel: int) -> None:
    multiprocessing.connection.wait([sentinel])
    # Nothing here is to be finished: nobody is left to take it.
    os._exit(1)


@contextlib.contextmanager
def _cluster(name: str) -> Iterator[Engine]:
    address = name.removeprefix(_DASK)
    if not name.startswith(_DASK) or not address:
        raise click.UsageError(f"no engine {printable(name)}: dask://HOST:PORT is one")
    try:
        from distributed import Client  # noqa: PLC0415 - the extra may be missing
    except ModuleNotFoundError:
        raise InputError(_MISSING) from None
    try:
        client = Client(f"tcp://{address}", timeout=10)
    except (OSError, ValueError) as error:
        raise InputError(f"no scheduler at {printable(address)}: {error}") from None
    with client:
        yield Engine(Cluster(client), _AHEAD * max(1, sum(client.nthreads().values())))
