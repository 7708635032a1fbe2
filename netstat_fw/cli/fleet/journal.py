"""Journal: the store of a run of the command, a SQLite file that can be taken up again.

Packed dossiers are data; a journal that somebody else has written runs nothing.
"""

from __future__ import annotations

import contextlib
import sqlite3
from typing import TYPE_CHECKING

import attrs

from netstat_fw.cli.failures import InputError
from netstat_fw.diagnostics import printable
from netstat_fw.fleet import PACKING, Examined
from netstat_fw.fleet.packing import pack, unpack

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path
    from types import TracebackType
    from typing import Self

    from netstat_fw.fleet import HostCapture

_TABLES = f"""
PRAGMA journal_mode = WAL;
PRAGMA synchronous = NORMAL;
PRAGMA application_id = 1853058167;
CREATE TABLE IF NOT EXISTS captures (
    key TEXT PRIMARY KEY, host TEXT NOT NULL, dossier BLOB NOT NULL, sockets BLOB NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS merged (host TEXT PRIMARY KEY, dossier BLOB NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS by_host ON captures (host);
CREATE TABLE IF NOT EXISTS sources (key TEXT PRIMARY KEY, source TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS refused (key TEXT PRIMARY KEY, host TEXT NOT NULL) WITHOUT ROWID;
PRAGMA user_version = {PACKING};
"""

_DOSSIERS = """
SELECT dossier FROM merged WHERE host = ?
UNION ALL SELECT dossier FROM captures WHERE host = ? AND dossier != x''
"""


class Journal:
    """A `Store` in a file, or in a temporary one that nobody else sees.

    The file is this run's alone: two that write the same datasets would spoil them. Captures that
    an earlier run could not have, as of an archive that was not there as a whole, are forgotten:
    whoever names their source again has them tried again.
    """

    def __init__(self, path: Path | None) -> None:
        self._sources: dict[str, str] = {}
        self._refused: dict[str, str] = {}
        self._shown = printable(str(path))
        with contextlib.ExitStack() as stack:
            try:
                self._data = sqlite3.connect("" if path is None else path)
                stack.callback(self._data.close)
                _prepare(self._data, self._shown)
                _forget_refused(self._data)
            except sqlite3.Error as error:
                raise self._unusable(error) from None
            # Only what cannot be used is closed again.
            stack.pop_all()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self._data.close()
        if isinstance(error, sqlite3.Error):
            raise self._unusable(error) from None

    def _unusable(self, error: sqlite3.Error) -> InputError:
        # What the module raises by itself has no code; some codes say more in higher bits.
        if getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY:
            return InputError(f"another run uses {self._shown}: wait for its end")
        return InputError(f"cannot use {self._shown}: {error}")

    def __contains__(self, key: object, /) -> bool:
        return bool(self._data.execute("SELECT 1 FROM captures WHERE key = ?", (key,)).fetchone())

    def remember(self, capture: HostCapture, source: str) -> None:
        """Keep where a capture was found; of several places the first by name."""
        key = capture.key
        self._sources[key] = min(source, self._sources.get(key, source))
        if capture.refusal is not None:
            self._refused[key] = capture.host

    def add(self, examined: Iterable[Examined]) -> None:
        """Keep what examining some captures gave, and the places remembered so far."""
        rows = [(each.key, each.host, each.dossier, each.sockets) for each in examined]
        with self._data:
            self._data.executemany("INSERT OR IGNORE INTO captures VALUES (?, ?, ?, ?)", rows)
            self._data.executemany(
                "INSERT INTO sources VALUES (?, ?)"
                " ON CONFLICT DO UPDATE SET source = min(source, excluded.source)",
                self._sources.items(),
            )
            self._data.executemany(
                "INSERT OR IGNORE INTO refused VALUES (?, ?)", self._refused.items()
            )
        self._sources.clear()
        self._refused.clear()

    def hosts(self) -> Iterator[tuple[str, list[bytes]]]:
        """Go through the hosts in the order of their names."""
        # All names first: what is condensed on the way must not be met again.
        rows = self._data.execute("SELECT DISTINCT host FROM captures ORDER BY host").fetchall()
        for (host,) in rows:
            yield host, self.dossiers(host)

    def dossiers(self, host: str) -> list[bytes]:
        """Return the packed dossiers of one host."""
        rows = self._data.execute(_DOSSIERS, (host, host))
        return [dossier for (dossier,) in rows]

    def condense(self, host: str, dossier: bytes) -> None:
        """Keep one dossier of a host in the place of all that it was merged from."""
        with self._data:
            self._data.execute("UPDATE captures SET dossier = x'' WHERE host = ?", (host,))
            self._data.execute("INSERT OR REPLACE INTO merged VALUES (?, ?)", (host, dossier))

    def sockets(self) -> Iterator[bytes]:
        """Go through the packed rows of sockets, by host."""
        rows = self._data.execute("SELECT sockets FROM captures ORDER BY host, key")
        return (sockets for (sockets,) in rows if sockets)

    def sources(self) -> Iterator[tuple[str, str]]:
        """Go through the keys of captures and where these were found."""
        return iter(self._data.execute("SELECT key, source FROM sources ORDER BY key"))


def _prepare(data: sqlite3.Connection, shown: str) -> None:
    """Make the tables, unless the file is another version's or another run has it."""
    data.execute("PRAGMA locking_mode = EXCLUSIVE")
    (version,) = data.execute("PRAGMA user_version").fetchone()
    if version not in {0, PACKING}:
        raise InputError(f"{shown} is of another version; use another folder")
    data.executescript(_TABLES)


def _forget_refused(data: sqlite3.Connection) -> None:
    """Take what could not be had out of the captures and out of what was merged of their hosts."""
    refused: dict[str, set[str]] = {}
    for key, host in data.execute("SELECT key, host FROM refused"):
        refused.setdefault(host, set()).add(key)
    with data:
        for host, keys in refused.items():
            for (packed,) in data.execute(
                "SELECT dossier FROM merged WHERE host = ?", (host,)
            ).fetchall():
                dossier = unpack(packed)
                notes = tuple(note for note in dossier.notes if note.key not in keys)
                data.execute("DELETE FROM merged WHERE host = ?", (host,))
                if notes:
                    kept = pack(attrs.evolve(dossier, notes=notes))
                    data.execute("INSERT INTO merged VALUES (?, ?)", (host, kept))
        for table in ("captures", "sources"):
            data.execute(f"DELETE FROM {table} WHERE key IN (SELECT key FROM refused)")  # noqa: S608 - names of tables
        data.execute("DELETE FROM refused")
