"""Files of the server that statements and functions name by URL or path."""

from __future__ import annotations

import fnmatch
import glob
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from matrixone_lite.engine import stages
from matrixone_lite.engine.accounts import require_admin
from matrixone_lite.engine.api import Done
from matrixone_lite.engine.dispatch import handles
from matrixone_lite.engine.errors import ServerError, unsupported
from matrixone_lite.sql import ast

if TYPE_CHECKING:
    from matrixone_lite.engine.session import LiteSession


def local_path(session: LiteSession, url: str) -> Path:
    """The file a path, a ``file://`` or a ``stage://`` URL means.

    :raises ServerError: 20300 when a stage is missing, 20105 for files elsewhere
    """
    if url.startswith("stage://"):
        url = stages.resolve(session.catalog, session.principal.account_id, url)
    if url.startswith("s3://"):
        raise unsupported("files on S3")
    return Path(url.removeprefix("file://"))


def matched(path: Path) -> list[Path]:
    """The files a path means whose parts may be patterns, in order; itself when there is nothing of a pattern in it."""
    if not _is_pattern(str(path)):
        return [path]
    if not path.is_absolute():
        return []
    names = glob.glob(str(path))  # noqa: PTH207 - of Path, two stars are more than one and match hidden files
    return sorted(found for name in names if (found := Path(name)).is_file() and not _is_hidden(found))


def _is_pattern(text: str) -> bool:
    return any(char in text for char in "*?[")


def _is_hidden(path: Path) -> bool:
    return path.name.startswith(".")


def matching(session: LiteSession, url: str) -> list[Path]:
    """What is in the directory of a ``stage://`` URL, or the files a pattern matches."""
    if not url.startswith("stage://"):
        raise ServerError(20300, "invalid configuration: URL is not stage URL")
    path = local_path(session, url.partition("?")[0])
    if _is_pattern(str(path)):
        return matched(path)
    if path.is_file():
        raise ServerError(1105, f"readdirent {path}: not a directory")
    return sorted(found for found in path.iterdir() if not _is_hidden(found)) if path.is_dir() else []


def read_part(session: LiteSession, url: str) -> bytes:
    """The bytes a datalink means: a file, or the part its ``offset`` and ``size`` cut out.

    :raises ServerError: 20405 when the file is missing
    """
    url, _, query = url.partition("?")
    path = local_path(session, url)
    if not path.is_file():
        raise ServerError(20405, f"file {path.name} is not found")
    data = path.read_bytes()
    options = {key: int(values[-1]) for key, values in parse_qs(query).items() if values[-1].lstrip("-").isdigit()}
    offset, size = options.get("offset", 0), options.get("size", -1)
    return data[offset:] if size < 0 else data[offset : offset + size]


def write_new(session: LiteSession, url: str, data: bytes) -> int:
    """Write a file that must not exist; how many bytes it has.

    :raises ServerError: 20406 when it exists
    """
    path = local_path(session, url.partition("?")[0])
    if path.exists():
        raise ServerError(20406, f"file {'' if path.is_dir() else path.name} already exists")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return path.write_bytes(data)
    except OSError as error:
        raise ServerError(1105, str(error)) from None


@handles(ast.RemoveFiles)
def remove_files(session: LiteSession, statement: ast.RemoveFiles) -> Done:
    """REMOVE FILES FROM STAGE."""
    require_admin(session.principal)
    if not statement.url.startswith("stage://"):
        raise ServerError(20300, "invalid configuration: URL protocol only supports stage://")
    path = local_path(session, statement.url)
    name = path.name
    if _is_pattern(name):
        name = statement.url
        there = path.parent.iterdir() if path.parent.is_dir() else ()
        found = [item for item in there if fnmatch.fnmatchcase(item.name, path.name) and not _is_hidden(item)]
    else:
        found = [path]
    found = [item for item in found if item.is_file()]
    if not found and not statement.if_exists:
        raise ServerError(20405, f"file {name} is not found")
    for item in found:
        item.unlink()
    return Done()
