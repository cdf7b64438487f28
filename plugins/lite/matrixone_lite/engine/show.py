"""SHOW and DESC of what is inside databases."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from matrixone_lite.engine import definition, external_files, reflect
from matrixone_lite.engine.api import Rows
from matrixone_lite.engine.dispatch import handler_of, handles
from matrixone_lite.engine.errors import ServerError, internal, no_such_table, unknown_database
from matrixone_lite.engine.listing import BIGINT, CHAR, INT, TIMESTAMP, VARCHAR, Listing, columns
from matrixone_lite.engine.namespace import current_database, find_table, visible_tables
from matrixone_lite.engine.printer import quoted
from matrixone_lite.engine.reflect import described_columns, index_rows, timestamp_text
from matrixone_lite.engine.snapshots import moment_of
from matrixone_lite.sql import ast
from matrixone_lite.sql.lexer import MANUAL

if TYPE_CHECKING:
    from matrixone_lite.engine.catalog import Database, Table
    from matrixone_lite.engine.publications import Publication
    from matrixone_lite.engine.session import LiteSession
    from matrixone_lite.engine.types import Value

_PRIVILEGES: Final = "select,insert,update,references"
_INDEX_COLUMNS: Final = (
    ("Table", VARCHAR),
    ("Non_unique", BIGINT),
    ("Key_name", VARCHAR),
    ("Seq_in_index", INT),
    ("Column_name", VARCHAR),
    ("Collation", VARCHAR),
    ("Cardinality", BIGINT),
    *columns("Sub_part", "Packed", "Null", "Index_type"),
    ("Comment", CHAR),
    *columns("Index_comment", "Index_params", "Visible", "Expression"),
)
_STATUS_COLUMNS: Final = (
    *columns("Name", "Engine", "Row_format"),
    *columns("Rows", "Avg_row_length", "Data_length", "Max_data_length", "Index_length", shape=BIGINT),
    ("Data_free", VARCHAR),
    ("Auto_increment", BIGINT),
    ("Create_time", TIMESTAMP),
    *columns("Update_time", "Check_time", "Collation", "Checksum"),
    ("Create_options", CHAR),
    ("Comment", VARCHAR),
    ("Role_id", INT),
    ("Role_name", VARCHAR),
)


@handles(ast.ShowDatabases)
def show_databases(session: LiteSession, statement: ast.ShowDatabases) -> Rows:
    """SHOW DATABASES."""
    at = moment_of(session, statement.hint)
    databases = session.catalog.databases(session.principal.account_id, at)
    listing = Listing(columns("Database"), sorted([database.name] for database in databases))
    return listing.filtered(session, statement.like, statement.where)


@handles(ast.ShowTables)
def show_tables(session: LiteSession, statement: ast.ShowTables) -> Rows:
    """SHOW [FULL] TABLES."""
    at = moment_of(session, statement.hint)
    database = current_database(session, statement.database, at)
    rows = [[name, kind] for name, kind in visible_tables(session, database, at)]
    heads = columns(f"Tables_in_{database.name}", "Table_type")
    listing = Listing(heads, rows) if statement.full else Listing(heads[:1], [row[:1] for row in rows])
    return listing.filtered(session, statement.like, statement.where)


@handles(ast.ShowColumns)
def show_columns(session: LiteSession, statement: ast.ShowColumns) -> Rows:
    """SHOW [FULL] COLUMNS."""
    return _columns(session, statement)


def _columns(session: LiteSession, statement: ast.ShowColumns) -> Rows:
    rows = [list(row) for row in described_columns(session, statement.table)]
    heads = ["Field", "Type", "Null", "Key", "Default", "Extra", "Comment"]
    if statement.full:
        heads[2:2], heads[-1:] = ["Collation"], ["Privileges", "Comment"]
        for row in rows:
            row[2:2], row[-1:] = [None], [_PRIVILEGES, row[-1]]
    return Listing(columns(*heads, shape=CHAR), rows).filtered(session, statement.like, statement.where)


@handles(ast.Describe)
def describe(session: LiteSession, statement: ast.Describe) -> Rows:
    """DESC; the server ignores a column named after the table."""
    return _columns(session, ast.ShowColumns(statement.table))


@handles(ast.ShowIndex)
def show_index(session: LiteSession, statement: ast.ShowIndex) -> Rows:
    """SHOW INDEX."""
    _, table = _required_table(session, statement.table)
    return Listing(_INDEX_COLUMNS, list(index_rows(table))).where(session, statement.where).result()


@handles(ast.ShowTableStatus)
def show_table_status(session: LiteSession, statement: ast.ShowTableStatus) -> Rows:
    """SHOW TABLE STATUS."""
    database = current_database(session, statement.database, None)
    rows: list[list[Value]] = []
    for table in session.catalog.tables(database.id):
        made = timestamp_text(table.created)
        if table.kind == "view":
            rows.append([table.name, *[None] * 9, made, *[None] * 5, "VIEW", 0, "moadmin"])
        elif table.kind != "sequence":
            count = session.row_count_of(table)
            numbers = (count, 0, 0, 0, 0, "NULL", 0, made)
            texts = ("NULL", "NULL", "utf8mb4_bin", "NULL", "", table.comment, 0, "moadmin")
            rows.append([table.name, "Tae", "Dynamic", *numbers, *texts])
    return Listing(_STATUS_COLUMNS, rows).filtered(session, statement.like, statement.where)


@handles(ast.ShowCreate)
def show_create(session: LiteSession, statement: ast.ShowCreate) -> Rows:
    """SHOW CREATE {DATABASE | TABLE | VIEW | PUBLICATION}."""
    match statement.what:
        case "database":
            return _create_database(session, statement)
        case "publication":
            return _create_publication(session, statement.name.name)
        case _:
            return _create_table(session, statement)


def _create_database(session: LiteSession, statement: ast.ShowCreate) -> Rows:
    at = moment_of(session, statement.hint)
    database = session.catalog.database(session.principal.account_id, statement.name.name, at)
    if database is None:
        raise unknown_database(statement.name.name)
    text = f"CREATE DATABASE {quoted(database.name)}"
    if database.publisher is not None:
        account, name = database.publisher
        publisher = next(item.name for item in session.catalog.objects("account", 0) if item.id == account)
        text = f"create database {database.name} from {publisher} publication {name}"
    return Listing(columns("Database", "Create Database"), [[database.name, text]]).result()


def _create_publication(session: LiteSession, name: str) -> Rows:
    found: Publication | None = session.catalog.object("publication", session.principal.account_id, name.lower())
    rows = [] if found is None else [[found.name, found.definition]]
    return Listing(columns("Publication", "Create Publication"), rows).result()


def _create_table(session: LiteSession, statement: ast.ShowCreate) -> Rows:
    at = moment_of(session, statement.hint)
    _, table = _required_table(session, statement.name, at)
    if table.kind == "view":
        heads = columns("View", "Create View", "character_set_client", "collation_connection")
        text = str(table.attributes["text"])
        return Listing(heads, [[table.name, text, "utf8mb4", "utf8mb4_general_ci"]]).result()
    if statement.what == "view":
        raise internal(f"{table.name} is not VIEW")
    if not definition.can_be_shown(table):
        raise ServerError(1105, f"{MANUAL}syntax error at line 2")
    text = definition.create_table(table, reflect.finder(session, at))
    if table.kind == "external":
        text += external_files.trailer(table)
    return Listing(columns("Table", "Create Table"), [[table.name, text]]).result()


@handles(ast.ShowMeasure)
def show_measure(session: LiteSession, statement: ast.ShowMeasure) -> Rows:
    """SHOW TABLE_NUMBER, COLUMN_NUMBER, TABLE_VALUES, TABLE_SIZE."""
    name = statement.name
    match statement.what:
        case "table_size":
            kind = "*tree.ShowTableSize"
            raise internal(f"panic does not have the privilege definition of statement type {kind}: ")
        case "table_number":
            database = current_database(session, name.name if name else None, None)
            count = len(session.catalog.tables(database.id))
            return Listing(((f"Number of tables in {database.name}", BIGINT),), [[count]]).result()
        case _ if name is None:
            raise ServerError(1046, "No database selected")
    _, table = _required_table(session, name)
    if statement.what == "column_number":
        return Listing(((f"Number of columns in {table.name}", BIGINT),), [[len(table.columns)]]).result()
    items = tuple(
        ast.SelectItem(ast.Function(function, (ast.Column(column.name),), spelling=function))
        for column in table.columns
        for function in ("max", "min")
    )
    query = ast.Select(items, ast.Table(name))
    result = handler_of(query)(session, query)
    if not isinstance(result, Rows):
        raise TypeError(result)
    return result


def show_sequences(session: LiteSession, statement: ast.ShowList) -> Rows:
    """SHOW SEQUENCES."""
    database = current_database(session, statement.database, None)
    sequences = [table for table in session.catalog.tables(database.id) if table.kind == "sequence"]
    rows = [[table.name, str(table.attributes.get("type", "BIGINT")).upper()] for table in sequences]
    return Listing(columns("Names", "Data Type"), rows).filtered(session, statement.like, statement.where)


def _required_table(session: LiteSession, name: ast.Name, at: int | None = None) -> tuple[Database, Table]:
    database = current_database(session, name.database, at)
    table = find_table(session, database, name.name, at)
    if table is None:
        raise no_such_table(database.name, name.name.lower())
    return database, table
