"""Assignment: what table U says about a datagram socket.

Assignments are told apart by identity: sockets whose own port is chance are gathered under the one
assignment that they share.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

if TYPE_CHECKING:
    from netstat_fw.analyzers.findings import Role
    from netstat_fw.analyzers.roles import PortRole
    from netstat_fw.evidence import Confidence, Reason


@attrs.frozen(eq=False)
class Assignment:
    """What the table says.

    Attributes:
        role: the role.
        confidence: how sure the role is; the role table may be less sure of its incoming side.
        reason: the row of the table.
        table: the role table's entry, for row U5.
        exposed: others may be meant to reach it.
        by_chance: the port itself means nothing.
        question: code of the question to ask; empty for none.
    """

    role: Role
    confidence: Confidence
    reason: Reason
    table: PortRole | None = None
    exposed: bool = False
    by_chance: bool = False
    question: str = ""
