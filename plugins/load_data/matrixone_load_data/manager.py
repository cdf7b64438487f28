"""The manager ``load_data``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Unpack, cast

from matrixone.aliases import also_named
from matrixone.exceptions import ConfigurationError
from matrixone.managers import AsyncManager, Manager, awaitable
from matrixone.sql import object_name, split_name
from matrixone.tables import table_of
from matrixone_load_data.formats import Csv, JsonDocument, JsonLines, Parquet
from matrixone_load_data.frames import of_dataframe, of_parquet
from matrixone_load_data.loading import ClientData, Records, ServerData, load
from matrixone_load_data.model import Settings, checked_columns
from matrixone_load_data.sources import ServerFile, Text, file_source
from matrixone_load_data.structures import JsonDataStructure, LoadDataFormat

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping

    from matrixone.bulk import TableLike
    from matrixone_load_data.formats import CsvOptions, Format, ServerFormat
    from matrixone_load_data.frames import Frame
    from matrixone_load_data.loading import Data
    from matrixone_load_data.model import FileOptions, LoadOptions, LoadResult, StageOptions
    from matrixone_load_data.operations import Table
    from matrixone_load_data.sources import ClientSource, File

    class CsvTextOptions(CsvOptions, LoadOptions, total=False):
        """Options of separated values in memory."""

    class CsvStageOptions(CsvOptions, StageOptions, total=False):
        """Options of separated values in a stage."""

    class CsvFileOptions(CsvOptions, FileOptions, total=False):
        """Options of separated values in a file."""


_CSV_NAMES = frozenset(Csv.__dataclass_fields__)
_ORIENTS = {"records": JsonDataStructure.OBJECT, "values": JsonDataStructure.ARRAY}

_also = also_named(
    file_path="file",
    filepath_or_buffer="file",
    filename="file",
    stage_name="stage",
    table="table_name_or_model",
    table_name="table_name_or_model",
    table_or_model="table_name_or_model",
    sep="delimiter",
    fields_terminated_by="delimiter",
    fields_enclosed_by="quotechar",
    fields_escaped_by="escapechar",
    quoting="optionally_enclosed",
    fields_optionally_enclosed="optionally_enclosed",
    lines_starting_by="line_start",
    lines_terminated_by="line_end",
    skiprows="ignore_lines",
    names="columns",
    encoding="charset",
    character_set="charset",
)


class LoadDataManager(Manager):
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

    # -- separated values -----------------------------------------------------------------------------------------

    @_also
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
        written, settings = _csv(options)
        return self._load_file(file, table_name_or_model, written, settings)

    @_also
    def from_tsv(self, file: File, table_name_or_model: TableLike, **options: Unpack[CsvFileOptions]) -> LoadResult:
        """Load a file of tab-separated values; otherwise as :meth:`from_csv`."""
        written, settings = _csv({"delimiter": "\t", **options})
        return self._load_file(file, table_name_or_model, written, settings)

    # -- JSON -----------------------------------------------------------------------------------------------------

    @_also
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
        return self._load_file(file, table_name_or_model, JsonLines(_structure(orient)), settings)

    from_jsonlines = from_jsonl

    @_also
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
        written = JsonLines(_structure(orient)) if lines else JsonDocument(_structure(orient))
        return self._load_file(file, table_name_or_model, written, Settings(**options))

    # -- parquet and data frames ----------------------------------------------------------------------------------

    @_also
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

    @_also
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

    @_also
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
        written, settings = _format(format, orient, options)
        return self._load_text(Text(data), table_name_or_model, written, settings)

    # -- stages ---------------------------------------------------------------------------------------------------

    @_also
    def from_stage(
        self,
        stage: str,
        file: str,
        table_name_or_model: TableLike,
        *,
        format: str | None = None,  # noqa: A002 - the server's word for it
        orient: Literal["records", "values"] = "records",
        **options: Unpack[CsvStageOptions],
    ) -> LoadResult:
        """Load a file from a stage; the server reads it.

        Args:
            stage: Name of the stage.
            file: Path in the stage.
            table_name_or_model: As for :meth:`from_csv`.
            format: ``csv``, ``tsv``, ``jsonl`` or ``parquet``; by the name of the file if left out.
            orient: As for :meth:`from_jsonl`.
            **options: See :class:`LoadDataManager`.

        Returns:
            How many rows were read and written.

        Raises:
            IntegrityError: As for :meth:`from_csv`.
            LoadError: As for :meth:`from_csv`; also a missing stage or file.
            ConfigurationError: As for :meth:`from_csv`.
            PendingOperationError: The stage is created only after the session's commit.
        """
        path = f"stage://{object_name(stage)}/{file.lstrip('/')}"
        written, settings = _format(format or _ending(file), orient, options)
        source = ServerFile(path, settings.compression_of(path), settings.parallel)
        return self._load(ServerData(source, written, settings.fields), table_name_or_model, settings)

    @_also
    def from_stage_csv(
        self, stage: str, file: str, table_name_or_model: TableLike, **options: Unpack[CsvStageOptions]
    ) -> LoadResult:
        """Load a file of comma-separated values from a stage; see :meth:`from_stage`."""
        return self.from_stage(stage, file, table_name_or_model, format="csv", **options)

    @_also
    def from_stage_tsv(
        self, stage: str, file: str, table_name_or_model: TableLike, **options: Unpack[CsvStageOptions]
    ) -> LoadResult:
        """Load a file of tab-separated values from a stage; see :meth:`from_stage`."""
        return self.from_stage(stage, file, table_name_or_model, format="tsv", **options)

    @_also
    def from_stage_jsonl(
        self,
        stage: str,
        file: str,
        table_name_or_model: TableLike,
        *,
        orient: Literal["records", "values"] = "records",
        **options: Unpack[StageOptions],
    ) -> LoadResult:
        """Load a file with one JSON value a line from a stage; see :meth:`from_stage`."""
        return self.from_stage(stage, file, table_name_or_model, format="jsonl", orient=orient, **options)

    @_also
    def from_stage_parquet(
        self, stage: str, file: str, table_name_or_model: TableLike, **options: Unpack[LoadOptions]
    ) -> LoadResult:
        """Load a parquet file from a stage; see :meth:`from_stage`."""
        return self.from_stage(stage, file, table_name_or_model, format="parquet", **options)

    # -- by the names of other programs ---------------------------------------------------------------------------

    @_also
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
        kind = format or _ending(str(getattr(file, "name", file)))
        orient: Literal["records", "values"] = "values" if jsondata == JsonDataStructure.ARRAY else "records"
        if jsondata is not None and jsondata not in list(JsonDataStructure):
            raise ConfigurationError(f"jsondata is 'object' or 'array', not {jsondata!r}")
        if kind == LoadDataFormat.PARQUET:
            return self.from_parquet(cast("str", file), table_name_or_model, **cast("FileOptions", options))
        written, settings = _format(kind, orient, options)
        return self._load_file(file, table_name_or_model, cast("Format", written), settings)

    @_also
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

    @_also
    def read_csv(
        self, file: File, table_name_or_model: TableLike, *, inline: bool = False, **options: Unpack[CsvFileOptions]
    ) -> LoadResult:
        """:meth:`from_csv`, or with ``inline`` :meth:`from_inline` of the text given in place of the file."""
        if inline:
            return self.read_csv_inline(cast("str", file), table_name_or_model, **cast("CsvTextOptions", options))
        return self.from_csv(file, table_name_or_model, **options)

    @_also
    def read_csv_inline(
        self, data: str, table_name_or_model: TableLike, **options: Unpack[CsvTextOptions]
    ) -> LoadResult:
        """:meth:`from_inline` of separated values."""
        return self.from_inline(data, table_name_or_model, format="csv", **options)

    read_csv_stage = from_stage_csv

    @_also
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

    @_also
    def read_json_inline(
        self,
        data: str,
        table_name_or_model: TableLike,
        orient: Literal["records", "values"] = "records",
        **options: Unpack[LoadOptions],
    ) -> LoadResult:
        """:meth:`from_inline` of one JSON value a line."""
        return self.from_inline(data, table_name_or_model, format="jsonl", orient=orient, **options)

    @_also
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

    read_parquet = from_parquet
    read_parquet_stage = from_stage_parquet

    # -- inner parts ----------------------------------------------------------------------------------------------

    def _load_file(self, file: File, table: TableLike, written: Format, settings: Settings) -> LoadResult:
        source = file_source(file, settings)
        if isinstance(source, ServerFile):
            return self._load(ServerData(source, written, settings.fields), table, settings)
        return self._load_text(source, table, written, settings)

    def _load_text(self, source: ClientSource, table: TableLike, written: Any, settings: Settings) -> LoadResult:
        if isinstance(written, Parquet):
            raise ConfigurationError("parquet is no text")
        whole = settings.conflicts == "unchecked"
        return self._load(ClientData(source, written, settings.fields, whole=whole), table, settings)

    def _load_records(self, frame: Frame, table: TableLike, settings: Settings) -> LoadResult:
        names, rows = frame
        wanted = settings.fields
        if wanted is not None:
            if unknown := [name for name in wanted if name not in names]:
                raise ConfigurationError(f"the data has no column {', '.join(map(repr, unknown))}, but {names!r}")
            names = [name if name in wanted else None for name in names]  # type: ignore[misc]  # None leaves one out
        return self._load(Records(checked_columns(names), rows), table, settings)

    def _load(self, data: Data, table_name_or_model: TableLike, settings: Settings) -> LoadResult:
        table = _table(table_name_or_model)
        with self._session.unit_of_work() as session:
            return load(session, table, data, settings.conflicts, settings.on_progress)


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


def _csv(options: Mapping[str, Any]) -> tuple[Csv, Settings]:
    """Options of separated values, and the others."""
    written = {name: value for name, value in options.items() if name in _CSV_NAMES}
    return Csv(**written), Settings(**{name: value for name, value in options.items() if name not in _CSV_NAMES})


def _format(kind: str, orient: str, options: Mapping[str, Any]) -> tuple[ServerFormat, Settings]:
    if kind in ("csv", "tsv"):
        return _csv(options if kind == "csv" else {"delimiter": "\t", **options})
    formats: dict[str, ServerFormat] = {
        "jsonl": JsonLines(_structure(orient)),
        "jsonline": JsonLines(_structure(orient)),
        "json": JsonDocument(_structure(orient)),
        "parquet": Parquet(),
    }
    if kind not in formats:
        raise ConfigurationError(f"format is csv, tsv, {', '.join(formats)}, not {kind!r}")
    if given := sorted(_CSV_NAMES & options.keys()):
        raise ConfigurationError(f"{', '.join(given)}: options of separated values, not of {kind}")
    return formats[kind], Settings(**options)


def _structure(orient: str) -> JsonDataStructure:
    if orient not in _ORIENTS:
        raise ConfigurationError(f"orient is 'records' or 'values', not {orient!r}")
    return _ORIENTS[orient]


def _ending(name: str) -> str:
    """The format a file has by its name, which may end with that of a compression."""
    endings = {
        ".tsv": "tsv",
        ".jsonl": "jsonl",
        ".jl": "jsonl",
        ".ndjson": "jsonl",
        ".json": "json",
        ".parquet": "parquet",
    }
    plain = name.lower()
    for compressed in (".gz", ".bz2", ".lz4"):
        plain = plain.removesuffix(compressed)
    return endings.get(Path(plain).suffix, "csv")


def _table(table_name_or_model: TableLike) -> Table:
    if isinstance(table_name_or_model, str):
        return split_name(table_name_or_model)
    table = table_of(table_name_or_model)
    return (table.name,) if table.schema is None else (table.schema, table.name)
