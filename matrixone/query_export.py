"""The rows of a query into a file: the manager ``export``, under the names of the query."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from matrixone.exceptions import ConfigurationError

if TYPE_CHECKING:
    import os
    from collections.abc import Sequence

    from matrixone_export import Export

    Path = str | os.PathLike[str]
    Format = Literal["csv", "jsonline", "parquet"]

_METHODS = {"csv": "to_csv", "jsonline": "to_jsonl", "parquet": "to_parquet"}


class QueryExport:
    """Methods of a query that need the plugin ``matrixone-export``."""

    _session: Any

    def export_to_file(
        self,
        filepath: Path,
        format: Format = "csv",  # noqa: A002 - the name the reference gives it
        fields_terminated_by: str | None = None,
        fields_enclosed_by: str | None = None,
        lines_terminated_by: str | None = None,
        header: bool = False,
        max_file_size: int | str | None = None,
        force_quote: Sequence[str] | None = None,
    ) -> Export:
        """Write the rows into a new file on the server's disk.

        Args:
            filepath: Absolute path there, or ``stage://stage/file``.
            format: ``csv``, ``jsonline`` or ``parquet``.
            fields_terminated_by: Between two values; a comma if left out. This and what follows is for ``csv``.
            fields_enclosed_by: Around texts; ``"`` if left out.
            lines_terminated_by: After each row; a newline if left out.
            header: Begin with the names of the columns.
            max_file_size: Bytes after which another file begins; for ``jsonline``, too.
            force_quote: Columns that are enclosed whatever their type.

        Returns:
            The file, as :meth:`session.export.to_csv <matrixone_export.ExportManager.to_csv>` does.

        Raises:
            PluginError: ``matrixone-export`` is not installed.
            ConfigurationError: An unknown format, or an option it does not have.
            ExportError: The server refused.
        """
        delimiters = fields_terminated_by, fields_enclosed_by, lines_terminated_by
        options = _options(format, delimiters, header, max_file_size, force_quote)
        exported: Export = getattr(self._session.export, _METHODS[format])(filepath, self, **options)
        return exported

    def export_to_stage(
        self,
        stage_name: str,
        filename: str,
        format: Format = "csv",  # noqa: A002 - the name the reference gives it
        fields_terminated_by: str | None = None,
        fields_enclosed_by: str | None = None,
        lines_terminated_by: str | None = None,
        header: bool = False,
        max_file_size: int | str | None = None,
        force_quote: Sequence[str] | None = None,
        compression: str | None = None,
    ) -> Export:
        """Write the rows into a new file of a stage; what is not named here is as for :meth:`export_to_file`.

        Args:
            stage_name: Name of the stage.
            filename: The file below it.
            format: ``csv``, ``jsonline`` or ``parquet``.
            fields_terminated_by: Between two values.
            fields_enclosed_by: Around texts.
            lines_terminated_by: After each row.
            header: Begin with the names of the columns.
            max_file_size: Bytes after which another file begins.
            force_quote: Columns that are enclosed whatever their type.
            compression: Refused: the server writes files as they are.
        """
        if compression is not None:
            raise ConfigurationError(f"compression={compression!r}: the server compresses no files that it exports")
        delimiters = fields_terminated_by, fields_enclosed_by, lines_terminated_by
        options = _options(format, delimiters, header, max_file_size, force_quote)
        to_stage = getattr(self._session.export, f"{_METHODS[format]}_stage")
        exported: Export = to_stage(stage_name, filename, self, **options)
        return exported

    def export_to(self, stage_or_filepath: Path, filename: str | None = None, **options: Any) -> Export:
        """Write the rows into a file: of a stage if both names are given, else on the server's disk.

        Args:
            stage_or_filepath: Name of a stage, or a path.
            filename: The file in the stage.
            **options: As for :meth:`export_to_stage` and :meth:`export_to_file`.
        """
        if filename is None:
            return self.export_to_file(stage_or_filepath, **options)
        return self.export_to_stage(str(stage_or_filepath), filename, **options)


def _options(
    kind: str,
    delimiters: tuple[str | None, str | None, str | None],
    header: bool,
    split_size: int | str | None,
    force_quote: Sequence[str] | None,
) -> dict[str, Any]:
    """The options that were given, by the names that the manager has for them.

    Raises:
        ConfigurationError: There is no such format, or it has no such option.
    """
    if kind not in _METHODS:
        raise ConfigurationError(f"files are exported as {', '.join(_METHODS)}, not as {kind!r}")
    options = {
        **dict(zip(("sep", "quotechar", "lineterminator"), delimiters, strict=True)),
        "header": header or None,
        "split_size": split_size,
        "force_quote": force_quote,
    }
    given = {name: value for name, value in options.items() if value is not None}
    known = {"csv": given.keys(), "jsonline": {"split_size"}, "parquet": set[str]()}[kind]
    if unknown := given.keys() - known:
        raise ConfigurationError(f"{kind} has no {', '.join(sorted(unknown))}")
    return given
