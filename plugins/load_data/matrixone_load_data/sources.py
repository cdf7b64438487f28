"""Where the data comes from: a file of the client, a text, a file the server reads."""

from __future__ import annotations

import bz2
import codecs
import contextlib
import gzip
import io
import os
import zlib
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, cast

from matrixone.exceptions import ConfigurationError, LoadError
from matrixone.sql import EMPTY, SQL, Literal, joined
from matrixone_load_data.structures import CompressionFormat

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from matrixone_load_data.model import Settings

_STAGE = "stage://"


@dataclass(frozen=True, slots=True)
class ServerFile:
    """A file the server opens.

    Args:
        path: Absolute path on the server's disk, or ``stage://stage/file``.
        compression: How it is compressed.
        parallel: Read it in several tasks.
    """

    path: str
    compression: CompressionFormat = CompressionFormat.NONE
    parallel: bool = False

    @property
    def is_compressed(self) -> bool:
        """The server has to unpack it."""
        return self.compression is not CompressionFormat.NONE

    @property
    def parallel_clause(self) -> SQL:
        """What lets the server read the file in several tasks."""
        return SQL(" PARALLEL 'true'") if self.parallel else EMPTY

    def with_properties(self, **properties: str) -> SQL:
        """The file as LOAD DATA names it where there is more to say than its path."""
        if self.is_compressed:
            properties["compression"] = str(self.compression)
        pairs = [
            SQL("{name} = {value}").format(name=Literal(name), value=Literal(value))
            for name, value in {"filepath": self.path, **properties}.items()
        ]
        return SQL("{{{pairs}}}").format(pairs=joined(pairs))

    @property
    def stage(self) -> str | None:
        """The stage the file is in."""
        return self.path.removeprefix(_STAGE).partition("/")[0].lower() if self.path.startswith(_STAGE) else None


@dataclass(frozen=True, slots=True)
class Text:
    """Data in memory.

    Args:
        data: The lines.
    """

    data: str

    @property
    def label(self) -> str:
        """How errors call it."""
        return "the data"

    def lines(self) -> Iterator[str]:
        """The lines with their ends, which are line feeds."""
        yield from io.StringIO(self.data, newline="\n")


@dataclass(frozen=True, slots=True)
class LocalFile:
    """A file of the client.

    Args:
        path: The file.
        charset: Character set it is written in; the server would store its bytes as they are.
        compression: How it is compressed.

    Raises:
        LoadError: There is no such file, or it cannot be read.
        ConfigurationError: There is no such character set, or the client cannot unpack it.
    """

    path: Path
    charset: str = "utf-8"
    compression: CompressionFormat = CompressionFormat.NONE

    def __post_init__(self) -> None:
        _check_codec(self.charset)
        if self.compression not in _OPENERS:
            raise ConfigurationError(
                f"{str(self.compression)!r} is unpacked by the server only (local=False, stage://)"
            )
        with self._opened():
            pass

    @property
    def label(self) -> str:
        """How errors call it."""
        return f"the file {str(self.path)!r}"

    def lines(self) -> Iterator[str]:
        """The lines with their ends, which are line feeds.

        Raises:
            LoadError: It cannot be read, or is not of its character set.
        """
        with self._opened() as file:
            yield from file

    @contextlib.contextmanager
    def _opened(self) -> Iterator[IO[str]]:
        opener = _OPENERS[self.compression]
        with _reading(self.label, self.charset), opener(self.path, encoding=_codec(self.charset)) as file:
            yield file


