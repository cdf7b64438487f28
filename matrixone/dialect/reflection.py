"""Reading tables back from the server, from SHOW CREATE TABLE above all.

Nothing else says in which order the columns of a foreign key go, or what a CHECK checks, and nothing else answers in a
subscribed database. Where many tables are asked for, the statements go to the server a hundred at a time.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sqlalchemy import exc, text, util
from sqlalchemy.dialects.mysql.pymysql import MySQLDialect_pymysql
from sqlalchemy.engine import reflection
from sqlalchemy.engine.reflection import ObjectKind, ObjectScope

from matrixone.dialect.inspector import MatrixOneInspector
from matrixone.dialect.show_create import ShowCreateTableParser

if TYPE_CHECKING:
    from collections.abc import Collection, Generator, Iterable, Sequence

    from sqlalchemy.dialects.mysql.reflection import ReflectedState
    from sqlalchemy.engine import Connection
    from sqlalchemy.engine.interfaces import ReflectedForeignKeyConstraint, ReflectedIndex

_NO_SUCH_TABLE = 1146
_NO_SUCH_DATABASE = 1049
_INTERNAL_ERROR = 20101
# The server cannot read its own statement: a default like nextval('s') that was not in brackets, for example.
_CANNOT_PRINT = 1105
_SYSTEM_DATABASES = frozenset(
    {"information_schema", "mo_catalog", "mo_debug", "mo_task", "mysql", "system", "system_metrics"}
)
# Tables behind indexes, partitions and running ALTERs.
_HIDDEN_TABLE = re.compile(r"__mo_(index|tmp)_|%!%")
_TABLES_A_PACKET = 100
# Looking for what may not be there is no failure that listeners should hear of.
_QUIETLY = {"skip_user_error_events": True}
_COMMENTS = text(
    "SELECT table_name, column_name, column_comment FROM information_schema.columns"
    " WHERE table_schema = :database AND column_comment <> '' AND (:one IS NULL OR table_name = :one)"
    " UNION ALL SELECT table_name, '', table_comment FROM information_schema.tables"
    " WHERE table_schema = :database AND table_comment <> '' AND (:one IS NULL OR table_name = :one)"
)


class ReflectionDialect(MySQLDialect_pymysql):
    """What an inspector asks. Without a schema the answer is about the connection's current database."""

    supports_statement_cache = True
    inspector = MatrixOneInspector

    @util.memoized_property
    def _table_parser(self) -> ShowCreateTableParser:
        return ShowCreateTableParser(self.name, self.ischema_names)

    @reflection.cache
    def get_schema_names(self, connection: Connection, **_kw: Any) -> list[str]:
        """The databases but those of the system."""
        names = connection.exec_driver_sql("SHOW DATABASES").scalars()
        return [name for name in names if name not in _SYSTEM_DATABASES]

    @reflection.cache
    def get_table_names(self, connection: Connection, schema: str | None = None, **kw: Any) -> list[str]:
        """The base tables."""
        return [name for name, kind in self._show_tables(connection, schema, **kw) if kind is ObjectKind.TABLE]

    @reflection.cache
    def get_view_names(self, connection: Connection, schema: str | None = None, **kw: Any) -> list[str]:
        """The views."""
        return [name for name, kind in self._show_tables(connection, schema, **kw) if kind is ObjectKind.VIEW]

    @reflection.cache
    def get_sequence_names(self, connection: Connection, schema: str | None = None, **_kw: Any) -> list[str]:
        """The sequences."""
        return [row[0] for row in connection.exec_driver_sql(f"SHOW SEQUENCES{self._from(schema)}")]

    @reflection.cache
    def has_sequence(self, connection: Connection, sequence_name: str, schema: str | None = None, **_kw: Any) -> bool:
        """Whether there is a sequence of this name."""
        return sequence_name.lower() in self.get_sequence_names(connection, schema)

    @reflection.cache
    def has_table(self, connection: Connection, table_name: str, schema: str | None = None, **_kw: Any) -> bool:
        """Whether there is a table or view of this name."""
        self._ensure_has_table_connection(connection)
        try:
            self._ask(connection, f"SHOW CREATE TABLE {self._full_name(schema, table_name)}")
        except exc.NoSuchTableError:
            return False
        except exc.UnreflectableTableError:
            return True
        return True

    @reflection.cache
    def get_table_options(
        self, connection: Connection, table_name: str, schema: str | None = None, **kw: Any
    ) -> dict[str, Any]:
        """What the table is clustered and partitioned by; its comment is an attribute of the table."""
        options = self._parsed_state_or_create(connection, table_name, schema, **kw).table_options
        return {name: value for name, value in options.items() if name != f"{self.name}_comment"}

    @reflection.cache
    def get_foreign_keys(
        self, connection: Connection, table_name: str, schema: str | None = None, **kw: Any
    ) -> list[ReflectedForeignKeyConstraint]:
        """The foreign keys by name; RESTRICT is what the server prints where nothing was said."""
        keys: list[ReflectedForeignKeyConstraint] = super().get_foreign_keys(connection, table_name, schema, **kw)
        for key in keys:
            key["options"] = {name: rule for name, rule in key.get("options", {}).items() if rule != "RESTRICT"}
        return sorted(keys, key=lambda key: key["name"] or "~")  # printed in any order

    @reflection.cache
    def get_indexes(
        self, connection: Connection, table_name: str, schema: str | None = None, **kw: Any
    ) -> list[ReflectedIndex]:
        """The indexes, with what makes a full-text or vector index in ``dialect_options``."""
        keys = self._parsed_state_or_create(connection, table_name, schema, **kw).keys
        indexes = [_reflected_index(self.name, key) for key in keys if key["type"] != "PRIMARY"]
        return sorted(indexes, key=lambda index: index["name"] or "~")

    def _default_multi_reflect(
        self,
        single_tbl_method: Any,
        connection: Connection,
        kind: ObjectKind,
        schema: str | None,
        filter_names: Collection[str] | None,
        scope: ObjectScope,
        **kw: Any,
    ) -> Generator[Any, Any, None]:
        # Below every get_multi_ method: what each of them wants to know is in the same statements.
        if ObjectScope.DEFAULT in scope and (not filter_names or len(filter_names) > 1):
            self._read_ahead(connection, kind, schema, filter_names, **kw)
        yield from super()._default_multi_reflect(  # type: ignore[no-untyped-call]
            single_tbl_method, connection, kind, schema, filter_names, scope, **kw
        )

    def _read_ahead(
        self,
        connection: Connection,
        kind: ObjectKind,
        schema: str | None,
        filter_names: Collection[str] | None,
        *,
        info_cache: dict[Any, Any] | None = None,
        **_kw: Any,
    ) -> None:
        if info_cache is None:
            return
        known = _known(info_cache, schema)
        listed = self._show_tables(connection, schema, info_cache=info_cache)
        wanted = [
            (name, its_kind)
            for name, its_kind in listed
            if its_kind in kind and name not in known and (not filter_names or name in filter_names)
        ]
        for start in range(0, len(wanted), _TABLES_A_PACKET):
            packet = wanted[start : start + _TABLES_A_PACKET]
            answers = self._ask_all(connection, [self._question(schema, *each) for each in packet])
            # Those after a failure are asked for one by one: whose failure it was is then said.
            for (name, its_kind), rows in zip(packet, answers, strict=False):
                known[name] = self._parsed(rows, its_kind)
        if wanted:
            self._complete_comments(connection, schema, {name: known[name] for name, _ in wanted if name in known})

    def _question(self, schema: str | None, name: str, kind: ObjectKind) -> str:
        words = "SHOW FULL COLUMNS FROM" if kind is ObjectKind.VIEW else "SHOW CREATE TABLE"
        return f"{words} {self._full_name(schema, name)}"

    def _parsed(self, rows: Sequence[Sequence[Any]], kind: ObjectKind) -> ReflectedState | None:
        parser = self._table_parser
        return parser.parse_columns(rows) if kind is ObjectKind.VIEW else parser.parse(rows[0][1])

    @reflection.cache
    def _setup_parser(
        self,
        connection: Connection,
        table_name: str,
        schema: str | None = None,
        *,
        info_cache: dict[Any, Any] | None = None,
        **_kw: Any,
    ) -> ReflectedState:
        state = None if info_cache is None else _known(info_cache, schema).get(table_name)
        if state is not None:
            return state
        for kind in (ObjectKind.TABLE, ObjectKind.VIEW):
            state = self._parsed(self._ask(connection, self._question(schema, table_name, kind)), kind)
            if state is not None:
                break
        if state is None:
            raise exc.NoSuchTableError(table_name)
        self._complete_comments(connection, schema, {table_name: state})
        return state

    def _complete_comments(
        self, connection: Connection, schema: str | None, states: dict[str, ReflectedState | None]
    ) -> None:
        """Put the comments of the catalog, which has their backslashes, in the place of those printed.

        The catalog knows nothing of subscribed databases, where the printed ones are all there is.
        """
        commented = {name: state for name, state in states.items() if state and _has_comment(self.name, state)}
        if not commented:
            return
        only = next(iter(commented)) if len(commented) == 1 else None
        database = schema or self.default_schema_name
        rows = connection.execute(_COMMENTS, {"database": database, "one": only and only.lower()})
        comments = {(table, column): comment.replace("''", "'") for table, column, comment in rows}
        for name, state in commented.items():
            for column in state.columns:
                column["comment"] = comments.get((name.lower(), column["name"]), column.get("comment"))
            if comment := comments.get((name.lower(), "")):
                state.table_options[f"{self.name}_comment"] = comment

    def _ask(self, connection: Connection, statement: str) -> Sequence[Sequence[Any]]:
        try:
            return connection.exec_driver_sql(statement, execution_options=_QUIETLY).all()
        except exc.DBAPIError as error:
            if _is_missing(error.orig):
                raise exc.NoSuchTableError(statement.rpartition(" ")[2]) from error
            if _cannot_be_printed(error.orig):
                raise exc.UnreflectableTableError(
                    f"the server fails at {statement}: {_answer(error.orig)[1]}"
                ) from error
            raise

    def _ask_all(self, connection: Connection, statements: Sequence[str]) -> Iterable[Sequence[Sequence[Any]]]:
        """The answers up to the first table that is missing or cannot be printed, where the server stops."""
        answers: list[Sequence[Sequence[Any]]] = []
        try:
            with connection.exec_driver_sql("; ".join(statements), execution_options=_QUIETLY) as result:
                cursor: Any = result.cursor
                answers.append(cursor.fetchall())
                try:
                    for _ in statements[1:]:
                        cursor.nextset()
                        answers.append(cursor.fetchall())
                except self.loaded_dbapi.Error as error:  # the driver's own: SQLAlchemy reads the first answer only
                    connection._handle_dbapi_exception(error, statements[len(answers)], None, cursor, result.context)
        except exc.DBAPIError as error:
            if not _is_missing(error.orig) and not _cannot_be_printed(error.orig):
                raise
        return answers

    @reflection.cache
    def _show_tables(
        self, connection: Connection, schema: str | None = None, **_kw: Any
    ) -> list[tuple[str, ObjectKind]]:
        rows = connection.exec_driver_sql(f"SHOW FULL TABLES{self._from(schema)}")
        kinds = {"BASE TABLE": ObjectKind.TABLE, "VIEW": ObjectKind.VIEW}
        return [(name, kinds[kind]) for name, kind in rows if kind in kinds and not _HIDDEN_TABLE.search(name)]

    def _from(self, schema: str | None) -> str:
        return "" if schema is None else f" FROM {self.identifier_preparer.quote_identifier(schema)}"

    def _full_name(self, schema: str | None, name: str) -> str:
        return ".".join(self.identifier_preparer._quote_free_identifiers(schema, name))


