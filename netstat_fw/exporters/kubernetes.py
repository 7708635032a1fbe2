"""Kubernetes: a NetworkPolicy for labelled pods, as JSON.

A network policy only accepts, follows connections by itself and is outside the pod. It knows TCP,
UDP and SCTP alone; what becomes of ICMP each network plugin decides, and what comes from the pod's
own node always passes. The policy holds for pods of its namespace with the label `LABEL`, so that
applying it changes nothing for others. JSON is YAML too, and kubectl takes it.

Written for networking.k8s.io/v1 with ``endPort``, which is stable since Kubernetes 1.25.
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
    from netstat_fw.exporters.allow_only import Allowance
    from netstat_fw.exporters.rendered import Omission
    from netstat_fw.ruleset.model import Ruleset

LABEL = {"netstat-fw": "host"}
"""The label of the pods that the policy holds for."""
_COMMENT_BYTES = 250


def render(ruleset: Ruleset) -> Rendered:
    """Write the ruleset as one NetworkPolicy; the annotations name the rule behind each entry.

    Raises:
        ExportError: for a rule that drops or rejects what a network policy cannot tell apart from
            what a later rule accepts.
    """
    annotations: dict[str, str] = {}
    spec: dict[str, Any] = {
        "podSelector": {"matchLabels": LABEL},
        "policyTypes": ["Ingress", "Egress"],
    }
    omissions: list[Omission] = []
    for direction, (key, peers) in _KEYS.items():
        allowed = allow_only(ruleset, direction, ABILITIES)
        omissions += allowed.omissions
        entries: list[dict[str, Any]] = []
        for allowance in allowed.allowances:
            ports = _ports(allowance)
            # A port 0 alone is nothing that a policy can name.
            if ports != []:
                entries.append(_entry(allowance, ports, peers))
                comment = rule_comment(allowance.rule, _COMMENT_BYTES)
                annotations[f"netstat-fw/{key}-{len(entries)}"] = comment
        spec[key] = entries
    header = [plain(line, _COMMENT_BYTES) for line in header_comments(ruleset, omissions, mark="")]
    document = {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {
            "name": "netstat-fw",
            "annotations": {"netstat-fw/about": "\n".join(header), **annotations},
        },
        "spec": spec,
    }
    text = json.dumps(document, indent=2) + "\n"
    return Rendered(text, {"networkpolicy.json": text}, tuple(omissions))


def _entry(allowance: Allowance, ports: list[dict[str, Any]] | None, peers: str) -> dict[str, Any]:
    prefixes = allowance.remote or (_EVERYTHING[allowance.family],)
    blocks = [{"ipBlock": {"cidr": str(prefix)}} for prefix in prefixes]
    # Without a list of ports the entry is for all protocols.
    return {peers: blocks} if ports is None else {peers: blocks, "ports": ports}


def _ports(allowance: Allowance) -> list[dict[str, Any]] | None:
    if allowance.protocol is None:
        return None
    named = {"protocol": allowance.protocol.name}
    if allowance.service is None:
        return [named]
    ranges = ((max(first, 1), last) for first, last in allowance.service)
    return [
        {**named, "port": first} if first == last else {**named, "port": first, "endPort": last}
        for first, last in ranges
        if first <= last
    ]


ABILITIES = Abilities(
    target="kubernetes",
    protocols=(Protocol.TCP, Protocol.UDP, Protocol.SCTP),
    detailed=(Protocol.TCP, Protocol.UDP, Protocol.SCTP),
)
_KEYS = {Direction.INCOMING: ("ingress", "from"), Direction.OUTGOING: ("egress", "to")}
_EVERYTHING = {Family.IPV4: "0.0.0.0/0", Family.IPV6: "::/0"}
