"""mo_catalog: databases, tables, columns, indexes and foreign keys."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from matrixone_lite.engine import definition, hidden_tables, reflect
from matrixone_lite.engine.catalog import SYS_ACCOUNT
from matrixone_lite.engine.infoschema import shown_system_tables, varchar
from matrixone_lite.engine.printer import default_text
from matrixone_lite.engine.reflect import timestamp_text
from matrixone_lite.engine.system import system_table
from matrixone_lite.engine.types import BLOB, INT, TEXT, TIMESTAMP, TINYINT, UBIGINT, UINT, Kind, Type

if TYPE_CHECKING:
    from collections.abc import Iterator

    from matrixone_lite.engine.catalog import Database, Index, Table
    from matrixone_lite.engine.session import LiteSession

Row = tuple[Any, ...]

SCHEMA: Final = "mo_catalog"
_NAME: Final = varchar(5000)
_KINDS: Final = {"table": "r", "view": "v", "external": "e", "sequence": "S"}
_INDEX_TYPES: Final = {"primary": "PRIMARY", "unique": "UNIQUE", "fulltext": "FULLTEXT"}


def visible_databases(session: LiteSession, at: int | None = None) -> Iterator[Database]:
    """The databases of the account, now or at a moment; for account sys those of all accounts."""
    own = session.principal.account_id
    accounts = [item.id for item in session.catalog.objects("account", SYS_ACCOUNT)] if own == SYS_ACCOUNT else [own]
    for account in accounts:
        yield from session.catalog.databases(account, at)


def visible_tables(session: LiteSession, at: int | None = None) -> Iterator[tuple[Database, Table]]:
    """The tables of :func:`visible_databases`."""
    for database in visible_databases(session, at):
        for table in session.catalog.tables(database.id, at):
            yield database, table


# --- databases, tables, columns --------------------------------------------------------------------------------------


@system_table(
    SCHEMA,
    "mo_database",
    (
        ("dat_id", UBIGINT),
        ("datname", _NAME),
        ("dat_catalog_name", _NAME),
        ("dat_createsql", _NAME),
        ("owner", UINT),
        ("creator", UINT),
        ("created_time", TIMESTAMP),
        ("account_id", UINT),
        ("dat_type", varchar(32)),
    ),
    keys={"datname": "PRI", "account_id": "PRI"},
    looks_back=True,
)
def mo_database(session: LiteSession, at: int | None = None) -> Iterator[Row]:
    """Databases."""
    for database in visible_databases(session, at):
        text = f"create database {database.name}"
        kind = "" if database.publisher is None else "subscription"
        made = timestamp_text(database.created)
        yield database.id, database.name, "def", text, 0, 0, made, database.account, kind


@system_table(
    SCHEMA,
    "mo_tables",
    (
        ("rel_id", UBIGINT),
        ("relname", _NAME),
        ("reldatabase", _NAME),
        ("reldatabase_id", UBIGINT),
        ("relpersistence", _NAME),
        ("relkind", _NAME),
        ("rel_comment", _NAME),
        ("rel_createsql", TEXT),
        ("created_time", TIMESTAMP),
        ("creator", UINT),
        ("owner", UINT),
        ("account_id", UINT),
        ("partitioned", TINYINT),
        ("partition_info", BLOB),
        ("viewdef", _NAME),
        ("constraint", _NAME),
        ("rel_version", UINT),
        ("catalog_version", UINT),
        ("rel_logical_id", UBIGINT),
    ),
    keys={"relname": "PRI", "reldatabase": "PRI", "account_id": "PRI", "rel_logical_id": "UNI"},
    looks_back=True,
)
def mo_tables(session: LiteSession, at: int | None = None) -> Iterator[Row]:
    """Tables, views and sequences, computed tables included."""
    for database, table in visible_tables(session, at):
        text = _create_statement(session, table)
        view = text if table.kind == "view" else ""
        kind = _KINDS[table.kind]
        where = (database.name, database.id, "")
        made = (timestamp_text(table.created), 0, 0, database.account)
        partitioned = int("partitioning" in table.attributes)
        yield table.id, table.name, *where, kind, table.comment, text, *made, partitioned, "", view, "", 0, 2, table.id
        for name in table.attributes.get("partitions", ()):
            yield (
                table.id,
                f"%!%{name}%!%{table.name}",
                *where,
                "partition",
                "",
                "",
                *made,
                0,
                "",
                "",
                "",
                0,
                2,
                table.id,
            )
    account = session.principal.account_id
    for number, system in enumerate(shown_system_tables(session), 1):
        kind = "v" if system.view else "r"
        yield (
            number,
            system.name,
            system.database,
            1,
            "",
            kind,
            "",
            "",
            None,
            0,
            0,
            account,
            0,
            "",
            "",
            "",
            0,
            2,
            number,
        )


def _create_statement(session: LiteSession, table: Table) -> str:
    """The statement that made a table, or one that would make it as ALTER TABLE has left it."""
    text = str(table.attributes.get("text", ""))
    if table.kind == "table" and (table.storage != table.id or not text):
        return definition.create_table(table, reflect.finder(session))
    return text


@system_table(
    SCHEMA,
    "mo_columns",
    (
        ("att_uniq_name", varchar(256)),
        ("account_id", UINT),
        ("att_database_id", UBIGINT),
        ("att_database", varchar(256)),
        ("att_relname_id", UBIGINT),
        ("att_relname", varchar(256)),
        ("attname", varchar(256)),
        ("atttyp", varchar(256)),
        ("attnum", INT),
        ("att_length", INT),
        ("attnotnull", TINYINT),
        ("atthasdef", TINYINT),
        ("att_default", varchar(2048)),
        ("attisdropped", TINYINT),
        ("att_constraint_type", Type(Kind.CHAR, 1)),
        ("att_is_unsigned", TINYINT),
        ("att_is_auto_increment", TINYINT),
        ("att_comment", varchar(2048)),
        ("att_is_hidden", TINYINT),
        ("attr_has_update", TINYINT),
        ("attr_update", varchar(2048)),
        ("attr_is_clusterby", TINYINT),
        ("attr_seqnum", Type(Kind.USMALLINT)),
        ("attr_enum", varchar(65535)),
        ("attr_has_generated", TINYINT),
        ("attr_generated", varchar(2048)),
    ),
    keys={"account_id": "PRI", "att_database": "PRI", "att_relname": "PRI", "attname": "PRI"},
)
def mo_columns(session: LiteSession) -> Iterator[Row]:
    """Columns, the hidden row id of tables included."""
    for database, table in visible_tables(session):
        where = (database.account, database.id, database.name, table.id, table.name)
        for number, column in enumerate(table.columns, 1):
            primary = definition.is_primary(column, table)
            written = column.default
            bare = written is None or definition.is_null(written)
            default = "" if written is None or bare else default_text(written)
            # A nullable column has the default NULL; a required one without DEFAULT has none.
            has_default = not column.auto_increment and not (bare and (primary or not column.nullable))
            update = "" if column.on_update is None else default_text(column.on_update)
            unsigned = column.type.kind in {Kind.UTINYINT, Kind.USMALLINT, Kind.UINT, Kind.UBIGINT}
            yield (
                f"{database.account}-{database.name}-{table.name}-{column.name}",
                *where,
                column.name,
                column.type.described,
                number,
                20,
                int(primary or not column.nullable),
                int(has_default),
                default,
                0,
                "p" if primary else "n",
                int(unsigned),
                int(column.auto_increment),
                column.comment,
                0,
                int(bool(update)),
                update,
                0,
                number - 1,
                ",".join(column.type.members),
                int(column.generated is not None),
                "",
            )
        if table.kind == "table":
            name = f"{database.account}-{database.name}-{table.name}-__mo_rowid"
            last = len(table.columns)
            kind = ("__mo_rowid", "ROWID(0)", last + 1, 20, 1, 0, "", 0, "", 0, 0, "", 1)
            yield name, *where, *kind, 0, "", 0, last, "", 0, ""


# --- indexes and foreign keys ----------------------------------------------------------------------------------------


@system_table(
    SCHEMA,
    "mo_indexes",
    (
        ("id", UBIGINT),
        ("table_id", UBIGINT),
        ("database_id", UBIGINT),
        ("name", varchar(64)),
        ("type", varchar(11)),
        ("algo", varchar(11)),
        ("algo_table_type", varchar(11)),
        ("algo_params", varchar(2048)),
        ("is_visible", TINYINT),
        ("hidden", TINYINT),
        ("comment", varchar(2048)),
        ("column_name", varchar(256)),
        ("ordinal_position", UINT),
        ("options", TEXT),
        ("index_table_name", _NAME),
        ("included_columns", TEXT),
    ),
    stored=True,
    keys={"id": "PRI", "column_name": "PRI"},
    required=frozenset(
        {
            "id",
            "table_id",
            "database_id",
            "name",
            "type",
            "is_visible",
            "hidden",
            "comment",
            "column_name",
            "ordinal_position",
        }
    ),
)
def mo_indexes(session: LiteSession) -> Iterator[Row]:
    """Columns of indexes, once for each hidden table of a vector index."""
    for database in session.catalog.databases(session.principal.account_id):
        for table in session.catalog.tables(database.id):
            for position, index in enumerate(table.indexes):
                head = (table.id * 100 + position, table.id, database.id)
                for row in _index_rows(table, index):
                    yield *head, *row


def _index_rows(table: Table, index: Index) -> Iterator[Row]:
    kind = _INDEX_TYPES.get(index.kind, "MULTIPLE")
    name, algorithm = reflect.index_name(index), reflect.algorithm(index)
    included = ",".join(dict(index.options).get("include") or ())
    hidden: list[tuple[str, str | None]] = [
        (one.role if index.kind in hidden_tables.ROLES else "", one.name)
        for one in hidden_tables.of_index(table, index)
    ]
    for role, storage in hidden or [("", None)]:
        about = (name, kind, algorithm, role, reflect.parameters(index), int(index.visible), 0, index.comment)
        for position, column in enumerate(_index_columns(table, index), 1):
            yield *about, column, position, None, storage, included or None


def _index_columns(table: Table, index: Index) -> tuple[str, ...]:
    """The columns of an index; a plain one also has the key it leads to."""
    if index.kind != "plain":
        return index.columns
    key = table.primary_key
    target = "__mo_fake_pk_col" if key is None else key.columns[0] if len(key.columns) == 1 else "__mo_cpkey_col"
    return (*index.columns, f"__mo_alias_{target}")


@system_table(
    SCHEMA,
    "mo_foreign_keys",
    (
        ("constraint_name", _NAME),
        ("constraint_id", UBIGINT),
        ("db_name", _NAME),
        ("db_id", UBIGINT),
        ("table_name", _NAME),
        ("table_id", UBIGINT),
        ("column_name", varchar(256)),
        ("column_id", UBIGINT),
        ("refer_db_name", _NAME),
        ("refer_db_id", UBIGINT),
        ("refer_table_name", _NAME),
        ("refer_table_id", UBIGINT),
        ("refer_column_name", varchar(256)),
        ("refer_column_id", UBIGINT),
        ("on_delete", varchar(128)),
        ("on_update", varchar(128)),
    ),
)
def mo_foreign_keys(session: LiteSession) -> Iterator[Row]:
    """Columns of foreign keys."""
    catalog = session.catalog
    for database in catalog.databases(session.principal.account_id):
        for table in catalog.tables(database.id):
            for key in table.foreign_keys:
                parent = catalog.table_by_id(key.parent)
                home = None if parent is None else catalog.database_by_id(parent.database)
                if parent is None or home is None:
                    continue
                rules = (key.on_delete.upper().replace(" ", "_"), key.on_update.upper().replace(" ", "_"))
                for column, referenced in zip(key.columns, key.referenced, strict=True):
                    child = (key.name, 0, database.name, database.id, table.name, table.id, column, 0)
                    yield *child, home.name, home.id, parent.name, parent.id, referenced, 0, *rules
