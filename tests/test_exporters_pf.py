"""The anchor for pf: read by a strict grammar of our own and held against the model."""

from __future__ import annotations

from ipaddress import ip_network
from typing import Any

import attrs
import pyparsing as pp
import pytest
from effort import examples
from filter_law import check, holdable
from hypothesis import given, settings
from ruleset_strategies import bare_rulesets, flow_lists
from test_nftables_live import hostile, spoken_of

from netstat_fw.errors import ExportError
from netstat_fw.exporters import Omission, Rendered, render
from netstat_fw.ruleset import (
    AddressSet,
    Chain,
    Direction,
    Flow,
    Log,
    PortSet,
    Protocol,
    RemoteKind,
    RemoteReference,
    Rule,
    Ruleset,
    Zone,
    base_rules,
)

ADMINS = RemoteReference(RemoteKind.USER_GROUP, "admins")
OFFICE = RemoteReference(RemoteKind.ZONE, "office")
EVERYBODY = RemoteReference(RemoteKind.ZONE, "everybody")
ZONES = [
    Zone("office", AddressSet(["192.0.2.0/25"])),
    Zone("everybody", AddressSet(["0.0.0.0/0", "::/0"])),
]
NUMBERS = {"tcp": 6, "udp": 17, "icmp": 1, "icmp6": 58, "igmp": 2, "esp": 50, "ah": 51}


def grammar() -> pp.ParserElement:
    """Read one rule; keywords cannot run into what follows them."""

    def word(text: str) -> pp.ParserElement:
        return pp.Keyword(text, ident_chars=pp.alphanums + "-_.:/").suppress()

    def one_of(*texts: str) -> pp.ParserElement:
        return pp.MatchFirst([pp.Keyword(t, ident_chars=pp.alphanums + "-_.:/") for t in texts])

    def items(element: pp.ParserElement) -> pp.ParserElement:
        braces = pp.Suppress("{") + pp.DelimitedList(element, min=2) + pp.Suppress("}")
        return pp.Group(element | braces)

    def end(name: str) -> pp.ParserElement:
        address = pp.Regex(r"[0-9a-f]*[.:][0-9a-f.:]*(/[0-9]{1,3})?")
        port = pp.Regex(r"[1-9][0-9]{0,4}(:[1-9][0-9]{0,4})?")
        ports = pp.Opt(word("port") + items(port)(f"{name}_ports"))
        return (word("any") | items(address)(name)) + ports

    number = pp.Regex(r"[0-9]{1,3}\b")
    return (
        (one_of("pass")("action") | word("block") + one_of("drop", "return")("action"))
        + one_of("in", "out")("way")
        + pp.Opt(word("log"))
        + word("quick")
        + pp.Opt(word("on") + pp.Regex(r"[a-z0-9_.]{1,14}[0-9]")("interface"))
        + pp.Opt(one_of("inet", "inet6"))("family")
        + pp.Opt(word("proto") + (one_of(*NUMBERS) | number)("protocol"))
        + (word("all") | word("from") + end("source") + word("to") + end("destination"))
        + pp.Opt((word("icmp-type") | word("icmp6-type")) + items(number)("types"))
        + pp.Opt(one_of("allow-opts"))("options")
        + word("label")
        + pp.Regex(r'"[A-Za-z0-9 ._,:/()+=@-]{1,63}"').suppress()
    )


GRAMMAR = grammar()


@attrs.frozen
class Line:
    """One rule, read; what is absent restricts nothing."""

    said: dict[str, Any]

    def matches(self, flow: Flow) -> bool:
        """Tell whether the rule matches a packet."""
        said = self.said
        incoming = flow.direction is Direction.INCOMING
        local, remote = ("destination", "source") if incoming else ("source", "destination")
        version = {"inet": 4, "inet6": 6}.get(said.get("family", ""), flow.local_address.version)
        protocol = said.get("protocol")
        return (
            said["way"] == ("in" if incoming else "out")
            and said.get("interface", flow.interface) == flow.interface
            and version == flow.local_address.version
            and (protocol is None or int(NUMBERS.get(protocol) or protocol) == flow.protocol.number)
            and ("types" not in said or str(flow.icmp_type) in said["types"])
            and in_prefixes(said.get(local), flow.local_address)
            and in_prefixes(said.get(remote), flow.remote_address)
            and in_ranges(said.get(f"{local}_ports"), flow.local_port)
            and in_ranges(said.get(f"{remote}_ports"), flow.remote_port)
        )


def in_prefixes(shown: list[str] | None, address: Any) -> bool:  # noqa: ANN401 - either family
    """Tell whether prefixes hold an address."""
    return shown is None or any(address in ip_network(text) for text in shown)


def in_ranges(shown: list[str] | None, port: int | None) -> bool:
    """Tell whether port ranges hold a port."""
    ranges = [[int(number) for number in text.split(":")] for text in shown or ()]
    return shown is None or (port is not None and any(r[0] <= port <= r[-1] for r in ranges))


