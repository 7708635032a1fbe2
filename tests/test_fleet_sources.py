"""Sources of the fleet command: folders, archives, sosreports and JSON lines, also hostile ones."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import os
import struct
import tarfile
import zipfile
import zlib
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal

import pytest
from fleet_captures import listening

from netstat_fw.cli.failures import InputError
from netstat_fw.cli.fleet.sources import read_sources
from netstat_fw.fleet.limits import Limits

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

TEXT = listening(443).encode()
SOS = "sosreport-web1-2026-01-31-abcdefg"
SMALL = Limits(capture=1000, unpacked=200_000, ratio=20, grace=2000)
Found = list[tuple[str, str, str | None]]


def found(*paths: Path | str, limits: Limits | None = None) -> Found:
    """Return host, last part of the source and refusal of all captures, sorted."""
    return sorted(
        (each.capture.host, each.source.rpartition("/")[2], each.capture.refusal)
        for each in read_sources(map(str, paths), limits)
    )


def tar(path: Path, files: Mapping[str, bytes], mode: str = "w") -> Path:
    """Write a tar archive."""
    with tarfile.open(path, mode) as archive:  # type: ignore[call-overload] # the mode is a text
        for name, data in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            member.mtime = 1_769_825_700
            archive.addfile(member, io.BytesIO(data))
    return path


def zipped(path: Path, files: Mapping[str, bytes]) -> Path:
    """Write a zip archive."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return path


def test_a_folder_is_read_with_all_below_it(tmp_path: Path) -> None:
    (tmp_path / "web1").mkdir()
    (tmp_path / "web1" / "2026-01-31.txt").write_bytes(TEXT)
    (tmp_path / "db1.txt.gz").write_bytes(gzip.compress(TEXT))
    (tmp_path / "README.md").write_text("nothing")
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "web2.txt").write_bytes(TEXT)
    os.mkfifo(tmp_path / "pipe")
    left_out: list[str] = []
    captures = [each.capture for each in read_sources([str(tmp_path)], left_out=left_out.append)]
    assert left_out == [str(tmp_path / "README.md")]
    assert sorted(capture.host for capture in captures) == ["db1", "web1"]
    assert {capture.text for capture in captures} == {TEXT}
    assert {capture.time for capture in captures} == {None, datetime(2026, 1, 31, tzinfo=UTC)}


def test_links_stay_in_the_folder(tmp_path: Path) -> None:
    outside = tmp_path / "secret.txt"
    outside.write_bytes(TEXT)
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "web1.txt").write_bytes(TEXT)
    (folder / "web2.txt").symlink_to(folder / "web1.txt")
    (folder / "web3.txt").symlink_to(outside)
    (folder / "loop").symlink_to(folder)
    (folder / "gone").symlink_to(folder / "nowhere")
    assert [(host, refusal is None) for host, _, refusal in found(folder)] == [
        ("(unreadable)", False),
        ("web1", True),
        ("web2", True),
    ]


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress, bytes])
def test_a_packed_capture_is_unpacked(tmp_path: Path, pack: Callable[[bytes], bytes]) -> None:
    (tmp_path / "web1.txt").write_bytes(pack(TEXT))
    (each,) = read_sources([str(tmp_path / "web1.txt")])
    assert (each.capture.host, each.capture.text) == ("web1", TEXT)


def test_xz_streams_may_follow_each_other_with_padding(tmp_path: Path) -> None:
    (tmp_path / "web1.xz").write_bytes(lzma.compress(TEXT) + bytes(8) + lzma.compress(TEXT))
    (each,) = read_sources([str(tmp_path / "web1.xz")])
    assert each.capture.text == TEXT * 2


@pytest.mark.parametrize("mode", ["w", "w:gz", "w:bz2", "w:xz"])
def test_a_tar_archive_is_read_as_a_stream(tmp_path: Path, mode: str) -> None:
    files = {"web1.txt": TEXT, "night/db1.txt.gz": gzip.compress(TEXT), "notes.md": b"nothing"}
    path = tar(tmp_path / "captures.tar", files, mode)
    assert found(path) == [
        ("db1", "db1.txt.gz", None),
        ("web1", "captures.tar:web1.txt", None),
    ]
    assert list(tmp_path.iterdir()) == [path]


