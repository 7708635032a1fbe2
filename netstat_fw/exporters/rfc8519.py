"""RFC 8519: access lists of the YANG module ietf-access-control-list, as JSON (RFC 7951).

One list for each direction and family; entries hold one prefix and one range of ports of a side.
Access lists know no connections. What accepts established ones becomes entries for TCP segments
with ACK or RST, which never open a connection. Replies of UDP cannot be told from new datagrams and
are accepted only on demand. No text of a ruleset is written, only ids and numbers.
"""

from __future__ import annotations

import itertools
import json
from typing import TYPE_CHECKING, Any

import attrs

from netstat_fw.exporters.limits import omit_or_refuse
from netstat_fw.exporters.linux import LOCAL_END, REMOTE_END, matched_families, members
from netstat_fw.exporters.rendered import Omission, Rendered
from netstat_fw.protocol import Family, Protocol
from netstat_fw.ruleset.rule import Rule, is_group
from netstat_fw.ruleset.sets import PortSet
from netstat_fw.ruleset.terms import Action, ConnectionState, Direction

if TYPE_CHECKING:
    from collections.abc import Iterator

    from netstat_fw.ruleset.model import Ruleset
    from netstat_fw.ruleset.sets import AddressSet

_TARGET = "rfc8519"
# RFC 6056 3.2: what clients take their ports from.
_EPHEMERAL = PortSet([(1024, 65535)])
_UNKNOWN_STATES = {ConnectionState.INVALID}
_WITH_PORTS = (Protocol.TCP, Protocol.UDP)


def render(ruleset: Ruleset, *, udp_replies: bool = False) -> Rendered:
    """Write the ruleset as four access lists, not attached to any interface.

    Args:
        ruleset: what to write.
        udp_replies: accept replies of UDP wherever established connections are accepted: what comes
            back from the service's port to a port from 1024 on. A peer that sends from that port
            then reaches every service on those ports, asked or not.

    Raises:
        ExportError: for a rule that drops or rejects what an access list cannot tell apart.
    """
    omissions: list[Omission] = []
    lists = []
    for direction in Direction:
        parts = list(_parts(ruleset, direction, omissions, udp_replies=udp_replies))
        default = {"name": "default", "actions": _actions(ruleset.chain(direction).default)}
        for family in Family:
            entries = [
                {"name": f"{name}-{number}", **entry}
                for name, rule, flag in parts
                for number, entry in enumerate(
                    _entries(rule, ruleset.resolve(rule), direction, family, flag), 1
                )
            ]
            lists.append(
                {
                    "name": f"netstat-fw-{direction.value}-{family.value}",
                    "type": f"{family.value}-acl-type",
                    "aces": {"ace": [*entries, default]},
                }
            )
    document = {"ietf-access-control-list:acls": {"acl": lists}}
    text = json.dumps(document, indent=2) + "\n"
    return Rendered(text, {"acls.json": text}, tuple(omissions))


def _parts(
    ruleset: Ruleset, direction: Direction, omissions: list[Omission], *, udp_replies: bool
) -> Iterator[tuple[str, Rule, str]]:
    """Give name, rule and TCP flag of what entries are to be made of, in order."""
    for position, rule in ruleset.chain(direction).numbered():
        if not rule.enabled:
            continue
        name = f"{position}-{rule.id}"
        found = _obstacle(rule)
        if found is not None:
            omissions.append(omit_or_refuse(rule, _TARGET, found))
        elif not rule.states or ConnectionState.NEW in rule.states:
            yield name, rule, ""
        elif rule.action is Action.ACCEPT:
            omissions += _state_omissions(rule, udp_replies=udp_replies)
            if ConnectionState.ESTABLISHED in rule.states:
                yield from _replies(ruleset, direction, rule, name, udp_replies=udp_replies)
        elif set(rule.states) <= _UNKNOWN_STATES:
            omissions.append(Omission(rule.id, "nothing is invalid to what knows no connections"))
        else:
            words = "access lists know no connections; a rule without states would fit"
            omit_or_refuse(rule, _TARGET, words)
        if rule.log is not None:
            omissions.append(Omission(rule.id, "logs without a prefix, and every packet"))


