"""One event a statement, for whoever wants to know what was sent: see :class:`QueryLog`."""

from matrixone.querylog.context import statement_context
from matrixone.querylog.log import QueryLog
from matrixone.querylog.mode import LogMode

__all__ = ["LogMode", "QueryLog", "statement_context"]
