"""The model itself as JSON: loses nothing, and `Ruleset.from_json` reads it back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from netstat_fw.exporters.rendered import Rendered

if TYPE_CHECKING:
    from netstat_fw.ruleset.model import Ruleset


def render(ruleset: Ruleset) -> Rendered:
    """Write the ruleset as JSON."""
    text = ruleset.to_json()
    return Rendered(text, {"ruleset.json": text})
