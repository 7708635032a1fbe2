"""What net-tools, BusyBox and toybox print for one socket.

Shape only: expressions and the names of their results, no records, no meaning. Every row has two
forms of one definition. The compiled form (`ROW`, `UNIX_ROW`, …) takes a whole line at once and is
what a reader runs on every line. The token form (`row`, `unix_row`) takes the same lines field by
field and can say where a damaged one goes wrong and what was expected there.

Sources: net-tools 1.60 and 2.10 (netstat.c, lib/inet.c, lib/inet6.c), BusyBox 1.37
(networking/netstat.c), toybox (toys/net/netstat.c).
"""

from __future__ import annotations

import pyparsing as pp

from netstat_fw.grammar.common import (
    BLANKS,
    count,
    host_name,
    ip_address,
    named,
    port_number,
    service_name,
    terminal,
    zone,
)

# Indentation, and the marks that a mail program puts before quoted lines.
_MARGIN = r"[ \t>|]*+"
_END = r"[ \t]*\Z"
_REST = r"(?:[ \t]+(?P<rest>[^ \t].*))?"
_BLANK_OR_END = r"(?![^ \t])"
_WORD = r"[^\W\d]\S*"
_INODE = rf"(?:[0-9]{{1,20}}|-){_BLANK_OR_END}"

# Two words: net-tools prints the state column unquoted and Czech has a blank in one.
_STATE = r"POSLEDN\S{1,4} ACK|[^\W\d_][^\s/<>\[\]&\\]*"
_TWO_WORD_TIMERS = r"temps d'espera|ligado -?[0-9]+|ცოცხალი დატოვება|მოლოდინის დრო"


def protocol() -> pp.Regex:
    """First column. net-tools 2.x: ``%-4s``/``%-5s``; 1.60, RHEL 5/6 BusyBox add no 6."""
    return terminal(
        r"(?:tcp|udplite|udpl|udp|raw|sctp|dccp)6?(?![A-Za-z0-9])", "a protocol such as tcp6"
    )


def address() -> pp.Regex:
    """An address as printed: lib/inet.c and lib/inet6.c; toybox always brackets ``::``."""
    numeric, name = ip_address().re.pattern, host_name().re.pattern
    return terminal(
        rf"(?P<address>\*|\[{numeric}\]|{numeric}(?![A-Za-z0-9_-])|{name})"
        rf"(?:%(?P<zone>{zone().re.pattern}))?",
        "an address",
    )


def port() -> pp.Regex:
    """What follows the last colon: ``*`` for 0 (lib/inet.c), a number, or a name without ``-n``.

    Only z39.50 has a dot; any other behind a colon is inside an IPv6 address of BSD's netstat.
    """
    return terminal(
        rf"(?:\*|(?P<port>{port_number().re.pattern})"
        rf"|(?P<service>z39\.50|(?![^ \t.]*\.){service_name().re.pattern}))",
        "a port",
    )


def endpoint() -> pp.Regex:
    """``address:port``; the port is always what follows the last colon (net-tools addr_do_one)."""
    return terminal(rf"{address().re.pattern}:{port().re.pattern}{_BLANK_OR_END}", "address:port")


def endpoint_cell() -> pp.Regex:
    """An endpoint not yet taken apart: whatever stands between two blanks."""
    return terminal(r"[^ \t]+", "address:port")


def column(name: str) -> pp.Regex:
    """A number in a column of its own: Recv-Q, Send-Q (``%6ld``), RefCnt (``%-6ld``)."""
    return terminal(count().re.pattern + _BLANK_OR_END, name)


def user() -> pp.Regex:
    """User column of ``-e``: a name or a number; never holds a slash, unlike the program."""
    return terminal(r"[^\s/]+", "a user")


def program() -> pp.Regex:
    """``PID/Program name`` column: ``-``, or a number, a slash and whatever argv[0] holds.

    Lazy, because the columns of ``-Z`` and ``-o`` may follow a name that has blanks of its own.
    """
    return terminal(r"-(?!\S)|[0-9]{1,10}/.*?", "PID/program or -")


def security_context() -> pp.Regex:
    """SELinux context of ``-Z``: user, role, type and range; cut from the left to 49 characters."""
    return terminal(
        r"[\w.-]*:[\w.-]+_r:[\w.-]+(?::[\w.:,-]+)?|[\w.:,-]{49}(?!\S)", "a security context"
    )


def timer() -> pp.Regex:
    """Timer column of ``-o``; Estonian doubles the parenthesis, decimal commas occur."""
    return terminal(
        rf"(?P<timer>{_TWO_WORD_TIMERS}|\S+) "
        r"\(\(?(?P<seconds>[0-9]{1,12}[.,][0-9]{1,6})/(?P<retransmits>[0-9]{1,12})(?:/(?P<probes>-?[0-9]{1,12}))?\)",
        "a timer such as off (0.00/0/0)",
    )


def rest_of_row(state_column: str, *, context: str = "") -> pp.Regex:
    """What follows the addresses: ``[state] [user inode] [program] [security context] [timer]``.

    net-tools finish_this_one. The optional columns are told apart by shape: only a user has a
    number of its own behind it, only a program has a number and a slash before it. Trailing blanks
    must be gone. Each optional column may begin only at the start of a run of blanks, which keeps
    the match linear however long a program name is. `context` is what ``-Z`` may print beside a
    security context.
    """
    context = "|".join(filter(None, (security_context().re.pattern, context)))
    return terminal(
        rf"(?:(?P<state>{state_column})(?!\S)[ \t]*)?"
        rf"(?:(?P<user>{user().re.pattern})[ \t]+(?P<inode>{count().re.pattern})(?!\S)[ \t]*)?"
        rf"(?P<program>{program().re.pattern})?"
        rf"(?:(?<=\S)[ \t]+(?P<context>{context}))?"
        rf"(?:(?:\A|(?<=\S)[ \t]+|(?<=[ \t])){timer().re.pattern})?\Z",
        "a state such as LISTEN, then User and Inode, then PID/program",
    )