def test_an_archive_does_not_remember_its_members(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[Any] = []
    open_archive = tarfile.open

    def remember(
        fileobj: io.BufferedReader, mode: Literal["r|"], tarinfo: type[tarfile.TarInfo]
    ) -> tarfile.TarFile:
        archive = open_archive(fileobj=fileobj, mode=mode, tarinfo=tarinfo)
        opened.append(archive)
        return archive

    path = tar(tmp_path / "captures.tar", {f"web{n}.txt": TEXT for n in range(9)})
    monkeypatch.setattr(tarfile, "open", remember)
    assert len(found(path)) == 9
    assert [len(archive.members) for archive in opened] == [0]


def test_a_zip_archive_is_read(tmp_path: Path) -> None:
    files = {"web1.txt": TEXT, "night/": b"", "night\\db1.txt": TEXT, "x.py": b"print()"}
    path = zipped(tmp_path / "captures.zip", files)
    assert [host for host, _, _ in found(path)] == ["db1", "web1"]


def test_of_a_sosreport_only_the_socket_tables_are_read(tmp_path: Path) -> None:
    files = {
        f"{SOS}/etc/hosts": b"127.0.0.1 localhost",
        f"{SOS}/sos_commands/networking/netstat_-s": b"Ip:",
        f"{SOS}/sos_commands/networking/netstat_-W_-neopa": TEXT,
        f"{SOS}/sos_commands/networking/ss_-peaonmi": b"Netid",
    }
    (each,) = read_sources([str(tar(tmp_path / f"{SOS}.tar.xz", files, "w:xz"))])
    assert each.capture.host == "web1"
    assert each.capture.time == datetime(2026, 1, 31, 2, 15, tzinfo=UTC)
    with tarfile.open(tmp_path / f"{SOS}.tar.xz") as archive:
        archive.extractall(tmp_path / "unpacked", filter="data")
    (again,) = read_sources([str(tmp_path / "unpacked")])
    assert again.capture.key == each.capture.key


def test_json_lines_are_read_one_by_one(tmp_path: Path) -> None:
    lines = [
        json.dumps({"host": "web1", "time": 0, "text": TEXT.decode()}),
        "",
        "no json",
        json.dumps({"host": "web2", "text": TEXT.decode()}),
    ]
    path = tmp_path / "captures.jsonl"
    path.write_text("\n".join(lines))
    (tmp_path / "packed.jsonl.gz").write_bytes(gzip.compress(path.read_bytes()))
    hosts = [host for host, _, _ in found(tmp_path)]
    assert hosts == ["(unreadable)"] * 2 + ["web1"] * 2 + ["web2"] * 2


def test_a_line_without_an_end_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "captures.jsonl"
    path.write_bytes(b"x" * 10_000)
    [(_, _, refusal)] = found(path, limits=SMALL)
    assert refusal is not None
    assert "longer than any capture" in refusal


def test_json_lines_come_from_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    data = io.BytesIO(json.dumps({"host": "web1", "text": ""}).encode())
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(data))
    assert found("-") == [("web1", "standard input:1", None)]


def test_a_source_that_is_not_there_is_an_error_of_the_call(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no file or folder"):
        found(tmp_path / "nowhere")


CLIMBING = {"../../etc/cron.d/web1": TEXT, "/etc/web2": TEXT, "web3": TEXT}


@pytest.mark.parametrize("write", [tar, zipped])
def test_paths_that_climb_out_are_refused(
    tmp_path: Path, write: Callable[[Path, Mapping[str, bytes]], Path]
) -> None:
    path = write(tmp_path / "archive", CLIMBING)
    results = found(path)
    assert [(host, "leads out" in (refusal or "")) for host, _, refusal in results] == [
        ("(unreadable)", True),
        ("(unreadable)", True),
        ("web3", False),
    ]


def test_links_and_devices_in_an_archive_are_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "captures.tar"
    with tarfile.open(path, "w") as archive:
        for kind in (tarfile.SYMTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE):
            member = tarfile.TarInfo("web1.txt")
            member.type, member.linkname = kind, "/etc/passwd"
            archive.addfile(member)
    assert found(path) == []


def bomb(size: int) -> bytes:
    """Make text that packs to next to nothing."""
    return b"tcp 0 0 0.0.0.0:22 0.0.0.0:* LISTEN\n" * (size // 36)


def refusals(results: Found) -> str:
    """Return why captures were refused, at least one."""
    told = " ".join(refusal for _, _, refusal in results if refusal)
    assert told
    return told


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress])
def test_a_bomb_that_is_one_file_is_refused(tmp_path: Path, pack: Callable[[bytes], bytes]) -> None:
    (tmp_path / "web1").write_bytes(pack(bomb(3_000_000)))
    assert "times its size" in refusals(found(tmp_path, limits=Limits(ratio=20, grace=100_000)))


