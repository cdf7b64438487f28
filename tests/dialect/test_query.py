"""Running queries, on both faces, on a server; a plain SQLAlchemy session stands for the facades."""

from __future__ import annotations

import pytest
from sqlalchemy import ForeignKey, Integer, String, exc, func, literal, literal_column, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, joinedload, mapped_column, relationship  # noqa: TC002 - the mapper reads Mapped at run time

from matrixone.query import AsyncQuery, Query
from matrixone.vector import Vectorf32


class Base(DeclarativeBase):
    pass


class Team(Base):
    __tablename__ = "teams"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(20))
    members: Mapped[list[Member]] = relationship(order_by="Member.id", back_populates="team")


class Member(Base):
    __tablename__ = "members"
    id: Mapped[int] = mapped_column(primary_key=True)
    full_name: Mapped[str] = mapped_column("name", String(20))
    team_id: Mapped[int | None] = mapped_column(Integer, ForeignKey("teams.id", name="fk_team"))
    embedding: Mapped[list[float]] = mapped_column(Vectorf32(2))
    team: Mapped[Team | None] = relationship(back_populates="members")


@pytest.fixture
def filled(engine):
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        session.add_all([Team(id=1, name="red"), Team(id=2, name="blue"), Team(id=3, name="empty")])
        session.flush()
        session.add_all(
            [Member(id=n, full_name=f"m{n}", team_id=n % 2 + 1, embedding=[n, 0]) for n in range(1, 6)]
            + [Member(id=6, full_name="it's 100% ?", embedding=[6, 0])]
        )
        session.commit()
    yield engine
    Base.metadata.drop_all(engine)


@pytest.fixture
def session(filled):
    with Session(filled) as session:
        yield session


def test_objects_are_attached(session):
    member = Query(session, Member).filter(Member.id == 1).one()
    member.full_name = "changed"
    session.commit()
    assert Query(session, Member.full_name).filter_by(id=1).scalar() == "changed"
    assert member in session


def test_rows(session):
    assert Query(session, Member.id, Member.full_name.label("n")).order_by(Member.id).first()._mapping == {
        "id": 1,
        "n": "m1",
    }
    assert [row.id for row in Query(session, Member.id).order_by("id").limit(2)] == [1, 2]
    pair = (
        Query(session, Team, func.count(Member.id).label("n"))
        .join(Member)
        .group_by(Team.id, Team.name)
        .order_by(Team.id)
    )
    assert [(team.name, n) for team, n in pair.all()] == [("red", 2), ("blue", 3)]


def test_values_are_bound(session):
    query = Query(session, Member)
    assert query.filter("name = ?", "it's 100% ?").one().id == 6
    assert query.filter("name = ?", "x' OR '1' = '1").all() == []
    assert query.filter("id IN (?, ?) AND embedding = ?", 1, 2, [2, 0]).one().id == 2


def test_one_and_none(session):
    query = Query(session, Member)
    assert query.filter(Member.id == 99).first() is None
    assert query.filter(Member.id == 99).one_or_none() is None
    assert query.filter(Member.id == 3).one_or_none().full_name == "m3"
    assert query.filter(Member.id == 99).scalar() is None
    with pytest.raises(exc.NoResultFound, match=r"^No row was found for one\(\)$"):
        query.filter(Member.id == 99).one()
    with pytest.raises(exc.MultipleResultsFound, match=r"^Multiple rows were found for one\(\)$"):
        query.one()
    with pytest.raises(exc.MultipleResultsFound, match=r"one_or_none\(\)"):
        query.one_or_none()


@pytest.mark.parametrize(
    "build",
    [
        lambda session: Query(session, Member),
        lambda session: Query(session, Member).filter(Member.id > 2).order_by(Member.id),
        lambda session: Query(session, Member).limit(2),
        lambda session: Query(session, Member).order_by(Member.id).offset(4),
        lambda session: Query(session, Member.team_id).distinct(),
        lambda session: Query(session, Member.team_id, func.count()).group_by(Member.team_id),
        lambda session: Query(session, func.max(Member.id)),
        lambda session: Query(session, Member).join(Team),
        lambda session: Query(session, Member, Team).outerjoin(Team, Member.team_id == Team.id),
        lambda session: Query(session, Member).alias("m").filter("m.id > ?", 3),
        lambda session: Query(session, Member.id, Team.name).fullouterjoin(Team, Member.team_id == Team.id),
        lambda session: Query(session, Member.id, Team.id).rightjoin(Team, Member.team_id == Team.id),
    ],
)
def test_count_is_the_length_of_all(session, build):
    query = build(session)
    assert query.count() == len(query.all())
    assert query.exists() is bool(query.all())


def test_nothing_exists(session):
    assert Query(session, Member).filter(Member.id == 99).exists() is False


