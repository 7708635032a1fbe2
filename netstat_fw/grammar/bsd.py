"""What the netstat of macOS, FreeBSD, NetBSD and OpenBSD prints for one socket.

Shape only, in the two forms of `netstat_fw.grammar.linux`: a compiled form for whole lines and a
token form that can say where a damaged line goes wrong. What tells these rows from those of Linux
is the endpoint: ``host.port`` with the port behind the last dot, never behind a colon.

Sources: FreeBSD 8 to 14 (usr.bin/netstat inet.c, inet6.c, unix.c), macOS 10.8 to 26 (network_cmds
netstat.tproj inet.c, unix.c, main.c), NetBSD and OpenBSD (usr.bin/netstat inet.c).
"""

from __future__ import annotations

import pyparsing as pp

from netstat_fw.grammar.common import BLANKS, count, named, terminal

_MARGIN = r"[ \t>|]*+"
_END = r"[ \t]*\Z"
_REST = r"(?:[ \t]+(?P<rest>\S(?s:.*\S)?))?"


def kernel_address() -> pp.Regex:
    """Columns of ``-A``: the control block (``%*lx``) and, on macOS, the flow hash (``%8x``)."""
    return terminal(
        r"(?:0x)?[0-9a-f]{1,16}(?:[ \t]+[0-9a-f]{1,8})?(?=[ \t]+[a-z])", "a kernel address"
    )


def protocol() -> pp.Regex:
    """First column, ``%-3.3s%-2.2s``: three letters of the protocol, then 4, 6 or 46.

    The name ``ip`` is padded to three characters, so that ``ip 4`` has a blank of its own; ``ip66``
    and ``rip6`` are raw IPv6; ``toe`` is TCP in the network card. NetBSD and OpenBSD print no 4.
    """
    return terminal(
        r"(?:(?:tcp|udp|toe|icm|igm|pim|div|rip)(?:46|4|6)?|ip (?:46|4|6)"
        r"|ip6?(?:46|4|6)?(?! (?:46|4|6)[ \t]))(?![^ \t])",
        "a protocol such as tcp4",
    )


def host() -> pp.Regex:
    """Everything before the last dot: ``*``, an address with its zone, a name, or a piece."""
    return terminal(r"\*|[A-Za-z0-9_.:@~-]+(?:%[A-Za-z0-9_.:@~-]*)?", "an address")


def port_number() -> pp.Regex:
    """``%d`` of a port; that it is at most 65535 is no question of shape."""
    return terminal(r"(?:0|[1-9][0-9]{0,4})(?![A-Za-z0-9_+-])", "a port from 0 to 65535")


def service_name() -> pp.Regex:
    """Name from a services file without ``-n``; of those that FreeBSD has, z39.50 alone has a dot.

    914c/g has a slash. The last letters of z39.50 may have been cut.
    """
    return terminal(r"z39\.50?|[0-9_+/-]*[A-Za-z][A-Za-z0-9_+/-]*", "a service name")


def endpoint() -> pp.Regex:
    """``host.port``: inetprint and inet6print put one dot between them, whatever the host has."""
    return terminal(
        rf"(?P<host>{host().re.pattern})\."
        rf"(?:\*|(?<!\.z39\.)(?P<port>{port_number().re.pattern})"
        rf"|(?P<service>{service_name().re.pattern}))(?![^ \t])",
        "address.port",
    )


def endpoint_cell() -> pp.Regex:
    """An endpoint not yet taken apart, as permissive as one pass over a row can be."""
    return terminal(r"[A-Za-z0-9_.:%*@~-]+\.[A-Za-z0-9_+*/-]+", "address.port")


def number() -> pp.Regex:
    """A count that blanks end: pyparsing would go on with the next field right behind it."""
    return terminal(rf"{count().re.pattern}(?![^ \t])", "a number")


def listen_queue() -> pp.Regex:
    """``-L``: qlen/incqlen/maxqlen."""
    return terminal(r"[0-9]{1,10}/[0-9]{1,10}/[0-9]{1,10}", "queue sizes such as 0/0/128")


def row() -> pp.ParserElement:
    """One internet socket, field by field: ``[addresses] proto [queues] local foreign [rest]``.

    Three numbers with ``-T`` (Rexmit, OOORcv, 0-win), none there for what is not TCP.
    """
    queues = named(number(), "Recv-Q, a number")("first") + named(number(), "Send-Q, a number")(
        "second"
    )
    ends = named(endpoint(), "the local address.port")("local") + named(
        endpoint(), "the foreign address.port"
    )("remote")
    fields = queues + pp.Optional(number())("third") + ends | ends
    fields.set_name("Recv-Q, a number")
    return (
        pp.Optional(kernel_address())("kernel")
        + protocol()("protocol")
        + fields
        + pp.Optional(terminal(r"\S(?s:.*\S)?", "the rest of the row"))("rest")
        + pp.StringEnd()
    )


