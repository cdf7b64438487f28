"""Queries of sessions and clients, on both faces."""

from __future__ import annotations

import os

import pytest
from sqlalchemy import ForeignKey, String, exc, func, literal, select
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,  # noqa: TC002 - the mapper reads it at run time
    contains_eager,
    joinedload,
    mapped_column,
    relationship,
    selectinload,
    with_loader_criteria,
)

from matrixone import registry
from matrixone.exceptions import ConfigurationError, DataError, InternalError, PluginError, TransactionError

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
    team: Mapped[Team | None] = relationship(overlaps="members")


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


async def test_changes_by_conditions_on_another_table(query):
    of_blue = query(Member).filter(Member.team_id == Team.id).filter(Team.name == "blue")
    assert (await got(of_blue.update(name="b").execute())).rowcount == 4
    assert ids(await got(query(Member).filter_by(name="b").all())) == [1, 3, 5, 7]
    assert (await got(of_blue.filter(Member.id > 3).delete())).rowcount == 2
    assert ids(await got(query(Member).all())) == [1, 2, 3, 4, 6]


async def test_changes_by_attribute_and_by_name(query):
    changed = query(Member).filter_by(id=2).update({Member.team_id: Member.team_id + 1}, name="x")
    assert (await got(changed.execute())).rowcount == 1
    assert await got(query(Member.team_id, Member.name).filter_by(id=2).one()) == (2, "x")


@pytest.mark.parametrize("entity", [Member, "members"])
async def test_the_value_of_a_query_is_set(query, entity):
    for red in (query(Team.name).filter_by(id=1), select(Team.name).where(Team.id == 1)):
        assert (await got(query(entity).filter_by(id=2).update(name=red).execute())).rowcount == 1
        assert await got(query(Member.name).filter_by(id=2).scalar()) == "red"
        await got(query(Member).update(name="x").execute())


async def test_changes_of_the_first_rows(query):
    last = query(Member).order_by(Member.id.desc()).limit(2)
    assert (await got(last.update(name="late").execute())).rowcount == 2
    assert ids(await got(query(Member).filter_by(name="late").all())) == [6, 7]
    assert (await got(last.filter(Member.id < 7).delete())).rowcount == 2
    assert ids(await got(query(Member).all())) == [1, 2, 3, 4, 7]
    assert (await got(query("members").order_by("id").limit(1).delete())).rowcount == 1
    assert ids(await got(query(Member).all())) == [2, 3, 4, 7]
    assert (await got(query(Member).order_by(Member.id).limit(0).delete())).rowcount == 0
    assert (await got(query(Member).limit(3).delete())).rowcount == 3
    assert await got(query(Member).count()) == 1


async def test_changes_with_a_cte(query):
    blue = query(Team.id).filter_by(name="blue").cte("blue")
    of_blue = query(Member).with_cte(blue).filter("team_id IN (SELECT id FROM blue)")
    assert (await got(of_blue.update(name="b").execute())).rowcount == 4
    assert ids(await got(query(Member).filter_by(name="b").all())) == [1, 3, 5, 7]
    assert (await got(of_blue.filter(Member.id > 3).delete())).rowcount == 2
    assert ids(await got(query(Member).all())) == [1, 2, 3, 4, 6]


async def test_changes_keep_the_criteria_of_options(query):
    even = query(Member).options(with_loader_criteria(Member, Member.id % 2 == 0))
    assert (await got(even.filter(Member.id > 2).update(name="even").execute())).rowcount == 2
    assert (await got(even.delete())).rowcount == 3
    assert ids(await got(query(Member).all())) == [1, 3, 5, 7]


async def test_objects_of_the_session_know_of_changes(face):
    async with entered(face.session()) as session:
        members = {member.id: member for member in await got(session.query(Member).all())}
        first = session.query(Member).filter("id > ?", 0).order_by(Member.id).limit(1)
        await got(first.update(name="first").execute())
        await got(session.query(Member).filter(Member.id == 2).update(name="second").execute())
        await got(session.query(Member).order_by(Member.id.desc()).limit(1).delete())
        members[3].name = "own"
        again = await got(session.query(Member).order_by(Member.id).all())
        assert [member.name for member in again] == ["first", "second", "own", "m4", "m5", "m6"]
        assert again[0] is members[1]


