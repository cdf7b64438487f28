"""Queries: SELECT, set operations, VALUES, common tables."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from matrixone_lite.engine import common_types, types, vector_index
from matrixone_lite.engine.aggregates import SINGLE
from matrixone_lite.engine.bound import Bound
from matrixone_lite.engine.convert import Mode
from matrixone_lite.engine.errors import ServerError, internal, invalid_input, syntax_error, unsupported
from matrixone_lite.engine.fulltext.binding import allow, refusal_of_filters
from matrixone_lite.engine.grouping import expand_grouping
from matrixone_lite.engine.nullability import nullable
from matrixone_lite.engine.scope import Scope
from matrixone_lite.engine.sources import bind_source, push_common_tables
from matrixone_lite.engine.types import Kind, Type
from matrixone_lite.engine.walk import has_aggregate, walk
from matrixone_lite.sql import ast
from matrixone_lite.sql.naming import column_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matrixone_lite.engine.binder import Binder
    from matrixone_lite.engine.scope import Source
    from matrixone_lite.engine.sources import CommonFrame

_MEMBERS: Final = {
    "union": "UNION",
    "intersect": "INTERSECT",
    "except": "EXCEPT",
    "minus": "EXCEPT",
    "grouping sets": "UNION",
}


@dataclass(frozen=True, slots=True)
class Output:
    """A result column.

    :param aliased: it has its name from AS
    :param nullable: it can be NULL, as the server sees it
    :param score: it is the score of a full-text search
    """

    name: str
    bound: Bound
    aliased: bool = False
    nullable: bool = True
    score: bool = False


@dataclass(frozen=True, slots=True)
class BoundQuery:
    """A query in SQLite's language; its columns are called ``c0``, ``c1``, … there.

    :param locked: SQLite tables whose row ids follow the columns, to be locked
    :param single: it has one row for certain
    """

    sql: str
    columns: Sequence[Output]
    single: bool = False
    locked: Sequence[str] = ()


def bind_query(binder: Binder, query: ast.Query, parent: Scope | None = None, extra: Sequence[str] = ()) -> BoundQuery:
    """Bind any query.

    :param parent: scope a correlated subquery may reach
    :param extra: SQLite expressions to append to the select list of a plain SELECT
    """
    with_ = getattr(query, "with_", None)
    frame: CommonFrame | None = push_common_tables(binder, with_, parent) if with_ else None
    try:
        match query:
            case ast.Select():
                return _bind_select(binder, query, parent, extra)
            case ast.SetOperation():
                return _bind_set_operation(binder, query, parent)
            case ast.NestedQuery():
                return _finish(binder, bind_query(binder, query.query, parent), query, parent)
            case ast.Values():
                return _bind_values(binder, query, parent)
            case _:
                raise unsupported(f"{type(query).__name__} as a subquery")
    finally:
        if frame is not None:
            binder.common_tables.remove(frame)


def bind_scalar(binder: Binder, query: ast.Query, scope: Scope) -> Bound:
    """Bind a subquery used as a value; error 1242 at run time when it has several rows."""
    bound = bind_query(binder, query, scope)
    first = bound.columns[0].bound.type
    type_ = first if len(bound.columns) == 1 else replace(types.TUPLE, members=(first.kind.value,))
    if bound.single:
        return Bound(f"(SELECT c0 FROM ({bound.sql}))", type_)
    value = binder.call(SINGLE, type_, "c0")
    return Bound(f"(SELECT {value.sql} FROM ({bound.sql}))", type_)


def _bind_select(binder: Binder, query: ast.Select, parent: Scope | None, extra: Sequence[str]) -> BoundQuery:
    if query.group_by is not None and query.group_by.modifier is not None:
        return bind_query(binder, expand_grouping(query), parent)
    scope = Scope(parent)
    source = bind_source(binder, query.source, scope)
    where = _bind_where(binder, query, scope)
    keys = _bind_keys(binder, query, scope)
    having = None if _names_output(query.having, query, scope) else _having(binder, query.having, scope)
    outputs = bind_items(binder, query.items, scope)
    if query.limit is not None:  # what comes behind it cannot be asked of the index any more
        outputs = [replace(output, score=False) for output in outputs]
    scope.aliases = {output.name.lower(): output.bound for output in reversed(outputs)}
    select = "SELECT DISTINCT " if query.distinct else "SELECT "
    listed = [f"{output.bound.sql} AS c{n}" for n, output in enumerate(outputs)]
    locked = _rows_to_lock(query, scope)
    parts = [select + ", ".join([*listed, *extra, *(f"{source.handle}._id" for source, _ in locked)])]
    if source:
        parts.append(f" FROM {source}")
    parts.append(where)
    if keys:
        parts.append(" GROUP BY " + ", ".join(keys))
    if query.having is not None:
        having = having or _having(binder, query.having, scope)
        parts.append(
            f" HAVING {having}" if scope.grouping or scope.saw_aggregate else f" GROUP BY NULL HAVING {having}"
        )
    order = [_order_item(binder, item, outputs, scope, distinct=query.distinct) for item in query.order_by]
    if order:
        parts.append(" ORDER BY " + ", ".join(order))
    parts.append(bind_limit(binder, query.limit, scope))
    single = not keys and scope.saw_aggregate
    return BoundQuery(
        "".join(parts), outputs, single=single or (not source and not where), locked=[name for _, name in locked]
    )


def _bind_where(binder: Binder, query: ast.Select, scope: Scope) -> str:
    """WHERE, with what MATCH in the select list and the use of a vector index add to it."""
    matches = [item.expr for item in query.items if isinstance(item.expr, ast.Match)]
    ordered = (item.expr for item in query.order_by)
    allow(binder, query, query.where, *matches, *ordered, nested=scope.parent is not None)
    scope.clause = "WHERE"
    written = [*matches, *([] if query.where is None else [query.where])]
    conditions = refusal_of_filters(binder, query.where, scope)
    conditions += [binder.condition(condition, scope) for condition in written]
    scope.clause = ""
    searched = vector_index.searched_column(query, scope)
    if searched is not None:
        conditions.append(f"{searched.sql} IS NOT NULL")
    return " WHERE " + " AND ".join(conditions) if conditions else ""


def _rows_to_lock(query: ast.Select, scope: Scope) -> list[tuple[Source, str]]:
    """The sources whose rows FOR UPDATE locks: stored tables, where result rows are table rows."""
    if query.locking != "update" or query.distinct or scope.grouping is not None:
        return []
    stored = [source for source in scope.sources if source.table is not None and not source.table.temporary]
    return [(source, f"t{source.table.storage}") for source in stored if source.table is not None]


def _bind_keys(binder: Binder, query: ast.Select, scope: Scope) -> list[str]:
    """Bind GROUP BY and switch the scope to grouped if the query aggregates."""
    keys: list[str] = []
    if query.group_by is not None:
        scope.clause = "GROUP BY"
        expressions = [_group_key(expr, query, scope) for expr in query.group_by.keys]
        bounds = [binder.bind(expr, scope) for expr in expressions]
        scope.clause = ""
        # SQLite takes a number for the place of a result column
        keys = ["NULL" if bound.literal else binder.order_key(bound) for bound in bounds]
        scope.grouping = frozenset(bound.sql for bound in bounds) if binder.session.full_group_by else None
        scope.key_shapes = frozenset(type(expr) for expr in expressions)
    elif any(map(has_aggregate, [*query.items, *query.order_by])) or query.having is not None:
        scope.grouping = frozenset() if binder.session.full_group_by else None
    return keys


def _group_key(expr: ast.Expr, query: ast.Select, scope: Scope) -> ast.Expr:
    if isinstance(expr, ast.Literal) and expr.kind is ast.LiteralKind.INTEGER:
        return _positioned(int(str(expr.value)), query.items, "GROUP BY").expr
    if isinstance(expr, ast.Literal) and expr.kind is not ast.LiteralKind.NULL:
        raise ServerError(1149, "SQL syntax error: non-integer constant in GROUP BY")
    if isinstance(expr, ast.Column) and expr.table is None and scope.find(expr) is None:
        for item in query.items:
            if item.alias and item.alias.lower() == expr.name.lower():
                return item.expr
    return expr


def _positioned(position: int, items: Sequence[ast.SelectItem], clause: str) -> ast.SelectItem:
    if not 1 <= position <= len(items):
        raise ServerError(1149, f"SQL syntax error: {clause} position {position} is not in select list")
    return items[position - 1]


def bind_items(binder: Binder, items: Sequence[ast.SelectItem], scope: Scope) -> list[Output]:
    """Bind a select list."""
    outputs: list[Output] = []
    for item in items:
        if isinstance(item.expr, ast.Star):
            outputs += expand_star(item.expr, scope)
        else:
            bound = binder.bind(item.expr, scope)
            if isinstance(item.expr, (ast.UserVariable, ast.Parameter)):
                bound = _as_variable(binder, bound)
            elif bound.kind is Kind.INTERVAL:
                raise internal("not supported type INTERVAL")
            elif bound.kind is Kind.TUPLE:
                bound = Bound(bound.sql, Type(Kind(bound.type.members[0])))
            name = item.alias or column_name(item.expr)
            score = isinstance(item.expr, ast.Match) or bound.sql in binder.scores
            outputs.append(Output(name, bound, item.alias is not None, nullable(item.expr, scope), score))
    return outputs


def _as_variable(binder: Binder, bound: Bound) -> Bound:
    """A variable or parameter as the only thing in a column is text, whatever it holds."""
    if bound.kind is Kind.BOOL:
        return Bound(f"iif({bound.sql}, 'true', 'false')", types.TEXT)
    if bound.kind in types.VECTORS:
        shown = Bound(bound.sql, bound.type)
        return Bound(f"replace({binder.convert(shown, types.TEXT, Mode.STORE).sql}, ',', '')", types.TEXT)
    return binder.convert(bound, types.TEXT)


def expand_star(star: ast.Star, scope: Scope) -> list[Output]:
    """The columns ``*`` or ``t.*`` stands for."""
    if star.table is not None:
        columns = scope.source(star.table).columns
    elif not scope.sources:
        raise syntax_error("No tables used")
    else:
        columns = [(name, bound) for name, bound in scope.merged.items()]
        hidden = set(scope.merged)
        columns += [pair for source in scope.sources for pair in source.columns if pair[0].lower() not in hidden]
    if scope.grouping is not None:
        for name, bound in columns:
            scope.checked(bound, ast.Column(name))
    return [
        Output(name.lower(), bound, nullable=bound.origin is None or bound.origin.column.nullable)
        for name, bound in columns
    ]


def _names_output(having: ast.Expr | None, query: ast.Select, scope: Scope) -> bool:
    """Whether HAVING names a column of the result, and cannot be bound before those."""
    aliases = {item.alias.lower() for item in query.items if item.alias is not None}
    columns = [node for node in walk(having) if isinstance(node, ast.Column)] if having is not None and aliases else []
    return any(one.table is None and one.name.lower() in aliases and scope.find(one) is None for one in columns)


def _having(binder: Binder, having: ast.Expr | None, scope: Scope) -> str | None:
    if having is None:
        return None
    scope.in_having = True
    try:
        return binder.condition(having, scope)
    finally:
        scope.in_having = False


def _order_item(binder: Binder, item: ast.OrderItem, outputs: Sequence[Output], scope: Scope, *, distinct: bool) -> str:
    position = _output_position(item.expr, outputs)
    if position is None:
        bound = binder.bind(item.expr, scope)
        same = [n for n, output in enumerate(outputs) if output.bound.sql == bound.sql]
        if distinct and not same and not bound.literal:
            raise ServerError(
                1149, "SQL syntax error: for SELECT DISTINCT, ORDER BY expressions must appear in select list"
            )
        # SQLite takes a number for the place of a result column
        text = (
            "NULL"
            if bound.literal
            else binder.order_key(bound)
            if not distinct
            else _position_text(binder, outputs, same[0])
        )
    else:
        text = _position_text(binder, outputs, position)
    return f"{text} DESC" if item.descending else text


def _output_position(expr: ast.Expr, outputs: Sequence[Output]) -> int | None:
    if isinstance(expr, ast.Literal) and expr.kind not in {ast.LiteralKind.INTEGER, ast.LiteralKind.NULL}:
        raise ServerError(1149, "SQL syntax error: non-integer constant in ORDER BY")
    if isinstance(expr, ast.Literal) and expr.kind is ast.LiteralKind.INTEGER:
        position = int(str(expr.value))
        if not 1 <= position <= len(outputs):
            raise ServerError(1149, f"SQL syntax error: ORDER BY position {position} is not in select list")
        return position - 1
    if isinstance(expr, ast.Column) and expr.table is None:
        named = [n for n, output in enumerate(outputs) if output.name.lower() == expr.name.lower()]
        aliased = any(outputs[n].aliased for n in named)
        if len(named) > 1 and (aliased or len({outputs[n].bound.sql for n in named}) > 1):
            raise invalid_input(f"Column '{expr.name.lower()}' in order clause is ambiguous")
        return named[0] if named else None
    return None


def _position_text(binder: Binder, outputs: Sequence[Output], position: int) -> str:
    bound = outputs[position].bound
    if bound.kind is Kind.DECIMAL:
        return f"{position + 1} COLLATE decimal"
    return binder.order_key(bound) if bound.kind in types.VECTORS else str(position + 1)


def bind_order(binder: Binder, items: Sequence[ast.OrderItem], scope: Scope) -> str:
    """The ORDER BY of a statement without a select list."""
    keys = [binder.order_key(binder.bind(item.expr, scope)) + (" DESC" if item.descending else "") for item in items]
    return f" ORDER BY {', '.join(keys)}" if keys else ""


def bind_limit(binder: Binder, limit: ast.Limit | None, scope: Scope) -> str:
    """The LIMIT of any statement; error 1149 for a negative one."""
    if limit is None:
        return ""
    vector_index.check_rank_options(limit.rank_options)
    offset = "" if limit.offset is None else f" OFFSET {_row_count(binder, limit.offset, scope, 'OFFSET')}"
    return f" LIMIT {_row_count(binder, limit.count, scope, 'LIMIT')}{offset}"


def _row_count(binder: Binder, expr: ast.Expr, scope: Scope, clause: str) -> str:
    if isinstance(expr, ast.Subquery):
        raise ServerError(1149, f"SQL syntax error: subquery not allowed in {clause.lower()} clause")
    count = binder.bind(expr, scope)
    if count.kind is Kind.NULL:
        if isinstance(expr, ast.Literal):
            raise ServerError(1149, f"SQL syntax error: {clause} cannot be NULL")
        # of a prepared statement it sets no limit
        return "-1" if clause == "LIMIT" else "0"
    if count.literal and count.text.startswith("-"):
        raise ServerError(1149, "SQL syntax error: LIMIT must be a non-negative integer")
    if count.literal and count.kind in {Kind.DECIMAL, Kind.DOUBLE, Kind.BOOL}:
        raise ServerError(1149, "SQL syntax error: only uint64 support in LIMIT clause")
    converted = binder.convert(count, types.UBIGINT, Mode.COMPARE)
    # a number beyond SQLite's integers is no limit at all
    return converted.sql if count.kind is not Kind.UBIGINT else f"min({converted.sql}, 9223372036854775807)"


def _bind_set_operation(binder: Binder, query: ast.SetOperation, parent: Scope | None) -> BoundQuery:
    if query.all and query.operator in {"except", "minus"}:
        raise ServerError(20102, "EXCEPT/MINUS ALL clause is not yet implemented")
    left, right = bind_query(binder, query.left, parent), bind_query(binder, query.right, parent)
    if len(left.columns) != len(right.columns):
        raise syntax_error("SELECT statements have different number of columns")
    merged = [
        _united(query, n, one.bound.type, other.bound.type)
        for n, (one, other) in enumerate(zip(left.columns, right.columns, strict=True))
    ]
    if query.all and query.operator == "intersect":
        sql = _intersect_all(binder, left, right, merged)
    else:
        member = _MEMBERS[query.operator] + (" ALL" if query.all else "")
        sql = f"{_retyped(binder, left, merged)} {member} {_retyped(binder, right, merged)}"
    outputs = [
        Output(column.name, Bound(f"c{n}", type_), nullable=column.nullable or other.nullable)
        for n, (column, other, type_) in enumerate(zip(left.columns, right.columns, merged, strict=True))
    ]
    return _finish(binder, BoundQuery(sql, outputs), query, parent)


def _united(query: ast.SetOperation, position: int, one: Type, other: Type) -> Type:
    if query.operator == "grouping sets":
        return types.common([one, other])
    type_ = common_types.united(one, other)
    if type_ is None:
        raise syntax_error(f"the {position} column cann't cast to a same type")
    return type_


def _retyped(binder: Binder, query: BoundQuery, merged: Sequence[Type]) -> str:
    listed = []
    for n, (column, type_) in enumerate(zip(query.columns, merged, strict=True)):
        converted = binder.convert(Bound(f"c{n}", column.bound.type), type_)
        listed.append(f"{binder.order_key(converted) if type_.kind is Kind.DECIMAL else converted.sql} AS c{n}")
    return f"SELECT {', '.join(listed)} FROM ({query.sql})"


def _intersect_all(binder: Binder, left: BoundQuery, right: BoundQuery, merged: Sequence[Type]) -> str:
    names = ", ".join(f"c{n}" for n in range(len(merged)))
    numbered = f"SELECT {names}, row_number() OVER (PARTITION BY {names}) AS n FROM ({{}})"
    one, other = (numbered.format(_retyped(binder, query, merged)) for query in (left, right))
    return f"SELECT {names} FROM ({one} INTERSECT {other})"


def _finish(
    binder: Binder, inner: BoundQuery, query: ast.SetOperation | ast.NestedQuery | ast.Values, parent: Scope | None
) -> BoundQuery:
    """Apply ORDER BY and LIMIT to a whole query expression."""
    if not query.order_by and query.limit is None:
        return inner
    outputs = [
        replace(column, bound=Bound(f"c{n}", column.bound.type, column.bound.origin))
        for n, column in enumerate(inner.columns)
    ]
    scope = Scope(parent, aliases={output.name.lower(): output.bound for output in outputs})
    listed = ", ".join(f"c{n}" for n in range(len(outputs)))
    order = []
    for item in query.order_by:
        position = _output_position(item.expr, outputs)
        if position is None and isinstance(item.expr, ast.Column):
            raise invalid_input(f"column {item.expr.name} does not exist")
        bound = binder.bind(item.expr, scope) if position is None else outputs[position].bound
        order.append(("NULL" if bound.literal else binder.order_key(bound)) + (" DESC" if item.descending else ""))
    sql = f"SELECT {listed} FROM ({inner.sql})"
    if order:
        sql += " ORDER BY " + ", ".join(order)
    return BoundQuery(sql + bind_limit(binder, query.limit, scope), outputs)


def _bind_values(binder: Binder, query: ast.Values, parent: Scope | None) -> BoundQuery:
    scope = Scope(parent)
    rows = [[binder.bind(item, scope) for item in row.items] for row in query.rows]
    if len({len(row) for row in rows}) > 1:
        odd = next(n for n, row in enumerate(rows) if len(row) != len(rows[0]))
        raise internal(f"have different column count in row '{odd}'")
    merged = [types.common([bound.type for bound in column]) for column in zip(*rows, strict=True)]
    selects = []
    for row in rows:
        cells = (binder.convert(bound, type_).sql for bound, type_ in zip(row, merged, strict=True))
        selects.append("SELECT " + ", ".join(f"{cell} AS c{n}" for n, cell in enumerate(cells)))
    outputs = [Output(f"column_{n}", Bound(f"c{n}", type_)) for n, type_ in enumerate(merged)]
    return _finish(binder, BoundQuery(" UNION ALL ".join(selects), outputs), query, parent)
