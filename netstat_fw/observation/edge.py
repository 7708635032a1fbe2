"""Edges: one host is a client of another, and what proves it."""

from __future__ import annotations

import enum

import attrs

from netstat_fw.address import Address  # noqa: TC001 - attrs.resolve_types needs them
from netstat_fw.evidence import Evidence  # noqa: TC001 - the same
from netstat_fw.protocol import Protocol  # noqa: TC001 - the same


class Proof(enum.Enum):
    """What shows that one host is a client of another."""

    BOTH_ENDS = "both ends"
    """The client's capture shows the server connected, and the server's the client."""
    CLIENT_END = "client end"
    """The client's capture shows it connected to a port that the server's shows served."""
    SERVER_END = "server end"
    """The server's capture shows the client connected; the client's does not show it."""


@attrs.frozen
class Edge:
    """One host is a client of a service of another.

    Attributes:
        client: name of the host that connects.
        server: name of the host that is connected to.
        protocol: the transport protocol.
        port: the server's port, 1 to 65535.
        proof: what shows it.
        client_addresses: the client's addresses that the server saw; where it saw none, all that
            the client has of the families in use.
        server_addresses: the server's addresses that the client is connected to; where its capture
            shows none, those that serve the port.
        client_evidence: lines of the client's capture about such ports, of whichever host.
        server_evidence: lines of the server's capture that show the port served; where only they
            show the client, the lines of all its clients.
    """

    client: str
    server: str
    protocol: Protocol
    port: int
    proof: Proof
    client_addresses: tuple[Address, ...]
    server_addresses: tuple[Address, ...]
    client_evidence: tuple[Evidence, ...] = attrs.field(default=(), eq=False)
    server_evidence: tuple[Evidence, ...] = attrs.field(default=(), eq=False)

    @property
    def is_confirmed(self) -> bool:
        """True where the client's capture and the server's agree."""
        return self.proof is not Proof.SERVER_END

    def __str__(self) -> str:
        """Write the edge for a reader: ``web1 -> db1 tcp/5432 (both ends)``."""
        port = f"{self.protocol.value}/{self.port}"
        return f"{self.client} -> {self.server} {port} ({self.proof.value})"