async def test_what_a_change_would_lose_sends_nothing(query):
    members = query(Member)
    for lossy, part in [
        (members.distinct(), "distinct"),
        (members.offset(1), "offset"),
        (members.with_for_update(), "with_for_update"),
        (members.with_rank("exact"), "with_rank"),
    ]:
        lost = rf"no place for {part}\(\)$"
        with pytest.raises(exc.InvalidRequestError, match=lost):
            await got(lossy.delete())
        with pytest.raises(exc.InvalidRequestError, match=lost):
            await got(lossy.update(name="x").execute())
    assert await got(query(Member).filter_by(name="x").count()) == 0
    assert await got(query(Member).count()) == 7


async def test_objects_that_a_join_finds_several_times(query):
    teams = query(Team).join(Team.members).order_by(Team.id)
    for several in (teams, query(Team).filter(Team.id == Member.team_id).order_by(Team.id)):
        with pytest.raises(exc.MultipleResultsFound):
            await got(several.one())
        assert (await got(several.filter(Team.id == 2).one_or_none())).name == "blue"
        assert ids(await got(several.all())) == [1, 2]
        assert await got(several.count()) == 7
        assert ids(await listed(several.iterate())) == [1, 1, 1, 2, 2, 2, 2]
    assert await got(teams.distinct().count()) == 2


async def test_collections_of_the_only_object_are_whole(query):
    red = query(Team).join(Team.members).options(contains_eager(Team.members)).filter(Team.id == 1)
    assert ids((await got(red.one())).members) == [2, 4, 6]


async def test_rows_with_objects_whose_collections_are_joined(query, face):
    teams = query(Team, Team.name).options(joinedload(Team.members)).order_by(Team.id)
    assert [(len(team.members), name) for team, name in await got(teams.all())] == [(3, "red"), (4, "blue")]
    result = await got(face.execute(select(Team).options(joinedload(Team.members)).order_by(Team.id)))
    assert [len(team.members) for team in result.scalars()] == [3, 4]


async def test_several_conditions_are_joined_by_the_caller(query):
    with pytest.raises(exc.ArgumentError, match="and_"):
        query(Member).filter(Member.id == 1, Member.name == "m1")


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


def test_a_size_that_is_none_is_refused_at_the_call(face):
    with pytest.raises(exc.ArgumentError, match="one or more"):
        face.query("no_such_table").iterate(0)
    with pytest.raises(exc.ArgumentError, match="one or more"):
        face.query("no_such_table").partitions(-1)
    with pytest.raises(exc.InvalidRequestError, match="UPDATE"):
        face.query(Member).update(name="x").iterate()


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
    await got(ordered.export_to_stage(stage.upper(), "m.jsonl", format="jsonline"))
    assert (tmp_path / "m.jsonl").read_text().startswith('{"id":1}\n')
    await got(ordered.export_to_stage(stage, "/below/m.parquet", format="parquet"))
    assert (tmp_path / "below" / "m.parquet").exists()
    with pytest.raises(ConfigurationError, match="outside"):
        await got(ordered.export_to_stage(stage, "../m.csv"))


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


