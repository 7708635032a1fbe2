"""Narrowing addresses to prefixes under a budget, held by its laws."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netstat_fw.errors import RulesetError
from netstat_fw.ruleset import AddressSet, Narrowed, narrow

if TYPE_CHECKING:
    from random import Random

# Close together, so that prefixes meet, and at the ends of the families.
v4 = st.one_of(
    st.integers(0, 63).map(lambda n: IPv4Address(0xC0000200 + n)),
    st.sampled_from([IPv4Address(0), IPv4Address("255.255.255.255")]),
)
v6 = st.one_of(
    st.integers(0, 63).map(lambda n: IPv6Address((0x20010DB8 << 96) + n)),
    st.sampled_from([IPv6Address("::"), IPv6Address("ff" * 2 + ":ffff" * 7)]),
    v4.map(lambda a: IPv6Address(f"::ffff:{a}")),
)
addresses = st.lists(v4 | v6, min_size=1, max_size=24)
budgets = st.integers(0, 80) | st.sampled_from([1 << 31, 1 << 33, 1 << 127, 1 << 200])


def size(narrowed: Narrowed) -> int:
    return sum(prefix.num_addresses for prefix in narrowed.addresses)


@given(addresses, budgets)
def test_every_address_is_covered(seen: list[IPv4Address | IPv6Address], budget: int) -> None:
    covered = narrow(seen, budget).addresses
    assert all(address in covered for address in seen)


@given(addresses, budgets)
def test_the_extra_space_is_what_it_says_and_within_the_budget(
    seen: list[IPv4Address | IPv6Address], budget: int
) -> None:
    narrowed = narrow(seen, budget)
    exact = narrow(seen, 0)
    assert narrowed.extra == size(narrowed) - size(exact)
    assert 0 <= narrowed.extra <= budget


@given(addresses)
def test_without_a_budget_nothing_is_added(seen: list[IPv4Address | IPv6Address]) -> None:
    assert narrow(seen) == Narrowed(AddressSet(seen), 0)


@given(addresses, budgets, st.randoms())
def test_order_and_repetition_leave_no_trace(
    seen: list[IPv4Address | IPv6Address], budget: int, random: Random
) -> None:
    shuffled = [*seen, *seen[: len(seen) // 2]]
    random.shuffle(shuffled)
    assert narrow(shuffled, budget) == narrow(seen, budget)


@given(addresses, budgets, budgets)
def test_a_larger_budget_gives_no_more_prefixes_and_takes_nothing_away(
    seen: list[IPv4Address | IPv6Address], one: int, other: int
) -> None:
    small, large = narrow(seen, min(one, other)), narrow(seen, max(one, other))
    assert len(large.addresses.prefixes) <= len(small.addresses.prefixes)
    assert small.addresses | large.addresses == large.addresses


@given(addresses, budgets)
def test_no_two_prefixes_could_still_be_joined(
    seen: list[IPv4Address | IPv6Address], budget: int
) -> None:
    narrowed = narrow(seen, budget)
    prefixes = narrowed.addresses.prefixes
    for prefix in prefixes:
        around = prefix.supernet() if prefix.prefixlen else prefix
        while around.prefixlen and not any(
            other != prefix and other.version == prefix.version and other.subnet_of(around)  # type: ignore[arg-type] # of one version
            for other in prefixes
        ):
            around = around.supernet()
        inside = [
            other.num_addresses
            for other in prefixes
            if other.version == around.version and other.subnet_of(around)  # type: ignore[arg-type] # of one version
        ]
        if len(inside) > 1:
            assert around.num_addresses - sum(inside) > budget - narrowed.extra


def test_of_two_that_cost_the_same_the_lower_comes_first() -> None:
    seen = [ip_address(text) for text in ("192.0.2.0", "192.0.2.2", "192.0.2.8", "192.0.2.10")]
    assert str(narrow(seen, 2).addresses) == "192.0.2.0/30,192.0.2.8,192.0.2.10"


def test_the_cheapest_comes_first_wherever_it_is() -> None:
    seen = [ip_address(text) for text in ("192.0.2.0", "192.0.2.9", "2001:db8::4", "2001:db8::6")]
    assert str(narrow(seen, 13).addresses) == "192.0.2.0,192.0.2.9,2001:db8::4/126"
    assert str(narrow(seen, 16).addresses) == "192.0.2.0/28,2001:db8::4/126"


def test_no_address_at_all_is_refused() -> None:
    with pytest.raises(RulesetError, match="never empty"):
        narrow([])
