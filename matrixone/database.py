"""``USE`` holds for a whole client: its later sessions and new connections of its pool included."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sqlalchemy import event

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection, Engine
    from sqlalchemy.pool import ConnectionPoolEntry

_USE = re.compile(r"\s*USE\s+(?:`((?:[^`]|``)+)`|([^\s;`]+))\s*;?\s*$", re.IGNORECASE)
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
        if statement[:3].upper() == "USE" and (match := _USE.match(statement)):
            self.name = match[1].replace("``", "`") if match[1] else match[2]
            connection.info[_KEY] = self.name

    def _checkout(self, dbapi_connection: Any, record: ConnectionPoolEntry, _proxy: Any) -> None:
        if self.name is not None and record.info.get(_KEY, self._first) != self.name:
            cursor = dbapi_connection.cursor()
            try:
                cursor.execute("USE `" + self.name.replace("`", "``") + "`")
            finally:
                cursor.close()
            record.info[_KEY] = self.name
