"""SQLAlchemy's statements with what MatrixOne adds: SELECT of the past, INSERT IGNORE, REPLACE."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, Self

from sqlalchemy import Select as AnySelect
from sqlalchemy.dialects.mysql import Insert as MySQLInsert

from matrixone.dialect.hints import with_snapshot, with_timestamp
from matrixone.dialect.only_matrixone import OnlyMatrixOne
from matrixone.dialect.pymysql import MatrixOneDialect_pymysql
from matrixone.dialect.upserts import Replace

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Engine
    from sqlalchemy.ext.asyncio import AsyncEngine


class Select(AnySelect[Any]):
    """A SELECT that can read the past."""

    inherit_cache = True

    def with_snapshot(self, name: str) -> Self:
        """Read as of a snapshot: :func:`matrixone.dialect.hints.with_snapshot`."""
        return with_snapshot(self, name)

    def as_of(self, moment: datetime) -> Self:
        """Read as of a moment: :func:`matrixone.dialect.hints.with_timestamp`."""
        return with_timestamp(self, moment)


class Insert(MySQLInsert):
    """An INSERT with ``on_duplicate_key_update`` and ``ignore``."""

    inherit_cache = True

    def ignore(self) -> Self:
        """``INSERT IGNORE``: rows whose key is there already are left out."""
        return self.prefix_with("IGNORE")


def select(*entities: Any, snapshot: str | None = None) -> Select:
    """SQLAlchemy's ``select`` with ``with_snapshot`` and ``as_of``.

    Args:
        entities: columns, tables, mapped classes.
        snapshot: name of the snapshot to read; without it the present is read.

    Raises:
        sqlalchemy.exc.ArgumentError: the name is empty.
    """
    statement = Select(*entities)
    return statement if snapshot is None else statement.with_snapshot(snapshot)


def insert(table: Any) -> Insert:
    """MySQL's ``insert``, with ``on_duplicate_key_update`` and ``ignore``.

    With either, ``returning`` is refused when the statement is compiled, and so is an update of a column that is
    unique.

    Args:
        table: a table or a mapped class.
    """
    return Insert(table)


def replace(table: Any) -> Replace:
    """``REPLACE INTO``: rows that are there already, by any unique key, are deleted before.

    Takes ``values`` and ``from_select`` as INSERT does, and no ``returning``. Objects of a session are not refreshed.

    Args:
        table: a table or a mapped class.

    Returns:
        A statement that compiles for this dialect only.
    """
    return Replace(table).prefix_with(OnlyMatrixOne())


def compile_select_to_sql(stmt: Any, engine: Engine | AsyncEngine | None = None) -> str:
    """The statement with its values written in, for people to read; what runs has them bound.

    Args:
        stmt: the statement, or a query of :meth:`~matrixone.client.Client.query`.
        engine: whose dialect is used, in place of MatrixOne's.
    """
    kind: Any = MatrixOneDialect_pymysql if engine is None else type(engine.dialect)
    if hasattr(stmt, "__clause_element__"):
        stmt = stmt.__clause_element__()
    return str(stmt.compile(dialect=_readable(kind), compile_kwargs={"literal_binds": True}))


@functools.cache
def _readable(dialect: Any) -> Any:
    # Without the driver's placeholders a percent sign need not be doubled.
    return dialect(paramstyle="named")
