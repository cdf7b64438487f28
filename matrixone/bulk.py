"""Rows of dictionaries into a table: multi-row INSERT, built by the driver from bound values."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any, TypeGuard

from sqlalchemy import insert, inspect
from sqlalchemy.orm import DeclarativeMeta, Mapper
from sqlalchemy.schema import Table

from matrixone.exceptions import QueryError
from matrixone.params import driver_value
from matrixone.results import ResultSet
from matrixone.sql import SQL, Identifier, joined, table_identifier

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sqlalchemy.engine import Connection
    from sqlalchemy.orm import Session
    from sqlalchemy.sql.compiler import SQLCompiler

    from matrixone.sql import Composable

CHUNK = 5000
"""Rows handed to the driver at a time; it cuts them further into packets of about one megabyte."""

TableLike = str | type[Any] | Table


def batch_insert(session: Session, table: TableLike, rows: Sequence[Mapping[str, Any]]) -> ResultSet:
    """Insert rows; a column that a row does not name gets its default.

    Args:
        session: The SQLAlchemy session in whose transaction the rows go.
        table: Name (``table`` or ``database.table``), mapped class, or table object.
        rows: Dictionaries from column names (attribute names for a mapped class) to values; none is an empty result.

    Returns:
        ``affected_rows`` is the number of rows inserted.

    Raises:
        QueryError: A row is empty, no dictionary, or names an attribute the class has not (nothing is sent then), a
            value cannot be bound, or the server refused. Of more rows than CHUNK, those before may be in the
            transaction then.
    """
    _check(rows, table)
    affected, lastrowid = 0, None
    for keys, group in itertools.groupby(rows, key=tuple):
        for chunk in _chunks(list(group), CHUNK):
            if isinstance(table, str):
                inserted = _insert_named(session, table, keys, chunk)
            else:
                inserted = _insert_mapped(session, table, chunk)
            affected += inserted.affected_rows
            lastrowid = inserted.lastrowid
    return ResultSet(affected_rows=affected, lastrowid=lastrowid if len(rows) == 1 else None)


def is_mapped(table: object) -> TypeGuard[type[Any]]:
    """Whether this is a class mapped by SQLAlchemy."""
    return isinstance(table, (DeclarativeMeta, type)) and isinstance(inspect(table, raiseerr=False), Mapper)


def _insert_named(session: Session, table: str, keys: tuple[str, ...], rows: list[Mapping[str, Any]]) -> ResultSet:
    connection = session.connection()
    try:
        values = [tuple(map(driver_value, row.values())) for row in rows]
    except (TypeError, ValueError) as error:
        raise QueryError(f"a value cannot be bound: {error}", sql=f"INSERT INTO {table}") from error
    result = connection.exec_driver_sql(_insert_text(connection, table, keys), values[0] if len(rows) == 1 else values)
    return ResultSet(affected_rows=result.rowcount, lastrowid=result.lastrowid)


def _insert_mapped(session: Session, table: type[Any] | Table, rows: list[Mapping[str, Any]]) -> ResultSet:
    statement = insert(table).execution_options(render_nulls=True)  # None is NULL, not the column's default
    if len(rows) == 1 and _is_one_table(table):
        result: Any = session.execute(statement.values(dict(rows[0])))  # one row alone tells its generated key
        return ResultSet(affected_rows=1, lastrowid=result.lastrowid)
    session.execute(statement, rows)
    return ResultSet(affected_rows=len(rows))


def _is_one_table(table: type[Any] | Table) -> bool:
    """Whether a row is all there is to insert: of a class in a hierarchy, more tables or the name of the class."""
    if isinstance(table, Table):
        return True
    mapper = inspect(table)
    return len(mapper.tables) == 1 and mapper.polymorphic_on is None


def _insert_text(connection: Connection, table: str, keys: tuple[str, ...]) -> str:
    columns: list[Composable] = [Identifier(key) for key in keys]
    statement = SQL("INSERT INTO {table} ({columns}) VALUES ({values})").format(
        table=table_identifier(table), columns=joined(columns), values=_Placeholders(len(keys))
    )
    return str(statement.compile(dialect=connection.dialect))


class _Placeholders:
    def __init__(self, count: int) -> None:
        self.count = count

    def render(self, compiler: SQLCompiler) -> str:  # noqa: ARG002 - the form of every piece
        return ", ".join(["%s"] * self.count)


def _check(rows: Sequence[Mapping[str, Any]], table: TableLike) -> None:
    name = table if isinstance(table, str) else getattr(table, "__name__", table)
    summary = f"INSERT INTO {name}"
    known = _keys(table)
    if isinstance(rows, (str, bytes, dict)) or not hasattr(rows, "__len__"):
        raise QueryError(f"rows are a list of dictionaries, not {type(rows).__name__}; nothing was sent", sql=summary)
    for number, row in enumerate(rows, 1):
        if not hasattr(row, "keys") or not row:
            raise QueryError(f"row {number} is not a dictionary with columns: nothing was sent", sql=summary)
        if known is not None and (unknown := row.keys() - known):
            raise QueryError(
                f"row {number} names {sorted(unknown)}, which {name} has not: nothing was sent", sql=summary
            )


def _keys(table: TableLike) -> set[str] | None:
    """The keys a row may have, where SQLAlchemy would drop the others; the server knows the columns of a name."""
    if isinstance(table, Table):
        return set(table.columns.keys())
    return set(inspect(table).column_attrs.keys()) if is_mapped(table) else None


def _chunks(rows: list[Any], size: int) -> Iterator[list[Any]]:
    for start in range(0, len(rows), size):
        yield rows[start : start + size]
