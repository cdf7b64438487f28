"""From what the caller named to what is loaded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from matrixone.exceptions import ConfigurationError
from matrixone.managers import Manager
from matrixone.tables import table_parts
from matrixone_load_data.formats import Parquet
from matrixone_load_data.loading import ClientData, Records, ServerData, load
from matrixone_load_data.model import checked_columns
from matrixone_load_data.sources import ServerFile, file_source

if TYPE_CHECKING:
    from matrixone.bulk import TableLike
    from matrixone_load_data.formats import Format
    from matrixone_load_data.frames import Frame
    from matrixone_load_data.loading import Data
    from matrixone_load_data.model import LoadResult, Settings
    from matrixone_load_data.sources import ClientSource, File


class Loader(Manager):
    """What the methods have in common."""

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
        table = table_parts(table_name_or_model)
        with self._session.unit_of_work() as session:
            return load(session, table, data, settings.conflicts, settings.on_progress)
