"""Imports every module that registers statement handlers or system tables."""

from __future__ import annotations

from matrixone_lite.engine import administration, control, functions, show, show_server

__all__ = ["administration", "control", "functions", "show", "show_server"]
