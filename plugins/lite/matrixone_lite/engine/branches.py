"""Making and deleting branches of tables and databases, and the hidden snapshots that keep what they were made from."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from matrixone_lite.engine import clone, copies, ddl, namespace
from matrixone_lite.engine.accounts import NO_PRIVILEGE
from matrixone_lite.engine.api import Done
from matrixone_lite.engine.catalog import SYSTEM_DATABASES
from matrixone_lite.engine.dispatch import handles
from matrixone_lite.engine.errors import ServerError, internal, no_such_table, not_supported, syntax_error, unsupported
from matrixone_lite.engine.lineage import Branch, Lineage, all_branches, made_at, node_of
from matrixone_lite.engine.snapshots import moment_of
from matrixone_lite.engine.system import SYSTEM_TABLES
from matrixone_lite.sql import ast

if TYPE_CHECKING:
    from matrixone_lite.engine.catalog import Database, Table
    from matrixone_lite.engine.session import LiteSession


@handles(ast.CreateBranch)
def create_branch(session: LiteSession, statement: ast.CreateBranch) -> Done:
    """DATA BRANCH CREATE."""
    if statement.kind == "table":
        _branch_table(session, statement)
    else:
        _branch_database(session, statement)
    return Done()


def _branch_table(session: LiteSession, statement: ast.CreateBranch) -> None:
    name, hint = statement.name.name.lower(), statement.source.hint
    if (statement.name.database or session.database).lower() in SYSTEM_DATABASES:
        raise internal(NO_PRIVILEGE)
    account = clone.target_account(session, statement.to_account, "table", hint)
    at = moment_of(session, hint)
    source = _source(session, statement.source.name, at)
    clone.check_snapshot(session, hint, _database_of(session, source, at), source.name)
    target = clone.target_database(session, statement.name, account)
    if session.catalog.permanent_table(target.id, name) is not None:
        raise ServerError(1050, f"table {name} already exists")
    parted = at or _parted_now(session, source)
    _remember(session, source, copies.copy_table(session, source, at, target, name), parted, "table")


def _source(session: LiteSession, name: ast.Name, at: int | None) -> Table:
    database = namespace.current_database(session, name.database, at)
    if (database.name, name.name.lower()) in SYSTEM_TABLES:
        raise unsupported(f"branches of system tables ({database.name}.{name.name})")
    table = namespace.find_table(session, database, name.name, at)
    if table is None:
        raise syntax_error(f'table "{name.name.lower()}" does not exist')
    if table.kind in {"view", "external"}:
        raise internal(f"{database.name}.{table.name} is not BASE TABLE")
    if table.kind != "table" or table.temporary:
        raise unsupported(f"branches of {'temporary tables' if table.temporary else 'sequences'}")
    return table


def _branch_database(session: LiteSession, statement: ast.CreateBranch) -> None:
    hint = statement.source.hint
    seen = moment_of(session, hint)
    moment = session.transactions.last_committed() or session.store.now()
    pairs = clone.copy_database(
        session, ast.CloneDatabase(statement.name.name, statement.source.name.name, hint, statement.to_account)
    )
    for source, copy in pairs:
        _remember(session, source, copy, seen or moment, "database")


def _parted_now(session: LiteSession, source: Table) -> int:
    """The moment from which a branch goes its own way.

    What the open transaction has written before is in the branch, yet counts as written to the original afterwards.
    """
    seen = session.transactions.last_committed()
    known = seen is not None and made_at(session.catalog, node_of(source)) <= seen
    return seen if seen is not None and known else session.store.now()


def _remember(session: LiteSession, source: Table, copy: Table, moment: int, level: str) -> None:
    home = session.catalog.database_by_id(copy.database)
    branch = Branch(
        node_of(copy),
        node_of(source),
        moment,
        session.principal.account_id if home is None else home.account,
        level,
        str(uuid.uuid4()),
        session.principal.account,
        _database_of(session, source, moment),
        source.name,
    )
    session.catalog.put_object("branch", branch.creator, str(copy.id), branch)


def _database_of(session: LiteSession, table: Table, at: int | None) -> str:
    database = session.catalog.database_by_id(table.database, at) or session.catalog.database_by_id(table.database)
    return "" if database is None else database.name


# --- deletion --------------------------------------------------------------------------------------------------------


@handles(ast.DeleteBranch)
def delete_branch(session: LiteSession, statement: ast.DeleteBranch) -> Done:
    """DATA BRANCH DELETE."""
    if statement.kind == "table":
        _delete_table(session, statement.name)
    else:
        _delete_database(session, statement.name)
    return Done()


def _delete_table(session: LiteSession, name: ast.Name) -> None:
    database = namespace.current_database(session, name.database)
    if database.system:
        raise internal(NO_PRIVILEGE)
    table = session.catalog.permanent_table(database.id, name.name)
    if table is None:
        raise no_such_table(database.name, name.name.lower())
    _check_branches(session, database, [table])
    ddl.drop_table(session, ast.DropTable((ast.Name(table.name, database.name),)))


def _delete_database(session: LiteSession, name: ast.Name) -> None:
    database = session.catalog.require_database(session.principal.account_id, name.name)
    if database.system:
        raise internal(NO_PRIVILEGE)
    tables = [table for table in session.catalog.tables(database.id) if table.kind != "view"]
    if not tables:
        raise internal(f"DATA BRANCH DELETE target {database.name} is not an active branch database")
    _check_branches(session, database, tables)
    ddl.drop_database(session, ast.DropDatabase(database.name))


def _check_branches(session: LiteSession, database: Database, tables: list[Table]) -> None:
    lineage = Lineage(all_branches(session.catalog))
    for table in sorted(tables, key=lambda table: table.id):
        if not lineage.is_branch(table):
            raise internal(f"DATA BRANCH DELETE target {database.name}.{table.name} is not an active branch table")


# --- what else branches forbid ---------------------------------------------------------------------------------------


def check_alterable(session: LiteSession, table: Table) -> None:
    """Error 20105 where ALTER would give other columns to a branch, or to what has branches, inside a transaction."""
    if session.transactions.is_open and Lineage(all_branches(session.catalog)).has_live_branches(
        session.catalog, table
    ):
        raise not_supported("ALTER on a data-branch lineage is not supported inside an explicit transaction")
