"""Sessions: one unit of work after the other, each in one transaction of the server."""

from matrixone.session.asynchronous import AsyncSession
from matrixone.session.sync import Session

__all__ = ["AsyncSession", "Session"]
