r"""Services files: the text of ``/etc/services``, ``drivers\etc\services`` read into entries.

Reading is total: a line that is no entry, comment or blank becomes a diagnostic and costs nothing
else. Order and doubles are kept, because the first line of a port and protocol is the one that
getservbyport(3) answers with.
"""

from __future__ import annotations

import codecs
import re
from typing import TYPE_CHECKING, Any

import attrs
import pyparsing as pp
from attrs.validators import deep_iterable, ge, instance_of, le, matches_re

from netstat_fw.diagnostics import Diagnostic, Severity, printable
from netstat_fw.grammar import services_file as grammar
from netstat_fw.services.catalog import ServiceCatalog

if TYPE_CHECKING:
    from collections.abc import Callable

# An editor's idea of a line, and CR CR LF, which a text-mode rewrite of CR LF leaves behind.
_LINE_BREAK = re.compile(r"\r(?:\r?\n)?|\n")
_BLANK = re.compile(f"[{grammar.BLANK_CHARACTERS}]")
_LINE = grammar.line()
_SHOWN_WORD = 40


def _matches(terminal: pp.Regex) -> Callable[[Any, attrs.Attribute[str], str], None]:
    return matches_re(str(terminal.pattern))


def _lower(text: str) -> str:
    return text.lower()


@attrs.frozen
class ServiceEntry:
    r"""One entry of a services file. `str` writes its line.

    Attributes:
        name: official name; printable ASCII without blanks or ``#``, at least one letter.
        port: 1 to 65535.
        protocol: protocol name in lower case, such as ``tcp``.
        aliases: other names in the order of the file.
        line: 1-based number of the line.

    >>> str(ServiceEntry("http", 80, "TCP", ("www",)))
    'http\t80/tcp\twww'
    """

    name: str = attrs.field(validator=_matches(grammar.name()))
    port: int = attrs.field(validator=[instance_of(int), ge(1), le(65535)])
    protocol: str = attrs.field(converter=_lower, validator=_matches(grammar.protocol()))
    aliases: tuple[str, ...] = attrs.field(
        default=(), validator=deep_iterable(_matches(grammar.alias()), instance_of(tuple))
    )
    line: int = attrs.field(default=1, validator=ge(1), eq=False)

    def __str__(self) -> str:
        return "\t".join((self.name, f"{self.port}/{self.protocol}", *self.aliases))


@attrs.frozen
class ServicesFile:
    """Everything that the text of a services file says.

    Attributes:
        entries: one for each entry line, in the order of the file.
        diagnostics: one of error severity, code ``services-line``, for each line that is neither
            entry nor comment nor blank, in the order of the file.
    """

    entries: tuple[ServiceEntry, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()

    @property
    def catalog(self) -> ServiceCatalog:
        """The entries as a catalog."""
        return ServiceCatalog.of(
            (entry.protocol, entry.port, name)
            for entry in self.entries
            for name in (entry.name, *entry.aliases)
        )


def parse_services(text: str | bytes) -> ServicesFile:
    r"""Read the text of a services file; services(5), and Windows' file of the same form.

    Bytes may carry a byte order mark (UTF-8 or UTF-16); without one they are UTF-8 or, where that
    fails, taken byte by byte as Latin-1: all but comments is ASCII anyway. Lines may end in LF, CR
    LF or CR. Never raises for what the text holds.

    >>> read = parse_services("ssh 22/tcp # login\nx11 6000-63/tcp\n")
    >>> read.entries
    (ServiceEntry(name='ssh', port=22, protocol='tcp', aliases=(), line=1),)
    >>> print(read.diagnostics[0])
    line 2, column 5: error: expected one line for each port instead of a range, found "6000-63/tcp"
        x11 6000-63/tcp
            ^
    """
    lines = _LINE_BREAK.split(_decode(text).removeprefix("\ufeff"))
    entries: list[ServiceEntry] = []
    diagnostics: list[Diagnostic] = []
    match = grammar.LINE.re.match
    for number, line in enumerate(lines, start=1):
        found = match(line)
        if found is None:
            diagnostics.append(_diagnose(line, number))
            continue
        name, port, protocol, aliases = found.group("name", "port", "protocol", "aliases")
        if name is not None:
            entries.append(ServiceEntry(name, int(port), protocol, tuple(aliases.split()), number))
    return ServicesFile(tuple(entries), tuple(diagnostics))


def _decode(text: str | bytes) -> str:
    if isinstance(text, str):
        return text
    if text.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        # Appending to a UTF-16 file with a tool that writes bytes leaves an odd one at the end.
        return text[: len(text) & ~1].decode("utf-16", "replace")
    text = text.removeprefix(codecs.BOM_UTF8)
    try:
        return text.decode()
    except UnicodeDecodeError:
        return text.decode("latin-1")


def _diagnose(line: str, number: int) -> Diagnostic:
    """Say where and why the token form of the grammar refuses a line that the compiled one did."""
    start, expected = len(line), f"Expected {grammar.end().name}"
    try:
        _LINE.parse_string(line, parse_all=True)
    except pp.ParseBaseException as error:
        start, expected = error.loc, error.msg
    word = _BLANK.split(line[start:], maxsplit=1)[0]
    shown = f'"{printable(word[:_SHOWN_WORD])}"' if word else "the end of line"
    return Diagnostic(
        severity=Severity.ERROR,
        code="services-line",
        message=f"{expected.replace('Expected', 'expected', 1)}, found {shown}",
        line=number,
        column=start + 1,
        source=line,
    )
