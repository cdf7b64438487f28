"""A mark for statements that another dialect would compile to something else."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement


class OnlyMatrixOne(ColumnElement[Any]):
    """Renders nothing in this dialect and cannot be compiled by another."""

    __visit_name__ = "only_matrixone"
    stringify_dialect = "matrixone"
    _traverse_internals = []  # noqa: RUF012 - the form of SQLAlchemy's cache key
