"""Lock-out: whether administrators can still come in, judged on the finished rules.

So it holds however the rules came about. The rules that keep the sessions seen do not count: they
let in who is there already, and nobody from elsewhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from netstat_fw.protocol import Family
from netstat_fw.ruleset.proposal.addresses import local_side
from netstat_fw.ruleset.rule import RemoteReference
from netstat_fw.ruleset.sets import AddressSet, parse_address
from netstat_fw.ruleset.terms import Action, RemoteKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from netstat_fw.address import Address
    from netstat_fw.analyzers.findings import Exposure
    from netstat_fw.ruleset.rule import Rule

    Zones: TypeAlias = Mapping[str, AddressSet]


def is_open(exposure: Exposure, rules: Sequence[Rule], zones: Zones, *, groups: bool) -> bool:
    """Tell whether anybody can begin a connection to an exposure.

    Args:
        exposure: the exposure.
        rules: incoming rules in order, behind the base rules.
        zones: the members of the zones that rules name.
        groups: count the members of groups, whom only a management platform knows.
    """
    return any(
        _is_open(exposure, family, rules, zones, groups=groups) for family in exposure.families
    )


def cuts_off(exposure: Exposure, rules: Sequence[Rule], zones: Zones, *, otherwise: bool) -> bool:
    """Tell whether rules keep out anybody who was seen connected to an exposure.

    Args:
        exposure: the exposure.
        rules: incoming rules in order.
        zones: the members of the zones that rules name.
        otherwise: whether those whom no rule speaks of are let in.
    """
    about = [rule for rule in rules if _speaks_of(rule, exposure)]
    for peer in map(parse_address, exposure.peers):
        deciding = next((rule for rule in about if _is_for(rule, peer, zones)), None)
        let_in = otherwise if deciding is None else deciding.action is Action.ACCEPT
        if not let_in:
            return True
    return False


def _is_open(
    exposure: Exposure, family: Family, rules: Iterable[Rule], zones: Zones, *, groups: bool
) -> bool:
    side = local_side(exposure)
    local = None if side is None else side.of([family])
    if side is not None and local is None:
        return False
    for rule in rules:
        if not _speaks_of(rule, exposure) or family not in rule.families:
            continue
        # Rules for another of the port's binds are no way in by this one.
        if rule.local is not None and rule.local.of([family]) != local:
            continue
        if rule.action is not Action.ACCEPT:
            if _is_for_all(rule, family, zones):
                return False
        elif groups or not _is_group(rule):
            return True
    return False


def _speaks_of(rule: Rule, exposure: Exposure) -> bool:
    if not rule.enabled or rule.protocol not in {None, exposure.protocol}:
        return False
    return rule.local_ports is None or exposure.port in rule.local_ports


def _is_group(rule: Rule) -> bool:
    return isinstance(rule.remote, RemoteReference) and rule.remote.kind is not RemoteKind.ZONE


def _members(rule: Rule, zones: Zones) -> AddressSet | None:
    """Return the addresses that a rule with a remote side names; None for a group's."""
    if isinstance(rule.remote, RemoteReference):
        return None if _is_group(rule) else zones[rule.remote.name]
    return rule.remote


def _is_for_all(rule: Rule, family: Family, zones: Zones) -> bool:
    members = _members(rule, zones)
    return rule.remote is None or (members is not None and members.covers([family]))


def _is_for(rule: Rule, peer: Address, zones: Zones) -> bool:
    if (Family.IPV4 if peer.version == 4 else Family.IPV6) not in rule.families:  # noqa: PLR2004
        return False
    members = _members(rule, zones)
    return rule.remote is None or (members is not None and peer in members)
