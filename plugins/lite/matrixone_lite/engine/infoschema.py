"""information_schema, as far as clients look into it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from matrixone_lite.engine import definition, reflect
from matrixone_lite.engine.printer import default_text
from matrixone_lite.engine.reflect import timestamp_text
from matrixone_lite.engine.system import SYSTEM_TABLES, system_table
from matrixone_lite.engine.types import BIGINT, INT, TEXT, TIMESTAMP, UBIGINT, Kind, Type

if TYPE_CHECKING:
    from collections.abc import Iterator

    from matrixone_lite.engine.catalog import Column, Database, Table
    from matrixone_lite.engine.session import LiteSession
    from matrixone_lite.engine.system import SystemTable

Row = tuple[Any, ...]

SCHEMA: Final = "information_schema"
_CATALOG: Final = "def"
_COLLATION: Final = "utf8mb4_0900_ai_ci"
_PRIVILEGES: Final = "select,insert,update,references"
_BYTES_PER_CHARACTER: Final = 4


def varchar(length: int) -> Type:
    """VARCHAR(length)."""
    return Type(Kind.VARCHAR, length)


_NAME: Final = varchar(5000)


def own_tables(session: LiteSession) -> Iterator[tuple[Database, Table]]:
    """All tables, views and sequences of the session's account; those of subscriptions are not listed."""
    for database in session.catalog.databases(session.principal.account_id):
        if database.publisher is None:
            for table in session.catalog.tables(database.id):
                yield database, table


def shown_system_tables(session: LiteSession) -> Iterator[SystemTable]:
    """The computed tables the session's account has."""
    for table in SYSTEM_TABLES.values():
        if table.shown_to(session.principal.account_id):
            yield table


# --- databases and tables --------------------------------------------------------------------------------------------


@system_table(
    SCHEMA,
    "schemata",
    (
        ("catalog_name", varchar(3)),
        ("schema_name", _NAME),
        ("default_character_set_name", varchar(7)),
        ("default_collation_name", varchar(18)),
        ("sql_path", Type(Kind.CHAR, 1)),
        ("default_encryption", varchar(2)),
    ),
    view=True,
)
def schemata(session: LiteSession) -> Iterator[Row]:
    """The databases."""
    for database in session.catalog.databases(session.principal.account_id):
        yield _CATALOG, database.name, "utf8mb4", _COLLATION, None, "NO"


@system_table(
    SCHEMA,
    "tables",
    (
        ("table_catalog", varchar(3)),
        ("table_schema", _NAME),
        ("table_name", _NAME),
        ("table_type", varchar(14)),
        ("engine", varchar(3)),
        ("version", BIGINT),
        ("row_format", varchar(10)),
        ("table_rows", BIGINT),
        ("avg_row_length", BIGINT),
        ("data_length", BIGINT),
        ("max_data_length", BIGINT),
        ("index_length", BIGINT),
        ("data_free", BIGINT),
        ("auto_increment", UBIGINT),
        ("create_time", TIMESTAMP),
        ("update_time", TIMESTAMP),
        ("check_time", TIMESTAMP),
        ("table_collation", varchar(18)),
        ("checksum", BIGINT),
        ("create_options", varchar(256)),
        ("table_comment", TEXT),
    ),
    view=True,
    required=frozenset({"table_catalog", "row_format", "table_collation"}),
)
def tables(session: LiteSession) -> Iterator[Row]:
    """Tables, views and sequences."""
    for database, table in own_tables(session):
        head = (_CATALOG, database.name, table.name)
        tail = (timestamp_text(table.created), None, None, _COLLATION, None, "", table.comment)
        if table.kind == "view":
            yield *head, "VIEW", None, None, "Compressed", *[None] * 7, *tail
        elif table.kind == "external":
            yield *head, "EXTERNAL TABLE", None, None, "Compressed", *[0] * 7, *tail
        elif table.kind == "sequence":
            yield *head, "INTERNAL TABLE", None, None, "Compressed", 1, 0, 0, 0, 0, 0, None, *tail
        else:
            yield *head, "BASE TABLE", "Tae", None, "Compressed", session.row_count_of(table), 0, 0, 0, 0, 0, 0, *tail
    for system in shown_system_tables(session):
        kind, engine = ("VIEW", None) if system.view else ("BASE TABLE", "Tae")
        head = (_CATALOG, system.database, system.name)
        yield *head, kind, engine, None, "Compressed", *[None] * 10, _COLLATION, None, "", ""


