"""Limits: what becomes of a rule that a target cannot express.

A rendering may be stricter than its ruleset and says where; it is never looser.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from netstat_fw.errors import ExportError
from netstat_fw.exporters.rendered import Omission
from netstat_fw.ruleset.terms import Action

if TYPE_CHECKING:
    from netstat_fw.ruleset.rule import Rule


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
