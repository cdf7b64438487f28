"""The options of the methods: their types, their other names, and what they mean."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from matrixone.aliases import also_named
from matrixone.exceptions import ConfigurationError
from matrixone_load_data.formats import Csv, CsvOptions, JsonDocument, JsonLines, Parquet
from matrixone_load_data.model import FileOptions, LoadOptions, Settings, StageOptions
from matrixone_load_data.structures import JsonDataStructure

if TYPE_CHECKING:
    from collections.abc import Mapping

    from matrixone_load_data.formats import ServerFormat


class CsvTextOptions(CsvOptions, LoadOptions, total=False):
    """Options of separated values in memory."""


class CsvStageOptions(CsvOptions, StageOptions, total=False):
    """Options of separated values in a stage."""


class CsvFileOptions(CsvOptions, FileOptions, total=False):
    """Options of separated values in a file."""


_CSV_NAMES = frozenset(Csv.__dataclass_fields__)
_ORIENTS = {"records": JsonDataStructure.OBJECT, "values": JsonDataStructure.ARRAY}

also = also_named(
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


def csv_options(options: Mapping[str, Any]) -> tuple[Csv, Settings]:
    """Options of separated values, and the others."""
    written = {name: value for name, value in options.items() if name in _CSV_NAMES}
    return Csv(**written), Settings(**{name: value for name, value in options.items() if name not in _CSV_NAMES})


def format_options(kind: str, orient: str, options: Mapping[str, Any]) -> tuple[ServerFormat, Settings]:
    """The format of that name with its options, and the others.

    Raises:
        ConfigurationError: There is no such format, or it has no such option.
    """
    if kind in ("csv", "tsv"):
        return csv_options(options if kind == "csv" else {"delimiter": "\t", **options})
    formats: dict[str, ServerFormat] = {
        "jsonl": JsonLines(json_structure(orient)),
        "jsonline": JsonLines(json_structure(orient)),
        "json": JsonDocument(json_structure(orient)),
        "parquet": Parquet(),
    }
    if kind not in formats:
        raise ConfigurationError(f"format is csv, tsv, {', '.join(formats)}, not {kind!r}")
    if given := sorted(_CSV_NAMES & options.keys()):
        raise ConfigurationError(f"{', '.join(given)}: options of separated values, not of {kind}")
    return formats[kind], Settings(**options)


def json_structure(orient: str) -> JsonDataStructure:
    """What a line of JSON is, by the word that data frames have for it.

    Raises:
        ConfigurationError: There is no such word.
    """
    if orient not in _ORIENTS:
        raise ConfigurationError(f"orient is 'records' or 'values', not {orient!r}")
    return _ORIENTS[orient]


def format_by_name(name: str) -> str:
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
