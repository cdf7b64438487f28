"""What is restored, and what a restore takes away."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from matrixone.operations import Outcome
    from matrixone.scope import Scope

_KINDS = {"d": "database", "r": "table", "v": "view", "S": "sequence", "e": "external table"}
_NEVER_RESTORED = ("S", "e")


class RestoreWarning(UserWarning):
    """A restore drops something that its source does not bring back."""


@dataclass(frozen=True, slots=True)
class Restore:
    """A restore that was asked for.

    Args:
        scope: What is restored.
        snapshot: The snapshot it is restored from.
        pitr: The recovery window it is restored from.
        time: The moment, with a recovery window.
        to_account: The account that gets the state, if not the one that had it.
        lost: What is dropped and not brought back, as far as the catalog tells: sequences, external tables, and tables,
            views and databases that are newer.
        outcome: What became of it.
    """

    scope: Scope
    snapshot: str | None
    pitr: str | None
    time: datetime | None
    to_account: str | None
    lost: tuple[str, ...]
    outcome: Outcome[None] = field(repr=False, compare=False)

    @property
    def pending(self) -> bool:
        """It waits for the session's commit."""
        return self.outcome.pending


@dataclass(frozen=True, slots=True, order=True)
class CatalogObject:
    """A database, or something in one.

    Args:
        database: The database.
        name: What is in it; empty for the database itself.
        kind: The catalog's letter; ``d`` for a database.
    """

    database: str
    name: str
    kind: str

    def __str__(self) -> str:
        name = f"{self.database}.{self.name}" if self.name else self.database
        return f"{_KINDS.get(self.kind, 'object')} {name}"


def lost(now: Iterable[CatalogObject], then: Iterable[CatalogObject]) -> tuple[str, ...]:
    """What a restore drops or leaves out: what is newer, and what the server restores never.

    Args:
        now: The objects that exist.
        then: Those of the moment to go back to.
    """
    now, then = set(now), set(then)
    newer = {each.database for each in now - then if each.kind == "d"}
    gone = (now - then) | {each for each in now | then if each.kind in _NEVER_RESTORED}
    return tuple(str(each) for each in sorted(gone) if each.kind == "d" or each.database not in newer)


@dataclass(frozen=True, slots=True)
class KeptState:
    """A snapshot, as far as a restore needs to know it.

    Args:
        name: Its name.
        level: What it covers.
        account: The account it covers or is in; empty at cluster level.
        database: At database and table level.
        table: At table level.
        account_id: Number of the account, at account level.
        ts: When it was taken, in nanoseconds since 1970.
        own: The caller's account.
    """

    name: str
    level: str
    account: str
    database: str
    table: str
    account_id: int | None
    ts: int
    own: str

    def obstacle(self, wanted: Scope) -> str | None:
        """Why the server would not restore this from the snapshot, or None if it would.

        A database or a table is always one of the caller's own account.
        """
        level = str(wanted.level)
        if level == "cluster":
            return None if self.level == "cluster" else f"it covers {self._covered()}, not the cluster"
        if level == "account":
            return self._obstacle_of_account(wanted.account or self.own)
        if self.level == "cluster":
            return "only accounts are restored from a snapshot of the cluster"
        if self.account != self.own:
            return f"it is of account {self.account}, and parts of other accounts cannot be restored"
        if self.level == "table" and level == "database":
            return f"it covers {self._covered()} only"
        covers = {"database": self.database, "table": self.table}
        differs = any(covers[part] not in ("", (getattr(wanted, part) or "").lower()) for part in ("database", level))
        return f"it covers {self._covered()}" if differs else None

    def _obstacle_of_account(self, account: str) -> str | None:
        if self.level == "cluster" or (self.level == "account" and self.account == account):
            return None
        return f"it covers {self._covered()}"

    def _covered(self) -> str:
        names = ".".join(filter(None, (self.database, self.table))) or self.account
        return f"{self.level} {names}" if names else f"the {self.level}"
