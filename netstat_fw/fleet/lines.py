"""Lines: captures written as JSON lines, one object with host, time and text on each.

``time`` is a text of ISO 8601 with its zone, seconds since 1970, or absent.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime

from netstat_fw.errors import FleetError
from netstat_fw.fleet.capture import HostCapture


def read_line(line: str | bytes) -> HostCapture:
    """Read a capture from one line of JSON.

    Raises:
        FleetError: for anything else.

    >>> read_line('{"host": "web1", "time": "2026-01-31T02:15:00Z", "text": "..."}').time.hour
    2
    """
    try:
        data = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise FleetError(f"no line of JSON: {error}") from error
    if not isinstance(data, dict):
        raise FleetError("no object with host and text")
    host, text, time = (data.get(name) for name in ("host", "text", "time"))
    if not isinstance(host, str) or not isinstance(text, str):
        raise FleetError("no host or no text in it")
    try:
        return HostCapture(host, _time(time), text)
    except (ValueError, OverflowError, OSError) as error:
        raise FleetError(f"no time: {error}") from error


def _time(value: object) -> datetime | None:
    if value is None:
        return None
    if isinstance(value, int | float) and not isinstance(value, bool):
        return datetime.fromtimestamp(value, UTC)
    if isinstance(value, str):
        return datetime.fromisoformat(value)
    raise ValueError("neither a text nor a number")
