"""The subcommand ``fleet``: many hosts at once, on an engine, into datasets and a summary."""

from __future__ import annotations

import os
import sys
from concurrent.futures import BrokenExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import attrs
import click

from netstat_fw.arrow import load_arrow
from netstat_fw.cli.failures import InputError
from netstat_fw.cli.fleet.datasets import FORMATS, Datasets
from netstat_fw.cli.fleet.engines import open_engine
from netstat_fw.cli.fleet.journal import Journal
from netstat_fw.cli.fleet.sources import read_sources
from netstat_fw.cli.fleet.summary import Totals, print_summary
from netstat_fw.cli.outputs import make_folder, write_file
from netstat_fw.diagnostics import printable
from netstat_fw.fleet import (
    HostCapture,
    HostRemotes,
    HostReport,
    HostView,
    Member,
    Progress,
    Run,
    collect,
    find_outliers,
    group_hosts,
    match_hosts,
    relate,
    summarize,
)
from netstat_fw.fleet.packing import unpack_lines
from netstat_fw.fleet.rows import edge_rows, group_rows, remotes_rows, report_rows, write_rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


_JOURNAL = "journal.sqlite"


@click.command(
    "fleet",
    epilog="""\
\b
Examples:
  netstat-fw fleet captures/ sosreport-web1.tar.xz
  netstat-fw fleet nightly.tar.gz -o results --format parquet --jobs 4
  netstat-fw fleet captures/ --report fleet.html
  netstat-fw fleet captures/ -o results --engine dask://scheduler.example:8786
""",
)
@click.argument("sources", metavar="FOLDER|ARCHIVE...", nargs=-1, required=True)
@click.option("-o", "--output", type=click.Path(file_okay=False), help="Write datasets here.")
@click.option(
    "--format",
    "formats",
    type=click.Choice(FORMATS),
    multiple=True,
    default=("jsonl",),
    show_default=True,
    help="Of the datasets; may be given twice.",
)
@click.option(
    "--jobs",
    type=click.IntRange(min=1),
    default=os.cpu_count() or 1,
    show_default="one for each processor",
    help="Processes that do the work.",
)
@click.option("--engine", metavar="dask://HOST:PORT", help="Do the work on a Dask cluster.")
@click.option(
    "--report",
    metavar="PATH",
    type=click.Path(dir_okay=False, path_type=str),
    help="Write a page for a browser: groups, outliers and a picture of the edges.",
)
def command(
    *,
    sources: tuple[str, ...],
    output: str | None,
    formats: tuple[str, ...],
    jobs: int,
    engine: str | None,
    report: str | None,
) -> None:
    """Work out what captures of many hosts say, each and together.

    Takes folders, archives (.zip, .tar, also packed), sosreport archives, captures packed with
    gzip, bzip2 or xz, and JSON lines with host, time and text; - reads these from standard input.
    What was examined stays in the folder of -o: the next run there takes it up again.
    """
    page = None if report is None else Path(report)
    if page is not None and not page.parent.is_dir():
        # Missing, it would be missed only after all the work.
        raise InputError(f"there is no folder {printable(str(page.parent))} for {page.name!a}")
    folder = None if output is None else Path(output)
    if folder is not None:
        make_folder(folder)
        if "parquet" in formats:
            # As above.
            load_arrow()
    try:
        with (
            open_engine(engine, jobs) as opened,
            Journal(None if folder is None else folder / _JOURNAL) as journal,
        ):
            run = Run(
                executor=opened.executor,
                in_flight=opened.in_flight,
                sockets=folder is not None,
                progress=show_progress if _is_watched() else _be_silent,
            )
            left_out = _LeftOut()
            met = collect(_remembered(sources, folder, journal, left_out), journal, run)
            journal.add(())
            if not met:
                # What is in the folder from earlier runs must not hide that nothing came.
                _show_end()
                left_out.tell()
                raise InputError("no capture in " + ", ".join(map(printable, sources)))
            totals = _work_out(journal, run, folder, formats)
    except BrokenExecutor as error:
        again = "" if folder is None else "; the same command goes on from there"
        raise InputError(f"the engine has failed: {error}{again}") from None
    _show_end()
    left_out.tell()
    print_summary(totals)
    if page is not None:
        _write_page(page, totals)
    if totals.broken:
        sys.exit(1)


