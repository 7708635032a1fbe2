"""Flow: one packet of a conversation, seen from the host, and what it means for a rule to match it.

`matches` is the definition of a rule's meaning; `netstat_fw.ruleset.index` is only a faster way to
the same answer.
"""

from __future__ import annotations

import attrs

from netstat_fw.address import (
    Address,
    family_of,
)
from netstat_fw.brief import brief
from netstat_fw.errors import RulesetError
from netstat_fw.protocol import Family, Protocol
from netstat_fw.ruleset.rule import RemoteReference, Rule
from netstat_fw.ruleset.sets import MAX_PORT, AddressSet, PortSet, parse_address
from netstat_fw.ruleset.terms import Action, ConnectionState, Direction, member

_OCTET = 255


# Both the member and its text; the kinds of socket that no packet carries are missing.
_PROTOCOLS: dict[Protocol | str, Protocol] = {
    key: protocol
    for protocol in Protocol
    if protocol.number is not None
    for key in (protocol, protocol.value)
}


def _protocol(value: Protocol | str) -> Protocol:
    try:
        return _PROTOCOLS[value]
    except KeyError:
        raise RulesetError(f"{value!r} is no protocol that a packet carries") from None


def _direction(value: Direction | str) -> Direction:
    return member(Direction, value)


def _state(value: ConnectionState | str) -> ConnectionState:
    return member(ConnectionState, value)


def _check_range(what: str, number: int | None, highest: int) -> None:
    if number is not None and not 0 <= number <= highest:
        raise RulesetError(f"a {what} is 0 to {highest}, not {number}")


@attrs.frozen(kw_only=True)
class Flow:
    """One packet of a conversation, seen from the host.

    Attributes:
        direction: incoming or outgoing; every enum field also takes its text.
        protocol: a `Protocol` or its text, such as ``"tcp"``.
        local_address: this host's address, a value or text; IPv4-mapped addresses are unmapped.
        remote_address: the other side's address, of the same family.
        local_port: 0 to 65535; None for a protocol without ports.
        remote_port: 0 to 65535; None for a protocol without ports.
        icmp_type: 0 to 255; None for other protocols.
        interface: interface of the packet; ``"lo"`` is loopback; None is one that no rule names.
        state: what connection tracking knows about the packet.
        hop_limit: IPv6 hop limit or IPv4 TTL, 0 to 255; None for the one its protocol asks for
            (RFC 4861: 255 for neighbour discovery), which satisfies every rule.

    Raises:
        RulesetError: for mixed families, text that is no address, or a number out of range.
    """

    direction: Direction = attrs.field(converter=_direction)
    protocol: Protocol = attrs.field(converter=_protocol)
    local_address: Address = attrs.field(converter=parse_address)
    remote_address: Address = attrs.field(converter=parse_address)
    local_port: int | None = None
    remote_port: int | None = None
    icmp_type: int | None = None
    interface: str | None = None
    state: ConnectionState = attrs.field(default=ConnectionState.NEW, converter=_state)
    hop_limit: int | None = None

    def __attrs_post_init__(self) -> None:
        """Refuse what no packet can be."""
        if self.local_address.version != self.remote_address.version:
            raise RulesetError(
                f"{self.local_address} and {self.remote_address} are of different families"
            )
        _check_range("local port", self.local_port, MAX_PORT)
        _check_range("remote port", self.remote_port, MAX_PORT)
        _check_range("ICMP type", self.icmp_type, _OCTET)
        _check_range("hop limit", self.hop_limit, _OCTET)

    @property
    def family(self) -> Family:
        """The address family of both addresses."""
        return family_of(self.local_address)

    def __repr__(self) -> str:
        """Sum the flow up."""
        ends = (
            f"[{address}]" if address.version == 6 else str(address)  # noqa: PLR2004
            for address in (self.local_address, self.remote_address)
        )
        ports = (self.local_port, self.remote_port)
        local, remote = (
            end if port is None else f"{end}:{port}" for end, port in zip(ends, ports, strict=True)
        )
        return brief(
            self,
            self.direction.value,
            self.protocol.value,
            f"local={local}",
            f"remote={remote}",
            icmp_type=self.icmp_type,
            interface=self.interface,
            state=None if self.state is ConnectionState.NEW else self.state,
            hop_limit=self.hop_limit,
        )


@attrs.frozen
class Decision:
    """What a chain does with a flow.

    Attributes:
        action: accept, drop or reject.
        rule: the first rule that matched; None where the chain's default decided.
    """

    action: Action
    rule: Rule | None


def matches(rule: Rule, flow: Flow, remote: AddressSet | None = None) -> bool:
    """Tell whether a rule matches a flow of its chain's direction, enabled or not.

    Args:
        rule: the rule.
        flow: the flow; a port or type it lacks never satisfies a rule that asks for one.
        remote: what the rule's `RemoteReference` stands for; None for nothing.
    """
    side = remote if isinstance(rule.remote, RemoteReference) else rule.remote
    if side is None and rule.remote is not None:
        return False
    return (
        (rule.protocol is None or rule.protocol is flow.protocol)
        and flow.family in rule.families
        and (rule.interface is None or rule.interface == flow.interface)
        and (not rule.states or flow.state in rule.states)
        and (rule.local is None or flow.local_address in rule.local)
        and (side is None or flow.remote_address in side)
        and _has_port(rule.local_ports, flow.local_port)
        and _has_port(rule.remote_ports, flow.remote_port)
        and (not rule.icmp_types or flow.icmp_type in rule.icmp_types)
        and (rule.hop_limit is None or flow.hop_limit in {None, rule.hop_limit})
    )


def _has_port(ports: PortSet | None, port: int | None) -> bool:
    return ports is None or (port is not None and port in ports)
