"""Rule: one line of a firewall, as a value.

A rule speaks of the local and the remote side; the chain that holds it says which of the two is the
source. Two rules that match and do the same are written alike: the constructor sorts, merges, and
drops what cannot match, so that equality, `Rule.id` and every output agree on what "the same" is.
"""

from __future__ import annotations

import functools
import hashlib
import json
import re
from typing import TYPE_CHECKING, ClassVar, TypeGuard

import attrs

from netstat_fw.brief import brief
from netstat_fw.errors import RulesetError
from netstat_fw.evidence import (  # noqa: TC001 - attrs.resolve_types needs them
    Confidence,
    Evidence,
    Reason,
)
from netstat_fw.protocol import Family, Protocol
from netstat_fw.ruleset.log import Log  # noqa: TC001 - attrs.resolve_types needs it
from netstat_fw.ruleset.names import NAME, check_name
from netstat_fw.ruleset.sets import BOTH_FAMILIES, AddressSet, PortSet
from netstat_fw.ruleset.terms import (
    Action,
    ConnectionState,
    RemoteKind,
    as_action,
    member,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

_INTERFACE = re.compile(r"[A-Za-z0-9._:@-][A-Za-z0-9._:@ -]{0,63}")
_WITH_TYPES = (Protocol.ICMP, Protocol.ICMPV6)
_OCTET = 255

# What the JSON Schema says of a field beside its type.
_OCTETS = {"minimum": 0, "maximum": _OCTET}


def _remote_kind(kind: RemoteKind | str) -> RemoteKind:
    return member(RemoteKind, kind)


@attrs.frozen
class RemoteReference:
    """A named remote side. A target resolves the name, or refuses it.

    `decide` resolves zones by `Ruleset.zones`. Who is in a group only the platform knows: to
    `decide` a group has no members, so a rule for one never matches a flow.

    Attributes:
        kind: zone, server group or user group.
        name: the name on the platform, or of a `Zone` of the ruleset.
    """

    kind: RemoteKind = attrs.field(converter=_remote_kind)
    name: str = attrs.field(validator=check_name, metadata=NAME)

    def __str__(self) -> str:
        """Write the reference for a reader: ``zone office``."""
        return f"{self.kind.value.replace('-', ' ')} {self.name}"


def is_group(remote: AddressSet | RemoteReference | None) -> TypeGuard[RemoteReference]:
    """Tell whether a remote side is a group, whose members only the platform knows."""
    return isinstance(remote, RemoteReference) and remote.kind is not RemoteKind.ZONE


def _ordered_families(families: Iterable[Family | str]) -> tuple[Family, ...]:
    if families is BOTH_FAMILIES:
        return BOTH_FAMILIES
    wanted = {member(Family, family) for family in families}
    return tuple(f for f in Family if f in wanted)


def _ordered_states(states: Iterable[ConnectionState | str]) -> tuple[ConnectionState, ...]:
    wanted = {member(ConnectionState, state) for state in states}
    if not wanted:
        return ()
    kept = tuple(s for s in ConnectionState if s in wanted)
    return () if len(kept) == len(ConnectionState) else kept


def _protocol(value: Protocol | str | None) -> Protocol | None:
    if value is None:
        return None
    protocol = member(Protocol, value)
    if protocol.number is None:
        raise RulesetError(f"{protocol.value} is a kind of socket; no packet carries it")
    return protocol


def _ordered_numbers(numbers: Iterable[int]) -> tuple[int, ...]:
    return tuple(sorted(set(numbers)))


def _ordered_lines(lines: Iterable[Evidence]) -> tuple[Evidence, ...]:
    # As Evidence sorts, whose own comparison takes ten times as long.
    return tuple(sorted(set(lines), key=lambda each: (each.line, each.capture)))


@attrs.frozen(kw_only=True)
class Rule:
    """One rule: what it matches, what it does, and why it is there.

    Fields that hold members of an enumeration also take their text.

    Attributes:
        action: what happens to a packet that matches.
        protocol: None for any.
        local: addresses of this host; None for any.
        remote: addresses of the other side, or a name for them; None for any.
        local_ports: None for any, which includes packets without ports.
        remote_ports: None for any, which includes packets without ports.
        icmp_types: types of ICMP or ICMPv6, 0 to 255; empty for any.
        families: address families, narrowed to those that protocol and addresses allow.
        interface: name of the interface the packet enters or leaves by; None for any.
        states: connection states; empty for any.
        hop_limit: IPv6 hop limit or IPv4 TTL that the packet must have, 0 to 255; None for any.
        service: name of the service the rule is for.
        log: None for no logging.
        comment: free text for the reader.
        enabled: False keeps the rule in the chain and out of every decision and rendering.
        evidence: the captured lines it rests on, in order; no part of equality.
        confidence: how it was concluded, None for a rule that was not; no part of equality.
        reasons: why it is there; no part of equality.

    Raises:
        RulesetError: for a rule that no packet can match, ports or types for a protocol without
            them, or a value out of range.

    >>> rule = Rule(action=Action.ACCEPT, protocol=Protocol.TCP, local_ports=PortSet([22]))
    >>> rule == attrs.evolve(rule, evidence=(Evidence(5),)), rule.id
    (True, 'rc72373e87488')
    """

    DERIVED: ClassVar[tuple[str, ...]] = ("id",)

    action: Action = attrs.field(converter=as_action)
    protocol: Protocol | None = attrs.field(default=None, converter=_protocol)
    local: AddressSet | None = None
    remote: AddressSet | RemoteReference | None = None
    local_ports: PortSet | None = None
    remote_ports: PortSet | None = None
    icmp_types: tuple[int, ...] = attrs.field(
        default=(), converter=_ordered_numbers, metadata=_OCTETS
    )
    families: tuple[Family, ...] = attrs.field(default=BOTH_FAMILIES, converter=_ordered_families)
    interface: str | None = attrs.field(default=None, metadata=NAME)
    states: tuple[ConnectionState, ...] = attrs.field(default=(), converter=_ordered_states)
    hop_limit: int | None = attrs.field(default=None, metadata=_OCTETS)
    service: str | None = attrs.field(
        default=None, validator=attrs.validators.optional(check_name), metadata=NAME
    )
    log: Log | None = None
    comment: str = ""
    enabled: bool = True
    evidence: tuple[Evidence, ...] = attrs.field(default=(), eq=False, converter=_ordered_lines)
    confidence: Confidence | None = attrs.field(default=None, eq=False)
    reasons: tuple[Reason, ...] = attrs.field(default=(), eq=False)

    def __attrs_post_init__(self) -> None:
        """Check what single fields cannot, and narrow families and addresses to each other."""
        _check_protocol(self)
        if self.interface is not None and not _INTERFACE.fullmatch(self.interface):
            raise RulesetError(f"{self.interface!r} is no interface name")
        for number in (*self.icmp_types, *(() if self.hop_limit is None else (self.hop_limit,))):
            if not 0 <= number <= _OCTET:
                raise RulesetError(f"ICMP types and hop limits are 0 to {_OCTET}, not {number}")
        families = self.families
        if self.protocol is not None:
            families = tuple(f for f in families if f in self.protocol.families)
        for side in (self.local, self.remote):
            if isinstance(side, AddressSet):
                families = tuple(f for f in families if f in side.families)
        if not families:
            raise RulesetError("no packet can match: families, addresses and protocol disagree")
        object.__setattr__(self, "families", families)
        object.__setattr__(self, "local", _narrowed(self.local, families))
        if not isinstance(self.remote, RemoteReference):
            object.__setattr__(self, "remote", _narrowed(self.remote, families))

    @functools.cached_property
    def id(self) -> str:
        """Name what the rule matches and does, the same in every run and on every machine.

        ``r`` and twelve hexadecimal digits of a SHA-256. Order, comment, service name, evidence and
        `enabled` have no part in it. One rule in both chains has one id.
        """
        meaning = {
            "action": self.action.value,
            "protocol": self.protocol and self.protocol.value,
            "local": self.local and str(self.local),
            "remote": self.remote and str(self.remote),
            "local_ports": self.local_ports and str(self.local_ports),
            "remote_ports": self.remote_ports and str(self.remote_ports),
            "icmp_types": self.icmp_types,
            "families": [f.value for f in self.families],
            "interface": self.interface,
            "states": [s.value for s in self.states],
            # A text, so that 0 is not left out with what is absent.
            "hop_limit": None if self.hop_limit is None else str(self.hop_limit),
            "log": self.log and _log_meaning(self.log),
        }
        # Absent matches are left out, so that a field added later does not rename every rule.
        present = {key: value for key, value in meaning.items() if value}
        text = json.dumps(present, sort_keys=True, separators=(",", ":"))
        return f"r{hashlib.sha256(text.encode()).hexdigest()[:12]}"

    def __repr__(self) -> str:
        """Sum the rule up; only a chain says which side is the source."""
        return brief(
            self,
            self.id,
            self.action.value,
            None if self.protocol is None else self.protocol.value,
            local=None if self.local is None else self.local.prefixes,
            remote=getattr(self.remote, "prefixes", self.remote),
            local_ports=self.local_ports,
            remote_ports=self.remote_ports,
            icmp_types=self.icmp_types,
            families=self.families if len(self.families) == 1 else (),
            interface=self.interface,
            states=self.states,
            hop_limit=self.hop_limit,
            service=self.service,
            log=self.log is not None,
            disabled=not self.enabled,
        )


def _check_protocol(rule: Rule) -> None:
    protocol = rule.protocol
    if rule.local_ports is not None or rule.remote_ports is not None:
        if protocol is None:
            raise RulesetError("a rule with ports names their protocol")
        if not protocol.has_ports:
            raise RulesetError(f"{protocol.value} has no ports")
    if rule.icmp_types and protocol not in _WITH_TYPES:
        raise RulesetError("only icmp and icmpv6 have icmp types")


def _narrowed(side: AddressSet | None, families: tuple[Family, ...]) -> AddressSet | None:
    if side is None or side.covers(families):
        return None
    return side if set(families).issuperset(side.families) else side.of(families)


def _log_meaning(log: Log) -> list[str]:
    rate = log.rate
    return [
        log.prefix,
        *([] if rate is None else [f"{rate.count}/{rate.interval.value}/{rate.burst}"]),
    ]
