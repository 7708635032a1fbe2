"""Stateful tools: what firewalld and ufw decide by themselves, before any rule of ours.

Both accept the loopback interface and whatever belongs to an established connection, and drop what
belongs to none. Their rules can therefore speak of new and of untracked packets only, and cannot
tell these two apart. A ruleset that is silent about loopback and established connections gets them
accepted, which the header of the output says; a rule that wants them dropped is refused.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from netstat_fw.exporters.limits import refuse_accepted_first
from netstat_fw.exporters.rendered import Omission
from netstat_fw.protocol import Protocol
from netstat_fw.ruleset.base import LOOPBACK_INTERFACE
from netstat_fw.ruleset.terms import Action, ConnectionState

if TYPE_CHECKING:
    from netstat_fw.ruleset.rule import Rule

_LEFT_TO_RULES = {ConnectionState.NEW, ConnectionState.UNTRACKED}
# Linux leaves the other messages of neighbour discovery untracked (nf_conntrack_proto_icmpv6.c).
_REDIRECT = 137


def is_settled(rule: Rule, target: str) -> bool:
    """Tell whether the tool decides every packet of a rule before it comes to rules.

    Raises:
        ExportError: for a rule that is to drop or reject what the tool accepts by itself.
    """
    refuse_accepted_first(rule, target, "accepts")
    if rule.interface == LOOPBACK_INTERFACE:
        return True
    return bool(rule.states) and not _LEFT_TO_RULES & set(rule.states)


def state_obstacle(rule: Rule, target: str) -> str | None:
    """Say why the tool cannot hold the states of an accepting rule, None where it can."""
    if rule.action is Action.ACCEPT and _splits(rule):
        return f"{target} cannot tell new from untracked packets; name both or no state"
    return None


def state_omissions(rule: Rule, target: str) -> list[Omission]:
    """Say where the tool is stricter with a rule because of the states it names."""
    if rule.interface == LOOPBACK_INTERFACE:
        return []
    if rule.action is Action.ACCEPT:
        if ConnectionState.INVALID in rule.states:
            return [Omission(rule.id, f"{target} drops invalid packets")]
        if rule.protocol is Protocol.ICMPV6 and _REDIRECT in rule.icmp_types:
            sentence = f"{target} drops redirects, which are invalid to connection tracking"
            return [Omission(rule.id, sentence)]
        return []
    if _splits(rule):
        sentence = f"also meets the other of new and untracked packets, alike to {target}"
        return [Omission(rule.id, sentence)]
    return []


def _splits(rule: Rule) -> bool:
    return len(_LEFT_TO_RULES & set(rule.states)) == 1
