"""What stands in FROM: tables, views, joins, derived tables, common tables, table functions, past states of tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from matrixone_lite.engine import comparison, external_files, hidden_tables, rules, types
from matrixone_lite.engine.bound import Bound, Origin
from matrixone_lite.engine.catalog import Column, Table
from matrixone_lite.engine.errors import ServerError, invalid_input, not_supported, syntax_error, unsupported
from matrixone_lite.engine.functions.registry import TABLE_FUNCTIONS
from matrixone_lite.engine.namespace import current_database
from matrixone_lite.engine.scope import Source
from matrixone_lite.engine.storage import UserFunction
from matrixone_lite.engine.system import SystemTable
from matrixone_lite.engine.temporal import utc_to_local
from matrixone_lite.engine.types import Kind
from matrixone_lite.engine.walk import walk
from matrixone_lite.sql import ast

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Sequence

    from matrixone_lite.engine.binder import Binder
    from matrixone_lite.engine.context import Context
    from matrixone_lite.engine.scope import Scope
    from matrixone_lite.engine.select import Output
    from matrixone_lite.engine.storage import Row
    from matrixone_lite.engine.types import Value

_JOINS: Final = {
    "inner": "JOIN",
    "left": "LEFT JOIN",
    "right": "RIGHT JOIN",
    "full": "FULL JOIN",
    "cross": "CROSS JOIN",
    "cross apply": "JOIN",
    "outer apply": "LEFT JOIN",
}
_ONE_SELF_REFERENCE: Final = "the recursive table must be referenced only once, and not in any subquery"


@dataclass(slots=True)
class CommonTable:
    """A table of WITH; ``recursive`` is its SQLite name while its own step is bound."""

    name: str
    columns: tuple[str, ...]
    query: ast.Query
    parent: Scope | None
    recursive: str = ""
    outputs: Sequence[Output] = ()


CommonFrame = dict[str, CommonTable]


def push_common_tables(binder: Binder, with_: ast.With, parent: Scope | None) -> CommonFrame:
    """Make the tables of WITH known until the caller removes the frame."""
    frame: CommonFrame = {}
    for table in with_.tables:
        frame[table.name.lower()] = CommonTable(table.name, table.columns, table.query, parent)
    binder.common_tables.append(frame)
    return frame


def bind_source(binder: Binder, source: ast.TableRef | None, scope: Scope) -> str:
    """Add a FROM item to the scope and return its SQLite text."""
    match source:
        case None:
            return ""
        case ast.Table():
            return _bind_table(binder, source, scope)
        case ast.Join():
            return _bind_join(binder, source, scope)
        case ast.DerivedTable():
            return _bind_derived(binder, source, scope)
        case ast.TableFunction():
            return _bind_table_function(binder, source, scope)
        case _:
            raise unsupported(type(source).__name__)


def _bind_table(binder: Binder, table: ast.Table, scope: Scope) -> str:
    name = table.name.name.lower()
    alias = (table.alias or table.name.name).lower()
    if table.name.database is None:
        if name == "dual":
            return ""
        for depth in range(len(binder.common_tables) - 1, -1, -1):
            if name in binder.common_tables[depth]:
                return _bind_common(binder, depth, binder.common_tables[depth][name], alias, scope)
    at = binder.at if table.hint is None else binder.session.moment(table.hint)
    found = binder.session.find_table(table.name, at)
    if found is None and name.startswith(hidden_tables.PREFIX):
        return _bind_hidden(binder, table.name, alias, scope, at)
    if found is None:
        raise syntax_error(f'table "{table.name.name}" does not exist')
    database, stored = found
    if isinstance(stored, SystemTable):
        return _bind_system(binder, stored, alias, scope, at)
    return _bind_stored(binder, database, stored, alias, scope, at)


def _bind_stored(binder: Binder, database: str, stored: Table, alias: str, scope: Scope, at: int | None) -> str:
    """A table, view or external table of the catalog."""
    instead = rules.query_in_place_of(binder.session, database, stored.name)
    if instead is not None:
        return _bind_rule(binder, instead, database, alias, scope)
    if stored.kind == "view":
        return _bind_view(binder, database, stored, alias, scope, at)
    if stored.kind == "external":
        return _bind_external(binder, database, stored, alias, scope)
    handle = binder.handle()
    columns = stored_columns(binder, stored, handle, alias, database)
    scope.add(Source(alias, columns, handle, stored))
    return f"{stored.physical if at is None else past_rows(stored, at)} AS {handle}"


def _bind_rule(binder: Binder, query: ast.Query, database: str, alias: str, scope: Scope) -> str:
    """The query a role reads in place of a table; inside it tables are themselves."""
    from matrixone_lite.engine.select import bind_query

    session = binder.session
    hidden, binder.common_tables = binder.common_tables, []
    session.follows_rules = False
    try:
        with session.inside(database):
            bound = bind_query(binder, query)
    finally:
        binder.common_tables = hidden
        session.follows_rules = True
    binder.reusable = False
    handle = binder.handle()
    scope.add(_outputs_as_source(binder, bound.columns, (), alias, handle))
    return f"({bound.sql}) AS {handle}"


def _bind_hidden(binder: Binder, name: ast.Name, alias: str, scope: Scope, at: int | None) -> str:
    """A table of an index."""
    session = binder.session
    database = current_database(session, name.database, at)
    hidden = hidden_tables.named(session.catalog, database, name.name, at)
    if hidden is None:
        raise syntax_error(f'table "{name.name}" does not exist')
    source = hidden.table.physical if at is None else past_rows(hidden.table, at)
    rows = lambda: hidden.rows(session.connection, source)  # noqa: E731 - read when the statement runs
    return _bind_computed(binder, (name.name, source), hidden.columns, rows, alias, scope)


def _bind_external(binder: Binder, database: str, table: Table, alias: str, scope: Scope) -> str:
    """An external table, read once by each statement."""
    session = binder.session
    read: dict[object, list[Row]] = {}

    def rows() -> list[Row]:
        moment = session.context.moment
        if moment not in read:
            read.clear()
            read[moment] = [tuple(row) for row in external_files.rows(session, table)]
        return read[moment]

    handle = binder.handle()
    name = session.connection.computed(table.storage, len(table.columns), rows)
    bounds = [
        (column.name, Bound(f"{handle}.c{n}", column.type, Origin(database, alias, table, column)))
        for n, column in enumerate(table.columns)
    ]
    scope.add(Source(alias, bounds, handle))
    return f"{name} AS {handle}"


def _bind_computed(
    binder: Binder,
    key: Hashable,
    columns: Sequence[tuple[str, types.Type]],
    rows: Callable[[], Iterable[Row]],
    alias: str,
    scope: Scope,
) -> str:
    """A table that Python gives the rows of, as SQLite keeps them."""
    handle = binder.handle()
    name = binder.session.connection.computed(key, len(columns), rows)
    bounds = []
    for n, (column, type_) in enumerate(columns):
        origin = Origin("", alias, Table(0, 0, alias), Column(0, column, type_))
        bounds.append((column, Bound(f"{handle}.c{n}", type_, origin)))
    scope.add(Source(alias, bounds, handle))
    return f"{name} AS {handle}"


def stored_columns(binder: Binder, table: Table, handle: str, alias: str, database: str) -> list[tuple[str, Bound]]:
    """The columns of a stored table under a SQLite alias."""
    columns = []
    for column in table.columns:
        sql = f"{handle}.{column.physical}"
        if column.type.kind is Kind.TIMESTAMP and not binder.session.in_utc:
            binder.reusable = False
            sql = binder.call(_LOCAL, column.type, sql).sql
        columns.append((column.name, Bound(sql, column.type, Origin(database, alias, table, column))))
    return columns


def _to_local(context: Context, text: str | None) -> Value:
    return utc_to_local(text, context.zone)


_LOCAL: Final = UserFunction("local_time", _to_local, context=True)


def past_rows(table: Table, at: int) -> str:
    """The rows a table had at a moment, as a SQLite table expression."""
    listed = ", ".join(["_id", *(column.physical for column in table.columns)])
    live = f"SELECT {listed} FROM {table.physical} WHERE _ts <= {at}"
    if table.temporary:
        return f"({live})"
    return f"({live} UNION ALL SELECT {listed} FROM {table.history} WHERE _ts <= {at} AND _end > {at})"


def _outputs_as_source(
    binder: Binder, outputs: Sequence[Output], names: Sequence[str], alias: str, handle: str
) -> Source:
    columns = []
    binder.scores.update(f"{handle}.c{n}" for n, output in enumerate(outputs) if output.score)
    for n, output in enumerate(outputs):
        name = names[n] if n < len(names) else output.name
        columns.append((name, Bound(f"{handle}.c{n}", output.bound.type, _renamed(output, alias, name))))
    return Source(alias, columns, handle)


def _renamed(output: Output, alias: str, name: str) -> Origin:
    """The origin errors and metadata show for a column of a derived table."""
    origin = output.bound.origin
    if origin is not None:
        return Origin(origin.database, alias, origin.table, origin.column)
    return Origin("", alias, Table(0, 0, alias), Column(0, name, types.NULL, output.nullable))


def _check_unique(source: Source) -> None:
    for name, bounds in source.by_name.items():
        if len(bounds) > 1:
            raise invalid_input(f"ambiguous column reference '{source.alias}.{name}'")


def _bind_derived(binder: Binder, table: ast.DerivedTable, scope: Scope) -> str:
    from matrixone_lite.engine.select import bind_query

    if table.alias is None:
        raise ServerError(1248, "Every derived table must have its own alias")
    query = bind_query(binder, table.query, scope.parent)
    handle = binder.handle()
    source = _outputs_as_source(binder, query.columns, table.columns, table.alias.lower(), handle)
    _check_unique(source)
    scope.add(source)
    return f"({query.sql}) AS {handle}"


def _bind_view(binder: Binder, database: str, view: Table, alias: str, scope: Scope, at: int | None) -> str:
    from matrixone_lite.engine.select import bind_query

    hidden, binder.common_tables = binder.common_tables, []
    present, binder.at = binder.at, at
    try:
        with binder.session.inside(view.attributes.get("database", database)):
            query = bind_query(binder, view.attributes["query"])
    finally:
        binder.common_tables = hidden
        binder.at = present
    handle = binder.handle()
    names = [column.name for column in view.columns]
    scope.add(_outputs_as_source(binder, query.columns, names, alias, handle))
    return f"({query.sql}) AS {handle}"


def _bind_common(binder: Binder, depth: int, common: CommonTable, alias: str, scope: Scope) -> str:
    from matrixone_lite.engine.select import bind_query

    handle = binder.handle()
    if common.recursive:
        scope.add(_outputs_as_source(binder, common.outputs, common.columns, alias, handle))
        return f"{common.recursive} AS {handle}"
    # a common table sees those before it and, if it is recursive, itself
    visible, binder.common_tables = binder.common_tables, binder.common_tables[: depth + 1]
    frame = dict(binder.common_tables[depth])
    binder.common_tables[depth] = {
        name: one for name, one in frame.items() if list(frame).index(name) < list(frame).index(common.name.lower())
    }
    try:
        if _refers_to(common.query, common.name.lower()):
            sql, outputs = _bind_recursive(binder, common)
        else:
            query = bind_query(binder, common.query, common.parent)
            sql, outputs = query.sql, query.columns
    finally:
        binder.common_tables[depth] = frame
        binder.common_tables = visible
        binder.common_tables[depth] = frame
    scope.add(_outputs_as_source(binder, outputs, common.columns, alias, handle))
    return f"({sql}) AS {handle}"


def _refers_to(query: ast.Query, name: str) -> bool:
    tables = (node for node in walk(query, into_queries=True) if isinstance(node, ast.Table))
    return any(table.name.database is None and table.name.name.lower() == name for table in tables)


def _deeper(limit: int, depth: int) -> int:
    if depth > limit:
        raise ServerError(20819, "recursive level out of range")
    return depth


_DEEPER: Final = UserFunction("deeper", _deeper)


def _bind_recursive(binder: Binder, common: CommonTable) -> tuple[str, Sequence[Output]]:
    from matrixone_lite.engine.select import Output, bind_query

    query = common.query
    if (
        not isinstance(query, ast.SetOperation)
        or query.operator != "union"
        or _refers_to(query.left, common.name.lower())
    ):
        raise syntax_error(
            f"In recursive query block of Recursive Common Table Expression {common.name}, {_ONE_SELF_REFERENCE}"
        )
    base = bind_query(binder, query.left, common.parent)
    common.recursive = f"r{binder.handle()}"
    common.outputs = base.columns
    binder.common_tables[-1][common.name.lower()] = common
    try:
        step_scope = ("__depth",) if query.all and isinstance(query.right, ast.Select) else ()
        limit = int(binder.session.variable_text("cte_max_recursion_depth", None))
        binder.reusable = False
        deeper = (
            binder.call(_DEEPER, types.BIGINT, str(limit), f"{common.recursive}_depth + 1").sql if step_scope else ""
        )
        step = bind_query(binder, query.right, common.parent, (deeper,) if deeper else ())
    finally:
        name, common.recursive = common.recursive, ""
    outputs = [Output(one.name, Bound(f"c{n}", one.bound.type, one.bound.origin)) for n, one in enumerate(base.columns)]
    listed = ", ".join(f"c{n}" for n in range(len(outputs)))
    depth = f"{name}_depth"
    first = f"SELECT {listed}{', 0' if deeper else ''} FROM ({base.sql})"
    header = f"{name}({listed}{', ' + depth if deeper else ''})"
    member = "UNION ALL" if query.all else "UNION"
    return f"WITH RECURSIVE {header} AS ({first} {member} {step.sql}) SELECT {listed} FROM {name}", outputs


def _bind_system(binder: Binder, table: SystemTable, alias: str, scope: Scope, at: int | None) -> str:
    from matrixone_lite.engine.system import rows_as_json

    if at is not None and not table.looks_back:
        raise unsupported(f"the past of {table.database}.{table.name}")
    handle = binder.handle()
    columns = []
    for n, (name, type_) in enumerate(table.columns):
        origin = Origin(table.database, alias, Table(0, 0, table.name), Column(0, name, type_))
        columns.append((name, Bound(f"({handle}.value ->> {n})", type_, origin)))
    scope.add(Source(alias, columns, handle))
    return f"json_each({binder.parameters.add(rows_as_json(table, at))}) AS {handle}"


def _bind_table_function(binder: Binder, call: ast.TableFunction, scope: Scope) -> str:
    found = TABLE_FUNCTIONS.get(call.name)
    if found is None:
        raise not_supported(f"table function '{call.name}' not supported")
    arguments = [binder.bind(argument, scope) for argument in call.args]
    handle = binder.handle()
    alias = (call.alias or call.name).lower()
    columns = []
    for n, (name, type_) in enumerate(found.columns([argument.type for argument in arguments])):
        shown = call.columns[n] if n < len(call.columns) else name
        origin = Origin("", alias, Table(0, 0, alias), Column(0, shown, type_))
        value = f"({handle}.value ->> {n})"
        columns.append((shown, Bound(f"unhex{value}" if type_.kind in types.BYTES else value, type_, origin)))
    scope.add(Source(alias, columns, handle))
    rows = binder.call(found.rows, types.JSON, *(argument.sql for argument in arguments))
    return f"json_each({rows.sql}) AS {handle}"


def _bind_join(binder: Binder, join: ast.Join, scope: Scope) -> str:
    from matrixone_lite.engine.fulltext.binding import refusal_of_filters

    left = bind_source(binder, join.left, scope)
    before = len(scope.sources)
    right = bind_source(binder, join.right, scope)
    if not left or not right:
        return left or right
    if isinstance(join.right, ast.Join):
        right = f"({right})"
    conditions = _merge_columns(binder, join, scope, before)
    if join.condition is not None:
        scope.clause = "ON"
        conditions += refusal_of_filters(binder, join.condition, scope)
        conditions.append(binder.condition(join.condition, scope))
        scope.clause = ""
    word = _JOINS[join.kind]
    if conditions and word == "CROSS JOIN":
        word = "JOIN"
    text = f"{left} {word} {right}"
    if conditions:
        return f"{text} ON {' AND '.join(conditions)}"
    return f"{text} ON TRUE" if word in {"LEFT JOIN", "RIGHT JOIN", "FULL JOIN"} else text


def _merge_columns(binder: Binder, join: ast.Join, scope: Scope, before: int) -> list[str]:
    """The equalities of USING or NATURAL; their columns become one."""
    left, right = scope.sources[:before], scope.sources[before:]
    names = [name.lower() for name in join.using]
    if join.natural:
        offered = {name for source in right for name in source.by_name}
        names = [name.lower() for source in left for name, _ in source.columns if name.lower() in offered]
    conditions = []
    for name in names:
        one, other = scope.merged.get(name) or _in(left, name), _in(right, name)
        conditions.append(comparison.compare(binder, "=", one, other).sql)
        if join.kind == "right":
            scope.merged[name] = other
        elif join.kind == "full":
            scope.merged[name] = Bound(f"coalesce({one.sql}, {other.sql})", one.type)
        else:
            scope.merged[name] = one
    return conditions


def _in(sources: Sequence[Source], name: str) -> Bound:
    for source in sources:
        if name in source.by_name:
            return source.by_name[name][0]
    raise invalid_input(f"column {name} does not exist")
