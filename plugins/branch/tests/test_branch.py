"""Branches made and deleted, through the synchronous face."""

from __future__ import annotations

import uuid

import pytest
from matrixone_branch import (
    Branch,
    BranchManager,
    BranchWarning,
    Changes,
    DiffOutput,
    DiffSummary,
)

from matrixone.exceptions import (
    BranchError,
    ConfigurationError,
)

from .models import Base, Child


def test_attribute_is_the_manager(client):
    assert type(client.branch) is BranchManager
    with client.session() as session:
        assert session.branch is session.branch is session.manager(BranchManager)


class TestTables:
    @pytest.mark.parametrize("target", ["child", "{0}.child", Child])
    @pytest.mark.parametrize("source", ["base", "`{0}`.`base`", Base])
    def test_create(self, client, matrixone_database, rows, target, source):
        names = [name.format(matrixone_database) if isinstance(name, str) else name for name in (target, source)]
        branch = client.branch.create(*names)
        assert branch.target.endswith("child")
        assert branch.source.endswith("base")
        assert not branch.pending
        client.execute("INSERT INTO base VALUES (4, 'four')")
        assert rows("child") == {1: "one", 2: "two", 3: "three"}

    def test_create_from_a_snapshot(self, client, matrixone_database, rows, snapshot):
        client.execute(f"CREATE SNAPSHOT {snapshot} FOR TABLE {matrixone_database} base")
        client.execute("DELETE FROM base")
        branch = client.branch.create_table_branch("child", "base", snapshot.upper())
        assert branch == Branch("child", "base", snapshot, None, branch.outcome)
        assert len(rows("child")) == 3

    def test_errors_of_create(self, client, tables):
        client.branch.create("child", "base")
        for arguments, message in (
            (("child", "base"), "already exists"),
            (("x", "no_such_table"), "no_such_table"),
            (("x", "no_such_database.base"), "no_such_database"),
            (("x", "base", "no_such_snapshot"), "snapshot"),
        ):
            with pytest.raises(BranchError, match=message):
                client.branch.create(*arguments)
        client.execute("CREATE VIEW v AS SELECT 1 AS id")
        with pytest.raises(BranchError, match="BASE TABLE"):
            client.branch.create("x", "v")
        assert tables() == {"base", "child", "v"}

    @pytest.mark.parametrize("method", ["delete", "delete_table_branch"])
    def test_delete(self, client, tables, method):
        client.branch.create("child", "base")
        getattr(client.branch, method)(Child)
        assert tables() == {"base"}
        with pytest.raises(BranchError, match="no such table"):
            getattr(client.branch, method)("child")

    def test_delete_of_what_is_no_branch(self, client, tables):
        with pytest.raises(BranchError, match="not an active branch table"):
            client.branch.delete("base")
        assert tables() == {"base"}


class TestDatabases:
    def test_create_and_delete(self, client, matrixone_database, copy, rows):
        branch = client.branch.create(copy, matrixone_database, database=True)
        assert (branch.target, branch.source) == (copy, matrixone_database)
        client.execute(f"INSERT INTO {copy}.base VALUES (4, 'four')")
        assert client.branch.diff(f"{copy}.base", "base", output=DiffOutput.SUMMARY) == DiffSummary(
            Changes(1, 0, 0), Changes(0, 0, 0)
        )
        client.branch.merge(f"{copy}.base", "base", "fail")
        assert rows("base")[4] == "four"
        client.branch.delete(copy, database=True)
        with pytest.raises(BranchError, match="Unknown database"):
            client.branch.delete_database_branch(copy)

    def test_create_from_a_snapshot(self, client, matrixone_database, copy, rows, snapshot):
        client.execute(f"CREATE SNAPSHOT {snapshot} FOR DATABASE {matrixone_database}")
        client.execute("DELETE FROM base")
        client.branch.create_database_branch(copy, matrixone_database, snapshot)
        assert len(rows(f"{copy}.base")) == 3

    def test_t18_a_missing_source_makes_no_empty_database(self, client, copy):
        with pytest.raises(BranchError, match="Unknown database no_such_database"):
            client.branch.create(copy, "no_such_database", database=True)
        assert copy not in client.execute("SHOW DATABASES").scalars().all()

    def test_t4_sequences_that_are_left_out_are_named(self, client, matrixone_database, copy):
        client.execute("CREATE SEQUENCE ids")
        with pytest.warns(BranchWarning, match=r"sequences.*: ids$"):
            client.branch.create(copy, matrixone_database, database=True)

    def test_delete_of_what_is_no_branch(self, client, copy):
        client.execute(f"CREATE DATABASE {copy}")
        with pytest.raises(BranchError, match="not an active branch"):
            client.branch.delete(copy, database=True)
        assert copy in client.execute("SHOW DATABASES").scalars().all()

    def test_databases_are_named_by_texts(self, client, copy):
        with pytest.raises(ConfigurationError):
            client.branch.create(Base, copy, database=True)
        with pytest.raises(ConfigurationError):
            client.branch.delete(Base, database=True)


