"""Measures every exporter on a thousand rules: accepts alone, and accepts and drops in turn.

Run: ``python tests/benchmarks/bench_export.py``. Processor seconds, the best of three.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from netstat_fw.errors import ExportError
from netstat_fw.exporters import TARGETS, render
from netstat_fw.ruleset import AddressSet, Chain, PortSet, Rule, Ruleset, base_rules

if TYPE_CHECKING:
    from collections.abc import Iterable

RULES = 1000


def compose(*, drops: bool) -> Ruleset:
    """Compose rules for single ports, every third one for a network of its own."""

    def rules() -> Iterable[Rule]:
        yield from base_rules()
        for number in range(RULES):
            near = AddressSet([f"198.51.{number % 256}.0/24"])
            yield Rule(
                action="drop" if drops and number % 2 else "accept",
                protocol="tcp",
                local_ports=PortSet([1024 + number - number % 2]),
                remote=near if number % 3 == 0 else None,
            )

    return Ruleset(Chain("drop", rules()), Chain("drop", base_rules()))


def measure(ruleset: Ruleset, target: str) -> str:
    """Render three times; say how long the fastest took, or that the target cannot hold it."""
    best = float("inf")
    for _ in range(3):
        started = time.process_time()
        try:
            render(ruleset, target)
        except ExportError:
            return "refused"
        best = min(best, time.process_time() - started)
    return f"{best:.2f} s"


def main() -> None:
    """Print a row per target."""
    columns = {"accepts": compose(drops=False), "accepts and drops": compose(drops=True)}
    print(f"{RULES} rules".ljust(16), *(title.rjust(18) for title in columns))
    for target in TARGETS:
        cells = (measure(ruleset, target).rjust(18) for ruleset in columns.values())
        print(target.ljust(16), *cells)


if __name__ == "__main__":
    main()
