"""The manager ``fulltext_index``."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any, Self

from matrixone.catalog import qualified
from matrixone.exceptions import ConfigurationError, FulltextError, QueryError
from matrixone.fulltext import FulltextModeType, FulltextParserType, Match
from matrixone.managers import AsyncManager, Manager, awaitable, chaining
from matrixone.operations import CurrentDatabase
from matrixone.tables import table_parts
from matrixone.text_clauses import TextCondition
from matrixone_fulltext import model
from matrixone_fulltext.model import SCORE, FulltextAlgorithmType, FulltextWarning, Searched
from matrixone_fulltext.operations import CreateIndex, DropIndex, ForeignKeys, ListIndexes, PrimaryKey, Search

if TYPE_CHECKING:
    import builtins
    from collections.abc import Sequence

    from sqlalchemy import ColumnElement

    from matrixone.bulk import TableLike
    from matrixone_fulltext.model import FulltextIndexInfo

_NOT_SUPPORTED = 20105


class FulltextIndexManager(Manager):
    """Full-text indexes and searches, all of it in the session's transaction.

    Tables are named (``table``, ``database.table``) or given as mapped classes.
    """

    # -- indexes --------------------------------------------------------------------------------------------------

    def create(
        self,
        table_name_or_model: TableLike,
        name: str,
        columns: str | Sequence[str],
        algorithm: str = FulltextAlgorithmType.TF_IDF,
        *,
        parser: str | None = None,
        asynchronous: bool = False,
    ) -> Self:
        """Create a full-text index.

        Args:
            table_name_or_model: The table; it needs a primary key.
            name: Name of the index, kept in lower case.
            columns: Columns of characters or JSON; searches name exactly these. No two indexes have the same ones.
            algorithm: Accepted for other programs. Which one scores is a variable of the searching session:
                ``Client(..., session_variables={"ft_relevancy_algorithm": "BM25"})``.
            parser: How text is split into words: ``ngram`` (for Chinese and the like), ``json`` (words of the values),
                ``json_value`` (whole values) or ``gojieba`` (words of a Chinese dictionary); if left out, words of
                letters and digits.
            asynchronous: Let new rows be found some seconds after their commit.

        Returns:
            The manager, for chaining.

        Raises:
            FulltextError: No such table or column, a column of another type, no primary key, the name is taken, there
                is such an index; or the table refers to another by a foreign key: no row could be inserted any more.
            ConfigurationError: A name the server cannot index, or no columns.
            ValueError: An unknown ``algorithm`` or ``parser``.

        ALTER TABLE ... ADD FULLTEXT INDEX. Warns with :class:`FulltextWarning` that ``BM25`` is not kept.
        """
        kind = None if parser is None else FulltextParserType(parser)
        table, fields = model.indexed_table(table_name_or_model), model.indexed_columns(columns)
        create = CreateIndex(table, model.index_name(name), fields, kind, asynchronous)
        if FulltextAlgorithmType(algorithm) is not FulltextAlgorithmType.TF_IDF:
            _warn(f"the server keeps no algorithm with an index; searches take {algorithm} from ft_relevancy_algorithm")
        with self._session.unit_of_work() as session:
            if referred := session.run(ForeignKeys(*qualified(session, table))).value:
                raise FulltextError(
                    f"{'.'.join(table)} refers to {', '.join(referred)} by a foreign key: with a full-text index every "
                    "INSERT would fail in a panic of the server"
                )
            session.run(create)
        return self

    def drop(self, table_name_or_model: TableLike, name: str) -> Self:
        """Drop an index.

        Args:
            table_name_or_model: The table.
            name: Name of the index.

        Returns:
            The manager, for chaining.

        Raises:
            FulltextError: There is no such table or index.

        ALTER TABLE ... DROP INDEX.
        """
        self._session.run(DropIndex(table_parts(table_name_or_model), name))
        return self

    def list(self, table_name_or_model: TableLike | None = None) -> builtins.list[FulltextIndexInfo]:
        """The full-text indexes of a table.

        Args:
            table_name_or_model: The table; if left out, all of the current database.

        Returns:
            The indexes, by table and name; none for a table that does not exist.
        """
        if table_name_or_model is None:
            return self._session.run(ListIndexes(self._session.run(CurrentDatabase()).value)).value
        table = table_parts(table_name_or_model)
        return self._session.run(ListIndexes(*qualified(self._session, table))).value

    def enable_fulltext(self) -> Self:
        """Nothing needs to be done: full-text search is always on. For programs that turn it on first.

        Returns:
            The manager, for chaining.
        """
        return self

    def disable_fulltext(self) -> Self:
        """Full-text search cannot be turned off; warns with :class:`FulltextWarning` that it stays on.

        Returns:
            The manager, for chaining.
        """
        _warn("full-text search stays on: the server has no switch for it")
        return self

    # -- searches -------------------------------------------------------------------------------------------------

    def search(
        self,
        table_name_or_model: TableLike,
        columns: str | Sequence[str],
        query: str,
        *,
        mode: str = FulltextModeType.NATURAL_LANGUAGE,
        limit: int | None = 10,
        offset: int = 0,
        select_columns: Sequence[str] | None = None,
        where: str | ColumnElement[bool] | None = None,
        where_params: Sequence[Any] = (),
        all_rows: bool = False,
    ) -> builtins.list[dict[str, Any]]:
        """The rows that match, the best first.

        Args:
            table_name_or_model: The table.
            columns: The columns of an index, in any order.
            query: What to look for. In natural mode several words are a phrase; boolean mode finds any of them.
            mode: ``natural`` or ``boolean``, or a :class:`~matrixone.fulltext.FulltextModeType`.
            limit: How many rows, None for all.
            offset: How many of the best to leave out.
            select_columns: Columns of the answer; all if left out.
            where: A further condition: text with ``?``, or a SQLAlchemy expression.
            where_params: Values of the ``?``.
            all_rows: Rows that do not match are part of the answer, with a score of 0.

        Returns:
            A dictionary a row: the columns, and ``score``, the greater the better; 0 for a word that all rows have.

        Raises:
            FulltextError: There is no index over exactly these columns; the message names those there are.
            QueryError: No such table or column, or a wrong number of ``where_params``.
            ConfigurationError: A query without a word or with operators that do not fit together, or a column called
                ``score``.
            ValueError: An unknown ``mode``, or ``limit`` is below 1.

        SELECT ... WHERE MATCH ... AGAINST ... ORDER BY ... LIMIT.
        """
        if (limit is not None and limit < 1) or offset < 0:
            raise ValueError(f"limit is 1 or more and offset 0 or more, not {limit} and {offset}")
        condition = _condition(where, where_params)
        searched = Searched.of(table_name_or_model, columns, select_columns)
        Match(*searched.matched, query=query, mode=mode)  # nothing is sent if it cannot be
        if all_rows and isinstance(table_name_or_model, str):
            key = self._primary_key(table_name_or_model)
            searched = Searched.of(table_name_or_model, columns, select_columns, key)
        match = Match(*searched.matched, query=query, mode=mode)
        try:
            return self._session.run(Search(searched, match, limit, offset, condition, all_rows)).value
        except QueryError as error:
            if error.errno == _NOT_SUPPORTED and "FULLTEXT INDEX" in str(error):
                self._explain(table_name_or_model, searched, error)
            if "in order clause is ambiguous" in str(error):
                message = f"the table has a column {SCORE!r} of its own; name others in select_columns"
                raise ConfigurationError(message) from error
            raise

    def _primary_key(self, table: str) -> tuple[str, ...]:
        key = self._session.run(PrimaryKey(*qualified(self._session, table_parts(table)))).value
        if not key:
            raise FulltextError(f"there is no table {table!r} with a primary key")
        return key

    def _explain(self, table: TableLike, searched: Searched, error: QueryError) -> None:
        known = self.list(table)
        wanted = {column.name.lower() for column in searched.matched}
        if any({column.lower() for column in index.columns} == wanted for index in known):
            return
        table, found = searched.table.fullname, ", ".join(sorted(wanted))
        there = ", ".join(f"{index.name} ({', '.join(index.columns)})" for index in known) or "none"
        raise FulltextError(
            f"no full-text index over exactly {found} of {table}; there are: {there}",
            errno=error.errno,
        ) from error


class AsyncFulltextIndexManager(AsyncManager[FulltextIndexManager]):
    """:class:`FulltextIndexManager` for asyncio."""

    create = chaining(FulltextIndexManager.create)
    drop = chaining(FulltextIndexManager.drop)
    list = awaitable(FulltextIndexManager.list)
    enable_fulltext = chaining(FulltextIndexManager.enable_fulltext)
    disable_fulltext = chaining(FulltextIndexManager.disable_fulltext)
    search = awaitable(FulltextIndexManager.search)


def _condition(where: str | ColumnElement[bool] | None, params: Sequence[Any]) -> ColumnElement[bool] | None:
    if isinstance(where, str):
        return TextCondition.of(where, params)
    if params:
        raise ConfigurationError("where_params belong to a condition that is text")
    return where


def _warn(message: str) -> None:
    warnings.warn(message, FulltextWarning, stacklevel=3)
