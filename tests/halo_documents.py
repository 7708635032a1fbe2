"""What Halo's API asks of its documents, and what its rules do with packets."""

from __future__ import annotations

import json
import re
from ipaddress import ip_network
from typing import TYPE_CHECKING, Any

from netstat_fw.ruleset import Direction, Flow

if TYPE_CHECKING:
    from netstat_fw.exporters import Rendered

NAMES = ["firewall_policy", "firewall_services", "firewall_zones", "firewall_interfaces"]
RULE_KEYS = {
    "chain", "active", "firewall_interface", "firewall_service", "connection_states", "action",
    "log", "log_prefix", "comment",
}  # fmt: skip
PEERS = {"INPUT": "firewall_source", "OUTPUT": "firewall_target"}
KINDS = {"INPUT": {"FirewallZone", "Group", "UserGroup"}, "OUTPUT": {"FirewallZone", "Group"}}
STATES = ["NEW", "ESTABLISHED", "RELATED"]
SAFE = re.compile(r"[A-Za-z0-9 ._,:/()+=@-]*")


def documents(rendered: Rendered) -> dict[str, Any]:
    """Read the documents by name, and hold them to everything that the API checks."""
    assert list(rendered.files) == [*(f"{name}.json" for name in NAMES), "about.txt"]
    found = {name: json.loads(rendered.files[f"{name}.json"])[name] for name in NAMES}
    policy = found["firewall_policy"]
    linux = policy["platform"] == "linux"
    assert set(policy) == {
        "name", "description", "platform", "firewall_rules",
        *(["ignore_forwarding_rules"] if linux else []),
    }  # fmt: skip
    known = {name: {entry["name"] for entry in found[name]} for name in NAMES[1:]}
    for name in NAMES[1:]:
        assert len(known[name]) == len(found[name])
    for service in found["firewall_services"]:
        check_service(service)
    for zone in found["firewall_zones"]:
        assert set(zone) == {"name", "ip_address"}
        assert SAFE.fullmatch(zone["name"])
        assert [ip_network(text) for text in zone["ip_address"].split(",")]
    rules = policy["firewall_rules"]
    for rule in rules:
        check_rule(rule, known, linux=linux)
    # Positions are implied by the order, contiguous in each chain; the last one catches all.
    chains = [rule["chain"] for rule in rules]
    assert chains == sorted(chains)
    for chain in ("INPUT", "OUTPUT"):
        last = [rule for rule in rules if rule["chain"] == chain][-1]
        assert last["active"]
        names = ("firewall_interface", "firewall_service", "connection_states", PEERS[chain])
        assert [last[name] for name in names] == [None] * 4
    return found


def check_service(service: dict[str, Any]) -> None:
    """Hold a service to the API: a protocol of three, and a port that is a string."""
    assert service["protocol"] in {"TCP", "UDP", "ICMP"}
    assert set(service) == {
        "name",
        "protocol",
        *([] if service["protocol"] == "ICMP" else ["port"]),
    }
    if "port" in service:
        assert isinstance(service["port"], str)
        first, last = _range(service["port"])
        assert 0 <= first <= last <= 65535


def check_rule(rule: dict[str, Any], known: dict[str, set[str]], *, linux: bool) -> None:
    """Hold a rule to the API."""
    chain = rule["chain"]
    peer = rule[PEERS[chain]]
    # Nothing that comes in has a target, nothing that goes out has a source.
    assert set(rule) == RULE_KEYS | {PEERS[chain]}
    assert rule["action"] in ({"ACCEPT", "DROP", "REJECT"} if linux else {"ACCEPT", "DROP"})
    assert {type(rule["active"]), type(rule["log"])} == {bool}
    assert (rule["log_prefix"] is not None) is rule["log"]
    assert SAFE.fullmatch(rule["comment"])
    assert SAFE.fullmatch(rule["log_prefix"] or "")
    assert len(rule["log_prefix"] or "") <= 28
    if peer is not None:
        assert set(peer) == {"name", "type"}
        assert peer["type"] in KINDS[chain]
        assert peer["type"] != "FirewallZone" or peer["name"] in known["firewall_zones"]
        assert peer["type"] != "UserGroup" or peer["name"] == "All GhostPorts users"
    for name in ("service", "interface"):
        named = rule[f"firewall_{name}"]
        assert named is None or (*named, named["name"] in known[f"firewall_{name}s"]) == (
            "name",
            True,
        )
    states = rule["connection_states"]
    assert states is None or states == ", ".join(s for s in STATES if s in states.split(", "))
    assert linux or (states, rule["firewall_interface"]) == (None, None)


def verdicts(found: dict[str, Any], flow: Flow) -> list[str]:
    """Give the actions of all rules that match a packet of somebody in no group, in order."""
    chain = "INPUT" if flow.direction is Direction.INCOMING else "OUTPUT"
    return [
        rule["action"]
        for rule in found["firewall_policy"]["firewall_rules"]
        if rule["chain"] == chain and rule["active"] and _is_met(found, rule, flow)
    ]


def _is_met(found: dict[str, Any], rule: dict[str, Any], flow: Flow) -> bool:
    interface, states = rule["firewall_interface"], rule["connection_states"]
    return (
        (interface is None or interface["name"] == flow.interface)
        and (states is None or flow.state.name in states.split(", "))
        and _is_peer(found, rule[PEERS[rule["chain"]]], flow)
        and _is_service(found, rule, flow)
    )


def _is_peer(found: dict[str, Any], peer: dict[str, Any] | None, flow: Flow) -> bool:
    if peer is None:
        return True
    zones = (z for z in found["firewall_zones"] if z["name"] == peer["name"])
    members = (ip_network(text) for zone in zones for text in zone["ip_address"].split(","))
    return peer["type"] == "FirewallZone" and any(flow.remote_address in m for m in members)


def _is_service(found: dict[str, Any], rule: dict[str, Any], flow: Flow) -> bool:
    if rule["firewall_service"] is None:
        return True
    name = rule["firewall_service"]["name"]
    wanted = next(s for s in found["firewall_services"] if s["name"] == name)
    port = flow.local_port if rule["chain"] == "INPUT" else flow.remote_port
    first, last = _range(wanted.get("port", "0-65535"))
    return wanted["protocol"] == flow.protocol.name and first <= (port or 0) <= last


def _range(text: str) -> tuple[int, int]:
    first, _, last = text.partition("-")
    return int(first), int(last or first)
