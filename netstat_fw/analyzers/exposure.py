"""Exposure: which addresses a bound port answers on.

`place` turns the binds of one port into exposures of different scopes, by the bind-scope table. The
wider scope takes in the narrower one of the same family, so no two exposures of a port speak of the
same packet. Reasons cite the rows of the table by position, ``2.2.1`` to ``2.2.12``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from netstat_fw.analyzers.administration import is_admin
from netstat_fw.analyzers.ends import Reach
from netstat_fw.analyzers.findings import DualStack, Exposure, Fate, Scope, Stance
from netstat_fw.analyzers.host import sort_addresses
from netstat_fw.analyzers.rows import further_ends, pids_of, programs_of
from netstat_fw.analyzers.spans import BOTH, explain_spans, find_spans
from netstat_fw.analyzers.verdicts import Verdict, key_of
from netstat_fw.analyzers.wording import doing, port_text
from netstat_fw.evidence import Confidence, Question, Reason
from netstat_fw.records import Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from netstat_fw.analyzers.ends import End
    from netstat_fw.analyzers.host import Context
    from netstat_fw.analyzers.rows import Row
    from netstat_fw.analyzers.spans import Bind, Spans


@attrs.frozen
class Placed:
    """An exposure and the rows it comes from.

    Attributes:
        exposure: the finding.
        rows: the rows that make it.
        covered: loopback rows of the same port, which the exposure makes irrelevant.
    """

    exposure: Exposure
    rows: tuple[Row, ...]
    covered: tuple[Row, ...] = ()


def place(
    protocol: Protocol,
    port: int,
    rows: Sequence[Row],
    context: Context,
    *,
    takes_ipv4: bool = False,
) -> tuple[Placed, ...]:
    """Find the exposures of one bound port, the widest first; at least one.

    Args:
        protocol: the port's protocol.
        port: the port.
        rows: its listening or unconnected rows, at least one.
        context: the host.
        takes_ipv4: an IPv4 connection to the port was captured.
    """
    binds = [(end, row) for row in rows for end in (row.local, *further_ends(row, local=True))]
    outside = [(end, row) for end, row in binds if end.reach is not Reach.LOOPBACK]
    if not outside:
        return (Placed(_Port(protocol, port, context).shut(rows), tuple(rows)),)
    spans = find_spans(outside, binds, context, takes_ipv4=takes_ipv4)
    taken: dict[Scope, list[Bind]] = {}
    for end, row in outside:
        family = end.family or row.socket.family
        scope = _SCOPES[end.reach]
        if family in spans.families:
            scope = Scope.ANY
        taken.setdefault(scope, []).append((end, row))
    bound = _Port(protocol, port, context)
    placed = [bound.open(scope, taken[scope], spans) for scope in Scope if scope in taken]
    inside = tuple(row for end, row in binds if end.reach is Reach.LOOPBACK)
    if inside:
        first = placed[0]
        evidence = context.cite((*first.rows, *inside))
        exposure = attrs.evolve(first.exposure, evidence=evidence)
        placed[0] = Placed(exposure, first.rows, inside)
    return tuple(placed)


def shut_ports(placed: Iterable[Placed]) -> frozenset[tuple[Protocol, int]]:
    """Return the ports that are bound to loopback alone."""
    return frozenset(
        (each.exposure.protocol, each.exposure.port)
        for each in placed
        if each.exposure.scope is Scope.LOOPBACK
    )


def tcp_servers(placed: Iterable[Placed]) -> dict[int, frozenset[int | None]]:
    """Return the ports that TCP servers are exposed on, not to this machine alone.

    Each with the process ids of its servers, as `pids_of` gives them.
    """
    servers: dict[int, frozenset[int | None]] = {}
    for each in placed:
        exposure = each.exposure
        if exposure.protocol is Protocol.TCP and exposure.scope is not Scope.LOOPBACK:
            known = servers.get(exposure.port, frozenset())
            servers[exposure.port] = known | pids_of(each.rows)
    return servers


def judge_placed(placed: Iterable[Placed]) -> dict[int, Verdict]:
    """Say what becomes of the rows of exposures."""
    verdicts = {}
    for each in placed:
        exposure = each.exposure
        key = key_of(exposure)
        made = Verdict(Fate.FINDING, exposure.reasons[0], key)
        if exposure.confidence is Confidence.LOW and exposure.question is not None:
            made = Verdict(Fate.QUESTION, exposure.reasons[0], key_of(exposure.question))
        covered = Verdict(Fate.COVERED, _EXPOSED_ANYWAY, key)
        verdicts.update(dict.fromkeys((row.index for row in each.covered), covered))
        verdicts.update(dict.fromkeys((row.index for row in each.rows), made))
    return verdicts


@attrs.frozen
class _Port:
    """A bound port of the host."""

    protocol: Protocol
    port: int
    context: Context

    def shut(self, rows: Sequence[Row]) -> Exposure:
        """Make the exposure of a port that is bound to loopback alone."""
        programs = programs_of(rows)
        text = port_text(self.protocol, self.port)
        return Exposure(
            self.protocol,
            self.port,
            BOTH,
            Scope.LOOPBACK,
            stance=Stance.SHUT,
            service=self.context.services.name_of(self.port, self.protocol.value),
            programs=programs,
            question=Question(
                "Q_EXPOSE",
                f"{doing(programs, 'serve')} {text} to this machine only: is it meant to be reached"
                " from outside, should that change?",
                text,
                self.context.cite(rows),
            ),
            confidence=Confidence.CERTAIN,
            reasons=(
                Reason(
                    "LOOPBACK_ONLY",
                    f"{text} is only reachable from this machine; an explicit drop keeps it so if"
                    " the daemon is reconfigured",
                    "2.2.11" if any(_is_stub(row.local) for row in rows) else "2.2.5",
                ),
            ),
            evidence=self.context.cite(rows),
        )

    def open(self, scope: Scope, binds: Sequence[Bind], spans: Spans) -> Placed:
        """Make the exposure of the binds that fall under one scope."""
        rows = tuple(row for _, row in binds)
        programs = programs_of(rows)
        found = {end.family or row.socket.family for end, row in binds}
        families = tuple(family for family in BOTH if family in found)
        listens = f"{doing(programs, 'listen')} on {port_text(self.protocol, self.port)}"
        dual_stack = None
        confidence = Confidence.CERTAIN
        if scope is Scope.ANY:
            families = spans.families
            dual_stack = spans.dual_stack
            reasons = explain_spans(listens, spans)
            if spans.collapsed or dual_stack is DualStack.ASSUMED:
                confidence = Confidence.HIGH
        else:
            code, row, where = _NARROW[scope]
            reasons = (Reason(code, f"{listens} {where}", row),)
        named = scope in {Scope.ADDRESSES, Scope.BRIDGE, Scope.GROUP}
        exposure = Exposure(
            self.protocol,
            self.port,
            families,
            scope,
            sort_addresses({end.address for end, _ in binds if end.address}) if named else (),
            service=self.context.services.name_of(self.port, self.protocol.value),
            programs=programs,
            admin=is_admin(self.protocol, self.port, programs),
            dual_stack=dual_stack,
            confidence=confidence,
            reasons=reasons,
            evidence=self.context.cite(rows),
        )
        return Placed(exposure, rows)


def _is_stub(end: End) -> bool:
    """Tell the addresses of systemd-resolved: systemd-resolved.service(8)."""
    return end.port == 53 and str(end.address) in {"127.0.0.53", "127.0.0.54"}  # noqa: PLR2004


_EXPOSED_ANYWAY = Reason(
    "LOOPBACK_EXPOSED",
    "the port is reachable on other addresses as well, so loopback adds nothing",
    "2.2.6",
)
_SCOPES = {
    # A wildcard always takes its family to ANY; the others unless their family is there already.
    Reach.WILDCARD: Scope.ANY,
    Reach.ADDRESS: Scope.ADDRESSES,
    Reach.BRIDGE: Scope.BRIDGE,
    Reach.LINK_LOCAL: Scope.LINK_LOCAL,
    Reach.GROUP: Scope.GROUP,
    Reach.UNNAMED: Scope.UNNAMED,
}
_NARROW = {
    Scope.ADDRESSES: ("LISTEN_ADDRESS", "2.2.7", "on some of the host's addresses only"),
    Scope.BRIDGE: ("DOCKER_BRIDGE", "2.2.12", "on a bridge of containers or virtual machines"),
    Scope.LINK_LOCAL: ("LINK_LOCAL", "2.2.9", "on link-local addresses, for hosts on the link"),
    Scope.GROUP: ("LISTEN_GROUP", "2.2.10", "on a multicast or broadcast address"),
    Scope.UNNAMED: (
        "ADDR_TRUNCATED",
        "2.2.7",
        "on one address, which the capture shows cut or as a name: no literal can be trusted",
    ),
}
