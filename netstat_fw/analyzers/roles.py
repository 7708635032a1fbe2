"""Roles: what a socket on a well-known UDP port does; the role table of row U5.

Each entry says which rules its port speaks for. What is not said holds for every address: an entry
without groups or remotes neither narrows nor widens what the socket's bind allows.
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import TYPE_CHECKING

import attrs

from netstat_fw.analyzers.findings import Role, Stance
from netstat_fw.evidence import Confidence
from netstat_fw.records import Family, Protocol

if TYPE_CHECKING:
    from netstat_fw.address import Address, Network


@attrs.frozen
class Going:
    """Outgoing traffic that a role brings.

    Attributes:
        remote_port: where it goes.
        local_port: where it must come from; None for any port.
        remotes: networks it can only go to; empty for any.
        families: families it exists in; empty for those of the bind.
    """

    remote_port: int
    local_port: int | None = None
    remotes: tuple[Network, ...] = ()
    families: tuple[Family, ...] = ()


@attrs.frozen
class PortRole:
    """What a socket on a port does.

    Attributes:
        role: its role.
        code: code of the reason.
        sentence: what the port is for, a phrase that follows ``udp/N is``.
        confidence: how sure the incoming side is.
        stance: whether to open the incoming side or to shut it.
        families: families of the incoming side; empty for those of the bind.
        link_local: it answers on link-local addresses only.
        broadcast: it is reached by broadcast as well, so the bind's address does not narrow it.
        groups: multicast groups it answers on instead of the bind's addresses.
        remotes: networks the other side can only be in.
        remote_port: port the other side must use.
        going: what it sends by itself.
        carries: further protocols that go with it.
        question: what to ask before it is opened; empty for nothing.
        with_tcp: it is that only beside a TCP server on the same port.
        programs: it is that only for these programs; empty for any.
    """

    role: Role
    code: str
    sentence: str
    confidence: Confidence = Confidence.HIGH
    stance: Stance = Stance.OPEN
    families: tuple[Family, ...] = ()
    link_local: bool = False
    broadcast: bool = False
    groups: tuple[Address, ...] = ()
    remotes: tuple[Network, ...] = ()
    remote_port: int | None = None
    going: tuple[Going, ...] = ()
    carries: tuple[Protocol, ...] = ()
    question: str = ""
    with_tcp: bool = False
    programs: frozenset[str] = frozenset()


def _server(code: str, sentence: str) -> PortRole:
    return PortRole(Role.SERVER, code, sentence)


def _discovery(
    code: str, sentence: str, port: int, groups: tuple[str, ...], stance: Stance = Stance.OPEN
) -> PortRole:
    """Describe a protocol of one link: it asks and answers by multicast to fixed groups."""
    addresses = tuple(
        IPv6Address(group) if ":" in group else IPv4Address(group) for group in groups
    )
    networks: tuple[Network, ...] = tuple(
        IPv6Network(address) if isinstance(address, IPv6Address) else IPv4Network(address)
        for address in addresses
    )
    going = () if stance is Stance.SHUT else (Going(port, remotes=networks),)
    return PortRole(
        Role.MEMBER, code, sentence, Confidence.MEDIUM, stance, groups=addresses, going=going
    )


_V4 = (Family.IPV4,)
_V6 = (Family.IPV6,)
_ON_LINK = (IPv6Network("fe80::/10"),)
# RFC 1918 and RFC 3927: where the local subnet of a NetBIOS host can be.
_LOCAL_NETWORKS = (
    IPv4Network("10.0.0.0/8"),
    IPv4Network("169.254.0.0/16"),
    IPv4Network("172.16.0.0/12"),
    IPv4Network("192.168.0.0/16"),
)
_NETBIOS = PortRole(
    Role.BOTH,
    "NETBIOS",
    "NetBIOS, for the local network only",
    Confidence.MEDIUM,
    broadcast=True,
    remotes=_LOCAL_NETWORKS,
)
_VPN = _server("VPN_SERVER", "a VPN server")
_RADIUS = _server("RADIUS_SERVER", "a RADIUS server")
_COLLECTOR = _server("FLOW_COLLECTOR", "a collector of flow records")
_PTP = ("224.0.1.129", "224.0.0.107", "ff02::6b", "ff0e::181")
_OVERLAY = PortRole(
    Role.BOTH,
    "OVERLAY_NETWORK",
    "a VXLAN tunnel end, for its peers only",
    Confidence.MEDIUM,
    # It knows no password, so nobody beyond the networks of one's own may reach it unasked.
    remotes=(*_LOCAL_NETWORKS, IPv6Network("fc00::/7"), *_ON_LINK),
    question="Which machines are the peers of the overlay network on {port}?",
)
_IKE = PortRole(
    Role.BOTH,
    "IKE",
    "IPsec key exchange, which both sides open",
    carries=(Protocol.ESP, Protocol.AH),
)


def _both(role: PortRole, port: int) -> PortRole:
    """Add that the port is asked at other hosts as well."""
    return attrs.evolve(role, going=(Going(port, remotes=role.remotes),))


def role_of(protocol: Protocol, port: int) -> PortRole | None:
    """Return the entry of a port, which UDP alone has."""
    return PORT_ROLES.get(port) if protocol is Protocol.UDP else None


def carried_by(protocol: Protocol, port: int) -> tuple[Protocol, ...]:
    """Return the further protocols that go with traffic of a port.

    >>> [each.value for each in carried_by(Protocol.UDP, 500)], carried_by(Protocol.TCP, 500)
    (['esp', 'ah'], ())
    """
    role = role_of(protocol, port)
    return () if role is None else role.carries


PORT_ROLES = {
    53: _server("DNS_SERVER", "a DNS server"),
    67: PortRole(
        Role.SERVER,
        "DHCP_SERVER",
        "a DHCP server",
        families=_V4,
        broadcast=True,
        remote_port=68,
        going=(Going(68, local_port=67, families=_V4),),
    ),
    68: PortRole(
        Role.CLIENT,
        "DHCP_CLIENT",
        "a DHCP client",
        # Replies to unicast are established; only broadcast replies need it: RFC 2131 4.1.
        Confidence.SUGGESTED,
        families=_V4,
        broadcast=True,
        remote_port=67,
        going=(Going(67, local_port=68, families=_V4),),
    ),
    69: _server("TFTP_SERVER", "a TFTP server, which replies from another port"),
    88: _server("KERBEROS_SERVER", "a Kerberos server"),
    111: _server("RPCBIND", "the RPC port mapper"),
    123: _both(
        PortRole(Role.BOTH, "UDP_BOTH", "used by NTP to ask and to answer", Confidence.MEDIUM), 123
    ),
    137: _both(_NETBIOS, 137),
    138: _both(_NETBIOS, 138),
    161: _server("SNMP_AGENT", "an SNMP agent"),
    162: _server("SNMP_TRAPS", "a receiver of SNMP traps"),
    319: _discovery("PTP", "precision time, by multicast", 319, _PTP),
    320: _discovery("PTP", "precision time, by multicast", 320, _PTP),
    427: _discovery("SLP", "service location, by multicast", 427, ("239.255.255.253", "ff02::116")),
    443: attrs.evolve(_server("QUIC_SERVER", "HTTP/3 beside HTTPS"), with_tcp=True),
    464: _server("KERBEROS_SERVER", "a Kerberos password server"),
    500: _both(_IKE, 500),
    514: attrs.evolve(
        _server("SYSLOG_SERVER", "a receiver of syslog messages"),
        programs=frozenset({"rsyslogd", "syslog-ng", "syslogd"}),
    ),
    520: _both(
        PortRole(
            Role.BOTH,
            "RIP",
            "RIP, for neighbours only",
            Confidence.MEDIUM,
            broadcast=True,
            remotes=_LOCAL_NETWORKS,
        ),
        520,
    ),
    521: PortRole(
        Role.BOTH,
        "RIP",
        "RIPng, for neighbours only",
        Confidence.MEDIUM,
        remotes=_ON_LINK,
        going=(Going(521, remotes=(*_ON_LINK, IPv6Network("ff02::9"))),),
    ),
    546: PortRole(
        Role.CLIENT,
        "DHCPV6_CLIENT",
        "a DHCPv6 client, whose multicast requests no connection tracking can match",
        families=_V6,
        link_local=True,
        remotes=_ON_LINK,
        remote_port=547,
        going=(Going(547, local_port=546, remotes=(IPv6Network("ff02::1:2"),), families=_V6),),
    ),
    547: PortRole(
        Role.SERVER,
        "DHCPV6_SERVER",
        "a DHCPv6 server or relay",
        families=_V6,
        remotes=_ON_LINK,
        remote_port=546,
        going=(Going(546, local_port=547, remotes=_ON_LINK, families=_V6),),
    ),
    631: PortRole(
        Role.SERVER,
        "CUPS_BROWSING",
        "printer browsing of old, best kept closed",
        stance=Stance.SHUT,
    ),
    1194: _VPN,
    1645: _RADIUS,
    1646: _RADIUS,
    1812: _RADIUS,
    1813: _RADIUS,
    1900: _discovery(
        "SSDP", "UPnP discovery, by multicast", 1900, ("239.255.255.250", "ff02::c"), Stance.SHUT
    ),
    2049: _server("NFS_SERVER", "an NFS server"),
    3478: _server("STUN_SERVER", "a STUN or TURN server"),
    3702: _discovery(
        "WSD", "web services discovery, by multicast", 3702, ("239.255.255.250", "ff02::c")
    ),
    # NAT traversal: the payload travels in UDP itself (RFC 3948), so nothing goes with it.
    4500: _both(attrs.evolve(_IKE, carries=()), 4500),
    4739: _COLLECTOR,
    4789: _both(_OVERLAY, 4789),
    5060: _both(PortRole(Role.BOTH, "SIP", "SIP, which both sides open"), 5060),
    5353: _discovery("MDNS", "multicast DNS", 5353, ("224.0.0.251", "ff02::fb")),
    5355: _discovery(
        "LLMNR", "LLMNR, by multicast", 5355, ("224.0.0.252", "ff02::1:3"), Stance.SHUT
    ),
    6343: _COLLECTOR,
    8472: _both(_OVERLAY, 8472),
    11211: _server("MEMCACHED", "memcached, a strong amplifier of forged requests"),
    41641: _VPN,
    51820: _VPN,
}
