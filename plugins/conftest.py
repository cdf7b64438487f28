"""For the tests of all plugins."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("matrixone", deadline=None)  # how fast an example runs says nothing about it
settings.load_profile("matrixone")
