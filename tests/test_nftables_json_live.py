"""The nftables JSON, loaded by the real tool into a network namespace and listed back."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import netns
import pytest
from effort import examples
from hypothesis import HealthCheck, given, settings
from ruleset_strategies import rulesets
from test_nftables_live import (
    CLOSED,
    OPEN,
    SERVER,
    hostile,
    spoken_of,
    verdicts_as_in_the_model,
    without_handles,
)

from netstat_fw.errors import ExportError
from netstat_fw.exporters import render

if TYPE_CHECKING:
    from collections.abc import Iterator

    from netstat_fw.ruleset import Ruleset

LIVE = settings(
    max_examples=examples(20),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@pytest.fixture(scope="module")
def inside() -> Iterator[netns.Namespace]:
    with netns.namespace("nft") as made:
        yield made


def listed_after(inside: netns.Namespace, ruleset: Ruleset, target: str) -> list[dict[str, Any]]:
    """Load a ruleset by a target and list our table, without the handles of the kernel."""
    text = render(ruleset, target).text
    inside.run("nft", *(["-j"] if target == "nftables-json" else []), "-f", "-", text=text)
    listing = inside.run("nft", "-j", "-n", "list", "table", "inet", "netstat_fw")
    return without_handles(listing)


@LIVE
@given(rulesets())
def test_it_loads_as_the_very_rules_that_the_text_loads_as(
    inside: netns.Namespace, ruleset: Ruleset
) -> None:
    try:
        expected = listed_after(inside, ruleset, "nftables")
    except ExportError:
        with pytest.raises(ExportError):
            render(ruleset, "nftables-json")
    else:
        assert listed_after(inside, ruleset, "nftables-json") == expected


@pytest.mark.parametrize("ruleset", [SERVER, OPEN, CLOSED], ids=["server", "open", "closed"])
def test_every_port_meets_the_verdict_of_the_model(
    inside: netns.Namespace, ruleset: Ruleset
) -> None:
    """As listed after loading, and after saving as JSON, flushing and reloading."""
    items = listed_after(inside, ruleset, "nftables-json")
    verdicts_as_in_the_model(json.dumps({"nftables": items}), ruleset)
    saved = inside.run("nft", "-j", "-s", "list", "ruleset")
    inside.run("nft", "flush", "ruleset")
    inside.run("nft", "-j", "-f", "-", text=saved)
    again = inside.run("nft", "-j", "-n", "list", "table", "inet", "netstat_fw")
    verdicts_as_in_the_model(again, ruleset)
    assert without_handles(again) == items


def test_loading_again_adds_nothing_and_others_are_left_alone(inside: netns.Namespace) -> None:
    inside.run("nft", "-f", "-", text="table ip theirs { chain input { tcp dport 1 drop; }; }")
    theirs = inside.run("nft", "list", "table", "ip", "theirs")
    once = listed_after(inside, SERVER, "nftables-json")
    assert listed_after(inside, SERVER, "nftables-json") == once
    assert inside.run("nft", "list", "table", "ip", "theirs") == theirs


@LIVE
@given(hostile)
def test_no_text_adds_removes_or_changes_a_rule_even_when_saved_and_reloaded(
    inside: netns.Namespace, text: str
) -> None:
    expected = effects(listed_after(inside, spoken_of("x"), "nftables-json"))
    assert effects(listed_after(inside, spoken_of(text), "nftables-json")) == expected
    saved = inside.run("nft", "list", "ruleset")
    inside.run("nft", "-f", "-", text=f"flush ruleset\n{saved}")
    listing = inside.run("nft", "-j", "-n", "list", "table", "inet", "netstat_fw")
    again: list[dict[str, Any]] = json.loads(listing)["nftables"]
    assert effects(again) == expected


def effects(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Give all of a listing that does something: no handles, comments or log prefixes."""
    for item in items:
        for value in item.values():
            value.pop("handle", None)
            value.pop("comment", None)
            for expression in value.get("expr", ()):
                expression.get("log", {}).pop("prefix", None)
    return items
