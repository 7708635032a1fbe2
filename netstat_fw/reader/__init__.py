"""The reader: captured text in, `Capture` out.

Line by line, each dialect is offered what it may understand; what nobody claims is named in a
diagnostic. No line can cost another one, and no text raises anything but the two errors that
`parse` documents.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from netstat_fw.diagnostics import Severity, printable
from netstat_fw.errors import CaptureError, UnrecognizedCapture
from netstat_fw.grammar.structure import ROW_LABEL
from netstat_fw.reader.bsd import BsdTables
from netstat_fw.reader.bsd_unix import may_be_path
from netstat_fw.reader.construct import without_cycle_search
from netstat_fw.reader.draft import Draft
from netstat_fw.reader.elevation import WHAT_IT_MEANS, asks_for_elevation
from netstat_fw.reader.linux import LinuxTables
from netstat_fw.reader.linux_debris import may_be_forged_header, may_be_name
from netstat_fw.reader.repair import has_row_shape, repaired
from netstat_fw.reader.structure import (
    Kind,
    is_cut_header,
    is_prose,
    is_windows_heading,
    kind_of,
    may_begin_row,
    other_table,
)
from netstat_fw.reader.text import as_text, assumptions, split_lines
from netstat_fw.reader.windows import WindowsTables
from netstat_fw.records import Capture, Dialect, LineRole

if TYPE_CHECKING:
    from collections.abc import Callable

    from netstat_fw.reader.table import TableReader

_SECTIONS = {
    Kind.INTERNET_TITLE: ("internet", True),
    Kind.INTERNET_HEADER: ("internet", False),
    Kind.UNIX_TITLE: ("unix", True),
    Kind.UNIX_HEADER: ("unix", False),
}
_READERS: dict[Dialect, Callable[[Draft], TableReader]] = {
    Dialect.BSD: BsdTables,
    Dialect.LINUX: LinuxTables,
    Dialect.WINDOWS: WindowsTables,
}
_HEADERS = frozenset(kind for kind, (_, is_title) in _SECTIONS.items() if not is_title)
_SHOWN = 60
# Prose longer than this before the first row is read for rows alone.
_EARLY_LINES = 1_000


def parse(text: str | bytes, *, dialect: Dialect | None = None, strict: bool = False) -> Capture:
    r"""Read captured netstat text into typed records.

    Takes what people really have: byte order marks, UTF-16, line ends of every system, prompts,
    pager marks, mail quotes, several tables. Nothing is looked up: names stay names.

    Args:
        text: the captured text; bytes are read as UTF-16 or UTF-8.
        dialect: read as this dialect only; by default the shape of the rows decides, per table.
        strict: raise if any row could not be read.

    Returns:
        All records, and a diagnostic for everything that is neither a record nor expected around
        one. A header without rows is an empty capture.

    Raises:
        UnrecognizedCapture: there is no netstat socket table in the text.
        CaptureError: `strict` and at least one diagnostic of error severity.

    >>> capture = parse("tcp  0  0 192.0.2.1:22  0.0.0.0:*  LISTEN  416/sshd\ntcp 0 0 oops\n")
    >>> capture.sockets[0].process.program
    'sshd'
    >>> print(*capture.diagnostics)
    line 2, column 9: error: expected the local address:port
        tcp 0 0 oops
                ^
    """
    decoded, assumed = as_text(text)
    draft = Draft(split_lines(decoded))
    if assumed:
        draft.diagnostics.extend(assumptions(draft.lines, assumed))
    dialects = _possible_dialects(decoded) if dialect is None else (dialect,)
    reading = _Reading(draft, [_READERS[each](draft) for each in dialects], dialect)
    with without_cycle_search():
        reading.run()
        capture = reading.finish(dialect, text)
    if strict and capture.errors:
        count = len(capture.errors)
        raise CaptureError(
            f"{count} row{'' if count == 1 else 's'} could not be read; first: {capture.errors[0]}",
            capture,
        )
    return capture


def _possible_dialects(text: str) -> tuple[Dialect, ...]:
    """Return the dialects that a text may hold: rows of Windows begin in capitals."""
    if "TCP" in text or "UDP" in text:
        return tuple(_READERS)
    return tuple(each for each in _READERS if each is not Dialect.WINDOWS)


class _Reading:
    """One pass over the lines of a draft."""

    def __init__(self, draft: Draft, readers: list[TableReader], forced: Dialect | None) -> None:
        self._draft = draft
        self._forced = forced
        self._readers = readers
        self._other_table = False
        self._other_title = -2
        self._titles = False
        self._heading: Dialect | None = None
        self._seen: list[str] = []

    def run(self) -> None:
        """Give every line its role."""
        index, count = 0, len(self._draft.lines)
        while index < count:
            was_other_table, records = self._other_table, self._draft.record_count
            next_index = self._read_rows(index)
            if next_index == index:
                self._read_line(index)
                next_index += 1
            if was_other_table and self._draft.record_count > records:
                self._other_table = False
            index = next_index

    def _candidates(self, index: int) -> list[TableReader]:
        """Return the readers that may read a row at an index, the last one that did first.

        On Linux a program name may hold line breaks, elsewhere the path of a unix-domain socket;
        its rest must not become a row of another dialect.
        """
        first = self._readers[0]
        if first.dialect is Dialect.LINUX and may_be_name(self._draft, index):
            return [first]
        if first.dialect is Dialect.BSD and may_be_path(self._draft, index):
            return [first]
        return self._readers

    def _read_rows(self, index: int) -> int:
        """Let the dialect that read the last row go first; another that can read moves up."""
        line = self._draft.lines[index]
        for reader in self._candidates(index) if may_begin_row(line) else self._readers[:1]:
            next_index = reader.read_rows(index)
            if next_index > index:
                self._move_up(reader)
                return next_index
        return index

    def _move_up(self, reader: TableReader) -> None:
        if reader is not self._readers[0]:
            self._readers = [reader, *(other for other in self._readers if other is not reader)]

    def _read_line(self, index: int) -> None:
        """Give one line its role that is no well-formed row."""
        draft = self._draft
        line = draft.lines[index]
        if self._readers[0].read_odd_line(index):
            return
        kind, pieces = kind_of(line), []
        if kind is None and (pieces := repaired(line)):
            line = " ".join(pieces)
            kind = kind_of(line)
        if self._is_forged_header(kind, line, index):
            kind = None
        if kind is not None:
            is_row = ROW_LABEL.re.match(line) is not None and self._explain(index)
            draft.roles[index] = LineRole.DIAGNOSTIC if is_row else LineRole.STRUCTURE
            self._note(kind, line, index)
            return
        is_row = may_begin_row(line)
        # Before the first row nobody knows whose remarks and wrapped headers these are.
        is_early = not draft.rows and index < _EARLY_LINES
        if is_row or pieces or is_early or not is_prose(line):
            for reader in self._candidates(index)[1:]:
                if reader.read_odd_line(index):
                    self._move_up(reader)
                    return
        if not (is_row and self._explain(index)):
            self._name_noise(index, pieces)
            return
        draft.roles[index] = LineRole.DIAGNOSTIC

    def _explain(self, index: int) -> bool:
        """Let a reader say what is wrong with a row that nobody can read."""
        return any(reader.explain(index) for reader in self._readers)

    def _name_noise(self, index: int, pieces: list[str]) -> None:
        """Give a line its role that nobody can read."""
        draft = self._draft
        if self._other_table:
            draft.roles[index] = LineRole.STRUCTURE
            return
        draft.roles[index] = LineRole.DIAGNOSTIC
        if any(map(has_row_shape, pieces)):
            message = "a row stands here behind something else, and cannot be read"
            draft.remark(Severity.ERROR, "damaged-row", message, index)
        elif self._forced is not None and may_begin_row(draft.lines[index]):
            message = f"no row of {self._forced.value}, which is the only dialect to be read"
            draft.remark(Severity.ERROR, "damaged-row", message, index)
        else:
            draft.remark(Severity.INFO, "no-row", "no part of a netstat table", index)

    def _is_forged_header(self, kind: Kind | None, line: str, index: int) -> bool:
        """Tell whether a header may be part of a program name; Windows names hold no line break."""
        linux = self._readers[0].dialect is Dialect.LINUX
        return linux and kind in _HEADERS and may_be_forged_header(self._draft, line, index)

    def _note(self, kind: Kind, line: str, index: int) -> None:
        """Draw the consequences of a line around the rows."""
        if kind is Kind.INTERNET_HEADER and self._other_title == index - 1:
            return  # IPX sockets have the same column header
        if kind in _SECTIONS:
            self._begin_section(kind, line, index)
        elif kind is Kind.OTHER_TABLE:
            self._other_table = True
            self._other_title = index
            self._seen.append(other_table(line) or "a table of other sockets")
        elif kind is Kind.USAGE:
            self._other_table = True
            self._seen.append("netstat's usage text")
        elif kind is Kind.PROMPT:
            self._other_table = False
            self._draft.section = ""
            if "netstat" in line:
                for reader in self._readers:
                    reader.begin_table(line)
        elif kind is Kind.NOT_ELEVATED:
            self._seen.append(WHAT_IT_MEANS)
            self._draft.remark(Severity.WARNING, "not-elevated", f"this is {WHAT_IT_MEANS}", index)
        elif kind is Kind.LIMITED_VIEW:
            self._draft.remark(
                Severity.INFO,
                "limited-view",
                "netstat could not see every program; capture as root to see them",
                index,
            )

    def _begin_section(self, kind: Kind, line: str, index: int) -> None:
        """Begin the section that a title or a column header announces."""
        section, title = _SECTIONS[kind]
        self._titles = True
        self._other_table = False
        if is_windows_heading(line):
            self._heading = Dialect.WINDOWS
        self._draft.begin_section(section, title=title)
        for reader in self._readers:
            reader.begin_table(line)
        if not title and is_cut_header(line):
            self._draft.remark(
                Severity.WARNING,
                "cut-header",
                "the edge of a screen cut this table: what stood to the right is missing, and"
                " program names may be cut short",
                index,
            )

    def finish(self, dialect: Dialect | None, text: str | bytes) -> Capture:
        """Freeze the capture, or say why there is none."""
        draft = self._draft
        for reader in self._readers:
            reader.finish()
        if not draft.rows and not self._titles:
            if not self._seen and asks_for_elevation(text):
                self._seen.append(WHAT_IT_MEANS)
            raise UnrecognizedCapture(f"no netstat socket table found; {self._what_was_seen()}")
        most = max(draft.rows, key=lambda d: draft.rows[d], default=None)
        return draft.finish(most or dialect or self._heading or Dialect.LINUX)

    def _what_was_seen(self) -> str:
        draft = self._draft
        filled = [line.strip() for line in draft.lines if line.strip()]
        if not filled:
            return "the text is empty"
        if self._seen:
            return "the text holds " + " and ".join(dict.fromkeys(self._seen))
        first = printable(filled[0][:_SHOWN])
        count = "1 line that holds" if len(filled) == 1 else f"{len(filled):,} lines that hold"
        return f"the text is {count} no socket, beginning with {first!r}"
