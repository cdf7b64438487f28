"""Imports every module that registers statement handlers or system tables."""

from __future__ import annotations

from matrixone_lite.engine import functions

__all__ = ["functions"]
