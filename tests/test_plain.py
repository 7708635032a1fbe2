"""Captures as plain data: the whole of a small one pinned, and JSON for every fixture."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from netstat_fw import parse
from netstat_fw.plain import SCHEMA_VERSION, capture_to_dict

_FIXTURES = Path(__file__).resolve().parent.parent / "fixtures"
_TEXT = """\
tcp6       0      1 fe80::1%eth0:22         2001:db8::1:https       ESTABLISHED 0 5 7/sshd: a \
off (0.00/0/0)
unix  2      [ ACC ]     STREAM     LISTENING     17677    1480/cupsd           /run/cups.sock
oops
"""
_NOBODY = {"address": None, "port": None, "zone": None, "host": None, "service": None}


def test_every_field_of_a_capture_as_plain_data() -> None:
    assert capture_to_dict(parse(_TEXT)) == {
        "schema_version": SCHEMA_VERSION,
        "dialect": "linux",
        "sockets": [
            {
                "protocol": "tcp",
                "family": "ipv6",
                "local": {
                    **_NOBODY, "address": "fe80::1", "port": 22, "zone": "eth0",
                    "truncated": False,
                },
                "remote": {
                    **_NOBODY, "address": "2001:db8::1", "service": "https", "truncated": False,
                },
                "state": "ESTABLISHED",
                "process": {
                    "pid": 7, "name": "sshd: a", "service": None, "components": [],
                    "program": "sshd",
                },
                "recv_q": 0,
                "send_q": 1,
                "user": "0",
                "inode": 5,
                "timer": {"kind": "off", "seconds": 0.0, "retransmits": 0, "probes": 0},
                "snapshot": 0,
                "line": 1,
                "state_text": "ESTABLISHED",
                "security_context": None,
                "multihoming": None,
                "dual_stack": False,
            }
        ],
        "unix_sockets": [
            {
                "type": "stream",
                "state": "LISTENING",
                "ref_count": 2,
                "flags": ["ACC"],
                "inode": 17677,
                "process": {"pid": 1480, "name": "cupsd", "service": None, "components": []},
                "path": "/run/cups.sock",
                "snapshot": 0,
                "line": 2,
            }
        ],
        "diagnostics": [
            {
                "severity": "info",
                "code": "no-row",
                "message": "no part of a netstat table",
                "line": 3,
                "column": 1,
                "source": "oops",
            }
        ],
        "line_count": 3,
        "line_roles": ["record", "record", "diagnostic"],
    }  # fmt: skip


@pytest.mark.parametrize(
    "path", sorted((_FIXTURES / "linux").glob("*/netstat.txt")), ids=lambda path: path.parent.name
)
def test_plain_data_goes_through_json_unchanged(path: Path) -> None:
    plain = capture_to_dict(parse(path.read_bytes()))
    assert json.loads(json.dumps(plain)) == plain
