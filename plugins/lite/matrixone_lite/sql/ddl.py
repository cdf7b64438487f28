"""CREATE TABLE and the parts ALTER TABLE shares with it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from matrixone_lite.sql import ast
from matrixone_lite.sql.dml import DmlParser
from matrixone_lite.sql.indexes import IndexParser

if TYPE_CHECKING:
    from collections.abc import Callable

_BIT_OR: Final = 6
_INDEX_WORDS: Final = frozenset(("primary", "unique", "index", "key", "fulltext"))
_TEXT_OPTIONS: Final = frozenset(
    """
    engine comment charset collate compression connection encryption engine_attribute index insert_method pack_keys
    password row_format secondary_engine_attribute stats_auto_recalc stats_persistent storage tablespace union
    """.split(),  # noqa: SIM905 - a list would be a page of quotes
)
_NUMBER_OPTIONS: Final = frozenset(
    """
    auto_increment avg_row_length checksum delay_key_write key_block_size max_rows min_rows stats_sample_pages
    autoextend_size
    """.split(),  # noqa: SIM905 - a list would be a page of quotes
)


@dataclass(slots=True)
class _Draft:
    """A column while its options are read."""

    name: str
    type: ast.DataType
    nullable: bool | None = None
    default: ast.Expr | None = None
    on_update: ast.Expr | None = None
    auto_increment: bool = False
    primary_key: bool = False
    unique: bool = False
    comment: str | None = None
    generated: ast.Generated | None = None
    checks: list[ast.Check] = field(default_factory=list)
    references: ast.ForeignKey | None = None

    def finish(self) -> ast.ColumnDefinition:
        return ast.ColumnDefinition(
            self.name,
            self.type,
            self.nullable,
            self.default,
            self.on_update,
            self.auto_increment,
            self.primary_key,
            self.unique,
            self.comment,
            self.generated,
            tuple(self.checks),
            self.references,
        )


class TableParser(IndexParser, DmlParser):
    """Reads definitions of tables."""

    def create_table(self, *, temporary: bool = False) -> ast.Statement:
        """``CREATE TABLE``, behind TABLE."""
        if_not_exists = self.if_not_exists()
        name = self.name()
        if self.accept("like"):
            return ast.CreateTableLike(name, self.name(), if_not_exists, temporary)
        if self.accept("clone"):
            return self._clone_table(name, if_not_exists, temporary=temporary)
        columns: list[ast.ColumnDefinition] = []
        indexes: list[ast.Index] = []
        foreign_keys: list[ast.ForeignKey] = []
        checks: list[ast.Check] = []
        if self.words[self.at] == "(" and self.words[self.at + 1] not in ("select", "with"):
            if self.accept("(", "like"):
                like = self.name()
                self.expect(")")
                return ast.CreateTableLike(name, like, if_not_exists, temporary)
            self.at += 1
            while self.words[self.at] != ")" or columns:
                element = self._element()
                if isinstance(element, ast.ColumnDefinition):
                    columns.append(element)
                elif isinstance(element, ast.Index):
                    indexes.append(element)
                elif isinstance(element, ast.ForeignKey):
                    foreign_keys.append(element)
                else:
                    checks.append(element)
                if not self.accept(","):
                    break
            self.expect(")")
        options = self.table_options()
        partitioning = self.partitioning() if self.words[self.at] == "partition" else None
        cluster_by = self._cluster_by()
        query = self._as_query()
        return ast.CreateTable(
            name,
            tuple(columns),
            tuple(indexes),
            tuple(foreign_keys),
            tuple(checks),
            options,
            if_not_exists,
            temporary,
            query,
            partitioning,
            cluster_by,
        )

    def _as_query(self) -> ast.Query | None:
        if self.accept("as"):
            return self.query()
        return self.query() if self.words[self.at] in ("select", "with", "(") else None

    def _cluster_by(self) -> tuple[str, ...]:
        if not self.accept("cluster"):
            return ()
        self.expect("by")
        if self.words[self.at] == "(":
            return self.identifiers_in_parentheses()
        return (self.identifier(),)

    def _clone_table(self, name: ast.Name, if_not_exists: bool, *, temporary: bool) -> ast.CloneTable:
        source = self.name()
        hint = self.time_travel() if self.words[self.at] == "{" else None
        copy_grants = self.accept("copy", "grants")
        account = self.to_account()
        return ast.CloneTable(name, source, hint, account, if_not_exists, copy_grants, temporary)

    def to_account(self) -> str | None:
        """``[TO ACCOUNT name]``."""
        if not self.accept("to"):
            return None
        self.expect("account")
        return self.identifier()

    # --- elements ---------------------------------------------------------------------------------------------------

    def _element(self) -> ast.ColumnDefinition | ast.Index | ast.ForeignKey | ast.Check:
        word = self.words[self.at]
        if word in ("constraint", "foreign", "check") or word in _INDEX_WORDS:
            return self.constraint()
        return self.column_definition()

    def constraint(self) -> ast.Index | ast.ForeignKey | ast.Check:
        """``[CONSTRAINT [name]]`` and what it names: key, foreign key or check."""
        name = None
        if self.accept("constraint") and self.is_identifier():
            name = self.identifier()
        word = self.words[self.at]
        if word == "foreign":
            return self._foreign_key(name)
        if word == "check":
            return self.check(name)
        if word in _INDEX_WORDS:
            return self.index_definition(name)
        raise self.error()

    def check(self, name: str | None = None) -> ast.Check:
        """``CHECK (condition) [[NOT] ENFORCED]``."""
        self.expect("check", "(")
        condition = self.expression()
        self.expect(")")
        if self.accept("enforced"):
            return ast.Check(name, condition)
        return ast.Check(name, condition, not self.accept("not", "enforced"))

    def _foreign_key(self, constraint: str | None) -> ast.ForeignKey:
        self.expect("foreign", "key")
        self.if_not_exists()
        if self.words[self.at] != "(":
            self.identifier()
        return self.references(constraint, self.identifiers_in_parentheses())

    def references(self, name: str | None, columns: tuple[str, ...]) -> ast.ForeignKey:
        """``REFERENCES table (columns) [ON DELETE …] [ON UPDATE …]``."""
        self.expect("references")
        table = self.name()
        referenced = self.identifiers_in_parentheses() if self.words[self.at] == "(" else ()
        if self.accept("match"):
            self.expect_any("full", "partial", "simple")
        on_delete = on_update = None
        while self.next_is("on", "delete") or self.next_is("on", "update"):
            self.at += 1
            event = self.expect_any("delete", "update")
            action = self._reference_action()
            if event == "delete":
                on_delete = action
            else:
                on_update = action
        return ast.ForeignKey(name, columns, table, referenced, on_delete, on_update)

    def _reference_action(self) -> str:
        for words in (("restrict",), ("cascade",), ("set", "null"), ("no", "action"), ("set", "default")):
            if self.accept(*words):
                return " ".join(words)
        raise self.error()

    # --- columns ----------------------------------------------------------------------------------------------------

    def column_definition(self) -> ast.ColumnDefinition:
        """``name type option …``."""
        name = self.column_reference().name
        draft = _Draft(name, self.column_type())
        while True:
            parse = self._column_options.get(self.words[self.at])
            if parse is not None:
                parse(self, draft)
            elif not self._ignored_column_option():
                return draft.finish()

    def _not_null(self, draft: _Draft) -> None:
        self.expect("not", "null")
        draft.nullable = False

    def _null(self, draft: _Draft) -> None:
        self.at += 1
        draft.nullable = True

    def _default_value(self, draft: _Draft) -> None:
        self.at += 1
        draft.default = self.expression(_BIT_OR)

    def _on_update(self, draft: _Draft) -> None:
        self.expect("on", "update")
        draft.on_update = self._current_timestamp()

    def _auto_increment(self, draft: _Draft) -> None:
        self.at += 1
        draft.auto_increment = True

    def _primary_key(self, draft: _Draft) -> None:
        self.accept("primary")
        self.expect("key")
        draft.primary_key = True

    def _unique(self, draft: _Draft) -> None:
        self.at += 1
        self.accept("key")
        draft.unique = True

    def _column_comment(self, draft: _Draft) -> None:
        self.at += 1
        draft.comment = self.string()

    def _column_check(self, draft: _Draft) -> None:
        constraint = self.constraint()
        if not isinstance(constraint, ast.Check):
            raise self.error()
        draft.checks.append(constraint)

    def _column_references(self, draft: _Draft) -> None:
        draft.references = self.references(None, (draft.name,))

    def _generated(self, draft: _Draft) -> None:
        if self.accept("generated"):
            self.expect("always")
        self.expect("as", "(")
        expr = self.expression()
        self.expect(")")
        draft.generated = ast.Generated(expr, self.accept_any("stored", "virtual") == "stored")

    _column_options: Final[dict[str, Callable[[TableParser, _Draft], None]]] = {
        "not": _not_null,
        "null": _null,
        "default": _default_value,
        "on": _on_update,
        "auto_increment": _auto_increment,
        "primary": _primary_key,
        "key": _primary_key,
        "unique": _unique,
        "comment": _column_comment,
        "check": _column_check,
        "constraint": _column_check,
        "references": _column_references,
        "generated": _generated,
        "as": _generated,
    }

    def _current_timestamp(self) -> ast.Expr:
        spelling = self.tokens[self.at]
        self.expect_any("current_timestamp", "localtime", "localtimestamp")
        args: tuple[ast.Expr, ...] = ()
        if self.accept("("):
            if self.words[self.at] != ")":
                scale = self.integer()
                args = (ast.Literal(ast.LiteralKind.INTEGER, scale, str(scale)),)
            self.expect(")")
        return ast.Function("current_timestamp", args, spelling=spelling)

    def _ignored_column_option(self) -> bool:
        if self.accept("collate"):
            self.text_or_identifier()
            return True
        if self.accept("character", "set") or self.accept("charset"):
            self.text_or_identifier()
            return True
        if self.accept_any("column_format", "storage"):
            self.identifier()
            return True
        return self.accept_any("low_cardinality", "visible", "invisible") is not None

    # --- options and partitions -------------------------------------------------------------------------------------

    def table_options(self) -> tuple[ast.TableOption, ...]:
        """Options behind the elements, with or without commas."""
        options: list[ast.TableOption] = []
        while True:
            option = self.table_option()
            if option is None:
                return tuple(options)
            options.append(option)
            self.accept(",")

    def table_option(self) -> ast.TableOption | None:
        """One option, None when none follows."""
        start = self.at
        self.accept("default")
        word = self.words[self.at]
        if self.accept("character"):
            self.expect("set")
            word = "charset"
        elif self.accept("start"):
            self.expect("transaction")
            return ("start transaction", True)
        elif self.accept("properties"):
            self.expect("(")
            while not self.accept(")"):
                self.at += 1
                if self.at_end():
                    raise self.error()
            return ("properties", self.text_between(start, self.at))
        elif word in _TEXT_OPTIONS or word in _NUMBER_OPTIONS:
            self.at += 1
        else:
            self.at = start
            return None
        self.accept("=")
        if word in _NUMBER_OPTIONS or self.is_integer():
            return (word, self.integer())
        if self.accept("default") or self.accept("binary"):
            return (word, self.words[self.at - 1])
        return (word, self.text_or_identifier())

    def partitioning(self) -> ast.Partitioning:
        """``PARTITION BY …``, at PARTITION."""
        start = self.at
        self.expect("partition", "by")
        method = "linear " if self.accept("linear") else ""
        method += self.expect_any("key", "hash", "range", "list")
        if self.accept("algorithm"):
            self.expect("=")
            self.integer()
        if self.accept("columns"):
            method += " columns"
        self.expect("(")
        exprs = () if self.words[self.at] == ")" else self.expressions()
        self.expect(")")
        count = self.integer() if self.accept("partitions") else None
        head = self.text_between(start, self.at)
        partitions = self.partition_list() if self.words[self.at] == "(" else ()
        return ast.Partitioning(method, exprs, count, partitions, head)

    def partition_list(self) -> tuple[ast.Partition, ...]:
        """Partitions in parentheses."""
        self.expect("(")
        partitions: list[ast.Partition] = []
        while self.words[self.at] == "partition" and (not partitions or self.words[self.at - 1] == ","):
            partitions.append(self._partition())
            self.accept(",")
        self.expect(")")
        return tuple(partitions)

    def _partition(self) -> ast.Partition:
        start = self.at
        self.expect("partition")
        name = self.identifier()
        values: tuple[ast.Expr, ...] = ()
        if self.accept("values", "in") or self.accept("values", "less", "than"):
            bracket = self.accept("(")
            if not self.accept("maxvalue"):
                values = self.expressions()
            while self.accept(",", "maxvalue"):
                pass
            if bracket:
                self.expect(")")
        self._skip_partition_options()
        return ast.Partition(name, values, self.text_between(start, self.at))

    def _skip_partition_options(self) -> None:
        depth = 0
        while depth or self.words[self.at] not in (",", ")"):
            if self.at_end():
                raise self.error()
            depth += {"(": 1, ")": -1}.get(self.words[self.at], 0)
            self.at += 1
