"""``USE`` holds for a whole client: its later sessions and new connections of its pool included."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sqlalchemy import event

from matrixone.driver import send
from matrixone.transaction import SKIP

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection, Engine, ExceptionContext
    from sqlalchemy.pool import ConnectionPoolEntry

_USE = re.compile(
    SKIP + r"USE\s+" + SKIP + r"(?:`((?:[^`]|``)+)`|([^\s;`]+))" + SKIP + ";?" + SKIP + "$", re.IGNORECASE | re.DOTALL
)
_DROP = re.compile(SKIP + r"DROP\s+(?:DATABASE|SCHEMA)\b", re.IGNORECASE)
_KEY = "matrixone_database"
_UNSURE = "matrixone_database_unsure"


class CurrentDatabase:
    """The database a client works in.

    Args:
        name: The database the connections are made with.
    """

    def __init__(self, name: str | None) -> None:
        self.name = name
        self._first = name

    def follow(self, engine: Engine) -> None:
        """Take note of every USE on the engine, and repeat it on connections that have not seen it.

        A DROP DATABASE that fails leaves the connection without a database: it gets its own again.
        """
        event.listen(engine, "before_cursor_execute", self._before_execute)
        event.listen(engine, "after_cursor_execute", self._after_execute)
        event.listen(engine, "handle_error", self._after_error)
        event.listen(engine, "checkout", self._checkout)

    def _before_execute(
        self, connection: Connection, _cursor: Any, _statement: str, _parameters: Any, _context: Any, _many: bool
    ) -> None:
        if connection.info.pop(_UNSURE, False) and (name := connection.info.get(_KEY, self._first)) is not None:
            send(connection.connection, _use(name))

    def _after_error(self, context: ExceptionContext) -> None:
        if context.connection is not None and _DROP.match(context.statement or "") and not context.is_disconnect:
            context.connection.info[_UNSURE] = True

    def _after_execute(
        self, connection: Connection, _cursor: Any, statement: str, _parameters: Any, _context: Any, _many: bool
    ) -> None:
        if match := _USE.match(statement):
            name = match[1].replace("``", "`") if match[1] else match[2]
            self.name = connection.info[_KEY] = name

    def _checkout(self, dbapi_connection: Any, record: ConnectionPoolEntry, _proxy: Any) -> None:
        name = self.name  # another thread may change it meanwhile
        if name is not None and record.info.get(_KEY, self._first) != name:
            send(dbapi_connection, _use(name))
            record.info[_KEY] = name


def _use(name: str) -> str:
    return "USE `" + name.replace("`", "``") + "`"
