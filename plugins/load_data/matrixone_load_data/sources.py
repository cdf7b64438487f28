"""Where the data comes from: a file of the client, a text, a file the server reads."""

from __future__ import annotations

import codecs
import contextlib
import io
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING

from matrixone.exceptions import ConfigurationError, LoadError

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator

    from matrixone_load_data.model import Local

_STAGE = "stage://"


@dataclass(frozen=True, slots=True)
class ServerFile:
    """A file the server opens.

    Args:
        path: Absolute path on the server's disk, or ``stage://stage/file``.
    """

    path: str

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

    Raises:
        LoadError: There is no such file, or it cannot be read.
        ConfigurationError: There is no such character set.
    """

    path: Path
    charset: str = "utf-8"

    def __post_init__(self) -> None:
        try:
            codecs.lookup(self.charset)
        except LookupError:
            raise ConfigurationError(f"there is no character set {self.charset!r}") from None
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

    @property
    def _codec(self) -> str:
        """UTF-8 files may begin with a byte order mark."""
        return "utf-8-sig" if codecs.lookup(self.charset).name == "utf-8" else self.charset

    @contextlib.contextmanager
    def _opened(self) -> Iterator[IO[str]]:
        try:
            with self.path.open(encoding=self._codec, newline="\n") as file:
                yield file
        except UnicodeError as error:
            raise LoadError(f"{self.label} is not {self.charset}: {error}; nothing was loaded") from error
        except OSError as error:
            raise LoadError(f"{self.label} cannot be read: {error.strerror}; nothing was loaded") from error


ClientSource = LocalFile | Text


def file_source(file: str | os.PathLike[str], local: Local, charset: str) -> LocalFile | ServerFile:
    """The file a caller means.

    Raises:
        LoadError: It is the client's, and cannot be read.
        ConfigurationError: It is the server's, and has no absolute path or another character set than UTF-8.
    """
    if local not in ("auto", True, False):
        raise ConfigurationError(f"local is 'auto', True or False, not {local!r}")
    on_server = str(file).startswith(_STAGE) if local == "auto" else not local
    if not on_server:
        return LocalFile(Path(file), charset)
    path = str(file)
    if not path.startswith(("/", _STAGE)):
        raise ConfigurationError(f"a path the server reads is absolute or begins with {_STAGE}; {path!r} does not")
    if charset.lower() not in ("utf-8", "utf8"):
        raise ConfigurationError(
            f"the server reads UTF-8 and does not convert from {charset!r}; load the file from here"
        )
    return ServerFile(path)