@pytest.mark.parametrize("name", ["web1.txt", "notes.md"])
def test_a_bomb_in_a_tar_archive_is_refused_even_where_it_is_passed_over(
    tmp_path: Path, name: str
) -> None:
    path = tar(tmp_path / "a.tgz", {"db1": b"x", name: bomb(300_000), "web2": TEXT}, "w:gz")
    results = found(path, limits=SMALL)
    assert "unpacks to more" in refusals(results)
    assert "web2" not in [host for host, _, _ in results]


def test_a_bomb_of_many_small_files_is_refused(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {f"web{n}": bomb(900) for n in range(300)})
    assert "unpacks to more" in refusals(found(path, limits=SMALL))


def test_a_packed_file_in_an_archive_has_its_limits_too(tmp_path: Path) -> None:
    path = tar(tmp_path / "a.tar", {"web1.gz": gzip.compress(bomb(300_000)), "web2": TEXT})
    results = found(path, limits=SMALL)
    assert [host for host, _, refusal in results if refusal] == ["web1"]
    assert [host for host, _, refusal in results if not refusal] == ["web2"]


def test_a_capture_that_is_too_large_is_refused(tmp_path: Path) -> None:
    (tmp_path / "web1.txt").write_bytes(bomb(1100))
    assert "larger than 1000 bytes" in refusals(found(tmp_path, limits=SMALL))


def test_xz_that_asks_for_much_memory_is_refused(tmp_path: Path) -> None:
    filters = [{"id": lzma.FILTER_LZMA2, "preset": 0}]
    data = bytearray(lzma.compress(TEXT, filters=filters))
    # Block header (xz file format 3.1): size, flags, filter id, size of properties, dictionary.
    header = data[12 : 12 + 4 * (data[12] + 1)]
    header[4] = 38  # 2 GiB
    header[-4:] = struct.pack("<I", zlib.crc32(header[:-4]))
    data[12 : 12 + len(header)] = header
    (tmp_path / "web1.xz").write_bytes(data)
    assert "emory" in refusals(found(tmp_path))


