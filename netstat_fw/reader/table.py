"""What `parse` asks of a dialect: the interface that every dialect's reader has.

A reader owns no loop over the text. `parse` offers it the line at an index; the reader either takes
it (sets its role, appends to the draft) or leaves everything as it was.
"""

from __future__ import annotations

from typing import Protocol

from netstat_fw.records import Dialect  # noqa: TC001 - part of a runtime protocol


class TableReader(Protocol):
    """Reads the rows of one dialect into a draft."""

    dialect: Dialect

    def read_rows(self, index: int) -> int:
        """Read well-formed rows and blank lines from an index on.

        Returns the index of the first line that is neither: the same index where there was none,
        the number of lines at the end of the text.
        """
        ...

    def read_odd_line(self, index: int) -> bool:
        """Read one line that is no well-formed row but part of one, a variant or damaged."""
        ...

    def begin_table(self, header: str) -> None:
        """Take note that a table's title or column header was read."""
        ...

    def explain(self, index: int) -> bool:
        """Report a line that begins like one of the dialect's rows but cannot be read.

        Appends an error that says where it goes wrong and returns True; returns False, having done
        nothing, for a line that does not begin like a row.
        """
        ...

    def finish(self) -> None:
        """Settle what could only be settled at the end of the text."""
        ...
