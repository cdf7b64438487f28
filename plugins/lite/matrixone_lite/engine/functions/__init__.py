"""Functions by family; importing this package registers them all."""

from __future__ import annotations

from matrixone_lite.engine.functions import session

__all__ = ["session"]
