"""Python SDK for MatrixOne: right about transactions, fast in bulk, pleasant to hold."""

from matrixone.client import AsyncClient, Client
from matrixone.exceptions import MatrixOneError
from matrixone.hookspecs import hookimpl
from matrixone.results import ResultSet
from matrixone.scope import SnapshotLevel
from matrixone.session import AsyncSession, Session

__version__ = "0.1.0"

__all__ = [
    "AsyncClient",
    "AsyncSession",
    "Client",
    "MatrixOneError",
    "ResultSet",
    "Session",
    "SnapshotLevel",
    "__version__",
    "hookimpl",
]
