"""Branches compared."""

from __future__ import annotations

import pytest
from matrixone_branch import (
    Changes,
    DiffOutput,
    DiffSummary,
)

from matrixone.exceptions import (
    BranchError,
    ConfigurationError,
)

from .models import Base, Child


class TestDifferences:
    @pytest.mark.parametrize("method", ["diff", "diff_table"])
    def test_rows(self, client, child, method):
        client.execute("INSERT INTO base VALUES (5, 'five')")
        rows = getattr(client.branch, method)(child, "base")
        assert [tuple(row) for row in sorted(rows, key=lambda row: row.id)] == [
            ("child", "UPDATE", 2, "TWO"),
            ("child", "DELETE", 3, "three"),
            ("child", "INSERT", 4, "four"),
            ("base", "INSERT", 5, "five"),
        ]
        assert (rows[0].flag, rows[0][1], rows[0]._mapping["flag"]) == (rows[0].flag,) * 3

    def test_outputs(self, client, child):
        client.execute("INSERT INTO base VALUES (5, 'five')")
        assert client.branch.diff(child, Base, output=DiffOutput.COUNT) == 4
        assert client.branch.diff_table(child, "base", None, "count") == 4
        expected = DiffSummary(table=Changes(1, 1, 1), against=Changes(1, 0, 0))
        assert client.branch.diff(Child, "base", output="summary") == expected

    def test_columns_and_limit(self, client, child):
        rows = client.branch.diff(child, "base", columns=["id"])
        assert list(rows[0]._mapping)[1:] == ["flag", "id"]
        assert len(client.branch.diff(child, "base", limit=1)) == 1
        assert client.branch.diff(child, "base", limit=0) == []
        with pytest.raises(BranchError, match="nosuch"):
            client.branch.diff(child, "base", columns=["nosuch"])

    @pytest.mark.parametrize(
        "arguments",
        [
            {"limit": -1},
            {"columns": "id"},
            {"output": "tree"},
            {"output": "count", "limit": 1},
            {"output": "summary", "columns": ["id"]},
        ],
    )
    def test_arguments_that_cannot_work(self, client, arguments):
        with pytest.raises(ConfigurationError):
            client.branch.diff("base", "base", **arguments)

    def test_snapshots(self, client, matrixone_database, snapshot):
        client.execute(f"CREATE SNAPSHOT {snapshot} FOR TABLE {matrixone_database} base")
        client.execute("DELETE FROM base WHERE id = 3")
        now_then = client.branch.diff("base", "base", against_snapshot=snapshot)
        then_now = client.branch.diff("base", "base", snapshot)
        assert [row.flag for row in now_then] == ["DELETE"]
        assert len(then_now) == 1
        assert client.branch.diff("base", "base", snapshot, "count", against_snapshot=snapshot) == 0

    def test_to_a_table(self, client, child):
        client.branch.diff_to_table(child, "base", "found", columns=["id"])
        found = client.execute("SELECT __mo_diff_flag, id FROM found ORDER BY id").all()
        assert found == [("UPDATE", 2), ("DELETE", 3), ("INSERT", 4)]
        with pytest.raises(BranchError, match="already exists"):
            client.branch.diff_to_table(child, "base", "found")

    def test_to_a_file_that_makes_them_equal(self, client, child, tmp_path):
        path = client.branch.diff_to_file(child, "base", f"{tmp_path}/")
        assert path.startswith(f"{tmp_path}/")
        assert "'four'" in next(tmp_path.iterdir()).read_text()
        with pytest.raises(BranchError, match="does not exist"):
            client.branch.diff_to_file(child, "base", f"{tmp_path}/nosuch/")
        with pytest.raises(ConfigurationError, match="relative"):
            client.branch.diff_to_file(child, "base", "here/")

    def test_tables_that_cannot_be_compared(self, client):
        client.execute("CREATE TABLE other (x VARCHAR(5) PRIMARY KEY)")
        for table in ("other", "no_such_table", "no_such_database.base"):
            with pytest.raises(BranchError):
                client.branch.diff("base", table)

    def test_views_are_refused_before_anything_is_sent(self, client, matrixone_database):
        client.execute("CREATE VIEW recent AS SELECT * FROM base")
        for name in ("Recent", f"{matrixone_database}.recent"):
            for call in (client.branch.diff, client.branch.merge):
                with pytest.raises(BranchError, match="recent is a view; nothing was sent"):
                    call("base", name)
            with pytest.raises(BranchError, match="recent is a view; nothing was sent"):
                client.branch.pick(name, "base", [1])
