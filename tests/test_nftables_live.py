"""The nftables text, loaded by the real tool into a network namespace and listed back."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import attrs
import netns
import nft_evaluator
import pytest
from effort import examples
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from port_space import sweep
from ruleset_strategies import bare_rulesets, flow_lists, texts

from netstat_fw.evidence import ProcessCheck, Question, Reason
from netstat_fw.exporters import render
from netstat_fw.ruleset import (
    Action,
    AddressSet,
    Chain,
    ConnectionState,
    Direction,
    Family,
    Flow,
    Log,
    LogInterval,
    LogRate,
    PortSet,
    Protocol,
    RemoteKind,
    RemoteReference,
    Rule,
    Ruleset,
    Zone,
    base_rules,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

HOOKS = {Direction.INCOMING: "input", Direction.OUTGOING: "output"}


@pytest.fixture(scope="module")
def inside() -> Iterator[netns.Namespace]:
    with netns.namespace("nft") as made:
        yield made


def load(inside: netns.Namespace, text: str) -> None:
    """Load a file as ``nft -f`` does."""
    inside.run("nft", "-f", "-", text=text)


def listing(inside: netns.Namespace) -> str:
    """List our table as numeric JSON."""
    return inside.run("nft", "-j", "-n", "list", "table", "inet", "netstat_fw")


def without_handles(text: str) -> list[dict[str, Any]]:
    """Read a listing and drop the numbers that the kernel gives anew with every load."""
    items: list[dict[str, Any]] = json.loads(text)["nftables"]
    for item in items:
        for value in item.values():
            value.pop("handle", None)
    return items


def packet(flow: Flow) -> nft_evaluator.Packet:
    """Say a flow in the words of a packet header."""
    incoming = flow.direction is Direction.INCOMING
    here = (str(flow.local_address), flow.local_port)
    there = (str(flow.remote_address), flow.remote_port)
    (saddr, sport), (daddr, dport) = (there, here) if incoming else (here, there)
    return {
        "version": flow.local_address.version,
        "l4proto": flow.protocol.number,
        "saddr": saddr,
        "daddr": daddr,
        "sport": sport,
        "dport": dport,
        "type": flow.icmp_type,
        "hoplimit": flow.hop_limit,
        "iifname" if incoming else "oifname": flow.interface or "eth7",
        "state": flow.state.value,
    }


def here(protocol: str, *ports: int | tuple[int, int], **fields: Any) -> Rule:  # noqa: ANN401 - fields of a rule
    """Write a rule for ports of this host, accepting unless told otherwise."""
    fields.setdefault("action", "accept")
    return Rule(protocol=protocol, local_ports=PortSet(ports), **fields)


def there(protocol: str, *ports: int | tuple[int, int], **fields: Any) -> Rule:  # noqa: ANN401 - fields of a rule
    """Write a rule for ports of the other side, accepting unless told otherwise."""
    fields.setdefault("action", "accept")
    return Rule(protocol=protocol, remote_ports=PortSet(ports), **fields)


OFFICE = RemoteReference(RemoteKind.ZONE, "office")
V4 = (Family.IPV4,)
SERVER = Ruleset(
    Chain(Action.DROP, [
        *base_rules(),
        here("tcp", 25, 631, action="drop", reasons=(Reason("LOOPBACK_ONLY", "only from here"),)),
        here("udp", (5000, 5100), action="reject", log=Log("refused", None)),
        here("tcp", 7722, remote=OFFICE, service="ssh"),
        here("tcp", 80, 443, states=(ConnectionState.NEW,)),
        here("tcp", (6000, 6063), 6062, 6064, families=(Family.IPV6,)),
        here("udp", 123),
        here("udp", 68, remote_ports=PortSet([67]), families=V4, comment="lease"),
        here("tcp", (60000, 65535), remote=AddressSet(["198.51.100.0/25"]), log=Log("high")),
        here("tcp", 60001, action="reject", enabled=False),
    ]),
    Chain(Action.REJECT, [
        *base_rules(),
        there("tcp", 22, 53),
        there("udp", 53, 123),
        there("tcp", (1, 1023), remote=OFFICE, families=(Family.IPV6,)),
        there("udp", (1, 65535), local_ports=PortSet([68]), families=V4, interface="eth7"),
        there("udp", 137, action="drop", log=Log("smb", LogRate(1, LogInterval.DAY, 1))),
    ]),
    zones=[Zone("office", AddressSet(["198.51.100.0/24", "2001:db8:1::/48", "203.0.113.7"]))],
)  # fmt: skip
OPEN = Ruleset(
    Chain(Action.ACCEPT, [here("tcp", 23, (135, 139), action="drop")]),
    Chain(Action.ACCEPT, [Rule(action=Action.REJECT, protocol=Protocol.UDP)]),
)
CLOSED = Ruleset(Chain(Action.DROP), Chain(Action.DROP))


@pytest.mark.exhaustive
@pytest.mark.parametrize("ruleset", [SERVER, OPEN, CLOSED], ids=["server", "open", "closed"])
def test_every_port_meets_the_verdict_of_the_model(
    inside: netns.Namespace, ruleset: Ruleset
) -> None:
    """65,536 ports x tcp and udp x IPv4 and IPv6 x both chains; saved and reloaded as well."""
    load(inside, render(ruleset, "nftables").text)
    once = listing(inside)
    seen = verdicts_as_in_the_model(once, ruleset)
    expected = {rule.action for c in (ruleset.incoming, ruleset.outgoing) for rule in c.rules}
    assert seen == {
        a.value for a in expected | {ruleset.incoming.default, ruleset.outgoing.default}
    }
    saved = inside.run("nft", "-s", "list", "ruleset")
    inside.run("nft", "flush", "ruleset")
    load(inside, saved)
    assert without_handles(listing(inside)) == without_handles(once)
    assert verdicts_as_in_the_model(listing(inside), ruleset) == seen


def verdicts_as_in_the_model(text: str, ruleset: Ruleset) -> set[str]:
    """Compare a listing with the model over all ports, and say which verdicts there were."""
    chains = nft_evaluator.chains(text)
    assert chains.keys() == {"input", "output"}
    edges = {edge for chain in chains.values() for edge in nft_evaluator.boundaries(chain, "dport")}
    seen = set()
    for flow in sweep(ruleset, edges):
        real = nft_evaluator.verdict(chains[HOOKS[flow.direction]], packet(flow))
        assert ruleset.decide(flow).action.value == real, flow
        seen.add(real)
    return seen


@settings(
    max_examples=examples(75),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(bare_rulesets(groups=False), flow_lists)
def test_any_ruleset_means_to_the_tool_what_it_means_to_the_model(
    inside: netns.Namespace, ruleset: Ruleset, some: list[Flow]
) -> None:
    """What nft lists is what it saves, so this holds after saving and reloading too."""
    load(inside, render(ruleset, "nftables").text)
    listed = nft_evaluator.chains(listing(inside))
    for drawn in some:
        # A real packet has a hop limit; None, which satisfies every rule, has no counterpart.
        flow = drawn if drawn.hop_limit is not None else attrs.evolve(drawn, hop_limit=64)
        real = nft_evaluator.verdict(listed[HOOKS[flow.direction]], packet(flow))
        assert ruleset.decide(flow).action.value == real, flow


def test_loading_again_replaces_and_adds_nothing(inside: netns.Namespace) -> None:
    load(inside, render(OPEN, "nftables").text)
    text = render(SERVER, "nftables").text
    load(inside, text)
    once = without_handles(listing(inside))
    load(inside, text)
    assert without_handles(listing(inside)) == once
    lines = [line for line in text.splitlines() if 'comment "r' in line]
    assert len([item for item in once if "rule" in item]) == len(lines) + 1  # and the last reject


def test_a_load_that_fails_leaves_the_old_rules(inside: netns.Namespace) -> None:
    load(inside, render(SERVER, "nftables").text)
    before = listing(inside)
    broken = render(OPEN, "nftables").text.replace("policy accept", "policy perhaps")
    with pytest.raises(AssertionError, match="syntax error"):
        load(inside, broken)
    assert listing(inside) == before


def test_tables_of_others_are_left_alone(inside: netns.Namespace) -> None:
    load(inside, "table ip theirs { chain forward { type filter hook forward priority 0; }; }")
    before = inside.run("nft", "list", "table", "ip", "theirs")
    load(inside, render(SERVER, "nftables").text)
    assert inside.run("nft", "list", "table", "ip", "theirs") == before
    assert "hook forward" not in inside.run("nft", "list", "table", "inet", "netstat_fw")


HOSTILE = (
    'a";accept;#', 'x"; tcp dport 23 accept comment "y', "x\n\t\taccept\n", "\\", 'a\\"', "$x",
    "@x", "x\r\nflush ruleset\r\n", "}\n}\nflush ruleset\ntable inet t {", "'; accept; '", "#",
    "x" * 200, "\x1b[2J\x00", "\u2028accept", "\u00e4" * 64, "\ud800", "/* x",
    'include "/etc/passwd"',
)  # fmt: skip
hostile = st.sampled_from(HOSTILE) | st.lists(st.sampled_from(HOSTILE) | texts, max_size=4).map(
    "".join
)


def spoken_of(text: str) -> Ruleset:
    """Put the text wherever captured or given text can be."""
    name = "".join(char for char in text if char.isprintable()).strip() or "x"
    told = (Reason(text, text), Reason("X", text))
    rule = here("tcp", 22, comment=text, service=name, reasons=told, log=Log(name))
    rules = [
        rule,
        attrs.evolve(rule, comment="", log=Log(name, None), action=Action.DROP),
        attrs.evolve(rule, enabled=False),
        attrs.evolve(rule, remote=RemoteReference(RemoteKind.USER_GROUP, name)),
        attrs.evolve(rule, remote=RemoteReference(RemoteKind.ZONE, name)),
    ]
    return Ruleset(
        Chain(Action.DROP, rules),
        Chain(Action.DROP, rules),
        zones=[Zone(name, AddressSet(["192.0.2.1"]))],
        questions=[Question(text, text, text)],
        caveats=told,
        process_checks=[ProcessCheck(text, 22, (text, text))],
    )


def expressions(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Give a listing without comments and log prefixes: all that does something."""
    for item in items:
        item.get("rule", {}).pop("comment", None)
        for expression in item.get("rule", {}).get("expr", ()):
            expression.get("log", {}).pop("prefix", None)
    return items


@settings(
    max_examples=examples(40),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(hostile)
def test_no_text_adds_removes_or_changes_a_rule_even_when_saved_and_reloaded(
    inside: netns.Namespace, text: str
) -> None:
    load(inside, render(spoken_of("x"), "nftables").text)
    expected = expressions(without_handles(listing(inside)))
    load(inside, render(spoken_of(text), "nftables").text)
    assert expressions(without_handles(listing(inside))) == expected
    saved = inside.run("nft", "list", "ruleset")
    load(inside, "flush ruleset\n" + saved)
    assert expressions(without_handles(listing(inside))) == expected
