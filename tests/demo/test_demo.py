import io
import re

import pytest
from rich.console import Console
from typer.testing import CliRunner

from matrixone import Client, demo
from matrixone.cli.app import app
from matrixone.demo.workspace import open_workspace

LIMIT = 120


@pytest.fixture
def leftovers(matrixone_url):
    """Databases and snapshots of demos that are on the server."""

    def names():
        with Client(url=matrixone_url) as client:
            databases = client.execute("SHOW DATABASES LIKE 'matrixone\\_demo\\_%'").scalars().all()
            snapshots = client.execute("SELECT sname FROM mo_catalog.mo_snapshots WHERE sname LIKE 'matrixone\\_demo%'")
            return [*databases, *snapshots.scalars().all()]

    assert names() == []
    return names


def report_of(**arguments):
    console = Console(width=160, file=io.StringIO())
    demo.run(console, **arguments)
    return console.file.getvalue()


def test_the_tour(matrixone_url, leftovers):
    report = report_of(url=matrixone_url, limit=LIMIT)
    numbers = re.search(r"(\d+) rows deleted, error 1062, rolled back: (\d+) rows before, (\d+) after", report)
    assert int(numbers[1]) > 0
    assert int(numbers[2]) == int(numbers[3]) == LIMIT
    assert f"{LIMIT // 2} rows now, {LIMIT} in the snapshot" in report
    assert re.search(rf"{LIMIT} rows in matrixone_demo_\w+_copy", report)
    assert re.search(r"\d+\.\d s in all", report)
    assert leftovers() == []


def test_a_query_prints_matches_instead_of_the_tour(matrixone_url, leftovers):
    report = report_of(url=matrixone_url, limit=LIMIT, query="abstract base class")
    assert "best matches for 'abstract base class'" in report
    assert "abc" in report
    assert "snapshot" not in report
    assert leftovers() == []


def test_nothing_is_left_when_the_demo_fails(matrixone_url, leftovers):
    def fail():
        with open_workspace(matrixone_url) as workspace:
            workspace.client.create_table("t", {"id": "int primary key"})
            workspace.client.execute(f"CREATE SNAPSHOT {workspace.snapshot} FOR DATABASE {workspace.database}")
            workspace.client.execute(f"CREATE DATABASE {workspace.copy} CLONE {workspace.database}")
            assert len(leftovers()) == 3
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    assert leftovers() == []


def test_the_command_starts_a_server_of_its_own():
    result = CliRunner(env={"COLUMNS": "160"}).invoke(app, ["demo", "--limit", "30", "--query", "abstract"])
    assert result.exit_code == 0
    assert "best matches" in result.output
