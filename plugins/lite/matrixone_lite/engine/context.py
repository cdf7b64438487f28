"""What functions may ask the session they run in."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import tzinfo

    from matrixone_lite.engine.api import Principal


@dataclass(slots=True)
class Context:
    """The part of a session that functions see.

    :param principal: who is logged in
    :param connection_id: as in ``connection_id()``
    :param moment: start of the running statement, in UTC
    """

    principal: Principal
    connection_id: int
    database: str = ""
    moment: datetime = field(default_factory=lambda: datetime.now(UTC))
    zone: tzinfo = UTC
    last_insert_id: int = 0
    row_count: int = 0
    session: Any = None

    @property
    def now(self) -> datetime:
        """The statement's start as a wall clock of the session's time zone."""
        return self.moment.astimezone(self.zone).replace(tzinfo=None)
