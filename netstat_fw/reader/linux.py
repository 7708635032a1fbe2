"""Reads Linux tables: well-formed rows, and every way in which a row reaches a paste otherwise.

A row may be interrupted by a remark of netstat, wrapped or chopped at the edge of a screen, spread
over lines because an SCTP association has several addresses, or dressed in markup. Each of these is
one method that takes the line or leaves everything as it was.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import attrs
import pyparsing as pp

from netstat_fw.diagnostics import Severity
from netstat_fw.grammar import linux as grammar
from netstat_fw.grammar.structure import PROGRAM_HEADER, REMARK
from netstat_fw.reader.linux_cells import (
    StateCell,
    completed_prefix,
    read_address,
    read_garbled_endpoint,
)
from netstat_fw.reader.linux_rows import LinuxRows
from netstat_fw.reader.repair import repaired, without_inner_blanks
from netstat_fw.records import Endpoint, LineRole, Multihoming, Protocol, State

if TYPE_CHECKING:
    from netstat_fw.reader.draft import Draft

_ROW_STARTS = ("tcp", "udp", "raw", "sctp", "dccp", "unix", "??")
_CLAIM = re.compile(
    r"[ \t>|]*(?:(?:tcp|udp|udpl|udplite|raw|sctp|dccp)6?|unix)[ \t]+(?:[0-9]|\S+:\S)"
)
_OWNER = re.compile(r"-\Z|[0-9]{1,10}/.*\Z")
_NOBODY = re.compile(r"[ \t]-[ \t]*\Z")
# Longer lines that begin like a row are reported without asking the grammar.
_LONGEST_ROW = 10_000
# toybox prints Send-Q with seven digits and no blank before it.
_SEND_Q_WIDTH = 7
# net-tools indents the further addresses of an association by 20 blanks and pads each to 23.
_REMOTE_COLUMN = 40
_SHORTEST_INDENT = 15
# Notes behind a row are looked for in so many characters.
_LONGEST_NOTE = 200


@attrs.frozen
class _BrokenRow:
    """The beginning of a row that a remark of netstat interrupted."""

    index: int
    text: str


class LinuxTables(LinuxRows):
    """Reads Linux tables into a draft; a `netstat_fw.reader.table.TableReader`."""

    def __init__(self, draft: Draft) -> None:
        super().__init__(draft)
        self._broken: _BrokenRow | None = None
        self._repaired: list[int] = []

    def read_rows(self, index: int) -> int:
        """Read well-formed rows and blank lines; see `TableReader`."""
        end = super().read_rows(index)
        if self._broken is not None and end > index:
            self._give_up_broken_row()
        return end

    def read_odd_line(self, index: int) -> bool:
        """Read a line that is no well-formed row; see `TableReader`."""
        line = self.draft.lines[index]
        if self._read_remark(line, index):
            return True
        if self._broken is not None and self._mend_broken_row(line, index):
            return True
        if self.is_debris(line) and self.explain(index):
            self.draft.roles[index] = LineRole.DIAGNOSTIC
            return True
        return (
            self._read_wrapped_header(line, index)
            or self._read_special_row(line, index)
            or self._read_further_addresses(line, index)
            or self._read_wrapped_program(line, index)
            or self.unix.read_wrapped(index)
            or self._read_cut_row(line, index)
            or self._read_repaired(line, index)
            or self._read_garbled_addresses(line, index)
            or self._read_row_with_note(line, index)
        )

    def _read_remark(self, line: str, index: int) -> bool:
        """Take netstat's own remark; what stands before it on the line begins a broken row."""
        found = REMARK.re.search(line)
        if found is None:
            return False
        beginning = line[: found.start()]
        word = beginning.lstrip(" \t>").partition(" ")[0]
        if not beginning.strip():
            self.draft.roles[index] = LineRole.STRUCTURE
            return True
        if not any(start.startswith(word) or word.startswith(start) for start in _ROW_STARTS):
            return False
        if self._broken is not None:
            self._give_up_broken_row()
        self._broken = _BrokenRow(index, beginning)
        self.draft.roles[index] = LineRole.RECORD
        return True

    def _mend_broken_row(self, line: str, index: int) -> bool:
        broken, self._broken = self._broken, None
        if broken is None:
            return False
        if self.read_text(broken.text + line, broken.index):
            self.draft.roles[index] = LineRole.RECORD
            return True
        self._broken = broken
        self._give_up_broken_row()
        return False

    def _give_up_broken_row(self) -> None:
        """Report the beginning of a row whose rest never came."""
        broken, self._broken = self._broken, None
        if broken is None:
            return
        if self.read_text(broken.text, broken.index):
            return
        self.draft.roles[broken.index] = LineRole.DIAGNOSTIC
        self.draft.remark(
            Severity.ERROR,
            "damaged-row",
            "a remark of netstat interrupts this row and its rest does not follow",
            broken.index,
            len(broken.text) + 1,
        )

    def _read_wrapped_header(self, line: str, index: int) -> bool:
        """Take the last column header where a terminal wrapped it onto a line of its own."""
        if not line.lstrip(" \t").startswith("PID/Program") or not PROGRAM_HEADER.re.match(line):
            return False
        self.draft.roles[index] = LineRole.STRUCTURE
        return True

    def _read_special_row(self, line: str, index: int) -> bool:
        """Read rows with columns of their own: touching queues, SCTP endpoints."""
        found = grammar.TOUCHING_QUEUES_ROW.re.match(line)
        if found is not None:
            queues = found["queues"]
            cut = 1 if queues[0] == "0" else len(queues) - _SEND_Q_WIDTH
            if 0 < cut < len(queues):
                at = found.start("queues") + cut
                return self.read_text(f"{line[:at]} {line[at:]}", index)
            return False
        found = grammar.SCTP_ENDPOINT_ROW.re.match(line)
        if found is None:
            return False
        wildcard = "0.0.0.0:*" if found["local"].count(":") == 1 else ":::*"
        at = found.end("local")
        text = f"{found['protocol']} 0 0 {found['local']} {wildcard} {line[at:]}"
        if not self.read_text(text, index):
            return False
        self.draft.sockets[-1] = attrs.evolve(self.draft.sockets[-1], recv_q=None, send_q=None)
        return True

    def _read_further_addresses(self, line: str, index: int) -> bool:
        """Add the further addresses of a multi-homed SCTP association to the record above."""
        draft = self.draft
        above = draft.sockets[-1] if draft.sockets else None
        if above is None or above.protocol is not Protocol.SCTP:
            return False
        found = grammar.SCTP_FURTHER_ADDRESSES.re.match(line)
        if found is None or draft.roles[index - 1] is not LineRole.RECORD:
            return False
        indented = len(found["margin"]) >= _SHORTEST_INDENT
        first = _further_address(found["address"], found["zone"], named=indented)
        second = _further_address(found["second_address"], found["second_zone"], named=indented)
        rest = self.rests[StateCell.WORD_OR_BLANK][found["rest"]]
        if first is None or (second is None and found["second"] is not None) or rest is None:
            return False
        pairs = above.multihoming or Multihoming()
        if second is None and len(found["margin"]) >= _REMOTE_COLUMN:
            pairs = Multihoming(pairs.local, (*pairs.remote, first))
        else:
            further = () if second is None else (second,)
            pairs = Multihoming((*pairs.local, first), (*pairs.remote, *further))
        draft.sockets[-1] = attrs.evolve(
            above,
            multihoming=pairs,
            user=rest.user or above.user,
            inode=above.inode if rest.inode is None else rest.inode,
            process=rest.process or above.process,
        )
        draft.roles[index] = LineRole.RECORD
        return True

    def _read_wrapped_program(self, line: str, index: int) -> bool:
        """Add a program that a terminal's right edge put on a line of its own."""
        draft = self.draft
        text = line.strip(" \t")
        above = draft.sockets[-1] if draft.sockets else None
        if above is None or above.line != index or above.process is not None:
            return False
        if not _OWNER.match(text) or _NOBODY.search(draft.lines[index - 1]):
            return False
        draft.sockets[-1] = attrs.evolve(above, process=self.processes[text])
        draft.roles[index] = LineRole.RECORD
        return True

    def _read_cut_row(self, line: str, index: int) -> bool:
        """Read a row that the right edge of a screen cut in or before its state."""
        found = grammar.ROW.re.match(line)
        if found is None:
            return False
        word = (found["rest"] or "").strip(" \t")
        state = completed_prefix(word)
        addresses = line[: found.end("remote")]
        whole = grammar.ROW.re.match(f"{addresses} {State.UNKNOWN.value}")
        socket = None if whole is None or (word and state is None) else self.socket_of(whole, index)
        if socket is None:
            return False
        remote = socket.remote
        if remote.port is not None and line == addresses:
            remote = Endpoint(host=found["remote"].rpartition(":")[0], truncated=True)
        self.add(attrs.evolve(socket, state=state, state_text=word or None, remote=remote), index)
        self.draft.remark(
            Severity.WARNING,
            "cut-row",
            "the row is cut in its state" if word else "the row is cut before its state",
            index,
            len(line.rstrip(" \t")) + 1,
        )
        return True

    def _read_repaired(self, line: str, index: int) -> bool:
        """Read the rows of a line that markup, a pager or somebody's typing has changed."""
        pieces = [without_inner_blanks(piece) for piece in repaired(line) or [line]]
        if pieces == [line]:
            return False
        unread = [piece for piece in pieces if not self.read_text(piece, index)]
        if len(unread) == len(pieces):
            return False
        self._repaired.append(index)
        for piece in unread:
            if _CLAIM.match(piece):
                self._explain(piece, index)
        return True

    def _read_garbled_addresses(self, line: str, index: int) -> bool:
        """Read a row whose addresses are none, but whose ports and state can be trusted."""
        found = grammar.ROW.re.match(line)
        if found is None:
            return False
        text = line
        ends = []
        for cell in ("remote", "local"):
            endpoint = self.endpoints[found[cell]]
            if endpoint is None:
                endpoint = read_garbled_endpoint(found[cell])
                text = f"{text[: found.start(cell)]}*:*{text[found.end(cell) :]}"
            ends.append(endpoint)
        remote, local = ends
        row = grammar.ROW.re.match(text)
        socket = None if row is None or text == line else self.socket_of(row, index)
        if socket is None or local is None or remote is None:
            return False
        self.add(attrs.evolve(socket, local=local, remote=remote), index)
        self.draft.remark(
            Severity.WARNING,
            "garbled-address",
            "an address of the row is none; only its port is used",
            index,
            found.start("remote" if remote.truncated else "local") + 1,
        )
        return True

    def _read_row_with_note(self, line: str, index: int) -> bool:
        """Read a row that somebody wrote a note behind."""
        found = grammar.ROW.re.match(line)
        if found is None or found["rest"] is None:
            return False
        words = list(re.finditer(r"\S+", found["rest"][:_LONGEST_NOTE]))
        for end in [*(found.start("rest") + word.end() for word in reversed(words)), None]:
            text = line[: found.end("remote") if end is None else end]
            row = grammar.ROW.re.match(text)
            socket = None if row is None else self.socket_of(row, index)
            if socket is not None and socket.state is not State.UNKNOWN:
                self.add(socket, index)
                self.draft.remark(
                    Severity.WARNING,
                    "note",
                    "what stands behind the row was left out",
                    index,
                    len(text) + 1,
                )
                return True
        return False

    def explain(self, index: int) -> bool:
        """Report a damaged row; see `TableReader`."""
        line = self.draft.lines[index]
        if not _CLAIM.match(line):
            return False
        self._explain(line, index)
        return True

    def _explain(self, text: str, index: int) -> None:
        """Say what the grammar expected where a text stops being a row."""
        column, message = self._complaint(text)
        self.draft.remark(Severity.ERROR, "damaged-row", message, index, column)

    def _complaint(self, text: str) -> tuple[int, str]:
        if len(text) > _LONGEST_ROW:
            return 1, f"the line is too long for a row: {len(text):,} characters"
        start = len(text) - len(text.lstrip(" \t>|"))
        is_unix = text.startswith(("unix", "??"), start)
        try:
            (_UNIX_ROW if is_unix else _ROW).parse_string(text[start:])
        except pp.ParseException as error:
            return start + error.loc + 1, error.msg[:1].lower() + error.msg[1:]
        found = grammar.ROW.re.match(text)
        if found is None:
            return start + 1, "expected a row of a unix-domain socket"
        for cell, name in (("local", "local"), ("remote", "foreign")):
            if self.endpoints[found[cell]] is None:
                return found.start(
                    cell
                ) + 1, f"the {name} address is no IP address and no host name"
        if self.is_debris(text):
            return start + 1, "too short for a row: this is the rest of the program name above it"
        return (
            (found.start("rest") if found["rest"] else len(text)) + 1,
            "expected a state such as LISTEN, then User and Inode, then PID/program",
        )

    def finish(self) -> None:
        """Settle what needed the whole text; see `TableReader`."""
        if self._broken is not None:
            self._give_up_broken_row()
        if self._repaired:
            count = len(self._repaired)
            rows = "1 row was" if count == 1 else f"{count} rows were"
            self.draft.remark(
                Severity.WARNING,
                "repaired",
                f"{rows} read after taking markup or inner blanks away (first here)",
                self._repaired[0],
            )
        super().finish()


def _further_address(text: str | None, zone: str | None, *, named: bool) -> Endpoint | None:
    """Return an address without a port; a name only where the indentation says what it is."""
    if text is None:
        return None
    address = read_address(text.strip("[]"))
    if address is None:
        return Endpoint(host=text) if named and text.strip("0123456789.:") else None
    return Endpoint(address, zone=zone)


_ROW = grammar.row()
_UNIX_ROW = grammar.unix_row()
