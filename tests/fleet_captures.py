"""Captures of fleets made for tests: strategies, and small hosts written by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from capture_strategies import rows
from hypothesis import strategies as st

from netstat_fw.fleet import HostCapture

START = datetime(2026, 1, 1, tzinfo=UTC)
BROKEN = ("", "nothing of the kind", b"\x1f\x8b\x08 cut short", "\x00\ud800")
_EDGES = (
    "tcp 0 0 192.0.2.1:40000 192.0.2.2:5432 ESTABLISHED 9/app",
    "tcp 0 0 192.0.2.2:5432 192.0.2.1:40000 ESTABLISHED 7/postgres",
    "tcp 0 0 192.0.2.2:5432 0.0.0.0:* LISTEN 7/postgres",
)


def night(number: int) -> datetime:
    """Return the time of one of several nights in a row."""
    return START + timedelta(days=number)


def listening(*ports: int, address: str = "0.0.0.0") -> str:  # noqa: S104 - a text
    """Write the capture of a host with ssh and some more listeners."""
    return "\n".join(
        f"tcp 0 0 {address}:{port} 0.0.0.0:* LISTEN {port}/server{port}" for port in (22, *ports)
    )


texts = st.lists(rows | st.sampled_from(_EDGES), min_size=1, max_size=5).map("\n".join)
host_captures = st.builds(
    HostCapture,
    st.sampled_from(("app1", "db1", "web 1")),
    st.sampled_from((None, night(0), night(1), night(2))),
    texts | texts.map(str.encode) | st.sampled_from(BROKEN),
)
fleets = st.lists(host_captures, min_size=1, max_size=8)
