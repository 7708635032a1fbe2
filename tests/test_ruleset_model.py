"""Rulesets: names are unique, zones exist, and an order is an order."""

from __future__ import annotations

import pytest

from netstat_fw.errors import RulesetError
from netstat_fw.ruleset import (
    Action,
    AddressSet,
    Chain,
    Direction,
    PortSet,
    Protocol,
    RemoteKind,
    RemoteReference,
    Rule,
    Ruleset,
    Service,
    Zone,
)

DROP = Chain(Action.DROP)
OFFICE = Zone("office", AddressSet(["198.51.100.0/24"]))
SSH = Service("ssh", Protocol.TCP, PortSet([22]))
DNS = (Service("dns", Protocol.UDP, PortSet([53])), Service("dns", Protocol.TCP, PortSet([53])))


def test_positions_count_from_one_and_count_disabled_rules() -> None:
    rules = [Rule(action=Action.ACCEPT, enabled=False), Rule(action=Action.DROP)]
    assert Chain("drop", rules).numbered() == ((1, rules[0]), (2, rules[1]))


def test_services_and_zones_are_kept_in_order_of_their_names() -> None:
    lab = Zone("lab", AddressSet(["192.0.2.0/24"]))
    ruleset = Ruleset(DROP, DROP, services=[SSH, *DNS], zones=[OFFICE, lab])
    assert ruleset.services == (DNS[1], DNS[0], SSH)
    assert ruleset.zones == (lab, OFFICE)
    assert ruleset == Ruleset(DROP, DROP, services=[*DNS, SSH], zones=[lab, OFFICE])


def test_a_name_means_one_thing() -> None:
    with pytest.raises(RulesetError, match="zone 'office' is defined 2 times"):
        Ruleset(DROP, DROP, zones=[OFFICE, OFFICE])
    with pytest.raises(RulesetError, match="service 'ssh/tcp' is defined 2 times"):
        Ruleset(DROP, DROP, services=[SSH, SSH])


def test_a_service_has_ports() -> None:
    with pytest.raises(RulesetError, match="service 'ping': icmp has no ports"):
        Service("ping", Protocol.ICMP, PortSet([8]))


@pytest.mark.parametrize("direction", Direction)
def test_every_zone_that_a_rule_names_is_defined(direction: Direction) -> None:
    rule = Rule(action=Action.ACCEPT, remote=RemoteReference(RemoteKind.ZONE, "office"))
    chains = {d: Chain(Action.DROP, [rule] if d is direction else []) for d in Direction}
    pair = (chains[Direction.INCOMING], chains[Direction.OUTGOING])
    assert Ruleset(*pair, zones=[OFFICE]).resolve(rule) == OFFICE.addresses
    with pytest.raises(RulesetError, match=f"rule {rule.id} names the undefined zone 'office'"):
        Ruleset(*pair)


def test_a_group_need_not_be_known() -> None:
    rule = Rule(action=Action.ACCEPT, remote=RemoteReference(RemoteKind.SERVER_GROUP, "web"))
    assert Ruleset(Chain(Action.DROP, [rule]), DROP).resolve(rule) is None


def test_the_direction_names_the_chain() -> None:
    ruleset = Ruleset(DROP, Chain(Action.ACCEPT))
    assert ruleset.chain(Direction.INCOMING) is ruleset.incoming
    assert ruleset.chain(Direction.OUTGOING) is ruleset.outgoing
