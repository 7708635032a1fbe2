"""Linux packet filters: what their exporters have in common.

A rule of the model may hold for both address families and for many addresses; these functions say
for which families it holds at all, and which addresses of a family it names.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from netstat_fw.exporters.limits import group_obstacle
from netstat_fw.protocol import Family, Protocol
from netstat_fw.ruleset.terms import Action, Direction

if TYPE_CHECKING:
    from collections.abc import Iterator

    from netstat_fw.address import Network
    from netstat_fw.ruleset.rule import Rule
    from netstat_fw.ruleset.sets import AddressSet, PortSet

# In the packet's terms: this host is the destination of what comes in.
LOCAL_END = {Direction.INCOMING: "d", Direction.OUTGOING: "s"}
REMOTE_END = {Direction.INCOMING: "s", Direction.OUTGOING: "d"}

# 15 bytes, as IFNAMSIZ says; no blank, no colon, and no "+" that would mean any ending.
_INTERFACE = re.compile(r"[A-Za-z0-9._@-]{1,15}")
_SLOTS = 15
_ICMP = (Protocol.ICMP, Protocol.ICMPV6)


def obstacle(rule: Rule, tool: str) -> str | None:
    """Say why no packet filter of Linux can hold a rule, and the way round; None where one can.

    Args:
        rule: the rule.
        tool: what does not know the group that the rule names.
    """
    return group_obstacle(rule, tool) or interface_obstacle(rule)


def interface_obstacle(rule: Rule) -> str | None:
    """Say why Linux has no such interface as a rule names; None where it can have one."""
    if rule.interface is not None and not _INTERFACE.fullmatch(rule.interface):
        return f"no Linux interface is called {rule.interface!r}; name it as ip link does"
    return None


def matched_families(rule: Rule, remote: AddressSet | None) -> tuple[Family, ...]:
    """Return the families of which a rule can match packets, its remote side resolved."""
    return tuple(f for f in rule.families if remote is None or f in remote.families)


def members(side: AddressSet | None, family: Family) -> tuple[Network, ...] | None:
    """Return the prefixes of a family in a set; None where they are all of its addresses."""
    if side is None:
        return None
    kept = side.of([family])
    return None if kept is None or kept.covers([family]) else kept.prefixes


def resets(rule: Rule) -> bool:
    """Tell whether a rule refuses with a TCP reset, as every reject of TCP alone does.

    A client that is still inside connect(2) may take an ICMP error to be a passing one.
    """
    return rule.action is Action.REJECT and rule.protocol is Protocol.TCP


def nfproto(rule: Rule, family: Family) -> tuple[str, Family]:
    """Return operator and family that match a family so that nft still lists the match.

    nft 1.0.6 takes an equality for implied by a tcp reset and by the protocols of ICMP and leaves
    it out of its listing, so a saved and reloaded rule would match both families.
    """
    if resets(rule) or rule.protocol in _ICMP:
        return "!=", Family.IPV6 if family is Family.IPV4 else Family.IPV4
    return "==", family


def port_groups(ports: PortSet) -> Iterator[tuple[tuple[int, int], ...]]:
    """Divide ports into groups that one multiport match of xtables can hold.

    That is 15 slots, of which a single port takes one and a range two; iptables-extensions(8).
    """
    group: list[tuple[int, int]] = []
    slots = 0
    for first, last in ports.ranges:
        needed = 1 if first == last else 2
        if slots + needed > _SLOTS:
            yield tuple(group)
            group, slots = [], 0
        group.append((first, last))
        slots += needed
    yield tuple(group)
