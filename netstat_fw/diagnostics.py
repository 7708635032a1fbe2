"""Diagnostics: what a reader could not take at face value, as values.

A diagnostic never replaces a result. It stands beside the records of the lines that could be read
and carries the captured line it speaks of, so that it can be shown without the text at hand.
"""

from __future__ import annotations

import enum

import attrs

_SHOWN_WIDTH = 160


class Severity(enum.Enum):
    """How much a diagnostic costs the reader of a result."""

    ERROR = "error"
    """Something that looks like a record could not be read: the capture is incomplete."""
    WARNING = "warning"
    """A record was read, but something about it was assumed, repaired or is in doubt."""
    INFO = "info"
    """The line is no part of a table: a prompt's output, prose, a tool's remark."""


def printable(text: str) -> str:
    r"""Replace every control or undecodable character of captured text by an escape.

    Captured text is chosen by whoever runs a program; shown as it is, it could move the cursor,
    recolour a terminal or forge a line. Tabs become single blanks, so that columns still count.

    >>> printable("a\x1b[2Kb\tc")
    'a\\x1b[2Kb c'
    """
    if text.isprintable():
        return text
    return "".join(
        char
        if char.isprintable()
        else " "
        if char == "\t"
        else char.encode("unicode_escape", "backslashreplace").decode("ascii")
        for char in text
    )


def _cut(text: str) -> str:
    return text[: 4 * _SHOWN_WIDTH]


@attrs.frozen
class Diagnostic:
    r"""One remark about one captured line.

    Attributes:
        severity: how much it costs, see `Severity`.
        code: a stable, machine-readable name of the kind of remark, such as ``damaged-row``.
        message: one sentence fragment in a user's words, without a final full stop.
        line: 1-based number of the captured line.
        column: 1-based position in that line which the caret points at.
        source: the line as captured (cut when it is very long).

    >>> print(Diagnostic(Severity.ERROR, "damaged-row", "expected a port", 3, 7, "tcp 0 :"))
    line 3, column 7: error: expected a port
        tcp 0 :
              ^
    """

    severity: Severity
    code: str
    message: str
    line: int = attrs.field(validator=attrs.validators.ge(1))
    column: int = attrs.field(default=1, validator=attrs.validators.ge(1))
    source: str = attrs.field(default="", converter=_cut)

    def __repr__(self) -> str:
        """Sum the diagnostic up; its text has the captured line and a caret."""
        at = f"line {self.line}, column {self.column}"
        return f"<Diagnostic {self.severity.value} {self.code} {at}: {printable(self.message)}>"

    def __str__(self) -> str:
        """Show position, message, the captured line and a caret under the column."""
        head = f"line {self.line}, column {self.column}: {self.severity.value}: {self.message}"
        if not self.source:
            return head
        start = 0 if self.column <= _SHOWN_WIDTH else self.column - _SHOWN_WIDTH // 2
        before = printable(self.source[start : self.column - 1])
        after = printable(self.source[max(start, self.column - 1) : start + _SHOWN_WIDTH])
        shown = f"    {before}{after}".rstrip()
        return f"{head}\n{shown}\n    {' ' * len(before)}^"
