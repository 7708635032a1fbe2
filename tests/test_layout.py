"""The layout of the package: floors without cycles, and edges that must never exist."""

from __future__ import annotations

import ast
import functools
from pathlib import Path

import pytest

import netstat_fw
from netstat_fw import ruleset

_PACKAGE = Path(netstat_fw.__file__).parent
_FORBIDDEN = (
    ("netstat_fw.grammar", "netstat_fw.records"),
    ("netstat_fw.grammar", "netstat_fw.reader"),
    ("netstat_fw.reader", "netstat_fw.analyzers"),
    ("netstat_fw.reader", "netstat_fw.ruleset"),
    ("netstat_fw.analyzers", "netstat_fw.grammar"),
    ("netstat_fw.analyzers", "netstat_fw.reader"),
    ("netstat_fw.analyzers", "netstat_fw.ruleset"),
    ("netstat_fw.ruleset.model", "netstat_fw.records"),
    ("netstat_fw.exporters", "netstat_fw.records"),
    ("netstat_fw.exporters", "netstat_fw.analyzers"),
    ("netstat_fw.exporters", "netstat_fw.services"),
)
_INPUT_OUTPUT = {"open", "print", "input"}
_MAKES_CODE = {"exec", "eval", "compile"}


def _name(path: Path) -> str:
    parts = path.relative_to(_PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


_MODULES = {_name(path): path for path in sorted(_PACKAGE.rglob("*.py"))}
# What packages offer without loading it is imported from its own module.
_LAZY = {
    f"{package.__name__}.{name}": module
    for package in (netstat_fw, ruleset)
    for module, names in package.HOMES.items()
    for name in names.split()
}


def _run_time_nodes(tree: ast.Module) -> list[ast.AST]:
    """Return all nodes but those that only a type checker follows."""
    skipped = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
        for statement in node.body
        for inner in ast.walk(statement)
    }
    return [node for node in ast.walk(tree) if id(node) not in skipped]


def _imports(nodes: list[ast.AST]) -> set[str]:
    found = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                found.add(inner if inner in _MODULES else _LAZY.get(inner, node.module))
    return {name for name in found if name in _MODULES}


@functools.cache
def _trees() -> dict[str, ast.Module]:
    return {name: ast.parse(path.read_text("utf-8")) for name, path in _MODULES.items()}


@pytest.mark.parametrize(("above", "below"), _FORBIDDEN)
def test_an_edge_that_must_not_exist_does_not(above: str, below: str) -> None:
    """Not even for types: what a module knows about shows in its imports."""
    wrong = [
        f"{name} imports {target}"
        for name, tree in _trees().items()
        if f"{name}.".startswith(f"{above}.")
        for target in _imports(list(ast.walk(tree)))
        if f"{target}.".startswith(f"{below}.")
    ]
    assert not wrong


def test_nothing_imports_the_command() -> None:
    users = [
        name
        for name, tree in _trees().items()
        if any(target.startswith("netstat_fw.cli") for target in _imports(list(ast.walk(tree))))
    ]
    assert [n for n in users if not n.startswith(("netstat_fw.cli", "netstat_fw.__main__"))] == []


def test_imports_have_no_cycle() -> None:
    below = {name: _imports(_run_time_nodes(tree)) - {name} for name, tree in _trees().items()}
    while free := {name for name, targets in below.items() if not targets & set(below)}:
        for name in free:
            del below[name]
    assert below == {}


def _callers(names: set[str]) -> set[str]:
    """Return the modules that call a built-in function of one of these names."""
    return {
        name
        for name, tree in _trees().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names
    }


def test_only_the_command_reads_or_prints() -> None:
    callers = _callers(_INPUT_OUTPUT)
    assert [name for name in callers if not name.startswith("netstat_fw.cli")] == []


def test_code_is_made_in_one_place_and_of_names_of_fields_alone() -> None:
    assert _callers(_MAKES_CODE) == {"netstat_fw.construct"}


def test_no_exported_name_hides_a_module() -> None:
    hidden = [
        f"{name}.{exported}"
        for name, tree in _trees().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom | ast.FunctionDef)
        for exported in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.ImportFrom)
            else [node.name]
        )
        if f"{name}.{exported}" in _MODULES
        and _MODULES[name].name == "__init__.py"
        and not (isinstance(node, ast.ImportFrom) and node.module in (name, "__future__"))
    ]
    assert hidden == []
