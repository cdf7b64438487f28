"""Reading the server's version text, such as ``8.0.30-MatrixOne-v4.2.0``."""

from __future__ import annotations

import re

DEVELOPMENT = (999, 0, 0)
"""What a build without a number counts as: newer than every release."""
_MYSQL = re.compile(r"(\d+)\.(\d+)(?:\.(\d+))?")
_MATRIXONE = re.compile(r"-MatrixOne-v?(\d+)\.(\d+)(?:\.(\d+))?(?P<lite>-lite)?", re.IGNORECASE)
_UNNUMBERED = re.compile(r"-MatrixOne\b", re.IGNORECASE)


def mysql_version(text: str) -> tuple[int, ...]:
    """The MySQL version the server is compatible with; ``()`` if the text has none."""
    return _numbers(_MYSQL.match(text))


def matrixone_version(text: str) -> tuple[int, ...]:
    """The version of MatrixOne itself; ``()``, lower than any version, if the text is not that of a MatrixOne."""
    return _numbers(_MATRIXONE.search(text)) or (DEVELOPMENT if _UNNUMBERED.search(text) else ())


def is_lite(text: str) -> bool:
    """Whether the text is that of the embedded development server."""
    found = _MATRIXONE.search(text)
    return found is not None and found["lite"] is not None


def _numbers(found: re.Match[str] | None) -> tuple[int, ...]:
    return () if found is None else tuple(int(part or 0) for part in found.group(1, 2, 3))
