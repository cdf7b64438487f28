"""The generative half of ``session.query()``: a face over one SQLAlchemy SELECT.

Every call returns a new builder and leaves the old one as it was. Conditions are SQLAlchemy expressions, or text whose
``?`` are bound; the rest of the text is taken as it is and has to come from the program, not from its users.

SQLAlchemy takes a builder wherever it takes a SELECT.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from sqlalchemy import ClauseElement, exc, except_, func, inspect, intersect, select, union, union_all
from sqlalchemy.orm import aliased, outerjoin
from sqlalchemy.sql.util import ClauseAdapter

from matrixone.dialect.hints import with_snapshot
from matrixone.dialect.pymysql import MatrixOneDialect_pymysql
from matrixone.dialect.statements import compile_select_to_sql
from matrixone.membership import logical_in
from matrixone.query_changes import changed_entity, update_of
from matrixone.query_columns import (
    check_columns,
    chosen,
    entity_of,
    is_mapped,
    is_row_column,
    is_text_table,
    reads_only,
    start,
)
from matrixone.text_clauses import TextCondition, bound, named_column, text_sort_key, text_table, with_named_arguments
from matrixone.vector.rank import with_rank

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Self

    from sqlalchemy import CTE, Select, Subquery
    from sqlalchemy.sql.base import ExecutableOption

_CHUNK = 1000


class QueryBuilder:
    """What both faces share: everything but running the query.

    Args:
        session: where the query runs.
        *columns: one mapped class, or columns and expressions, tables, subqueries and CTEs. Text is a column, too
            (``"users.name"``, ``"COUNT(*) AS n"``); a bare name, ``"users"`` or ``"users u"``, is a table.
        snapshot: name of a snapshot to read at.
    """

    def __init__(self, session: Any, *columns: Any, snapshot: str | None = None) -> None:
        check_columns(columns)
        self._session = session
        self._columns: tuple[Any, ...] = columns
        # The class or table of the query and, if it has one, its alias.
        self._entity = entity_of(columns)
        self._alias: Any = None
        # What stands for the entity and its columns: its alias, or the rows of a union.
        self._source: Any = None
        self._statement: Select[Any] = start(self._entity, columns)
        self._snapshot_name = snapshot
        self._values: dict[str, Any] | None = None
        self._chunk_size: int | None = None

    # -- rows -----------------------------------------------------------------------------------------------------

    def where(self, condition: Any, *params: Any) -> Self:
        """Keep the rows that meet a condition.

        Args:
            condition: an expression, or text with a ``?`` for each parameter.
            *params: values of the ``?``; a query or SELECT stands for its rows (``"id IN ?"``).

        Raises:
            QueryError: the number of values is not the number of ``?``, or ``IN ?`` is given values instead of a query.
        """
        return self._with(self._statement.where(self._condition(condition, params)))

    filter = where

    def filter_by(self, **values: Any) -> Self:
        """Keep the rows where attributes of the class or table equal these values.

        Where the query reads several, the attributes are those that SQLAlchemy's ``filter_by`` finds: of the one joined
        last (SQLAlchemy 2.0), or of the only one that has such an attribute (2.1).

        Raises:
            sqlalchemy.exc.InvalidRequestError: there is no such attribute, or it is ambiguous.
        """
        if is_text_table(self._entity):  # its columns are not known
            return self._with(self._statement.where(*(named_column(name) == bound(values[name]) for name in values)))
        only = self._entity if self._alias is None else self._alias
        if only is not None and not self._statement._setup_joins and reads_only(self._statement, only):
            found = select(only).filter_by(**values)  # functions among the columns would count as another table
            return self._with(self._statement.where(*found._where_criteria))
        return self._with(self._statement.filter_by(**values))

    def logical_in(self, column: Any, values: Any) -> Self:
        """Keep the rows where a column has one of these values; arguments as for :func:`matrixone.orm.logical_in`."""
        return self.where(logical_in(column, values))

    def group_by(self, *columns: Any) -> Self:
        """Make one row of those with equal values in these columns."""
        return self._with(self._statement.group_by(*map(self._sort_key, columns)))

    def having(self, condition: Any, *params: Any) -> Self:
        """Keep the groups that meet a condition; arguments as for :meth:`where`."""
        return self._with(self._statement.having(with_named_arguments(self._condition(condition, params))))

    def order_by(self, *columns: Any) -> Self:
        """Sort by these columns; text may end in ``DESC``."""
        return self._with(self._statement.order_by(*map(self._sort_key, columns)))

    def limit(self, count: int | None) -> Self:
        """Return at most this many rows.

        Raises:
            sqlalchemy.exc.ArgumentError: the number is none, or below 0.
        """
        return self._with(self._statement.limit(checked_count(count)))

    def offset(self, count: int | None) -> Self:
        """Leave out this many rows first; errors as for :meth:`limit`."""
        return self._with(self._statement.offset(checked_count(count)))

    def distinct(self) -> Self:
        """Return equal rows once."""
        return self._with(self._statement.distinct())

    def snapshot(self, snapshot_name: str | None) -> Self:
        """Read every table as a snapshot keeps it, but for subqueries inside text; None reads the present."""
        return self._with(self._statement, _snapshot_name=snapshot_name)

    def with_for_update(self, *, read: bool = False) -> Self:
        """Lock the rows read until the transaction ends; ``read`` lets others lock them for reading."""
        return self._with(self._statement.with_for_update(read=read))

    def with_rank(self, mode: str) -> Self:
        """Say when the conditions of a vector search are applied; see :func:`matrixone.vector.with_rank`.

        The search is an ``order_by`` of a distance, with a ``limit``.
        """
        return self._with(with_rank(self._statement, mode))

    def options(self, *options: ExecutableOption) -> Self:
        """Apply options of SQLAlchemy's mapper, such as ``selectinload(User.orders)``."""
        return self._with(self._statement.options(*options))

    def yield_per(self, count: int) -> Self:
        """Let iteration over the query fetch this many rows at a time from the server, instead of all first.

        Raises:
            sqlalchemy.exc.ArgumentError: the count is not positive.
        """
        return self._with(self._statement, _chunk_size=checked_size(count))

    # -- columns and tables ---------------------------------------------------------------------------------------

    def _choosing(self, columns: tuple[Any, ...]) -> Any:
        check_columns(columns)
        statement: Any = self._statement.with_only_columns(
            *[self._adapted(each) for each in chosen(columns)], maintain_column_froms=True
        )
        return self._with(statement, _columns=columns)

    def select_from(self, *tables: Any) -> Self:
        """Read these tables first, where the columns do not say so; text names a table (``"users u"``)."""
        return self._with(self._statement.select_from(*map(_target, tables)))

    def alias(self, alias_name: str) -> Self:
        """Give the mapped class or table another name, for the text of conditions and for joins with itself.

        Raises:
            sqlalchemy.exc.InvalidRequestError: it was used already under its own name, or it is no class or table.
        """
        if len(self._columns) != 1 or entity_of(self._columns, of_attributes=False) is None or self._source is not None:
            raise exc.InvalidRequestError("only the query of one mapped class or table can get an alias")
        if self._statement.whereclause is not None or self._statement._setup_joins:
            raise exc.InvalidRequestError("alias() comes before conditions and joins")
        alias: Any = aliased(self._entity, name=alias_name)
        return self._with(start(alias, (alias,)), _alias=alias, _source=inspect(alias).selectable)

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

    # -- together with other queries ------------------------------------------------------------------------------

    def union(self, *others: Any) -> Self:
        """The rows of this query and of others, each once; what follows applies to all of them.

        Args:
            *others: queries or SELECTs with as many columns.

        Raises:
            sqlalchemy.exc.InvalidRequestError: the queries read at different snapshots, or return objects and columns.
        """
        return self._combined(union, others)

    def union_all(self, *others: Any) -> Self:
        """The rows of this query and of others, equal ones as often as they come; see :meth:`union`."""
        return self._combined(union_all, others)

    def intersect(self, *others: Any) -> Self:
        """The rows that all of the queries have; see :meth:`union`."""
        return self._combined(intersect, others)

    def except_(self, *others: Any) -> Self:
        """The rows of this query that none of the others has; see :meth:`union`."""
        return self._combined(except_, others)

    def subquery(self, alias_name: str | None = None) -> Subquery:
        """The query as a table of another query."""
        return self._select().subquery(alias_name)

    def cte(self, name: str | None = None, recursive: bool = False) -> CTE:
        """The query as a common table expression; the recursive part is added by ``.union_all(...)`` on it."""
        return self._select().cte(name, recursive=recursive)

    def to_sql(self) -> str:
        """The statement with its values written in, for people to read; what runs has them bound."""
        return compile_select_to_sql(self._runnable())

    __str__ = to_sql

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {' '.join(str(self._runnable()).split())}>"

    def __clause_element__(self) -> Select[Any]:
        return self._select()

    # -- changes --------------------------------------------------------------------------------------------------

    def update(self, values: Mapping[Any, Any] | None = None, /, **named: Any) -> Self:
        """Turn the query into an UPDATE of the rows it finds; ``execute()`` runs it.

        It keeps the conditions, CTEs, order and limit of the query, and the criteria of its options.

        Args:
            values: values, expressions or queries of one value, by attribute or its name.
            **named: likewise.

        Raises:
            sqlalchemy.exc.InvalidRequestError: there is nothing to set, or the query cannot be an UPDATE.
        """
        new = self._with(self._statement, _values={**(self._values or {}), **(values or {}), **named})
        if not new._values:
            raise exc.InvalidRequestError("update() needs values")
        changed_entity(self, "UPDATE")
        return new

    def _build_sql(self) -> tuple[str, list[Any]]:
        """Text and values of the statement, as the driver is given them."""
        compiled = self._runnable().compile(
            dialect=MatrixOneDialect_pymysql(), compile_kwargs={"render_postcompile": True}
        )
        return compiled.string, [compiled.params[name] for name in compiled.positiontup or compiled.params]

    # -- inside ---------------------------------------------------------------------------------------------------

    def _runnable(self) -> Any:
        return self._select() if self._values is None else update_of(self)

    def _select(self) -> Select[Any]:
        if self._values is not None:
            raise exc.InvalidRequestError("the query was turned into an UPDATE, which execute() runs")
        return self._at_snapshot(self._statement)

    def _is_of_table_rows(self) -> bool:
        """Whether there is one row for each of the tables and joins: no aggregate, group or limit among the parts."""
        return is_plain(self._statement) and all(map(is_row_column, self._columns))

    def _count(self) -> Select[Any]:
        self._select()
        if not self._is_of_table_rows():
            return self._at_snapshot(select(func.count()).select_from(self._statement.subquery()))
        counted = self._statement.order_by(None).with_only_columns(func.count(), maintain_column_froms=True)
        return self._at_snapshot(counted)

    def _checked_chunk(self, chunk_size: int | None) -> int:
        return checked_size(chunk_size if chunk_size is not None else self._chunk_size or _CHUNK)

    def _at_snapshot(self, statement: Select[Any]) -> Select[Any]:
        return statement if self._snapshot_name is None else with_snapshot(statement, self._snapshot_name)

    def _combined(self, combine: Callable[..., Any], others: tuple[Any, ...]) -> Self:
        if any(isinstance(other, QueryBuilder) and other._snapshot_name != self._snapshot_name for other in others):
            raise exc.InvalidRequestError("the queries of a union read at one snapshot, or all in the present")
        if any(isinstance(part, QueryBuilder) and part._values is not None for part in (self, *others)):
            raise exc.InvalidRequestError("a query that was turned into an UPDATE has no rows")
        parts = [part._statement if isinstance(part, QueryBuilder) else part for part in (self, *others)]
        rows = combine(*parts).subquery()
        mappers = [inspect(each).mapper for each in self._columns if is_mapped(each)]
        if not mappers:
            columns = tuple(rows.c)
            return self._with(start(None, columns), _alias=None, _source=rows, _columns=columns)
        if len(self._columns) > 1:
            raise exc.InvalidRequestError("the queries of a union return objects of one class, or columns")
        entity = mappers[0].class_
        alias: Any = aliased(entity, rows, name=entity.__name__)
        return self._with(select(alias), _alias=alias, _source=rows)

    def _with(self, statement: Select[Any], **changes: Any) -> Self:
        new = copy.copy(self)
        new._statement = statement
        vars(new).update(changes)
        return new

    def _sort_key(self, column: Any) -> Any:
        return text_sort_key(column) if isinstance(column, str) else self._adapted(with_named_arguments(column))

    def _condition(self, condition: Any, params: tuple[Any, ...]) -> Any:
        if isinstance(condition, str):
            return TextCondition.of(condition, params)
        if params:
            raise exc.ArgumentError("values are for conditions written as text; join expressions by and_()")
        return self._adapted(condition)

    def _adapted(self, expression: Any) -> Any:
        """The expression with what stands for the entity in place of it."""
        if self._source is None:
            return expression
        if expression is self._entity and self._alias is not None:
            return self._alias
        clause = expression.__clause_element__() if hasattr(expression, "__clause_element__") else expression
        return ClauseAdapter(self._source).traverse(clause)


def checked_count(count: Any) -> Any:
    """The number of rows of LIMIT or OFFSET; expressions and None stay what they are.

    Raises:
        sqlalchemy.exc.ArgumentError: it is no whole number, or below 0.
    """
    if count is None or isinstance(count, ClauseElement):
        return count
    if isinstance(count, bool) or not hasattr(count, "__index__") or count < 0:
        raise exc.ArgumentError(f"LIMIT and OFFSET take a whole number from 0 on, not {count!r}")
    return int(count)


def checked_size(count: Any) -> int:
    """The number of rows of a chunk.

    Raises:
        sqlalchemy.exc.ArgumentError: it is not positive.
    """
    if not isinstance(count, int) or isinstance(count, bool) or count < 1:
        raise exc.ArgumentError(f"rows are fetched one or more at a time, not {count!r}")
    return count


def _target(target: Any) -> Any:
    return text_table(target) if isinstance(target, str) else target


def is_plain(statement: Select[Any]) -> bool:
    """Whether the statement is tables, joins and conditions only."""
    if statement._limit_clause is not None or statement._offset_clause is not None:
        return False
    return not any((statement._distinct, statement._group_by_clauses, statement._having_criteria))
