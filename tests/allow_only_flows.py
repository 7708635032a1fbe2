"""What tests of targets that only accept share: their laws, and texts to survive."""

from __future__ import annotations

import string
from typing import TYPE_CHECKING, TypeAlias

import attrs
from hypothesis import strategies as st

from netstat_fw.errors import ExportError
from netstat_fw.evidence import Question, Reason
from netstat_fw.exporters import Rendered, render
from netstat_fw.ruleset import (
    Action,
    AddressSet,
    Chain,
    ConnectionState,
    Direction,
    Flow,
    Log,
    PortSet,
    RemoteKind,
    RemoteReference,
    Rule,
    Ruleset,
    Zone,
)
from netstat_fw.ruleset.base import LOOPBACK

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator

    Accepts: TypeAlias = Callable[[Rendered, Flow], bool]

hostile = st.lists(
    st.sampled_from(
        ('"', "'", "\\", "\n", "${path.root}", "%{if true}", "-->", "#", "é", "\x1b[2J", "\u2028")
    )
    | st.text(max_size=20)
    | st.just("a" * 300),
    max_size=4,
).map("".join)
"""Texts that mean something to one format or another."""


def judged(flows: Iterable[Flow]) -> Iterator[Flow]:
    """Make of each flow the first packet of a connection with another host; skip loopback."""
    for flow in flows:
        ends = (flow.local_address, flow.remote_address)
        if flow.interface != "lo" and not any(end in LOOPBACK for end in ends):
            yield attrs.evolve(flow, state=ConnectionState.NEW)


def service_of(flow: Flow) -> int | None:
    """Give the port that the flow's service is known by, or its ICMP type."""
    if flow.icmp_type is not None:
        return flow.icmp_type
    return flow.local_port if flow.direction is Direction.INCOMING else flow.remote_port


def narrow(ruleset: Ruleset) -> Ruleset:
    """Leave rules only what every target that only accepts can tell apart."""
    return attrs.evolve(
        ruleset,
        incoming=Chain(
            ruleset.incoming.default,
            [attrs.evolve(_bare(rule), remote_ports=None) for rule in ruleset.incoming.rules],
        ),
        outgoing=Chain(
            ruleset.outgoing.default,
            [attrs.evolve(_bare(rule), local_ports=None) for rule in ruleset.outgoing.rules],
        ),
    )


def _bare(rule: Rule) -> Rule:
    return attrs.evolve(rule, interface=None, local=None, states=(), hop_limit=None)


def spoken(text: str) -> Ruleset:
    """Put the text wherever captured or given text can be."""
    name = "".join(char for char in text if char.isprintable()).strip() or "x"
    rule = Rule(
        action=Action.ACCEPT,
        protocol="tcp",
        local_ports=PortSet([22]),
        comment=text,
        service=name,
        reasons=(Reason(text, text),),
        log=Log(name),
    )
    rules = [
        rule,
        attrs.evolve(rule, comment="", enabled=False),
        attrs.evolve(rule, remote=RemoteReference(RemoteKind.ZONE, name)),
    ]
    return Ruleset(
        Chain(Action.DROP, rules),
        Chain(Action.DROP),
        zones=[Zone(name, AddressSet(["192.0.2.0/24"]))],
        questions=[Question("Q", text, text, ())],
        caveats=[Reason(text, text)],
    )


def hold_no_looser(ruleset: Ruleset, flows: Iterable[Flow], target: str, accepts: Accepts) -> None:
    """Hold that nothing passes which the ruleset would not accept, where it can be rendered."""
    try:
        rendered = render(ruleset, target)
    except ExportError:
        return
    for flow in judged(flows):
        if accepts(rendered, flow):
            assert ruleset.decide(flow).action is Action.ACCEPT


def hold_as_said(
    ruleset: Ruleset,
    flows: Iterable[Flow],
    target: str,
    accepts: Accepts,
    *,
    skipped: Collection[int] = (),
) -> None:
    """Hold that just what a narrow ruleset says passes, unless omissions say otherwise.

    Args:
        ruleset: one of `narrow`.
        flows: what is asked about.
        target: the target.
        accepts: what its output means.
        skipped: ports or types of services for which it may be stricter without a word.
    """
    rendered = render(ruleset, target)
    is_exact = not any(o.sentence.startswith("accepts") for o in rendered.omissions)
    for flow in judged(flows):
        accepted = ruleset.decide(flow).action is Action.ACCEPT
        assert accepts(rendered, flow) <= accepted
        if is_exact and service_of(flow) not in skipped:
            assert accepts(rendered, flow) == accepted


SAFE = frozenset(string.ascii_letters + string.digits + " ._,:/()+=@-\n")
"""The characters that may be left of free text; line breaks are the exporter's own."""
