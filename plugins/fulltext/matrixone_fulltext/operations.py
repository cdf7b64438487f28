"""The server's statements about full-text indexes, and searches."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from sqlalchemy import select, text

from matrixone import catalog, indexes
from matrixone.exceptions import FulltextError
from matrixone.fulltext import FulltextParserType
from matrixone.operations import InTransaction, Operation
from matrixone.sql import EMPTY, SQL, Identifier, joined
from matrixone_fulltext.model import SCORE, FulltextIndexInfo

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import ColumnElement
    from sqlalchemy.engine import Result
    from sqlalchemy.sql import Executable

    from matrixone.fulltext import Match
    from matrixone_fulltext.model import Searched

Table = tuple[str, ...]
_LATER_PARSERS = (FulltextParserType.JSON_VALUE, FulltextParserType.GOJIEBA)

_INDEXES = """
SELECT i.name, t.relname, i.column_name, i.algo_params, i.index_table_name
FROM mo_catalog.mo_indexes i JOIN mo_catalog.mo_tables t ON t.rel_id = i.table_id
WHERE t.account_id = current_account_id() AND t.reldatabase = :database AND i.type = :type"""


@dataclass(frozen=True, slots=True)
class CreateIndex(Operation[None]):
    """ALTER TABLE ... ADD FULLTEXT INDEX: CREATE INDEX would miss rows that others write meanwhile."""

    name: ClassVar = "fulltext_index.create"
    in_transaction: ClassVar = InTransaction.JOINS
    needs_feature: ClassVar = "fulltext_index"
    error: ClassVar = FulltextError

    table: Table
    index: str
    columns: tuple[str, ...]
    parser: FulltextParserType | None = None
    asynchronous: bool = False

    def features(self) -> Iterator[str]:
        """The index, its parser, and how it is maintained."""
        yield from Operation.features(self)
        if self.asynchronous:
            yield "async_index"
        if self.parser in _LATER_PARSERS:
            yield f"fulltext_{self.parser}"

    def statement(self) -> Executable:
        """``ALTER TABLE ... ADD FULLTEXT INDEX``."""
        parser = EMPTY if self.parser is None else SQL(f" WITH PARSER {self.parser.value}")
        words = " ASYNC" if self.asynchronous else ""
        return SQL(f"ALTER TABLE {{table}} ADD FULLTEXT INDEX {{index}} ({{columns}}){{parser}}{words}").format(
            table=Identifier(*self.table),
            index=Identifier(self.index),
            columns=joined([Identifier(column) for column in self.columns]),
            parser=parser,
        )


@dataclass(frozen=True, slots=True)
class DropIndex(indexes.DropIndex):
    """ALTER TABLE ... DROP INDEX."""

    name: ClassVar = "fulltext_index.drop"
    needs_feature: ClassVar = "fulltext_index"
    error: ClassVar = FulltextError


@dataclass(frozen=True, slots=True)
class ListIndexes(Operation[list[FulltextIndexInfo]]):
    """SELECT on the catalog.

    Args:
        database: Database.
        table: Table; all of the database if None.
    """

    name: ClassVar = "fulltext_index.list"
    in_transaction: ClassVar = InTransaction.READS
    needs_feature: ClassVar = "fulltext_index"

    database: str
    table: str | None = None

    def statement(self) -> Executable:
        """``SELECT`` on ``mo_catalog.mo_indexes``."""
        order = " ORDER BY t.relname, i.name, i.ordinal_position"
        values = {"database": self.database.lower(), "type": "FULLTEXT"}
        if self.table is None:
            return text(_INDEXES + order).bindparams(**values)
        return text(f"{_INDEXES} AND t.relname = :table{order}").bindparams(**values, table=self.table.lower())

    def read(self, result: Result[Any]) -> list[FulltextIndexInfo]:
        """The indexes, by table and name; the catalog has a row a column."""
        found: dict[tuple[str, str], FulltextIndexInfo] = {}
        rows: list[Any] = list(result)
        for name, table, column, params, hidden in rows:
            before = found.get((table, name))
            columns = (*(before.columns if before else ()), column)
            found[table, name] = FulltextIndexInfo(name, table, columns, *_options(params), hidden)
        return list(found.values())


@dataclass(frozen=True, slots=True)
class PrimaryKey(Operation[tuple[str, ...]]):
    """SELECT on the catalog: the columns of the primary key."""

    name: ClassVar = "fulltext_index.primary_key"
    in_transaction: ClassVar = InTransaction.READS
    needs_feature: ClassVar = "fulltext_index"

    database: str
    table: str

    def statement(self) -> Executable:
        """``SELECT`` on ``mo_catalog.mo_indexes``."""
        return text(f"{_INDEXES} AND t.relname = :table ORDER BY i.ordinal_position").bindparams(
            database=self.database.lower(), type="PRIMARY", table=self.table.lower()
        )

    def read(self, result: Result[Any]) -> tuple[str, ...]:
        """The columns."""
        return tuple(row.column_name for row in result)


@dataclass(frozen=True, slots=True)
class ForeignKeys(catalog.ForeignKeys):
    """SELECT on the catalog: the other tables that a table refers to."""

    name: ClassVar = "fulltext_index.create"
    needs_feature: ClassVar = "fulltext_index"


@dataclass(frozen=True, slots=True)
class Search(Operation[list[dict[str, Any]]]):
    """SELECT in order of the score.

    Args:
        searched: Table, columns to search in, columns of the answer.
        match: The search.
        limit: Rows of the answer, None for all.
        offset: Rows to leave out first.
        where: A condition on the rows.
        all_rows: Rows that do not match are part of the answer.
    """

    name: ClassVar = "fulltext_index.search"
    in_transaction: ClassVar = InTransaction.READS
    needs_feature: ClassVar = "fulltext_index"

    searched: Searched = field(compare=False)
    match: Match = field(compare=False)
    limit: int | None = None
    offset: int = 0
    where: ColumnElement[bool] | None = field(default=None, compare=False)
    all_rows: bool = False

    def statement(self) -> Executable:
        """``SELECT ... WHERE MATCH ... AGAINST ... ORDER BY score``."""
        score = (self.match.score() if self.all_rows else self.match).label(SCORE)
        statement = select(*self.searched.answered, score).select_from(self.searched.table).order_by(score.desc())
        if not self.all_rows:
            statement = statement.where(self.match)
        if self.where is not None:
            statement = statement.where(self.where)
        return statement.limit(self.limit).offset(self.offset or None)

    def read(self, result: Result[Any]) -> list[dict[str, Any]]:
        """A dictionary a row."""
        return [dict(row) for row in result.mappings()]


def _options(params: str | None) -> tuple[str | None, bool]:
    options = json.loads(params) if params else {}
    return options.get("parser"), options.get("async") == "true"
