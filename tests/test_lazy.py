"""The packages that load their modules on use: every name is there, typed, and where it is said."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import netstat_fw
from netstat_fw import ruleset

if TYPE_CHECKING:
    from types import ModuleType

_PACKAGES = (netstat_fw, ruleset)


def _typed(package: ModuleType) -> dict[str, set[str]]:
    """Return what a type checker sees: the modules and names under TYPE_CHECKING."""
    tree = ast.parse(Path(str(package.__file__)).read_text("utf-8"))
    found: dict[str, set[str]] = {}
    for node in tree.body:
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            for each in node.body:
                assert isinstance(each, ast.ImportFrom)
                names = {alias.name for alias in each.names}
                found.setdefault(str(each.module), set()).update(names)
    return found


@pytest.mark.parametrize("package", _PACKAGES)
def test_what_is_loaded_on_use_is_what_type_checkers_see(package: ModuleType) -> None:
    homes = {module: set(names.split()) for module, names in package.HOMES.items()}
    assert homes == _typed(package)
    assert sorted(name for names in homes.values() for name in names) == package.__all__


@pytest.mark.parametrize("package", _PACKAGES)
def test_every_offered_name_is_there(package: ModuleType) -> None:
    for name in package.__all__:
        assert getattr(package, name) is not None
    assert set(package.__all__) <= set(dir(package))


def test_a_name_that_is_not_offered_is_missing_as_in_any_module() -> None:
    with pytest.raises(AttributeError, match="module 'netstat_fw' has no attribute 'guess'"):
        getattr(netstat_fw, "guess")  # noqa: B009 - the type checker knows that it is missing


def test_importing_the_package_loads_next_to_nothing() -> None:
    code = "import sys, netstat_fw; print(*sorted(m for m in sys.modules if 'netstat_fw' in m))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    assert done.stdout.split() == ["netstat_fw", "netstat_fw.lazy"]
