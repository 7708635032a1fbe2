"""Protocols and address families: the two words that records and rules share.

Both waists of the library, `Capture` and `Ruleset`, name a protocol with the same member, so that
nothing between them translates.
"""

from __future__ import annotations

from netstat_fw.words import Word


class Family(Word):
    """Address family of a socket, an address or a rule."""

    IPV4 = "ipv4"
    IPV6 = "ipv6"


class Protocol(Word):
    """Protocol of an internet socket or of a rule, without the address family."""

    TCP = "tcp"
    UDP = "udp"
    UDPLITE = "udplite"
    SCTP = "sctp"
    DCCP = "dccp"
    RAW = "raw"
    """A kind of socket, not a protocol: no rule can match it."""
    ICMP = "icmp"
    ICMPV6 = "icmpv6"
    IGMP = "igmp"
    ESP = "esp"
    AH = "ah"
    DIVERT = "divert"
    """A kind of socket, not a protocol: no rule can match it."""

    @property
    def number(self) -> int | None:
        """IANA protocol number, 0 to 255; None for the kinds of socket that have none.

        >>> Protocol.TCP.number, Protocol.RAW.number
        (6, None)
        """
        return _NUMBERS.get(self)

    @property
    def has_ports(self) -> bool:
        """True where the header starts with a source and a destination port of 16 bits each."""
        return self in _WITH_PORTS

    @property
    def families(self) -> tuple[Family, ...]:
        """The address families that carry the protocol."""
        return _FAMILIES.get(self, (Family.IPV4, Family.IPV6))


# https://www.iana.org/assignments/protocol-numbers
_NUMBERS = {
    Protocol.ICMP: 1,
    Protocol.IGMP: 2,
    Protocol.TCP: 6,
    Protocol.UDP: 17,
    Protocol.DCCP: 33,
    Protocol.ESP: 50,
    Protocol.AH: 51,
    Protocol.ICMPV6: 58,
    Protocol.SCTP: 132,
    Protocol.UDPLITE: 136,
}
_WITH_PORTS = frozenset({
    Protocol.TCP, Protocol.UDP, Protocol.UDPLITE, Protocol.SCTP, Protocol.DCCP,
})  # fmt: skip
_FAMILIES = {
    Protocol.ICMP: (Family.IPV4,),
    Protocol.IGMP: (Family.IPV4,),
    Protocol.ICMPV6: (Family.IPV6,),
}