@system_table(
    SCHEMA,
    "views",
    (
        ("table_catalog", varchar(3)),
        ("table_schema", _NAME),
        ("table_name", _NAME),
        ("view_definition", TEXT),
        ("check_option", varchar(4)),
        ("is_updatable", varchar(3)),
        ("definer", varchar(288)),
        ("security_type", varchar(7)),
        ("character_set_client", varchar(64)),
        ("collation_connection", varchar(64)),
    ),
    view=True,
)
def views(session: LiteSession) -> Iterator[Row]:
    """Views; their definition is the whole statement."""
    for database, table in own_tables(session):
        if table.kind == "view":
            text = table.attributes["text"]
            rest = ("NONE", "YES", "root@localhost", "DEFINER", "utf8mb4", "utf8mb4_general_ci")
            yield _CATALOG, database.name, table.name, text, *rest


# --- columns ---------------------------------------------------------------------------------------------------------


@system_table(
    SCHEMA,
    "columns",
    (
        ("table_catalog", varchar(3)),
        ("table_schema", varchar(256)),
        ("table_name", varchar(256)),
        ("column_name", varchar(256)),
        ("ordinal_position", INT),
        ("column_default", varchar(65535)),
        ("is_nullable", varchar(3)),
        ("data_type", varchar(65535)),
        ("character_maximum_length", BIGINT),
        ("character_octet_length", BIGINT),
        ("numeric_precision", BIGINT),
        ("numeric_scale", BIGINT),
        ("datetime_precision", BIGINT),
        ("character_set_name", varchar(4)),
        ("collation_name", varchar(8)),
        ("column_type", varchar(65535)),
        ("column_key", varchar(3)),
        ("extra", varchar(24)),
        ("privileges", varchar(31)),
        ("column_comment", varchar(2048)),
        ("generation_expression", varchar(500)),
        ("srs_id", BIGINT),
    ),
    view=True,
    required=frozenset({"table_catalog", "privileges"}),
)
def columns(session: LiteSession) -> Iterator[Row]:
    """Columns of tables and views, computed tables included."""
    for database, table in own_tables(session):
        for position, column in enumerate(table.columns, 1):
            yield _column_row(database.name, table, position, column)
    for system in shown_system_tables(session):
        for position, (name, type_) in enumerate(system.columns, 1):
            head = (_CATALOG, system.database, system.name, name, position, None, "YES", type_.kind.value)
            yield *head, *_sizes(type_), reflect.system_type(type_), "", "", _PRIVILEGES, "", "", None


def _column_row(database: str, table: Table, position: int, column: Column) -> Row:
    required = not column.nullable or definition.is_primary(column, table)
    written = column.default
    default = None if written is None or definition.is_null(written) else default_text(written)
    return (
        _CATALOG,
        database,
        table.name,
        column.name,
        position,
        default,
        "NO" if required else "YES",
        column.type.kind.value,
        *_sizes(column.type),
        column.type.described,
        definition.key_of(column, table),
        definition.extra_of(column),
        _PRIVILEGES,
        column.comment,
        "",
        None,
    )


def _sizes(type_: Type) -> Row:
    """Lengths in characters and bytes, precision, scale, fractional digits, character set, collation."""
    match type_.kind:
        case Kind.CHAR | Kind.VARCHAR:
            return type_.length, type_.length * _BYTES_PER_CHARACTER, None, None, None, "utf8", "utf8_bin"
        case Kind.TEXT:
            return 0, 0, None, None, None, "utf8", "utf8_bin"
        case Kind.BINARY | Kind.VARBINARY:
            return type_.length, type_.length, None, None, None, None, None
        case Kind.DECIMAL:
            return None, None, type_.length, type_.scale, None, None, None
        case Kind.DATETIME | Kind.TIMESTAMP | Kind.TIME:
            return None, None, None, None, type_.scale, None, None
        case _:
            return (None,) * 7


# --- indexes and keys ------------------------------------------------------------------------------------------------