def _replies(
    ruleset: Ruleset, direction: Direction, rule: Rule, name: str, *, udp_replies: bool
) -> Iterator[tuple[str, Rule, str]]:
    if rule.protocol in {None, Protocol.TCP}:
        segments = attrs.evolve(rule, protocol=Protocol.TCP)
        for flag in ("ack", "rst"):
            yield f"{name}-{flag}", segments, flag
    # Only of a rule for all that is established it is certain that it accepts these replies.
    anything = attrs.evolve(rule, states=(), log=None).id == Rule(action=Action.ACCEPT).id
    if not (udp_replies and anything):
        return
    other = Direction.OUTGOING if direction is Direction.INCOMING else Direction.INCOMING
    for position, asked in ruleset.chain(other).numbered():
        opens = not asked.states or ConnectionState.NEW in asked.states
        has_service = (asked.local_ports is None) != (asked.remote_ports is None)
        if (
            asked.enabled
            and opens
            and has_service
            and asked.action is Action.ACCEPT
            and asked.protocol is Protocol.UDP
            and _obstacle(asked) is None
        ):
            reply = attrs.evolve(
                asked,
                log=None,
                local_ports=asked.local_ports or _EPHEMERAL,
                remote_ports=asked.remote_ports or _EPHEMERAL,
            )
            yield f"{name}-udp-{position}", reply, ""


def _state_omissions(rule: Rule, *, udp_replies: bool) -> Iterator[Omission]:
    if ConnectionState.ESTABLISHED not in rule.states:
        yield Omission(rule.id, "accepts nothing here: access lists know no connections")
    elif udp_replies:
        yield Omission(rule.id, "accepts replies of TCP and UDP alone")
    else:
        yield Omission(rule.id, "accepts replies of TCP alone; see the option udp_replies")


def _obstacle(rule: Rule) -> str | None:
    remote = rule.remote
    if is_group(remote):
        return f"access lists do not know {remote}; define its addresses as a zone"
    if (rule.local_ports or rule.remote_ports) and rule.protocol not in _WITH_PORTS:
        return "access lists know ports of TCP and UDP alone; a rule without them would fit"
    return None


def _entries(
    rule: Rule, remote: AddressSet | None, direction: Direction, family: Family, flag: str
) -> Iterator[dict[str, Any]]:
    if family not in matched_families(rule, remote):
        return
    header: dict[str, Any] = {}
    if rule.protocol is not None:
        header["protocol"] = rule.protocol.number
    if rule.hop_limit is not None:
        header["ttl"] = rule.hop_limit
    place = {} if rule.interface is None else {_INTERFACES[direction]: rule.interface}
    ends = {REMOTE_END[direction]: remote, LOCAL_END[direction]: rule.local}
    for source, destination, transport in itertools.product(
        _prefixes("source", ends["s"], family),
        _prefixes("destination", ends["d"], family),
        _transports(rule, direction, flag),
    ):
        addressed = {**source, **destination, **header}
        matches = {**({family.value: addressed} if addressed else {}), **transport, **place}
        entry = {"matches": matches} if matches else {}
        yield {**entry, "actions": _actions(rule.action, logs=rule.log is not None)}


def _prefixes(end: str, side: AddressSet | None, family: Family) -> list[dict[str, str]]:
    prefixes = members(side, family)
    if prefixes is None:
        return [{}]
    return [{f"{end}-{family.value}-network": str(prefix)} for prefix in prefixes]


def _transports(rule: Rule, direction: Direction, flag: str) -> list[dict[str, Any]]:
    if rule.icmp_types:
        return [{"icmp": {"type": number}} for number in rule.icmp_types]
    if rule.protocol not in _WITH_PORTS:
        return [{}]
    ends = {REMOTE_END[direction]: rule.remote_ports, LOCAL_END[direction]: rule.local_ports}
    found = []
    for source, destination in itertools.product(
        _ports("source-port", ends["s"]), _ports("destination-port", ends["d"])
    ):
        inside = {**source, **destination, **({"flags": flag} if flag else {})}
        found.append({rule.protocol.value: inside} if inside else {})
    return found


def _ports(key: str, ports: PortSet | None) -> list[dict[str, Any]]:
    if ports is None:
        return [{}]
    return [
        {
            key: {"operator": "eq", "port": first}
            if first == last
            else {"lower-port": first, "upper-port": last}
        }
        for first, last in ports.ranges
    ]


def _actions(action: Action, *, logs: bool = False) -> dict[str, str]:
    return {"forwarding": action.value, **({"logging": "log-syslog"} if logs else {})}


_INTERFACES = {Direction.INCOMING: "ingress-interface", Direction.OUTGOING: "egress-interface"}
