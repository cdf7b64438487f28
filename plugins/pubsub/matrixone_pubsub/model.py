"""What publications and subscriptions are."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from matrixone.exceptions import ConfigurationError
from matrixone.sql import checked_name, object_name

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from matrixone.operations import Outcome

Names = tuple[str, ...]

_ALL = "*"


class SubscriptionStatus(enum.IntEnum):
    """Whether a subscription can be read."""

    ACTIVE = 0
    NOT_AUTHORIZED = 1
    """The publication no longer names the account."""
    DELETED = 2
    """The publication was dropped."""


@dataclass(frozen=True, slots=True)
class Publication:
    """A database, or tables of it, that other accounts may read.

    Args:
        name: Name of the publication.
        database: Database that is published; ``*`` for all.
        tables: Tables of it, None for all.
        sub_account: Accounts that may subscribe, None for all.
        subscribed_accounts: Accounts that have.
        created_time: When it was created; None until it was read.
        update_time: When it was altered; None if it never was.
        comments: Comment, empty if there is none.
        outcome: What became of its creation, if this object comes from one.
    """

    name: str
    database: str
    tables: Names | None
    sub_account: Names | None
    subscribed_accounts: Names = ()
    created_time: dt.datetime | None = None
    update_time: dt.datetime | None = None
    comments: str = ""
    outcome: Outcome[None] | None = field(default=None, repr=False, compare=False)

    @property
    def pending(self) -> bool:
        """Its creation waits for the commit of the session that asked for it."""
        return self.outcome is not None and self.outcome.pending


@dataclass(frozen=True, slots=True)
class Subscription:
    """A publication this account may read, and the database it reads it in.

    Args:
        pub_name: Name of the publication.
        pub_account: Account that publishes.
        pub_database: Database that is published; None where the publication is gone.
        pub_tables: Tables of it, None for all.
        sub_name: Database here; None where the account has not subscribed.
        pub_comment: Comment on the publication.
        pub_time: When it was published.
        sub_time: When it was subscribed.
        status: Whether it can be read.
    """

    pub_name: str
    pub_account: str
    pub_database: str | None
    pub_tables: Names | None
    sub_name: str | None
    pub_comment: str = ""
    pub_time: dt.datetime | None = None
    sub_time: dt.datetime | None = None
    status: SubscriptionStatus = SubscriptionStatus.ACTIVE


def account_names(account: str | Sequence[str]) -> Names | None:
    """Accounts as callers name them: one, several with commas between, a list, or ``ALL``.

    Returns:
        Their names in lower case; None for all.

    Raises:
        ConfigurationError: No account, or one whose name is not ASCII.
        InvalidNameError: A name no account has.
    """
    if isinstance(account, str) and account.strip().upper() in ("ALL", _ALL):
        return None
    return _names("account", [legible("an account", object_name(name.strip())) for name in _listed(account)])


def table_names(table: str | Sequence[str]) -> Names:
    """Tables as callers name them: one, several with commas between, or a list.

    Raises:
        ConfigurationError: No table, or one whose name is not ASCII.
        InvalidNameError: A name no table has.
    """
    return _names("table", [legible("a table", checked_name(name.strip())) for name in _listed(table)])


def legible(what: str, text: str) -> str:
    """The text itself, if SHOW PUBLICATIONS can be read afterwards: it answers such texts in a type of its own.

    Raises:
        ConfigurationError: It has characters that drivers cannot read there, and then nothing of the list.
    """
    if not text.isascii():
        raise ConfigurationError(
            f"{what} of a publication is ASCII, {text!r} is not: nobody could read the list of publications any more"
        )
    return text


def publication_of(row: Any) -> Publication:
    """A row of SHOW PUBLICATIONS."""
    name, database, tables, accounts, subscribed, created, updated, comments = row
    return Publication(
        name,
        database,
        _read_names(tables),
        _read_names(accounts),
        _read_names(subscribed) or (),
        created,
        updated,
        comments or "",
    )


def subscription_of(row: Any) -> Subscription:
    """A row of SHOW SUBSCRIPTIONS."""
    name, account, database, tables, comment, published, sub_name, subscribed, status = row
    return Subscription(
        name,
        account,
        database,
        _read_names(tables),
        sub_name,
        comment or "",
        published,
        subscribed,
        SubscriptionStatus(int(status)),
    )


def _listed(names: str | Sequence[str]) -> Sequence[str]:
    return names.split(",") if isinstance(names, str) else names


def _names(kind: str, names: list[str]) -> Names:
    if not names:
        raise ConfigurationError(f"a publication needs at least one {kind}")
    return tuple(dict.fromkeys(names))


def _read_names(text: str | None) -> Names | None:
    """None is "all" for the server's ``*``, and unknown where the server knows nothing."""
    if text is None or text == _ALL:
        return None
    return tuple(name for name in text.split(",") if name)
