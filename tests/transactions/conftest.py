"""A world of objects that operations can act on, made once for all of them."""

from __future__ import annotations

import contextlib
import uuid
from functools import cached_property
from pathlib import Path

import pytest
from matrixone_cdc import build_mysql_uri

from matrixone import Client
from matrixone.exceptions import QueryError


class World:
    """Objects by their purpose; what only few operations need is made when it is asked for."""

    def __init__(self, client, folder):
        self.client = client
        self.folder = folder
        self._suffix = uuid.uuid4().hex[:10]
        self._drops = []
        self.database = self._name("world")
        client.execute(f"CREATE DATABASE {self.database}")
        self.dropped_later(f"DROP DATABASE {self.database}")
        client.execute(f"USE {self.database}")
        columns = {"id": "int primary key", "name": "varchar(20)", "v": "vecf32(2)"}
        client.create_table("goods", columns)
        client.create_table("docs", {"id": "int primary key", "body": "text", "v": "vecf32(2)"})
        client.create_table("points", {"id": "bigint primary key", "v": "vecf32(2)"})
        client.create_table("staging", {"id": "int"})
        client.insert("goods", {"id": 1, "name": "wood", "v": [1, 2]})
        client.insert("docs", {"id": 1, "body": "a word", "v": [1, 2]})
        client.insert("staging", {"id": 30})
        client.fulltext_index.create("docs", "words", "body")
        client.vector_ops.create_ivf("docs", "near", "v", lists=1)
        client.branch.create("draft", "goods")
        client.insert("draft", {"id": 2, "name": "iron"})
        self.branch = "draft"
        self.file = f"{folder}/rows.csv"
        Path(self.file).write_text("10\n11\n", encoding="utf-8")

    @property
    def fresh(self):
        """A name that nothing has; what gets it is dropped in the end."""
        return self._name("fresh")

    @cached_property
    def stage(self):
        name = self._name("stage")
        self.client.stage.create_local(name, f"{self.folder}/")
        self.dropped_later(f"DROP STAGE {name}")
        return name

    @cached_property
    def snapshot(self):
        name = self._name("snapshot")
        self.client.snapshots.create(name, "table", self.database, "goods")
        self.dropped_later(f"DROP SNAPSHOT {name}")
        return name

    @cached_property
    def watched(self):
        """The world's database, with the recovery window that change data capture wants."""
        name = self._name("window")
        self.client.pitr.create_database_pitr(name, self.database, 2, "h")
        self.dropped_later(f"DROP PITR {name}")
        return self.database

    @property
    def uri(self):
        """The server's own address, as it dials it."""
        login = self.client.get_login_info()
        return build_mysql_uri("127.0.0.1", login["port"], "root", "111")

    @cached_property
    def role(self):
        name = self._name("role")
        self.client.account.create_role(name)
        self.dropped_later(f"DROP ROLE {name}")
        return name

    @cached_property
    def user(self):
        name = self._name("user")
        self.client.account.create_user(name, "secret 1")
        self.dropped_later(f"DROP USER {name}")
        return name

    @cached_property
    def database_branch(self):
        name = self._name("trial")
        self.client.execute(f"DATA BRANCH CREATE DATABASE {name} FROM {self.database}")
        self.dropped_later(f"DROP DATABASE IF EXISTS {name}")
        return name

    @cached_property
    def other_database(self):
        name = self._name("other")
        self.client.execute(f"CREATE DATABASE {name}")
        self.dropped_later(f"DROP DATABASE {name}")
        return name

    def state(self, runner):
        """All that operations change, as somebody sees it: databases, tables, indexes and rows of the world."""
        tables = sorted(row[0] for row in runner.execute(f"SHOW TABLES FROM {self.database}"))
        rows = {name: runner.execute(f"SELECT count(*) FROM `{name}`").scalar() for name in tables}
        indexes = runner.execute(
            "SELECT DISTINCT t.relname, i.name FROM mo_catalog.mo_indexes i JOIN mo_catalog.mo_tables t "
            "ON t.rel_id = i.table_id WHERE t.reldatabase = ? AND t.account_id = current_account_id() ORDER BY 1, 2",
            (self.database,),
        ).fetchall()
        databases = [name for (name,) in runner.execute("SHOW DATABASES") if self._suffix in name]
        return sorted(databases), rows, [tuple(row) for row in indexes]

    def administration(self):
        """What exists under the world's names outside databases."""
        found = []
        for catalog, column in (
            ("mo_account", "account_name"),
            ("mo_user", "user_name"),
            ("mo_role", "role_name"),
            ("mo_snapshots", "sname"),
            ("mo_stages", "stage_name"),
            ("mo_pubs", "pub_name"),
            ("mo_pitr", "pitr_name"),
            ("mo_cdc_task", "task_name"),
            ("mo_role_privs", "role_name"),
            ("mo_user_grant g JOIN mo_catalog.mo_user u ON u.user_id = g.user_id", "user_name"),
        ):
            names = self.client.execute(
                f"SELECT {column} FROM mo_catalog.{catalog} WHERE {column} LIKE ? ORDER BY 1", (f"%{self._suffix}%",)
            ).scalars()
            found += [(catalog, name) for name in names]
        return found

    def dropped_later(self, statement):
        self._drops.append(statement)

    def end(self):
        for statement in reversed(self._drops):
            with contextlib.suppress(QueryError):
                self.client.execute(statement)

    def _name(self, kind):
        return f"{kind}_{uuid.uuid4().hex[:6]}_{self._suffix}"


@contextlib.contextmanager
def made(server_url, folder):
    folder.chmod(0o777)
    with Client(url=server_url) as client:
        world = World(client, str(folder))
        yield world
        world.end()


@pytest.fixture(scope="module")
def world(server_url, tmp_path_factory):
    with made(server_url, tmp_path_factory.mktemp("world")) as world:
        yield world


@pytest.fixture
def own_world(server_url, tmp_path):
    """A world for one test, which may destroy it."""
    with made(server_url, tmp_path) as world:
        yield world
