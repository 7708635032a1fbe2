"""nftables JSON: the same table as the text target, for ``nft -j -f`` and libnftables.

It means what the text means, rule by rule. Comments and log prefixes are reduced as in the text:
JSON could carry any of them, but ``nft list ruleset`` writes them raw, and a saved ruleset is read
again at the next boot. JSON has no comments, so caveats, questions and what is left out are in the
text target only, and in `Rendered.omissions`.

Written for nftables 0.9 and later, libnftables-json(5).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, TypeAlias

from netstat_fw.exporters.annotations import rule_comment
from netstat_fw.exporters.limits import omit_or_refuse
from netstat_fw.exporters.linux import (
    LOCAL_END,
    REMOTE_END,
    matched_families,
    members,
    nfproto,
    obstacle,
    resets,
)
from netstat_fw.exporters.nftables import HOOKS, INTERFACE_KEYS, STRING_BYTES, TABLE
from netstat_fw.exporters.quoting import plain
from netstat_fw.exporters.rendered import Omission, Rendered
from netstat_fw.protocol import Family
from netstat_fw.ruleset.terms import Action, Direction

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from netstat_fw.address import Network
    from netstat_fw.ruleset.log import Log
    from netstat_fw.ruleset.model import Ruleset
    from netstat_fw.ruleset.rule import Rule
    from netstat_fw.ruleset.sets import AddressSet, PortSet

Object: TypeAlias = dict[str, Any]

_FAMILY = "inet"
_NETWORK_HEADERS = {Family.IPV4: "ip", Family.IPV6: "ip6"}
_HOP_LIMITS = {Family.IPV4: "ttl", Family.IPV6: "hoplimit"}


def render(ruleset: Ruleset) -> Rendered:
    """Write the ruleset as a file for ``nft -j -f``, one command in a line.

    Raises:
        ExportError: for a rule that drops or rejects by a group or an interface that nftables
            cannot name: leaving it out would let more through.
    """
    omissions: list[Omission] = []
    table = {"table": {"family": _FAMILY, "name": TABLE}}
    commands: list[Object] = [
        {"metainfo": {"json_schema_version": 1}},
        {"add": table},
        {"delete": table},
        {"add": table},
    ]
    for direction in Direction:
        commands += _chain(ruleset, direction, omissions)
    lines = ",\n".join(json.dumps(command) for command in commands)
    text = f'{{"nftables": [\n{lines}\n]}}\n'
    return Rendered(text, {f"{TABLE}.json": text}, tuple(omissions))


def _chain(ruleset: Ruleset, direction: Direction, omissions: list[Omission]) -> Iterator[Object]:
    chain = ruleset.chain(direction)
    place = {"family": _FAMILY, "table": TABLE}
    hook = HOOKS[direction]
    policy = "accept" if chain.default is Action.ACCEPT else "drop"
    base = {"name": hook, "type": "filter", "hook": hook, "prio": 0, "policy": policy}
    yield {"add": {"chain": {**place, **base}}}
    for rule in chain.rules:
        if not rule.enabled:
            continue
        found = obstacle(rule, "nftables")
        if found is not None:
            omissions.append(omit_or_refuse(rule, "nftables-json", found))
            continue
        comment = rule_comment(rule, STRING_BYTES)
        for expressions in _expressions(rule, ruleset.resolve(rule), direction):
            yield _rule(place, hook, expressions, comment)
    if chain.default is Action.REJECT:
        # The policy of a base chain is accept or drop.
        yield _rule(place, hook, [{"reject": None}], "default")


def _rule(place: Object, hook: str, expressions: list[Object], comment: str) -> Object:
    return {"add": {"rule": {**place, "chain": hook, "expr": expressions, "comment": comment}}}


def _expressions(
    rule: Rule, remote: AddressSet | None, direction: Direction
) -> Iterator[list[Object]]:
    """Give the expressions of each rule of nftables that the rule of the model needs."""
    if rule.local is not None or remote is not None or rule.hop_limit is not None:
        matches = [
            list(_matches(rule, remote, direction, family))
            for family in matched_families(rule, remote)
        ]
    else:
        family_or_both = rule.families[0] if len(rule.families) == 1 else None
        matches = [list(_matches(rule, None, direction, family_or_both))]
    statements = [[_verdict(rule)]]
    if rule.log is not None:
        log = _log(rule.log)
        # A limit in the rule of the verdict would limit the verdict.
        statements = [log + statements[0]] if rule.log.rate is None else [log, *statements]
    for match in matches:
        for statement in statements:
            yield match + statement


def _verdict(rule: Rule) -> Object:
    if resets(rule):
        return {"reject": {"type": "tcp reset"}}
    return {rule.action.value: None}


def _log(log: Log) -> list[Object]:
    message = {"log": {"prefix": f"{plain(log.prefix, STRING_BYTES)} "}}
    if log.rate is None:
        return [message]
    rate = log.rate
    limit = {"rate": rate.count, "per": rate.interval.value, "burst": rate.burst}
    return [{"limit": limit}, message]


def _matches(
    rule: Rule, remote: AddressSet | None, direction: Direction, family: Family | None
) -> Iterator[Object]:
    if rule.interface is not None:
        yield _match({"meta": {"key": INTERFACE_KEYS[direction]}}, rule.interface)
    if family is not None:
        network = list(_network_matches(rule, remote, direction, family))
        # A match on a network header or on an ICMP type implies its family.
        implied = network or rule.icmp_types
        yield from network if implied else [_family_match(rule, family)]
    yield from _transport_matches(rule, direction)
    if rule.states:
        states = [state.value for state in rule.states]
        yield _match({"ct": {"key": "state"}}, states, "in")


def _family_match(rule: Rule, family: Family) -> Object:
    operator, value = nfproto(rule, family)
    return _match({"meta": {"key": "nfproto"}}, value.value, operator)


def _network_matches(
    rule: Rule, remote: AddressSet | None, direction: Direction, family: Family
) -> Iterator[Object]:
    header = _NETWORK_HEADERS[family]
    sides = ((REMOTE_END[direction], remote), (LOCAL_END[direction], rule.local))
    for end, side in sides:
        prefixes = members(side, family)
        if prefixes is not None:
            yield _match(_field(header, f"{end}addr"), _elements(map(_prefix, prefixes)))
    if rule.hop_limit is not None:
        yield _match(_field(header, _HOP_LIMITS[family]), rule.hop_limit)


def _transport_matches(rule: Rule, direction: Direction) -> Iterator[Object]:
    protocol = rule.protocol
    if protocol is None:
        return
    sides = (
        (REMOTE_END[direction], rule.remote_ports),
        (LOCAL_END[direction], rule.local_ports),
    )
    ports = [(end, side) for end, side in sides if side is not None]
    for end, side in ports:
        yield _match(_field(protocol.value, f"{end}port"), _elements(_port_elements(side)))
    if rule.icmp_types:
        yield _match(_field(protocol.value, "type"), _elements(rule.icmp_types))
    elif not ports:
        yield _match({"meta": {"key": "l4proto"}}, protocol.value)


def _match(left: Object, right: object, operator: str = "==") -> Object:
    return {"match": {"op": operator, "left": left, "right": right}}


def _field(protocol: str, field: str) -> Object:
    return {"payload": {"protocol": protocol, "field": field}}


def _elements(items: Iterable[object]) -> object:
    elements = list(items)
    return elements[0] if len(elements) == 1 else {"set": elements}


def _prefix(network: Network) -> object:
    address = str(network.network_address)
    if network.prefixlen == network.max_prefixlen:
        return address
    return {"prefix": {"addr": address, "len": network.prefixlen}}


def _port_elements(ports: PortSet) -> Iterator[object]:
    return (first if first == last else {"range": [first, last]} for first, last in ports.ranges)
