"""Spans: in which families a port answers on every address, and why.

A wildcard says so itself; ``::`` may say it for IPv4 as well; and one program on each of the host's
addresses says it without any wildcard. Rows of the bind-scope table as in `exposure`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import attrs

from netstat_fw.analyzers.ends import End, Reach
from netstat_fw.analyzers.findings import DualStack
from netstat_fw.analyzers.rows import Row, pids_of
from netstat_fw.analyzers.wording import family_text
from netstat_fw.evidence import Reason
from netstat_fw.records import Dialect, Family

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from netstat_fw.analyzers.host import Context

Bind: TypeAlias = tuple[End, Row]
"""An address that is bound, and the row that says so."""
BOTH = (Family.IPV4, Family.IPV6)


@attrs.frozen
class Spans:
    """Families in which a port answers on every address, and why.

    Attributes:
        families: IPv4 first.
        dual_stack: what a ``::`` bind does about IPv4; None without such a bind.
        collapsed: families that only add up to every address.
        beside: a program bound every address one by one beside the wildcard.
    """

    families: tuple[Family, ...]
    dual_stack: DualStack | None
    collapsed: tuple[Family, ...]
    beside: bool


def find_spans(
    outside: Sequence[Bind], binds: Sequence[Bind], context: Context, *, takes_ipv4: bool
) -> Spans:
    """Find in which families a port answers on every address.

    Args:
        outside: its binds, without those to loopback.
        binds: all its binds.
        context: the host.
        takes_ipv4: an IPv4 connection to the port was captured.
    """
    wild = {family: [row for end, row in outside if _is_wild(end, row, family)] for family in BOTH}
    dual = None
    if wild[Family.IPV6]:
        # Where IPv4 has a bind of its own, that one took the IPv4 connection.
        alone = all((end.family or row.socket.family) is Family.IPV6 for end, row in binds)
        dual = _dual_stack(wild, context.host.dialect, takes_ipv4=takes_ipv4 and alone)
    opened = {family for family in BOTH if wild[family]}
    if dual in {DualStack.PROVEN, DualStack.ASSUMED}:
        opened.add(Family.IPV4)
    everywhere = set()
    if len(binds) > len(outside):
        everywhere = {family for family in BOTH if _is_everywhere(family, binds, context)}
    return Spans(
        tuple(family for family in BOTH if family in opened | everywhere),
        dual,
        tuple(family for family in BOTH if family in everywhere - opened),
        bool(everywhere & opened),
    )


def _is_wild(end: End, row: Row, family: Family) -> bool:
    return end.reach is Reach.WILDCARD and (end.family or row.socket.family) is family


def _dual_stack(wild: dict[Family, list[Row]], dialect: Dialect, *, takes_ipv4: bool) -> DualStack:
    """Judge a ``::`` bind: RFC 3493 5.3, and what each platform's netstat shows of it."""
    if wild[Family.IPV4]:
        return DualStack.TWIN
    if takes_ipv4 or any(row.socket.dual_stack for row in wild[Family.IPV6]):
        return DualStack.PROVEN
    # Windows lists a dual socket twice and BSD calls it tcp46; Linux prints both kinds alike.
    return DualStack.ASSUMED if dialect is Dialect.LINUX else DualStack.NONE


def _is_everywhere(family: Family, binds: Iterable[Bind], context: Context) -> bool:
    """Tell whether one program bound loopback and every own address of a family one by one.

    By its process id where that is captured, as every user can give a program any name. Callers ask
    only where something is bound to loopback.
    """
    of_family = [
        (end, row)
        for end, row in binds
        if (end.family or row.socket.family) is family
        and end.reach not in {Reach.WILDCARD, Reach.GROUP}
    ]
    reaches = {end.reach for end, _ in of_family}
    own = context.own_of(family)
    return (
        Reach.LOOPBACK in reaches
        and bool(own)
        and own <= {end.address for end, _ in of_family}
        and (family not in context.cut or Reach.UNNAMED in reaches)
        and len({row.program for _, row in of_family}) == 1
        and len(pids_of(row for _, row in of_family)) == 1
    )


def explain_spans(listens: str, spans: Spans) -> tuple[Reason, ...]:
    """Say why a port is open on every address, beginning with who listens on it."""
    everywhere = f"{listens} on all {family_text(spans.families)} addresses"
    reasons = [Reason("LISTEN_ANY", everywhere, _ANY_ROWS[spans.dual_stack])]
    if spans.dual_stack is not None:
        reasons.append(_DUAL_STACK_REASONS[spans.dual_stack])
    if spans.collapsed or spans.beside:
        reasons.append(
            Reason(
                "PER_ADDRESS_COLLAPSED",
                "one program is bound to each of the host's addresses: the same as all of them",
                "2.2.8",
            )
        )
    return tuple(reasons)


_ANY_ROWS = {
    None: "2.2.1",
    DualStack.TWIN: "2.2.2",
    DualStack.PROVEN: "2.2.3",
    DualStack.ASSUMED: "2.2.3",
    DualStack.NONE: "2.2.4",
}
_DUAL_STACK_REASONS = {
    DualStack.TWIN: Reason(
        "DUAL_STACK_TWIN", "a 0.0.0.0 socket and a :: socket: one service, two families", "2.2.2"
    ),
    DualStack.PROVEN: Reason(
        "DUAL_STACK_PROVEN", "one :: socket that is seen to serve IPv4 as well", "2.2.3"
    ),
    DualStack.ASSUMED: Reason(
        "DUAL_STACK_ASSUMED", "one :: socket and no 0.0.0.0 twin: also serves IPv4", "2.2.3"
    ),
    DualStack.NONE: Reason(
        "IPV6_ONLY", "one :: socket and no 0.0.0.0 twin: serves IPv6 alone here", "2.2.4"
    ),
}
