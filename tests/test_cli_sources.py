"""What a call names: files, folders, gzip, standard input, and everything that cannot be read."""

from __future__ import annotations

import gzip
import os
import subprocess
import sys
from pathlib import Path

import pytest
from cli_running import DAMAGED, SEED, refused, run

from netstat_fw.cli.sources import LARGEST, Source, find_sources, read_bytes

_ROW = "tcp 0 0 203.0.113.1:{} 0.0.0.0:* LISTEN 1/sshd\n"


def test_a_missing_file_is_named_with_the_next_step(tmp_path: Path) -> None:
    assert "there is no file" in refused("plan", str(tmp_path / "nothing"))
    assert "check the name" in refused("parse", str(tmp_path / "nothing"), "--json")


def test_a_folder_where_one_file_is_meant_is_refused(tmp_path: Path) -> None:
    assert "is a folder: name one file in it" in refused("parse", str(tmp_path), "--json")


def test_a_folder_stands_for_the_files_in_it(tmp_path: Path) -> None:
    for name in ("b.txt", "a.txt", ".hidden"):
        (tmp_path / name).write_text("", "utf-8")
    (tmp_path / "inner").mkdir()
    found = find_sources([str(tmp_path), str(tmp_path / "a.txt"), "-", "-"])
    assert [each.name for each in found] == [
        str(tmp_path / "a.txt"), str(tmp_path / "b.txt"), "-",
    ]  # fmt: skip
    assert found[0].in_folder


def test_a_folder_without_files_is_refused(tmp_path: Path) -> None:
    (tmp_path / "inner").mkdir()
    assert "has no files in it: name the folder" in refused("plan", str(tmp_path))


def _forbid(monkeypatch: pytest.MonkeyPatch, method: str) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, method, refuse)


def test_an_unreadable_file_or_folder_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "capture"
    file.write_text(DAMAGED, "utf-8")
    with monkeypatch.context() as patched:
        _forbid(patched, "open")
        assert "may not be read by this user: change its mode" in refused("plan", str(file))
    with monkeypatch.context() as patched:
        _forbid(patched, "iterdir")
        assert "may not be read by this user" in refused("plan", str(tmp_path))
    with monkeypatch.context() as patched:
        _forbid(patched, "is_dir")
        assert run("plan", str(file)).exit_code == 1


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root reads any file")
def test_a_file_without_read_permission_is_named(tmp_path: Path) -> None:
    file = tmp_path / "capture"
    file.write_text(DAMAGED, "utf-8")
    file.chmod(0)
    assert "may not be read by this user" in refused("plan", str(file))


def test_other_refusals_of_the_system_are_passed_on(tmp_path: Path) -> None:
    assert "File name too long" in refused("plan", str(tmp_path / ("x" * 300)))


def test_a_name_is_cleaned_before_it_is_shown(tmp_path: Path) -> None:
    assert r"\x1b[2K" in refused("plan", str(tmp_path / "\x1b[2K"))


@pytest.mark.parametrize("command", [["plan"], ["parse", "--csv"], ["explain", "--line", "3"]])
def test_gzipped_captures_are_read(command: list[str], tmp_path: Path) -> None:
    file = tmp_path / "capture.gz"
    file.write_bytes(gzip.compress(SEED.read_bytes()))
    assert run(*command, str(file)).stdout == run(*command, str(SEED)).stdout
    piped = run(*command, "-", text=file.read_bytes())
    assert piped.stdout == run(*command, str(SEED)).stdout


def test_gzip_files_that_were_put_together_are_read_as_one(tmp_path: Path) -> None:
    file = tmp_path / "capture.gz"
    file.write_bytes(
        gzip.compress(_ROW.format(22).encode()) + gzip.compress(_ROW.format(80).encode())
    )
    assert run("parse", str(file), "--csv").stdout.count("\n") == 3


def test_a_broken_gzip_file_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "capture.gz"
    whole = gzip.compress(SEED.read_bytes())
    file.write_bytes(whole[:-20])
    assert "ends in the middle of its gzip data: copy it again" in refused("plan", str(file))
    file.write_bytes(whole[:100] + b"\xff\xff\xff\xff" + whole[104:])
    assert "is no whole gzip file" in refused("plan", str(file))


