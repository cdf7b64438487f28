"""A value that is sent to the server and shown nowhere."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING, NoReturn

from matrixone.sql import Literal

if TYPE_CHECKING:
    from sqlalchemy.sql.compiler import SQLCompiler

_MASK = "***"


class Secret:
    """A password, key or token: ``repr``, ``str`` and formatting give ``***``.

    Usable as a piece of a statement (:class:`matrixone.sql.SQL`), where it is written as a literal.

    Args:
        value: The text to hide, or a secret already.

    Raises:
        TypeError: The value is no text.
    """

    __slots__ = ("_value",)

    def __init__(self, value: str | Secret) -> None:
        if not isinstance(value, (str, Secret)):
            raise TypeError(f"a secret is a str, not {type(value).__name__}")
        self._value = value.reveal() if isinstance(value, Secret) else value

    def reveal(self) -> str:
        """The text itself."""
        return self._value

    def render(self, compiler: SQLCompiler) -> str:
        """The literal for a statement."""
        return Literal(self._value).render(compiler)

    def __repr__(self) -> str:
        return f"Secret({_MASK!r})"

    def __str__(self) -> str:
        return _MASK

    def __format__(self, spec: str) -> str:
        return format(_MASK, spec)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and hmac.compare_digest(self._bytes(), other._bytes())

    def _bytes(self) -> bytes:
        return self._value.encode(errors="surrogatepass")

    def __hash__(self) -> int:
        return hash((Secret, self._value))

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret is not pickled: its text would be readable")
