"""Lazy names: a package that offers names of its modules without loading them.

Who imports one name pays for the module that has it and for nothing else: a command that only
prints its help loads no parser. PEP 562.
"""

from __future__ import annotations

import importlib
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def offer(
    package: str, homes: Mapping[str, str]
) -> tuple[Callable[[str], object], Callable[[], list[str]]]:
    """Make the ``__getattr__`` and ``__dir__`` of a package.

    A name is looked up once and then kept in the package.

    Args:
        package: name of the package.
        homes: full name of a module to the names that the package offers of it, parted by blanks.

    >>> get, names = offer("netstat_fw", {"netstat_fw.errors": "NetstatFwError"})
    >>> get("NetstatFwError").__name__, "NetstatFwError" in names()
    ('NetstatFwError', True)
    """
    modules = {name: module for module, names in homes.items() for name in names.split()}

    def get(name: str) -> object:
        if name not in modules:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        value: object = getattr(importlib.import_module(modules[name]), name)
        setattr(sys.modules[package], name, value)
        return value

    def names() -> list[str]:
        return sorted({*vars(sys.modules[package]), *modules})

    return get, names
