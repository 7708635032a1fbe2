"""Host facts: what a capture says about its host, and what it can and cannot prove.

The fitness statements come first for a reader: every conclusion is only as good as they are.
"""

from __future__ import annotations

import enum

import attrs

from netstat_fw.address import Address  # noqa: TC001 - attrs.resolve_types needs it
from netstat_fw.brief import brief
from netstat_fw.records import Dialect  # noqa: TC001 - attrs.resolve_types needs it


class RangeSource(enum.Enum):
    """Where the ephemeral port range is from."""

    PLATFORM = "platform"
    """The default of the platform that printed the capture."""
    GIVEN = "given"
    """The caller's word, such as ``net.ipv4.ip_local_port_range``."""


@attrs.frozen
class EphemeralRange:
    """The ports that the host's kernel hands out to clients.

    Attributes:
        low: first port, 1 to 65535.
        high: last port, `low` to 65535.
        source: where the two numbers are from.

    >>> 40000 in EphemeralRange(32768, 60999)
    True
    """

    low: int = attrs.field(validator=attrs.validators.ge(1))
    high: int = attrs.field(validator=attrs.validators.le(65535))
    source: RangeSource = RangeSource.PLATFORM

    @high.validator
    def _not_reversed(self, _attribute: object, value: int) -> None:
        if value < self.low:
            raise ValueError(f"port range {self.low}-{value} is reversed")

    def __contains__(self, port: int) -> bool:
        return self.low <= port <= self.high

    def __str__(self) -> str:
        """Write the range: ``32768-60999``."""
        return f"{self.low}-{self.high}"


@attrs.frozen
class Fitness:
    """One statement about what the capture can prove.

    Attributes:
        code: stable upper-case code, such as ``LISTENERS``.
        proven: True where the capture has what it takes.
        sentence: one sentence, worded for what is the case.
    """

    code: str
    proven: bool
    sentence: str


@attrs.frozen
class HostFacts:
    """Facts about the host that a capture was made on.

    Attributes:
        dialect: which family of netstat printed it.
        addresses: the host's own addresses, without wildcards, loopback, multicast and cut ones.
        ephemeral: the client port range.
        listeners_captured: at least one listening TCP socket is in the capture.
        connections_captured: at least one TCP socket that is not listening is in the capture.
        datagrams_captured: at least one UDP socket is in the capture.
        programs_captured: at least one socket names its program or process id.
        fitness: what the capture can and cannot prove, in a fixed order.
    """

    dialect: Dialect
    addresses: tuple[Address, ...]
    ephemeral: EphemeralRange
    listeners_captured: bool
    connections_captured: bool
    datagrams_captured: bool
    programs_captured: bool
    fitness: tuple[Fitness, ...] = ()

    def __repr__(self) -> str:
        """Sum the facts up."""
        return brief(
            self,
            self.dialect.value,
            addresses=self.addresses,
            client_ports=self.ephemeral,
            unproven=(fact.code for fact in self.fitness if not fact.proven),
        )
