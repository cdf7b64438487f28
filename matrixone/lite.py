"""The embedded development server: ``with matrixone.lite.Server() as server: ... server.url``.

It lives in a distribution of its own, installed by ``pip install matrixone[lite]``.
"""

try:
    from matrixone_lite import Embedded, Server, ServerError
except ModuleNotFoundError as error:
    if error.name != "matrixone_lite":
        raise
    raise ModuleNotFoundError(
        "matrixone.lite needs the extra 'lite': pip install matrixone[lite]", name=__name__
    ) from error

__all__ = ["Embedded", "Server", "ServerError"]