def kernel_word() -> pp.Regex:
    """One of the four pointers of a unix row."""
    return terminal(r"(?:0x)?[0-9a-f]{1,16}(?![^ \t])", "a kernel address")


def unix_type() -> pp.Regex:
    """``%-6.6s`` of the socket type, which cuts seqpacket; ``kevt`` rows would look alike."""
    return terminal(r"(?:stream|dgram|raw|rdm|seqpac(?:ket)?)(?![^ \t])", "a type such as stream")


def unix_row() -> pp.ParserElement:
    """One unix-domain socket, field by field (unixdomainpr)."""
    return (
        named(kernel_word(), "Address, a kernel address")("address")
        + unix_type()("type")
        + named(number(), "Recv-Q, a number")("recv_q")
        + named(number(), "Send-Q, a number")("send_q")
        + named(kernel_word(), "Inode, a kernel address")("inode")
        + named(kernel_word(), "Conn, a kernel address")("conn")
        + named(kernel_word(), "Refs, a kernel address")("refs")
        + named(kernel_word(), "Nextref, a kernel address")("nextref")
        + pp.Optional(terminal(r"\S(?s:.*\S)?", "the path"))("rest")
        + pp.StringEnd()
    )


_CELL = endpoint_cell().re.pattern
_NUMBER = count().re.pattern
_POINTER = kernel_word().re.pattern

ROW = pp.Regex(
    rf"{_MARGIN}(?:(?P<kernel>{kernel_address().re.pattern}){BLANKS})?"
    rf"(?P<protocol>{protocol().re.pattern}){BLANKS}"
    rf"(?:(?P<first>{_NUMBER}){BLANKS}(?P<second>{_NUMBER}){BLANKS}"
    rf"(?:(?P<third>{_NUMBER}){BLANKS})?)?"
    rf"(?P<local>{_CELL}){BLANKS}(?P<remote>{_CELL}){_REST}{_END}"
)
"""An internet socket: ``%-3.3s%-2.2s %6u %6u  %-22.22s %-22.22s %-11s`` (protopr)."""

LISTEN_ROW = pp.Regex(
    rf"{_MARGIN}(?:(?P<kernel>(?:0x)?[0-9a-f]{{1,16}}(?:[ \t]+[0-9a-f]{{1,8}})?){BLANKS})?"
    rf"(?:(?P<protocol>{protocol().re.pattern}){BLANKS})?"
    rf"(?P<queue>{listen_queue().re.pattern}){BLANKS}(?P<local>{_CELL}){_END}"
)
"""A listener with ``-L``: ``%-32.32s`` (FreeBSD) or ``%-14.14s``; macOS prints no protocol."""

UNIX_ROW = pp.Regex(
    rf"{_MARGIN}{_POINTER}{BLANKS}(?P<type>{unix_type().re.pattern}){BLANKS}{_NUMBER}{BLANKS}{_NUMBER}"
    rf"(?:{BLANKS}{_POINTER}){{4}}{_REST}{_END}"
)
"""A unix socket: ``%16lx %-6.6s %6u %6u %16lx %16lx %16lx %16lx`` (unixdomainpr)."""

UNIX_LISTEN_ROW = pp.Regex(
    rf"{_MARGIN}unix{BLANKS}{listen_queue().re.pattern}"
    rf"(?:[ \t]+(?P<path>\S(?:.*\S)?))?{_END}"
)
"""A listening unix socket with ``-L`` on FreeBSD: ``unix  %-32.32s`` and the path."""

ENDPOINT = pp.Regex(endpoint().re.pattern + r"\Z")
"""One endpoint cell, taken apart."""

STATE = pp.Regex(r"(?P<state>[A-Z][A-Z0-9_]+)\*?(?![^ \t])[ \t]*")
"""State column, ``%-11s``; an asterisk marks a hidden T/TCP state."""

_BYTES = rf"{_NUMBER}(?:/{_NUMBER})?"
_TRAFFIC = rf"{_BYTES}{BLANKS}{_BYTES}"
_PACKETS = rf"{_NUMBER}/{_NUMBER}{BLANKS}{_NUMBER}/{_NUMBER}"
_BUFFERS = rf"{_NUMBER}{BLANKS}{_NUMBER}"
_FLAGS = (
    r"(?:0x[0-9a-f]{1,8}|[0-9a-f]{5})[ \t]+(?:0x[0-9a-f]{1,8}|[0-9a-f]{8})"
    r"(?:[ \t]+[0-9a-f]{16}[ \t]+[0-9a-f]{8}[ \t]+[0-9a-f]{8}(?:[ \t]+-?[0-9]{1,10}){2}"
    r"[ \t]+[0-9a-f]{6,8})?"
)
# No leading zeros, unlike the flags.
_PID = r"(?:0|[1-9][0-9]{0,9})(?![^ \t])"
# The path of a unix socket, on a row that has both.
_PATH = rf"(?![^ \t])(?:[ \t]+(?P<path>\S(?s:.*\S)?))?{_END}"


