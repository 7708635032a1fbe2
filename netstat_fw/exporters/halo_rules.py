"""Halo rules: which rules of a chain Halo can hold, and the objects that they name, without syntax.

A rule of Halo names at most one service, which is one protocol and one range of ports, and at most
one peer: an IP zone, a server group, or the users of GhostPorts. It knows no local addresses, no
ports of the client and no ICMP types. On Linux rules have an order, interfaces, and three states of
a connection; every accept names its states, so that no invalid packet is ever accepted. On Windows
they have none of these, and a block may win over every accept, as it does in Windows itself.

The kernel of Linux drops packets with loopback addresses that are not on the loopback interface,
unless the setting ``route_localnet`` says otherwise; Windows does the same.

Written after the provider's client libraries; unproven, as the service is gone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from netstat_fw.errors import ExportError
from netstat_fw.exporters import tracking
from netstat_fw.exporters.limits import omit_or_refuse
from netstat_fw.exporters.linux import interface_obstacle, matched_families
from netstat_fw.exporters.precedence import settle_blocks
from netstat_fw.exporters.quoting import plain
from netstat_fw.exporters.rendered import Omission
from netstat_fw.protocol import Family, Protocol
from netstat_fw.ruleset.base import LOOPBACK_INTERFACE, base_rules, is_loopback
from netstat_fw.ruleset.rule import RemoteReference, is_group
from netstat_fw.ruleset.sets import BOTH_FAMILIES, shown_prefix, shown_range
from netstat_fw.ruleset.terms import Action, ConnectionState, Direction, RemoteKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from netstat_fw.ruleset.model import Ruleset
    from netstat_fw.ruleset.rule import Rule
    from netstat_fw.ruleset.sets import PortSet

TARGET = "halo"
ALL_USERS = "All GhostPorts users"
"""The one group of users that there is."""
STATES = (ConnectionState.NEW, ConnectionState.ESTABLISHED, ConnectionState.RELATED)
"""The states that Halo knows."""
NAME_BYTES = 100

_LOOPBACK_RULE = base_rules()[0]


@attrs.frozen
class Service:
    """A service of Halo; `port` is a port, a range such as ``6000-6063``, or None for ICMP."""

    name: str
    protocol: str
    port: str | None


@attrs.frozen
class Peer:
    """The other side of a rule; `addresses` are those of a zone, None for a group."""

    kind: RemoteKind
    name: str
    addresses: tuple[str, ...] | None


def held(
    ruleset: Ruleset, direction: Direction, platform: str, omissions: list[Omission]
) -> list[Rule]:
    """Choose the rules of a chain that become rules of Halo, in order, and say what is left out.

    Raises:
        ExportError: for a rule that drops or rejects what Halo cannot name.
    """
    kept: list[Rule] = []
    has_loopback = platform == "windows"
    for rule in ruleset.chain(direction).rules:
        if not rule.enabled:
            is_held = _obstacle(rule, direction, platform) is None
            kept += [rule] if is_held and _is_said(rule, platform) else []
        elif not _is_settled(rule, platform, omissions, has_loopback=has_loopback):
            found = _obstacle(rule, direction, platform)
            if found is None:
                omissions += _unsaid(rule, platform)
                kept.append(rule)
            else:
                omissions.append(omit_or_refuse(rule, TARGET, found))
        has_loopback |= rule.enabled and rule.id == _LOOPBACK_RULE.id
    return _settled_blocks(ruleset, direction, kept, omissions) if platform == "windows" else kept


def states_of(rule: Rule) -> tuple[ConnectionState, ...]:
    """Return the states that a rule of Linux names; empty for any, which no accept does."""
    if not rule.states:
        return STATES if rule.action is Action.ACCEPT else ()
    return tuple(state for state in STATES if state in rule.states)


def services_of(rule: Rule, direction: Direction) -> list[Service | None]:
    """Return the services that a rule is written for, one after the other; None for any."""
    if rule.protocol is None:
        return [None]
    word = rule.protocol.value
    if rule.protocol is Protocol.ICMP:
        return [Service(word, word.upper(), None)]
    ports = _service_ports(rule, direction)
    shown = [shown_range(*pair) for pair in ports.ranges] if ports else ["0-65535"]
    return [Service(f"{word}/{port}", word.upper(), port) for port in shown]


def peers_of(ruleset: Ruleset, rule: Rule) -> list[Peer | None]:
    """Return the peer that a rule names, None for any; nothing where the rule matches nothing."""
    named = rule.remote
    if is_group(named):
        return [Peer(named.kind, named.name, None)]
    remote = ruleset.resolve(rule)
    families = matched_families(rule, remote)
    implied = rule.protocol is Protocol.ICMP
    if remote is None:
        if families == BOTH_FAMILIES or implied:
            return [None]
        everything = {Family.IPV4: "0.0.0.0/0", Family.IPV6: "::/0"}[families[0]]
        return [Peer(RemoteKind.ZONE, f"netstat-fw-{families[0].value}", (everything,))]
    kept = remote.of(families)
    if kept is None:
        return []
    name = named.name if isinstance(named, RemoteReference) else f"netstat-fw-{rule.id}"
    part = "" if kept == remote else f"-{families[0].value}"
    shown = tuple(shown_prefix(prefix) for prefix in kept)
    return [Peer(RemoteKind.ZONE, f"{plain(name, NAME_BYTES)}{part}", shown)]


def _service_ports(rule: Rule, direction: Direction) -> PortSet | None:
    return rule.local_ports if direction is Direction.INCOMING else rule.remote_ports


def _is_said(rule: Rule, platform: str) -> bool:
    """Tell whether Halo knows a state of the rule."""
    if platform == "windows":
        return not rule.states or ConnectionState.NEW in rule.states
    return not rule.states or bool(states_of(rule))


def _is_settled(
    rule: Rule, platform: str, omissions: list[Omission], *, has_loopback: bool
) -> bool:
    """Tell whether a rule need not be written, because the platform does the same by itself."""
    if rule.action is not Action.ACCEPT and rule.local is not None:
        only_forged = rule.interface not in {None, LOOPBACK_INTERFACE}
        if is_loopback(rule.local) and (has_loopback or only_forged):
            return True
    if platform == "windows":
        omissions += tracking.state_omissions(rule, TARGET)
        return tracking.is_settled(rule, TARGET) or rule.interface == LOOPBACK_INTERFACE
    if _is_said(rule, platform):
        return False
    if rule.action is Action.ACCEPT:
        sentence = "accepts nothing here: halo knows no such state of a connection"
        omissions.append(Omission(rule.id, sentence))
    # No rule that accepts ever matches such a packet, so nothing needs to drop it.
    return True


def _obstacle(rule: Rule, direction: Direction, platform: str) -> str | None:
    """Say why Halo cannot hold a rule, and the way round; None where it can."""
    client = rule.remote_ports if direction is Direction.INCOMING else rule.local_ports
    obstacles = {
        "halo knows tcp, udp and icmp alone; a rule for one of them would fit": (
            rule.protocol not in _PROTOCOLS
        ),
        "halo cannot tell ICMP types apart; a rule for all would fit": bool(rule.icmp_types),
        "halo cannot tell local addresses apart; a rule without would fit": rule.local is not None,
        "halo holds the ports of the service alone; a rule without client ports would fit": (
            client is not None
        ),
        "halo cannot ask for a hop limit; a rule without one would fit": rule.hop_limit is not None,
        "halo has interfaces on Linux alone; a rule without one would fit": (
            rule.interface is not None and platform == "windows"
        ),
    }
    found = next((sentence for sentence, is_met in obstacles.items() if is_met), None)
    return found or _group_obstacle(rule, direction) or interface_obstacle(rule)


def _group_obstacle(rule: Rule, direction: Direction) -> str | None:
    named = rule.remote
    if not is_group(named):
        return None
    if named.kind is RemoteKind.USER_GROUP:
        if direction is Direction.OUTGOING:
            return "halo's users come in, none goes out; define a zone of addresses"
        if named.name != ALL_USERS:
            return f"halo does not know {named}; its only group of users is {ALL_USERS}"
    if plain(named.name, NAME_BYTES) != named.name:
        return f"the name of {named} cannot be written; give the group a plainer one"
    return None


def _unsaid(rule: Rule, platform: str) -> Iterator[Omission]:
    if platform == "windows" and rule.action is Action.REJECT:
        yield Omission(rule.id, "drops, and nobody is told")
    if rule.log is not None and rule.log.rate is not None:
        yield Omission(rule.id, "logs every packet, at any rate")


def _settled_blocks(
    ruleset: Ruleset, direction: Direction, kept: list[Rule], omissions: list[Omission]
) -> list[Rule]:
    """Leave out what the default does, where a block would take what was accepted before it."""
    default = ruleset.chain(direction).default
    enabled = [rule for rule in kept if rule.enabled]
    left_out = []
    for index, block in settle_blocks(ruleset, enabled, default, TARGET).items():
        if block.written:
            omissions += block.omissions(enabled[index])
        else:
            left_out.append(enabled[index])
    return [rule for rule in kept if not any(rule is other for other in left_out)]


def zones_of(peers: list[Peer]) -> dict[str, tuple[str, ...]]:
    """Return the members of each zone by its name.

    Raises:
        ExportError: where two zones would have one name, as names are reduced to harmless letters.
    """
    zones: dict[str, tuple[str, ...]] = {}
    for peer in peers:
        if peer.addresses is None:
            continue
        if zones.setdefault(peer.name, peer.addresses) != peer.addresses:
            raise ExportError(
                f"target {TARGET}: two zones would be called {peer.name!r}; rename one of them"
            )
    return zones


_PROTOCOLS = {None, Protocol.TCP, Protocol.UDP, Protocol.ICMP}
