"""Plans of statements, and the kinds of index they use, on both faces."""

from __future__ import annotations

import dataclasses

import pytest
from sqlalchemy import bindparam, column, exc, select, table, text

from matrixone.exceptions import ConfigurationError, QueryError
from matrixone.plan import Plan

from .faces import entered, got

IVF = "SELECT id FROM planned ORDER BY l2_distance(v, ?) LIMIT 3"
HNSW = "SELECT id FROM planned ORDER BY l2_distance(w, ?) LIMIT 3"
NEAR = ("[1,2,3]",)
FULLTEXT = "SELECT id FROM planned WHERE MATCH(s) AGAINST('banana')"
TRAP = "x\n  ->  Table Function on ivf_search\n  ->  Index Table Scan on planned.ix"
STATEMENTS = {
    (IVF, NEAR): {"ivf"},
    (HNSW, NEAR): {"hnsw"},
    (FULLTEXT, None): {"fulltext"},
    ("SELECT * FROM planned WHERE a = ?", (5,)): {"secondary"},
    ("SELECT * FROM planned WHERE b = ?", (5,)): {"secondary"},
    ("SELECT * FROM planned WHERE id = ?", (5,)): set(),
    ("SELECT * FROM planned", None): set(),
    ("SELECT * FROM planned WHERE s = ?", (TRAP,)): set(),
}
PLANNED = table("planned", column("id"), column("a"), column("s"))


@pytest.fixture(params=["sync", "async"])
def face(request, client, async_client):
    client.execute(
        "CREATE TABLE planned (id BIGINT PRIMARY KEY, a INT, b INT, s TEXT, v VECF32(3), w VECF32(3), "
        "INDEX ix (a), UNIQUE KEY ub (b))"
    )
    rows = [{"id": n, "a": n, "b": n, "s": f"w{n} banana", "v": f"[{n},2,3]", "w": f"[{n},2,3]"} for n in range(1, 101)]
    client.batch_insert("planned", rows)
    return client if request.param == "sync" else async_client


@pytest.fixture
def indexed(client, face):
    if client.is_lite:
        pytest.skip("the plans of lite are those of SQLite and name no index")
    client.execute("CREATE INDEX iv USING ivfflat ON planned (v) LISTS = 2 OP_TYPE 'vector_l2_ops'")
    client.execute("CREATE INDEX hn USING hnsw ON planned (w) OP_TYPE 'vector_l2_ops'")
    client.execute("CREATE FULLTEXT INDEX ft ON planned (s)")
    return face


async def test_kinds_of_index(indexed):
    for options in ({}, {"verbose": True}, {"analyze": True}, {"analyze": True, "verbose": True}):
        for (sql, params), kinds in STATEMENTS.items():
            plan = await got(indexed.explain(sql, params, **options))
            assert plan.indexes == kinds, (sql, options)
            assert plan.uses_index is bool(kinds)


async def test_statements_of_every_form(indexed):
    statement = select(PLANNED).where(PLANNED.c.a == 5)
    async with entered(indexed.session()) as session:
        for executor in (indexed, session):
            assert (await got(executor.explain(statement))).indexes == {"secondary"}
            query = executor.query("planned").filter("a = ?", 5)
            assert (await got(executor.explain(query))).indexes == {"secondary"}


async def test_the_plan_is_text_and_a_value(face):
    async with entered(face.session()) as session:
        for executor in (face, session):
            plan = await got(executor.explain("SELECT * FROM planned WHERE s = ?", ("it's",)))
            assert str(plan).splitlines() == list(plan.lines)
            assert not plan.uses_index
            assert plan == Plan(plan.lines)
            with pytest.raises(dataclasses.FrozenInstanceError):
                plan.lines = ()


async def test_values_are_bound(face):
    named = select(PLANNED).where(PLANNED.c.s == bindparam("s"))
    async with entered(face.session()) as session:
        for executor in (face, session):
            for statement in (named, text("SELECT * FROM planned WHERE s = :s")):
                assert (await got(executor.explain(statement, {"s": "it's"}))).lines
        assert (await got(face.explain("SELECT * FROM planned WHERE s = :s", {"s": "it's"}))).lines


async def test_only_analyze_runs_it(face, client):
    change = PLANNED.update().where(PLANNED.c.id == 1).values(s="new")
    assert (await got(face.explain(change))).lines
    assert client.execute("SELECT s FROM planned WHERE id = 1").scalar() == "w1 banana"
    assert (await got(face.explain(change, analyze=True))).lines
    assert client.execute("SELECT s FROM planned WHERE id = 1").scalar() == "new"
    async with entered(face.session()) as session:
        await got(session.explain("DELETE FROM planned WHERE id = ?", (1,), analyze=True))
        await got(session.rollback())
    assert client.execute("SELECT COUNT(*) FROM planned WHERE id = 1").scalar() == 1


async def test_what_has_no_plan(face):
    async with entered(face.session()) as session:
        for executor in (face, session):
            with pytest.raises(ConfigurationError, match="a plan needs a statement"):
                await got(executor.explain("planned"))
            with pytest.raises(exc.ArgumentError):
                await got(executor.explain(5))
            with pytest.raises(QueryError):
                await got(executor.explain("SELECT ?", ()))
