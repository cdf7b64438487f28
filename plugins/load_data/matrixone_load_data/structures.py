"""How files are written and compressed."""

from __future__ import annotations

import enum


class LoadDataFormat(enum.StrEnum):
    """How files are written."""

    CSV = "csv"
    JSONLINE = "jsonline"
    PARQUET = "parquet"


class JsonDataStructure(enum.StrEnum):
    """What a line of JSON is."""

    OBJECT = "object"
    """Keys are columns."""
    ARRAY = "array"
    """Values in the order of the columns."""


class CompressionFormat(enum.StrEnum):
    """How a file is compressed; the client unpacks gzip and bzip2, the server these and the others."""

    AUTO = "auto"
    NONE = "none"
    GZIP = "gzip"
    GZ = "gz"
    BZIP2 = "bzip2"
    BZ2 = "bz2"
    LZ4 = "lz4"
    TAR_GZ = "tar.gz"
    TAR_BZ2 = "tar.bz2"

    def of(self, path: str) -> CompressionFormat:
        """The compression of a file: for ``auto`` by the end of its name."""
        if self is not CompressionFormat.AUTO:
            return _SAME.get(self, self)
        endings = {
            ".tar.gz": self.TAR_GZ,
            ".tar.bz2": self.TAR_BZ2,
            ".gz": self.GZIP,
            ".bz2": self.BZIP2,
            ".lz4": self.LZ4,
        }
        return next((kind for ending, kind in endings.items() if path.lower().endswith(ending)), self.NONE)


_SAME = {CompressionFormat.GZ: CompressionFormat.GZIP, CompressionFormat.BZ2: CompressionFormat.BZIP2}
