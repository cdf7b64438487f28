"""Queries of sessions and clients, on both faces."""

from __future__ import annotations

import pytest
from sqlalchemy import ForeignKey, String, exc, func, literal
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,  # noqa: TC002 - the mapper reads it at run time
    joinedload,
    mapped_column,
    relationship,
    selectinload,
)

from matrixone import registry
from matrixone.exceptions import ConfigurationError, PluginError, TransactionError

from .faces import closed, entered, got, listed, taken


class Base(DeclarativeBase):
    pass


class Team(Base):
    __tablename__ = "teams"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(20))
    members: Mapped[list[Member]] = relationship(order_by="Member.id")


class Member(Base):
    __tablename__ = "members"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(20))
    team_id: Mapped[int | None] = mapped_column(ForeignKey("teams.id", name="fk_team"))


@pytest.fixture(params=["sync", "async"])
def face(request, client, async_client):
    """A client of one face, with two teams and seven members."""
    client.create_all(Base)
    with client.session() as session:
        session.add_all([Team(id=1, name="red"), Team(id=2, name="blue")])
        session.flush()
        session.add_all([Member(id=n, name=f"m{n}", team_id=n % 2 + 1) for n in range(1, 8)])
    return client if request.param == "sync" else async_client


@pytest.fixture(params=["session", "client"])
async def query(request, face):
    """Starts queries of a session or a client."""
    if request.param == "client":
        yield face.query
        return
    async with entered(face.session()) as session:
        yield session.query


def ids(rows):
    return sorted(row.id for row in rows)


async def test_what_there_is(query):
    members = query(Member)
    assert ids(await got(members.all())) == [1, 2, 3, 4, 5, 6, 7]
    assert (await got(members.order_by(Member.id).first())).name == "m1"
    assert (await got(members.filter_by(id=2).one())).name == "m2"
    assert await got(members.filter_by(id=9).one_or_none()) is None
    assert await got(members.count()) == 7
    assert await got(members.exists()) is True
    assert await got(members.filter(Member.id > 7).exists()) is False
    assert await got(members.order_by(Member.id.desc()).select(Member.name).scalar()) == "m7"
    assert (await got(query(Member.id).order_by(Member.id).scalars())).all() == [1, 2, 3, 4, 5, 6, 7]
    assert (await got(query(Member.id, Member.name).filter_by(id=1).execute())).all() == [(1, "m1")]


async def test_tables_and_columns_by_name(query):
    assert await got(query("members").count()) == 7
    assert (await got(query("members m").filter("m.id = ?", 3).select("m.name").one())).name == "m3"
    joined = query("members m").join("teams t", "t.id = m.team_id").select("t.name AS team", "COUNT(m.id) AS n")
    rows = await got(joined.group_by("t.name").having(func.count("m.id") > 3).all())
    assert [(row.team, row.n) for row in rows] == [("blue", 4)]
    assert (await got(query(func.count("id")).select_from("members").one())).count == 7
    assert (await got(query("COUNT(id)").select_from("members").one())).COUNT_id == 7
    assert await got(query("members").filter_by(name="it's").exists()) is False


async def test_queries_together(query):
    small, odd = query(Member).filter(Member.id < 4), query(Member).filter(Member.id % 2 == 1)
    assert ids(await got(small.union(odd).all())) == [1, 2, 3, 5, 7]
    assert await got(small.union_all(odd).count()) == 7
    assert ids(await got(small.intersect(odd).all())) == [1, 3]
    assert ids(await got(small.except_(odd).all())) == [2]
    assert (await got(small.union(odd).order_by(Member.id.desc()).first())).name == "m7"
    assert ids(await got(small.union(odd).filter(Member.name == "m5").all())) == [5]


async def test_recursion(query):
    numbers = query(literal(1).label("n")).cte("numbers", recursive=True)
    numbers = numbers.union_all(query((numbers.c.n + 1).label("n")).filter(numbers.c.n < 5))
    assert [row.n for row in await got(query(numbers).order_by(numbers.c.n).all())] == [1, 2, 3, 4, 5]


async def test_membership(query):
    assert ids(await got(query(Member).logical_in(Member.id, [1, 3, 99]).all())) == [1, 3]
    assert ids(await got(query(Member).logical_in("members.name", ("m1", "it's", "x')")).all())) == [1]
    assert await got(query(Member).logical_in(Member.id, []).all()) == []
    red = query(Team.id).filter_by(name="red")
    assert ids(await got(query(Member).logical_in(Member.team_id, red).all())) == [2, 4, 6]


async def test_changes_of_a_table_named_by_text(query):
    changed = await got(query("members").filter("id > ?", 5).update({"name": "it's"}).execute())
    assert changed.rowcount == 2
    assert await got(query("members").filter_by(name="it's").count()) == 2
    assert (await got(query("members").filter_by(name="it's").delete())).rowcount == 2
    assert await got(query("members").count()) == 5


