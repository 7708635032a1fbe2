"""The scripts of PowerShell, read by a grammar that others wrote for the whole language."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from effort import examples
from hypothesis import given, settings
from ruleset_strategies import bare_rulesets
from test_nftables_live import hostile, spoken_of

from netstat_fw.errors import ExportError
from netstat_fw.exporters import render
from netstat_fw.exporters.deploy import deploy_script

if TYPE_CHECKING:
    from collections.abc import Iterator

    from netstat_fw.ruleset import Ruleset

tree_sitter = pytest.importorskip("tree_sitter", reason="needs tree-sitter-powershell")
powershell = pytest.importorskip("tree_sitter_powershell", reason="needs tree-sitter-powershell")
PARSER = tree_sitter.Parser(tree_sitter.Language(powershell.language()))


def nodes(script: str) -> Iterator[Any]:
    """Give the nodes of a script's tree in order; the comments are none of what it does."""
    left = [PARSER.parse(script.encode()).root_node]
    while left:
        node = left.pop()
        if node.type != "comment":
            yield node
        left += reversed(node.children)


def is_whole(script: str) -> bool:
    """Tell whether the grammar understands all of a script."""
    return not any(node.is_error or node.is_missing for node in nodes(script))


def scripts(ruleset: Ruleset) -> list[str]:
    """Give the script of the target and the one that deploys it."""
    return [render(ruleset, "windows").text, deploy_script(ruleset, "windows")]


def test_the_grammar_sees_what_is_no_powershell() -> None:
    assert is_whole("New-Item -Path 'a' | Out-Null\n")
    assert not is_whole("New-Item -Path 'a | Out-Null\n")


@settings(max_examples=examples(20), deadline=None)
@given(bare_rulesets())
def test_every_script_is_powershell(ruleset: Ruleset) -> None:
    try:
        texts = scripts(ruleset)
    except ExportError:
        return
    assert all(map(is_whole, texts))


@settings(max_examples=examples(20), deadline=None)
@given(hostile)
def test_no_text_is_more_than_a_comment_or_a_description(text: str) -> None:
    for harmless, script in zip(scripts(spoken_of("x")), scripts(spoken_of(text)), strict=True):
        assert is_whole(script)
        assert [node.type for node in nodes(script)] == [node.type for node in nodes(harmless)]
