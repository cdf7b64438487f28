"""SQLModel's classes and sessions, a vector column among them."""

import datetime as dt
import uuid
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Column

from matrixone.vector import Vectorf32

sqlmodel = pytest.importorskip("sqlmodel", reason="sqlmodel is not installed")
from sqlmodel import Field, Relationship, Session, SQLModel, select  # noqa: E402 - after the check above
from sqlmodel.ext.asyncio.session import AsyncSession  # noqa: E402 - as above


class Shelf(SQLModel, table=True):
    __tablename__ = "shelves"
    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(max_length=20, index=True)
    books: list["Book"] = Relationship(back_populates="shelf")


class Book(SQLModel, table=True):
    __tablename__ = "books"
    id: int | None = Field(default=None, primary_key=True)
    title: str = Field(max_length=40)
    printed: dt.date | None = None
    price: Decimal | None = Field(default=None, max_digits=8, decimal_places=2)
    code: uuid.UUID = Field(default_factory=uuid.uuid4)
    embedding: Any = Field(default=None, sa_column=Column(Vectorf32(2)))
    shelf_id: int | None = Field(default=None, foreign_key="shelves.id")
    shelf: Shelf | None = Relationship(back_populates="books")


@pytest.fixture
def engine(client):
    engine = client.get_sqlalchemy_engine()
    SQLModel.metadata.create_all(engine)
    return engine


def books():
    shelf = Shelf(name="it's")
    return [
        Book(title="far", embedding=[9.0, 9.0], shelf=shelf, printed=dt.date(2020, 2, 29), price=Decimal("1.50")),
        Book(title="near", embedding=[1.0, 2.0], shelf=shelf),
    ]


def nearest():
    return select(Book).order_by(Book.embedding.l2_distance([1, 1])).limit(1)


def test_sessions_of_sqlmodel(engine):
    with Session(engine) as session:
        session.add_all(books())
        session.commit()
    with Session(engine) as session:
        book = session.exec(nearest()).one()
        assert (book.title, book.embedding, book.shelf.name) == ("near", [1.0, 2.0], "it's")
        far = session.exec(select(Book).where(Book.title == "far")).one()
        assert (far.printed, far.price) == (dt.date(2020, 2, 29), Decimal("1.50"))
        assert session.get(Book, far.id).code == far.code
        far.title = "farther"
        session.commit()
        assert session.exec(select(Book.title).order_by(Book.id)).all() == ["farther", "near"]


def test_classes_of_sqlmodel_in_sessions_of_a_client(client, engine):
    with client.session() as session:
        session.add_all(books())
    with client.session() as session:
        near = session.query(Book).order_by(Book.embedding.l2_distance([1, 1])).first()
        assert (near.title, near.shelf.name) == ("near", "it's")
        assert session.query(Book).filter_by(title="far").update(title="x").execute().rowcount == 1
    assert client.query(Book).filter_by(title="x").count() == 1


async def test_asynchronous_sessions_of_sqlmodel(engine, async_client):
    async with AsyncSession(async_client.get_sqlalchemy_engine()) as session:
        session.add_all(books())
        await session.commit()
        assert (await session.exec(nearest())).one().title == "near"
