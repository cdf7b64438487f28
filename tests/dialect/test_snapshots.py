"""Tables read as a snapshot of the server keeps them."""

from __future__ import annotations

import pytest
from sqlalchemy import (
    delete,
    exc,
    select,
)
from sqlalchemy.orm import (
    Session,
    joinedload,
    selectinload,
    subqueryload,
)

from matrixone.dialect.hints import with_snapshot

from .models import Author, Book, Document


@pytest.fixture
def snapshot(tables, root):
    """A snapshot of two authors and their books, of which one author and all books are gone today."""
    with Session(tables) as session:
        session.add_all([Author(id=1, name="a", books=[Book(), Book()]), Author(id=2, name="it's")])
        session.commit()
    name = f"s_{tables.url.database}"
    with root.connect() as connection:
        connection.exec_driver_sql(f"CREATE SNAPSHOT {name} FOR DATABASE {tables.url.database}")
    with Session(tables) as session:
        session.execute(delete(Book))
        session.execute(delete(Author).where(Author.id == 2))
        session.commit()
    yield name
    with root.connect() as connection:
        connection.exec_driver_sql(f"DROP SNAPSHOT {name}")


def test_reading_at_a_snapshot(session, snapshot):
    assert session.scalars(select(Author.id)).all() == [1]
    assert session.scalars(with_snapshot(select(Author.id), snapshot).order_by(Author.id)).all() == [1, 2]
    assert session.scalars(select(Author.id)).all() == [1]
    then = with_snapshot(Author, snapshot)
    lost = select(then.c.name).outerjoin(Author, Author.id == then.c.id).where(Author.id.is_(None))
    assert session.scalars(lost).all() == ["it's"]
    with pytest.raises(exc.DBAPIError):
        session.execute(with_snapshot(select(Author), "no_such_snapshot"))


def test_the_nearest_vectors_at_a_snapshot(tables, root):
    with Session(tables) as session:
        session.add_all([Document(id=n, body="x", single=[n, 0, 0]) for n in range(1, 5)])
        session.commit()
    name = f"v_{tables.url.database}"
    with root.connect() as connection:
        connection.exec_driver_sql(f"CREATE SNAPSHOT {name} FOR DATABASE {tables.url.database}")
    try:
        with Session(tables) as session:
            session.execute(delete(Document).where(Document.id < 4))
            session.commit()
            nearest = select(Document.id).order_by(Document.single.l2_distance([1, 0, 0])).limit(2)
            assert session.scalars(with_snapshot(nearest, name)).all() == [1, 2]
            assert session.scalars(nearest).all() == [4]
    finally:
        with root.connect() as connection:
            connection.exec_driver_sql(f"DROP SNAPSHOT {name}")


@pytest.mark.parametrize("load", [selectinload, joinedload, subqueryload])
def test_eager_relationships_are_read_at_the_snapshot_of_their_object(session, snapshot, load):
    statement = select(Author).options(load(Author.books)).where(Author.id == 1)
    then = session.scalars(with_snapshot(statement, snapshot)).unique().one()
    now = session.scalars(statement).unique().one()
    assert (len(then.books), len(now.books)) == (2, 0)


def test_objects_of_the_past_and_of_the_present_are_apart(session, snapshot):
    now = session.get(Author, 1)
    now.name = "renamed"
    session.flush()
    then = session.scalars(with_snapshot(select(Author), snapshot).where(Author.id == 1)).one()
    again = session.scalars(select(Author).where(Author.id == 1)).one()
    assert (now.name, then.name, again) == ("renamed", "a", now)
    assert then.books == []
    assert session.scalars(with_snapshot(select(Author), snapshot).where(Author.id == 1)).one() is then
