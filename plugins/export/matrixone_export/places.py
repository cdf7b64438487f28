"""Where a file is written: on the server's disk, or in a stage."""

from __future__ import annotations

import os
import posixpath
import re
from typing import TYPE_CHECKING

from matrixone.sql import object_name
from matrixone_export.formats import ExportFormat, OptionError

if TYPE_CHECKING:
    from matrixone_export.formats import Format

_STAGE = "stage://"
_NUMBER = "%d"
_FORMATS = {
    ".jsonl": ExportFormat.JSONLINE,
    ".jl": ExportFormat.JSONLINE,
    ".json": ExportFormat.JSONLINE,
    ".parquet": ExportFormat.PARQUET,
}
_COMPRESSED = (".gz", ".bz2", ".lz4", ".zst", ".zip", ".xz")
_LOST = re.compile(r"[\s?#:,%\\\x00-\x1f\x7f\ud800-\udfff]")


def path_of(path: str | os.PathLike[str]) -> str:
    """A path as the server takes it: absolute on its disk, or ``stage://stage/file``.

    Raises:
        OptionError: It is relative, names no file, or the server would write another one.
        InvalidNameError: No stage can have that name.
    """
    text = os.fspath(path)
    if text.startswith(_STAGE):
        stage, _, file = text.removeprefix(_STAGE).partition("/")
        return in_stage(stage, file)
    if not text.startswith("/"):
        raise OptionError(f"a path on the server's disk is absolute, {text!r} is not")
    return _checked(text)


def in_stage(stage: str, file: str) -> str:
    """A file of a stage.

    Raises:
        OptionError: It names no file, is outside the stage, or the server would write another one.
        InvalidNameError: No stage can have that name.
    """
    if ".." in file.split("/"):
        raise OptionError(f"{file!r} would be outside of the stage")
    return _checked(f"{_STAGE}{object_name(stage)}/{file.lstrip('/')}")


def stage_of(path: str) -> str | None:
    """The stage a file is in."""
    return path.removeprefix(_STAGE).partition("/")[0] if path.startswith(_STAGE) else None


def format_of(path: str) -> ExportFormat:
    """The format a file's suffix stands for; CSV, if it stands for none."""
    return _FORMATS.get(posixpath.splitext(path)[1].lower(), ExportFormat.CSV)


def check_suffix(path: str, written: Format) -> None:
    """See that a file is called what it is.

    Raises:
        OptionError: Its suffix stands for another format, or for a compression; or it is to be numbered, but there is
            only one.
    """
    if path.lower().endswith(_COMPRESSED):
        raise OptionError(f"the server does not compress what it writes, {path!r} says so")
    if format_of(path) is not written.format:
        suffixes = [suffix for suffix, format_ in _FORMATS.items() if format_ is written.format]
        wanted = " or ".join(suffixes) or "a suffix of its own"
        raise OptionError(f"a file of the format {written.format} has {wanted}, {path!r} has not")
    if _NUMBER in path and written.split_size is None:
        raise OptionError(f"%d numbers the files of an export with split_size, {path!r} is one file")


def _checked(path: str) -> str:
    place = path.removeprefix(_STAGE)
    if not posixpath.basename(place):
        raise OptionError(f"{path!r} names no file")
    if (lost := _LOST.search(place.replace(_NUMBER, "", 1))) or re.search("%d[0-9A-Fa-f]", place):
        character = lost[0] if lost else "%"
        raise OptionError(f"the server writes no file with {character!r} in its path, such as {path!r}")
    return path
