"""Sockets: the rows of the tables, as values.

A field that says only *where* or *how* something was printed (`line`, `state_text`) is left out of
equality, so that one socket captured twice compares equal.
"""

from __future__ import annotations

import attrs

from netstat_fw.brief import brief
from netstat_fw.protocol import Family, Protocol
from netstat_fw.ranges import COUNT, POSITIVE
from netstat_fw.records.endpoint import Endpoint  # noqa: TC001 - as above
from netstat_fw.records.process import Process  # noqa: TC001 - as above
from netstat_fw.records.terms import State, UnixState, UnixType  # noqa: TC001 - as above


@attrs.frozen
class Timer:
    """The kernel timer of a socket (``netstat -o``).

    Attributes:
        kind: the word as printed: ``off``, ``on``, ``keepalive``, ``timewait``, ``probe``, or its
            translation.
        seconds: time left.
        retransmits: retransmissions so far.
        probes: unanswered probes so far.
    """

    kind: str
    seconds: float
    retransmits: int
    probes: int


@attrs.frozen
class Multihoming:
    """The further addresses of a multi-homed SCTP association (RFC 9260 6.4).

    Attributes:
        local: local addresses beside `Socket.local`, in captured order.
        remote: remote addresses beside `Socket.remote`, in captured order.
    """

    local: tuple[Endpoint, ...] = ()
    remote: tuple[Endpoint, ...] = ()


@attrs.frozen(weakref_slot=False)
class Socket:
    """One internet socket.

    Attributes:
        protocol: transport protocol.
        family: what the protocol column says (``tcp6``), or the address where it cannot say.
        local: this host's end.
        remote: the other end; a wildcard for listening and unconnected sockets.
        state: connection state; None where the cell is blank, as for unconnected UDP.
        process: holder of the socket; None where netstat did not show one.
        recv_q: bytes waiting to be read, or for a listener connections waiting to be accepted.
        send_q: bytes not yet acknowledged.
        user: owner as printed, a name or a number.
        inode: socket inode number.
        timer: kernel timer.
        snapshot: 0 for the first table of the text, counting up with every repeated one.
        line: 1-based number of the (first) line.
        state_text: the state cell as printed.
        security_context: SELinux context (``netstat -Z``).
        multihoming: further addresses of a multi-homed SCTP association.
        dual_stack: the protocol column says that an IPv6 socket takes IPv4 too (``tcp46``); always
            False where the column has no way to say so.
    """

    protocol: Protocol
    family: Family
    local: Endpoint
    remote: Endpoint
    state: State | None = None
    process: Process | None = None
    recv_q: int | None = attrs.field(default=None, metadata=COUNT)
    send_q: int | None = attrs.field(default=None, metadata=COUNT)
    user: str | None = None
    inode: int | None = None
    timer: Timer | None = None
    snapshot: int = attrs.field(default=0, metadata=COUNT)
    line: int = attrs.field(default=1, eq=False, metadata=POSITIVE)
    state_text: str | None = attrs.field(default=None, eq=False)
    security_context: str | None = None
    multihoming: Multihoming | None = None
    dual_stack: bool = False

    def __repr__(self) -> str:
        """Sum the socket up."""
        process = self.process
        return brief(
            self,
            f"{self.protocol.value}{'6' if self.family is Family.IPV6 else ''}",
            self.local,
            self.remote,
            None if self.state is None else self.state.value,
            pid=None if process is None else process.pid,
            program=None if process is None else process.program,
            line=self.line,
            snapshot=self.snapshot or None,
        )


@attrs.frozen(weakref_slot=False)
class UnixSocket:
    """One unix-domain socket. Nothing of it reaches a firewall; it is kept for completeness.

    Attributes:
        type: socket type.
        state: connection state; UNCONNECTED where the cell is blank; None where the dialect has no
            such column.
        ref_count: reference count; None where not captured.
        flags: the words in the flags cell, such as ``("ACC",)``.
        inode: inode number; None where not captured.
        process: holder; None where netstat did not show one.
        path: filesystem path, or ``@name`` for the abstract namespace; None where unbound.
        snapshot: as in `Socket`.
        line: as in `Socket`.
    """

    type: UnixType
    state: UnixState | None = None
    ref_count: int | None = None
    flags: tuple[str, ...] = ()
    inode: int | None = None
    process: Process | None = None
    path: str | None = None
    snapshot: int = attrs.field(default=0, metadata=COUNT)
    line: int = attrs.field(default=1, eq=False, metadata=POSITIVE)

    def __repr__(self) -> str:
        """Sum the socket up."""
        return brief(
            self,
            self.type.value,
            None if self.state is None else self.state.value,
            path=self.path,
            program=None if self.process is None else self.process.program,
            line=self.line,
            snapshot=self.snapshot or None,
        )
