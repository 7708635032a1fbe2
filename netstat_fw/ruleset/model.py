"""Ruleset: the waist between what a capture means and every firewall syntax.

All values are frozen and valid once built. What a ruleset means is `Ruleset.decide` and nothing
else: every exporter is held against it.
"""

from __future__ import annotations

import functools
from collections import Counter
from typing import TYPE_CHECKING, Any

import attrs

from netstat_fw.errors import RulesetError
from netstat_fw.evidence import ProcessCheck, Question, Reason
from netstat_fw.protocol import Protocol  # noqa: TC001 - attrs.resolve_types needs it
from netstat_fw.ruleset.index import FirstMatch
from netstat_fw.ruleset.names import NAME, check_name
from netstat_fw.ruleset.rule import RemoteReference, Rule
from netstat_fw.ruleset.sets import AddressSet, PortSet  # noqa: TC001 - the same
from netstat_fw.ruleset.terms import Action, Direction, RemoteKind, as_action

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from netstat_fw.ruleset.flow import Decision, Flow


@attrs.frozen
class Service:
    """A named service: one protocol and its ports. Two protocols are two services of one name.

    Attributes:
        name: such as ``ssh``.
        protocol: a protocol with ports.
        ports: the ports that clients connect to.
    """

    name: str = attrs.field(validator=check_name, metadata=NAME)
    protocol: Protocol
    ports: PortSet

    def __attrs_post_init__(self) -> None:
        """Refuse a protocol without ports."""
        if not self.protocol.has_ports:
            raise RulesetError(f"service {self.name!r}: {self.protocol.value} has no ports")


@attrs.frozen
class Zone:
    """A named address set that rules refer to by `RemoteReference`.

    Attributes:
        name: unique in its ruleset.
        addresses: its members.
    """

    name: str = attrs.field(validator=check_name, metadata=NAME)
    addresses: AddressSet


@attrs.frozen
class Chain:
    """One direction: rules in order, the first that matches decides, then the default.

    Attributes:
        default: what happens to a packet that no rule matches.
        rules: in order; a rule's position is its index plus one.
    """

    default: Action = attrs.field(converter=as_action)
    rules: tuple[Rule, ...] = attrs.field(default=(), converter=tuple[Rule, ...])

    def numbered(self) -> tuple[tuple[int, Rule], ...]:
        """Pair each rule with its position: 1 to n, disabled rules included."""
        return tuple(enumerate(self.rules, 1))

    def __repr__(self) -> str:
        """Sum the chain up."""
        return f"<Chain default={self.default.value} rules={len(self.rules)}>"


def _by_name(services: Iterable[Service]) -> tuple[Service, ...]:
    return tuple(sorted(services, key=lambda s: (s.name, s.protocol.value)))


def _zones_by_name(zones: Iterable[Zone]) -> tuple[Zone, ...]:
    return tuple(sorted(zones, key=lambda z: z.name))


def _refuse_twice(what: str, names: Iterable[str]) -> None:
    for name, count in Counter(names).items():
        if count > 1:
            raise RulesetError(f"{what} {name!r} is defined {count} times")


@attrs.frozen
class Ruleset:
    """A host firewall.

    Attributes:
        incoming: packets to this host.
        outgoing: packets from this host.
        services: the named services, sorted; one of each name and protocol.
        zones: the named address sets, sorted; every zone that a rule names is among them.
        questions: what the operator should answer.
        caveats: what was assumed or could not be read, for every reader of the ruleset.
        process_checks: which programs may answer on accepted ports.

    Raises:
        RulesetError: for a name defined twice or a zone that is not defined.
    """

    incoming: Chain
    outgoing: Chain
    services: tuple[Service, ...] = attrs.field(default=(), converter=_by_name)
    zones: tuple[Zone, ...] = attrs.field(default=(), converter=_zones_by_name)
    questions: tuple[Question, ...] = attrs.field(default=(), converter=tuple[Question, ...])
    caveats: tuple[Reason, ...] = attrs.field(default=(), converter=tuple[Reason, ...])
    process_checks: tuple[ProcessCheck, ...] = attrs.field(
        default=(), converter=tuple[ProcessCheck, ...]
    )

    def __attrs_post_init__(self) -> None:
        """Check that names are unique and that zones exist."""
        _refuse_twice("service", (f"{s.name}/{s.protocol.value}" for s in self.services))
        _refuse_twice("zone", (z.name for z in self.zones))
        known = {z.name for z in self.zones}
        for rule in (*self.incoming.rules, *self.outgoing.rules):
            named = rule.remote
            if not isinstance(named, RemoteReference) or named.kind is not RemoteKind.ZONE:
                continue
            if named.name not in known:
                raise RulesetError(f"rule {rule.id} names the undefined zone {named.name!r}")

    def chain(self, direction: Direction) -> Chain:
        """Return the chain that judges packets of the direction."""
        return self.incoming if direction is Direction.INCOMING else self.outgoing

    def resolve(self, rule: Rule) -> AddressSet | None:
        """Return the addresses that a rule's remote side stands for, a zone resolved.

        None for any address, and for a name that the ruleset cannot resolve: a group.
        """
        if not isinstance(rule.remote, RemoteReference):
            return rule.remote
        if rule.remote.kind is not RemoteKind.ZONE:
            return None
        return next(z.addresses for z in self.zones if z.name == rule.remote.name)

    def decide(self, flow: Flow) -> Decision:
        """Judge one packet: the first enabled rule that matches, else the chain's default.

        Takes about the same few microseconds for ten rules and for a thousand; the first call
        prepares the tables.
        """
        incoming = flow.direction is Direction.INCOMING
        return (self._incoming_index if incoming else self._outgoing_index).decide(flow)

    @functools.cached_property
    def _incoming_index(self) -> FirstMatch:
        return self._index(self.incoming)

    @functools.cached_property
    def _outgoing_index(self) -> FirstMatch:
        return self._index(self.outgoing)

    def _index(self, chain: Chain) -> FirstMatch:
        resolved = ((rule, self.resolve(rule)) for rule in chain.rules if rule.enabled)
        known = ((r, side) for r, side in resolved if side is not None or r.remote is None)
        return FirstMatch(known, chain.default)

    def to_dict(self) -> dict[str, Any]:
        """Write the ruleset as plain data that follows the published JSON Schema."""
        from netstat_fw.ruleset import serialize  # noqa: PLC0415 - loads cattrs

        return serialize.to_plain(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Ruleset:
        """Read what `to_dict` wrote.

        Raises:
            RulesetError: for anything else, with the path to every culprit.
        """
        from netstat_fw.ruleset import serialize  # noqa: PLC0415 - loads cattrs

        return serialize.from_plain(data, cls)

    def to_json(self) -> str:
        """Write the ruleset as JSON: the same bytes for the same ruleset, in every run."""
        from netstat_fw.ruleset import serialize  # noqa: PLC0415 - loads cattrs

        return serialize.to_text(self)

    @classmethod
    def from_json(cls, text: str | bytes) -> Ruleset:
        """Read what `to_json` wrote.

        Raises:
            RulesetError: for anything else, with the path to every culprit.
        """
        from netstat_fw.ruleset import serialize  # noqa: PLC0415 - loads cattrs

        return serialize.from_text(text, cls)

    def __repr__(self) -> str:
        """Sum the ruleset up; its rules are `incoming.rules` and `outgoing.rules`."""
        lists = ("services", "zones", "questions", "caveats", "process_checks")
        counts = " ".join(f"{name}={len(getattr(self, name))}" for name in lists)
        return f"<Ruleset incoming={self.incoming!r} outgoing={self.outgoing!r} {counts}>"
