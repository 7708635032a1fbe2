"""Names: what a ruleset calls its services, zones, interfaces and logs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from netstat_fw.errors import RulesetError

if TYPE_CHECKING:
    import attrs

NAME = {"minLength": 1}
"""What the JSON Schema says of a name beside its type."""


def check_name(_instance: object, field: attrs.Attribute[str], value: str) -> None:
    """Validate a name: some text, printable, no blanks around it."""
    if not value or not value.isprintable() or value != value.strip():
        raise RulesetError(f"{field.name} {value!r} is empty, padded or not printable")
