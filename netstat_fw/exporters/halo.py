"""Halo: a firewall policy with the services, zones and interfaces that it names, as its API's JSON.

``POST /v1/firewall_policies`` takes the policy. Its rules refer to objects that must be there
before: each entry of the other files is the body of one ``POST`` of its own, such as
``{"firewall_service": entry}``. The API answers with an id, which takes the place of the name where
a rule refers to it; the groups *All Active Servers* and *All GhostPorts users* keep their names.

The order of the rules is the order of their evaluation, and the last one of each chain is the
catch-all. Rules of the incoming chain have sources, those of the outgoing chain have targets.

Written after the provider's client libraries; unproven, as the service is gone.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from netstat_fw.errors import ExportError
from netstat_fw.exporters.annotations import header_comments, rule_comment
from netstat_fw.exporters.halo_rules import (
    STATES,
    Peer,
    Service,
    held,
    peers_of,
    services_of,
    states_of,
    zones_of,
)
from netstat_fw.exporters.quoting import plain
from netstat_fw.exporters.rendered import Omission, Rendered
from netstat_fw.ruleset.terms import Action, ConnectionState, Direction, RemoteKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from netstat_fw.ruleset.model import Ruleset
    from netstat_fw.ruleset.rule import Rule

NAME = "netstat-fw"
_COMMENT_BYTES = 250
# iptables, which Halo writes on Linux, keeps 29.
_PREFIX_BYTES = 28
_LINE_BYTES = 200


def render(
    ruleset: Ruleset, *, platform: str = "linux", ignore_forwarding_rules: bool = False
) -> Rendered:
    """Write the ruleset as a policy, and what it names as files beside it.

    Args:
        ruleset: what to write.
        platform: ``linux`` or ``windows``.
        ignore_forwarding_rules: leave forwarding as it is, as hosts of containers need it; Linux.

    Raises:
        ExportError: for an unknown platform; for a rule that drops or rejects what Halo cannot
            name; for two zones of one name; on Windows for an accept that blocks would swallow.
    """
    if platform not in _PLATFORMS:
        known = ", ".join(_PLATFORMS)
        raise ExportError(f"target halo has no platform {platform!r}; there are {known}")
    omissions: list[Omission] = []
    rules: list[dict[str, Any]] = []
    services: dict[str, Service] = {}
    peers: list[Peer] = []
    interfaces: set[str] = set()
    for direction in Direction:
        kept = held(ruleset, direction, platform, omissions)
        for rule in kept:
            interfaces |= {rule.interface} if rule.interface else set()
            for peer in peers_of(ruleset, rule):
                peers += [peer] if peer else []
                for service in services_of(rule, direction):
                    services |= {service.name: service} if service else {}
                    rules.append(_rule(rule, direction, platform, service, peer))
        rules += _last(ruleset, direction, platform)
        omissions += _default_omissions(ruleset, direction, platform, kept)
    policy: dict[str, Any] = {
        "name": NAME,
        "description": "Host firewall written by netstat-fw",
        "platform": platform,
    }
    if platform == "linux":
        policy["ignore_forwarding_rules"] = ignore_forwarding_rules
    policy["firewall_rules"] = rules
    zones = zones_of(peers)
    documents: dict[str, Any] = {
        "firewall_policy": policy,
        "firewall_services": [_service(services[name]) for name in sorted(services)],
        "firewall_zones": [
            {"name": name, "ip_address": ",".join(zones[name])} for name in sorted(zones)
        ],
        "firewall_interfaces": [{"name": name} for name in sorted(interfaces)],
    }
    files = {f"{key}.json": _text({key: value}) for key, value in documents.items()}
    # JSON has no comments.
    about = [plain(line, _LINE_BYTES).strip() for line in header_comments(ruleset, omissions, "")]
    files["about.txt"] = "\n".join(about) + "\n"
    return Rendered(files["firewall_policy.json"], files, tuple(omissions))


def _rule(
    rule: Rule, direction: Direction, platform: str, service: Service | None, peer: Peer | None
) -> dict[str, Any]:
    named = None if peer is None else {"name": peer.name, "type": _TYPES[peer.kind]}
    accepts = rule.action is Action.ACCEPT
    return _line(
        direction,
        action=_ACTIONS[rule.action] if accepts or platform == "linux" else "DROP",
        comment=rule_comment(rule, _COMMENT_BYTES),
        active=rule.enabled,
        firewall_interface=None if rule.interface is None else {"name": rule.interface},
        peer=named,
        firewall_service=None if service is None else {"name": service.name},
        connection_states=_states(states_of(rule)) if platform == "linux" else None,
        log=rule.log is not None,
        log_prefix=None if rule.log is None else plain(rule.log.prefix, _PREFIX_BYTES),
    )


def _last(ruleset: Ruleset, direction: Direction, platform: str) -> Iterator[dict[str, Any]]:
    """Write the catch-all, and before it what the default accepts where that is not everything."""
    action = ruleset.chain(direction).default
    if action is Action.ACCEPT and platform == "linux" and _drops_unknown(ruleset, direction):
        yield _line(
            direction, action="ACCEPT", comment="default", connection_states=_states(STATES)
        )
        yield _line(direction, action="DROP", comment="neither invalid nor untracked packets")
    elif action is Action.REJECT and platform == "windows":
        yield _line(direction, action="DROP", comment="default")
    else:
        yield _line(direction, action=_ACTIONS[action], comment="default")


def _drops_unknown(ruleset: Ruleset, direction: Direction) -> bool:
    """Tell whether a rule is to drop packets by a state that Halo does not know."""
    return any(
        rule.enabled and rule.action is not Action.ACCEPT and set(rule.states) - set(STATES)
        for rule in ruleset.chain(direction).rules
    )


def _default_omissions(
    ruleset: Ruleset, direction: Direction, platform: str, kept: list[Rule]
) -> Iterator[Omission]:
    accepting = [rule for rule in kept if rule.enabled and rule.action is Action.ACCEPT]
    if platform == "windows":
        if ruleset.chain(direction).default is Action.REJECT:
            sentence = f"{direction.value} packets are dropped by default, and nobody is told"
            yield Omission("", sentence)
    elif any(not rule.states or set(rule.states) - set(STATES) for rule in accepting):
        yield Omission("", f"no {direction.value} rule accepts invalid or untracked packets")


def _line(direction: Direction, *, action: str, comment: str, **fields: Any) -> dict[str, Any]:  # noqa: ANN401 - whatever JSON holds
    chain, peer = _CHAINS[direction]
    return {
        "chain": chain,
        "active": fields.get("active", True),
        "firewall_interface": fields.get("firewall_interface"),
        peer: fields.get("peer"),
        "firewall_service": fields.get("firewall_service"),
        "connection_states": fields.get("connection_states"),
        "action": action,
        "log": fields.get("log", False),
        "log_prefix": fields.get("log_prefix"),
        "comment": comment,
    }


def _states(states: tuple[ConnectionState, ...]) -> str | None:
    return ", ".join(state.name for state in states) or None


def _service(service: Service) -> dict[str, str]:
    port = {} if service.port is None else {"port": service.port}
    return {"name": service.name, "protocol": service.protocol, **port}


def _text(document: dict[str, Any]) -> str:
    return json.dumps(document, indent=2) + "\n"


_PLATFORMS = ("linux", "windows")
_CHAINS = {
    Direction.INCOMING: ("INPUT", "firewall_source"),
    Direction.OUTGOING: ("OUTPUT", "firewall_target"),
}
_ACTIONS = {Action.ACCEPT: "ACCEPT", Action.DROP: "DROP", Action.REJECT: "REJECT"}
_TYPES = {
    RemoteKind.ZONE: "FirewallZone",
    RemoteKind.SERVER_GROUP: "Group",
    RemoteKind.USER_GROUP: "UserGroup",
}
