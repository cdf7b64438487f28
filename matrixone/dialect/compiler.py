"""Queries and data changes where MatrixOne's SQL differs from MySQL's."""

from __future__ import annotations

from contextlib import contextmanager
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    BinaryExpression,
    Boolean,
    ColumnClause,
    Float,
    Integer,
    Numeric,
    Select,
    String,
    UnaryExpression,
    exc,
    types,
)
from sqlalchemy.dialects.mysql.mysqldb import MySQLCompiler_mysqldb
from sqlalchemy.sql import operators
from sqlalchemy.sql.elements import Null, Tuple

from matrixone.dialect.changes import first_rows_of
from matrixone.dialect.hints import hint_of, hints_in
from matrixone.dialect.index_rules import missing_index
from matrixone.dialect.json_types import compares_json, with_json_values
from matrixone.dialect.searches import (
    check_conditions,
    is_condition,
    is_nearest_first,
    keeping_rows,
    searches_the_past,
    would_drop_rows,
)
from matrixone.dialect.upserts import Replace, against_returning, unique_columns
from matrixone.fulltext.match import Found
from matrixone.vector.rank import IVFRankMode, rank_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sqlalchemy import CompoundSelect, Delete, Insert, Sequence, TableClause, Update
    from sqlalchemy.sql.selectable import GenerativeSelect

    from matrixone.dialect.hints import Hint, TableAt
    from matrixone.dialect.only_matrixone import OnlyMatrixOne

_ORDERS = frozenset({operators.lt, operators.le, operators.gt, operators.ge})


