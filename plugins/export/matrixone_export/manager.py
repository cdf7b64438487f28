"""The manager behind ``session.export`` and ``client.export``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from matrixone.exceptions import ExportError
from matrixone.managers import AsyncManager, Manager, awaitable
from matrixone_export.formats import ExportFormat, OptionError, csv, json_lines, parquet
from matrixone_export.operations import ReadNames, WriteFile
from matrixone_export.places import check_suffix, format_of, in_stage, path_of
from matrixone_export.queries import query_of

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Sequence
    from typing import Unpack

    from matrixone_export.formats import CsvOptions, Format
    from matrixone_export.operations import Export
    from matrixone_export.queries import Exportable

_FILE_EXISTS = 20406
_OPTIONS: dict[ExportFormat, Callable[[CsvOptions], Format]] = {
    ExportFormat.CSV: csv,
    ExportFormat.JSONLINE: json_lines,
    ExportFormat.PARQUET: parquet,
}


class ExportManager(Manager):
    """Rows of queries into new files, on the server's disk or in a stage.

    In a session the query reads what the session's transaction sees; objects that were only added need ``flush()``. The
    file is no part of the transaction: it is there before the commit, and stays after a rollback.
    """

    def to_csv(
        self,
        path: str | os.PathLike[str],
        query: Exportable,
        params: Sequence[Any] | None = None,
        **options: Unpack[CsvOptions],
    ) -> Export:
        r"""Write a file of separated values (``SELECT ... INTO OUTFILE ... FORMAT 'csv'``).

        Args:
            path: Absolute path on the server's disk, or ``stage://stage/file``; missing directories are made.
            query: String SQL, each ``?`` a placeholder, a SQLAlchemy select, or a query of a session.
            params: A tuple or list of values for string SQL.
            **options: ``sep`` or ``delimiter`` (``,``), ``quotechar`` (``"``; empty for none), ``lineterminator``
                (``\n``), ``header`` (False; True: the first line names the columns), ``force_quote`` (columns that are
                quoted whatever their type), ``split_size`` (bytes, or such as ``"64m"``: begin another file then).

        Returns:
            The file. The server does not say how many rows it holds.

        Raises:
            ExportError: The file exists, there is no such stage, or the server refused the query.
            OptionError: An option, a path or a query that cannot work; nothing was sent. Also a ValueError.
            QueryError: The values do not fit the placeholders; nothing was sent.
            PendingOperationError: The stage is created only after the session's commit.

        To load such a file again: ``load_data.from_csv(..., escapechar="\\")``.
        """
        return self._write(path_of(path), query, params, csv(options))

    def to_jsonl(
        self,
        path: str | os.PathLike[str],
        query: Exportable,
        params: Sequence[Any] | None = None,
        *,
        split_size: int | str | None = None,
    ) -> Export:
        """Write a file with one JSON object a line (``SELECT ... INTO OUTFILE ... FORMAT 'jsonline'``).

        Args:
            path: As for :meth:`to_csv`; it ends with ``.jsonl``, ``.jl`` or ``.json``.
            query: As for :meth:`to_csv`.
            params: As for :meth:`to_csv`.
            split_size: As for :meth:`to_csv`.

        Returns:
            The file.

        Raises:
            ExportError: As for :meth:`to_csv`.
            OptionError: As for :meth:`to_csv`.
        """
        return self._write(path_of(path), query, params, json_lines({"split_size": split_size}))

    def to_parquet(
        self, path: str | os.PathLike[str], query: Exportable, params: Sequence[Any] | None = None
    ) -> Export:
        """Write a Parquet file (``SELECT ... INTO OUTFILE ... FORMAT 'parquet'``).

        Args:
            path: As for :meth:`to_csv`; it ends with ``.parquet``.
            query: As for :meth:`to_csv`; it has no vectors.
            params: As for :meth:`to_csv`.

        Returns:
            The file.

        Raises:
            ExportError: As for :meth:`to_csv`; a column is a vector.
            OptionError: As for :meth:`to_csv`.
        """
        return self._write(path_of(path), query, params, parquet({}))

    def to_file(
        self,
        path: str | os.PathLike[str],
        query: Exportable,
        params: Sequence[Any] | None = None,
        **options: Unpack[CsvOptions],
    ) -> Export:
        """Write a file of the format its suffix stands for: JSON lines, Parquet, or separated values.

        Args:
            path: As for :meth:`to_csv`.
            query: As for :meth:`to_csv`.
            params: As for :meth:`to_csv`.
            **options: As for :meth:`to_csv`, as far as the format has them.

        Returns:
            The file.

        Raises:
            ExportError: As for :meth:`to_csv`.
            OptionError: As for :meth:`to_csv`; the format has no such option.
        """
        return self._write_as_called(path_of(path), query, params, options)

    def to_stage(
        self,
        stage_name: str,
        filename: str,
        query: Exportable,
        params: Sequence[Any] | None = None,
        **options: Unpack[CsvOptions],
    ) -> Export:
        """Write a file in a stage, of the format its suffix stands for; see :meth:`to_file`.

        Args:
            stage_name: Name of the stage.
            filename: The file below it.
            query: As for :meth:`to_csv`.
            params: As for :meth:`to_csv`.
            **options: As for :meth:`to_csv`, as far as the format has them.

        Returns:
            The file.
        """
        return self._write_as_called(in_stage(stage_name, filename), query, params, options)

    def to_csv_stage(
        self,
        stage_name: str,
        filename: str,
        query: Exportable,
        params: Sequence[Any] | None = None,
        **options: Unpack[CsvOptions],
    ) -> Export:
        """Write a file of separated values in a stage; see :meth:`to_csv`."""
        return self._write(in_stage(stage_name, filename), query, params, csv(options))

    def to_jsonl_stage(
        self,
        stage_name: str,
        filename: str,
        query: Exportable,
        params: Sequence[Any] | None = None,
        *,
        split_size: int | str | None = None,
    ) -> Export:
        """Write a file with one JSON object a line in a stage; see :meth:`to_jsonl`."""
        return self._write(in_stage(stage_name, filename), query, params, json_lines({"split_size": split_size}))

    def to_parquet_stage(
        self, stage_name: str, filename: str, query: Exportable, params: Sequence[Any] | None = None
    ) -> Export:
        """Write a Parquet file in a stage; see :meth:`to_parquet`."""
        return self._write(in_stage(stage_name, filename), query, params, parquet({}))

    def _write_as_called(
        self, path: str, query: Exportable, params: Sequence[Any] | None, options: CsvOptions
    ) -> Export:
        return self._write(path, query, params, _OPTIONS[format_of(path)](options))

    def _write(self, path: str, query: Exportable, params: Sequence[Any] | None, written: Format) -> Export:
        check_suffix(path, written)
        operation = WriteFile(query_of(query, params), path, written)
        if written.force_quote:
            names = self._session.run(ReadNames(operation.query)).value
            if missing := [column for column in written.force_quote if column not in names]:
                raise OptionError(f"the query has no columns {', '.join(missing)}, it has {', '.join(names)}")
        try:
            return self._session.run(operation).value
        except ExportError as error:
            if error.errno != _FILE_EXISTS:
                raise
            raise ExportError(
                f"{path!r} exists, and the server overwrites no file: remove it first or write another",
                errno=error.errno,
                sqlstate=error.sqlstate,
                sql=error.sql,
                orig=error.orig,
            ) from error


class AsyncExportManager(AsyncManager[ExportManager]):
    """The asynchronous twin of :class:`ExportManager`."""

    to_csv = awaitable(ExportManager.to_csv)
    to_jsonl = awaitable(ExportManager.to_jsonl)
    to_parquet = awaitable(ExportManager.to_parquet)
    to_file = awaitable(ExportManager.to_file)
    to_stage = awaitable(ExportManager.to_stage)
    to_csv_stage = awaitable(ExportManager.to_csv_stage)
    to_jsonl_stage = awaitable(ExportManager.to_jsonl_stage)
    to_parquet_stage = awaitable(ExportManager.to_parquet_stage)
