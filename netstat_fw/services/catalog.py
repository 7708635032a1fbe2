"""Catalogs: which name a port has, and which ports a name means.

A catalog is a stack of tables, the most trusted on top. The topmost table that can answer does,
and alone: where the operator's file knows a name, only the operator's ports count for it. Questions
about unknown ports, names or protocols are answered with nothing, never with an exception. Names
and protocols compare without regard to case (RFC 6335 5.1).
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

import attrs

if TYPE_CHECKING:
    from collections.abc import Iterable

Naming: TypeAlias = tuple[str, int, str]
"""Protocol in lower case, port, and one of its names."""


@attrs.frozen
class Table:
    """What one source says.

    Attributes:
        namings: in the order of the source; the first naming of a port and protocol is its name.
        listing: the protocols and ports that the source counts as those of servers, where it names
            more than that; None for all that it names, as a services file does.
    """

    namings: tuple[Naming, ...]
    listing: frozenset[tuple[str, int]] | None = None

    def lists(self, protocol: str, port: int) -> bool:
        """Tell whether the source counts a port as one of servers."""
        return (protocol, port) in (self.names if self.listing is None else self.listing)

    @cached_property
    def names(self) -> dict[tuple[str, int], str]:
        """The name of each protocol and port."""
        # Reversed, so that the first naming of a port is the last to be stored.
        return {(protocol, port): name for protocol, port, name in reversed(self.namings)}

    @cached_property
    def ports(self) -> dict[str, list[tuple[str, int]]]:
        """The protocols and ports of each name in lower case, in the order of the source."""
        found: dict[str, list[tuple[str, int]]] = {}
        for protocol, port, name in self.namings:
            found.setdefault(name.lower(), []).append((protocol, port))
        return found


@attrs.frozen
class ServiceCatalog:
    """Port names from one or more sources.

    Attributes:
        tables: the sources, the one that wins first.

    >>> site = ServiceCatalog.of([("tcp", 8080, "billing")])
    >>> known = ServiceCatalog.of([("tcp", 8080, "http-alt"), ("tcp", 22, "ssh")])
    >>> site.over(known).name_of(8080, "tcp"), (site | known).name_of(22, "tcp")
    ('billing', 'ssh')
    """

    tables: tuple[Table, ...] = ()

    @classmethod
    def of(
        cls, namings: Iterable[Naming], listing: Iterable[tuple[str, int]] | None = None
    ) -> ServiceCatalog:
        """Make a catalog of one source, as `Table` describes it."""
        return cls((Table(tuple(namings), None if listing is None else frozenset(listing)),))

    def name_of(self, port: int, protocol: str) -> str | None:
        """Name a port as netstat without ``-n`` would; None where no source lists it."""
        key = protocol.lower(), port
        return next((table.names[key] for table in self.tables if key in table.names), None)

    def is_listed(self, port: int, protocol: str) -> bool:
        """Tell whether any source lists the port for the protocol as one of servers.

        The built-in catalog names far more ports than it lists: see `Table.listing`.
        """
        lowered = protocol.lower()
        return any(table.lists(lowered, port) for table in self.tables)

    def ports_of(self, name: str, protocol: str) -> tuple[int, ...]:
        """Find the ports of a name or alias, ascending; empty where no source knows it.

        More than one port means that the name alone does not say which: RFC 6335 5 lets a name
        have several.
        """
        wanted = protocol.lower()
        for table in self.tables:
            known = table.ports.get(name.lower(), ())
            if ports := {port for protocol, port in known if protocol == wanted}:
                return tuple(sorted(ports))
        return ()

    def protocols_of(self, name: str) -> tuple[str, ...]:
        """Find the protocols for which a name or alias is known, in alphabetical order."""
        known = (table.ports.get(name.lower(), ()) for table in self.tables)
        return tuple(sorted({protocol for namings in known for protocol, _ in namings}))

    def over(self, other: ServiceCatalog) -> ServiceCatalog:
        """Stack this catalog on another: this one answers first."""
        return ServiceCatalog(self.tables + other.tables)

    __or__ = over
