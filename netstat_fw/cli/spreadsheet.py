"""Spreadsheet rows: the flat records of a capture as CSV that is safe to open.

RFC 4180, with a line break of one character, as pipes expect it. A text that a spreadsheet would
take for a formula gets an apostrophe in front, and control characters are escaped: program names
are chosen by whoever runs them. Numbers stay numbers; what was not captured is empty.
"""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING

from netstat_fw.columns import COLUMNS
from netstat_fw.diagnostics import printable

if TYPE_CHECKING:
    from netstat_fw.columns import Cell
    from netstat_fw.records import Capture

# https://owasp.org/www-community/attacks/CSV_Injection, and the wide forms that some locales take.
_FORMULA = re.compile(r"\s*[=+\-@\uff1d\uff0b\uff0d\uff20]")


def write_csv(capture: Capture) -> str:
    r"""Write a header and one row for each internet socket; the columns are `COLUMNS`.

    >>> from netstat_fw import parse
    >>> text = write_csv(parse("tcp 0 0 192.0.2.1:22 0.0.0.0:* LISTEN 416/=sshd"))
    >>> "192.0.2.1,22," in text, ",'=sshd," in text
    (True, True)
    """
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(column.name for column in COLUMNS)
    writer.writerows([_safe(cell) for cell in record.values()] for record in capture.to_records())
    return buffer.getvalue()


def _safe(cell: Cell) -> Cell:
    if isinstance(cell, bool):
        return str(cell).lower()
    if not isinstance(cell, str):
        return cell
    shown = printable(cell)
    return f"'{shown}" if _FORMULA.match(shown) else shown