async def test_loader_options(face):
    async with entered(face.session()) as session:
        teams = session.query(Team).order_by(Team.id)
        for option in (selectinload(Team.members), joinedload(Team.members)):
            assert [len(team.members) for team in await got(teams.options(option).all())] == [3, 4]
        with pytest.raises(exc.InvalidRequestError, match="yield_per"):
            await listed(teams.options(joinedload(Team.members)).yield_per(1))
        with pytest.raises(TransactionError, match="streamed"):  # the loader would need the busy connection
            await listed(teams.options(selectinload(Team.members)).yield_per(1))


async def test_locked_rows(face):
    async with entered(face.session()) as session:
        assert (await got(session.query(Member).filter_by(id=1).with_for_update().one())).name == "m1"


@pytest.mark.parametrize("size", [1, 3, 7, 1000])
async def test_iteration_in_chunks(query, size):
    ordered = query(Member).order_by(Member.id)
    assert [member.id for member in await listed(ordered.iterate(size))] == [1, 2, 3, 4, 5, 6, 7]
    assert [member.id for member in await listed(ordered.yield_per(size))] == [1, 2, 3, 4, 5, 6, 7]
    parts = await listed(query(Member.id).order_by(Member.id).partitions(size))
    assert [len(part) for part in parts] == [size] * (7 // size) + [7 % size] * bool(7 % size)


async def test_objects_of_an_iteration_are_attached(face):
    async with entered(face.session()) as session:
        for member in await listed(session.query(Member).iterate(2)):
            member.name = "new"
    assert await got(face.query(Member).filter_by(name="new").count()) == 7


async def test_an_open_iteration_keeps_its_rows(face):
    async with entered(face.session()) as session:
        rows = session.query(Member.id).order_by(Member.id).iterate(2)
        first = await taken(rows, 1)
        with pytest.raises(TransactionError, match="streamed"):
            await got(session.execute("SELECT 1"))
        assert [row.id for row in first + await listed(rows)] == [1, 2, 3, 4, 5, 6, 7]
        rows = session.query(Member.id).iterate(2)
        await taken(rows, 1)
        await closed(rows)
        assert await got(session.query(Member).count()) == 7


async def test_an_iteration_of_a_client_gives_its_connection_back(face):
    rows = face.query(Member).iterate(2)
    await taken(rows, 1)
    assert await got(face.query(Member).count()) == 7  # on another connection
    pool = face.get_sqlalchemy_engine().pool
    assert pool.checkedout() == 1
    await closed(rows)
    assert pool.checkedout() == 0


async def test_a_size_that_is_none_sends_nothing(face):
    with pytest.raises(exc.ArgumentError, match="one or more"):
        await listed(face.query("no_such_table").iterate(0))


async def test_exports(query, tmp_path):
    ordered = query(Member.id, Member.name).filter(Member.id < 3).order_by(Member.id)
    await got(
        ordered.export_to_file(str(tmp_path / "m.csv"), fields_terminated_by="|", fields_enclosed_by="'", header=True)
    )
    assert (tmp_path / "m.csv").read_text().splitlines()[1].startswith("1|")
    await got(ordered.export_to(str(tmp_path / "m.jsonl"), format="jsonline"))
    assert (tmp_path / "m.jsonl").read_text().count("\n") == 2


async def test_exports_to_a_stage(query, client, names, tmp_path):
    stage = names.new("stage")
    client.execute(f"CREATE STAGE {stage} URL = 'file://{tmp_path}/'")
    ordered = query(Member.id).order_by(Member.id)
    await got(ordered.export_to_stage(stage, "m.csv"))
    await got(ordered.export_to(stage, "n.csv", fields_terminated_by=";"))
    assert (tmp_path / "m.csv").read_text() == (tmp_path / "n.csv").read_text() == "1\n2\n3\n4\n5\n6\n7\n"


@pytest.mark.parametrize(
    "options",
    [{"format": "xml"}, {"format": "jsonline", "header": True}, {"format": "parquet", "max_file_size": 1}],
)
async def test_exports_that_cannot_be(query, options):
    with pytest.raises(ConfigurationError):
        await got(query(Member).export_to_file("/x", **options))
    with pytest.raises(ConfigurationError, match="compress"):
        await got(query(Member).export_to_stage("s", "x", compression="gzip"))


async def test_exports_without_the_plugin(query, monkeypatch):
    monkeypatch.setenv("MATRIXONE_PLUGINS", "snapshots")
    registry.registry.cache_clear()
    try:
        with pytest.raises(PluginError, match="matrixone-export"):
            await got(query(Member).export_to_file("/x.csv"))
    finally:
        monkeypatch.undo()
        registry.registry.cache_clear()


async def test_groups_exist_by_the_names_of_their_columns(query):
    grouped = query("team_id", "COUNT(*) AS n").select_from("members").group_by("team_id")
    assert await got(grouped.having("n > 3").order_by("n DESC").exists())
    assert not await got(grouped.having("n > 4").exists())
    assert await got(query(Member.team_id, func.count().label("n")).group_by(Member.team_id).order_by("n").exists())