@dataclass(frozen=True, slots=True)
class OpenFile:
    """A file, or something like one, that the caller has opened: it is read from where it is, once.

    Args:
        file: Of text or of bytes.
        charset: Character set of bytes.
        compression: How bytes are compressed.

    Raises:
        ConfigurationError: There is no such character set, or the client cannot unpack it.
    """

    file: IO[str] | IO[bytes]
    charset: str = "utf-8"
    compression: CompressionFormat = CompressionFormat.NONE

    def __post_init__(self) -> None:
        _check_codec(self.charset)
        if self.compression not in _OPENERS:
            raise ConfigurationError(
                f"{str(self.compression)!r} is unpacked by the server only (local=False, stage://)"
            )

    @property
    def label(self) -> str:
        """How errors call it."""
        name = getattr(self.file, "name", None)
        return f"the file {name!r}" if isinstance(name, str) else "the data"

    def lines(self) -> Iterator[str]:
        """The lines with their ends, which are line feeds.

        Raises:
            LoadError: It cannot be read, or is not of its character set.
        """
        with _reading(self.label, self.charset):
            data = self.file.read()
            if isinstance(data, str):
                yield from io.StringIO(data, newline="\n")
                return
            with _OPENERS[self.compression](io.BytesIO(data), encoding=_codec(self.charset)) as text:
                yield from text


ClientSource = LocalFile | OpenFile | Text
File = str | PathLike[str] | IO[str] | IO[bytes]


def file_source(file: File, settings: Settings) -> ClientSource | ServerFile:
    """The file a caller means.

    Raises:
        LoadError: It is the client's, and cannot be read.
        ConfigurationError: It is the server's, and has no absolute path or another character set than UTF-8.
    """
    local, charset = settings.local, settings.codec
    if local not in ("auto", True, False):
        raise ConfigurationError(f"local is 'auto', True or False, not {local!r}")
    if hasattr(file, "read"):
        if local is False:
            raise ConfigurationError("an open file is the client's")
        _check_serial(settings)
        return OpenFile(cast("IO[str]", file), charset, settings.compression_of(str(getattr(file, "name", ""))))
    path = os.fspath(cast("str", file))
    on_server = path.startswith(_STAGE) if local == "auto" else not local
    if not on_server:
        _check_serial(settings)
        return LocalFile(Path(path), charset, settings.compression_of(path))
    if not path.startswith(("/", _STAGE)):
        raise ConfigurationError(f"a path the server reads is absolute or begins with {_STAGE}; {path!r} does not")
    if charset.lower() != "utf-8":
        raise ConfigurationError(
            f"the server reads UTF-8 and does not convert from {charset!r}; load the file from here"
        )
    return ServerFile(path, settings.compression_of(path), settings.parallel)


def _check_serial(settings: Settings) -> None:
    if settings.parallel:
        raise ConfigurationError("parallel is for files that the server reads (local=False, stage://)")


def _check_codec(charset: str) -> None:
    try:
        codecs.lookup(charset)
    except LookupError:
        raise ConfigurationError(f"there is no character set {charset!r}") from None


def _codec(charset: str) -> str:
    """UTF-8 files may begin with a byte order mark."""
    return "utf-8-sig" if codecs.lookup(charset).name == "utf-8" else charset


@contextlib.contextmanager
def _reading(label: str, charset: str) -> Iterator[None]:
    try:
        yield
    except UnicodeError as error:
        raise LoadError(f"{label} is not {charset}: {error}; nothing was loaded") from error
    except (OSError, EOFError, zlib.error) as error:
        reason = getattr(error, "strerror", None) or error
        raise LoadError(f"{label} cannot be read: {reason}; nothing was loaded") from error


def _plain(file: Any, encoding: str) -> IO[str]:
    if isinstance(file, Path):
        return file.open(encoding=encoding, newline="\n")
    return io.TextIOWrapper(file, encoding=encoding, newline="\n")


def _gzip(file: Any, encoding: str) -> IO[str]:
    return gzip.open(file, "rt", encoding=encoding, newline="\n")


def _bzip2(file: Any, encoding: str) -> IO[str]:
    return cast("IO[str]", bz2.open(file, "rt", encoding=encoding, newline="\n"))


_OPENERS: dict[CompressionFormat, Callable[..., IO[str]]] = {
    CompressionFormat.NONE: _plain,
    CompressionFormat.GZIP: _gzip,
    CompressionFormat.BZIP2: _bzip2,
}
