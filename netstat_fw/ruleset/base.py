"""Base rules: what every host needs before the first rule of its own, as ordinary visible rules.

Each was proved necessary by taking it away and watching packets fail. Their order matters:
loopback first, so that the guard against forged loopback addresses need not say "but lo";
neighbour discovery before the drop of invalid packets, because connection tracking never calls it
established.
"""

from __future__ import annotations

import attrs

from netstat_fw.evidence import Confidence, Reason
from netstat_fw.protocol import Protocol
from netstat_fw.ruleset.rule import Rule
from netstat_fw.ruleset.sets import AddressSet
from netstat_fw.ruleset.terms import Action, ConnectionState

LOOPBACK = AddressSet(["127.0.0.0/8", "::1"])
"""RFC 1122 3.2.1.3 and RFC 4291 2.5.3."""
LOOPBACK_INTERFACE = "lo"
"""The name of the loopback interface in rules and flows, whatever a system calls its own."""
NEIGHBOUR_DISCOVERY = (133, 134, 135, 136, 137)
"""ICMPv6 types of solicitations, advertisements and redirect (RFC 4861 4)."""
_UNROUTED = 255


def is_loopback(side: AddressSet | None) -> bool:
    """Tell whether a side of a rule is loopback addresses alone.

    >>> is_loopback(AddressSet(["127.0.0.53"])), is_loopback(AddressSet(["::1", "192.0.2.1"]))
    (True, False)
    """
    return side is not None and LOOPBACK | side == LOOPBACK


def is_neighbour_discovery(rule: Rule) -> bool:
    """Tell whether a rule accepts neighbour discovery that no router has passed on, and no more.

    Whoever receives it discards it with another hop limit by itself: RFC 4861 6.1, 7.1 and 8.1.
    """
    return (
        rule.action is Action.ACCEPT
        and rule.protocol is Protocol.ICMPV6
        and rule.hop_limit == _UNROUTED
        and bool(rule.icmp_types)
        and set(rule.icmp_types) <= set(NEIGHBOUR_DISCOVERY)
    )


def base_rules() -> tuple[Rule, ...]:
    """Return the rules that open a chain: the same for both, as none of them says source.

    >>> [rule.reasons[0].code for rule in base_rules()][:3]
    ['BASE_LOOPBACK', 'BASE_ESTABLISHED', 'BASE_NEIGHBOUR_DISCOVERY']
    """
    return _BASE_RULES


def _because(code: str, sentence: str, rule: Rule) -> Rule:
    return attrs.evolve(rule, confidence=Confidence.POLICY, reasons=(Reason(code, sentence),))


_BASE_RULES = (
    _because(
        "BASE_LOOPBACK",
        "the host talks to itself over the loopback interface",
        Rule(action=Action.ACCEPT, interface=LOOPBACK_INTERFACE),
    ),
    _because(
        "BASE_ESTABLISHED",
        "replies and errors of what was accepted belong to it",
        Rule(
            action=Action.ACCEPT,
            states=(ConnectionState.ESTABLISHED, ConnectionState.RELATED),
        ),
    ),
    # RFC 4861: solicitations, advertisements and redirect are valid with hop limit 255 only, which
    # proves that no router has passed them on.
    _because(
        "BASE_NEIGHBOUR_DISCOVERY",
        "without it IPv6 finds neither routers nor neighbours",
        Rule(
            action=Action.ACCEPT,
            protocol=Protocol.ICMPV6,
            icmp_types=NEIGHBOUR_DISCOVERY,
            hop_limit=_UNROUTED,
        ),
    ),
    # RFC 2710 and RFC 3810: sent with hop limit 1.
    _because(
        "BASE_MULTICAST_LISTENER",
        "switches deliver multicast to those who report that they listen",
        Rule(action=Action.ACCEPT, protocol=Protocol.ICMPV6, icmp_types=(130, 131, 132, 143)),
    ),
    _because(
        "BASE_INVALID",
        "belongs to no connection that there could be",
        Rule(action=Action.DROP, states=(ConnectionState.INVALID,)),
    ),
    # Before ICMP is accepted, or a forged ping would pass. CVE-2020-8558 is the class of attack.
    _because(
        "BASE_FORGED_LOOPBACK",
        "loopback addresses exist on the loopback interface only",
        Rule(action=Action.DROP, remote=LOOPBACK),
    ),
    _because(
        "BASE_FORGED_LOOPBACK",
        "loopback addresses exist on the loopback interface only",
        Rule(action=Action.DROP, local=LOOPBACK),
    ),
    _because(
        "BASE_ICMP",
        "unreachable, time exceeded, parameter problem and ping",
        Rule(action=Action.ACCEPT, protocol=Protocol.ICMP, icmp_types=(3, 8, 11, 12)),
    ),
    # RFC 4890 4.4.1: traffic that must not be dropped.
    _because(
        "BASE_ICMPV6",
        "unreachable, packet too big, time exceeded, parameter problem and ping",
        Rule(action=Action.ACCEPT, protocol=Protocol.ICMPV6, icmp_types=(1, 2, 3, 4, 128)),
    ),
)
