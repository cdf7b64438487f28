"""Functions that read, write and list files of the server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from matrixone_lite.engine import files, types
from matrixone_lite.engine.errors import invalid_input
from matrixone_lite.engine.functions.registry import Accept, scalar, table_function

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from matrixone_lite.engine.context import Context
    from matrixone_lite.engine.types import Type


def _listed_columns(given: Sequence[Type]) -> Sequence[tuple[str, Type]]:
    if given and given[0].kind not in types.STRINGS:
        raise invalid_input(f"stage_list: filepath must be string, but got {given[0].named}")
    return (("file", types.VARCHAR),)


@table_function("stage_list", _listed_columns)
def stage_list(context: Any, url: str | None) -> Iterator[list[Any]]:
    """The files a ``stage://`` URL or pattern means."""
    for path in files.matching(context.session, url or ""):
        yield [str(path)]


@scalar("load_file", parameters=[Accept.TEXT], result=types.TEXT, deterministic=False, context=True)
def load_file(context: Context, link: str) -> str:
    """The content of a file."""
    return files.read_part(context.session, link).decode("utf-8", "surrogateescape")


@scalar("save_file", parameters=[Accept.TEXT, Accept.TEXT], result=types.BIGINT, deterministic=False, context=True)
def save_file(context: Context, link: str, text: str) -> int:
    """Write a new file; how many bytes it has."""
    return files.write_new(context.session, link, text.encode("utf-8", "surrogateescape"))
