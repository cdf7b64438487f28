"""CREATE and DROP of databases, tables, indexes and views; TRUNCATE and RENAME."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from matrixone_lite.engine import blueprint, physical, types
from matrixone_lite.engine.api import Done
from matrixone_lite.engine.catalog import SYSTEM_DATABASES, Column, Database, Table
from matrixone_lite.engine.dispatch import handles
from matrixone_lite.engine.errors import (
    ServerError,
    internal,
    invalid_input,
    no_such_table,
    not_supported,
    unknown_database,
)
from matrixone_lite.engine.fulltext.numbering import reset_words
from matrixone_lite.engine.insert import Insertion
from matrixone_lite.engine.lineage import begin_anew
from matrixone_lite.engine.namespace import current_database, find_table
from matrixone_lite.engine.plans import compile_query
from matrixone_lite.engine.routines import drop_functions
from matrixone_lite.engine.targets import refuse_system_table
from matrixone_lite.engine.types import Kind
from matrixone_lite.engine.walk import walk
from matrixone_lite.sql import ast

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matrixone_lite.engine.plans import Plan
    from matrixone_lite.engine.session import LiteSession
    from matrixone_lite.engine.types import Value


# --- databases -------------------------------------------------------------------------------------------------------


@handles(ast.CreateDatabase)
def create_database(session: LiteSession, statement: ast.CreateDatabase) -> Done:
    """CREATE DATABASE."""
    name = check_database_name(statement.name)
    if session.catalog.database(session.principal.account_id, name) is not None:
        if statement.if_not_exists:
            return Done(1)
        raise ServerError(1007, f"database {name} already exists")
    add_database(session, name)
    return Done(1)


def check_database_name(name: str) -> str:
    """A name for a new database, in lower case."""
    if not name.strip() or " " in name:
        raise internal("invalid input")
    return name.lower()


def add_database(session: LiteSession, name: str, publisher: tuple[int, str] | None = None) -> Database:
    """Add a database to the catalog."""
    database = Database(session.catalog.next_id(), session.principal.account_id, name, session.store.now(), publisher)
    session.catalog.add_database(database)
    return database


@handles(ast.DropDatabase)
def drop_database(session: LiteSession, statement: ast.DropDatabase) -> Done:
    """DROP DATABASE."""
    name = statement.name.lower()
    database = session.catalog.database(session.principal.account_id, name)
    if database is None:
        if statement.if_exists:
            return Done()
        raise ServerError(1008, f"Can't drop database '{name}'; database doesn't exist")
    if database.system:
        raise internal("do not have privilege to execute the statement")
    if session.database == name:
        # a failing DROP DATABASE unselects it, too
        session.context.database = ""
    _check_not_publishing(session, database)
    tables = session.catalog.tables(database.id)
    inside = {table.id for table in tables}
    if session.variables.number("foreign_key_checks"):
        for table in tables:
            if any(child.id not in inside for child, _ in session.catalog.children(table)):
                raise internal(f"can not drop database '{name}'. It has been referenced by foreign keys")
    for table in tables:
        session.catalog.drop_table(table)
    session.catalog.drop_database(database)
    drop_functions(session.catalog, database.account, database.name)
    return Done(len(tables))


def _check_not_publishing(session: LiteSession, database: Database) -> None:
    for publication in session.catalog.objects("publication", database.account):
        if publication.database == database.name:
            raise internal(f"can not drop database '{database.name}' which is publishing")


# --- tables ----------------------------------------------------------------------------------------------------------


def writable_database(session: LiteSession, name: ast.Name, action: str) -> Database:
    """The database a statement creates or drops something in."""
    database = current_database(session, name.database)
    if database.publisher is not None:
        raise internal(f"cannot {action} in subscription database")
    if database.system:
        raise internal("do not have privilege to execute the statement")
    return database


@handles(ast.CreateTable)
def create_table(session: LiteSession, statement: ast.CreateTable) -> Done:
    """CREATE TABLE, also AS SELECT and TEMPORARY."""
    database = writable_database(session, statement.name, "create table")
    occupied = False
    if taken(session, database, statement.name.name, temporary=statement.temporary):
        if statement.if_not_exists:
            return Done()
        occupied = True
    if statement.query is not None:
        _check_source(statement.query)
    plan = None if statement.query is None else compile_query(session, statement.query)
    columns = [] if plan is None else columns_of(plan)
    table = blueprint.define_table(session, statement, session.catalog.next_id(), database.id, columns)
    if occupied:
        raise ServerError(1050, f"table {table.name} already exists")
    install(session, table)
    return Done() if plan is None else Done(_fill(session, table, plan))


def _check_source(query: ast.Query) -> None:
    """AS SELECT from a snapshot is beyond the server; from a moment it is not."""
    for node in walk(query, into_queries=True):
        if isinstance(node, ast.TimeTravel) and node.kind is ast.HintKind.SNAPSHOT:
            raise internal("panic not supported in internal sql executor: ")


def taken(session: LiteSession, database: Database, name: str, *, temporary: bool = False) -> bool:
    """Whether a table of that name is in the way."""
    if not temporary:
        return session.catalog.permanent_table(database.id, name) is not None
    table = session.catalog.table(database.id, name)
    return table is not None and table.temporary


def columns_of(plan: Plan) -> list[Column]:
    """The columns AS SELECT or CREATE VIEW derives from a query."""
    columns = []
    for n, output in enumerate(plan.outputs):
        origin = output.bound.origin
        plain = origin is not None and origin.table.id
        default = origin.column.default if origin is not None and plain else None
        type_ = output.bound.type if output.bound.kind is not Kind.NULL else types.TEXT
        columns.append(Column(n + 1, output.name, type_, output.nullable, default))
    return columns


def _fill(session: LiteSession, table: Table, plan: Plan) -> int:
    names = [output.name.lower() for output in plan.outputs]
    columns = [table.by_name[name] for name in names]
    rows: list[Sequence[Value]] = list(plan.fetch(session))
    insertion = Insertion(session, table, ast.Insert(ast.Table(ast.Name(table.name))))
    return insertion.insert_stored(columns, [output.bound.type for output in plan.outputs], rows)


def install(session: LiteSession, table: Table) -> None:
    """Create a table and tie the foreign keys that were waiting for it."""
    physical.create_storage(session, table)
    session.catalog.add_table(table)
    if table.temporary:
        return
    for child in session.catalog.tables(table.database):
        if any(key.parent == 0 and key.parent_name == table.name for key in child.foreign_keys):
            keys = tuple(
                replace(key, parent=table.id) if key.parent == 0 and key.parent_name == table.name else key
                for key in child.foreign_keys
            )
            session.catalog.replace_table(child.with_changes(foreign_keys=keys))


@handles(ast.CreateTableLike)
def create_table_like(session: LiteSession, statement: ast.CreateTableLike) -> Done:
    """CREATE TABLE … LIKE."""
    database = writable_database(session, statement.name, "create table")
    if taken(session, database, statement.name.name, temporary=statement.temporary):
        if statement.if_not_exists:
            return Done()
        raise ServerError(1050, f"table {statement.name.name.lower()} already exists")
    source_database = current_database(session, statement.like.database)
    source = find_table(session, source_database, statement.like.name)
    if source is None:
        raise no_such_table(source_database.name, statement.like.name)
    identity = session.catalog.next_id()
    install(
        session,
        source.with_changes(
            id=identity,
            storage=identity,
            database=database.id,
            name=statement.name.name.lower(),
            temporary=statement.temporary,
            foreign_keys=(),
            created=session.store.now(),
            attributes={**source.attributes, "text": session.statement_text},
        ),
    )
    return Done()


@handles(ast.DropTable)
def drop_table(session: LiteSession, statement: ast.DropTable) -> Done:
    """DROP TABLE."""
    going = []
    for name in statement.names:
        database = current_database(session, name.database)
        if database.publisher is not None:
            raise internal(f"can not drop subscription table {name.name}")
        table = session.catalog.table(database.id, name.name)
        if table is None or table.kind == "view":
            if not statement.if_exists:
                raise no_such_table(database.name, name.name)
        elif table.kind == "sequence":
            raise internal("Should use 'drop sequence' to drop a sequence")
        else:
            going.append(table)
    for table in going:
        check_unreferenced(session, table, "drop")
    for table in going:
        remove(session, table)
    return Done()


def check_unreferenced(session: LiteSession, table: Table, action: str) -> None:
    """Error 20101 while a foreign key of another table points at ``table``."""
    others = [child for child, _ in session.catalog.children(table) if child.id != table.id]
    if others and session.variables.number("foreign_key_checks"):
        raise internal(f"can not {action} table '{table.name}' referenced by some foreign key constraint")


def remove(session: LiteSession, table: Table) -> None:
    """Drop a table."""
    session.catalog.drop_table(table)
    physical.drop_storage(session, table)


@handles(ast.TruncateTable)
def truncate(session: LiteSession, statement: ast.TruncateTable) -> Done:
    """TRUNCATE TABLE."""
    database = current_database(session, statement.name.database)
    if database.publisher is not None:
        raise internal(f"can not truncate table '{statement.name.name}' which is published by other account")
    table = session.catalog.table(database.id, statement.name.name)
    if table is None or table.temporary or table.kind not in {"table", "external"}:
        raise no_such_table(database.name, statement.name.name)
    if table.kind == "external":  # which the server leaves as it is
        return Done()
    check_unreferenced(session, table, "truncate")
    physical.end_rows(session, table)
    begin_anew(session, table)
    session.store.counters.reset(f"auto {table.id}", int(table.attributes.get("auto_increment", 1)))
    reset_words(session, table)
    return Done()


@handles(ast.RenameTable)
def rename(session: LiteSession, statement: ast.RenameTable) -> Done:
    """RENAME TABLE."""
    for old, new in statement.renames:
        database = writable_database(session, old, "alter table")
        table = session.catalog.table(database.id, old.name)
        if table is None:
            raise no_such_table(database.name, old.name)
        rename_table(session, table, new)
    return Done()


def rename_table(session: LiteSession, table: Table, new: ast.Name) -> Table:
    """Give a table another name, perhaps in another database."""
    database = session.catalog.database_by_id(table.database)
    if new.database is not None:
        database = current_database(session, new.database)
    if database is None:
        raise unknown_database(str(new.database))
    if taken(session, database, new.name):
        raise ServerError(1050, f"table {new.name.lower()} already exists")
    renamed = table.with_changes(name=new.name.lower(), database=database.id)
    session.catalog.replace_table(renamed)
    return renamed


# --- indexes ---------------------------------------------------------------------------------------------------------


def table_to_alter(session: LiteSession, name: ast.Name, action: str = "alter table") -> Table:
    """The table whose definition a statement changes; ``action`` names that where it is impossible."""
    if (name.database or session.database).lower() in SYSTEM_DATABASES:
        refuse_system_table(session, current_database(session, name.database), name.name)
        raise no_such_table(str(name.database or session.database).lower(), name.name)
    database = writable_database(session, name, action)
    table = session.catalog.table(database.id, name.name)
    if table is None or table.kind == "view":
        raise no_such_table(database.name, name.name)
    if table.kind == "external":
        what = "create index on" if action == "create index" else "insert/update/delete from"
        raise invalid_input(f"cannot {what} external table")
    return table


@handles(ast.CreateIndex)
def create_index(session: LiteSession, statement: ast.CreateIndex) -> Done:
    """CREATE INDEX."""
    table = table_to_alter(session, statement.table, "create index")
    add_index(session, table, statement.index)
    return Done()


def add_index(session: LiteSession, table: Table, written: ast.Index) -> Table:
    """Add an index to a table that may have rows."""
    check_gate(session, table, written)
    index = blueprint.define_index(written, table)
    changed = blueprint.add_index(table, index)
    physical.create_index(session, changed, index)
    session.catalog.replace_table(changed)
    return changed


def check_gate(session: LiteSession, table: Table, written: ast.Index) -> None:
    """Refuse an HNSW index unless it is enabled and the key is a BIGINT."""
    if written.using != "hnsw":
        return
    if not session.variables.number("experimental_hnsw_index"):
        raise internal("experimental_hnsw_index is not enabled")
    key = table.primary_key
    if key is not None and (
        len(key.columns) != 1 or table.by_name[key.columns[0].lower()].type.kind is not Kind.BIGINT
    ):
        raise internal("type of primary key must be bigint")


@handles(ast.DropIndex)
def drop_index(session: LiteSession, statement: ast.DropIndex) -> Done:
    """DROP INDEX."""
    table = table_to_alter(session, statement.table)
    index = next(
        (one for one in table.indexes if one.name.lower() == statement.name.lower() and one.kind != "primary"), None
    )
    if index is None:
        raise internal(f"not found index: {statement.name}")
    physical.drop_index(session, table, index)
    session.catalog.replace_table(table.with_changes(indexes=tuple(one for one in table.indexes if one is not index)))
    return Done()


# --- views -----------------------------------------------------------------------------------------------------------


@handles(ast.CreateView)
def create_view(session: LiteSession, statement: ast.CreateView) -> Done:
    """CREATE [OR REPLACE] VIEW."""
    database = writable_database(session, statement.name, "create view")
    found = session.catalog.permanent_table(database.id, statement.name.name)
    if found is not None and not (statement.or_replace and found.kind == "view"):
        if statement.if_not_exists:
            return Done()
        raise ServerError(1050, f"table {statement.name.name.lower()} already exists")
    view = _define_view(session, database, statement)
    if found is not None:
        session.catalog.drop_table(found)
    session.catalog.add_table(view)
    return Done()


def _define_view(session: LiteSession, database: Database, statement: ast.CreateView | ast.AlterView) -> Table:
    columns = columns_of(compile_query(session, statement.query))
    if statement.columns:
        columns = [replace(column, name=name) for column, name in zip(columns, statement.columns, strict=False)]
    text = statement.text
    if isinstance(statement, ast.AlterView):
        text = f"create view {statement.name.name} as {statement.definition}"
    attributes = {"text": text, "query": statement.query, "database": session.database or database.name}
    return Table(
        session.catalog.next_id(),
        database.id,
        statement.name.name.lower(),
        kind="view",
        columns=tuple(columns),
        created=session.store.now(),
        attributes=attributes,
    )


@handles(ast.AlterView)
def alter_view(session: LiteSession, statement: ast.AlterView) -> Done:
    """ALTER VIEW."""
    database = writable_database(session, statement.name, "alter view")
    found = session.catalog.permanent_table(database.id, statement.name.name)
    if found is None or found.kind != "view":
        if statement.if_exists:
            return Done()
        raise ServerError(1356, f"invalid view '{database.name}.{statement.name.name}'")
    view = _define_view(session, database, statement)
    session.catalog.drop_table(found)
    session.catalog.add_table(view)
    return Done()


@handles(ast.DropView)
def drop_view(session: LiteSession, statement: ast.DropView) -> Done:
    """DROP VIEW."""
    name, *others = statement.names
    if others:
        raise not_supported(f"drop multiple ({len(statement.names)}) view")
    database = current_database(session, name.database)
    found = session.catalog.permanent_table(database.id, name.name)
    if found is None or found.kind != "view":
        if statement.if_exists and found is None:
            return Done()
        raise ServerError(1356, f"invalid view '{database.name}.{name.name}'")
    session.catalog.drop_table(found)
    return Done()
