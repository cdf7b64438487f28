"""UPDATE and DELETE, of one table or of joins."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from matrixone_lite.engine.api import Done
from matrixone_lite.engine.binder import Binder
from matrixone_lite.engine.changes import Writer
from matrixone_lite.engine.convert import Mode
from matrixone_lite.engine.dispatch import handles
from matrixone_lite.engine.errors import ServerError, internal, invalid_input, not_supported
from matrixone_lite.engine.fulltext.binding import allow
from matrixone_lite.engine.lineage import begin_anew
from matrixone_lite.engine.namespace import current_database
from matrixone_lite.engine.plans import make_plan
from matrixone_lite.engine.returning import check_returning, returned
from matrixone_lite.engine.rows import Defaults, to_stored
from matrixone_lite.engine.scope import Scope
from matrixone_lite.engine.select import bind_limit, bind_order
from matrixone_lite.engine.sources import bind_source, push_common_tables
from matrixone_lite.engine.targets import refuse_system_table, target_table
from matrixone_lite.engine.used_targets import UsedTargets, name_of, named_tables
from matrixone_lite.sql import ast

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matrixone_lite.engine.api import Rows
    from matrixone_lite.engine.catalog import Column, Table
    from matrixone_lite.engine.scope import Source
    from matrixone_lite.engine.session import LiteSession
    from matrixone_lite.engine.storage import Row


@dataclass(slots=True)
class _Target:
    """One table a statement changes; ``first`` is where its id and values begin in the rows found."""

    source: Source
    table: Table
    first: int = 0
    assigned: list[tuple[int, int | Any]] = field(default_factory=list)


def _check_targets_exist(session: LiteSession, reference: ast.TableRef | None, common: set[str]) -> None:
    for table in named_tables(reference):
        if table.name.database is not None or table.name.name.lower() not in common:
            target = table.name
            if session.find_table(target) is None:
                target_table(session, target)


class _Finder:
    """Finds the rows of an UPDATE or DELETE."""

    def __init__(
        self,
        session: LiteSession,
        statement: ast.Update | ast.Delete,
        reference: ast.TableRef,
        extra: ast.TableRef | None = None,
    ) -> None:
        self.session = session
        self.statement = statement
        self.binder = Binder(session)
        self.scope = Scope()
        common: set[str] = set()
        if statement.with_ is not None:
            push_common_tables(self.binder, statement.with_, None)
            common = {table.name.lower() for table in statement.with_.tables}
        _check_targets_exist(session, reference, common)
        self.from_ = bind_source(self.binder, reference, self.scope)
        self._targets_end = len(self.scope.sources)
        if extra is not None:
            self.from_ += ", " + bind_source(self.binder, extra, self.scope)

    def target(self, source: Source, names: Sequence[ast.Table]) -> _Target:
        """A source as the table to change; error 20101 when it is none."""
        written = next((one.name for one in names if name_of(one) == source.alias), None)
        if source.table is None or written is None:
            if written is not None:
                database = current_database(self.session, written.database)
                refuse_system_table(self.session, database, written.name)
                stored = self.session.catalog.table(database.id, written.name)
                if stored is not None and stored.kind == "external":
                    target_table(self.session, written)
            raise internal(f"the target table {source.alias} of the UPDATE is not updatable")
        _, table = target_table(self.session, written)
        return _Target(source, table)

    def fetch(self, listed: Sequence[str]) -> list[Row]:
        """Run the search for SQLite expressions of the rows."""
        where = ""
        if self.statement.where is not None:
            allow(self.binder, self.statement, self.statement.where)
            self.scope.clause = "WHERE"
            where = f" WHERE {self.binder.condition(self.statement.where, self.scope)}"
            self.scope.clause = ""
        order = bind_order(self.binder, self.statement.order_by, self.scope)
        limit = bind_limit(self.binder, self.statement.limit, self.scope)
        plan = make_plan(self.binder, f"SELECT {', '.join(listed)} FROM {self.from_}{where}{order}{limit}", ())
        return plan.fetch(self.session)


@handles(ast.Update)
def update(session: LiteSession, statement: ast.Update) -> Done | Rows:
    """Run UPDATE."""
    finder = _Finder(session, statement, statement.target, statement.source)
    names = named_tables(statement.target)
    if statement.returning and (len(names) > 1 or not isinstance(statement.target, ast.Table) or statement.source):
        raise not_supported("DML RETURNING does not support multi-table UPDATE")
    targets: dict[str, _Target] = {}
    listed: list[str] = []
    bounds: list[str] = []
    assigned = [_assigned_column(finder, names, assignment.column) for assignment in statement.assignments]
    for source, _ in assigned:
        targets.setdefault(source.alias, finder.target(source, names))
    UsedTargets(session, {target.table.id: alias for alias, target in targets.items()}).refuse_in(statement)
    for assignment, (source, column) in zip(statement.assignments, assigned, strict=True):
        target = targets[source.alias]
        position = target.table.columns.index(column)
        _check_key_is_free(target.table, column)
        if isinstance(assignment.value, ast.Default):
            target.assigned.append((position, Defaults(session).value(column)))
            continue
        bound = finder.binder.convert(finder.binder.bind(assignment.value, finder.scope), column.type, Mode.STORE)
        target.assigned.append((position, _Found(len(bounds))))
        bounds.append(bound.sql)
    for target in targets.values():
        if statement.returning:
            check_returning(target.table, statement)
        target.first = len(listed)
        listed += [
            f"{target.source.handle}._id",
            *(f"{target.source.handle}.{column.physical}" for column in target.table.columns),
        ]
    rows = finder.fetch([*listed, *bounds])
    affected = 0
    for target in targets.values():
        ids = _apply_update(session, target, rows, len(listed))
        affected += len(ids)
        if statement.returning:
            return returned(session, target.table, session.database, statement.returning, ids, target.source.alias)
    return Done(affected)


def _check_key_is_free(table: Table, column: Column) -> None:
    key = table.primary_key
    if key is None or column.name not in key.columns:
        return
    if any(index.kind in {"fulltext", "ivfflat"} and "async" not in dict(index.options) for index in table.indexes):
        raise ServerError(
            20313, "unsupported DML: update primary key on a table with a synchronous full-text/vector index"
        )


@dataclass(frozen=True, slots=True)
class _Found:
    """A new value that comes with the rows, at ``position`` after the old ones."""

    position: int


def _assigned_column(finder: _Finder, names: Sequence[ast.Table], written: ast.Column) -> tuple[Source, Column]:
    name = written.name.lower()
    for source in finder.scope.sources:
        if written.table is not None and source.alias != written.table.lower():
            continue
        if source.table is None and name in source.by_name:
            finder.target(source, names)
        if source.table is not None and name in source.table.by_name:
            return source, source.table.by_name[name]
    raise internal(f"column '{written.name}' not found in table")


def _apply_update(session: LiteSession, target: _Target, rows: Sequence[Row], width: int) -> list[int]:
    table, first, count = target.table, target.first, len(target.table.columns)
    touched = {position for position, _ in target.assigned}
    automatic = [
        (n, column) for n, column in enumerate(table.columns) if column.on_update is not None and n not in touched
    ]
    now = [(n, _on_update_value(session, column)) for n, column in automatic]
    changes: dict[int, tuple[int, list[Any], list[Any]]] = {}
    for row in rows:
        identity = row[first]
        if identity is None or identity in changes:
            continue
        old = list(row[first + 1 : first + 1 + count])
        new = list(old)
        for position, value in target.assigned:
            given = row[width + value.position] if isinstance(value, _Found) else value
            new[position] = to_stored(session, table.columns[position].type, given)
        for position, value in now:
            new[position] = value
        changes[identity] = (identity, old, new)
    Writer(session, table).update(list(changes.values()))
    return list(changes)


def _on_update_value(session: LiteSession, column: Column) -> Any:
    return to_stored(session, column.type, Defaults(session).value(replace(column, default=column.on_update)))


@handles(ast.Delete)
def delete(session: LiteSession, statement: ast.Delete) -> Done | Rows:
    """Run DELETE."""
    source = statement.source
    if isinstance(source, ast.Table) and statement.where is None and statement.limit is None:
        source = replace(source, hint=None)  # all rows are those of the present
    finder = _Finder(session, statement, source)
    names = named_tables(source)
    if statement.targets:
        sources = [_named_source(finder.scope, name) for name in statement.targets]
    else:
        sources = finder.scope.sources[:1]
    targets = [finder.target(source, names) for source in sources]
    UsedTargets(session, {target.table.id: None for target in targets}).refuse_in(statement)
    if statement.returning:
        check_returning(targets[0].table, statement)
        if targets[0].table.foreign_keys or session.catalog.children(targets[0].table):
            raise not_supported("DML RETURNING does not support legacy DELETE path")
    rows = finder.fetch([f"{target.source.handle}._id" for target in targets])
    result: Rows | None = None
    affected = 0
    for n, target in enumerate(targets):
        ids = list(dict.fromkeys(row[n] for row in rows if row[n] is not None))
        if statement.returning:
            result = returned(session, target.table, session.database, statement.returning, ids, target.source.alias)
        wholesale = statement.where is None and statement.limit is None and len(targets) == 1
        affected += Writer(session, target.table).delete(ids, wholesale=wholesale)
        if wholesale and not session.catalog.children(target.table):
            begin_anew(session, target.table)
    return result or Done(affected)


def _named_source(scope: Scope, name: ast.Name) -> Source:
    for source in scope.sources:
        if source.alias == name.name.lower():
            return source
    raise invalid_input(f"missing FROM-clause entry for table '{name.name}'")
