"""ALTER TABLE and the definitions of databases, views and sequences."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from matrixone_lite.sql import ast
from matrixone_lite.sql.ddl import TableParser

if TYPE_CHECKING:
    from collections.abc import Callable

_BIT_OR: Final = 6


class DefinitionParser(TableParser):
    """Reads ALTER TABLE and the smaller definitions."""

    def alter_table(self) -> ast.AlterTable:
        """``ALTER TABLE``, behind TABLE."""
        name = self.name()
        if self.words[self.at] == "partition":
            return ast.AlterTable(name, (ast.Repartition(self.skip_statement()),))
        actions = self._actions()
        while self.accept(","):
            actions += self._actions()
        return ast.AlterTable(name, tuple(actions))

    def _actions(self) -> list[ast.AlterAction]:
        word = self.words[self.at]
        parse = self._action_parsers.get(word)
        if parse is not None:
            self.at += 1
            return parse(self)
        options = self.table_options()
        if not options:
            raise self.error()
        return [ast.SetTableOptions(options)]

    def _add(self) -> list[ast.AlterAction]:
        word = self.words[self.at]
        if self.accept("partition"):
            return [ast.AddPartitions(self.partition_list())]
        if word in ("constraint", "foreign", "check", "primary", "unique", "index", "key", "fulltext"):
            constraint = self.constraint()
            if isinstance(constraint, ast.ForeignKey):
                return [ast.AddForeignKey(constraint)]
            if isinstance(constraint, ast.Check):
                return [ast.AddCheck(constraint)]
            return [ast.AddIndex(constraint)]
        self.accept("column")
        if not self.accept("("):
            column = self.column_definition()
            return [ast.AddColumn(column, *self._place())]
        actions: list[ast.AlterAction] = [ast.AddColumn(self.column_definition())]
        while self.accept(","):
            actions.append(ast.AddColumn(self.column_definition()))
        self.expect(")")
        return actions

    def _place(self) -> tuple[bool, str | None]:
        if self.accept("first"):
            return True, None
        return False, self.column_reference().name if self.accept("after") else None

    def _drop_part(self) -> list[ast.AlterAction]:
        if self.accept_any("index", "key"):
            return [ast.DropConstraint("index", self.identifier())]
        if self.accept("primary"):
            self.expect("key")
            return [ast.DropConstraint("primary key")]
        if self.accept("foreign"):
            self.expect("key")
            return [ast.DropConstraint("foreign key", self.identifier())]
        if self.accept("constraint"):
            return [ast.DropConstraint("constraint", self.identifier())]
        if self.accept("partition"):
            return [ast.DropPartitions(self._identifiers())]
        self.accept("column")
        return [ast.DropColumn(self.column_reference().name)]

    def _modify(self) -> list[ast.AlterAction]:
        self.accept("column")
        column = self.column_definition()
        return [ast.ChangeColumn(column.name, column, *self._place())]

    def _change(self) -> list[ast.AlterAction]:
        self.accept("column")
        name = self.column_reference().name
        column = self.column_definition()
        return [ast.ChangeColumn(name, column, *self._place())]

    def _rename_part(self) -> list[ast.AlterAction]:
        if self.accept("column"):
            name = self.column_reference().name
            self.expect("to")
            return [ast.RenameColumn(name, self.column_reference().name)]
        self.accept_any("to", "as")
        return [ast.RenameTo(self.name())]

    def _alter_part(self) -> list[ast.AlterAction]:
        if self.accept("index"):
            return [self._alter_index()]
        if self.accept("check"):
            name = self.identifier()
            self.accept("not")
            self.expect("enforced")
            return [ast.AcceptedAction(f"alter check {name}")]
        if self.accept("reindex"):
            return [self._reindex()]
        self.accept("column")
        name = self.column_reference().name
        if self.accept("drop"):
            self.expect("default")
            return [ast.AlterDefault(name, None)]
        self.expect("set", "default")
        return [ast.AlterDefault(name, self.expression(_BIT_OR))]

    def _alter_index(self) -> ast.AlterAction:
        name = self.identifier()
        word = self.expect_any("visible", "invisible", "ivfflat", "hnsw", "ivfpq", "cagra")
        if word in ("visible", "invisible"):
            return ast.AlterIndexVisibility(name, word == "visible")
        return ast.AlterIndexOptions(name, word, self._vector_options())

    def _reindex(self) -> ast.Reindex:
        name = self.identifier()
        using = self.expect_any("ivfflat", "hnsw", "ivfpq", "cagra")
        return ast.Reindex(name, using, self._vector_options())

    def _vector_options(self) -> tuple[tuple[str, int | bool], ...]:
        options: list[tuple[str, int | bool]] = []
        while option := self.index_option():
            key, value = option
            if isinstance(value, (int, bool)):
                options.append((key, value))
        return tuple(options)

    def _truncate_partition(self) -> list[ast.AlterAction]:
        self.expect("partition")
        return [ast.TruncatePartitions(() if self.accept("all") else self._identifiers())]

    def _identifiers(self) -> tuple[str, ...]:
        names = [self.identifier()]
        while self.accept(","):
            names.append(self.identifier())
        return tuple(names)

    def _convert(self) -> list[ast.AlterAction]:
        self.expect("to", "character", "set")
        text = f"convert to {self.text_or_identifier()}"
        if self.accept("collate"):
            self.text_or_identifier()
        return [ast.AcceptedAction(text)]

    def _keys(self) -> list[ast.AlterAction]:
        word = self.words[self.at - 1]
        self.expect("keys")
        return [ast.AcceptedAction(f"{word} keys")]

    def _order(self) -> list[ast.AlterAction]:
        self.at -= 1
        self.order_by()
        return [ast.AcceptedAction("order by")]

    _action_parsers: Final[dict[str, Callable[[DefinitionParser], list[ast.AlterAction]]]] = {
        "add": _add,
        "drop": _drop_part,
        "modify": _modify,
        "change": _change,
        "rename": _rename_part,
        "alter": _alter_part,
        "truncate": _truncate_partition,
        "convert": _convert,
        "disable": _keys,
        "enable": _keys,
        "order": _order,
    }

    # --- databases --------------------------------------------------------------------------------------------------

    def create_database(self) -> ast.Statement:
        """``CREATE DATABASE``, behind the word."""
        if_not_exists = self.if_not_exists()
        name = self.identifier()
        if self.accept("clone"):
            source = self.identifier()
            hint = self.time_travel() if self.words[self.at] == "{" else None
            return ast.CloneDatabase(name, source, hint, self.to_account(), if_not_exists)
        if self.accept("from"):
            account = self.identifier()
            self.expect("publication")
            return ast.SubscribeDatabase(name, account, self.identifier(), if_not_exists)
        options: list[tuple[str, str]] = []
        while option := self.table_option():
            options.append((option[0], str(option[1])))
        return ast.CreateDatabase(name, if_not_exists, tuple(options))

    def alter_database(self) -> ast.AlterDatabase:
        """``ALTER DATABASE``, behind the word."""
        return ast.AlterDatabase(self.identifier(), self.skip_statement())

    # --- views ------------------------------------------------------------------------------------------------------

    def create_view(self, statement: int, *, or_replace: bool) -> ast.CreateView:
        """``CREATE [OR REPLACE] VIEW``, behind VIEW; ``statement`` is where CREATE stands."""
        if_not_exists = self.if_not_exists()
        name = self.name()
        columns, start, query = self._view_body()
        return ast.CreateView(
            name,
            columns,
            query,
            self.text_between(start, self.at),
            self.text_between(statement, self.at),
            or_replace,
            if_not_exists,
        )

    def alter_view(self, statement: int) -> ast.AlterView:
        """``ALTER VIEW``, behind VIEW; ``statement`` is where ALTER stands."""
        if_exists = self.if_exists()
        name = self.name()
        columns, start, query = self._view_body()
        definition = self.text_between(start, self.at)
        return ast.AlterView(name, columns, query, definition, self.text_between(statement, self.at), if_exists)

    def _view_body(self) -> tuple[tuple[str, ...], int, ast.Query]:
        columns = self.identifiers_in_parentheses() if self.words[self.at] == "(" else ()
        self.expect("as")
        start = self.at
        query = self.query()
        if self.accept("with"):
            self.accept_any("cascaded", "local")
            self.expect("check", "option")
        return columns, start, query

    # --- sequences --------------------------------------------------------------------------------------------------

    def create_sequence(self) -> ast.CreateSequence:
        """``CREATE SEQUENCE``, behind SEQUENCE."""
        if_not_exists = self.if_not_exists()
        return ast.CreateSequence(self.name(), if_not_exists, *self._sequence_options())

    def alter_sequence(self) -> ast.AlterSequence:
        """``ALTER SEQUENCE``, behind SEQUENCE."""
        if_exists = self.if_exists()
        return ast.AlterSequence(self.name(), if_exists, *self._sequence_options())

    def _sequence_options(
        self,
    ) -> tuple[ast.DataType | None, int | None, int | None, int | None, int | None, bool | None]:
        """Options in the order the server insists on."""
        data_type = self.column_type() if self.accept("as") else None
        increment = minimum = maximum = start = cycle = None
        if self.accept("increment"):
            self.accept("by")
            increment = self._sequence_number()
        if self.accept("minvalue"):
            minimum = self._sequence_number()
        else:
            self.accept("no", "minvalue")
        if self.accept("maxvalue"):
            maximum = self._sequence_number()
        else:
            self.accept("no", "maxvalue")
        if self.accept("start"):
            self.accept("with")
            start = self._sequence_number()
        if self.accept("no", "cycle"):
            cycle = False
        elif self.accept("cycle"):
            cycle = True
        return data_type, increment, minimum, maximum, start, cycle

    def _sequence_number(self) -> int:
        self.accept("=")
        return self.signed_integer()
