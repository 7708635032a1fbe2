"""The subcommand ``fleet``: from captures of many hosts to a summary, a status and datasets."""

from __future__ import annotations

import contextlib
import gzip
import io
import json
import resource
import sqlite3
import sys
import tarfile
from concurrent.futures.process import BrokenProcessPool
from typing import TYPE_CHECKING, Any, Self

import pytest
from cli_running import refused, run
from fleet_captures import listening, night

from netstat_fw.cli.commands import fleet as fleet_command
from netstat_fw.cli.failures import InputError
from netstat_fw.cli.fleet import engines
from netstat_fw.cli.fleet.journal import Journal
from netstat_fw.columns import COLUMNS
from netstat_fw.fleet import DATASETS, Examined, HostCapture, Progress, survey
from netstat_fw.fleet.engine import Inline

if TYPE_CHECKING:
    from pathlib import Path

APP = listening(443) + "\ntcp 0 0 192.0.2.1:40000 192.0.2.2:5432 ESTABLISHED 9/app"
DB = (
    listening(5432, address="192.0.2.2")
    + "\ntcp 0 0 192.0.2.2:5432 192.0.2.1:40000 ESTABLISHED 7/postgres"
)
DATA = {
    ("app1", 0): APP,
    ("app1", 1): APP + "\ntcp 0 0 0.0.0.0:8080 0.0.0.0:* LISTEN 8/new",
    ("db1", 0): DB,
    ("db1", 1): "no table",
    **{(f"web{n}", 0): listening(443) for n in range(3)},
    ("web\x1b[2K", 0): listening(443, 6379),
}


