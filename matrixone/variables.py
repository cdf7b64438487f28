"""Session variables of a client: the same on every connection, and never set inside a transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import event

from matrixone.driver import send
from matrixone.exceptions import InvalidNameError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy.engine import Engine
    from sqlalchemy.pool import ConnectionPoolEntry

_KEY = "matrixone_variables"
_NONE: Mapping[str, str | int | None] = {}
_UNSEEN = object()


class SessionVariables:
    """What was changed after a client connected.

    A connection gets the changes when it is taken from the pool: before its next BEGIN, because SET commits the open
    transaction.
    """

    def __init__(self) -> None:
        self._changed = _NONE

    def change(self, variables: Mapping[str, str | int | None]) -> None:
        """Values for every connection from now on; None is the server's own."""
        self._changed = {**self._changed, **variables}

    def follow(self, engine: Engine) -> None:
        """Set the variables on connections of the engine that have not seen the change."""
        event.listen(engine, "checkout", self._checkout)

    def _checkout(self, dbapi_connection: Any, record: ConnectionPoolEntry, _proxy: Any) -> None:
        changed, seen = self._changed, record.info.get(_KEY, _NONE)
        news = {name: value for name, value in changed.items() if seen.get(name, _UNSEEN) != value}
        if not news:
            return
        send(dbapi_connection, *set_statement(news))
        record.info[_KEY] = changed


def set_statement(variables: Mapping[str, str | int | None]) -> tuple[str, tuple[str | int, ...]]:
    """The SET statement for some variables, and its values.

    Raises:
        InvalidNameError: A variable name that is none.
    """
    for name in variables:
        if not name.isidentifier():
            raise InvalidNameError(f"{name!r} is not the name of a session variable")
    assignments = ", ".join(f"{name} = {'DEFAULT' if value is None else '%s'}" for name, value in variables.items())
    return f"SET {assignments}", tuple(value for value in variables.values() if value is not None)
