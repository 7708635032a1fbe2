"""firewalld: a zone for what comes in, a policy from the host for what goes out, direct rules.

Both hold rich rules, each with a priority of its own, which is the order of the model; both drop
what no rule accepts, so an accepting default is a last rule.

What rich rules cannot ask for is dropped by direct rules before it comes to firewalld.

Written for firewalld 1.3 with its nftables backend, firewalld.richlanguage(5).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from netstat_fw.errors import ExportError
from netstat_fw.exporters.annotations import header_comments, rule_comment
from netstat_fw.exporters.firewalld_direct import (
    direct_rules,
    dropped_with,
    has_both_ports,
    is_guarded,
)
from netstat_fw.exporters.firewalld_rich import TYPE_NAMES, log_omissions, rich_rules
from netstat_fw.exporters.limits import omit_or_refuse
from netstat_fw.exporters.linux import obstacle
from netstat_fw.exporters.rendered import Omission, Rendered
from netstat_fw.exporters.stateful import is_settled, state_obstacle, state_omissions
from netstat_fw.protocol import Protocol
from netstat_fw.ruleset.base import is_neighbour_discovery
from netstat_fw.ruleset.terms import Action, Direction

if TYPE_CHECKING:
    from collections.abc import Iterable

    from netstat_fw.ruleset.model import Ruleset
    from netstat_fw.ruleset.rule import Rule

ZONE = "netstat-fw"
POLICY = "netstat-fw-out"
_COMMENT_BYTES = 250
_HIGHEST_PRIORITY = 32767


def render(ruleset: Ruleset) -> Rendered:
    """Write the ruleset as a zone, a policy and a direct file; the text is the first.

    Raises:
        ExportError: for a rule that drops or rejects what firewalld cannot name or accepts by
            itself, and for more rich rules in a direction than there are priorities.
    """
    omissions: list[Omission] = []
    incoming, outgoing = (_rules(ruleset, direction, omissions) for direction in Direction)
    header = _comment([*header_comments(ruleset, omissions, mark=" "), *_HOW_TO_LOAD])
    inside, outside = (
        "REJECT" if ruleset.chain(direction).default is Action.REJECT else "DROP"
        for direction in Direction
    )
    zone = [
        f'<zone target="{_ZONE_TARGETS[inside]}">',
        f"  <short>{ZONE}</short>",
        "  <description>What may come to this host.</description>",
        *incoming,
        "</zone>",
    ]
    policy = [
        f'<policy target="{outside}">',
        f"  <short>{POLICY}</short>",
        "  <description>What this host may send.</description>",
        '  <ingress-zone name="HOST"/>',
        '  <egress-zone name="ANY"/>',
        *outgoing,
        "</policy>",
    ]
    direct = [line for way in Direction for line in direct_rules(ruleset.chain(way), way)]
    parts = {
        f"zones/{ZONE}.xml": zone,
        f"policies/{POLICY}.xml": policy,
        "direct.xml": ["<direct>", *direct, "</direct>"],
    }
    files = {
        name: "\n".join(['<?xml version="1.0" encoding="utf-8"?>', *header, *lines]) + "\n"
        for name, lines in parts.items()
    }
    return Rendered(files[f"zones/{ZONE}.xml"], files, tuple(omissions))


def _comment(lines: Iterable[str]) -> list[str]:
    # XML has no other way to keep a comment open: two hyphens end it.
    return ["<!--", *(line.replace("--", "__").rstrip() for line in lines), "-->"]


def _rules(ruleset: Ruleset, direction: Direction, omissions: list[Omission]) -> list[str]:
    chain = ruleset.chain(direction)
    lines: list[str] = []
    priority = 0
    for rule in chain.rules:
        comment = rule_comment(rule, _COMMENT_BYTES).replace("--", "__")
        if not rule.enabled:
            lines.append(f"  <!-- disabled: {comment} -->")
            continue
        omissions += state_omissions(rule, "firewalld")
        if is_settled(rule, "firewalld"):
            lines.append(f"  <!-- done by firewalld itself: {comment} -->")
            continue
        found = _obstacle(rule)
        if found is not None:
            omissions.append(omit_or_refuse(rule, "firewalld", found))
            lines.append(f"  <!-- left out: {comment} -->")
            continue
        omissions += dict.fromkeys(dropped_with(rule, chain))
        lines.append(f"  <!-- {comment} -->")
        omissions += log_omissions(rule)
        for attributes, inside in rich_rules(rule, ruleset.resolve(rule), direction):
            priority += 1
            lines.append(f'  <rule priority="{priority}"{attributes}>{inside}</rule>')
    if chain.default is Action.ACCEPT:
        priority += 1
        lines += ["  <!-- default -->", f'  <rule priority="{priority}"><accept/></rule>']
    if priority > _HIGHEST_PRIORITY:
        raise ExportError(
            f"target firewalld: {priority} rich rules {direction.value}, and priorities end at "
            f"{_HIGHEST_PRIORITY}; join ports and prefixes, or render nftables instead"
        )
    return lines


def _obstacle(rule: Rule) -> str | None:
    protocol = rule.protocol
    if rule.interface is not None:
        return "a firewalld zone has interfaces, a rule in it cannot; a rule without one would fit"
    if has_both_ports(rule) and not is_guarded(rule):
        return "a rich rule holds the ports of one side; name those of one side only"
    if protocol is Protocol.UDPLITE and (rule.local_ports or rule.remote_ports):
        return "firewalld knows no ports of udplite; a rule without them would fit"
    if rule.icmp_types and not set(rule.icmp_types) <= set(TYPE_NAMES[rule.families[0]]):
        return "firewalld has no name for one of the types; name those alone that it knows"
    if rule.hop_limit is not None and not is_neighbour_discovery(rule):
        return "firewalld cannot ask for a hop limit; a rule without one would fit"
    return state_obstacle(rule, "firewalld") or obstacle(rule, "firewalld")


_ZONE_TARGETS = {"DROP": "DROP", "REJECT": "%%REJECT%%"}
_HOW_TO_LOAD = (
    "",
    "  firewalld itself accepts the loopback interface and established connections, and drops",
    "  what is invalid, before any of these rules.",
    "",
    f"  Put zones/{ZONE}.xml, policies/{POLICY}.xml and direct.xml below /etc/firewalld,",
    "  adding to a direct.xml that is there. Let firewall-offline-cmd check the configuration,",
    f"  make {ZONE} the default zone, and reload. Interfaces bound to another zone stay there.",
)
