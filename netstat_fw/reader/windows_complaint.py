"""Says what is wrong with a damaged row of netstat.exe."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyparsing as pp

from netstat_fw.grammar import windows as grammar
from netstat_fw.reader.windows_cells import HIGHEST_PORT

if TYPE_CHECKING:
    from netstat_fw.reader.windows_cells import Endpoints

LONGEST_ROW = 2_000
"""Longer lines that begin like a row are reported without asking the grammar."""


def complaint(text: str, endpoints: Endpoints) -> tuple[int, str]:
    """Say where a text that begins like a row stops being one, and what the grammar expected there.

    Args:
        text: the damaged row.
        endpoints: the address cells of its table.

    Returns:
        The column, counted from 1, and the message.
    """
    if len(text) > LONGEST_ROW:
        return 1, f"the line is too long for a row: {len(text):,} characters"
    start = len(text) - len(text.lstrip(" \t>|"))
    try:
        (_TCP_ROW if text.startswith("TCP", start) else _UDP_ROW).parse_string(text[start:])
    except pp.ParseException as error:
        return start + error.loc + 1, error.msg[:1].lower() + error.msg[1:]
    at = start
    for cell, name in zip(text[start:].split(None, 3)[1:3], ("local", "foreign"), strict=True):
        at = text.index(cell, at + 1)
        if endpoints[cell] is None:
            message = f"the {name} address is no IP address, or its port is above {HIGHEST_PORT}"
            return at + 1, message
        at += len(cell) - 1
    rest = len(text) - len(text[at + 1 :].lstrip())
    return rest + 1, "what follows the addresses is no state and PID of netstat"


_TCP_ROW = grammar.tcp_row()
_UDP_ROW = grammar.udp_row()
