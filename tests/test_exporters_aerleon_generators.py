"""Aerleon itself: its generators write from our policies, and its checker agrees with the model."""

from __future__ import annotations

import functools
import random
import re
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import attrs
import netns
import pytest
from allow_only_flows import hostile, judged, spoken
from effort import examples
from hypothesis import assume, example, given, settings
from ruleset_strategies import bare_rulesets, flow_lists

from netstat_fw.errors import ExportError
from netstat_fw.exporters import Rendered, aerleon_generators, render
from netstat_fw.exporters.aerleon_terms import _TYPES, GENERATORS
from netstat_fw.ruleset import (
    AddressSet,
    Chain,
    ConnectionState,
    Direction,
    Family,
    Flow,
    PortSet,
    Protocol,
    Rule,
    Ruleset,
    base_rules,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytest.importorskip("aerleon", reason="needs the package aerleon")

import yaml
from aerleon.lib import aclcheck, naming, policy, policy_builder

DNS = Rule(action="accept", protocol="udp", remote_ports=PortSet([53]))
SERVER = Ruleset(
    Chain(
        "drop",
        [
            *base_rules(),
            Rule(action="drop", protocol="tcp", local_ports=PortSet([25])),
            Rule(
                action="accept",
                protocol="tcp",
                local_ports=PortSet([22, (6000, 6003)]),
                remote=AddressSet(["192.0.2.0/24", "2001:db8::/32"]),
            ),
        ],
    ),
    Chain(
        "drop", [*base_rules(), Rule(action="accept", protocol="udp", remote_ports=PortSet([53]))]
    ),
)


def generate(ruleset: Ruleset, *generators: str) -> dict[str, dict[str, str]]:
    """Render and run the generators."""
    return aerleon_generators.generate(render(ruleset, "aerleon", generators=generators))


@functools.cache
def written(generator: str, **fields: Any) -> str:  # noqa: ANN401 - fields of a rule
    """Let a generator write one rule, without ids; nothing where the rule is left out and told."""
    rule = Rule(**{"action": "accept", **fields})
    ruleset = Ruleset(Chain("drop", [rule]), Chain("drop"))
    rendered = render(ruleset, "aerleon", generators=[generator])
    if any("accepts nothing here" in omission.sentence for omission in rendered.omissions):
        return ""
    files = aerleon_generators.generate(rendered)[generator]
    return re.sub(r"r[0-9a-f]{12}", "rule", "\n".join(files.values()))


def test_every_generator_writes_a_file_for_each_family_with_each_rule() -> None:
    found = generate(SERVER, *GENERATORS)
    assert list(found) == sorted(GENERATORS)
    for generator, files in found.items():
        assert [name.partition(".")[0] for name in files] == [
            "netstat_fw_ipv4", "netstat_fw_ipv6",
        ], generator  # fmt: skip
        assert all("6003" in text for text in files.values()), generator


def test_aclgen_without_options_writes_the_same(tmp_path: Path) -> None:
    rendered = render(SERVER, "aerleon")
    for name, text in rendered.files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, "utf-8")
    command = (sys.executable, "-m", "aerleon")
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    found = aerleon_generators.generate(rendered)
    expected = {name: text for files in found.values() for name, text in files.items()}
    assert len(expected) == 8
    for name, text in expected.items():
        assert (tmp_path / name).read_text("utf-8") == text


PAIRS: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"protocol": "tcp"}, {}),
    ({"protocol": "tcp"}, {"protocol": "udp"}),
    ({"protocol": "esp"}, {"protocol": "ah"}),
    ({"protocol": "tcp", "local_ports": PortSet([22])}, {"protocol": "tcp"}),
    ({"protocol": "tcp", "local_ports": PortSet([22])},
     {"protocol": "tcp", "local_ports": PortSet([(22, 23)])}),
    ({"protocol": "udp", "remote_ports": PortSet([67])}, {"protocol": "udp"}),
    ({"protocol": "udp", "remote_ports": PortSet([67])},
     {"protocol": "udp", "local_ports": PortSet([67])}),
    ({"local": AddressSet(["192.0.2.1"])}, {"families": ("ipv4",)}),
    ({"remote": AddressSet(["192.0.2.1"])}, {"families": ("ipv4",)}),
    ({"remote": AddressSet(["2001:db8::1"])}, {"families": ("ipv6",)}),
    ({"remote": AddressSet(["192.0.2.1"])}, {"local": AddressSet(["192.0.2.1"])}),
    ({"protocol": "icmp", "icmp_types": (8,)}, {"protocol": "icmp"}),
    ({"protocol": "icmp", "icmp_types": (8,)}, {"protocol": "icmp", "icmp_types": (11,)}),
    ({"protocol": "icmpv6", "icmp_types": (128,)}, {"protocol": "icmpv6"}),
    ({"protocol": "tcp", "states": ("established",)}, {"protocol": "tcp"}),
    ({"interface": "eth0"}, {}),
    ({"action": "drop", "protocol": "tcp"}, {"protocol": "tcp"}),
]  # fmt: skip


