"""A stage together with what loads and writes its files: the managers ``load_data`` and ``export`` of its session."""

from __future__ import annotations

import functools
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

from matrixone.exceptions import ConfigurationError, QueryError
from matrixone.managers import awaitable
from matrixone_stage.model import StageProperties

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Mapping

    from matrixone.bulk import TableLike

P = ParamSpec("P")
S = TypeVar("S")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Stage(StageProperties):
    """A named place for files, and the way to them.

    What loads and writes files acts through the session or client the stage came from.
    """

    session: Any = field(default=None, repr=False, compare=False)

    def load_csv(self, /, filepath: str, table: TableLike, **options: Any) -> Any:
        """Load a file of comma-separated values from the stage: see ``load_data.from_stage_csv``."""
        return self._manager("load_data").from_stage_csv(self.name, filepath, table, **options)

    def load_tsv(self, /, filepath: str, table: TableLike, **options: Any) -> Any:
        """Load a file of tab-separated values from the stage: ``load_data.from_stage_tsv``."""
        return self._manager("load_data").from_stage_tsv(self.name, filepath, table, **options)

    def load_json(self, /, filepath: str, table: TableLike, **options: Any) -> Any:
        """Load a file with one JSON value a line from the stage: ``load_data.from_stage_jsonl``."""
        return self._manager("load_data").from_stage_jsonl(self.name, filepath, table, **options)

    def load_parquet(self, /, filepath: str, table: TableLike, **options: Any) -> Any:
        """Load a Parquet file from the stage: ``load_data.from_stage_parquet``."""
        return self._manager("load_data").from_stage_parquet(self.name, filepath, table, **options)

    def load_files(self, /, file_mappings: Mapping[str, TableLike], **options: Any) -> dict[str, Any]:
        """Load several files, each of the format its name stands for: ``load_data.from_stage``.

        Args:
            file_mappings: The table of each file.
            **options: As for ``load_data.from_stage``, for all of them.

        Returns:
            The result of each file.

        Raises:
            QueryError: That of the first file that could not be loaded, once all were tried; its notes tell of the
                others.
        """
        load = self._manager("load_data").from_stage
        loaded: dict[str, Any] = {}
        errors: dict[str, QueryError] = {}
        for file, table in file_mappings.items():
            try:
                loaded[file] = load(self.name, file, table, **options)
            except QueryError as error:
                errors[file] = error
                if error.transaction_lost:
                    break
        if not errors:
            return loaded
        (file, first), *others = errors.items()
        first.add_note(f"of the stage {self.name!r}: file {file!r}; loaded: {', '.join(loaded) or 'none'}")
        for file, other in others:
            first.add_note(f"file {file!r}: {other}")
        raise first

    def export_to_csv(self, /, filename: str, query: Any, **options: Any) -> Any:
        """Write rows of a query to a file of separated values in the stage: ``export.to_csv_stage``."""
        return self._manager("export").to_csv_stage(self.name, filename, query, **options)

    def export_to_jsonl(self, /, filename: str, query: Any, **options: Any) -> Any:
        """Write rows of a query to a file with one JSON object a line in the stage: ``export.to_jsonl_stage``."""
        return self._manager("export").to_jsonl_stage(self.name, filename, query, **options)

    def _manager(self, name: str) -> Any:
        if self.session is None:
            raise ConfigurationError(f"{self!r} came from no session or client; get it from stage.get({self.name!r})")
        return getattr(self.session, name)


@dataclass(frozen=True, slots=True)
class AsyncStage(StageProperties):
    """:class:`Stage` for asyncio: what loads and writes files is a coroutine."""

    stage: Stage | None = field(default=None, repr=False, compare=False)
    session: Any = field(default=None, repr=False, compare=False)

    @classmethod
    def of(cls, stage: Stage, session: Any) -> AsyncStage:
        """The stage of an asynchronous session or client."""
        properties = {each.name: getattr(stage, each.name) for each in fields(StageProperties)}
        return cls(**properties, stage=stage, session=session)

    load_csv = awaitable(Stage.load_csv)
    load_tsv = awaitable(Stage.load_tsv)
    load_json = awaitable(Stage.load_json)
    load_parquet = awaitable(Stage.load_parquet)
    load_files = awaitable(Stage.load_files)
    export_to_csv = awaitable(Stage.export_to_csv)
    export_to_jsonl = awaitable(Stage.export_to_jsonl)

    async def _call(self, method: Callable[..., T], /, *args: Any, **kwargs: Any) -> T:
        result: T = await self.session._bridge(method, self.stage, *args, **kwargs)
        return result


def giving_stage(
    method: Callable[Concatenate[S, P], Stage],
) -> Callable[Concatenate[Any, P], Coroutine[Any, Any, AsyncStage]]:
    """The coroutine twin of a method that answers with a stage."""
    call = awaitable(method)

    @functools.wraps(method)
    async def twin(self: Any, /, *args: P.args, **kwargs: P.kwargs) -> AsyncStage:
        return AsyncStage.of(await call(self, *args, **kwargs), self._session)

    return twin


def giving_stages(
    method: Callable[Concatenate[S, P], list[Stage]],
) -> Callable[Concatenate[Any, P], Coroutine[Any, Any, list[AsyncStage]]]:
    """The coroutine twin of a method that answers with stages."""
    call = awaitable(method)

    @functools.wraps(method)
    async def twin(self: Any, /, *args: P.args, **kwargs: P.kwargs) -> list[AsyncStage]:
        return [AsyncStage.of(stage, self._session) for stage in await call(self, *args, **kwargs)]

    return twin
