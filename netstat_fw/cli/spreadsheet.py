"""Spreadsheet rows: the sockets of a capture as CSV that is safe to open.

RFC 4180, with a line break of one character, as pipes expect it. A text that a spreadsheet would
take for a formula gets an apostrophe in front, and control characters are escaped: program names
are chosen by whoever runs them. Numbers stay numbers; what was not captured is empty.
"""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING

from netstat_fw.diagnostics import printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from netstat_fw.records import Capture, Endpoint, Socket

# https://owasp.org/www-community/attacks/CSV_Injection, and the wide forms that some locales take.
_FORMULA = re.compile(r"\s*[=+\-@\uff1d\uff0b\uff0d\uff20]")

COLUMNS = (
    "line", "snapshot", "protocol", "family",
    "local_address", "local_zone", "local_port", "local_service",
    "remote_address", "remote_zone", "remote_port", "remote_service",
    "state", "pid", "program", "process_name", "service", "user", "inode", "recv_q", "send_q",
)  # fmt: skip


def write_csv(capture: Capture) -> str:
    r"""Write a header and one row for each internet socket.

    >>> from netstat_fw import parse
    >>> text = write_csv(parse("tcp 0 0 192.0.2.1:22 0.0.0.0:* LISTEN 416/=sshd"))
    >>> text.split("\n")[1]
    "1,0,tcp,ipv4,192.0.2.1,,22,,0.0.0.0,,,,LISTEN,416,'=sshd,'=sshd,,,,0,0"
    """
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows([_safe(cell) for cell in _cells(socket)] for socket in capture.sockets)
    return buffer.getvalue()


def _safe(cell: str | int | None) -> str | int | None:
    if not isinstance(cell, str):
        return cell
    shown = printable(cell)
    return f"'{shown}" if _FORMULA.match(shown) else shown


def _cells(socket: Socket) -> Iterator[str | int | None]:
    yield from (socket.line, socket.snapshot, socket.protocol.value, socket.family.value)
    yield from _end(socket.local)
    yield from _end(socket.remote)
    process = socket.process
    yield None if socket.state is None else socket.state.value
    if process is None:
        yield from (None, None, None, None)
    else:
        yield from (process.pid, process.program, process.name, process.service)
    yield from (socket.user, socket.inode, socket.recv_q, socket.send_q)


def _end(end: Endpoint) -> Iterator[str | int | None]:
    """Write one end; ``*`` for any address, and three points behind one that is cut."""
    if end.address is not None:
        yield str(end.address)
    elif end.host is not None:
        yield f"{end.host}..." if end.truncated else end.host
    else:
        yield "*"
    yield from (end.zone, end.port, end.service)
