"""The manager ``load_data``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, Unpack

from matrixone.exceptions import ConfigurationError
from matrixone.managers import AsyncManager, Manager, awaitable
from matrixone.sql import object_name, split_name
from matrixone.tables import table_of
from matrixone_load_data.formats import Csv, JsonLines
from matrixone_load_data.loading import ClientData, ServerData, load
from matrixone_load_data.model import checked_columns, checked_conflicts
from matrixone_load_data.sources import ServerFile, Text, file_source

if TYPE_CHECKING:
    import os
    from collections.abc import Sequence

    from matrixone.bulk import TableLike
    from matrixone_load_data.formats import CsvOptions, Format
    from matrixone_load_data.loading import Data
    from matrixone_load_data.model import Conflicts, LoadResult, Local
    from matrixone_load_data.operations import Table
    from matrixone_load_data.sources import ClientSource

    Source = ClientSource | ServerFile


class LoadDataManager(Manager):
    """Files into tables, in the session's transaction: all rows or none, and none after a rollback.

    LOAD DATA of the server stores duplicates of PRIMARY KEY and UNIQUE values. A table that has such keys is therefore
    loaded by way of a temporary table and ``INSERT ... SELECT``, which checks them, unless ``conflicts="unchecked"``.

    A file of the client is read here and sent with the statements (LOAD DATA INLINE): no server can ask for another.
    """

    def from_csv(
        self,
        file: str | os.PathLike[str],
        table_or_model: TableLike,
        *,
        columns: Sequence[str | None] | None = None,
        conflicts: Conflicts = "error",
        local: Local = "auto",
        charset: str = "utf-8",
        **options: Unpack[CsvOptions],
    ) -> LoadResult:
        r"""Load a file of comma-separated values.

        Args:
            file: Path on the client, ``stage://stage/path``, or with ``local=False`` an absolute path on the server.
            table_or_model: ``table``, ``database.table``, or a mapped class.
            columns: The column of each field, None for a field to leave out; all columns if left out, in their order.
            conflicts: What happens to a row whose key exists: ``error``, ``ignore``, ``update`` or ``unchecked``.
            local: Whose file it is: the client's (True), the server's (False), the client's unless ``stage://`` (auto).
            charset: Character set of a file of the client.
            **options: ``delimiter`` (``,``), ``quotechar`` (``"``), ``escapechar`` (None; files written by the server
                have ``\\``), ``header`` (True: the first line names the columns), ``ignore_lines`` (0: lines to skip
                before anything else), ``null_value`` (a text that stands for NULL, besides ``\N``).

        Returns:
            How many rows were read and written.

        Raises:
            IntegrityError: A key exists, or another constraint is violated; nothing was loaded.
            LoadError: The file cannot be read, or its rows do not fit the table; nothing was loaded.
            ConfigurationError: An argument that cannot work; nothing was sent.
            PendingOperationError: The stage is created only after the session's commit.

        LOAD DATA INLINE, or LOAD DATA INFILE for a file that the server reads.
        """
        return self._load(file_source(file, local, charset), table_or_model, Csv(**options), columns, conflicts)

    def from_tsv(
        self,
        file: str | os.PathLike[str],
        table_or_model: TableLike,
        *,
        columns: Sequence[str | None] | None = None,
        conflicts: Conflicts = "error",
        local: Local = "auto",
        charset: str = "utf-8",
        **options: Unpack[CsvOptions],
    ) -> LoadResult:
        """Load a file of tab-separated values; otherwise as :meth:`from_csv`."""
        tabs: CsvOptions = {"delimiter": "\t", **options}
        return self._load(file_source(file, local, charset), table_or_model, Csv(**tabs), columns, conflicts)

    def from_jsonl(
        self,
        file: str | os.PathLike[str],
        table_or_model: TableLike,
        *,
        columns: Sequence[str] | None = None,
        conflicts: Conflicts = "error",
        local: Local = "auto",
        charset: str = "utf-8",
    ) -> LoadResult:
        r"""Load a file with one JSON object a line.

        Args:
            file: As for :meth:`from_csv`.
            table_or_model: As for :meth:`from_csv`.
            columns: Columns to load, each a key of every object; all columns if left out. Other keys are left out.
            conflicts: As for :meth:`from_csv`.
            local: As for :meth:`from_csv`.
            charset: As for :meth:`from_csv`.

        Returns:
            How many rows were read and written.

        Raises:
            IntegrityError: As for :meth:`from_csv`.
            LoadError: As for :meth:`from_csv`; also a line of a client's file that is no JSON object. In a file of the
                server such a line is not noticed, and rows are lost: compare ``rows_read``.
            ConfigurationError: As for :meth:`from_csv`.

        LOAD DATA. The server takes the text ``\N`` for NULL, and vectors only as text (``"[1, 2]"``).
        """
        return self._load(file_source(file, local, charset), table_or_model, JsonLines(), columns, conflicts)

    def from_inline(
        self,
        data: str,
        table_or_model: TableLike,
        *,
        format: Literal["csv", "jsonl"] = "csv",  # noqa: A002 - the server's word for it
        columns: Sequence[str | None] | None = None,
        conflicts: Conflicts = "error",
        **options: Unpack[CsvOptions],
    ) -> LoadResult:
        """Load lines that are in memory.

        Args:
            data: The lines.
            table_or_model: As for :meth:`from_csv`.
            format: ``csv`` or ``jsonl``.
            columns: As for :meth:`from_csv`.
            conflicts: As for :meth:`from_csv`.
            **options: As for :meth:`from_csv`, with ``csv`` only.

        Returns:
            How many rows were read and written.

        Raises:
            IntegrityError: As for :meth:`from_csv`.
            LoadError: As for :meth:`from_csv`.
            ConfigurationError: As for :meth:`from_csv`; or an unknown format.

        LOAD DATA INLINE.
        """
        if not isinstance(data, str):
            raise ConfigurationError(f"data is a str, not {type(data).__name__}")
        if format not in ("csv", "jsonl") or (format == "jsonl" and options):
            raise ConfigurationError(f"format is 'csv' with options or 'jsonl' without, not {format!r} with {options}")
        return self._load(
            Text(data), table_or_model, Csv(**options) if format == "csv" else JsonLines(), columns, conflicts
        )

    def from_stage_csv(
        self,
        stage: str,
        file: str,
        table_or_model: TableLike,
        *,
        columns: Sequence[str | None] | None = None,
        conflicts: Conflicts = "error",
        **options: Unpack[CsvOptions],
    ) -> LoadResult:
        """Load a file of comma-separated values from a stage; the server reads it.

        Args:
            stage: Name of the stage.
            file: Path in the stage.
            table_or_model: As for :meth:`from_csv`.
            columns: As for :meth:`from_csv`.
            conflicts: As for :meth:`from_csv`.
            **options: As for :meth:`from_csv`.

        Returns:
            How many rows were read and written.

        Raises:
            IntegrityError: As for :meth:`from_csv`.
            LoadError: As for :meth:`from_csv`; also a missing stage or file.
            PendingOperationError: The stage is created only after the session's commit.
        """
        source = ServerFile(f"stage://{object_name(stage)}/{file.lstrip('/')}")
        return self._load(source, table_or_model, Csv(**options), columns, conflicts)

    # -- inner parts ----------------------------------------------------------------------------------------------

    def _load(
        self,
        source: Source,
        table_or_model: TableLike,
        written: Format,
        columns: Sequence[str | None] | None,
        conflicts: Conflicts,
    ) -> LoadResult:
        conflicts = checked_conflicts(conflicts)
        table = _table(table_or_model)
        fields = None if columns is None else checked_columns(columns)
        data: Data
        if isinstance(source, ServerFile):
            data = ServerData(source, written, fields)
        else:
            data = ClientData(source, written, fields, whole=conflicts == "unchecked")
        with self._session.unit_of_work() as session:
            return load(session, table, data, conflicts)


class AsyncLoadDataManager(AsyncManager[LoadDataManager]):
    """:class:`LoadDataManager` for asyncio. Files are read a megabyte at a time; between them the event loop runs."""

    from_csv = awaitable(LoadDataManager.from_csv)
    from_tsv = awaitable(LoadDataManager.from_tsv)
    from_jsonl = awaitable(LoadDataManager.from_jsonl)
    from_inline = awaitable(LoadDataManager.from_inline)
    from_stage_csv = awaitable(LoadDataManager.from_stage_csv)


def _table(table_or_model: TableLike) -> Table:
    if isinstance(table_or_model, str):
        return split_name(table_or_model)
    table = table_of(table_or_model)
    return (table.name,) if table.schema is None else (table.schema, table.name)
