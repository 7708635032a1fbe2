"""The scripts for Windows: read by a strict grammar of our own and held against the model."""

from __future__ import annotations

import re
from ipaddress import ip_network
from typing import TYPE_CHECKING, Any

import attrs
import pyparsing as pp
import pytest
from effort import examples
from filter_law import check, holdable
from hypothesis import given, settings
from ruleset_strategies import bare_rulesets, flow_lists
from test_nftables_live import hostile, spoken_of

from netstat_fw.errors import ExportError
from netstat_fw.exporters import Omission, Rendered, precedence, render
from netstat_fw.ruleset import (
    Action,
    AddressSet,
    Chain,
    Direction,
    Family,
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
from netstat_fw.ruleset.base import LOOPBACK

if TYPE_CHECKING:
    from collections.abc import Iterator

FORMS = ("powershell", "netsh")
ADMINS = RemoteReference(RemoteKind.USER_GROUP, "admins")
OFFICE = RemoteReference(RemoteKind.ZONE, "office")
ZONES = [Zone("office", AddressSet(["192.0.2.0/25"]))]
OFFICE_NET = AddressSet(["192.0.2.0/25"])


@attrs.frozen
class Line:
    """What one line of a script says."""

    way: str
    action: str
    protocol: str
    types: tuple[str, ...]
    local_ports: tuple[str, ...]
    remote_ports: tuple[str, ...]
    local: tuple[str, ...]
    remote: tuple[str, ...]
    interface: str

    def matches(self, flow: Flow) -> bool:
        """Tell whether the line matches a packet."""
        families = {"icmpv4": 4, "icmpv6": 6}
        numbers = {"tcp": 6, "udp": 17, "icmpv4": 1, "icmpv6": 58}
        protocol = self.protocol
        return (
            self.way == {Direction.INCOMING: "in", Direction.OUTGOING: "out"}[flow.direction]
            and flow.local_address.version == families.get(protocol, flow.local_address.version)
            and (
                protocol == "any" or int(numbers.get(protocol) or protocol) == flow.protocol.number
            )
            and (not self.types or str(flow.icmp_type) in self.types)
            and has_port(self.local_ports, flow.local_port)
            and has_port(self.remote_ports, flow.remote_port)
            and has_address(self.local, flow.local_address)
            and has_address(self.remote, flow.remote_address)
            and self.interface in {"", flow.interface}
        )


def has_port(shown: tuple[str, ...], port: int | None) -> bool:
    """Tell whether ports as they are written hold one; none hold all."""
    ranges = [tuple(map(int, text.split("-"))) for text in shown]
    return not shown or (port is not None and any(r[0] <= port <= r[-1] for r in ranges))


def has_address(shown: tuple[str, ...], address: Any) -> bool:  # noqa: ANN401 - either family
    """Tell whether prefixes as they are written hold an address; none hold all."""
    return not shown or any(address in ip_network(text) for text in shown)


def is_nameable(text: str) -> bool:
    """Tell whether a rule may name a prefix: [MS-FASP] 2.2.4 and 2.2.6, and no loopback."""
    prefix = ip_network(text)
    return prefix.prefixlen > 0 and not prefix.is_loopback


@attrs.frozen
class Script:
    """A script, read."""

    lines: tuple[Line, ...]
    defaults: dict[str, str]

    def passes(self, flow: Flow) -> bool:
        """Judge a packet that opens a connection: a block wins, then an accept, then default."""
        actions = {line.action for line in self.lines if line.matches(flow)}
        if actions:
            return "block" not in actions
        way = {Direction.INCOMING: "in", Direction.OUTGOING: "out"}[flow.direction]
        return self.defaults[way] == "allow"


def grammar() -> pp.ParserElement:
    """Read a line of PowerShell that makes a rule."""
    text = pp.Regex(r"'(?P<inside>[ -&(-~]*)'")
    text.add_parse_action(lambda tokens: tokens["inside"])
    number = pp.Regex(r"'(?P<inside>[0-9]{1,3})'").add_parse_action(lambda t: t["inside"])
    port = pp.Regex(r"'(?P<inside>[0-9]{1,5}(-[0-9]{1,5})?)'")
    port.add_parse_action(lambda t: t["inside"])
    address = pp.Regex(r"'(?P<inside>[0-9a-f:.]+(/[0-9]{1,3})?)'")
    address.add_parse_action(lambda t: t["inside"])
    address.add_condition(lambda t: is_nameable(t[0]))
    protocol = pp.Regex(r"'(?P<inside>TCP|UDP|ICMPv4|ICMPv6|Any|[0-9]{1,3})'")
    protocol.add_parse_action(lambda t: t["inside"])

    def listed(name: str, value: pp.ParserElement) -> pp.ParserElement:
        return pp.Opt(pp.Literal(f"-{name}").suppress() + pp.Group(pp.DelimitedList(value))(name))

    return (
        pp.Literal("New-NetFirewallRule").suppress()
        + pp.Literal("-Group 'netstat-fw'").suppress()
        + pp.Literal("-Name").suppress() + text("Name")
        + pp.Literal("-DisplayName").suppress() + text("DisplayName")
        + pp.Literal("-Description").suppress() + text("Description")
        + pp.Literal("-Direction").suppress() + pp.one_of("Inbound Outbound")("Direction")
        + pp.Literal("-Action").suppress() + pp.one_of("Allow Block")("Action")
        + pp.Literal("-Protocol").suppress() + protocol("Protocol")
        + listed("IcmpType", number)
        + listed("LocalPort", port)
        + listed("RemotePort", port)
        + listed("LocalAddress", address)
        + listed("RemoteAddress", address)
        + pp.Opt(pp.Literal("-InterfaceAlias").suppress() + text("InterfaceAlias"))
        + pp.Literal("| Out-Null").suppress()
    )  # fmt: skip


POWERSHELL = grammar()
NETSH = re.compile(
    r'netsh advfirewall firewall add rule name="netstat-fw"'
    r' description="[A-Za-z0-9 ._,:/()+=@-]*" dir=(?P<way>in|out) action=(?P<action>allow|block)'
    r" protocol=(?P<protocol>tcp|udp|icmpv4|icmpv6|any|\d{1,3})(?::(?P<type>\d{1,3}),any)?"
    r"(?: localport=(?P<local_ports>[0-9,-]+))?(?: remoteport=(?P<remote_ports>[0-9,-]+))?"
    r"(?: localip=(?P<local>[0-9a-f:.,/]+))?(?: remoteip=(?P<remote>[0-9a-f:.,/]+))?"
    r" \|\| exit /b 1"
)
REMARK = re.compile(r"(?:#|rem)(?: [A-Za-z0-9 ._,:/()+=@-]*)?")
POWERSHELL_START = [
    "",
    "$ErrorActionPreference = 'Stop'",
    (
        "Get-NetFirewallRule -Group 'netstat-fw' -ErrorAction SilentlyContinue"
        " | Remove-NetFirewallRule"
    ),
]
NETSH_START = ['netsh advfirewall firewall delete rule name="netstat-fw" >nul']


def read_powershell(text: str) -> Script:
    """Read a whole script of PowerShell; anything that is not expected fails."""
    assert text.isascii()
    lines = [line for line in text.removesuffix("\n").split("\n") if not REMARK.fullmatch(line)]
    assert lines[:3] == POWERSHELL_START
    names = set()
    found = []
    for line in lines[3:-1]:
        parsed = POWERSHELL.parse_string(line, parse_all=True).as_dict()
        names.add(parsed["Name"])
        found.append(
            Line(
                {"Inbound": "in", "Outbound": "out"}[parsed["Direction"]],
                parsed["Action"].lower(),
                parsed["Protocol"].lower(),
                tuple(parsed.get("IcmpType", ())),
                tuple(parsed.get("LocalPort", ())),
                tuple(parsed.get("RemotePort", ())),
                tuple(parsed.get("LocalAddress", ())),
                tuple(parsed.get("RemoteAddress", ())),
                parsed.get("InterfaceAlias", ""),
            )
        )
    assert len(names) == len(found)
    last = re.fullmatch(
        r"Set-NetFirewallProfile -All -Enabled True -DefaultInboundAction (Allow|Block)"
        r" -DefaultOutboundAction (Allow|Block)",
        lines[-1],
    )
    assert last
    return Script(tuple(found), {"in": last[1].lower(), "out": last[2].lower()})


def read_netsh(text: str) -> Script:
    """Read a whole batch file; anything that is not expected fails."""
    assert text.isascii()
    lines = text.removesuffix("\n").split("\n")
    assert lines[:2] == ["@echo off", "setlocal DisableDelayedExpansion"]
    assert all(len(line) < 8191 for line in lines)
    lines = [line for line in lines[2:] if not REMARK.fullmatch(line)]
    assert lines[:1] == NETSH_START
    assert lines[-1] == "netsh advfirewall set allprofiles state on || exit /b 1"

    def found() -> Iterator[Line]:
        for line in lines[1:-2]:
            match = NETSH.fullmatch(line)
            assert match, line
            types, local_ports, remote_ports, local, remote = (
                tuple(match[name].split(",")) if match[name] else ()
                for name in ("type", "local_ports", "remote_ports", "local", "remote")
            )
            assert all(map(is_nameable, (*local, *remote)))
            start = (match["way"], match["action"], match["protocol"])
            yield Line(*start, types, local_ports, remote_ports, local, remote, "")

    last = re.fullmatch(
        r"netsh advfirewall set allprofiles firewallpolicy (allow|block)inbound,"
        r"(allow|block)outbound \|\| exit /b 1",
        lines[-2],
    )
    assert last
    return Script(tuple(found()), {"in": last[1], "out": last[2]})


READERS = {"powershell": read_powershell, "netsh": read_netsh}


def incoming(*rules: Rule, default: str = "drop", form: str = "powershell") -> Rendered:
    """Render rules for what comes in."""
    return render(Ruleset(Chain(default, rules), Chain("drop"), zones=ZONES), "windows", form=form)


def tcp(action: str, *ports: int, **fields: Any) -> Rule:  # noqa: ANN401 - fields of a rule
    """Make a rule for ports of this host."""
    return Rule(action=action, protocol="tcp", local_ports=PortSet(ports), **fields)


@pytest.mark.parametrize("form", FORMS)
@settings(max_examples=examples(50), deadline=None)
@given(bare_rulesets(), flow_lists)
def test_the_rules_never_pass_more_and_less_only_where_told(
    form: str, ruleset: Ruleset, flows: list[Flow]
) -> None:
    reduced, rendered = holdable(ruleset, "windows", form=form)
    script = READERS[form](rendered.text)
    for flow in flows:
        if flow.local_address not in LOOPBACK and flow.remote_address not in LOOPBACK:
            check(reduced, rendered, flow, script.passes)


@pytest.mark.parametrize("form", FORMS)
@settings(max_examples=examples(30), deadline=None)
@given(hostile)
def test_no_text_changes_a_rule(form: str, text: str) -> None:
    read = READERS[form]
    plain = read(render(spoken_of("x"), "windows", form=form).text)
    assert read(render(spoken_of(text), "windows", form=form).text) == plain


def test_no_comment_reads_like_the_start_of_a_signature() -> None:
    text = "word " * 18 + " SIG # Begin signature block"
    rendered = incoming(Rule(action="accept", comment=text), form="powershell").text
    rendered += render(spoken_of(text), "windows").text
    comments = [line for line in rendered.split("\n") if line.startswith("#")]
    assert any("SIG" in line for line in comments)
    assert all("#" not in line[1:] for line in comments)


def test_a_whole_script_reads_well() -> None:
    ssh = tcp("accept", 22, service="ssh", remote=AddressSet(["192.0.2.0/24", "2001:db8::7"]))
    mail = tcp("reject", 25, log=Log("x"))
    ghost = Rule(action="accept", remote=ADMINS)
    lo = Rule(action="accept", interface="lo")
    rendered = incoming(lo, ssh, mail, attrs.evolve(mail, enabled=False), ghost)
    name = "-Group 'netstat-fw' -Name 'netstat-fw-in-"
    assert rendered.files == {"netstat_fw.ps1": rendered.text}
    assert (
        rendered.text
        == f"""\
# Host firewall written by netstat-fw.
#
# Left out, because this target cannot hold it:
# - incoming: reject tcp/25 from any ({mail.id}): drops, and nobody is told
# - incoming: reject tcp/25 from any ({mail.id}): is not logged, Windows logs whole profiles
# - incoming: accept any protocol from user group admins ({ghost.id}): accepts nothing here:
# windows does not know user group admins, define its addresses as a zone
#
# Windows never filters loopback, accepts replies by itself, drops what belongs to nothing.
# Rules of others stay. What they allow still passes, and what they block does not.
# Have another way in before you run this: nothing takes it back.

$ErrorActionPreference = 'Stop'
Get-NetFirewallRule -Group 'netstat-fw' -ErrorAction SilentlyContinue | Remove-NetFirewallRule
# done by Windows itself: {lo.id}
New-NetFirewallRule {name}2-{ssh.id}-ipv4' -DisplayName 'netstat-fw-in-2-{ssh.id}-ipv4'\
 -Description '{ssh.id} ssh' -Direction Inbound -Action Allow -Protocol 'TCP' -LocalPort '22'\
 -RemoteAddress '192.0.2.0/24' | Out-Null
New-NetFirewallRule {name}2-{ssh.id}-ipv6' -DisplayName 'netstat-fw-in-2-{ssh.id}-ipv6'\
 -Description '{ssh.id} ssh' -Direction Inbound -Action Allow -Protocol 'TCP' -LocalPort '22'\
 -RemoteAddress '2001:db8::7' | Out-Null
New-NetFirewallRule {name}3-{mail.id}' -DisplayName 'netstat-fw-in-3-{mail.id}'\
 -Description '{mail.id}' -Direction Inbound -Action Block -Protocol 'TCP' -LocalPort '25'\
 | Out-Null
# disabled: {mail.id}
# left out: {ghost.id}
Set-NetFirewallProfile -All -Enabled True -DefaultInboundAction Block -DefaultOutboundAction Block
"""
    )


PARTS: list[tuple[dict[str, Any], list[str]]] = [
    ({}, ["'Any'"]),
    ({"families": ("ipv6",)}, ["'Any' -RemoteAddress '::/1','8000::/1'"]),
    (
        {"protocol": "tcp", "families": ("ipv4",)},
        ["'TCP' -RemoteAddress '0.0.0.0/1','128.0.0.0/1'"],
    ),
    ({"interface": "Ethernet 2"}, ["'Any' -InterfaceAlias 'Ethernet 2'"]),
    ({"remote": OFFICE}, ["'Any' -RemoteAddress '192.0.2.0/25'"]),
    ({"remote": OFFICE, "families": ("ipv6",)}, []),
    ({"local": AddressSet(["192.0.2.1"]), "protocol": "esp"}, ["'50' -LocalAddress '192.0.2.1'"]),
    ({"protocol": "icmp", "icmp_types": (3, 8)}, ["'ICMPv4' -IcmpType '3','8'"]),
    ({"protocol": "icmpv6"}, ["'ICMPv6'"]),
    (
        {"protocol": "udp", "local_ports": PortSet([68]), "remote_ports": PortSet([(67, 69)])},
        ["'UDP' -LocalPort '68' -RemotePort '67-69'"],
    ),
    ({"protocol": "igmp"}, ["'2' -RemoteAddress '0.0.0.0/1','128.0.0.0/1'"]),
    ({"states": ("new",)}, ["'Any'"]),
    ({"states": ("invalid", "untracked")}, []),
]


@pytest.mark.parametrize(("fields", "expected"), PARTS, ids=str)
def test_each_part_of_a_rule_has_its_parameters(
    fields: dict[str, Any], expected: list[str]
) -> None:
    text = incoming(Rule(action="drop", **fields)).text
    lines = re.findall(r"-Action Block -Protocol (.*) \| Out-Null", text)
    assert lines == expected
    assert ("# matches nothing" in text) is (fields == PARTS[5][0])


def test_netsh_divides_long_lists_and_types() -> None:
    many = AddressSet([f"2001:db8:{n:x}:1:2:3:4:5" for n in range(1, 240, 2)])
    ports = PortSet([(n, n + 1) for n in range(10000, 10300, 3)])
    rule = Rule(action="drop", protocol="udp", remote=many, local=many, local_ports=ports,
                remote_ports=ports)  # fmt: skip
    assert len(read_netsh(incoming(rule, form="netsh").text).lines) == 3 * 3 * 2 * 2
    ping = Rule(action="accept", protocol="icmp", icmp_types=(3, 8))
    rendered = incoming(ping, form="netsh")
    assert rendered.files == {"netstat_fw.cmd": rendered.text}
    assert [line.types for line in read_netsh(rendered.text).lines] == [("3",), ("8",)]
    assert (
        f"rem disabled: {ping.id}\n"
        in incoming(attrs.evolve(ping, enabled=False), form="netsh").text
    )


REFUSED: list[dict[str, Any]] = [
    {"remote": ADMINS},
    {"hop_limit": 255},
    {"protocol": "sctp", "local_ports": PortSet([5])},
    {"interface": "eth "},
]


@pytest.mark.parametrize("fields", REFUSED, ids=str)
def test_what_windows_cannot_say_is_left_out_or_refused(fields: dict[str, Any]) -> None:
    rule = Rule(action="accept", **fields)
    rendered = incoming(rule)
    assert [omission.rule for omission in rendered.omissions] == [rule.id]
    assert read_powershell(rendered.text).lines == ()
    with pytest.raises(ExportError, match=r"without rule .* more would pass: .*; "):
        incoming(Rule(action="drop", **fields), default="accept")


def test_netsh_cannot_name_interfaces() -> None:
    with pytest.raises(ExportError, match="render the form powershell"):
        incoming(Rule(action="drop", interface="eth0"), form="netsh")


@pytest.mark.parametrize("fields", [{"interface": "lo"}, {"states": ("established",)}], ids=str)
def test_what_never_comes_to_rules_cannot_be_dropped(fields: dict[str, Any]) -> None:
    with pytest.raises(ExportError, match="windows may accept before any rule"):
        incoming(Rule(action="reject", **fields))
    assert read_powershell(incoming(Rule(action="accept", **fields)).text).lines == ()


def test_invalid_packets_and_silent_rejects_are_declared() -> None:
    rule = Rule(action="accept", states=("invalid", "new"))
    lo = Rule(action="accept", states=("invalid",), interface="lo")
    assert incoming(rule, lo).omissions == (Omission(rule.id, "windows drops invalid packets"),)
    sentence = "incoming packets are dropped by default, and nobody is told"
    assert incoming(default="reject").omissions == (Omission("", sentence),)


@pytest.mark.parametrize(
    ("rule", "judged"),
    [
        (Rule(action="accept", protocol="icmpv6", icmp_types=(135,), hop_limit=255), True),
        (Rule(action="accept", protocol="icmpv6", icmp_types=(128, 135), hop_limit=255), False),
        (Rule(action="accept", protocol="icmpv6", icmp_types=(135,), hop_limit=64), False),
        (Rule(action="accept", protocol="icmpv6", hop_limit=255), False),
    ],
    ids=str,
)
def test_only_what_hosts_check_themselves_may_lose_its_hop_limit(rule: Rule, judged: bool) -> None:  # noqa: FBT001
    assert bool(read_powershell(incoming(rule).text).lines) is judged


def test_the_base_rules_lose_nothing() -> None:
    rendered = incoming(*base_rules(), tcp("accept", 22))
    assert rendered.omissions == ()
    assert len(read_powershell(rendered.text).lines) == 5


MIXED = AddressSet(["127.0.0.0/8", "::1", "2001:db8::/64"])


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(("fields", "expected"), [
    ({"remote": LOOPBACK}, []),
    ({"local": AddressSet(["127.0.0.53"])}, []),
    ({"remote": MIXED}, [((), ("2001:db8::/64",))]),
    ({"local": MIXED, "remote": AddressSet(["::/0", "127.0.0.1"])}, [(("2001:db8::/64",), ())]),
    ({"remote": AddressSet(["::/0", "127.0.0.1"])}, [((), ("::/1", "8000::/1"))]),
    ({"remote": AddressSet(["::/0", "0.0.0.0/0"])}, [((), ())]),
], ids=str)  # fmt: skip
def test_no_rule_names_a_loopback_address(
    form: str,
    fields: dict[str, Any],
    expected: list[tuple[tuple[str, ...], tuple[str, ...]]],
) -> None:
    rendered = incoming(Rule(action="drop", **fields), form=form, default="accept")
    lines = READERS[form](rendered.text).lines
    assert [(line.local, line.remote) for line in lines] == expected
    assert ("loopback addresses alone, left to Windows" in rendered.text) is (not expected)


def test_powershell_divides_lists_that_windows_cannot_hold() -> None:
    many = AddressSet([f"192.0.{n >> 8}.{n & 255}" for n in range(1, 4002, 2)])
    text = incoming(tcp("accept", 22, remote=many)).text
    lines = read_powershell(text).lines
    assert [len(line.remote) for line in lines] == [1000, 1000, 1]
    assert sorted(each for line in lines for each in line.remote) == sorted(map(str, many_of(many)))


def many_of(side: AddressSet) -> list[str]:
    """Show single addresses as scripts do."""
    return [str(prefix.network_address) for prefix in side]


def test_a_block_that_would_take_what_was_accepted_is_left_to_the_default() -> None:
    office, others, web = tcp("accept", 22, remote=OFFICE), tcp("drop", 22), tcp("accept", 80)
    rendered = incoming(office, others, web)
    assert rendered.omissions == ()
    assert [line.action for line in read_powershell(rendered.text).lines] == ["allow", "allow"]
    assert f"# done by the default: {others.id}\n" in rendered.text


def test_a_block_that_takes_some_of_what_was_accepted_is_told() -> None:
    ssh, bad, rest = (
        tcp("accept", 22),
        Rule(action="drop", remote=OFFICE_NET),
        Rule(action="accept"),
    )
    rendered = incoming(ssh, bad, rest)
    sentence = f"also takes what {ssh.id} accepted before it, because here a block wins"
    assert rendered.omissions == (Omission(bad.id, sentence),)


@pytest.mark.parametrize("default", ["drop", "accept"])
def test_a_block_that_takes_all_of_an_accept_is_refused(default: str) -> None:
    office, others, rest = tcp("accept", 22, remote=OFFICE), tcp("drop", 22), Rule(action="accept")
    rules = (office, others, rest) if default == "drop" else (office, others)
    with pytest.raises(ExportError, match=rf"nothing would be left of rule {office.id}.*; let "):
        incoming(*rules, default=default)


def test_an_accept_that_is_never_reached_is_not_taken_anything() -> None:
    first, never, rest = Rule(action="drop"), tcp("accept", 22), tcp("drop", 22)
    assert incoming(first, never, rest, default="accept").omissions == ()


def test_families_that_do_not_meet_take_nothing() -> None:
    six = tcp("accept", 22, families=("ipv6",))
    four = tcp("drop", 22, families=("ipv4",))
    assert incoming(six, four, tcp("accept", 22), default="accept").omissions == ()


def test_what_takes_too_long_to_compute_counts_as_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(precedence, "_MOST_PIECES", 0)
    office, others = tcp("accept", 22), Rule(action="drop", remote=OFFICE_NET)
    assert len(incoming(office, others, default="accept").omissions) == 1


def test_an_unknown_form_names_the_known_ones() -> None:
    with pytest.raises(ExportError, match="no form 'gpo'; there are powershell, netsh"):
        incoming(form="gpo")


def test_protocol_numbers_are_those_of_iana() -> None:
    rules = [Rule(action="accept", protocol=p) for p in Protocol if p.number is not None]
    lines = read_powershell(incoming(*rules).text).lines
    assert {line.protocol for line in lines} == {
        "tcp", "udp", "icmpv4", "icmpv6", "2", "33", "50", "51", "132", "136",
    }  # fmt: skip


@pytest.mark.parametrize("action", [Action.ACCEPT, Action.DROP])
@pytest.mark.parametrize("form", ["powershell", "netsh"])
def test_icmp_of_one_family_from_a_zone_of_the_other_is_nobodys(action: Action, form: str) -> None:
    office = RemoteReference(RemoteKind.ZONE, "office")
    rule = Rule(action=action, protocol=Protocol.ICMPV6, families=(Family.IPV6,), remote=office)
    default = Action.DROP if action is Action.ACCEPT else Action.ACCEPT
    zones = (Zone("office", AddressSet(["192.0.2.0/24"])),)
    ruleset = Ruleset(Chain(default, [rule]), Chain(Action.ACCEPT, []), zones=zones)
    text = render(ruleset, "windows", form=form).text
    assert f"matches nothing: {rule.id}" in text
    assert "icmpv6" not in text.lower()
