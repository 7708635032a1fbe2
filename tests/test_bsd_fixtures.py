"""Composed captures of macOS and FreeBSD: every row is read, and says the same in each layout."""

import re
from pathlib import Path

import pytest

from netstat_fw import parse
from netstat_fw.records import Capture, Dialect, Endpoint, Process, Socket, State

FIXTURES = Path(__file__).resolve().parent.parent / "fixtures" / "bsd"
CAPTURES = sorted(FIXTURES.rglob("*.txt"))
# Independent of the grammar: the first word of a line, behind the addresses of -A.
ROW = re.compile(
    r"(?:[0-9a-f]{16} +(?:[0-9a-f]{1,8} )?)?(?:tcp|udp|icm|div)[46]+ |[0-9]+/[0-9]+/[0-9]+ "
)
UNIX_ROW = re.compile(r"[0-9a-f]{16} (?:stream|dgram|seqpac)|unix ")
WHOLE = {"macos_laptop": "netstat_anlW.txt", "freebsd_server": "netstat_anW.txt"}
LISTENS = {"netstat_Lan.txt"}


def capture(name: str) -> Capture:
    return parse((FIXTURES / name).read_bytes())


@pytest.mark.parametrize("path", CAPTURES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_every_row_is_a_record(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").split("\n")
    read = parse(path.read_bytes())
    rows = {number for number, line in enumerate(lines, 1) if ROW.match(line)}
    unix_rows = {number for number, line in enumerate(lines, 1) if UNIX_ROW.match(line)}
    assert read.dialect is Dialect.BSD
    assert {one.line for one in read.unix_sockets} == unix_rows
    if path.parent.name != "hostile_names":
        assert {one.line for one in read.sockets} == rows
        assert not read.errors


def agrees(one: Endpoint, whole: Endpoint) -> bool:
    """Tell whether all that can be used of an endpoint is as in the capture without cuts."""
    if one.truncated:
        return one.address is None and one.port in (None, whole.port)
    return one == whole


def read_whole(directory: str) -> tuple[Socket, ...]:
    sockets = capture(f"{directory}/{WHOLE[directory]}").sockets
    assert not any(one.local.truncated or one.remote.truncated for one in sockets)
    return sockets


@pytest.mark.parametrize(
    "path",
    [
        path
        for path in CAPTURES
        if path.parent.name in WHOLE and re.search(r"n[^a]*\.|_an", path.name)
    ],
    ids=lambda path: f"{path.parent.name}-{path.stem}",
)
def test_every_layout_says_the_same_of_a_socket(path: Path) -> None:
    whole = read_whole(path.parent.name)
    read = parse(path.read_bytes()).sockets
    if path.name in LISTENS:
        whole = tuple(one for one in whole if one.state is State.LISTEN)
    assert len(read) == len(whole)
    for one, other in zip(read, whole, strict=True):
        assert one.protocol is other.protocol
        assert agrees(one.local, other.local)
        assert agrees(one.remote, other.remote)
        if path.name not in {"netstat_anT.txt", "netstat_anx.txt"}:
            assert one.state is other.state


def test_process_ids_of_every_version() -> None:
    expected = [one.process for one in capture("macos_laptop/netstat_anv_15.txt").sockets]
    assert expected[0] == Process(9811, "Example Browser Helper")
    assert expected[7] == Process(5660, "Web Server (dev)")
    assert expected[13] == Process(712, "Sync: photos")
    for name in ("netstat_anv_14", "netstat_anv_10_14"):
        assert [one.process for one in capture(f"macos_laptop/{name}.txt").sockets] == [
            one and Process(one.pid) for one in expected
        ]
    assert [one.process for one in capture("macos_laptop/netstat_anvv_15.txt").sockets] == expected


def test_hostile_names_add_nothing() -> None:
    read = capture("hostile_names/netstat_anv_15.txt")
    assert [one.local.port for one in read.sockets] == [22, 4001, 4002, 4003, 4004, 4005, 123]
    assert [one.process and one.process.pid for one in read.sockets] == [
        1, 666, 667, 668, 669, 670, 78,
    ]  # fmt: skip
    assert [(one.code, one.line) for one in read.diagnostics] == [("damaged-row", 17)]
