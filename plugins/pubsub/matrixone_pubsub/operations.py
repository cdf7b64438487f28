"""The server's statements about publications and subscriptions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from sqlalchemy import text

from matrixone.exceptions import PubSubError
from matrixone.operations import InTransaction, Operation
from matrixone.sql import EMPTY, SQL, Identifier, Literal, joined
from matrixone_pubsub.model import Publication, Subscription, publication_of, subscription_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.engine import Result
    from sqlalchemy.sql import Executable

    from matrixone.exceptions import QueryError
    from matrixone.operations import Resource
    from matrixone.sql import Composable
    from matrixone_pubsub.model import Names

_DUPLICATE = 1062


@dataclass(frozen=True, slots=True)
class CreatePublication(Operation[None]):
    """CREATE PUBLICATION.

    Args:
        publication: Name.
        database: Database to publish, ``*`` for all.
        tables: Tables of it, None for all.
        accounts: Accounts that may subscribe, None for all.
        comment: Comment.
        if_not_exists: Leave a publication of that name as it is. The server ignores the words IF [NOT] EXISTS of CREATE
            and ALTER PUBLICATION; they are not sent.
    """

    name: ClassVar = "pubsub.create_publication"
    in_transaction: ClassVar = InTransaction.REFUSED
    needs_feature: ClassVar = "publications"
    error: ClassVar = PubSubError

    publication: str
    database: str
    tables: Names | None
    accounts: Names | None
    comment: str = ""
    if_not_exists: bool = False

    def features(self) -> Iterator[str]:
        """Publications, and those of all databases."""
        yield from Operation.features(self)
        if self.database == "*":
            yield "publish_account"

    def statement(self) -> Executable:
        """``CREATE PUBLICATION``."""
        return SQL("CREATE PUBLICATION {publication}{database}{tables}{accounts}{comment}").format(
            publication=Identifier(self.publication),
            database=_database(self.database),
            tables=_tables(self.tables),
            accounts=_accounts("", self.accounts),
            comment=_comment(self.comment or None),
        )

    def undo(self) -> DropPublication:
        """Drop it again."""
        return DropPublication(self.publication, if_exists=True)

    def creates(self) -> tuple[Resource, ...]:
        """The publication."""
        return (("publication", self.publication),)

    def satisfied_by(self, error: QueryError) -> bool:
        """There is a publication of that name."""
        return self.if_not_exists and error.errno == _DUPLICATE


@dataclass(frozen=True, slots=True)
class AlterPublication(Operation[None]):
    """ALTER PUBLICATION.

    Args:
        publication: Name.
        action: What becomes of the accounts: ``""`` sets them, ``"ADD "`` and ``"DROP "`` change them, None does not.
        accounts: Accounts, None for all.
        database: New database, None for no change.
        tables: New tables, None for no change.
        comment: New comment, None for no change.
        if_exists: Do nothing if there is no such publication.
    """

    name: ClassVar = "pubsub.alter_publication"
    in_transaction: ClassVar = InTransaction.REFUSED
    needs_feature: ClassVar = "publications"
    error: ClassVar = PubSubError

    publication: str
    action: str | None = None
    accounts: Names | None = None
    database: str | None = None
    tables: Names | None = None
    comment: str | None = None
    if_exists: bool = False

    def statement(self) -> Executable:
        """``ALTER PUBLICATION``, its parts in the only order the server takes."""
        return SQL("ALTER PUBLICATION {publication}{accounts}{database}{tables}{comment}").format(
            publication=Identifier(self.publication),
            accounts=EMPTY if self.action is None else _accounts(self.action, self.accounts),
            database=EMPTY if self.database is None else _database(self.database),
            tables=_tables(self.tables),
            comment=_comment(self.comment),
        )

    def satisfied_by(self, error: QueryError) -> bool:
        """There is no publication of that name."""
        return self.if_exists and _absent(self.publication) in str(error)


@dataclass(frozen=True, slots=True)
class DropPublication(Operation[None]):
    """DROP PUBLICATION; databases that subscribe to it stay, and fail when they are used."""

    name: ClassVar = "pubsub.drop_publication"
    in_transaction: ClassVar = InTransaction.REFUSED
    needs_feature: ClassVar = "publications"
    error: ClassVar = PubSubError

    publication: str
    if_exists: bool = False

    def statement(self) -> Executable:
        """``DROP PUBLICATION``."""
        return SQL("DROP PUBLICATION {publication}").format(publication=Identifier(self.publication))

    def satisfied_by(self, error: QueryError) -> bool:
        """There is no publication of that name."""
        return self.if_exists and _absent(self.publication) in str(error)


@dataclass(frozen=True, slots=True)
class ListPublications(Operation[list[Publication]]):
    """SHOW PUBLICATIONS, which unlike its kin is taken in transactions, and in every account."""

    name: ClassVar = "pubsub.list_publications"
    in_transaction: ClassVar = InTransaction.READS
    needs_feature: ClassVar = "publications"
    error: ClassVar = PubSubError

    def statement(self) -> Executable:
        """``SHOW PUBLICATIONS``."""
        return SQL("SHOW PUBLICATIONS")

    def read(self, result: Result[Any]) -> list[Publication]:
        """The publications, by name."""
        return sorted((publication_of(row) for row in result), key=lambda publication: publication.name)


@dataclass(frozen=True, slots=True)
class ShowCreatePublication(Operation[str | None]):
    """SHOW CREATE PUBLICATION."""

    name: ClassVar = "pubsub.show_create_publication"
    in_transaction: ClassVar = InTransaction.READS
    needs_feature: ClassVar = "publications"
    error: ClassVar = PubSubError

    publication: str

    def statement(self) -> Executable:
        """``SHOW CREATE PUBLICATION``."""
        return SQL("SHOW CREATE PUBLICATION {publication}").format(publication=Identifier(self.publication))

    def read(self, result: Result[Any]) -> str | None:
        """The statement, None if there is no such publication."""
        row: Any = result.first()
        return None if row is None else str(row[1])

    def needs(self) -> tuple[Resource, ...]:
        """The publication."""
        return (("publication", self.publication),)


@dataclass(frozen=True, slots=True)
class CreateSubscription(Operation[None]):
    """CREATE DATABASE ... FROM ... PUBLICATION."""

    name: ClassVar = "pubsub.create_subscription"
    in_transaction: ClassVar = InTransaction.JOINS
    needs_feature: ClassVar = "publications"
    error: ClassVar = PubSubError

    database: str
    publication: str
    account: str

    def statement(self) -> Executable:
        """``CREATE DATABASE ... FROM ... PUBLICATION``."""
        return SQL("CREATE DATABASE {database} FROM {account} PUBLICATION {publication}").format(
            database=Identifier(self.database),
            account=Identifier(self.account),
            publication=Identifier(self.publication),
        )


@dataclass(frozen=True, slots=True)
class DropSubscription(Operation[None]):
    """DROP DATABASE of a subscription; the publisher's data stays."""

    name: ClassVar = "pubsub.drop_subscription"
    in_transaction: ClassVar = InTransaction.JOINS
    needs_feature: ClassVar = "publications"
    error: ClassVar = PubSubError

    database: str

    def statement(self) -> Executable:
        """``DROP DATABASE``."""
        return SQL("DROP DATABASE {database}").format(database=Identifier(self.database))


