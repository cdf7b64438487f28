"""``USE`` holds for a whole client: its later sessions and new connections of its pool included."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sqlalchemy import event

from matrixone.driver import send
from matrixone.transaction import SKIP

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection, Engine
    from sqlalchemy.pool import ConnectionPoolEntry

_USE = re.compile(
    SKIP + r"USE\s+" + SKIP + r"(?:`((?:[^`]|``)+)`|([^\s;`]+))" + SKIP + ";?" + SKIP + "$", re.IGNORECASE | re.DOTALL
)
_KEY = "matrixone_database"


class CurrentDatabase:
    """The database a client works in.

    Args:
        name: The database the connections are made with.
    """

    def __init__(self, name: str | None) -> None:
        self.name = name
        self._first = name

    def follow(self, engine: Engine) -> None:
        """Take note of every USE on the engine, and repeat it on connections that have not seen it."""
        event.listen(engine, "after_cursor_execute", self._after_execute)
        event.listen(engine, "checkout", self._checkout)

    def _after_execute(
        self, connection: Connection, _cursor: Any, statement: str, _parameters: Any, _context: Any, _many: bool
    ) -> None:
        if match := _USE.match(statement):
            name = match[1].replace("``", "`") if match[1] else match[2]
            self.name = connection.info[_KEY] = name

    def _checkout(self, dbapi_connection: Any, record: ConnectionPoolEntry, _proxy: Any) -> None:
        name = self.name  # another thread may change it meanwhile
        if name is not None and record.info.get(_KEY, self._first) != name:
            send(dbapi_connection, "USE `" + name.replace("`", "``") + "`")
            record.info[_KEY] = name
