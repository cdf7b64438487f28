"""The manager ``pubsub``."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from matrixone.aliases import also_named
from matrixone.exceptions import ConfigurationError, PubSubError
from matrixone.managers import AsyncManager, Manager, awaitable
from matrixone.sql import checked_name, object_name
from matrixone_pubsub.model import Publication, Subscription, account_names, legible, table_names
from matrixone_pubsub.operations import (
    AlterPublication,
    CreatePublication,
    CreateSubscription,
    DropPublication,
    DropSubscription,
    ListPublications,
    ListSubscriptions,
    ReadDatabaseKind,
    ShowCreatePublication,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matrixone.operations import Outcome
    from matrixone_pubsub.model import Names


class PubSubManager(Manager):
    """Databases shared between accounts: one publishes, others subscribe and read.

    The server takes CREATE, ALTER and DROP PUBLICATION outside transactions only: they run at once where none is open
    and after the session's commit where one is; creating is undone by a rollback. Subscribing and unsubscribing are
    part of the session's transaction.
    """

    # -- publications ---------------------------------------------------------------------------------------------

    def create_database_publication(
        self,
        name: str,
        database: str,
        account: str | Sequence[str],
        *,
        comment: str = "",
        if_not_exists: bool = False,
    ) -> Publication:
        """Publish a database with all its tables, later ones included.

        Args:
            name: Name of the publication, kept in lower case.
            database: Database, ``*`` for all.
            account: Accounts that may subscribe: a name, several with commas between, a list, or ``ALL``.
            comment: Comment, in ASCII.
            if_not_exists: Return the publication of that name if there is one.

        Returns:
            The publication; ``pending`` if it is created after the session's commit.

        Raises:
            PubSubError: It exists, or a database or account does not.
            InvalidNameError: A name the server cannot store.

        CREATE PUBLICATION.
        """
        return self._create(name, database, None, account, comment, if_not_exists)

    def create_table_publication(
        self,
        name: str,
        database: str,
        table: str | Sequence[str],
        account: str | Sequence[str],
        *,
        comment: str = "",
        if_not_exists: bool = False,
    ) -> Publication:
        """Publish tables of a database.

        Args:
            name: Name of the publication, kept in lower case.
            database: Database of the tables.
            table: Tables: a name, several with commas between, or a list.
            account: As for :meth:`create_database_publication`.
            comment: Comment, in ASCII.
            if_not_exists: Return the publication of that name if there is one.

        Returns:
            The publication; ``pending`` if it is created after the session's commit.

        Raises:
            PubSubError: It exists, or a database, table or account does not.
            InvalidNameError: A name the server cannot store.

        CREATE PUBLICATION.
        """
        return self._create(name, database, table_names(table), account, comment, if_not_exists)

    def create_publication(
        self,
        name: str,
        database: str,
        account: str | Sequence[str],
        tables: str | Sequence[str] | None = None,
        *,
        comment: str = "",
        if_not_exists: bool = False,
    ) -> Publication:
        """Publish a database, or only ``tables`` of it; see :meth:`create_database_publication`."""
        names = None if tables is None else table_names(tables)
        return self._create(name, database, names, account, comment, if_not_exists)

    def alter_publication(
        self,
        name: str,
        account: str | Sequence[str] | None = None,
        database: str | None = None,
        table: str | Sequence[str] | None = None,
        *,
        add_account: str | Sequence[str] | None = None,
        drop_account: str | Sequence[str] | None = None,
        comment: str | None = None,
        if_exists: bool = False,
    ) -> Outcome[None]:
        """Change a publication.

        Args:
            name: Name of the publication.
            account: The accounts that may subscribe from now on, or ``ALL``.
            database: Another database; where tables are published, those of the same names in it.
            table: Other tables.
            add_account: Accounts that may subscribe as well.
            drop_account: Accounts that no longer may; their subscriptions fail when they are used.
            comment: Another comment.
            if_exists: Do nothing if there is no such publication.

        Returns:
            What became of it; ``pending`` if it is changed after the session's commit.

        Raises:
            PubSubError: There is no such publication, database, table or account.
            ConfigurationError: Nothing to change, or several changes of accounts at a time.

        ALTER PUBLICATION.
        """
        name = object_name(name)
        changes = {"": account, "ADD ": add_account, "DROP ": drop_account}
        given = {action: account_names(accounts) for action, accounts in changes.items() if accounts is not None}
        if len(given) > 1:
            raise ConfigurationError("give one of account, add_account and drop_account at a time")
        if not given and database is table is comment is None:
            raise ConfigurationError("alter_publication() needs accounts, a database, tables or a comment")
        if any(action and accounts is None for action, accounts in given.items()):
            raise ConfigurationError("ALL accounts can be set, not added or dropped")
        action, accounts = next(iter(given.items()), (None, None))
        tables = None if table is None else table_names(table)
        legible("the comment", comment or "")
        named = None if database is None else _named(database)
        return self._session.run(AlterPublication(name, action, accounts, named, tables, comment, if_exists))

    def drop_publication(self, name: str, *, if_exists: bool = False) -> Outcome[None]:
        """Drop a publication; databases that subscribe to it stay and fail when they are used.

        Args:
            name: Name of the publication.
            if_exists: Do nothing if there is no such publication.

        Returns:
            What became of it; ``pending`` if it is dropped after the session's commit.

        Raises:
            PubSubError: There is no such publication.

        DROP PUBLICATION.
        """
        return self._session.run(DropPublication(object_name(name), if_exists))

    def get_publication(self, name: str) -> Publication:
        """One publication of this account.

        Raises:
            PubSubError: There is no such publication.
        """
        if (publication := self._find(object_name(name))) is None:
            raise PubSubError(f"there is no publication {name!r}")
        return publication

    def publication_exists(self, name: str) -> bool:
        """Whether this account has a publication of that name."""
        return self._find(object_name(name)) is not None

    def list_publications(self, account: str | None = None, database: str | None = None) -> list[Publication]:
        """The publications of this account, by name.

        Args:
            account: Only those that this account may subscribe.
            database: Only those of this database.
        """
        account = None if account is None else object_name(account)
        return [
            found
            for found in self._session.run(ListPublications()).value
            if (account is None or found.sub_account is None or account in found.sub_account)
            and (database is None or found.database == database.lower())
        ]

    def show_create_publication(self, name: str) -> str:
        """The statement that makes a publication, without its comment: the server leaves it out.

        Raises:
            PubSubError: There is no such publication.
        """
        statement = self._session.run(ShowCreatePublication(object_name(name))).value
        if statement is None:
            raise PubSubError(f"there is no publication {name!r}")
        return statement

    # -- subscriptions --------------------------------------------------------------------------------------------

    @also_named(name="subscription_name", publication_account="publisher_account")
    def create_subscription(
        self, subscription_name: str, publication_name: str, publisher_account: str, *, if_not_exists: bool = False
    ) -> Subscription:
        """Subscribe: make a database that shows what another account publishes. It can only be read.

        Args:
            subscription_name: Name of the database.
            publication_name: Name of the publication.
            publisher_account: Account that publishes.
            if_not_exists: Return the subscription if that database is one, of the same publication.

        Returns:
            The subscription; it can be read, and is listed, after the commit.

        Raises:
            PubSubError: The database exists, there is no such publication, or this account may not subscribe it.

        CREATE DATABASE ... FROM ... PUBLICATION, in the session's transaction.
        """
        name = checked_name(subscription_name)
        publication, account = object_name(publication_name), object_name(publisher_account)
        if if_not_exists and (found := self._subscribed(name)) is not None:
            if (found.pub_name, found.pub_account) != (publication, account):
                raise PubSubError(f"{name!r} subscribes to {found.pub_name!r} of {found.pub_account!r} already")
            return found
        offers = {(offer.pub_name, offer.pub_account): offer for offer in self.list_subscriptions(available=True)}
        self._session.run(CreateSubscription(name, publication, account))
        offer = offers.get((publication, account), Subscription(publication, account, None, None, None))
        return dataclasses.replace(offer, sub_name=name.lower())

    def drop_subscription(self, name: str, *, if_exists: bool = False) -> None:
        """Unsubscribe: drop the database; what is published stays.

        Args:
            name: Name of the database.
            if_exists: Do nothing if there is no such subscription.

        Raises:
            PubSubError: There is none of that name, it is no subscription, or was made in the same transaction.

        DROP DATABASE, in the session's transaction.
        """
        kind = self._session.run(ReadDatabaseKind(checked_name(name).lower())).value
        if kind is None and if_exists:
            return
        if kind != "subscription":
            raise PubSubError(f"there is no subscription {name!r}" + ("" if kind is None else ", but a database"))
        if self._subscribed(name) is None:
            raise PubSubError(
                f"the subscription {name!r} was made in this transaction: roll back instead; dropped before it is "
                "committed it would count as subscribed for ever"
            )
        self._session.run(DropSubscription(name))

    def get_subscription(self, name: str) -> Subscription:
        """One subscription, by the name of its database.

        Raises:
            PubSubError: There is no such subscription.
        """
        if (subscription := self._subscribed(name)) is None:
            raise PubSubError(f"there is no subscription {name!r}")
        return subscription

    def list_subscriptions(
        self, pub_account: str | None = None, pub_database: str | None = None, *, available: bool = False
    ) -> list[Subscription]:
        """The subscriptions of this account, by publisher and publication.

        Args:
            pub_account: Only those of this publisher.
            pub_database: Only those of this published database.
            available: Also publications that could be subscribed and are not; their ``sub_name`` is None.
        """
        return [
            found
            for found in self._session.run(ListSubscriptions()).value
            if (available or found.sub_name is not None)
            and (pub_account is None or found.pub_account == object_name(pub_account))
            and (pub_database is None or found.pub_database == pub_database.lower())
        ]

    # -- inner parts ----------------------------------------------------------------------------------------------

    def _create(
        self,
        name: str,
        database: str,
        tables: Names | None,
        account: str | Sequence[str],
        comment: str,
        if_not_exists: bool,
    ) -> Publication:
        name, database, accounts = object_name(name), _named(database), account_names(account)
        legible("the comment", comment)
        outcome = self._session.run(CreatePublication(name, database, tables, accounts, comment, if_not_exists))
        if outcome.skipped:
            return self.get_publication(name)
        return Publication(name, database, tables, accounts, comments=comment, outcome=outcome)

    def _find(self, name: str) -> Publication | None:
        found = self._session.run(ListPublications()).value
        return next((publication for publication in found if publication.name == name), None)

    def _subscribed(self, name: str) -> Subscription | None:
        name = checked_name(name).lower()
        return next((found for found in self.list_subscriptions() if found.sub_name == name), None)


class AsyncPubSubManager(AsyncManager[PubSubManager]):
    """:class:`PubSubManager` for asyncio."""

    create_database_publication = awaitable(PubSubManager.create_database_publication)
    create_table_publication = awaitable(PubSubManager.create_table_publication)
    create_publication = awaitable(PubSubManager.create_publication)
    alter_publication = awaitable(PubSubManager.alter_publication)
    drop_publication = awaitable(PubSubManager.drop_publication)
    get_publication = awaitable(PubSubManager.get_publication)
    publication_exists = awaitable(PubSubManager.publication_exists)
    list_publications = awaitable(PubSubManager.list_publications)
    show_create_publication = awaitable(PubSubManager.show_create_publication)
    create_subscription = awaitable(PubSubManager.create_subscription)
    drop_subscription = awaitable(PubSubManager.drop_subscription)
    get_subscription = awaitable(PubSubManager.get_subscription)
    list_subscriptions = awaitable(PubSubManager.list_subscriptions)


def _named(database: str) -> str:
    return database if database == "*" else checked_name(database).lower()