@pytest.mark.parametrize(
    ("build", "there_is"),
    [
        (lambda query: query(func.max(Member.id)).filter(Member.id > 99), True),
        (lambda query: query(func.count(Member.id).label("n")).filter(Member.id > 99), True),
        (lambda query: query("COUNT(*) AS n").select_from("members").where("id > ?", 99), True),
        (lambda query: query(func.max(Member.id)).having(func.count() > 99), False),
        (lambda query: query(Member.team_id).filter(Member.id > 99).group_by(Member.team_id), False),
        (lambda query: query(Member.team_id).distinct().order_by(Member.team_id), True),
        (lambda query: query(Member.team_id).filter(Member.id > 99).distinct(), False),
        (lambda query: query(Member).limit(0), False),
        (lambda query: query(Member).order_by(Member.id).limit(2).offset(6), True),
        (lambda query: query(Member).order_by(Member.id).limit(2).offset(7), False),
        (lambda query: query(Member.id, Member.name).order_by("name DESC"), True),
        (lambda query: query(Team).select_from(Member).outerjoin(Team, Team.id > 99).limit(1), True),
        (lambda query: query(Member).union(query(Member)).filter(Member.id == 3), True),
        (lambda query: query(Member).options(joinedload(Member.team)), True),
    ],
)
async def test_exists_says_whether_there_is_a_row(query, build, there_is):
    assert await got(build(query).exists()) is there_is
    assert bool(await got(build(query).all())) is there_is


@pytest.mark.parametrize("rows", [lambda: select(Team.id).where(Team.name == "red"), lambda: select(Team.id).limit(1)])
async def test_selects_as_values_of_conditions(query, rows):
    found = query(Member).where("team_id IN ? AND id > ?", rows(), 2)
    assert ids(await got(found.all())) in ([4, 6], [3, 5, 7])


@pytest.mark.skipif(not os.environ.get("MATRIXONE_TEST_URL"), reason="lite sends bytes that are no text as U+FFFD")
async def test_t10_bytes_that_are_no_text(face, client):
    client.execute("UPDATE members SET name = unhex('ff80') WHERE id = 1")
    async with entered(face.session()) as session:
        with pytest.raises(DataError, match="name the columns") as caught:
            await got(session.query(Member).all())
        assert caught.value.connection_invalidated
        assert caught.value.errno is None
        await got(session.rollback())
        assert (await got(session.query(Member.id, func.hex(Member.name)).filter_by(id=1).one()))[1] == "FF80"
        assert await got(session.query(Member).filter(Member.id > 1).count()) == 6
    with pytest.raises(DataError, match="name the columns"):
        await got(face.query("members").all())
    assert await got(face.query("members").count()) == 7


async def test_t6_a_change_is_never_one_of_the_past(face, names, client):
    snapshot = names.new("snapshot")
    client.execute(f"CREATE SNAPSHOT {snapshot} FOR DATABASE {client.execute('SELECT database()').scalar()}")
    client.execute("UPDATE teams SET name = 'none' WHERE name = 'red'")
    client.execute("DELETE FROM members WHERE id < 5")
    async with entered(face.session()) as session:
        then = session.query(Member, snapshot=snapshot)
        assert await got(then.count()) == 7
        for change in (then.delete, lambda: then.update(name="x").execute()):
            with pytest.raises(exc.InvalidRequestError, match="present"):
                await got(change())
        red = session.query(Team.id, snapshot=snapshot).filter_by(name="red")
        of_red = session.query(Member).filter(Member.team_id.in_(red))
        assert (await got(of_red.update(name="of red").execute())).rowcount == 1
        assert await got(then.filter_by(name="of red").count()) == 0
        assert (await got(session.query(Member).filter("team_id IN ?", red).delete())).rowcount == 1
        assert ids(await got(session.query(Member).all())) == [5, 7]
        assert await got(then.count()) == 7


@pytest.mark.skipif(not os.environ.get("MATRIXONE_TEST_URL"), reason="lite does not panic")
async def test_t18_a_panic_is_told_in_one_line(face, names, client):
    snapshot = names.new("snapshot")
    client.execute(f"CREATE SNAPSHOT {snapshot} FOR DATABASE {client.execute('SELECT database()').scalar()}")
    async with entered(face.session()) as session:
        with pytest.raises(InternalError, match="panic") as caught:
            await got(session.execute(f"CREATE TABLE copied AS SELECT * FROM members {{SNAPSHOT = '{snapshot}'}}"))
        assert "\n" not in str(caught.value.args[0])
        assert "goroutine" not in f"{caught.value} {caught.value!r}"
