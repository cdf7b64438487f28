"""Loading files of either side, data frames and texts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Unpack

from matrixone.exceptions import ConfigurationError
from matrixone_load_data.formats import JsonDocument, JsonLines, Parquet
from matrixone_load_data.frames import of_dataframe, of_parquet
from matrixone_load_data.loader import Loader
from matrixone_load_data.loading import ServerData
from matrixone_load_data.model import Settings
from matrixone_load_data.options import also, csv_options, format_options, json_structure
from matrixone_load_data.sources import ServerFile, Text, file_source

if TYPE_CHECKING:
    import os

    from matrixone.bulk import TableLike
    from matrixone_load_data.model import FileOptions, LoadOptions, LoadResult
    from matrixone_load_data.options import CsvFileOptions, CsvTextOptions
    from matrixone_load_data.sources import File


class FileMethods(Loader):
    """What the manager loads from files, data frames and texts."""

    # -- separated values -----------------------------------------------------------------------------------------

    @also
    def from_csv(self, file: File, table_name_or_model: TableLike, **options: Unpack[CsvFileOptions]) -> LoadResult:
        """Load a file of comma-separated values.

        Args:
            file: Path on the client, an open file, ``stage://stage/path``, or with ``local=False`` an absolute path on
                the server.
            table_name_or_model: ``table``, ``database.table``, or a mapped class.
            **options: See :class:`LoadDataManager`.

        Returns:
            How many rows were read and written.

        Raises:
            IntegrityError: A key exists, or another constraint is violated; nothing was loaded.
            LoadError: The file cannot be read, or its rows do not fit the table; nothing was loaded.
            ConfigurationError: An argument that cannot work; nothing was sent.
            PendingOperationError: The stage is created only after the session's commit.
            TypeError: An unknown option.

        LOAD DATA INLINE, or LOAD DATA INFILE for a file that the server reads.
        """
        written, settings = csv_options(options)
        return self._load_file(file, table_name_or_model, written, settings)

    @also
    def from_tsv(self, file: File, table_name_or_model: TableLike, **options: Unpack[CsvFileOptions]) -> LoadResult:
        """Load a file of tab-separated values; otherwise as :meth:`from_csv`."""
        written, settings = csv_options({"delimiter": "\t", **options})
        return self._load_file(file, table_name_or_model, written, settings)

    # -- JSON -----------------------------------------------------------------------------------------------------

    @also
    def from_jsonl(
        self,
        file: File,
        table_name_or_model: TableLike,
        *,
        orient: Literal["records", "values"] = "records",
        **options: Unpack[FileOptions],
    ) -> LoadResult:
        r"""Load a file with one JSON value a line.

        Args:
            file: As for :meth:`from_csv`.
            table_name_or_model: As for :meth:`from_csv`.
            orient: ``records``: objects, each with all columns as keys, others are left out; ``values``: arrays.
            **options: See :class:`LoadDataManager`.

        Returns:
            How many rows were read and written.

        Raises:
            IntegrityError: As for :meth:`from_csv`.
            LoadError: As for :meth:`from_csv`; also a line of a client's file that is no such value. In a file of the
                server such a line is not noticed, and rows are lost: compare ``rows_read``.
            ConfigurationError: As for :meth:`from_csv`.

        LOAD DATA. The server takes the text ``\N`` for NULL, and vectors only as text (``"[1, 2]"``).
        """
        settings = Settings(**options)
        return self._load_file(file, table_name_or_model, JsonLines(json_structure(orient)), settings)

    from_jsonlines = from_jsonl

    @also
    def from_json(
        self,
        file: File,
        table_name_or_model: TableLike,
        *,
        lines: bool = False,
        orient: Literal["records", "values"] = "records",
        **options: Unpack[FileOptions],
    ) -> LoadResult:
        """Load a file that is one JSON array, of objects or of arrays.

        Args:
            file: As for :meth:`from_csv`; the server reads lines only.
            table_name_or_model: As for :meth:`from_csv`.
            lines: It has one JSON value a line instead: :meth:`from_jsonl`.
            orient: As for :meth:`from_jsonl`.
            **options: See :class:`LoadDataManager`.

        Returns:
            How many rows were read and written.

        Raises:
            IntegrityError: As for :meth:`from_csv`.
            LoadError: As for :meth:`from_jsonl`.
            ConfigurationError: As for :meth:`from_csv`; or a file of the server without ``lines``.

        LOAD DATA.
        """
        written = JsonLines(json_structure(orient)) if lines else JsonDocument(json_structure(orient))
        return self._load_file(file, table_name_or_model, written, Settings(**options))

    # -- parquet and data frames ----------------------------------------------------------------------------------

    @also
    def from_parquet(
        self, file: str | os.PathLike[str], table_name_or_model: TableLike, **options: Unpack[FileOptions]
    ) -> LoadResult:
        """Load a parquet file, whose columns have the names of the table's.

        Args:
            file: Path on the client, for which pyarrow is needed; ``stage://stage/path``, or with ``local=False`` an
                absolute path on the server, ``*`` included.
            table_name_or_model: As for :meth:`from_csv`.
            **options: See :class:`LoadDataManager`; ``columns`` names those to load.

        Returns:
            How many rows were read and written.

        Raises:
            IntegrityError: As for :meth:`from_csv`.
            LoadError: As for :meth:`from_csv`.
            ConfigurationError: As for :meth:`from_csv`; or pyarrow is not installed.

        LOAD DATA INFILE for a file of the server; INSERT for one of the client.
        """
        settings = Settings(**options)
        if settings.charset is not None or settings.compression is not None:
            raise ConfigurationError("a parquet file says itself how it is written: no charset, no compression")
        source = file_source(file, settings)
        if isinstance(source, ServerFile):
            return self._load(ServerData(source, Parquet(), settings.fields), table_name_or_model, settings)
        return self._load_records(of_parquet(Path(file)), table_name_or_model, settings)

    @also
    def from_dataframe(
        self, dataframe: Any, table_name_or_model: TableLike, **options: Unpack[LoadOptions]
    ) -> LoadResult:
        """Load a data frame; its index is no column.

        Args:
            dataframe: Of pandas or polars, or a table of pyarrow.
            table_name_or_model: As for :meth:`from_csv`.
            **options: See :class:`LoadDataManager`; ``columns`` names those to load.

        Returns:
            How many rows were read and written.

        Raises:
            IntegrityError: As for :meth:`from_csv`.
            LoadError: A value does not fit the table, is infinite, or has a time zone; nothing was loaded.
            ConfigurationError: As for :meth:`from_csv`; or no data frame.

        INSERT, with ``conflicts="unchecked"`` too: keys are checked. NaN, NaT and NA are NULL.
        """
        return self._load_records(of_dataframe(dataframe), table_name_or_model, Settings(**options))

    # -- data in memory -------------------------------------------------------------------------------------------

    @also
    def from_inline(
        self,
        data: str,
        table_name_or_model: TableLike,
        *,
        format: str = "csv",  # noqa: A002 - the server's word for it
        orient: Literal["records", "values"] = "records",
        **options: Unpack[CsvTextOptions],
    ) -> LoadResult:
        """Load lines that are in memory.

        Args:
            data: The lines.
            table_name_or_model: As for :meth:`from_csv`.
            format: ``csv``, ``tsv``, ``jsonl`` or ``json``.
            orient: As for :meth:`from_jsonl`.
            **options: See :class:`LoadDataManager`.

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
        written, settings = format_options(format, orient, options)
        return self._load_text(Text(data), table_name_or_model, written, settings)
