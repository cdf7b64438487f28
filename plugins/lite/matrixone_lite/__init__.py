"""An embedded development server that speaks the MySQL protocol and answers as MatrixOne does."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matrixone_lite.embedded import Embedded
    from matrixone_lite.engine.errors import ServerError
    from matrixone_lite.server import Server

__all__ = ["Embedded", "Server", "ServerError"]

_MODULES = {"Embedded": "embedded", "Server": "server", "ServerError": "engine.errors"}


def __getattr__(name: str) -> object:
    # The protocol and the parser are of use alone, so the engine is loaded with the server only.
    if name in _MODULES:
        found: object = getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
        return found
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