def _owner(traffic: str, owner: str) -> pp.Regex:
    return pp.Regex(rf"{traffic}{BLANKS}{_BUFFERS}{BLANKS}{owner}{BLANKS}{_FLAGS}{_PATH}")


NAMED_OWNERS = (
    _owner(rf"{_NUMBER}{BLANKS}{_NUMBER}", r"(?P<name>(?s:.*)):(?P<pid>[0-9]{1,10})"),
    _owner(_PACKETS, r"(?P<name>(?s:.*)):(?P<pid>[0-9]{1,10})[ \t]+:"),
    _owner(_PACKETS, r"(?P<name>[^:]*):(?P<pid>[0-9]{1,10})[ \t]+[^:]*:[0-9]{1,10}"),
    _owner(_PACKETS, r"(?P<name>(?s:.*)):(?P<pid>)[0-9]{1,10}"),
)
"""``-v`` of macOS 15 on: ``rxbytes txbytes rhiwat shiwat %16s:%-6u %05x %08x %016llx …``.

The name is whatever the program's file is called, so that its end is found from the right. ``-vv``
adds packets to the bytes, and a second ``process:pid`` for the effective owner: a lone colon where
there is none. Where there is one and the names hold colons, nobody can tell which number belongs to
whom; the last form then finds all of it as one name without a number.
"""

NUMBERED_OWNER = pp.Regex(
    rf"(?:{_TRAFFIC}{BLANKS})?{_BUFFERS}{BLANKS}(?P<pid>{_PID}){BLANKS}{_PID}"
    rf"(?:{BLANKS}(?P<flags>{_FLAGS}))?{_PATH}"
)
"""``-v`` of macOS 10.8 to 14: ``[rxbytes txbytes] rhiwat shiwat pid epid [state options …]``."""

OPEN_OWNER = pp.Regex(
    rf"(?:{_TRAFFIC}{BLANKS}{_BUFFERS}{BLANKS}(?P<name>\S.*)|[0-9/]+(?:{BLANKS}[0-9/]+)*){_END}"
)
"""The beginning of the ``-v`` columns, with as much of the process name as the line holds."""

TRAFFIC = pp.Regex(rf"{_TRAFFIC}{_PATH}")
"""``-b`` of macOS: ``rxbytes txbytes``."""

DROPS = pp.Regex(rf"{_TRAFFIC}(?P<drops>{BLANKS}{_BYTES})(?![^ \t])")
"""``-d`` of macOS adds a third count to ``-b`` and ``-v``."""

_TIMER = r"[0-9]{1,10}\.[0-9]{2}"
STATELESS = pp.Regex(
    rf"(?:{_NUMBER}(?:{BLANKS}{_NUMBER}){{11}}(?:(?:{BLANKS}{_TIMER}){{6}})?"
    rf"|[0-9a-f]{{8}}{BLANKS}[0-9]{{1,5}}){_END}"
)
"""``-x`` (mbufs and timers) and ``-R`` (flow) of FreeBSD, which take the state column's place."""

WORDS = pp.Regex(rf"\S+(?:{BLANKS}\S+){{0,6}}{_END}")
"""FreeBSD ``-c -C -P``: TCP stack, congestion control, Log ID: texts that programs choose."""

PID_HEADER = pp.Regex(r".*\b(?:(?P<named>process:)|(?<!:))pid\b")
"""A column header that announces process ids (macOS ``-v``), with or without names."""

HEADER = pp.Regex(rf"{_MARGIN}(?:\S+[ \t]+){{0,2}}(?:Proto|Listen|Address)\b")
"""A column header, as opposed to a title."""

DROPS_HEADER = pp.Regex(r".*\brxdrops\b")
"""A column header that announces the column of `DROPS`."""

WORDS_HEADER = pp.Regex(r".*\b(?:Log ID|Stack|CC)\b")
"""A column header that announces one of the columns of `WORDS`."""

CHANGED_REMARK = pp.Regex(
    r"Some \w+ sockets may have been (?:created or deleted|created|deleted)\.?[ \t]*"
)
"""netstat's word that sockets came or went meanwhile; one form of it ends without a line end."""

KIND_REMARK = pp.Regex(rf"(?:unexpected kind [0-9]+(?: which 0x[0-9a-f]+)?|got [0-9]+ twice){_END}")
"""netstat of macOS on a kernel newer than itself (protopr, unixpr_n)."""
