"""Port sets and address sets: one canonical value for every way to write the same set."""

from __future__ import annotations

from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    collapse_addresses,
    ip_address,
    ip_network,
)

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruleset_strategies import ADDRESSES, PREFIXES, address_sets, port_items, port_sets

from netstat_fw.errors import NetstatFwError, RulesetError
from netstat_fw.ruleset import AddressSet, Family, PortSet
from netstat_fw.ruleset.sets import parse_address, shown_prefix


def expand(items: list[int | tuple[int, int]]) -> set[int]:
    """Write a list of ports and ranges out, port by port."""
    spans = [item if isinstance(item, tuple) else (item, item) for item in items]
    return {port for first, last in spans for port in range(first, last + 1)}


@given(st.lists(port_items, min_size=1, max_size=5))
def test_a_port_set_holds_what_was_put_in_and_is_sorted_and_merged(
    items: list[int | tuple[int, int]],
) -> None:
    ports = PortSet(items)
    members = expand(items)
    assert len(ports) == len(members)
    edges = {edge + step for pair in ports.ranges for edge in pair for step in (-1, 0, 1)}
    assert {port for port in edges if port in ports} == edges & members
    gaps = [b[0] - a[1] for a, b in zip(ports.ranges, ports.ranges[1:], strict=False)]
    assert all(gap > 1 for gap in gaps)
    assert PortSet(reversed(items)) == PortSet(items * 2) == PortSet.parse(str(ports)) == ports
    assert hash(PortSet(reversed(items))) == hash(ports)


@given(port_sets, port_sets)
def test_the_union_of_port_sets_is_the_union_of_their_members(
    left: PortSet, right: PortSet
) -> None:
    assert left | right == right | left == PortSet([*left.ranges, *right.ranges])


@pytest.mark.parametrize("items", [[], [0], [(0, 22)], [65536], [(1, 65536)], [(23, 22)], [-1]])
def test_no_port_set_is_empty_reversed_or_outside_1_to_65535(
    items: list[int | tuple[int, int]],
) -> None:
    with pytest.raises(RulesetError, match=r"port"):
        PortSet(items)


@pytest.mark.parametrize("text", ["", "ssh", "22-", "-22", "2_2", "٢٢", "1-2-3", "123456", "80;81"])
def test_only_ascii_numbers_and_ranges_are_read(text: str) -> None:
    with pytest.raises(RulesetError, match="no port"):
        PortSet.parse(text)


def test_all_ports_are_a_set_and_not_none() -> None:
    assert len(PortSet([(1, 65535)])) == 65535
    assert 0 not in PortSet([(1, 65535)])


def span(text: str) -> tuple[int, int, int]:
    """Write a prefix as version, first and last number, IPv4-mapped ones as IPv4."""
    network = ip_network(text)
    first, last = int(network.network_address), int(network.broadcast_address)
    mapped = 0xFFFF << 32
    if network.version == 6 and mapped <= first and last < mapped + (1 << 32):
        return 4, first - mapped, last - mapped
    return network.version, first, last


@given(st.lists(st.sampled_from(PREFIXES), min_size=1, max_size=5))
def test_an_address_set_holds_what_was_put_in_and_is_collapsed(items: list[str]) -> None:
    addresses = AddressSet(items)
    spans = [span(item) for item in items]
    for text in (*ADDRESSES, "::ffff:192.0.2.9"):
        version, number, _ = span(text)
        expected = any(v == version and low <= number <= high for v, low, high in spans)
        assert (ip_address(text) in addresses) is expected
        assert (parse_address(text) in addresses) is expected
    assert AddressSet(reversed(items)) == AddressSet(addresses) == addresses
    assert {6 if f is Family.IPV6 else 4 for f in addresses.families} == {s[0] for s in spans}
    whole = {n.version for n in addresses if n.prefixlen == 0}
    assert addresses.covers([Family.IPV4]) is (4 in whole)
    assert addresses.covers(Family) is (whole == {4, 6})


@given(st.lists(st.tuples(st.integers(0, 255), st.integers(24, 32)), min_size=1, max_size=12))
def test_an_address_set_is_as_few_prefixes_as_python_collapses_it_to(
    pairs: list[tuple[int, int]],
) -> None:
    networks = [IPv4Network((0xC0000200 | last, length), strict=False) for last, length in pairs]
    assert AddressSet(networks).prefixes == tuple(collapse_addresses(networks))


@given(address_sets)
def test_an_address_set_is_the_union_of_its_two_families(addresses: AddressSet) -> None:
    parts = [part for part in map(addresses.of, ([f] for f in Family)) if part is not None]
    assert [len(part.families) for part in parts] == [1] * len(parts)
    assert AddressSet(prefix for part in parts for prefix in part) == addresses
    assert parts[0] | parts[-1] == addresses
    assert AddressSet(str(addresses).split(",")) == addresses


@pytest.mark.parametrize(
    ("item", "message"),
    [
        ("192.0.2.1/24", "host bits"),
        ("example", "does not appear"),
        ("fe80::1%eth0", "names an interface"),
        (IPv6Address("fe80::1%eth0"), "names an interface"),
        ("192.0.2.0/33", "does not appear"),
    ],
)
def test_what_is_no_prefix_is_refused(item: str | IPv6Address, message: str) -> None:
    with pytest.raises(RulesetError, match=message):
        AddressSet([item])


def test_no_address_set_is_empty() -> None:
    with pytest.raises(RulesetError, match="never empty"):
        AddressSet([])
    assert AddressSet(["192.0.2.1"]).of([Family.IPV6]) is None


def test_values_and_text_make_the_same_set() -> None:
    values = [IPv4Address("192.0.2.1"), ip_network("2001:db8::/32")]
    assert AddressSet(values) == AddressSet(["2001:db8::/32", "192.0.2.1"])
    assert [shown_prefix(prefix) for prefix in AddressSet(values)] == ["192.0.2.1", "2001:db8::/32"]


def test_the_address_of_a_packet_is_unmapped_and_has_no_interface() -> None:
    assert parse_address(IPv6Address("::ffff:192.0.2.1")) == IPv4Address("192.0.2.1")
    assert parse_address(IPv6Address("fe80::1%3")) == IPv6Address("fe80::1")
    assert parse_address(IPv4Address("192.0.2.1")) == IPv4Address("192.0.2.1")
    with pytest.raises(NetstatFwError, match="does not appear"):
        parse_address("192.0.2")
