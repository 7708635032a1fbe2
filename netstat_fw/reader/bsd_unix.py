"""Reads the rows of unix-domain sockets as macOS, FreeBSD, NetBSD and OpenBSD print them.

Nothing of them reaches a firewall, and the kernel addresses of their columns are no use to anybody;
what is kept is type, path and owner. A path may hold line breaks and then text that looks like a
row of another table.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from netstat_fw.grammar.bsd import TRAFFIC, UNIX_LISTEN_ROW, UNIX_ROW
from netstat_fw.reader.structure import Kind, kind_of, may_begin_row
from netstat_fw.reader.words import unix_type_of
from netstat_fw.records import LineRole, Process, UnixSocket, UnixState, UnixType

if TYPE_CHECKING:
    from netstat_fw.reader.bsd_rests import Columns
    from netstat_fw.reader.draft import Draft

# sun_path of FreeBSD: SOCK_MAXADDRLEN less the two bytes before it.
_LONGEST_PATH = 253
_HEADINGS = (Kind.INTERNET_TITLE, Kind.INTERNET_HEADER, Kind.PROMPT)
_HEADINGS_BELOW = (Kind.UNIX_TITLE, Kind.UNIX_HEADER)


class UnixRows:
    """Reads unix rows into a draft."""

    def __init__(self, draft: Draft, columns: Columns) -> None:
        self._draft = draft
        self._columns = columns

    def read(self, line: str, index: int) -> bool:
        """Read one row; False, having done nothing, where the line is none."""
        found = UNIX_ROW.re.match(line)
        if found is not None:
            process, path = self._owner_and_path(found["rest"])
            kind = unix_type_of(found["type"].upper())
            self._add(kind, None, process, path, index)
            return True
        found = UNIX_LISTEN_ROW.re.match(line)
        if found is not None:
            self._add(UnixType.UNKNOWN, UnixState.LISTENING, None, found["path"], index)
        return found is not None

    def _add(
        self,
        kind: UnixType,
        state: UnixState | None,
        process: Process | None,
        path: str | None,
        index: int,
    ) -> None:
        draft = self._draft
        draft.unix_sockets.append(
            UnixSocket(
                kind, state, process=process, path=path, snapshot=draft.snapshot, line=index + 1
            )
        )
        draft.roles[index] = LineRole.RECORD

    def _owner_and_path(self, rest: str | None) -> tuple[Process | None, str | None]:
        if rest is None:
            return None, None
        rest = self._columns.without_drops(rest)
        owner = self._columns.owner(rest)
        if owner is not None:
            return owner.process, owner.path
        found = TRAFFIC.re.match(rest)
        return None, rest if found is None else found["path"]

    def may_be_path(self, index: int) -> bool:
        """Tell whether a line may be the rest of the path of the last unix row above it."""
        return may_be_path(self._draft, index)


def may_be_path(draft: Draft, index: int) -> bool:
    """Tell whether a line may be the rest of the path that the last unix row above it ends with.

    What stands between counts as path whatever it looks like, blank lines, titles and unix rows
    too. A table that follows the unix sockets in truth is told by its length: from its headings to
    the first line that no path reaches there is nothing but rows, or the headings of the next unix
    sockets.
    """
    above = draft.unix_sockets[-1] if draft.unix_sockets else None
    if above is None or index - above.line > _LONGEST_PATH:
        return False
    room = _LONGEST_PATH - len(above.path or "")
    headings = rows = 0
    for at in range(above.line, len(draft.lines)):
        line = draft.lines[at]
        room -= len(line) + 1
        if room < 0 and at <= index:
            return False
        if not line.strip():
            continue
        kind = kind_of(line)
        if kind is None and may_begin_row(line) and not UNIX_ROW.re.match(line):
            rows += 1
        elif kind in _HEADINGS and not rows:
            headings += 1
        elif kind not in _HEADINGS_BELOW or not rows:
            return True
        if room < 0:
            return not headings
    return True