def read(text: str) -> list[Line]:
    """Read a whole anchor, and check what pfctl checks of the parts of a rule together."""
    assert text.isascii()
    assert text.endswith("\n")
    lines = []
    for line in text.removesuffix("\n").split("\n"):
        if not line.startswith("#") and line:
            said = GRAMMAR.parse_string(line, parse_all=True).as_dict()
            ports = "source_ports" in said or "destination_ports" in said
            assert not ports or said.get("protocol") in {"tcp", "udp"}
            if "source" in said or "destination" in said:
                assert "family" in said
            icmp = {"icmp": "inet", "icmp6": "inet6"}
            assert "types" not in said or icmp[said["protocol"]] == said["family"]
            lines.append(Line(said))
        assert not line.endswith("\\")
    return lines


def passes(lines: list[Line], flow: Flow) -> bool:
    """Judge a packet that opens a connection: every rule is quick, so the first match decides."""
    first = next(line for line in lines if line.matches(flow))
    return bool(first.said["action"] == "pass")


def incoming(*rules: Rule, default: str = "drop") -> Rendered:
    """Render rules for what comes in."""
    return render(Ruleset(Chain(default, rules), Chain("drop"), zones=ZONES), "pf")


@settings(max_examples=examples(50), deadline=None)
@given(bare_rulesets(), flow_lists)
def test_the_rules_never_pass_more_and_less_only_where_told(
    ruleset: Ruleset, flows: list[Flow]
) -> None:
    named = {"eth0": "em0"}

    def renamed(chain: Chain) -> Chain:
        rules = [
            attrs.evolve(r, interface=named.get(r.interface or "", r.interface))
            for r in chain.rules
        ]
        return Chain(chain.default, rules)

    ours = attrs.evolve(
        ruleset, incoming=renamed(ruleset.incoming), outgoing=renamed(ruleset.outgoing)
    )
    reduced, rendered = holdable(ours, "pf")
    lines = read(rendered.text)
    for flow in flows:
        packet = attrs.evolve(flow, interface=named.get(flow.interface or "", flow.interface))
        check(reduced, rendered, packet, lambda one: passes(lines, one))


@settings(max_examples=examples(30), deadline=None)
@given(hostile)
def test_no_text_changes_a_rule(text: str) -> None:
    assert read(render(spoken_of(text), "pf").text) == read(render(spoken_of("x"), "pf").text)


def test_a_whole_anchor_reads_well() -> None:
    lo = Rule(action="accept", interface="lo")
    replies = Rule(action="accept", states=("established", "related"))
    ssh = Rule(
        action="accept", protocol="tcp", local_ports=PortSet([22, (6000, 6003)]), service="ssh",
        remote=AddressSet(["192.0.2.0/25", "198.51.100.7", "2001:db8::7"]),
    )  # fmt: skip
    mail = Rule(action="reject", protocol="tcp", local_ports=PortSet([25]), log=Log("x"))
    ghost = Rule(action="accept", remote=ADMINS)
    rendered = incoming(lo, replies, ssh, mail, attrs.evolve(mail, enabled=False), ghost)
    assert rendered.files == {"netstat_fw.pf": rendered.text}
    assert (
        rendered.text
        == f"""\
# Host firewall written by netstat-fw.
#
# Left out, because this target cannot hold it:
# - incoming: reject tcp/25 from any ({mail.id}): is logged to pflog, without a prefix and a
#   rate
# - incoming: accept any protocol from user group admins ({ghost.id}): accepts nothing here: pf
#   does not know user group admins; define its addresses as a zone
#
# pf.conf needs one line, before rules that are quick:  anchor "netstat_fw"
# Check with  pfctl -a netstat_fw -nf netstat_fw.pf
# and load with  pfctl -a netstat_fw -f netstat_fw.pf
# For a host that forwards nothing: pf brings forwarded packets to these rules, too.
# Replies pass and invalid packets are dropped without a rule. TCP connections that pf has not seen
# begin are dropped: enable pf before you load this over one.
pass in quick on lo0 all                                    label "{lo.id}"
# done by pf itself: {replies.id}
pass in quick inet proto tcp from {{ 192.0.2.0/25, 198.51.100.7 }} to any port {{ 22, 6000:6003 }}\
 label "{ssh.id} ssh"
pass in quick inet6 proto tcp from 2001:db8::7 to any port {{ 22, 6000:6003 }} label "{ssh.id} ssh"
block return in log quick proto tcp from any to any port 25 label "{mail.id}"
# disabled: {mail.id}
# left out: {ghost.id}
block drop in quick all                                     label "default"

block drop out quick all label "default"
"""
    )


