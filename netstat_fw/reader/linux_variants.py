"""Reads rows with columns of their own: toybox's touching queues, and SCTP.

Each function takes the line at an index or leaves everything as it was.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from netstat_fw.grammar import linux as grammar
from netstat_fw.reader.linux_cells import StateCell, read_address
from netstat_fw.reader.linux_debris import is_debris
from netstat_fw.records import Endpoint, LineRole, Multihoming, Protocol

if TYPE_CHECKING:
    from netstat_fw.reader.linux_rows import LinuxRows

# toybox prints Send-Q with seven digits and no blank before it.
_SEND_Q_WIDTH = 7
# net-tools indents the further addresses of an association by 20 blanks and pads each to 23.
_REMOTE_COLUMN = 40
_SHORTEST_INDENT = 15
# Far more than an association has; each line rebuilds the record.
_MOST_ADDRESSES = 500


def read_touching_queues(rows: LinuxRows, line: str, index: int) -> bool:
    """Read a row of toybox whose Send-Q fills its column."""
    found = grammar.TOUCHING_QUEUES_ROW.re.match(line)
    if found is None:
        return False
    queues = found["queues"]
    cut = 1 if queues[0] == "0" else len(queues) - _SEND_Q_WIDTH
    at = found.start("queues") + cut
    return 0 < cut < len(queues) and rows.read_text(f"{line[:at]} {line[at:]}", index)


def read_sctp_endpoint(rows: LinuxRows, line: str, index: int) -> bool:
    """Read an SCTP listener, whose queues and foreign address are blank."""
    found = grammar.SCTP_ENDPOINT_ROW.re.match(line)
    if found is None or is_debris(rows.draft, line, index):
        return False
    wildcard = "0.0.0.0:*" if found["local"].count(":") == 1 else ":::*"
    rest = line[found.end("local") :]
    # In the columns where tools print them, which is how a row is told from the rest of a name.
    row = f"{found['protocol']:<5} {0:>6} {0:>6} {found['local']} {wildcard} {rest}"
    if not rows.read_text(row, index):
        return False
    sockets = rows.draft.sockets
    sockets[-1] = attrs.evolve(sockets[-1], recv_q=None, send_q=None)
    return True


def read_further_addresses(rows: LinuxRows, line: str, index: int) -> bool:
    """Add the further addresses of a multi-homed SCTP association to the record above.

    The owner's columns stand on the last of these lines; where there is an owner already, the line
    is none of them.
    """
    draft = rows.draft
    above = draft.sockets[-1] if draft.sockets else None
    if above is None or above.protocol is not Protocol.SCTP or above.process is not None:
        return False
    found = grammar.SCTP_FURTHER_ADDRESSES.re.match(line)
    if found is None or draft.roles[index - 1] is not LineRole.RECORD:
        return False
    indented = len(found["margin"]) >= _SHORTEST_INDENT
    first = _address(found["address"], found["zone"], named=indented)
    second = _address(found["second_address"], found["second_zone"], named=indented)
    rest = rows.rests[StateCell.WORD_OR_BLANK][found["rest"]]
    if first is None or (second is None and found["second"] is not None) or rest is None:
        return False
    pairs = above.multihoming or Multihoming()
    if len(pairs.local) + len(pairs.remote) > _MOST_ADDRESSES:
        return False
    if second is None and len(found["margin"]) >= _REMOTE_COLUMN:
        pairs = Multihoming(pairs.local, (*pairs.remote, first))
    else:
        further = () if second is None else (second,)
        pairs = Multihoming((*pairs.local, first), (*pairs.remote, *further))
    draft.sockets[-1] = attrs.evolve(
        above,
        multihoming=pairs,
        user=above.user if rest.user is None else rest.user,
        inode=above.inode if rest.inode is None else rest.inode,
        process=rest.process,
    )
    draft.join(index, above.line - 1)
    return True


def _address(text: str | None, zone: str | None, *, named: bool) -> Endpoint | None:
    """Return an address without a port; a name only where the indentation says what it is."""
    if text is None:
        return None
    address = read_address(text.strip("[]"))
    if address is not None:
        return Endpoint(address, zone=zone)
    return Endpoint(host=text) if named and text.strip("0123456789.:") else None
