"""Index: the first matching rule of a chain in a few table look-ups, however long the chain.

Each dimension of a flow tells by `netstat_fw.ruleset.cuts` which rules accept it, as one integer;
the lowest bit that is set in all of them is the first rule that matches. The answer is that of
`netstat_fw.ruleset.flow.matches` applied in order.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from netstat_fw.protocol import Family
from netstat_fw.ruleset.cuts import Cuts
from netstat_fw.ruleset.flow import Decision

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from netstat_fw.protocol import Protocol
    from netstat_fw.ruleset.flow import Flow
    from netstat_fw.ruleset.rule import Rule
    from netstat_fw.ruleset.sets import AddressSet, PortSet
    from netstat_fw.ruleset.terms import Action, ConnectionState

_Ranges: TypeAlias = "Iterable[tuple[int, int]]"
_Header: TypeAlias = "tuple[Protocol, int, ConnectionState]"

_FAMILIES = {4: Family.IPV4, 6: Family.IPV6}


class FirstMatch:
    """The rules of one chain and its default, ready to be asked."""

    __slots__ = (
        "_decisions", "_headers", "_hop_limits", "_icmp_types", "_interfaces", "_local",
        "_local_ports", "_other_interface", "_remote", "_remote_ports", "_rules",
    )  # fmt: skip

    def __init__(self, rules: Iterable[tuple[Rule, AddressSet | None]], default: Action) -> None:
        """Take the enabled rules in order, each with the addresses of its remote side.

        None stands for any address. A rule whose remote side is a name that stands for nothing
        never matches and must be left out.
        """
        pairs = tuple(rules)
        self._rules = tuple(rule for rule, _ in pairs)
        # At the position of the lowest bit set, counted from one; at zero there is none.
        self._decisions = (
            Decision(default, None),
            *(Decision(rule.action, rule) for rule in self._rules),
        )
        self._headers: dict[_Header, int] = {}
        self._other_interface = self._bits(r.interface is None for r in self._rules)
        self._interfaces = {
            name: self._bits(r.interface in {None, name} for r in self._rules)
            for name in {r.interface for r in self._rules}
        }
        self._icmp_types = Cuts([_points(r.icmp_types) for r in self._rules])
        self._hop_limits = Cuts([_points(_listed(r.hop_limit)) for r in self._rules])
        self._local_ports = Cuts([_ranges(r.local_ports) for r in self._rules])
        self._remote_ports = Cuts([_ranges(r.remote_ports) for r in self._rules])
        self._local = _per_version([r.local for r in self._rules])
        self._remote = _per_version([remote for _, remote in pairs])

    def decide(self, flow: Flow) -> Decision:
        """Return what the first rule that matches the flow does, or the default."""
        local = flow.local_address
        version = local.version
        header = (flow.protocol, version, flow.state)
        bits = self._headers.get(header)
        if bits is None:
            bits = self._headers[header] = self._header_bits(*header)
        bits &= (
            self._interfaces.get(flow.interface, self._other_interface)
            & self._local_ports.at(flow.local_port)
            & self._remote_ports.at(flow.remote_port)
            & self._icmp_types.at(flow.icmp_type)
            & self._local[version].at(int(local))
            & self._remote[version].at(int(flow.remote_address))
        )
        if flow.hop_limit is not None:
            bits &= self._hop_limits.at(flow.hop_limit)
        return self._decisions[(bits & -bits).bit_length()]

    def _header_bits(self, protocol: Protocol, version: int, state: ConnectionState) -> int:
        family = _FAMILIES[version]
        return self._bits(
            r.protocol in {None, protocol}
            and family in r.families
            and (not r.states or state in r.states)
            for r in self._rules
        )

    @staticmethod
    def _bits(answers: Iterable[bool]) -> int:
        return sum(1 << number for number, answer in enumerate(answers) if answer)


def _listed(value: int | None) -> tuple[int, ...]:
    return () if value is None else (value,)


def _points(values: tuple[int, ...]) -> _Ranges | None:
    return [(value, value) for value in values] or None


def _ranges(ports: PortSet | None) -> _Ranges | None:
    return None if ports is None else ports.ranges


def _per_version(sides: Sequence[AddressSet | None]) -> dict[int, Cuts]:
    return {
        version: Cuts([None if side is None else side.spans(family) for side in sides])
        for version, family in _FAMILIES.items()
    }
