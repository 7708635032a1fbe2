"""AWS: a security group and its rules, as Terraform JSON.

A security group only accepts, follows connections by itself and is outside the host. It never
filters what a host says to Amazon's own DNS, DHCP, time and metadata services. A rule of it holds
one range of ports or one ICMP type and one prefix. Terraform takes away the rule that lets
everything out of a new group, which AWS adds.

Written for the provider hashicorp/aws 5 and later, Terraform's JSON configuration syntax.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from netstat_fw.exporters.allow_only import Abilities, allow_only
from netstat_fw.exporters.annotations import header_comments, rule_comment
from netstat_fw.exporters.quoting import plain
from netstat_fw.exporters.rendered import Rendered
from netstat_fw.protocol import Family, Protocol
from netstat_fw.ruleset.terms import Direction

if TYPE_CHECKING:
    from collections.abc import Iterator

    from netstat_fw.exporters.allow_only import Allowance
    from netstat_fw.ruleset.model import Ruleset

GROUP = "netstat_fw"
_NAME = "netstat-fw"
# AWS takes 255 characters of a-zA-Z0-9. _-:/()#,@[]+=&;{}!$*, of which `plain` leaves some.
_DESCRIPTION_BYTES = 255
_LINE_BYTES = 200


def render(ruleset: Ruleset) -> Rendered:
    """Write the ruleset as one file of Terraform JSON.

    Raises:
        ExportError: for a rule that drops or rejects what a security group cannot tell apart from
            what a later rule accepts.
    """
    allowed = {d: allow_only(ruleset, d, ABILITIES) for d in Direction}
    omissions = tuple(omission for part in allowed.values() for omission in part.omissions)
    rules = {
        resource: rules
        for direction, resource in _RESOURCES.items()
        if (rules := _rules(allowed[direction].allowances))
    }
    group = {
        "name": _NAME,
        "description": "Host firewall written by netstat-fw",
        "vpc_id": f"${{var.{GROUP}_vpc_id}}",
    }
    document = {
        # Every line is reduced: Terraform takes dollar and brace for a template.
        "//": [plain(line, _LINE_BYTES) for line in header_comments(ruleset, omissions, mark="")],
        "variable": {f"{GROUP}_vpc_id": {"type": "string"}},
        "resource": {"aws_security_group": {GROUP: group}, **rules},
    }
    text = json.dumps(document, indent=2) + "\n"
    return Rendered(text, {f"{GROUP}.tf.json": text}, omissions)


def _rules(allowances: tuple[Allowance, ...]) -> dict[str, dict[str, Any]]:
    """Name each rule by the rule it is of; AWS refuses the same one twice."""
    rules: dict[str, dict[str, Any]] = {}
    seen: set[tuple[tuple[str, Any], ...]] = set()
    counts: dict[str, int] = {}
    for allowance in allowances:
        rule = allowance.rule
        for match in _matches(allowance):
            key = tuple(match.items())
            if key in seen:
                continue
            seen.add(key)
            counts[rule.id] = counts.get(rule.id, 0) + 1
            rules[f"{rule.id}_{counts[rule.id]}"] = {
                "security_group_id": f"${{aws_security_group.{GROUP}.id}}",
                "description": rule_comment(rule, _DESCRIPTION_BYTES),
                **match,
            }
    return rules


def _matches(allowance: Allowance) -> Iterator[dict[str, Any]]:
    protocol, family = allowance.protocol, allowance.family
    prefixes = allowance.remote or (_EVERYTHING[family],)
    for ports in _ports(allowance):
        for prefix in prefixes:
            yield {"ip_protocol": _word(protocol), **ports, _PREFIX_KEYS[family]: str(prefix)}


def _ports(allowance: Allowance) -> list[dict[str, int]]:
    protocol, service = allowance.protocol, allowance.service
    if protocol not in ABILITIES.detailed:
        return [{}]
    if protocol in {Protocol.TCP, Protocol.UDP}:
        ranges = service or ((0, 65535),)
        return [{"from_port": first, "to_port": last} for first, last in ranges]
    if service is None:
        return [{"from_port": -1, "to_port": -1}]
    # For ICMP these are type and code, and -1 is every code.
    types = (number for first, last in service for number in range(first, last + 1))
    return [{"from_port": number, "to_port": -1} for number in types]


def _word(protocol: Protocol | None) -> str:
    if protocol is None:
        return "-1"
    return protocol.value if protocol in ABILITIES.detailed else str(protocol.number)


ABILITIES = Abilities(
    target="terraform-aws",
    protocols=tuple(protocol for protocol in Protocol if protocol.number is not None),
    detailed=(Protocol.TCP, Protocol.UDP, Protocol.ICMP, Protocol.ICMPV6),
)
_RESOURCES = {
    Direction.INCOMING: "aws_vpc_security_group_ingress_rule",
    Direction.OUTGOING: "aws_vpc_security_group_egress_rule",
}
_PREFIX_KEYS = {Family.IPV4: "cidr_ipv4", Family.IPV6: "cidr_ipv6"}
_EVERYTHING = {Family.IPV4: "0.0.0.0/0", Family.IPV6: "::/0"}
