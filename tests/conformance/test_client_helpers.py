"""Helpers of clients: the tables behind indexes, the build of the server, transactions."""

from __future__ import annotations

import os

import pytest

from matrixone.exceptions import ProgrammingError

from .faces import entered, got


@pytest.fixture(params=["sync", "async"])
def face(request, client, async_client):
    client.execute(
        "CREATE TABLE parts (id INT PRIMARY KEY, a INT, `b c` INT, body TEXT, UNIQUE KEY ua (a), KEY kb (`b c`), "
        "UNIQUE KEY uab (a, `b c`), FULLTEXT ft (body))"
    )
    client.execute("INSERT INTO parts VALUES (1, 1, 1, 'apple'), (2, NULL, NULL, 'pie'), (3, 3, NULL, NULL)")
    return client if request.param == "sync" else async_client


async def test_hidden_tables(face, client):
    tables = await got(face.get_secondary_index_tables("parts"))
    assert len(tables) == 4
    assert all(name.startswith("__mo_index_") for name in tables)
    database = client.execute("SELECT database()").scalar()
    assert await got(face.get_secondary_index_tables("parts", database)) == tables
    assert await got(face.get_secondary_index_tables(f"{database}.parts")) == tables
    assert await got(face.get_secondary_index_table_by_name("parts", "kb")) in tables
    assert await got(face.get_secondary_index_table_by_name("parts", "ua", database_name=database)) in tables
    assert await got(face.get_secondary_index_table_by_name("parts", "nothing")) is None
    with pytest.raises(ProgrammingError, match="nothing"):
        await got(face.get_secondary_index_tables("nothing"))


async def test_details_of_indexes(face):
    details = {each["index_name"]: each for each in await got(face.get_table_indexes_detail("parts"))}
    assert set(details) == {"ua", "kb", "uab", "ft"}
    assert details["uab"] == {
        "index_name": "uab",
        "index_type": "UNIQUE",
        "algo": None,
        "algo_table_type": None,
        "physical_table_name": await got(face.get_secondary_index_table_by_name("parts", "uab")),
        "columns": ["a", "b c"],
        "algo_params": {},
    }
    assert (details["ft"]["algo"], details["ft"]["columns"]) == ("fulltext", ["body"])


async def test_counts_that_agree(face, client):
    assert await got(face.verify_table_index_counts("parts")) == 3
    client.execute("DELETE FROM parts")
    assert await got(face.verify_table_index_counts("parts")) == 0


@pytest.mark.skipif(not os.environ.get("MATRIXONE_TEST_URL"), reason="indexes of lite cannot be written to")
async def test_t1_an_index_that_misses_a_row_is_named(face, client):
    hidden = client.get_secondary_index_table_by_name("parts", "kb")
    client.execute(f"DELETE FROM `{hidden}` LIMIT 1")
    with pytest.raises(ValueError, match="parts has 3 rows, but the index kb has 2 instead of 3"):
        await got(face.verify_table_index_counts("parts"))


async def test_the_build_of_the_server(face, client):
    assert await got(face.git_version()) == client.execute("SELECT git_version()").scalar()


async def test_a_transaction_is_a_session(face):
    async with entered(face.transaction()) as transaction:
        await got(transaction.execute("DELETE FROM parts WHERE id = ?", (1,)))
        await got(transaction.rollback())
    async with entered(face.transaction(on_refused="raise")) as transaction:
        await got(transaction.execute("DELETE FROM parts WHERE id = ?", (2,)))
    assert await got(face.verify_table_index_counts("parts")) == 2
