"""What netstat.exe prints for one socket, and the owner lines of ``-b`` below it.

Shape only: expressions and the names of their results, no records, no meaning. A row has two forms
of one definition. The compiled form (`ROW`, `HOST`, `PORT`, `TCP_REST`, `UDP_REST`) is what a
reader runs. The token form (`tcp_row`, `udp_row`) takes the same lines field by field and can say
where a damaged one goes wrong and what was expected there.

Cells are told apart by white space and shape, never by their column: a cell that does not fit moves
the rest of its row to the right. White space is what `str.split` splits at, because rows come out
of web pages (no-break spaces) and of ``more`` (form feeds). Sources: captures of Windows XP to 11;
ReactOS netstat.c (ShowTcpTable); Microsoft's reference of ``netstat``. No capture is known of the
columns of ``-y`` and ``-d``; they are written down here as that reference describes them.
"""

from __future__ import annotations

import re

import pyparsing as pp

from netstat_fw.grammar.common import (
    ip_address,
    named,
    port_number,
    service_name,
    terminal,
    zone,
)
from netstat_fw.grammar.windows_words import NO_OWNER

# Indentation, and the marks that a mail program or a markup puts before quoted lines.
_MARGIN = r"[\s>|]*+"
_END = r"\s*\Z"
_WHITE_SPACE = "".join(char for char in map(chr, range(0x3001)) if char.isspace())


def protocol() -> pp.Regex:
    """First column: ``TCP`` and ``UDP`` in either family, always in upper case."""
    return terminal(r"(?:TCP|UDP)(?!\S)", "TCP or UDP")


def host_name() -> pp.Regex:
    """Host name of a capture without ``-n``: DNS, NetBIOS or hosts file, in any script."""
    return terminal(r'[^\s:\[\]*%,;"<>|/\\]{1,255}', "a host name")


def host() -> pp.Regex:
    """What stands before the last colon: ``*``, IPv6 in brackets with its zone index, IPv4, a name.

    ReactOS GetIpHostName.
    """
    return terminal(
        rf"(?:\*|\[(?P<ipv6>{ip_address().re.pattern})(?:%(?P<zone>{zone().re.pattern}))?\]"
        rf"|(?P<name>{host_name().re.pattern}))",
        "a host",
    )


def port() -> pp.Regex:
    """What stands behind the last colon: ``*`` (UDP), a number (0 for none) or a service."""
    return terminal(
        rf"(?:\*|(?P<port>{port_number().re.pattern})|(?P<service>{service_name().re.pattern}))",
        "a port",
    )


def endpoint() -> pp.Regex:
    """``address:port``; neither half holds a colon outside of brackets."""
    return terminal(rf"{host().re.pattern}:{port().re.pattern}(?!\S)", "address:port")


def state() -> pp.Regex:
    """State of a TCP row, one word: English, German, or in a language nobody has captured yet."""
    return terminal(r"[^\W\d_][^\s\[\]:/\\]*(?!\S)", "a state such as LISTENING")


def column_word() -> pp.Regex:
    """A column that is no number.

    ``-t``: TCP_CONNECTION_OFFLOAD_STATE of iprtrmib.h. ``-y``: the names of TCP settings.
    """
    return terminal(
        r"(?:InHost|Offloading|Offloaded|Uploading|Not Applicable"
        r"|(?:Internet|Datacenter)(?:Custom)?|Compat|Automatic|Custom)(?!\S)",
        "a column such as InHost",
    )


def column() -> pp.Regex:
    """A column behind the state: a number (PID; ``-i`` milliseconds; ``-d``) or a word."""
    return terminal(rf"(?:[0-9]{{1,20}}(?!\S)|{column_word().re.pattern})", "a PID")


def executable() -> pp.Regex:
    """Name of an executable: a file name (Microsoft, "Naming Files"), so brackets may occur.

    What holds no letter or digit, such as ``...``, stands for lines that somebody left out; what
    holds a colon or slash is an address or markup.
    """
    return terminal(r"(?=.{0,254}\w)[^\\/:\x00-\x1f\x7f]{1,255}", "an executable")


def service() -> pp.Regex:
    """Short name of a service, one word with a letter in it that is no column."""
    return terminal(
        rf"(?!{column_word().re.pattern})(?=[0-9_.$-]*[A-Za-z])[A-Za-z0-9_.$-]{{1,80}}", "a service"
    )


def component() -> pp.Regex:
    """One component of an XP stack (``-b -v``): a library, by path or not, or its absence."""
    return terminal(
        r'(?:[A-Za-z]:|%\w{1,40}%|\\\?\?\\[A-Za-z]:)?(?:\\[^\\/:*?"<>|\x00-\x1f]{1,255}){1,99}'
        r"(?<=\.\w\w\w)"
        r"|[A-Za-z0-9_.$-]{1,80}\.(?i:dll|exe|sys|ocx|drv|cpl)"
        r"|-- [^\s%]{1,40} [^%]{1,80} --",
        "a component",
    )


