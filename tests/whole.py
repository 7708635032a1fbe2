"""Values written whole, in tests that ask whether two are the same to the last detail."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

if TYPE_CHECKING:
    from collections.abc import Iterable


def whole(value: attrs.AttrsInstance | Iterable[attrs.AttrsInstance]) -> str:
    """Write all fields, also those without a part in equality, and all of what they hold."""
    if attrs.has(type(value)):
        return f"{type(value).__name__}{attrs.asdict(value)}"  # type: ignore[arg-type] # it has fields
    return "\n".join(map(whole, value))  # type: ignore[arg-type] # the other of the two
