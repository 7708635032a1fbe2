"""Base rules: each decides the packets that it is there for, and none lets forged ones in."""

from __future__ import annotations

from typing import Any

import pytest

from netstat_fw.evidence import Confidence
from netstat_fw.ruleset import (
    Action,
    Chain,
    ConnectionState,
    Direction,
    Flow,
    Protocol,
    Ruleset,
    base_rules,
    lint,
)

BOTH = {"v4": ("192.0.2.1", "198.51.100.7"), "v6": ("2001:db8::1", "2001:db8:1::7")}
RULESET = Ruleset(Chain(Action.DROP, base_rules()), Chain(Action.DROP, base_rules()))
TCP = {"protocol": "tcp", "local_port": 25, "remote_port": 45438}
UNTRACKED = ConnectionState.UNTRACKED
INVALID = ConnectionState.INVALID


def decided(direction: Direction, addresses: tuple[str, str], **fields: Any) -> tuple[Action, str]:  # noqa: ANN401 - fields of a flow
    """Decide a packet; the second value is the code of the deciding rule, empty for the default."""
    local, remote = addresses
    flow = Flow(direction=direction, local_address=local, remote_address=remote, **fields)
    decision = RULESET.decide(flow)
    return decision.action, decision.rule.reasons[0].code if decision.rule else ""


@pytest.mark.parametrize("direction", Direction)
class TestBothChains:
    @pytest.mark.parametrize("family", BOTH)
    def test_nothing_new_passes(self, direction: Direction, family: str) -> None:
        assert decided(direction, BOTH[family], **TCP) == (Action.DROP, "")
        assert decided(direction, BOTH[family], **TCP, state=UNTRACKED) == (Action.DROP, "")

    @pytest.mark.parametrize("family", BOTH)
    def test_everything_passes_on_loopback_even_between_own_addresses(
        self, direction: Direction, family: str
    ) -> None:
        passed = (Action.ACCEPT, "BASE_LOOPBACK")
        assert decided(direction, BOTH[family], **TCP, interface="lo") == passed
        assert decided(direction, ("127.0.0.1", "127.0.0.1"), **TCP, interface="lo") == passed
        assert decided(direction, ("::1", "::1"), **TCP, interface="lo", state=INVALID) == passed

    @pytest.mark.parametrize("addresses", [
        ("127.0.0.1", "198.51.100.7"), ("192.0.2.1", "127.8.9.10"), ("::1", "2001:db8::7"),
        ("2001:db8::1", "::1"), ("::ffff:127.0.0.1", "198.51.100.7"),
    ])  # fmt: skip
    def test_loopback_addresses_on_another_interface_are_forged(
        self, direction: Direction, addresses: tuple[str, str]
    ) -> None:
        forged = (Action.DROP, "BASE_FORGED_LOOPBACK")
        assert decided(direction, addresses, **TCP, interface="eth0") == forged
        assert decided(direction, addresses, **TCP) == forged

    @pytest.mark.parametrize("state", [ConnectionState.ESTABLISHED, ConnectionState.RELATED])
    @pytest.mark.parametrize("family", BOTH)
    def test_replies_pass(self, direction: Direction, family: str, state: ConnectionState) -> None:
        passed = (Action.ACCEPT, "BASE_ESTABLISHED")
        assert decided(direction, BOTH[family], **TCP, state=state) == passed

    @pytest.mark.parametrize("family", BOTH)
    def test_invalid_packets_are_dropped(self, direction: Direction, family: str) -> None:
        dropped = (Action.DROP, "BASE_INVALID")
        assert decided(direction, BOTH[family], **TCP, state=INVALID) == dropped

    @pytest.mark.parametrize("state", [ConnectionState.NEW, UNTRACKED, INVALID])
    def test_ipv6_lives_whatever_connection_tracking_thinks(
        self, direction: Direction, state: ConnectionState
    ) -> None:
        link = ("fe80::1", "fe80::2")
        types = {n: decided(direction, link, protocol=Protocol.ICMPV6, icmp_type=n, state=state)
                 for n in range(256)}  # fmt: skip
        found = [n for n, by in types.items() if by == (Action.ACCEPT, "BASE_NEIGHBOUR_DISCOVERY")]
        heard = [n for n, by in types.items() if by == (Action.ACCEPT, "BASE_MULTICAST_LISTENER")]
        assert found == [133, 134, 135, 136, 137]
        assert heard == [130, 131, 132, 143]

    def test_neighbour_discovery_from_behind_a_router_is_not(self, direction: Direction) -> None:
        packet = {"protocol": Protocol.ICMPV6, "icmp_type": 134, "hop_limit": 254}
        assert decided(direction, BOTH["v6"], **packet) == (Action.DROP, "")

    def test_errors_and_ping_pass_and_no_other_icmp(self, direction: Direction) -> None:
        def passing(family: str, protocol: str, code: str) -> set[int]:
            types = range(256)
            fields = [{"protocol": protocol, "icmp_type": number} for number in types]
            passed = (Action.ACCEPT, code)
            return {n for n in types if decided(direction, BOTH[family], **fields[n]) == passed}

        assert passing("v4", "icmp", "BASE_ICMP") == {3, 8, 11, 12}
        assert passing("v6", "icmpv6", "BASE_ICMPV6") == {1, 2, 3, 4, 128}


def test_every_base_rule_is_explained_and_none_is_redundant() -> None:
    assert lint(RULESET) == ()
    ids = [rule.id for rule in base_rules()]
    assert len(set(ids)) == len(ids)
    for rule in base_rules():
        assert rule.confidence is Confidence.POLICY
        assert rule.reasons[0].sentence
        assert rule.evidence == ()
