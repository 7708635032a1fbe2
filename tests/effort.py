"""How long hypothesis searches: by the profile that HYPOTHESIS_PROFILE names."""

from __future__ import annotations

import os

PROFILE = os.environ.get("HYPOTHESIS_PROFILE", "quick")
# ``steady`` is for the coverage gate, which must not depend on luck: the same few every time.
FACTORS = {"quick": 1.0, "steady": 0.4, "thorough": 80.0}


def examples(count: int) -> int:
    """Return how many examples a law is tried with that takes so many in the quick profile."""
    return max(2, round(count * FACTORS[PROFILE]))
