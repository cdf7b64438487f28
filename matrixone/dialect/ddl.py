"""Data definition where MatrixOne differs from MySQL: indexes above all.

Indexes are added and dropped by ALTER TABLE. CREATE INDEX does not lock the table, so rows that others write meanwhile
are missing from the index for good; DROP INDEX makes the commit of an open writer fail. The server does not alter
temporary tables, and nobody else writes to them: their indexes are created and dropped.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sqlalchemy import String, exc, literal
from sqlalchemy.dialects.mysql.base import MySQLDDLCompiler

from matrixone.dialect.column_rules import check_column, check_comment
from matrixone.dialect.hints import hints_in
from matrixone.dialect.index_rules import broken_rules
from matrixone.dialect.partitions import Partition
from matrixone.dialect.show_create import Shape

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Column, Index, Table, UniqueConstraint
    from sqlalchemy.schema import CreateIndex, CreateSequence, DropIndex, SetTableComment
    from sqlalchemy.sql.ddl import CreateTableAs
    from sqlalchemy.sql.schema import IdentityOptions

_CLOCK = r"(?:now|current_timestamp|localtime|localtimestamp)(?:\(\d*\))?"
_BARE_DEFAULT = re.compile(
    rf"'(?:''|[^'])*'|\w+|[xb]'[0-9a-f]*'|-?[\d.]+(?:e[-+]?\d+)?|(?:{_CLOCK}|NULL)(?: ON UPDATE {_CLOCK})?",
    re.IGNORECASE,
)
_PARSERS = frozenset({"ngram", "json", "json_value", "gojieba"})
_VECTOR_INDEXES = frozenset({"ivfflat", "hnsw"})
# Options of indexes by the kind of their value.
_NUMBERS = frozenset({"lists", "m", "ef_construction", "ef_search", "max_index_capacity"})
_NUMBERS_ASSIGNED = frozenset({"kmeans_train_percent", "kmeans_max_iteration", "day", "hour"})
_TEXTS = frozenset({"op_type", "quantization"})
_AS_IN_MYSQL = frozenset({"prefix", "with_parser", "length"})
_WITHOUT_NUMBER = re.compile(r"\s*(LINEAR\s+)?(HASH|KEY)\b(?!.*\bPARTITIONS\b).*", re.IGNORECASE | re.DOTALL)
# What tables have, under the names other programs give it for MySQL.
_TABLE_OPTIONS = ("comment", "partition_by", "partitions", "subpartition_by", "subpartitions")


class MatrixOneDDLCompiler(MySQLDDLCompiler):
    """MySQL's DDL with MatrixOne's indexes and sequences."""

    def visit_create_index(self, create: CreateIndex, **_kw: Any) -> str:  # type: ignore[override]
        """``ALTER TABLE t ADD INDEX``, whatever kind the index is of; ``CREATE INDEX`` on a temporary table."""
        if create.if_not_exists:
            raise exc.CompileError("MatrixOne has no ADD INDEX IF NOT EXISTS; use Index.create(checkfirst=True)")
        index = create.element
        table = self._table_of(index)
        name, parts = self._index_name(index), self._index_parts(index)
        if is_temporary(index.table):
            return f"CREATE {name} ON {table} {parts}"
        return f"ALTER TABLE {table} ADD {name} {parts}"

    def visit_drop_index(self, drop: DropIndex, **_kw: Any) -> str:
        """``ALTER TABLE t DROP INDEX``; ``DROP INDEX`` on a temporary table."""
        if drop.if_exists:
            raise exc.CompileError("MatrixOne has no DROP INDEX IF EXISTS; use Index.drop(checkfirst=True)")
        table, name = self._table_of(drop.element), self._prepared_index_name(drop.element)
        if is_temporary(drop.element.table):
            return f"DROP INDEX {name} ON {table}"
        return f"ALTER TABLE {table} DROP INDEX {name}"

    def get_column_specification(self, column: Column[Any], **kw: Any) -> str:
        """A column in CREATE TABLE.

        Raises:
            CompileError: the server would take it and not keep all of it.
        """
        check_column(column.name, column.type, column.comment, self.dialect)
        return super().get_column_specification(column, **kw)

    def get_column_default_string(self, column: Column[Any]) -> str | None:
        """The default, in brackets unless it is a literal or a clock: without, the server cannot print the table."""
        default: str | None = super().get_column_default_string(column)
        if default is None or _BARE_DEFAULT.fullmatch(default) or Shape.of(default).is_in_brackets:
            return default
        return f"({default})"

    def define_unique_constraint_distinct(self, constraint: UniqueConstraint, **_kw: Any) -> str:
        """``KEY name`` after UNIQUE: the server names the constraint by this, and forgets ``CONSTRAINT name``."""
        name = self.preparer.format_constraint(constraint) if constraint.name is not None else None
        return f"KEY {name} " if name else ""

    def post_create_table(self, table: Table) -> str:
        """What follows the columns: ``COMMENT``, ``CLUSTER BY`` and ``PARTITION BY``.

        Raises:
            CompileError: an option for this dialect that the server does not have, or accepts and ignores; a comment
                that it would not keep.
        """
        options = self._table_options(table)
        comment = options.pop("comment", None)
        check_comment(f"of table {table.name!r}", comment)
        parts = [] if comment is None else [f"COMMENT={self._text(comment)}"]
        if columns := options.pop("cluster_by", None):
            if table.primary_key:
                raise exc.CompileError("MatrixOne clusters tables without a primary key only")
            names = [columns] if isinstance(columns, str) else columns
            parts.append(f"CLUSTER BY ({', '.join(map(self.preparer.quote, names))})")
        partition, number = options.pop("partition_by", None), options.pop("partitions", None)
        if partition is not None:
            parts.append(f"PARTITION BY {self._partition(partition, number)}")
        if options:
            raise exc.CompileError(f"MatrixOne's tables have no option {', '.join(sorted(options))}")
        return " ".join(parts)

    def visit_set_table_comment(self, create: SetTableComment, **kw: Any) -> str:
        """``ALTER TABLE t COMMENT``.

        Raises:
            CompileError: as for ``CREATE TABLE``.
        """
        check_comment(f"of table {create.element.name!r}", create.element.comment)
        return super().visit_set_table_comment(create, **kw)

    def _table_options(self, table: Table) -> dict[str, Any]:
        """The options given for this dialect, and those for MySQL that are not about its engines and characters."""
        options: dict[str, Any] = {}
        for name in _TABLE_OPTIONS:
            if (value := table.dialect_kwargs.get(f"mysql_{name}")) is not None:
                options[name] = value
        prefix = f"{self.dialect.name}_"
        for key, value in table.dialect_kwargs.items():
            if key.startswith(prefix) and value is not None:
                options[key.removeprefix(prefix)] = value
        if table.comment is not None:
            options["comment"] = table.comment
        return options

    def _partition(self, partition: Any, number: int | None) -> str:
        text: str = partition.sql(self.preparer.quote, self._literal) if isinstance(partition, Partition) else partition
        if number is not None:
            return f"{text} PARTITIONS {int(number)}"
        if _WITHOUT_NUMBER.fullmatch(text):
            # The server makes such a table, and can then neither show nor change it.
            raise exc.CompileError("partitions by HASH or KEY need their number")
        return text

    def _literal(self, value: Any) -> str:
        text: str = self.sql_compiler.process(literal(value), literal_binds=True)
        return text

    def _text(self, value: str) -> str:
        return self.sql_compiler.render_literal_value(value, String())

    def visit_create_table_as(self, element: CreateTableAs, **kw: Any) -> str:
        """``CREATE TABLE ... AS SELECT``, which SQLAlchemy 2.1 has.

        Raises:
            CompileError: the SELECT reads a snapshot: the server panics.
        """
        if any(hint.keyword == "SNAPSHOT" for hint in hints_in(element.selectable)):
            raise exc.CompileError("no table is made of a SELECT of a snapshot; clone the table, or INSERT its rows")
        return super().visit_create_table_as(element, **kw)

    def visit_create_sequence(self, create: CreateSequence, prefix: str | None = None, **kw: Any) -> str:
        """``CREATE SEQUENCE``, with the type of its numbers."""
        data_type = create.element.data_type
        words = prefix or (f" AS {self.type_compiler.process(data_type)}" if data_type is not None else "")
        text: str = super().visit_create_sequence(create, prefix=words, **kw)  # type: ignore[no-untyped-call]
        return text

    def get_identity_options(self, identity_options: IdentityOptions) -> str:
        """The options of a sequence in the only order the server takes; it has no word for its own bounds."""
        for name in ("cache", "order"):
            if getattr(identity_options, name, None) is not None:
                raise exc.CompileError(f"MatrixOne's sequences have no option {name!r}")
        numbers = (
            ("INCREMENT BY", identity_options.increment),
            ("MINVALUE", identity_options.minvalue),
            ("MAXVALUE", identity_options.maxvalue),
            ("START WITH", identity_options.start),
        )
        words = [f"{keyword} {number:d}" for keyword, number in numbers if number is not None]
        return " ".join([*words, "CYCLE"] if identity_options.cycle else words)

    def _table_of(self, index: Index) -> str:
        self._verify_index_table(index)
        text: str = self.preparer.format_table(index.table)  # type: ignore[arg-type]
        return text

    def _index_name(self, index: Index) -> str:
        name = self._prepared_index_name(index)
        if reasons := [*broken_rules(index)]:
            raise exc.CompileError(f"index {name} cannot be created: {'; '.join(reasons)}")
        using = self._option(index, "using")
        if using is not None:
            return f"INDEX {name} USING {_one_of(_VECTOR_INDEXES, using)}"
        kind = "UNIQUE INDEX" if index.unique else "INDEX"
        if prefix := self._option(index, "prefix"):
            kind = f"{_one_of(frozenset({'fulltext'}), prefix).upper()} {kind}"
        return f"{kind} {name}"

    def _index_parts(self, index: Index) -> str:
        parts = [f"({self._columns(index)})"]
        if parser := self._option(index, "with_parser"):
            parts.append(f"WITH PARSER {_one_of(_PARSERS, parser)}")
        options: Mapping[str, Any] = self._option(index, "with") or {}
        # Given as False it is left out: there is no word for it.
        parts += [self._index_option(name, value) for name, value in options.items() if value is not False]
        if comment := self._option(index, "comment"):
            parts.append(f"COMMENT {self._index_comment(comment)}")
        return " ".join(parts)

    def _columns(self, index: Index) -> str:
        length = self._option(index, "length")
        parts = []
        expression: Any
        for expression in index.expressions:
            text = self.sql_compiler.process(expression, include_table=False, literal_binds=True)
            own = length.get(getattr(expression, "name", None)) if isinstance(length, dict) else length
            parts.append(text if own is None else f"{text}({int(own)})")
        return ", ".join(parts)

    def _index_option(self, name: str, value: Any) -> str:
        if name in _NUMBERS:
            return f"{name.upper()} {int(value)}"
        if name in _NUMBERS_ASSIGNED:
            return f"{name.upper()} = {int(value)}"
        if name == "auto_update":
            return "AUTO_UPDATE = TRUE"
        if name == "async":
            return "ASYNC"
        if name in _TEXTS:
            return f"{name.upper()} {self._text(str(value))}"
        if name == "include":
            return f"INCLUDE ({', '.join(map(self.preparer.quote, value))})"
        raise exc.CompileError(f"an index has no option {name!r}")

    def _index_comment(self, comment: str) -> str:
        if "'" in comment or "\\" in comment:
            raise exc.CompileError("the server fails at a quote or backslash in the comment of an index")
        return self.sql_compiler.render_literal_value(comment, String())

    def _option(self, index: Index, name: str) -> Any:
        """An option given for this dialect or, where both have it, for MySQL."""
        value = index.dialect_options[self.dialect.name][name]
        if value is None and name in _AS_IN_MYSQL:
            value = index.dialect_kwargs.get(f"mysql_{name}")
        return value


def is_temporary(table: Any) -> bool:
    """Whether the table was declared with the prefix TEMPORARY."""
    return any(str(word).upper() == "TEMPORARY" for word in getattr(table, "_prefixes", ()))


def _one_of(known: frozenset[str], word: Any) -> str:
    if str(word).lower() not in known:
        raise exc.CompileError(f"an index cannot have {word!r} here; known: {', '.join(sorted(known))}")
    return str(word).lower()
