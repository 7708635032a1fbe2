"""Settings of the whole suite: how long hypothesis searches."""

from __future__ import annotations

from effort import FACTORS, PROFILE, examples
from hypothesis import HealthCheck, settings

for name in FACTORS:
    # No deadline: these machines are shared, and a slow moment is no failure.
    settings.register_profile(
        name,
        deadline=None,
        derandomize=name == "steady",
        max_examples=examples(25),
        suppress_health_check=(HealthCheck.too_slow,),
    )
settings.load_profile(PROFILE)
