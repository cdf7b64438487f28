"""The generative half of ``session.query()``: a face over one SQLAlchemy SELECT.

Every call returns a new builder and leaves the old one as it was. Conditions are SQLAlchemy expressions, or text whose
``?`` are bound; the rest of the text is taken as it is and has to come from the program, not from its users.
"""

from __future__ import annotations

import copy
import functools
from typing import TYPE_CHECKING, Any

from sqlalchemy import Table, delete, exc, func, inspect, select, update
from sqlalchemy.orm import InstrumentedAttribute, aliased, outerjoin
from sqlalchemy.sql.util import ClauseAdapter

from matrixone.dialect.hints import with_snapshot
from matrixone.dialect.pymysql import MatrixOneDialect_pymysql
from matrixone.text_clauses import TextCondition, text_column, text_sort_key, text_table

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Self

    from sqlalchemy import CTE, Delete, Select, Subquery, Update


class QueryBuilder:
    """What both faces share: everything but running the query.

    Args:
        session: where the query runs.
        *columns: one mapped class, or columns and expressions, tables, subqueries and CTEs. Text such as
            ``"COUNT(*) AS n"`` is a column, too.
        snapshot: name of a snapshot to read at.
    """

    def __init__(self, session: Any, *columns: Any, snapshot: str | None = None) -> None:
        self._session = session
        self._columns: tuple[Any, ...] = columns
        # The class or table of the query and, if it has one, its alias.
        self._entity = _entity(columns)
        self._alias: Any = None
        statement: Any = select(*map(_column, columns))
        self._statement: Select[Any] = statement
        self._snapshot = snapshot
        self._values: dict[str, Any] | None = None

    # -- rows -----------------------------------------------------------------------------------------------------

    def where(self, condition: Any, *params: Any) -> Self:
        """Keep the rows that meet a condition.

        Args:
            condition: an expression, or text with a ``?`` for each parameter.
            *params: values of the ``?``; another query stands for its rows (``"id IN ?"``).

        Raises:
            QueryError: the number of values is not the number of ``?``.
        """
        return self._with(self._statement.where(self._condition(condition, params)))

    filter = where

    def filter_by(self, **values: Any) -> Self:
        """Keep the rows where attributes of the class joined last, or of the only one, equal these values.

        Raises:
            sqlalchemy.exc.InvalidRequestError: there is no such attribute.
        """
        return self._with(self._statement.filter_by(**values))

    def group_by(self, *columns: Any) -> Self:
        """Make one row of those with equal values in these columns."""
        return self._with(self._statement.group_by(*map(self._sort_key, columns)))

    def having(self, condition: Any, *params: Any) -> Self:
        """Keep the groups that meet a condition; arguments as for :meth:`where`."""
        return self._with(self._statement.having(self._condition(condition, params)))

    def order_by(self, *columns: Any) -> Self:
        """Sort by these columns; text may end in ``DESC``."""
        return self._with(self._statement.order_by(*map(self._sort_key, columns)))

    def limit(self, count: int | None) -> Self:
        """Return at most this many rows."""
        return self._with(self._statement.limit(count))

    def offset(self, count: int | None) -> Self:
        """Leave out this many rows first."""
        return self._with(self._statement.offset(count))

    def distinct(self) -> Self:
        """Return equal rows once."""
        return self._with(self._statement.distinct())

    def snapshot(self, snapshot_name: str | None) -> Self:
        """Read every table as a snapshot keeps it; None reads the present."""
        new = self._with(self._statement)
        new._snapshot = snapshot_name
        return new

    # -- columns and tables ---------------------------------------------------------------------------------------

    def select(self, *columns: Any) -> Self:
        """Return these columns instead, of the same tables."""
        chosen: Any = [self._adapted(_column(column)) for column in columns]
        statement: Any = self._statement.with_only_columns(*chosen, maintain_column_froms=True)
        new = self._with(statement)
        new._columns = columns
        return new

    def alias(self, alias_name: str) -> Self:
        """Give the mapped class or table another name, for the text of conditions and for joins with itself.

        Raises:
            sqlalchemy.exc.InvalidRequestError: it was used already under its own name, or it is no class or table.
        """
        if self._entity is None or len(self._columns) != 1 or self._columns[0] is not self._entity:
            raise exc.InvalidRequestError("only the query of one mapped class or table can get an alias")
        if self._statement.whereclause is not None or self._statement._setup_joins:
            raise exc.InvalidRequestError("alias() comes before conditions and joins")
        new = copy.copy(self)
        new._alias = aliased(self._entity, name=alias_name)
        new._statement = select(new._alias)
        return new

    def join(self, target: Any, onclause: Any = None, isouter: bool = False, full: bool = False) -> Self:
        """Join another table.

        Args:
            target: mapped class, relationship, table, subquery, CTE, or text (``"departments d"``).
            onclause: expression or text; by the foreign keys if left out.
            isouter: keep rows without a partner, filling its columns with NULL.
            full: the same from both sides.
        """
        on = None if onclause is None else self._condition(onclause, ())
        return self._with(self._statement.join(_target(target), on, isouter=isouter, full=full))

    def innerjoin(self, target: Any, onclause: Any = None) -> Self:
        """Join, keeping rows with a partner only."""
        return self.join(target, onclause)

    def outerjoin(self, target: Any, onclause: Any = None) -> Self:
        """Join, keeping the rows of this query without a partner."""
        return self.join(target, onclause, isouter=True)

    leftjoin = outerjoin

    def rightjoin(self, target: Any, onclause: Any = None) -> Self:
        """Join, keeping the rows of the target without a partner.

        Raises:
            sqlalchemy.exc.InvalidRequestError: the query has a join already; start from the other table then.
        """
        left = self._entity if self._alias is None else self._alias
        if self._statement._setup_joins or left is None:
            raise exc.InvalidRequestError("rightjoin() has to be the first join; start the query from the other table")
        on = None if onclause is None else self._condition(onclause, ())
        return self._with(self._statement.select_from(outerjoin(_target(target), left, on)))

    def fullouterjoin(self, target: Any, onclause: Any = None) -> Self:
        """Join, keeping the rows without a partner of both sides."""
        return self.join(target, onclause, full=True)

    def with_cte(self, *ctes: CTE) -> Self:
        """Put CTEs in front that only text refers to."""
        return self._with(self._statement.add_cte(*ctes))

    # -- as part of another statement -----------------------------------------------------------------------------

    def subquery(self, alias_name: str | None = None) -> Subquery:
        """The query as a table of another query."""
        return self._select().subquery(alias_name)

    def cte(self, name: str, recursive: bool = False) -> CTE:
        """The query as a common table expression."""
        return self._select().cte(name, recursive=recursive)

    def to_sql(self) -> str:
        """The statement with its values written in, for people to read; what runs has them bound."""
        statement = self._update() if self._values is not None else self._select()
        return str(statement.compile(dialect=_readable(), compile_kwargs={"literal_binds": True}))

    __str__ = to_sql

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {' '.join(str(self._select()).split())}>"

    # -- changes --------------------------------------------------------------------------------------------------

    def update(self, values: Mapping[str, Any] | None = None, /, **named: Any) -> Self:
        """Turn the query into an UPDATE of the rows it finds; :meth:`Query.execute` runs it.

        Args:
            values: values or expressions by attribute name.
            **named: likewise.

        Raises:
            sqlalchemy.exc.InvalidRequestError: there is nothing to set, or the query cannot be an UPDATE.
        """
        new = self._with(self._statement)
        new._values = {**(self._values or {}), **(values or {}), **named}
        if not new._values:
            raise exc.InvalidRequestError("update() needs values")
        self._changed_entity("UPDATE")
        return new

    def _update(self) -> Update:
        statement: Update = update(self._changed_entity("UPDATE")).values(self._values or {})
        return statement.where(*self._statement._where_criteria)

    def _delete(self) -> Delete:
        return delete(self._changed_entity("DELETE")).where(*self._statement._where_criteria)

    def _changed_entity(self, verb: str) -> Any:
        statement = self._statement
        if self._entity is None or self._alias is not None:
            raise exc.InvalidRequestError(f"{verb} needs the query of one mapped class or table")
        if self._snapshot is not None:
            raise exc.InvalidRequestError(f"{verb} changes the present; this query reads at a snapshot")
        if not _is_plain(statement) or statement._setup_joins:
            raise exc.InvalidRequestError(f"{verb} takes conditions only: no join, limit, offset, distinct or group_by")
        return self._entity

    # -- inside ---------------------------------------------------------------------------------------------------

    def _select(self) -> Select[Any]:
        return self._at_snapshot(self._statement)

    def _count(self) -> Select[Any]:
        statement = self._statement
        if not _is_plain(statement) or not all(map(_is_row_column, self._columns)):
            return self._at_snapshot(select(func.count()).select_from(statement.subquery()))
        counted = statement.order_by(None).with_only_columns(func.count(), maintain_column_froms=True)
        return self._at_snapshot(counted)

    def _at_snapshot(self, statement: Select[Any]) -> Select[Any]:
        return statement if self._snapshot is None else with_snapshot(statement, self._snapshot)

    def _with(self, statement: Select[Any]) -> Self:
        new = copy.copy(self)
        new._statement = statement
        return new

    def _sort_key(self, column: Any) -> Any:
        return text_sort_key(column) if isinstance(column, str) else self._adapted(column)

    def _condition(self, condition: Any, params: tuple[Any, ...]) -> Any:
        if isinstance(condition, str):
            return TextCondition.of(condition, [_subselect(param) for param in params])
        if params:
            raise exc.ArgumentError("values are for conditions written as text")
        return self._adapted(condition)

    def _adapted(self, expression: Any) -> Any:
        """The expression with the alias in place of what it stands for."""
        if self._alias is None:
            return expression
        if expression is self._entity:
            return self._alias
        clause = expression.__clause_element__() if hasattr(expression, "__clause_element__") else expression
        return ClauseAdapter(inspect(self._alias).selectable).traverse(clause)


