"""Lock-out: whether administrators can still come in, judged on the finished rules.

So it holds however the rules came about. The rules that keep the sessions seen do not count: they
let in who is there already, and nobody from elsewhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from netstat_fw.address import family_of
from netstat_fw.ruleset.proposal.addresses import local_side
from netstat_fw.ruleset.rule import RemoteReference, is_group
from netstat_fw.ruleset.sets import AddressSet, parse_address
from netstat_fw.ruleset.space import address_numbers, common, without
from netstat_fw.ruleset.terms import Action, RemoteKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from netstat_fw.address import Address
    from netstat_fw.analyzers.findings import Exposure
    from netstat_fw.protocol import Family
    from netstat_fw.ruleset.rule import Rule
    from netstat_fw.ruleset.space import Numbers

    Zones: TypeAlias = Mapping[str, AddressSet]


def is_open(
    exposure: Exposure,
    rules: Sequence[Rule],
    zones: Zones,
    own: Iterable[Address] = (),
    *,
    groups: bool,
) -> bool:
    """Tell whether anybody on another machine can begin a connection to an exposure.

    Args:
        exposure: the exposure.
        rules: incoming rules in order, behind the base rules.
        zones: the members of the zones that rules name.
        own: addresses of this host, from which nobody comes.
        groups: count the members of groups, whom only a management platform knows.
    """
    nobody = AddressSet([*_NOBODY, *map(parse_address, own)])
    return any(
        _lets_in(family, nobody, _deciding(exposure, family, rules, zones), groups=groups)
        for family in exposure.families
    )


def cut_off(
    exposure: Exposure, rules: Sequence[Rule], zones: Zones, *, otherwise: bool
) -> frozenset[Address]:
    """Find those whom rules keep out though they have a connection to an exposure open.

    Args:
        exposure: the exposure.
        rules: incoming rules in order.
        zones: the members of the zones that rules name.
        otherwise: whether those whom no rule speaks of are let in.
    """
    about = [rule for rule in rules if _speaks_of(rule, exposure)]
    out = []
    for peer in exposure.connected:
        address = parse_address(peer)
        deciding = next((rule for rule in about if _is_for(rule, address, zones)), None)
        let_in = otherwise if deciding is None else deciding.action is Action.ACCEPT
        if not let_in:
            out.append(peer)
    return frozenset(out)


def _deciding(
    exposure: Exposure, family: Family, rules: Iterable[Rule], zones: Zones
) -> Iterator[tuple[Action, Numbers | None]]:
    """Say what becomes of whom by rules about an exposure, in order; None is a group's members."""
    side = local_side(exposure)
    local = None if side is None else side.of([family])
    if side is not None and local is None:
        return
    for rule in rules:
        # Rules for another of the port's binds are no way in by this one.
        here = rule.local is None or rule.local.of([family]) == local
        if here and family in rule.families and _speaks_of(rule, exposure):
            whom = (
                None
                if is_group(rule.remote)
                else address_numbers(members_of(rule.remote, zones), family)
            )
            yield rule.action, whom


def _lets_in(
    family: Family,
    nobody: AddressSet,
    deciding: Iterable[tuple[Action, Numbers | None]],
    *,
    groups: bool,
) -> bool:
    left = without(address_numbers(None, family), address_numbers(nobody, family))
    for action, whom in deciding:
        if whom is None:
            if groups and action is Action.ACCEPT:
                return True
            continue
        met = common(left, whom)
        if met and action is Action.ACCEPT:
            return True
        left = without(left, met)
    return False


def _speaks_of(rule: Rule, exposure: Exposure) -> bool:
    if not rule.enabled or rule.protocol not in {None, exposure.protocol}:
        return False
    return rule.local_ports is None or exposure.port in rule.local_ports


def members_of(remote: AddressSet | RemoteReference | None, zones: Zones) -> AddressSet | None:
    """Return the addresses that a remote side names; None for any, and for a group's."""
    if isinstance(remote, RemoteReference):
        return zones[remote.name] if remote.kind is RemoteKind.ZONE else None
    return remote


def _is_for(rule: Rule, peer: Address, zones: Zones) -> bool:
    if family_of(peer) not in rule.families:
        return False
    members = members_of(rule.remote, zones)
    return rule.remote is None or (members is not None and peer in members)


# Addresses that no other machine sends from: RFC 1122 3.2.1.3, RFC 5771, RFC 1112 4, RFC 4291 2.5.2
# and 2.5.3 and 2.7.
_NOBODY = ("0.0.0.0/8", "127.0.0.0/8", "224.0.0.0/3", "::/127", "ff00::/8")
