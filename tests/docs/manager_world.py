"""What the errors of managers are brought about in."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from matrixone_cdc import build_mysql_uri

from matrixone import Client

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy.engine import URL


@dataclass
class World:
    """A client, a few tables, and a name that nothing on the server has yet.

    Args:
        client: The client.
        database: Its database: the table ``goods`` with two rows, and a view of it, ``seen``.
        name: The name.
        folder: A directory that the server reads and writes, too.
        url: The address of the server.
        clients: The other clients that were opened.
    """

    client: Client
    database: str
    name: str
    folder: Path
    url: URL
    clients: ExitStack = field(default_factory=ExitStack)

    def log_in(self, user: str, password: str) -> Client:
        """A client of somebody, without a database."""
        address = {"host": self.url.host, "port": self.url.port}
        return self.clients.enter_context(Client(user=user, password=password, **address))

    def without_database(self) -> Client:
        """A client of the same user."""
        return self.log_in(self.url.username, self.url.password)

    def tenant(self) -> Client:
        """A client of an account of its own."""
        self.client.account.create_account(self.name, "boss", "p")
        return self.log_in(f"{self.name}:boss", "p")

    def snapshot(self) -> None:
        """A snapshot of the database."""
        self.client.snapshots.create(self.name, "database", database=self.database)

    def window(self) -> None:
        """A recovery window of the database."""
        self.client.pitr.create_database_pitr(self.name, self.database)

    def stage(self) -> None:
        """A stage at the directory."""
        self.client.stage.create_local(self.name, f"{self.folder}/")

    def child(self) -> None:
        """A table that refers to ``goods``."""
        self.client.execute(
            "CREATE TABLE parts (id INT PRIMARY KEY, name VARCHAR(20), good INT, v VECF32(2), "
            "CONSTRAINT of_goods FOREIGN KEY (good) REFERENCES goods (id))"
        )

    def vectors(self, key: str = "INT") -> None:
        """A table of vectors with one row."""
        self.client.execute(f"CREATE TABLE v (id {key} PRIMARY KEY, v VECF32(2), v2 VECF32(2))")
        self.client.execute("INSERT INTO v VALUES (1, '[1, 2]', '[1, 2]')")

    def conflict(self) -> None:
        """A branch ``b`` of ``goods``, both with another value in the same row."""
        self.client.branch.create("b", "goods")
        self.client.execute("UPDATE b SET name = 'x' WHERE id = 1")
        self.client.execute("UPDATE goods SET name = 'y' WHERE id = 1")

    def publication(self, account: str) -> None:
        """The database, published to an account."""
        self.client.pubsub.create_database_publication(self.name, self.database, account)

    def subscribed(self, *before: str, then: str = "SELECT 1") -> None:
        """Statements of an account that subscribes."""
        tenant = self.tenant()
        for statement in before:
            tenant.execute(statement)
        tenant.pubsub.create_subscription("subscribed", self.name, "sys")
        tenant.execute(then)

    def subscribed_and_dropped(self) -> None:
        """A subscription, made and dropped in one transaction."""
        with self.tenant().session() as session:
            session.pubsub.create_subscription("subscribed", self.name, "sys")
            session.pubsub.drop_subscription("subscribed")

    def task(self, *, password: str = "111", copies: str | None = None, **further: Any) -> None:
        """A CDC task that copies ``goods``."""
        ours, sink = (
            build_mysql_uri("127.0.0.1", self.url.port, "root", word) for word in (str(self.url.password), password)
        )
        tables = [(self.database, "goods", copies or self.name)]
        self.client.cdc.create_table_task(self.name, ours, "matrixone", sink, tables, **further)
