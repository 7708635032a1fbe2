"""Fitness: what a capture can and cannot prove, said before any rule is offered.

Always the same statements in the same order, each worded for what is the case.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from netstat_fw.analyzers.facts import Fitness

if TYPE_CHECKING:
    from netstat_fw.analyzers.rows import Survey
    from netstat_fw.records import Capture


def judge_fitness(capture: Capture, rows: Survey) -> tuple[Fitness, ...]:
    """State what the capture proves; the order and the repetition of rows do not matter."""
    proven = {
        "LISTENERS": bool(rows.listeners),
        "CONNECTIONS": bool(rows.streams),
        "DATAGRAMS": bool(rows.datagrams),
        "PROGRAMS": _shows_all_programs(rows),
        "ADDRESSES": not rows.cut,
        "NUMBERS": not rows.named,
        "ROWS": not capture.errors,
    }
    return tuple(
        Fitness(code, holds, _SENTENCES[code][not holds]) for code, holds in proven.items()
    )


def _shows_all_programs(rows: Survey) -> bool:
    """Tell whether programs have names and no listener lacks its holder.

    Connections may lack one in the best of captures: TIME_WAIT belongs to nobody. A process number
    alone names nothing, but is all that Windows shows of its kernel in the best of captures.
    """
    return bool(rows.programs) and all(row.socket.process is not None for row in rows.listeners)


# What is said where the statement holds, and where it does not.
_SENTENCES = {
    "LISTENERS": (
        "listening TCP sockets are captured, so no TCP server of the host is missing",
        "no listening TCP socket is captured: servers are guessed from their connections",
    ),
    "CONNECTIONS": (
        "TCP connections are captured: those of one moment, never all that the host makes",
        "no TCP connection is captured: nothing shows what the host connects to",
    ),
    "DATAGRAMS": (
        "UDP sockets are captured",
        "no UDP socket is captured: UDP services may exist unseen",
    ),
    "PROGRAMS": (
        "every listening socket shows who holds it, by name wherever the platform has one",
        "some listening sockets name no program: the kernel's, or netstat without -p or rights",
    ),
    "ADDRESSES": (
        "every address is printed whole",
        "some addresses are cut to their column (netstat without -W): they give no literal",
    ),
    "NUMBERS": (
        "addresses and ports are numeric",
        "some addresses or ports are names (netstat without -n): names are not looked up",
    ),
    "ROWS": (
        "every row could be read",
        "some rows are damaged: what they say is missing here",
    ),
}
