"""Aerleon's terms and generators: what the generators can say, and how each wants its header.

A generator that does not know a word of a term refuses the whole policy, so each gets a filter that
holds only what it knows.

After the generators of Aerleon 1.18.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import attrs

from netstat_fw.exporters import tracking
from netstat_fw.exporters.linux import interface_obstacle
from netstat_fw.exporters.rendered import Omission
from netstat_fw.protocol import Family, Protocol
from netstat_fw.ruleset.terms import Action, Direction

if TYPE_CHECKING:
    from collections.abc import Iterator

    from netstat_fw.ruleset.rule import Rule


@attrs.frozen
class Words:
    """What the terms of a generator can say.

    Attributes:
        replies: the option by which a term accepts replies: ``established``; ``tcp-established``
            for filters without states; empty where replies pass by themselves.
        on_host: whether it writes for the filter of Linux itself: its terms can name interfaces,
            and what they accept has to be new to connection tracking.
        types: whether it writes types of ICMP; some leave them out without a word.
        types_twice: whether it fails on a term with a single type of ICMP.
        blocks_win: whether a block wins over every accept, whatever their order.
    """

    replies: str = ""
    on_host: bool = False
    types: bool = True
    types_twice: bool = False
    blocks_win: bool = False


@attrs.frozen
class Generator:
    """How a generator wants the header of a filter.

    Attributes:
        words: what its terms can say.
        incoming: the options of a filter, with ``{family}`` where that belongs.
        outgoing: the same.
        families: its words for IPv4 and IPv6.
    """

    words: Words = Words()
    incoming: str = "netstat-fw-in {family}"
    outgoing: str = "netstat-fw-out {family}"
    families: tuple[str, str] = ("inet", "inet6")

    def header(self, direction: Direction, family: Family) -> str:
        """Write the options of a filter."""
        form = self.incoming if direction is Direction.INCOMING else self.outgoing
        return form.format(family=self.families[list(Family).index(family)])


def obstacle(rule: Rule, words: Words) -> str | None:
    """Say why a term cannot say what a rule says, and the way round; None where one can."""
    found = tracking.obstacle(rule, "aerleon") or interface_obstacle(rule)
    if found is not None:
        return found
    if rule.protocol not in _PROTOCOLS:
        return "aerleon does not know that protocol"
    if rule.interface is not None and not (words.on_host and _WORD.fullmatch(rule.interface)):
        return "a generator cannot name that interface; a rule without it would fit"
    if rule.icmp_types and not words.types:
        return "a generator does not write ICMP types; a rule for all of them would fit"
    if any(number not in _TYPES.get(rule.protocol, {}) for number in rule.icmp_types):
        return "aerleon has names for the usual ICMP types alone; a rule for those would fit"
    return None


def type_names(rule: Rule, words: Words) -> list[str]:
    """Return the names of the types of a rule without an obstacle."""
    names = [_TYPES[rule.protocol][number] for number in rule.icmp_types]
    return names * 2 if words.types_twice and len(names) == 1 else names


def omissions(rule: Rule, words: Words) -> Iterator[Omission]:
    """Say what a rule without an obstacle loses."""
    if rule.action is Action.REJECT:
        yield Omission(rule.id, "drops, and nobody is told")
    if rule.log is not None:
        yield Omission(rule.id, "is logged without a prefix and a rate, or not at all")
    untracked = rule.protocol is Protocol.ICMPV6 and _UNTRACKED.intersection(rule.icmp_types)
    if words.on_host and untracked and rule.action is Action.ACCEPT:
        yield Omission(rule.id, "accepts nothing that connection tracking calls untracked")


_PACKETS = Words("tcp-established")
_XTABLES = Words("established", on_host=True)
_ROUTER = Generator(_PACKETS)
_WITHOUT_TYPES = Generator(Words("tcp-established", types=False))
_CISCO = Generator(_PACKETS, families=("extended", "inet6"))
_CHAINS = Generator(_XTABLES, "INPUT DROP {family}", "OUTPUT DROP {family}")
_ZONES = Generator(
    Words(),
    "from-zone outside to-zone host {family}",
    "from-zone host to-zone outside {family}",
)
GENERATORS = {
    "arista": _CISCO,
    "brocade": _CISCO,
    "cisco": _CISCO,
    "cisconx": _CISCO,
    "ciscoxr": _CISCO,
    "ipset": _CHAINS,
    "iptables": _CHAINS,
    "juniper": _ROUTER,
    "juniperevo": Generator(
        _PACKETS, "netstat-fw-in {family} ingress", "netstat-fw-out {family} egress"
    ),
    "msmpc": Generator(Words()),
    "nftables": Generator(
        Words(on_host=True, types_twice=True), "{family} INPUT", "{family} OUTPUT"
    ),
    "nokiasrl": _WITHOUT_TYPES,
    "nvueapi": _ROUTER,
    "openconfig": _WITHOUT_TYPES,
    "paloalto": _ZONES,
    "sonic": _WITHOUT_TYPES,
    "speedway": _CHAINS,
    "srx": _ZONES,
    "srxlo": _ROUTER,
    "windows_advfirewall": Generator(Words(blocks_win=True), "in {family}", "out {family}"),
}
"""Generators that can hold a whole chain.

Left out are those for clouds, which lack words, and those that lose some of a policy without an
error: Arista's traffic policies the last term, pf the direction, Cisco ASA all of ICMPv6.
"""

# Aerleon ignores what does not look like a word, and the condition with it.
_WORD = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.@-]*")
# nf_conntrack_proto_icmpv6.c: neighbour discovery and multicast listeners.
_UNTRACKED = {130, 131, 132, 133, 134, 135, 136, 137, 143}
_PROTOCOLS = {
    None, Protocol.TCP, Protocol.UDP, Protocol.ICMP, Protocol.ICMPV6, Protocol.IGMP, Protocol.ESP,
    Protocol.AH, Protocol.SCTP, Protocol.UDPLITE,
}  # fmt: skip
_TYPES: dict[Protocol | None, dict[int, str]] = {
    Protocol.ICMP: {
        0: "echo-reply",
        3: "unreachable",
        4: "source-quench",
        5: "redirect",
        8: "echo-request",
        9: "router-advertisement",
        10: "router-solicitation",
        11: "time-exceeded",
        12: "parameter-problem",
        13: "timestamp-request",
        14: "timestamp-reply",
        15: "information-request",
        16: "information-reply",
        17: "mask-request",
        18: "mask-reply",
    },
    Protocol.ICMPV6: {
        1: "destination-unreachable",
        2: "packet-too-big",
        3: "time-exceeded",
        4: "parameter-problem",
        128: "echo-request",
        129: "echo-reply",
        130: "multicast-listener-query",
        131: "multicast-listener-report",
        132: "multicast-listener-done",
        133: "router-solicit",
        134: "router-advertisement",
        135: "neighbor-solicit",
        136: "neighbor-advertisement",
        137: "redirect-message",
        141: "inverse-neighbor-discovery-solicitation",
        142: "inverse-neighbor-discovery-advertisement",
        143: "version-2-multicast-listener-report",
    },
}
