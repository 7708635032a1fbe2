"""Stores: where dossiers wait between the two halves of a run.

A store holds each capture once, by its key. Whoever keeps it can take up the run again: what it
holds is not examined a second time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import attrs

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


@attrs.frozen
class Examined:
    """What examining one capture gave.

    Attributes:
        host: name of the host.
        key: key of the capture.
        dossier: the packed dossier.
        sockets: rows of the dataset of sockets, packed; empty where nobody asked for them.
    """

    host: str
    key: str
    dossier: bytes
    sockets: bytes = b""


class Store(Protocol):
    """Where dossiers wait."""

    def __contains__(self, key: object, /) -> bool:
        """Tell whether the capture with a key was examined."""

    def add(self, examined: Iterable[Examined]) -> None:
        """Keep what examining some captures gave; what is kept already stays as it is."""

    def hosts(self) -> Iterator[tuple[str, list[bytes]]]:
        """Go through the hosts in the order of their names, each with its packed dossiers."""

    def dossiers(self, host: str) -> list[bytes]:
        """Return the packed dossiers of one host."""

    def condense(self, host: str, dossier: bytes) -> None:
        """Keep one dossier of a host in the place of all that it was merged from."""


class MemoryStore:
    """A store in the memory of this process."""

    def __init__(self) -> None:
        self._keys: set[str] = set()
        self._hosts: dict[str, list[bytes]] = {}

    def __contains__(self, key: object, /) -> bool:
        return key in self._keys

    def add(self, examined: Iterable[Examined]) -> None:
        """Keep what examining some captures gave."""
        for each in examined:
            if each.key not in self._keys:
                self._keys.add(each.key)
                self._hosts.setdefault(each.host, []).append(each.dossier)

    def hosts(self) -> Iterator[tuple[str, list[bytes]]]:
        """Go through the hosts in the order of their names."""
        for host in sorted(self._hosts):
            yield host, self._hosts[host]

    def dossiers(self, host: str) -> list[bytes]:
        """Return the packed dossiers of one host."""
        return self._hosts[host]

    def condense(self, host: str, dossier: bytes) -> None:
        """Keep one dossier of a host in the place of all that it was merged from."""
        self._hosts[host] = [dossier]
