"""Settings of the unit tests: plain Python, no CKAN, no servers."""

from __future__ import annotations

from hypothesis import settings

# A busy machine is no failure: no deadline for one example.
settings.register_profile("unit", deadline=None)
settings.load_profile("unit")