@system_table(
    SCHEMA,
    "statistics",
    (
        ("table_catalog", varchar(3)),
        ("table_schema", _NAME),
        ("table_name", _NAME),
        ("non_unique", BIGINT),
        ("index_schema", _NAME),
        ("index_name", varchar(64)),
        ("seq_in_index", INT),
        ("column_name", varchar(256)),
        ("collation", varchar(1)),
        ("cardinality", BIGINT),
        ("sub_part", varchar(4)),
        ("packed", varchar(4)),
        ("nullable", varchar(3)),
        ("index_type", varchar(11)),
        ("comment", Type(Kind.CHAR, 1)),
        ("index_comment", varchar(2048)),
        ("is_visible", varchar(3)),
        ("expression", varchar(256)),
    ),
    view=True,
)
def statistics(session: LiteSession) -> Iterator[Row]:
    """Columns of indexes, without those of vector and fulltext indexes."""
    for database, table in own_tables(session):
        for row in reflect.index_rows(table):
            _, non_unique, name, position, column, *collation, algorithm, comment, note, _, visible, expression = row
            if not algorithm:
                head = (_CATALOG, database.name, table.name, non_unique, database.name, name, position, column)
                yield *head, *collation, algorithm, comment, note, visible, expression


@system_table(
    SCHEMA,
    "table_constraints",
    (
        ("constraint_catalog", varchar(3)),
        ("constraint_schema", _NAME),
        ("constraint_name", varchar(64)),
        ("table_schema", _NAME),
        ("table_name", _NAME),
        ("constraint_type", varchar(11)),
        ("enforced", varchar(3)),
    ),
    view=True,
)
def table_constraints(session: LiteSession) -> Iterator[Row]:
    """Indexes, one row a column; a plain index has a hidden column more."""
    for database, table in own_tables(session):
        for index in table.indexes:
            kind = {"primary": "PRIMARY", "unique": "UNIQUE", "fulltext": "FULLTEXT"}.get(index.kind, "MULTIPLE")
            name = reflect.index_name(index)
            row = (_CATALOG, database.name, name, database.name, table.name, kind, "YES")
            yield from [row] * (len(index.columns) + (index.kind == "plain"))


@system_table(
    SCHEMA,
    "referential_constraints",
    (
        ("constraint_catalog", varchar(3)),
        ("constraint_schema", _NAME),
        ("constraint_name", _NAME),
        ("unique_constraint_catalog", varchar(3)),
        ("unique_constraint_schema", _NAME),
        ("unique_constraint_name", varchar(64)),
        ("match_option", varchar(7)),
        ("update_rule", varchar(11)),
        ("delete_rule", varchar(11)),
        ("table_name", _NAME),
        ("referenced_table_name", _NAME),
    ),
    view=True,
)
def referential_constraints(session: LiteSession) -> Iterator[Row]:
    """Foreign keys."""
    for database, table in own_tables(session):
        for key in table.foreign_keys:
            parent = session.catalog.table_by_id(key.parent)
            if parent is not None:
                unique = next((index for index in parent.unique_indexes if index.columns == key.referenced), None)
                name = "PRIMARY" if unique is None else reflect.index_name(unique)
                rules = (key.on_update.upper().replace(" ", "_"), key.on_delete.upper().replace(" ", "_"))
                head = (_CATALOG, database.name, key.name, _CATALOG, database.name, name, "NONE")
                yield *head, *rules, table.name, parent.name


# --- the session and the server --------------------------------------------------------------------------------------


@system_table(
    SCHEMA,
    "processlist",
    (
        ("node_id", varchar(65535)),
        ("conn_id", Type(Kind.UINT)),
        ("session_id", varchar(65535)),
        ("account", varchar(65535)),
        ("user", varchar(65535)),
        ("host", varchar(65535)),
        ("db", varchar(65535)),
        ("session_start", varchar(65535)),
        ("command", varchar(65535)),
        ("info", varchar(65535)),
        ("txn_id", varchar(65535)),
        ("statement_id", varchar(65535)),
        ("statement_type", varchar(65535)),
        ("query_type", varchar(65535)),
        ("sql_source_type", varchar(65535)),
        ("query_start", varchar(65535)),
        ("client_host", varchar(65535)),
        ("role", varchar(65535)),
        ("proxy_host", varchar(65535)),
    ),
    view=True,
)
def processlist(session: LiteSession) -> Iterator[Row]:
    """The open connections: those of the account, for account sys all."""
    for other in session.engine.sessions_of(session.principal):
        who = (other.principal.account, other.principal.user, "127.0.0.1", other.database)
        command = "Query" if other.statement else "Sleep"
        since = other.context.moment.strftime("%Y-%m-%d %H:%M:%S") if other.statement else ""
        running = ("", command, other.statement, "", "", "", "", "", since)
        yield "", other.connection_id, "", *who, *running, "127.0.0.1", other.principal.role, ""