PARTS: list[tuple[dict[str, Any], list[str]]] = [
    ({}, ["all"]),
    ({"families": ("ipv6",)}, ["inet6 all"]),
    ({"interface": "em0"}, ["on em0 all"]),
    ({"remote": OFFICE}, ["inet from 192.0.2.0/25 to any"]),
    ({"remote": OFFICE, "families": ("ipv6",)}, []),
    ({"remote": EVERYBODY}, ["inet all", "inet6 all"]),
    ({"local": AddressSet(["192.0.2.1"]), "protocol": "esp"},
     ["inet proto esp from any to 192.0.2.1"]),
    ({"protocol": "icmp", "icmp_types": (3, 8)}, ["inet proto icmp all icmp-type { 3, 8 }"]),
    ({"protocol": "icmpv6", "icmp_types": (128,)}, ["inet6 proto icmp6 all icmp6-type 128"]),
    ({"protocol": "udp", "local_ports": PortSet([68]), "remote_ports": PortSet([67])},
     ["proto udp from any port 67 to any port 68"]),
    ({"protocol": "udplite"}, ["proto 136 all"]),
    ({"states": ("new",)}, ["all"]),
    ({"states": ("invalid",)}, []),
]  # fmt: skip


@pytest.mark.parametrize(("fields", "expected"), PARTS, ids=str)
def test_each_part_of_a_rule_has_its_words(fields: dict[str, Any], expected: list[str]) -> None:
    rule = Rule(action="drop", **fields)
    text = incoming(rule).text
    start, label = "block drop in quick ", f'label "{rule.id}"'
    found = [
        line.removeprefix(start).removesuffix(label).rstrip()
        for line in text.splitlines()
        if line.startswith(start) and line.endswith(label)
    ]
    assert found == expected
    assert (f"# matches nothing: {rule.id}\n" in text) is (fields == PARTS[4][0])


def test_outgoing_rules_have_this_host_for_a_source() -> None:
    dns = Rule(action="accept", protocol="udp", remote_ports=PortSet([53]), remote=OFFICE)
    text = render(Ruleset(Chain("drop"), Chain("drop", [dns]), zones=ZONES), "pf").text
    assert "pass out quick inet proto udp from any to 192.0.2.0/25 port 53 label" in text


@pytest.mark.parametrize("protocol", ["igmp", "icmpv6"])
def test_what_always_has_ip_options_passes_with_them(protocol: str) -> None:
    accepted, dropped = (Rule(action=a, protocol=protocol) for a in ("accept", "drop"))
    lines = read(incoming(accepted, dropped).text)
    assert [line.said.get("options") for line in lines] == ["allow-opts", None, None, None]


def test_a_default_says_what_becomes_of_the_rest() -> None:
    def actions(default: str) -> list[str]:
        return [line.said["action"] for line in read(incoming(default=default).text)]

    assert actions("drop") == ["drop", "drop"]
    assert actions("reject") == ["return", "drop"]
    # What opens nothing would else come to the rules behind the anchor.
    assert actions("accept") == ["pass", "drop", "drop"]
    sentence = "the default for incoming packets tells the sender of tcp and udp only"
    assert incoming(default="reject").omissions == (Omission("", sentence),)


REFUSED: list[dict[str, Any]] = [
    {"remote": ADMINS},
    {"hop_limit": 255},
    {"protocol": "sctp", "local_ports": PortSet([5])},
    {"interface": "Ethernet 2"},
    {"interface": "egress"},
    {"interface": "inet6"},
    {"protocol": "icmp", "icmp_types": (8, 255)},
]


@pytest.mark.parametrize("fields", REFUSED, ids=str)
def test_what_pf_cannot_say_is_left_out_or_refused(fields: dict[str, Any]) -> None:
    rule = Rule(action="accept", **fields)
    rendered = incoming(rule)
    assert [omission.rule for omission in rendered.omissions] == [rule.id]
    assert len(read(rendered.text)) == 2
    with pytest.raises(ExportError, match=r"target pf: without rule .* more would pass: "):
        incoming(Rule(action="drop", **fields), default="accept")


@pytest.mark.parametrize("fields", [{"interface": "lo"}, {"states": ("related",)}], ids=str)
def test_what_may_not_come_to_rules_cannot_be_dropped(fields: dict[str, Any]) -> None:
    with pytest.raises(ExportError, match="pf may accept before any rule"):
        incoming(Rule(action="drop", **fields))


def test_a_reject_answers_tcp_and_udp_only() -> None:
    told, silent = Rule(action="reject", protocol="udp"), Rule(action="reject")
    sentence = "tells the sender of tcp and udp only"
    assert incoming(told, silent).omissions == (Omission(silent.id, sentence),)


def test_the_base_rules_lose_nothing() -> None:
    rendered = incoming(*base_rules())
    assert rendered.omissions == ()
    assert len(read(rendered.text)) == 11


def test_every_protocol_has_a_name_or_number() -> None:
    rules = [Rule(action="accept", protocol=p) for p in Protocol if p.number is not None]
    found = [line.said.get("protocol") for line in read(incoming(*rules).text)][:-2]
    wanted = [p.number for p in Protocol if p.number is not None]
    assert [NUMBERS.get(str(name)) or int(str(name)) for name in found] == wanted
