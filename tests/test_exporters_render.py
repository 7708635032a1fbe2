"""The table of targets, its errors, and the target that is the model itself."""

from __future__ import annotations

import importlib
import pkgutil

import pytest
from hypothesis import given
from ruleset_strategies import rulesets

from netstat_fw import exporters
from netstat_fw.errors import ExportError, NetstatFwError
from netstat_fw.exporters import TARGETS, Omission, exporter_of, render
from netstat_fw.exporters.limits import omit_or_refuse
from netstat_fw.ruleset import Action, Chain, Rule, Ruleset

CLOSED = Ruleset(Chain(Action.DROP), Chain(Action.DROP))


def test_every_target_module_is_in_the_table() -> None:
    modules = [
        importlib.import_module(f"netstat_fw.exporters.{found.name}")
        for found in pkgutil.iter_modules(exporters.__path__)
    ]
    rendering = {module.render for module in modules if hasattr(module, "render")}
    assert rendering == {exporter_of(target) for target in TARGETS}


@pytest.mark.parametrize("target", sorted(TARGETS))
def test_every_target_takes_an_empty_ruleset_and_repeats_itself(target: str) -> None:
    rendered = render(CLOSED, target)
    assert rendered == render(CLOSED, target)
    assert rendered.text.endswith("\n")
    assert next(iter(rendered.files.values())) == rendered.text


def test_an_unknown_target_names_the_known_ones() -> None:
    with pytest.raises(ExportError, match=r"unknown target 'cisco'; there are .*json, .*nftables"):
        render(CLOSED, "cisco")


def test_an_unknown_option_names_the_known_ones() -> None:
    with pytest.raises(NetstatFwError, match="target json takes no option 'colour'; it takes none"):
        render(CLOSED, "json", colour=True)


@given(rulesets())
def test_the_json_target_is_the_model(ruleset: Ruleset) -> None:
    rendered = render(ruleset, "json")
    assert Ruleset.from_json(rendered.text) == ruleset
    assert rendered.files == {"ruleset.json": rendered.text}
    assert rendered.omissions == ()


def test_only_an_accepting_rule_may_be_left_out() -> None:
    rule = Rule(action=Action.ACCEPT)
    omission = omit_or_refuse(rule, "toy", "it cannot; say it otherwise")
    assert str(omission) == f"{rule.id}: accepts nothing here: it cannot; say it otherwise"
    assert str(Omission("", "no log")) == "no log"
    for action in (Action.DROP, Action.REJECT):
        other = Rule(action=action)
        with pytest.raises(
            ExportError, match=rf"target toy: without rule {other.id}, .* otherwise"
        ):
            omit_or_refuse(other, "toy", "it cannot; say it otherwise")
