"""One module per firewall target; each turns a ruleset into that target's syntax.

`render` is the one way in. A target is a module with one function ``render(ruleset, **options)``
and one row of the table below.
"""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, TypeAlias

from netstat_fw.errors import ExportError
from netstat_fw.exporters import (
    aerleon,
    firewalld,
    halo,
    iptables,
    json_target,
    kubernetes,
    nftables,
    nftables_json,
    pf,
    rfc8519,
    terraform_aws,
    ufw,
    windows,
)
from netstat_fw.exporters.rendered import Omission, Rendered

if TYPE_CHECKING:
    from collections.abc import Callable

    from netstat_fw.ruleset.model import Ruleset

Exporter: TypeAlias = "Callable[..., Rendered]"

__all__ = ["TARGETS", "Omission", "Rendered", "render"]


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
    try:
        exporter = TARGETS[target]
    except KeyError:
        known = ", ".join(sorted(TARGETS))
        raise ExportError(f"unknown target {target!r}; there are {known}") from None
    known_options = set(inspect.signature(exporter).parameters) - {"ruleset"}
    unknown = sorted(set(options) - known_options)
    if unknown:
        taken = ", ".join(sorted(known_options)) or "none"
        raise ExportError(f"target {target} takes no option {unknown[0]!r}; it takes {taken}")
    return exporter(ruleset, **options)


TARGETS: dict[str, Exporter] = {
    "aerleon": aerleon.render,
    "firewalld": firewalld.render,
    "halo": halo.render,
    "iptables": iptables.render,
    "json": json_target.render,
    "kubernetes": kubernetes.render,
    "nftables": nftables.render,
    "nftables-json": nftables_json.render,
    "pf": pf.render,
    "rfc8519": rfc8519.render,
    "terraform-aws": terraform_aws.render,
    "ufw": ufw.render,
    "windows": windows.render,
}
