"""Addresses are classified by what they mean, also inside an IPv4-mapped IPv6 address."""

from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netstat_fw.address import is_link_local, is_loopback, is_multicast, is_wildcard, unmap


@given(st.ip_addresses(v=4))
def test_a_mapped_address_is_classified_as_the_ipv4_address_inside(address: IPv4Address) -> None:
    mapped = IPv6Address((0xFFFF << 32) | int(address))
    assert unmap(mapped) == address
    assert is_wildcard(mapped) is is_wildcard(address)
    assert is_loopback(mapped) is is_loopback(address)
    assert is_link_local(mapped) is is_link_local(address)
    assert is_multicast(mapped) is is_multicast(address)


@pytest.mark.parametrize("text", ["192.0.2.1", "2001:db8::1", "::1", "::", "::192.0.2.1"])
def test_any_other_address_is_left_as_it_is(text: str) -> None:
    assert unmap(ip_address(text)) == ip_address(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0.0.0.0", True),  # noqa: S104 - classified, not bound to
        ("::", True),
        ("0.0.0.1", False),
        ("::1", False),
    ],
)
def test_only_the_unspecified_addresses_are_wildcards(text: str, *, expected: bool) -> None:
    assert is_wildcard(ip_address(text)) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("127.0.0.0", True),
        ("127.255.255.255", True),
        ("::1", True),
        ("126.255.255.255", False),
        ("128.0.0.0", False),
        ("::2", False),
    ],
)
def test_the_edges_of_loopback(text: str, *, expected: bool) -> None:
    assert is_loopback(ip_address(text)) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("169.254.0.0", True),
        ("169.254.255.255", True),
        ("fe80::", True),
        ("febf:ffff::", True),
        ("169.253.255.255", False),
        ("169.255.0.0", False),
        ("fec0::", False),
    ],
)
def test_the_edges_of_link_local(text: str, *, expected: bool) -> None:
    assert is_link_local(ip_address(text)) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("224.0.0.0", True),
        ("239.255.255.255", True),
        ("ff00::", True),
        ("223.255.255.255", False),
        ("240.0.0.0", False),
        ("fe80::1", False),
    ],
)
def test_the_edges_of_multicast(text: str, *, expected: bool) -> None:
    assert is_multicast(ip_address(text)) is expected
