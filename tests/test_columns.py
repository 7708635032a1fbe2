"""Flat rows: stable columns, and the same content as the records they are made of."""

from __future__ import annotations

import subprocess
import sys
from ipaddress import ip_address
from pathlib import Path

import attrs
import pytest
from capture_strategies import captures
from hypothesis import given

import netstat_fw
from netstat_fw import Capture, Endpoint, parse
from netstat_fw.arrow import arrow_schema, make_table
from netstat_fw.columns import COLUMNS, Kind
from netstat_fw.errors import MissingExtraError, NetstatFwError
from netstat_fw.records import Multihoming

_FIXTURES = Path(__file__).resolve().parent.parent / "fixtures"
_TEXT = """\
tcp6       0      1 fe80::1%eth0:22         2001:db8::1:https       ESTABLISHED 0 5 7/sshd: a \
off (0.25/1/2)
"""
_END = ("address", "port", "zone", "host", "service", "truncated", "further")
_NAMES = [
    "line", "snapshot", "protocol", "family",
    *(f"local_{part}" for part in _END), *(f"remote_{part}" for part in _END),
    "state", "state_text",
    "pid", "process_name", "program", "windows_service", "components",
    "recv_q", "send_q", "user", "inode",
    "timer", "timer_seconds", "timer_retransmits", "timer_probes",
    "security_context", "dual_stack",
]  # fmt: skip
_PYTHON = {
    Kind.TEXT: str, Kind.BOOLEAN: bool, Kind.PORT: int, Kind.INTEGER: int, Kind.REAL: float,
}  # fmt: skip


def test_a_record_pinned_whole() -> None:
    (record,) = parse(_TEXT).to_records()
    assert {name: cell for name, cell in record.items() if cell is not None} == {
        "line": 1, "snapshot": 0, "protocol": "tcp", "family": "ipv6",
        "local_address": "fe80::1", "local_port": 22, "local_zone": "eth0",
        "local_truncated": False,
        "remote_address": "2001:db8::1", "remote_service": "https", "remote_truncated": False,
        "state": "ESTABLISHED", "state_text": "ESTABLISHED",
        "pid": 7, "process_name": "sshd: a", "program": "sshd",
        "recv_q": 0, "send_q": 1, "user": "0", "inode": 5,
        "timer": "off", "timer_seconds": 0.25, "timer_retransmits": 1, "timer_probes": 2,
        "dual_stack": False,
    }  # fmt: skip


def test_names_and_order_of_the_columns_are_a_promise() -> None:
    """A column may be added at the end; nothing else may change here."""
    assert [column.name for column in COLUMNS] == _NAMES
    assert list(parse(_TEXT).to_records()[0]) == _NAMES


@given(captures)
def test_every_record_has_every_column_of_its_kind(capture: Capture) -> None:
    records = capture.to_records()
    assert len(records) == len(capture.sockets)
    for record, socket in zip(records, capture.sockets, strict=True):
        assert list(record) == _NAMES
        assert (record["line"], record["local_port"]) == (socket.line, socket.local.port)
        for column in COLUMNS:
            cell = record[column.name]
            assert column.nullable if cell is None else type(cell) is _PYTHON[column.kind]


def test_further_addresses_are_one_text() -> None:
    capture = parse(_TEXT)
    more = Multihoming((Endpoint(ip_address("2001:db8::2"), 22), Endpoint(host="a", port=22)), ())
    capture = attrs.evolve(capture, sockets=(attrs.evolve(capture.sockets[0], multihoming=more),))
    (record,) = capture.to_records()
    assert record["local_further"] == "2001:db8::2 a"
    assert record["remote_further"] is None


def test_components_are_one_text() -> None:
    records = parse((_FIXTURES / "windows" / "xp_netstat_anbv.txt").read_bytes()).to_records()
    stacks = [record["components"] for record in records]
    assert any(stack and len(stack.split(" ")) > 1 for stack in stacks)


@given(captures)
def test_a_table_holds_what_the_records_hold(capture: Capture) -> None:
    pytest.importorskip("pyarrow")
    table = capture.to_arrow()
    assert table.schema.equals(arrow_schema(), check_metadata=True)
    assert table.to_pylist() == capture.to_records()
    table.validate(full=True)


def test_the_schema_is_the_same_for_an_empty_capture_and_says_its_version() -> None:
    pa = pytest.importorskip("pyarrow")
    table = parse((_FIXTURES / "linux" / "empty" / "netstat.txt").read_bytes()).to_arrow()
    assert table.num_rows == 0
    assert table.schema.equals(arrow_schema(), check_metadata=True)
    assert table.schema.metadata == {b"netstat_fw_schema_version": b"1"}
    kinds = {name: str(table.schema.field(name).type) for name in table.schema.names}
    assert kinds["local_port"] == "uint16"
    assert (kinds["line"], kinds["program"], kinds["timer_seconds"]) == (
        "int64",
        "string",
        "double",
    )
    assert not table.schema.field("line").nullable
    assert pa.types.is_boolean(table.schema.field("dual_stack").type)


def test_tables_of_several_captures_go_together() -> None:
    pytest.importorskip("pyarrow")
    records = parse(_TEXT).to_records()
    assert make_table(records + records).num_rows == 2


def test_bytes_that_were_no_text_reach_a_table_as_escapes() -> None:
    pytest.importorskip("pyarrow")
    (record,) = parse(_TEXT).to_records()
    assert make_table([{**record, "program": "a\udcffb"}])["program"].to_pylist() == ["a\\udcffb"]


@pytest.mark.parametrize("call", ["capture.to_arrow()", "netstat_fw.arrow.arrow_schema()"])
def test_without_pyarrow_the_message_has_the_command_that_installs_it(
    call: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'netstat-fw\[arrow\]'$") as caught:
        eval(call, {"capture": parse(_TEXT), "netstat_fw": netstat_fw})  # noqa: S307 - two of ours
    assert isinstance(caught.value, NetstatFwError)


def test_a_pyarrow_that_lacks_a_part_of_its_own_is_not_taken_for_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "pyarrow.py").write_text("import no_such_part\n", "utf-8")
    monkeypatch.delitem(sys.modules, "pyarrow", raising=False)
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ModuleNotFoundError, match="no_such_part"):
        arrow_schema()


def test_neither_parsing_nor_records_load_a_library_that_they_do_without() -> None:
    code = (
        "import sys, netstat_fw, netstat_fw.arrow;"
        "netstat_fw.parse('tcp 0 0 192.0.2.1:22 0.0.0.0:* LISTEN').to_records();"
        "print(sorted({'cattrs', 'pyarrow', 'click', 'rich'} & set(sys.modules)))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout == "[]\n"
