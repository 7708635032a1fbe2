"""Reads Windows tables: well-formed rows, and every way in which a row reaches a paste otherwise.

A row may be wrapped or cut at the edge of a screen, dressed in markup, or have a note behind it;
its table may have a title and a header in a language that nobody has captured. Each of these is one
method that takes the line or leaves everything as it was.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import attrs

from netstat_fw.diagnostics import Severity
from netstat_fw.grammar import windows as grammar
from netstat_fw.grammar.windows_words import SHAPED_HEADER, SHAPED_TITLE
from netstat_fw.reader.repair import repaired, without_inner_blanks
from netstat_fw.reader.structure import Kind, kind_of
from netstat_fw.reader.windows_cells import cut_state
from netstat_fw.reader.windows_complaint import LONGEST_ROW, complaint
from netstat_fw.reader.windows_rows import WindowsRows
from netstat_fw.reader.windows_wrapped import CLAIM, WrappedRows, has_known_state
from netstat_fw.records import Endpoint, LineRole, State

if TYPE_CHECKING:
    from netstat_fw.reader.draft import Draft
    from netstat_fw.records import Socket

# Where a row begins behind another one, or behind an owner, whose line break is lost.
_INNER_ROW = re.compile(r"(?<=\s)(?=(?:TCP|UDP)[ \t]+\S{1,80}:\S{1,40}[ \t]+\S{1,80}:)")
# No file name holds one, so that an owner's line with one is not taken for the rest of it.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
# Notes behind a row are looked for in so many characters.
_LONGEST_NOTE = 200
# A header or title is looked for so many lines above the first row.
_WIDEST_GAP = 3


class WindowsTables(WindowsRows):
    """Reads Windows tables into a draft; a `netstat_fw.reader.table.TableReader`."""

    def __init__(self, draft: Draft) -> None:
        super().__init__(draft)
        self._wrapped = WrappedRows(self)
        self._repaired: list[int] = []

    def read_odd_line(self, index: int) -> bool:
        """Read a line that is no well-formed row; see `TableReader`."""
        line = self.draft.lines[index]
        if index in self._wrapped.taken:
            return True
        if len(line) > LONGEST_ROW:
            return False
        if CLAIM.match(line):
            return (
                self._wrapped.read(line, index)
                or self._read_cut_row(line, index)
                or self._read_repaired(line, index)
                or self._read_row_with_note(line, index)
            )
        return (
            self._wrapped.read_columns(line, index)
            or self.owners.read_unknown(line, index)
            or self._read_lost_owner(line, index)
            or self._read_surroundings(line, index)
            or self._read_repaired(line, index)
        )

    def _read_cut_row(self, line: str, index: int) -> bool:
        """Read a TCP row that the right edge of a screen cut in or before its state."""
        found = grammar.ROW.re.match(line)
        if found is None or found["protocol"] == "UDP":
            return False
        word = (found["rest"] or "").rstrip(" \t")
        state = cut_state(word)
        addresses = line[: found.end("remote")]
        if word and state is None:
            return False
        socket = self.socket_of(f"{addresses} {State.BOUND.value}", index)
        if socket is None:
            return False
        remote = socket.remote
        if state in (None, State.UNKNOWN) and remote.port is None and remote.service is None:
            state = State.LISTEN
        if remote.port is not None and line == addresses:
            remote = Endpoint(host=found["remote"].rpartition(":")[0], truncated=True)
        socket = attrs.evolve(socket, state=state, state_text=word or None, remote=remote)
        self.owners.open(socket, index)
        self.add(socket, index)
        self.draft.remark(
            Severity.WARNING,
            "cut-row",
            "the row is cut in its state" if word else "the row is cut before its state",
            index,
            len(line.rstrip(" \t")) + 1,
        )
        return True

    def _read_repaired(self, line: str, index: int) -> bool:
        """Read the rows and owners of a line that markup, a pager or typing has changed."""
        pieces = [piece.replace("\xa0", " ") for piece in self._pieces(line)]
        if CLAIM.match(line):
            pieces = [without_inner_blanks(piece) for piece in pieces]
        if pieces == [line]:
            return False
        unread = [
            piece
            for piece, below in zip(pieces, [*pieces[1:], ""], strict=True)
            if not self.read_text(piece, index)
            and (_CONTROL.search(line) or not self.owners.read_piece(piece, index, below))
        ]
        if len(unread) == len(pieces):
            return False
        self._repaired.append(index)
        for piece in unread:
            if CLAIM.match(piece):
                self._explain(piece, index)
        return True

    def _pieces(self, line: str) -> list[str]:
        """Return the rows and owners of a line, of which some may have lost their line breaks."""
        parts = _INNER_ROW.split(line)
        if self.owners.is_owner(parts[0]):
            return parts  # else the owner would count as a prefix
        return [part for piece in repaired(line) or [line] for part in _joined_rows(piece)]

    def _read_row_with_note(self, line: str, index: int) -> bool:
        """Read a row that somebody wrote a note behind."""
        found = grammar.ROW.re.match(line)
        if found is None or found["rest"] is None:
            return False
        words = list(re.finditer(r"\S+", found["rest"][:_LONGEST_NOTE]))
        for end in [*(found.start("rest") + word.end() for word in reversed(words)), None]:
            text = line[: found.end("remote") if end is None else end]
            socket = self.socket_of(text, index) if has_known_state(text) else None
            if socket is not None and not _ends_in_service(socket):
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

    def _read_lost_owner(self, line: str, index: int) -> bool:
        """Report an owner line that no row above can have."""
        if not self.draft.rows.get(self.dialect) or not self.owners.is_owner(line):
            return False
        self.draft.roles[index] = LineRole.DIAGNOSTIC
        self.draft.remark(
            Severity.WARNING,
            "lost-owner",
            "no row above this line can have this owner",
            index,
            len(line) - len(line.lstrip(" \t>|")) + 1,
        )
        return True

    def _read_surroundings(self, line: str, index: int) -> bool:
        """Take a remark of the tool, or a title or header of an unknown language by its shape."""
        draft = self.draft
        remarked = grammar.SOCKETS_REMARK.re.match(line) and draft.rows.get(self.dialect)
        if remarked or grammar.NETWORK_DIRECT.re.match(line):
            draft.roles[index] = LineRole.STRUCTURE
            return True
        if kind_of(line) is not None:
            return False
        if self._is_header(line, index):
            draft.begin_section("internet", title=False)
        elif self._is_title(line, index):
            draft.begin_section("internet", title=True)
        else:
            return False
        self.begin_table(line)
        draft.roles[index] = LineRole.STRUCTURE
        return True

    def _is_header(self, line: str, index: int) -> bool:
        """Tell whether a line has the shape of a column header, and a row follows."""
        if not SHAPED_HEADER.re.match(line):
            return False
        found = grammar.ROW.re.match(self.draft.lines[self._below(index)])
        return found is not None and self.endpoints[found["local"]] is not None

    def _is_title(self, line: str, index: int) -> bool:
        """Tell whether a line has the shape of a title, and a column header follows."""
        if not SHAPED_TITLE.re.match(line):
            return False
        at = self._below(index)
        below = self.draft.lines[at]
        return at > index and (kind_of(below) is Kind.INTERNET_HEADER or self._is_header(below, at))

    def _below(self, index: int) -> int:
        """Return the index of the next line that is not blank; the same one where none is near."""
        lines = self.draft.lines
        near = range(index + 1, min(index + 2 + _WIDEST_GAP, len(lines)))
        return next((at for at in near if lines[at].strip()), index)

    def explain(self, index: int) -> bool:
        """Report a damaged row; see `TableReader`."""
        line = self.draft.lines[index]
        if not CLAIM.match(line):
            return False
        self._explain(line, index)
        return True

    def _explain(self, text: str, index: int) -> None:
        """Say what the grammar expected where a text stops being a row."""
        column, message = complaint(text, self.endpoints)
        self.draft.remark(Severity.ERROR, "damaged-row", message, index, column)

    def finish(self) -> None:
        """Settle what needed the whole text; see `TableReader`."""
        if self._repaired:
            count = len(self._repaired)
            lines = "1 line was" if count == 1 else f"{count} lines were"
            self.draft.remark(
                Severity.WARNING,
                "repaired",
                f"{lines} read after taking markup or inner blanks away (first here)",
                self._repaired[0],
            )


def _joined_rows(text: str) -> list[str]:
    """Return the rows of a text that begins with one; anything else is one piece."""
    return _INNER_ROW.split(text) if CLAIM.match(text) else [text]


def _ends_in_service(socket: Socket) -> bool:
    """Tell whether a row ends in one word that would be a service, or the first of a note."""
    process = socket.process
    return process is not None and process.service is not None and process.name is None
