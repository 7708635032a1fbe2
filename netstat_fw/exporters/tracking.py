"""Tracking: filters that follow connections, but whose rules have no word for connection states.

Windows Firewall and pf accept what belongs to a connection that was accepted, and drop what belongs
to none. Only packets that open a connection come to their rules; no packet is untracked. Neither is
sure to bring packets of the loopback interface to rules: Windows never does, and most systems with
pf skip it. Neither can ask for a hop limit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from netstat_fw.exporters.limits import group_obstacle, refuse_accepted_first
from netstat_fw.exporters.rendered import Omission
from netstat_fw.protocol import Protocol
from netstat_fw.ruleset.base import LOOPBACK_INTERFACE, is_neighbour_discovery
from netstat_fw.ruleset.terms import Action, ConnectionState

if TYPE_CHECKING:
    from netstat_fw.ruleset.rule import Rule

_WITH_PORTS = {Protocol.TCP, Protocol.UDP}


def is_settled(rule: Rule, target: str) -> bool:
    """Tell whether no packet of a rule comes to rules because of its state.

    Raises:
        ExportError: for a rule that is to drop or reject what may not come to rules at all.
    """
    refuse_accepted_first(rule, target, "may accept")
    return bool(rule.states) and ConnectionState.NEW not in rule.states


def state_omissions(rule: Rule, target: str) -> list[Omission]:
    """Say where the target is stricter with a rule because of the states it names."""
    invalid = rule.action is Action.ACCEPT and ConnectionState.INVALID in rule.states
    if invalid and rule.interface != LOOPBACK_INTERFACE:
        return [Omission(rule.id, f"{target} drops invalid packets")]
    return []


def obstacle(rule: Rule, target: str) -> str | None:
    """Say why neither Windows nor pf can hold a rule, and the way round; None where both can."""
    group = group_obstacle(rule, target)
    if group is not None:
        return group
    if rule.hop_limit is not None and not is_neighbour_discovery(rule):
        return f"{target} cannot ask for a hop limit; a rule without one would fit"
    protocol = rule.protocol
    ports = rule.local_ports is not None or rule.remote_ports is not None
    if protocol is not None and ports and protocol not in _WITH_PORTS:
        return (
            f"{target} knows ports of tcp and udp only; a {protocol.value} rule without would fit"
        )
    return None
