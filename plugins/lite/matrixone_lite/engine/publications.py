"""Publications of an account, and the databases other accounts subscribe to them with."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from matrixone_lite.engine.accounts import SYS, require_admin
from matrixone_lite.engine.catalog import SYS_ACCOUNT, SYSTEM_DATABASES
from matrixone_lite.engine.errors import ServerError, internal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from matrixone_lite.engine.accounts import Account
    from matrixone_lite.engine.api import Principal
    from matrixone_lite.engine.catalog import Catalog, Database
    from matrixone_lite.sql import ast


@dataclass(frozen=True, slots=True)
class Publication:
    """What an account shows to others; no ``tables`` are all of them, no ``accounts`` everybody."""

    name: str
    account: int
    database: str
    tables: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()
    comment: str = ""
    created: int = 0
    updated: int | None = None

    def admits(self, account: str) -> bool:
        """Whether an account may subscribe."""
        return not self.accounts or account in self.accounts

    def shows(self, table: str) -> bool:
        """Whether subscribers see a table."""
        return not self.tables or table.lower() in self.tables

    @property
    def definition(self) -> str:
        """The statement SHOW CREATE PUBLICATION prints."""
        tables = f" TABLE {','.join(self.tables)}" if self.tables else ""
        accounts = ",".join(self.accounts) or "ALL"
        return f"CREATE PUBLICATION {self.name} DATABASE {self.database}{tables} ACCOUNT {accounts}"


def create_publication(catalog: Catalog, principal: Principal, statement: ast.CreatePublication) -> None:
    """CREATE PUBLICATION; IF NOT EXISTS has no effect, as on the server."""
    require_admin(principal)
    name = statement.name.lower()
    accounts = _accounts(catalog, principal, statement.accounts)
    database = _database(catalog, principal, statement.database)
    tables = _tables(catalog, principal, database, statement.tables)
    if catalog.object("publication", principal.account_id, name) is not None:
        key = f"({principal.account_id},{name})"
        raise ServerError(1062, f"Duplicate entry '{key}' for key '(account_id,pub_name)'")
    comment = statement.comment or ""
    publication = Publication(name, principal.account_id, database, tables, accounts, comment, time.time_ns())
    catalog.put_object("publication", principal.account_id, name, publication)


def alter_publication(catalog: Catalog, principal: Principal, statement: ast.AlterPublication) -> None:
    """ALTER PUBLICATION; IF EXISTS has no effect, as on the server."""
    require_admin(principal)
    publication = _find(catalog, principal, statement.name)
    if statement.accounts is not None:
        accounts = _changed(publication.accounts, statement, catalog, principal)
        publication = replace(publication, accounts=accounts)
    if statement.database is not None:
        publication = replace(publication, database=_database(catalog, principal, statement.database), tables=())
    if statement.tables is not None:
        tables = _tables(catalog, principal, publication.database, statement.tables)
        publication = replace(publication, tables=tables)
    if statement.comment is not None:
        publication = replace(publication, comment=statement.comment)
    publication = replace(publication, updated=time.time_ns())
    catalog.put_object("publication", principal.account_id, publication.name, publication)


def drop_publication(catalog: Catalog, principal: Principal, statement: ast.DropPublication) -> None:
    """DROP PUBLICATION; subscribers keep their databases, which no longer work."""
    require_admin(principal)
    if statement.if_exists and catalog.object("publication", principal.account_id, statement.name.lower()) is None:
        return
    catalog.drop_object("publication", principal.account_id, _find(catalog, principal, statement.name).name)


# --- subscriptions ---------------------------------------------------------------------------------------------------


def subscription(catalog: Catalog, principal: Principal, publisher: str, name: str) -> tuple[int, str]:
    """What :attr:`Database.publisher` of a new subscription is.

    :raises ServerError: 20101 when there is nothing to subscribe to
    """
    if publisher.lower() == principal.account:
        raise internal("can not subscribe to self")
    account: Account | None = catalog.object("account", SYS_ACCOUNT, publisher.lower())
    if account is None:
        raise internal(f"there is no publication account {publisher}")
    key = (account.id, name.lower())
    published(catalog, principal, key)
    if any(database.publisher == key for database in catalog.databases(principal.account_id)):
        raise internal(f"publication {name} can only be subscribed once")
    return key


def published(catalog: Catalog, principal: Principal, publisher: tuple[int, str]) -> Publication:
    """The publication behind a subscription, at each use.

    :raises ServerError: 20101 when it is gone or no longer for this account
    """
    account, name = publisher
    publication: Publication | None = catalog.object("publication", account, name)
    if publication is None:
        raise internal(f"there is no publication {name}")
    if not publication.admits(principal.account):
        raise internal(f"the account {principal.account} is not allowed to subscribe the publication {name}")
    return publication


def subscribers(catalog: Catalog, publication: Publication) -> Iterator[tuple[str, str]]:
    """Names of the accounts that subscribe a publication, each with that of its database."""
    for account in catalog.objects("account", SYS_ACCOUNT):
        for database in catalog.databases(account.id):
            if database.publisher == (publication.account, publication.name):
                yield account.name, database.name


def is_published(catalog: Catalog, database: Database) -> bool:
    """Whether a database may not be dropped because it is published."""
    publications: Iterable[Publication] = catalog.objects("publication", database.account)
    return any(publication.database == database.name for publication in publications)


# --- what statements name --------------------------------------------------------------------------------------------


def _find(catalog: Catalog, principal: Principal, name: str) -> Publication:
    publication: Publication | None = catalog.object("publication", principal.account_id, name.lower())
    if publication is None:
        raise internal(f"publication '{name.lower()}' does not exist")
    return publication


def _accounts(catalog: Catalog, principal: Principal, written: tuple[str, ...]) -> tuple[str, ...]:
    if not written and principal.account != SYS:
        raise internal("only sys account and authorized normal accounts can publish to all accounts")
    names = sorted({name.lower() for name in written})
    for name in names:
        if name == principal.account:
            raise internal("can't publish to self")
        if catalog.object("account", SYS_ACCOUNT, name) is None:
            raise internal(f"not existed account name '{name}'")
    return tuple(names)


def _changed(
    before: tuple[str, ...], statement: ast.AlterPublication, catalog: Catalog, principal: Principal
) -> tuple[str, ...]:
    named = _accounts(catalog, principal, statement.accounts or ())
    if statement.accounts_action == "add":
        return tuple(sorted({*before, *named}))
    if statement.accounts_action == "drop":
        # An empty list would mean everybody, so the last account leaves nobody behind.
        return tuple(name for name in before if name not in named) or ("",)
    return named


def _database(catalog: Catalog, principal: Principal, written: str) -> str:
    name = written.lower()
    if name == "*":
        return name
    if name in SYSTEM_DATABASES:
        raise internal(f"Unknown database name '{name}', not support publishing system database")
    if catalog.database(principal.account_id, name) is None:
        raise internal(f"database '{name}' does not exist")
    return name


def _tables(catalog: Catalog, principal: Principal, database: str, written: tuple[str, ...]) -> tuple[str, ...]:
    names = tuple(sorted({name.lower() for name in written}))
    for name in names:
        if catalog.table(catalog.require_database(principal.account_id, database).id, name) is None:
            raise internal(f"table '{name}' not exists")
    return names
