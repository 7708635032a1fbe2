"""Captures of many hosts: one captured text, with the host and the time that it is of.

A capture is known by its key alone: the same text of the same host and time is the same capture,
from wherever and however often it comes.
"""

from __future__ import annotations

import functools
import hashlib
from typing import TYPE_CHECKING

import attrs

from netstat_fw.diagnostics import printable
from netstat_fw.observation import CaptureLabel

if TYPE_CHECKING:
    from datetime import datetime

_KEY_BYTES = 16
_LONGEST_NAME = 255


def host_name(text: str) -> str:
    r"""Make a name that tables, zones and terminals can show out of whatever names a host.

    >>> host_name(" web1\n"), host_name("\x1b[2Kweb"), host_name("")
    ('web1', '\\x1b[2Kweb', 'unnamed')
    """
    return printable(text.strip()).strip()[:_LONGEST_NAME].strip() or "unnamed"


def _in_utc(time: datetime | None) -> datetime | None:
    return CaptureLabel("", time).time


@attrs.frozen
class HostCapture:
    """One captured text of one of many hosts.

    Attributes:
        host: name of the host; what cannot be shown in it is escaped.
        time: when it was captured, in UTC; None where nobody knows.
        text: the output of netstat.
        refusal: why there is no text, for a capture that could not be had; None for any other.

    Raises:
        ValueError: for a time without a time zone.
    """

    host: str = attrs.field(converter=host_name)
    time: datetime | None = attrs.field(converter=_in_utc)
    text: str | bytes = attrs.field(repr=False)
    refusal: str | None = None

    @functools.cached_property
    def key(self) -> str:
        """Name the capture by 32 hexadecimal digits, the same in every run and on every machine."""
        kind, data = self.refusal or "bytes", self.text
        if isinstance(data, str):
            kind, data = "text", data.encode("utf-8", "surrogatepass")
        time = "" if self.time is None else self.time.isoformat()
        digest = hashlib.blake2b(f"{kind}\n{time}\n{self.host}\n".encode(), digest_size=_KEY_BYTES)
        digest.update(data)
        return digest.hexdigest()
