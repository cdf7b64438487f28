"""Loading files from stages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, Unpack

from matrixone.sql import object_name
from matrixone_load_data.loader import Loader
from matrixone_load_data.loading import ServerData
from matrixone_load_data.options import also, format_by_name, format_options
from matrixone_load_data.sources import ServerFile

if TYPE_CHECKING:
    from matrixone.bulk import TableLike
    from matrixone_load_data.model import LoadOptions, LoadResult, StageOptions
    from matrixone_load_data.options import CsvStageOptions


class StageMethods(Loader):
    """What the manager loads from stages."""

    @also
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
        written, settings = format_options(format or format_by_name(file), orient, options)
        source = ServerFile(path, settings.compression_of(path), settings.parallel)
        return self._load(ServerData(source, written, settings.fields), table_name_or_model, settings)

    @also
    def from_stage_csv(
        self, stage: str, file: str, table_name_or_model: TableLike, **options: Unpack[CsvStageOptions]
    ) -> LoadResult:
        """Load a file of comma-separated values from a stage; see :meth:`from_stage`."""
        return self.from_stage(stage, file, table_name_or_model, format="csv", **options)

    @also
    def from_stage_tsv(
        self, stage: str, file: str, table_name_or_model: TableLike, **options: Unpack[CsvStageOptions]
    ) -> LoadResult:
        """Load a file of tab-separated values from a stage; see :meth:`from_stage`."""
        return self.from_stage(stage, file, table_name_or_model, format="tsv", **options)

    @also
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

    @also
    def from_stage_parquet(
        self, stage: str, file: str, table_name_or_model: TableLike, **options: Unpack[LoadOptions]
    ) -> LoadResult:
        """Load a parquet file from a stage; see :meth:`from_stage`."""
        return self.from_stage(stage, file, table_name_or_model, format="parquet", **options)
