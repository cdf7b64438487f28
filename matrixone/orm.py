"""What models and queries are made of, in one place; most of it is SQLAlchemy's own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import DECIMAL, Column, Float, Integer, String, Text, asc, delete, desc, insert, select, text, update
from sqlalchemy.orm import DeclarativeBase, declarative_base

from matrixone.membership import logical_in
from matrixone.query import BaseMatrixOneQuery, MatrixOneQuery

if TYPE_CHECKING:
    import sqlalchemy

LogicalIn = logical_in

__all__ = [
    "CTE",
    "DECIMAL",
    "Base",
    "BaseMatrixOneQuery",
    "Column",
    "Float",
    "Integer",
    "LogicalIn",
    "MatrixOneQuery",
    "String",
    "Text",
    "asc",
    "declarative_base",
    "delete",
    "desc",
    "insert",
    "logical_in",
    "select",
    "update",
]


class Base(DeclarativeBase):
    """A declarative base for programs that have no need for one of their own."""


def CTE(name: str, query: Any, recursive: bool = False) -> sqlalchemy.CTE:  # noqa: N802 - the name programs import
    """A common table expression, to be given to ``query()``, ``join()`` or ``with_cte()``.

    Args:
        name: Its name.
        query: A query, a SELECT, or SQL text of the program.
        recursive: The query refers to itself.
    """
    if isinstance(query, str):
        return text(query).columns().cte(name, recursive=recursive)
    selected = query.__clause_element__() if hasattr(query, "__clause_element__") else query
    found: sqlalchemy.CTE = selected.cte(name, recursive=recursive)
    return found
