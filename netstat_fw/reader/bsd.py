"""Reads BSD tables: well-formed rows, and every way in which a row reaches a paste otherwise.

A row may be broken by a line break in a program's name, cut at the edge of a screen, glued to a
remark of netstat, or dressed in markup. Each of these is one method that takes the line or leaves
everything as it was.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import attrs
import pyparsing as pp

from netstat_fw.diagnostics import Severity
from netstat_fw.grammar import bsd as grammar
from netstat_fw.reader.bsd_rests import completed_prefix, split_state
from netstat_fw.reader.bsd_rows import LONGEST_NAME, BsdRows
from netstat_fw.reader.repair import repaired
from netstat_fw.records import Endpoint, Family, LineRole, State

if TYPE_CHECKING:
    from netstat_fw.reader.draft import Draft
    from netstat_fw.records import Socket

# A line that begins as only a BSD row does; what else begins as a row may be one of Linux.
_CLAIM = re.compile(
    r"[ \t>|]*+(?:(?:(?:0x)?[0-9a-f]{8,16}[ \t]+(?:[0-9a-f]{1,8}[ \t]+)?"
    r"(?:tcp|udp|toe|icm|igm|pim|div|ip|rip)[46]{0,2}(?=[ \t]))"
    r"|(?:tcp|udp|toe|icm|igm|pim|div)(?:46|4)[ \t]|(?:icm|igm|pim|div|rip)6[ \t]"
    r"|(?:tcp|udp|ip)6?[ \t].*[ \t]\*\.\*(?![^ \t])"
    r"|(?:0x)?[0-9a-f]{8,16}[ \t]+(?:stream|dgram|seqpac|raw|rdm)[ \t])"
)
_SCTP_ROW = re.compile(
    r"[ \t>|]*+(?:(?:0x)?[0-9a-f]{8,16}[ \t]+)?sctp(?:46?|6)?[ \t]+1to[1N](?![^ \t])"
)
_SHARED_CLAIM = re.compile(r"[ \t>|]*+(?:tcp|udp)6?[ \t]+(?:[0-9]|\S+\.\S)")
_UNIX_START = re.compile(r"(?:0x)?[0-9a-f]{8,16}[ \t]+(?:stream|dgram|seqpac|raw|rdm)[ \t]")
# A row behind another one, so far behind its state that no program's name can pretend to be it.
_INNER_ROW = re.compile(r"(?:tcp|udp)(?:46?|6)?[ \t]+[0-9]+[ \t]+[0-9]+[ \t]+\S+\.\S+[ \t]+\S+\.\S")
_SHORTEST_OWNER = 75
# Longer lines that begin like a row are reported without asking the grammar.
_LONGEST_ROW = 10_000
# So many lines at most are looked at for the rest of a name with line breaks in it.
_MOST_PIECES = 16


class BsdTables(BsdRows):
    """Reads BSD tables into a draft; a `netstat_fw.reader.table.TableReader`."""

    def __init__(self, draft: Draft) -> None:
        super().__init__(draft)
        self._repaired: list[int] = []

    def read_odd_line(self, index: int) -> bool:
        """Read a line that is no well-formed row; see `TableReader`."""
        line = self.draft.lines[index]
        if _SCTP_ROW.match(line):
            self._explain(line, index)
            self.draft.roles[index] = LineRole.DIAGNOSTIC
            return True
        found = grammar.ROW.re.match(line)
        if (found or grammar.LISTEN_ROW.re.match(line)) and self.unix.may_be_path(index):
            return self._refuse_path(index)
        if found is not None and self._read_cut_row(found, index):
            return True
        return self._read_remark(line, index) or self._read_repaired(line, index)

    def _read_cut_row(self, found: re.Match[str], index: int) -> bool:
        """Read a row that the edge of a screen, or a line break in a name, cut short."""
        rest = found["rest"] or ""
        state, word, tail = split_state(rest)
        if tail:
            return self._read_open_owner(found, tail, index)
        completed = completed_prefix(word) if word and state is State.UNKNOWN else None
        addresses = found.string[: found.end("remote")]
        whole = grammar.ROW.re.match(f"{addresses} {State.LISTEN.value}")
        socket = None if whole is None else self.socket_of(whole, index)
        if socket is None or (rest and completed is None):
            return False
        self.doubts = [doubt for doubt in self.doubts if doubt.position < len(self.draft.sockets)]
        remote = socket.remote
        if not rest and remote != Endpoint():
            remote = Endpoint(host=found["remote"], truncated=True)
        self._add_cut(
            attrs.evolve(socket, state=completed, state_text=word, remote=remote),
            "the row is cut in its state" if rest else "the row is cut before its state",
            index,
        )
        return True

    def _add_cut(self, socket: Socket, message: str, index: int) -> None:
        self.add(socket, index)
        length = len(self.draft.lines[index].rstrip(" \t"))
        self.draft.remark(Severity.WARNING, "cut-row", message, index, length + 1)

    def _read_open_owner(self, found: re.Match[str], tail: str, index: int) -> bool:
        """Read a row whose ``-v`` columns go on below, or end at the edge of a screen."""
        begun = grammar.OPEN_OWNER.re.match(tail)
        if (
            begun is None
            or _INNER_ROW.search(tail, _SHORTEST_OWNER)
            or self.columns.owner(tail) is not None
        ):
            return False
        at = found.end("rest") - len(tail)
        whole = grammar.ROW.re.match(found.string[:at])
        socket = None if whole is None else self.socket_of(whole, index)
        if socket is None:
            return False
        lines = self.draft.lines
        text = found.string[at:] if begun["name"] else f"{tail} "
        for end in range(index + 1, min(index + _MOST_PIECES, len(lines))):
            text += f"\n{lines[end]}"
            owner = self.columns.owner(text)
            if owner is not None and owner.path is None and owner.at is not None:
                if owner.at > len(found.string) - at + LONGEST_NAME:
                    break  # a row of its own
                self.add(attrs.evolve(socket, process=owner.process), index)
                self.draft.roles[index : end + 1] = [LineRole.RECORD] * (end + 1 - index)
                self.taken = end + 1
                return True
        self._add_cut(socket, "the row is cut in the columns behind its state", index)
        return True

    def _read_remark(self, line: str, index: int) -> bool:
        """Take netstat's own remarks, and the row that one of them may stand before."""
        if grammar.KIND_REMARK.re.match(line):
            self.draft.roles[index] = LineRole.STRUCTURE
            return True
        found = grammar.CHANGED_REMARK.re.match(line)
        if found is None:
            return False
        if found.end() == len(line):
            self.draft.roles[index] = LineRole.STRUCTURE
        elif not self.read_text(line[found.end() :], index):
            return False
        self.draft.remark(
            Severity.INFO,
            "changed-meanwhile",
            "sockets came or went while netstat ran; the table may lack some",
            index,
        )
        return True

    def _read_repaired(self, line: str, index: int) -> bool:
        """Read the rows of a line that markup, a pager or somebody's typing has changed."""
        pieces = repaired(line)
        unread = [piece for piece in pieces if not self.read_text(piece, index)]
        if len(unread) == len(pieces):
            return False
        self._repaired.append(index)
        for piece in unread:
            if _CLAIM.match(piece):
                self._explain(piece, index)
        return True

    def _refuse_path(self, index: int) -> bool:
        """Report a row that may be part of the path that ends the unix row above it."""
        self.draft.roles[index] = LineRole.DIAGNOSTIC
        self.draft.remark(
            Severity.ERROR,
            "damaged-row",
            "this may be the rest of the path of the unix-domain socket above it, and no row",
            index,
        )
        return True

    def explain(self, index: int) -> bool:
        """Report a damaged row; see `TableReader`."""
        line = self.draft.lines[index]
        seen = self.dialect in self.draft.rows
        if not (_CLAIM.match(line) or (seen and _SHARED_CLAIM.match(line))):
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
        if _SCTP_ROW.match(text):
            return start + 1, "rows of SCTP associations are not read from this system's netstat"
        try:
            (_UNIX_ROW if _UNIX_START.match(text, start) else _ROW).parse_string(text[start:])
        except pp.ParseException as error:
            return start + error.loc + 1, error.msg[:1].lower() + error.msg[1:]
        # What the token form takes, the compiled form takes: else it is a row of a unix socket.
        found = grammar.ROW.re.match(text)
        if found is None:
            return 1, "this may be the rest of the program name above it, and no row"
        return self._cell_complaint(found)

    def _cell_complaint(self, found: re.Match[str]) -> tuple[int, str]:
        """Say which cell of a row of the right shape is wrong."""
        family = Family.IPV6 if ":" in found["local"] + found["remote"] else Family.IPV4
        endpoints = self.endpoints(family, narrow=found["kernel"] is not None)
        for cell, name in (("local", "local"), ("remote", "foreign")):
            if endpoints[found[cell]] is None:
                return found.start(cell) + 1, f"the {name} address is no IP address, name and port"
        rest = self.columns.rest(found["rest"])
        at = found.start("rest") if found["rest"] else found.end("remote")
        is_tcp = found["protocol"].startswith(("tcp", "toe"))
        if is_tcp and found["first"] is None:
            return found.start("local") + 1, "expected Recv-Q, a number"
        if rest is not None and rest.owner_at is not None and at + rest.owner_at <= LONGEST_NAME:
            return 1, "too short for a row: this is the rest of a program name"
        if not is_tcp and grammar.STATE.re.match(found["rest"] or ""):
            return at + 1, "only TCP has a state"
        if not is_tcp and found["third"] is not None:
            return found.start("third") + 1, "only TCP has three numbers before its addresses"
        return at + 1, "expected a state such as LISTEN, then the columns that the header names"

    def finish(self) -> None:
        """Settle what needed the whole text; see `TableReader`."""
        if self._repaired:
            count = len(self._repaired)
            rows = "1 row was" if count == 1 else f"{count} rows were"
            self.draft.remark(
                Severity.WARNING,
                "repaired",
                f"{rows} read after taking markup away (first here)",
                self._repaired[0],
            )
        super().finish()


_ROW = grammar.row()
_UNIX_ROW = grammar.unix_row()
