"""Limits: what becomes of a rule that a target cannot express.

A rendering may be stricter than its ruleset and says where; it is never looser.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from netstat_fw.errors import ExportError
from netstat_fw.exporters.rendered import Omission
from netstat_fw.ruleset.base import LOOPBACK_INTERFACE
from netstat_fw.ruleset.rule import is_group
from netstat_fw.ruleset.terms import Action, ConnectionState

if TYPE_CHECKING:
    from netstat_fw.ruleset.rule import Rule

_ESTABLISHED = {ConnectionState.ESTABLISHED, ConnectionState.RELATED}


def group_obstacle(rule: Rule, target: str) -> str | None:
    """Say that a target cannot look up the group that a rule is for, and the way round."""
    if is_group(rule.remote):
        return f"{target} does not know {rule.remote}; define its addresses as a zone"
    return None


def omit_or_refuse(rule: Rule, target: str, obstacle: str) -> Omission:
    """Declare that a target leaves out a rule it cannot express, where that is safe.

    Args:
        rule: the rule; without an accepting one, less passes.
        target: name of the target.
        obstacle: why the target cannot express it, and the way round.

    Raises:
        ExportError: for a rule that drops or rejects: without it, more would pass.
    """
    if rule.action is Action.ACCEPT:
        return Omission(rule.id, f"accepts nothing here: {obstacle}")
    raise ExportError(
        f"target {target}: without rule {rule.id}, which is to {rule.action.value}, more would "
        f"pass: {obstacle}"
    )


def refuse_accepted_first(rule: Rule, target: str, accepts: str) -> None:
    """Refuse a rule that is to drop or reject what a target accepts before it comes to rules.

    Args:
        rule: the rule.
        target: name of the target.
        accepts: how sure it is that the target does so: ``accepts`` or ``may accept``.

    Raises:
        ExportError: for a rule against the loopback interface or established connections.
    """
    loopback = rule.interface == LOOPBACK_INTERFACE
    if rule.action is not Action.ACCEPT and (loopback or _ESTABLISHED & set(rule.states)):
        what = "the loopback interface" if loopback else "established connections"
        raise ExportError(
            f"target {target}: rule {rule.id} is to {rule.action.value} packets of {what}, which "
            f"{target} {accepts} before any rule; render nftables or iptables instead"
        )