@dataclass(frozen=True, slots=True)
class ListSubscriptions(Operation[list[Subscription]]):
    """SHOW SUBSCRIPTIONS ALL, with the publications that could be subscribed; taken in transactions."""

    name: ClassVar = "pubsub.list_subscriptions"
    in_transaction: ClassVar = InTransaction.READS
    needs_feature: ClassVar = "publications"
    error: ClassVar = PubSubError

    def statement(self) -> Executable:
        """``SHOW SUBSCRIPTIONS ALL``."""
        return SQL("SHOW SUBSCRIPTIONS ALL")

    def read(self, result: Result[Any]) -> list[Subscription]:
        """The subscriptions, by publisher and publication."""
        return sorted((subscription_of(row) for row in result), key=lambda found: (found.pub_account, found.pub_name))


@dataclass(frozen=True, slots=True)
class ReadDatabaseKind(Operation[str | None]):
    """SELECT on the catalog, which unlike SHOW SUBSCRIPTIONS knows what the transaction itself has done."""

    name: ClassVar = "pubsub.database_kind"
    in_transaction: ClassVar = InTransaction.READS
    error: ClassVar = PubSubError

    database: str

    def statement(self) -> Executable:
        """``SELECT`` on ``mo_catalog.mo_database``."""
        select = (
            "SELECT dat_type FROM mo_catalog.mo_database WHERE account_id = current_account_id() AND datname = :name"
        )
        return text(select).bindparams(name=self.database)

    def read(self, result: Result[Any]) -> str | None:
        """``subscription``, something else for another database, None if there is none."""
        row: Any = result.first()
        return None if row is None else str(row[0])


def _absent(publication: str) -> str:
    return f"publication '{publication}' does not exist"


def _database(database: str) -> Composable:
    return SQL(" DATABASE *") if database == "*" else SQL(" DATABASE {name}").format(name=Identifier(database))


def _tables(tables: Names | None) -> Composable:
    return EMPTY if tables is None else SQL(" TABLE {names}").format(names=_identifiers(tables))


def _accounts(action: str, accounts: Names | None) -> Composable:
    names = SQL("ALL") if accounts is None else _identifiers(accounts)
    return SQL(f" ACCOUNT {action}{{names}}").format(names=names)


def _comment(comment: str | None) -> Composable:
    return EMPTY if comment is None else SQL(" COMMENT {text}").format(text=Literal(comment))


def _identifiers(names: Names) -> Composable:
    return joined([Identifier(name) for name in names])