def _answer(error: BaseException | None) -> tuple[object, str]:
    code, reason = (error.args if error else ())[:2] or (None, "")
    return code, str(reason)


def _is_missing(error: BaseException | None) -> bool:
    code, reason = _answer(error)
    return code in (_NO_SUCH_TABLE, _NO_SUCH_DATABASE) or (
        code == _INTERNAL_ERROR and "not found in publication" in reason
    )


def _cannot_be_printed(error: BaseException | None) -> bool:
    code, _ = _answer(error)
    return code == _CANNOT_PRINT


def _known(info_cache: dict[Any, Any], schema: str | None) -> dict[str, ReflectedState | None]:
    known: dict[str, ReflectedState | None] = info_cache.setdefault(("matrixone_tables", schema), {})
    return known


def _has_comment(dialect: str, state: ReflectedState) -> bool:
    return f"{dialect}_comment" in state.table_options or any(column.get("comment") for column in state.columns)


def _reflected_index(dialect: str, key: dict[str, Any]) -> ReflectedIndex:
    options = {
        "prefix": "FULLTEXT" if key["type"] == "FULLTEXT" else None,
        "with_parser": key["parser"],
        "length": {column: length for column, length, _ in key["columns"] if length is not None} or None,
        "using": key["using"] if key["using"] != "btree" else None,
        "with": key["with"],
        "comment": key["comment"],
    }
    index: ReflectedIndex = {
        "name": key["name"],
        "column_names": [column for column, _, _ in key["columns"]],
        "unique": key["type"] == "UNIQUE",
    }
    if given := {f"{dialect}_{name}": value for name, value in options.items() if value is not None}:
        index["dialect_options"] = given
    return index
