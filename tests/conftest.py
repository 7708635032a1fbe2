"""Settings of the whole suite: how long hypothesis searches."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

_PATIENT = (HealthCheck.too_slow,)

# No deadline: these machines are shared, and a slow moment is no failure.
settings.register_profile("quick", deadline=None, max_examples=25, suppress_health_check=_PATIENT)
# The coverage gate must not depend on luck: the same few examples every time.
settings.register_profile(
    "steady", deadline=None, max_examples=10, derandomize=True, suppress_health_check=_PATIENT
)
settings.register_profile(
    "thorough", deadline=None, max_examples=2_000, suppress_health_check=_PATIENT
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))
