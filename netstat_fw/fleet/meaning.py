"""Meaning: what tells hosts with the same firewall from others, as a short text.

Two rulesets have one meaning exactly where `diff` finds no packet between them, each host's own
addresses renamed in the order in which its rules name them: a web server bound to its own address
means the same on every host.
"""

from __future__ import annotations

import hashlib
from ipaddress import IPv4Network, IPv6Network
from typing import TYPE_CHECKING

import attrs

from netstat_fw.fleet.pruning import pruned
from netstat_fw.ruleset.fingerprint import fingerprint
from netstat_fw.ruleset.model import Chain, Ruleset
from netstat_fw.ruleset.sets import AddressSet

if TYPE_CHECKING:
    from collections.abc import Iterable

    from netstat_fw.address import Address, Network
    from netstat_fw.ruleset.rule import Rule

# Blocks that no host has addresses of: RFC 1122 3.2.1.3 and RFC 6666.
_STANDINS: dict[int, IPv4Network | IPv6Network] = {
    4: IPv4Network("0.0.0.0/8"),
    6: IPv6Network("100::/64"),
}
_MOST_KNOWN = 1 << 14
_KNOWN: dict[bytes, str] = {}
"""Meanings by what rulesets are written as: hosts of one kind have the same rules."""


def meaning_of(ruleset: Ruleset, own: Iterable[Address]) -> str:
    """Return 16 hexadecimal digits for the meaning of a host's ruleset.

    Args:
        ruleset: the ruleset; its meaning is worked out once for all that have the same rules.
        own: the host's addresses.
    """
    renamed = _Renaming(own).ruleset(ruleset)
    written = _writing_of(renamed)
    if written not in _KNOWN:
        if len(_KNOWN) == _MOST_KNOWN:
            _KNOWN.clear()
        _KNOWN[written] = fingerprint(renamed)
    return _KNOWN[written]


class _Renaming:
    """The same new address for each own address, in the order in which they are met."""

    def __init__(self, own: Iterable[Address]) -> None:
        self._own = frozenset(own)
        self._names: dict[Address, Address] = {}

    def ruleset(self, ruleset: Ruleset) -> Ruleset:
        return Ruleset(
            self._chain(ruleset.incoming), self._chain(ruleset.outgoing), zones=ruleset.zones
        )

    def _chain(self, chain: Chain) -> Chain:
        kept = pruned(chain)
        return Chain(kept.default, [self._rule(rule) for rule in kept.rules])

    def _rule(self, rule: Rule) -> Rule:
        if rule.local is None:
            return rule
        return attrs.evolve(rule, local=AddressSet(map(self._prefix, rule.local)))

    def _prefix(self, prefix: Network) -> Network | Address:
        address = prefix.network_address
        if prefix.prefixlen < prefix.max_prefixlen or address not in self._own:
            return prefix
        if address not in self._names:
            standins = _STANDINS[address.version]
            self._names[address] = standins[len(self._names)]
        return self._names[address]


def _writing_of(ruleset: Ruleset) -> bytes:
    """Name a ruleset by its rules, their order, and the zones that they may refer to."""
    parts: list[object] = []
    for chain in (ruleset.incoming, ruleset.outgoing):
        parts += (chain.default.value, [rule.id for rule in chain.rules])
    parts += ((zone.name, str(zone.addresses)) for zone in ruleset.zones)
    return hashlib.blake2b(repr(parts).encode(), digest_size=16).digest()
