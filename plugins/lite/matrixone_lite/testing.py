"""Fixtures for pytest, loaded with the distribution: a server for a run of tests, a database of its own for each.

``matrixone_lite`` is a client inside a fresh database of the server that ``matrixone_lite_proc`` starts. A suite with
other wishes makes fixtures of its own::

    shop_server = testing.proc(sql="CREATE ACCOUNT shop ADMIN_NAME 'boss' IDENTIFIED BY '1'")
    shop = testing.client("shop_server", load=[Path("schema.sql")])
"""

from __future__ import annotations

import os
import secrets
import uuid
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from matrixone import AsyncClient, Client
    from matrixone_lite.embedded import Script

    Load = Script | Callable[[Client], object]
    """Statements, a path object of a file of them, or a function of the client."""


_OPTIONS = {
    "port": ("PORT", "port of matrixone_lite_proc; a free one if left out"),
    "url": ("URL", "server of matrixone_lite_noproc: mysql://user:password@host:port"),
}
_EXISTING = "let matrixone_lite_noproc make and drop databases on the server that is named"
_LOAD = "files of statements for each database of matrixone_lite"


@dataclass(frozen=True)
class TestServer:
    """A server that tests may make databases on.

    Args:
        url: Its address, with the login and without a database.
        owned: Whether the fixture has started it.
    """

    __test__ = False

    url: str = field(repr=False)
    owned: bool

    def client(self, database: str | None = None) -> Client:
        """A new client."""
        mode = "disabled" if self.owned else "preferred"
        made: Client = _sdk().Client(url=self.url, database=database, ssl_mode=mode)
        return made


def pytest_addoption(parser: pytest.Parser) -> None:
    """Options of the command line, and of the configuration file under the same names with underscores."""
    group = parser.getgroup("matrixone_lite")
    for name, (metavar, help_) in _OPTIONS.items():
        group.addoption(f"--matrixone-lite-{name}", metavar=metavar, help=help_)
        parser.addini(f"matrixone_lite_{name}", help_)
    group.addoption("--matrixone-lite-existing", action="store_true", default=None, help=_EXISTING)
    parser.addini("matrixone_lite_existing", _EXISTING, type="bool", default=False)
    group.addoption("--matrixone-lite-load", metavar="FILE", action="append", type=Path, help=_LOAD)
    parser.addini("matrixone_lite_load", _LOAD, type="paths", default=[])


def proc(**options: Any) -> Any:
    """A fixture that starts a server for the whole run, with a password nobody else knows.

    Args:
        **options: Arguments of :class:`~matrixone_lite.Server`.
    """

    @pytest.fixture(scope="session")
    def started(request: pytest.FixtureRequest) -> Iterator[TestServer]:
        from matrixone_lite import Server

        port = int(_option(request.config, "port") or 0)
        settings = {"port": port, "password": secrets.token_urlsafe(), **options}
        with Server(**settings) as server:
            target = TestServer(server.url, owned=True)
            _check_identity(target)
            yield target

    return started


def noproc(url: str | None = None, *, existing: bool = False) -> Any:
    """A fixture for a server that runs already; tests touch it only if they were told to.

    Args:
        url: Its address; the option ``--matrixone-lite-url`` and ``MATRIXONE_TEST_URL`` take its place if left out.
        existing: Whether tests may make and drop databases there, besides the option ``--matrixone-lite-existing``.
    """

    @pytest.fixture(scope="session")
    def named(request: pytest.FixtureRequest) -> TestServer:
        address = url or _option(request.config, "url") or os.environ.get("MATRIXONE_TEST_URL")
        if not address:
            raise pytest.UsageError("name the server: --matrixone-lite-url mysql://user:password@host:port")
        if not (existing or _option(request.config, "existing")):
            raise pytest.UsageError(
                "the tests did not start this server: they touch nothing there unless --matrixone-lite-existing says so"
            )
        target = TestServer(address.replace("mysql://", "matrixone://", 1), owned=False)
        with target.client():
            return target

    return named


def client(server: str = "matrixone_lite_proc", load: Sequence[Load] = ()) -> Any:
    """A fixture that gives each test a client inside a fresh database.

    When the test is over, what it left open is rolled back and the database dropped.

    Args:
        server: Name of a fixture made by :func:`proc` or :func:`noproc`.
        load: What the database begins with, after the files the option ``--matrixone-lite-load`` names.
    """

    @pytest.fixture
    def inside(request: pytest.FixtureRequest) -> Iterator[Client]:
        target: TestServer = request.getfixturevalue(server)
        files = _option(request.config, "load") or []
        name = f"test_{uuid.uuid4().hex}"
        with target.client() as owner:
            owner.execute(f"CREATE DATABASE {name}")
            try:
                with target.client(name) as mine:
                    fill(mine, [*files, *load])
                    yield mine
            finally:
                _kill_connections(owner, name)
                owner.execute(f"DROP DATABASE IF EXISTS {name}")

    return inside


def fill(client: Client, load: Iterable[Load]) -> None:
    """Run statements, files of statements and functions on a client, in order."""
    for item in load:
        if callable(item):
            item(client)
        else:
            _run(client, item if isinstance(item, str) else Path(item).read_text(encoding="utf-8"))


matrixone_lite_proc = proc()
matrixone_lite_noproc = noproc()
matrixone_lite = client()


@pytest.fixture
def matrixone_lite_async(matrixone_lite: Client) -> AsyncClient:
    """An asynchronous client inside the database of ``matrixone_lite``; ``async with`` connects it."""
    url = matrixone_lite.engine.url.set(drivername="matrixone", query={})
    made: AsyncClient = _sdk().AsyncClient(url=url.render_as_string(hide_password=False))
    return made


# -- inner parts ------------------------------------------------------------------------------------------------------


def _option(config: pytest.Config, name: str) -> Any:
    given = config.getoption(f"matrixone_lite_{name}")
    return config.getini(f"matrixone_lite_{name}") if given is None else given


def _sdk() -> Any:
    try:
        import matrixone
    except ModuleNotFoundError as error:
        raise pytest.UsageError("the fixtures of matrixone-lite need the SDK: pip install 'matrixone[lite]'") from error
    return matrixone


def _check_identity(target: TestServer) -> None:
    """No other server would take this password, and only an embedded one calls itself so."""
    with target.client() as someone:
        if not someone.is_lite:
            raise pytest.UsageError(f"{someone!r} is not the server that was started: {someone.version()}")


def _run(client: Client, sql: str) -> None:
    with closing(client.engine.raw_connection()) as connection, closing(connection.cursor()) as cursor:
        cursor.execute(sql)
        while cursor.nextset():
            pass


def _kill_connections(owner: Client, database: str) -> None:
    """End what a test has left open inside its database: DROP DATABASE would wait for it."""
    for process in owner.execute("SHOW PROCESSLIST").mappings():
        if process["db"] == database:
            try:
                owner.execute(f"KILL {int(process['conn_id'])}")
            except _sdk().exceptions.QueryError as error:
                if "Unknown connection id" not in str(error):  # it has ended meanwhile
                    raise
