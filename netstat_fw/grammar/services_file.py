r"""What one line of a services file holds: ``/etc/services``, ``drivers\etc\services``.

Shape only: expressions and the names of their results, no records, no meaning. A line has two forms
of one definition. The compiled form (`LINE`) accepts a whole line at once and is what a reader runs
on every line. The token form (`line`) accepts the same lines field by field and can say where a
damaged one goes wrong and what was expected there. A line comes without its line break.

Sources: services(5) of Linux man-pages 6.8, 4.2BSD and SunOS 5.1; glibc 2.36 nss_files
(files-service.c), FreeBSD 14 getservent(3); the format line in Windows' own file: ``<service name>
<port number>/<protocol> [aliases...] [#<comment>]``.
"""

from __future__ import annotations

import pyparsing as pp

BLANK_CHARACTERS = " \t\v\f"
"""What separates fields: isspace(3) in the C locale without the line breaks."""

# services(5), BSD: "any printable character other than a field delimiter, newline, or comment
# character". Whoever reads the name prints it, so printable means printable ASCII.
_CHARACTER = r'[!"$-~]'
_NO_LETTER = r'[!"$-@\[-`{-~]'
_BLANK = r"[ \t\v\f]"
_WORD_END = r"(?=[ \t\v\f#]|\Z)"


def name() -> pp.Regex:
    """Official name: RFC 6335 5.1 and, as files have them, ``_ . + * /`` and more length.

    At least one letter (RFC 6335 5.1 again), which tells a name from a port.
    """
    return _terminal(
        rf"{_NO_LETTER}*[A-Za-z]{_CHARACTER}*{_WORD_END}",
        "a service name: printable ASCII with at least one letter",
    )


def single_port() -> pp.Regex:
    """Nothing, where no range of ports such as ``6000-6063`` follows. No services file has any."""
    return _terminal(
        rf"(?![0-9]+{_BLANK}*[-:]{_BLANK}*[0-9])", "one line for each port instead of a range"
    )


def port() -> pp.Regex:
    """Port 1 to 65535 (RFC 6335 6); leading zeros as strtoul(3) skips them."""
    return _terminal(
        r"0{0,9}(?:6553[0-5]|655[0-2][0-9]|65[0-4][0-9]{2}|6[0-4][0-9]{3}|[1-5][0-9]{4}|[1-9][0-9]{0,3})"
        r"(?![0-9])",
        "a port number from 1 to 65535",
    )


def separator() -> pp.Regex:
    """Slash between port and protocol; glibc (ISSLASH) and FreeBSD read a comma as well."""
    return _terminal(r"[/,]", "a slash between port and protocol")


def protocol() -> pp.Regex:
    """Protocol name as in protocols(5): ``tcp``, ``udp``, ``sctp``, ``dccp``, ``ddp``."""
    return _terminal(rf"[A-Za-z][A-Za-z0-9._+-]*{_WORD_END}", "a protocol such as tcp or udp")


def alias() -> pp.Regex:
    """Another name of the service; unlike the official one it may lack a letter."""
    return _terminal(rf"{_CHARACTER}+{_WORD_END}", "an alias of printable ASCII")


def end() -> pp.Regex:
    """End of the line, or a comment in any language and encoding up to there."""
    return _terminal(r"(?:#.*)?\Z", "an alias of printable ASCII, a # comment or the end of line")


def line() -> pp.ParserElement:
    """One line, field by field: an entry with or without a comment, a comment, or nothing.

    The first name commits: from there on an error is reported where it is.
    """
    entry = (
        name()("name")
        - single_port()
        - port()("port")
        - separator()
        - protocol()("protocol")
        - pp.ZeroOrMore(alias())("aliases")
        - end()
    )
    # Tabs must stay: expanded, they would move every reported column.
    return (entry | end()).set_name(name().name).parse_with_tabs()


def _terminal(pattern: str, words: str) -> pp.Regex:
    terminal = pp.Regex(pattern)
    terminal.set_name(words)
    terminal.set_whitespace_chars(BLANK_CHARACTERS)
    return terminal


LINE = pp.Regex(
    rf"{_BLANK}*(?:(?P<name>{name().pattern}){_BLANK}+"
    rf"{single_port().pattern}(?P<port>{port().pattern}){_BLANK}*{separator().pattern}{_BLANK}*"
    rf"(?P<protocol>{protocol().pattern})(?P<aliases>(?:{_BLANK}+{alias().pattern})*){_BLANK}*)?"
    rf"{end().pattern}"
)
"""A whole line; the group ``name`` is None where it holds no entry."""