@attrs.define
class _LeftOut:
    """The files that were no captures by their names: how many, and the first by name."""

    count: int = 0
    first: str = ""

    def add(self, source: str) -> None:
        self.count += 1
        self.first = min(self.first or source, source)

    def tell(self) -> None:
        """Say on standard error what was left out, if anything was."""
        if self.count == 1:
            click.echo(f"left out, as its name ends like no capture's: {self.first}", err=True)
        elif self.count:
            click.echo(
                f"{self.count} files left out, as their names end like no capture's, such as"
                f" {self.first}",
                err=True,
            )


def _remembered(
    sources: Iterable[str], results: Path | None, journal: Journal, left_out: _LeftOut
) -> Iterator[HostCapture]:
    for found in read_sources(sources, but=results, left_out=left_out.add):
        journal.remember(found.capture, found.source)
        yield found.capture


@attrs.frozen
class _Lines:
    """One host's rows as lines, and what they count."""

    rows: dict[str, bytes]
    captures: int
    problems: tuple[tuple[str, str], ...]


def _report_lines(report: HostReport) -> _Lines:
    problems = tuple((note.key, note.problem) for note in report.notes if note.problem is not None)
    return _Lines(write_rows(report_rows(report)), len(report.notes), problems)


def _remotes_lines(remotes: HostRemotes) -> dict[str, bytes]:
    return write_rows(remotes_rows(remotes))


def _work_out(journal: Journal, run: Run, folder: Path | None, formats: tuple[str, ...]) -> Totals:
    datasets = None if folder is None else Datasets(folder, tuple(dict.fromkeys(formats)))
    write = (lambda _: None) if datasets is None else datasets.write
    views: dict[str, HostView] = {}
    members: list[Member] = []
    captures = 0
    problems: dict[str, str] = {}
    hosts = 0
    for summary in summarize(journal, _report_lines, run):
        hosts += 1
        captures += summary.shaped.captures
        problems.update(summary.shaped.problems)
        if summary.view is not None:
            views[summary.host] = summary.view
        if summary.member is not None:
            members.append(summary.member)
        write(summary.shaped.rows)
    edges = match_hosts(views)
    views.clear()
    for lines in relate(journal, edges, _remotes_lines, run):
        write(lines)
    groups, outliers = group_hosts(members), find_outliers(members)
    write(write_rows(edge_rows(edges)))
    write(write_rows(group_rows(groups, outliers)))
    if datasets is not None:
        for packed in journal.sockets():
            datasets.write({"sockets": unpack_lines(packed)})
        datasets.close()
    places = sorted((source, problems[key]) for key, source in journal.sources() if key in problems)
    return Totals(hosts, captures, tuple(places), edges, groups, outliers)


def _write_page(path: Path, totals: Totals) -> None:
    from netstat_fw.report import write_fleet_report  # noqa: PLC0415 - for this option only

    page = write_fleet_report(
        totals.groups,
        totals.outliers,
        totals.edges,
        hosts=totals.hosts,
        captures=totals.captures,
        broken=totals.broken,
    )
    write_file(path, page)


def _is_watched() -> bool:
    return sys.stderr.isatty()


def _be_silent(_progress: Progress) -> None:
    """Show nothing: nobody watches."""


def show_progress(progress: Progress) -> None:
    """Show on the last line of a terminal how far the run is."""
    skipped = f", {progress.skipped} done before" if progress.skipped else ""
    click.echo(f"\r{progress.stage}: {progress.done}{skipped} \x1b[K", nl=False, err=True)


def _show_end() -> None:
    if _is_watched():
        click.echo("\r\x1b[K", nl=False, err=True)
