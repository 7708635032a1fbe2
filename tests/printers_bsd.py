"""Prints sockets as the netstat of macOS and FreeBSD does, format string by format string.

What is printed from, `Row`, holds the texts that the tool has before it fits them into columns, so
that cutting happens here as it does in inetprint and inet6print. Sources as in
`netstat_fw.grammar.bsd`; nothing here uses the library.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


@attrs.frozen
class End:
    """An address and a port as texts, uncut; ``*`` for either."""

    host: str
    port: str


@attrs.frozen
class Row:
    """One internet socket, as far as any layout shows it."""

    label: str
    local: End
    remote: End
    state: str = ""
    recv_q: int = 0
    send_q: int = 0
    pid: int = 0
    name: str = ""

    @property
    def is_tcp(self) -> bool:
        return self.label.startswith("tcp")


@attrs.frozen
class Layout:
    """One mix of options of one tool.

    Attributes:
        header: column header, without ``-A``'s part.
        cell_width: 22, 18 with ``-A``, 45 with ``-W``.
        host_width: what the host is cut to; None with ``-W``.
        kernel: the columns of ``-A``.
        front: everything before the addresses.
        back: everything behind them.
        wide_ipv6: IPv6 cells are 45 wide whatever the others are (``-l`` of macOS).
        has_remote: whether there is a foreign address.
    """

    header: str
    front: Callable[[Row], str]
    back: Callable[[Row], str]
    cell_width: int = 22
    host_width: int | None = 16
    kernel: str = ""
    wide_ipv6: bool = False
    has_remote: bool = True
    title: str = "Active Internet connections (including servers)"
    shows_state: bool = True
    shows_queues: bool = True
    shows_pid: bool = False
    shows_name: bool = False


def cell(end: End, layout: Layout, *, ipv6: bool) -> str:
    """Print one address: ``%.*s.`` of the host, then the port, then ``%-*.*s`` of both."""
    if layout.host_width is None:
        width = 45 if layout.wide_ipv6 and ipv6 else layout.cell_width
        return f"{end.host}.{end.port}".ljust(width)
    text = f"{end.host[: layout.host_width]}.{end.port}"
    return text[: layout.cell_width].ljust(layout.cell_width)


def line(row: Row, layout: Layout) -> str:
    """Print one row, trailing blanks and all."""
    ipv6 = row.label.endswith("6") and not row.label.endswith("46")
    ends = f"{cell(row.local, layout, ipv6=ipv6)} "
    if layout.has_remote:
        ends += f"{cell(row.remote, layout, ipv6=ipv6)} "
    return layout.kernel + layout.front(row) + ends + layout.back(row)


def table(rows: Sequence[Row], layout: Layout) -> str:
    """Print title, header and rows."""
    return "\n".join([layout.title, layout.header, *(line(row, layout) for row in rows), ""])


def _queues(row: Row) -> str:
    return f"{row.label:<5} {row.recv_q:>6} {row.send_q:>6} "


def _apple_queues(row: Row) -> str:
    return _queues(row) + " "


def _counts(row: Row) -> str:
    if row.is_tcp:
        return f"{row.label:<5} {3:>6} {0:>6} {1:>6} "
    return f"{row.label:<5} {'':>21}"


def _listen(row: Row) -> str:
    return f"{row.label:<5} {f'{row.recv_q}/0/128':<32} "


def _apple_listen(row: Row) -> str:
    return f"{f'{row.recv_q}/0/128':<14} "


def _nothing(_: Row) -> str:
    return ""


def _state(row: Row) -> str:
    return f"{row.state:<11}" if row.is_tcp else ""


def _apple_state(row: Row) -> str:
    return f"{row.state:<11}"


def _state_and_log(row: Row) -> str:
    return f"{row.state:<11} -" if row.is_tcp else ""


def _state_and_stack(row: Row) -> str:
    if not row.is_tcp:
        return ""
    return f"{row.state:<11} freebsd cubic      14480 1073725440  1448 off web-17"


def _buffers(row: Row) -> str:
    numbers = (0, 1, 0, 0, 65700, 33580, 1, 2048, 0, 256, 525600, 268640)
    text = " ".join(f"{number:>6}" for number in numbers)
    if row.is_tcp:
        text += "".join(f" {whole:>4}.{rest:02}" for whole, rest in ((0, 23), (5321, 34)) * 3)
    return text


def _flow(_: Row) -> str:
    return f" {0x1F2A:08x} {2:>5}"


def _traffic(row: Row) -> str:
    return f"{row.state:<11} {4958:>10} {18446744073709551615:>10}"


def _oldest_owner(row: Row) -> str:
    return f"{row.state:<11} {131072:>6} {131860:>6} {row.pid:>6} {0:>6}"


def _old_owner(row: Row) -> str:
    return f"{_oldest_owner(row)} 0x{0x102:04x} 0x{8:08x}"


_FLAGS = f" {0x102:05x} {8:08x}"
_GENERATION = f" {0x344A58:016x} {0x80:08x} {0x4000900:08x} {2:>6} {0:>6} {0:06x}"


def _short_owner(row: Row) -> str:
    return f"{row.state:<11} {131072:>7} {131860:>7} {row.pid:>6} {0:>6}{_FLAGS}"


def _numbered_owner(row: Row) -> str:
    return _short_owner(row) + _GENERATION


def _counted_owner(row: Row) -> str:
    return (
        f"{row.state:<11} {13928:>12} {2265:>12} {131072:>7} {131860:>7} {row.pid:>6} {0:>6}"
        f"{_FLAGS}{_GENERATION}"
    )


def _named_owner(row: Row) -> str:
    return (
        f"{row.state:<11} {13928:>12} {2265:>12} {131072:>7} {131860:>7}"
        f" {row.name:>16}:{row.pid:<6}{_FLAGS}{_GENERATION}"
    )


def _named_owner_and_drops(row: Row) -> str:
    return (
        f"{row.state:<11} {13928:>12} {2265:>12} {7:>12} {131072:>7} {131860:>7}"
        f" {row.name:>16}:{row.pid:<6}{_FLAGS}{_GENERATION}"
    )


def _two_named_owners(row: Row) -> str:
    return (
        f"{row.state:<11} {13928:>12}/{12:<9} {2265:>12}/{3:<9} {131072:>7} {131860:>7}"
        f" {row.name:>16}:{row.pid:<6} {'':>16}:{'':<6}{_FLAGS}{_GENERATION}"
    )


_QUEUES = "Proto Recv-Q Send-Q"
_CELLS = f"{'Local Address':<22} {'Foreign Address':<22}"
_NARROW = f"{'Local Address':<18} {'Foreign Address':<18}"
_WIDE = f"{'Local Address':<45} {'Foreign Address':<45}"
_APPLE = f"{_QUEUES}  {_CELLS} {'(state)':<11}"
_REST = "state  options           gencnt    flags   flags1 usecnt rtncnt fltrs"
_TRAFFIC = f" {'rxbytes':>12} {'txbytes':>12}"
_QLEN = "Current listen queue sizes (qlen/incqlen/maxqlen)"
_KERNEL = "fffff80003df43d0 "
_APPLE_KERNEL = "7fb03cb94d505aed  6a3d6e4 "

LAYOUTS = {
    "freebsd -an": Layout(f"{_QUEUES} {_CELLS} (state)    ", _queues, _state),
    "freebsd -anW": Layout(
        f"{_QUEUES} {_WIDE} (state)    ", _queues, _state, cell_width=45, host_width=None
    ),
    "freebsd -An": Layout(
        f"{'Tcpcb':<16} {_QUEUES} {_NARROW} (state)    ",
        _queues,
        _state,
        cell_width=18,
        kernel=_KERNEL,
    ),
    "freebsd -A": Layout(
        f"{'Tcpcb':<16} {_QUEUES} {_NARROW} (state)    ",
        _queues,
        _state,
        cell_width=18,
        host_width=12,
        kernel=_KERNEL,
    ),
    "freebsd -AnW": Layout(
        f"{'Tcpcb':<16} {_QUEUES} {_WIDE} (state)    ",
        _queues,
        _state,
        cell_width=45,
        host_width=None,
        kernel=_KERNEL,
    ),
    "freebsd -T": Layout(
        f"Proto Rexmit OOORcv 0-win  {_CELLS}",
        _counts,
        _nothing,
        shows_state=False,
        shows_queues=False,
    ),
    "freebsd -x": Layout(
        f"{_QUEUES} {_CELLS} R-MBUF S-MBUF R-CLUS S-CLUS R-HIWA S-HIWA R-LOWA S-LOWA R-BCNT S-BCNT"
        " R-BMAX S-BMAX   rexmt persist    keep    2msl  delack rcvtime",
        _queues,
        _buffers,
        shows_state=False,
    ),
    "freebsd -R": Layout(f"{_QUEUES} {_CELLS}    flowid ftype", _queues, _flow, shows_state=False),
    "freebsd -P": Layout(f"{_QUEUES} {_CELLS} (state)     Log ID", _queues, _state_and_log),
    "freebsd -cCP": Layout(
        f"{_QUEUES} {_CELLS} (state)     Stack   CC          cwin   ssthresh   MSS ECN Log ID",
        _queues,
        _state_and_stack,
    ),
    "freebsd -L": Layout(
        f"Proto {'Listen':<32} {'Local Address':<22}",
        _listen,
        _nothing,
        has_remote=False,
        title=_QLEN,
    ),
    "macos -an": Layout(_APPLE, _apple_queues, _apple_state),
    "macos -anlW": Layout(
        f"{_QUEUES}  {_WIDE} (state)    ",
        _apple_queues,
        _apple_state,
        host_width=None,
        wide_ipv6=True,
    ),
    "macos -Abn": Layout(
        f"{'Socket':<16} {'Flowhash':<9}{_QUEUES}  {_NARROW} (state)        rxbytes    txbytes",
        _apple_queues,
        _traffic,
        cell_width=18,
        kernel=_APPLE_KERNEL,
    ),
    "macos -L": Layout(
        f"{'Listen':<14} {'Local Address':<22}",
        _apple_listen,
        _nothing,
        has_remote=False,
        title=_QLEN,
    ),
    "macos 10.7 -anv": Layout(
        f"{_APPLE} rhiwat shiwat    pid   epid", _apple_queues, _oldest_owner, shows_pid=True
    ),
    "macos 10.14 -anv": Layout(
        f"{_APPLE} rhiwat shiwat    pid   epid  state    options",
        _apple_queues,
        _old_owner,
        shows_pid=True,
    ),
    "macos 12 -anv": Layout(
        f"{_APPLE}  rhiwat  shiwat    pid   epid {_REST}",
        _apple_queues,
        _numbered_owner,
        shows_pid=True,
    ),
    "macos 13 -anv": Layout(
        f"{_APPLE}  rhiwat  shiwat    pid   epid state  options",
        _apple_queues,
        _short_owner,
        shows_pid=True,
    ),
    "macos 14 -anv": Layout(
        f"{_APPLE}{_TRAFFIC}  rhiwat  shiwat    pid   epid {_REST}",
        _apple_queues,
        _counted_owner,
        shows_pid=True,
    ),
    "macos 15 -anv": Layout(
        f"{_APPLE}{_TRAFFIC}  rhiwat  shiwat          process:pid    {_REST}",
        _apple_queues,
        _named_owner,
        shows_pid=True,
        shows_name=True,
    ),
    "macos 15 -anvd": Layout(
        f"{_APPLE}{_TRAFFIC}      rxdrops  rhiwat  shiwat          process:pid    {_REST}",
        _apple_queues,
        _named_owner_and_drops,
        shows_pid=True,
        shows_name=True,
    ),
    "macos 15 -anvv": Layout(
        f"{_APPLE}      rxbytes/packets        txbytes/packets    rhiwat  shiwat"
        f"          process:pid            eprocess:epid  {_REST}",
        _apple_queues,
        _two_named_owners,
        shows_pid=True,
        shows_name=True,
    ),
}
"""Every layout by tool and options."""


@attrs.frozen
class Unix:
    """One unix-domain socket."""

    kind: str
    path: str = ""


def unix_line(row: Unix, *, columns: str = "") -> str:
    """Print a unix row of a 64 bit system; ``columns`` are those of ``-v``."""
    pointer = 0xFFFFF80003AB6100
    text = f"{pointer:>16x} {row.kind:<6.6} {0:>6} {0:>6} {0:>16x} {pointer:>16x} {0:>16x} {0:>16x}"
    return text + columns + (f" {row.path}" if row.path else "")


UNIX_TITLES = (
    "Active UNIX domain sockets",
    (
        "Address          Type   Recv-Q Send-Q            Inode             Conn             Refs"
        "          Nextref Addr"
    ),
)


def unix_table(rows: Sequence[Unix]) -> str:
    """Print title, header and rows."""
    return "\n".join([*UNIX_TITLES, *(unix_line(row) for row in rows), ""])