class TestOtherAccounts:
    @pytest.fixture
    def account(self, client):
        name = f"acc_{uuid.uuid4().hex[:12]}"
        client.execute(f"CREATE ACCOUNT {name} ADMIN_NAME 'admin' IDENTIFIED BY '111'")
        yield name
        client.execute(f"DROP ACCOUNT IF EXISTS {name}")

    def test_branches_in_another_account(self, client, matrixone_url, account, matrixone_database, snapshot, copy):
        client.execute(f"CREATE SNAPSHOT {snapshot} FOR DATABASE {matrixone_database}")
        branch = client.branch.create(copy, matrixone_database, snapshot, database=True, to_account=account.upper())
        assert branch.account == account
        client.branch.create(f"{copy}.more", "base", snapshot, to_account=account)
        with type(client)(url=matrixone_url, user="admin", account=account, password="111") as other:
            assert other.execute(f"SELECT COUNT(*) FROM {copy}.base").scalar() == 3
            assert other.execute(f"SELECT COUNT(*) FROM {copy}.more").scalar() == 3

    def test_need_a_snapshot(self, client):
        for database in (False, True):
            with pytest.raises(BranchError, match="nothing was sent"):
                client.branch.create("x", "base", database=database, to_account="acme")


class TestOrdinaryUsers:
    """Users with privileges on the tables, and none on the server's catalog."""

    @pytest.fixture
    def user(self, client, child, matrixone_url, matrixone_database):
        name = f"user_{child}_{uuid.uuid4().hex[:12]}"
        for statement in (
            f"CREATE USER {name} IDENTIFIED BY '111'",
            f"CREATE ROLE {name}_role",
            f"GRANT {name}_role TO {name}",
            f"GRANT CONNECT ON ACCOUNT * TO {name}_role",
            f"GRANT ALL ON DATABASE {matrixone_database} TO {name}_role",
            f"GRANT ALL ON TABLE {matrixone_database}.* TO {name}_role",
        ):
            client.execute(statement)
        yield type(client)(
            url=matrixone_url,
            user=name,
            account="sys",
            role=f"{name}_role",
            password="111",
            database=matrixone_database,
        )
        client.execute(f"DROP USER IF EXISTS {name}")
        client.execute(f"DROP ROLE IF EXISTS {name}_role")

    def test_compare_merge_and_pick(self, user, rows):
        with user:
            assert user.branch.diff("child", "base", output="count") == 3
            user.branch.pick("child", "base", [4])
            with user.session() as session:
                session.branch.merge("child", "base", "skip")
        assert rows("base") == {1: "one", 2: "TWO", 4: "four"}

    def test_merge_would_overwrite_what_the_transaction_changed(self, user, rows):
        with user, user.session() as session:
            session.execute("UPDATE base SET a = 'zwei' WHERE id = 2")
            with pytest.raises(BranchError, match="may not ask for"):
                session.branch.merge("child", "base")
        assert rows("base") == {1: "one", 2: "zwei", 3: "three"}