def damaged_archives() -> dict[str, bytes]:
    """Make archives that are cut, changed, locked or of an unknown kind."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("web1.txt", TEXT * 50)
    zip_bytes = whole.getvalue()
    changed = bytearray(zip_bytes)
    changed[45] ^= 0xFF
    locked = bytearray(zip_bytes)
    unknown = bytearray(zip_bytes)
    entry = zip_bytes.index(b"PK\x01\x02")
    locked[6] |= 1
    locked[entry + 8] |= 1
    unknown[8] = unknown[entry + 10] = 99
    tars = io.BytesIO()
    with tarfile.open(fileobj=tars, mode="w:gz") as packed:
        member = tarfile.TarInfo("web1.txt")
        member.size = 5000
        packed.addfile(member, io.BytesIO(os.urandom(5000)))
    plain = gzip.decompress(tars.getvalue())
    return {
        "cut.zip": zip_bytes[:-30],
        "changed.zip": bytes(changed),
        "locked.zip": bytes(locked),
        "unknown.zip": bytes(unknown),
        "cut.tar.gz": tars.getvalue()[:3000],
        "cut.tar": plain[:2000],
        "cut.gz": gzip.compress(TEXT)[:-4],
        "cut.xz": lzma.compress(TEXT)[:-20],
        "cut.bz2": bz2.compress(TEXT)[:-4],
        "changed.gz": gzip.compress(TEXT)[:-8] + bytes(8),
    }


@pytest.mark.parametrize("name", damaged_archives())
def test_a_damaged_archive_is_a_row_and_not_the_end(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(damaged_archives()[name])
    (tmp_path / "web2.txt").write_bytes(TEXT)
    results = found(tmp_path)
    assert ("web2", "web2.txt", None) in results
    assert name in refusals(results)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda data: data[:2058] + b"?" + data[2059:], "bad checksum"),
        (lambda data: data[:2100], "ends in the middle"),
        (lambda data: data[:2048], "ends in the middle"),
    ],
)
def test_an_archive_that_stops_between_its_files_says_so(
    tmp_path: Path, change: Callable[[bytes], bytes], said: str
) -> None:
    path = tar(tmp_path / "a.tar", {f"web{n}.txt": TEXT for n in range(4)})
    path.write_bytes(change(path.read_bytes()))
    results = found(path)
    assert [host for host, _, refusal in results if not refusal] == ["web0", "web1"]
    assert said in refusals(results)


def test_what_a_header_takes_in_memory_is_limited(tmp_path: Path) -> None:
    name = tarfile.TarInfo("././@LongLink")
    name.type, name.size = tarfile.GNUTYPE_LONGNAME, (1 << 20) + 1
    (tmp_path / "a.tar").write_bytes(name.tobuf() + bytes(2 << 20))
    assert "a header larger than 1 MiB" in refusals(found(tmp_path))


def test_sparse_files_of_nothing_are_a_bomb(tmp_path: Path) -> None:
    member = tarfile.TarInfo("web1.txt")
    member.type, member.size = tarfile.GNUTYPE_SPARSE, 0
    header = bytearray(member.tobuf(tarfile.GNU_FORMAT))
    header[386:410] = b"00000077777\0" * 2
    header[483:495] = b"00000077777\0"
    header[148:156] = b"        "
    header[148:156] = b"%06o\0 " % sum(header)
    (tmp_path / "a.tar").write_bytes(bytes(header) * 40 + bytes(1024))
    results = found(tmp_path, limits=SMALL)
    assert "unpacks to more" in refusals(results)
    assert len(results) < 10


def test_a_hard_link_in_an_archive_is_a_row(tmp_path: Path) -> None:
    path = tmp_path / "captures.tar"
    with tarfile.open(path, "w") as archive:
        member = tarfile.TarInfo("night2/web1.txt")
        member.type, member.linkname = tarfile.LNKTYPE, "night1/web\x1b1.txt"
        archive.addfile(member)
    assert "a link to night1/web\\x1b1.txt" in refusals(found(path))


@pytest.mark.parametrize("name", ["a.tar.gz", "a.zip", "a.7z"])
def test_what_only_has_the_name_of_an_archive_is_a_row(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"")
    assert "no kind of archive that is read" in refusals(found(tmp_path))


def test_names_that_are_no_text_can_be_shown(tmp_path: Path) -> None:
    folder = tmp_path / os.fsdecode(b"night\xff")
    folder.mkdir()
    (folder / "web1.txt").write_bytes(TEXT)
    (folder / "web2.gz").write_bytes(gzip.compress(TEXT)[:-4])
    results = list(read_sources([str(tmp_path)]))
    assert all(each.source.isprintable() and each.capture.key for each in results)
    assert sorted(each.capture.refusal is None for each in results) == [False, True]


def test_links_that_lead_nowhere_do_not_end_a_folder(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    (tmp_path / "web1.txt").write_bytes(TEXT)
    results = found(tmp_path)
    assert ("web1", "web1.txt", None) in results
    assert "symbolic links" in refusals(results)


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress])
def test_packed_json_lines_are_read_also_in_an_archive(
    tmp_path: Path, pack: Callable[[bytes], bytes]
) -> None:
    line = json.dumps({"host": "web1", "text": TEXT.decode()}).encode()
    (tmp_path / "a.jsonl.gz").write_bytes(pack(line))
    tar(tmp_path / "b.tar", {"c.ndjson.xz": pack(line.replace(b"web1", b"web2"))})
    zipped(tmp_path / "d.zip", {"e.jsonl": line.replace(b"web1", b"web3")})
    assert [host for host, _, refusal in found(tmp_path) if not refusal] == ["web1", "web2", "web3"]


@pytest.mark.parametrize("name", [SOS, "renamed"])
def test_of_an_unpacked_sosreport_only_the_socket_tables_are_read(
    tmp_path: Path, name: str
) -> None:
    root = tmp_path / name
    for below in ("etc/hosts", "var/log/a.jsonl", "sos_commands/kernel/a.jsonl"):
        (root / below).parent.mkdir(parents=True, exist_ok=True)
        (root / below).write_bytes(b"x")
    tar(root / "var/log/old.tar.gz", {"messages": b"x"}, "w:gz")
    table = root / "sos_commands/networking/netstat_-W_-neopa"
    table.parent.mkdir()
    table.write_bytes(TEXT)
    for start in (root, tmp_path):
        (each,) = read_sources([str(start)])
        assert each.capture.host == ("web1" if name == SOS else "renamed")


def test_a_file_that_may_not_be_read_is_a_row(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "web1.txt").write_bytes(TEXT)
    (tmp_path / "inner").mkdir()
    scan = os.scandir

    def refuse(path: Path) -> object:
        if path.name == "inner":
            raise PermissionError(13, "Permission denied")
        return scan(path)

    monkeypatch.setattr("os.scandir", refuse)
    assert "Permission denied" in refusals(found(tmp_path))


def test_dates_that_cannot_be_are_no_obstacle(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        member = zipfile.ZipInfo(f"{SOS}/sos_commands/networking/netstat_-anp")
        archive.writestr(member, TEXT)
    data = bytearray(path.read_bytes())
    entry = data.index(b"PK\x01\x02")
    data[entry + 14 : entry + 16] = b"\0\0"
    path.write_bytes(data)
    (each,) = read_sources([str(path)])
    assert each.capture.time == datetime(1980, 1, 1, tzinfo=UTC)
