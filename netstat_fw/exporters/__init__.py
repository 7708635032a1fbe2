"""One module per firewall target; each turns a ruleset into that target's syntax.

`render` is the one way in. A target is a module with one function ``render(ruleset, **options)``
and one row of the table below.
"""

from __future__ import annotations

import importlib
import inspect
from typing import TYPE_CHECKING, TypeAlias

from netstat_fw.errors import ExportError
from netstat_fw.exporters.rendered import Omission, Rendered

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from netstat_fw.ruleset.model import Ruleset

Exporter: TypeAlias = "Callable[..., Rendered]"

__all__ = ["TARGETS", "Omission", "Rendered", "exporter_of", "render"]


def render(ruleset: Ruleset, target: str, **options: object) -> Rendered:
    """Write a ruleset in the syntax of a target.

    Args:
        ruleset: what to write.
        target: a key of `TARGETS`.
        options: what the target's own ``render`` takes beside the ruleset.

    Raises:
        ExportError: for an unknown target or option, and where the target could only hold a
            ruleset that lets more through; the message says how to go round it.
    """
    exporter = exporter_of(target)
    known_options = set(inspect.signature(exporter).parameters) - {"ruleset"}
    unknown = sorted(set(options) - known_options)
    if unknown:
        taken = ", ".join(sorted(known_options)) or "none"
        raise ExportError(f"target {target} takes no option {unknown[0]!r}; it takes {taken}")
    return exporter(ruleset, **options)


def exporter_of(target: str) -> Exporter:
    """Load the exporter of a target, and of no other: the module's ``render``.

    Raises:
        ExportError: for an unknown target.
    """
    if target not in TARGETS:
        known = ", ".join(sorted(TARGETS))
        raise ExportError(f"unknown target {target!r}; there are {known}")
    exporter: Exporter = importlib.import_module(f"{__name__}.{TARGETS[target]}").render
    return exporter


TARGETS: Mapping[str, str] = {
    "aerleon": "aerleon",
    "firewalld": "firewalld",
    "halo": "halo",
    "iptables": "iptables",
    "json": "json_target",
    "kubernetes": "kubernetes",
    "nftables": "nftables",
    "nftables-json": "nftables_json",
    "pf": "pf",
    "rfc8519": "rfc8519",
    "terraform-aws": "terraform_aws",
    "ufw": "ufw",
    "windows": "windows",
}
"""The modules of the targets by the names that `render` takes."""