def row() -> pp.ParserElement:
    """One internet socket, field by field: ``proto recv-q send-q local foreign rest``."""
    rest = terminal(r"[^ \t].*", "the rest of the row")
    return (
        protocol()("protocol")
        + column("Recv-Q, a number")("recv_q")
        + column("Send-Q, a number")("send_q")
        + named(endpoint(), "the local address:port")("local")
        + named(endpoint(), "the foreign address:port")("remote")
        + pp.Optional(rest)("rest")
        + pp.StringEnd()
    )


def unix_flags() -> pp.Regex:
    """Flags column of a unix socket: ``[ ACC W N ]`` with inner blanks (net-tools unix_do_one)."""
    return terminal(r"\[[^\]]*\]", "flags such as [ ACC ]")


def unix_row() -> pp.ParserElement:
    """One unix-domain socket, field by field (net-tools unix_do_one)."""
    return (
        terminal(rf"(?:unix|\?\?){_BLANK_OR_END}", "unix")
        + column("RefCnt, a number")("ref_count")
        + terminal(unix_flags().re.pattern + _BLANK_OR_END, "flags such as [ ACC ]")("flags")
        + terminal(_WORD, "a type such as STREAM")("type")
        + pp.Optional(terminal(rf"{_WORD}(?: {_WORD})?", "a state"))("state")
        + terminal(_INODE, "an I-Node number")("inode")
        + pp.Optional(terminal(r"[^ \t].*", "the rest of the row"))("rest")
        + pp.StringEnd()
    )


def _line(*patterns: str) -> pp.Regex:
    """Compile fields that blanks separate into one expression for a whole line."""
    return pp.Regex(_MARGIN + BLANKS.join(patterns) + _REST + _END)


_CELL = endpoint_cell().re.pattern
_NUMBER = count().re.pattern

ROW = _line(
    f"(?P<protocol>{protocol().re.pattern})",
    f"(?P<recv_q>{_NUMBER})",
    f"(?P<send_q>{_NUMBER})",
    f"(?P<local>{_CELL})",
    f"(?P<remote>{_CELL})",
)
"""An internet socket: ``%-4s  %6ld %6ld %-23s %-23s`` and the optional columns (tcp_do_one)."""

TOUCHING_QUEUES_ROW = _line(
    f"(?P<protocol>{protocol().re.pattern})",
    f"(?P<queues>{_NUMBER})",
    f"(?P<local>{_CELL})",
    f"(?P<remote>{_CELL})",
)
"""toybox show_ip: ``%-6s%6d%7d`` leaves no blank before a Send-Q of seven digits."""

SCTP_ENDPOINT_ROW = _line(r"(?P<protocol>sctp6?)", f"(?P<local>{_CELL})", r"(?P<state>[^\W\d_]\w*)")
"""An SCTP listener: Recv-Q, Send-Q and Foreign Address are blank (sctp_eps_do_one)."""

SCTP_FURTHER_ADDRESSES = pp.Regex(
    rf"(?P<margin>{_MARGIN})(?P<first>{address().re.pattern})"
    rf"(?:[ \t]+(?P<second>{address().re.pattern.replace('P<', 'P<second_')}))?"
    r"(?:[ \t]+(?P<rest>(?:[^ \t/]+[ \t]+[0-9]{1,20}[ \t]+)?(?:-|[0-9]{1,10}/.*)))?" + _END
)
"""Further address pairs of a multi-homed association, without ports (sctp_assoc_do_one)."""

UNIX_ROW = pp.Regex(
    _MARGIN + r"(?:unix|\?\?)" + BLANKS + rf"(?P<ref_count>{_NUMBER})" + BLANKS
    + rf"(?P<flags>{unix_flags().re.pattern})" + BLANKS + rf"(?P<type>{_WORD})"
    + BLANKS + rf"(?:(?P<state>{_WORD}(?: {_WORD})?){BLANKS})?(?P<inode>{_INODE})"
    + _REST + _END
)  # fmt: skip
"""A unix socket: ``%-5s %-6ld %-11s %-10s %-13s %-8lu`` (unix_do_one)."""

ENDPOINT = pp.Regex(endpoint().re.pattern + r"\Z")
"""One endpoint cell, taken apart."""

GARBLED_ENDPOINT = pp.Regex(rf"(?P<address>\S+):{port().re.pattern}\Z")
"""An endpoint whose address is none: without ``-n`` toybox leaves pieces of the row above in it."""

REST = rest_of_row(_STATE)
"""The rest of a TCP, UDP or SCTP row. The state cell of UDP is usually blank."""

REST_WITH_CONTEXT = rest_of_row(_STATE, context="-")
"""The same below a header that announces security contexts: ``-`` is an unknown one."""

NOTED_REST = pp.Regex(
    rf"(?:(?P<state>{_STATE})(?!\S)[ \t]*)?"
    rf"(?:{user().re.pattern}[ \t]+{count().re.pattern}(?!\S)[ \t]*)?(?:-(?!\S))?"
)
"""The well-formed beginning of a rest that goes on with something else."""

RAW_REST = rest_of_row(r"[^\s/]+")
"""The rest of a raw row, whose state is the kernel's number (raw_do_one)."""

RAW_REST_WITH_CONTEXT = rest_of_row(r"[^\s/]+", context="-")
"""The same below a header that announces security contexts."""