def _column(column: Any) -> Any:
    return text_column(column) if isinstance(column, str) else column


def _target(target: Any) -> Any:
    return text_table(target) if isinstance(target, str) else target


def _subselect(param: Any) -> Any:
    return param._select().scalar_subquery() if isinstance(param, QueryBuilder) else param


def _entity(columns: tuple[Any, ...]) -> Any:
    """The mapped class or table a query is of, if it is of one."""
    first = columns[0] if columns else None
    if isinstance(first, InstrumentedAttribute):
        first = first.class_
    return first if isinstance(first, Table) or is_mapped(first) else None


def is_mapped(column: Any) -> bool:
    """Whether this is a mapped class or an alias of one."""
    inspected = inspect(column, raiseerr=False)
    return bool(getattr(inspected, "is_mapper", False) or getattr(inspected, "is_aliased_class", False))


def _is_row_column(column: Any) -> bool:
    """Whether choosing this column leaves the number of rows alone, as an aggregate would not."""
    return isinstance(column, Table | InstrumentedAttribute) or is_mapped(column)


def _is_plain(statement: Select[Any]) -> bool:
    """Whether the statement is tables, joins and conditions only."""
    bounds = (statement._limit_clause, statement._offset_clause)
    grouped = statement._distinct or statement._group_by_clauses or statement._having_criteria
    return not (grouped or any(bound is not None for bound in bounds))


@functools.cache
def _readable() -> MatrixOneDialect_pymysql:
    # Without the driver's placeholders a percent sign need not be doubled.
    return MatrixOneDialect_pymysql(paramstyle="named")
