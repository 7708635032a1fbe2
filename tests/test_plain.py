"""Plain data: one capture pinned whole, everything read back, the culprit named by its path."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import attrs
import pytest
from capture_strategies import captures
from hypothesis import given
from hypothesis import strategies as st
from plain_data import places
from policy_findings import admin, connection, critical, exposure, findings, role

from netstat_fw import Capture, Findings, Question, analyze, parse, propose
from netstat_fw.analyzers.findings import Fate, Outcome
from netstat_fw.errors import NetstatFwError, PlainDataError
from netstat_fw.evidence import Reason

_FIXTURES = Path(__file__).resolve().parent.parent / "fixtures"
_TEXTS = sorted(_FIXTURES.glob("*/*/netstat.txt")) + sorted(
    path for path in _FIXTURES.glob("windows/*.txt") if not path.name.startswith("not_")
)
_TEXT = """\
tcp6       0      1 fe80::1%eth0:22         2001:db8::1:https       ESTABLISHED 0 5 7/sshd: a \
off (0.00/0/0)
unix  2      [ ACC ]     STREAM     LISTENING     17677    1480/cupsd           /run/cups.sock
oops
"""
_NOBODY = {"address": None, "port": None, "zone": None, "host": None, "service": None}


def test_every_field_of_a_capture_as_plain_data() -> None:
    assert parse(_TEXT).to_dict() == {
        "schema_version": 1,
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
                "process": {
                    "pid": 1480, "name": "cupsd", "service": None, "components": [],
                    "program": "cupsd",
                },
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


def _everything(value: object) -> object:
    """Take a value apart, with what its equality leaves out."""
    kind = type(value)
    if attrs.has(kind):
        names = [field.name for field in attrs.fields(kind)]
        return [(name, _everything(getattr(value, name))) for name in names]
    return [_everything(each) for each in value] if isinstance(value, tuple) else value


def _through_json(data: dict[str, Any]) -> Any:  # noqa: ANN401 - JSON
    again = json.loads(json.dumps(data))
    assert again == data
    return again


@pytest.mark.parametrize("path", _TEXTS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_whatever_is_read_and_concluded_comes_back_whole_through_json(path: Path) -> None:
    capture = parse(path.read_bytes())
    assert _everything(Capture.from_dict(_through_json(capture.to_dict()))) == _everything(capture)
    found = analyze(capture)
    assert _everything(Findings.from_dict(_through_json(found.to_dict()))) == _everything(found)


@given(captures)
def test_any_capture_and_its_findings_come_back_whole(capture: Capture) -> None:
    assert _everything(Capture.from_dict(_through_json(capture.to_dict()))) == _everything(capture)
    found = analyze(capture)
    again = Findings.from_dict(_through_json(found.to_dict()))
    assert _everything(again) == _everything(found)
    for mine, theirs in zip(again.outcomes, found.outcomes, strict=True):
        listed = [*again.exposures, *again.connections, *again.datagrams, *again.questions]
        assert theirs.finding is None or any(mine.finding is each for each in listed)


def test_a_finding_is_written_once_and_pointed_at_by_its_place() -> None:
    rows = "".join(
        f"tcp 0 0 192.0.2.1:443 198.51.100.{n}:40000 ESTABLISHED 7/nginx\n" for n in range(1, 200)
    )
    found = analyze(parse("tcp 0 0 0.0.0.0:443 0.0.0.0:* LISTEN 7/nginx\n" + rows))
    data = found.to_dict()
    (place,) = {each["finding"]["exposures"] for each in data["outcomes"]}
    assert data["exposures"][place]["port"] == 443
    assert len(json.dumps(data)) < 60_000


def test_a_finding_that_is_in_no_list_is_written_whole() -> None:
    way_in, out, port = admin(), connection(443), role(5353)
    question = Question("Q_X", "what?", "tcp/1")
    outcomes = tuple(
        Outcome(line, Fate.FINDING, Reason("WHY", "because"), each)
        for line, each in enumerate((way_in, out, port, question, None), 1)
    )
    found = attrs.evolve(findings(critical(exposure(5432))), outcomes=outcomes)
    data = found.to_dict()
    assert [list(each["finding"] or ()) for each in data["outcomes"]] == [
        ["exposures"], ["connections"], ["datagrams"], ["questions"], [],
    ]  # fmt: skip
    assert data["hazards"][0]["exposure"]["exposures"]["port"] == 5432
    assert _everything(Findings.from_dict(_through_json(data))) == _everything(found)


def _changed(data: dict[str, Any], path: tuple[str | int, ...], value: object) -> dict[str, Any]:
    data = copy.deepcopy(data)
    place: Any = data
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return data


_SOCKET = ("sockets", 0)


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (("schema_version",), 2, "$.schema_version: expected 1, not 2"),
        (("extra",), 1, "$: unknown field 'extra'"),
        (("dialect",), "vms", "$.dialect: expected one of linux, windows, bsd, not 'vms'"),
        ((*_SOCKET, "colour"), "red", "$.sockets[0]: unknown field 'colour'"),
        ((*_SOCKET, "line"), 0, "$.sockets[0].line: expected 1 or more, not 0"),
        ((*_SOCKET, "recv_q"), True, "$.sockets[0].recv_q: expected a whole number, not True"),
        ((*_SOCKET, "local"), [], "$.sockets[0].local: expected an object, not []"),
        (
            (*_SOCKET, "local", "port"),
            65536,
            "$.sockets[0].local.port: expected 1 to 65535, not 65536",
        ),
        (
            (*_SOCKET, "local", "address"),
            "fe80::1%eth0",
            "$.sockets[0].local.address: expected an IP address, not 'fe80::1%eth0'",
        ),
        (
            (*_SOCKET, "local", "address"),
            3221225985,
            "$.sockets[0].local.address: expected an IP address, not 3221225985",
        ),
        (
            (*_SOCKET, "local", "address"),
            "192.0.2",
            "$.sockets[0].local.address: expected an IP address, not '192.0.2'",
        ),
        (
            (*_SOCKET, "timer", "seconds"),
            float("inf"),
            "$.sockets[0].timer.seconds: expected a number, not inf",
        ),
        (
            (*_SOCKET, "timer", "seconds"),
            "1",
            "$.sockets[0].timer.seconds: expected a number, not '1'",
        ),
        (
            (*_SOCKET, "process", "program"),
            "nginx",
            "$.sockets[0].process: program: 'nginx' is another process's; this process's is sshd",
        ),
        (
            (*_SOCKET, "process", "components"),
            "dll",
            "$.sockets[0].process.components: expected a list, not 'dll'",
        ),
        (("line_count",), 4, "$.line_roles: expected 4 roles, not 3"),
        (("sockets",), {}, "$.sockets: expected a list, not {}"),
    ],
)
def test_what_no_capture_can_be_is_refused_with_its_path(
    path: tuple[str | int, ...], value: object, message: str
) -> None:
    with pytest.raises(PlainDataError) as caught:
        Capture.from_dict(_changed(parse(_TEXT).to_dict(), path, value))
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (("hazards",), None, "$.hazards: expected a list, not None"),
        (("exposures", 0, "port"), 0, "$.exposures[0]: 'port' must be >= 1: 0"),
        (("exposures", 0, "port_end"), 65536, "$.exposures[0].port_end: expected 1 to 65535, not"),
        (("exposures", 0, "remotes"), ["192.0.2.1/24"], "$.exposures[0].remotes[0]: expected a"),
        (("exposures", 0, "remotes"), [None], "$.exposures[0].remotes[0]: expected a network, not"),
        (("outcomes", 0, "finding"), 3, "$.outcomes[0].finding: expected an object, not 3"),
        (
            ("outcomes", 0, "finding"),
            {"exposures": 7},
            "$.outcomes[0].finding.exposures: there is no 7 among 2",
        ),
        (("outcomes", 0, "finding"), {"hosts": 7}, "$.outcomes[0].finding: expected one of expos"),
        (("outcomes", 0, "finding"), {}, "$.outcomes[0].finding: expected one of exposures, conn"),
        (
            ("outcomes", 0, "finding"),
            {"exposures": "0"},
            "$.outcomes[0].finding: expected a whole number, not '0'",
        ),
        (("host", "ephemeral", "low"), 65000, "$.host.ephemeral: port range 65000-60999 is reve"),
    ],
)
def test_what_no_findings_can_be_is_refused_with_its_path(
    path: tuple[str | int, ...], value: object, message: str
) -> None:
    found = analyze(parse("tcp 0 0 0.0.0.0:80 0.0.0.0:* LISTEN 7/nginx"))
    with pytest.raises(PlainDataError) as caught:
        Findings.from_dict(_changed(found.to_dict(), path, value))
    assert str(caught.value).startswith(message)


_JUNK = st.sampled_from([
    None, True, -1, 0, 1, 65_536, 10**400, 1.5, float("nan"), "", "x", "192.0.2.1", "LISTEN",
    "\udcff", "a\nb", [], [1], {}, {"a": 1}, {"exposures": 10**9},
])  # fmt: skip


@pytest.mark.parametrize("kind", [Capture, Findings])
@given(data=st.data())
def test_whatever_stands_where_it_is_refused_or_read_and_written_again(
    kind: type[Capture | Findings], data: st.DataObject
) -> None:
    capture = parse(_TEXT)
    stored = capture.to_dict() if kind is Capture else analyze(capture).to_dict()
    place = data.draw(st.sampled_from(places(stored)))
    try:
        value = kind.from_dict(_changed(stored, place, data.draw(_JUNK)))
    except PlainDataError as error:
        assert all(line.startswith("$") for line in str(error).splitlines())  # noqa: PT017 - both ends are fine
    else:
        assert _everything(kind.from_dict(value.to_dict())) == _everything(value)


def test_no_object_at_all_is_refused() -> None:
    with pytest.raises(NetstatFwError, match=r"^\$: expected an object, not \[\]$"):
        Capture.from_dict([])  # type: ignore[arg-type] # what a caller without types may do


def test_derived_fields_and_defaults_may_be_left_out() -> None:
    data = _changed(parse(_TEXT).to_dict(), (*_SOCKET, "process"), {"pid": 7, "name": "sshd: a"})
    del data["unix_sockets"]
    assert Capture.from_dict(data).sockets == parse(_TEXT).sockets
    assert Capture.from_dict(data).unix_sockets == ()


def test_a_number_of_seconds_may_come_back_whole() -> None:
    data = _changed(parse(_TEXT).to_dict(), (*_SOCKET, "timer", "seconds"), 2)
    timer = Capture.from_dict(data).sockets[0].timer
    assert timer is not None
    assert type(timer.seconds) is float


def test_mapped_addresses_are_written_alike_on_every_python() -> None:
    capture = parse("tcp6 0 0 ::ffff:192.0.2.1:22 ::ffff:198.51.100.1:40000 ESTABLISHED 7/sshd")
    assert capture.to_dict()["sockets"][0]["local"]["address"] == "::ffff:192.0.2.1"
    assert capture.to_records()[0]["remote_address"] == "::ffff:198.51.100.1"


def test_big_values_sum_themselves_up() -> None:
    capture = parse(_TEXT)
    assert repr(capture) == (
        "<Capture dialect=linux sockets=1 unix_sockets=1 diagnostics=1 errors=0 lines=3>"
    )
    assert repr(analyze(capture)) == (
        "<Findings dialect=linux exposures=1 connections=9 datagrams=0 questions=6 hazards=2"
        " outcomes=1>"
    )
    ruleset = propose(analyze(capture))
    assert repr(ruleset).startswith("<Ruleset incoming=<Chain default=drop rules=1")
    assert len(repr(ruleset)) < 200
