"""Reads what can be read of damaged rows, and says of the others where they go wrong.

Each reading function takes the line at an index, with a warning, or leaves everything as it was.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
import pyparsing as pp

from netstat_fw.diagnostics import Severity
from netstat_fw.grammar import linux as grammar
from netstat_fw.reader.linux_cells import read_garbled_endpoint
from netstat_fw.reader.linux_debris import is_debris
from netstat_fw.reader.words import is_state

if TYPE_CHECKING:
    from netstat_fw.reader.linux_rows import LinuxRows

# Longer lines that begin like a row are reported without asking the grammar.
_LONGEST_ROW = 10_000


def read_garbled_addresses(rows: LinuxRows, text: str, index: int) -> bool:
    """Read a row with an address that is none, but whose ports and state can be trusted."""
    found = grammar.ROW.re.match(text)
    if found is None:
        return False
    cells = rows.endpoints
    local = cells[found["local"]] or read_garbled_endpoint(found["local"])
    remote = cells[found["remote"]] or read_garbled_endpoint(found["remote"])
    if local is None or remote is None:
        return False
    whole = f"{text[: found.start('local')]}*:* *:*{text[found.end('remote') :]}"
    if not rows.read_text(whole, index):
        return False
    draft = rows.draft
    draft.sockets[-1] = attrs.evolve(draft.sockets[-1], local=local, remote=remote)
    draft.remark(
        Severity.WARNING,
        "garbled-address",
        "an address of the row is none; only its port is used",
        index,
        found.start("local" if cells[found["local"]] is None else "remote") + 1,
    )
    return True


def read_row_with_note(rows: LinuxRows, text: str, index: int) -> bool:
    """Read a row that somebody wrote a note behind."""
    found = grammar.ROW.re.match(text)
    noted = grammar.NOTED_REST.re.match(found["rest"]) if found and found["rest"] else None
    if found is None or noted is None:
        return False
    ends = [found.end("remote")]
    if noted["state"] is not None and is_state(noted["state"]):
        ends += [found.start("rest") + end for end in (noted.end("state"), noted.end())]
    for end in reversed(ends):
        row = text[:end].rstrip(" \t")
        if rows.read_text(row, index):
            rows.draft.remark(
                Severity.WARNING,
                "note",
                "what stands behind the row was left out",
                index,
                len(row) + 1,
            )
            return True
    return False


def complaint(rows: LinuxRows, text: str, index: int) -> tuple[int, str]:
    """Return the 1-based column where a text stops being a row, and what was expected there."""
    if len(text) > _LONGEST_ROW:
        return 1, f"the line is too long for a row: {len(text):,} characters"
    start = len(text) - len(text.lstrip(" \t>|"))
    if is_debris(rows.draft, text, index):
        return start + 1, "too short for a row: this is the rest of the program name above it"
    is_unix = text.startswith(("unix", "??"), start)
    found = (grammar.UNIX_ROW if is_unix else grammar.ROW).re.match(text)
    if found is None:
        return _first_wrong_field(text, start, is_unix=is_unix)
    for cell in () if is_unix else ("local", "remote"):
        if rows.endpoints[found[cell]] is None:
            return found.start(cell) + 1, _EXPECTED_ADDRESS[cell]
    column = (len(text) if found["rest"] is None else found.start("rest")) + 1
    return column, _EXPECTED_PATH if is_unix else f"expected {grammar.REST.name}"


def _first_wrong_field(text: str, start: int, *, is_unix: bool) -> tuple[int, str]:
    """Ask the grammar, field by field; it refuses whatever the compiled form refuses."""
    column, message = start + 1, "expected a row"
    try:
        (_UNIX_ROW if is_unix else _ROW).parse_string(text[start:])
    except pp.ParseException as error:
        column, message = start + error.loc + 1, error.msg[:1].lower() + error.msg[1:]
    return column, message


_ROW = grammar.row().parse_with_tabs()
_UNIX_ROW = grammar.unix_row().parse_with_tabs()
_EXPECTED_ADDRESS = {
    cell: f"expected the {name} address:port, an address or a name and a port up to 65535"
    for cell, name in (("local", "local"), ("remote", "foreign"))
}
_EXPECTED_PATH = "expected PID/Program name, then a path"