BOTH = ("--format", "jsonl", "--format", "parquet", "--jobs", "1")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Make a folder of captures, one of them broken."""
    captures = tmp_path / "captures"
    for (host, number), text in DATA.items():
        path = captures / host / f"{night(number).date()}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
    return captures


def rows_in(path: Path) -> list[dict[str, Any]]:
    """Read a file of JSON lines."""
    return [json.loads(line) for line in path.read_text("ascii").splitlines()]


def test_the_summary_tells_groups_outliers_edges_and_what_failed(folder: Path) -> None:
    result = run("fleet", str(folder), "--jobs", "1", width=400)
    assert result.exit_code == 1
    lines = [" ".join(line.split()) for line in result.stdout.splitlines()]
    assert "6 8 1 3 3 1 1" in lines
    assert any("4 web0 web1 web2 and 1 more tcp/22 tcp/443" in line for line in lines)
    assert any(line.startswith("web\\x1b[2K tcp/6379") for line in lines)
    assert "app1 db1 tcp/5432 both ends" in lines
    assert any("db1/2026-01-02.txt no netstat socket table found" in line for line in lines)
    assert "\x1b" not in result.stdout
    assert result.stderr == ""


def test_nothing_wrong_is_status_0(tmp_path: Path) -> None:
    (tmp_path / "web1.txt").write_text(listening())
    assert run("fleet", str(tmp_path), "--jobs", "1").exit_code == 0


def test_no_capture_at_all_is_refused(tmp_path: Path) -> None:
    assert "no capture in" in refused("fleet", str(tmp_path), "--jobs", "1")


def test_what_was_examined_before_does_not_hide_that_nothing_came(
    folder: Path, tmp_path: Path
) -> None:
    results, nothing = str(tmp_path / "results"), tmp_path / "nothing"
    run("fleet", str(folder), "-o", results, "--jobs", "1")
    nothing.mkdir()
    said = refused("fleet", str(nothing), "-o", results, "--jobs", "1")
    assert f"no capture in {nothing}" in said
    assert len(rows_in(tmp_path / "results" / "captures.jsonl")) == len(DATA)


def test_a_source_that_is_not_there_is_refused(tmp_path: Path) -> None:
    assert "no file or folder" in refused("fleet", str(tmp_path / "x"), "--jobs", "1")


def test_long_lists_are_cut(tmp_path: Path) -> None:
    for number in range(25):
        (tmp_path / f"web{number}.txt").write_text("no table")
    assert "... and 5 more" in run("fleet", str(tmp_path), "--jobs", "1").stdout


def test_the_datasets_are_what_the_library_gives(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out" / "deep"
    run("fleet", str(folder), "-o", str(out), "--jobs", "2")
    fleet = survey((host, night(number), text.encode()) for (host, number), text in DATA.items())
    expected: dict[str, list[dict[str, Any]]] = {dataset: [] for dataset in DATASETS}
    for line in fleet.json_lines():
        row = json.loads(line)
        expected[row.pop("dataset")].append(row)
    sockets = rows_in(out / "sockets.jsonl")
    for dataset in DATASETS.keys() - {"sockets"}:
        assert rows_in(out / f"{dataset}.jsonl") == expected[dataset], dataset
    assert len(sockets) == sum(text.count("tcp ") for text in DATA.values())
    assert list(sockets[0]) == list(DATASETS["sockets"])
    assert list(sockets[0])[3:] == [column.name for column in COLUMNS]
    assert not list(out.glob("*.part"))


def test_a_second_run_takes_up_the_first(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    first = run("fleet", str(folder), "-o", str(out), "--jobs", "1")
    before = {path.name: path.read_bytes() for path in out.glob("*.jsonl")}
    again = run("fleet", str(folder), "-o", str(out), "--jobs", "1")
    assert again.stdout == first.stdout
    assert {path.name: path.read_bytes() for path in out.glob("*.jsonl")} == before
    (folder / "web9.txt").write_text(listening(443))
    grown = run("fleet", str(folder / "web9.txt"), "-o", str(out), "--jobs", "1", width=160)
    assert "web0 web1 web2 and 2 more" in " ".join(grown.stdout.split())


def test_what_could_not_be_had_is_tried_again(tmp_path: Path) -> None:
    captures, results = tmp_path / "captures", tmp_path / "results"
    captures.mkdir()
    whole = gzip.compress(listening(443).encode())
    (captures / "web1.gz").write_bytes(whole[:-4])
    (captures / "web2.gz").write_bytes(whole[:-4])
    (captures / "db1.txt").write_text("no table")
    (captures / "(unreadable).txt").write_text(listening(80))
    args = ("fleet", str(captures), "-o", str(results), "--jobs", "1")
    problems: list[list[str]] = []
    for cut in (2, 1, 1, 0):
        for name in ("web1.gz", "web2.gz")[: 2 - cut]:
            (captures / name).write_bytes(whole)
        assert run(*args).exit_code == 1
        rows = rows_in(results / "captures.jsonl")
        assert len(rows) == 4
        problems.append(sorted(row["problem"].rpartition("/")[2] for row in rows if row["problem"]))
    assert [len(some) for some in problems] == [3, 2, 2, 1]
    assert [row["host"] for row in rows] == ["(unreadable)", "db1", "web1", "web2"]
    (captures / "db1.txt").unlink()
    (captures / "web1.gz").unlink()
    (captures / "web2.gz").write_bytes(whole[:-4])
    run(*args)
    (captures / "web2.gz").unlink()
    run(*args)
    assert rows_in(results / "captures.jsonl") == rows


def test_nothing_is_left_of_a_host_that_only_stood_for_what_could_not_be_had(
    tmp_path: Path,
) -> None:
    captures, results = tmp_path / "captures", tmp_path / "results"
    captures.mkdir()
    args = ("fleet", str(captures), "-o", str(results), "--jobs", "1")
    for data, status in ((b"", 1), (b'{"host": "web1", "text": "%s"}', 0)):
        for name in ("a", "b"):
            line = data.replace(b"%s", listening(443).replace("\n", "\\n").encode())
            (captures / f"{name}.jsonl.gz").write_bytes(gzip.compress(line)[: None if line else -4])
        assert run(*args).exit_code == status
    assert [row["host"] for row in rows_in(results / "hosts.jsonl")] == ["web1"]


def test_of_one_capture_in_two_places_the_first_is_named(tmp_path: Path) -> None:
    for name in ("b", "a", "c"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "web1.txt").write_text("no table")
    stdout = run("fleet", *(str(tmp_path / n) for n in "bac"), "--jobs", "1", width=200).stdout
    assert "/a/web1.txt" in stdout
    assert "/b/web1.txt" not in stdout


def test_parquet_has_the_same_rows(folder: Path, tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet", reason="needs the extra arrow")
    out = tmp_path / "out"
    run("fleet", str(folder), "-o", str(out), *BOTH)
    for dataset in DATASETS:
        table = parquet.read_table(out / f"{dataset}.parquet")
        assert table.schema.names == list(DATASETS[dataset])
        assert table.schema.metadata[b"netstat_fw_schema_version"]
        told = rows_in(out / f"{dataset}.jsonl")
        columns = table.to_pydict()
        for name, cells in columns.items():
            shown = [c.isoformat() if hasattr(c, "isoformat") else c for c in cells]
            assert shown == [row[name] for row in told], (dataset, name)


def test_parquet_is_written_in_pieces(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parquet = pytest.importorskip("pyarrow.parquet", reason="needs the extra arrow")
    monkeypatch.setattr("netstat_fw.cli.fleet.datasets._ROW_GROUP", 1)
    run("fleet", str(folder), "-o", str(tmp_path), "--format", "parquet", "--jobs", "1")
    file = parquet.ParquetFile(tmp_path / "sockets.parquet")
    assert file.num_row_groups == len(DATA) - 1


def test_a_page_that_has_no_folder_is_refused_before_all_work(folder: Path, tmp_path: Path) -> None:
    page = tmp_path / "nowhere" / "page.html"
    results = tmp_path / "results"
    said = refused("fleet", str(folder), "--report", str(page), "-o", str(results), "--jobs", "1")
    assert f"there is no folder {page.parent} for 'page.html'" in said
    assert not results.exists()


def test_parquet_without_pyarrow_says_what_to_install(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    said = refused("fleet", str(folder), "-o", str(tmp_path), "--format", "parquet", "--jobs", "1")
    assert "netstat-fw[arrow]" in said


def test_duckdb_and_polars_open_the_datasets(folder: Path, tmp_path: Path) -> None:
    duckdb = pytest.importorskip("duckdb", reason="needs duckdb")
    polars = pytest.importorskip("polars", reason="needs polars")
    run("fleet", str(folder), "-o", str(tmp_path), *BOTH)
    question = """
        SELECT s.host, s.local_port, r.confidence
        FROM '{0}/sockets.{1}' s
        JOIN '{0}/rules.{1}' r ON r.host = s.host AND r.local_ports = s.local_port::VARCHAR
        WHERE s.state = 'LISTEN' AND r.proposal = 'captures' AND s.host = 'db1'
        ORDER BY ALL
    """
    for form in ("parquet", "jsonl"):
        answer = duckdb.sql(question.format(tmp_path, form)).fetchall()
        assert ("db1", 22, "certain") in answer
    for read, form in ((polars.read_parquet, "parquet"), (polars.read_ndjson, "jsonl")):
        edges = read(tmp_path / f"edges.{form}")
        assert edges.select("client", "server", "confirmed").rows() == [("app1", "db1", True)]


def test_a_journal_of_another_version_is_refused(tmp_path: Path) -> None:
    with contextlib.closing(sqlite3.connect(tmp_path / "journal.sqlite")) as data:
        data.execute("PRAGMA user_version = 99")
    with pytest.raises(InputError, match="another version"):
        Journal(tmp_path / "journal.sqlite")


def test_what_is_no_journal_is_refused(tmp_path: Path) -> None:
    (tmp_path / "web1.txt").write_text(listening())
    (tmp_path / "journal.sqlite").write_text("something else" * 100)
    said = refused("fleet", str(tmp_path / "web1.txt"), "-o", str(tmp_path), "--jobs", "1")
    assert "cannot use" in said


def test_a_journal_is_one_runs_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "journal"
    connect = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda path: connect(path, timeout=0.01))
    with Journal(path), pytest.raises(InputError, match=r"another run uses .*journal: wait"):
        Journal(path)
    with Journal(path) as journal:
        journal.add([Examined("a", "1", b"x")])
        with pytest.raises(InputError, match="another run"):
            Journal(path)
    with Journal(path) as journal:
        assert "1" in journal


def test_a_journal_that_cannot_grow_ends_the_run_with_why(tmp_path: Path) -> None:
    def fill(journal: Journal) -> None:
        for number in range(999):
            journal.add([Examined("a", str(number), b"x" * 10_000)])

    limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, limit[1]))
    try:
        with (
            pytest.raises(InputError, match=r"cannot use .*journal: "),
            Journal(tmp_path / "journal") as journal,
        ):
            fill(journal)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limit)


def test_a_journal_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="unable to open"):
        Journal(tmp_path / "nowhere" / "journal")


def test_a_journal_keeps_each_capture_once(tmp_path: Path) -> None:
    with Journal(tmp_path / "journal") as journal:
        journal.add([Examined("b", "1", b"x"), Examined("a", "2", b"y"), Examined("b", "1", b"z")])
        journal.add([Examined("b", "0", b"w", b"rows"), Examined("b", "1", b"z")])
        assert list(journal.hosts()) == [("a", [b"y"]), ("b", [b"w", b"x"])]
        assert journal.dossiers("b") == [b"w", b"x"]
        assert list(journal.sockets()) == [b"rows"]
        assert ("1" in journal, "3" in journal) == (True, False)


def test_a_journal_keeps_what_was_merged_and_what_came_after_it(tmp_path: Path) -> None:
    with Journal(tmp_path / "journal") as journal:
        journal.add([Examined("a", "1", b"x"), Examined("a", "2", b"y"), Examined("b", "3", b"z")])
        for host, some in journal.hosts():
            journal.condense(host, b"+".join(some))
        journal.add([Examined("a", "4", b"w"), Examined("a", "1", b"again")])
        assert list(journal.hosts()) == [("a", [b"x+y", b"w"]), ("b", [b"z"])]
        journal.condense("a", b"x+y+w")
    with Journal(tmp_path / "journal") as journal:
        assert list(journal.hosts()) == [("a", [b"x+y+w"]), ("b", [b"z"])]
        assert all(key in journal for key in "1234")


def test_a_journal_names_the_first_place_of_a_capture() -> None:
    capture = HostCapture("web1", None, "")
    with Journal(None) as journal:
        for places in ("cb", "d", "a", "e"):
            for place in places:
                journal.remember(capture, place)
            journal.add(())
            assert list(journal.sources()) == [(capture.key, "b" if places in {"cb", "d"} else "a")]


@pytest.mark.parametrize("name", ["spark://x:1", "dask://", "x"])
def test_an_unknown_engine_is_refused(name: str) -> None:
    assert "is one" in refused("fleet", ".", "--engine", name)


def test_a_cluster_without_its_extra_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    assert "netstat-fw[fleet]" in refused("fleet", ".", "--engine", "dask://127.0.0.1:1")


class FakeClient:
    """Stands for the client of a cluster with two workers."""

    def __init__(self, address: str, timeout: int) -> None:
        if address != "tcp://127.0.0.1:8786":
            raise OSError("nobody there")
        assert timeout
        self.pool = Inline()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.pool.shutdown()

    def nthreads(self) -> dict[str, int]:
        """Return the threads of each worker."""
        return {"one": 1, "two": 1}

    def get_executor(self) -> Inline:
        """Return the executor."""
        return self.pool


def test_the_engine_dask_is_the_executor_of_a_scheduler(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    distributed = pytest.importorskip("distributed", reason="needs the extra fleet")
    monkeypatch.setattr(distributed, "Client", FakeClient)
    with engines.open_engine("dask://127.0.0.1:8786", 1) as engine:
        assert engine.executor.submit(abs, -1).result() == 1
        assert engine.in_flight == 6
    result = run("fleet", str(folder), "--engine", "dask://127.0.0.1:8786")
    assert result.stdout == run("fleet", str(folder), "--jobs", "1").stdout
    assert "no scheduler" in refused("fleet", str(folder), "--engine", "dask://127.0.0.1:1")


def test_a_pool_whose_process_dies_ends_the_run_with_what_to_do(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*_: object, **__: object) -> None:
        raise BrokenProcessPool("gone")

    monkeypatch.setattr(fleet_command, "collect", die)
    assert "the engine has failed: gone" in refused("fleet", str(folder), "--jobs", "1")
    said = refused("fleet", str(folder), "-o", str(tmp_path / "o"), "--jobs", "1")
    assert "goes on from there" in said


def test_progress_is_shown_on_a_terminal_only(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    fleet_command.show_progress(Progress("examining", 3, 2))
    assert "examining: 3, 2 done before" in capsys.readouterr().err
    fleet_command.show_progress(Progress("reporting", 3))
    assert "reporting: 3 " in capsys.readouterr().err
    monkeypatch.setattr(fleet_command, "_is_watched", lambda: True)
    assert "connecting: 2" in run("fleet", str(folder), "--jobs", "1").stderr


def test_its_own_results_are_no_captures(folder: Path) -> None:
    hosts = []
    for _ in range(2):
        run("fleet", str(folder), "-o", str(folder / "results"), "--jobs", "1")
        hosts.append((folder / "results" / "hosts.jsonl").read_bytes())
    assert hosts[0] == hosts[1]


def test_what_is_left_out_by_its_name_is_told(tmp_path: Path) -> None:
    for name in ("web1.txt", "notes.md"):
        (tmp_path / name).write_text(APP)
    told = "left out, as its name ends like no capture's: "
    result = run("fleet", str(tmp_path), "--jobs", "1")
    assert (result.exit_code, result.stderr) == (0, f"{told}{tmp_path / 'notes.md'}\n")
    (tmp_path / "web2.json").write_text("{}")
    assert run("fleet", str(tmp_path), "--jobs", "1").stderr == (
        f"2 files left out, as their names end like no capture's, such as {tmp_path / 'notes.md'}\n"
    )
    alone = run("fleet", str(tmp_path / "notes.md"), "--jobs", "1")
    assert alone.exit_code == 2
    assert alone.stderr.startswith(told)


def test_of_a_report_nothing_counts_as_left_out(tmp_path: Path) -> None:
    report = tmp_path / "sosreport-web1-2026-01-31-abcdefg.tar"
    with tarfile.open(report, "w") as archive:
        for name in ("etc/fstab.conf", "sos_commands/networking/netstat_-W_-neopa", "sos.html"):
            member = tarfile.TarInfo(f"{report.stem}/{name}")
            member.size = len(APP)
            archive.addfile(member, io.BytesIO(APP.encode()))
    assert run("fleet", str(report), "--jobs", "1").stderr == ""