class MatrixOneCompiler(MySQLCompiler_mysqldb):
    """Adds time-travel hints, RETURNING and sequences to MySQL's compiler."""

    # The hint in force while a SELECT is rendered, and whether one is.
    _hint: Hint | None = None
    _in_select = False
    # How the vectors nearest to another are looked for, until that is written.
    _rank: IVFRankMode | None = None
    # Whether the columns or the order of a SELECT are rendered: what a row shows, not which rows there are.
    _in_result = False
    # How the UPDATE or DELETE in hand is rendered.
    _change_options: Mapping[str, Any] = MappingProxyType({})

    def visit_select(self, select_stmt: Select[Any], **kw: Any) -> str:  # type: ignore[override]
        """A SELECT, with its own hint or that of the statement around it.

        Raises:
            CompileError: it is ranked, and has no LIMIT or no order of distances.
        """
        if rank_of(select_stmt) and not select_stmt._has_row_limiting_clause:
            raise exc.CompileError("BY RANK follows a LIMIT, and the statement has none")
        if rank_of(select_stmt) and not is_nearest_first(select_stmt):
            raise exc.CompileError("BY RANK is for the order of a distance, and the statement has none")
        return self._at(hint_of(select_stmt) or self._hint, True, self._visit_ranked, select_stmt, **kw)

    def _visit_ranked(self, select_stmt: Select[Any], **kw: Any) -> str:
        check_conditions(select_stmt._where_criteria)
        text: str = super().visit_select(select_stmt, **kw)  # type: ignore[no-untyped-call]
        if self._rank is not None:
            raise exc.CompileError("a ranked SELECT cannot load collections by joins; use selectinload()")
        return text

    def visit_compound_select(self, cs: CompoundSelect[Any], **kw: Any) -> str:  # type: ignore[override]
        """A UNION or the like, whose hint reaches its parts; an INSERT takes one in parentheses only."""
        is_inserted = kw.pop("insert_into", False)
        text = self._at(hint_of(cs) or self._hint, True, super().visit_compound_select, cs, **kw)
        return f"({text})" if is_inserted else text

    def visit_update(self, update_stmt: Update, **kw: Any) -> str:  # type: ignore[override]
        """An UPDATE, whose tables never get a hint."""
        check_conditions(update_stmt._where_criteria)
        self._change_options = kw
        return self._at(None, False, super().visit_update, update_stmt, **kw)

    def visit_delete(self, delete_stmt: Delete, **kw: Any) -> str:  # type: ignore[override]
        """A DELETE, whose tables never get a hint."""
        check_conditions(delete_stmt._where_criteria)
        self._change_options = kw
        return self._at(None, False, super().visit_delete, delete_stmt, **kw)

    def update_post_criteria_clause(self, update_stmt: Update, **kw: Any) -> str | None:
        """``ORDER BY`` and ``LIMIT`` of an UPDATE."""
        return self._first_rows(update_stmt, **kw) or super().update_post_criteria_clause(update_stmt, **kw)

    def delete_post_criteria_clause(self, delete_stmt: Delete, **kw: Any) -> str | None:
        """``ORDER BY`` and ``LIMIT`` of a DELETE."""
        return self._first_rows(delete_stmt, **kw) or super().delete_post_criteria_clause(delete_stmt, **kw)

    def update_limit_clause(self, update_stmt: Update) -> str | None:
        """The same under SQLAlchemy 2.0."""
        mysql: Any = super()
        return self._first_rows(update_stmt, **self._change_options) or mysql.update_limit_clause(update_stmt)

    def delete_limit_clause(self, delete_stmt: Delete) -> str | None:
        """The same under SQLAlchemy 2.0."""
        mysql: Any = super()
        return self._first_rows(delete_stmt, **self._change_options) or mysql.delete_limit_clause(delete_stmt)

    def visit_insert(self, insert_stmt: Insert, **kw: Any) -> str:  # type: ignore[override]
        """An INSERT or REPLACE, without the RETURNING nobody asked for where the server refuses it.

        Raises:
            CompileError: somebody asked for it.
        """
        if refused := against_returning(insert_stmt):
            if insert_stmt._returning:
                raise exc.CompileError(f"DML RETURNING does not support {refused}")
            kw["disable_implicit_returning"] = True
        text = self._at(None, False, super().visit_insert, insert_stmt, **kw)
        return f"REPLACE{text.removeprefix('INSERT')}" if isinstance(insert_stmt, Replace) else text

    def visit_on_duplicate_key_update(self, on_duplicate: Any, **kw: Any) -> str:
        """``ON DUPLICATE KEY UPDATE``.

        Raises:
            CompileError: it changes a column that is unique; the server refuses that even where the value stays.
        """
        statement: Any = self.current_executable
        if unique := sorted(unique_columns(statement.table) & set(on_duplicate.update)):
            raise exc.CompileError(
                f"ON DUPLICATE KEY UPDATE cannot change a column of a primary or unique key: {', '.join(unique)}"
            )
        text: str = super().visit_on_duplicate_key_update(on_duplicate, **kw)
        return text

    def visit_table(self, table: TableClause, **kw: Any) -> str:  # type: ignore[override]
        """A table, followed by the hint in force."""
        text: str = super().visit_table(table, **kw)  # type: ignore[no-untyped-call]
        if self._hint is None or not kw.get("asfrom"):
            return text
        # An alias that sets apart tables of one name is part of the text and has to follow the hint.
        name: str = super().visit_table(table, **{**kw, "ambiguous_table_name_map": None})  # type: ignore[no-untyped-call]
        return f"{name} {self._render_hint(self._hint)}{text.removeprefix(name)}"

    def visit_table_at(self, table: TableAt, **kw: Any) -> str:
        """A table with a hint of its own.

        Raises:
            CompileError: it is among the tables of an UPDATE or DELETE, which would change the present by the past.
        """
        if not self._in_select:
            raise exc.CompileError("rows can be read at another time, not changed")
        return self._at(table.hint, True, self.visit_alias, table, **kw)

    def limit_clause(self, select: GenerativeSelect, **kw: Any) -> str:
        """LIMIT, and how the vectors nearest to another are looked for.

        Raises:
            CompileError: an index is to be used in the past; it holds the vectors of the present.
        """
        text, mode = super().limit_clause(select, **kw), self._rank
        if text:
            self._rank = None
        if text and is_nearest_first(select) and (self._hint or any(hints_in(select))):
            if mode not in (None, IVFRankMode.EXACT):
                raise exc.CompileError(f"a search of the past is exact, not {mode}: the index knows the present only")
            mode = IVFRankMode.EXACT
        return f"{text} BY RANK WITH OPTION 'mode={mode}'" if text and mode else text

    def visit_match_op_binary(self, binary: Any, operator: Any, **kw: Any) -> str:
        """``MATCH ... AGAINST``; in the columns and the order in a form that keeps the rows that do not match.

        Raises:
            CompileError: the statement reads the past; the full-text index holds the words of the present.
            CompileError: the search is no condition, and there is no such form of it.
        """
        around: Any = self.stack[-1] if self.stack else {}
        select = around.get("selectable")
        froms = around["compile_state"]._get_display_froms() if isinstance(select, Select) else []
        if self._hint is not None or searches_the_past(binary, froms):
            raise exc.CompileError(
                "full-text search finds the words of the present; clone the snapshot to search in it"
            )
        if isinstance(binary.right, Null):
            raise exc.CompileError("the search has no terms yet: boolean_match(...).must(...)")
        if reason := missing_index(binary):
            raise exc.CompileError(reason)
        if isinstance(select, Select) and not isinstance(binary, Found) and would_drop_rows(select):
            # Nor does the server take the subqueries of scores beside a condition that is no subquery.
            if self._in_result:
                return self.process(keeping_rows(binary, froms).score(), **kw)
            if is_condition(binary, select):
                return self.process(keeping_rows(binary, froms).matches(), **kw)
        return super().visit_match_op_binary(binary, operator, **kw)

    def order_by_clause(self, select: Any, **kw: Any) -> str:
        """``ORDER BY``."""
        with self._rendering_result():
            return str(super().order_by_clause(select, **kw))  # type: ignore[no-untyped-call]

    def visit_only_matrixone(self, _element: OnlyMatrixOne, **_kw: Any) -> str:
        """Nothing: see :class:`~matrixone.dialect.hints.OnlyMatrixOne`."""
        return ""

    def visit_sequence(self, sequence: Sequence, **_kw: Any) -> str:
        """``nextval('name')``."""
        if self.preparer.schema_for_object(sequence):
            raise exc.CompileError("nextval() takes no database: the sequence has to be in the current one")
        return f"nextval({self.render_literal_value(sequence.name, String())})"

    def visit_next_value_func(self, next_value: Any, **_kw: Any) -> str:
        """``nextval()`` as the number it is; the server answers with text."""
        return f"CAST({self.visit_sequence(next_value.sequence)} AS SIGNED)"

    def _render_values(self, element: Any, **kw: Any) -> str:
        options = {"literal_binds": element.literal_binds, **kw}
        rows = (Tuple(*row, types=element._column_types).self_group() for chunk in element._data for row in chunk)
        return f"VALUES {', '.join(f'ROW{self.process(row, **options)}' for row in rows)}"

    def visit_binary(self, binary: BinaryExpression[Any], *args: Any, **kw: Any) -> str:
        """An operator; what JSON is compared with is JSON, too, and a column stands before what it is compared with."""
        compared = with_json_values(binary) if compares_json(binary) else binary
        text: str = super().visit_binary(_column_first(compared), *args, **kw)  # type: ignore[no-untyped-call]
        return text

    def _render_json_extract_from_binary(
        self,
        binary: BinaryExpression[Any],
        operator: Any,  # noqa: ARG002 - the signature of MySQL's compiler
        **kw: Any,
    ) -> str:
        found = f"JSON_EXTRACT({self.process(binary.left, **kw)}, {self.process(binary.right, **kw)})"
        affinity: Any = binary.type._type_affinity
        if affinity is types.JSON:
            return found
        # JSON's null is no NULL, and the server casts some JSON to no number.
        value = f"NULLIF({found}, CAST('null' AS JSON))"
        if affinity is Boolean:
            return f"({value} = CAST('true' AS JSON))"
        text = f"JSON_UNQUOTE({value})"
        if issubclass(affinity, Integer):
            return f"CAST({text} AS SIGNED)"
        return f"CAST({text} AS {_number_type(binary.type)})" if issubclass(affinity, (Numeric, Float)) else text

    def visit_nulls_first_op_unary_modifier(self, unary: UnaryExpression[Any], _operator: Any, **kw: Any) -> str:
        """``x IS NOT NULL, x``: the server has no NULLS FIRST."""
        return self._sort_after("IS NOT NULL", unary, **kw)

    def visit_nulls_last_op_unary_modifier(self, unary: UnaryExpression[Any], _operator: Any, **kw: Any) -> str:
        """``x IS NULL, x``: the server has no NULLS LAST."""
        return self._sort_after("IS NULL", unary, **kw)

    def for_update_clause(self, select: GenerativeSelect, **kw: Any) -> str:
        """``FOR UPDATE`` or ``FOR SHARE``.

        Raises:
            CompileError: it is to apply to some tables, or not to wait; the server knows neither. Or it is in the past.
        """
        how = select._for_update_arg
        if how is not None and self._hint is not None:
            raise exc.CompileError("rows of the past cannot be locked")
        if how is not None and (how.of or how.nowait or how.skip_locked):
            raise exc.CompileError("MatrixOne has no FOR UPDATE OF, NOWAIT or SKIP LOCKED")
        return super().for_update_clause(select, **kw)

    def _first_rows(self, change: Update | Delete, **kw: Any) -> str:
        rows = first_rows_of(change)
        if rows is None:
            return ""
        order = ", ".join(self.process(key, **kw) for key in rows.order_by)
        limit = "" if rows.limit is None else f"LIMIT {self.process(rows.limit, **kw)}"
        return " ".join(filter(None, (order and f"ORDER BY {order}", limit)))

    def _sort_after(self, test: str, unary: UnaryExpression[Any], **kw: Any) -> str:
        key: Any = unary.element
        is_directed = isinstance(key, UnaryExpression) and key.modifier in (operators.asc_op, operators.desc_op)
        tested = self.process(key.element if is_directed else key, **kw)
        return f"{tested} {test}, {self.process(key, **kw)}"

    def _label_returning_column(self, *args: Any, **kw: Any) -> Any:
        # The server refuses a column of RETURNING that names its database.
        return super()._label_returning_column(*args, **{**kw, "include_table": False})  # type: ignore[no-untyped-call]

    def _label_select_column(self, *args: Any, **kw: Any) -> Any:
        with self._rendering_result():
            return super()._label_select_column(*args, **kw)  # type: ignore[no-untyped-call]

    @contextmanager
    def _rendering_result(self) -> Iterator[None]:
        before, self._in_result = self._in_result, True
        try:
            yield
        finally:
            self._in_result = before

    def _at(self, hint: Hint | None, in_select: bool, visit: Any, element: Any, **kw: Any) -> str:
        before = self._hint, self._in_select, self._in_result, self._rank
        self._hint, self._in_select, self._in_result, self._rank = hint, in_select, False, rank_of(element)
        try:
            text: str = visit(element, **kw)
            return text
        finally:
            self._hint, self._in_select, self._in_result, self._rank = before

    def _render_hint(self, hint: Hint) -> str:
        value = hint.value if isinstance(hint.value, int) else self.render_literal_value(hint.value, String())
        return f"{{{hint.keyword} = {value}}}"


def _column_first(binary: BinaryExpression[Any]) -> BinaryExpression[Any]:
    """A comparison the other way round where the server would take ``2 >= id`` of a primary key for ``2 = id``."""
    if binary.operator not in _ORDERS or _is_column(binary.left) or not _is_column(binary.right):
        return binary
    return BinaryExpression(binary.right, binary.left, operators.mirror(binary.operator), type_=binary.type)


def _is_column(element: Any) -> bool:
    return isinstance(element, ColumnClause) and not element.is_literal


def _number_type(kind: Any) -> str:
    has_scale = kind.precision is not None and kind.scale is not None
    return f"DECIMAL({kind.precision}, {kind.scale})" if has_scale else "DOUBLE"
