"""Compressed files, as LOAD DATA and external tables read them."""

from __future__ import annotations

import bz2
import gzip
import io
import zlib
from typing import TYPE_CHECKING, Any, Final

from matrixone_lite.engine.errors import ServerError, internal
from matrixone_lite.engine.parquet.arrow import arrow

if TYPE_CHECKING:
    from collections.abc import Callable

_SUFFIXES: Final = {".tar.gz": "tar.gz", ".tar.bz2": "tar.bz2", ".gz": "gzip", ".bz2": "bzip2", ".lz4": "lz4"}
"""What the end of a name says, the longest first."""

_GZIP_HEADER: Final = 10


def decompressed(data: bytes, kind: str, name: str) -> bytes:
    """The content of a file.

    :param kind: as the statement says it, in lower case; empty and ``auto`` mean what the name says
    :param name: of the file
    :raises ServerError: 20101 for an unknown kind, 1105 for data of another
    """
    if kind in {"", "auto"}:
        kind = next((kind for suffix, kind in _SUFFIXES.items() if name.lower().endswith(suffix)), "none")
    if kind == "none":
        return data
    read = _READERS.get(kind)
    if read is None:
        raise internal(f"the compress type '{kind}' is not support now")
    try:
        return read(data)
    except (OSError, EOFError, zlib.error, RuntimeError):
        raise ServerError(1105, _reason(data, kind)) from None


def _reason(data: bytes, kind: str) -> str:
    if kind in {"gzip", "gz", "tar.gz"}:
        return "unexpected EOF" if len(data) < _GZIP_HEADER or data[:2] == b"\x1f\x8b" else "gzip: invalid header"
    if kind in {"bzip2", "bz2", "tar.bz2"}:
        return "unexpected EOF" if data[:3] == b"BZh" else "bzip2 data invalid: bad magic value"
    reasons = {"zlib": "zlib: invalid header", "flate": "flate: corrupt input", "lz4": "lz4: bad magic number"}
    return reasons[kind]


def _lz4(data: bytes) -> bytes:
    content: bytes = arrow(feature="lz4").input_stream(io.BytesIO(data), compression="lz4").read()
    return content


def _first_of_archive(mode: Any) -> Callable[[bytes], bytes]:
    def read(data: bytes) -> bytes:
        import tarfile

        try:
            with tarfile.open(fileobj=io.BytesIO(data), mode=mode) as archive:
                for member in archive:
                    content = archive.extractfile(member) if member.isfile() else None
                    if content is not None:
                        return content.read()
        except tarfile.TarError:
            raise EOFError from None
        return b""

    return read


_READERS: Final[dict[str, Callable[[bytes], bytes]]] = {
    **dict.fromkeys(("gzip", "gz"), gzip.decompress),
    **dict.fromkeys(("bzip2", "bz2"), bz2.decompress),
    "zlib": zlib.decompress,
    "flate": lambda data: zlib.decompress(data, -zlib.MAX_WBITS),
    "lz4": _lz4,
    "tar.gz": _first_of_archive("r:gz"),
    "tar.bz2": _first_of_archive("r:bz2"),
}