def test_joins_written_as_text(session):
    rows = (
        Query(session, Member)
        .alias("m")
        .join("teams t", "m.team_id = t.id")
        .select("m.name", "t.name AS team", "COUNT(*) AS n")
        .group_by("m.name", "t.name")
        .having("COUNT(*) < ?", 2)
        .order_by("m.name DESC")
        .all()
    )
    assert [tuple(row) for row in rows[:2]] == [("m5", "blue", 1), ("m4", "red", 1)]
    assert rows[0].team == "blue"


def test_eagerly_loaded_collections(session):
    teams = Query(session, Team).filter(Team.id < 3).order_by(Team.id)
    teams._statement = teams._statement.options(joinedload(Team.members))
    assert [len(team.members) for team in teams.all()] == [2, 3]


def test_nearest_vectors(session):
    nearest = Query(session, Member).order_by(Member.embedding.l2_distance([3.2, 0])).limit(2).all()
    assert [member.id for member in nearest] == [3, 4]


def test_changes(session):
    query = Query(session, Member)
    assert query.filter("id > ?", 3).update(full_name="new", team_id=Member.team_id).execute().rowcount == 3
    assert query.filter_by(full_name="new").count() == 3
    assert query.filter(Member.id.in_([1, 2])).delete().rowcount == 2
    assert query.count() == 4
    session.rollback()
    assert query.count() == 6
    with pytest.raises(exc.InvalidRequestError, match="offset"):
        query.limit(1).offset(1).delete()
    with pytest.raises(exc.CompileError, match="no_such"):
        query.update(no_such=1).execute()


def test_reading_a_snapshot(session, root):
    name = f"q_{session.bind.url.database}"
    with root.connect() as connection:
        connection.exec_driver_sql(f"CREATE SNAPSHOT {name} FOR DATABASE {session.bind.url.database}")
    try:
        Query(session, Member).filter(Member.id > 1).delete()
        session.commit()
        then = Query(session, Member, snapshot=name)
        assert (Query(session, Member).count(), then.count(), len(then.all())) == (1, 6, 6)
        assert then.filter(Member.id == 5).exists()
        with pytest.raises(exc.InvalidRequestError, match="present"):
            then.delete()
    finally:
        with root.connect() as connection:
            connection.exec_driver_sql(f"DROP SNAPSHOT {name}")


class Facade:
    """An asynchronous session as the query needs it."""

    def __init__(self, session):
        self._call = session.run_sync


@pytest.fixture
def planner(root):
    with root.connect():
        if root.dialect.is_lite:
            pytest.skip("lite has no EXPLAIN")


@pytest.mark.usefixtures("planner")
def test_plans(session):
    query = Query(session, Member).filter(Member.id == 1)
    assert "Scan" in query.explain()
    assert len(query.explain(verbose=True)) > len(query.explain())
    assert "nalyze" in query.explain_analyze()


def test_execute_returns_the_result_of_sqlalchemy(session):
    result = Query(session, Member.id.label("number")).order_by(Member.id).execute()
    assert list(result.keys()) == ["number"]
    assert result.scalars().all() == [1, 2, 3, 4, 5, 6]


@pytest.mark.usefixtures("planner", "filled")
async def test_plans_on_the_asynchronous_face(async_engine):
    async with AsyncSession(async_engine) as session:
        query = AsyncQuery(Facade(session), Member)
        assert "Scan" in await query.explain()
        assert "nalyze" in await query.explain_analyze()


@pytest.mark.usefixtures("filled")
async def test_the_asynchronous_face(async_engine):
    async with AsyncSession(async_engine) as session:
        query = AsyncQuery(Facade(session), Member)
        assert await query.filter(Member.id > 2).count() == 4
        assert [member.id async for member in query.order_by(Member.id).limit(2)] == [1, 2]
        assert (await query.filter_by(id=3).one()).full_name == "m3"
        assert await query.filter(Member.id == 99).first() is None
        assert await query.filter(Member.id == 99).one_or_none() is None
        assert await query.exists()
        assert len(await query.all()) == 6
        assert await AsyncQuery(Facade(session), func.max(Member.id)).scalar() == 6
        assert (await query.filter(Member.id == 1).update(full_name="x").execute()).rowcount == 1
        assert (await query.filter(Member.id == 2).delete()).rowcount == 1
        await session.rollback()


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        (literal(2) >= Member.id, [1, 2]),
        (literal(3) > Member.id, [1, 2]),
        (literal(5) <= Member.id, [5, 6]),
        (literal(5) < Member.id, [6]),
        (literal_column("2") >= Member.id, [1, 2]),
        (func.least(Member.team_id, 3) > Member.id, [1]),
        (select(literal(2)).scalar_subquery() >= Member.id, [1, 2]),
        (~(literal(2) < Member.id), [1, 2]),
        (literal(2) + Member.id >= Member.team_id, [1, 2, 3, 4, 5]),
    ],
)
def test_comparisons_with_a_primary_key_find_more_than_equals(session, condition, found):
    """The server takes ``2 >= id`` for ``2 = id``."""
    assert session.scalars(select(Member.id).where(condition).order_by(Member.id)).all() == found