@pytest.mark.parametrize("generator", sorted(GENERATORS))
def test_no_generator_loses_a_word_of_a_rule(generator: str) -> None:
    """Several do, without a word; what they would lose must not come to them."""
    for one, other in PAIRS:
        texts = (written(generator, **one), written(generator, **other))
        assert texts[0] != texts[1] or texts == ("", ""), (one, other)


def test_names_of_types_are_those_of_aerleon() -> None:
    for protocol, version in ((Protocol.ICMP, 4), (Protocol.ICMPV6, 6)):
        numbers = policy.Term.ICMP_TYPE[version]
        assert {number: numbers[name] for number, name in _TYPES[protocol].items()} == {
            number: number for number in _TYPES[protocol]
        }


@pytest.fixture(scope="module")
def inside() -> Iterator[netns.Namespace]:
    with netns.namespace("nft", "iptables-restore", "ip6tables-restore") as made:
        yield made


def test_nft_and_iptables_take_what_is_written(inside: netns.Namespace) -> None:
    found = generate(SERVER, "nftables", "speedway")
    for text in found["nftables"].values():
        inside.run("nft", "-c", "-f", "-", text=text)
    for tool, text in zip(("iptables", "ip6tables"), found["speedway"].values(), strict=True):
        inside.run(f"{tool}-restore", "-t", text=text)


@settings(max_examples=examples(10))
@given(hostile)
@example("-->")
def test_no_text_changes_what_is_written(text: str) -> None:
    def code(text: str) -> list[str]:
        files = generate(spoken(text), "nftables", "cisco")
        texts = [each for generator in files.values() for each in generator.values()]
        assert all(each.isascii() for each in texts)
        lines = re.sub(r"r[0-9a-f]{12}", "rule", "\n".join(texts)).split("\n")
        return [line for line in lines if not line.lstrip().startswith(("comment", "remark"))]

    assert code(text) == code("x")


def comparable(ruleset: Ruleset) -> Ruleset:
    """Leave what the checker can judge: it knows neither interfaces nor types nor states."""

    def kept(chain: Chain) -> Chain:
        bare = (
            attrs.evolve(r, interface=None, states=(), hop_limit=None, icmp_types=())
            for r in chain.rules
        )
        ported = (Protocol.TCP, Protocol.UDP)
        return Chain(
            chain.default,
            [r for r in bare if r.protocol in ported or (r.local_ports or r.remote_ports) is None],
        )

    return attrs.evolve(ruleset, incoming=kept(ruleset.incoming), outgoing=kept(ruleset.outgoing))


def policies(rendered: Rendered) -> dict[Family, policy.Policy]:
    """Read the policies as Aerleon does."""
    paths = list(rendered.files)
    definitions = naming.Naming()
    definitions.ParseDefinitionsObject(yaml.safe_load(rendered.files[paths[2]]), "")
    return {
        family: policy.FromBuilder(
            policy_builder.PolicyBuilder(yaml.safe_load(rendered.files[path]), definitions)
        )
        for family, path in zip(Family, paths, strict=False)
    }


def deciding(policies: dict[Family, policy.Policy], flow: Flow) -> aclcheck.Match:
    """Let Aerleon's checker judge a packet: the first term that matches."""
    incoming = flow.direction is Direction.INCOMING
    here, there = (flow.local_address, flow.local_port), (flow.remote_address, flow.remote_port)
    (source, sport), (destination, dport) = (there, here) if incoming else (here, there)
    checked = aclcheck.AclCheck(
        policies[flow.family],
        str(source),
        str(destination),
        sport or "any",
        dport or "any",
        flow.protocol.value,
    )
    wanted = f"netstat-fw-{'in' if incoming else 'out'}"
    return next(m for m in checked.ExactMatches() if m.filter == wanted)


@settings(max_examples=examples(15))
@given(bare_rulesets(groups=False).map(comparable), flow_lists)
def test_the_checker_judges_as_the_model_does(ruleset: Ruleset, flows: list[Flow]) -> None:
    asked = [
        attrs.evolve(flow, state=ConnectionState.NEW)
        for flow in judged(flows)
        if flow.protocol in {Protocol.TCP, Protocol.UDP} and flow.local_port and flow.remote_port
    ]
    assume(asked)
    try:
        rendered = render(ruleset, "aerleon", generators=["juniper"])
    except ExportError:
        assume(False)  # noqa: FBT003 - hypothesis' own signature
        raise
    read = policies(rendered)
    for flow in random.Random(0).sample(asked, min(12, len(asked))):  # noqa: S311 - no secret
        accepts = ruleset.decide(flow).action.value == "accept"
        assert ("accept" in deciding(read, flow).action) == accepts, str(flow)


def test_a_generator_that_refuses_says_so() -> None:
    rendered = render(SERVER, "aerleon", generators=["cisco"])
    broken = {
        name: text.replace("action: deny", "action: perhaps", 1)
        for name, text in rendered.files.items()
    }
    with pytest.raises(ExportError, match="aerleon, generator cisco: "):
        aerleon_generators.generate(attrs.evolve(rendered, files=broken))


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "yaml", None)
    rendered = render(SERVER, "aerleon")
    with pytest.raises(ExportError, match=r"yaml is missing; .* 'netstat-fw\[aerleon\]'"):
        aerleon_generators.generate(rendered)
