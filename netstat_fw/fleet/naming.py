r"""Naming: which host a file is of and when it was captured, by its path alone.

Paths come out of archives that others have packed. They name things here and are never opened.

The host is the last part of the path that says more than a time and a word such as ``netstat``:

>>> locate("web1/2026-01-31.txt").host, locate("2026-01-31T02:15Z/db.example.txt").host
('web1', 'db.example')
>>> locate("db_20260131-0215_netstat.txt").time.isoformat()
'2026-01-31T02:15:00+00:00'

In the layout of sosreport archives only the socket tables count, and the archive names the host:

>>> locate("sosreport-web1-2026-01-31-abcdefg/sos_commands/networking/netstat_-W_-neopa").host
'web1'
>>> locate("sosreport-web1-2026-01-31-abcdefg/etc/hosts") is None
True
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

import attrs

from netstat_fw.errors import FleetError
from netstat_fw.fleet.capture import host_name

_TIME = re.compile(
    r"(?<![0-9])(?P<year>(?:19|20)[0-9]{2})(?P<dash>[-_.]?)(?P<month>[0-9]{2})(?P=dash)"
    r"(?P<day>[0-9]{2})(?:[T_ -]?(?P<hour>[0-9]{2})[:_.-]?(?P<minute>[0-9]{2})"
    r"(?:[:_.-]?(?P<second>[0-9]{2})(?!:[0-9]))?(?P<zone>[+][0-9]{2}:?[0-9]{2}|-[0-9]{2}:[0-9]{2})?)?"
    r"Z?(?![0-9])"
)
_ENDINGS = re.compile(
    r"(?:\.(?:txt|log|out|netstat|cap|capture|gz|xz|bz2|tar|tgz|txz|tbz2|zip))+$", re.IGNORECASE
)
_OTHERS = re.compile(
    r"\.(?:conf|csv|db|html?|ini|jpe?g|json|md|parquet|pcap|pdf|png|py|rst|sh|sqlite|toml|xml|ya?ml)"
    r"(?:\.(?:gz|xz|bz2))?$",
    re.IGNORECASE,
)
_NESTED = re.compile(r"\.(?:zip|7z|rar|tar|tgz|txz|tbz2?|tar\.[a-z0-9]+)$", re.IGNORECASE)
_LINES = re.compile(r"\.(?:jsonl|ndjson)(?:\.(?:gz|xz|bz2))?$", re.IGNORECASE)
# As words: a host may be called netstation.
_WORDS = re.compile(
    r"(?:(?<=[-_. ])|^)(?:netstat(?:[-_. ]+-?[anptuloewx]+)?|captures?|sockets?|outputs?|stdout)"
    r"(?=[-_. ]|$)",
    re.IGNORECASE,
)
_SOS = re.compile(r"(?:sosreport|sos-collector)-(?P<rest>.+)", re.IGNORECASE)
# man sos-report: sosreport-HOST-[LABEL-]YYYY-MM-DD-RANDOM
_SOS_TAIL = re.compile(r"-[0-9]{4}-[0-9]{2}-[0-9]{2}-[a-z]+$")
_TABLE = re.compile(r"netstat(?:_-[A-Za-z]+)*")
_NO_TABLE = frozenset("srgiM")
"""Options of netstat for statistics, routes, groups, interfaces and masquerading."""
_SPARE = "-_. :T"


@attrs.frozen
class Located:
    """What a path tells of a capture.

    Attributes:
        host: the host.
        time: the time in the path, in UTC, and taken for UTC where it names no offset; None for
            none.
    """

    host: str
    time: datetime | None = None


def locate(path: str, root: str = "") -> Located | None:
    """Tell whose capture a file is; None for a file that is none by its kind.

    Args:
        path: with slashes; relative to where the search began.
        root: name of the folder or archive, for files whose path names nobody.

    Raises:
        FleetError: for a path that leads out of where the search began, and for an archive in an
            archive.
    """
    parts = [part for part in path.replace("\\", "/").split("/") if part not in {"", "."}]
    if path.startswith(("/", "\\")) or ".." in parts or any(":" in part[1:2] for part in parts[:1]):
        raise FleetError("its path leads out of the archive")
    if not parts or parts[-1].startswith(".") or _OTHERS.search(parts[-1]):
        return None
    sos = [n for n, part in enumerate(parts[:-1]) if _SOS.fullmatch(part)]
    # What collects reports packs each of them by itself.
    collected = bool(sos) and _SOS.fullmatch(parts[-1]) is not None
    if (sos or "sos_commands" in parts[:-1]) and not (collected and is_archive(path)):
        return _in_sosreport(parts, sos, root)
    if _NESTED.search(parts[-1]):
        raise FleetError("an archive in an archive is not opened")
    time = _time_of(parts)
    for part in (_ENDINGS.sub("", parts[-1]), *reversed(parts[:-1])):
        named = _name_in(part)
        if named:
            return Located(host_name(named), time)
    return Located(host_name(_name_in(_ENDINGS.sub("", root))), time)


def is_other(path: str) -> bool:
    """Tell whether a file is no capture by the ending of its name alone.

    Neither is a hidden one, nor what stands beside the captures of a sosreport.
    """
    *folders, name = path.split("/")
    is_beside = any(_SOS.fullmatch(each) or each == "sos_commands" for each in folders)
    return not (is_beside or name.startswith(".")) and _OTHERS.search(name) is not None


def is_archive(path: str) -> bool:
    """Tell whether a file is an archive by its name."""
    return _NESTED.search(path) is not None


def is_lines(path: str) -> bool:
    """Tell whether a file has JSON lines by its name, also a packed one."""
    return _LINES.search(path) is not None


def _name_in(part: str) -> str:
    """Return what a part of a path says beside a time and what is usual; empty for nothing."""
    return _WORDS.sub("", _TIME.sub("", part)).strip(_SPARE)


def _in_sosreport(parts: list[str], sos: list[int], root: str) -> Located | None:
    name = parts[-1]
    options = frozenset(name.removeprefix("netstat")) if _TABLE.fullmatch(name) else _NO_TABLE
    if parts[-3:-1] != ["sos_commands", "networking"] or options & _NO_TABLE:
        return None
    above = parts[:-3]
    of = parts[sos[-1]] if sos else (above or [root])[-1]
    named = _SOS.fullmatch(of)
    return Located(host_name(_SOS_TAIL.sub("", named["rest"] if named else of)), _time_of([of]))


def _time_of(parts: list[str]) -> datetime | None:
    """Return the time in the last part that has one; a name that only looks like one has none."""
    for part in reversed(parts):
        for found in _TIME.finditer(part):
            year, month, day, hour, minute, second = (
                int(found[name] or 0)
                for name in ("year", "month", "day", "hour", "minute", "second")
            )
            try:
                zone = _zone_of(found["zone"] or "+0000")
                named = datetime(year, month, day, hour, minute, second, tzinfo=zone)
                return named.astimezone(UTC)
            except ValueError:
                continue
    return None


def _zone_of(offset: str) -> timezone:
    """Return the zone of an offset as ISO 8601 writes it, such as ``+01:00`` or ``+0100``."""
    hours, minutes = int(offset[1:3]), int(offset[-2:])
    ahead = timedelta(hours=hours, minutes=minutes)
    return timezone(-ahead if offset[0] == "-" else ahead)
