"""SQL that was read back from the server: in it a colon is a colon, never the beginning of a parameter."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sqlalchemy import TextClause
from sqlalchemy.ext.compiler import compiles

if TYPE_CHECKING:
    from sqlalchemy.sql.compiler import SQLCompiler

# What text() takes for a parameter, or strips of a backslash.
_READ_BY_TEXT = re.compile(r"(?<![:\w\\]):\w+(?![:\w])|(?<=\\):\w*(?![:\w])")


class Verbatim(TextClause):
    """SQL text that is written as it stands, for any dialect; ``text(...)`` looks for parameters in it."""

    inherit_cache = True

    def __init__(self, text: str) -> None:
        self.text = text
        self._bindparams = {}


def escaped(sql: str) -> str:
    """The argument of :func:`sqlalchemy.text` that compiles to this."""
    return _READ_BY_TEXT.sub(r"\\\g<0>", sql)


@compiles(Verbatim)
def _compile_verbatim(element: Verbatim, compiler: SQLCompiler, **_kw: Any) -> str:
    text: str = compiler.post_process_text(element.text)  # type: ignore[no-untyped-call]
    return text
