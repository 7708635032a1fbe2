"""What the tests of filters that follow connections by themselves have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs
from hypothesis import assume

from netstat_fw.errors import ExportError
from netstat_fw.exporters import Rendered, render
from netstat_fw.ruleset import Action, Chain, ConnectionState, Flow, Protocol, Ruleset
from netstat_fw.ruleset.base import LOOPBACK

if TYPE_CHECKING:
    from collections.abc import Callable

NEIGHBOURS = range(133, 138)


def holdable(ruleset: Ruleset, target: str, **options: Any) -> tuple[Ruleset, Rendered]:  # noqa: ANN401
    """Take out the rules that the target refuses one by one, and render the rest."""

    def holds(rule: Any) -> bool:  # noqa: ANN401
        try:
            alone = Ruleset(Chain("drop", [rule]), Chain("drop"), zones=ruleset.zones)
            render(alone, target, **options)
        except ExportError:
            return False
        return True

    def kept(chain: Chain) -> Chain:
        return Chain(chain.default, [rule for rule in chain.rules if holds(rule)])

    reduced = attrs.evolve(
        ruleset, incoming=kept(ruleset.incoming), outgoing=kept(ruleset.outgoing)
    )
    try:
        return reduced, render(reduced, target, **options)
    except ExportError:
        assume(False)  # noqa: FBT003 - hypothesis' own signature
        raise


def check(ruleset: Ruleset, rendered: Rendered, flow: Flow, passes: Callable[[Flow], bool]) -> None:
    """Hold one packet that rules judge against the model: never looser, stricter only as told."""
    if flow.interface == "lo" or flow.state not in {ConnectionState.NEW, ConnectionState.INVALID}:
        return
    decision = ruleset.decide(flow)
    neighbour = flow.protocol is Protocol.ICMPV6 and flow.icmp_type in NEIGHBOURS
    if neighbour and flow.hop_limit not in {None, 255}:
        return
    wanted = decision.action is Action.ACCEPT
    got = flow.state is ConnectionState.NEW and passes(flow)
    assert wanted or not got, (str(flow), rendered.text)
    if wanted and not got and flow.state is ConnectionState.NEW:
        forged = flow.local_address in LOOPBACK or flow.remote_address in LOOPBACK
        told = " ".join(map(str, rendered.omissions))
        assert forged or (decision.rule and decision.rule.id in told), (str(flow), rendered.text)
