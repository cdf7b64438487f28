"""An embedded development server that speaks the MySQL protocol and answers as MatrixOne does."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matrixone_lite.server import Server

__all__ = ["Server"]


def __getattr__(name: str) -> object:
    # The protocol and the parser are of use alone, so the engine is loaded with the server only.
    if name == "Server":
        from matrixone_lite.server import Server

        return Server
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
