"""The manager ``load_data``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, Unpack, cast

from matrixone.exceptions import ConfigurationError
from matrixone.managers import AsyncManager, awaitable
from matrixone_load_data.file_methods import FileMethods
from matrixone_load_data.options import also, format_by_name, format_options
from matrixone_load_data.stage_methods import StageMethods
from matrixone_load_data.structures import JsonDataStructure, LoadDataFormat

if TYPE_CHECKING:
    from matrixone.bulk import TableLike
    from matrixone_load_data.formats import Format
    from matrixone_load_data.model import FileOptions, LoadOptions, LoadResult, StageOptions
    from matrixone_load_data.options import CsvFileOptions, CsvTextOptions
    from matrixone_load_data.sources import File


class LoadDataManager(FileMethods, StageMethods):
    r"""Files into tables, in the session's transaction: all rows or none, and none after a rollback.

    LOAD DATA of the server stores duplicates of PRIMARY KEY and UNIQUE values. A table that has such keys is therefore
    loaded by way of a temporary table and ``INSERT ... SELECT``, which checks them, unless ``conflicts="unchecked"``.

    A file of the client is read here and sent with the statements: no server can ask for another.

    Options of all methods::

        columns: The column of each field, None for a field to leave out; all columns if left out, in their order.
        conflicts: What happens to a row whose key exists: ``error``, ``ignore``, ``update`` or ``unchecked``.
        on_progress: Called with the number of rows so far, after each statement.

    Options of files::

        local: Whose file it is: the client's (True), the server's (False), the client's unless ``stage://`` (auto).
        charset: Character set of a file of the client.
        compression: ``auto`` (by the name), ``none``, ``gzip``, ``bzip2``; ``lz4``, ``tar.gz``, ``tar.bz2`` there.
        parallel: Let the server read its file in several tasks.

    Options of separated values::

        delimiter: Between fields (``,``).
        quotechar: Around fields (``"``).
        escapechar: Before special characters (None; files written by the server have ``\\``).
        header: The first line names the columns.
        ignore_lines: Lines to skip before anything else.
        null_value: A text that stands for NULL, besides ``\N``.
        line_start, line_end, set_clause: See :class:`~matrixone_load_data.formats.Csv`; for files of the server.

    Options can also be given by the names other programs have for them: ``sep``, ``skiprows``, ``names``, ``encoding``,
    ``fields_terminated_by`` and the like.
    """

    @also
    def from_file(
        self,
        file: File,
        table_name_or_model: TableLike,
        *,
        format: str | None = None,  # noqa: A002 - the server's word for it
        jsondata: str | None = None,
        **options: Unpack[CsvFileOptions],
    ) -> LoadResult:
        """Load a file of any format.

        Args:
            file: As for :meth:`from_csv`.
            table_name_or_model: As for :meth:`from_csv`.
            format: ``csv``, ``tsv``, ``jsonl`` (``jsonline``), ``json`` or ``parquet``; by the name of the file if left
                out.
            jsondata: ``object`` or ``array``: what a line of JSON is.
            **options: See :class:`LoadDataManager`.

        Returns:
            How many rows were read and written.

        Raises:
            IntegrityError: As for :meth:`from_csv`.
            LoadError: As for :meth:`from_csv`.
            ConfigurationError: As for :meth:`from_csv`; or an unknown format.
            ValueError: The path is empty, or ``ignore_lines`` below 0.
        """
        if file == "":
            raise ValueError("the path of the file is empty")
        if (skipped := options.get("ignore_lines", 0)) < 0:
            raise ValueError(f"ignore_lines is 0 or more, not {skipped}")
        kind = format or format_by_name(str(getattr(file, "name", file)))
        orient: Literal["records", "values"] = "values" if jsondata == JsonDataStructure.ARRAY else "records"
        if jsondata is not None and jsondata not in list(JsonDataStructure):
            raise ConfigurationError(f"jsondata is 'object' or 'array', not {jsondata!r}")
        if kind == LoadDataFormat.PARQUET:
            return self.from_parquet(cast("str", file), table_name_or_model, **cast("FileOptions", options))
        written, settings = format_options(kind, orient, options)
        return self._load_file(file, table_name_or_model, cast("Format", written), settings)

    @also
    def from_local_file(
        self,
        file: File,
        table_name_or_model: TableLike,
        *,
        format: str | None = None,  # noqa: A002 - the server's word for it
        **options: Unpack[CsvFileOptions],
    ) -> LoadResult:
        """Load a file of the client; see :meth:`from_file`."""
        options["local"] = True
        return self.from_file(file, table_name_or_model, format=format, **options)

    @also
    def read_csv(
        self, file: File, table_name_or_model: TableLike, *, inline: bool = False, **options: Unpack[CsvFileOptions]
    ) -> LoadResult:
        """:meth:`from_csv`, or with ``inline`` :meth:`from_inline` of the text given in place of the file."""
        if inline:
            return self.read_csv_inline(cast("str", file), table_name_or_model, **cast("CsvTextOptions", options))
        return self.from_csv(file, table_name_or_model, **options)

    @also
    def read_csv_inline(
        self, data: str, table_name_or_model: TableLike, **options: Unpack[CsvTextOptions]
    ) -> LoadResult:
        """:meth:`from_inline` of separated values."""
        return self.from_inline(data, table_name_or_model, format="csv", **options)

    read_csv_stage = StageMethods.from_stage_csv

    @also
    def read_json(
        self,
        file: File,
        table_name_or_model: TableLike,
        lines: bool = True,
        orient: Literal["records", "values"] = "records",
        inline: bool = False,
        **options: Unpack[FileOptions],
    ) -> LoadResult:
        """:meth:`from_json`, with one value a line unless ``lines=False``; ``inline`` as for :meth:`read_csv`."""
        if inline:
            kind = "jsonl" if lines else "json"
            text, settings = cast("str", file), cast("CsvTextOptions", options)
            return self.from_inline(text, table_name_or_model, format=kind, orient=orient, **settings)
        return self.from_json(file, table_name_or_model, lines=lines, orient=orient, **options)

    @also
    def read_json_inline(
        self,
        data: str,
        table_name_or_model: TableLike,
        orient: Literal["records", "values"] = "records",
        **options: Unpack[LoadOptions],
    ) -> LoadResult:
        """:meth:`from_inline` of one JSON value a line."""
        return self.from_inline(data, table_name_or_model, format="jsonl", orient=orient, **options)

    @also
    def read_json_stage(
        self,
        stage: str,
        file: str,
        table_name_or_model: TableLike,
        lines: bool = True,
        orient: Literal["records", "values"] = "records",
        **options: Unpack[StageOptions],
    ) -> LoadResult:
        """:meth:`from_stage_jsonl`; the server reads lines only."""
        if not lines:
            raise ConfigurationError("the server reads one JSON value a line, no whole document")
        return self.from_stage_jsonl(stage, file, table_name_or_model, orient=orient, **options)

    read_parquet = FileMethods.from_parquet
    read_parquet_stage = StageMethods.from_stage_parquet


class AsyncLoadDataManager(AsyncManager[LoadDataManager]):
    """:class:`LoadDataManager` for asyncio. Files are read a megabyte at a time; between them the event loop runs."""

    from_csv = awaitable(LoadDataManager.from_csv)
    from_tsv = awaitable(LoadDataManager.from_tsv)
    from_jsonl = awaitable(LoadDataManager.from_jsonl)
    from_jsonlines = awaitable(LoadDataManager.from_jsonlines)
    from_json = awaitable(LoadDataManager.from_json)
    from_parquet = awaitable(LoadDataManager.from_parquet)
    from_dataframe = awaitable(LoadDataManager.from_dataframe)
    from_inline = awaitable(LoadDataManager.from_inline)
    from_stage = awaitable(LoadDataManager.from_stage)
    from_stage_csv = awaitable(LoadDataManager.from_stage_csv)
    from_stage_tsv = awaitable(LoadDataManager.from_stage_tsv)
    from_stage_jsonl = awaitable(LoadDataManager.from_stage_jsonl)
    from_stage_parquet = awaitable(LoadDataManager.from_stage_parquet)
    from_file = awaitable(LoadDataManager.from_file)
    from_local_file = awaitable(LoadDataManager.from_local_file)
    read_csv = awaitable(LoadDataManager.read_csv)
    read_csv_inline = awaitable(LoadDataManager.read_csv_inline)
    read_csv_stage = awaitable(LoadDataManager.read_csv_stage)
    read_json = awaitable(LoadDataManager.read_json)
    read_json_inline = awaitable(LoadDataManager.read_json_inline)
    read_json_stage = awaitable(LoadDataManager.read_json_stage)
    read_parquet = awaitable(LoadDataManager.read_parquet)
    read_parquet_stage = awaitable(LoadDataManager.read_parquet_stage)
