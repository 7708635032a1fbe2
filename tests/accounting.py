"""The accounting identity: each line of a captured text has one role, and the role it deserves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from netstat_fw.records import LineRole

if TYPE_CHECKING:
    from collections.abc import Sequence

    from netstat_fw.records import Capture


def is_accounted_for(capture: Capture, lines: Sequence[str]) -> bool:
    """Tell whether each line has one role, and the role that its records and remarks give it."""
    roles = capture.line_roles
    numbered = list(zip(range(1, len(lines) + 1), roles, lines, strict=False))
    remarked = {diagnostic.line for diagnostic in capture.diagnostics}
    begun = {one.line for one in capture.sockets} | {one.line for one in capture.unix_sockets}
    earliest = min(begun, default=0)
    return (
        len(roles) == capture.line_count == len(lines)
        and all((role is LineRole.BLANK) == (not line.strip()) for _, role, line in numbered)
        and all(roles[line - 1] is LineRole.RECORD for line in begun)
        # A line that begins no record goes on with one above it.
        and all(number >= earliest for number, role, _ in numbered if role is LineRole.RECORD)
        and all(number in remarked for number, role, _ in numbered if role is LineRole.DIAGNOSTIC)
        and all(
            [one.line for one in some] == sorted(one.line for one in some)
            for some in (capture.sockets, capture.unix_sockets, capture.diagnostics)
        )
    )
