"""Allow-only targets: what security groups and network policies can hold of a chain.

Such a target accepts whatever any of its statements accepts, in no order, and nothing else. It
follows connections by itself, so its statements are about new ones, and it stands outside the host:
it meets neither the loopback interface nor loopback addresses. What a rule drops is therefore taken
out of the rules that accept after it, exactly; where that cannot be said, `ExportError` tells it.
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, summarize_address_range
from typing import TYPE_CHECKING

import attrs

from netstat_fw.exporters.limits import group_obstacle, omit_or_refuse
from netstat_fw.exporters.rendered import Omission
from netstat_fw.exporters.stateful import is_settled
from netstat_fw.protocol import Family, Protocol
from netstat_fw.ruleset.base import LOOPBACK_INTERFACE, is_loopback
from netstat_fw.ruleset.rule import Rule
from netstat_fw.ruleset.space import Dimension, boxes, meets, take_out
from netstat_fw.ruleset.terms import Action, ConnectionState, Direction

if TYPE_CHECKING:
    from collections.abc import Iterator

    from netstat_fw.address import Network
    from netstat_fw.ruleset.model import Ruleset
    from netstat_fw.ruleset.space import Box, Numbers, Pieces, Space

_TYPED = (Protocol.ICMP, Protocol.ICMPV6)
_SERVICE_PORTS = {
    Direction.INCOMING: Dimension.LOCAL_PORTS,
    Direction.OUTGOING: Dimension.REMOTE_PORTS,
}


@attrs.frozen
class Abilities:
    """What the statements of a target can say.

    Attributes:
        target: its name.
        protocols: those that it can name.
        detailed: those of which it can also name the service's ports, or the ICMP types.
    """

    target: str
    protocols: tuple[Protocol, ...]
    detailed: tuple[Protocol, ...]


@attrs.frozen
class Allowance:
    """New connections of one family that may pass.

    Attributes:
        rule: the accepting rule, or one that stands for the default of the chain.
        family: the address family.
        protocol: None for any.
        service: ports of the service, or ICMP types, as inclusive ranges; None for any.
        remote: prefixes of the other side; None for any address of the family.
    """

    rule: Rule
    family: Family
    protocol: Protocol | None
    service: Numbers | None
    remote: tuple[Network, ...] | None


@attrs.frozen
class Allowed:
    """What a target accepts of one chain, and what it cannot hold of it."""

    allowances: tuple[Allowance, ...]
    omissions: tuple[Omission, ...]


def allow_only(ruleset: Ruleset, direction: Direction, abilities: Abilities) -> Allowed:
    """Write a chain as statements that only accept, with what they are stricter in.

    Raises:
        ExportError: for a rule that drops or rejects what the target cannot tell apart from what a
            later rule accepts, and for one about loopback or established connections.
    """
    return _Reading(ruleset, direction, abilities).read()


class _Reading:
    """One chain, read from its first rule to its default."""

    def __init__(self, ruleset: Ruleset, direction: Direction, abilities: Abilities) -> None:
        self._ruleset = ruleset
        self._direction = direction
        self._abilities = abilities
        self._chain = ruleset.chain(direction)
        named = {rule.interface for rule in self._chain.rules}
        self._interfaces = sorted(name for name in named if name is not None)
        self._drops: list[tuple[Rule, Space]] = []
        self._allowances: list[Allowance] = []
        self._omissions: list[Omission] = []

    def read(self) -> Allowed:
        default = Rule(action=self._chain.default)
        for rule in (*self._chain.rules, default):
            if rule.enabled and not self._is_settled(rule):
                if rule.action is Action.ACCEPT:
                    self._accept(rule)
                else:
                    self._drops.append((rule, self._space(rule)))
                self._omissions += _unsaid(rule, is_default=rule is default)
        return Allowed(tuple(self._allowances), tuple(self._omissions))

    def _is_settled(self, rule: Rule) -> bool:
        """Tell whether the target never judges a packet of the rule as a new connection."""
        target = self._abilities.target
        if is_settled(rule, target) or (
            bool(rule.states) and ConnectionState.NEW not in rule.states
        ):
            followed = {ConnectionState.ESTABLISHED, ConnectionState.RELATED} & set(rule.states)
            loopback = rule.interface == LOOPBACK_INTERFACE
            if rule.action is Action.ACCEPT and not loopback and not followed:
                sentence = f"accepts nothing here: {target} knows no such state of a connection"
                self._omissions.append(Omission(rule.id, sentence))
            return True
        return any(is_loopback(side) for side in (rule.local, self._ruleset.resolve(rule)))

    def _accept(self, rule: Rule) -> None:
        target = self._abilities.target
        found = self._obstacle(rule) or self._protocol_obstacle(rule)
        if found is not None:
            self._omissions.append(omit_or_refuse(rule, target, found))
            return
        space = self._space(rule)
        drops = [(drop, cut) for drop, cut in self._drops if meets(space.items(), cut)]
        for drop, _ in drops:
            found = self._obstacle(drop)
            if found is not None:
                # It does not accept, so this raises.
                omit_or_refuse(drop, target, found)
        parts = [rule]
        if rule.protocol is None and any(drop.protocol is not None for drop, _ in drops):
            parts = [
                attrs.evolve(rule, protocol=protocol)
                for protocol in self._abilities.protocols
                if set(protocol.families) & set(rule.families)
            ]
            names = ", ".join(protocol.value for protocol in self._abilities.protocols)
            sentence = f"accepts {names} alone, as a rule before it drops one of the protocols"
            self._omissions.append(Omission(rule.id, sentence))
        for part in parts:
            pieces = list(self._space(part).items())
            for _, cut in drops:
                pieces = take_out(pieces, cut)
            self._allow(rule, part.protocol, pieces)

    def _allow(self, rule: Rule, protocol: Protocol | None, pieces: Pieces) -> None:
        for family, piece in pieces:
            service = self._service(protocol, piece)
            if protocol and service and protocol not in self._abilities.detailed:
                words = f"{self._abilities.target} cannot tell the ports of {protocol.value} apart"
                sentence = f"accepts nothing of {protocol.value} here: {words}"
                self._omissions.append(Omission(rule.id, sentence))
                continue
            remote = _prefixes(piece[Dimension.REMOTE], family)
            self._allowances.append(Allowance(rule, family, protocol, service, remote))

    def _service(self, protocol: Protocol | None, piece: Box) -> Numbers | None:
        if protocol in _TYPED:
            numbers, whole = piece[Dimension.ICMP_TYPES], ((0, 255),)
        elif protocol is not None and protocol.has_ports:
            numbers, whole = piece[_SERVICE_PORTS[self._direction]], ((0, 65535),)
        else:
            return None
        return None if numbers == whole else numbers

    def _space(self, rule: Rule) -> Space:
        # Of the states only new ones are judged, and a rule that is left matches those.
        anytime = attrs.evolve(rule, states=())
        return boxes(anytime, self._ruleset.resolve(rule), self._interfaces)

    def _obstacle(self, rule: Rule) -> str | None:
        """Say why no statement can match just what the rule matches."""
        target = self._abilities.target
        incoming = self._direction is Direction.INCOMING
        client_ports = rule.remote_ports if incoming else rule.local_ports
        group = group_obstacle(rule, target)
        if group is not None:
            return group
        if rule.interface is not None:
            return f"{target} has no names of interfaces; a rule without one would fit"
        if rule.local is not None:
            return f"{target} cannot tell local addresses apart; a rule without them would fit"
        if client_ports is not None:
            return f"{target} holds the ports of the service alone; a rule without a client's fits"
        if rule.hop_limit is not None:
            return f"{target} cannot ask for a hop limit; a rule without one would fit"
        return None

    def _protocol_obstacle(self, rule: Rule) -> str | None:
        if rule.protocol is None or rule.protocol in self._abilities.protocols:
            return None
        return f"{self._abilities.target} has no statements for {rule.protocol.value}"


def _unsaid(rule: Rule, *, is_default: bool) -> Iterator[Omission]:
    if rule.action is Action.REJECT and is_default:
        yield Omission("", "what no rule accepts is dropped without telling the sender")
    elif rule.action is Action.REJECT:
        yield Omission(rule.id, "drops without telling the sender")
    if rule.log is not None:
        yield Omission(rule.id, "is not logged")


def _prefixes(numbers: Numbers, family: Family) -> tuple[Network, ...] | None:
    if family is Family.IPV4:
        v4 = [
            network
            for first, last in numbers
            for network in summarize_address_range(IPv4Address(first), IPv4Address(last))
        ]
        return None if v4[0].prefixlen == 0 else tuple(v4)
    v6 = [
        network
        for first, last in numbers
        for network in summarize_address_range(IPv6Address(first), IPv6Address(last))
    ]
    return None if v6[0].prefixlen == 0 else tuple(v6)
