"""The iptables files, loaded by the real tools into a network namespace and listed back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
import iptables_evaluator
import netns
import nft_evaluator
import pytest
from effort import examples
from hypothesis import HealthCheck, given, settings
from port_space import sweep
from ruleset_strategies import bare_rulesets, flow_lists
from test_nftables_live import CLOSED, OPEN, SERVER, hostile, packet, spoken_of

from netstat_fw.exporters import Rendered, render
from netstat_fw.ruleset import (
    Chain,
    Direction,
    Family,
    Flow,
    Log,
    LogInterval,
    LogRate,
    PortSet,
    Rule,
    Ruleset,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

BUILT_IN = {Direction.INCOMING: "INPUT", Direction.OUTGOING: "OUTPUT"}
OURS = {"NSFW-IN", "NSFW-OUT"}
LIVE = settings(
    max_examples=examples(25),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@attrs.frozen
class Host:
    """A namespace and the kernel backend by which its iptables works."""

    inside: netns.Namespace
    backend: str

    def tool(self, family: Family, verb: str) -> str:
        """Name the program of a family, such as ``ip6tables-nft-save``."""
        return f"{'iptables' if family is Family.IPV4 else 'ip6tables'}-{self.backend}-{verb}"

    def load(self, rendered: Rendered, *, again: bool = False) -> None:
        """Load both files as their headers say."""
        for family in reversed(Family):
            text = file_of(rendered, family)
            if again:
                text = "".join(
                    line for line in text.splitlines(keepends=True) if not line.startswith("-I")
                )
            self.inside.run(self.tool(family, "restore"), "-n", text=text)

    def flush(self) -> None:
        """Empty the filter tables."""
        for family in Family:
            self.inside.run(self.tool(family, "restore"), text="*filter\nCOMMIT\n")

    def listing(self, family: Family) -> str:
        """List what is loaded, without the comments, which hold the time."""
        text = self.inside.run(self.tool(family, "save"), "-t", "filter")
        return "".join(line for line in text.splitlines(keepends=True) if not line.startswith("#"))

    def tables(self) -> dict[Family, iptables_evaluator.Table]:
        """Read what is loaded."""
        return {family: iptables_evaluator.read(self.listing(family)) for family in Family}


@pytest.fixture(scope="module", params=["nft", "legacy"])
def host(request: pytest.FixtureRequest) -> Iterator[Host]:
    tools = [f"{name}-{request.param}-restore" for name in ("iptables", "ip6tables")]
    with netns.namespace(*tools) as made:
        yield Host(made, request.param)


@pytest.fixture(scope="module")
def pair() -> Iterator[Host]:
    with netns.namespace("iptables-nft-restore", "nft") as made:
        yield Host(made, "nft")


def file_of(rendered: Rendered, family: Family) -> str:
    """Pick the file of a family."""
    return rendered.files["iptables.rules" if family is Family.IPV4 else "ip6tables.rules"]


def rules_of(text: str) -> list[str]:
    """Keep the lines of a file or a listing that are rules of our chains."""
    return [line for line in text.splitlines() if line.startswith("-A NSFW-")]


def action_by(tables: dict[Family, iptables_evaluator.Table], flow: Flow) -> str:
    """Say what the listed tables do with a flow."""
    return iptables_evaluator.verdict(tables[flow.family], BUILT_IN[flow.direction], packet(flow))


@pytest.mark.parametrize("ruleset", [SERVER, OPEN, CLOSED], ids=["server", "open", "closed"])
def test_every_port_meets_the_verdict_of_the_model(host: Host, ruleset: Ruleset) -> None:
    """As listed after loading, and after saving, flushing and reloading."""
    host.flush()
    host.load(render(ruleset, "iptables"))
    seen = verdicts_as_in_the_model(host, ruleset)
    defaults = {ruleset.incoming.default.value, ruleset.outgoing.default.value}
    assert seen > defaults or seen == defaults
    saved = {family: host.listing(family) for family in Family}
    host.flush()
    for family, text in saved.items():
        assert "NSFW" not in host.listing(family)
        host.inside.run(host.tool(family, "restore"), text=text)
        assert rules_of(host.listing(family)) == rules_of(text)
    assert verdicts_as_in_the_model(host, ruleset) == seen


def verdicts_as_in_the_model(host: Host, ruleset: Ruleset) -> set[str]:
    """Compare what is loaded with the model over all ports, and say which verdicts there were."""
    tables = host.tables()
    edges = {
        edge
        for table in tables.values()
        for edge in iptables_evaluator.boundaries(table, ("--dport", "--dports"))
    }
    seen = set()
    for flow in sweep(ruleset, edges):
        real = action_by(tables, flow)
        assert ruleset.decide(flow).action.value == real, flow
        seen.add(real)
    return seen


@LIVE
@given(bare_rulesets(groups=False))
def test_a_listing_shows_the_rules_of_the_file_byte_by_byte(host: Host, ruleset: Ruleset) -> None:
    host.flush()
    rendered = render(ruleset, "iptables")
    host.load(rendered)
    for family in Family:
        assert rules_of(host.listing(family)) == rules_of(file_of(rendered, family))


@LIVE
@given(bare_rulesets(groups=False), flow_lists)
def test_iptables_nftables_and_the_model_agree_about_any_packet(
    pair: Host, ruleset: Ruleset, some: list[Flow]
) -> None:
    pair.flush()
    pair.load(render(ruleset, "iptables"))
    pair.inside.run("nft", "-f", "-", text=render(ruleset, "nftables").text)
    listed = pair.inside.run("nft", "-j", "-n", "list", "table", "inet", "netstat_fw")
    tables, chains = pair.tables(), nft_evaluator.chains(listed)
    for drawn in some:
        # A packet has a hop limit; None would be "the right one, whatever a rule asks for".
        flow = attrs.evolve(drawn, hop_limit=255 if drawn.hop_limit is None else drawn.hop_limit)
        hook = BUILT_IN[flow.direction].lower()
        assert (
            action_by(tables, flow)
            == nft_evaluator.verdict(chains[hook], packet(flow))
            == ruleset.decide(flow).action.value
        ), flow


def test_loading_again_replaces_the_rules_and_keeps_one_jump(host: Host) -> None:
    host.flush()
    host.load(render(OPEN, "iptables"))
    host.load(render(SERVER, "iptables"), again=True)
    first = {family: host.listing(family) for family in Family}
    host.load(render(SERVER, "iptables"), again=True)
    for family in Family:
        assert rules_of(first[family]) == rules_of(file_of(render(SERVER, "iptables"), family))
        assert strip_counters(host.listing(family)) == strip_counters(first[family])
        assert first[family].count("-j NSFW-IN\n") == first[family].count("-j NSFW-OUT\n") == 1


def strip_counters(listing: str) -> list[str]:
    """Drop the packet counters of built-in chains."""
    return [line.partition(" [")[0] for line in listing.splitlines()]


def test_chains_and_policies_of_others_are_left_alone(host: Host) -> None:
    theirs = (
        "*filter\n:INPUT DROP [0:0]\n:DOCKER - [0:0]\n-A INPUT -j DOCKER\n"
        "-A FORWARD -j DOCKER\n-A DOCKER -i docker0 -j ACCEPT\nCOMMIT\n"
    )
    for family in Family:
        host.inside.run(host.tool(family, "restore"), text=theirs)
    before = {family: host.listing(family).splitlines() for family in Family}
    host.load(render(SERVER, "iptables"))
    for family in Family:
        after = host.listing(family).splitlines()
        kept = [line for line in after if not any(name in line for name in OURS)]
        assert [line.partition(" [")[0] for line in kept] == [
            line.partition(" [")[0] for line in before[family]
        ]
        # An accepting rule before the jump would make ours a matter of luck.
        first = next(line for line in after if line.startswith("-A INPUT"))
        assert first == "-A INPUT -j NSFW-IN"


def test_a_file_that_fails_changes_nothing(host: Host) -> None:
    host.flush()
    host.load(render(SERVER, "iptables"))
    before = host.listing(Family.IPV4)
    broken = render(OPEN, "iptables").text.replace("-j ACCEPT", "-j PERHAPS")
    with pytest.raises(AssertionError, match="PERHAPS"):
        host.inside.run(host.tool(Family.IPV4, "restore"), "-n", text=broken)
    assert strip_counters(host.listing(Family.IPV4)) == strip_counters(before)


def test_ports_beyond_fifteen_slots_meet_their_rule_in_further_lines(host: Host) -> None:
    """Ports beyond 15 slots take further lines, and each port still meets its rule."""
    ports = PortSet([*range(10, 60, 2), *((low, low + 3) for low in range(100, 200, 10))])
    both = Rule(action="accept", protocol="tcp", local_ports=ports, remote_ports=ports)
    ruleset = Ruleset(Chain("drop", [both]), Chain("reject", [both]))
    host.flush()
    host.load(render(ruleset, "iptables"))
    tables = host.tables()
    for flow in sweep(ruleset):
        for number in (11, 12, 103, 104):
            port = "remote_port" if flow.direction is Direction.INCOMING else "local_port"
            varied = attrs.evolve(flow, **{port: number})  # type: ignore[arg-type] # a port by name
            assert action_by(tables, varied) == ruleset.decide(varied).action.value


def effects(tables: dict[Family, iptables_evaluator.Table]) -> list[object]:
    """Give everything of listed tables that does something: no comments, no log prefixes."""
    return [
        (
            table.policies,
            {
                chain: [
                    [pair for pair in rule if pair[0] not in {"--comment", "--log-prefix"}]
                    for rule in rules
                ]
                for chain, rules in table.rules.items()
            },
        )
        for table in tables.values()
    ]


@LIVE
@given(hostile)
def test_no_text_adds_removes_or_changes_a_rule_even_when_saved_and_reloaded(
    host: Host, text: str
) -> None:
    host.flush()
    host.load(render(spoken_of("x"), "iptables"))
    expected = effects(host.tables())
    host.load(render(spoken_of(text), "iptables"), again=True)
    assert effects(host.tables()) == expected
    for family in Family:
        host.inside.run(host.tool(family, "restore"), text=host.listing(family))
    assert effects(host.tables()) == expected


RATES = [
    LogRate(count, interval, burst)
    for count in (1, 7, 60, 86_400, 10_001, 10**12)
    for interval in LogInterval
    for burst in (1, 5, 24, 10**6)
]


def test_every_rate_is_taken_and_listed_as_written(host: Host) -> None:
    rules = [Rule(action="drop", log=Log("rate", rate)) for rate in RATES]
    rendered = render(Ruleset(Chain("drop", rules), Chain("drop")), "iptables")
    host.flush()
    host.load(rendered)
    for family in Family:
        assert rules_of(host.listing(family)) == rules_of(file_of(rendered, family))
