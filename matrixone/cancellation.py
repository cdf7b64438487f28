"""A statement its caller gave up must not go on running: the server does not notice that the client has left.

When a task is cancelled or the user interrupts, SQLAlchemy throws the connection away, because half of an answer may be
on it. The statement behind it would keep its locks until it is done, so it is killed from another connection.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import event, text
from sqlalchemy.exc import SQLAlchemyError

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.engine import Engine
    from sqlalchemy.pool import ConnectionPoolEntry

    from matrixone.querylog import QueryLog


def kill_abandoned_statements(engine: Engine, side_engine: Callable[[], Engine], log: QueryLog) -> None:
    """Send KILL for connections of an engine that are thrown away in the middle of a statement.

    Args:
        engine: The engine whose connections are watched.
        side_engine: Makes an engine that opens a connection for each use; the pool of the first may be exhausted.
        log: Told when the statement could not be killed.
    """

    def on_invalidate(_dbapi: Any, record: ConnectionPoolEntry, reason: BaseException | None) -> None:
        if reason is None or isinstance(reason, Exception):
            return
        driver_connection: Any = record.driver_connection
        try:
            with side_engine().connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.execute(text(f"KILL {int(driver_connection.thread_id())}"))
        except SQLAlchemyError as error:
            log.event("kill_failed", reason=str(error))

    event.listen(engine, "invalidate", on_invalidate)
