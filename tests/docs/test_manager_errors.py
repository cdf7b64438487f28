"""The tables of errors on the pages about managers are true: each row is brought about, here and on a real server."""

from __future__ import annotations

import re
import uuid
from pathlib import Path

import pytest
from sqlalchemy import make_url

from matrixone.exceptions import MatrixOneError

from .manager_errors import CASES
from .manager_world import World

PAGES = Path(__file__).parents[2] / "docs" / "managers"
ROW = re.compile(r"^\| `(\w+)` \| (\d*) \| (.*?) \| .+ \|$", re.MULTILINE)


def rows(page):
    """Error, number and occasion of each row."""
    section = (PAGES / f"{page}.md").read_text(encoding="utf-8").partition("## Errors")[2]
    return [(error, int(number) if number else None, when) for error, number, when in ROW.findall(section)]


@pytest.fixture
def world(matrixone_client, matrixone_database, matrixone_url, tmp_path):
    matrixone_client.execute("CREATE TABLE goods (id INT PRIMARY KEY, name VARCHAR(20))")
    matrixone_client.execute("INSERT INTO goods VALUES (1, 'one'), (2, 'two')")
    matrixone_client.execute("CREATE VIEW seen AS SELECT * FROM goods")
    world = World(matrixone_client, matrixone_database, f"e_{uuid.uuid4().hex[:12]}", tmp_path, make_url(matrixone_url))
    with world.clients:
        yield world
    client, name = world.client, world.name
    client.set_backend_version("4.2.0")
    client.cdc.drop(name, if_exists=True)
    client.account.drop_account(name, if_exists=True)
    client.account.drop_user(name, if_exists=True)
    client.account.drop_role(name, if_exists=True)
    client.pubsub.drop_publication(name, if_exists=True)
    client.snapshots.delete(name, if_exists=True)
    client.pitr.delete(name, if_exists=True)
    client.stage.drop(name, if_exists=True)
    client.execute(f"DROP DATABASE IF EXISTS {name}")


def test_every_page_has_a_table_and_every_row_a_case():
    pages = {path.stem for path in PAGES.glob("*.md")}
    assert {page: [when for _, _, when in rows(page)] for page in pages} == {
        page: list(cases) for page, cases in CASES.items()
    }


@pytest.mark.parametrize(("page", "error", "number", "when"), [(page, *row) for page in CASES for row in rows(page)])
def test_an_error(world, page, error, number, when):
    with pytest.raises((MatrixOneError, ValueError)) as caught:
        CASES[page][when](world)
    assert (type(caught.value).__name__, getattr(caught.value, "errno", None)) == (error, number)