def joined_owner() -> pp.Regex:
    """Owner that an editor joined onto its row: ``RpcSs [svchost.exe]``."""
    return terminal(
        rf"(?:(?:(?P<service>{service().re.pattern})\s+)?"
        rf"\[(?P<executable>{executable().re.pattern})\]"
        rf"|(?P<nobody>{NO_OWNER})|(?P<lone_service>{service().re.pattern}))(?!\S)",
        "an owner such as [svchost.exe]",
    )


def tcp_row() -> pp.ParserElement:
    """One TCP socket, field by field: ``TCP local foreign state [PID] [column…] [owner]``."""
    return _addresses() + _spaced(state()) + _tail("a PID, an owner or the end of the row")


def udp_row() -> pp.ParserElement:
    """One UDP socket, field by field: ``UDP local foreign [PID] [column…] [owner]``."""
    return _addresses() + _tail("a PID, an owner or the end of the row; UDP has no state")


def _addresses() -> pp.ParserElement:
    return (
        _spaced(protocol())
        + _spaced(named(endpoint(), "the local address:port"))
        + _spaced(named(endpoint(), "the foreign address:port"))
    )


def _tail(end: str) -> pp.ParserElement:
    return (
        pp.ZeroOrMore(_spaced(column()))
        + pp.Optional(_spaced(joined_owner()))
        + _spaced(pp.StringEnd()).set_name(end)
    )


def _spaced(expression: pp.ParserElement) -> pp.ParserElement:
    """Let any white space stand before an expression; it must be a new one."""
    return expression.set_whitespace_chars(_WHITE_SPACE)


def _rest(first: str) -> pp.Regex:
    """Compile what follows the addresses; trailing white space must be gone."""
    start = r"(?:\A|\s+)"
    return pp.Regex(
        rf"{first}(?P<columns>(?:{start}{column().re.pattern}){{0,4}})"
        rf"(?:{start}{joined_owner().re.pattern})?\Z"
    )


ROW = pp.Regex(
    rf"{_MARGIN}(?P<protocol>{protocol().re.pattern})\s+(?P<local>\S+)\s+(?P<remote>\S+)"
    r"(?:\s+(?P<rest>\S.*))?" + _END,
    re.DOTALL,
)
"""A row: ``  %-6s %-22s %-22s %-15s %s`` (captures; ReactOS ShowTcpTable)."""

HOST = pp.Regex(host().re.pattern + r"\Z")
"""The part of an endpoint cell before its last colon."""

PORT = pp.Regex(port().re.pattern + r"\Z")
"""The part of an endpoint cell behind its last colon."""

TCP_REST = _rest(f"(?P<state>{state().re.pattern})")
"""The rest of a TCP row."""

UDP_REST = _rest("")
"""The rest of a UDP row, whose state cell is blank."""

COLUMNS_LINE = pp.Regex(
    _MARGIN
    + rf"(?=\S)(?P<number>[0-9]{{1,10}}(?!\S))?(?:\s*{column_word().re.pattern}){{0,2}}"
    + _END
)
"""The last columns of a row, on a line of their own because a screen's right edge broke the row."""

OWNER_LINE = pp.Regex(
    _MARGIN
    + rf"(?:\[(?P<executable>{executable().re.pattern})\]|(?P<component>{component().re.pattern})"
    rf"|(?P<nobody>{NO_OWNER})|(?P<service>{service().re.pattern}))" + _END
)
"""A line that ``-b`` prints below a row, alone among the named results."""

UNKNOWN_SENTENCE = pp.Regex(
    _MARGIN + r"(?P<sentence>(?:[^\W\d_]|[^\x00-\x7f])[^\x00-\x1f0-9\[\]\\/:<>=#$@_|{}()*]{7,119}"
    r"|(?:[^\x00-\x7f][\x20-\x7e]{0,2}){4,60})" + _END
)
"""Some sentence without digits or signs of a path: what a no-owner sentence looks like.

The second form is one in a wrong code page: mostly no ASCII, but with any sign in between.
"""

SOCKETS_REMARK = pp.Regex(_MARGIN + r"x: \S.{1,200}: [0-9]{1,5}" + _END)
"""``x: Windows Sockets initialization failed: 5`` of Vista to 7, below a no-owner line."""

NETWORK_DIRECT = pp.Regex(
    _MARGIN + r"(?:Mode\s+IfIndex\s+Type\s+Local Address\b.*"
    r"|(?:Kernel|User)\s+[0-9]{1,10}\s+(?:Listener|Connection|SharedEndpoint)\b.*)",
    re.IGNORECASE,
)
"""Header and rows of ``-x``: RDMA endpoints, which bypass the packet filter and are not read."""

UNPROVEN_FIRST_COLUMN = pp.Regex(r"(?!.*\bPID\b).*(?:Time in State|DSCP|\([^\s()]{1,4}\)[ \t]*\Z)")
"""A header in whose table the first number of a row is no PID.

In any language the column of ``-i`` ends in its unit: ``(ms)``.
"""
