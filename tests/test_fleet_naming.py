"""Which host a path names and when, what an archive may unpack to, and captures as JSON lines."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netstat_fw.errors import FleetError
from netstat_fw.fleet.limits import Limits
from netstat_fw.fleet.lines import read_line
from netstat_fw.fleet.naming import Located, locate


@pytest.mark.parametrize(
    ("path", "host", "time"),
    [
        ("web1.txt", "web1", None),
        ("web1.example.com.txt.gz", "web1.example.com", None),
        ("192.0.2.1.txt", "192.0.2.1", None),
        ("web1/netstat.txt", "web1", None),
        ("web1/netstat_anp.txt", "web1", None),
        ("web1/netstat -anp.log", "web1", None),
        ("netstat-web1.txt", "web1", None),
        ("netstation.txt", "netstation", None),
        ("database.txt", "database", None),
        ("site/rack 3/web1/2026-01-31.txt", "web1", datetime(2026, 1, 31, tzinfo=UTC)),
        ("2026-01-31/web1.txt", "web1", datetime(2026, 1, 31, tzinfo=UTC)),
        ("web1_20260131T021500Z.txt", "web1", datetime(2026, 1, 31, 2, 15, tzinfo=UTC)),
        ("web1-2026.01.31_02.15.30.txt", "web1", datetime(2026, 1, 31, 2, 15, 30, tzinfo=UTC)),
        ("web1-2026-01-31T02:15:00+01:00.txt", "web1", datetime(2026, 1, 31, 1, 15, tzinfo=UTC)),
        ("web1/2026-01-31T02:15-05:30.txt", "web1", datetime(2026, 1, 31, 7, 45, tzinfo=UTC)),
        ("2026-01-31T021500+0100/web1", "web1", datetime(2026, 1, 31, 1, 15, tzinfo=UTC)),
        ("web1-2026-01-31T02:15+24:00.txt", "web1", None),
        ("web1-2026-01-31Z.txt", "web1", datetime(2026, 1, 31, tzinfo=UTC)),
        ("web1-20261399.txt", "web1", None),
        ("20251231/web1-20260131.txt", "web1", datetime(2026, 1, 31, tzinfo=UTC)),
        ("web20240101000.txt", "web20240101000", None),
        ("netstat.txt", "nightly", None),
        ("./captures/netstat.txt", "nightly", None),
        ("evil\x1b[2K/x\ny.txt", "x\\ny", None),
    ],
)
def test_a_path_names_host_and_time(path: str, host: str, time: datetime | None) -> None:
    assert locate(path, "nightly.tar.gz") == Located(host, time)


@pytest.mark.parametrize(
    ("path", "host"),
    [
        ("sosreport-web1-2026-01-31-abcdefg/sos_commands/networking/netstat_-W_-neopa", "web1"),
        ("sosreport-web-1-0042-2026-01-31-abcdefg/sos_commands/networking/netstat", "web-1-0042"),
        ("nightly/sosreport-db/sos_commands/networking/netstat_-anp", "db"),
        ("backup/sos_commands/networking/netstat_-W_-neopa", "backup"),
        ("sos_commands/networking/netstat_-W_-neopa", "web9"),
    ],
)
def test_a_sosreport_names_its_host(path: str, host: str) -> None:
    located = locate(path, "sosreport-web9-2026-01-31-abcdefg")
    assert located is not None
    assert located.host == host


@pytest.mark.parametrize(
    "path",
    [
        "sosreport-web1-2026-01-31-abcdefg/etc/hosts",
        "sosreport-web1/sos_commands/networking/netstat_-s",
        "sosreport-web1/sos_commands/networking/netstat_-agn",
        "sosreport-web1/sos_commands/networking/ss_-peaonmi",
        "sosreport-web1/sos_commands/process/netstat_-anp",
        "x/sos_commands/kernel/uname_-a",
        "sosreport-web1/var/log/old.tar.gz",
        "README.md",
        "web1/.hidden",
        "web1.pcap.gz",
        "",
        "./",
    ],
)
def test_a_path_of_something_else_is_none(path: str) -> None:
    assert locate(path, "root") is None


@pytest.mark.parametrize("path", ["../web1.txt", "a/../../web1", "/etc/web1", "\\web", "C:\\w.txt"])
def test_a_path_that_leads_out_is_refused(path: str) -> None:
    with pytest.raises(FleetError, match="leads out"):
        locate(path)


@pytest.mark.parametrize(
    "path",
    [
        "inner.zip",
        "web/inner.tar.xz",
        "x.tgz",
        "sos-collector-2026-01-31-abcde/sosreport-web1-2026-01-31-abcdefg.tar.xz",
    ],
)
def test_an_archive_in_an_archive_is_refused(path: str) -> None:
    with pytest.raises(FleetError, match="archive in an archive"):
        locate(path)


@given(st.text(max_size=40))
def test_any_path_names_a_host_that_can_be_shown_or_none(path: str) -> None:
    try:
        located = locate(path, path)
    except FleetError:
        return
    assert located is None or (located.host.isprintable() and located.host == located.host.strip())


def test_an_archive_may_unpack_to_what_its_size_allows() -> None:
    limits = Limits(unpacked=1000, ratio=10, grace=50)
    limits.check_archive(1, 50)
    limits.check_archive(100, 1000)
    with pytest.raises(FleetError, match="more than 10 times"):
        limits.check_archive(5, 51)
    with pytest.raises(FleetError, match="more than 1000 bytes"):
        limits.check_archive(1000, 1001)


def test_a_capture_may_have_its_size() -> None:
    Limits(capture=1 << 20).check_capture(1 << 20)
    with pytest.raises(FleetError, match="larger than 1 MiB"):
        Limits(capture=1 << 20).check_capture((1 << 20) + 1)


@pytest.mark.parametrize(
    "time", ['"2026-01-31T03:15:00+01:00"', "1769825700", "1769825700.0", '"2026-01-31T02:15Z"']
)
def test_a_line_of_json_is_a_capture(time: str) -> None:
    capture = read_line(f'{{"host": "web1", "time": {time}, "text": "t", "more": 1}}')
    assert (capture.host, capture.text) == ("web1", "t")
    assert capture.time == datetime(2026, 1, 31, 2, 15, tzinfo=UTC)
    assert read_line(b'{"host": "web1", "text": "t"}').time is None


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "no line of JSON"),
        ("[" * 100_000, "no line of JSON"),
        ("[]", "no object"),
        ('{"host": 1, "text": ""}', "no host"),
        ('{"host": "h"}', "no text"),
        ('{"host": "h", "text": "", "time": "x"}', "no time"),
        ('{"host": "h", "text": "", "time": true}', "no time"),
        ('{"host": "h", "text": "", "time": 1e99}', "no time"),
        ('{"host": "h", "text": "", "time": "2026-01-31T02:15:00"}', "time zone"),
    ],
)
def test_what_is_no_line_of_a_capture_is_refused(line: str, said: str) -> None:
    with pytest.raises(FleetError, match=said):
        read_line(line)