def test_a_gzip_bomb_is_refused_in_little_memory(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("netstat_fw.cli.sources.LARGEST", 1 << 20)
    file = tmp_path / "bomb.gz"
    file.write_bytes(gzip.compress(b"\n" * (50 << 20)) * 3)
    assert "is larger than 1 MiB: split it" in refused("plan", str(file))


def test_input_beyond_the_limit_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("netstat_fw.cli.sources.LARGEST", 10)
    file = tmp_path / "capture"
    file.write_text(DAMAGED, "utf-8")
    assert "split it" in refused("plan", str(file))
    assert "split it" in refused("plan", "-", text=DAMAGED)


def test_what_a_large_input_will_take_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("netstat_fw.cli.sources._LARGE", 1 << 20)
    file = tmp_path / "capture"
    file.write_bytes(SEED.read_bytes() + b"\n" * (400 << 20 >> 8))
    result = run("parse", str(file), "--csv")
    assert "has 1 MiB: a plan of it takes some 0 seconds" in result.stderr
    assert "MiB" not in run("parse", str(SEED), "--csv").stderr


@pytest.mark.parametrize(
    "junk",
    [b"", b"\n\n", b"\x00" * 5000, bytes(range(256)) * 40, b"\xff\xfe", b"%PDF-1.7\n%\xe2\xe3"],
    ids=["empty", "blank", "zeros", "bytes", "mark", "pdf"],
)
def test_junk_is_one_sentence(junk: bytes) -> None:
    said = refused("plan", "-", text=junk)
    assert "no netstat socket table found" in said
    assert "capture with netstat -anp (Linux), -aonb (Windows) or -anv" in said
    assert said.removesuffix("\n").isprintable()


def test_a_text_of_something_else_says_what_it_is() -> None:
    assert "the text holds a routing table" in refused(
        "plan", "-", text="Kernel IP routing table\n"
    )


def test_a_missing_last_line_break_costs_nothing() -> None:
    text = SEED.read_text("utf-8")
    assert run("plan", "-", text=text.rstrip("\n")).stdout == run("plan", "-", text=text).stdout


def test_standard_input_that_is_closed_or_a_keyboard_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Keyboard:
        buffer = open(os.devnull, "rb")  # noqa: PTH123, SIM115 - an empty stream

        def isatty(self) -> bool:
            return True

    monkeypatch.setattr(sys, "stdin", Keyboard())
    assert read_bytes(Source("-")) == b""
    assert "end it with Ctrl-D" in capsys.readouterr().err
    Keyboard.buffer.close()
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(Exception, match="standard input is closed: name a file instead"):
        read_bytes(Source("-"))


def test_rows_that_could_not_be_read_give_status_1_and_are_told() -> None:
    result = run("parse", "-", "--json", text=DAMAGED)
    assert result.exit_code == 1
    assert "line 2, column 9: error: expected the local address:port" in result.stderr


def test_many_remarks_are_cut_short() -> None:
    result = run("parse", "-", "--json", text=DAMAGED + "tcp 0 0 oops\n" * 40)
    assert result.stderr.count("error:") == 20
    assert "... and 21 more remarks" in result.stderr


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs proc(5)")
def test_a_large_capture_is_read_in_bounded_time_and_memory(tmp_path: Path) -> None:
    """The whole plan takes at most 20 bytes of memory and a microsecond for a byte of the text.

    With HYPOTHESIS_PROFILE=thorough the capture has 500 MB.
    """
    size = 500 << 20 if os.environ.get("HYPOTHESIS_PROFILE") == "thorough" else 2 << 20
    assert size < LARGEST
    file = tmp_path / "large.txt"
    row = "tcp        0      0 192.0.2.1:443           198.51.{}.{}:{}      ESTABLISHED 12/nginx\n"
    block = "".join(row.format(n // 256, n % 256, 1025 + n) for n in range(10_000))
    with file.open("w", encoding="utf-8") as out:
        out.writelines(block for _ in range(size // len(block)))
    # Of the process alone: what getrusage(2) says of a child counts the memory it was forked from.
    code = (
        "import resource\nfrom netstat_fw.cli import main\n"
        "try:\n    main()\nfinally:\n"
        "    used = resource.getrusage(resource.RUSAGE_SELF)\n"
        "    peak = open('/proc/self/status').read().partition('VmHWM:')[2].split()[0]\n"
        "    print(used.ru_utime + used.ru_stime, peak, file=sys.stderr)"
    )
    call = [sys.executable, "-c", f"import sys\n{code}", "plan", str(file)]
    done = subprocess.run(call, capture_output=True, check=True, text=True)
    seconds, peak = map(float, done.stderr.split()[-2:])
    assert seconds < 5 + size / 1e6
    assert peak * 1024 < (150 << 20) + 20 * size
