"""Projects as ``alembic init`` makes them, on a database of their own."""

from __future__ import annotations

import logging
from pathlib import Path

import alembic.command
import pytest
from alembic.config import Config
from sqlalchemy import create_engine, make_url

CONNECT = "poolclass=pool.NullPool,"


class Project:
    """A directory of migrations, as users have it."""

    def __init__(self, path: Path, url: str, template: str = "generic") -> None:
        self.path = path
        self.url = make_url(url)
        self.config = Config(str(path / "alembic.ini"))
        alembic.command.init(self.config, str(path / "migrations"), template=template)
        self.config = Config(str(path / "alembic.ini"), attributes={})
        self.config.set_main_option("sqlalchemy.url", self.url.render_as_string(hide_password=False).replace("%", "%%"))
        env = path / "migrations" / "env.py"
        text = env.read_text()
        text = text.replace("target_metadata = None", 'target_metadata = config.attributes["metadata"]')
        text = text.replace("=target_metadata", "=target_metadata, compare_server_default=True")
        # The session variable without which the server makes no HNSW index.
        hnsw = 'connect_args={"init_command": "SET experimental_hnsw_index = 1"},'
        env.write_text(
            text.replace(CONNECT, f"{CONNECT} {hnsw}").replace("fileConfig(config.config_file_name)", "pass")
        )

    def revise(self, metadata, message):
        """Write a revision for what differs; the text of its file."""
        self.config.attributes["metadata"] = metadata
        script = alembic.command.revision(self.config, message, autogenerate=True)
        return Path(script.path).read_text()

    def upgrade(self, *args, **options):
        self.config.attributes.setdefault("metadata", None)
        alembic.command.upgrade(self.config, *(args or ("head",)), **options)

    def downgrade(self, revision):
        alembic.command.downgrade(self.config, revision)

    def check(self, metadata):
        """Raise if there is anything left to do."""
        self.config.attributes["metadata"] = metadata
        alembic.command.check(self.config)

    def new(self, message, upgrade, downgrade="pass"):
        """Write a revision by hand."""
        script = alembic.command.revision(self.config, message)
        path = Path(script.path)
        lines = path.read_text().replace("pass", "\n    ".join(upgrade), 1).replace("pass", downgrade, 1)
        path.write_text(lines)
        return script.revision


@pytest.fixture(autouse=True)
def _quiet():
    logging.getLogger("alembic").setLevel(logging.WARNING)


@pytest.fixture
def url(server_url, database):
    return make_url(server_url).set(drivername="matrixone", database=database).render_as_string(hide_password=False)


@pytest.fixture
def project(tmp_path, url):
    return Project(tmp_path, url)


@pytest.fixture
def async_project(tmp_path, url):
    return Project(tmp_path, url.replace("matrixone://", "matrixone+aiomysql://"), "async")


@pytest.fixture
def engine(url):
    engine = create_engine(url)
    yield engine
    engine.dispose()
